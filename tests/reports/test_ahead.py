"""The forward look: what falls due in the months ahead, and which reports and boards are to come."""

from __future__ import annotations

import pytest

from flows.plan.periods import Month
from flows.reports.ahead import forward
from tests.builders import DECEMBER, NOVEMBER, OCTOBER, a_date_change, a_milestone, done, plan_of, proof, sent, stand
from tests.builders import some_settings as settings

SETTINGS = settings()


def due_by_month(*dates: str, months: int, month: Month = NOVEMBER) -> list[tuple[str, int]]:
    plan = plan_of(*(a_milestone(f"1.1.1.{n}", due) for n, due in enumerate(dates, start=1)))
    found = forward(stand(month, plan=plan), SETTINGS, months)
    return [(m.month, m.number) for m in found.months]


@pytest.mark.parametrize("months", [1, 3, 12])
def test_the_forward_look_reaches_as_many_months_as_are_asked_for(months: int) -> None:
    found = due_by_month("31/12/22", months=months)
    assert [month for month, _ in found] == [NOVEMBER.next(n).label for n in range(1, months + 1)]


def test_a_recurring_milestone_falls_due_in_each_of_its_months_and_ongoing_work_in_none() -> None:
    found = due_by_month("30/11/22 and then quarterly", "Ongoing from 31/12/22", "TBC", months=6)
    assert [number for _, number in found] == [0, 0, 1, 0, 0, 1]


def test_what_is_done_is_not_to_come_and_what_was_moved_comes_on_its_new_day() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/12/22"), a_milestone("1.1.1.2", "30/11/22"))
    early = sent(OCTOBER, done(), proof())
    moved = sent(NOVEMBER, a_date_change("1.1.1.2"), partner="group")
    (december, january) = forward(stand(NOVEMBER, early, moved, plan=plan), SETTINGS, 2).months
    assert december.number == 0
    assert [(a.ref, [r.text for r in a.refs]) for a in january.areas] == [("1", ["1.1.1.2"])]


@pytest.mark.parametrize(
    ("month", "printed_in", "stocktake", "review"),
    [
        (
            NOVEMBER,
            "highlight report",
            "The stocktake for November 2022 goes to the board with this report; the next stocktake is for February 2023.",
            "The next annual review is for December 2023.",
        ),
        (
            NOVEMBER,
            "stocktake",
            "The next stocktake is for February 2023.",
            "The next annual review is for December 2023.",
        ),
        (
            Month(2023, 12),
            "annual review",
            "The next stocktake is for February 2024.",
            "The next annual review is for December 2024.",
        ),
    ],
)
def test_a_report_says_of_itself_only_when_the_next_is(
    month: Month, printed_in: str, stocktake: str, review: str
) -> None:
    assert forward(stand(month), SETTINGS, 3, printed_in).words[2:4] == (stocktake, review)


def test_the_next_returns_and_board_are_named_with_their_days() -> None:
    assert forward(stand(DECEMBER), SETTINGS, 3).words[:2] == (
        "Returns for January 2023 are due by 7 February 2023.",
        f"The {SETTINGS.partnership.board} reads the report for January 2023 on 15 February 2023.",
    )


def test_ongoing_work_is_told_in_the_month_in_which_it_begins_and_not_beyond_the_look() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "Ongoing from 31/12/22"), a_milestone("1.1.1.2", "Ongoing from 31/01/23"))
    position = stand(NOVEMBER, plan=plan)
    assert [w for w in forward(position, SETTINGS, 1).words if "begins" in w] == [
        "Ongoing work begins in December 2022: 1.1.1.1."
    ]
    assert forward(position, SETTINGS, 2).words[-1] == "Ongoing work begins in January 2023: 1.1.1.2."
