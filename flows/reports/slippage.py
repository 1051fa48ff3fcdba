"""Slippage against the dates first agreed: how much, how often the board moved a date, and whose decision it was."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.settings import Settings
from flows.plan.words import count, day, days, figure, listed
from flows.position.look_back import LookBack
from flows.position.model import Decision, Position, Status
from flows.reports.due_days import DueDay, all_days, date_moves, refused_moves
from flows.reports.parts import Chip, Ref, chip, milestone_ref, partner_names
from flows.reports.sources import Cells, claimed


@dataclass(frozen=True, slots=True)
class SlippageRow:
    """A due day that the board was asked to move or did, or that is still open. `history` tells what was first agreed,
    what the board decided, and when it was done or is forecast; `new` marks what is new in the period."""

    ref: Ref
    title: str
    history: tuple[str, ...]
    days: str
    chip: Chip
    new: str
    source: Cells


@dataclass(frozen=True, slots=True)
class LateRow:
    """A due day that was met late, without a decision of the board."""

    ref: Ref
    title: str
    first: str
    done: str
    days: str
    source: Cells


@dataclass(frozen=True, slots=True)
class LateRef:
    """The same, told shortly: it was done before the period."""

    ref: Ref
    days: str


@dataclass(frozen=True, slots=True)
class Slippage:
    """Slippage within the plan so far, worst first; `note` is how days are counted.

    What slipped stands in one of three places: `rows` holds what is open or was decided on, `done_late` what was done
    late in the period without a decision, `done_earlier` what was so before it.
    """

    words: tuple[str, ...]
    rows: tuple[SlippageRow, ...]
    done_late: tuple[LateRow, ...]
    done_earlier: tuple[LateRef, ...]
    note: str


@dataclass(frozen=True, slots=True)
class _Slip:
    """By how many days a due day slipped, at least, and what that is reckoned by."""

    due: DueDay
    days: int
    at_least: bool
    then: str


def slippage(back: LookBack, settings: Settings, span: str) -> Slippage:
    """Every milestone that was moved, missed its day or will, against the day first agreed."""
    now = back.now
    slips = sorted(_slips(now), key=lambda s: (-s.days, s.due.ref, s.due.first))
    earlier = {s.due.key for s in _slips(back.before)} if back.before else None
    done_before = {d.key for d in all_days(back.before) if d.done} if back.before else set()
    refused = refused_moves(now)
    new = {s.due.key for s in slips if earlier is not None and s.due.key not in earlier}
    told = [s for s in slips if s.then not in ("Done", "Said done") or s.due.moves or s.due.ref in refused]
    late = [s for s in slips if s not in told]
    open_ = any(s.at_least for s in slips)
    return Slippage(
        words=tuple(_words(back, span, slips, len(new))),
        rows=tuple(
            SlippageRow(
                ref=milestone_ref(slip.due.ref),
                title=slip.due.state.milestone.title,
                history=tuple(_history(slip, refused.get(slip.due.ref, ()), now)),
                days=_days(slip),
                chip=chip(slip.due.status, settings),
                new=f"New this {span}" if slip.due.key in new else "",
                source=(*_cells(slip), *(d.origin for d in (*slip.due.moves, *refused.get(slip.due.ref, ())))),
            )
            for slip in told
        ),
        done_late=tuple(_late_row(s) for s in late if s.due.key not in done_before),
        done_earlier=tuple(LateRef(milestone_ref(s.due.ref), days(s.days)) for s in late if s.due.key in done_before),
        note=f"“At least” counts to {day(now.period_end)}, where there is no forecast." if open_ else "",
    )


def _late_row(slip: _Slip) -> LateRow:
    due = slip.due
    return LateRow(
        milestone_ref(due.ref),
        due.state.milestone.title,
        day(due.first),
        day(due.done) if due.done else "",
        _days(slip),
        _cells(slip),
    )


def _cells(slip: _Slip) -> Cells:
    return claimed(slip.due.occurrence.claims, slip.due.state)


def _slips(position: Position) -> list[_Slip]:
    return [slip for due in all_days(position) if (slip := _slip(due))]


def _slip(due: DueDay) -> _Slip | None:
    """How far a due day has slipped; None where it has not and the board has not moved it. Ongoing work is never due,
    but its beginning may be moved."""
    first, now = due.first, due.occurrence.due
    if due.state.milestone.due.kind is DueKind.ONGOING:
        found = None
    elif due.done:
        found = _Slip(due, (due.done - first).days, False, "Done" if due.is_done else "Said done")
    elif due.forecast:
        found = _Slip(due, (due.forecast - first).days, False, "Forecast")
    elif now and now <= due.as_at and due.status is not Status.EVIDENCE_AWAITED:
        found = _Slip(due, max((due.as_at - first).days, 1), True, "Not done")
    else:
        found = None
    if found is None and due.is_moved and now:
        found = _Slip(due, (now - first).days, False, "Moved to")
    return found if found and (found.days > 0 or due.is_moved) else None


def _days(slip: _Slip) -> str:
    if slip.days <= 0:
        return f"{days(-slip.days)} early" if slip.days else "None"
    return f"At least {days(slip.days)}" if slip.at_least else days(slip.days)


def _history(slip: _Slip, refused: Sequence[Decision], position: Position) -> Iterable[str]:
    """What was first agreed, each decision of the board in its turn, and when it was done or will be."""
    due = slip.due
    yield f"First agreed for {day(due.first)}."
    decided = [(d, f"moved it to {day(d.new_date)}") for d in due.moves if d.new_date]
    decided += [(d, "refused a new date") for d in refused]
    for decision, what in sorted(decided, key=lambda pair: pair[0].dated or dt.date.min):
        yield f"The board {what} on {_on(decision)}."
    if len(due.moves) > 1:
        yield f"It has been moved {'twice' if len(due.moves) == 2 else f'{len(due.moves)} times'}."
    yield from _end(slip, bool(decided), position)
    yield from _beyond(slip)


def _end(slip: _Slip, decided: bool, position: Position) -> Iterable[str]:
    """When it was done, or whose forecast it is; without a decision of the board that is said."""
    due = slip.due
    if due.done:
        yield f"{slip.then} on {day(due.done)}."
    elif due.forecast:
        by = [c.partner for c in due.occurrence.claims if c.forecast == due.occurrence.forecast]
        names = listed(partner_names(position, (partner,)) for partner in by)
        own = "" if decided else "; no decision of the board"
        yield f"Forecast for {day(due.forecast)} by {names}{own}."
    elif slip.then == "Not done":
        yield f"Not done, and no forecast{'' if decided else '; no decision of the board'}."


def _on(decision: Decision) -> str:
    when = day(decision.dated) if decision.dated else "no date given"
    return f"{when} ({decision.number})" if decision.number else when


def _beyond(slip: _Slip) -> Iterable[str]:
    """By how much a date that the board approved was missed, or will be."""
    now = slip.due.occurrence.due
    if not slip.due.is_moved or now is None or slip.then == "Moved to":
        return
    after = slip.days - (now - slip.due.first).days
    if after > 0:
        yield f"{'At least ' if slip.at_least else ''}{days(after)} later than approved."


def _words(back: LookBack, span: str, slips: Sequence[_Slip], new: int) -> Iterable[str]:
    """How many slipped, by how much, what the board decided, and where most of it is."""
    now = back.now
    dated = {d.ref for d in all_days(now) if d.state.milestone.due.kind is not DueKind.ONGOING}
    worst: dict[str, _Slip] = {}
    for slip in slips:  # worst first
        if slip.days > 0 and slip.due.ref in dated:
            worst.setdefault(slip.due.ref, slip)
    if not dated:
        yield "No milestone here has a date from which it could slip."
        return
    yield f"{_how_many(len(worst), len(dated))} slipped from the day first agreed."
    yield from _how_much(list(worst.values()))
    if new:
        yield f"{'One is' if new == 1 else f'{new} are'} new this {span}."
    yield from _decided(back, span)
    yield from _where_most(now, dated, set(worst))


def _how_many(slipped: int, dated: int) -> str:
    if not slipped:
        return "The one dated milestone has not" if dated == 1 else f"None of {count(dated, 'dated milestone')} has"
    return f"{slipped} of {count(dated, 'dated milestone')} {'has' if slipped == 1 else 'have'}"


def _how_much(worst: Sequence[_Slip]) -> Iterable[str]:
    """The median and the largest; of a recurring milestone its worst due day."""
    if len(worst) < 2:
        return
    middle = statistics.median(s.days for s in worst)
    first = worst[0]
    largest = f"{'at least ' if first.at_least else ''}{days(first.days)} ({first.due.ref})"
    yield f"The median slippage is {figure(middle, 0 if middle == int(middle) else 1)} days; the largest is {largest}."


def _decided(back: LookBack, span: str) -> Iterable[str]:
    """How many new dates the board approved and refused, in the plan so far and in the period."""
    moves = [d for made in date_moves(back.now).values() for d in made]
    refused = [d for made in refused_moves(back.now).values() for d in made]
    if not moves and not refused:
        yield "The board has approved no new date and refused none."
        return
    approved = count(len(moves), "new date") if moves else "no new date"
    said = f"The board has approved {approved} and refused {len(refused) or 'none'}"
    if back.before is None:
        yield f"{said}."
        return
    lately = sum(back.holds(d.dated) for d in moves), sum(back.holds(d.dated) for d in refused)
    yield f"{said}; in this {span} it approved {lately[0] or 'none'} and refused {lately[1] or 'none'}."


def _where_most(position: Position, dated: set[str], slipped: set[str]) -> Iterable[str]:
    """The area and the accountable partner with most milestones that slipped."""
    plan = position.plan
    area = _most(dated, slipped, plan.area_of)
    partner = _most(dated, slipped, lambda ref: plan.milestone[ref].partners[0])
    if area:
        yield f"Area {area[0]} has most that slipped: {area[1]} of its {area[2]}."
    if partner:
        name = partner_names(position, (partner[0],))
        yield f"Of the partners that answer for milestones, {name} has most that slipped: {partner[1]} of its {partner[2]}."


def _most(dated: set[str], slipped: set[str], key: Callable[[str], str]) -> tuple[str, int, int] | None:
    """Which group has most of the slipped, how many, and how many milestones it has; None where none has most."""
    groups: dict[str, int] = {}
    for ref in slipped:
        groups[key(ref)] = groups.get(key(ref), 0) + 1
    ranked = sorted(groups.items(), key=lambda item: -item[1])
    if len({key(ref) for ref in dated}) < 2 or not ranked or ranked[0][1] < 2:
        return None
    if len(ranked) > 1 and ranked[1][1] == ranked[0][1]:
        return None
    group, number = ranked[0]
    return group, number, sum(key(ref) == group for ref in dated)
