"""Turning the curve: for the measures that ask whether anyone is better off, the story behind the line, the partners,
what works and what comes next.

What was done and what the evidence shows of it stands beside the line; that it moved the line is never claimed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.model import FocusArea, Lead, Plan
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed, sentence
from flows.position.charting import ChartRules, can_be_charted
from flows.position.look_back import LookBack
from flows.position.measure_state import MeasureState
from flows.position.model import EvidenceItem, MilestoneState, Position, Status
from flows.reports.chart import Chart
from flows.reports.impact import on_record
from flows.reports.measure_charts import CHART_FROM, is_drawn, measure_chart
from flows.reports.measure_words import (
    baseline_words,
    change_words,
    chart_words,
    latest_words,
    lower_first,
    new_limits_words,
    target_words,
)
from flows.reports.measures import measure_anchor
from flows.reports.parts import Ref, milestone_ref
from flows.reports.scorecard import why_unsure_in
from flows.reports.sources import Cells, Told, figures, said_of
from flows.reports.summary import is_overdue

MOST_CURVES = 6
"""So many curves are told at most."""

TOLD = 4
"""So many items of evidence, milestones done and milestones to come are told of a focus area."""

COMMENTS = 2
"""So many of a partner's comments on its figures are quoted, the newest."""


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone, with the day on which it was done or is due."""

    ref: Ref
    title: str
    on: str
    source: Cells


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure: its chart, and the story behind the line. `evidence` is what names the measure itself."""

    ref: str
    anchor: str
    title: str
    chart: Chart
    story: tuple[str, ...]
    comments: tuple[Told, ...]
    group: str
    returned: str
    evidence: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class FocusCurves:
    """The curves of one focus area, and what is the same for all of them: partners, what works and what comes next."""

    ref: str
    title: str
    curves: tuple[Curve, ...]
    partners: str
    works: str
    evidence: tuple[Told, ...]
    done: tuple[Step, ...]
    done_caption: str
    more_done: str
    next: str
    coming: tuple[Step, ...]
    coming_caption: str


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves that are told, by focus area; `chosen` says by what rule, `note` what they do not show."""

    chosen: str
    note: str
    focus_areas: tuple[FocusCurves, ...]

    @property
    def refs(self) -> frozenset[str]:
        """The measures whose charts stand here, so that no other part prints them again."""
        return frozenset(curve.ref for focus in self.focus_areas for curve in focus.curves)


def turning_the_curve(back: LookBack, settings: Settings, span: str) -> Curves:
    """The measures that ask whether anyone is better off and have figures enough for a line; `span` is "quarter" or
    "year"."""
    asked = [s for s in back.now.measures if s.measure.question == "better off"]
    drawn = [s for s in asked if is_drawn(s)]
    told = sorted(drawn, key=lambda s: _urgency(s, back))[:MOST_CURVES]
    refs = {s.measure.ref for s in told}
    by_focus = (
        (f, [s for s in drawn if s.measure.ref in refs and s.measure.focus_ref == f.ref])
        for f in back.now.plan.focus_areas
    )
    return Curves(
        chosen=_chosen(len(asked), len(drawn)),
        note="“What works” lists what was done and what the evidence shows of it. That it moved the line is not shown."
        if told
        else "",
        focus_areas=tuple(_focus(f, states, back, span) for f, states in by_focus if states),
    )


def _urgency(state: MeasureState, back: LookBack) -> tuple[bool, bool]:
    """Measures that worsen come first, then those with a new figure; then the plan's order."""
    worsening = state.direction.value == "worsening" or bool(
        state.chart and state.chart.variation.startswith("concerning")
    )
    return not worsening, state.latest is None or state.latest.month not in back.months


def _chosen(asked: int, drawn: int) -> str:
    """Which measures are told here, of how many, and by what rule."""
    if not asked:
        return "No measure here asks whether anyone is better off."
    rule = f"the {CHART_FROM} figures that a line needs"
    ask = f"{count(asked, 'measure asks', 'measures ask')} whether anyone is better off"
    if not drawn:
        return f"{ask}; none has {rule} yet, so no curve can be told."
    have = "it has" if asked == 1 else "all have" if drawn == asked else f"{drawn} {'has' if drawn == 1 else 'have'}"
    if drawn <= MOST_CURVES:
        return f"{ask}; {have} {rule}."
    return (
        f"{ask}; {have} {rule}. {MOST_CURVES} of these are told here: those that worsen first, then those with a new "
        "figure, then in the order of the plan."
    )


def _focus(focus: FocusArea, states: list[MeasureState], back: LookBack, span: str) -> FocusCurves:
    evidence, done = _evidence(back, focus.ref), _done(back, focus.ref)
    coming = _coming(back.now, focus.ref)
    more = len(done) - TOLD
    named = focus.ref if on_record(back.now) == "on record" else f"{focus.ref} in this part of the plan"
    return FocusCurves(
        ref=focus.ref,
        title=focus.title,
        curves=tuple(_curve(s, back, span) for s in states),
        partners=_led_by(focus, back.now),
        works=_works(named, len(evidence), len(done), span),
        evidence=_evidence_words(evidence),
        done=tuple(done[:TOLD]),
        done_caption=f"Completed in {focus.ref} in the {span}, with evidence",
        more_done=f"And {count(more, 'more milestone')}." if more > 0 else "",
        next=_next(named, coming, _overdue(back.now, focus.ref)),
        coming=tuple(coming[:TOLD]),
        coming_caption=f"What falls due next in {focus.ref}",
    )


def _works(ref: str, evidence: int, done: int, span: str) -> str:
    """How much there is on record of what was done; said plainly where there is nothing."""
    if not evidence and not done:
        return f"Nothing is on record: in the {span} no milestone of {ref} was completed, and no evidence names {ref}."
    completed = f"{count(done, 'milestone')} of {ref} {'was' if done == 1 else 'were'} completed in the {span}"
    if not evidence:
        return f"{completed}; no new evidence names {ref} as a whole."
    named = f"{count(evidence, 'new item')} of evidence {'names' if evidence == 1 else 'name'} {ref} as a whole"
    return f"{completed if done else f'No milestone of {ref} was completed in the {span}'}; {named}:"


def _next(ref: str, coming: list[Step], overdue: list[str]) -> str:
    """What is still to come and what should be done already; said plainly where there is neither."""
    late = f"Overdue: {listed(overdue)}." if overdue else ""
    if not coming:
        return late or f"Nothing is on record: no milestone of {ref} is still to fall due."
    have = "has" if len(coming) == 1 else "have"
    return f"{count(len(coming), 'milestone')} of {ref} {have} a day ahead. {late}".strip()


def _curve(state: MeasureState, back: LookBack, span: str) -> Curve:
    unsure, measure = why_unsure_in(state, back), state.measure
    return Curve(
        ref=measure.ref,
        anchor="curve-" + measure_anchor(measure),
        title=measure.title,
        chart=measure_chart(state, unsure, wide=True),
        story=tuple(_story(state, unsure)),
        comments=_comments(state, back, span),
        group=sentence(_group_words(measure.ref, back)),
        returned=f"The figures are returned by {_name(measure.partner, back.now.plan)}.",
        evidence=_evidence_words(_evidence(back, measure.ref)),
    )


def _story(state: MeasureState, unsure: str) -> Iterable[str]:
    """What the line says, and what is noted on it."""
    said = (
        latest_words(state),
        "This figure is in question." if unsure == "in question" else "",
        change_words(state, unsure),
        chart_words(state, unsure),
        baseline_words(state),
        target_words(state, unsure),
        "" if state.chart else _without_limits(state),
    )
    yield from (words for words in said if words)
    yield from (f"Noted on the line: {lower_first(note.text.rstrip('.'))}, {day(note.day)}." for note in state.notes)
    if state.chart:
        yield from (new_limits_words(anew, "this measure") for anew in state.recalculations)


def _without_limits(state: MeasureState) -> str:
    if can_be_charted(state, ChartRules(needs=CHART_FROM)):
        return "There are too few figures to tell a change from chance."
    return "Nothing tells a change from chance here, because neighbouring figures share data or some are missing."


def _comments(state: MeasureState, back: LookBack, span: str) -> tuple[Told, ...]:
    """What the partner said of the figures that came in, the newest last."""
    said = [v for v in state.series if v.month in back.months and v.comment]
    if not said:
        return (Told(f"No comment on its figures is on record for the {span}."),)
    return tuple(Told(f"{v.period.label}: {sentence(v.comment)}", figures(v)) for v in said[-COMMENTS:])


def _group_words(ref: str, back: LookBack) -> str:
    """The improvement group's own words on a measure, the newest of the period."""
    return next((words for p in reversed(back.positions) if (words := p.commentary.get(ref.casefold(), ""))), "")


def _name(partner: str, plan: Plan) -> str:
    return plan.partner[partner].short_name if partner in plan.partner else partner


def _led_by(focus: FocusArea, position: Position) -> str:
    """Who leads the area that the focus area belongs to, and who leads its actions."""
    plan = position.plan
    area = next((a for a in plan.areas if a.ref == focus.area_ref), None)
    leads = listed(_lead(lead, plan) for lead in area.leads) if area else ""
    said = f"Area {focus.area_ref} is led by {leads}. " if leads else ""
    acting = dict.fromkeys(
        _name(lead.partner, plan) for a in plan.actions if a.focus_ref == focus.ref for lead in a.leads if lead.partner
    )
    return f"{said}{'Actions are led by' if acting else ''} {listed(acting)}{'.' if acting else ''}".strip()


def _lead(lead: Lead, plan: Plan) -> str:
    return f"the {lead.role} ({_name(lead.partner, plan)})" if lead.partner else f"the {lead.role}"


def _evidence(back: LookBack, ref: str) -> list[EvidenceItem]:
    """Accepted evidence of the period that names a measure or a focus area, the newest first."""
    items = (e for e in back.now.evidence if e.accepted and e.month in back.months and ref in (*e.supports, *e.meets))
    return sorted(items, key=lambda e: e.month, reverse=True)


def _evidence_words(items: list[EvidenceItem]) -> tuple[Told, ...]:
    told = tuple(Told(f"{e.title}. {sentence(e.shows)}".strip(), (e.origin,)) for e in items[:TOLD])
    more = len(items) - TOLD
    return (*told, Told(f"And {count(more, 'more item', 'more items')} of evidence.")) if more > 0 else told


def _done(back: LookBack, focus_ref: str) -> list[Step]:
    """Milestones of a focus area that were completed, with evidence, in the period; the newest first."""
    found = [s for s in back.now.under(focus_ref) if s.status is Status.COMPLETE and not _was_complete(s, back)]
    found.sort(key=lambda s: s.current.completed_on or dt.date.min, reverse=True)
    return [_step(s, s.current.completed_on, said_of(s)) for s in found]


def _was_complete(state: MilestoneState, back: LookBack) -> bool:
    then = back.before.milestone.get(state.ref) if back.before else None
    return then is not None and then.status is Status.COMPLETE


def _coming(position: Position, focus_ref: str) -> list[Step]:
    """The next due day of each milestone of a focus area that has one ahead, the soonest first."""
    due = ((s, _next_due(s, position.period_end)) for s in position.under(focus_ref))
    ahead = sorted(((on, s.ref, s) for s, on in due if on), key=lambda found: found[0])
    return [_step(state, on, (state.milestone.origin,)) for on, _, state in ahead]


def _next_due(state: MilestoneState, after: dt.date) -> dt.date | None:
    """When a milestone next falls due after a day. Ongoing work never does, nor what is done."""
    due = state.milestone.due
    if due.kind is DueKind.ONGOING or state.status in (Status.COMPLETE, Status.EVIDENCE_AWAITED):
        return None
    if due.kind is DueKind.RECURRING:
        return due.next_after(after)
    return state.due if state.due and state.due > after else None


def _step(state: MilestoneState, on: dt.date | None, source: Cells) -> Step:
    return Step(milestone_ref(state.ref), state.milestone.title, day(on) if on else "no date given", source)


def _overdue(position: Position, focus_ref: str) -> list[str]:
    """Milestones of a focus area whose day has passed and that are not done."""
    dated = (s for s in position.under(focus_ref) if s.milestone.due.kind is not DueKind.ONGOING)
    return [s.ref for s in dated if any(is_overdue(o, position) for o in s.occurrences)]
