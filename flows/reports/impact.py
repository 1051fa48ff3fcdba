"""Impacts promised to children and outcomes promised for the partnership, each set against what would show it.

What would show a promise is what names it: a measure by the plan's column "Shows", evidence and families' words by
their references. Measures of the same focus area that name no promise prove none. Nothing here says that a promise is
kept: a promise is shown so far by something on record, or it is not shown yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.plan.model import FocusArea, Promise
from flows.plan.settings import Settings
from flows.plan.words import count, day, sentence
from flows.position.look_back import LookBack
from flows.position.measure_state import MeasureState
from flows.position.model import EvidenceItem, Feedback, Position
from flows.reports.measure_words import baseline_words, change_words, chart_words, latest_words
from flows.reports.parts import partner_names
from flows.reports.scorecard import why_unsure_in
from flows.reports.sources import Cells, Told, figures, heard, held_to

SO_FAR, NOT_YET = "So far", "Not shown yet"

EVIDENCE_TOLD = 3
"""So many items of evidence are named beside a promise, the newest."""

QUOTED = 2
"""So many of the families' comments on a focus area are quoted, the newest."""

LONGEST_QUOTE = 110
"""Characters of a comment that are quoted at most."""

MARKS = {"impact": "impacts for children", "outcome": "outcomes for the partnership"}


@dataclass(frozen=True, slots=True)
class Unshown:
    """A promise of which nothing on record speaks."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a family said and what was done, quoted shortly."""

    said: str
    done: str
    dated: str
    source: Cells


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise that something on record bears on: the measures that would show it, with what they say; the evidence
    that names it; and families' words that name it. `state` is "So far", or "Not shown yet" while all are silent."""

    ref: str
    text: str
    state: str
    measures: tuple[Told, ...]
    evidence: tuple[Told, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class PromiseTable:
    """The promises of one kind in a focus area: those that something bears on, and those that nothing shows yet."""

    caption: str
    rows: tuple[PromiseRow, ...]
    unshown_words: str
    unshown: tuple[Unshown, ...]


@dataclass(frozen=True, slots=True)
class FocusImpacts:
    """What one focus area promised, set against what would show it; and what families said of the focus area."""

    ref: str
    area_ref: str
    title: str
    tables: tuple[PromiseTable, ...]
    quotes: tuple[Quote, ...]
    families: str


@dataclass(frozen=True, slots=True)
class Impacts:
    """Every impact and outcome of the focus areas asked for."""

    summary: tuple[str, ...]
    note: str
    focus_areas: tuple[FocusImpacts, ...]


def impacts(back: LookBack, settings: Settings, span: str, focus_ref: str = "") -> Impacts:
    """Impacts and outcomes against what would show them, of one focus area or of all; `span` is "quarter" or "year"."""
    focus_areas = [f for f in back.now.plan.focus_areas if focus_ref in ("", f.ref)]
    parts = tuple(part for focus in focus_areas if (part := _focus(focus, back, span)).tables)
    return Impacts(
        summary=tuple(_summary(back.now, [f.ref for f in focus_areas])),
        note=(
            "A measure or an item of evidence stands here only beside an impact or outcome that it is said to show. "
            "It tells how things are so far; it does not show that a promise is kept."
        ),
        focus_areas=parts,
    )


def on_record(position: Position) -> str:
    """Where things are looked for: a slice has not all of the record, and must not speak for it."""
    is_part = position.scope is not None and not position.scope.whole
    return "in this part of the record" if is_part else "on record"


def unshown_promises(position: Position, kind: str, focus_refs: Iterable[str] = ()) -> list[Promise]:
    """The impacts or outcomes of which nothing on record speaks, of some focus areas or of all."""
    return [p for p in _promised(position, kind, focus_refs) if not is_shown(p, position)]


def is_shown(promise: Promise, position: Position) -> bool:
    """Whether a figure, accepted evidence or families' words answered by "we did" name the promise."""
    measured = any(s.latest for s in _measures(promise, position))
    return measured or bool(_evidence(promise, position)) or bool(_answered(position, promise.ref))


def _promised(position: Position, kind: str = "", focus_refs: Iterable[str] = ()) -> list[Promise]:
    """Impacts and outcomes, in the order of the plan."""
    kinds, only = (kind,) if kind else tuple(MARKS), frozenset(focus_refs)
    promises = (p for p in position.plan.promises if p.kind in kinds)
    return [p for p in promises if not only or p.focus_ref in only]


def _summary(position: Position, focus_refs: Sequence[str]) -> Iterable[str]:
    """How many are promised of each kind, and of how many of them nothing on record speaks."""
    promised = {kind: len(_promised(position, kind, focus_refs)) for kind in MARKS} if focus_refs else {}
    if not any(promised.values()):
        yield "The plan promises no impact or outcome here."
    for kind, words in MARKS.items():
        number = promised.get(kind, 0)
        if number:
            unshown = len(unshown_promises(position, kind, focus_refs))
            yield f"{_said_of(number - unshown, number, words, on_record(position))}."
    measures = [m for m in position.plan.measures if m.focus_ref in focus_refs]
    if measures and any(promised.values()):
        showing = sum(bool(m.shows) for m in measures)
        are = "measure is" if len(measures) == 1 else "measures is" if showing == 1 else "measures are"
        yield f"{showing or 'None'} of {len(measures)} {are} named in the plan as showing one of these."


def _said_of(shown: int, number: int, words: str, record: str) -> str:
    """Something on record bears on 2 of 19 impacts for children; 17 are not shown yet."""
    one = words.replace("s ", " ", 1) if number == 1 else words
    if not shown:
        return f"Nothing {record} shows {_any_of(number)} {one} yet"
    if shown == number:
        return f"Something {record} bears on {'the one' if number == 1 else f'all {number}'} {one}"
    unshown = number - shown
    are = "is" if unshown == 1 else "are"
    return f"Something {record} bears on {shown} of {number} {one}; {unshown} {are} not shown yet"


def _focus(focus: FocusArea, back: LookBack, span: str) -> FocusImpacts:
    answered = [f for f in _answered(back.now, focus.ref) if f.month in back.months]
    tables = (_table(focus, kind, back) for kind in MARKS)
    return FocusImpacts(
        ref=focus.ref,
        area_ref=focus.area_ref,
        title=focus.title,
        tables=tuple(table for table in tables if table.rows or table.unshown),
        quotes=tuple(_quote(f, back.now) for f in answered[-QUOTED:]),
        families=_families(focus, len(answered), span),
    )


def _families(focus: FocusArea, answered: int, span: str) -> str:
    """What the quotes are; they are lived experience of the focus area, and prove no promise of it."""
    if not answered:
        return f"No comment from families about {focus.ref} was answered with “we did” in the {span}."
    which = f", the latest {QUOTED} quoted here" if answered > QUOTED else ""
    were = "was" if answered == 1 else "were"
    return f"{count(answered, 'comment')} from families about {focus.ref} {were} answered with “we did” in the {span}{which}:"


def _table(focus: FocusArea, kind: str, back: LookBack) -> PromiseTable:
    promised = _promised(back.now, kind, (focus.ref,))
    rows = tuple(row for p in promised if (row := _row(p, back)).measures or row.evidence or row.quotes)
    told = {row.ref for row in rows}
    silent = tuple(Unshown(p.ref, sentence(p.text)) for p in promised if p.ref not in told)
    words = MARKS[kind]
    return PromiseTable(
        caption=f"{words[0].upper()}{words[1:]} in {focus.ref}: what is on record",
        rows=rows,
        unshown_words=_unshown_words(len(silent), len(promised), words, on_record(back.now)),
        unshown=silent,
    )


def _unshown_words(silent: int, promised: int, words: str, record: str) -> str:
    if not silent:
        return ""
    one = words.replace("s ", " ", 1)
    if silent == promised:
        return f"Nothing {record} shows {_any_of(promised)} {one if promised == 1 else words} yet:"
    return f"Nothing {record} shows {silent} of the {promised} {words} yet:"


def _any_of(number: int) -> str:
    return "the one" if number == 1 else "either of the 2" if number == 2 else f"any of the {number}"


def _row(promise: Promise, back: LookBack) -> PromiseRow:
    position = back.now
    evidence = sorted(_evidence(promise, position), key=lambda e: (e.month, e.number), reverse=True)
    more = len(evidence) - EVIDENCE_TOLD
    told = [_evidence_words(item) for item in evidence[:EVIDENCE_TOLD]]
    return PromiseRow(
        ref=promise.ref,
        text=sentence(promise.text),
        state=SO_FAR if is_shown(promise, position) else NOT_YET,
        measures=tuple(_told(s, back) for s in _measures(promise, position)),
        evidence=(*told, Told(f"And {count(more, 'more item', 'more items')}.")) if more > 0 else tuple(told),
        quotes=tuple(_quote(f, position) for f in _answered(position, promise.ref)[-QUOTED:]),
    )


def _told(state: MeasureState, back: LookBack) -> Told:
    return Told(measure_words(state, back), (*figures(state.previous, state.latest), *held_to(state)))


def measure_words(state: MeasureState, back: LookBack) -> str:
    """What a measure says so far: the latest figure, what its change means, and how far it is from the baseline."""
    unsure = why_unsure_in(state, back)
    if state.latest is None:
        return f"{state.measure.title}: no figure has been returned yet."
    meaning = chart_words(state, unsure) or change_words(state, unsure)
    asked = "This figure is in question." if unsure == "in question" else ""
    told = sentence(state.latest.comment)
    comment = f"{partner_names(back.now, (state.measure.partner,))} says: {told}" if told else ""
    said = (latest_words(state), asked, meaning, baseline_words(state), comment)
    return f"{state.measure.title}: {' '.join(words for words in said if words)}"


def _measures(promise: Promise, position: Position) -> list[MeasureState]:
    return [s for s in position.measures if promise.ref in s.measure.shows]


def _evidence(promise: Promise, position: Position) -> list[EvidenceItem]:
    """Accepted items that name the promise."""
    return [e for e in position.evidence if e.accepted and promise.ref in (*e.supports, *e.meets)]


def _evidence_words(item: EvidenceItem) -> Told:
    dated = f", {day(item.dated)}" if item.dated else ""
    return Told(f"{item.title}{dated}. {sentence(item.shows)}".strip(), (item.origin,))


def _answered(position: Position, about: str) -> list[Feedback]:
    """Comments about a reference that were answered with "we did", each once under its words, by the newest answer."""
    newest: dict[str, Feedback] = {}
    for item in position.feedback:
        if item.about == about and item.we_did:
            words = " ".join(item.you_said.casefold().split())
            newest.pop(words, None)
            newest[words] = item
    return list(newest.values())


def _quote(item: Feedback, position: Position) -> Quote:
    return Quote(_short(item.you_said), _short(sentence(item.we_did)), item.month.label, heard([item], position))


def _short(text: str) -> str:
    """Words quoted shortly, cut between two of them."""
    text = " ".join(text.split())
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[: LONGEST_QUOTE - 1].rpartition(" ")[0].rstrip(" ,;:.") + "…"
