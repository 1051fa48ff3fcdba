"""The monthly highlight report: its facts, ready for `templates/highlight-report.html`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.calendar import board_date, is_annual_review, is_stocktake, next_stocktake, returns_due
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import day
from flows.position.model import MilestoneState, Position, Status
from flows.position.returned import returns_in_words
from flows.reports.areas import AreaPart, RiskLine, area_parts, open_risks, risk_line
from flows.reports.exceptions import Exceptions, exceptions
from flows.reports.frame import Reading, frame, how_to_read
from flows.reports.parts import NONE_GIVEN, Chip, Frame, Ref, chip, milestone_ref
from flows.reports.returns_state import ReturnRow, return_rows
from flows.reports.summary import Summary, summary

FORWARD_MONTHS = 3
"""The forward look reaches this many months past the period."""


@dataclass(frozen=True, slots=True)
class ForwardArea:
    """The milestones of one area that fall due in a month."""

    ref: str
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class ForwardMonth:
    """What falls due in one of the months ahead."""

    month: str
    number: int
    areas: tuple[ForwardArea, ...]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision the board took, or a date it moved."""

    number: str
    dated: str
    about: Ref
    text: str


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
        forward=tuple(_forward(position)),
        forward_words=tuple(_forward_words(position, settings)),
        feedback=tuple(_feedback(position)),
        returns=return_rows(position),
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


def _forward(position: Position) -> Iterable[ForwardMonth]:
    """Which milestones fall due in each of the next months."""
    for ahead in range(1, FORWARD_MONTHS + 1):
        month = position.month.next(ahead)
        areas = []
        for area in position.plan.areas:
            refs = tuple(milestone_ref(s.ref) for s in position.under(area.ref) if _falls_due(s, month))
            if refs:
                areas.append(ForwardArea(area.ref, refs))
        yield ForwardMonth(month.label, sum(len(a.refs) for a in areas), tuple(areas))


def _falls_due(state: MilestoneState, month: Month) -> bool:
    due = state.milestone.due
    if due.cadence_months:
        return any(day >= month.first_day for day in due.occurrences(month.last_day))
    open_ = state.status is not Status.COMPLETE
    return open_ and state.due is not None and month.first_day <= state.due <= month.last_day


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
    outcome = day(done) if done else day(forecast) if forecast else ""
    if state.milestone.due.cadence_months:
        outcome = state.reason.partition(" done so far")[0] + " done" if " done so far" in state.reason else ""
    return EntryRow(
        anchor=milestone_ref(state.ref).anchor,
        ref=state.ref,
        title=state.milestone.title,
        due=_due_words(state),
        outcome=outcome,
        chip=chip(state.status, settings),
    )
