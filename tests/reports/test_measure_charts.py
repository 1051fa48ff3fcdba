"""What the chart of a measure says: its lines and limits, its title, its alternative text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.plan.model import Comparator, Improves
from flows.plan.periods import calendar_year, month_period, months_to
from flows.plan.settings import Measures
from flows.position.measure_state import MeasureState
from flows.publish.charts import figure
from flows.reports.chart import Chart
from flows.reports.measure_charts import finding, in_short, is_drawn, measure_chart, panel
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_chart_note,
    a_figure,
    a_measure,
    history,
    new_limits,
    on,
    plan_of,
    sent,
    some_settings,
    stand,
)

UP, DOWN, NEUTRAL = Improves.UP, Improves.DOWN, Improves.NEUTRAL
STEADY = [50, 52, 49, 51, 50, 52, 49, 51, 50, 52, 49, 51, 50]
LEAP = [*STEADY, *(value + 30 for value in STEADY)]
GROUP = {"partner": "group"}


def state_of(*submissions: Any, **measure: Any) -> MeasureState:
    (state,) = stand(NOVEMBER, *submissions, plan=plan_of(a_measure(**measure))).measures
    return state


def chart_of(*values: float | None, **measure: Any) -> Chart:
    """The chart of a measure with monthly figures up to November 2022."""
    return measure_chart(state_of(sent(NOVEMBER, *history(*values)), **measure))


def decided(*rows: Any) -> Any:
    return sent(NOVEMBER, *rows, **GROUP)


# --- mean and limits


def test_a_control_chart_has_a_mean_and_limits_and_names_its_rules() -> None:
    chart = chart_of(*STEADY)
    (limits,) = chart.limits
    assert limits.lower is not None
    assert limits.upper is not None
    assert limits.mean == pytest.approx(sum(STEADY) / 13)
    assert limits.lower < limits.mean < limits.upper
    assert (limits.first, limits.last) == (on("30/11/21"), on("30/11/22"))
    assert chart.profile == "mdc-7"


def test_a_run_chart_has_a_mean_and_no_limits_and_names_no_rules() -> None:
    chart = chart_of(*STEADY[1:])
    (limits,) = chart.limits
    assert (limits.lower, limits.upper, chart.profile) == (None, None, "")
    assert limits.mean == pytest.approx(sum(STEADY[1:]) / 12)


def test_a_trend_has_no_mean() -> None:
    assert chart_of(*STEADY, chart="trend").limits == ()


def test_figures_for_periods_that_overlap_have_no_mean() -> None:
    rows = [a_figure(value, period=months_to(6, OCTOBER.next(n - 5))) for n, value in enumerate(STEADY[:6])]
    assert measure_chart(state_of(sent(NOVEMBER, *rows))).limits == ()


@pytest.mark.parametrize(
    ("shift", "measure", "wanted"),
    [
        (-49, {}, (0, None)),
        (48, {}, (None, 100)),
        (0, {"lowest": 46, "highest": 54}, (46, 54)),
        (-49, {"unit": "points"}, (None, None)),
    ],
)
def test_limits_are_drawn_no_further_than_what_can_be(
    shift: float, measure: dict[str, Any], wanted: tuple[float | None, float | None]
) -> None:
    (limits,) = chart_of(*(value + shift for value in STEADY), **measure).limits
    mean, reach = sum(STEADY) / 13 + shift, 5.32
    assert limits.lower == pytest.approx(mean - reach if wanted[0] is None else wanted[0])
    assert limits.upper == pytest.approx(mean + reach if wanted[1] is None else wanted[1])


def test_each_section_has_limits_of_its_own_and_a_note_says_who_decided_them() -> None:
    chart = measure_chart(state_of(sent(NOVEMBER, *history(*LEAP)), decided(new_limits(new_date="15/11/21"))))
    assert [(part.first, round(part.mean)) for part in chart.limits] == [(on("31/10/20"), 50), (on("30/11/21"), 80)]
    assert [(note.date, note.words) for note in chart.notes] == [
        (on("30/11/21"), "Limits worked out anew (decision D9 of 16 November 2022)")
    ]
    assert chart.title == "80.0% in November 2022: no clear change"


def test_limits_begun_anew_with_too_few_figures_leave_a_mean_and_compare_with_the_first_of_them() -> None:
    state = state_of(sent(NOVEMBER, *history(*STEADY, 80, 82, 81)), decided(new_limits(new_date="01/09/22")))
    chart = measure_chart(state)
    assert chart.limits[-1].upper is None
    assert chart.limits[0].upper is not None
    assert chart.title == "81.0% in November 2022, up from 80.0% in September 2022"
    assert (chart.profile, chart.alt.partition(".")[0]) == ("", "Line chart")


def test_the_first_figure_since_new_limits_is_compared_with_none_before() -> None:
    state = state_of(sent(NOVEMBER, *history(*STEADY, 80)), decided(new_limits(new_date="01/11/22")))
    assert finding(state) == "80.0% in November 2022: the first figure of its kind"


# --- how much is shown


def test_sixty_figures_are_shown_at_most_with_limits_from_all_of_them() -> None:
    values = [10.0] * 20 + [float(50 + n % 2) for n in range(60)]
    state = state_of(sent(NOVEMBER, *history(*values)))
    chart = measure_chart(state)
    assert [point.value for point in chart.points] == values[-60:]
    assert (chart.points[0].date, chart.points[-1].date) == (chart.limits[0].first, chart.limits[0].last)
    assert chart.limits[0].mean == pytest.approx(sum(values) / 80)
    assert "Over 60 figures it ranged from 50.0% to 51.0%." in chart.alt
    assert panel(state).points == chart.points


def test_a_trend_of_more_than_sixty_figures_is_compared_with_the_first_that_is_shown() -> None:
    chart = chart_of(*([10.0] * 20 + [50.0] * 59 + [60.0]), chart="trend")
    assert chart.title == "60.0% in November 2022, up from 50.0% in December 2017"


def test_a_run_chart_has_its_mean_no_earlier_than_its_first_point() -> None:
    settings = some_settings().model_copy(update={"measures": Measures(control_chart_from=100)})
    figures = sent(NOVEMBER, *history(*[50.0] * 70))
    (state,) = stand(NOVEMBER, figures, plan=plan_of(a_measure()), settings=settings).measures
    chart = measure_chart(state)
    assert [(part.first, part.upper) for part in chart.limits] == [(chart.points[0].date, None)]


def test_a_month_without_a_figure_keeps_its_place() -> None:
    assert [point.value for point in chart_of(50, None, 52, 51).points] == [50, None, 52, 51]


@pytest.mark.parametrize(("number", "drawn"), [(0, False), (2, False), (3, True)])
def test_three_figures_make_a_chart(number: int, drawn: bool) -> None:
    assert is_drawn(state_of(sent(NOVEMBER, *history(*STEADY[:number])) if number else sent(NOVEMBER))) is drawn


# --- target, baseline, path, comparators


def lines(chart: Chart) -> list[tuple[str, float]]:
    return [(line.label, line.value) for line in chart.lines]


def test_target_and_baseline_are_levels_and_limits_take_the_place_of_the_baseline() -> None:
    assert lines(chart_of(*STEADY[1:], target=60, baseline=40)) == [("Target", 60), ("Baseline", 40)]
    assert lines(chart_of(*STEADY, target=60, baseline=40)) == [("Target", 60)]


def published(name: str, *years: int) -> tuple[Comparator, ...]:
    return tuple(
        Comparator(name, 60 + year % 10, str(year), f"{name} statistics", when=calendar_year(year)) for year in years
    )


YEARLY = [a_figure(value, period=calendar_year(2017 + n)) for n, value in enumerate([50, 51, 52, 53])]


@pytest.mark.parametrize(
    ("comparators", "levels", "paths", "source"),
    [
        ((), [], [], ""),
        ((Comparator("England", 60), Comparator("North West", 55)), [("England", 60)], [], ""),
        (published("England", 2018, 2019), [], [("England", [68, 69])], "; England statistics"),
        (
            (*published("England", 2018, 2019), Comparator("North West", 55)),
            [],
            [("England", [68, 69])],
            "; England statistics",
        ),
        (published("England", 2014, 2015, 2018), [("England", 68)], [], ""),
        (published("England", 2014, 2015), [("England", 65)], [], ""),
        (published("England", 2019, 2020, 2021), [], [("England", [69, 60])], "; England statistics"),
    ],
)
def test_a_comparator_is_a_line_where_two_of_its_figures_are_on_the_chart_and_else_the_first_is_a_level(
    comparators: tuple[Comparator, ...], levels: list[Any], paths: list[Any], source: str
) -> None:
    chart = measure_chart(state_of(sent(NOVEMBER, *YEARLY), comparators=comparators))
    assert lines(chart) == levels
    assert [(path.label, [value for _, value in path.points]) for path in chart.paths] == paths
    assert chart.source == f"Source: returns of November 2022{source}"


AIM: dict[str, Any] = {"baseline": 40, "target": 60, "baseline_as_at": "as at 31 July 2022"}


@pytest.mark.parametrize(
    ("measure", "days"),
    [
        (AIM | {"target_date": on("31/03/23")}, ["31/08/22", "30/11/22"]),
        (AIM | {"target_date": on("31/10/22")}, ["31/08/22", "31/10/22", "30/11/22"]),
        (AIM | {"target_date": on("31/03/23"), "baseline_as_at": "as at 15 October 2022"}, ["15/10/22", "30/11/22"]),
        (AIM | {"target_date": on("31/08/22")}, ["31/08/22", "30/11/22"]),
        (AIM | {"target_date": on("31/03/23"), "baseline_as_at": "as at 30 November 2022"}, []),
        ({"target": 60, "target_date": on("31/03/23")}, []),
    ],
)
def test_the_path_to_the_target_goes_as_far_as_the_chart_and_bends_where_it_arrives(
    measure: dict[str, Any], days: list[str]
) -> None:
    state = state_of(sent(NOVEMBER, *history(50, 51, 52, 53)), **measure)
    drawn = [path.points for path in measure_chart(state).paths]
    assert [[day for day, _ in points] for points in drawn] == ([[on(day) for day in days]] if days else [])
    assert all(value == state.path.on(day) for points in drawn for day, value in points if state.path)


# --- notes


@pytest.mark.parametrize(
    ("dated", "shown"),
    [("30/08/22", False), ("31/08/22", True), ("05/10/22", True), ("30/11/22", True), ("01/12/22", False)],
)
def test_only_events_within_the_chart_are_noted_on_it(dated: str, shown: bool) -> None:
    note = decided(a_chart_note(dated=dated, text="New referral form."))
    chart = measure_chart(state_of(sent(NOVEMBER, *history(50, 51, 52, 53)), note))
    assert [(note.date, note.words) for note in chart.notes] == ([(on(dated), "New referral form")] if shown else [])


def test_new_limits_of_a_measure_without_limits_are_not_noted() -> None:
    chart = measure_chart(state_of(sent(NOVEMBER, *history(50, 51, 52)), decided(new_limits())))
    assert chart.notes == ()


# --- points


@pytest.mark.parametrize(
    ("improves", "last", "cause"),
    [
        (UP, 80, "improvement"),
        (UP, 20, "concern"),
        (DOWN, 80, "concern"),
        (DOWN, 20, "improvement"),
        (NEUTRAL, 80, "neutral"),
        (UP, 51, ""),
    ],
)
def test_a_special_cause_is_an_improvement_or_a_concern_by_the_way_the_measure_improves(
    improves: Improves, last: float, cause: str
) -> None:
    assert chart_of(*STEADY, *STEADY, last, improves=improves).points[-1].cause == cause


def test_a_figure_that_is_unsure_is_marked_as_special_cause_and_not_judged() -> None:
    state = state_of(sent(NOVEMBER, *history(*STEADY, *STEADY, 80)))
    chart = measure_chart(state, "in question")
    assert chart.points[-1].cause == "neutral"
    assert chart.title == "80.0% in November 2022: above the upper limit"
    assert measure_chart(state).title == "80.0% in November 2022: above the upper limit, an improvement"


def test_an_unsure_figure_without_special_cause_is_within_the_limits_which_is_no_judgement() -> None:
    state = state_of(sent(NOVEMBER, *history(*STEADY)))
    assert [in_short(state, unsure) for unsure in ("", "provisional")] == ["no clear change", "within the limits"]


# --- title, alternative text, scale


@pytest.mark.parametrize(
    ("values", "short"),
    [
        ([*STEADY, *STEADY, 80], "above the upper limit, an improvement"),
        ([*STEADY, *STEADY, 20], "below the lower limit, a concern"),
        ([*STEADY, *STEADY, 51.5, 51, 51.5, 51, 51.5, 51, 51.5, 51], "above the mean for 8 months, an improvement"),
        ([*STEADY, *STEADY, 50, 55.5, 50, 55.5], "near the upper limit, an improvement"),
        ([*STEADY, *STEADY, 49, 49.5, 50.2, 50.4, 50.6, 50.8, 51], "rising for 7 months, an improvement"),
        ([*STEADY, *STEADY, 52, 51.5, 51, 50.5, 50, 49.5, 49], "falling for 7 months, a concern"),
    ],
)
def test_the_title_of_a_control_chart_is_what_its_latest_figure_shows(values: list[float], short: str) -> None:
    assert chart_of(*values).title.partition(": ")[2] == short


def test_the_title_says_that_the_latest_figure_is_provisional() -> None:
    rows = [*history(50, 51, last=OCTOBER), a_figure(52, NOVEMBER, provisional=True)]
    state = state_of(sent(NOVEMBER, *rows))
    assert (
        measure_chart(state, "provisional").title
        == "52.0% (provisional) in November 2022, up from 50.0% in September 2022"
    )
    assert panel(state).latest == "52.0% (provisional)"


def test_the_alternative_text_gives_the_finding_the_latest_figure_and_the_range() -> None:
    assert chart_of(50, 51, 48, title="Plans").alt == (
        "Line chart. Plans: 48.0% in November 2022, down from 50.0% in September 2022. "
        "Over 3 figures it ranged from 48.0% to 51.0%. Higher is better."
    )
    assert chart_of(50, 50, 50, title="Plans", improves=NEUTRAL).alt == (
        "Line chart. Plans: 50.0% in November 2022, the same as 50.0% in September 2022. All 3 figures are 50.0%."
    )


def test_the_alternative_text_of_a_control_chart_gives_its_limits_and_special_causes() -> None:
    assert chart_of(*STEADY, title="Plans", improves=DOWN).alt == (
        "Control chart. Plans: 50.0% in November 2022: no clear change. Over 13 figures it ranged from 49.0% to 52.0%. "
        "Limits 45.1% to 55.8%; none of the figures marked as special cause. Lower is better."
    )
    said = chart_of(*STEADY, *STEADY, 80).alt
    assert "; 1 of the figures marked as special cause. The latest figure is above the upper limit of " in said


def test_counts_and_weeks_begin_at_zero_and_shares_do_not() -> None:
    made = {unit: chart_of(50, 51, 52, unit=unit).from_zero for unit in ("children", "weeks", "%", "points")}
    assert made == {"children": True, "weeks": True, "%": False, "points": False}


def test_every_kind_of_chart_can_be_drawn() -> None:
    anew = decided(new_limits(new_date="15/11/21"), a_chart_note())
    for state in (
        state_of(sent(NOVEMBER, *history(50, None, 51, 52)), **AIM, target_date=dt.date(2023, 3, 31)),
        state_of(
            sent(NOVEMBER, *history(*LEAP)), anew, comparators=(Comparator("England", 60, when=month_period(OCTOBER)),)
        ),
        state_of(sent(NOVEMBER, *YEARLY), comparators=published("England", 2018, 2019)),
    ):
        chart = measure_chart(state, wide=True)
        assert chart.title in figure(chart)
