"""Putting files from elsewhere in a month's folder: under a safe name, never over another, the same bytes once."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path, PurePosixPath

from flows.returns.container import is_passing

MOST_NAME_BYTES = 160
"""Of a name in UTF-8, leaving room for a prefix and a number within the 255 that file systems allow."""

_FORBIDDEN = re.compile(r'[/\\:*?"<>|\u2028\u2029]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def safe_name(name: str) -> str:
    """A name for a file that any system can hold and that says the same: no separators, controls or reserved words."""
    while (safe := _safer(name)) != name:  # cutting a name can join what was apart, so what came of it is looked at too
        name = safe
    return name


def _safer(name: str) -> str:
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    plain = "".join("_" if unicodedata.category(letter)[0] == "C" else letter for letter in plain)
    plain = _FORBIDDEN.sub("_", plain).strip().lstrip(".~").rstrip(". ~")
    plain = _shortened(plain or "return")
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    # What was cut or replaced may have left the mark of a file that is still being copied.
    return f"{plain}_" if is_passing(plain) else plain


def _shortened(name: str) -> str:
    ending = PurePosixPath(name).suffix
    ending = ending if 0 < len(ending.encode()) <= 10 else ""
    stem = name.removesuffix(ending)
    room = MOST_NAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + ending


def names_for(name: str, partner: str) -> Iterator[str]:
    """Names to try for a file: its own, with the partner's key before it, then numbered from 2."""
    own = safe_name(name)
    yield own
    if partner and not own.casefold().startswith(partner.casefold()):
        own = safe_name(f"{partner}-{own}")
        yield own
    stem, ending = PurePosixPath(own).stem, PurePosixPath(own).suffix
    for number in count(2):
        mark = f"-{number}{ending}"
        room = MOST_NAME_BYTES - len(mark.encode())
        yield safe_name(stem.encode()[:room].decode(errors="ignore") + mark)


def printed(name: str) -> str:
    """A name from elsewhere as a sentence can quote it: on one line, without controls, at most 80 characters."""
    plain = "".join(
        letter if unicodedata.category(letter)[0] not in "CZ" or letter == " " else "\N{REPLACEMENT CHARACTER}"
        for letter in name
    )
    return plain if len(plain) <= 80 else f"{plain[:79]}…"


class Shelf:
    """The month's folder: which names are taken in it, and which bytes are already there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = {_folded(path.name) for path in folder.iterdir()}
        self._by_print: dict[str, str] | None = None

    def put(self, new: Path, name: str, partner: str, fingerprint: str) -> tuple[Path, bool]:
        """Where the file now lies, and whether it was not there before."""
        if self._by_print is None:
            files = sorted(path for path in self._folder.iterdir() if path.is_file() and not path.is_symlink())
            self._by_print = {_fingerprint(path): path.name for path in files if not is_passing(path.name)}
        if fingerprint in self._by_print:
            return self._folder / self._by_print[fingerprint], False
        for free in names_for(name, partner):
            if _folded(free) not in self._names and _moved(new, self._folder / free):
                break
        self._names.add(_folded(free))
        self._by_print[fingerprint] = free
        return self._folder / free, True


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _fingerprint(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _moved(new: Path, target: Path) -> bool:
    """Give a file its name for good unless the name has been taken meanwhile; the folder's entry goes to disk too."""
    try:
        os.link(new, target)
        new.unlink()
    except FileExistsError:
        return False
    except OSError:  # a disk without hard links
        if target.exists():
            return False
        new.rename(target)
    with suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True
