"""What must be known to use measures.xlsx: symbols, methods, and notes on single measures, numbered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.plan.words import day, listed, sentence
from flows.position.charting import SETTLED
from flows.position.control_charts import PROFILES
from flows.position.measure_state import MeasureState
from flows.reports.register import Field, RegisterSheet, View, sheet
from flows.reports.symbols import SYMBOLS


@dataclass(frozen=True, slots=True)
class Note:
    """One note: what kind it is, what it is about (a symbol, a measure's reference) and what it says."""

    kind: str
    about: str
    says: str


Numbered = tuple[int, Note]


def notes(view: View) -> tuple[Numbered, ...]:
    """Every note with its number, from 1: symbols first, then methods, then measures in the order of the plan."""
    of_measures = (note for state in view.position.measures for note in _on(state))
    return tuple(enumerate((*_symbols(), *_methods(view), *of_measures), start=1))


def marks(numbered: Iterable[Numbered]) -> dict[str, str]:
    """The numbers of the notes on each measure as its row shows them, by reference: "[note 12][note 13]"."""
    found: dict[str, str] = defaultdict(str)
    for number, note in numbered:
        found[note.about] += f"[note {number}]"
    return dict(found)


def _symbols() -> Iterator[Note]:
    for symbol, meaning in SYMBOLS.items():
        yield Note("Symbol", f"[{symbol}]", meaning)
    yield Note(
        "Symbol",
        "Where they stand",
        "A cell with a number holds the number and nothing else; what is to be known of it stands in the column Symbol "
        "of its row, each symbol in brackets of its own. Where there is no number its cell shows the symbol that says "
        "why. To read the tables by machine, have [c], [low], [u], [x] and [z] count as missing.",
    )
    yield Note("Symbol", "Empty cells", "Only cells for text, such as a comment, can be empty: nothing was written.")


def _methods(view: View) -> Iterator[Note]:
    chosen = view.settings.measures
    profile = PROFILES[chosen.profile]
    yield Note(
        "Method",
        "The figure that counts",
        "For each measure and period it is the one said last. A newer return takes the place of an older one and "
        "erases nothing: the sheet As said keeps every figure for a total, with the day on which it came in.",
    )
    yield Note(
        "Method", "Decimals", "Cells show as many decimals as the papers print, and hold all that were returned."
    )
    yield Note(
        "Method",
        "Control charts",
        f"The rules are those of the profile {profile.name}: {profile.words}. The limits lie 2.66 times the mean moving "
        f"range from the mean. A chart has them from {chosen.control_chart_from} figures, for periods of one length that "
        "do not overlap; with fewer it draws the mean alone. After a decision to work them out anew it has them again with "
        f"{SETTLED} figures. Limits are worked out, so they may lie beyond what is possible.",
    )
    if chosen.limits_from_points:
        first = f"The first {chosen.limits_from_points} figures of each section of a chart set its mean and limits."
        yield Note("Method", "Limits from the first figures", first)
    yield Note(
        "Method",
        "Path to target",
        "A straight line from the baseline, on its day or else on the first day of the plan, to the target on its date.",
    )
    yield Note(
        "Method",
        "Rating",
        "The latest figure against its target and, until that is met, against the path; without a target, against the "
        "comparators for the same period. A measure with neither is not rated.",
    )
    yield Note(
        "Method",
        "Published figures",
        "What others publish counts from the day on which it was public: none is later than the board's own reading.",
    )


def _on(state: MeasureState) -> Iterator[Note]:
    """What is to be known of one measure."""
    measure = state.measure
    if measure.numerator and measure.denominator:
        yield Note("Definition", measure.ref, f"{sentence(measure.numerator)} Out of: {sentence(measure.denominator)}")
    elif measure.numerator:
        yield Note("Definition", measure.ref, sentence(measure.numerator))
    if measure.note:
        yield Note("Definition", measure.ref, sentence(measure.note))
    if measure.parts:
        yield Note("Definition", measure.ref, f"It divides into {listed(measure.parts)}.")
    if state.baseline_in_doubt:
        says = "The baseline in the plan cannot be true beside those of its set, so nothing is compared with it."
        yield Note("Baseline", measure.ref, says)
    if measure.chart == "trend":
        yield Note("Chart", measure.ref, "It is shown as a trend, without limits.")
    for anew in state.recalculations:
        number = f", decision {anew.number}" if anew.number else ""
        says = f"Limits worked out anew from {day(anew.start)} (decided on {day(anew.decided)}{number}): {anew.text}"
        yield Note("Limits", measure.ref, sentence(says))
    for event in state.notes:
        yield Note("Event", measure.ref, sentence(f"{day(event.day)}: {event.text}"))


NOTE_FIELDS: tuple[Field[Numbered], ...] = (
    Field("Note", "integer", "The number by which other sheets name it.", lambda v, n: n[0], 9),
    Field("Kind", "text", "Symbol, method, or what it says of a measure.", lambda v, n: n[1].kind, 14),
    Field("About", "text", "The symbol, the subject or the measure's reference.", lambda v, n: n[1].about, 32),
    Field("What it says", "words", "The note.", lambda v, n: n[1].says, 100),
)


def notes_table(view: View, numbered: Iterable[Numbered]) -> RegisterSheet:
    """Every note."""
    return sheet(view, "Notes", "symbols, methods and notes on measures", NOTE_FIELDS, numbered)
