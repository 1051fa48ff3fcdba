"""Whatever is dropped in the folder is named for what it is, with what to do."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from return_files import WORDS, changed, return_sheets, workbook, zipped

from flows.plan.findings import Severity
from flows.returns.container import MOST_FILE_BYTES, MOST_UNPACKED_BYTES
from flows.returns.reader import read_return

RIGHT = workbook(return_sheets())
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def ole(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + bytes(100)


def encrypted_zip() -> bytes:
    data = bytearray(RIGHT)
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def lying_bomb() -> bytes:
    data = bytearray(RIGHT)
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (MOST_UNPACKED_BYTES + 1).to_bytes(4, "little")
    return bytes(data)


FILES = {
    "nothing.xlsx": (b"", "is empty (0 bytes)"),
    "zeros.xlsx": (bytes(5000), "holds nothing but zero bytes"),
    "report.pdf": (b"%PDF-1.7 ...", "is a PDF"),
    "renamed.xlsx": (b"%PDF-1.7 ...", "is a PDF"),
    "scan.jpg": (b"\xff\xd8\xff\xe0....", "is a picture (JPEG)"),
    "scan.png": (b"\x89PNG\r\n\x1a\n", "is a picture (PNG)"),
    "minutes.docx": (zipped(word__document_dot_xml=b"<a/>", _rels___dot_rels=b"<a/>"), "is a Word document"),
    "slides.pptx": (zipped(ppt__presentation_dot_xml=b"<a/>", _rels___dot_rels=b"<a/>"), "is a PowerPoint"),
    "minutes.doc": (ole("WordDocument"), "is an old Word document"),
    "old.xls": (ole("Workbook"), "old format (.xls), but damaged"),
    "mail.msg": (OLE, "is an old Office file or an e-mail"),
    "locked.xlsx": (ole("EncryptedPackage"), "is protected with a password"),
    "locked-zip.xlsx": (encrypted_zip(), "is protected with a password"),
    "data.csv": (b"name,age\nAnn,9\n", "is a text file or CSV (it begins 'name,age Ann,9')"),
    "utf16.txt": ("name\tage".encode("utf-16"), "is a text file or CSV (it begins 'name age')"),
    "binary.xlsb": (
        zipped(xl__workbook_dot_bin=b"x", _rels___dot_rels=b"<a/>"),
        "is a binary workbook (.xlsb), but damaged",
    ),
    "open.ods": (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "its part content.xml is missing"),
    "page.html": (b"<!DOCTYPE html><html>", "is a web page"),
    "sheet.xml": (b'<?xml version="1.0"?><Workbook/>', "is an XML file"),
    "note.rtf": (b"{\\rtf1 hello}", "is a rich text document"),
    "many.zip": (zipped(council_dot_xlsx=RIGHT), "is a zip folder, not a workbook (it holds council.xlsx)"),
    "half.xlsx": (RIGHT[: len(RIGHT) // 2], "is damaged or only half there"),
    "bomb.xlsx": (lying_bomb(), "when unpacked"),
    "broken.xlsx": (changed(RIGHT, workbook=lambda _: b"<w"), "is damaged: its part xl/workbook.xml"),
    "noise.bin": (bytes(range(256)) * 4, "is not a workbook, nor anything else"),
    "big.xlsx": (bytes(MOST_FILE_BYTES), "30 MB in size, more than the 30 MB allowed"),
    "~$council.xlsx": (b"\x05Clerk", "is a lock file"),
    "._council.xlsx": (b"\x00\x05\x16\x07", "is a note that macOS leaves"),
    "council.xlsx.tmp": (RIGHT, "still being copied"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_return_is_named_for_what_it_is(name: str, tmp_path: Path) -> None:
    data, what = FILES[name]
    (tmp_path / name).write_bytes(data)
    answer = read_return(tmp_path / name, f"inputs/returns/2022-11/{name}", WORDS)
    [finding] = answer.findings
    assert not answer.readable
    assert finding.code == "return.unreadable"
    assert finding.severity is Severity.ERROR
    assert what in finding.says
    assert finding.says.startswith(f"“{name}” ")
    assert finding.todo.endswith(".")
    assert finding.origin.file.endswith(name)


def what_is(path: Path) -> str:
    return read_return(path, path.name, WORDS).findings[0].says


def test_folders_links_pipes_and_missing_files_are_named_and_not_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "link.xlsx").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert "is a folder" in what_is(tmp_path / "folder.xlsx")
    assert "is a link to another place" in what_is(tmp_path / "link.xlsx")
    assert "is a pipe or device" in what_is(tmp_path / "pipe.xlsx")
    assert "is not there" in what_is(tmp_path / "gone.xlsx")


def test_the_right_workbook_is_read_whatever_its_name(tmp_path: Path) -> None:
    for name in ("council.xlsx", "council.xlsm", "council"):
        (tmp_path / name).write_bytes(RIGHT)
        assert read_return(tmp_path / name, name, WORDS).readable


def test_a_workbook_with_a_broken_checksum_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "council.xlsx"
    path.write_bytes(RIGHT)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("xl/workbook.xml").header_offset + 60
    data = bytearray(RIGHT)
    data[at] ^= 0xFF
    path.write_bytes(bytes(data))
    assert "is damaged" in what_is(path)
