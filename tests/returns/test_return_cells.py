"""Cells as Excel stored them, checked against openpyxl where openpyxl can see them."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from return_files import Formula, Percent, changed, workbook, zipped

from flows.returns.cells import MOST_COLUMNS, MOST_ROWS, Cell, Workbook, letters
from flows.returns.container import Unreadable


def cells(data: bytes, sheet: str = "S") -> dict[str, Cell]:
    return {c.address: c for row in Workbook(data).grid(sheet).rows.values() for c in row.values()}


def values(data: bytes, sheet: str = "S") -> dict[str, object]:
    return {address: cell.value for address, cell in cells(data, sheet).items()}


def test_text_numbers_dates_and_truth_are_read_with_their_addresses() -> None:
    rows: list[list[Any]] = [[], [None, "words", 1.1, dt.date(2022, 10, 31)], [True, "  ", "=1+1", 12]]
    assert values(workbook({"S": rows})) == {
        "B2": "words", "C2": 1.1, "D2": dt.date(2022, 10, 31), "A3": True, "B3": "  ", "C3": "=1+1", "D3": 12.0,
    }  # fmt: skip


def test_a_percentage_is_known_by_its_format() -> None:
    cell = cells(workbook({"S": [[Percent(0.812)]]}))["A1"]
    assert (cell.value, cell.percent, cell.shown) == (0.812, True, "81.2%")


def test_a_formula_that_was_never_calculated_is_told_from_one_that_was() -> None:
    never = workbook({"S": [[Formula("=A2"), 5]]})
    assert cells(never)["A1"].uncalculated
    assert cells(never)["B1"].value == 5
    empty_text = changed(never, sheet1=lambda xml: xml.replace(b'<c r="A1">', b'<c r="A1" t="str">'))
    assert "A1" not in cells(empty_text)
    seven = changed(never, sheet1=lambda xml: xml.replace(b"<v></v>", b"<v>7</v>"))
    assert cells(seven)["A1"].value == 7


def test_an_error_is_kept_with_its_name() -> None:
    page = openpyxl.Workbook()
    page.active["B2"] = "#REF!"  # type: ignore[index]
    buffer = io.BytesIO()
    page.save(buffer)
    cell = cells(buffer.getvalue(), "Sheet")["B2"]
    assert (cell.value, cell.error) == (None, "#REF!")


def test_a_workbook_that_counts_from_1904_gives_the_same_dates() -> None:
    rows = [[dt.date(2022, 10, 31)]]
    assert values(workbook({"S": rows}, date_1904=True)) == values(workbook({"S": rows}))


def test_strict_open_xml_is_read() -> None:
    data = workbook({"S": [["words", dt.date(2022, 10, 31)]]})

    def strict(xml: bytes) -> bytes:
        xml = xml.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        return xml.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"
        )

    parts = dict.fromkeys(("workbook", "sheet1", "styles", "sharedStrings", ""), strict)
    assert values(changed(data, **parts)) == values(data)


def test_rich_text_is_joined_and_phonetic_guides_left_out() -> None:
    rich = b"<si><r><t>Said </t></r><r><rPr><b/></rPr><t>complete</t></r><rPh sb='0' eb='1'><t>kana</t></rPh></si>"
    data = changed(workbook({"S": [["words"]]}), sharedStrings=lambda xml: re.sub(b"<si>.*</si>", rich, xml))
    assert values(data) == {"A1": "Said complete"}


def test_cells_without_addresses_follow_one_another() -> None:
    data = workbook({"S": [["a", "b"], ["c"]]})
    data = changed(data, sheet1=lambda xml: re.sub(rb'(<c|<row) r="[A-Z0-9]+"', rb"\1", xml))
    assert values(data) == {"A1": "a", "B1": "b", "A2": "c"}


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("dd/mm/yyyy", "date"), ("[$-809]d mmmm yyyy;@", "date"), ("mmm-yy", "date"), ("0%", "percent"),
        ('0.0"%"', ""), ("#,##0", ""), ('0 "days"', ""), ("[Red]0.0", ""), ("General", ""), ("@", ""), ("[h]:mm", "date"),
    ],
)  # fmt: skip
def test_number_formats_tell_dates_and_percentages(code: str, look: str) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page["A1"] = 40000
    page["A1"].number_format = code
    buffer = io.BytesIO()
    book.save(buffer)
    cell = cells(buffer.getvalue(), "Sheet")["A1"]
    assert ("date" if isinstance(cell.value, dt.date) else "percent" if cell.percent else "") == look


def test_a_stray_cell_in_the_last_row_and_column_costs_nothing() -> None:
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    data = changed(workbook({"S": [[1]]}), sheet1=lambda xml: re.sub(b"<row.*</row>", rows, xml))
    started = time.perf_counter()
    grid = Workbook(data).grid("S")
    assert time.perf_counter() - started < 1
    assert (len(grid.rows), grid.beyond) == (1, "XFD1048576")


def test_more_rows_than_a_return_can_have_are_left_out_and_said() -> None:
    row = "<row r='{0}'><c r='A{0}'><v>1</v></c></row>"
    many = "".join(row.format(n) for n in range(1, MOST_ROWS + 10)).encode()
    data = changed(workbook({"S": [[1]]}), sheet1=lambda xml: re.sub(b"<row.*</row>", many, xml))
    grid = Workbook(data).grid("S")
    assert (len(grid.rows), grid.beyond) == (MOST_ROWS, f"A{MOST_ROWS + 1}")


def test_an_entity_in_the_xml_is_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    xml = (
        b'<?xml version="1.0"?>' + bomb + b"<worksheet><sheetData><row><c t='inlineStr'><is><t>&f;&b;</t></is></c>"
        b"<c t='inlineStr'><is><t>plain</t></is></c></row></sheetData></worksheet>"
    )
    assert values(changed(workbook({"S": [[1]]}), sheet1=lambda _: xml)) == {"B1": "plain"}


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("sheet1", b"<worksheet><sheetData><row"),
        ("workbook", b"not xml"),
        ("sharedStrings", b"<sst></sst>"),
        ("styles", b"<<<"),
        ("workbook", b"<workbook><sheets/></workbook>"),
    ],
)
def test_a_damaged_part_is_said_and_nothing_else_happens(part: str, text: bytes) -> None:
    data = changed(workbook({"S": [["a", 1, dt.date(2022, 1, 1)]]}), **{part: lambda _: text})
    with pytest.raises(Unreadable):
        Workbook(data).grid("S")


def test_a_sheet_that_lies_outside_the_workbook_is_never_fetched() -> None:
    relations = b'<r><R Id="a" Type="/worksheet" Target="http://elsewhere.example/s.xml" TargetMode="External"/></r>'
    main = b'<w xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></w>'
    data = zipped(xl__workbook_dot_xml=main, xl___rels__workbook_dot_xml_dot_rels=relations)
    with pytest.raises(Unreadable, match="without sheets"):
        Workbook(data)


@pytest.mark.parametrize(
    ("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_have_the_letters_that_excel_gives_them(column: int, name: str) -> None:
    assert letters(column) == name


CELL = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=30),
    st.floats(-1e300, 1e300),
    st.booleans(),
    st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, max_size=6), max_size=6))
def test_what_was_written_in_a_cell_is_what_is_read(rows: list[list[object]]) -> None:
    written = {
        f"{letters(c)}{r}": value
        for r, row in enumerate(rows, start=1)
        for c, value in enumerate(row, start=1)
        if value is not None
    }
    read = values(workbook({"S": rows}))
    assert set(read) == set(written)
    for address, value in written.items():
        assert read[address] == (pytest.approx(value, rel=1e-14) if type(value) is float else value)
    assert MOST_COLUMNS > 6
