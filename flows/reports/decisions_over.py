"""What the board was asked and what it decided: in a month's report, and over a quarter or a year with what came of it.

An ask and its answer share a number. Whether an answer refuses what was asked is told by the words it begins with
("Not approved", "Not moved"): a return has no column for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.periods import Month
from flows.plan.references import split_references
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed, sentence
from flows.position.look_back import LookBack
from flows.position.model import Decision, Position
from flows.reports.decisions_came import (
    AGAIN,
    AHEAD,
    AWAITED,
    KEPT,
    LATE,
    MISSED,
    UNKNOWN,
    WITHOUT_EFFECT,
    came_of,
    moves_a_date,
    outcome_of,
    refs_of,
    was_done_before,
)
from flows.reports.parts import NONE_GIVEN, Chip, Ref, chip, plan_ref
from flows.reports.sources import Cells

ANSWERS = ("decision", "date change")
"""The kinds of row that answer an ask."""

_REFUSAL = re.compile(
    r"(?:not (?:approved|agreed|moved|accepted|supported|granted)|refused|rejected|declined|turned down)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision the board took, or a date it moved; `asked` is what it had been asked under the same number, and
    when. Of an ask that has no answer yet, `dated` is the month in which it was asked."""

    number: str
    dated: str
    about: Ref
    text: str
    source: Cells
    asked: str = ""


def decided(position: Position) -> Iterable[DecisionRow]:
    """What the board decided since the last report, as this month's return of the improvement group says."""
    for decision in position.decisions:
        if decision.month == position.month and decision.kind.casefold() in ANSWERS:
            yield DecisionRow(
                number=decision.number,
                dated=day(decision.dated) if decision.dated else NONE_GIVEN,
                about=plan_ref(decision.about, position),
                text=_text(decision),
                source=(decision.origin,),
                asked=_asked(decision.number, position),
            )


def _text(decision: Decision) -> str:
    """The words of a decision, and the new due date where they do not give it."""
    new = day(decision.new_date) if decision.new_date and decision.kind.casefold() in ANSWERS else ""
    moved = f"New due date: {new}." if new and new not in decision.text else ""
    return " ".join(part for part in (sentence(decision.text), moved) if part)


def _asked(number: str, position: Position) -> str:
    """What the board had been asked under a number, and in which month's report; "" where it decided unasked."""
    asks = (d for d in position.decisions if number and d.number == number and is_ask(d))
    ask = next((d for d in asks if d.month <= position.month), None)
    return f"Asked in the report for {ask.month.label}: {sentence(ask.text)}" if ask else ""


def open_asks(position: Position) -> Iterable[DecisionRow]:
    """Asks of earlier months that are still open: no answer of the board is on record."""
    for ask in position.decisions:
        if is_ask(ask) and ask.month < position.month and is_open(ask, position):
            about = plan_ref(ask.about, position)
            yield DecisionRow(ask.number, ask.month.label, about, sentence(ask.text), (ask.origin,))


def is_ask(decision: Decision) -> bool:
    """Whether a row asks the board for something."""
    return decision.kind.casefold() == "ask"


def answers_to(ask: Decision, position: Position) -> tuple[Decision, ...]:
    """The decisions and changes of date on record under the number of an ask."""
    return tuple(d for d in position.decisions if d.number == ask.number and d.kind.casefold() in ANSWERS)


def is_open(ask: Decision, position: Position) -> bool:
    """Whether an ask has neither been answered nor closed."""
    return ask.state.casefold() in ("", "open") and not answers_to(ask, position)


def is_refusal(decision: Decision) -> bool:
    """Whether a decision refuses what was asked: its words begin so."""
    return decision.kind.casefold() == "decision" and bool(_REFUSAL.match(decision.text.strip()))


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A decision of the board: what it had been asked and when, what it decided, and what came of it. `chip` is the
    status today of the milestone that it is about, None where there is none or it was done before."""

    number: str
    dated: str
    about: Ref
    asked: str
    text: str
    came: str
    chip: Chip | None
    source: Cells


@dataclass(frozen=True, slots=True)
class AskRow:
    """An ask without an answer, and how long it has been open."""

    number: str
    asked: str
    about: Ref
    text: str
    age: str
    source: Cells


@dataclass(frozen=True, slots=True)
class DecisionsOver:
    """What the board decided in the period; dates it had moved before that fell in the period; asks without an answer."""

    sentences: tuple[str, ...]
    taken: tuple[TakenRow, ...]
    fell_due: tuple[TakenRow, ...]
    unanswered: tuple[AskRow, ...]


def decisions_over(back: LookBack, settings: Settings, span: str) -> DecisionsOver:
    """Decisions asked and taken over a quarter or a year (`span`), with where each stands at its end."""
    seen = _first_months(back)
    now = back.now
    taken = [d for d in now.decisions if _is_taken(d) and seen[_key(d)] in back.months]
    fell_due = [d for d in now.decisions if moves_a_date(d) and d not in taken and back.holds(d.new_date)]
    asked = [d for d in now.decisions if is_ask(d) and seen[_key(d)] in back.months]
    unanswered = [
        d for d in now.decisions if is_ask(d) and (is_open(d, now) or (d in asked and not answers_to(d, now)))
    ]
    return DecisionsOver(
        sentences=(
            _asks_words(asked, now, span),
            _taken_words(taken, span),
            *_dates_words([d for d in (*taken, *fell_due) if moves_a_date(d)], now),
            *_earlier_words([d for d in unanswered if d not in asked], seen),
        ),
        taken=tuple(_taken_row(d, now, settings, seen) for d in taken),
        fell_due=tuple(_taken_row(d, now, settings, seen) for d in fell_due),
        unanswered=tuple(_ask_row(d, now, seen[_key(d)]) for d in unanswered),
    )


_Key = tuple[str, str]


def _key(decision: Decision) -> _Key:
    """What tells decisions apart, as the position does: kind and number, or the place of one without a number."""
    return decision.kind.casefold(), decision.number or str(decision.origin)


def _first_months(back: LookBack) -> dict[_Key, Month]:
    """The month in which each row was first on record: one that is sent again is no newer for it."""
    first: dict[_Key, Month] = {}
    for position in (back.before, *back.positions):
        for decision in position.decisions if position else ():
            first.setdefault(_key(decision), decision.month)
    return first


def _is_taken(decision: Decision) -> bool:
    return decision.kind.casefold() in (*ANSWERS, "new limits")


def _taken_row(decision: Decision, now: Position, settings: Settings, seen: dict[_Key, Month]) -> TakenRow:
    asks = [d for d in now.decisions if is_ask(d) and decision.number and d.number == decision.number]
    asked = f"Asked in {seen[_key(asks[0])].label}: {sentence(asks[0].text)}" if asks else ""
    state = next((now.milestone[ref] for ref in refs_of(decision) if ref in now.milestone), None)
    status = state.status if state and not was_done_before(state, decision) else None
    return TakenRow(
        number=decision.number or NONE_GIVEN,
        dated=day(decision.dated) if decision.dated else NONE_GIVEN,
        about=_about(decision, now),
        asked=asked,
        text=_text(decision),
        came=came_of(decision, now),
        chip=chip(status, settings) if status else None,
        source=(decision.origin, *(ask.origin for ask in asks[:1])),
    )


def _about(decision: Decision, now: Position) -> Ref:
    """What a decision is about; of several references the first stands for all, if they lie in one focus area."""
    refs = split_references(decision.about)[0]
    return plan_ref(refs[0] if refs else decision.about, now)


def _ask_row(ask: Decision, now: Position, since: Month) -> AskRow:
    months = now.month.months_since(since)
    age = f"Open for {count(months, 'month')}" if months else "Asked with this report"
    return AskRow(
        number=ask.number or NONE_GIVEN,
        asked=since.label,
        about=_about(ask, now),
        text=sentence(ask.text),
        age=age if is_open(ask, now) else "Closed, with no answer on record",
        source=(ask.origin,),
    )


def _asks_words(asked: list[Decision], now: Position, span: str) -> str:
    if not asked:
        return f"This {span}’s reports asked the board for no decision."
    answered = sum(bool(answers_to(d, now)) for d in asked)
    waiting = sum(is_open(d, now) for d in asked)
    told = ((answered, "answered"), (waiting, "open"), (len(asked) - answered - waiting, "closed without an answer"))
    words = listed(f"{_of_all(n, len(asked))} {'is' if n == 1 else 'are'} {what}" for n, what in told if n)
    return f"This {span}’s reports asked the board for {count(len(asked), 'decision')}: {words}."


def _of_all(number: int, total: int) -> str:
    """A part of a whole, in a list of parts that add up to it: "all" where it is the only part."""
    return "it" if number == total == 1 else "all" if number == total else str(number)


def _taken_words(taken: list[Decision], span: str) -> str:
    """How many decisions were recorded, of which kinds."""
    if not taken:
        return f"No decision of the board was recorded this {span}."
    moved = sum(moves_a_date(d) for d in taken)
    refused = sum(is_refusal(d) for d in taken)
    limits = sum(d.kind.casefold() == "new limits" for d in taken)
    told = (
        (moved, "moved a date"),
        (refused, "refused what was asked"),
        (limits, "set new limits for charts"),
        (len(taken) - moved - refused - limits, "settled something else"),
    )
    recorded = f"{count(len(taken), 'decision was', 'decisions were')} recorded"
    if told[-1][0] == len(taken):
        return f"{recorded}."
    return f"{recorded}: {listed(f'{_of_all(n, len(taken))} {what}' for n, what in told if n)}."


_COUNTED = (
    ((KEPT,), ("was kept", "were kept")),
    ((LATE, MISSED), ("was missed", "were missed")),
    ((AHEAD,), ("is still ahead", "are still ahead")),
    ((AWAITED,), ("awaits evidence", "await evidence")),
    ((AGAIN,), ("was moved again", "were moved again")),
    ((WITHOUT_EFFECT, UNKNOWN), ("cannot be followed here", "cannot be followed here")),
)


def _dates_words(changes: list[Decision], now: Position) -> Iterable[str]:
    """What became of the dates that the board moved."""
    found = [outcome_of(d, now) for d in changes]
    told = [(sum(found.count(kind) for kind in kinds), words) for kinds, words in _COUNTED]
    said = [(n, words[n > 1]) for n, words in told if n]
    if len(changes) == 1:
        yield f"The one new date that was set or fell due {said[0][1]}."
    elif len(said) == 1:
        yield f"{'Both' if len(changes) == 2 else f'All {len(changes)}'} new dates that were set or fell due {said[0][1]}."
    elif changes:
        yield f"Of {len(changes)} new dates that were set or fell due, {listed(f'{n} {words}' for n, words in said)}."


def _earlier_words(earlier: list[Decision], seen: dict[_Key, Month]) -> Iterable[str]:
    """Asks from before the period that still have no answer."""
    if earlier:
        since = min(seen[_key(d)] for d in earlier).label
        named = listed(d.number or NONE_GIVEN for d in earlier)
        what = "One earlier ask is" if len(earlier) == 1 else f"{len(earlier)} earlier asks are"
        yield f"{what} still open: {named}, {'since' if len(earlier) == 1 else 'the oldest since'} {since}."
