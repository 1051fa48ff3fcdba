"""Where measures stand: the value that counts for each period, what was said before, and which way it moves."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.model import Improves
from flows.plan.periods import Month, parse_period
from flows.position.measure_state import Direction, MeasureState
from flows.position.measures import why_not_used
from tests.builders import DECEMBER, NOVEMBER, OCTOBER, a_figure, a_measure, on, plan_of, sent, stand


def state_of(*submissions: Any, month: Month = NOVEMBER, **measure: Any) -> MeasureState:
    (state,) = stand(month, *submissions, plan=plan_of(a_measure(**measure))).measures
    return state


def two_months(before: float, now: float, **measure: Any) -> MeasureState:
    returns = [sent(OCTOBER, a_figure(before)), sent(NOVEMBER, a_figure(now, NOVEMBER))]
    return state_of(*returns, **measure)


def test_a_series_has_one_value_for_each_period_oldest_first() -> None:
    state = state_of(sent(NOVEMBER, a_figure(52, NOVEMBER), a_figure(48, Month(2022, 9)), a_figure(50, OCTOBER)))
    assert [v.value for v in state.series] == [48, 50, 52]
    assert state.latest
    assert state.latest.value == 52
    assert state.previous
    assert state.previous.value == 50
    assert (state.change, state.is_new) == (2, True)


def test_the_newest_word_on_a_period_counts_and_the_older_one_is_kept() -> None:
    state = state_of(sent(OCTOBER, a_figure(50)), sent(NOVEMBER, a_figure(51)))
    assert [v.value for v in state.series] == [51]
    assert [(v.value, v.month, v.received) for v in state.said] == [
        (50, OCTOBER, on("02/11/22")),
        (51, NOVEMBER, on("02/12/22")),
    ]


def test_a_figure_that_cannot_be_given_is_in_the_series_but_is_not_the_latest_value() -> None:
    state = state_of(sent(OCTOBER, a_figure(50)), sent(NOVEMBER, a_figure(None, NOVEMBER, symbol="x")))
    assert [v.symbol for v in state.series] == ["", "x"]
    assert state.latest
    assert state.latest.value == 50
    assert not state.is_new


def test_a_measure_that_nobody_has_returned_has_no_value_and_no_direction() -> None:
    state = state_of()
    assert (state.series, state.latest, state.previous, state.change) == ((), None, None, None)
    assert state.direction is Direction.NOT_JUDGED


def test_every_measure_of_the_plan_is_in_the_position_once() -> None:
    plan = plan_of(a_measure("1.1-a"), a_measure("1.1-b"))
    assert [m.measure.ref for m in stand(NOVEMBER, sent(NOVEMBER, a_figure(ref="9.9")), plan=plan).measures] == [
        "1.1-a",
        "1.1-b",
    ]


@pytest.mark.parametrize(
    ("before", "now", "improves", "decimals", "direction"),
    [
        (50, 51, Improves.UP, 1, Direction.IMPROVING),
        (51, 50, Improves.UP, 1, Direction.WORSENING),
        (50, 51, Improves.DOWN, 1, Direction.WORSENING),
        (51, 50, Improves.DOWN, 1, Direction.IMPROVING),
        (50, 50, Improves.UP, 1, Direction.LEVEL),
        (50, 50.04, Improves.UP, 1, Direction.LEVEL),
        (50, 50.06, Improves.UP, 1, Direction.IMPROVING),
        (50, 50.4, Improves.UP, 0, Direction.LEVEL),
        (50, 51, Improves.NEUTRAL, 1, Direction.NOT_JUDGED),
    ],
)
def test_the_direction_of_travel_goes_by_how_the_measure_improves(
    before: float, now: float, improves: Improves, decimals: int, direction: Direction
) -> None:
    assert two_months(before, now, improves=improves, decimals=decimals).direction is direction


@pytest.mark.parametrize(
    ("row", "measure", "why"),
    [
        (a_figure(50), {}, ""),
        (a_figure(50, period=None), {}, "no-period"),
        (a_figure(50), {"partner": "icb"}, "not-theirs"),
        (a_figure(50, NOVEMBER), {}, ""),
        (a_figure(50, DECEMBER), {}, "period-not-over"),
        (a_figure(50, period=parse_period("Quarter to December 2022")), {}, "period-not-over"),
        (a_figure(None), {}, "no-value"),
        (a_figure(None, symbol="x"), {}, ""),
        (a_figure(100), {}, ""),
        (a_figure(100.1), {}, "impossible"),
        (a_figure(0), {}, ""),
        (a_figure(-0.1), {}, "impossible"),
        (a_figure(120), {"highest": 150.0}, ""),
        (a_figure(120), {"unit": "weeks"}, ""),
        (a_figure(-1), {"unit": "weeks", "lowest": 0.0}, "impossible"),
        (a_figure(53), {"unit": "weeks", "highest": 52.0}, "impossible"),
    ],
)
def test_a_figure_is_used_unless_one_of_these_speaks_against_it(row: Any, measure: dict[str, Any], why: str) -> None:
    returned = sent(NOVEMBER, row)
    assert why_not_used(a_measure(**measure), returned.content.measures[0], returned) == why
    assert bool(state_of(returned, **measure).series) is (why == "")
