"""What of the plan concerns one board or group, one workstream or one partner: the slice of each paper made for it.

A board oversees whole areas; a workstream has whole actions; a partner has the milestones and measures that it returns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from flows.plan.findings import UserError
from flows.plan.model import Milestone, Plan
from flows.plan.words import listed, quoted


class ScopeKind(StrEnum):
    """Who a slice is for."""

    BOARD = "board"
    WORKSTREAM = "workstream"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the plan a slice speaks of.

    `name` is as the plan has it; `key` names its folder. `areas`, `focus_areas`, `actions`, `milestones` and `measures`
    are the references that belong to it. `partner` is the key of the partner whose page it is, "" for others; `whole`
    says of a board that it oversees every area.
    """

    kind: ScopeKind
    name: str
    key: str
    areas: frozenset[str]
    focus_areas: frozenset[str]
    actions: frozenset[str]
    milestones: frozenset[str]
    measures: frozenset[str]
    partner: str = ""
    whole: bool = False

    @property
    def refs(self) -> frozenset[str]:
        """Every reference of the plan that belongs to the slice."""
        return self.areas | self.focus_areas | self.actions | self.milestones | self.measures

    def holds(self, ref: str, plan: Plan) -> bool:
        """Whether a reference lies in the slice: it is one of its own, or a promise of one of its focus areas."""
        return ref in self.refs or (ref in plan.promise and plan.promise[ref].focus_ref in self.focus_areas)


def scopes(plan: Plan, *kinds: ScopeKind) -> tuple[Scope, ...]:
    """Every slice of these kinds that the plan has, in the plan's order; without kinds, all."""
    boards = (_board(plan, b.key, b.name, b.area_refs) for b in plan.boards)
    workstreams = (_workstream(plan, name) for name in dict.fromkeys(a.workstream for a in plan.actions) if name)
    partners = (_partner(plan, p.key) for p in plan.partners)
    wanted = kinds or tuple(ScopeKind)
    return tuple(s for s in (*boards, *workstreams, *partners) if s.kind in wanted)


def find_scope(plan: Plan, name: str, *kinds: ScopeKind) -> Scope:
    """The slice with this name: a board's, a workstream's or a partner's, by its name, its short name or its key.

    Upper and lower case are one. Where a board and a partner have one name, the board is meant; the partner's key
    names its page. UserError, with the names there are, when there is none.
    """
    said = _plain(name)
    can_be = scopes(plan, *kinds)
    found = next((s for s in can_be if said in _names(plan, s)), None)
    if found is None:
        other = next((s for s in scopes(plan) if said in _names(plan, s)), None)
        if other is not None:
            raise UserError(f"{quoted(other.name)} is a {other.kind}, not a {_kinds(kinds)}: {_INSTEAD[other.kind]}.")
        names = listed(dict.fromkeys(quoted(s.name) for s in can_be))
        raise UserError(f"The plan has no {_kinds(kinds)} called {quoted(name)}: it has {names or 'none'}.")
    return found


_INSTEAD = {
    ScopeKind.BOARD: "--for names it in the commands that build reports",
    ScopeKind.WORKSTREAM: "boardpack action-lists makes its action list",
    ScopeKind.PARTNER: "boardpack action-lists makes its page",
}


def _kinds(kinds: Iterable[ScopeKind]) -> str:
    words = [str(kind) for kind in (tuple(kinds) or ScopeKind)]
    return " or ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} or {words[-1]}"


def _names(plan: Plan, scope: Scope) -> set[str]:
    short = plan.partner[scope.partner].short_name if scope.partner else scope.name
    return {_plain(name) for name in (scope.name, scope.key, short)}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _board(plan: Plan, key: str, name: str, area_refs: tuple[str, ...]) -> Scope:
    """A board's slice: the areas it oversees, whole; a board for which the plan names none oversees all."""
    areas = frozenset(area_refs) or frozenset(a.ref for a in plan.areas)
    milestones = [m for m in plan.milestones if plan.area_of(m.ref) in areas]
    focus = frozenset(f.ref for f in plan.focus_areas if f.area_ref in areas)
    actions = frozenset(a.ref for a in plan.actions if a.focus_ref in focus)
    measures = frozenset(m.ref for m in plan.measures if m.focus_ref in focus)
    refs, whole = frozenset(m.ref for m in milestones), len(areas) == len(plan.areas)
    return Scope(ScopeKind.BOARD, name, _slug(key), areas, focus, actions, refs, measures, whole=whole)


def _workstream(plan: Plan, name: str) -> Scope:
    """A workstream's slice: its actions, whole. Measures belong to focus areas and so to no workstream."""
    milestones = [m for m in plan.milestones if plan.action[m.action_ref].workstream == name]
    actions = frozenset(a.ref for a in plan.actions if a.workstream == name)
    return _of_milestones(plan, ScopeKind.WORKSTREAM, name, milestones, actions, frozenset())


def _partner(plan: Plan, key: str) -> Scope:
    """A partner's slice: the milestones and measures that it returns."""
    milestones = [m for m in plan.milestones if key in m.partners]
    measures = frozenset(m.ref for m in plan.measures if m.partner == key)
    actions = frozenset(m.action_ref for m in milestones)
    name = plan.partner[key].name
    return _of_milestones(plan, ScopeKind.PARTNER, name, milestones, actions, measures, key)


def _of_milestones(
    plan: Plan,
    kind: ScopeKind,
    name: str,
    milestones: list[Milestone],
    actions: frozenset[str],
    measures: frozenset[str],
    partner: str = "",
) -> Scope:
    refs = frozenset(m.ref for m in milestones)
    focus = frozenset(filter(None, map(plan.focus_of, (*actions, *measures))))
    areas = frozenset(plan.focus_area[f].area_ref for f in focus)
    return Scope(kind, name, _slug(partner or name), areas, focus, actions, refs, measures, partner)


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
