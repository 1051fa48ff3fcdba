"""Files made to harm, to mislead or by accident: each gets its verdict from the child process, and the next is read.

A row of the table is what the file is, how it is made, the code of the finding that must come, and words that its
sentence must hold. No code means that the file is read like any other.
"""

from __future__ import annotations

import io
import os
import re
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from odd_files import OLE, binary_xlsb, compound_file, old_xls, open_document, open_document_of, packed
from return_files import WORDS, changed, return_sheets, workbook, zipped

from flows.plan.findings import Severity
from flows.returns.container import MOST_UNPACKED_BYTES
from flows.returns.reading import Reading
from flows.returns.records import Return

SHEETS = return_sheets(milestones=[{"ref": "1.1.1.1", "status": "Complete"}])
RIGHT = workbook(SHEETS)
MILESTONES = "sheet2"


@pytest.fixture(scope="module")
def reading() -> Iterator[Reading]:
    with Reading(WORDS) as reading:
        yield reading


def overlapping() -> bytes:
    """A file of 40 kB whose forty parts are one and the same run of 10 MB."""
    single = packed({"xl/a0.xml": bytes(10_000_000)})
    directory, end = single.index(b"PK\x01\x02"), single.index(b"PK\x05\x06")
    entry = single[directory:end]
    entries = b"".join(entry.replace(b"a0", b"%02d" % n) for n in range(40))
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 40, 40, len(entries), directory, 0)
    return single[:directory] + entries + tail


def with_doctype(definitions: str, use: str) -> Callable[[bytes], bytes]:
    doctype = f"<!DOCTYPE worksheet [{definitions}]>"
    return lambda _: (
        f'<?xml version="1.0"?>{doctype}<worksheet><sheetData><row><c t="inlineStr"><is><t>{use}</t></is></c></row>'
        "</sheetData></worksheet>"
    ).encode()


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
BLOW_UP = f'<!ENTITY a "{"x" * 100_000}">'


def nested(depth: int) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"<sheetData>", b"<x>" * depth + b"</x>" * depth + b"<sheetData>")


def lying_size() -> bytes:
    data = bytearray(RIGHT)
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (MOST_UNPACKED_BYTES + 1).to_bytes(4, "little")
    return bytes(data)


def lying_small() -> bytes:
    """A part that says it is smaller than it is."""
    data = bytearray(RIGHT)
    at = data.rindex(b"xl/worksheets/sheet2.xml") - 46
    data[at + 24 : at + 28] = (5).to_bytes(4, "little")
    return bytes(data)


def without(part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(RIGHT)) as old:
        return packed({name: old.read(name) for name in old.namelist() if part not in name})


def many_merges(xml: bytes) -> bytes:
    merges = b"".join(b'<mergeCell ref="Z%d:XFD1048576"/>' % n for n in range(1, 50_000))
    return xml.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")


def far_cell(xml: bytes) -> bytes:
    return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def many_sheets(xml: bytes) -> bytes:
    more = b"".join(b'<sheet name="More %d" sheetId="%d" r:id="rId1"/>' % (n, n + 100) for n in range(20_000))
    return xml.replace(b"</sheets>", more + b"</sheets>")


def away(xml: bytes) -> bytes:
    """Every part that the workbook names lies elsewhere."""
    return re.sub(rb'Target="[^"]*"', b'Target="http://127.0.0.1:9/x" TargetMode="External"', xml)


def million_repeats() -> bytes:
    row = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384">'
        f"<text:p>{'x' * 30_000}</text:p></table:table-cell></table:table-row>"
    )
    return open_document_of(f'<table:table table:name="Milestones">{row * 20}</table:table>')


Maker = Callable[[], bytes]
FILES: list[tuple[str, Maker, str, str]] = [
    # not a workbook
    ("empty", lambda: b"", "return.unreadable", "is empty (0 bytes)"),
    ("only zeros", lambda: bytes(70_000), "return.unreadable", "nothing but zero bytes"),
    ("noise", lambda: bytes((n * n) % 251 for n in range(9000)), "return.unreadable", "is not a workbook"),
    ("a PDF", lambda: b"%PDF-1.7\n1 0 obj", "return.unreadable", "is a PDF"),
    ("a picture", lambda: b"\x89PNG\r\n\x1a\n", "return.unreadable", "is a picture (PNG)"),
    ("a web page", lambda: b"<html><table><tr><td>Reference</td>", "return.unreadable", "is a web page"),
    ("an XML spreadsheet", lambda: b'<?xml version="1.0"?><Workbook/>', "return.unreadable", "is an XML file"),
    ("a script", lambda: b"#!/bin/sh\nrm -rf /\n", "return.unreadable", "is a text file or CSV (it begins '#!/bin/sh"),
    ("a list that is none of ours", lambda: b"name,age\nAnn,9\n", "return.unreadable", "it begins 'name,age"),
    ("a Word document", lambda: zipped(word__document_dot_xml=b"<a/>", _rels___dot_rels=b"<a/>"), "return.unreadable", "is a Word document"),
    ("an old e-mail", lambda: OLE + bytes(2000), "return.unreadable", "an old Office file or an e-mail"),
    ("a zip of workbooks", lambda: packed({"a.xlsx": RIGHT, "b.xlsx": RIGHT}), "return.unreadable", "is a zip folder, not a workbook (it holds a.xlsx, b.xlsx)"),
    # protected, damaged, half there
    ("xlsx with a password", lambda: compound_file("EncryptedPackage", bytes(5000)), "return.unreadable", "is protected with a password"),
    ("xls with a password", lambda: old_xls(SHEETS, protected=True), "return.unreadable", "is protected with a password"),
    ("ods with a password", lambda: open_document(SHEETS, **{"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "return.unreadable", "is protected with a password"),
    ("half an xlsx", lambda: RIGHT[: len(RIGHT) // 2], "return.unreadable", "is damaged or only half there"),
    ("half an xls", lambda: old_xls(SHEETS)[:2500], "return.unreadable", "old format (.xls), but damaged or only half there"),
    ("half an xlsb", lambda: binary_xlsb(SHEETS)[:-40], "return.unreadable", "is damaged or only half there"),
    ("half an ods", lambda: open_document(SHEETS)[:-40], "return.unreadable", "is damaged or only half there"),
    ("an xlsb of nonsense", lambda: packed({"xl/workbook.bin": b"x", "_rels/.rels": "<a/>"}), "return.unreadable", "(.xlsb), but damaged"),
    ("an xls of nonsense", lambda: compound_file("Workbook", bytes(range(256)) * 20), "return.unreadable", "(.xls), but damaged"),
    ("a sheet cut short", lambda: changed(RIGHT, sheet2=lambda xml: xml[:300]), "return.unreadable", "is damaged: its part xl/worksheets/sheet2.xml"),
    ("a sheet that is missing", lambda: without("sheet2.xml"), "return.unreadable", "sheet2.xml is missing or broken"),
    ("a part that lies about its size", lying_small, "return.unreadable", "is damaged"),
    ("no sheets", lambda: changed(RIGHT, workbook=lambda _: b"<workbook><sheets/></workbook>"), "return.unreadable", "is a workbook without sheets"),
    ("texts that are missing", lambda: changed(RIGHT, sharedStrings=lambda _: b"<sst/>"), "return.unreadable", "a cell names a text that is not there"),
    # bombs
    ("a zip bomb that says so", lying_size, "return.unreadable", "when unpacked"),
    ("parts that overlap", overlapping, "return.unreadable", "400 MB in 40 parts when unpacked"),
    ("ten thousand parts", lambda: packed({f"x{n}": b"" for n in range(10_000)}, zipfile.ZIP_STORED), "return.unreadable", "10,000 parts"),
    ("a billion laughs", lambda: changed(RIGHT, sheet2=with_doctype(LAUGHS, "&a11;")), "return.unreadable", "definitions of its own"),
    ("a blow-up", lambda: changed(RIGHT, sheet2=with_doctype(BLOW_UP, "&a;" * 50_000)), "return.unreadable", "definitions of its own"),
    ("a file from outside", lambda: changed(RIGHT, sheet2=with_doctype('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;")), "return.unreadable", "definitions of its own"),
    ("a million levels", lambda: changed(RIGHT, sheet2=nested(1_000_000)), "", ""),
    ("levels in the workbook", lambda: changed(RIGHT, workbook=lambda _: b"<a>" * 500_000), "return.unreadable", "is damaged"),
    ("fifty thousand merges", lambda: changed(RIGHT, sheet2=many_merges), "", ""),
    ("twenty thousand sheets", lambda: changed(RIGHT, workbook=many_sheets), "", ""),
    ("a cell repeated a million times", million_repeats, "cell.far-out", "filled as far as"),
    ("a cell in the last row", lambda: changed(RIGHT, sheet2=far_cell), "cell.far-out", "XFD1048576"),
    # odd, but whole
    ("parts that lie elsewhere", lambda: changed(RIGHT, workbook=lambda xml: xml, **{"": away}), "", ""),
    ("sheets that lie elsewhere", lambda: relinked(), "return.unreadable", "is a workbook without sheets"),
    ("an xls", lambda: old_xls(SHEETS), "return.read-plainly", "in the old format (.xls)"),
    ("an xlsb", lambda: binary_xlsb(SHEETS), "return.read-plainly", "a binary workbook (.xlsb)"),
    ("an ods", lambda: open_document(SHEETS), "", ""),
    ("a CSV", lambda: b"Reference,Status,Progress\n1.1.1.1,Complete,Done\n", "return.csv", "read as Milestones"),
    ("macros", lambda: more_in(RIGHT, "xl/vbaProject.bin"), "return.macros", "never run"),
    ("links to other files", lambda: more_in(RIGHT, "xl/externalLinks/externalLink1.xml"), "return.links", "never opened"),
    ("a hidden sheet", lambda: changed(RIGHT, workbook=lambda xml: xml.replace(b'name="Milestones"', b'name="Milestones" state="veryHidden"')), "cell.hidden", "The sheet Milestones is hidden"),
    ("no styles", lambda: without("styles.xml"), "", ""),
    ("no content types", lambda: without("Content_Types"), "", ""),
]  # fmt: skip


def relinked() -> bytes:
    with zipfile.ZipFile(io.BytesIO(RIGHT)) as old:
        return packed(
            {n: away(old.read(n)) if n == "xl/_rels/workbook.xml.rels" else old.read(n) for n in old.namelist()}
        )


def more_in(data: bytes, name: str) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, b"more")
    return buffer.getvalue()


@pytest.mark.parametrize(("what", "make", "code", "words"), FILES, ids=[f[0] for f in FILES])
def test_each_file_gets_its_verdict(what: str, make: Maker, code: str, words: str, reading: Reading) -> None:
    data = make()
    started = time.perf_counter()
    answer = reading.read_data(data, f"inputs/returns/2022-11/{what}.xlsx")
    assert time.perf_counter() - started < 15
    assert answer.readable is (code != "return.unreadable")
    if code:
        finding = next(f for f in answer.findings if f.code == code)
        assert words in finding.says
        assert finding.todo.endswith(".")
        assert finding.severity is (Severity.ERROR if code == "return.unreadable" else Severity.NOTE)
    elif what != "a CSV":
        assert [row.status for row in answer.milestones] == ["Complete"]
    assert not any("fault in boardpack" in f.says for f in answer.findings)


def test_after_all_of_them_a_right_file_is_read(reading: Reading) -> None:
    assert [row.ref for row in reading.read_data(RIGHT, "a.xlsx").milestones] == ["1.1.1.1"]


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reading: Reading) -> None:
    (tmp_path / "a.xlsx").write_bytes(RIGHT)

    def refuse(*args: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert "cannot be opened (permission denied)" in reading.read(tmp_path / "a.xlsx", "a.xlsx").findings[0].says


TEXTS = {
    "a formula": '=HYPERLINK("http://127.0.0.1:9/?"&A1,"click")',
    "a command": "=cmd|' /C calc'!A0",
    "plus": "+1+1", "minus": "-2+3", "at": "@SUM(1)", "bar": "|calc", "quote": "'=1",
    "HTML": '<script>alert(1)</script><img src="file:///etc/passwd">',
    "CSS": "</style><style>*{background:url(http://127.0.0.1:9/)}",
    "Jinja": "{{ cycler.__init__.__globals__.os.popen('id').read() }}{% include '/etc/passwd' %}{# x #}",
    "a path": "../../../etc/passwd",
    "percent signs": "%s %n {0} ${x} $(id) `id`",
    "SQL": "'; DROP TABLE submissions; --",
}  # fmt: skip


def with_progress(text: str) -> bytes:
    return workbook(return_sheets(milestones=[{"ref": "1.1.1.1", "status": "On track", "progress": text}]))


@pytest.mark.parametrize("kind", TEXTS)
def test_text_stays_text(kind: str, reading: Reading) -> None:
    [row] = reading.read_data(with_progress(TEXTS[kind]), "a.xlsx").milestones
    assert row.progress == TEXTS[kind]


CLEANED: dict[str, tuple[str, str]] = {
    "control characters": ("a\x00b\x07c\x1b[31md", "abc[31md"),
    "a tab before a formula": ("\t=1+1", "=1+1"),
    "a line before a formula": ("\r\n=1+1", "=1+1"),
    "right to left": ("safe\u202etxt.exe\u202c", "safetxt.exe"),
    "isolates": ("\u2066a\u2069\u200fb", "ab"),
    "zero width": ("a\u200bb\ufeffc\u00add", "abcd"),
    "private use": ("a\ue000b", "ab"),
}


@pytest.mark.parametrize("kind", CLEANED)
def test_what_cannot_be_seen_is_taken_out_of_text(kind: str, reading: Reading) -> None:
    raw, kept = CLEANED[kind]
    answer = reading.read_data(with_progress(raw), "a.xlsx")
    assert [row.progress for row in answer.milestones] == [kept]


def test_a_cell_as_long_as_excel_allows_is_shortened_with_a_query(reading: Reading) -> None:
    answer = reading.read_data(with_progress("long " * 6553), "a.xlsx")
    assert len(answer.milestones[0].progress) <= 4000
    assert "cell.too-long" in [f.code for f in answer.findings]


def unprintable(answer: Return) -> list[str]:
    said = [text for f in answer.findings for text in (f.says, f.todo)]
    return [text for text in said if not text.isprintable()]


def test_what_a_finding_quotes_can_be_printed(reading: Reading) -> None:
    bad = "x\x07\x1b[31m\u202ey"
    rows: dict[str, Any] = {
        "milestones": [{"ref": bad, "status": bad}, {"ref": "1.1.1.1", "status": bad, "completed_on": bad}],
        "measures": [{"ref": "1.1-timeliness", "period": bad, "value": bad}],
        "risks": [{"ref": "RM1", "likelihood": bad}],
    }
    answer = reading.read_data(workbook(return_sheets({"Partner": bad, "Month": bad}, **rows)), "a.xlsx")
    assert len(answer.findings) > 5
    assert unprintable(answer) == []


NAMES = [
    "=1+1.xlsx", "<b>.xlsx", "{{7*7}}.xlsx", "a\u202excod.xlsx", "a\nb.xlsx", "-rf.xlsx", "%s.xlsx", "é" * 120 + ".xlsx",
    "'; DROP.xlsx", "con.xlsx", ".xlsx", "a" * 250 + ".xls",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_is_only_a_name(name: str, tmp_path: Path, reading: Reading) -> None:
    (tmp_path / name).write_bytes(RIGHT)
    right = reading.read(tmp_path / name, name)
    assert (right.file, len(right.milestones)) == (name, 1)
    (tmp_path / name).write_bytes(b"%PDF")
    [finding] = reading.read(tmp_path / name, name).findings
    assert "is a PDF" in finding.says
