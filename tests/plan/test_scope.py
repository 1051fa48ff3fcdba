"""Whose slice of the plan is what: boards by area, workstreams by action, partners by what they return."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.plan.findings import UserError
from flows.plan.model import Board, Partner
from flows.plan.scope import ScopeKind, find_scope, scopes
from tests.builders import a_plan

PLAN = replace(
    a_plan(),
    boards=(
        Board("board", "Partnership Board"),
        Board("therapies", "Therapies Group", ("2",)),
        Board("improving", "SEND Improvement Group", ("1", "2")),
    ),
)


def test_a_board_has_its_areas_whole() -> None:
    scope = find_scope(PLAN, "Therapies Group")
    assert (scope.kind, scope.key, scope.whole) == (ScopeKind.BOARD, "therapies", False)
    assert scope.refs == {"2", "2.1", "2.1.1", "2.1.1.1"}


def test_a_board_for_which_the_plan_names_no_area_oversees_all() -> None:
    assert find_scope(PLAN, "Partnership Board").whole
    assert find_scope(PLAN, "Partnership Board").milestones == {m.ref for m in PLAN.milestones}


def test_a_workstream_has_its_actions_and_no_measures() -> None:
    scope = find_scope(PLAN, "governance")
    assert (scope.kind, scope.key, scope.actions) == (ScopeKind.WORKSTREAM, "governance", {"1.1.1"})
    assert scope.milestones == {"1.1.1.1", "1.1.1.2"}
    assert scope.measures == frozenset()


def test_a_partner_has_what_it_returns_alone_or_jointly() -> None:
    scope = find_scope(PLAN, "icb")
    assert (scope.kind, scope.partner) == (ScopeKind.PARTNER, "icb")
    assert scope.milestones == {"1.1.1.2", "2.1.1.1"}


@pytest.mark.parametrize("name", ["Anytown Council", "anytown  council", "Council", "council"])
def test_a_name_is_found_by_its_short_name_or_key_in_any_case(name: str) -> None:
    assert find_scope(PLAN, name).partner == "council"


def test_where_a_board_and_a_partner_have_one_name_the_board_is_meant() -> None:
    assert find_scope(PLAN, "SEND Improvement Group").kind is ScopeKind.BOARD
    assert find_scope(PLAN, "group").kind is ScopeKind.PARTNER


def test_a_name_that_is_not_in_the_plan_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        UserError, match="no board called “Scrutiny”: it has “Partnership Board”, “Therapies Group” and"
    ):
        find_scope(PLAN, "Scrutiny", ScopeKind.BOARD)


def test_a_promise_lies_in_the_slice_of_its_focus_area() -> None:
    scope = find_scope(PLAN, "Therapies Group")
    assert not scope.holds("1.1-E1", PLAN)
    assert find_scope(PLAN, "Governance").holds("1.1-E1", PLAN)


def test_every_milestone_of_a_workstream_and_every_partner_stands_in_a_slice() -> None:
    plan = replace(PLAN, partners=(*PLAN.partners, Partner("forum", "Parent Carer Forum", "Forum")))
    found = scopes(plan, ScopeKind.PARTNER)
    assert [s.partner for s in found] == ["council", "icb", "group", "forum"]
    assert set().union(*(s.milestones for s in found)) == {m.ref for m in plan.milestones}


def test_a_name_of_another_kind_is_refused_with_the_command_that_takes_it() -> None:
    with pytest.raises(UserError, match="“Governance” is a workstream, not a board: boardpack action-lists makes its"):
        find_scope(PLAN, "Governance", ScopeKind.BOARD)
    with pytest.raises(UserError, match="“Therapies Group” is a board, not a workstream or partner: --for names it"):
        find_scope(PLAN, "Therapies Group", ScopeKind.WORKSTREAM, ScopeKind.PARTNER)


def test_the_key_names_a_folder_whatever_the_plan_calls_the_board() -> None:
    plan = replace(PLAN, boards=(Board("Health / SEND ../x", "Health Group", ("2",)),))
    assert find_scope(plan, "Health Group").key == "health-send-x"
