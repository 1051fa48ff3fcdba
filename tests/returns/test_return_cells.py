"""Cells as Excel stored them, checked against openpyxl where openpyxl can see them."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import warnings
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_files import packed
from return_files import Formula, Percent, changed, workbook, zipped

from flows.returns import sheet_xml
from flows.returns.cells import Workbook
from flows.returns.container import Unreadable
from flows.returns.grids import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, MOST_TEXT, Cell, letters, remarks_on
from flows.returns.plain_rows import plain_rows, plain_texts
from flows.returns.sheet_xml import read_strings


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


def test_more_rows_than_a_return_can_have_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.returns.grids.MOST_ROWS", 20)
    data = changed(workbook({"S": [[1]]}), sheet1=sheet_of("".join(row(n, "<v>1</v>") for n in range(1, 30))))
    grid = Workbook(data).grid("S")
    assert (len(grid.rows), grid.beyond) == (20, "A21")


def test_more_cells_than_a_return_can_have_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.returns.grids.MOST_CELLS", 3)
    grid = Workbook(workbook({"S": [[1, 2], [3, 4]]})).grid("S")
    assert (grid.filled, grid.beyond) == (3, "B2")


def test_a_hundred_thousand_rows_are_not_too_many() -> None:
    assert MOST_ROWS > 100_000
    assert MOST_CELLS > 100_000 * 20


def sheet_of(rows: str, after: str = "", before: str = "") -> Any:
    """Rewrites a sheet so that it holds these rows."""
    return lambda _: f"<worksheet>{before}<sheetData>{rows}</sheetData>{after}</worksheet>".encode()


def row(number: int, inside: str, attributes: str = "", cell: str = "") -> str:
    return f'<row r="{number}" {attributes}><c r="A{number}" {cell}>{inside}</c></row>'


ONE_CELL = [
    ("a text that a formula gave", 't="str"', "<f>B1</f><v>a&amp;b</v>", "a&b"),
    ("an error that a formula gave", 't="e"', "<f>1/0</f><v>#DIV/0!</v>", "#DIV/0!"),
    ("the truth that a formula gave", 't="b"', "<f>1=1</f><v>1</v>", True),
    ("an array formula", "", '<f t="array" ref="A1">SUM(B1:B2)</f><v>7</v>', 7.0),
    ("a number with an exponent", "", "<v>1.5E-3</v>", 0.0015),
    ("a number beyond all numbers", "", "<v>1E999</v>", "#NUM!"),
    ("a number as only Python writes it", "", "<v>1_000</v>", "1_000"),
    ("a day written out", 't="d"', "<v>2022-10-31T09:30:00Z</v>", dt.date(2022, 10, 31)),
    ("a time written out", 't="d"', "<v>half past</v>", "half past"),
    ("text in the cell itself", 't="inlineStr"', "<is><t>in</t></is>", "in"),
    ("rich text in the cell itself", 't="inlineStr"', "<is><r><t>in </t></r>\n <r><t>two</t></r></is>", "in two"),
    ("text with a guide to its sound", 't="inlineStr"', "<is><t>a</t><rPh><t>b</t></rPh></is>", "a"),
    ("a value laid out prettily", "", "\n  <v>5</v>\n", 5.0),
    ("characters that XML cannot hold", 't="str"', "<v>a_x0007_b</v>", "a\x07b"),
    ("the first day of 1900", 's="1"', "<v>1</v>", dt.date(1900, 1, 1)),
    ("the day before the one that never was", 's="1"', "<v>59</v>", dt.date(1900, 2, 28)),
    ("the day after the one that never was", 's="1"', "<v>61</v>", dt.date(1900, 3, 1)),
    ("a day with a time", 's="1"', "<v>44865.75</v>", dt.date(2022, 10, 31)),
    ("a time of day", 's="1"', "<v>0.75</v>", 0.75),
    ("a day that no calendar has", 's="1"', "<v>9999999</v>", 9999999.0),
    ("a style that is not there", 's="999"', "<v>5</v>", 5.0),
]


@pytest.mark.parametrize(("what", "cell", "inside", "value"), ONE_CELL, ids=[c[0] for c in ONE_CELL])
def test_each_way_of_writing_a_cell_is_read(what: str, cell: str, inside: str, value: object) -> None:
    data = changed(workbook({"S": [[dt.date(2022, 1, 1)]]}), sheet1=sheet_of(row(1, inside, cell=cell)))
    found = cells(data)["A1"]
    assert (found.error or found.value) == value


def test_a_cell_holds_no_more_than_excel_lets_it() -> None:
    long = "x" * 100_000
    inline = changed(workbook({"S": [["a"]]}), sheet1=sheet_of(row(1, f"<is><t>{long}</t></is>", cell='t="inlineStr"')))
    shared = changed(workbook({"S": [["a"]]}), sharedStrings=lambda xml: xml.replace(b">a<", f">{long}<".encode()))
    assert [len(str(values(data)["A1"])) for data in (inline, shared)] == [MOST_TEXT, MOST_TEXT]


def test_rows_out_of_order_and_given_twice_stand_where_they_say() -> None:
    rows = row(9, "<v>9</v>") + row(2, "<v>2</v>") + '<row r="2"><c r="B2"><v>3</v></c></row>'
    assert values(changed(workbook({"S": [[1]]}), sheet1=sheet_of(rows))) == {"A9": 9, "A2": 2, "B2": 3}


def test_a_sheet_that_says_it_is_full_is_read_as_it_is() -> None:
    before = '<dimension ref="A1:XFD1048576"/>'
    assert values(changed(workbook({"S": [[1]]}), sheet1=sheet_of(row(1, "<v>1</v>"), before=before))) == {"A1": 1}


def test_the_value_of_merged_cells_is_that_of_the_first() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>' + row(2, "<v>3</v>") + row(3, "<v>4</v>")
    data = changed(workbook({"S": [[1]]}), sheet1=sheet_of(rows, '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'))
    grid = Workbook(data).grid("S")
    assert values(data) == {"A1": 1, "A3": 4}
    assert grid.merged == ((1, 1, 2, 2),)
    [remark] = remarks_on(grid)
    assert "the cell B1 is filled but covered by merged cells" in remark.says


def test_what_excel_hides_is_read_and_said() -> None:
    before = '<cols><col min="1" max="3" hidden="1"/></cols>'
    rows = row(1, "<v>1</v>", 'hidden="1"') + row(2, "<v>2</v>") + row(3, "", 'hidden="1"')
    data = changed(
        workbook({"S": [[1]]}),
        sheet1=sheet_of(rows, before=before),
        workbook=lambda xml: xml.replace(b'<sheet name="S"', b'<sheet name="S" state="veryHidden"'),
    )
    grid = Workbook(data).grid("S")
    assert values(data) == {"A1": 1, "A2": 2}
    assert (grid.hidden, grid.hidden_rows, grid.hidden_columns) == (True, (1,), (1,))
    assert [remark.says for remark in remarks_on(grid)] == [
        "The sheet S is hidden; it was read like the others.",
        "On the sheet S, row 1 and column A are hidden; what stands there was read.",
    ]


def test_sheets_keep_their_names_whatever_those_are() -> None:
    names = ["MILESTONES", "Q&A <3", "Ζωή", "it's", "x" * 31]
    assert Workbook(workbook({name: [[1]] for name in names})).sheet_names == tuple(names)


def utf16(xml: bytes) -> bytes:
    return xml.decode().replace("UTF-8", "UTF-16").encode("utf-16")


ODD_PACKAGES: list[tuple[str, Any]] = [
    ("parts in UTF-16", lambda data: changed(data, sheet1=utf16, sharedStrings=utf16, workbook=utf16)),
    ("backslashes in the paths", lambda data: renamed(data, lambda name: name.replace("/", "\\"))),
    ("paths from the root", lambda data: renamed(data, lambda name: f"/{name}")),
    ("paths in capitals", lambda data: renamed(data, str.upper)),
    ("content types that lie", lambda data: changed(data, **{"[Content_Types]": lambda xml: b"<Types/>"})),
    ("a part twice, alike", lambda data: with_more(data, "xl/workbook.xml", part_of(data, "xl/workbook.xml"))),
    ("a drawing that is missing", lambda data: changed(data, sheet1=with_drawing)),
    ("parts that lead out of the file", lambda data: with_more(data, "../../etc/passwd", b"root")),
]


def renamed(data: bytes, rename: Any) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        return packed({rename(name): old.read(name) for name in old.namelist()})


def part_of(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def with_more(data: bytes, name: str, text: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(name, text)
    return buffer.getvalue()


def with_drawing(xml: bytes) -> bytes:
    return xml.replace(b"</worksheet>", b'<drawing r:id="rId9"/></worksheet>')


@pytest.mark.parametrize(("what", "change"), ODD_PACKAGES, ids=[p[0] for p in ODD_PACKAGES])
def test_an_odd_package_reads_as_the_right_one_does(what: str, change: Any) -> None:
    data = workbook({"S": [["words", 1.5, dt.date(2022, 10, 31)]]})
    assert values(change(data)) == values(data)


def test_a_part_that_is_there_twice_and_differs_is_no_guess() -> None:
    data = workbook({"S": [["words"]]})
    with pytest.raises(Unreadable, match=r"two different parts named xl/workbook\.xml"):
        Workbook(with_more(data, "xl/workbook.xml", b"<workbook/>"))


def test_without_styles_and_shared_strings_the_rest_is_read() -> None:
    data = workbook({"S": [["words", 1.5]]})
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        kept = {n: old.read(n) for n in old.namelist() if "styles" not in n and "sharedStrings" not in n}
    kept["xl/worksheets/sheet1.xml"] = sheet_of(row(1, "<v>44865</v>", cell='s="1"'))(b"")
    assert values(packed(kept)) == {"A1": 44865}


def test_macros_and_links_to_other_files_are_told() -> None:
    data = with_more(workbook({"S": [[1]]}), "xl/vbaProject.bin", b"program")
    data = with_more(data, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    macros, links = Workbook(data).remarks
    assert (macros.code, links.code) == ("return.macros", "return.links")
    assert "never run" in macros.says
    assert "never opened" in links.says


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("part", ["sheet1", "sharedStrings", "workbook", "styles"])
def test_a_part_that_defines_entities_is_refused(part: str) -> None:
    data = workbook({"S": [["words", dt.date(2022, 10, 31)]]})
    data = changed(data, **{part: lambda xml: xml.replace(b"?>", b"?>" + ENTITIES, 1)})
    with pytest.raises(Unreadable, match="definitions of its own"):
        Workbook(data).grid("S")


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


PLAIN = '<row r="{0}" spans="1:3"><c r="A{0}" s="1"><v>{0}</v></c><c r="B{0}" t="s"><v>0</v></c><c r="C{0}"/></row>'
ODDITIES = [
    "", '<row r="9"><c r="A9"><f>1+1</f><v>2</v></c></row>', "<!-- x -->", '<row r="9"><c r="A9"><v>&#49;</v></c></row>',
    "<row><c><v>1</v></c></row>", '<row r="9" hidden="1"><c r="A9"><v>1</v></c></row>', '<row r="9"/>', "\n  ",
    '<row r="2"><c r="A2"><v>8</v></c><c r="Z2"><v>9</v></c></row>', '<row r="9"><c r="XFD9"><v>1</v></c></row>',
    '<row r="9"><c r="A9" t="e"/><c r="B9" t="b"><v>1</v></c><c r="C9" t="str"><v>a b</v></c></row>',
    '<row r="9"><c r="A9" t="str"><v></v></c><c r="B9" t="str"><v> </v></c></row>', "<![CDATA[x]]>",
]  # fmt: skip


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("around", ["<cols/>", '<sheetPr/><cols><col min="1" max="1" hidden="1"/></cols>'])
def test_plain_rows_are_read_as_the_parser_reads_them(
    oddity: str, around: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(PLAIN.format(n) for n in range(1, 6)) + oddity
    merged = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
    data = changed(workbook({"S": [["words", dt.date(2022, 1, 1)]]}), sheet1=sheet_of(rows, merged, around))
    quick = Workbook(data).grid("S")
    monkeypatch.setattr("flows.returns.sheet_xml.plain_rows", lambda _: None)
    assert quick == Workbook(data).grid("S")
    assert quick.rows[5][2].value == "words"


def test_the_rows_that_excel_and_the_form_write_are_plain() -> None:
    rows = part_of(workbook({"S": [["a", 1.5, dt.date(2022, 1, 1)], [None, True]]}), "xl/worksheets/sheet1.xml")
    assert plain_rows(rows) is not None
    excel = '<row r="5" spans="1:3" ht="30" customHeight="1" x14ac:dyDescent="0.25">'
    assert plain_rows(rows.replace(b'<row r="2" spans="1:3">', excel.encode())) is not None


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


_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PIECES = st.sampled_from(
    ["words", "é – “ŵ”", "&amp;", "&lt;b&gt;", "&quot;", "&apos;", "&amp;lt;", " ", "\n", "\t", "_x0007_", "&#10;", "&", ">", "]]>", "\r\n", "\x0b", "\x7f", "\ufffe", "👩"]
)  # fmt: skip
_SHARED = st.sampled_from(
    ["<si><t>{}</t></si>", '<si><t xml:space="preserve">{}</t></si>', "<si><r><t>{}</t></r></si>", "<si><t/></si>", "<si><t>{}</t><rPh><t>x</t></rPh></si>", "<!-- {} -->", "<si/>"]
)  # fmt: skip


def _strings(data: bytes) -> list[str] | str:
    try:
        return read_strings(io.BytesIO(data), "strings.xml")
    except Unreadable as problem:
        return problem.what


@given(
    st.lists(st.tuples(_SHARED, st.lists(_PIECES, max_size=4)), max_size=4),
    st.sampled_from(["", _DECLARED, "\ufeff" + _DECLARED, _DECLARED.replace("UTF-8", "ISO-8859-1")]),
)
def test_shared_texts_are_the_same_with_and_without_a_parser(texts: list[tuple[str, list[str]]], begins: str) -> None:
    inner = "".join(form.format("".join(said)) for form, said in texts)
    data = f'{begins}<sst xmlns="urn:x" count="4">{inner}</sst>'.encode()
    read = _strings(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_xml, "plain_texts", lambda data: None)
        assert _strings(data) == read


def test_plain_shared_texts_need_no_parser_and_others_do() -> None:
    plain = b'<sst><si><t>a &amp; b &lt;c&gt;</t></si><si><t xml:space="preserve"> d</t></si></sst>'
    assert plain_texts(plain) == ["a & b <c>", " d"]
    for odd in (b"<r>", b"&#10;", b"<!---->", b"\xff", b"&other;"):
        assert plain_texts(plain.replace(b"a ", odd)) is None


def test_a_shared_text_is_cut_where_excel_would_cut_it() -> None:
    for form in ("<sst><si><t>{}</t></si></sst>", "<sst><si><r><t>{}</t></r></si></sst>"):
        [text] = read_strings(io.BytesIO(form.format("x" * (MOST_TEXT + 9)).encode()), "strings.xml")
        assert len(text) == MOST_TEXT
