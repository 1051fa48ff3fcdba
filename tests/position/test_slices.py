"""A slice is a position with only its part of the plan; slices that divide the plan add up to the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.model import Board, Plan
from flows.plan.scope import Scope, ScopeKind, find_scope, scopes
from flows.position.model import Position
from flows.position.slices import slice_of
from tests.builders import (
    NOVEMBER,
    a_decision,
    a_finding,
    a_measure,
    a_plan,
    a_position,
    a_risk,
    an_item,
    done,
    said,
    sent,
    some_feedback,
    stand,
)

BOARDS = (Board("all", "Whole Board"), Board("one", "Governance Board", ("1",)), Board("two", "Waits Board", ("2",)))
PLAN = replace(a_plan(), boards=BOARDS)


def scope(name: str, plan: Plan = PLAN) -> Scope:
    return find_scope(plan, name)


def of(name: str, position: Position) -> Position:
    return slice_of(position, scope(name, position.plan))


def test_a_slice_holds_only_its_part_of_the_plan() -> None:
    waits = of("Waits Board", a_position(PLAN))
    assert [m.ref for m in waits.milestones] == ["2.1.1.1"]
    assert [a.ref for a in waits.plan.areas] == ["2"]
    assert [p.ref for p in waits.plan.promises] == []
    assert [p.key for p in waits.plan.partners] == ["council", "icb", "group"]


def test_the_slice_of_a_board_that_oversees_everything_is_the_position_itself() -> None:
    whole = a_position(PLAN, commentary={"headline": "A quiet month."}, risks=(a_risk(area_ref=""),))
    assert of("Whole Board", whole) == replace(whole, scope=scope("Whole Board"))


def test_a_status_on_a_boards_slice_is_the_status_on_the_whole() -> None:
    whole = stand(NOVEMBER, sent(NOVEMBER, done("1.1.1.1", "14/11/22"), said("1.1.1.2", "At risk")), plan=PLAN)
    part = of("Governance Board", whole)
    assert part.standings == {ref: whole.standings[ref] for ref in ("1", "1.1", "1.1.1")}
    assert [s.status for s in part.milestones] == [whole.milestone[s.ref].status for s in part.milestones]


def test_a_partner_sees_only_its_own_return_and_what_is_asked_of_it() -> None:
    whole = stand(NOVEMBER, sent(NOVEMBER, done("1.1.1.1", "14/11/22")), plan=PLAN)
    page = of("icb", whole)
    assert [r.partner.key for r in page.returns] == ["icb"]
    assert {f.who for f in page.findings if not f.about} <= {"icb"}


def test_risks_to_the_whole_plan_stand_in_no_boards_slice() -> None:
    risks = (a_risk("R1", area_ref="1"), a_risk("R2", area_ref="2"), a_risk("R3", area_ref=""))
    assert [r.ref for r in of("Waits Board", a_position(PLAN, risks=risks)).risks] == ["R2"]


def test_a_partner_sees_the_risks_that_it_owns() -> None:
    risks = (a_risk("R1", area_ref="1"), a_risk("R3", area_ref=""), a_risk("R2", area_ref="2", partner="icb"))
    assert [r.ref for r in of("council", a_position(PLAN, risks=risks)).risks] == ["R1", "R3"]


def test_evidence_for_two_areas_stands_in_both_slices_with_what_it_supports_there() -> None:
    item = an_item(supports=("1.1.1.1", "2.1.1.1"), meets=("1.1-E1",))
    whole = a_position(PLAN, evidence=(item,))
    (one,), (two,) = of("Governance Board", whole).evidence, of("Waits Board", whole).evidence
    assert (one.supports, one.meets) == (("1.1.1.1",), ("1.1-E1",))
    assert (two.supports, two.meets) == (("2.1.1.1",), ())


def test_decisions_feedback_and_words_are_those_about_the_slice() -> None:
    whole = a_position(
        replace(PLAN, measures=(a_measure("2.1-K", focus_ref="2.1"),)),
        decisions=(a_decision("D1", about="1.1.1.1"), a_decision("D2", about="2.1; 1.1"), a_decision("D3", about="")),
        feedback=(some_feedback("One", about="1.1"), some_feedback("Two", about="2")),
        commentary={"headline": "All is well.", "risks": "R1 rose.", "2": "Waits grow.", "2.1-k": "One left."},
    )
    part = of("Waits Board", whole)
    assert [d.number for d in part.decisions] == ["D2"]
    assert [f.you_said for f in part.feedback] == ["Two"]
    assert part.commentary == {"2": "Waits grow.", "2.1-k": "One left."}


def test_a_finding_about_a_return_belongs_to_the_slices_of_its_sender() -> None:
    missing = a_finding("return.missing", who="icb", about="")
    plan_note = a_finding("plan.gap-in-numbers", who="group", about="")
    whole = a_position(PLAN, findings=(missing, plan_note))
    assert of("Waits Board", whole).findings == (missing,)
    assert of("Governance", whole).findings == (missing,)


@given(st.lists(st.sampled_from(["1.1.1.1", "1.1.1.2", "2.1.1.1"]), unique=True), st.booleans())
def test_boards_that_divide_the_areas_add_up_to_the_whole(ready: list[str], by_workstream: bool) -> None:
    plan = PLAN
    if by_workstream:
        plan = replace(plan, actions=tuple(replace(a, workstream=f"W{a.ref}") for a in plan.actions))
    whole = stand(NOVEMBER, sent(NOVEMBER, *(done(ref, "14/11/22") for ref in ready)), plan=plan)
    kinds = ScopeKind.WORKSTREAM if by_workstream else ScopeKind.BOARD
    parts = [slice_of(whole, s) for s in scopes(plan, kinds) if not s.whole]
    counted = Counter(s.status for p in parts for s in p.milestones)
    assert counted == Counter(s.status for s in whole.milestones)


@pytest.mark.parametrize("kind", list(ScopeKind))
def test_every_slice_of_the_plan_speaks_only_of_what_it_holds(kind: ScopeKind) -> None:
    whole = stand(NOVEMBER, sent(NOVEMBER, done("1.1.1.1", "14/11/22")), plan=PLAN)
    for one in scopes(PLAN, kind):
        part = slice_of(whole, one)
        assert {s.ref for s in part.milestones} == one.milestones
        assert set(part.standings) <= one.refs
