"""How measures are told: on page one, in the tables of the focus areas, and in the titles of charts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from flows.plan.model import Measure
from flows.plan.periods import Month, months_to
from flows.position.measure_state import MeasureState
from flows.position.model import Position
from flows.reports.measure_charts import new_charts
from flows.reports.measures import measure_table, moved_measures
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_finding,
    a_measure,
    a_milestone,
    a_position,
    a_value,
    plan_of,
    sent,
    stand,
)

SEPTEMBER = Month(2022, 9)


def two_months(measure: Measure, before: float | None, now: float | None, **but: Any) -> list[Any]:
    """What a partner returned of a measure for October and for November."""
    return [
        sent(OCTOBER, a_figure(before, OCTOBER, measure.ref), partner=measure.partner),
        sent(NOVEMBER, a_figure(now, NOVEMBER, measure.ref, **but), partner=measure.partner),
    ]


def position_with(*told: tuple[Measure, float, float], provisional: bool = False) -> Position:
    """The position in November, worked out from the figures for October and November of some measures."""
    plan = plan_of(a_milestone(), *(measure for measure, _, _ in told))
    october = [a_figure(before, OCTOBER, measure.ref) for measure, before, _ in told]
    november = [a_figure(now, NOVEMBER, measure.ref, provisional=provisional) for measure, _, now in told]
    return stand(NOVEMBER, sent(OCTOBER, *october), sent(NOVEMBER, *november), plan=plan)


def named(ref: str, **but: Any) -> Measure:
    return a_measure(ref, title=ref.rpartition("-")[2].capitalize(), **but)


A, B, C, D = (named(f"1.1-{letter}") for letter in "abcd")


def test_a_measure_that_moved_is_told_with_the_figure_before_and_a_judgement() -> None:
    assert moved_measures(position_with((A, 50, 45))) == ("A: 45.0%, from 50.0%, worsening.",)


def test_three_measures_are_told_at_most_and_those_that_worsened_first() -> None:
    position = position_with((A, 50, 58), (B, 50, 45), (C, 50, 46), (D, 50, 47))
    assert [said.partition(":")[0] for said in moved_measures(position)] == ["B", "C", "A"]


def test_the_measure_that_moved_most_is_always_told() -> None:
    assert moved_measures(position_with((A, 50, 80), (B, 50, 45), (C, 50, 46), (D, 50, 47)))[-1].startswith("A: 80.0%")


def test_a_set_does_not_take_all_the_room_of_page_one() -> None:
    sets = [replace(m, set_name="Waits") for m in (A, B, C)]
    position = position_with(*((m, 50, now) for m, now in zip((*sets, D), (40, 41, 42, 45), strict=True)))
    assert [said[0] for said in moved_measures(position)] == ["A", "D", "B"]


@pytest.mark.parametrize(("before", "now"), [(84.2, 84.6), (50, 50)])
def test_a_change_of_less_than_a_percentage_point_is_not_told_as_a_movement(before: float, now: float) -> None:
    assert moved_measures(position_with((A, before, now))) == (
        "None moved by 1 percentage point or more, or by 1% of the figure.",
    )


def test_a_month_without_a_figure_to_compare_says_so() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, a_figure(50, NOVEMBER)), plan=plan_of(a_milestone(), a_measure()))
    assert moved_measures(position) == ("No measure has a new figure to compare with an earlier one.",)


def test_a_provisional_figure_is_told_without_a_judgement() -> None:
    position = position_with((A, 50, 30), provisional=True)
    assert moved_measures(position) == ("A: 30.0% (provisional), from 50.0%.",)
    (row,) = measure_table(position, "1.1").rows
    assert (row.direction, row.direction_style) == ("–", "")


def test_what_is_said_of_a_provisional_figure_stands_beside_it() -> None:
    told = two_months(A, 467, 155, provisional=True, comment="being checked")
    position = stand(NOVEMBER, *told, plan=plan_of(a_milestone(), replace(A, unit="children", decimals=0)))
    assert measure_table(position, "1.1").rows[0].note == "Being checked."


def test_a_figure_in_question_gets_no_judgement_and_points_to_the_exceptions() -> None:
    position = position_with((A, 50, 30))
    doubt = a_finding("measure.parts-disagree", about=A.ref)
    (row,) = measure_table(replace(position, findings=(doubt,)), "1.1").rows
    assert (row.direction, row.note) == ("–", "In question, and not yet explained.")


def test_a_period_other_than_the_month_is_named_within_the_sentence() -> None:
    quarters = [months_to(3, Month(2022, 6)), months_to(3, SEPTEMBER)]
    rows = [a_figure(value, ref=A.ref, period=period) for value, period in zip((50, 45), quarters, strict=True)]
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(a_milestone(), A))
    assert moved_measures(position) == ("A, quarter to September 2022: 45.0%, from 50.0%, worsening.",)


def test_only_the_measures_that_are_missing_are_named_where_a_set_is_not_missing_as_a_whole() -> None:
    waiting, longest = (named(f"1.1-{n}", set_name="Waits", group="Waits") for n in ("waiting", "longest"))
    rows = (
        a_figure(50, NOVEMBER, waiting.ref),
        a_figure(None, NOVEMBER, longest.ref, symbol="x", comment="No longer kept"),
    )
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(a_milestone(), waiting, longest))
    assert measure_table(position, "1.1").without == "Not available: Longest. No longer kept."


def drawn(measure: Measure, *values: float, in_doubt: bool = False) -> Any:
    series = tuple(a_value(value, SEPTEMBER.next(n)) for n, value in enumerate(values))
    plan = plan_of(a_milestone(), measure)
    position = a_position(
        plan, measures=(MeasureState(measure, series, series, baseline_in_doubt=in_doubt, is_new=True),)
    )
    return new_charts(position, "1.1")[0]


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ((50, 51, 48), "48.0% in November 2022, down from 50.0% in September 2022"),
        ((50, 51, 53), "53.0% in November 2022, up from 50.0% in September 2022"),
        ((50, 51, 50.04), "50.0% in November 2022, the same as 50.0% in September 2022"),
    ],
)
def test_the_title_of_a_chart_compares_its_first_figure_and_its_last(values: tuple[float, ...], title: str) -> None:
    assert drawn(A, *values).title == title


def test_a_baseline_in_doubt_is_not_drawn_and_nothing_is_to_be_compared_with_it() -> None:
    measure = replace(A, baseline=10.0, set_name="Therapy waits")
    assert [line.kind for line in drawn(measure, 50, 51, 52).lines] == ["baseline"]
    assert drawn(measure, 50, 51, 52, in_doubt=True).lines == ()
    position = a_position(
        plan_of(a_milestone(), measure), measures=(MeasureState(measure, (), baseline_in_doubt=True),)
    )
    assert measure_table(position, "1.1").without.endswith(
        "Some baselines for therapy waits cannot be true as labelled, so compare nothing with them."
    )


def test_no_chart_is_drawn_of_two_figures() -> None:
    position = position_with((A, 50, 51))
    assert position.measures[0].known[-1].period.end == dt.date(2022, 11, 30)
    assert new_charts(position, "1.1") == ()


def test_where_there_is_no_figure_for_the_month_the_older_one_stands_with_the_reason() -> None:
    told = two_months(A, 50, None, symbol="x", comment="Not yet published")
    (row,) = measure_table(stand(NOVEMBER, *told, plan=plan_of(a_milestone(), A)), "1.1").rows
    assert (row.latest, row.period) == ("50.0%", "October 2022")
    assert row.note == "No figure for November 2022. Not yet published."
