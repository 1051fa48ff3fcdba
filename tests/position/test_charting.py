"""Control charts of the plan's measures: which have one, what it says, and how it is begun anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flows.plan.model import Frequency, Improves
from flows.plan.periods import Month, months_to, school_term
from flows.plan.settings import Measures
from flows.position.control_charts import Assurance, Rule, Variation
from flows.position.measure_state import Direction, MeasureState
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_chart_note,
    a_figure,
    a_measure,
    history,
    new_limits,
    plan_of,
    sent,
    some_settings,
    stand,
)

STEADY = [10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11, 10]
GROUP = {"partner": "group"}


def state_of(*submissions: Any, month: Month = NOVEMBER, settings: Any = None, **measure: Any) -> MeasureState:
    (state,) = stand(month, *submissions, plan=plan_of(a_measure(**measure)), settings=settings).measures
    return state


def with_values(*values: float | None, **measure: Any) -> MeasureState:
    return state_of(sent(NOVEMBER, *history(*values)), **measure)


def test_thirteen_monthly_figures_make_a_control_chart_and_twelve_do_not() -> None:
    assert with_values(*STEADY[1:]).chart is None
    chart = with_values(*STEADY).chart
    assert chart is not None
    assert (chart.profile, len(chart.causes), len(chart.sections)) == ("mdc-7", 13, 1)
    assert chart.sections[0].mean == pytest.approx(sum(STEADY) / 13)


def test_the_number_of_figures_that_a_chart_needs_and_its_rules_are_settings() -> None:
    chosen = some_settings().model_copy(update={"measures": Measures(profile="mdc-6", control_chart_from=8)})
    state = state_of(sent(NOVEMBER, *history(1, 9, 1, 9, 6, 6.5, 7, 8)), settings=chosen)
    assert state.chart is not None
    assert state.chart.profile == "mdc-6"
    assert state.chart.sections[0].upper is not None


def test_a_measure_that_the_plan_puts_on_a_trend_has_no_control_chart() -> None:
    assert with_values(*STEADY, chart="trend").chart is None


def test_periods_that_overlap_have_no_control_chart() -> None:
    rolling = [replace(row, period=months_to(6, NOVEMBER.previous(12 - n))) for n, row in enumerate(history(*STEADY))]
    assert state_of(sent(NOVEMBER, *rolling)).chart is None


def test_periods_of_different_lengths_have_no_control_chart() -> None:
    rows = history(*STEADY, last=OCTOBER.previous(2))
    quarter = a_figure(11, period=months_to(3, NOVEMBER))
    assert state_of(sent(NOVEMBER, *rows, quarter)).chart is None


def test_quarters_have_a_control_chart_of_their_own() -> None:
    rows = [a_figure(v, period=months_to(3, OCTOBER.previous(36 - 3 * n))) for n, v in enumerate(STEADY)]
    assert state_of(sent(NOVEMBER, *rows), frequency=Frequency.QUARTERLY).chart is not None


def test_school_terms_have_a_control_chart_though_they_differ_in_length() -> None:
    terms = [school_term(name, year) for year in range(2018, 2023) for name in ("Spring", "Summer", "Autumn")][:13]
    rows = [a_figure(value, period=term) for value, term in zip(STEADY, terms, strict=True)]
    assert state_of(sent(NOVEMBER, *rows), frequency=Frequency.TERMLY).chart is not None


@pytest.mark.parametrize(
    ("improves", "last", "variation", "direction"),
    [
        (Improves.UP, 40, Variation.IMPROVING_HIGH, Direction.IMPROVING),
        (Improves.DOWN, 40, Variation.CONCERNING_HIGH, Direction.WORSENING),
        (Improves.UP, 0, Variation.CONCERNING_LOW, Direction.WORSENING),
        (Improves.DOWN, 0, Variation.IMPROVING_LOW, Direction.IMPROVING),
        (Improves.UP, 12, Variation.COMMON, Direction.LEVEL),
        (Improves.DOWN, 9, Variation.COMMON, Direction.LEVEL),
        (Improves.NEUTRAL, 40, Variation.NEUTRAL_HIGH, Direction.NOT_JUDGED),
        (Improves.NEUTRAL, 0, Variation.NEUTRAL_LOW, Direction.NOT_JUDGED),
    ],
)
def test_the_icon_and_the_direction_of_travel_come_from_the_latest_point(
    improves: Improves, last: float, variation: Variation, direction: Direction
) -> None:
    state = with_values(*STEADY, *STEADY, last, improves=improves)
    assert state.chart is not None
    assert (state.chart.variation, state.direction) == (variation, direction)


def test_one_figure_above_another_is_no_improvement_while_both_are_common_cause() -> None:
    assert with_values(9, 12).direction is Direction.IMPROVING
    assert with_values(*STEADY, 9, 12).direction is Direction.LEVEL


def test_the_assurance_icon_holds_the_limits_against_the_target() -> None:
    lower, upper = 5.0, 16.0
    for target, wanted in ((lower - 1, Assurance.PASSES), (10, Assurance.HIT_OR_MISS), (upper + 1, Assurance.FAILS)):
        chart = with_values(*STEADY, target=target).chart
        assert chart is not None
        assert chart.assurance is wanted


def test_a_month_without_a_figure_leaves_no_cause_and_its_neighbours_follow_on() -> None:
    state = with_values(*STEADY[:6], None, *STEADY[6:])
    assert state.chart is not None
    assert len(state.series) == 14
    assert len(state.chart.causes) == len(state.known) == 13
    whole = with_values(*STEADY).chart
    assert whole is not None
    assert state.chart.sections[0].upper == whole.sections[0].upper


LEAP = [*STEADY, *(value + 30 for value in STEADY)]


def test_limits_are_worked_out_anew_from_the_period_that_the_decision_names() -> None:
    first = NOVEMBER.previous(12)
    decision = sent(NOVEMBER, new_limits(new_date=f"15/{first.number:02d}/{first.year - 2000}"), **GROUP)
    state = state_of(sent(NOVEMBER, *history(*LEAP)), decision)
    assert state.chart is not None
    assert [(s.first.label, s.mean) for s in state.chart.sections] == [
        (NOVEMBER.previous(25).label, pytest.approx(sum(STEADY) / 13)),
        (first.label, pytest.approx(sum(STEADY) / 13 + 30)),
    ]
    assert all(cause.rule is Rule.NONE for cause in state.chart.causes)


def test_without_the_decision_the_leap_is_a_special_cause() -> None:
    chart = state_of(sent(NOVEMBER, *history(*LEAP))).chart
    assert chart is not None
    assert chart.variation is Variation.IMPROVING_HIGH


def test_a_decision_of_a_later_month_changes_nothing_now() -> None:
    later = sent(NOVEMBER.next(), new_limits(), **GROUP)
    figures = sent(OCTOBER, *history(*LEAP, last=OCTOBER))
    assert state_of(figures, later, month=NOVEMBER).recalculations == ()
    assert len(state_of(figures, later, month=NOVEMBER.next()).recalculations) == 1


@pytest.mark.parametrize("lacking", [{"new_date": None}, {"dated": None}, {"text": ""}, {"about": "9.9-none"}])
def test_new_limits_need_a_day_a_date_and_a_name(lacking: dict[str, Any]) -> None:
    state = state_of(sent(NOVEMBER, *history(*LEAP)), sent(NOVEMBER, new_limits(**lacking), **GROUP))
    assert state.recalculations == ()
    assert state.chart is not None
    assert len(state.chart.sections) == 1


@pytest.mark.parametrize(("since", "has_limits"), [(1, False), (6, False), (7, True)])
def test_limits_that_are_begun_anew_judge_nothing_before_the_seventh_figure(since: int, has_limits: bool) -> None:
    values = [*STEADY, *STEADY, *[40, 60, 40, 60, 40, 60, 40][:since]]
    begins = NOVEMBER.previous(since - 1).first_day
    decision = sent(NOVEMBER, new_limits(new_date=f"{begins:%d/%m/%y}"), **GROUP)
    state = state_of(sent(NOVEMBER, *history(*values)), decision)
    assert state.chart is not None
    assert state.chart.has_limits is has_limits
    assert state.direction is (Direction.LEVEL if has_limits else Direction.NOT_JUDGED)
    assert state.chart.sections[-1].mean >= 40
    assert all(cause.rule is Rule.NONE for cause in state.chart.causes[-since:])


def test_an_event_stands_on_the_chart_of_the_measures_that_it_names() -> None:
    (note,) = state_of(sent(NOVEMBER, *history(*STEADY)), sent(NOVEMBER, a_chart_note(), **GROUP)).notes
    assert (note.day.isoformat(), note.text) == ("2022-10-05", "New referral form")
