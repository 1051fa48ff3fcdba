"""The form: filled in as far as possible, easy to fill in the rest, the same bytes each time, and read back exactly."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.plan.due import DueDate, parse_due
from flows.plan.model import Action, Area, FocusArea, Frequency, Improves, Measure, Milestone, Partner, Plan
from flows.plan.periods import Month, Period, academic_year, month_period
from flows.plan.settings import Calendar, Partnership, Settings
from flows.returns import layout
from flows.returns.forms import write_form
from flows.returns.prefill import NOTHING_ON_RECORD, Prefill, form_rows, period_due
from flows.returns.reader import read_return
from flows.returns.records import (
    NO_PLACE,
    CommentaryRow,
    DecisionRow,
    EvidenceRow,
    FeedbackRow,
    MeasureRow,
    MilestoneRow,
    Return,
    RiskRow,
)
from flows.returns.values import clean_text
from flows.returns.vocabulary import vocabulary_of

NOVEMBER = Month(2022, 11)
COUNCIL = Partner("council", "Anytown Council & Sons", "Council")
GROUP = Partner("group", "SEND Improvement Group", "Group", is_improvement_group=True)
SETTINGS = Settings(
    partnership=Partnership(name="Anytown SEND partnership", short_name="Anytown"),
    calendar=Calendar(first_month="2022-10", annual_review="2023-12"),
)


def milestone(ref: str, written: str) -> Milestone:
    due = parse_due(written)
    assert isinstance(due, DueDate)
    return Milestone(ref, "1.1.1", f"Title of {ref}", due, ("council", "group"))


def measure(ref: str, frequency: Frequency, parts: tuple[str, ...] = ()) -> Measure:
    return Measure(ref, "1.1", f"Title of {ref}", "%", 1, Improves.UP, frequency, "council", parts=parts)


PLAN = Plan(
    partners=(COUNCIL, GROUP),
    areas=(Area("1", "Leadership", "Leadership", ()),),
    focus_areas=(FocusArea("1.1", "1", "Governance"),),
    promises=(),
    actions=(Action("1.1.1", "1.1", "Set up the board", ()),),
    milestones=(milestone("1.1.1.1", "30/11/22"), milestone("1.1.1.10", "30/09/22 and then monthly")),
    measures=(
        measure("1.1-monthly", Frequency.MONTHLY),
        measure("1.1-quarterly", Frequency.QUARTERLY),
        measure("1.1-ks2", Frequency.ACADEMIC_YEAR),
        measure("1.1-waits", Frequency.MONTHLY, ("0 to 6 weeks", "over 6 weeks")),
    ),
)
WORDS = vocabulary_of(PLAN, SETTINGS)
TABLES = [sheet.field for sheet in layout.SHEETS]


def rows(sheet: layout.Sheet, known: Prefill = NOTHING_ON_RECORD, month: Month = NOVEMBER) -> list[dict[str, Any]]:
    return list(form_rows(sheet, PLAN, COUNCIL, month, known))


def test_open_milestones_are_there_with_each_open_occurrence_and_the_next() -> None:
    asked = [(row["ref"], row.get("due")) for row in rows(layout.MILESTONES)]
    month_ends = [dt.date(2022, 9, 30), dt.date(2022, 10, 31), dt.date(2022, 11, 30), dt.date(2022, 12, 31)]
    assert asked == [("1.1.1.1", None), *(("1.1.1.10", day) for day in month_ends)]


def test_what_is_closed_is_not_asked_again() -> None:
    closed = frozenset({("1.1.1.1", None), ("1.1.1.10", dt.date(2022, 9, 30)), ("1.1.1.10", dt.date(2022, 11, 30))})
    asked = [row["due"] for row in rows(layout.MILESTONES, Prefill(closed=closed))]
    assert asked == [dt.date(2022, 10, 31), dt.date(2022, 12, 31)]


def test_last_months_words_and_an_approved_date_are_shown() -> None:
    last = MilestoneRow("1.1.1.1", None, "At risk", progress="Two drafted.")
    known = Prefill(last={("1.1.1.1", None): last}, moved={"1.1.1.1": dt.date(2023, 1, 31)})
    row = rows(layout.MILESTONES, known)[0]
    assert (row["last_status"], row["last_progress"]) == ("At risk", "Two drafted.")
    assert row["due_words"] == "31 January 2023, approved (first 30 November 2022)"


def test_measures_due_this_month_are_there_with_period_and_last_value() -> None:
    last = MeasureRow("1.1-monthly", month_period(Month(2022, 10)), 81.26)
    asked = {row["ref"]: row for row in rows(layout.MEASURES, Prefill(measures={last.ref: last}))}
    assert set(asked) == {"1.1-monthly", "1.1-ks2", "1.1-waits"}
    assert asked["1.1-monthly"]["period"] == "November 2022"
    assert asked["1.1-monthly"]["last_value"] == "81.3 (October 2022)"
    assert {row["ref"] for row in rows(layout.MEASURES, month=Month(2023, 1))} == {m.ref for m in PLAN.measures}


def test_a_measure_with_parts_is_asked_for_its_total_and_then_for_each_part() -> None:
    october = month_period(Month(2022, 10))
    known = Prefill(
        measures={"1.1-waits": MeasureRow("1.1-waits", october, 30)},
        parts={("1.1-waits", "over 6 weeks"): MeasureRow("1.1-waits", october, 9, part="> 6 weeks")},
    )
    asked = [row for row in rows(layout.MEASURES, known) if row["ref"] == "1.1-waits"]
    assert [(row.get("part"), row.get("last_value")) for row in asked] == [
        (None, "30.0 (October 2022)"),
        ("0 to 6 weeks", None),
        ("over 6 weeks", "9.0 (October 2022)"),
    ]
    assert {(row["title"], row["period"]) for row in asked} == {("Title of 1.1-waits", "November 2022")}


def test_figures_of_parts_stand_in_the_rows_that_the_form_has_for_them(tmp_path: Path) -> None:
    figures = [("over 6 weeks", 3.0), ("", 8.0), ("0 to 6 weeks", 5.0)]
    entries = tuple(MeasureRow("1.1-waits", month_period(NOVEMBER), value, part=part) for part, value in figures)
    filled = replace(FILLED, measures=entries, commentary=(), decisions=())
    write_form(tmp_path / "f.xlsx", PLAN, SETTINGS, COUNCIL, NOVEMBER, NOTHING_ON_RECORD, filled)
    answer = read_return(tmp_path / "f.xlsx", "f.xlsx", WORDS)
    assert answer.findings == ()
    assert [(r.part, r.value) for r in answer.measures] == [("", 8.0), ("0 to 6 weeks", 5.0), ("over 6 weeks", 3.0)]


def test_a_yearly_measure_is_asked_for_when_its_last_value_is_a_year_old() -> None:
    last = MeasureRow("1.1-ks2", academic_year(2021), 10.3)  # to August 2022
    known = Prefill(measures={last.ref: last})
    assert "1.1-ks2" not in {row["ref"] for row in rows(layout.MEASURES, known, Month(2023, 7))}
    assert "1.1-ks2" in {row["ref"] for row in rows(layout.MEASURES, known, Month(2023, 8))}


@pytest.mark.parametrize(
    ("frequency", "month", "label"),
    [
        (Frequency.MONTHLY, Month(2022, 11), "November 2022"),
        (Frequency.QUARTERLY, Month(2023, 1), "Quarter to December 2022"),
        (Frequency.QUARTERLY, Month(2022, 12), None),
        (Frequency.TERMLY, Month(2023, 4), "Spring term 2023"),
        (Frequency.TERMLY, Month(2023, 1), "Autumn term 2022"),
        (Frequency.TERMLY, Month(2023, 3), None),
        (Frequency.ACADEMIC_YEAR, Month(2022, 9), None),
        (Frequency.YEARLY, Month(2022, 12), None),
    ],
)
def test_each_frequency_has_its_period(frequency: Frequency, month: Month, label: str | None) -> None:
    period = period_due(frequency, month)
    assert (period.label if period else None) == label


FILLED = Return(
    "", "", "council", NOVEMBER, "Head of SEND", dt.date(2022, 12, 2),
    milestones=(
        MilestoneRow("1.1.1.1", None, "Complete", dt.date(2022, 11, 3), progress="Done & dusted: =1+1"),
        MilestoneRow("1.1.1.10", dt.date(2022, 10, 31), "At risk", forecast=dt.date(2023, 1, 1), evidence="1, 2"),
        MilestoneRow("2.9.9.9", None, "On track", progress="Not on the form.", help_needed="http://example.org"),
    ),
    evidence=(
        EvidenceRow("1", "Minutes", "Minutes", dt.date(2022, 11, 2), ("1.1.1.1", "1.1"), ("1.1-E3",), "S", "K", "Official"),
        EvidenceRow("2", "Old plan", withdrawn=True),
    ),
    measures=(
        MeasureRow("1.1-monthly", month_period(NOVEMBER), 81.2, 56, 69, True, comment="c"),
        MeasureRow("1.1-ks2", academic_year(2021), 10.3),
        MeasureRow("1.1-waits", month_period(NOVEMBER), 12, part="over 6 weeks"),
        MeasureRow("1.1-monthly", month_period(Month(2022, 10)), None, symbol="x"),
    ),
    risks=(RiskRow("C1", "New risk", "1", 4, 5, "Second supplier", "Director", dt.date(2022, 12, 31), "Open", "c"),),
    feedback=(FeedbackRow("1", "1.1", "Too slow", "Hiring", "Hired two", dt.date(2022, 11, 4)),),
    commentary=(CommentaryRow("Headline", "A good month."), CommentaryRow("1", "Better.")),
    decisions=(DecisionRow("D1", "Date change", "1.1.1.1", "Moved", dt.date(2022, 12, 21), dt.date(2023, 1, 31), "Open"),
        DecisionRow("N1", "New limits", "1.1-monthly; 1.1-ks2", "The board: a new pathway", dt.date(2022, 12, 21), NOVEMBER.first_day),
        DecisionRow("N2", "Chart note", "1.1-monthly", "Second team began", dt.date(2022, 11, 7)),
    ),
)  # fmt: skip


def said(answer: Return) -> dict[str, list[object]]:
    """The rows of a return without their places and units, which the form fills in."""
    keep = {name: [replace(row, place=NO_PLACE) for row in getattr(answer, name)] for name in TABLES}
    keep["measures"] = [replace(row, unit="") for row in keep["measures"]]
    return keep


@pytest.mark.parametrize("partner", [COUNCIL, GROUP], ids=lambda p: p.key)
def test_a_filled_in_form_reads_back_as_what_was_filled_in(partner: Partner, tmp_path: Path) -> None:
    filled = FILLED if partner.is_improvement_group else replace(FILLED, commentary=(), decisions=())
    path = tmp_path / "f.xlsx"
    write_form(path, PLAN, SETTINGS, partner, NOVEMBER, NOTHING_ON_RECORD, filled)
    answer = read_return(path, "f.xlsx", WORDS)
    assert answer.findings == ()
    assert (answer.partner, answer.month, answer.completed_by) == (partner.key, NOVEMBER, "Head of SEND")
    assert said(answer) == said(filled)


@pytest.mark.parametrize("partner", [COUNCIL, GROUP], ids=lambda p: p.key)
def test_an_empty_form_says_nothing_and_nothing_is_wrong_with_it(partner: Partner, tmp_path: Path) -> None:
    known = Prefill(
        last={("1.1.1.1", None): MilestoneRow("1.1.1.1", None, "At risk", progress="Two drafted.")},
        risks=(RiskRow("R1", "A risk", "1", 4, 4, "Much", "Director"),),
    )
    write_form(tmp_path / "f.xlsx", PLAN, SETTINGS, partner, NOVEMBER, known)
    answer = read_return(tmp_path / "f.xlsx", "f.xlsx", WORDS)
    assert answer.findings == ()
    assert answer.content_fingerprint == ""
    assert all(not getattr(answer, name) for name in TABLES)


def test_the_same_form_has_the_same_bytes_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_form(tmp_path / name, PLAN, SETTINGS, COUNCIL, NOVEMBER, NOTHING_ON_RECORD, FILLED)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("form") / "f.xlsx"
    write_form(path, PLAN, SETTINGS, GROUP, NOVEMBER, NOTHING_ON_RECORD, FILLED)
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def test_the_form_has_the_sheets_of_the_layout_and_hides_its_lists(form: Any) -> None:
    assert form.sheetnames == ["Return", *(s.name for s in layout.SHEETS), layout.GUIDE_SHEET, layout.LISTS_SHEET]
    assert form[layout.LISTS_SHEET].sheet_state == "hidden"


@pytest.mark.parametrize("sheet", layout.SHEETS, ids=lambda s: s.name)
def test_every_heading_has_its_note_and_the_page_is_set_up_to_print(sheet: layout.Sheet, form: Any) -> None:
    page = form[sheet.name]
    headings = page[layout.HEADER_ROW]
    assert [cell.value for cell in headings] == [c.heading for c in sheet.columns]
    assert [cell.comment.text for cell in headings] == [c.note for c in sheet.columns]
    assert page.freeze_panes == f"B{layout.HEADER_ROW + 1}"
    assert page.print_title_rows == f"${layout.HEADER_ROW}:${layout.HEADER_ROW}"
    assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
    assert not page.merged_cells.ranges
    assert not page.protection.sheet


def test_no_cell_of_the_form_is_a_formula_or_a_link(form: Any) -> None:
    cells = [cell for page in form for row in page.iter_rows() for cell in row]
    assert any(cell.value == "Done & dusted: =1+1" for cell in cells)
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_lists_are_offered_on_every_row_of_their_column(form: Any) -> None:
    page = form["Milestones"]
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert {c for sqref in rules for c in sqref.split(":")[0][0]} == {"D", "G", "H", "I"}
    [status] = [rule for sqref, rule in rules.items() if sqref.startswith("G5:G")]
    sheet, cells = status.formula1.split("!")
    offered = [cell.value for (cell,) in form[sheet.strip("'=")][cells.replace("$", "")]]
    assert offered == ["Not started", "On track", "At risk", "Off track", "Complete"]
    assert int(str(status.sqref).rpartition("G")[2]) == page.max_row


def test_the_kinds_of_decision_are_offered_and_explained(form: Any) -> None:
    rules = {str(rule.sqref): rule for rule in form["Decisions"].data_validations.dataValidation}
    [kinds] = [rule for sqref, rule in rules.items() if sqref.startswith("B5:B")]
    sheet, cells = kinds.formula1.split("!")
    offered = [cell.value for (cell,) in form[sheet.strip("'=")][cells.replace("$", "")]]
    assert offered == ["Ask", "Decision", "Date change", "New limits", "Chart note"]
    guide = {tuple(c.value for c in row[:2]): row[2].value for row in form[layout.GUIDE_SHEET].iter_rows(min_row=5)}
    assert all(kind in guide["Decisions", "Kind"] for kind in offered)
    assert ("Measures", "Part") in guide


def test_the_subjects_of_the_groups_words_are_offered_and_another_reference_may_be_typed(form: Any) -> None:
    [rule] = form["Commentary"].data_validations.dataValidation
    sheet, cells = rule.formula1.split("!")
    offered = [cell.value for (cell,) in form[sheet.strip("'=")][cells.replace("$", "")]]
    assert offered == ["Headline", "1", *(name for name, _ in layout.COMMENTARY.topics)]
    assert (rule.errorStyle, str(rule.sqref).startswith("A5:A")) == ("information", True)
    guide = {tuple(c.value for c in row[:2]): row[2].value for row in form[layout.GUIDE_SHEET].iter_rows(min_row=5)}
    assert {("Commentary", name): says for name, says in layout.COMMENTARY.topics}.items() <= guide.items()


@pytest.mark.parametrize(
    ("month", "has_sections"),
    [(NOVEMBER, True), (Month(2022, 12), False), (Month(2023, 2), True), (Month(2023, 12), True)],
)
def test_a_stocktake_and_an_annual_review_ask_for_words_on_every_section(
    month: Month, has_sections: bool, tmp_path: Path
) -> None:
    write_form(tmp_path / "f.xlsx", PLAN, SETTINGS, GROUP, month, NOTHING_ON_RECORD)
    page = openpyxl.load_workbook(tmp_path / "f.xlsx")["Commentary"]
    asked = [(a.value, b.value) for a, b in page.iter_rows(min_row=5, max_col=2) if a.value]
    topics = list(layout.COMMENTARY.topics) if has_sections else []
    assert asked == [("Headline", None), ("1", "Leadership"), *topics]


def test_two_paragraphs_on_one_subject_are_both_read_back_in_order(tmp_path: Path) -> None:
    words = (CommentaryRow("Headline", "One."), CommentaryRow("Risks", "Two."), CommentaryRow("Risks", "Three."))
    filled = replace(FILLED, commentary=words)
    write_form(tmp_path / "f.xlsx", PLAN, SETTINGS, GROUP, NOVEMBER, NOTHING_ON_RECORD, filled)
    answer = read_return(tmp_path / "f.xlsx", "f.xlsx", WORDS)
    assert tuple(replace(row, place=NO_PLACE) for row in answer.commentary) == words


def test_references_are_text_and_dates_are_dates(form: Any) -> None:
    page = form["Milestones"]
    assert {page.cell(row, 1).number_format for row in range(5, page.max_row + 1)} == {"@"}
    assert {page.cell(row, 8).number_format for row in range(5, page.max_row + 1)} == {"dd mmmm yyyy"}


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(lambda t: clean_text(t) != "")
DAY = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=TEXT, two=TEXT, day=DAY, number=st.floats(-1e9, 1e9).map(lambda x: round(x, 4)))
def test_whatever_is_written_in_a_form_is_read_back(
    one: str, two: str, day: dt.date, number: float, tmp_path: Path
) -> None:
    filled = Return(
        "", "", "council", NOVEMBER,
        milestones=(MilestoneRow("1.1.1.1", None, "On track", forecast=day, progress=one, next_steps=two),),
        measures=(MeasureRow("1.1-monthly", month_period(NOVEMBER), number, comment=two),),
    )  # fmt: skip
    write_form(tmp_path / "f.xlsx", PLAN, SETTINGS, COUNCIL, NOVEMBER, NOTHING_ON_RECORD, filled)
    answer = read_return(tmp_path / "f.xlsx", "f.xlsx", WORDS)
    [row], [figure] = answer.milestones, answer.measures
    assert (row.forecast, row.progress, row.next_steps) == (day, clean_text(one), clean_text(two))
    assert figure.value == pytest.approx(number)
    assert figure.comment == clean_text(two)
    assert isinstance(figure.period, Period)
    assert answer.findings == ()
