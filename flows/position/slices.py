"""A slice of the position: what concerns one board or group, one workstream or one partner, and nothing else.

A slice is a position like any other, with a plan that holds only its part, so that every report can be made of it.
Whatever is counted on it is counted of the slice.
"""

from __future__ import annotations

from dataclasses import replace

from flows.plan.findings import Finding
from flows.plan.model import Plan
from flows.plan.references import split_references
from flows.plan.scope import Scope, ScopeKind
from flows.position.model import Decision, EvidenceItem, Position, Restatement, RiskState


def slice_of(position: Position, scope: Scope) -> Position:
    """The part of a position that belongs to a slice. A status in it is the status on the whole plan."""
    if scope.whole:
        return replace(position, scope=scope)
    senders = _senders(position.plan, scope)
    kept = {s.ref for s in position.risks if _has_risk(s, scope, position.plan)}
    held = tuple(e for item in position.evidence if (e := _evidence(item, scope, position.plan)))
    numbers = {item.number for item in held}
    own_subjects = {ref.casefold() for ref in scope.refs}
    return replace(
        position,
        plan=_part_of(position.plan, scope),
        scope=scope,
        returns=tuple(r for r in position.returns if r.partner.key in senders),
        milestones=tuple(s for s in position.milestones if s.ref in scope.milestones),
        standings={ref: s for ref, s in position.standings.items() if ref in scope.refs},
        evidence=held,
        measures=tuple(s for s in position.measures if s.measure.ref in scope.measures),
        risks=tuple(s for s in position.risks if s.ref in kept),
        decisions=tuple(d for d in position.decisions if _is_about(d, scope)),
        feedback=tuple(f for f in position.feedback if scope.holds(f.about, position.plan)),
        commentary={about: text for about, text in position.commentary.items() if about in own_subjects},
        findings=tuple(f for f in position.findings if _concerns(f, scope, position.plan, senders, kept, numbers)),
        restated=tuple(r for r in position.restated if _is_restated(r, scope, position.plan, senders)),
    )


def _senders(plan: Plan, scope: Scope) -> frozenset[str]:
    """The partners that return something of the slice."""
    if scope.partner:
        return frozenset((scope.partner,))
    of_milestones = (key for ref in scope.milestones for key in plan.milestone[ref].partners)
    return frozenset((*of_milestones, *(plan.measure[ref].partner for ref in scope.measures)))


def _part_of(plan: Plan, scope: Scope) -> Plan:
    """The plan with only what belongs to the slice. All partners stay: they are named where a milestone is joint."""
    return replace(
        plan,
        areas=tuple(a for a in plan.areas if a.ref in scope.areas),
        focus_areas=tuple(f for f in plan.focus_areas if f.ref in scope.focus_areas),
        promises=tuple(p for p in plan.promises if p.focus_ref in scope.focus_areas),
        actions=tuple(a for a in plan.actions if a.ref in scope.actions),
        milestones=tuple(m for m in plan.milestones if m.ref in scope.milestones),
        measures=tuple(m for m in plan.measures if m.ref in scope.measures),
        risks=tuple(r for r in plan.risks if r.area_ref and scope.holds(r.area_ref, plan)),
    )


def _has_risk(risk: RiskState, scope: Scope, plan: Plan) -> bool:
    """A risk to the whole plan is in no slice but the page of the partner that owns it."""
    if scope.kind is ScopeKind.PARTNER:
        return risk.partner == scope.partner
    return bool(risk.area_ref) and plan.area_of(risk.area_ref) in scope.areas


def _evidence(item: EvidenceItem, scope: Scope, plan: Plan) -> EvidenceItem | None:
    """An item with what it supports and meets in the slice; None when that is nothing."""
    supports = tuple(ref for ref in item.supports if scope.holds(ref, plan))
    meets = tuple(ref for ref in item.meets if scope.holds(ref, plan))
    is_sent = scope.partner != "" and item.partner == scope.partner
    if is_sent:
        return item
    return replace(item, supports=supports, meets=meets) if supports or meets else None


def _is_about(decision: Decision, scope: Scope) -> bool:
    return any(ref in scope.refs for ref in (decision.about, *split_references(decision.about)[0]))


def _is_restated(one: Restatement, scope: Scope, plan: Plan, senders: frozenset[str]) -> bool:
    """What was published of the slice: what is gone from the plan belongs where it stood."""
    return one.ref in senders if one.kind == "return" else any(scope.holds(ref, plan) for ref in one.about)


def _concerns(
    finding: Finding,
    scope: Scope,
    plan: Plan,
    senders: frozenset[str],
    risks: set[str],
    evidence: set[str],
) -> bool:
    """A finding is of the slice by what it is about; one about a return as a whole, by the partner that sent it."""
    if scope.kind is ScopeKind.PARTNER and finding.who == scope.partner:
        return True
    if finding.about:
        return scope.holds(finding.about, plan) or finding.about in risks or finding.about in evidence
    return finding.kind == "return" and finding.who in senders
