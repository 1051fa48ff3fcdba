"""The scorecard: every measure once, under its question, judged no further than the figures carry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.plan.findings import Severity
from flows.plan.model import Improves, Measure
from flows.plan.periods import Month
from flows.position.look_back import LookBack
from flows.reports.scorecard import Kind, Scorecard, ScoreRow, scorecard, why_unsure_in
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_finding,
    a_measure,
    history,
    new_limits,
    plan_of,
    sent,
    some_settings,
    stand,
)

MONTHS = (OCTOBER, NOVEMBER, DECEMBER, JANUARY)


def back_on(*sent_rows: list[Any], months: tuple[Month, ...] = (NOVEMBER, DECEMBER), **but: Any) -> LookBack:
    """A look back on months of the plan, with what was sent for October, November and so on."""
    measures = but.pop("measures", None) or (a_measure(**({"question": "how well"} | but)),)
    plan = plan_of(*measures)
    returns = [sent(month, *rows) for month, rows in zip(MONTHS, sent_rows, strict=False)]

    def at(month: Month) -> Any:
        return stand(month, *(r for r in returns if r.arrival.month <= month), plan=plan)

    before = months[0].previous()
    return LookBack(at(before) if before >= OCTOBER else None, tuple(at(month) for month in months))


def card(back: LookBack) -> Scorecard:
    return scorecard(back, some_settings(), "quarter")


def the_row(back: LookBack) -> ScoreRow:
    (row,) = card(back).questions[0].rows
    return row


def test_measures_stand_under_their_question_in_the_order_in_which_they_are_asked() -> None:
    measures = tuple(a_measure(f"1.1-m{n}", question=q) for n, q in enumerate(("better off", "", "how much")))
    titles = [q.title for q in card(back_on([], measures=measures)).questions]
    assert titles == [
        "How much did we do?",
        "Is anyone better off?",
        "Measures that the plan puts under no question",
    ]


def test_a_measure_stands_beside_where_it_was_when_the_period_began() -> None:
    back = back_on([a_figure(60.0)], [a_figure(70.0, NOVEMBER)], [a_figure(66.0, DECEMBER)], baseline=50.0, target=90.0)
    row = the_row(back)
    assert (row.start, row.start_period, row.now, row.now_period) == ("60.0%", "October 2022", "66.0%", "December 2022")
    assert row.beside == ("Baseline: 50.0%", "Target: 90.0%")
    assert card(back).start == "End of October 2022"


@pytest.mark.parametrize(
    ("improves", "latest", "kind"),
    [
        (Improves.UP, 66.0, Kind.BETTER),
        (Improves.DOWN, 66.0, Kind.WORSE),
        (Improves.UP, 60.04, Kind.LEVEL),
        (Improves.NEUTRAL, 66.0, Kind.NEITHER),
    ],
)
def test_better_and_worse_are_said_of_the_whole_period_by_the_way_the_measure_improves(
    improves: Improves, latest: float, kind: Kind
) -> None:
    back = back_on([a_figure(60.0)], [a_figure(70.0, NOVEMBER)], [a_figure(latest, DECEMBER)], improves=improves)
    row = the_row(back)
    assert row.kind is kind
    assert bool(row.moved) is (kind is not Kind.NEITHER)


def test_the_first_quarter_begins_with_its_first_figure() -> None:
    two = back_on([a_figure(60.0)], [a_figure(70.0, NOVEMBER)], months=(OCTOBER, NOVEMBER))
    assert (card(two).start, the_row(two).start, the_row(two).kind) == ("First in the quarter", "60.0%", Kind.BETTER)
    one = back_on([a_figure(60.0)], [], months=(OCTOBER, NOVEMBER))
    assert (the_row(one).start, the_row(one).none) == ("–", "First figure")


def test_a_figure_from_before_the_period_has_no_direction() -> None:
    row = the_row(back_on([a_figure(60.0)], [], []))
    assert (row.kind, row.none, row.moved) == (Kind.NOT_NEW, "No new figure", None)


def test_a_provisional_figure_has_no_direction() -> None:
    row = the_row(back_on([a_figure(60.0)], [], [a_figure(66.0, DECEMBER, provisional=True)]))
    assert (row.none, row.moved, row.icon) == ("Provisional, not judged", None, None)


def test_a_figure_put_in_question_when_it_came_in_stays_so_until_it_is_given_again() -> None:
    back = back_on([a_figure(60.0)], [a_figure(99.0, NOVEMBER)], [])
    asked = a_finding("measure.big-jump", Severity.QUERY, about="1.1-plans")
    then = replace(back.positions[0], findings=(asked,))
    doubted = LookBack(back.before, (then, back.positions[1]))
    assert why_unsure_in(doubted.now.measure["1.1-plans"], doubted) == "in question"
    assert the_row(doubted).none == "In question, not judged"
    again = back_on([a_figure(60.0)], [a_figure(99.0, NOVEMBER)], [a_figure(62.0, NOVEMBER)])
    mended = LookBack(again.before, (replace(again.positions[0], findings=(asked,)), again.now))
    assert why_unsure_in(mended.now.measure["1.1-plans"], mended) == ""


def test_a_control_chart_gives_its_icon_in_place_of_a_direction() -> None:
    before = history(*[50.0, 52.0] * 7, last=OCTOBER)
    row = the_row(back_on(before, [a_figure(51.0, NOVEMBER)], [a_figure(90.0, DECEMBER)]))
    assert (row.kind, row.moved, row.icon and row.icon.word) == (Kind.IMPROVING, None, "Improving, high")


def test_figures_on_either_side_of_new_limits_are_not_compared() -> None:
    plan = plan_of(a_measure(question="how well"))
    rows = sent(OCTOBER, a_figure(60.0)), sent(NOVEMBER, new_limits(new_date="01/11/22"), partner="group")
    new = sent(NOVEMBER, a_figure(70.0, NOVEMBER))
    back = LookBack(stand(OCTOBER, rows[0], plan=plan), (stand(NOVEMBER, *rows, new, plan=plan),))
    row = the_row(back)
    assert (row.kind, row.moved) == (Kind.ANEW, None)
    assert row.start_period == "October 2022, before the limits were begun anew"


def test_a_partners_words_stand_below_figures_that_are_called_better_or_worse() -> None:
    back = back_on([a_figure(60.0)], [], [a_figure(66.0, DECEMBER, comment="New count")])
    assert card(back).questions[0].notes == ("Measure 1.1-plans, Council on December 2022: New count.",)


def test_measures_without_a_figure_are_named_and_counted() -> None:
    (question,) = card(back_on([], [], [])).questions
    assert (question.says, question.rows) == ("The one measure has no figure.", ())
    assert question.without == "No figure yet: Measure 1.1-plans."


FIGURES = st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=2, max_size=2)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(FIGURES, st.booleans()), min_size=1, max_size=4))
def test_every_measure_is_counted_once(drawn: list[tuple[list[float | None], bool]]) -> None:
    measures: tuple[Measure, ...] = tuple(a_measure(f"1.1-m{n}", question="how much") for n in range(len(drawn)))
    rows: list[list[Any]] = [[], []]
    for measure, (values, provisional) in zip(measures, drawn, strict=True):
        for at, value in enumerate(values):
            if value is not None:
                rows[at].append(a_figure(value, MONTHS[at], measure.ref, provisional=provisional))
    (question,) = card(back_on(*rows, months=(NOVEMBER,), measures=measures)).questions
    told = question.says.partition(": ")[2]
    counted = [int(word) for word in told.replace(",", " ").split() if word.isdigit()]
    known = sum(any(value is not None for value in values) for values, _ in drawn)
    assert len(question.rows) == sum(counted) == known
