"""The monthly highlight report: its facts, ready for `templates/highlight-report.html`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.settings import Settings
from flows.plan.words import day
from flows.position.model import MilestoneState, Position, Status
from flows.reports.ahead import ForwardMonth, forward
from flows.reports.areas import AreaPart, RiskLine, area_parts, open_risks, risk_line
from flows.reports.chart import AnyChart
from flows.reports.decisions_over import DecisionRow, decided, open_asks
from flows.reports.exceptions import Exceptions, exceptions
from flows.reports.families import FeedbackRow, feedback_rows, unanswered_feedback
from flows.reports.frame import Reading, frame, how_to_read
from flows.reports.group_words import GroupWords, group_words
from flows.reports.overview_charts import at_a_glance
from flows.reports.parts import Chip, Frame, chip, milestone_ref
from flows.reports.restated import RestatedPart, restated_part
from flows.reports.returns_state import ReturnRow, return_rows
from flows.reports.sources import NO_SOURCES, Cells, Sources, said_of, with_sources
from flows.reports.summary import Summary, returns_said, summary

FORWARD_MONTHS = 3
"""The forward look reaches this many months past the period."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of the list of all milestones, to which references link."""

    anchor: str
    ref: str
    title: str
    due: str
    outcome: str
    chip: Chip
    source: Cells


@dataclass(frozen=True, slots=True)
class EntryTable:
    """The milestones of one area."""

    caption: str
    rows: tuple[EntryRow, ...]


@dataclass(frozen=True, slots=True)
class TermRow:
    """A word of the glossary."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class HighlightReport:
    """All facts of the highlight report."""

    frame: Frame
    summary: Summary
    words: GroupWords
    exceptions: Exceptions
    at_a_glance: tuple[AnyChart, ...]
    areas: tuple[AreaPart, ...]
    other_risks: tuple[RiskLine, ...]
    decided: tuple[DecisionRow, ...]
    open_asks: tuple[DecisionRow, ...]
    forward: tuple[ForwardMonth, ...]
    forward_words: tuple[str, ...]
    feedback: tuple[FeedbackRow, ...]
    unanswered: str
    returns: tuple[ReturnRow, ...]
    returns_words: str
    reading: Reading
    entries: tuple[EntryTable, ...]
    glossary: tuple[TermRow, ...]
    sources: Sources = NO_SOURCES
    restated: RestatedPart | None = None


def highlight_report(position: Position, settings: Settings) -> HighlightReport:
    """The facts of the month's highlight report."""
    ahead = forward(position, settings, FORWARD_MONTHS)
    facts = HighlightReport(
        frame=frame("Highlight report", position, settings),
        summary=summary(position, settings),
        words=group_words(position),
        exceptions=exceptions(position, settings),
        at_a_glance=at_a_glance(position),
        areas=area_parts(position, settings),
        other_risks=tuple(risk_line(r) for r in open_risks(position)),
        decided=tuple(decided(position)),
        open_asks=tuple(open_asks(position)),
        forward=ahead.months,
        forward_words=ahead.words,
        feedback=feedback_rows(position),
        unanswered=unanswered_feedback(position),
        returns=return_rows(position),
        returns_words=returns_said(position.returns),
        reading=how_to_read(
            position,
            settings,
            is_first=position.month == settings.calendar.first,
            of_figures="Page one names the measure that moved most and those that worsened most.",
        ),
        entries=tuple(_entries(position, settings)),
        glossary=tuple(TermRow(t.term, t.meaning) for t in position.plan.glossary),
        restated=restated_part(position, settings),
    )
    return with_sources(facts, position)


def _entries(position: Position, settings: Settings) -> Iterable[EntryTable]:
    """Every milestone of the plan in one line, area by area."""
    for area in position.plan.areas:
        rows = tuple(_entry(state, settings) for state in position.under(area.ref))
        if rows:
            yield EntryTable(f"Area {area.ref}: {area.short_title}", rows)


def _due_words(state: MilestoneState) -> str:
    current = state.current
    if state.approved_by and current.due and current.first_due:
        return f"{day(current.due)}, moved from {day(current.first_due)}"
    words = state.milestone.due.words
    return words[:1].upper() + words[1:]


def _entry(state: MilestoneState, settings: Settings) -> EntryRow:
    current = state.current
    closed = current.status in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    outcome_on = current.completed_on if closed else current.forecast
    outcome = day(outcome_on) if outcome_on else ""
    if state.milestone.due.cadence_months:
        outcome = state.reason.partition(" done so far")[0] + " done" if " done so far" in state.reason else ""
    return EntryRow(
        anchor=milestone_ref(state.ref).anchor,
        ref=state.ref,
        title=state.milestone.title,
        due=_due_words(state),
        outcome=outcome,
        chip=chip(state.status, settings),
        source=said_of(state),
    )
