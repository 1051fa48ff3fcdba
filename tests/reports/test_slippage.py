"""Slippage against the dates first agreed: how much, how often moved, and whose decision it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ledger.records import Submission
from flows.plan.model import Plan
from flows.plan.periods import Month, months_between
from flows.position.look_back import LookBack, look_back
from flows.position.model import Position, Status
from flows.reports.due_days import refused_moves
from flows.reports.slippage import Slippage, slippage
from flows.returns.records import DecisionRow
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_claim,
    a_date_change,
    a_milestone,
    a_plan,
    a_position,
    a_state,
    an_occurrence,
    done,
    on,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
)

SETTINGS = some_settings()


def looked(first: Month, last: Month, *submissions: Submission, plan: Plan | None = None) -> LookBack:
    plan = plan or plan_of(a_milestone(due="31/10/22"))
    return look_back(plan, SETTINGS, submissions, months_between(first, last))


def slipped(first: Month, last: Month, *submissions: Submission, plan: Plan | None = None) -> Slippage:
    return slippage(looked(first, last, *submissions, plan=plan), SETTINGS, "quarter")


def ask(text: str, number: str = "D2", about: str = "1.1.1.1") -> DecisionRow:
    return a_date_change(about, None, kind="Ask", text=text, number=number, dated=None)


def answer(text: str, number: str = "D2", dated: str = "16/11/22") -> DecisionRow:
    return a_date_change("1.1.1.1", None, kind="Decision", text=text, number=number, dated=dated)


def test_what_is_done_late_without_a_decision_slipped_by_the_days_after_the_first_agreed_date() -> None:
    found = slipped(OCTOBER, NOVEMBER, sent(NOVEMBER, done(completed_on="14/11/22"), proof(dated="14/11/22")))
    (row,) = found.done_late
    assert (row.first, row.done, row.days) == ("31 October 2022", "14 November 2022", "14 days")
    assert found.rows == ()
    assert found.words[0] == "1 of 1 dated milestone has slipped from the day first agreed."


def test_what_is_done_in_time_or_not_due_yet_has_not_slipped() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/10/22"), a_milestone("1.1.1.2", "31/01/23"))
    found = slipped(OCTOBER, NOVEMBER, sent(OCTOBER, done(), proof()), plan=plan)
    assert (found.rows, found.done_late, found.note) == ((), (), "")
    assert found.words == (
        "None of 2 dated milestones has slipped from the day first agreed.",
        "The board has approved no new date and refused none.",
    )


def test_what_is_overdue_without_a_forecast_slipped_by_at_least_the_days_to_the_period_end() -> None:
    found = slipped(OCTOBER, NOVEMBER)
    (row,) = found.rows
    assert row.days == "At least 30 days"
    assert row.history == ("First agreed for 31 October 2022.", "Not done, and no forecast; no decision of the board.")
    assert found.note == "“At least” counts to 30 November 2022, where there is no forecast."


def test_what_was_due_on_the_last_day_of_the_period_slipped_by_at_least_a_day() -> None:
    assert slipped(OCTOBER, OCTOBER).rows[0].days == "At least 1 day"


def test_a_forecast_after_the_date_is_named_as_the_partners_own() -> None:
    (row,) = slipped(OCTOBER, NOVEMBER, sent(NOVEMBER, said(forecast="15/12/22"))).rows
    assert row.days == "45 days"
    assert row.history[-1] == "Forecast for 15 December 2022 by Council; no decision of the board."


def test_a_forecast_that_has_passed_is_none() -> None:
    (row,) = slipped(OCTOBER, DECEMBER, sent(OCTOBER, said(forecast="15/11/22"))).rows
    assert row.days == "At least 61 days"


def test_each_move_is_told_with_its_day_and_number_and_how_far_beyond_it_the_work_ended() -> None:
    moves = (
        sent(NOVEMBER, a_date_change(new_date="30/11/22", number="D1"), partner="group"),
        sent(DECEMBER, a_date_change(new_date="31/12/22", number="D4", dated="21/12/22"), partner="group"),
        sent(JANUARY, done(completed_on="10/01/23"), proof(dated="10/01/23")),
    )
    found = slipped(DECEMBER, JANUARY, *moves)
    (row,) = found.rows
    assert row.history == (
        "First agreed for 31 October 2022.",
        "The board moved it to 30 November 2022 on 16 November 2022 (D1).",
        "The board moved it to 31 December 2022 on 21 December 2022 (D4).",
        "It has been moved twice.",
        "Done on 10 January 2023.",
        "10 days later than approved.",
    )
    assert row.days == "71 days"
    said_of_board = (
        "The board has approved 2 new dates and refused none; in this quarter it approved 1 and refused none."
    )
    assert said_of_board in found.words


def test_a_move_without_a_forecast_slips_to_the_day_that_the_board_approved() -> None:
    (row,) = slipped(OCTOBER, NOVEMBER, sent(NOVEMBER, a_date_change(), partner="group")).rows
    assert row.days == "92 days"
    assert row.history[-1] == "The board moved it to 31 January 2023 on 16 November 2022 (D1)."


def test_a_move_to_an_earlier_day_is_told_and_is_no_slippage() -> None:
    found = slipped(OCTOBER, NOVEMBER, sent(NOVEMBER, a_date_change(new_date="15/12/22"), partner="group"),
                    plan=plan_of(a_milestone(due="31/12/22")))  # fmt: skip
    assert [row.days for row in found.rows] == ["16 days early"]
    assert found.words[0] == "The one dated milestone has not slipped from the day first agreed."


def test_a_date_change_that_cannot_be_followed_moves_nothing() -> None:
    changes = (
        a_date_change(new_date=None, number="D1"),
        a_date_change(dated=None, number="D2"),
        a_date_change(dated="16/12/22", number="D3"),
    )
    found = slipped(OCTOBER, NOVEMBER, sent(NOVEMBER, *changes, partner="group"))
    assert found.words[-1] == "The board has approved no new date and refused none."


@pytest.mark.parametrize(
    ("asked", "answered", "is_refused"),
    [
        ("Approve a new date of 31 January 2023.", "Not approved. The date stays.", True),
        ("Decide whether it may move to 31 January 2023.", "Not moved.", True),
        ("Extend the training to every school.", "Not approved.", False),
        ("Allow an extension to January.", "Refused", True),
        ("Approve a new date of 31 January 2023.", "Deferred to the next meeting.", False),
        ("Approve a new date of 31 January 2023.", "No ruling needed.", False),
        ("Ask the hospital for more time.", "Not approved.", False),
    ],
)
def test_a_refusal_is_an_answer_that_refuses_what_was_asked_for_as_a_new_date(
    asked: str, answered: str, is_refused: bool
) -> None:
    back = looked(OCTOBER, NOVEMBER, sent(OCTOBER, ask(asked), partner="group"),
                  sent(NOVEMBER, answer(answered), partner="group"))  # fmt: skip
    assert bool(refused_moves(back.now)) == is_refused


def test_a_refusal_stands_in_the_history_and_in_the_count() -> None:
    rows = ask("Approve a new date of 31 January 2023."), answer("Not approved.")
    found = slipped(OCTOBER, NOVEMBER, sent(NOVEMBER, *rows, partner="group"))
    assert found.rows[0].history[1] == "The board refused a new date on 16 November 2022 (D2)."
    assert "The board has approved no new date and refused 1." in found.words


def test_what_is_new_in_the_period_is_marked_and_counted_and_nothing_is_new_at_the_first() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/10/22"), a_milestone("1.1.1.2", "31/12/22"))
    found = slipped(DECEMBER, JANUARY, plan=plan)
    assert [(r.ref.text, r.new) for r in found.rows] == [("1.1.1.1", ""), ("1.1.1.2", "New this quarter")]
    assert "One is new this quarter." in found.words
    assert [r.new for r in slipped(OCTOBER, JANUARY, plan=plan).rows] == ["", ""]


def test_what_was_done_late_before_the_period_is_told_in_short() -> None:
    late = sent(NOVEMBER, done(completed_on="14/11/22"), proof(dated="14/11/22"))
    found = slipped(DECEMBER, JANUARY, late)
    assert [(r.ref.text, r.days) for r in found.done_earlier] == [("1.1.1.1", "14 days")]
    assert found.done_late == ()


def test_the_worst_comes_first_and_the_words_give_median_largest_area_and_partner() -> None:
    plan = plan_of(
        a_milestone("1.1.1.1", "31/10/22"),
        a_milestone("1.1.1.2", "20/10/22"),
        a_milestone("1.1.1.3", "30/11/22"),
        a_milestone("2.1.1.1", "10/11/22", partners=("icb",)),
        a_milestone("2.1.1.2", "31/03/23", partners=("icb",)),
        a_milestone("2.1.1.3", "TBC", partners=("icb",)),
        a_milestone("2.1.1.4", "Ongoing from 31/10/22", partners=("icb",)),
    )
    found = slipped(OCTOBER, NOVEMBER, plan=plan)
    assert [r.ref.text for r in found.rows] == ["1.1.1.2", "1.1.1.1", "2.1.1.1", "1.1.1.3"]
    assert found.words == (
        "4 of 5 dated milestones have slipped from the day first agreed.",
        "The median slippage is 25 days; the largest is at least 41 days (1.1.1.2).",
        "The board has approved no new date and refused none.",
        "Area 1 has most that slipped: 3 of its 3.",
        "Of the partners that answer for milestones, Council has most that slipped: 3 of its 3.",
    )


def test_each_due_day_of_a_recurring_milestone_slips_by_itself_and_counts_as_one_milestone() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then monthly"))
    found = slipped(OCTOBER, NOVEMBER, plan=plan)
    assert [r.days for r in found.rows] == ["At least 30 days", "At least 1 day"]
    assert found.words[0] == "1 of 1 dated milestone has slipped from the day first agreed."


def test_a_plan_without_dates_cannot_slip() -> None:
    plan = plan_of(a_milestone(due="TBC"))
    assert slipped(OCTOBER, NOVEMBER, plan=plan).words == ("No milestone here has a date from which it could slip.",)


DAYS = st.dates(on("01/09/22"), on("31/12/22"))


@st.composite
def positions(draw: st.DrawFn) -> Position:
    """A position with up to eight milestones in any state."""
    states = []
    for number in range(draw(st.integers(1, 8))):
        milestone = a_milestone(f"{draw(st.integers(1, 2))}.1.1.{number + 1}")
        first, due = draw(DAYS), draw(DAYS)
        status: Any = draw(st.sampled_from(Status))
        closed = status in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
        claim = a_claim(
            status=Status.COMPLETE if closed else status,
            completed_on=draw(DAYS) if closed else None,
            forecast=None if closed else draw(st.none() | DAYS),
        )
        states.append(a_state(milestone, an_occurrence(due, status, claim, first_due=first)))
    plan = a_plan(milestones=tuple(s.milestone for s in states))
    return a_position(plan=plan, milestones=tuple(states))


@given(positions())
def test_whatever_the_states_no_milestone_slips_twice_and_those_that_slipped_are_the_count(position: Position) -> None:
    found = slippage(LookBack(None, (position,)), SETTINGS, "quarter")
    told = [r.ref.text for r in found.rows] + [r.ref.text for r in found.done_late]
    assert len(told) == len(set(told))
    said = [r.days for r in found.rows] + [r.days for r in found.done_late]
    late = [words for words in said if not words.endswith("early") and words != "None"]
    assert found.done_earlier == ()
    if len(position.milestones) > 1 or late:
        assert found.words[0].startswith(f"{len(late) or 'None'} of {len(position.milestones)} ")
