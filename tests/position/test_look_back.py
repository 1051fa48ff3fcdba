"""Looking back over a quarter or a year: the position at each month's end, and the one it began from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.plan.model import Board
from flows.plan.periods import Month, months_between
from flows.plan.scope import find_scope
from flows.position.look_back import LookBack, look_back, slice_back
from flows.position.model import Status
from tests.builders import DECEMBER, JANUARY, NOVEMBER, OCTOBER, a_plan, done, on, proof, said, sent, some_settings

SETTINGS = some_settings()
PLAN = replace(a_plan(), boards=(Board("two", "Waits Board", ("2",)),))
SENT = (
    sent(OCTOBER, said("1.1.1.1", "On track")),
    sent(NOVEMBER, done("1.1.1.1", "20/11/22"), proof("1.1.1.1", dated="20/11/22")),
    sent(DECEMBER, said("1.1.1.2", "On track")),
)


def back(first: Month, last: Month) -> LookBack:
    return look_back(PLAN, SETTINGS, SENT, months_between(first, last))


def test_each_month_is_as_its_own_report_had_it() -> None:
    quarter = back(OCTOBER, DECEMBER)
    assert quarter.months == (OCTOBER, NOVEMBER, DECEMBER)
    first, *later = (p.milestone["1.1.1.1"].status for p in quarter.positions)
    assert first is not Status.COMPLETE
    assert later == [Status.COMPLETE, Status.COMPLETE]


def test_the_first_quarter_begins_from_nothing() -> None:
    assert back(OCTOBER, NOVEMBER).before is None


def test_a_later_quarter_begins_from_the_end_of_the_month_before_it() -> None:
    before = back(DECEMBER, JANUARY).before
    assert before is not None
    assert before.month == NOVEMBER
    assert before.milestone["1.1.1.1"].status is Status.COMPLETE


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        (OCTOBER, OCTOBER, "October 2022"),
        (OCTOBER, NOVEMBER, "October to November 2022"),
        (DECEMBER, JANUARY, "December 2022 to January 2023"),
    ],
)
def test_the_months_are_named_in_words(first: Month, last: Month, label: str) -> None:
    assert back(first, last).label == label


@pytest.mark.parametrize(
    ("day", "holds"), [("30/11/22", False), ("01/12/22", True), ("31/01/23", True), ("01/02/23", False)]
)
def test_a_day_is_in_the_quarter_from_its_first_to_its_last(day: str, holds: bool) -> None:
    assert back(DECEMBER, JANUARY).holds(on(day)) is holds
    assert back(DECEMBER, JANUARY).holds(None) is False


def test_a_slice_holds_its_part_at_every_month_end() -> None:
    quarter = slice_back(back(DECEMBER, JANUARY), find_scope(PLAN, "Waits Board"))
    assert quarter.before is not None
    assert [[m.ref for m in p.milestones] for p in (quarter.before, *quarter.positions)] == [["2.1.1.1"]] * 3
