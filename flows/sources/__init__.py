"""Where returns are fetched from: folders, SFTP, S3, SharePoint, SMB and WebDAV. Nothing is changed at a source."""
