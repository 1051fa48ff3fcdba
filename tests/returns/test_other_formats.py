"""The other formats: the same cells, or a remark on what the format cannot tell."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from odd_files import Raw, binary_xlsb, old_xls, open_document, open_document_of
from return_files import NAME, WORDS, return_sheets, workbook

from flows.plan.periods import Month
from flows.returns.container import Unreadable
from flows.returns.grids import MOST_COLUMNS, Cell, Grid, Sheets
from flows.returns.reader import read_bytes
from flows.returns.workbooks import open_workbook

FILLED = return_sheets(milestones=[{"ref": "1.1.1.10", "status": "On track", "progress": "Café – “open”\n2 days"}])
WRITERS = {"xlsx": workbook, "xls": old_xls, "xlsb": binary_xlsb, "ods": open_document}


def cells(sheets: Sheets, name: str = "S") -> dict[str, Cell]:
    return {c.address: c for row in sheets.grid(name).rows.values() for c in row.values()}


def values(data: bytes, name: str = "S") -> dict[str, object]:
    return {address: cell.value for address, cell in cells(open_workbook(data, "x"), name).items()}


def ods(*cells: str, styles: str = "") -> Sheets:
    return open_workbook(open_document({"S": [[Raw(cell) for cell in cells]]}, styles), "x")


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_return_is_read_from_every_format(kind: str) -> None:
    answer = read_bytes(WRITERS[kind](FILLED), NAME, WORDS)
    assert (answer.partner, answer.month) == ("council", Month(2022, 11))
    [row] = answer.milestones
    assert (row.ref, row.status, row.progress) == ("1.1.1.10", "On track", "Café – “open”\n2 days")
    assert row.place.cell("status").cell == "G5"


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_a_file_in_a_binary_format_says_once_what_it_cannot_tell(kind: str) -> None:
    answer = read_bytes(WRITERS[kind](FILLED), NAME, WORDS)
    [note] = [f for f in answer.findings if f.code == "return.read-plainly"]
    assert f"(.{kind}), in which neither percentages nor cells with errors can be told" in note.says
    assert ".xlsx" in note.todo


def test_addresses_stay_right_when_a_sheet_does_not_begin_at_its_corner() -> None:
    rows: list[list[Any]] = [[], [], [None, None, "words", 1.5]]
    for write in WRITERS.values():
        assert values(write({"S": rows})) == {"C3": "words", "D3": 1.5}


def test_days_are_days_in_the_formats_that_know_them() -> None:
    rows: list[list[Any]] = [[dt.date(2022, 10, 31)]]
    for write in (workbook, old_xls, open_document):
        assert values(write({"S": rows})) == {"A1": dt.date(2022, 10, 31)}


def test_hidden_sheets_are_known_in_the_old_format() -> None:
    assert open_workbook(old_xls({"S": [["a"]], "T": [["b"]]}, hidden=["T"]), "x").hidden == {"T"}


def test_an_old_workbook_with_a_password_is_told() -> None:
    with pytest.raises(Unreadable, match="is protected with a password"):
        open_workbook(old_xls({"S": [["a"]]}, protected=True), "x")


ODS_CELLS: list[tuple[str, str, Cell | None]] = [
    ("a percentage", 'office:value-type="percentage" office:value="0.5"><text:p>50%</text:p>', Cell(1, 1, 0.5, percent=True)),
    ("money", 'office:value-type="currency" office:value="1200"><text:p>£1,200</text:p>', Cell(1, 1, 1200.0)),
    ("truth", 'office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p>', Cell(1, 1, True)),
    ("a time", 'office:value-type="time" office:time-value="PT9H"><text:p>09:00</text:p>', Cell(1, 1, "09:00")),
    ("a day and time", 'office:value-type="date" office:date-value="2022-10-31T09:00:00">', Cell(1, 1, dt.date(2022, 10, 31))),
    ("an error", 'table:formula="of:=1/0" office:value-type="string"><text:p>#DIV/0!</text:p>', Cell(1, 1, None, error="#DIV/0!")),
    ("an error of LibreOffice", 'calcext:value-type="error"><text:p>Err:502</text:p>', Cell(1, 1, None, error="Err:502")),
    ("a text like an error", 'office:value-type="string"><text:p>#REF!</text:p>', Cell(1, 1, "#REF!")),
    ("a formula never worked out", 'table:formula="of:=B1">', Cell(1, 1, None, uncalculated=True)),
    ("a number beyond all numbers", 'office:value-type="float" office:value="1E999">', Cell(1, 1, None, error="#NUM!")),
    ("spaces, tabs and runs", '><text:p>a<text:s text:c="2"/><text:span>b</text:span><text:tab/>c</text:p>', Cell(1, 1, "a  b\tc")),
    ("a text with a comment", "><office:annotation><text:p>mine</text:p></office:annotation><text:p>a</text:p>", Cell(1, 1, "a")),
    ("a link", '><text:p><text:a xlink:href="file:///etc/hostname">a</text:a></text:p>', Cell(1, 1, "a")),
    ("nothing", ">", None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "inside", "cell"), ODS_CELLS, ids=[c[0] for c in ODS_CELLS])
def test_each_kind_of_open_document_cell_is_read(what: str, inside: str, cell: Cell | None) -> None:
    made = f"<table:table-cell {inside}</table:table-cell>".replace(" >", ">")
    data = open_document_of(
        f'<table:table table:name="S" xmlns:xlink="http://www.w3.org/1999/xlink"><table:table-row>{made}</table:table-row></table:table>'
    )
    assert open_workbook(data, "x").grid("S").rows.get(1, {}).get(1) == cell


def test_repeated_cells_and_rows_stand_in_their_places() -> None:
    gap = '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="9"/></table:table-row>'
    rows = (
        f'{gap}<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    assert values(open_document_of(f'<table:table table:name="S">{rows}</table:table>')) == dict.fromkeys(
        ["C4", "D4", "C5", "D5"], "x"
    )


def test_a_cell_repeated_over_the_whole_sheet_is_cut_off_and_said() -> None:
    row = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384">'
        "<text:p>x</text:p></table:table-cell></table:table-row>"
    )
    grid = open_workbook(open_document_of(f'<table:table table:name="S">{row * 50}</table:table>'), "x").grid("S")
    assert (len(grid.rows), grid.filled, grid.beyond) == (50, 50 * MOST_COLUMNS, "CW1")


def test_hidden_sheets_rows_and_columns_of_an_open_document_are_known() -> None:
    table = (
        '<table:table table:name="S" table:style-name="t1"><table:table-column/><table:table-column table:visibility="collapse"/>'
        '<table:table-row table:visibility="filter"><table:table-cell/><table:table-cell><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )
    style = '<style:style style:name="t1"><style:table-properties table:display="false"/></style:style>'
    sheets = open_workbook(open_document_of(table, style), "x")
    grid: Grid = sheets.grid("S")
    assert (sheets.hidden, grid.hidden, grid.hidden_rows, grid.hidden_columns) == ({"S"}, True, (1,), (2,))


def test_the_copy_of_another_files_sheet_is_no_sheet_and_the_link_is_told() -> None:
    linked = "<table:table table:name=\"'file:///etc/x.ods'#T\"><table:table-source/></table:table>"
    sheets = open_workbook(open_document_of(f'{linked}<table:table table:name="S"/>'), "x")
    assert sheets.sheet_names == ("S",)
    assert [remark.code for remark in sheets.remarks] == ["return.links"]


def test_an_open_document_with_a_password_is_told() -> None:
    manifest = {"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}
    with pytest.raises(Unreadable, match="is protected with a password"):
        open_workbook(open_document({"S": [["a"]]}, **manifest), "x")


TABLE = 'Reference,Due,Status,Progress\n1.1.1.10,31/10/2022,On track,"Open, “since” May"\n'
TEXTS = {
    "commas": TABLE.encode(),
    "semicolons": TABLE.replace(",", ";").replace("Open; ", "Open, ").encode(),
    "tabs": TABLE.replace(",", "\t").replace("Open\t ", "Open, ").encode(),
    "UTF-8 with its mark": TABLE.encode("utf-8-sig"),
    "UTF-16 with its mark": TABLE.encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + TABLE.encode("utf-16-be"),
    "UTF-16 without its mark": TABLE.encode("utf-16-le"),
    "as Windows writes": TABLE.encode("cp1252"),
    "Windows' ends of lines": TABLE.replace("\n", "\r\n").encode(),
    "a reference kept as text": TABLE.replace("1.1.1.10", '="1.1.1.10"').encode(),
    "a divider named first": ("sep=;\n" + TABLE.replace(",", ";").replace("Open; ", "Open, ")).encode(),
    "a title above": ("Our milestones,,,\n,,,\n" + TABLE).encode(),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_table_sent_as_text_is_read(text: str) -> None:
    sheets = open_workbook(TEXTS[text], "x.csv")
    assert (sheets.sheet_names, sheets.single_table) == (("Milestones",), True)
    last = list(sheets.grid("Milestones").rows.values())[-1]
    assert [cell.value for cell in last.values()] == ["1.1.1.10", "31/10/2022", "On track", "Open, “since” May"]
    [remark] = sheets.remarks
    assert (remark.code, "read as Milestones" in remark.says) == ("return.csv", True)


@pytest.mark.parametrize(
    ("headings", "sheet"),
    [
        ("Reference,Period,Value,Numerator", "Measures"),
        ("Number,Title,Kind,Supports", "Evidence"),
        ("Risk,Likelihood,Impact,Mitigation", "Risks"),
        ("Number,About,You said,We did", "Feedback"),
    ],
)
def test_which_table_a_text_holds_shows_from_its_headings(headings: str, sheet: str) -> None:
    assert open_workbook(headings.encode() + b"\n", "x").sheet_names == (sheet,)


@pytest.mark.parametrize(
    "text", [b"hello there", b"name,age\n1,2\n", b"\x80\x81,\x82\n", b"Status\nDone\n", b'"never closed']
)
def test_a_text_that_is_no_table_of_ours_is_quoted(text: bytes) -> None:
    with pytest.raises(Unreadable, match="is a text file or CSV"):
        open_workbook(text, "x.csv")


def test_the_content_of_a_file_counts_and_not_its_name() -> None:
    for kind, write in WRITERS.items():
        for name in ("council.csv", "council.xls", "council.pdf", "council"):
            assert read_bytes(write(FILLED), name, WORDS).readable, (kind, name)


def test_only_a_workbook_that_says_so_counts_days_from_1900_for_certain() -> None:
    rows = {"S": [["words"]]}
    assert open_workbook(workbook(rows), "x").counts_from_1900
    assert not open_workbook(workbook(rows, date_1904=True), "x").counts_from_1900
    for data in (old_xls(rows), binary_xlsb(rows), open_document(rows), b"Reference,Status,Progress\n"):
        assert not open_workbook(data, "x").counts_from_1900
