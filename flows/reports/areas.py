"""By area and focus area: the status and its reason, what was done, what is due, measures, risks and evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.model import Area, FocusArea
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed
from flows.position.model import MilestoneState, Position, RiskState, Standing, Status
from flows.reports.chart import Chart
from flows.reports.group_words import Words, words_on
from flows.reports.measure_charts import new_charts
from flows.reports.measures import MeasureTable, measure_table
from flows.reports.parts import NONE_GIVEN, Chip, Moved, Ref, chip, milestone_ref, moved, partner_names, plan_ref
from flows.reports.sources import Cells, said_of

DUE_NEXT_DAYS = 62
"""What is due within about two months of the period end is due next."""


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A milestone or occurrence done this month."""

    ref: Ref
    title: str
    done: str
    chip: Chip
    said: str
    source: Cells


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A milestone that is due, or will be soon, or is under way."""

    ref: Ref
    title: str
    due: str
    chip: Chip
    why: str
    progress: str
    next_steps: str
    differs: str
    age: str
    source: Cells


@dataclass(frozen=True, slots=True)
class RiskLine:
    """An open risk."""

    ref: str
    title: str
    score: str
    moved: Moved
    owner: str
    mitigation: str
    comment: str
    source: Cells


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """An item of evidence that came in this month."""

    number: str
    title: str
    dated: str
    supports: tuple[Ref, ...]
    shows: str
    source: Cells


@dataclass(frozen=True, slots=True)
class FocusPart:
    """Everything said of one focus area."""

    ref: str
    anchor: str
    title: str
    chip: Chip
    moved: Moved
    why: str
    counts: str
    words: Words
    done: tuple[DoneRow, ...]
    due_now: tuple[OpenRow, ...]
    due_next: tuple[OpenRow, ...]
    under_way: tuple[OpenRow, ...]
    later: str
    measures: MeasureTable
    charts: tuple[Chart, ...]
    evidence: tuple[EvidenceLine, ...]
    expected: str


@dataclass(frozen=True, slots=True)
class AreaPart:
    """Everything said of one area of concern."""

    ref: str
    anchor: str
    title: str
    short_title: str
    chip: Chip
    moved: Moved
    why: str
    counts: str
    leads: str
    words: Words
    focus_areas: tuple[FocusPart, ...]
    risks: tuple[RiskLine, ...]


def area_parts(position: Position, settings: Settings) -> tuple[AreaPart, ...]:
    """Each area of concern with its focus areas, in the order of the plan."""
    return tuple(_area(area, position, settings) for area in position.plan.areas if area.ref in position.standings)


def _area(area: Area, position: Position, settings: Settings) -> AreaPart:
    standing = position.standings[area.ref]
    focus_areas = [f for f in position.plan.focus_areas if f.area_ref == area.ref and f.ref in position.standings]
    return AreaPart(
        ref=area.ref,
        anchor=f"area-{area.ref}",
        title=area.title,
        short_title=area.short_title,
        chip=chip(standing.status, settings),
        moved=moved(standing.movement),
        why=standing.reason,
        counts=counts_in_words(standing, settings),
        leads=leads_in_words(area, position),
        words=words_on(position, area.ref),
        focus_areas=tuple(_focus(f, position, settings) for f in focus_areas),
        risks=tuple(risk_line(r) for r in open_risks(position, area.ref)),
    )


def leads_in_words(area: Area, position: Position) -> str:
    named = [
        f"{lead.role}, {position.plan.partner[lead.partner].name}"
        if lead.partner in position.plan.partner
        else lead.role
        for lead in area.leads
    ]
    return ("Lead: " if len(named) == 1 else "Leads: ") + "; ".join(named) + "." if named else ""


def counts_in_words(standing: Standing, settings: Settings) -> str:
    """The counts behind a status: 12 milestones: 5 complete, 4 on track, 3 off track."""
    if standing.number(Status.COMPLETE) == standing.total:
        return ""  # the reason has said so
    parts = [f"{n} {chip(s, settings).word.lower()}" for s, n in standing.counts]
    between = "; " if any("," in part for part in parts) else ", "
    return f"{count(standing.total, 'milestone')}: {between.join(parts)}."


def _focus(focus: FocusArea, position: Position, settings: Settings) -> FocusPart:
    standing = position.standings[focus.ref]
    states = position.under(focus.ref)
    month = position.month
    done = [s for s in states if _done_this_month(s, position)]
    due_now = [s for s in states if s not in done and is_due_now(s, position.period_end)]
    rest = [s for s in states if s not in done and s not in due_now and s.status is not Status.COMPLETE]
    due_next = [s for s in rest if is_due_next(s, position.period_end)]
    under_way = [s for s in rest if s not in due_next and s.status is not Status.NOT_YET_DUE]
    later = [s for s in rest if s not in due_next and s not in under_way]
    new = [e for e in position.evidence if e.month == month and position.plan.focus_of(_first(e.supports)) == focus.ref]
    return FocusPart(
        ref=focus.ref,
        anchor="focus-" + focus.ref.replace(".", "-"),
        title=focus.title,
        chip=chip(standing.status, settings),
        moved=moved(standing.movement),
        why=standing.reason,
        counts=counts_in_words(standing, settings),
        words=words_on(position, focus.ref),
        done=tuple(_done_row(s, position, settings) for s in done),
        due_now=tuple(open_row(s, position, settings) for s in due_now),
        due_next=tuple(open_row(s, position, settings) for s in due_next),
        under_way=tuple(open_row(s, position, settings) for s in under_way),
        later=_later(
            later,
            [s for s in states if s.status is Status.COMPLETE and s not in done],
            standing.status is Status.COMPLETE,
        ),
        measures=measure_table(position, focus.ref),
        charts=new_charts(position, focus.ref),
        evidence=tuple(
            EvidenceLine(
                number=e.number,
                title=e.title,
                dated=day(e.dated) if e.dated else NONE_GIVEN,
                supports=tuple(_refs(e.supports, position)),
                shows=e.shows,
                source=(e.origin,),
            )
            for e in new
            if e.accepted
        ),
        expected=_expected(position, focus.ref),
    )


def _first(refs: tuple[str, ...]) -> str:
    return refs[0] if refs else ""


def _refs(refs: tuple[str, ...], position: Position) -> Iterable[Ref]:
    for ref in refs:
        yield plan_ref(ref, position)


def _done_this_month(state: MilestoneState, position: Position) -> bool:
    """Complete now, whole or as the occurrence of this month, and not so a month ago."""
    if state.current.status is not Status.COMPLETE:
        return False
    if state.status is Status.COMPLETE:
        return state.before is not Status.COMPLETE
    return state.updated == position.month


def is_due_next(state: MilestoneState, period_end: dt.date) -> bool:
    """Whether it falls due within about two months. Ongoing work begins on its day and is never due."""
    if state.milestone.due.kind is DueKind.ONGOING or state.due is None:
        return False
    return 0 < (state.due - period_end).days <= DUE_NEXT_DAYS


def is_due_now(state: MilestoneState, period_end: dt.date) -> bool:
    return (
        state.milestone.due.kind is not DueKind.ONGOING
        and state.current.due is not None
        and state.current.due <= period_end
        and state.current.status is not Status.COMPLETE
    )


def _done_row(state: MilestoneState, position: Position, settings: Settings) -> DoneRow:
    done = state.current.completed_on
    return DoneRow(
        ref=milestone_ref(state.ref),
        title=state.milestone.title,
        done=day(done) if done else NONE_GIVEN,
        chip=chip(state.current.status, settings),
        said=_in_turn(state, position, "progress"),
        source=said_of(state),
    )


def open_row(state: MilestoneState, position: Position, settings: Settings) -> OpenRow:
    """An open milestone with the reason for its status and what its partners say."""
    return OpenRow(
        ref=milestone_ref(state.ref),
        title=state.milestone.title,
        due=day(state.current.due) if state.current.due else _capital(state.milestone.due.words),
        chip=chip(state.status, settings),
        why=state.reason,
        progress=_in_turn(state, position, "progress"),
        next_steps=_in_turn(state, position, "next_steps"),
        differs=_differs(state),
        age=_age(state),
        source=said_of(state),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _differs(state: MilestoneState) -> str:
    """What was claimed where the status is another; why is told only where the reason for the status does not."""
    if state.status is Status.EVIDENCE_AWAITED:
        return ""  # its reason begins with the claim
    because = state.current.judgement.because
    return state.differs.removesuffix(f", but {because}.") + "." if _ends_so(state.differs, because) else state.differs


def _ends_so(differs: str, because: str) -> bool:
    return bool(because) and differs.endswith(f", but {because}.")


def _age(state: MilestoneState) -> str:
    """How old the words are, where the reason for the status has not said it."""
    if state.updated is None or not state.age or "the last was for" in state.reason:
        return ""
    return f"Last update for {state.updated.label}, {count(state.age, 'month')} ago."


def _in_turn(state: MilestoneState, position: Position, field: str) -> str:
    """What each partner wrote, with its name where there are several."""
    said = [(c.partner, getattr(c, field)) for c in state.latest if getattr(c, field)]
    if len(said) < 2:
        return "".join(text for _, text in said)
    return " ".join(f"{partner_names(position, (partner,))}: {text}" for partner, text in said)


def _later(later: list[MilestoneState], done: list[MilestoneState], all_done: bool) -> str:
    """How many milestones the tables leave out, and when the first of those to come is due; "" where all are done, which
    the reason for the status has said."""
    parts = []
    if done and not all_done:
        parts.append(f"{count(len(done), 'milestone was', 'milestones were')} done earlier")
    if later:
        first = min((s.due for s in later if s.due), default=None)
        after = f", {'' if len(later) == 1 else 'the first '}on {day(first)}" if first else ""
        parts.append(f"{count(len(later), 'milestone is', 'milestones are')} still to come{after}")
    return f"{listed(parts)}." if parts else ""


def _expected(position: Position, focus_ref: str) -> str:
    expected = [p for p in position.plan.promises if p.focus_ref == focus_ref and p.kind == "evidence"]
    if not expected:
        return ""
    held = {ref for item in position.evidence if item.accepted for ref in item.meets}
    met = sum(p.ref in held for p in expected)
    missing = [p.text.rstrip(".") for p in expected if p.ref not in held]
    if not missing:
        return "Evidence is held against every item that the plan expects here."
    if not met:
        return f"No evidence is held yet against any of the items expected here: {'; '.join(missing)}."
    said = f"Evidence is held against {met} of the {count(len(expected), 'item')} expected here."
    return f"{said} Nothing yet against: {'; '.join(missing)}."


def open_risks(position: Position, area_ref: str = "") -> list[RiskState]:
    """Open risks, of one area or of none in particular, highest score first."""
    chosen = [r for r in position.risks if r.is_open and position.plan.area_of(r.area_ref) == area_ref]
    return sorted(chosen, key=lambda r: (-r.score, r.ref))


def risk_line(risk: RiskState) -> RiskLine:
    """A risk as a row: score, how it moved, owner and mitigation."""
    before = f", was {risk.before}" if risk.before is not None and risk.before != risk.score else ""
    return RiskLine(
        ref=risk.ref,
        title=risk.title,
        score=f"{risk.score}{before}" if risk.score else "Not scored",
        moved=moved(risk.movement),
        owner=risk.owner or "No owner",
        mitigation=risk.mitigation,
        comment=risk.comment,
        source=(risk.origin,),
    )
