"""Turning the curve: which measures are told, the story behind the line, and what is plainly not on record."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.model import Area, Lead
from flows.plan.periods import Month
from flows.position.look_back import LookBack
from flows.reports.curves import MOST_CURVES, Curves, FocusCurves, turning_the_curve
from flows.returns.records import CommentaryRow
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_chart_note,
    a_figure,
    a_measure,
    a_milestone,
    done,
    history,
    new_limits,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)

LINE = history(50.0, 52.0, 54.0, last=OCTOBER)


def told(*november: Any, measures: int = 1, group: tuple[Any, ...] = (), **but: Any) -> Curves:
    """The curves of November 2022, after three figures for October."""
    refs = ["1.1-plans", *(f"1.1-m{n}" for n in range(1, measures))]
    asked = tuple(a_measure(ref, question="better off", **but) for ref in refs)
    lines = [row for ref in refs for row in history(50.0, 52.0, 54.0, last=OCTOBER, ref=ref)]
    plan = plan_of(*asked, *MILESTONES, areas=(Area("1", "Leadership", "Leadership", (Lead("Director", "council"),)),))
    first, then = sent(OCTOBER, *lines), sent(NOVEMBER, *november)
    from_group = sent(NOVEMBER, *group, partner="group")
    back = LookBack(stand(OCTOBER, first, plan=plan), (stand(NOVEMBER, first, then, from_group, plan=plan),))
    return turning_the_curve(back, some_settings(), "quarter")


MILESTONES = (
    a_milestone("1.1.1.1", "31/10/22"),
    a_milestone("1.1.1.2", "31/01/23"),
    a_milestone("1.1.1.3", "31/12/22"),
)


def the_focus(curves: Curves) -> FocusCurves:
    (focus,) = curves.focus_areas
    return focus


def story(*november: Any, **but: Any) -> tuple[str, ...]:
    return the_focus(told(*november, **but)).curves[0].story


def test_a_measure_of_another_question_has_no_curve() -> None:
    plan = plan_of(a_measure(question="how well"))
    back = LookBack(None, (stand(OCTOBER, sent(OCTOBER, *LINE), plan=plan),))
    found = turning_the_curve(back, some_settings(), "quarter")
    assert found.chosen == "No measure here asks whether anyone is better off."
    assert (found.note, found.focus_areas, found.refs) == ("", (), frozenset())


def test_without_three_figures_there_is_no_line() -> None:
    plan = plan_of(a_measure(question="better off"))
    back = LookBack(None, (stand(OCTOBER, sent(OCTOBER, *LINE[:2]), plan=plan),))
    found = turning_the_curve(back, some_settings(), "quarter")
    assert found.chosen == (
        "1 measure asks whether anyone is better off; none has the 3 figures that a line needs yet, so no curve can be "
        "told."
    )


@pytest.mark.parametrize(("measures", "curves"), [(1, 1), (6, 6), (8, MOST_CURVES)])
def test_at_most_six_are_told_and_the_rule_is_said(measures: int, curves: int) -> None:
    found = told(measures=measures)
    assert len(found.refs) == sum(len(f.curves) for f in found.focus_areas) == curves
    assert ("6 of these are told here" in found.chosen) is (measures > curves)


def test_a_measure_that_worsens_is_told_before_others() -> None:
    worse = [a_figure(40.0, NOVEMBER, ref="1.1-m7")]
    found = told(*worse, measures=8)
    assert "1.1-m7" in found.refs


def test_the_story_says_what_the_line_can_carry() -> None:
    assert story(a_figure(55.0, NOVEMBER), baseline=50.0) == (
        "55.0% for November 2022.",
        "Up 1.0 percentage points from 54.0% for October 2022, which is better.",
        "The latest figure is 5.0 percentage points above the baseline of 50.0%, which is better.",
        "There are too few figures to tell a change from chance.",
    )


def test_a_trend_is_never_said_to_have_too_few_figures() -> None:
    assert story(chart="trend")[-1] == (
        "Nothing tells a change from chance here, because neighbouring figures share data or some are missing."
    )


def test_what_is_noted_on_the_line_belongs_to_its_story() -> None:
    noted = told(group=(a_chart_note(),))
    assert "Noted on the line: new referral form, 5 October 2022." in the_focus(noted).curves[0].story


def test_new_limits_belong_to_the_story_of_a_control_chart() -> None:
    plan = plan_of(a_measure(question="better off"))
    rows = sent(OCTOBER, *history(*[50.0, 52.0] * 8, last=OCTOBER)), sent(OCTOBER, new_limits(), partner="group")
    back = LookBack(None, (stand(OCTOBER, *rows, plan=plan),))
    (curve,) = the_focus(turning_the_curve(back, some_settings(), "quarter")).curves
    assert any(
        words.startswith("Limits of this measure are worked out anew from October 2022") for words in curve.story
    )


def test_partners_comments_of_the_period_stand_beside_the_line() -> None:
    commented = told(a_figure(55.0, NOVEMBER, comment="Two schools missing"))
    assert the_focus(commented).curves[0].comments == ("November 2022: Two schools missing.",)
    assert the_focus(told()).curves[0].comments == ("No comment on its figures is on record for the quarter.",)


def test_the_improvement_groups_own_words_stand_under_the_measure() -> None:
    words = told(group=(CommentaryRow(about="1.1-Plans", text="We changed how we chase advice"),))
    assert the_focus(words).curves[0].group == "We changed how we chase advice."


def test_who_returns_and_who_leads_are_named() -> None:
    focus = the_focus(told())
    assert focus.curves[0].returned == "The figures are returned by Council."
    assert focus.partners == "Area 1 is led by the Director (Council). Actions are led by Council and ICB."


def test_what_was_done_and_what_names_the_focus_area_stand_under_what_works() -> None:
    named = proof("1.1", "Case study", number="2", shows="One family's year"), proof(number="3")
    focus = the_focus(told(done(completed_on="14/11/22"), *named))
    assert focus.works == (
        "1 milestone of 1.1 was completed in the quarter; 1 new item of evidence names 1.1 as a whole:"
    )
    assert focus.evidence == ("Case study. One family's year.",)
    assert [(step.ref.text, step.on) for step in focus.done] == [("1.1.1.1", "14 November 2022")]


def test_evidence_that_names_the_measure_stands_with_its_curve() -> None:
    focus = the_focus(told(proof("1.1-plans", "Audit", shows="Advice comes sooner")))
    assert focus.curves[0].evidence == ("Audit. Advice comes sooner.",)
    assert focus.evidence == ()


def test_nothing_on_record_is_said_plainly() -> None:
    assert the_focus(told()).works == (
        "Nothing is on record: in the quarter no milestone of 1.1 was completed, and no evidence names 1.1."
    )


def test_what_comes_next_is_what_falls_due_the_soonest_first_and_what_is_overdue() -> None:
    focus = the_focus(told(said("1.1.1.1")))
    assert focus.next == "2 milestones of 1.1 have a day ahead. Overdue: 1.1.1.1."
    assert [(step.ref.text, step.on) for step in focus.coming] == [
        ("1.1.1.3", "31 December 2022"),
        ("1.1.1.2", "31 January 2023"),
    ]


def test_a_milestone_said_complete_is_not_to_come() -> None:
    early = done("1.1.1.3", completed_on="14/11/22")
    assert [step.ref.text for step in the_focus(told(early)).coming] == ["1.1.1.2"]


def test_a_recurring_milestone_comes_on_its_next_day_and_ongoing_work_never_does() -> None:
    plan = plan_of(
        a_measure(question="better off"),
        a_milestone("1.1.1.1", "31/10/22 and then monthly"),
        a_milestone("1.1.1.2", "Ongoing from 31/01/23"),
    )
    back = LookBack(None, (stand(Month(2022, 10), sent(OCTOBER, *LINE), plan=plan),))
    focus = the_focus(turning_the_curve(back, some_settings(), "quarter"))
    assert [(step.ref.text, step.on) for step in focus.coming] == [("1.1.1.1", "30 November 2022")]
