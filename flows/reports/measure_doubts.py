"""Whether the latest figure of a measure is sure enough to be judged: not provisional, and not in question."""

from __future__ import annotations

from collections.abc import Callable

from flows.plan.findings import Finding, Severity
from flows.plan.model import Measure
from flows.position.measure_state import Direction, MeasureState
from flows.position.model import Position

_DOUBTS: dict[str, Callable[[Measure], object]] = {
    "measure.identical-set": lambda m: (m.partner, m.group or m.set_name),
    "measure.contradiction": lambda m: (m.focus_ref, m.set_name),
    "measure.parts-disagree": lambda m: m.ref,
    "measure.part-above-total": lambda m: m.ref,
    "measure.fraction-for-percentage": lambda m: m.ref,
    "measure.unit-changed": lambda m: m.ref,
    "measure.parts-sum": lambda m: m.ref,
    "measure.not-whole": lambda m: m.ref,
    "measure.big-jump": lambda m: m.ref,
    "measure.harms-above-reviewed": lambda m: (m.focus_ref, m.set_name),
}
"""Findings that put this month's figures in question, each with what the measures in question have in common."""


def is_in_question(state: MeasureState, position: Position) -> bool:
    """Whether the latest figure came in this month and a finding says that it may not be right."""
    measures = position.plan.measure
    doubts = [f for f in position.findings if f.code in _DOUBTS and f.about in measures and _is_open(f)]
    return state.is_new and any(_DOUBTS[f.code](state.measure) == _DOUBTS[f.code](measures[f.about]) for f in doubts)


def _is_open(finding: Finding) -> bool:
    """A note tells what has been explained; a jump that has been is in question no more."""
    return finding.severity is not Severity.NOTE


def why_unsure(state: MeasureState, position: Position) -> str:
    """Why the latest figure is not judged: it is in question, or provisional; "" when it is neither."""
    if is_in_question(state, position):
        return "in question"
    return "provisional" if state.latest and state.latest.provisional else ""


def judged(state: MeasureState, position: Position) -> Direction:
    """The direction of travel, which is not judged by a figure that is still provisional or is in question."""
    return Direction.NOT_JUDGED if why_unsure(state, position) else state.direction
