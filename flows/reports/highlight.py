"""The monthly highlight report: its facts, ready for `templates/highlight-report.html`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.calendar import board_date, is_annual_review, is_stocktake, next_stocktake, returns_due
from flows.plan.due import DueKind
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import day, listed, sentence
from flows.position.model import MilestoneState, Position, Status
from flows.reports.areas import AreaPart, RiskLine, area_parts, open_risks, risk_line
from flows.reports.chart import AnyChart
from flows.reports.exceptions import Exceptions, exceptions
from flows.reports.frame import Reading, frame, how_to_read
from flows.reports.overview_charts import at_a_glance
from flows.reports.parts import NONE_GIVEN, Chip, Frame, Ref, chip, milestone_ref, plan_ref
from flows.reports.returns_state import ReturnRow, return_rows
from flows.reports.summary import Summary, returns_said, summary

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
    """A decision the board took, or a date it moved; `asked` is what it had been asked under the same number, and
    when. Of an ask that has no answer yet, `dated` is the month in which it was asked."""

    number: str
    dated: str
    about: Ref
    text: str
    asked: str = ""


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


def highlight_report(position: Position, settings: Settings) -> HighlightReport:
    """The facts of the month's highlight report."""
    return HighlightReport(
        frame=frame("Highlight report", position, settings),
        summary=summary(position, settings),
        exceptions=exceptions(position, settings),
        at_a_glance=at_a_glance(position),
        areas=area_parts(position, settings),
        other_risks=tuple(risk_line(r) for r in open_risks(position)),
        decided=tuple(_decided(position)),
        open_asks=tuple(_open_asks(position)),
        forward=tuple(_forward(position)),
        forward_words=tuple(_forward_words(position, settings)),
        feedback=tuple(_feedback(position)),
        unanswered=unanswered_feedback(position),
        returns=return_rows(position),
        returns_words=returns_said(position.returns),
        reading=how_to_read(position, settings),
        entries=tuple(_entries(position, settings)),
        glossary=tuple(TermRow(t.term, t.meaning) for t in position.plan.glossary),
    )


def _decided(position: Position) -> Iterable[DecisionRow]:
    """What the board decided since the last report, as this month's return of the improvement group says."""
    for decision in position.decisions:
        if decision.month == position.month and decision.kind.casefold() in _ANSWERS:
            new = day(decision.new_date) if decision.new_date else ""
            moved = f"New due date: {new}." if new and new not in decision.text else ""
            yield DecisionRow(
                number=decision.number,
                dated=day(decision.dated) if decision.dated else NONE_GIVEN,
                about=plan_ref(decision.about, position),
                text=" ".join(part for part in (sentence(decision.text), moved) if part),
                asked=_asked(decision.number, position),
            )


_ANSWERS = ("decision", "date change")


def _asked(number: str, position: Position) -> str:
    """What the board had been asked under a number, and in which month's report; "" where it decided unasked."""
    asks = (d for d in position.decisions if number and d.number == number and d.kind.casefold() == "ask")
    ask = next((d for d in asks if d.month <= position.month), None)
    return f"Asked in the report for {ask.month.label}: {sentence(ask.text)}" if ask else ""


def _open_asks(position: Position) -> Iterable[DecisionRow]:
    """Asks of earlier months that are still open: no answer of the board is on record."""
    for ask in position.decisions:
        if ask.kind.casefold() == "ask" and ask.month < position.month and ask.state.casefold() in ("", "open"):
            answered = any(d.number == ask.number and d.kind.casefold() in _ANSWERS for d in position.decisions)
            if not answered:
                yield DecisionRow(ask.number, ask.month.label, plan_ref(ask.about, position), sentence(ask.text))


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
    if due.kind is DueKind.ONGOING:
        return False
    if due.cadence_months:
        return any(day >= month.first_day for day in due.occurrences(month.last_day))
    open_ = state.status is not Status.COMPLETE
    return open_ and state.due is not None and month.first_day <= state.due <= month.last_day


def _forward_words(position: Position, settings: Settings) -> Iterable[str]:
    """The dates to come: next returns, the boards ahead, the next stocktake and annual review."""
    following = position.month.next()
    yield f"Returns for {following.label} are due by {day(returns_due(following, settings))}."
    yield f"The {settings.partnership.board} reads the report for {following.label} on {day(board_date(following, settings))}."
    month, now = position.month, "goes to the board with this report"
    stocktake = f"next stocktake is for {next_stocktake(month, settings).label}."
    yield (
        f"The stocktake for {month.label} {now}; the {stocktake}"
        if is_stocktake(month, settings)
        else f"The {stocktake}"
    )
    coming = next(m for n in range(1, 13 * 12) if is_annual_review(m := month.next(n), settings))
    review = f"next annual review is for {coming.label}."
    yield (
        f"The annual review for {month.label} {now}; the {review}"
        if is_annual_review(month, settings)
        else f"The {review}"
    )
    yield from _beginning(position)


def _beginning(position: Position) -> Iterable[str]:
    """Ongoing work that begins in the months of the forward look: it is never due, so it is not in the table."""
    for ahead in range(1, FORWARD_MONTHS + 1):
        month = position.month.next(ahead)
        ongoing = [s for s in position.milestones if s.milestone.due.kind is DueKind.ONGOING and s.due]
        refs = [s.ref for s in ongoing if s.due and month.first_day <= s.due <= month.last_day]
        if refs:
            yield f"Ongoing work begins in {month.label}: {listed(refs)}."


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


def unanswered_feedback(position: Position) -> str:
    """How many comments of earlier months have no "we did" yet, and since when the oldest has been waiting.

    Families' words are the same comment for as long as they are returned under the same words.
    """
    first: dict[str, Month] = {}
    answered: set[str] = set()
    for item in position.feedback:
        words = " ".join(item.you_said.casefold().split())
        first.setdefault(words, item.month)
        if item.we_did:
            answered.add(words)
    waiting = [month for words, month in first.items() if words not in answered and month < position.month]
    if not waiting:
        return ""
    if len(waiting) == 1:
        return f"One comment from an earlier month, {waiting[0].label}, has no “we did” on record."
    oldest = min(waiting).label
    return (
        f"{len(waiting)} comments from earlier months have no “we did” on record; the oldest was returned for {oldest}."
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
    )
