"""What is said of a measure, sentence by sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.model import Comparator, Frequency, Improves
from flows.plan.periods import Month, Period, academic_year, calendar_year, month_period, months_to
from flows.plan.settings import Measures
from flows.position.control_charts import PROFILES, Rule
from flows.position.measure_state import MeasureState, Recalculation
from flows.publish.charts import figure
from flows.reports.measure_charts import measure_chart, panel
from flows.reports.measure_words import (
    apart,
    baseline_words,
    change_words,
    chart_words,
    comparator_words,
    latest_words,
    lower_first,
    measure_story,
    new_limits_words,
    run_length,
    target_words,
)
from tests.builders import (
    NOVEMBER,
    OCTOBER,
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


def state_of(*submissions: Any, settings: Any = None, **measure: Any) -> MeasureState:
    (state,) = stand(NOVEMBER, *submissions, plan=plan_of(a_measure(**measure)), settings=settings).measures
    return state


def told(*values: float | None, last: dict[str, Any] | None = None, **measure: Any) -> MeasureState:
    """The state of a measure with monthly figures up to November 2022; `last` is what else is said of the last one."""
    rows = history(*values)
    rows[-1] = replace(rows[-1], **(last or {}))
    return state_of(sent(NOVEMBER, *rows), **measure)


# --- the latest figure and how it moved


@pytest.mark.parametrize(
    ("values", "last", "measure", "wanted"),
    [
        ([], {}, {}, "No figure has been returned yet."),
        ([50], {}, {}, "50.0% for November 2022."),
        ([50], {"provisional": True}, {}, "50.0% for November 2022, provisional."),
        ([50], {"numerator": 1500, "denominator": 3000}, {}, "50.0% (1,500 of 3,000) for November 2022."),
        ([50], {"numerator": 0, "denominator": 0}, {}, "50.0% for November 2022."),
        ([-1.5], {}, {"unit": "points"}, "−1.5 for November 2022."),
        ([35], {}, {"unit": "weeks", "decimals": 0}, "35 weeks for November 2022."),
        ([5], {"period": months_to(3, OCTOBER)}, {}, "5.0% for the quarter to October 2022."),
        ([5], {"period": academic_year(2021)}, {}, "5.0% for 2021/22."),
        ([50, None], {}, {}, "50.0% for October 2022."),
    ],
)
def test_the_latest_figure_is_told_with_its_parts_and_period(
    values: list[float | None], last: dict[str, Any], measure: dict[str, Any], wanted: str
) -> None:
    state = told(*values, last=last, **measure) if values else state_of(**measure)
    assert latest_words(state) == wanted


@pytest.mark.parametrize(
    ("before", "now", "measure", "wanted"),
    [
        (50, 52, {}, "Up 2.0 percentage points from 50.0% for October 2022, which is better."),
        (50, 48, {}, "Down 2.0 percentage points from 50.0% for October 2022, which is worse."),
        (50, 48, {"improves": DOWN}, "Down 2.0 percentage points from 50.0% for October 2022, which is better."),
        (50, 48, {"improves": NEUTRAL}, "Down 2.0 percentage points from 50.0% for October 2022."),
        (50, 51, {"decimals": 0}, "Up 1 percentage point from 50% for October 2022, which is better."),
        (50, 50.04, {}, "The figure before was the same: 50.0% for October 2022."),
        (20, 21, {"unit": "weeks", "decimals": 0}, "Up 1 week from 20 weeks for October 2022, which is better."),
        (1000, 2500, {"unit": "children", "decimals": 0}, "Up 1,500 from 1,000 for October 2022, which is better."),
    ],
)
def test_a_change_is_told_with_whether_it_is_better(
    before: float, now: float, measure: dict[str, Any], wanted: str
) -> None:
    assert change_words(told(before, now, **measure)) == wanted


def test_the_first_figure_has_no_change() -> None:
    assert change_words(told(50)) == ""


def test_a_change_is_not_judged_while_the_figure_is_unsure_or_a_control_chart_says_more() -> None:
    assert change_words(told(50, 52), "provisional") == "Up 2.0 percentage points from 50.0% for October 2022."
    assert change_words(told(*STEADY)).endswith("for October 2022.")


def test_a_difference_is_that_of_the_figures_as_they_are_printed() -> None:
    assert change_words(told(11.45, 6.56, decimals=0)) == (
        "Down 4 percentage points from 11% for October 2022, which is worse."
    )


@pytest.mark.parametrize(
    ("unit", "decimals", "difference", "wanted"),
    [
        ("%", 0, 1, "1 percentage point"),
        ("%", 0, -2, "2 percentage points"),
        ("%", 1, 1, "1.0 percentage points"),
        ("weeks", 0, -1, "1 week"),
        ("weeks", 0, 3, "3 weeks"),
        ("children", 0, 1, "1"),
    ],
)
def test_how_far_two_figures_are_apart_minds_the_plural(
    unit: str, decimals: int, difference: float, wanted: str
) -> None:
    assert apart(a_measure(unit=unit, decimals=decimals), difference) == wanted


# --- the control chart


RISING = [*STEADY, *STEADY, 49, 49.5, 50.2, 50.4, 50.6, 50.8, 51]
ABOVE = [*STEADY, *STEADY, 51.5, 51, 51.5, 51, 51.5, 51, 51.5, 51]
NEAR = [*STEADY, *STEADY, 50, 55.5, 50, 55.5]
CAUSES: dict[str, list[float]] = {
    "outside": [*STEADY, *STEADY, 70],
    "trend": RISING,
    "two of three": NEAR,
    "shift": ABOVE,
}
HIGH = {
    "outside": r"the latest figure is above the upper limit of \d\d\.\d%\.",
    "trend": r"7 months in a row, each above the last\.",
    "two of three": r"two of the last three figures are near the upper limit\.",
    "shift": r"8 months in a row above the mean of \d\d\.\d%\.",
}
LOW = {"above": "below", "upper": "lower"}


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("improves", "means"),
    [(UP, (", an improvement", ", a concern")), (DOWN, (", a concern", ", an improvement")), (NEUTRAL, ("", ""))],
)
def test_each_special_cause_is_told_either_way_and_judged_by_the_way_the_measure_improves(
    cause: str, turned: bool, improves: Improves, means: tuple[str, str]
) -> None:
    values = [100 - value if turned else value for value in CAUSES[cause]]
    said = HIGH[cause]
    for one, other in LOW.items() if turned else ():
        said = said.replace(one, other)
    assert re.fullmatch(f"Special cause{means[turned]}: {said}", chart_words(told(*values, improves=improves)))


def test_common_cause_is_no_change_within_limits_that_go_no_further_than_what_can_be() -> None:
    assert chart_words(told(*STEADY)) == (
        "Common cause: the latest figure is within the limits of 45.1% to 55.8%, so it shows no clear change."
    )
    assert "limits of 0.0% to" in chart_words(told(*(value - 49 for value in STEADY)))
    assert "to 100.0%," in chart_words(told(*(value + 48 for value in STEADY)))
    assert "to 52.5%," in chart_words(told(*STEADY, highest=52.5))


def test_figures_that_never_vary_lie_within_limits_that_are_one() -> None:
    assert chart_words(told(*[50] * 13)) == (
        "Common cause: the latest figure is within limits that both lie at 50.0%, so it shows no clear change."
    )


@pytest.mark.parametrize("unsure", ["provisional", "in question"])
def test_a_figure_that_is_unsure_is_told_and_not_judged(unsure: str) -> None:
    assert chart_words(told(*STEADY), unsure) == (
        f"The latest figure is within the limits of 45.1% to 55.8%. It is {unsure}, so it is not judged."
    )
    said = chart_words(told(*CAUSES["outside"]), unsure)
    assert said.startswith("Special cause: the latest figure is above the upper limit of ")
    assert said.endswith(f"It is {unsure}, so it is not judged.")


def test_below_thirteen_figures_no_chart_is_spoken_of() -> None:
    assert chart_words(told(*STEADY[1:])) == ""


def test_limits_that_are_begun_anew_are_told_until_there_are_seven_figures() -> None:
    decision = sent(NOVEMBER, new_limits(new_date="01/10/22"), partner="group")
    state = state_of(sent(NOVEMBER, *history(*STEADY)), decision)
    assert chart_words(state) == (
        "Limits are worked out anew from October 2022; a change is judged when there are 7 figures since then."
    )


def test_a_run_across_a_month_without_a_figure_is_counted_in_figures() -> None:
    values = [*ABOVE[:-3], None, *ABOVE[-3:]]
    assert "Special cause, an improvement: 8 figures in a row above the mean of " in chart_words(told(*values))


def test_a_run_of_terms_and_years_is_counted_in_them() -> None:
    years = [a_figure(value, period=calendar_year(1990 + n)) for n, value in enumerate(ABOVE[5:])]
    assert "8 years in a row" in chart_words(state_of(sent(NOVEMBER, *years), frequency=Frequency.YEARLY))


def test_a_limit_that_prints_as_the_figure_does_gets_decimals_enough_to_tell_them_apart() -> None:
    settings = some_settings().model_copy(update={"measures": Measures(limits_from_points=13)})
    state = state_of(sent(NOVEMBER, *history(*STEADY, 55.9)), settings=settings, decimals=0)
    assert chart_words(state) == "Special cause, an improvement: the latest figure is above the upper limit of 55.8%."


@given(
    st.lists(st.integers(0, 20), min_size=13, max_size=40),
    st.sampled_from(sorted(PROFILES)),
)
def test_a_run_is_never_told_shorter_than_the_rules_ask(values: list[int], profile: str) -> None:
    settings = some_settings().model_copy(update={"measures": Measures(profile=profile)})
    state = state_of(sent(NOVEMBER, *history(*values)), settings=settings)
    assert state.chart is not None
    if state.chart.causes[-1].rule in (Rule.TREND, Rule.SHIFT):
        assert run_length(state) >= PROFILES[profile].run


# --- baseline and target


@pytest.mark.parametrize(
    ("baseline", "improves", "wanted"),
    [
        (None, UP, ""),
        (40, UP, "The latest figure is 10.0 percentage points above the baseline of 40.0%, which is better."),
        (40, DOWN, "The latest figure is 10.0 percentage points above the baseline of 40.0%, which is worse."),
        (60, UP, "The latest figure is 10.0 percentage points below the baseline of 60.0%, which is worse."),
        (60, NEUTRAL, "The latest figure is 10.0 percentage points below the baseline of 60.0%."),
        (50.01, UP, "The latest figure is the same as the baseline of 50.0%."),
    ],
)
def test_the_distance_from_the_baseline_is_told(baseline: float | None, improves: Improves, wanted: str) -> None:
    assert baseline_words(told(50, baseline=baseline, improves=improves)) == wanted


def test_a_baseline_in_doubt_is_named_and_nothing_is_compared_with_it() -> None:
    state = replace(told(50, baseline=40), baseline_in_doubt=True)
    assert baseline_words(state) == (
        "The plan’s baseline of 40.0% contradicts other baselines of its set, so nothing is compared with it."
    )


def test_without_a_figure_nothing_is_held_against_baseline_target_or_others() -> None:
    others = (Comparator("England", 60),)
    assert measure_story(state_of(baseline=40, target=60, comparators=others)) == ("No figure has been returned yet.",)


DUE: dict[str, Any] = {"target_date": on("31/03/23")}
PAST = {"target_date": on("31/10/22")}
PATH = {"baseline": 40, "baseline_as_at": "as at 31 March 2022", **DUE}


@pytest.mark.parametrize(
    ("measure", "wanted"),
    [
        ({}, ""),
        ({"target": 50}, "The latest figure meets the target of 50.0%."),
        ({"target": 45} | DUE, "The latest figure meets the target of 45.0%, set for 31 March 2023."),
        ({"target": 55, "improves": DOWN}, "The latest figure meets the target of 55.0%."),
        ({"target": 60}, "The latest figure is 10.0 percentage points below the target of 60.0%."),
        ({"target": 40, "improves": DOWN}, "The latest figure is 10.0 percentage points above the target of 40.0%."),
        ({"target": 60, "baseline": 40}, "It is 10.0 percentage points below the target of 60.0%."),
        (
            {"target": 60} | PAST,
            "The latest figure is 10.0 percentage points below the target of 60.0%, set for 31 October 2022, which has passed.",
        ),
        (
            {"target": 51} | PATH,
            "It is 1.0 percentage points below the target of 51.0%, set for 31 March 2023, and ahead of the straight path "
            "to it, which stood at 47.4% on 30 November 2022.",
        ),
        (
            {"target": 60} | PATH,
            "It is 10.0 percentage points below the target of 60.0%, set for 31 March 2023, and behind the straight path "
            "to it, which stood at 53.4% on 30 November 2022.",
        ),
        (
            {"target": 55} | PATH,
            "It is 5.0 percentage points below the target of 55.0%, set for 31 March 2023, and on the straight path "
            "to it, which stood at 50.0% on 30 November 2022.",
        ),
        ({"target": 45, "improves": NEUTRAL}, "The latest figure is 5.0 percentage points above the target of 45.0%."),
        ({"target": 60, "improves": NEUTRAL}, "The latest figure is 10.0 percentage points below the target of 60.0%."),
        ({"target": 50, "improves": NEUTRAL}, "The latest figure is the same as the target of 50.0%."),
    ],
)
def test_the_distance_from_the_target_and_the_path_to_it_is_told(measure: dict[str, Any], wanted: str) -> None:
    assert target_words(told(50, **measure)) == wanted


def test_a_figure_in_question_meets_its_target_only_if_it_is_right() -> None:
    said = target_words(told(50, target=50), "in question")
    assert said == "If it is right, the latest figure meets the target of 50.0%."


# --- comparators


def published(name: str, value: float, when: Period | None = None, period: str = "") -> Comparator:
    return Comparator(name, value, period or (when.label if when else ""), when=when)


ENGLAND, NORTH_WEST = published("England", 60), published("North West", 50)


@pytest.mark.parametrize(
    ("comparators", "improves", "wanted"),
    [
        ((), UP, ""),
        (
            (published("England", 60, month_period(NOVEMBER)),),
            UP,
            "Others: England 60.0%, ours is 10.0 percentage points lower (worse).",
        ),
        (
            (published("England", 40, month_period(NOVEMBER)),),
            NEUTRAL,
            "Others: England 40.0%, ours is 10.0 percentage points higher.",
        ),
        (
            (ENGLAND, NORTH_WEST),
            UP,
            "Others (as printed in the plan): England 60.0%, ours is 10.0 percentage points lower (worse); "
            "North West 50.0%, ours is the same.",
        ),
        (
            (published("England", 60, academic_year(2020)),),
            DOWN,
            "Others (2020/21, the latest published): England 60.0%, ours is 10.0 percentage points lower (better).",
        ),
        (
            (published("England", 60, month_period(NOVEMBER)), published("North West", 45, month_period(OCTOBER))),
            UP,
            "Others: England 60.0% (the same period), ours is 10.0 percentage points lower (worse); "
            "North West 45.0% (October 2022, the latest published), ours is 5.0 percentage points higher (better).",
        ),
        (
            (published("England", 60, calendar_year(2023)),),
            UP,
            "Others (2023): England 60.0%, ours is 10.0 percentage points lower (worse).",
        ),
        (
            (published("England", 60, period="first half of 2022"),),
            UP,
            "Others (first half of 2022): England 60.0%, ours is 10.0 percentage points lower (worse).",
        ),
    ],
)
def test_each_comparator_is_told_with_the_period_it_is_for(
    comparators: tuple[Comparator, ...], improves: Improves, wanted: str
) -> None:
    said = comparator_words(told(50, comparators=comparators, improves=improves))
    assert said == wanted


# --- the whole story


def test_the_story_goes_from_the_figure_to_what_it_is_held_against() -> None:
    state = told(*STEADY, baseline=40, target=60, comparators=(ENGLAND,))
    begins = [said.split(" ")[0] for said in measure_story(state)]
    assert begins == ["50.0%", "Down", "Common", "The", "It", "Others"]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        ("L1", "Limits of 6 measures are worked out anew from January 2023 (decision L1 of 15 February 2023). "),
        ("", "Limits of 6 measures are worked out anew from January 2023 (decided on 15 February 2023). "),
    ],
)
def test_new_limits_are_told_with_who_decided_when_and_why(number: str, wanted: str) -> None:
    anew = Recalculation(on("01/01/23"), on("15/02/23"), number, "decided by the board: a new definition")
    assert new_limits_words(anew, "6 measures") == f"{wanted}Decided by the board: a new definition."


@pytest.mark.parametrize(
    ("words", "wanted"), [("The", "the"), ("EHC plans", "EHC plans"), ("", ""), ("A plan", "a plan")]
)
def test_words_within_a_sentence_begin_small_but_for_abbreviations(words: str, wanted: str) -> None:
    assert lower_first(words) == wanted


FIGURES = st.one_of(st.none(), st.floats(0, 100), st.integers(0, 4).map(lambda n: n * 25.0))
TORN = re.compile(r"None|\bnan\b|\binf\b|  |\.\.| [.,;]|\(\)|−0\.?0*\b(?![.\d])")


@given(
    values=st.lists(FIGURES, min_size=1, max_size=75),
    improves=st.sampled_from(Improves),
    decimals=st.integers(0, 2),
    target=st.one_of(st.none(), st.floats(0, 100)),
    baseline=st.one_of(st.none(), st.floats(0, 100)),
    unsure=st.sampled_from(["", "provisional", "in question"]),
    anew=st.one_of(st.none(), st.integers(0, 30)),
)
def test_any_figures_and_gaps_make_whole_sentences_and_charts_that_can_be_drawn(
    values: list[float | None],
    improves: Improves,
    decimals: int,
    target: float | None,
    baseline: float | None,
    unsure: str,
    anew: int | None,
) -> None:
    begins = NOVEMBER.previous(anew or 0).first_day
    decision = [sent(NOVEMBER, new_limits(new_date=f"{begins:%d/%m/%y}"), partner="group")] if anew is not None else []
    rows = history(*values)
    rows[-1] = replace(rows[-1], provisional=unsure == "provisional")
    measure = a_measure(
        improves=improves,
        decimals=decimals,
        target=target,
        baseline=baseline,
        comparators=(ENGLAND,),
        title="Plans",
        **DUE,
    )
    (state,) = stand(NOVEMBER, sent(NOVEMBER, *rows), *decision, plan=plan_of(measure)).measures
    story = " ".join(measure_story(state, unsure))
    assert not TORN.search(story), story
    assert story.endswith(".")
    if len(state.known) >= 3:
        chart = measure_chart(state, unsure)
        assert not TORN.search(f"{chart.title}. {chart.alt}"), chart
        assert len(chart.points) <= 60
        assert figure(chart).startswith("<figure")
        assert panel(state, unsure).points == chart.points


def test_a_month_long_gone_is_no_reason_to_lose_the_figures() -> None:
    state = told(50, 51, 52, *[None] * 70)
    assert [point.value for point in measure_chart(state).points] == [50, 51, 52]
    assert measure_chart(state).title.startswith(f"52.0% in {Month(2017, 1).label}")
