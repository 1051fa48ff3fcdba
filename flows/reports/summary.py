"""Page one: what a board member must know in two minutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.settings import Settings
from flows.plan.words import count, listed, sentence
from flows.position.model import MilestoneState, Movement, Occurrence, PartnerReturn, Position, Status
from flows.reports.measures import moved_measures
from flows.reports.parts import Chip, Moved, chip, moved
from flows.reports.restated import restated_in_short
from flows.reports.sources import Cells, Told


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is printed large, and what it counts."""

    number: str
    label: str


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area of concern on page one."""

    ref: str
    anchor: str
    title: str
    chip: Chip
    moved: Moved
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What the board is asked to decide."""

    number: str
    about: str
    text: str
    source: Cells


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole of page one."""

    headline: str
    sentences: tuple[str, ...]
    areas: tuple[AreaLine, ...]
    figures: tuple[Figure, ...]
    measures: tuple[Told, ...]
    asks: tuple[Ask, ...]
    no_asks: str


@dataclass(frozen=True)
class DueCounts:
    """Due days counted: those that fell in the month, and of these done; done at all; overdue; awaiting evidence."""

    due: int
    due_done: int
    overdue: int
    awaiting: int
    complete: int
    total: int


def due_counts(position: Position) -> DueCounts:
    """Milestones in numbers. Each due day of a recurring milestone counts by itself, but for `complete` and `total`,
    which count milestones. Ongoing work begins on its day and is never due."""
    days = [
        (state, occurrence)
        for state in position.milestones
        if state.milestone.due.kind is not DueKind.ONGOING
        for occurrence in state.occurrences
    ]
    month = position.month
    in_month = [o for _, o in days if o.due and month.first_day <= o.due <= month.last_day]
    return DueCounts(
        due=len(in_month),
        due_done=sum(o.status is Status.COMPLETE for o in in_month),
        overdue=sum(is_overdue(o, position) for _, o in days),
        awaiting=sum(o.status is Status.EVIDENCE_AWAITED for s in position.milestones for o in s.occurrences),
        complete=sum(s.status is Status.COMPLETE for s in position.milestones),
        total=len(position.milestones),
    )


def is_overdue(occurrence: Occurrence, position: Position) -> bool:
    """Whether a due day has passed and nobody whose word counts has said it done. Not for ongoing work."""
    open_ = occurrence.status not in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    return open_ and occurrence.due is not None and occurrence.due <= position.period_end


def summary(position: Position, settings: Settings) -> Summary:
    """Page one of the highlight report."""
    counts = due_counts(position)
    asks = asks_of_the_board(position)
    return Summary(
        headline=sentence(position.commentary.get("headline", "")),
        sentences=tuple(_sentences(position)),
        areas=tuple(_area_lines(position, settings)),
        figures=(
            Figure(f"{counts.due_done} of {counts.due}", "due this month and done, with evidence")
            if counts.due
            else Figure("0", "due this month"),
            Figure(str(counts.overdue), "overdue"),
            Figure(str(counts.awaiting), "said complete, evidence awaited"),
            Figure(f"{counts.complete} of {counts.total}", "milestones complete since the plan began"),
        ),
        measures=moved_measures(position),
        asks=asks,
        no_asks="The board is not asked to decide anything this month." if not asks else "",
    )


def asks_of_the_board(position: Position) -> tuple[Ask, ...]:
    """What this month's return of the improvement group asks the board to decide."""
    return tuple(
        Ask(d.number, d.about, d.text, (d.origin,))
        for d in position.decisions
        if d.kind.casefold() == "ask" and d.month == position.month and d.state.casefold() != "closed"
    )


def _sentences(position: Position) -> Iterable[str]:
    """What the table of areas does not say: how many milestones moved, and whose returns are missing."""
    states = position.milestones
    if any(s.movement is not Movement.NEW for s in states):
        yield milestones_moved(states)
    if position.returns:
        yield returns_said(position.returns)
    if restated := restated_in_short(position):
        yield restated


def milestones_moved(states: Iterable[MilestoneState]) -> str:
    """How many milestones have a better status than a month ago, and how many a worse one."""
    moves = [s.movement for s in states]
    better, worse = moves.count(Movement.IMPROVED), moves.count(Movement.WORSENED)
    if better and worse:
        return f"Since last month the status of {_milestones(better)} has improved and that of {worse} has worsened."
    if better:
        return f"Since last month the status of {_milestones(better)} has improved; none has worsened."
    if worse:
        return f"Since last month the status of {_milestones(worse)} has worsened; none has improved."
    return "No milestone has another status than last month."


def _milestones(number: int) -> str:
    return count(number, "milestone")


def returns_said(returns: Iterable[PartnerReturn]) -> str:
    """How many partners returned, whose return is missing, and whose was late."""
    returns = tuple(returns)
    missing = [r.partner.short_name for r in returns if r.state == "missing"]
    late = [r.partner.short_name for r in returns if r.state == "late"]
    came = len(returns) - len(missing)
    words = "every partner sent a return"
    if missing:
        words = (
            f"{came} of {count(len(returns), 'partner')} sent a return that could be used; {listed(missing)} did not"
        )
    words += f"; late: {listed(late)}" if late else ""
    return sentence(words)


def _area_lines(position: Position, settings: Settings) -> Iterable[AreaLine]:
    for area in position.plan.areas:
        standing = position.standings.get(area.ref)
        if standing:
            yield AreaLine(
                ref=area.ref,
                anchor=f"area-{area.ref}",
                title=area.short_title,
                chip=chip(standing.status, settings),
                moved=moved(standing.movement),
                why=standing.reason,
            )
