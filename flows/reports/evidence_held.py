"""Evidence held against the evidence that the plan expects: for each focus area how much, how much is new, the gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.model import FocusArea, Promise
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed
from flows.position.look_back import LookBack
from flows.position.model import EvidenceItem, Position


@dataclass(frozen=True, slots=True)
class Gap:
    """An item of expected evidence with nothing against it."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One focus area: how many of its expected items are held, how many of those are new, and which are not."""

    ref: str
    area_ref: str
    title: str
    expected: int
    held: int
    new: int
    gaps: tuple[Gap, ...]

    @property
    def held_words(self) -> str:
        """Held, with its denominator: 8 of 11."""
        return f"{self.held} of {self.expected}"


@dataclass(frozen=True, slots=True)
class EvidenceHeld:
    """The evidence held: sentences on the whole, and a row for each focus area that expects any.

    `period` heads the column of what is new; `without` says which focus areas expect none.
    """

    summary: tuple[str, ...]
    period: str
    rows: tuple[HeldRow, ...]
    total: HeldRow
    without: str

    def of_area(self, area_ref: str) -> tuple[HeldRow, ...]:
        """The rows of one area of concern."""
        return tuple(row for row in self.rows if row.area_ref == area_ref)


def evidence_held(back: LookBack, settings: Settings, span: str) -> EvidenceHeld:
    """Evidence held against evidence expected at the end of the look back; `span` is its kind, "quarter" or "year"."""
    before, now = held_refs(back.before), held_refs(back.now)
    focus_areas = back.now.plan.focus_areas
    rows = tuple(row for focus in focus_areas if (row := _row(focus, back, before, now)).expected)
    numbers = (sum(row.expected for row in rows), sum(row.held for row in rows), sum(row.new for row in rows))
    return EvidenceHeld(
        summary=(*_summary(back, before, now), *_sent_words(back, settings, span)),
        period=f"New in the {span}",
        rows=rows,
        total=HeldRow("", "", "All", *numbers, ()),
        without=_without([f.ref for f in focus_areas if f.ref not in {row.ref for row in rows}]),
    )


def expected_of(position: Position, focus_ref: str = "") -> tuple[Promise, ...]:
    """The items of evidence that the plan expects, of one focus area or of all."""
    items = (p for p in position.plan.promises if p.kind == "evidence")
    return tuple(p for p in items if focus_ref in ("", p.focus_ref))


def held_refs(position: Position | None) -> frozenset[str]:
    """The items of expected evidence that have accepted evidence against them; none where there is no position."""
    if position is None:
        return frozenset()
    met = {ref for item in position.evidence if item.accepted for ref in item.meets}
    return frozenset(p.ref for p in expected_of(position) if p.ref in met)


def _row(focus: FocusArea, back: LookBack, before: frozenset[str], now: frozenset[str]) -> HeldRow:
    expected = expected_of(back.now, focus.ref)
    held = [p for p in expected if p.ref in now]
    return HeldRow(
        ref=focus.ref,
        area_ref=focus.area_ref,
        title=focus.title,
        expected=len(expected),
        held=len(held),
        new=sum(p.ref not in before for p in held),
        gaps=tuple(Gap(p.ref, p.text.rstrip(".")) for p in expected if p.ref not in now),
    )


def _without(refs: list[str]) -> str:
    if not refs:
        return ""
    return f"The plan names no expected evidence for focus area{'s' if len(refs) > 1 else ''} {listed(refs)}."


def _summary(back: LookBack, before: frozenset[str], now: frozenset[str]) -> Iterable[str]:
    """How many of the expected items are held, how many more than before, and which are held no more."""
    expected, held = len(expected_of(back.now)), len(now)
    if not expected:
        yield "The plan names no expected evidence."
        return
    whole = f"All {expected}" if held == expected > 1 else f"{held or 'None'} of {expected}"
    since = f", {_compared(held - len(before))} at the end of {back.before.month.label}" if back.before else ""
    yield f"{whole} expected items {'is' if held == 1 else 'are'} held{since}."
    lost = [p.ref for p in expected_of(back.now) if p.ref in before - now]
    if lost:
        yield f"Held at the end of {back.months[0].previous().label} and held no more: {listed(lost)}."


def _compared(more: int) -> str:
    return f"{more} more than" if more > 0 else f"{-more} fewer than" if more < 0 else "as many as"


def _sent_words(back: LookBack, settings: Settings, span: str) -> Iterable[str]:
    """How much evidence came in over the period, how much of it was not accepted or is old, and what was withdrawn."""
    sent = [item for item in back.now.evidence if item.month in back.months]
    if not sent:
        yield f"No evidence came in during the {span}."
    else:
        refused = sum(not item.accepted for item in sent)
        said = f"{count(len(sent), 'item')} of evidence came in during the {span}"
        yield f"{said}; {_refused_words(refused, len(sent))}."
        old = _too_old(back, sent)
        if old:
            months = count(settings.status.rules.evidence_stale_months, "month")
            dated = "One of the accepted items is" if old == 1 else f"{old} of the accepted items are"
            yield f"{dated} dated more than {months} before the return that brought {'it' if old == 1 else 'them'}."
    counted_before = {item.number for item in back.before.evidence if item.accepted} if back.before else set()
    gone = sum(item.number in counted_before and not item.accepted for item in back.now.evidence)
    if gone:
        yield f"{count(gone, 'item')} that counted on {day(_eve(back))} {'counts' if gone == 1 else 'count'} no more."


def _eve(back: LookBack) -> dt.date:
    return back.months[0].previous().last_day


def _refused_words(refused: int, sent: int) -> str:
    if not refused:
        return "it was accepted" if sent == 1 else "all were accepted"
    if refused == sent:
        return "it was not accepted" if sent == 1 else "none was accepted"
    return f"{sent - refused} {'was' if sent - refused == 1 else 'were'} accepted and {refused} {'was' if refused == 1 else 'were'} not"


def _too_old(back: LookBack, sent: list[EvidenceItem]) -> int:
    """How many of the accepted items were found too old for what they are to show when they came in."""
    old = {f.about for p in back.positions for f in p.findings if f.code == "evidence.too-old"}
    return sum(item.accepted and item.number in old for item in sent)
