"""Movement over a period: how many milestones had each status then and now, and where each area stood, by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flows.plan.settings import Settings
from flows.plan.words import count, figure, listed
from flows.position.look_back import LookBack
from flows.position.model import MilestoneState, Position, Status
from flows.reports.parts import Chip, Ref, chip, milestone_ref

MOST_MONTHS = 4
"""So many months stand side by side in a table of a page's width; more are told as runs of months."""


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A status with how many milestones had it then and have it now."""

    chip: Chip
    then: str
    now: str
    change: str


@dataclass(frozen=True, slots=True)
class Run:
    """A status that an area kept for some months: "December 2022 to February 2023"."""

    chip: Chip
    months: str


@dataclass(frozen=True, slots=True)
class AreaMonths:
    """Where an area stood: `chips` at the end of each month, `runs` the same told shortly."""

    ref: str
    anchor: str
    title: str
    chips: tuple[Chip, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Worsened:
    """Milestones whose status is worse than it was, by the status that they have now."""

    chip: Chip
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class StatusMovement:
    """Movement in every status. `then` and `now` name the two month ends; `then` is "" where there is only one.

    `in_short` is the
    sentence that page one can do with. `side_by_side` says whether `months` are few enough to be the columns of a table.
    """

    then: str
    now: str
    statuses: tuple[StatusRow, ...]
    total: str
    in_short: str
    words: tuple[str, ...]
    worsened: tuple[Worsened, ...]
    no_worse: str
    months: tuple[str, ...]
    areas: tuple[AreaMonths, ...]
    side_by_side: bool


def status_movement(back: LookBack, settings: Settings, span: str) -> StatusMovement:
    """How the statuses of milestones and areas moved over the months looked back on.

    They are set against the month before; where the plan began with the first month, against the end of that one.
    """
    start = _start(back)
    stood = (*((back.before,) if back.before else ()), *back.positions)
    worse = tuple(_worsened(start, back.now, settings)) if start else ()
    return StatusMovement(
        then=start.month.label if start else "",
        now=back.now.month.label,
        statuses=tuple(_statuses(start, back.now, settings)),
        total=str(len(back.now.milestones)),
        in_short=_in_short(start, back.now) if start else "",
        words=tuple(_words(back, start)),
        worsened=worse,
        no_worse=f"No milestone ended the {span} with a worse status." if start and not worse else "",
        months=tuple(p.month.label for p in stood),
        areas=tuple(_areas(stood, settings)),
        side_by_side=len(stood) <= MOST_MONTHS,
    )


def _start(back: LookBack) -> Position | None:
    """What the end is set against; None where there is but one position."""
    return back.before or (back.positions[0] if len(back.positions) > 1 else None)


def _statuses(start: Position | None, now: Position, settings: Settings) -> Iterable[StatusRow]:
    before = Counter(s.status for s in start.milestones) if start else Counter[Status]()
    after = Counter(s.status for s in now.milestones)
    for status in Status:
        if before[status] or after[status]:
            change = after[status] - before[status]
            yield StatusRow(
                chip(status, settings),
                str(before[status]) if start else "",
                str(after[status]),
                f"{'+' if change > 0 else ''}{figure(change, 0)}" if start else "",
            )


@dataclass(frozen=True, slots=True)
class _Moves:
    """How many milestones were completed, improved otherwise, worsened, or are neither better nor worse."""

    completed: int
    improved: int
    worsened: int
    same: int

    @property
    def total(self) -> int:
        return self.completed + self.improved + self.worsened + self.same


def _moves(start: Position, states: Iterable[MilestoneState]) -> _Moves:
    pairs = [(start.milestone[s.ref].status, s.status) for s in states if s.ref in start.milestone]
    completed = sum(now is Status.COMPLETE and was is not Status.COMPLETE for was, now in pairs)
    better = sum(now.rank < was.rank for was, now in pairs)
    worse = sum(now.rank > was.rank for was, now in pairs)
    return _Moves(completed, better - completed, worse, len(pairs) - better - worse)


def _words(back: LookBack, start: Position | None) -> Iterable[str]:
    """What moved most."""
    if back.before is None:
        first = back.months[0].label
        yield f"{first} was the first month reported, so there is no earlier position."
    if start is None:
        return
    yield _in_short(start, back.now)
    if _moves(start, back.now.milestones).same < len(back.now.milestones):
        yield from _where_most(start, back.now)


def _in_short(start: Position, now: Position) -> str:
    """How many milestones moved, and which way."""
    moves = _moves(start, now.milestones)
    if not moves.total:
        return "No milestone of the plan belongs here."
    if moves.same == moves.total:
        return f"No milestone has a better or a worse status than at the end of {start.month.label}."
    completed = {0: "none was", 1: "1 was"}.get(moves.completed, f"{moves.completed} were")
    parts = [f"{completed} completed since the end of {start.month.label}"]
    parts += [f"{moves.improved} {'other' if moves.improved == 1 else 'others'} improved"] * bool(moves.improved)
    parts += [f"{moves.worsened} worsened"] * bool(moves.worsened)
    parts += [f"{moves.same} did neither"] * bool(moves.same)
    return f"Of {count(moves.total, 'milestone')}, {listed(parts)}."


def _where_most(start: Position, now: Position) -> Iterable[str]:
    """Which area had most milestones completed, and in which most worsened; nothing on a slice of one area."""
    by_area = {a.ref: _moves(start, now.under(a.ref)) for a in now.plan.areas if now.under(a.ref)}
    if len(by_area) < 2:
        return
    completed = _most({ref: moves.completed for ref, moves in by_area.items()})
    worsened = _most({ref: moves.worsened for ref, moves in by_area.items()})
    if completed:
        ref, number = completed
        also = f", and more worsened ({worsened[1]})" if worsened and worsened[0] == ref else ""
        yield f"Area {ref} had more completed than any other, {number} of its {by_area[ref].total}{also}."
    if worsened and (not completed or worsened[0] != completed[0]):
        ref, number = worsened
        yield f"In area {ref} more worsened than in any other, {number} of its {by_area[ref].total}."


def _most(numbers: dict[str, int]) -> tuple[str, int] | None:
    """The area with the highest number, and that number; None where two have it, or none has more than one."""
    most = max(numbers.values())
    first = [ref for ref, number in numbers.items() if number == most]
    return (first[0], most) if most > 1 and len(first) == 1 else None


def _worsened(start: Position, now: Position, settings: Settings) -> Iterable[Worsened]:
    """The milestones that ended worse than they began, the most worrying status first."""
    worse = [
        s for s in now.milestones if s.ref in start.milestone and s.status.rank > start.milestone[s.ref].status.rank
    ]
    for status in sorted({s.status for s in worse}, key=lambda status: -status.rank):
        yield Worsened(chip(status, settings), tuple(milestone_ref(s.ref) for s in worse if s.status is status))


def _areas(stood: tuple[Position, ...], settings: Settings) -> Iterable[AreaMonths]:
    for area in stood[-1].plan.areas:
        known = [(p.month.label, p.standings[area.ref].status) for p in stood if area.ref in p.standings]
        if len(known) == len(stood):
            yield AreaMonths(
                ref=area.ref,
                anchor=f"area-{area.ref}",
                title=area.short_title,
                chips=tuple(chip(status, settings) for _, status in known),
                runs=tuple(
                    Run(chip(status, settings), _span([label for label, _ in group]))
                    for status, group in groupby(known, key=lambda pair: pair[1])
                ),
            )


def _span(labels: list[str]) -> str:
    """Months that follow each other, in words: "June to August 2023", "November 2022 to February 2023"."""
    first, last = labels[0], labels[-1]
    if first == last:
        return first
    return f"{first.partition(' ')[0] if first[-4:] == last[-4:] else first} to {last}"
