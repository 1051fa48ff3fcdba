"""The state of the data behind the dashboard: what is missing, provisional, restated or in question; and how to read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flows.plan.days import day_words as day
from flows.plan.settings import Settings
from flows.plan.words import sentence
from flows.position.charting import SETTLED
from flows.position.control_charts import PROFILES, Assurance, Variation
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import MeasureState, Value
from flows.position.model import Position
from flows.reports.icons import ASSURANCE_WORDS, VARIATION_WORDS
from flows.reports.measure_doubts import is_in_question
from flows.reports.measures import measure_anchor
from flows.reports.parts import NONE_GIVEN, Icon
from flows.reports.sources import Cells, Told, figures


@dataclass(frozen=True, slots=True)
class Named:
    """A measure, linked to its panel where it has one."""

    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class DataRow:
    """What is to be known of the data of one measure, or of several of which the same is said."""

    measures: tuple[Named, ...]
    period: str
    says: str
    source: Cells


@dataclass(frozen=True, slots=True)
class RestatedRow:
    """A figure that was said otherwise before."""

    measure: Named
    period: str
    before: Told
    now: Told
    why: str


@dataclass(frozen=True, slots=True)
class DataPart:
    """The state of the data, a table for each kind of doubt; `none` names the kinds that do not occur."""

    missing: tuple[DataRow, ...]
    not_given: tuple[DataRow, ...]
    questioned: tuple[DataRow, ...]
    provisional: tuple[DataRow, ...]
    restated: tuple[RestatedRow, ...]
    none: tuple[str, ...]


def data_part(position: Position) -> DataPart:
    """What is missing, not given, in question, provisional or restated."""
    restated = tuple(_restated(position))
    tables = (
        ("figures that were due and not returned", _together(_missing(position))),
        ("figures that partners say they cannot give", _together(_not_given(position))),
        ("figures in question", _together(_questioned(position))),
        ("provisional figures", _together(_provisional(position))),
        ("figures restated this month", restated),
    )
    missing, not_given, questioned, provisional = (rows for _, rows in tables[:4])
    return DataPart(
        missing=missing,
        not_given=not_given,
        questioned=questioned,
        provisional=provisional,
        restated=restated,
        none=tuple(kind for kind, rows in tables if not rows),
    )


def _named(state: MeasureState) -> Named:
    return Named(state.measure.title, measure_anchor(state.measure) if state.latest else "")


def _row(state: MeasureState, period: str, says: str, value: Value | None) -> DataRow:
    return DataRow((_named(state),), period, says, figures(value))


def _together(rows: Iterable[DataRow]) -> tuple[DataRow, ...]:
    """The rows, those that say the same of the same period in one."""
    found: dict[tuple[str, str], list[DataRow]] = {}
    for row in rows:
        found.setdefault((row.period, row.says), []).append(row)
    return tuple(
        DataRow(tuple(m for r in alike for m in r.measures), period, says, tuple(o for r in alike for o in r.source))
        for (period, says), alike in found.items()
    )


def _missing(position: Position) -> Iterable[DataRow]:
    """Figures that were due this month: the partner's return has none, or there is no return."""
    for finding in position.findings:
        if finding.code == "measure.not-returned" and finding.about in position.measure:
            state = position.measure[finding.about]
            last = f"Figures up to {in_a_sentence(state.latest.period)}." if state.latest else "No figure yet."
            who = position.plan.partner[state.measure.partner].short_name
            yield _row(state, who, last, None)


def _not_given(position: Position) -> Iterable[DataRow]:
    for state in position.measures:
        newest = state.series[-1] if state.series else None
        if newest and newest.value is None and newest.month == position.month:
            yield _row(
                state,
                newest.period.label,
                sentence(newest.comment) or f"Marked [{newest.symbol}], without saying why.",
                newest,
            )


def _questioned(position: Position) -> Iterable[DataRow]:
    """Each measure in question, with each finding that alone would put it there: one about it, or about its set."""
    asked = [f for f in position.findings if f.kind == "measure"]
    for state in position.measures:
        if state.latest and is_in_question(state, position):
            told = [f.says for f in asked if is_in_question(state, replace(position, findings=(f,)))]
            yield _row(state, state.latest.period.label, " ".join(dict.fromkeys(told)), state.latest)


def _provisional(position: Position) -> Iterable[DataRow]:
    for state in position.measures:
        if state.latest and state.latest.provisional and state.latest.value is not None:
            said = f"{shown(state.measure, state.latest.value)}. {sentence(state.latest.comment)}".strip()
            yield _row(state, state.latest.period.label, said, state.latest)


def _restated(position: Position) -> Iterable[RestatedRow]:
    for state in position.measures:
        for before, now in state.restated:
            if now.month == position.month and before.month < position.month:
                yield RestatedRow(
                    measure=_named(state),
                    period=now.period.label,
                    before=_said(state, before),
                    now=_said(state, now),
                    why=sentence(now.comment) or "No reason given.",
                )


def _said(state: MeasureState, value: Value) -> Told:
    """What was said, and when."""
    said = f"[{value.symbol}]" if value.value is None else shown(state.measure, value.value)
    return Told(f"{said}, received {day(value.received)}", figures(value))


@dataclass(frozen=True, slots=True)
class IconRule:
    """An icon and what it means. `kind` is variation or assurance."""

    kind: str
    icon: Icon
    meaning: str


_VARIATION_MEANINGS = {
    Variation.COMMON: "The latest figure lies within what chance alone would give. No change can be claimed.",
    Variation.IMPROVING_HIGH: "The latest figure is a special cause, high or rising, and that is better.",
    Variation.IMPROVING_LOW: "The latest figure is a special cause, low or falling, and that is better.",
    Variation.CONCERNING_HIGH: "The latest figure is a special cause, high or rising, and that is worse.",
    Variation.CONCERNING_LOW: "The latest figure is a special cause, low or falling, and that is worse.",
    Variation.NEUTRAL_HIGH: "A special cause, high or rising, of a measure that is neither better high nor low.",
    Variation.NEUTRAL_LOW: "A special cause, low or falling, of a measure that is neither better high nor low.",
}
_ASSURANCE_MEANINGS = {
    Assurance.PASSES: "Even the worse process limit meets the target: as things are, it will be met.",
    Assurance.FAILS: "Even the better process limit misses the target: as things are, it will not be met.",
    Assurance.HIT_OR_MISS: "The target lies between the limits: chance decides whether it is met.",
}


def icon_rules(position: Position) -> tuple[IconRule, ...]:
    """Every icon and its meaning."""
    return (
        *(IconRule("variation", Icon(v.value, VARIATION_WORDS[v]), said) for v, said in _VARIATION_MEANINGS.items()),
        *(IconRule("assurance", Icon(a.value, ASSURANCE_WORDS[a]), said) for a, said in _ASSURANCE_MEANINGS.items()),
    )


def reading_words(position: Position, settings: Settings) -> tuple[str, ...]:
    """What a reader must know to trust the figures, a paragraph each."""
    chosen = settings.measures
    profile = PROFILES[chosen.profile]
    fixed = (
        f" The first {chosen.limits_from_points} figures of each section set its limits."
        if chosen.limits_from_points
        else ""
    )
    return (
        "A control chart (statistical process control) tells a change from chance. Its centre is the mean. Its limits lie "
        "2.66 times the mean moving range from it. Four things are a special cause: a figure outside the limits; "
        f"{profile.run} or more in a row on one side of the mean; {profile.run} or more in a row, each above, or each below, the "
        "one before; and two of three near the same limit.",
        f"Rules used: {chosen.profile} ({profile.words}). A control chart needs {chosen.control_chart_from} figures.{fixed} "
        "With fewer, the chart shows the figures and their mean, and no icon. Figures for periods that overlap, or "
        "that differ in length are shown as a trend, without limits. School terms follow each other all the same.",
        "Limits are worked out anew only by a decision with a date and a name, which the chart shows. From then on there is "
        f"a mean, but no limit and no judgement before there are {SETTLED} figures.",
        "The path to a target is a straight line from the baseline to the target on its date. A measure with a target is "
        "rated against target and path. One without a target is rated against the comparators that are for the same period, "
        "or that the plan prints without a period. A measure with neither is not rated, nor is one of which neither way is "
        "better.",
        "Differences are those of the figures as they are printed; measures.xlsx has them unrounded.",
        "A provisional figure gets no icon. A figure in question gets no icon and no rating. Symbols: [p] provisional, [x] not available, [z] not applicable, [c] "
        f"confidential, [low] rounds to nothing, [u] unreliable, {NONE_GIVEN} none given.",
        "Every figure behind a chart, what was said before and what replaced it are in measures.xlsx.",
    )
