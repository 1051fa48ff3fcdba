"""Exceptions: each milestone's read together, none is claimed to be absent that is there, and old news is told once."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.plan.findings import Finding, Severity
from flows.plan.periods import Month
from flows.position.model import Position, Status
from flows.reports.exceptions import Exceptions, NoticedTable, exceptions
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_figure,
    a_finding,
    a_measure,
    a_milestone,
    a_plan_risk,
    a_position,
    a_risk,
    a_score,
    done,
    plan_of,
    said,
    sent,
    some_settings,
    stand,
)

SETTINGS = some_settings()
JOINT = plan_of(a_milestone(partners=("council", "icb")))


def told(position: Position) -> Exceptions:
    return exceptions(position, SETTINGS)


def table(position: Position, anchor: str) -> NoticedTable | None:
    return next((t for t in told(position).tables if t.anchor == f"exceptions-{anchor}"), None)


def noted(code: str, says: str, todo: str = "Put it right.", who: str = "council", about: str = "1.1.1.1") -> Finding:
    return a_finding(code, says=says, todo=todo, who=who, about=about)


def test_an_overdue_milestone_says_how_late_it_is_and_what_stands_in_the_way() -> None:
    row = said(status="At risk", forecast="15/12/22", help_needed="Terms are not signed")
    (late,) = told(stand(NOVEMBER, sent(NOVEMBER, row), plan=plan_of(a_milestone(due="31/10/22")))).overdue
    assert (late.due, late.forecast) == ("31 October 2022", "15 December 2022")
    assert late.what == "30 days overdue. Terms are not signed."
    assert late.whose == "Council"


def test_what_was_done_is_told_where_nothing_is_said_to_stand_in_the_way() -> None:
    (late,) = told(stand(NOVEMBER, sent(NOVEMBER, said(status="Off track", progress="Half of it is written")))).overdue
    assert late.what == "Due on the last day of the month. Half of it is written."


@pytest.mark.parametrize(
    ("help_needed", "what"),
    [
        ("None", "The draft is out."),
        ("n/a", "The draft is out."),
        ("None: agreed in principle", "Agreed in principle."),
        ("Nobody has the keys.", "Nobody has the keys."),
        ("No room is free.", "No room is free."),
    ],
)
def test_a_none_in_the_cell_for_help_is_not_printed(help_needed: str, what: str) -> None:
    row = said(status="Off track", progress="The draft is out.", help_needed=help_needed)
    (late,) = told(stand(NOVEMBER, sent(NOVEMBER, row))).overdue
    assert late.what == f"Due on the last day of the month. {what}"


def test_joint_leads_who_disagree_on_an_overdue_milestone_are_told_with_it_and_nowhere_else() -> None:
    theirs = sent(NOVEMBER, said(status="At risk", forecast="16/12/22", help_needed="Not signed."), partner="icb")
    position = stand(NOVEMBER, sent(NOVEMBER, done(completed_on="28/11/22")), theirs, plan=JOINT)
    (late,) = told(position).overdue
    assert late.what.endswith(
        "ICB: Not signed. Joint leads disagree on it: Council says “Complete” and ICB says “At risk”."
    )
    assert late.whose == "Council, as accountable lead, to settle it with ICB."
    assert table(position, "disagree") is None
    assert "partners who disagree" not in told(position).none


def test_silence_on_an_overdue_milestone_is_told_with_it() -> None:
    position = stand(NOVEMBER, sent(OCTOBER, said(forecast="15/12/22")))
    (late,) = told(position).overdue
    assert late.what == "Due on the last day of the month. No update this month; the last was for October 2022."
    assert late.whose == "Council: give its status, progress and forecast."
    assert table(position, "silent") is None
    assert "missing or repeated updates" not in told(position).none


def test_a_forecast_that_has_passed_is_not_called_none_given() -> None:
    position = stand(NOVEMBER, sent(OCTOBER, said(forecast="25/11/22")))
    (late,) = told(position).overdue
    assert late.forecast == "Passed"
    assert "Its forecast, 25 November 2022, has passed." in late.what


def test_words_that_are_those_of_last_month_are_printed_once() -> None:
    words = "Two places are reserved"
    now = said(status="Off track", progress=words, forecast="15/12/22")
    (late,) = told(stand(NOVEMBER, sent(OCTOBER, said(progress=words)), sent(NOVEMBER, now))).overdue
    assert late.what == (
        "Due on the last day of the month. Two places are reserved. "
        "The progress on it is word for word that of October 2022."
    )


def test_words_of_an_earlier_month_are_not_told_as_if_they_were_of_this_one() -> None:
    position = stand(NOVEMBER, sent(OCTOBER, said(help_needed="We wait for the printer.")))
    assert "printer" not in told(position).overdue[0].what


def test_a_milestone_that_the_board_moved_says_when_and_from_which_date() -> None:
    moved = sent(NOVEMBER, a_date_change(), partner="group")
    (row,) = told(stand(NOVEMBER, sent(NOVEMBER, said(forecast="31/01/23")), moved)).slipping
    assert row.what == "The board moved it on 16 November 2022 from 30 November 2022."
    assert row.chip.word == "On track"


def test_a_forecast_after_the_first_agreed_date_is_a_slip() -> None:
    (row,) = told(stand(OCTOBER, sent(OCTOBER, said(status="At risk", forecast="15/12/22")))).slipping
    assert row.what == "Forecast 15 days after the first agreed date."


def test_what_was_noticed_of_one_milestone_is_one_row() -> None:
    findings = (
        noted(
            "milestone.complete-without-evidence",
            "Council said 2.1.1.1 complete; no evidence is logged.",
            about="2.1.1.1",
        ),
        noted(
            "milestone.same-words", "The progress on 2.1.1.1 is word for word that of October 2022.", about="2.1.1.1"
        ),
        noted("milestone.complete-without-evidence", "Council said 2.1.1.10 complete.", about="2.1.1.10"),
    )
    position = a_position(findings=findings)
    rows = [row.says for t in told(position).tables for row in t.rows]
    assert rows == [
        "Council said 2.1.1.1 complete; no evidence is logged. The progress on it is word for word that of October 2022.",
        "Council said 2.1.1.10 complete.",
    ]
    assert "missing or repeated updates" not in told(position).none


def test_what_was_noticed_of_one_risk_is_one_row_that_names_it_once() -> None:
    findings = (
        noted("risk.review-overdue", "Risk R1 (Risk R1) was to be reviewed by 30 September 2022.", about="R1"),
        noted("risk.vanished", "Risk R1 (Risk R1) has not been mentioned since June 2022.", about="R1"),
    )
    found = table(a_position(risks=(a_risk(),), findings=findings), "risks")
    assert found is not None
    (row,) = found.rows
    assert row.says.endswith("by 30 September 2022. It has not been mentioned since June 2022.")
    assert row.todo == "Put it right."


def test_a_return_that_was_not_used_is_one_row_with_one_thing_to_do() -> None:
    again = {"fingerprint": "same", "file": "inputs/returns/2022-11/council.xlsx"}
    position = stand(NOVEMBER, sent(OCTOBER, said(), fingerprint="same"), sent(NOVEMBER, said(), **again))
    found = table(position, "returns")
    assert found is not None
    row = next(r for r in found.rows if r.whose == "Council")
    assert row.about.text == "Return"
    assert row.says.endswith("so it was not used. The last one used is for October 2022.")
    assert row.todo == "Send the return for November 2022, which was due on 7 December 2022."


def test_updates_that_a_partner_owes_are_one_row_which_says_that_there_are_others() -> None:
    refs = ("1.1.1.1", "1.1.1.2", "1.1.1.3")
    plan = plan_of(
        *(a_milestone(ref, due) for ref, due in zip(refs, ("30/11/22", "15/12/22", "20/12/22"), strict=True))
    )
    position = stand(NOVEMBER, sent(OCTOBER, *map(said, refs)), sent(NOVEMBER), plan=plan)
    found = table(position, "silent")
    assert found is not None
    assert [r.says for r in found.rows] == [
        "Council gave no update this month on 2 other live milestones: 1.1.1.2 and 1.1.1.3."
    ]
    assert [r.about.text for r in found.rows] == ["Several"]


def test_that_a_figure_cannot_be_given_is_news_once_for_each_reason() -> None:
    def anchors(*reasons: str) -> list[str]:
        months = [OCTOBER.next(n) for n in range(len(reasons))]
        rows = (sent(m, a_figure(None, m, symbol="x", comment=r)) for m, r in zip(months, reasons, strict=True))
        position = stand(months[-1], *rows, plan=plan_of(a_measure()))
        return [t.anchor for t in told(position).tables if t.anchor == "exceptions-figures"]

    assert anchors("Not kept") == ["exceptions-figures"]
    assert anchors("Not kept", "Not kept") == []
    assert anchors("Not kept", "Not published yet") == ["exceptions-figures"]


def test_a_missing_figure_is_told_in_words_and_not_by_its_mark() -> None:
    position = stand(
        NOVEMBER, sent(NOVEMBER, a_figure(None, NOVEMBER, symbol="x", comment="Late")), plan=plan_of(a_measure())
    )
    found = table(position, "figures")
    assert found is not None
    assert found.rows[0].says == "“Measure 1.1-plans” is not available for November 2022: Late."
    assert (found.rows[0].about.text, found.rows[0].about.anchor) == ("1.1", "focus-1-1")


def test_a_row_that_was_not_used_is_told_whatever_was_wrong_with_it() -> None:
    odd = noted("risk.not-theirs", "Risk R1 is returned by ICB, so this row was not used.", about="R1")
    unnamed = noted("return.date-not-read", "“31/06/23” is no day.", about="")
    other = table(a_position(findings=(odd, unnamed)), "other")
    assert other is not None
    assert [r.says for r in other.rows] == [odd.says, unnamed.says]


def test_notes_and_questions_about_the_plan_are_no_exceptions_of_the_month() -> None:
    findings = (
        a_finding("plan.baselines-contradict"),
        a_finding("evidence.duplicate", Severity.NOTE),
        a_finding("evidence.expected-missing", Severity.NOTE),
    )
    assert told(a_position(findings=findings)).tables == ()


def test_a_quiet_month_names_every_kind_of_which_there_is_none() -> None:
    position = a_position(milestones=())
    assert told(position).total == 0
    assert len(told(position).none) == 13
    assert told(position).none[:3] == (
        "overdue milestones",
        "milestones forecast late",
        "said complete, not shown to be",
    )


def test_ongoing_work_is_never_overdue() -> None:
    position = stand(NOVEMBER, plan=plan_of(a_milestone(due="Ongoing from 31/10/22"), a_plan_risk()))
    assert position.milestones[0].status is Status.OFF_TRACK
    assert position.milestones[0].current.due == dt.date(2022, 10, 31)
    assert told(position).overdue == ()


def test_a_risk_that_is_scored_and_owned_is_no_exception() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, a_score(review_by="31/01/23")), plan=plan_of(a_plan_risk()))
    assert table(position, "risks") is None


def test_a_figure_that_stays_provisional_is_an_exception_once() -> None:
    plan = plan_of(a_measure())
    returns = [sent(m, a_figure(50, m, provisional=True)) for m in (OCTOBER, NOVEMBER)]
    in_months = [table(stand(Month(2023, number), *returns, plan=plan), "jumps") for number in (4, 5, 6, 7)]
    assert [bool(found) for found in in_months] == [False, True, True, False]


def test_that_a_total_never_comes_with_its_parts_is_an_exception_once() -> None:
    plan = plan_of(a_measure(parts=("Boys", "Girls")))
    returns = [sent(m, a_figure(50, m)) for m in (OCTOBER, NOVEMBER)]
    told_of = [table(stand(m, *returns, plan=plan), "figures") for m in (OCTOBER, NOVEMBER)]
    assert [bool(found) for found in told_of] == [True, False]
