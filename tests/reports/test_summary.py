"""What page one says, for positions made by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.position.model import MilestoneState, Movement, PartnerReturn, Status
from flows.reports.summary import due_counts, milestones_moved, returns_said, summary
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_decision,
    a_milestone,
    a_plan,
    a_position,
    a_state,
    an_occurrence,
    some_settings,
)

SETTINGS = some_settings()
OCTOBER_END, NOVEMBER_END = dt.date(2022, 10, 31), dt.date(2022, 11, 30)


def moved(*movements: Movement) -> tuple[MilestoneState, ...]:
    return tuple(a_state(a_milestone(f"1.1.1.{n}"), movement=way) for n, way in enumerate(movements, start=1))


def returned(**states: str) -> tuple[PartnerReturn, ...]:
    """The state of some partners' returns: returned(council="late")."""
    partners = a_plan().partner
    return tuple(PartnerReturn(partners[key], NOVEMBER, dt.date(2022, 12, 7), s, None) for key, s in states.items())


@pytest.mark.parametrize(
    ("movements", "said"),
    [
        ("IIW", "Since last month the status of 2 milestones has improved and that of 1 has worsened."),
        ("I=", "Since last month the status of 1 milestone has improved; none has worsened."),
        ("WW", "Since last month the status of 2 milestones has worsened; none has improved."),
        ("==", "No milestone has another status than last month."),
    ],
)
def test_how_many_milestones_moved_is_one_sentence(movements: str, said: str) -> None:
    ways = {"I": Movement.IMPROVED, "W": Movement.WORSENED, "=": Movement.SAME}
    assert milestones_moved(moved(*(ways[m] for m in movements))) == said


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"council": "received", "icb": "received"}, "Every partner sent a return."),
        ({"council": "received", "icb": "late"}, "Every partner sent a return; late: ICB."),
        (
            {"council": "received", "icb": "missing"},
            "1 of 2 partners sent a return that could be used; ICB did not.",
        ),
        (
            {"council": "missing", "icb": "missing", "group": "late"},
            "1 of 3 partners sent a return that could be used; Council and ICB did not; late: Improvement group.",
        ),
    ],
)
def test_whose_return_is_missing_or_late_is_named(states: dict[str, str], said: str) -> None:
    assert returns_said(returned(**states)) == said


def test_the_first_report_says_nothing_of_movement() -> None:
    position = a_position(milestones=moved(Movement.NEW, Movement.NEW), returns=returned(council="received"))
    assert summary(position, SETTINGS).sentences == ("Every partner sent a return.",)


def test_page_one_has_at_most_two_sentences_of_its_own() -> None:
    position = a_position(milestones=moved(Movement.IMPROVED), returns=returned(council="missing"))
    assert len(summary(position, SETTINGS).sentences) == 2


def test_each_due_day_of_a_recurring_milestone_counts_by_itself() -> None:
    recurring = a_milestone("1.1.1.2", "31/10/22 and then monthly")
    late, done = an_occurrence(OCTOBER_END, Status.OFF_TRACK), an_occurrence(NOVEMBER_END, Status.COMPLETE)
    counts = due_counts(a_position(milestones=(a_state(recurring, late, done),)))
    assert (counts.due, counts.due_done, counts.overdue, counts.total) == (1, 1, 1, 1)


def test_ongoing_work_that_begins_is_neither_due_nor_overdue() -> None:
    ongoing = a_milestone("1.1.1.1", "Ongoing from 30/11/22")
    state = a_state(ongoing, an_occurrence(NOVEMBER_END, Status.OFF_TRACK))
    counts = due_counts(a_position(milestones=(state,)))
    assert (counts.due, counts.overdue) == (0, 0)


def test_what_is_said_complete_without_evidence_is_counted_apart_and_is_not_overdue() -> None:
    state = a_state(a_milestone(), an_occurrence(NOVEMBER_END, Status.EVIDENCE_AWAITED))
    counts = due_counts(a_position(milestones=(state,)))
    assert (counts.due, counts.due_done, counts.overdue, counts.awaiting, counts.complete) == (1, 0, 0, 1, 0)


def test_a_month_in_which_nothing_is_due_says_so_instead_of_0_of_0() -> None:
    figures = summary(a_position(month=OCTOBER, milestones=()), SETTINGS).figures
    assert (figures[0].number, figures[0].label) == ("0", "due this month")


def test_only_the_asks_of_this_month_are_put_to_the_board() -> None:
    asks = (
        a_decision("D1", "Ask", "Asked before.", month=OCTOBER),
        a_decision("D2", "Ask", "Asked now."),
        a_decision("D3", "Ask", "Taken back.", state="Closed"),
        a_decision("D4", "Decision", "Decided."),
    )
    page = summary(a_position(decisions=asks), SETTINGS)
    assert [a.number for a in page.asks] == ["D2"]
    assert page.no_asks == ""


def test_a_month_without_an_ask_says_so() -> None:
    assert summary(a_position(), SETTINGS).no_asks == "The board is not asked to decide anything this month."
