"""Progress over a period: how statuses moved, what was planned and what became of it, and what was done.

Planned is what was first agreed: a due day counts in the period in which it fell as first agreed, also where the board
has moved it since, so that a moved date does not vanish from the count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flows.plan.settings import Settings
from flows.plan.words import count, day, days, listed, sentence
from flows.position.look_back import LookBack
from flows.position.model import Claim, EvidenceItem, MilestoneState, Status
from flows.reports.due_days import DueDay, Outcome, due_days, never_due
from flows.reports.movement import StatusMovement, status_movement
from flows.reports.parts import Chip, Ref, chip, milestone_ref, partner_names, waiting_for
from flows.reports.sources import Cells, claimed, said_of

MOST_DAYS = 4
"""So many due days of one milestone are listed; of more, how many and the last."""

MOST_REFS = 5
"""So many references stand in a sentence."""

COUNTING = "Each due day of a recurring milestone counts by itself; ongoing work is never due."


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the due days that were planned for the period: the last five add up to `planned`."""

    ref: str
    anchor: str
    title: str
    planned: int
    in_time: int
    late: int
    awaited: int
    moved: int
    not_done: int


@dataclass(frozen=True, slots=True)
class MissedRow:
    """A due day that was planned and is not shown to be done."""

    ref: Ref
    title: str
    planned: str
    chip: Chip
    expected: str
    what: str
    whose: str
    source: Cells


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A milestone shown to be done in the period: the days first agreed, those on which it was done, and the evidence
    that is held."""

    ref: Ref
    title: str
    due: tuple[str, ...]
    done: tuple[str, ...]
    evidence: str
    source: Cells


@dataclass(frozen=True, slots=True)
class PlannedAndDone:
    """What was planned and what became of it, of an area or of all. `missed` is empty where the words have said that all
    was met; `no_done` is said where nothing was done."""

    tally: Tally
    words: tuple[str, ...]
    missed: tuple[MissedRow, ...]
    done: tuple[DoneRow, ...]
    no_done: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress over a period. `areas` holds each area's part by its reference; `tallies` are those of the areas."""

    period: str
    span: str
    movement: StatusMovement
    whole: PlannedAndDone
    tallies: tuple[Tally, ...]
    counting: str
    areas: dict[str, PlannedAndDone]


def progress(back: LookBack, settings: Settings, span: str) -> Progress:
    """Progress over the months looked back on; `span` is what the report calls them ("quarter", "year")."""
    before = due_days(back.before) if back.before else ()
    view = _View(back, settings, due_days(back.now), {d.key: d for d in before})
    plan = back.now.plan
    areas = {
        area.ref: _part(view, [d for d in view.now if plan.area_of(d.ref) == area.ref], area.ref, area.short_title)
        for area in plan.areas
    }
    return Progress(
        period=back.label,
        span=span,
        movement=status_movement(back, settings, span),
        whole=_part(view, view.now, "", "All"),
        tallies=tuple(part.tally for part in areas.values()),
        counting=COUNTING,
        areas=areas,
    )


@dataclass(frozen=True, slots=True)
class _View:
    """What the period is looked at with: the due days at its end, and as they stood before it, by their key."""

    back: LookBack
    settings: Settings
    now: tuple[DueDay, ...]
    before: dict[tuple[str, object], DueDay]

    @property
    def when(self) -> str:
        """From June to August 2023."""
        return f"{'From' if len(self.back.months) > 1 else 'In'} {self.back.label}"

    def status_before(self, due: DueDay) -> Status | None:
        earlier = self.before.get(due.key)
        return earlier.status if earlier else None


def _part(view: _View, found: Sequence[DueDay], ref: str, title: str) -> PlannedAndDone:
    planned = [d for d in found if view.back.holds(d.first)]
    missed = [d for d in planned if not d.is_done]
    done = [d for d in found if d.is_done and view.status_before(d) is not Status.COMPLETE]
    also = [s for s in _never_due_but_done(view) if ref in ("", view.back.now.plan.area_of(s.ref))]
    tally = _tally(planned, ref, title)
    return PlannedAndDone(
        tally=tally,
        words=(*_words(view, tally, found, done), *_also_done(also)),
        missed=tuple(_missed_row(view, d) for d in sorted(missed, key=_worst_first)),
        done=(*_done_rows(done), *map(_never_due_row, also)),
        no_done="" if done or also else "Nothing was shown to be done in these months.",
    )


def _tally(planned: Iterable[DueDay], ref: str, title: str) -> Tally:
    found = Counter(d.outcome for d in planned)
    return Tally(
        ref=ref,
        anchor=f"area-{ref}" if ref else "",
        title=title,
        planned=found.total(),
        in_time=found[Outcome.IN_TIME],
        late=found[Outcome.LATE],
        awaited=found[Outcome.AWAITED],
        moved=found[Outcome.MOVED],
        not_done=found[Outcome.NOT_DONE],
    )


def _words(view: _View, tally: Tally, found: Sequence[DueDay], done: Sequence[DueDay]) -> Iterable[str]:
    yield _planned_words(view, tally)
    yield from _earlier_words(view, found)
    if done:
        early = sum(d.done is not None and d.done < view.back.first_day for d in done)
        were = "day was" if len(done) == 1 else "days were"
        of_these = f"; {early} of these had been done before {view.back.months[0].label}" if early else ""
        yield f"In these months {len(done)} due {were} shown to be done, with evidence{of_these}."
    yield from _without_evidence(view, found)


def _planned_words(view: _View, tally: Tally) -> str:
    """What became of what was planned. Counts that are nought are left out."""
    if not tally.planned:
        return f"{view.when} nothing fell due by the plan as first agreed."
    parts = [
        (number, words)
        for number, words in (
            (tally.in_time, "met on time"),
            (tally.late, "met late"),
            (tally.awaited, "said complete without evidence"),
            (tally.moved, "moved by the board"),
            (tally.not_done, "not met"),
        )
        if number
    ]
    if tally.planned == 1:
        return f"{view.when} the plan as first agreed had one due day, {parts[0][1]}."
    plan = f"{view.when} the plan as first agreed had {tally.planned} due days"
    if len(parts) == 1:
        return f"{plan}, {_all(tally.planned)} {parts[0][1]}."
    first, *others = (f"{number} {words}" for number, words in parts)
    was = "was" if parts[0][0] == 1 else "were"
    met = listed([first.replace(" ", f" {was} ", 1), *others])
    return f"{plan}. Of these, {met}."


def _all(number: int) -> str:
    return "both" if number == 2 else "all"


def _earlier_words(view: _View, found: Sequence[DueDay]) -> Iterable[str]:
    """What had been due before the period: open when it began, or, where the plan began with it, from before that."""
    earlier = [d for d in found if d.first < view.back.first_day]
    began = view.back.months[0].label
    if view.back.before is not None:
        earlier = [d for d in earlier if view.status_before(d) is not Status.COMPLETE]
        said = f"{_days_said(len(earlier), 'earlier')} still open when {began} began"
    else:
        said = f"{_days_said(len(earlier), 'more')} before {began}, when reporting began"
    if not earlier:
        return
    left = list(dict.fromkeys(d.ref for d in earlier if not d.is_done))
    done = sum(d.is_done for d in earlier)
    if not left:
        yield f"{said}; {'it is' if done == 1 else f'{_all(done)} are'} now shown to be done."
    elif not done:
        yield f"{said}; {_none(len(earlier))} shown to be done yet."
    else:
        open_ = listed(left) if len(left) <= MOST_REFS else str(len(earlier) - done)
        are = "is" if len(left) == 1 else "are"
        yield f"{said}; {done} {'is' if done == 1 else 'are'} now shown to be done, {open_} {are} not."


def _none(number: int) -> str:
    return {1: "it is not", 2: "neither is"}.get(number, "none is")


def _days_said(number: int, which: str) -> str:
    """One earlier due day was, 7 earlier due days were."""
    return f"{'One' if number == 1 else number} {which} due {'day was' if number == 1 else 'days were'}"


def _without_evidence(view: _View, found: Sequence[DueDay]) -> Iterable[str]:
    """What was said complete in the period, and is not among what was planned for it: no evidence of it is held."""
    new = [
        d.ref
        for d in found
        if d.status is Status.EVIDENCE_AWAITED
        and not view.back.holds(d.first)
        and view.status_before(d) not in (Status.EVIDENCE_AWAITED, Status.COMPLETE)
    ]
    if new:
        were = "was" if len(new) == 1 else "were"
        yield f"Of what was due at other times, {listed(dict.fromkeys(new))} {were} said complete without evidence."


def _worst_first(due: DueDay) -> tuple[int, object]:
    order = (Outcome.NOT_DONE, Outcome.AWAITED, Outcome.MOVED)
    return order.index(due.outcome), due.first


def _missed_row(view: _View, due: DueDay) -> MissedRow:
    return MissedRow(
        ref=milestone_ref(due.ref),
        title=due.state.milestone.title,
        planned=day(due.first),
        chip=chip(due.status, view.settings),
        expected=_expected(due),
        what=" ".join(_what(view, due)),
        whose=waiting_for(due.state, view.back.now),
        source=claimed(due.occurrence.claims, due.state),
    )


def _expected(due: DueDay) -> str:
    """When it is now expected; "" where it is said complete."""
    if due.outcome is Outcome.AWAITED:
        return ""
    if due.forecast:
        return f"Forecast for {day(due.forecast)}."
    if due.occurrence.forecast:
        return f"Its forecast, {day(due.occurrence.forecast)}, has passed."
    return "No forecast."


def _what(view: _View, due: DueDay) -> Iterable[str]:
    """What has become of it, and what its partners say stands in the way, else what they did."""
    if due.outcome is Outcome.AWAITED:
        yield due.occurrence.judgement.reason
    if due.is_moved and due.moves:
        last = due.moves[-1]
        number = f" ({last.number})" if last.number else ""
        on = f" on {day(last.dated)}" if last.dated else ""
        yield f"The board moved it{on}{number} to {day(due.occurrence.due) if due.occurrence.due else 'no date'}."
    if due.outcome is Outcome.NOT_DONE and due.occurrence.due:
        over = (due.as_at - due.occurrence.due).days
        yield f"{days(over)} overdue." if over else f"Due on the last day of {view.back.now.month.label}."
    yield from _told(view, due)


def _told(view: _View, due: DueDay) -> Iterable[str]:
    """The partners' own latest words, with the month where they are not of the last."""
    claims = due.occurrence.claims
    newest = max((c.month for c in claims), default=None)
    if newest is None:
        yield "Nothing has been reported of it."
        return
    told = [(c, words) for c in claims if c.month == newest and (words := what_is_needed(c) or c.progress)]
    if newest != view.back.now.month:
        yield f"Last update for {newest.label}."
    for claim, words in told:
        name = f"{partner_names(view.back.now, (claim.partner,))}: " if len(due.state.milestone.partners) > 1 else ""
        yield f"{name}{sentence(words)}"


def what_is_needed(claim: Claim) -> str:
    """What stands in the way or is needed, without a "none" before or in place of it."""
    return re.sub(r"^(?:none|nothing|no|n/a)(?:[:.;,]\s*|$)", "", claim.help_needed.strip(), flags=re.IGNORECASE)


def _done_rows(done: Iterable[DueDay]) -> Iterable[DoneRow]:
    """One row for each milestone, with all its due days that were done."""
    for ref, group in groupby(done, key=lambda d: d.ref):
        found = list(group)
        many = len(found) > MOST_DAYS
        last = found[-1]
        yield DoneRow(
            ref=milestone_ref(ref),
            title=last.state.milestone.title,
            due=(f"{len(found)} due days",) if many else tuple(day(d.first) for d in found),
            done=(f"The last on {day(last.done)}",)
            if many and last.done
            else tuple(day(d.done) for d in found if d.done),
            evidence=_held(item for d in found for item in d.occurrence.evidence),
            source=claimed((c for d in found for c in d.occurrence.claims), last.state),
        )


def _held(items: Iterable[EvidenceItem]) -> str:
    return f"{count(len({item.number for item in items if item.accepted}), 'item')} held"


def _never_due_but_done(view: _View) -> list[MilestoneState]:
    """What has no due day, and was shown to be done in the period."""
    before = {s.ref: s.status for s in view.back.before.milestones} if view.back.before else {}
    done = [s for s in never_due(view.back.now) if s.status is Status.COMPLETE]
    return [s for s in done if before.get(s.ref) is not Status.COMPLETE]


def _also_done(states: Sequence[MilestoneState]) -> Iterable[str]:
    if states:
        yield f"Also shown to be done, without a due day: {listed(s.ref for s in states)}."


def _never_due_row(state: MilestoneState) -> DoneRow:
    done = state.current.completed_on
    return DoneRow(
        ref=milestone_ref(state.ref),
        title=state.milestone.title,
        due=("No due day",),
        done=(day(done),) if done else (),
        evidence=_held(state.current.evidence),
        source=said_of(state),
    )
