"""What a measure is held against: baseline, target and path, comparators, and the rating that follows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.plan.model import Comparator, Improves
from flows.plan.periods import Month, month_period
from flows.position.measure_state import MeasureState, Rating
from tests.builders import DECEMBER, NOVEMBER, OCTOBER, a_figure, a_measure, on, plan_of, sent, stand


def state_of(value: float, month: Month = NOVEMBER, **measure: Any) -> MeasureState:
    plan = plan_of(a_measure(**measure))
    (state,) = stand(month, sent(month, a_figure(value, month)), plan=plan).measures
    return state


def others(name: str, *figures: tuple[float, Month | None], available: str | None = None) -> tuple[Comparator, ...]:
    return tuple(
        Comparator(
            name,
            value,
            month.label if month else "",
            when=month_period(month) if month else None,
            available=on(available) if available else None,
        )
        for value, month in figures
    )


def test_distance_is_the_latest_figure_less_baseline_and_target() -> None:
    state = state_of(60, baseline=50, target=80)
    assert (state.from_baseline, state.from_target) == (10, -20)


def test_nothing_is_held_against_a_baseline_or_target_that_is_not_there() -> None:
    state = state_of(60)
    assert (state.from_baseline, state.from_target, state.path, state.rating) == (None, None, None, None)


# The plan begins on 1 October 2022. From there to 30 November 2023 are 425 days; to 30 November 2022, 60 of them.
AIM = {"baseline": 50, "target": 92.5, "target_date": dt.date(2023, 11, 30)}


def test_the_path_is_a_straight_line_from_the_baseline_to_the_target() -> None:
    path = state_of(60, **AIM).path
    assert path is not None
    assert path.on(dt.date(2022, 10, 1)) == 50
    assert path.on(NOVEMBER.last_day) == pytest.approx(56.0)
    assert path.on(dt.date(2023, 11, 30)) == path.on(dt.date(2025, 1, 1)) == 92.5
    assert path.on(dt.date(2020, 1, 1)) == 50


def test_the_path_begins_as_at_the_baseline_where_the_plan_says_when_that_was() -> None:
    path = state_of(60, baseline_as_at="March 2022", **AIM).path
    assert path is not None
    assert path.start == dt.date(2022, 3, 31)


def test_a_target_date_before_the_baseline_makes_no_path() -> None:
    assert state_of(60, baseline=50, target=80, target_date=dt.date(2021, 1, 1)).path is None


@pytest.mark.parametrize(
    ("value", "improves", "measure", "rating"),
    [
        (92.5, Improves.UP, AIM, Rating.MEETS),
        (92.46, Improves.UP, AIM, Rating.MEETS),  # Printed, it is 92.5.
        (56.0, Improves.UP, AIM, Rating.ON_PATH),
        (55.8, Improves.UP, AIM, Rating.BEHIND),
        (91, Improves.UP, AIM | {"target_date": dt.date(2022, 11, 30)}, Rating.MISSED),
        (91, Improves.UP, AIM | {"baseline": None}, Rating.SHORT),
        (91, Improves.UP, AIM | {"target_date": None}, Rating.SHORT),
        (30, Improves.DOWN, AIM | {"target": 20}, Rating.ON_PATH),
        (48, Improves.DOWN, AIM | {"target": 20}, Rating.BEHIND),
        (20, Improves.DOWN, AIM | {"target": 20}, Rating.MEETS),
        (60, Improves.NEUTRAL, AIM, None),
    ],
)
def test_the_rating_against_a_target(value: float, improves: Improves, measure: dict[str, Any], rating: object) -> None:
    assert state_of(value, improves=improves, **measure).rating is rating


@pytest.mark.parametrize(
    ("value", "improves", "rating"),
    [
        (61, Improves.UP, Rating.BETTER),
        (60, Improves.UP, Rating.BETTER),
        (55, Improves.UP, Rating.BETWEEN),
        (49, Improves.UP, Rating.WORSE),
        (49, Improves.DOWN, Rating.BETTER),
        (55, Improves.NEUTRAL, None),
    ],
)
def test_without_a_target_the_rating_is_against_the_comparators(
    value: float, improves: Improves, rating: object
) -> None:
    england, north_west = others("England", (60, NOVEMBER)), others("North West", (50, None))
    assert state_of(value, improves=improves, comparators=england + north_west).rating is rating


def test_a_comparator_of_another_period_gives_no_rating() -> None:
    state = state_of(70, comparators=others("England", (60, OCTOBER)))
    assert state.rating is None
    assert state.comparators[0].beside(month_period(NOVEMBER)).value == 60


def test_a_comparator_is_a_series_and_the_figure_of_the_same_period_is_beside_ours() -> None:
    figures = others("England", (61, NOVEMBER), (60, OCTOBER), (62, DECEMBER), (59, None))
    (series,) = state_of(70, comparators=figures).comparators
    assert [f.value for f in series.figures] == [59, 60, 61, 62]
    assert series.beside(month_period(NOVEMBER)).value == 61
    assert series.beside(month_period(DECEMBER.next())).value == 62
    assert series.beside(month_period(OCTOBER.previous())).value == 59


def test_a_figure_that_was_not_public_when_the_board_read_the_report_is_not_used() -> None:
    # The board reads November's report on 21 December 2022.
    assert state_of(70, comparators=others("England", (60, NOVEMBER), available="21/12/22")).comparators
    assert not state_of(70, comparators=others("England", (60, NOVEMBER), available="22/12/22")).comparators


def test_a_baseline_in_doubt_is_held_against_nothing() -> None:
    plan = plan_of(
        a_measure("1.1-share", set_name="Waits", role="over-18-weeks", baseline=0, target=8, improves=Improves.DOWN),
        a_measure("1.1-longest", set_name="Waits", role="longest", baseline=78, unit="weeks", improves=Improves.DOWN),
    )
    share = stand(NOVEMBER, sent(NOVEMBER, a_figure(40, NOVEMBER, "1.1-share")), plan=plan).measures[0]
    assert share.baseline_in_doubt
    assert (share.from_baseline, share.path, share.rating) == (None, None, Rating.SHORT)
