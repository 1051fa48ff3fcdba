"""Reading a return: headings and sheets as people leave them, values as people type them, a finding for the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from return_files import NAME, Formula, Percent, changed, reads, return_sheets, sent, workbook

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.periods import Month
from flows.returns import layout
from flows.returns.reader import content_fingerprint, read_bytes
from flows.returns.records import Return
from flows.returns.values import LONGEST_TEXT
from flows.returns.vocabulary import Vocabulary

MILESTONE = {"ref": "1.1.1.1", "status": "On track", "progress": "Two of four drafted."}


def codes(answer: Return) -> list[str]:
    return [finding.code for finding in answer.findings]


def only(answer: Return) -> Finding:
    [finding] = answer.findings
    return finding


def test_a_return_made_on_the_form_is_read_without_a_finding() -> None:
    answer = sent({"Completed by": "Head of SEND", "Completed on": dt.date(2022, 12, 2)}, milestones=[MILESTONE])
    assert answer.findings == ()
    assert (answer.partner, answer.month, answer.form_version) == ("council", Month(2022, 11), layout.LAYOUT_VERSION)
    assert (answer.completed_by, answer.completed_on) == ("Head of SEND", dt.date(2022, 12, 2))
    [row] = answer.milestones
    assert (row.ref, row.status, row.progress) == ("1.1.1.1", "On track", "Two of four drafted.")
    assert row.place.cell("status") == Origin(NAME, "Milestones", "G5")


def test_a_row_in_which_the_partner_wrote_nothing_is_not_an_update() -> None:
    untouched = {"ref": "1.1.1.2", "title": "Set up the board", "last_status": "On track", "due": dt.date(2022, 11, 30)}
    blank = untouched | {"progress": "   "}
    assert [row.ref for row in sent(milestones=[untouched, blank, MILESTONE]).milestones] == ["1.1.1.1"]


def test_columns_may_be_reordered_renamed_added_and_lie_under_title_rows() -> None:
    sheets = return_sheets()
    sheets["Milestones"] = [
        ["Monthly update"], [None, None, "Please complete"], [],
        [None, "PROGRESS  UPDATE:", "Owner's initials", "Ref.", "rag rating (end of month)"],
        [None, "Two drafted.", "AB", "1.1.1.1", "On track"],
    ]  # fmt: skip
    answer = reads(sheets)
    [row] = answer.milestones
    assert (row.ref, row.status, row.progress) == ("1.1.1.1", "On track", "Two drafted.")
    assert str(row.place.cell("status")) == f"{NAME}, Milestones!E5"
    assert {finding.severity for finding in answer.findings} == {Severity.NOTE}


def test_sheets_may_be_renamed_and_added() -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    sheets = {"Our own notes": [["anything"]], " milestone UPDATES": sheets.pop("Milestones"), **sheets}
    answer = reads(sheets)
    assert len(answer.milestones) == 1
    assert codes(answer) == ["return.sheet-read-as", "return.sheet-not-read"]


@pytest.mark.parametrize(("sheet", "severity"), [("Milestones", Severity.ERROR), ("Risks", Severity.QUERY)])
def test_a_missing_sheet_is_named_and_the_rest_is_read(sheet: str, severity: Severity) -> None:
    sheets = return_sheets(milestones=[MILESTONE], feedback=[{"about": "1.1", "you_said": "Too slow."}])
    del sheets[sheet]
    answer = reads(sheets)
    finding = only(answer)
    assert (finding.code, finding.severity, finding.who) == ("return.missing-sheet", severity, "council")
    assert f"“{sheet}”" in finding.says
    assert len(answer.feedback) == 1


def test_without_the_first_sheet_the_rest_is_read_and_nobody_is_guessed() -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    del sheets["Return"]
    answer = reads(sheets)
    assert (answer.partner, answer.month, len(answer.milestones)) == ("", None, 1)
    assert (only(answer).code, only(answer).who) == ("return.missing-sheet", "")


@pytest.mark.parametrize(
    ("heading", "severity", "rows"),
    [("Reference", Severity.ERROR, 0), ("Status", Severity.ERROR, 1), ("Next steps", Severity.NOTE, 1)],
)
def test_a_missing_column_is_named_and_the_rest_is_read(heading: str, severity: Severity, rows: int) -> None:
    sheets = return_sheets(milestones=[MILESTONE])
    at = sheets["Milestones"][3].index(heading)
    for row in sheets["Milestones"][3:]:
        del row[at]
    answer = reads(sheets)
    finding = only(answer)
    assert (finding.code, finding.severity) == ("return.missing-column", severity)
    assert f"“{heading}”" in finding.says
    assert len(answer.milestones) == rows


def test_a_sheet_without_the_headings_is_named() -> None:
    sheets = return_sheets()
    sheets["Milestones"] = [["1.1.1.1", "On track"]]
    assert codes(reads(sheets)) == ["return.missing-headings"]


@pytest.mark.parametrize(
    ("head", "partner", "month", "found"),
    [
        ({"Partner": "Council"}, "council", Month(2022, 11), []),
        ({"Partner": "  ANYTOWN council. "}, "council", Month(2022, 11), []),
        ({"Partner": "Elsewhere Council"}, "", Month(2022, 11), ["return.partner-unknown"]),
        ({"Partner": "Elsewhere Council", "Partner code": "council"}, "council", Month(2022, 11), []),
        ({"Partner": None}, "", Month(2022, 11), ["return.partner-unknown"]),
        ({"Partner code": "group"}, "council", Month(2022, 11), ["return.partner-unclear"]),
        ({"Month": dt.date(2022, 11, 1)}, "council", Month(2022, 11), []),
        ({"Month": "Nov-22"}, "council", Month(2022, 11), []),
        ({"Month": "last month"}, "council", None, ["return.month-unknown"]),
        ({"Month": None}, "council", None, ["return.month-unknown"]),
        ({"Form version": "0"}, "council", Month(2022, 11), ["return.old-template"]),
        ({"Completed on": "yesterday"}, "council", Month(2022, 11), ["return.date-not-read"]),
    ],
)  # fmt: skip
def test_the_first_sheet_says_who_and_which_month(
    head: dict[str, Any], partner: str, month: Month | None, found: list[str]
) -> None:
    answer = sent(head)
    assert (answer.partner, answer.month, codes(answer)) == (partner, month, found)


BAND = {"ref": "1.1-timeliness", "period": "October 2022", "part": "0 to 1 weeks", "value": 12}
FAULTS = [
    ("milestones", MILESTONE | {"ref": 1.1}, "milestone.reference-not-read", "A5", Severity.ERROR),
    ("milestones", MILESTONE | {"ref": dt.date(2023, 2, 1)}, "milestone.reference-not-read", "A5", Severity.ERROR),
    ("milestones", MILESTONE | {"ref": None}, "milestone.missing-value", "A5", Severity.ERROR),
    ("milestones", MILESTONE | {"ref": "  "}, "milestone.missing-value", "A5", Severity.ERROR),
    ("milestones", MILESTONE | {"status": "Delayed"}, "milestone.status-unknown", "G5", Severity.QUERY),
    ("milestones", MILESTONE | {"status": "Ongoing"}, "milestone.status-read-as", "G5", Severity.NOTE),
    ("milestones", MILESTONE | {"forecast": "31/06/23"}, "milestone.date-not-read", "I5", Severity.QUERY),
    ("milestones", MILESTONE | {"forecast": 44865}, "milestone.read-as", "I5", Severity.NOTE),
    ("milestones", MILESTONE | {"forecast": 20221031}, "milestone.date-not-read", "I5", Severity.QUERY),
    ("milestones", MILESTONE | {"evidence": dt.date(2022, 2, 1)}, "milestone.became-a-date", "M5", Severity.QUERY),
    ("milestones", MILESTONE | {"progress": "x" * 5000}, "cell.too-long", "J5", Severity.QUERY),
    ("milestones", MILESTONE | {"next_steps": Formula("=A1")}, "cell.formula-not-calculated", "K5", Severity.QUERY),
    ("evidence", {"kind": "Minutes"}, "evidence.missing-value", "B5", Severity.ERROR),
    ("evidence", {"title": "T", "kind": "Poem"}, "evidence.word-not-known", "C5", Severity.QUERY),
    ("evidence", {"title": "T", "supports": "1.1.1.1, 1..2"}, "evidence.reference-not-read", "E5", Severity.QUERY),
    ("measures", {"ref": "1.1-timeliness", "value": 5}, "measure.period-not-read", "E5", Severity.ERROR),
    ("measures", {"ref": "1.1-ks2", "value": 5, "period": "2022"}, "measure.period-not-read", "E5", Severity.ERROR),
    ("measures", {"ref": "M", "value": "about 5", "period": "2022"}, "measure.not-a-number", "G5", Severity.QUERY),
    ("measures", {"ref": "M", "value": "many", "period": "2022"}, "measure.not-a-number", "G5", Severity.ERROR),
    ("measures", BAND | {"part": "x" * 5000}, "cell.too-long", "F5", Severity.QUERY),
    ("risks", {"ref": "R1", "likelihood": 7}, "risk.score-not-read", "G5", Severity.QUERY),
    ("risks", {"title": "New", "likelihood": 2}, "risk.missing-value", "A5", Severity.ERROR),
    ("risks", {"ref": "R1", "state": "gone"}, "risk.word-not-known", "L5", Severity.QUERY),
    ("feedback", {"number": "1", "we_did": "Much"}, "feedback.missing-value", "C5", Severity.ERROR),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sheet", "row", "code", "cell", "severity"), FAULTS, ids=lambda x: x if isinstance(x, str) else ""
)
def test_a_value_that_cannot_be_used_is_a_finding_at_its_cell(
    sheet: str, row: dict[str, Any], code: str, cell: str, severity: Severity
) -> None:
    answer = sent(None, **{sheet: [row]})
    finding = only(answer)
    name = next(s.name for s in layout.SHEETS if s.field == sheet)
    assert (finding.code, finding.severity, finding.who) == (code, severity, "council")
    assert finding.origin == Origin(NAME, name, cell)
    assert finding.says.endswith(".")
    assert finding.todo.endswith(".")
    dropped = severity is Severity.ERROR and sheet != "measures"
    assert len(getattr(answer, sheet)) == (0 if dropped else 1)


def test_a_finding_is_about_the_reference_of_its_row_and_quotes_the_value() -> None:
    finding = only(sent(milestones=[MILESTONE | {"status": "Dun"}]))
    assert (finding.about, finding.says) == ("1.1.1.1", "In the column Status, “Dun” is not a status word.")
    assert finding.todo == "Choose Not started, On track, At risk, Off track or Complete."


def test_an_excel_error_is_a_finding_and_counts_as_empty() -> None:
    data = workbook(return_sheets(milestones=[MILESTONE | {"forecast": 1}]))
    data = changed(data, sheet2=lambda xml: xml.replace(b'<c r="I5"><v>1</v>', b'<c r="I5" t="e"><v>#REF!</v>'))
    answer = read_bytes(data, NAME, Vocabulary(partners=(("council", "Anytown Council", "Council"),)))
    finding = only(answer)
    assert (finding.code, finding.origin.cell) == ("cell.error-value", "I5")
    assert "#REF!" in finding.says
    assert answer.milestones[0].forecast is None


def test_text_over_the_limit_is_cut() -> None:
    [row] = sent(milestones=[MILESTONE | {"progress": "x" * 5000}]).milestones
    assert len(row.progress) == LONGEST_TEXT


def test_a_percentage_is_read_as_per_cents_and_queried_where_the_unit_is_another() -> None:
    figure = {"ref": "1.1-timeliness", "period": "October 2022", "value": Percent(0.812)}
    right, wrong = sent(measures=[figure | {"unit": "%"}]), sent(measures=[figure | {"unit": "weeks"}])
    assert right.measures[0].value == wrong.measures[0].value == 81.2
    assert (codes(right), codes(wrong)) == ([], ["measure.unit-changed"])


def test_a_symbol_stands_for_no_value() -> None:
    [row] = sent(measures=[{"ref": "1.1-timeliness", "period": "2022-10", "value": "x"}]).measures
    assert (row.value, row.symbol) == (None, "x")


def test_a_part_is_kept_as_it_was_written_and_the_total_has_none() -> None:
    total, band, odd = BAND | {"part": None}, BAND, BAND | {"part": " 0–1  wks"}
    answer = sent(measures=[total, band, odd])
    assert [row.part for row in answer.measures] == ["", "0 to 1 weeks", "0–1 wks"]
    assert answer.findings == ()
    assert len({content_fingerprint((row,)) for row in answer.measures}) == 3


def test_a_band_that_excel_made_a_date_is_not_taken_for_the_total() -> None:
    [row] = sent(measures=[BAND | {"part": dt.date(2023, 2, 1)}]).measures
    assert row.part != ""


def test_a_band_that_holds_an_error_or_an_uncalculated_formula_is_not_taken_for_the_total() -> None:
    data = workbook(return_sheets(measures=[BAND | {"part": 1}, BAND | {"part": Formula("=A1")}]))
    data = changed(data, sheet4=lambda xml: xml.replace(b'<c r="F5"><v>1</v>', b'<c r="F5" t="e"><v>#REF!</v>'))
    assert [row.part for row in read_bytes(data, NAME, Vocabulary()).measures] == [
        "#REF!",
        "a formula that was never calculated",
    ]


def test_a_form_of_before_parts_is_read_with_the_notes_that_any_old_form_gets() -> None:
    sheets = return_sheets({"Form version": "1"}, measures=[BAND])
    at = [column.field for column in layout.MEASURES.columns].index("part")
    sheets["Measures"] = [[cell for n, cell in enumerate(row) if n != at] for row in sheets["Measures"]]
    answer = reads(sheets)
    assert [(row.value, row.part) for row in answer.measures] == [(12, "")]
    assert [(f.code, f.severity) for f in answer.findings] == [
        ("return.old-template", Severity.NOTE),
        ("return.missing-column", Severity.NOTE),
    ]


def test_ten_years_of_months_and_bands_are_read_in_one_return() -> None:
    months = [f"{year}-{month:02d}" for year in range(2013, 2023) for month in range(1, 13)]
    rows = [BAND | {"period": period, "part": part} for period in months for part in (None, "a", "b", "c")]
    answer = sent(measures=rows)
    assert answer.findings == ()
    assert len({(row.period, row.part) for row in answer.measures}) == len(rows) == 480


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.1-timeliness", "1.1-timeliness"),
        ("1.1-timeliness; 1.1-ks2", "1.1-timeliness; 1.1-ks2"),
        ("1.1-timeliness, 1.1-ks2 and 1.1-ks2", "1.1-timeliness; 1.1-ks2"),
        (None, ""),
    ],
)
def test_a_decision_may_be_about_several_measures(written: str | None, read: str) -> None:
    row = {"number": "D1", "kind": "new limits", "about": written, "text": "Agreed."}
    answer = sent({"Partner": "Group"}, decisions=[row])
    assert answer.findings == ()
    assert [(d.kind, d.about) for d in answer.decisions] == [("New limits", read)]


def test_mitigation_and_owner_stay_as_they_were_when_left_blank() -> None:
    known = {"ref": "R1", "last_mitigation": "A second supplier", "last_owner": "Director", "likelihood": 2}
    kept, replaced = sent(risks=[known, known | {"owner": "Head of SEND"}]).risks
    assert (kept.mitigation, kept.owner) == ("A second supplier", "Director")
    assert (replaced.mitigation, replaced.owner) == ("A second supplier", "Head of SEND")


def test_commentary_and_decisions_are_read_in_the_improvement_groups_return_only() -> None:
    rows: dict[str, Any] = {"commentary": [{"about": "Headline", "text": "A good month."}]}
    assert sent(**rows).commentary == ()
    assert [c.text for c in sent({"Partner": "Group"}, **rows).commentary] == ["A good month."]


def test_a_section_called_otherwise_is_read_with_a_note() -> None:
    answer = sent({"Partner": "Group"}, commentary=[{"about": "planned works", "text": "Much was done."}])
    assert [c.about for c in answer.commentary] == ["Planned work"]
    finding = only(answer)
    assert (finding.code, finding.severity) == ("commentary.read-as", Severity.NOTE)
    assert "“planned works”" in finding.says
    assert "“Planned work”" in finding.says


def test_a_cell_far_out_is_noted_and_the_rest_is_read() -> None:
    stray = b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>'
    data = workbook(return_sheets(milestones=[MILESTONE]))
    data = changed(data, sheet2=lambda xml: xml.replace(b"</sheetData>", stray))
    answer = read_bytes(data, NAME, Vocabulary(partners=(("council", "Anytown Council", "Council"),)))
    finding = only(answer)
    assert (finding.code, finding.origin.cell, len(answer.milestones)) == ("cell.far-out", "XFD1048576", 1)


def test_the_content_fingerprint_tells_what_is_said_from_where_and_by_whom() -> None:
    first = sent(milestones=[MILESTONE])
    moved = sent({"Month": "December 2022"}, milestones=[{}, {}, MILESTONE])
    other = sent(milestones=[MILESTONE | {"progress": "Three of four drafted."}])
    assert first.fingerprint != moved.fingerprint
    assert first.content_fingerprint == moved.content_fingerprint != other.content_fingerprint
    assert sent().content_fingerprint == ""


ANY_CELL = st.one_of(
    st.none(), st.text(max_size=20), st.floats(-1e9, 1e9), st.booleans(), st.dates(dt.date(1900, 3, 1)),
    st.sampled_from(["1.1.1.1", "Complete", "On track", "31/10/22", "x", "Yes", "=1+1", "#REF!", "1.10"]),
    st.builds(Percent, st.floats(-10, 10)), st.just(Formula("=A1")),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_value_in_any_cell_stops_the_reading(data: st.DataObject) -> None:
    sheet = data.draw(st.sampled_from(layout.SHEETS))
    row = {column.field: data.draw(ANY_CELL) for column in sheet.columns}
    head = {"Partner": "Group", "Month": data.draw(ANY_CELL), "Completed on": data.draw(ANY_CELL)}
    answer = sent(head, **{sheet.field: [row]})
    assert answer.readable
    assert all(finding.says.endswith(".") and "\n" not in finding.says for finding in answer.findings)
