"""What was dropped in the folder: is it a whole workbook, and if not, what is it?

Two steps. `fetch_bytes` takes a file from the folder, refusing what is no plain file. `open_container` looks at
the bytes and gives the workbook's parts, or raises `Unreadable` with one sentence that says what the thing is and
one that says what to do. Nothing here follows a link, neither in the folder nor in the workbook.
"""

from __future__ import annotations

import io
import os
import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

MOST_FILE_BYTES = 30_000_000
MOST_UNPACKED_BYTES = 300_000_000
MOST_PARTS = 5_000

SEND_XLSX = "Save it as an Excel workbook (.xlsx) and send it again."
SEND_AGAIN = "Open it in Excel, save it as an Excel workbook (.xlsx) and send it again."
USE_THE_FORM = "Fill in this month's form, which is an Excel workbook (.xlsx), and send that."
WAIT = "If it is still being copied, wait until that is done; otherwise send it again."


_PASSING_STARTS = (".", "~$", "desktop.ini", "thumbs.db")
_PASSING_ENDS = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download", "~")


def is_passing(name: str) -> bool:
    """Whether a file is not meant to be read: hidden, a lock of Excel or LibreOffice, or still being copied."""
    return name.lower().startswith(_PASSING_STARTS) or name.lower().endswith(_PASSING_ENDS)


class Unreadable(Exception):  # noqa: N818 - says what the file is; it is an answer for the partner, not a fault of ours
    """The file cannot be read as a return. `what` completes "This file …"; `todo` says what to do."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what, todo)
        self.what = what
        self.todo = todo


def fetch_bytes(path: Path) -> bytes:
    """The bytes of a plain file of a sensible size; `Unreadable` for links, folders, pipes and leftovers."""
    if path.name.startswith("~$"):
        raise Unreadable("is a lock file that Excel leaves while a workbook is open", "Close the workbook in Excel.")
    if path.name.startswith("._"):
        raise Unreadable("is a note that macOS leaves beside a file", "Delete it; it holds nothing of the return.")
    if path.suffix.lower() in {".tmp", ".part", ".crdownload", ".partial"}:
        raise Unreadable("is the beginning of a file that is still being copied", WAIT)
    try:
        _refuse_what_is_no_file(path.lstat())
        with _open_without_waiting(path) as file:
            found = os.fstat(file.fileno())
            _refuse_what_is_no_file(found)
            return file.read(MOST_FILE_BYTES)
    except FileNotFoundError:
        raise Unreadable("is not there", "Send it again.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        todo = "Close it elsewhere, or ask who may open it."
        raise Unreadable(f"cannot be opened ({reason.lower()})", todo) from None


def _open_without_waiting(path: Path) -> io.BufferedReader:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")


def _refuse_what_is_no_file(found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise Unreadable("is a link to another place, which is not followed", "Put the workbook itself in the folder.")
    if stat.S_ISDIR(found.st_mode):
        raise Unreadable("is a folder", "Put the workbook itself beside the other returns.")
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable("is a pipe or device, not a file", "Remove it from the folder.")
    if found.st_size >= MOST_FILE_BYTES:
        size = f"{found.st_size / 1e6:.0f} MB"
        todo = "Take out pictures and pasted documents; a return is seldom over 1 MB."
        raise Unreadable(f"is {size} in size, more than the {MOST_FILE_BYTES / 1e6:.0f} MB allowed", todo)


class Container:
    """The parts of a workbook by their path inside it, such as xl/workbook.xml."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for entry in archive.infolist():
            same = self._parts.setdefault(_tidy(entry.filename), entry)
            if (same.CRC, same.file_size) != (entry.CRC, entry.file_size):
                what = f"is damaged: it holds two different parts named {entry.filename[:60]}"
                raise Unreadable(what, f"{SEND_AGAIN} {WAIT}")

    def __contains__(self, path: str) -> bool:
        return path.lower() in self._parts

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of the parts, in lower case and with slashes."""
        return tuple(self._parts)

    def part(self, path: str) -> bytes:
        """One part, unpacked; `Unreadable` when it is missing or damaged."""
        with self.stream(path) as stream:
            return stream.read()

    @contextmanager
    def stream(self, path: str) -> Iterator[IO[bytes]]:
        """One part to read from, unpacked as it is read; `Unreadable` when it is missing or turns out damaged."""
        try:
            with self._archive.open(self._parts[path.lower()]) as stream:
                yield stream
        except Unreadable:
            raise
        except _BROKEN:
            raise Unreadable(f"is damaged: its part {path} is missing or broken", f"{SEND_AGAIN} {WAIT}") from None
        except RuntimeError:  # zipfile's word for a part that is encrypted
            raise Unreadable(*PASSWORD) from None


_BROKEN = (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, struct.error)


def _tidy(path: str) -> str:
    """A part's path as it is looked for: some programs write backslashes, some begin at the root."""
    return path.replace("\\", "/").lstrip("/").lower()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of what the Office programs before 2007 wrote, and of a newer workbook with a password."""

TEXT = ("is a text file or CSV", SEND_XLSX)
OLD_WORKBOOK = ("is a workbook in the old format (.xls)", SEND_XLSX)
PASSWORD = ("is protected with a password", "Take the password off, save it and send it again.")


def open_container(data: bytes) -> Container:
    """The parts of a workbook; `Unreadable`, saying what the bytes look like, when they are no xlsx or xlsm."""
    container = open_zip(data)
    if "xl/workbook.bin" in container:
        raise Unreadable("is a binary workbook (.xlsb)", SEND_XLSX)
    if is_opendocument(container):
        raise Unreadable("is an OpenDocument spreadsheet (.ods)", SEND_XLSX)
    return container


def open_zip(data: bytes) -> Container:
    """The parts of a workbook of any kind that is a zip file; `Unreadable` when the bytes are none."""
    if not data.startswith(b"PK"):
        raise Unreadable(*what_it_looks_like(data))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (*_BROKEN, OverflowError):
        raise Unreadable("is damaged or only half there", f"{WAIT} {SEND_AGAIN}") from None
    _refuse_bombs(entries, len(data))
    container = Container(archive)
    if not is_opendocument(container):
        if "xl/workbook.xml" not in container and "_rels/.rels" not in container:
            raise Unreadable(*_what_the_zip_is(container, archive.namelist()))
        _refuse_other_office_files(container)
    return container


def is_opendocument(container: Container) -> bool:
    """Whether the parts are those of an OpenDocument spreadsheet."""
    return "mimetype" in container and b"opendocument.spreadsheet" in container.part("mimetype")[:80]


def _refuse_bombs(entries: list[zipfile.ZipInfo], packed: int) -> None:
    # Python's zipfile never unpacks more than an entry declares, so the declared sizes bound the real ones.
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED_BYTES or len(entries) > MOST_PARTS:
        size = f"{unpacked / 1e6:,.0f} MB in {len(entries):,} parts"
        todo = "Copy the filled-in cells to a fresh form as values and send that."
        raise Unreadable(f"would be {size} when unpacked (it is {packed / 1e6:.1f} MB packed)", todo)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(*PASSWORD)


def _refuse_other_office_files(container: Container) -> None:
    if "word/document.xml" in container:
        raise Unreadable("is a Word document", USE_THE_FORM)
    if "ppt/presentation.xml" in container:
        raise Unreadable("is a PowerPoint presentation", USE_THE_FORM)


def _what_the_zip_is(container: Container, names: list[str]) -> tuple[str, str]:
    if "mimetype" in container and b"opendocument" in container.part("mimetype")[:80]:
        return "is an OpenDocument text or presentation", USE_THE_FORM
    inside = ", ".join(sorted(posixpath.basename(name) for name in names if not name.endswith("/"))[:3])
    what = f"is a zip folder, not a workbook (it holds {inside or 'nothing'})"
    return what, "Unpack it and send the workbook itself."


_BEGINNINGS = (
    (b"%PDF", "is a PDF"),
    (b"\x89PNG", "is a picture (PNG)"),
    (b"\xff\xd8\xff", "is a picture (JPEG)"),
    (b"GIF8", "is a picture (GIF)"),
    (b"BM", "is a picture (BMP)"),
    (b"II*\x00", "is a picture (TIFF)"),
    (b"MM\x00*", "is a picture (TIFF)"),
    (b"{\\rtf", "is a rich text document (RTF)"),
    (b"7z\xbc\xaf", "is a 7-Zip archive"),
    (b"Rar!", "is a RAR archive"),
    (b"\x1f\x8b", "is a gzip archive"),
)


def what_it_looks_like(data: bytes) -> tuple[str, str]:
    """What bytes that are no zip file are, and what to do."""
    if not data:
        return "is empty (0 bytes)", WAIT
    if data.startswith(OLE):
        return what_the_ole_file_is(data)
    for beginning, what in _BEGINNINGS:
        if data.startswith(beginning):
            return what, USE_THE_FORM
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "is a web page saved from a browser", SEND_AGAIN
    if start.startswith((b"<?xml", b"<workbook")):
        return "is an XML file, not a workbook", SEND_XLSX
    if not data.strip(b"\x00"):
        return "holds nothing but zero bytes, as a file does that was only half copied", WAIT
    if is_text(data):
        return TEXT
    return "is not a workbook, nor anything else that is known here", USE_THE_FORM


def what_the_ole_file_is(data: bytes) -> tuple[str, str]:
    """What a file in the container of the old Office programs is, by the names of the streams in it."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        return PASSWORD
    if holds("WordDocument"):
        return "is an old Word document (.doc)", USE_THE_FORM
    if holds("Workbook") or holds("Book"):
        return OLD_WORKBOOK
    return "is an old Office file or an e-mail, not a workbook", USE_THE_FORM


def is_text(data: bytes) -> bool:
    """Whether bytes that are nothing else could be text."""
    sample = data[:4096]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even, odd = sample[::2], sample[1::2]
    if even.count(0) * 4 > len(even) or odd.count(0) * 4 > len(odd):  # UTF-16 without its mark
        return even.count(0) * odd.count(0) == 0
    return sum(byte < 9 for byte in sample) == 0


def beginning(data: bytes) -> str:
    """The first words of a text, to quote."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = data[:120].decode(encoding, "replace").lstrip("\ufeff")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:40]
