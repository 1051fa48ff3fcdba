"""Returns as people really send them: read where the meaning is certain, with a note; asked about where it is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from return_files import NAME, WORDS, changed, reads, return_sheets, sent, workbook

from flows.plan.findings import Finding, Severity
from flows.plan.periods import Month
from flows.returns import layout
from flows.returns.grids import Cell, Grid, Remark
from flows.returns.headings import Names, is_near, slips_allowed
from flows.returns.reader import read_bytes
from flows.returns.records import Return

MILESTONE = {"ref": "1.1.1.1", "status": "On track", "progress": "Two of four drafted."}
OTHER = {"ref": "1.1.1.2", "status": "At risk", "progress": "No venue yet."}
FIGURE = {"ref": "1.1-timeliness", "unit": "%", "period": "October 2022", "value": 81.2}
TOP = 3
"""The row of the headings on a sheet of the form, counted from 0."""


def of(answer: Return, *codes: str) -> list[Finding]:
    return [f for f in answer.findings if f.code in codes]


def worst(answer: Return) -> set[Severity]:
    return {finding.severity for finding in answer.findings}


def said(answer: Return, table: str = "milestones") -> list[dict[str, Any]]:
    """What the rows of a table say, wherever they stand."""
    rows = getattr(answer, table)
    return [{f.name: getattr(row, f.name) for f in fields(row) if f.name != "place"} for row in rows]


def headed(sheet: str, old: str, new: str | None, **tables: Any) -> Return:
    """A return in which one heading was written in another way."""
    sheets = return_sheets(**tables)
    top = sheets[sheet][TOP]
    top[top.index(old)] = new
    return reads(sheets)


# Headings


@pytest.mark.parametrize(
    "written",
    [
        "STATUS",
        " status ",
        "Status:",
        "Status*",
        "Status (%)",
        "Status¹",
        "Sta\ntus",
        "Status\xa0",
        "‘Status’",
        "S\u200btatus",
        "Ｓtatus",
    ],
)
def test_case_spaces_stops_lines_and_footnote_marks_in_a_heading_do_not_matter(written: str) -> None:
    answer = headed("Milestones", "Status", written, milestones=[MILESTONE])
    assert [row.status for row in answer.milestones] == ["On track"]
    assert answer.findings == ()


@pytest.mark.parametrize(
    ("sheet", "heading", "written"),
    [
        ("Milestones", "Reference", "Refrence"),
        ("Milestones", "Reference", "Reference no."),
        ("Milestones", "Status", "Satus"),
        ("Milestones", "Status", "Stauts"),
        ("Milestones", "Status", "RAG rating"),
        ("Milestones", "Status", "Status (choose one)"),
        ("Milestones", "Completed on", "Compleated on"),
        ("Milestones", "Progress this month", "Progres this mnth"),
        ("Milestones", "Progress this month", "This month: progress"),
        ("Milestones", "Forecast date", "Forecast completion date"),
        ("Measures", "Value", "Value (per cent)"),
        ("Measures", "Value", "Vallue"),
        ("Measures", "Period", "Perod"),
        ("Risks", "Likelihood", "Liklihood"),
        ("Feedback", "We're doing", "Doing what we're"),
    ],
)
def test_a_heading_with_a_certain_meaning_is_read_with_a_note(sheet: str, heading: str, written: str) -> None:
    every: dict[str, dict[str, Any]] = {
        "Milestones": {
            "milestones": [MILESTONE | {"completed_on": dt.date(2022, 11, 1), "forecast": dt.date(2022, 12, 1)}]
        },
        "Measures": {"measures": [FIGURE]},
        "Risks": {"risks": [{"ref": "R1", "likelihood": 2, "impact": 3}]},
        "Feedback": {"feedback": [{"about": "1.1", "you_said": "Too slow.", "we_are_doing": "Hiring."}]},
    }
    tables, table = every[sheet], sheet.lower()
    answer = headed(sheet, heading, written, **tables)
    plain = sent(**tables)
    assert said(answer, table) == said(plain, table)
    [note] = answer.findings
    assert (note.code, note.severity) == ("return.heading-read-as", Severity.NOTE)
    assert note.says == f"The heading “{written}” on the sheet {sheet} was read as {heading}."


@pytest.mark.parametrize(
    "written", ["Status (last month)", "Previous status", "Stat", "Colour", "Status of last month"]
)
def test_a_heading_that_means_something_else_is_not_taken_for_the_status(written: str) -> None:
    answer = headed("Milestones", "Status", written, milestones=[MILESTONE])
    assert [row.status for row in answer.milestones] == [""]
    assert of(answer, "return.missing-column", "return.heading-twice")


def test_a_heading_as_near_to_two_columns_is_asked_about_and_not_used() -> None:
    evidence = {"title": "Minutes of the board", "dated": dt.date(2022, 11, 1)}
    answer = headed("Evidence", "Date of evidence", "Nate of evidence", evidence=[evidence])
    assert [(row.title, row.dated) for row in answer.evidence] == [("Minutes of the board", None)]
    [query] = of(answer, "return.heading-unclear")
    assert query.severity is Severity.QUERY
    assert query.says == "The heading “Nate of evidence” on the sheet Evidence could mean Title or Date of evidence."


def test_headings_may_be_wrapped_over_two_rows() -> None:
    sheets = return_sheets(milestones=[MILESTONE | {"completed_on": dt.date(2022, 11, 1)}])
    top = sheets["Milestones"][TOP]
    halves = [heading.partition(" ") for heading in top]
    sheets["Milestones"][TOP : TOP + 1] = [[a for a, _, _ in halves], [b or None for _, _, b in halves]]
    answer = reads(sheets)
    assert said(answer) == said(sent(milestones=[MILESTONE | {"completed_on": dt.date(2022, 11, 1)}]))
    assert answer.findings == ()


def test_a_reference_merged_over_several_rows_is_that_of_each() -> None:
    rows = [FIGURE, FIGURE | {"ref": None, "period": "November 2022", "value": 80}]
    merge = {
        "sheet4": lambda xml: xml.replace(
            b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A5:A6"/></mergeCells>'
        )
    }
    answer = read_bytes(changed(workbook(return_sheets(measures=rows)), **merge), NAME, WORDS)
    assert [(row.ref, row.value) for row in answer.measures] == [("1.1-timeliness", 81.2), ("1.1-timeliness", 80)]
    assert [f.code for f in answer.findings] == ["measure.read-as"]


def test_headings_may_stand_under_headings_that_span_them() -> None:
    sheets = return_sheets()
    sheets["Milestones"] = [
        ["Monthly return"],
        [None, "Last time", None, "This month", None],
        ["Reference", "Status", "Progress", "Status", "Progress"],
        ["1.1.1.1", "At risk", "Old words.", "On track", "New words."],
    ]
    [row] = reads(sheets).milestones
    assert (row.status, row.progress) == ("On track", "New words.")


@pytest.mark.parametrize("above", [0, 1, 10, 30])
def test_titles_and_blank_rows_may_stand_above_the_table(above: int) -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    titles: list[list[Any]] = [
        ["Anytown SEND partnership"],
        [],
        [None, "Status report for November"],
        ["Completed by:", "AB"],
    ]
    sheets["Milestones"] = [titles[n % 4] for n in range(above)] + sheets["Milestones"][TOP:]
    answer = reads(sheets)
    assert [row.ref for row in answer.milestones] == ["1.1.1.1"]
    assert answer.findings == ()


def test_the_headings_may_be_repeated_within_the_table() -> None:
    sheets = return_sheets(milestones=[MILESTONE, OTHER])
    rows = sheets["Milestones"]
    rows.insert(TOP + 2, list(rows[TOP]))
    answer = reads(sheets)
    assert [row.ref for row in answer.milestones] == ["1.1.1.1", "1.1.1.2"]
    [note] = answer.findings
    assert (note.code, note.severity) == ("return.rows-not-read", Severity.NOTE)
    assert (
        note.says == "On the sheet Milestones, row 6 (the headings again) was passed over as a heading, total or note."
    )


def test_columns_may_stand_in_any_order_with_others_among_them() -> None:
    sheets = return_sheets(milestones=[MILESTONE, OTHER])
    sheets["Milestones"] = [["Our own", *reversed(row)] for row in sheets["Milestones"]]
    answer = reads(sheets)
    assert said(answer) == said(sent(milestones=[MILESTONE, OTHER]))
    [note] = answer.findings
    assert (note.code, note.severity) == ("return.column-not-read", Severity.NOTE)
    assert note.says == "On the sheet Milestones, the column “Our own” is no part of the form and was not read."


@pytest.mark.parametrize(
    ("second", "status", "codes"),
    [
        (["On track", "At risk"], ["On track", "At risk"], []),
        ([None, None], ["On track", "At risk"], []),
        (["On track", "Complete"], ["", ""], ["return.heading-twice"]),
        ([None, "At risk"], ["", ""], ["return.heading-twice"]),
    ],
)
def test_a_heading_that_stands_twice_is_asked_about_unless_both_say_the_same(
    second: list[str | None], status: list[str], codes: list[str]
) -> None:
    sheets = return_sheets(milestones=[MILESTONE, OTHER])
    for row, value in zip(sheets["Milestones"][TOP:], ["Status", *second], strict=True):
        row.append(value)
    answer = reads(sheets)
    assert [row.status for row in answer.milestones] == status
    assert [f.code for f in answer.findings] == codes


def test_two_headings_for_the_references_that_differ_are_an_error() -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    for row, value in zip(sheets["Milestones"][TOP:], ["Reference", "1.1.1.9"], strict=True):
        row.append(value)
    answer = reads(sheets)
    assert answer.milestones == ()
    assert [(f.code, f.severity) for f in answer.findings] == [("return.heading-twice", Severity.ERROR)]


# Sheets


@pytest.mark.parametrize(
    "name",
    [
        "Milestones Nov",
        "1. Milestones",
        "milestone update",
        "Milestones (2)",
        "MILESTONES",
        "Milestnes",
        "Actions",
        "Milestones_Nov22",
        "Our milestones 2022",
        "Sheet1",
    ],
)
def test_a_renamed_sheet_is_known_by_its_name_or_its_headings(name: str) -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    sheets[name] = sheets.pop("Milestones")
    answer = reads(sheets)
    assert said(answer) == said(sent(milestones=[MILESTONE]))
    expected = [] if name == "MILESTONES" else [f"The sheet “{name}” was read as Milestones."]
    assert [f.says for f in answer.findings] == expected


def test_a_sheet_named_for_another_month_is_asked_about() -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    sheets["Milestones Oct"] = sheets.pop("Milestones")
    answer = reads(sheets)
    assert len(answer.milestones) == 1
    [query] = answer.findings
    assert (query.code, query.severity) == ("return.sheet-month", Severity.QUERY)


def twice(**rows: list[dict[str, Any]]) -> Return:
    """A return with several sheets that could be the milestones, by name."""
    sheets = return_sheets()
    del sheets["Milestones"]
    for name, milestones in rows.items():
        sheets[name.replace("_", " ")] = return_sheets(milestones=milestones)["Milestones"]
    return reads(sheets)


@pytest.mark.parametrize(
    ("sheets", "refs", "codes"),
    [
        ({"Milestones": [MILESTONE], "Milestones_2": []}, ["1.1.1.1"], ["return.sheet-not-read"]),
        ({"Milestones": [], "Milestones_2": [OTHER]}, ["1.1.1.2"], ["return.sheet-read-as"]),
        ({"Milestones": [MILESTONE], "Milestones_2": [OTHER]}, ["1.1.1.1"], ["return.sheet-twice"]),
        ({"Milestones_a_1": [], "Actions": [MILESTONE]}, ["1.1.1.1"], ["return.sheet-read-as", "return.sheet-not-read"]),
        ({"Milestones_1": [MILESTONE], "Milestones_2": [OTHER]}, [], ["return.sheet-twice"]),
        ({"Milestones_Oct": [MILESTONE], "Milestones_Nov": [OTHER]}, ["1.1.1.2"], ["return.sheet-read-as", "return.sheet-not-read"]),
        ({"Tabelle_1": [MILESTONE], "Tabelle_2": [OTHER]}, [], ["return.sheet-twice"]),
    ],
    ids=str,
)  # fmt: skip
def test_of_two_sheets_that_could_be_one_the_filled_one_is_read_and_otherwise_it_is_asked(
    sheets: dict[str, list[dict[str, Any]]], refs: list[str], codes: list[str]
) -> None:
    answer = twice(**sheets)
    assert [row.ref for row in answer.milestones] == refs
    assert [f.code for f in answer.findings] == codes


def test_a_sheet_that_is_no_part_of_the_form_is_told() -> None:
    sheets = return_sheets(milestones=[MILESTONE]) | {"Sheet7": [["Reference", "Cost"], ["1.1.1.1", 5]], "Old": [["x"]]}
    [note] = reads(sheets).findings
    assert (note.code, note.severity) == ("return.sheet-not-read", Severity.NOTE)
    assert note.says == "2 sheets are no part of the form and were not read (“Sheet7” and “Old”)."


def test_a_hidden_sheet_is_read() -> None:
    hide = {"workbook": lambda xml: xml.replace(b'name="Milestones"', b'name="Milestones" state="hidden"')}
    answer = read_bytes(changed(workbook(return_sheets(milestones=[MILESTONE])), **hide), NAME, WORDS)
    assert [row.ref for row in answer.milestones] == ["1.1.1.1"]
    assert worst(answer) <= {Severity.NOTE}


# Rows


@pytest.mark.parametrize(
    "below",
    [
        ["Total"],
        ["Source: SEND team"],
        ["Please return by 5 December"],
        ["Note: dates are provisional"],
        ["* estimated"],
        ["Totals:", 12],
        ["Area 1: leadership"],
    ],
)
def test_totals_and_notes_are_not_taken_for_rows(below: list[Any]) -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    sheets["Milestones"] += [[], below]
    answer = reads(sheets)
    assert [row.ref for row in answer.milestones] == ["1.1.1.1"]
    [note] = answer.findings
    assert (note.code, note.severity) == ("return.rows-not-read", Severity.NOTE)
    assert below[0] in note.says


def test_a_total_with_figures_is_not_taken_for_a_measure() -> None:
    answer = sent(measures=[FIGURE, {"ref": "Grand total", "value": 500, "period": "October 2022"}])
    assert [row.value for row in answer.measures] == [81.2]
    assert [f.code for f in answer.findings] == ["return.rows-not-read"]


def test_a_row_with_a_reference_that_cannot_be_read_is_an_error_and_no_note() -> None:
    answer = sent(milestones=[MILESTONE | {"ref": "1.1.1.x"}])
    assert [(f.code, f.severity) for f in answer.findings] == [("milestone.reference-not-read", Severity.ERROR)]


def test_blank_rows_may_stand_between_rows() -> None:
    answer = sent(milestones=[MILESTONE, {}, {}, {"progress": "  "}, OTHER])
    assert [row.ref for row in answer.milestones] == ["1.1.1.1", "1.1.1.2"]
    assert answer.findings == ()


# References


@pytest.mark.parametrize(
    "written",
    [
        "1.1.1.1, 1.1.1.2",
        "1.1.1.1 and 1.1.1.2",
        "1.1.1.1; 1.1.1.2",
        "1.1.1.1 & 1.1.1.2",
        "1.1.1.1\n1.1.1.2",
        "1.1.1.1 1.1.1.2",
        "Milestones 1.1.1.1, 1.1.1.2.",
        "1.1.1.1/1.1.1.2",
    ],
)
def test_a_row_for_several_milestones_counts_for_each(written: str) -> None:
    answer = sent(milestones=[MILESTONE | {"ref": written}])
    assert said(answer) == said(sent(milestones=[MILESTONE, MILESTONE | {"ref": "1.1.1.2"}]))
    [note] = answer.findings
    assert (note.code, note.severity, note.origin.cell) == ("milestone.read-as", Severity.NOTE, "A5")
    assert "2 references" in note.says


@pytest.mark.parametrize(
    ("written", "refs", "severity"),
    [
        ("1.1.1.1-3", [], Severity.ERROR),
        ("1.1.1.1 to 1.1.1.3", [], Severity.ERROR),
        ("1.1.1.1–1.1.1.3", [], Severity.ERROR),
        ("1.1.1.1, 1.1.1.4-6", ["1.1.1.1"], Severity.QUERY),
        ("1.1.1.1, 2", ["1.1.1.1"], Severity.QUERY),
        ("1.1.1.1 and others", ["1.1.1.1"], Severity.QUERY),
    ],
)
def test_a_range_or_a_shortened_reference_is_asked_about_and_never_filled_in(
    written: str, refs: list[str], severity: Severity
) -> None:
    answer = sent(milestones=[MILESTONE | {"ref": written}])
    assert [row.ref for row in answer.milestones] == refs
    [finding] = answer.findings
    assert (finding.code, finding.severity) == ("milestone.reference-not-read", severity)


def test_one_figure_cannot_be_for_two_measures() -> None:
    answer = sent(measures=[FIGURE | {"ref": "1.1-timeliness, 1.1-ks2"}])
    assert answer.measures == ()
    assert [f.severity for f in answer.findings] == [Severity.ERROR]


def test_a_reference_that_lines_have_broken_is_one() -> None:
    answer = sent(milestones=[MILESTONE | {"ref": "1.1.\n1.1"}])
    assert [row.ref for row in answer.milestones] == ["1.1.1.1"]


# Values


@pytest.mark.parametrize(
    ("sheet", "row", "field", "value", "code", "words"),
    [
        ("milestones", MILESTONE | {"status": "done"}, "status", "Complete", "milestone.status-read-as", "“Complete”"),
        ("milestones", MILESTONE | {"forecast": 44865}, "forecast", dt.date(2022, 10, 31), "milestone.read-as", "31 October 2022"),
        ("milestones", MILESTONE | {"completed_on": "end of October 2022"}, "completed_on", dt.date(2022, 10, 31), "milestone.read-as", "31 October 2022"),
        ("measures", FIGURE | {"value": "81.2 %"}, "value", 81.2, "measure.read-as", "81.2"),
        ("measures", FIGURE | {"value": "12 of 40"}, "numerator", 12, "measure.read-as", "30% with numerator 12 and denominator 40"),
        ("measures", FIGURE | {"value": "81.2 [p]"}, "provisional", True, "measure.read-as", "81.2, provisional"),
        ("measures", FIGURE | {"value": "[c]"}, "symbol", "c", "measure.read-as", "c (confidential)"),
        ("measures", FIGURE | {"numerator": "1,234"}, "numerator", 1234, "measure.read-as", "1,234"),
        ("measures", FIGURE | {"denominator": "*"}, "denominator", None, "measure.read-as", "no figure: c (confidential)"),
        ("measures", FIGURE | {"provisional": "✓"}, "provisional", True, "measure.read-as", "Yes"),
        ("risks", {"ref": "R1", "likelihood": "4 - likely"}, "likelihood", 4, "risk.read-as", "4"),
        ("evidence", {"title": "T", "kind": "reports"}, "kind", "Report", "evidence.read-as", "“Report”"),
    ],
)  # fmt: skip
def test_a_value_read_generously_is_a_note_that_quotes_it(
    sheet: str, row: dict[str, Any], field: str, value: object, code: str, words: str
) -> None:
    answer = sent(None, **{sheet: [row]})
    [read] = getattr(answer, sheet)
    assert getattr(read, field) == value
    [note] = answer.findings
    assert (note.code, note.severity) == (code, Severity.NOTE)
    assert note.says.endswith(f"was read as {words}.")


def test_a_period_that_lost_its_date_format_is_read_with_a_note() -> None:
    answer = sent(measures=[FIGURE | {"period": 44866}])
    assert [str(row.period) for row in answer.measures] == ["November 2022"]
    assert [f.code for f in answer.findings] == ["measure.read-as"]


def test_the_same_reading_in_many_cells_is_one_note() -> None:
    rows = [MILESTONE | {"ref": f"1.1.1.{n}", "status": "Done" if n % 2 else "done "} for n in range(1, 21)]
    answer = sent(milestones=rows)
    [note] = answer.findings
    assert note.says == "In the column Status, “Done” was read as “Complete”, and 19 more cells in the same way."
    assert (note.origin.cell, note.about) == ("G5", "")


def test_a_workbook_that_counts_days_from_1904_is_read_by_its_dates_and_asked_about_bare_numbers() -> None:
    rows = [MILESTONE | {"forecast": dt.date(2022, 10, 31), "completed_on": 44865}]
    answer = read_bytes(workbook(return_sheets(milestones=rows), date_1904=True), NAME, WORDS)
    [row] = answer.milestones
    assert (row.forecast, row.completed_on) == (dt.date(2022, 10, 31), None)
    assert [(f.code, f.severity) for f in answer.findings] == [("milestone.date-not-read", Severity.QUERY)]


@pytest.mark.parametrize(
    ("value", "unit", "asked"),
    [("81.2%", "weeks", True), ("81.2%", "% of plans", False), ("£5", "children", True), ("£5", "£", False)],
)
def test_a_sign_that_is_not_the_unit_is_asked_about(value: str, unit: str, asked: bool) -> None:
    answer = sent(measures=[FIGURE | {"value": value, "unit": unit}])
    assert bool(of(answer, "measure.unit-changed")) is asked
    assert answer.measures[0].value is not None


# The first sheet


@pytest.mark.parametrize(
    "rows",
    [
        [["Partner", " anytown COUNCIL. "], ["Month", "Nov-22"]],
        [["Partner", "The Anytown Council"], ["Month", dt.date(2022, 11, 30)]],
        [["Partner", "Anytwon Council"], ["Month", "30/11/2022"]],
        [["Organisation:", "Anytown Council"], ["Reporting month:", "November 2022"]],
        [["Partnr", "Anytown Council"], ["Mnth", "x"], ["Month", "November 2022"]],
        [["Partner: Anytown Council"], ["Month: November 2022"]],
        [["Partner – Anytown Council"], ["Month = Nov 22"]],
        [["Partner"], ["Anytown Council"], ["Month"], ["November 2022"]],
        [["Partner", "Month"], ["Anytown Council", "November 2022"]],
        [[None, "Return"], [None, "Partner", None, None, "Council"], [], [None, "Month covered", "2022-11"]],
    ],
)
def test_partner_and_month_are_read_in_everyday_form(rows: list[list[Any]]) -> None:
    sheets = return_sheets(milestones=[MILESTONE]) | {"Return": [*rows, ["Form version", layout.LAYOUT_VERSION]]}
    answer = reads(sheets)
    assert (answer.partner, answer.month) == ("council", Month(2022, 11))
    assert worst(answer) <= {Severity.NOTE}


def test_two_months_on_the_first_sheet_are_asked_about() -> None:
    rows = [["Partner", "Council"], ["Month", "October 2022"], ["Month", "November 2022"], ["Form version", "2"]]
    answer = reads(return_sheets() | {"Return": rows})
    assert answer.month is None
    assert [f.code for f in answer.findings] == ["return.month-twice", "return.month-unknown"]


def test_a_partner_that_could_be_two_is_not_guessed() -> None:
    words = WORDS.__class__(partners=(("north", "Northtown Council", "N"), ("worth", "Worthtown Council", "W")))
    data = workbook(return_sheets({"Partner": "Forthtown Council"}))
    answer = read_bytes(data, NAME, words)
    assert answer.partner == ""
    assert [f.code for f in answer.findings] == ["return.partner-unknown"]


class OneTable:
    """A file of one table, such as CSV gives."""

    hidden: frozenset[str] = frozenset()
    remarks: tuple[Remark, ...] = ()
    single_table = True
    counts_from_1900 = False
    receipts: frozenset[str] = frozenset()
    sheet_names = ("upload",)

    def __init__(self, rows: list[list[Any]]) -> None:
        self._grid = Grid("upload")
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values, start=1):
                if value is not None:
                    self._grid.put(Cell(row, column, value))

    def grid(self, name: str) -> Grid:
        return self._grid


@pytest.mark.parametrize(
    ("name", "partner", "month", "code"),
    [
        ("inputs/returns/2022-11/council.csv", "council", Month(2022, 11), "return.names-read-as"),
        ("inputs/returns/2022-11/council-milestones 2.csv", "council", Month(2022, 11), "return.names-read-as"),
        ("inbox/Anytown_Council_2022-11.csv", "council", Month(2022, 11), "return.names-read-as"),
        ("inputs/returns/2022-11/update.csv", "", Month(2022, 11), "return.partner-unknown"),
        ("inputs/returns/2022-11/council and group.csv", "", Month(2022, 11), "return.partner-unknown"),
        ("inputs/returns/2022-11/council 2022-10.csv", "council", None, "return.partner-unknown"),
    ],
)
def test_a_file_of_one_table_is_known_by_its_headings_and_its_names(
    monkeypatch: pytest.MonkeyPatch, name: str, partner: str, month: Month | None, code: str
) -> None:
    rows = return_sheets(milestones=[MILESTONE])["Milestones"]
    monkeypatch.setattr("flows.returns.reader.open_workbook", lambda data, file: OneTable(rows[TOP:]))
    answer = read_bytes(b"", name, WORDS)
    assert (answer.partner, answer.month, said(answer)) == (partner, month, said(sent(milestones=[MILESTONE])))
    assert [f.code for f in answer.findings] == [code, "return.sheet-read-as"]


# In general


def test_names_are_near_when_so_many_letters_are_wrong() -> None:
    for one, other, slips in [
        ("status", "satus", 1),
        ("status", "stauts", 1),
        ("status", "statuses", 2),
        ("ab", "ba", 1),
        ("", "a", 1),
    ]:
        assert is_near(one, other, slips)
        assert not is_near(one, other, slips - 1)
    assert [slips_allowed(name) for name in ("ref", "status", "completedon")] == [0, 1, 2]


LETTERS = st.text("abcdefgh", max_size=6)


def distance(one: str, other: str) -> int:
    """Letters left out, put in, changed, or two neighbours swapped, counted the slow way."""
    if not one or not other:
        return len(one) + len(other)
    steps = [
        distance(one[1:], other) + 1,
        distance(one, other[1:]) + 1,
        distance(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if len(one) > 1 and len(other) > 1 and (one[0], one[1]) == (other[1], other[0]):
        steps.append(distance(one[2:], other[2:]) + 1)
    return min(steps)


@settings(max_examples=60, deadline=None)
@given(LETTERS, LETTERS, st.integers(0, 2))
def test_nearness_is_that_of_the_edit_distance(one: str, other: str, slips: int) -> None:
    assert is_near(one, other, slips) is (distance(one, other) <= slips)


@st.composite
def misspelt(draw: st.DrawFn, heading: str) -> str:
    """A heading with one letter left out, doubled or swapped with its neighbour."""
    at = draw(st.integers(1, len(heading) - 2))
    way = draw(st.sampled_from(["out", "double", "swap"]))
    changed = {
        "out": heading[:at] + heading[at + 1 :],
        "double": heading[: at + 1] + heading[at:],
        "swap": heading[: at - 1] + heading[at] + heading[at - 1] + heading[at + 1 :],
    }
    return changed[way]


WORDS_OF_ROWS = st.sampled_from(
    ["Two drafted.", "It's “late” – see 1.1", "50% of £1,234", "Done", "Total of four", "Ongoing\nstill"]
)
MILESTONE_ROWS = st.fixed_dictionaries(
    {
        "ref": st.integers(1, 30).map(lambda n: f"1.1.1.{n}"),
        "status": st.sampled_from(WORDS.statuses),
        "progress": WORDS_OF_ROWS,
    },
    optional={
        "forecast": st.dates(dt.date(2022, 1, 1), dt.date(2023, 12, 31)),
        "next_steps": WORDS_OF_ROWS,
        "help_needed": WORDS_OF_ROWS,
    },
)
MEASURE_ROWS = st.fixed_dictionaries(
    {
        "ref": st.sampled_from(["1.1-timeliness", "2.1-waits"]),
        "unit": st.just("%"),
        "period": st.sampled_from(["October 2022", "November 2022"]),
        "value": st.floats(0, 100),
    },
    optional={"comment": WORDS_OF_ROWS, "part": WORDS_OF_ROWS, "denominator": st.integers(1, 900)},
)
TITLES = st.lists(
    st.sampled_from([[], ["Anytown Council"], [None, None, "November 2022"], ["Please fill in"], ["Status", None]]),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_mix_of_harmless_disguises_reads_to_the_same_records(data: st.DataObject) -> None:
    milestones = data.draw(st.lists(MILESTONE_ROWS, min_size=1, max_size=4))
    measures = data.draw(st.lists(MEASURE_ROWS, max_size=3))
    sheets = return_sheets(milestones=milestones, measures=measures)
    for sheet in (layout.MILESTONES, layout.MEASURES):
        sheets[sheet.name] = disguised(data, sheet, sheets[sheet.name])
    names = {
        "Milestones": ["Milestones", "1. Milestones", "milestones nov", "Milestnes"],
        "Measures": ["Measures", "MEASURES ", "Mesures", "Measures (Nov)"],
    }
    sheets = {data.draw(st.sampled_from(names.get(name, [name]))): rows for name, rows in sheets.items()}
    answer, plain = reads(sheets), sent(milestones=milestones, measures=measures)
    for table in ("milestones", "measures"):
        assert said(answer, table) == said(plain, table)
    assert worst(answer) <= {Severity.NOTE}


def disguised(data: st.DataObject, sheet: layout.Sheet, rows: list[list[Any]]) -> list[list[Any]]:
    """The rows of a sheet under other titles, with columns swapped, headings misspelt, and blanks and odd spaces."""
    headings, *below = rows[TOP:]
    written = []
    for heading in headings:
        word = data.draw(misspelt(heading)) if len(heading) > 5 and data.draw(st.booleans()) else heading
        near = Names(sheet.columns).near(word)
        assume(len(near) < 2)
        word = data.draw(st.sampled_from([word, word.upper(), f" {word}\xa0", word.replace(" ", "\n"), f"{word}:"]))
        written.append(word)
    order = data.draw(st.permutations(range(len(headings))))
    table = [[row[n] for n in order] for row in (written, *([odd(data, value) for value in row] for row in below))]
    spaced = [line for row in table[1:] for line in ([[], row] if data.draw(st.booleans()) else [row])]
    titles: Any = data.draw(TITLES)
    return [*titles, table[0], *spaced]


def odd(data: st.DataObject, value: Any) -> Any:
    """A text with spaces about it, as copying from elsewhere leaves them."""
    return (
        data.draw(st.sampled_from([value, f" {value}", f"{value}\xa0", f"{value}\u200b"]))
        if isinstance(value, str)
        else value
    )
