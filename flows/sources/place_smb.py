"""A Windows or Samba share.

smbprotocol is used without fsspec's file system over it, which locks each file against its owner while it is read,
follows links, and lets two accounts on one server share the session of the first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import smbclient

from flows.sources.place_faults import NotThere, fault_of
from flows.sources.places import Credentials, Item, pieces

_FOLDER, _LINK, _DEVICE = 0x10, 0x400, 0x40


class SharePlace:
    """A folder of a share: /share/folder on a server."""

    whole_at_once = False
    sizes_vary = False

    def __init__(self, server: str, port: int, path: str, given: Credentials, user: str, answer: float) -> None:
        self._folder = f"\\\\{server}" + path.replace("/", "\\")
        self._cache: dict[str, Any] = {}
        self._how = {
            "username": given.user or user or None,
            "password": given.password or None,
            "port": port,
            "connection_timeout": int(answer) or 1,
            "connection_cache": self._cache,
        }

    def look(self) -> Iterable[Item]:
        """The plain files of the folder."""
        try:
            with smbclient.scandir(self._folder, **self._how) as entries:
                found = [(entry.name, entry.smb_info) for entry in entries]
        except OSError as error:
            if isinstance(fault_of(error), NotThere):
                raise NotThere("is not there", "Ask for the folder to be made, or correct the address.") from None
            raise
        return [
            self._item(name, info) for name, info in found if not info.file_attributes & (_FOLDER | _LINK | _DEVICE)
        ]

    def _item(self, name: str, info: Any) -> Item:
        written, made = _aware(info.last_write_time), _aware(info.creation_time)
        # Copying keeps the time of writing, and gives the copy its own time of creation. That is no part of the stamp:
        # Samba makes it up where the disk has none, and it then changes when the file is read.
        return Item(name, info.end_of_file, f"{info.end_of_file}|{written}", written, max(written, made))

    def read(self, item: Item) -> Iterator[bytes]:
        """The bytes of a file; others may read, write and delete it meanwhile."""
        path = f"{self._folder}\\{item.name}"
        with smbclient.open_file(path, mode="rb", share_access="rwd", **self._how) as file:
            yield from pieces(file)

    def md5(self, item: Item) -> str:
        """None is known."""
        return ""

    def close(self) -> None:
        """Hang up."""
        smbclient.reset_connection_cache(fail_on_error=False, connection_cache=self._cache)


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
