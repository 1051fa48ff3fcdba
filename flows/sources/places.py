"""Places that returns are fetched from: folder, SFTP, S3, WebDAV, Windows share, SharePoint, OneDrive.

A place can be looked at (which files lie there now) and read, and nothing else: no code here writes. Each kind of place
needs its library only when it is used.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import importlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import SplitResult, quote, unquote, urlsplit

from flows.plan.source import source_variable
from flows.sources.place_faults import Fault, NotThere

CHUNK = 1 << 18
"""Bytes asked for at a time."""

SecretOf = Callable[[str], str | Mapping[str, str]]
"""What a Prefect block of that name holds: a password, or a table (or its JSON) of user, password, key_file, …"""


@dataclass(frozen=True)
class Item:
    """A file as a place lists it. `stamp` differs when the content does; `received` is when it came there, if known.

    `quick_xor` is Microsoft's checksum of the content where the place gives it; `handle` is the place's own.
    """

    name: str
    size: int
    stamp: str
    modified: dt.datetime | None = None
    received: dt.datetime | None = None
    quick_xor: str = ""
    handle: Any = field(default=None, compare=False, repr=False)


class Place(Protocol):
    """A folder somewhere. `whole_at_once`: a file appears there only when it is whole. `sizes_vary`: a listed size
    can differ from the file's."""

    whole_at_once: bool
    sizes_vary: bool

    def look(self) -> Iterable[Item]:
        """The plain files of the folder, one level deep; links, folders and devices are left out."""

    def read(self, item: Item) -> Iterator[bytes]:
        """The bytes of a file, in pieces."""

    def md5(self, item: Item) -> str:
        """The MD5 that the place knows for sure the file has, in hexadecimal; "" where it knows none."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True)
class Credentials:
    """What opens a place. Never shown: the fields are kept out of its repr."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    key_file: str = field(default="", repr=False)
    key_passphrase: str = field(default="", repr=False)
    known_hosts: str = field(default="", repr=False)
    tenant: str = field(default="", repr=False)
    endpoint: str = field(default="", repr=False)
    login: str = field(default="", repr=False)


_AZURE = {"tenant": "AZURE_TENANT_ID", "user": "AZURE_CLIENT_ID", "password": "AZURE_CLIENT_SECRET"}


def credentials(
    partner: str, number: int, address: str, block: str, secret: SecretOf, environ: Mapping[str, str]
) -> Credentials:
    """The credentials for a partner's source: from its block, else from BOARDPACK_SOURCE_PARTNER_USER and its kin.

    For a partner's second source BOARDPACK_SOURCE_PARTNER_2_USER goes before BOARDPACK_SOURCE_PARTNER_USER.
    """
    usual = _AZURE if address.startswith(("sharepoint://", "onedrive://")) else {}
    given = {}
    for name in Credentials.__dataclass_fields__:
        own = environ.get(source_variable(f"{partner}-{number}", name.upper()), "") if number > 1 else ""
        given[name] = (
            own or environ.get(source_variable(partner, name.upper()), "") or environ.get(usual.get(name, ""), "")
        )
    if block:
        given |= {name: value for name, value in _in_block(block, secret).items() if name in given}
    return Credentials(**given)


def _in_block(block: str, secret: SecretOf) -> Mapping[str, str]:
    try:
        held = secret(block)
    except Exception:
        # Whatever the block's keeper says may quote what it holds.
        raise Fault(
            f'asks for the Prefect block "{block}", which cannot be read', "Make the block in Prefect."
        ) from None
    if isinstance(held, str):
        try:
            held = json.loads(held) if held.lstrip().startswith("{") else {"password": held}
        except ValueError:
            raise Fault(f'asks for the Prefect block "{block}", which is not JSON', "Correct the block.") from None
    return {str(name): str(value) for name, value in held.items()}


def open_place(address: str, base: Path, given: Credentials, answer: float) -> Place:
    """The place at an address (a folder relative to `base`, or a URL), for reading; `Fault` where it does not open.

    `answer` is how many seconds a server has for each answer.
    """
    if "://" not in address:
        return FolderPlace(base / address)
    url = urlsplit(address)
    if url.scheme == "file":
        return FolderPlace(Path(unquote(url.path)))
    opener = {"sftp": _sftp, "s3": _s3, "smb": _smb, "sharepoint": _graph, "onedrive": _graph}.get(url.scheme, _webdav)
    return opener(url, given, answer)


def shown(address: str) -> str:
    """An address as it may be printed: without a user."""
    scheme, slashes, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    if not slashes or scheme == "onedrive":
        return address
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def _needed(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise Fault(
            "needs packages that are not installed", f'Type: pip install "boardpack[{extra}]", and collect again.'
        ) from None


def _folder(url: SplitResult) -> str:
    return unquote(url.path).rstrip("/") or "/"


class FolderPlace:
    """A folder of this machine, or one that it has mounted."""

    whole_at_once = False
    sizes_vary = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look(self) -> Iterable[Item]:
        try:
            with os.scandir(self._folder) as entries:
                found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            raise NotThere("is not there", "Make the folder, or correct the address in the settings.") from None
        return [
            Item(name, at.st_size, f"{at.st_size}|{at.st_mtime_ns}", _time(at.st_mtime), _time(at.st_ctime))
            for name, at in found
            if stat.S_ISREG(at.st_mode)
        ]

    def read(self, item: Item) -> Iterator[bytes]:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self._folder / item.name, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileNotFoundError(errno.ENOENT, "is no longer a file", item.name)
            yield from pieces(file)

    def md5(self, item: Item) -> str:
        return ""

    def close(self) -> None:
        pass


def _time(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece


class FsspecPlace:
    """A folder of an fsspec file system. `item` makes an Item of the system's own record of a file."""

    sizes_vary = False

    def __init__(
        self, system: Any, folder: str, item: Callable[[Mapping[str, Any]], Item], whole_at_once: bool = False
    ) -> None:
        self.whole_at_once = whole_at_once
        self._system, self._folder, self._item = system, folder, item

    def look(self) -> Iterable[Item]:
        try:
            found = self._system.ls(self._folder, detail=True)
        except (FileNotFoundError, NotADirectoryError):
            raise NotThere("is not there", "Ask for the folder to be made, or correct the address.") from None
        at_folder = self._folder.strip("/")
        return [self._item(one) for one in found if one["type"] == "file" and one["name"].strip("/") != at_folder]

    def read(self, item: Item) -> Iterator[bytes]:
        with self._system.open(item.handle, "rb") as file:
            yield from pieces(file)

    def md5(self, item: Item) -> str:
        return ""

    def close(self) -> None:
        # The systems have no common word for hanging up; each has a client that does.
        for client in ("ftp", "client"):
            with contextlib.suppress(Exception):
                getattr(getattr(self._system, client), "http", getattr(self._system, client)).close()


def _sftp(url: SplitResult, given: Credentials, answer: float) -> Place:
    _needed("paramiko", "sftp")
    from flows.sources.place_sftp import CheckedSftp

    user = given.user or unquote(url.username or "")
    system = CheckedSftp(url.hostname, url.port or 22, user, given, answer)
    return FsspecPlace(system, _folder(url), _sftp_item)


def _sftp_item(one: Mapping[str, Any]) -> Item:
    # When a file came is not known over SFTP: most programs keep the time at which it was last saved.
    name = one["name"].rpartition("/")[2]
    return Item(name, one["size"], f"{one['size']}|{one['mtime'].timestamp():.0f}", one["mtime"], handle=one["name"])


class S3Place(FsspecPlace):
    """A prefix in a bucket, which is as near as S3 comes to a folder."""

    def md5(self, item: Item) -> str:
        bucket, _, key = str(item.handle).partition("/")
        head = self._system.call_s3("head_object", Bucket=bucket, Key=key)
        tag = str(head.get("ETag", "")).strip('"')
        # The tag is the MD5 unless the file came in parts or is encrypted with a key of the owner's.
        is_md5 = (
            len(tag) == 32
            and head.get("ServerSideEncryption", "AES256") == "AES256"
            and "SSECustomerAlgorithm" not in head
        )
        return tag if is_md5 else ""


def _s3(url: SplitResult, given: Credentials, answer: float) -> Place:
    s3fs = _needed("s3fs", "s3")
    system = s3fs.S3FileSystem(
        key=given.user or None,
        secret=given.password or None,
        endpoint_url=_checked(given.endpoint) or None,
        config_kwargs={"connect_timeout": answer, "read_timeout": answer, "retries": {"total_max_attempts": 1}},
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    system.retries = 1
    return S3Place(system, f"{url.hostname}{_folder(url)}".rstrip("/"), _s3_item, whole_at_once=True)


def _s3_item(one: Mapping[str, Any]) -> Item:
    name, came = one["name"].rpartition("/")[2], one.get("LastModified")
    return Item(name, one["size"], f"{one['size']}|{one.get('ETag', '')}|{came}", came, came, handle=one["name"])


class WebdavPlace(FsspecPlace):
    """A folder of a WebDAV server."""

    def read(self, item: Item) -> Iterator[bytes]:
        # The library cannot ask for a name that has a # or ? in it, so the file is asked for here.
        client = self._system.client
        with client.http.stream("GET", client.join_url(quote(item.handle))) as answer:
            answer.raise_for_status()
            yield from answer.iter_bytes(CHUNK)


def _webdav(url: SplitResult, given: Credentials, answer: float) -> Place:
    webdav = _needed("webdav4.fsspec", "webdav")
    auth = (given.user, given.password) if given.user else None
    system = webdav.WebdavFileSystem(
        f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}",
        auth=auth,
        retry=False,
        timeout=answer,
        skip_instance_cache=True,
    )
    return WebdavPlace(system, "", _webdav_item)


def _webdav_item(one: Mapping[str, Any]) -> Item:
    name, modified = one["name"].rpartition("/")[2], one.get("modified")
    size = one.get("size") or 0
    return Item(name, size, f"{size}|{modified}|{one.get('etag', '')}", modified, modified, handle=one["name"])


def _smb(url: SplitResult, given: Credentials, answer: float) -> Place:
    _needed("smbclient", "smb")
    from flows.sources.place_smb import SharePlace

    return SharePlace(url.hostname or "", url.port or 445, _folder(url), given, unquote(url.username or ""), answer)


def _graph(url: SplitResult, given: Credentials, answer: float) -> Place:
    from flows.sources.place_graph import GraphPlace

    user = unquote(url.username or "")
    server = f"{user}@{url.hostname}" if url.scheme == "onedrive" and user else url.hostname or ""
    for address in (given.endpoint, given.login):
        _checked(address)
    return GraphPlace(url.scheme, server, unquote(url.path), given, answer)


def _checked(endpoint: str) -> str:
    host = urlsplit(endpoint).hostname if endpoint else ""
    if endpoint and not endpoint.startswith("https://") and host not in ("127.0.0.1", "localhost", "::1"):
        raise Fault("has an endpoint that does not begin with https://", "Correct the environment variable.")
    return endpoint
