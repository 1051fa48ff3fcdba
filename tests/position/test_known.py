"""What the next form is filled in with, from what is on record."""

from __future__ import annotations

from typing import Any

from flows.position.known import prefill
from flows.returns.prefill import Prefill
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_figure,
    a_measure,
    a_milestone,
    a_plan_risk,
    a_score,
    done,
    on,
    plan_of,
    proof,
    said,
    sent,
    stand,
)

PLAN = plan_of(a_milestone(), a_milestone("1.1.1.2", "31/10/22 and then monthly"), a_measure(), a_plan_risk())


def known(*submissions: Any, partner: str = "council") -> Prefill:
    position = stand(NOVEMBER, *submissions, plan=PLAN)
    return prefill(position, PLAN.partner[partner])


def test_with_nothing_on_record_only_the_risks_of_the_plan_are_known() -> None:
    form = known()
    assert (dict(form.last), form.closed, dict(form.moved), dict(form.measures)) == ({}, frozenset(), {}, {})
    assert [(r.ref, r.likelihood, r.impact, r.owner, r.state) for r in form.risks] == [("R1", 3, 4, "Director", "Open")]


def test_the_last_row_of_each_milestone_and_due_day_is_known() -> None:
    rows = said(progress="Drafted."), done("1.1.1.2", due="31/10/22"), said("1.1.1.2", "At risk", due="30/11/22")
    form = known(sent(OCTOBER, said("1.1.1.1", "At risk")), sent(NOVEMBER, *rows))
    assert {key: row.status for key, row in form.last.items()} == {
        ("1.1.1.1", None): "On track",
        ("1.1.1.2", on("31/10/22")): "Complete",
        ("1.1.1.2", on("30/11/22")): "At risk",
    }


def test_a_row_without_its_due_day_is_known_under_the_one_it_counts_for() -> None:
    assert set(known(sent(OCTOBER, done("1.1.1.2"))).last) == {("1.1.1.2", on("31/10/22"))}


def test_a_status_or_words_left_blank_are_those_last_given() -> None:
    form = known(sent(OCTOBER, said("1.1.1.1", "At risk", progress="Met.")), sent(NOVEMBER, said("1.1.1.1", "")))
    row = form.last["1.1.1.1", None]
    assert (row.status, row.progress) == ("At risk", "Met.")


def test_what_is_complete_is_closed_and_what_awaits_evidence_is_not() -> None:
    proven = sent(NOVEMBER, done(), proof(), done("1.1.1.2", due="31/10/22"))
    assert known(proven).closed == {("1.1.1.1", None)}
    both = sent(NOVEMBER, done(), proof("1.1.1.1 1.1.1.2"), done("1.1.1.2", due="31/10/22"))
    assert known(both).closed == {("1.1.1.1", None), ("1.1.1.2", on("31/10/22"))}


def test_a_date_that_the_board_moved_is_known() -> None:
    assert known(sent(NOVEMBER, a_date_change(new_date="31/01/23"), partner="group")).moved == {
        "1.1.1.1": on("31/01/23")
    }
    assert known(sent(NOVEMBER, a_date_change("1.1.1.2"), partner="group")).moved == {}


def test_the_latest_figure_that_could_be_used_is_known() -> None:
    form = known(
        sent(OCTOBER, a_figure(50)), sent(NOVEMBER, a_figure(812, NOVEMBER), a_figure(None, NOVEMBER, symbol="x"))
    )
    assert {ref: row.value for ref, row in form.measures.items()} == {"1.1-plans": 50}
    assert known(sent(NOVEMBER, a_figure(51, NOVEMBER), a_figure(50))).measures["1.1-plans"].value == 51


def test_the_latest_figure_of_each_part_is_known_beside_that_of_the_total() -> None:
    plan = plan_of(a_measure(parts=("0 to 6 weeks", "over 6 weeks")))
    old = a_figure(12, part="0–6 wks"), a_figure(50)
    new = a_figure(9, NOVEMBER, part="0 to 6 weeks"), a_figure(8, NOVEMBER, part="6 to 9 weeks")
    position = stand(NOVEMBER, sent(OCTOBER, *old), sent(NOVEMBER, *new), plan=plan)
    form = prefill(position, plan.partner["council"])
    assert {ref: row.value for ref, row in form.measures.items()} == {"1.1-plans": 50}
    assert {key: row.value for key, row in form.parts.items()} == {("1.1-plans", "0 to 6 weeks"): 9}


def test_a_partner_is_given_its_own_open_risks() -> None:
    raised = sent(NOVEMBER, a_score("H1", 2, 2, title="Premises"), partner="icb")
    assert [r.ref for r in known(raised, partner="icb").risks] == ["H1"]
    assert known(sent(NOVEMBER, a_score(state="Closed"))).risks == ()
    assert [(r.likelihood, r.impact) for r in known(raised, sent(NOVEMBER, a_score("R1", 5, 5))).risks] == [(5, 5)]


def test_what_other_partners_said_is_not_in_the_form() -> None:
    assert dict(known(sent(NOVEMBER, said()), partner="icb").last) == {}
