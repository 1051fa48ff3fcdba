"""What stands in the registers, for positions made by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.plan.findings import Severity
from flows.position.model import Movement, Position, Status
from flows.reports.register import Register, StatusCell
from flows.reports.registers import evidence_log, findings_list, registers, risk_register
from flows.reports.tracker import action_tracker
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_claim,
    a_finding,
    a_milestone,
    a_plan,
    a_position,
    a_risk,
    a_state,
    an_item,
    an_occurrence,
    some_settings,
)

SETTINGS = some_settings()


def rows(register: Register, sheet: str) -> list[dict[str, object]]:
    """The rows of a sheet by heading."""
    found = next(s for s in register.sheets if s.name == sheet)
    headings = [c.heading for c in found.columns]
    return [dict(zip(headings, row, strict=True)) for row in found.rows]


def tracker_row(position: Position, ref: str = "1.1.1.1") -> dict[str, object]:
    return next(r for r in rows(action_tracker(position, SETTINGS), "Milestones") if r["Reference"] == ref)


def test_the_tracker_has_a_row_for_every_milestone_in_the_order_of_the_plan() -> None:
    table = rows(action_tracker(a_position(), SETTINGS), "Milestones")
    assert [r["Reference"] for r in table] == ["1.1.1.1", "1.1.1.2", "2.1.1.1"]


def test_a_tracker_row_says_where_the_milestone_belongs_and_who_answers_for_it() -> None:
    row = tracker_row(a_position(), "1.1.1.2")
    expected = {
        "Area": "1 Leadership",
        "Focus area": "1.1 Governance",
        "Action reference": "1.1.1",
        "Action": "Set up the board",
        "Accountable lead": "Director, Council",
        "Joint leads": "Chair, ICB",
        "Returned by": "Council and ICB",
        "Workstream": "Governance",
        "First agreed due": "31 October 2022, then monthly",
    }
    assert {heading: row[heading] for heading in expected} == expected


def test_a_moved_date_shows_what_was_agreed_first_what_is_due_now_and_who_approved_it() -> None:
    moved = an_occurrence(dt.date(2023, 1, 31), first_due=dt.date(2022, 11, 30))
    state = a_state(a_milestone(), moved, approved_by="board, 14 December 2022")
    row = tracker_row(a_position(milestones=(state,)))
    assert row["First agreed due"] == "30 November 2022"
    assert row["Due now"] == dt.date(2023, 1, 31)
    assert row["Approved by"] == "Board, 14 December 2022"


def test_slippage_is_counted_from_the_first_agreed_date() -> None:
    late = a_claim(forecast=dt.date(2023, 2, 10))
    moved = an_occurrence(dt.date(2023, 1, 31), Status.AT_RISK, late, first_due=dt.date(2022, 11, 30))
    row = tracker_row(a_position(milestones=(a_state(a_milestone(), moved),)))
    assert (row["Forecast"], row["Slippage (days)"]) == (dt.date(2023, 2, 10), 72)


def test_the_status_shown_stands_beside_the_one_claimed_and_why_they_differ() -> None:
    done = a_claim(status=Status.COMPLETE, completed_on=dt.date(2022, 11, 12))
    shown = an_occurrence(dt.date(2022, 11, 30), Status.EVIDENCE_AWAITED, done)
    state = a_state(a_milestone(), shown, differs="Council said complete. No evidence is on record.")
    row = tracker_row(a_position(milestones=(state,)))
    assert row["Status shown"] == StatusCell("Complete, evidence awaited", "evidence-awaited")
    assert row["Claimed"] == "Complete"
    assert row["Where it differs"] == "Council said complete. No evidence is on record."
    assert row["Completed on"] == dt.date(2022, 11, 12)


@pytest.mark.parametrize(
    ("before", "movement", "said"),
    [
        (None, Movement.NEW, "First report"),
        (Status.ON_TRACK, Movement.SAME, "No change"),
        (Status.OFF_TRACK, Movement.IMPROVED, "Improved, from Off track"),
        (Status.COMPLETE, Movement.WORSENED, "Worsened, from Complete"),
        (Status.NOT_YET_DUE, Movement.SAME, "Changed, from Not yet due"),
    ],
)
def test_the_move_since_last_month_names_the_status_before(
    before: Status | None, movement: Movement, said: str
) -> None:
    state = a_state(a_milestone(), before=before, movement=movement)
    assert tracker_row(a_position(milestones=(state,)))["Moved since last month"] == said


def test_one_partner_is_quoted_as_it_wrote_and_several_by_name() -> None:
    both = (a_claim("council", progress="Drafted", next_steps="Consult"), a_claim("icb", progress="Agreed"))
    state = a_state(a_milestone(), an_occurrence(dt.date(2022, 11, 30), Status.ON_TRACK, *both))
    row = tracker_row(a_position(milestones=(state,)))
    assert row["Latest progress"] == "Council: Drafted\nICB: Agreed"
    assert row["Next steps"] == "Consult"


def test_two_rows_of_one_partner_need_no_name() -> None:
    rows_of_council = (a_claim(progress="October's is out"), a_claim(progress="November's is late"))
    state = a_state(a_milestone(), latest=rows_of_council)
    assert tracker_row(a_position(milestones=(state,)))["Latest progress"] == "October's is out\nNovember's is late"


def test_the_age_of_the_last_update_is_empty_when_there_never_was_one() -> None:
    told = a_state(a_milestone(), updated=OCTOBER, age=1)
    row = tracker_row(a_position(milestones=(told,)))
    assert (row["Last update"], row["Months since"]) == (dt.date(2022, 10, 1), 1)
    row = tracker_row(a_position())
    assert (row["Last update"], row["Months since"]) == (None, None)


def test_evidence_that_is_not_accepted_is_marked_in_the_tracker() -> None:
    items = (an_item("A-1"), an_item("A-2", accepted=False, why_not="withdrawn"))
    state = a_state(a_milestone(), an_occurrence(dt.date(2022, 11, 30), evidence=items))
    assert tracker_row(a_position(milestones=(state,)))["Evidence"] == "A-1, A-2 (not accepted)"


def test_each_occurrence_of_a_recurring_milestone_has_its_own_row_and_slippage() -> None:
    done = a_claim(status=Status.COMPLETE, completed_on=dt.date(2022, 11, 2))
    first = an_occurrence(dt.date(2022, 10, 31), Status.COMPLETE, done)
    second = an_occurrence(dt.date(2022, 11, 30), Status.OFF_TRACK)
    recurring = a_state(a_milestone("1.1.1.2", "31/10/22 and then monthly"), first, second)
    table = rows(
        action_tracker(a_position(milestones=(a_state(a_milestone()), recurring)), SETTINGS), "Recurring milestones"
    )
    assert [(r["Reference"], r["Due"], str(r["Status shown"]), r["Slippage (days)"]) for r in table] == [
        ("1.1.1.2", dt.date(2022, 10, 31), "Complete", 2),
        ("1.1.1.2", dt.date(2022, 11, 30), "Off track", None),
    ]


def test_statuses_are_called_as_the_settings_call_them() -> None:
    settings = SETTINGS.model_copy(
        update={
            "status": SETTINGS.status.model_copy(
                update={"words": SETTINGS.status.words.model_copy(update={"on_track": "Going well"})}
            )
        }
    )
    table = rows(action_tracker(a_position(), settings), "Milestones")
    assert table[0]["Status shown"] == StatusCell("Going well", "on-track")


def test_the_log_holds_every_item_with_the_words_of_what_it_meets_and_why_it_was_refused() -> None:
    log = (an_item(), an_item("COUNCIL-2022-11-2", accepted=False, why_not="It supports nothing.", meets=("9.9-E1",)))
    table = rows(evidence_log(a_position(evidence=log), SETTINGS), "Evidence")
    assert [(r["Number"], r["Accepted"], r["Why not"], r["Meets"]) for r in table] == [
        ("COUNCIL-2022-11-1", "Yes", "", "1.1-E1 Minutes of the board"),
        ("COUNCIL-2022-11-2", "No", "It supports nothing.", "9.9-E1"),
    ]
    assert (table[0]["Received from"], table[0]["Return for"]) == ("Council", dt.date(2022, 11, 1))


def test_expected_evidence_with_nothing_against_it_is_listed_too() -> None:
    log = (an_item("A-1"), an_item("A-2"), an_item("A-3", accepted=False))
    register = evidence_log(a_position(evidence=log), SETTINGS)
    assert [tuple(r.values()) for r in rows(register, "Expected evidence")] == [
        ("1.1-E1", "1.1 Governance", "Minutes of the board", 2, "A-1\nA-2", "A-3"),
        ("1.1-E2", "1.1 Governance", "Terms of reference", 0, "", ""),
    ]
    assert register.sheets[1].note == "1 of 2 expected items met by at least one accepted item."


def test_open_risks_stand_by_score_and_closed_ones_last() -> None:
    risks = (
        a_risk("R1", 2, 2),
        a_risk("R2", 5, 5, is_open=False, closed_in=NOVEMBER),
        a_risk("R3", 4, 4, before=12, first_score=9),
    )
    table = rows(risk_register(a_position(risks=risks), SETTINGS), "Risks")
    assert [(r["Reference"], r["Score"], r["Open or closed"]) for r in table] == [
        ("R3", 16, "Open"),
        ("R1", 4, "Open"),
        ("R2", 25, "Closed, November 2022"),
    ]
    assert (table[0]["Moved"], table[0]["Score last month"], table[0]["First score"]) == ("Risen", 12, 9)
    assert (table[1]["Moved"], table[1]["Score last month"]) == ("First report", None)


def test_a_risk_without_a_score_has_empty_cells_and_not_noughts() -> None:
    row = rows(risk_register(a_position(risks=(a_risk("R1", 0, 0),)), SETTINGS), "Risks")[0]
    assert (row["Likelihood"], row["Impact"], row["Score"], row["First score"]) == (None, None, None, None)


def test_findings_are_counted_for_every_partner_even_one_that_has_none() -> None:
    findings = (
        a_finding(severity=Severity.ERROR),
        a_finding(),
        a_finding("risk.no-owner"),
        a_finding(severity=Severity.NOTE, who="group"),
    )
    register = findings_list(a_position(findings=findings), SETTINGS)
    assert [tuple(r.values()) for r in rows(register, "Counts")] == [
        ("Anytown Council", 1, 2, 0, 3),
        ("NHS Anytown Integrated Care Board", 0, 0, 0, 0),
        ("SEND Improvement Group", 0, 0, 1, 1),
    ]
    assert register.sheets[0].note == "1 error, 2 queries and 1 note."


def test_a_finding_says_whose_move_it_is_what_to_do_and_which_cell() -> None:
    row = rows(findings_list(a_position(findings=(a_finding(),)), SETTINGS), "Findings")[0]
    assert tuple(row.values()) == (
        StatusCell("Query", "query"),
        "Council",
        "1.1.1.1",
        "1.1.1.1 has no update.",
        "Say where it stands.",
        "inputs/returns/2022-11/council.xlsx",
        "Milestones",
        "B7",
        "milestone.no-update",
    )


def test_a_finding_for_somebody_the_plan_does_not_know_is_not_lost() -> None:
    register = findings_list(a_position(findings=(a_finding(who="stranger"),)), SETTINGS)
    assert rows(register, "Counts")[-1] == {"Whose move": "stranger", "Errors": 0, "Queries": 1, "Notes": 0, "All": 1}


def test_every_column_of_every_register_is_explained_on_its_last_sheet() -> None:
    for register in registers(a_position(plan=a_plan()), SETTINGS):
        *tables, meanings = register.sheets
        assert meanings.name == "Columns"
        assert [row[:2] for row in meanings.rows] == [(s.name, c.heading) for s in tables for c in s.columns]
        assert all(row[2] for row in meanings.rows)
