"""What is on record for one partner when its next form is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from flows.ledger.records import Submission
from flows.plan.due import DueKind
from flows.plan.model import Partner
from flows.plan.parts import match_part
from flows.position.claims import occurrence_of
from flows.position.measures import why_not_used
from flows.position.model import MilestoneState, Position, Status
from flows.returns.prefill import Prefill
from flows.returns.records import MeasureRow, MilestoneRow, RiskRow


def prefill(position: Position, partner: Partner) -> Prefill:
    """The last row of each milestone, what is closed, approved dates, the latest figures, and the open risks."""
    mine = [s for s in position.counted if s.content.partner == partner.key]
    figures = _latest_figures(mine, position)
    open_risks = {r.ref for r in position.risks if r.is_open and r.partner == partner.key}
    return Prefill(
        last=_last_rows(mine, position),
        closed=frozenset(key for state in position.milestones for key in _closed(state)),
        moved={s.ref: s.current.due for s in position.milestones if s.approved_by and s.current.due},
        measures={ref: row for (ref, part), row in figures.items() if not part},
        parts={key: row for key, row in figures.items() if key[1]},
        risks=tuple(_risk_row(position, ref) for ref in sorted(open_risks)),
    )


def _last_rows(mine: Iterable[Submission], position: Position) -> dict[tuple[str, dt.date | None], MilestoneRow]:
    """The latest row of each milestone or due day; a status or words left blank are those last given."""
    rows: dict[tuple[str, dt.date | None], MilestoneRow] = {}
    for submission in mine:
        for row in submission.content.milestones:
            milestone = position.plan.milestone.get(row.ref)
            if milestone is None:
                continue
            key = row.ref, occurrence_of(milestone, row, submission.arrival.month)
            before = rows.get(key)
            said = {name: getattr(row, name) or getattr(before, name, "") for name in ("status", "progress")}
            rows[key] = replace(row, **said)
    return rows


def _closed(state: MilestoneState) -> Iterable[tuple[str, dt.date | None]]:
    recurring = state.milestone.due.kind is DueKind.RECURRING
    for occurrence in state.occurrences:
        if occurrence.status is Status.COMPLETE:
            yield state.ref, occurrence.due if recurring else None


def _latest_figures(mine: Iterable[Submission], position: Position) -> dict[tuple[str, str], MeasureRow]:
    """The latest figure that is used, by measure and part ("" for the total)."""
    latest: dict[tuple[str, str], MeasureRow] = {}
    for submission in mine:
        for row in submission.content.measures:
            measure = position.plan.measure.get(row.ref)
            part = match_part(measure, row.part) if measure else None
            if measure is None or part is None or row.value is None or why_not_used(measure, row, submission):
                continue
            held = latest.get((row.ref, part))
            if row.period and (held is None or held.period is None or row.period >= held.period):
                latest[row.ref, part] = row
    return latest


def _risk_row(position: Position, ref: str) -> RiskRow:
    risk = next(r for r in position.risks if r.ref == ref)
    return RiskRow(
        ref=risk.ref,
        title=risk.title,
        area_ref=risk.area_ref,
        likelihood=risk.likelihood or None,
        impact=risk.impact or None,
        mitigation=risk.mitigation,
        owner=risk.owner,
        review_by=risk.review_by,
        state="Open",
    )
