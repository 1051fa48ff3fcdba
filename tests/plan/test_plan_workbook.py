"""The plan workbook: what is written is what is read, whatever people do to the columns; faults name their cells."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from small_plan import SOUND

from flows.plan.findings import NOWHERE, Finding, Severity, UserError
from flows.plan.layout import MILESTONES, SHEETS, Kind
from flows.plan.loading import comparator_period, load_plan, require_sound
from flows.plan.model import Frequency, Plan
from flows.plan.workbook import rows_of, write_plan_workbook
from tests.example.make_plan import example_plan

PARTS = (
    "partners", "areas", "focus_areas", "promises", "actions", "milestones", "measures", "risks", "boards", "glossary",
)  # fmt: skip
Sheets = dict[str, list[list[Any]]]


def without_origins(plan: Plan) -> Plan:
    def bare(item: Any) -> Any:
        if hasattr(item, "comparators"):
            item = replace(item, comparators=tuple(bare(c) for c in item.comparators))
        return replace(item, origin=NOWHERE)

    return replace(plan, **{part: tuple(bare(item) for item in getattr(plan, part)) for part in PARTS})


def sheets_of(plan: Plan = SOUND) -> Sheets:
    """The sheets with their headings, to be altered before they are saved."""
    rows = rows_of(plan)
    return {sheet.name: [[c.heading for c in sheet.columns], *rows[sheet.name]] for sheet in SHEETS}


def saved(path: Path, sheets: Sheets) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(down, across, dt.datetime(value.year, value.month, value.day), day)
                elif isinstance(value, str) and value.startswith("{=}"):
                    page.write_formula(down, across, value[2:], None, value.partition("|")[2] or "")
                elif value is not None:
                    page.write(down, across, value)
    book.close()
    return path


def loaded(tmp_path: Path, sheets: Sheets) -> tuple[Plan, tuple[Finding, ...]]:
    return load_plan(saved(tmp_path / "plan.xlsx", sheets), "inputs/plan.xlsx")


def faults(tmp_path: Path, sheets: Sheets) -> list[tuple[str, str, str]]:
    """Code, severity and place of each finding."""
    return [(f.code, f.severity.value, f"{f.origin.sheet}!{f.origin.cell}") for f in loaded(tmp_path, sheets)[1]]


@pytest.mark.parametrize("plan", [SOUND, example_plan()], ids=["small", "example"])
def test_what_is_written_is_read_again(tmp_path: Path, plan: Plan) -> None:
    write_plan_workbook(plan, tmp_path / "plan.xlsx")
    assert without_origins(load_plan(tmp_path / "plan.xlsx")[0]) == plan


def test_the_example_is_the_whole_published_plan_and_has_no_errors(tmp_path: Path) -> None:
    write_plan_workbook(example_plan(), tmp_path / "plan.xlsx")
    plan, findings = load_plan(tmp_path / "plan.xlsx")
    counts = [len(part) for part in (plan.areas, plan.focus_areas, plan.actions, plan.milestones, plan.measures)]
    assert counts == [4, 8, 30, 95, 33]
    require_sound(findings)
    assert {f.code for f in findings} == {
        "plan.baselines-contradict", "plan.lead-without-organisation", "plan.gap-in-numbers", "plan.dependency",
        "plan.undated",
    }  # fmt: skip


def test_the_committed_workbook_is_the_example(tmp_path: Path) -> None:
    committed = Path(__file__).parents[2] / "inputs" / "plan.xlsx"
    write_plan_workbook(example_plan(), tmp_path / "plan.xlsx")
    assert committed.read_bytes() == (tmp_path / "plan.xlsx").read_bytes()


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_plan_workbook(SOUND, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_text_never_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    write_plan_workbook(SOUND, tmp_path / "plan.xlsx")
    with zipfile.ZipFile(tmp_path / "plan.xlsx") as package:
        pages = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in page or b"<hyperlink" in page for page in pages)


def test_an_empty_workbook_has_every_sheet_and_heading(tmp_path: Path) -> None:
    write_plan_workbook(None, tmp_path / "plan.xlsx")
    plan, findings = load_plan(tmp_path / "plan.xlsx")
    assert plan.milestones == ()
    assert findings == ()


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Z"]), min_size=1, max_size=30
).filter(lambda text: not text.startswith("{="))


@settings(max_examples=15, deadline=None)
@given(TEXT, TEXT)
def test_any_words_survive_the_workbook(tmp_path_factory: pytest.TempPathFactory, title: str, note: str) -> None:
    path = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    milestones = (replace(SOUND.milestones[0], title=title, note=note), *SOUND.milestones[1:])
    write_plan_workbook(replace(SOUND, milestones=milestones), path)
    first = load_plan(path)[0].milestones[0]
    assert (first.title, first.note) == (title, note)


def test_columns_may_be_moved_renamed_and_left_out_and_rows_left_blank(tmp_path: Path) -> None:
    sheets = sheets_of()
    rows = [list(reversed(row)) for row in sheets["Milestones"]]
    rows[0] = ["NOTES", "returned by ", "Due\u00a0Date", " milestone", "Action", "REF."]
    sheets["Milestones"] = [["Our plan"], [], rows[0], [], *rows[1:3], [" ", None], rows[3]]
    sheets["Actions"] = [[*row[:1], *row[2:-1]] for row in sheets["Actions"]]
    sheets[" areas OF concern"] = sheets.pop("Areas")
    plan, findings = loaded(tmp_path, sheets)
    assert findings == ()
    assert without_origins(plan) == SOUND
    assert str(plan.milestones[2].origin) == "inputs/plan.xlsx, Milestones!F8"


def test_who_returns_a_milestone_is_who_leads_the_action_where_nobody_is_named(tmp_path: Path) -> None:
    sheets = sheets_of()
    for row in sheets["Milestones"][1:]:
        row[4] = None
    assert [m.partners for m in loaded(tmp_path, sheets)[0].milestones] == [
        ("hospital", "council"),
        ("hospital", "council"),
        ("council",),
    ]


@pytest.mark.parametrize("name", ["council", "COUNCIL", "Anytown Council", " anytown  council"])
def test_a_partner_may_be_named_by_key_name_or_short_name(tmp_path: Path, name: str) -> None:
    sheets = sheets_of()
    sheets["Milestones"][3][4] = name
    assert loaded(tmp_path, sheets)[0].milestones[2].partners == ("council",)


def test_a_joint_lead_whose_role_has_a_comma_keeps_it(tmp_path: Path) -> None:
    action = loaded(tmp_path, sheets_of())[0].actions[0]
    assert [(lead.role, lead.partner) for lead in action.leads] == [
        ("Head of Therapies", "hospital"),
        ("Assistant Director Education, SEND and Early Years", "council"),
    ]


CELLS = [
    ("Milestones", 1, 3, "31/06/23", "plan.bad-due-date", "error", "Milestones!D2"),
    ("Milestones", 1, 3, None, "plan.bad-due-date", "error", "Milestones!D2"),
    ("Milestones", 1, 3, 44865, "plan.bad-due-date", "error", "Milestones!D2"),
    ("Milestones", 1, 3, "TBC", "plan.undated", "note", "Milestones!D2"),
    ("Milestones", 1, 2, " ", "plan.empty-cell", "error", "Milestones!C2"),
    ("Milestones", 1, 4, "Hospital; BTH", "plan.unknown-partner", "error", "Milestones!E2"),
    ("Milestones", 1, 1, "1.1.2", "plan.wrong-parent", "error", "Milestones!B2"),
    ("Milestones", 1, 1, "1.1.7", "plan.unknown-parent", "error", "Milestones!B2"),
    ("Actions", 2, 1, 1.1, "plan.bad-reference", "error", "Actions!B3"),
    ("Actions", 2, 1, dt.date(2022, 1, 1), "plan.bad-reference", "error", "Actions!B3"),
    ("Actions", 2, 4, "Forum", "plan.unknown-partner", "error", "Actions!E3"),
    ("Actions", 2, 4, None, "plan.lead-without-organisation", "note", "Actions!E3"),
    ("Measures", 1, 5, None, "plan.measure-without-direction", "error", "Measures!F2"),
    ("Measures", 1, 5, "better", "plan.measure-without-direction", "error", "Measures!F2"),
    ("Measures", 1, 6, "now and then", "plan.not-a-choice", "error", "Measures!G2"),
    ("Measures", 1, 7, None, "plan.no-partner", "error", "Measures!H2"),
    ("Measures", 1, 14, "about 90", "plan.not-a-number", "error", "Measures!O2"),
    ("Measures", 1, 14, 919, "plan.impossible-value", "error", "Measures!O2"),
    ("Measures", 1, 14, 0.919, "plan.fraction", "query", "Measures!O2"),
    ("Measures", 1, 17, "31/06/23", "plan.bad-date", "error", "Measures!R2"),
    ("Comparators", 1, 2, None, "plan.empty-cell", "error", "Comparators!C2"),
    ("Comparators", 1, 2, 869, "plan.impossible-value", "error", "Comparators!C2"),
    ("Measures", 5, 20, "0 to 6 weeks", "plan.one-part", "error", "Measures!U6"),
    ("Measures", 5, 20, "0 to 6 weeks; 0-6 wks", "plan.part-twice", "error", "Measures!U6"),
    ("Measures", 5, 21, "bar", "plan.not-a-choice", "error", "Measures!V6"),
    ("Measures", 5, 22, "1.1-I9", "plan.unknown-promise", "error", "Measures!W6"),
    ("Measures", 5, 22, "1.1-I1; 1.1-E1", "plan.shows-evidence", "error", "Measures!W6"),
    ("Measures", 5, 22, "all of them", "plan.bad-reference", "error", "Measures!W6"),
    ("Measures", 5, 10, "longest", "plan.role-twice", "error", "Measures!K6"),
    ("Measures", 1, 17, None, "plan.target-without-date", "note", "Measures!R2"),
    ("Measures", 1, 16, 120, "plan.impossible-value", "error", "Measures!Q2"),
    ("Measures", 1, 16, 80, "plan.target-worse-than-baseline", "query", "Measures!Q2"),
    ("Comparators", 2, 3, "2020-21", "plan.comparators-disagree", "error", "Comparators!C3"),
    ("Comparators", 2, 3, "lately", "plan.period-not-read", "note", "Comparators!D3"),
    ("Comparators", 2, 5, "20 Octember 2022", "plan.bad-date", "error", "Comparators!F3"),
    ("Comparators", 1, 0, "1.1-nothing", "plan.unknown-measure", "error", "Comparators!A2"),
    ("Risks", 1, 5, 6, "plan.impossible-score", "error", "Risks!F2"),
    ("Risks", 1, 6, 2.5, "plan.not-a-number", "error", "Risks!G2"),
    ("Risks", 1, 2, None, "plan.unknown-parent", "error", "Risks!C2"),
    ("Boards", 2, 2, "1; 3", "plan.unknown-area", "error", "Boards!C3"),
    ("Boards", 2, 2, "all of them", "plan.bad-reference", "error", "Boards!C3"),
    ("Promises", 1, 2, "Hope", "plan.not-a-choice", "error", "Promises!C2"),
    ("Partners", 3, 4, "perhaps", "plan.not-a-choice", "error", "Partners!E4"),
]


@pytest.mark.parametrize(("sheet", "row", "column", "value", "code", "severity", "place"), CELLS)
def test_a_fault_names_its_cell(
    tmp_path: Path, sheet: str, row: int, column: int, value: object, code: str, severity: str, place: str
) -> None:
    sheets = sheets_of()
    sheets[sheet][row][column] = value
    assert (code, severity, place) in faults(tmp_path, sheets)


NEW_COLUMNS = {"Measures": ("Parts", "Chart", "Shows"), "Comparators": ("Available from",)}


def test_a_plan_of_before_parts_charts_promises_shown_and_series_loads_as_it_was(tmp_path: Path) -> None:
    sheets = sheets_of()
    for sheet, headings in NEW_COLUMNS.items():
        gone = [sheets[sheet][0].index(heading) for heading in headings]
        sheets[sheet] = [[cell for at, cell in enumerate(row) if at not in gone] for row in sheets[sheet]]
    plan, findings = loaded(tmp_path, sheets)
    assert findings == ()
    assert {(m.parts, m.chart, m.shows) for m in plan.measures} == {((), "", ())}
    assert [(c.value, c.available) for c in plan.measures[0].comparators] == [(86.9, None), (87.4, None)]


def test_parts_keep_their_order_and_may_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    sheets = sheets_of()
    sheets["Measures"][5][20] = " over 18 weeks;\n0 to 6  weeks\n6 to 18 weeks;"
    assert loaded(tmp_path, sheets)[0].measures[4].parts == ("over 18 weeks", "0 to 6 weeks", "6 to 18 weeks")


def test_what_a_measure_shows_may_stand_on_lines_of_its_own(tmp_path: Path) -> None:
    sheets = sheets_of()
    sheets["Measures"][5][22] = "1.1-O1\n1.1-I1, 1.1-O1"
    assert loaded(tmp_path, sheets)[0].measures[4].shows == ("1.1-O1", "1.1-I1")


@pytest.mark.parametrize(
    ("frequency", "period", "label"),
    [
        (Frequency.ACADEMIC_YEAR, "2021/22", "2021/22"),
        (Frequency.ACADEMIC_YEAR, "2022", None),
        (Frequency.YEARLY, 2022.0, "2022"),
        (Frequency.MONTHLY, "2022", "2022"),
        (Frequency.MONTHLY, dt.date(2022, 10, 1), "October 2022"),
        (Frequency.TERMLY, "2022", None),
        (Frequency.QUARTERLY, "Q3 2022", None),
        (Frequency.MONTHLY, "as printed", None),
        (Frequency.MONTHLY, "", None),
    ],
)
def test_a_comparator_has_its_place_in_time_where_its_period_can_be_told(
    frequency: Frequency, period: object, label: str | None
) -> None:
    when = comparator_period(period, frequency)
    assert (when.label if when else None) == label


def test_two_figures_of_one_comparator_are_both_named(tmp_path: Path) -> None:
    sheets = sheets_of()
    sheets["Comparators"][2][3] = "2020-21"
    [finding] = loaded(tmp_path, sheets)[1]
    assert finding.says == (
        "England for 1.1-attendance, 2020-21, is 87.4 here, but 86.9 in inputs/plan.xlsx, Comparators!C2."
    )


def test_values_that_are_written_otherwise_are_understood(tmp_path: Path) -> None:
    sheets = sheets_of()
    sheets["Measures"][1][14] = "91.9%"
    sheets["Measures"][1][17] = "31 August 2023"
    sheets["Milestones"][2][3] = dt.date(2022, 10, 31)
    sheets["Areas"][1][0] = 1
    sheets["Boards"][2][2] = 1
    plan, findings = loaded(tmp_path, sheets)
    assert findings == ()
    assert plan.measures == loaded(tmp_path, sheets_of())[0].measures
    assert plan.milestones[1].due.day == dt.date(2022, 10, 31)
    assert plan.boards[1].area_refs == ("1",)


@pytest.mark.parametrize("sheet", [sheet.name for sheet in SHEETS if sheet.required])
def test_a_sheet_that_is_missing_is_an_error(tmp_path: Path, sheet: str) -> None:
    sheets = sheets_of()
    del sheets[sheet]
    assert ("plan.missing-sheet", "error", "!") in faults(tmp_path, sheets)


def test_sheets_that_may_be_left_out_are_not_missed(tmp_path: Path) -> None:
    required = {sheet.name for sheet in SHEETS if sheet.required}
    sheets = {name: rows for name, rows in sheets_of().items() if name in required}
    assert faults(tmp_path, sheets) == []


def test_a_heading_that_is_missing_is_an_error_and_one_that_is_unknown_a_note(tmp_path: Path) -> None:
    sheets = sheets_of()
    sheets["Milestones"][0][3] = "When"
    found = faults(tmp_path, sheets)
    assert ("plan.missing-column", "error", "Milestones!A1") in found
    assert ("plan.unknown-column", "note", "Milestones!D1") in found


def test_a_heading_that_stands_there_twice_is_pointed_out(tmp_path: Path) -> None:
    sheets = sheets_of()
    sheets["Milestones"][0].append("Due")
    assert faults(tmp_path, sheets) == [("plan.unknown-column", "note", "Milestones!G1")]


def test_a_sheet_that_nothing_reads_is_pointed_out(tmp_path: Path) -> None:
    assert faults(tmp_path, sheets_of() | {"Riks": [["Reference"]]}) == [("plan.unknown-sheet", "note", "Riks!")]


@pytest.mark.parametrize(
    ("formula", "said"),
    [("{=}1/0|#DIV/0!", "the error #DIV/0!"), ("{=}A1", "a formula that was never calculated")],
)
def test_a_cell_that_would_be_read_as_empty_is_an_error(tmp_path: Path, formula: str, said: str) -> None:
    sheets = sheets_of()
    sheets["Milestones"][1][5] = formula
    findings = loaded(tmp_path, sheets)[1]
    assert [(f.code, f.origin.cell) for f in findings] == [("plan.unreadable-cell", "F2")]
    assert said in findings[0].says


@pytest.mark.parametrize("place", [(1_048_575, 0), (0, 16_383)])
def test_a_stray_cell_at_the_edge_of_the_sheet_is_refused_before_it_fills_memory(
    tmp_path: Path, place: tuple[int, int]
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "plan.xlsx"))
    book.add_worksheet("Milestones").write(*place, "x")
    book.close()
    with pytest.raises(UserError, match=r'cell [A-Z]+\d+ of the sheet "Milestones" lies far outside the table'):
        load_plan(tmp_path / "plan.xlsx")


def sound_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_plan_workbook(SOUND, Path(folder) / "plan.xlsx")
        return (Path(folder) / "plan.xlsx").read_bytes()


SOUND_BYTES = sound_bytes()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(SOUND_BYTES)
    at = data.draw(st.integers(0, len(content) - 1))
    content[at : at + data.draw(st.integers(1, 200))] = data.draw(st.binary(max_size=60))
    path = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    path.write_bytes(content)
    with contextlib.suppress(UserError):
        load_plan(path)


def test_errors_stop_the_build_and_say_which_cells(tmp_path: Path) -> None:
    sheets = sheets_of()
    sheets["Milestones"][1][3] = "31/06/23"
    sheets["Risks"][1][5] = 6
    with pytest.raises(UserError) as caught:
        require_sound(loaded(tmp_path, sheets)[1])
    head, *errors = str(caught.value).splitlines()
    assert head == "The plan has 2 errors, so nothing was built."
    assert errors[0].startswith('inputs/plan.xlsx, Milestones!D2: "31/06/23" cannot be a date: June 2023 has 30 days.')
    assert errors[1].startswith("inputs/plan.xlsx, Risks!F2: The likelihood of risk R1 is 6.")


def test_queries_and_notes_stop_nothing() -> None:
    require_sound(
        [Finding("plan.undated", Severity.NOTE, "", "", ""), Finding("plan.fraction", Severity.QUERY, "", "", "")]
    )


@pytest.mark.parametrize(
    "content", [b"", b"Reference,Due\n1.1.1.1,31/10/22\n", b"PK\x03\x04 half a file", b"\x00" * 5000]
)
def test_what_is_no_workbook_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plan.xlsx").write_bytes(content)
    with pytest.raises(UserError, match=r"inputs/plan\.xlsx is not a workbook that can be read"):
        load_plan(tmp_path / "plan.xlsx", "inputs/plan.xlsx")


def test_a_workbook_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"inputs/plan\.xlsx is not there"):
        load_plan(tmp_path / "plan.xlsx", "inputs/plan.xlsx")


def test_a_workbook_with_a_password_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Excel keeps an encrypted workbook in a compound file, which begins like this."""
    (tmp_path / "plan.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096)
    with pytest.raises(UserError, match="protected by a password: save a copy without one"):
        load_plan(tmp_path / "plan.xlsx", "inputs/plan.xlsx")


def test_the_same_file_has_the_same_fingerprint(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_plan_workbook(SOUND, tmp_path / name)
    assert load_plan(tmp_path / "a.xlsx")[0].fingerprint == load_plan(tmp_path / "b.xlsx")[0].fingerprint
    assert len(load_plan(tmp_path / "a.xlsx")[0].fingerprint) == 64


def test_references_and_due_dates_are_kept_as_text_in_the_workbook() -> None:
    kinds = {column.field: column.kind for column in MILESTONES.columns}
    assert (kinds["ref"], kinds["due"]) == (Kind.REFERENCE, Kind.DUE)


def test_every_heading_has_a_note_and_none_means_two_columns() -> None:
    for sheet in SHEETS:
        names = [name.lower() for column in sheet.columns for name in (column.heading, *column.synonyms)]
        assert all(column.note.endswith(".") for column in sheet.columns)
        assert len({column.heading for column in sheet.columns}) == len(sheet.columns)
        assert len(set(names)) == len(names), sheet.name
