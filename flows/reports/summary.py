"""Page one: what a board member must know in two minutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.settings import Settings
from flows.plan.words import count, listed, sentence
from flows.position.model import MilestoneState, Movement, Occurrence, Position, Status
from flows.position.returned import returns_in_words
from flows.reports.measures import moved_measures
from flows.reports.parts import Chip, Moved, chip, moved


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


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole of page one."""

    headline: str
    sentences: tuple[str, ...]
    areas: tuple[AreaLine, ...]
    figures: tuple[Figure, ...]
    measures: tuple[str, ...]
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
    which count milestones."""
    days = [(state, occurrence) for state in position.milestones for occurrence in state.occurrences]
    month = position.month
    in_month = [o for _, o in days if o.due and month.first_day <= o.due <= month.last_day]
    return DueCounts(
        due=len(in_month),
        due_done=sum(o.status is Status.COMPLETE for o in in_month),
        overdue=sum(_is_overdue(s, o, position) for s, o in days),
        awaiting=sum(o.status is Status.EVIDENCE_AWAITED for _, o in days),
        complete=sum(s.status is Status.COMPLETE for s in position.milestones),
        total=len(position.milestones),
    )


def _is_overdue(state: MilestoneState, occurrence: Occurrence, position: Position) -> bool:
    if state.milestone.due.kind is DueKind.ONGOING or occurrence.due is None:
        return False
    open_ = occurrence.status not in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    return open_ and occurrence.due <= position.period_end


def summary(position: Position, settings: Settings) -> Summary:
    """Page one of the highlight report."""
    counts = due_counts(position)
    asks = asks_of_the_board(position)
    return Summary(
        headline=position.commentary.get("headline", ""),
        sentences=tuple(_sentences(position, counts)),
        areas=tuple(_area_lines(position, settings)),
        figures=(
            Figure(f"{counts.due_done} of {counts.due}", "due this month and done, with evidence"),
            Figure(str(counts.overdue), "overdue"),
            Figure(str(counts.awaiting), "said complete, evidence awaited"),
            Figure(f"{counts.complete} of {counts.total}", "milestones complete since the plan began"),
        ),
        measures=moved_measures(position)[:3],
        asks=asks,
        no_asks="The board is not asked to decide anything this month." if not asks else "",
    )


def asks_of_the_board(position: Position) -> tuple[Ask, ...]:
    """What this month's return of the improvement group asks the board to decide."""
    return tuple(
        Ask(d.number, d.about, d.text)
        for d in position.decisions
        if d.kind.casefold() == "ask" and d.month == position.month and d.state.casefold() != "closed"
    )


def _sentences(position: Position, counts: DueCounts) -> Iterable[str]:
    areas = [position.standings[a.ref] for a in position.plan.areas if a.ref in position.standings]
    said = [
        f"{n} {'is' if n == 1 else 'are'} {words}"
        for status, words in _AREA_WORDS
        if (n := sum(s.status is status for s in areas))
    ]
    yield sentence(f"of {count(len(areas), 'area')} of concern, {listed(said)}")
    states = position.milestones
    better = sum(s.movement is Movement.IMPROVED for s in states)
    worse = sum(s.movement is Movement.WORSENED for s in states)
    if any(s.movement is not Movement.NEW for s in states):
        yield sentence(
            f"since last month the status of {count(better, 'milestone')} has improved and of {worse} has worsened"
        )
    yield sentence(returns_in_words(position.returns))


_AREA_WORDS = (
    (Status.OFF_TRACK, "off track"),
    (Status.AT_RISK, "at risk"),
    (Status.ON_TRACK, "on track"),
    (Status.NOT_YET_DUE, "not yet due"),
    (Status.COMPLETE, "complete"),
)


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
