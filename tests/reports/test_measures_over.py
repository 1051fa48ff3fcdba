"""Measures over a quarter or a year: the figure at the start and now, and whether the change is more than chance."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.model import Comparator, Improves, Measure
from flows.plan.periods import Month, month_period, months_between
from flows.position.look_back import LookBack, look_back
from flows.reports.measures_over import FocusMeasures, MeasureOver, charted_over, measures_over
from flows.returns.records import MeasureRow
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    history,
    new_limits,
    plan_of,
    sent,
    some_settings,
)

SETTINGS = some_settings()
QUARTER = (NOVEMBER, DECEMBER, JANUARY)
STEADY = [50.0 + n % 3 for n in range(20)]
"""Figures up to October 2022 that make a control chart without a special cause."""


def back(
    figures: dict[Month, list[Any]], *measures: Measure, months: tuple[Month, ...] = QUARTER, **limits: Any
) -> LookBack:
    """A look back on returns of the council with these figures; `limits` are new control limits of the group's."""
    plan = plan_of(*(measures or (a_measure(),)))
    sends = [sent(month, *rows) for month, rows in figures.items()]
    if limits:
        sends.append(sent(NOVEMBER, new_limits(**limits), partner="group"))
    return look_back(plan, SETTINGS, sends, months)


def focus(looked: LookBack, span: str = "quarter") -> FocusMeasures:
    (only,) = measures_over(looked, SETTINGS, span).focus_areas
    return only


def row(figures: dict[Month, list[Any]], *measures: Measure, **but: Any) -> MeasureOver:
    (only,) = focus(back(figures, *measures, **but)).rows
    return only


def charted(*last: float, **but: Any) -> MeasureOver:
    """A measure with a control chart to October 2022, and figures for the months since."""
    later = {month: [a_figure(value, month, **but)] for month, value in zip(QUARTER, last, strict=False)}
    return row({OCTOBER: history(*STEADY, last=OCTOBER), **later})


def test_the_start_is_the_figure_that_stood_when_the_quarter_began() -> None:
    told = row(
        {OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(52.0, NOVEMBER)], JANUARY: [a_figure(55.0, JANUARY)]}
    )
    assert (told.start, told.start_period) == ("50.0%", "October 2022")
    assert (told.latest, told.period) == ("55.0%", "January 2023")
    assert told.change == "Up 5.0 percentage points, which is better."
    assert told.icon is None


@pytest.mark.parametrize(
    ("improves", "now", "words"),
    [
        (Improves.UP, 45.0, "Down 5.0 percentage points, which is worse."),
        (Improves.DOWN, 45.0, "Down 5.0 percentage points, which is better."),
        (Improves.NEUTRAL, 45.0, "Down 5.0 percentage points."),
        (Improves.UP, 50.0, "The same."),
        (Improves.UP, 50.04, "The same."),
    ],
)
def test_a_change_is_judged_by_the_direction_in_which_the_measure_improves(
    improves: Improves, now: float, words: str
) -> None:
    figures = {OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(now, NOVEMBER)]}
    assert row(figures, a_measure(improves=improves)).change == words


def test_in_the_first_period_the_start_is_the_first_figure_of_it() -> None:
    first, later = {OCTOBER: [a_figure(50.0, OCTOBER)]}, {NOVEMBER: [a_figure(52.0, NOVEMBER)]}
    told = row(first | later, months=(OCTOBER, NOVEMBER))
    assert (told.start_period, told.change) == ("October 2022", "Up 2.0 percentage points, which is better.")
    told = row(first, months=(OCTOBER, NOVEMBER))
    assert (told.start, told.start_period, told.change) == ("–", "", "The first figure.")


def test_where_the_first_return_brings_several_figures_the_one_before_the_latest_is_the_start() -> None:
    told = row({OCTOBER: history(48.0, 50.0, last=OCTOBER)}, months=(OCTOBER,))
    assert (told.start, told.start_period) == ("48.0%", "September 2022")


def test_a_change_within_the_limits_is_no_more_than_chance() -> None:
    told = charted(52.0)
    assert told.change == "Up 1.0 percentage points. Within the limits, so no more than chance."
    assert told.icon is not None
    assert told.icon.word == "Common cause"


def test_a_special_cause_is_said_as_the_control_chart_has_it() -> None:
    told = charted(51.0, 70.0)
    assert told.change == "Up 19.0 percentage points. Above the upper limit, an improvement."
    assert told.icon is not None
    assert told.icon.word == "Improving, high"


def test_a_provisional_figure_has_no_direction() -> None:
    told = charted(51.0, 70.0, provisional=True)
    assert told.latest == "70.0% (provisional)"
    assert told.change == "Up 19.0 percentage points. Above the upper limit; provisional, so not judged."
    assert told.icon is None
    figures = {OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(52.0, NOVEMBER, provisional=True)]}
    assert row(figures).change == "Up 2.0 percentage points. Provisional, so not judged."


def test_a_change_from_a_provisional_figure_has_no_direction() -> None:
    figures = {OCTOBER: [a_figure(50.0, OCTOBER, provisional=True)], NOVEMBER: [a_figure(52.0, NOVEMBER)]}
    told = row(figures)
    assert told.start == "50.0% (provisional)"
    assert told.change == "Up 2.0 percentage points. The figure at the start is provisional, so not judged."


def test_a_figure_in_question_has_no_direction() -> None:
    """13 of 16 is 81.3%."""
    wrong: dict[str, Any] = {"numerator": 13, "denominator": 16}
    figures = {OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(52.0, NOVEMBER, **wrong)]}
    assert row(figures, months=(NOVEMBER,)).change == "Up 2.0 percentage points. In question, so not judged."
    figures = {OCTOBER: [a_figure(50.0, OCTOBER, **wrong)], NOVEMBER: [a_figure(52.0, NOVEMBER)]}
    assert row(figures).change == "Up 2.0 percentage points. The figure at the start was in question, so not judged."


def test_a_figure_that_was_restated_since_is_compared_as_it_now_stands() -> None:
    told = row({OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(51.0, OCTOBER), a_figure(52.0, NOVEMBER)]})
    assert told.start == "51.0%"
    assert told.change == (
        "Up 1.0 percentage points, which is better. The figure at the start was 50.0% before it was restated."
    )


def test_a_new_word_on_the_same_period_is_a_restatement_or_a_confirmation_and_no_change() -> None:
    then = {OCTOBER: [a_figure(50.0, OCTOBER)]}
    assert row(then | {NOVEMBER: [a_figure(53.0, OCTOBER)]}).change == "Restated for the same period, from 50.0%."
    then = {OCTOBER: [a_figure(50.0, OCTOBER, provisional=True)]}
    assert row(then | {NOVEMBER: [a_figure(50.0, OCTOBER)]}).change == "Confirmed; it was provisional."


def test_a_figure_that_is_only_sent_again_is_not_new() -> None:
    told = focus(back({OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(50.0, OCTOBER)]}))
    assert told.rows == ()
    assert told.others == "No measure here had a new figure this quarter; the latest are in the data dashboard."


def test_figures_before_and_after_new_limits_are_not_compared() -> None:
    figures = {OCTOBER: history(*STEADY, last=OCTOBER), NOVEMBER: [a_figure(70.0, NOVEMBER)]}
    told = row(figures, new_date="01/11/22")
    assert (told.start, told.latest) == ("51.0%", "70.0%")
    assert told.change == "Not compared: limits begun anew from November 2022."


def test_a_measure_is_held_against_baseline_target_and_comparators() -> None:
    comparators = (
        Comparator("England", 60.0, when=month_period(NOVEMBER)),
        Comparator("North West", 55.0, "2021/22"),
    )
    measure = a_measure(baseline=40.0, target=90.0, comparators=comparators)
    told = row({OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(52.0, NOVEMBER)]}, measure)
    assert told.held_against == ("Baseline 40.0%", "Target 90.0%", "England 60.0%", "North West 55.0% (2021/22)")
    assert row({OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(52.0, NOVEMBER)]}).held_against == ()


def several(number: int) -> list[Measure]:
    return [a_measure(f"1.1-m{n}") for n in range(number)]


def figures_of(refs: list[str], month: Month) -> list[MeasureRow]:
    return [a_figure(50.0, month, ref) for ref in refs]


def test_measures_without_a_new_figure_or_any_are_counted_and_few_are_named() -> None:
    figures = {OCTOBER: figures_of(["1.1-m0", "1.1-m1"], OCTOBER), NOVEMBER: figures_of(["1.1-m0"], NOVEMBER)}
    assert focus(back(figures, *several(3))).others == (
        "1 of the 3 measures here had no new figure this quarter; the latest are in the data dashboard. "
        "1 of the 3 measures here has no figure on record yet: Measure 1.1-m2."
    )
    assert focus(back(figures, *several(6))).others.endswith(
        "4 of the 6 measures here have no figure on record yet; the data dashboard names them."
    )
    assert focus(back({}, *several(2))).others == "No measure here has a figure on record yet."


def test_what_the_control_charts_show_is_counted() -> None:
    measures = several(4)
    steady = [r for m in measures[:3] for r in history(*STEADY, last=OCTOBER, ref=m.ref)]
    now = [a_figure(value, NOVEMBER, m.ref) for m, value in zip(measures, (51.0, 70.0, 30.0, 50.0), strict=True)]
    told = measures_over(back({OCTOBER: steady, NOVEMBER: now}, *measures), SETTINGS, "quarter")
    assert told.sentences == (
        "4 of 4 measures had a new figure this quarter.",
        "Of the 3 with a control chart, 1 shows an improvement, 1 shows a concern and 1 shows no more than chance.",
    )


def test_without_measures_or_charts_that_is_said() -> None:
    empty = LookBack(None, look_back(plan_of(), SETTINGS, (), QUARTER).positions)
    assert measures_over(empty, SETTINGS, "quarter").sentences == ("The plan has no measures.",)
    one = back({OCTOBER: [a_figure(50.0, OCTOBER)], NOVEMBER: [a_figure(52.0, NOVEMBER)]})
    assert measures_over(one, SETTINGS, "quarter").sentences[1] == (
        "None of these has a control chart, so no change can be told from chance."
    )
    assert focus(one).note == "Without an icon there is no control chart, so a change cannot be told from chance."


def refs_charted(looked: LookBack, span: str) -> list[str]:
    return [s.measure.ref for s in charted_over(looked, span)]


def test_charts_are_of_measures_with_a_new_figure_or_a_special_cause_and_for_a_year_of_all() -> None:
    new, still, special, few = several(4)
    rows = [
        *history(*STEADY, last=OCTOBER, ref=new.ref),
        *history(*STEADY, last=OCTOBER, ref=still.ref),
        *history(*STEADY, 90.0, last=OCTOBER, ref=special.ref),
        *history(50.0, 51.0, last=OCTOBER, ref=few.ref),
    ]
    later = {NOVEMBER: [a_figure(51.0, NOVEMBER, new.ref)], DECEMBER: [a_figure(52.0, DECEMBER, new.ref)]}
    looked = back({OCTOBER: rows, **later}, new, still, special, few)
    assert refs_charted(looked, "quarter") == [new.ref, special.ref]
    assert refs_charted(looked, "year") == [new.ref, still.ref, special.ref]
    (told,) = measures_over(looked, SETTINGS, "quarter", drawn_elsewhere={special.ref}).focus_areas
    assert len(told.charts) == 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=6))
def test_every_measure_is_in_the_table_or_counted_under_it(given_: list[tuple[bool, bool]]) -> None:
    """Each measure with a figure before the quarter, in it, both or neither."""
    measures = several(len(given_))
    before = figures_of([m.ref for m, (was, _) in zip(measures, given_, strict=True) if was], OCTOBER)
    during = figures_of([m.ref for m, (_, new) in zip(measures, given_, strict=True) if new], DECEMBER)
    told = focus(back({OCTOBER: before, DECEMBER: during}, *measures, months=months_between(NOVEMBER, DECEMBER)))
    assert len(told.rows) == sum(new for _, new in given_)
    left = len(given_) - len(told.rows)
    if told.others.startswith("No measure here"):
        assert left == len(given_)
    else:
        assert sum(int(n) for n in re.findall(r"(\d+) of the \d+ measures", told.others)) == left
