"""A workstream's action list or a partner's page: what is theirs to do, in the order in which it is due.

The facts for `templates/action-list.html`, made of a slice. No area or focus area is given a status in it, because the
slice holds only some of their milestones; an action of a workstream is whole and has one.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.findings import Severity
from flows.plan.model import Action
from flows.plan.scope import ScopeKind
from flows.plan.settings import Settings
from flows.plan.words import count, listed, sentence
from flows.position.model import MilestoneState, Position, Status
from flows.reports.areas import DUE_NEXT_DAYS, OpenRow, RiskLine, is_due_next, is_due_now, open_row, risk_line
from flows.reports.frame import frame
from flows.reports.measures import MeasureTable, measure_table
from flows.reports.parts import NONE_GIVEN, Chip, Frame, Ref, chip, milestone_ref, partner_names
from flows.reports.returns_state import ReturnRow, return_rows
from flows.reports.sources import NO_SOURCES, Cells, Sources, with_sources
from flows.reports.summary import Figure, due_counts

MOST_ASKED = 25
"""A page lists so many questions; the rest are in findings.xlsx."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A milestone below its action."""

    anchor: str
    ref: str
    title: str
    due: str
    returned_by: str
    chip: Chip
    source: Cells


@dataclass(frozen=True, slots=True)
class ActionPart:
    """One action with its milestones. `chip` is None where the slice holds only some of them."""

    ref: str
    title: str
    about: str
    leads: str
    chip: Chip | None
    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """Something to be answered: what it is about, what was noticed, and what to do."""

    about: Ref
    says: str
    todo: str
    source: Cells


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """The measures of a focus area that a partner returns."""

    ref: str
    title: str
    table: MeasureTable


@dataclass(frozen=True, slots=True)
class ActionList:
    """All facts of a workstream's action list or a partner's page."""

    frame: Frame
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    due_now: tuple[OpenRow, ...]
    due_next: tuple[OpenRow, ...]
    under_way: tuple[OpenRow, ...]
    asked: tuple[AskedRow, ...]
    asked_beyond: str
    actions: tuple[ActionPart, ...]
    measures: tuple[MeasureGroup, ...]
    risks: tuple[RiskLine, ...]
    returned: ReturnRow | None
    sources: Sources = NO_SOURCES


def action_list(position: Position, settings: Settings) -> ActionList:
    """The facts of the list or page of the slice that a position is of."""
    scope = position.scope
    assert scope is not None
    is_partner = scope.kind is ScopeKind.PARTNER
    states = sorted(position.milestones, key=_by_due_day)
    now = [s for s in states if is_due_now(s, position.period_end)]
    rest = [s for s in states if s not in now and s.status is not Status.COMPLETE]
    soon = [s for s in rest if is_due_next(s, position.period_end)]
    under_way = [s for s in rest if s not in soon and s.status is not Status.NOT_YET_DUE]
    asked = _asked(position)
    beyond = len(asked) - MOST_ASKED
    facts = ActionList(
        frame=frame("Partner’s page" if is_partner else "Action list", position, settings),
        sentences=tuple(_sentences(position, now, soon)),
        figures=tuple(_figures(position, now, soon)),
        due_now=tuple(open_row(s, position, settings) for s in now),
        due_next=tuple(open_row(s, position, settings) for s in soon),
        under_way=tuple(open_row(s, position, settings) for s in under_way),
        asked=tuple(asked[:MOST_ASKED]),
        asked_beyond=f"{count(beyond, 'more question')} in findings.xlsx." if beyond > 0 else "",
        actions=tuple(_action(a, position, settings) for a in position.plan.actions if _of(a, position)),
        measures=tuple(_measures(position)) if is_partner else (),
        risks=tuple(risk_line(r) for r in sorted(position.risks, key=lambda r: (-r.score, r.ref)) if r.is_open),
        returned=next((row for row in return_rows(position)), None) if is_partner else None,
    )
    return with_sources(facts, position, has_words=False)


def _by_due_day(state: MilestoneState) -> tuple[bool, str, str]:
    """By the day on which it is due now, undated ones last."""
    return state.due is None, state.due.isoformat() if state.due else "", state.ref


def _of(action: Action, position: Position) -> list[MilestoneState]:
    return [s for s in position.milestones if s.milestone.action_ref == action.ref]


def _sentences(position: Position, now: list[MilestoneState], soon: list[MilestoneState]) -> list[str]:
    """What there is to do, and what is missing to show what was done."""
    said = []
    if now:
        without = sum(s.current.forecast is None and s.status is not Status.EVIDENCE_AWAITED for s in now)
        verb = "is" if len(now) == 1 else "are"
        said.append(f"{count(len(now), 'milestone')} {verb} due and not shown to be done{_lacking(without, len(now))}.")
    else:
        said.append("Nothing that was due is still open.")
    if soon:
        said.append(f"{count(len(soon), 'milestone falls', 'milestones fall')} due in the next two months.")
    silent = [s.ref for s in position.milestones if _is_live(s) and s.age > 0]
    if silent:
        said.append(
            f"There was no update this month on {listed(silent) if len(silent) < 6 else count(len(silent), 'live milestone')}."
        )
    return said


def _lacking(without: int, number: int) -> str:
    """How many of the milestones have no forecast."""
    if not without:
        return ""
    if without == number:
        return ", and it has no forecast" if number == 1 else ", and none of them has a forecast"
    return f", and {count(without, 'of them has', 'of them have')} no forecast"


def _is_live(state: MilestoneState) -> bool:
    return state.status not in (Status.COMPLETE, Status.NOT_YET_DUE)


def _figures(position: Position, now: list[MilestoneState], soon: list[MilestoneState]) -> list[Figure]:
    counts = due_counts(position)
    return [
        Figure(str(len(now)), "due and not shown to be done"),
        Figure(str(len(soon)), f"due in the next {DUE_NEXT_DAYS} days"),
        Figure(str(counts.awaiting), "said complete, evidence awaited"),
        Figure(f"{counts.complete} of {counts.total}", "milestones complete since the plan began"),
    ]


def _asked(position: Position) -> list[AskedRow]:
    """The errors and queries of the slice that are about it; on a partner's page, those that are the partner's move."""
    whose = position.scope.partner if position.scope else ""
    return [
        AskedRow(_ref(f.about, position), f.says, f.todo, (f.origin,))
        for f in position.findings
        if f.severity is not Severity.NOTE and f.kind != "plan" and (not whose or f.who == whose)
    ]


def _ref(about: str, position: Position) -> Ref:
    """A milestone of the slice, linked to its row; anything else in short."""
    if about in position.plan.milestone:
        return milestone_ref(about)
    return Ref(position.plan.focus_of(about) or (about if len(about) <= 8 else "") or NONE_GIVEN)


def _action(action: Action, position: Position, settings: Settings) -> ActionPart:
    is_whole = position.scope is not None and position.scope.kind is ScopeKind.WORKSTREAM
    standing = position.standings.get(action.ref)
    focus = position.plan.focus_area[action.focus_ref]
    partners = position.plan.partner
    leads = [
        f"{lead.role} ({partners[lead.partner].short_name})" if lead.partner else lead.role for lead in action.leads
    ]
    return ActionPart(
        ref=action.ref,
        title=action.title,
        about=f"Focus area {focus.ref}: {focus.title}.",
        leads=sentence(("Lead: " if len(leads) == 1 else "Leads: ") + "; ".join(leads)) if leads else "",
        chip=chip(standing.status, settings) if standing and is_whole else None,
        rows=tuple(_step(s, position, settings) for s in _of(action, position)),
    )


def _step(state: MilestoneState, position: Position, settings: Settings) -> StepRow:
    row = open_row(state, position, settings)
    return StepRow(
        anchor=milestone_ref(state.ref).anchor,
        ref=state.ref,
        title=state.milestone.title,
        due=row.due,
        returned_by=partner_names(position, state.milestone.partners),
        chip=row.chip,
        source=row.source,
    )


def _measures(position: Position) -> list[MeasureGroup]:
    groups = []
    for focus in position.plan.focus_areas:
        table = measure_table(position, focus.ref)
        if table.rows or table.without:
            groups.append(MeasureGroup(focus.ref, focus.title, table))
    return groups
