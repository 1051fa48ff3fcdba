"""SFTP through fsspec's file system, made to trust only servers whose key is known.

fsspec's own accepts whatever key a server shows on first meeting, and its stricter setting reads no known_hosts.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from flows.sources.place_faults import Fault
from flows.sources.places import Credentials


class CheckedSftp(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP file system with the server's key checked, a limit on every answer, and devices told from files."""

    cachable = False

    def __init__(self, host: str | None, port: int, user: str, given: Credentials, answer: float) -> None:
        self._port, self._user, self._given, self._answer = port, user, given, answer
        super().__init__(host or "")

    def _connect(self) -> None:
        self.client = client = paramiko.SSHClient()
        self._known_servers(client)
        client.set_missing_host_key_policy(_RefuseUnknown(self._port))
        own = bool(self._given.password or self._given.key_file)
        try:
            client.connect(
                self.host,
                port=self._port,
                username=self._user or None,
                password=self._given.password or None,
                key_filename=self._given.key_file or None,
                passphrase=self._given.key_passphrase or None,
                look_for_keys=not own,
                allow_agent=not own,
                timeout=self._answer,
                banner_timeout=self._answer,
                auth_timeout=self._answer,
                channel_timeout=self._answer,
            )
            self.ftp = client.open_sftp()
        except paramiko.BadHostKeyException:
            client.close()
            raise Fault(
                "shows another host key than the one that is known for it, so it may not be the same server",
                "Ask whoever runs it whether the key was changed before you replace it in known_hosts.",
            ) from None
        except (paramiko.PasswordRequiredException, FileNotFoundError):
            client.close()
            raise Fault(
                "needs a private key that cannot be opened",
                "Check the variables that end in KEY_FILE and KEY_PASSPHRASE.",
            ) from None
        except Exception:
            client.close()
            raise
        self.ftp.get_channel().settimeout(self._answer)

    def _known_servers(self, client: paramiko.SSHClient) -> None:
        if not self._given.known_hosts:
            client.load_system_host_keys()
            return
        if not Path(self._given.known_hosts).is_file():
            raise Fault("has a known_hosts file that is not there", "Check the variable that ends in KNOWN_HOSTS.")
        client.load_system_host_keys(self._given.known_hosts)

    @staticmethod
    def _decode_stat(at: Any, parent_path: str | None = None) -> dict[str, Any]:
        info: dict[str, Any] = SFTPFileSystem._decode_stat(at, parent_path)
        if info["type"] == "file" and not stat.S_ISREG(at.st_mode):
            info["type"] = "other"
        return info

    def _open(self, path: str, mode: str = "rb", block_size: int | None = None, **kwargs: Any) -> Any:
        file = self.ftp.open(path, "rb")
        file.prefetch()
        return file


class _RefuseUnknown(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    """Refuse a server whose key is not known, saying what its key is and how it is accepted."""

    def __init__(self, port: int) -> None:
        self._port = port

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        server = hostname.lstrip("[").partition("]")[0]
        raise Fault(
            f"shows a host key that is not known ({key.get_name()} {key.fingerprint})",
            f"Compare it with what whoever runs the server says; then type: ssh-keyscan -p {self._port} {server} >> "
            "~/.ssh/known_hosts",
        )
