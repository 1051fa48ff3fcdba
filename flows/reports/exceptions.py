"""Exceptions: what is not as it should be, or not what it seems, each with whose move it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.findings import Finding, Severity
from flows.plan.settings import Settings
from flows.position.measure_state import MeasureState
from flows.position.model import Position
from flows.position.series_checks import overdue_for_confirmation
from flows.reports.exception_kinds import ELSEWHERE, KINDS, LATE_CODES, Kind
from flows.reports.late_milestones import LateRow, due_has_passed, is_slipping, late_row
from flows.reports.noticed import Noticed, rows_of
from flows.reports.parts import of_kind


@dataclass(frozen=True, slots=True)
class NoticedTable:
    """Findings of one kind under one heading."""

    anchor: str
    heading: str
    lead: str
    rows: tuple[Noticed, ...]


@dataclass(frozen=True, slots=True)
class Exceptions:
    """All exceptions of the month; `none` names the kinds of which there are none. A milestone that is late stands
    among the late ones only, with all that was noticed of it."""

    overdue: tuple[LateRow, ...]
    slipping: tuple[LateRow, ...]
    tables: tuple[NoticedTable, ...]
    none: tuple[str, ...]
    total: int


def exceptions(position: Position, settings: Settings) -> Exceptions:
    """Every exception of the month. A milestone appears once among the late ones, as overdue or as slipping."""
    are_overdue = [s for s in position.milestones if due_has_passed(s, position)]
    are_slipping = [s for s in position.milestones if is_slipping(s, position)]
    late = {s.ref for s in (*are_overdue, *are_slipping)}
    with_late = {f for f in position.findings if f.about in late and f.code in LATE_CODES}
    overdue = tuple(late_row(s, position, settings) for s in are_overdue)
    slipping = tuple(late_row(s, position, settings) for s in are_slipping)
    kinds = [(kind, _of(kind, position)) for kind in KINDS]
    left = _grouped([(kind.anchor, f) for kind, found in kinds for f in found if _is_news(f, position)], with_late)
    tables = (
        NoticedTable(
            f"exceptions-{kind.anchor}",
            kind.heading,
            kind.lead,
            tuple(rows_of(left.get(kind.anchor, []), with_late, position)),
        )
        for kind in KINDS
    )
    none = [] if overdue else ["overdue milestones"]
    none += [] if slipping else ["milestones forecast late"]
    none += [
        kind.none or kind.heading[:1].lower() + kind.heading[1:] for kind, found in kinds if kind.codes and not found
    ]
    filled = tuple(t for t in tables if t.rows)
    total = len(overdue) + len(slipping) + sum(len(t.rows) for t in filled)
    return Exceptions(overdue, slipping, filled, tuple(none), total)


def _of(kind: Kind, position: Position) -> tuple[Finding, ...]:
    """The findings of one kind; of the last, those that no other names."""
    if kind.codes:
        return of_kind(position, *kind.codes)
    named = ELSEWHERE.union(*(other.codes for other in KINDS))
    return tuple(
        f for f in position.findings if f.code not in named and f.kind != "plan" and f.severity is not Severity.NOTE
    )


def _is_news(finding: Finding, position: Position) -> bool:
    """Whether it must be told this month. Three notes are told when they arise, and from then on only beside the
    measures of the focus area: that a figure cannot be given (again for each new reason), that a total has never come
    with its parts, and that a figure is still provisional."""
    state = position.measure.get(finding.about)
    if finding.severity is not Severity.NOTE or state is None:
        return True
    if finding.code == "measure.parts-missing":
        return all(v.month == position.month for v in state.said)
    if finding.code == "measure.still-provisional":
        before = overdue_for_confirmation(state, position.month.previous())
        return any(v not in before for v in overdue_for_confirmation(state, position.month))
    return finding.code != "measure.not-available" or _is_new_reason(state, position)


def _is_new_reason(state: MeasureState, position: Position) -> bool:
    now = next((v for v in reversed(state.said) if v.month == position.month and v.value is None), None)
    before = next((v for v in reversed(state.said) if v.month < position.month), None)
    return now is None or before is None or before.value is not None or before.comment != now.comment


def _grouped(told: Iterable[tuple[str, Finding]], with_late: set[Finding]) -> dict[str, list[list[Finding]]]:
    """What was noticed of one milestone, of one risk or about one partner's return is one row, under the first of
    the headings that it falls under."""
    groups: dict[tuple[str, str], tuple[str, list[Finding]]] = {}
    for number, (heading, finding) in enumerate(told):
        if finding not in with_late:
            key = _one_row(finding) or ("", str(number))
            groups.setdefault(key, (heading, []))[1].append(finding)
    by_heading: dict[str, list[list[Finding]]] = {}
    for heading, group in groups.values():
        by_heading.setdefault(heading, []).append(group)
    return by_heading


def _one_row(finding: Finding) -> tuple[str, str] | None:
    """What findings must share to be told in one row; None for one that is told by itself."""
    if finding.kind == "return":
        return "return", finding.who
    return (finding.kind, finding.about) if finding.kind in ("milestone", "risk") and finding.about else None
