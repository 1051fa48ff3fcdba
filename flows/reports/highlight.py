"""The monthly highlight report: its facts, ready for `templates/highlight-report.html`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.calendar import board_date, is_annual_review, is_stocktake, next_stocktake, returns_due
from flows.plan.findings import Severity
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed
from flows.position.model import MilestoneState, PartnerReturn, Position, Status
from flows.position.returned import returns_in_words
from flows.reports.areas import AreaPart, RiskLine, area_parts, open_risks, risk_line
from flows.reports.exceptions import Exceptions, exceptions
from flows.reports.frame import Reading, frame, how_to_read
from flows.reports.parts import NONE_GIVEN, Chip, Frame, Ref, chip, milestone_ref, partner_names
from flows.reports.summary import Summary, summary

FORWARD_DAYS = 92
"""The forward look reaches about three months past the period end."""


@dataclass(frozen=True, slots=True)
class ForwardRow:
    """A milestone due in the months ahead."""

    ref: Ref
    title: str
    due: str
    chip: Chip
    whose: str


@dataclass(frozen=True, slots=True)
class ForwardMonth:
    """What one of the months ahead holds."""

    month: str
    rows: tuple[ForwardRow, ...]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision the board took, or a date it moved."""

    number: str
    dated: str
    about: Ref
    text: str


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What became of one partner's return."""

    partner: str
    state: str
    received: str
    used: str
    questions: str


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """You said, we're doing, we did."""

    about: str
    you_said: str
    we_are_doing: str
    we_did: str
    dated: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of the list of all milestones, to which references link."""

    anchor: str
    ref: str
    title: str
    due: str
    outcome: str
    chip: Chip


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
    exceptions: Exceptions
    areas: tuple[AreaPart, ...]
    other_risks: tuple[RiskLine, ...]
    decided: tuple[DecisionRow, ...]
    open_asks: tuple[DecisionRow, ...]
    forward: tuple[ForwardMonth, ...]
    forward_words: tuple[str, ...]
    feedback: tuple[FeedbackRow, ...]
    returns: tuple[ReturnRow, ...]
    returns_words: str
    reading: Reading
    entries: tuple[EntryTable, ...]
    glossary: tuple[TermRow, ...]


def highlight_report(position: Position, settings: Settings) -> HighlightReport:
    """The facts of the month's highlight report."""
    return HighlightReport(
        frame=frame("Highlight report", position.month, settings),
        summary=summary(position, settings),
        exceptions=exceptions(position, settings),
        areas=area_parts(position, settings),
        other_risks=tuple(risk_line(r) for r in open_risks(position)),
        decided=tuple(_decided(position)),
        open_asks=tuple(_open_asks(position)),
        forward=tuple(_forward(position, settings)),
        forward_words=tuple(_forward_words(position, settings)),
        feedback=tuple(_feedback(position)),
        returns=tuple(_returns(position)),
        returns_words=f"{returns_in_words(position.returns)}.",
        reading=how_to_read(position, settings),
        entries=tuple(_entries(position, settings)),
        glossary=tuple(TermRow(t.term, t.meaning) for t in position.plan.glossary),
    )


def _decided(position: Position) -> Iterable[DecisionRow]:
    """What the board decided since the last report, as this month's return of the improvement group says."""
    for decision in position.decisions:
        if decision.month == position.month and decision.kind.casefold() in ("decision", "date change"):
            moved = f" New due date: {day(decision.new_date)}." if decision.new_date else ""
            yield DecisionRow(
                number=decision.number,
                dated=day(decision.dated) if decision.dated else NONE_GIVEN,
                about=_about(decision.about, position),
                text=decision.text.rstrip(".") + "." + moved,
            )


def _open_asks(position: Position) -> Iterable[DecisionRow]:
    """Asks of earlier months that are still open: no answer of the board is on record."""
    for ask in position.decisions:
        if ask.kind.casefold() == "ask" and ask.month < position.month and ask.state.casefold() in ("", "open"):
            answered = any(
                d.number == ask.number and d.kind.casefold() in ("decision", "date change") for d in position.decisions
            )
            if not answered:
                yield DecisionRow(ask.number, ask.month.label, _about(ask.about, position), ask.text)


def _about(ref: str, position: Position) -> Ref:
    return milestone_ref(ref) if ref in position.plan.milestone else Ref(ref or NONE_GIVEN)


def _forward(position: Position, settings: Settings) -> Iterable[ForwardMonth]:
    """What falls due in each of the next three months."""
    for ahead in range(1, 4):
        month = position.month.next(ahead)
        rows = [
            ForwardRow(
                ref=milestone_ref(state.ref),
                title=state.milestone.title,
                due=day(due),
                chip=chip(_status_then(state, due), settings),
                whose=partner_names(position, state.milestone.partners),
            )
            for state in position.milestones
            for due in _due_in(state, month.first_day, month.last_day)
        ]
        yield ForwardMonth(month.label, tuple(sorted(rows, key=lambda r: r.ref.text)))


def _due_in(state: MilestoneState, first: dt.date, last: dt.date) -> list[dt.date]:
    if state.status is Status.COMPLETE:
        return []
    due = state.milestone.due
    if due.cadence_months:
        return [d for d in due.occurrences(last) if d >= first]
    return [state.due] if state.due and first <= state.due <= last else []


def _status_then(state: MilestoneState, due: dt.date) -> Status:
    if state.milestone.due.cadence_months:
        return next((o.status for o in state.occurrences if o.due == due), Status.NOT_YET_DUE)
    return state.status


def _forward_words(position: Position, settings: Settings) -> Iterable[str]:
    """The dates to come: next returns, the boards ahead, the next stocktake and annual review."""
    following = position.month.next()
    yield f"Returns for {following.label} are due by {day(returns_due(following, settings))}."
    yield f"The {settings.partnership.board} reads the report for {following.label} on {day(board_date(following, settings))}."
    coming = position.month if is_stocktake(position.month, settings) else next_stocktake(position.month, settings)
    when = "this month" if coming == position.month else f"for {coming.label}"
    yield f"The next stocktake is {when}."
    review = next(m for n in range(13 * 12) if is_annual_review(m := position.month.next(n), settings))
    yield f"The next annual review is for {review.label}."


def _feedback(position: Position) -> Iterable[FeedbackRow]:
    for item in position.feedback:
        if item.month == position.month:
            yield FeedbackRow(
                about=item.about or NONE_GIVEN,
                you_said=item.you_said,
                we_are_doing=item.we_are_doing or NONE_GIVEN,
                we_did=item.we_did or NONE_GIVEN,
                dated=day(item.dated) if item.dated else NONE_GIVEN,
            )


_STATES = {"received": "Received", "late": "Received late", "missing": "No return used"}


def _returns(position: Position) -> Iterable[ReturnRow]:
    """The state of the returns: who sent what, when, how much of it was used, and what is to be asked."""
    for state in position.returns:
        open_ = [f for f in position.findings if f.who == state.partner.key and f.severity is not Severity.NOTE]
        not_used = sum(f.severity is Severity.ERROR for f in open_)
        asked = len(open_) - not_used
        words = [count(asked, "query", "queries")] if asked else []
        words += [f"{count(not_used, 'item')} not used"] if not_used else []
        yield ReturnRow(
            partner=state.partner.name,
            state=_STATES[state.state],
            received=day(state.counted.received) if state.counted else NONE_GIVEN,
            used=_used(state),
            questions=listed(words) or "None",
        )


def _used(state: PartnerReturn) -> str:
    if state.counted is None:
        aside = f"; {count(len(state.set_aside), 'file')} set aside" if state.set_aside else ""
        return (f"Last used: {state.last_month.label}" if state.last_month else "None so far") + aside
    content = state.counted.content
    parts = [
        count(len(content.milestones), "update"),
        count(len(content.measures), "figure"),
        count(len(content.evidence), "item") + " of evidence",
        count(len(content.risks), "risk"),
    ]
    return ", ".join(parts)


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
    return state.milestone.due.words


def _entry(state: MilestoneState, settings: Settings) -> EntryRow:
    current = state.current
    done, forecast = current.completed_on, current.forecast
    outcome = f"Done {day(done)}" if done else f"Forecast {day(forecast)}" if forecast else NONE_GIVEN
    if state.milestone.due.cadence_months:
        outcome = state.reason.partition(" done so far")[0] + " done" if " done so far" in state.reason else NONE_GIVEN
    return EntryRow(
        anchor=milestone_ref(state.ref).anchor,
        ref=state.ref,
        title=state.milestone.title,
        due=_due_words(state),
        outcome=outcome,
        chip=chip(state.status, settings),
    )
