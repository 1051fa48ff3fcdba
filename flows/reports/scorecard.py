"""The scorecard of outcomes-based accountability: how much did we do, how well did we do it, is anyone better off?

Each measure with its baseline, where it stood when the period began, where it stands now, its target and what others
show. Direction and icon are those of the data dashboard.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from flows.plan.layout import QUESTIONS
from flows.plan.model import Improves
from flows.plan.settings import Settings
from flows.plan.words import listed, sentence
from flows.position.figure_words import in_a_sentence, shown
from flows.position.held_against import at_least_as_good
from flows.position.look_back import LookBack
from flows.position.measure_state import MeasureState, Value
from flows.position.model import Position
from flows.reports.measure_doubts import is_in_question, why_unsure
from flows.reports.measure_words import between, is_level
from flows.reports.measures import MeasureLine, measure_anchor, measure_table
from flows.reports.parts import NONE_GIVEN, Icon, Moved, partner_names
from flows.reports.sources import Cells, Told, figures, held_to

TITLES = {
    "how much": "How much did we do?",
    "how well": "How well did we do it?",
    "better off": "Is anyone better off?",
    "": "Measures that the plan puts under no question",
}


class Kind(Enum):
    """What the latest figure of a measure shows; every measure with a figure is of one kind.

    The first four are read off the control chart; `NEITHER` is a measure of which neither way is better.
    """

    IMPROVING = "improving"
    CONCERNING = "concerning"
    SPECIAL = "neutral"
    COMMON = "common"
    BETTER = "better"
    WORSE = "worse"
    LEVEL = "level"
    FIRST = "first"
    NOT_NEW = "not new"
    ANEW = "limits begun anew"
    UNSURE = "unsure"
    NEITHER = "neither way is better"


_ICONS = (Kind.IMPROVING, Kind.CONCERNING, Kind.SPECIAL, Kind.COMMON)
_MOVED = {
    Kind.BETTER: Moved("improved", "Better"),
    Kind.WORSE: Moved("worsened", "Worse"),
    Kind.LEVEL: Moved("same", "No change"),
}
_NONE = {
    Kind.FIRST: "First figure",
    Kind.NOT_NEW: "No new figure",
    Kind.ANEW: "Limits begun anew",
    Kind.NEITHER: "Neither way is better",
}
_WORDS = {
    Kind.IMPROVING: ("shows an improvement beyond chance", "show an improvement beyond chance"),
    Kind.CONCERNING: ("shows a concern beyond chance", "show a concern beyond chance"),
    Kind.SPECIAL: ("shows a change beyond chance that is neither", "show a change beyond chance that is neither"),
    Kind.COMMON: ("shows no change beyond chance", "show no change beyond chance"),
    Kind.BETTER: ("is better than at the start of the {span}", "are better than at the start of the {span}"),
    Kind.WORSE: ("is worse than at the start of the {span}", "are worse than at the start of the {span}"),
    Kind.LEVEL: ("is where it was at the start of the {span}", "are where they were at the start of the {span}"),
    Kind.FIRST: ("has its first figure", "have their first figure"),
    Kind.NOT_NEW: ("has no new figure", "have no new figure"),
    Kind.ANEW: ("has limits begun anew", "have limits begun anew"),
    Kind.UNSURE: ("is provisional or in question", "are provisional or in question"),
    Kind.NEITHER: ("improves neither up nor down", "improve neither up nor down"),
}
"""What each kind is called of one measure and of several, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One measure. `beside` is what it is held against: baseline, target and what others show. Where there is neither
    icon nor direction, `none` says why in a word or two."""

    ref: str
    title: str
    start: str
    start_period: str
    now: str
    now_period: str
    beside: tuple[str, ...]
    kind: Kind
    icon: Icon | None
    moved: Moved | None
    none: str
    start_source: Cells
    now_source: Cells
    held_to: Cells


@dataclass(frozen=True, slots=True)
class Question:
    """The measures that answer one question; `says` counts them, `without` names those that have no figure. `notes` are
    what partners said of figures that are held against another one without limits: it may say why the two differ."""

    title: str
    caption: str
    says: str
    rows: tuple[ScoreRow, ...]
    notes: tuple[Told, ...]
    without: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The measures by question. `start` heads the column of where each stood when the period began."""

    start: str
    note: str
    questions: tuple[Question, ...]


def scorecard(back: LookBack, settings: Settings, span: str) -> Scorecard:
    """The scorecard at the end of the look back; `span` is its kind, "quarter" or "year"."""
    asked = {s.measure.question for s in back.now.measures}
    lines = _lines(back.now)
    return Scorecard(
        start=f"End of {back.before.month.label}" if back.before else f"First in the {span}",
        note=(
            f"An icon tells a change from chance; it needs {settings.measures.control_chart_from} figures. With fewer, the "
            f"latest figure is held against the one at the start of the {span}, and the difference may be chance. "
            "A figure that is provisional or in question gets neither."
        ),
        questions=tuple(_question(q, back, lines, span) for q in (*QUESTIONS, "") if q in asked),
    )


def why_unsure_in(state: MeasureState, back: LookBack) -> str:
    """Why the latest figure is not judged: it is provisional, or was put in question when it came in and has not been
    given again since; "" when it is neither."""
    if state.latest is None:
        return ""
    came_in = next((p for p in back.positions if p.month == state.latest.month), None)
    then = came_in.measure.get(state.measure.ref) if came_in else None
    if came_in and then and is_in_question(then, came_in):
        return "in question"
    return why_unsure(state, back.now)


def _lines(position: Position) -> dict[str, tuple[MeasureLine, str]]:
    """How the tables of measures print each measure that has a figure, by its anchor, and what others show."""
    found = {}
    for focus in position.plan.focus_areas:
        table = measure_table(position, focus.ref)
        for line in table.rows:
            others = zip(table.comparators, line.comparators, strict=True)
            found[line.anchor] = line, "; ".join(f"{name} {value}" for name, value in others if value != NONE_GIVEN)
    return found


def _question(question: str, back: LookBack, lines: dict[str, tuple[MeasureLine, str]], span: str) -> Question:
    states = [s for s in back.now.measures if s.measure.question == question]
    known = [s for s in states if s.latest]
    rows = tuple(_row(s, back, *lines[measure_anchor(s.measure)]) for s in known)
    missing = [s.measure.title for s in states if not s.latest]
    return Question(
        title=TITLES[question],
        caption=f"{TITLES[question].rstrip('?')}: the measures that have a figure",
        says=_says(len(states), rows, span),
        rows=rows,
        notes=tuple(_notes(known, back)),
        without=f"No figure yet: {'; '.join(missing)}." if missing else "",
    )


def _notes(known: list[MeasureState], back: LookBack) -> Iterable[Told]:
    for state in known:
        if state.latest and state.latest.comment and _kind(state, back) in _MOVED:
            who = partner_names(back.now, (state.measure.partner,))
            said = f"{state.measure.title}, {who} on {in_a_sentence(state.latest.period)}: {sentence(state.latest.comment)}"
            yield Told(said, figures(state.latest))


def _row(state: MeasureState, back: LookBack, line: MeasureLine, others: str) -> ScoreRow:
    start, kind = _start(state, back), _kind(state, back)
    if kind is Kind.FIRST and back.before is None:
        start = None
    measure = state.measure
    named = (("Baseline", measure.baseline, line.baseline), ("Target", measure.target, line.target))
    return ScoreRow(
        ref=measure.ref,
        title=line.title,
        start=_figure(state, start),
        start_period=_period(state, start) if start else "",
        now=line.latest,
        now_period=line.period,
        beside=tuple(filter(None, (*(f"{name}: {said}" for name, value, said in named if value is not None), others))),
        kind=kind,
        icon=line.icon if kind in _ICONS else None,
        moved=_MOVED.get(kind) if not (kind in _ICONS and line.icon) else None,
        none=_none(kind, why_unsure_in(state, back)),
        start_source=figures(start),
        now_source=line.source,
        held_to=held_to(state),
    )


def _kind(state: MeasureState, back: LookBack) -> Kind:
    """What the latest figure shows: by its icon where it has one, else against where it stood when the period began."""
    start, latest, measure = _start(state, back), state.latest, state.measure
    if why_unsure_in(state, back):
        return Kind.UNSURE
    if latest is None or latest.month not in back.months:
        return Kind.NOT_NEW
    if state.chart and state.chart.has_limits:
        return Kind(state.chart.variation.partition("-")[0])
    if measure.improves is Improves.NEUTRAL:
        return Kind.NEITHER
    if state.chart or (start and _is_of_before(state, start)):
        return Kind.ANEW
    if start is None or start.period == latest.period or start.value is None or latest.value is None:
        return Kind.FIRST
    if is_level(measure, between(measure, latest.value, start.value)):
        return Kind.LEVEL
    return Kind.BETTER if at_least_as_good(measure, latest.value, start.value) else Kind.WORSE


def _start(state: MeasureState, back: LookBack) -> Value | None:
    """The figure that stood when the period began; where the plan began with it, the first that came in."""
    ref = state.measure.ref
    if back.before:
        then = back.before.measure.get(ref)
        return then.latest if then else None
    stood = (p.measure[ref].latest for p in back.positions if ref in p.measure)
    return next((value for value in stood if value), None)


def _is_of_before(state: MeasureState, start: Value) -> bool:
    """Whether limits were begun anew between a figure and the latest, so that the two are not alike."""
    return state.latest is not None and any(
        start.period.end < anew.start <= state.latest.period.end for anew in state.recalculations
    )


def _period(state: MeasureState, start: Value) -> str:
    return start.period.label + (", before the limits were begun anew" if _is_of_before(state, start) else "")


def _figure(state: MeasureState, value: Value | None) -> str:
    if value is None or value.value is None:
        return NONE_GIVEN
    return shown(state.measure, value.value) + (" (provisional)" if value.provisional else "")


def _none(kind: Kind, unsure: str) -> str:
    """Why a measure has neither icon nor direction, in a few words; "" where it has one."""
    return f"{unsure.capitalize()}, not judged" if kind is Kind.UNSURE else _NONE.get(kind, "")


def _says(number: int, rows: tuple[ScoreRow, ...], span: str) -> str:
    """How many measures have a figure, and what the latest figures show: each is counted once."""
    have = f"{len(rows) or 'None'} of {number} measures {'has' if len(rows) == 1 else 'have'} a figure"
    if number == 1:
        have = f"The one measure has {'a' if rows else 'no'} figure"
    kinds = [row.kind for row in rows]
    told = [f"{n} {words[n > 1].format(span=span)}" for kind, words in _WORDS.items() if (n := kinds.count(kind))]
    return f"{have}: {listed(told)}." if told else f"{have}."
