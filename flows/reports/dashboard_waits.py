"""Waits for therapies by service and by band, and harm reviews: the sets of measures that are read together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.layout import HARM_ROLES
from flows.plan.periods import Period
from flows.plan.waits import WEEKS, bands
from flows.plan.words import figure
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import MeasureState, Value
from flows.position.model import Position
from flows.reports.chart import BandsChart, Bar
from flows.reports.measure_doubts import is_in_question
from flows.reports.parts import NONE_GIVEN

BARS = 12
"""A chart of bands shows so many periods, the latest."""

HARM_PERIODS = 8
"""The table of harm reviews shows so many periods, the latest."""


@dataclass(frozen=True, slots=True)
class WaitRow:
    """What is known of one service's waits for its latest period."""

    service: str
    period: str
    waiting: str
    over_18_weeks: str
    longest: str
    average: str


@dataclass(frozen=True, slots=True)
class WaitsPart:
    """Waits by service: the latest figures, how they divide into bands, and the bands month by month."""

    rows: tuple[WaitRow, ...]
    note: str
    shares: BandsChart | None
    by_period: tuple[BandsChart, ...]


def waits_part(position: Position) -> WaitsPart | None:
    """The sets that have a measure of how many wait; None where the plan has none."""
    sets = _sets(position, ("waiting",))
    if not sets:
        return None
    waiting = [roles["waiting"] for roles in sets.values()]
    questioned = [name for name, roles in sets.items() if is_in_question(roles["waiting"], position)]
    months = (bands_chart(state) for state in waiting)
    return WaitsPart(
        rows=tuple(_wait_row(name, roles) for name, roles in sets.items()),
        note=f"In question, see the state of the data: {'; '.join(questioned)}." if questioned else "",
        shares=_shares(sets),
        by_period=tuple(chart for chart in months if chart),
    )


def _sets(position: Position, needed: tuple[str, ...]) -> dict[str, dict[str, MeasureState]]:
    """The sets of measures by name, each with its measures by role, that have one of the roles needed."""
    found: dict[str, dict[str, MeasureState]] = {}
    for state in position.measures:
        if state.measure.set_name and state.measure.role:
            found.setdefault(state.measure.set_name, {})[state.measure.role] = state
    return {name: roles for name, roles in found.items() if set(needed) & set(roles)}


def _wait_row(name: str, roles: dict[str, MeasureState]) -> WaitRow:
    latest = roles["waiting"].latest
    period = latest.period if latest else None

    def said(role: str) -> str:
        state = roles.get(role)
        value = _for(state, period) if state else None
        if state is None or value is None:
            return NONE_GIVEN
        if value.value is None:
            return f"[{value.symbol}]"
        parts = f" ({figure(value.numerator, 0)})" if role == "over-18-weeks" and value.numerator is not None else ""
        return shown(state.measure, value.value) + parts + (" [p]" if value.provisional else "")

    return WaitRow(
        service=_service(name),
        period=period.label if period else NONE_GIVEN,
        waiting=said("waiting"),
        over_18_weeks=said("over-18-weeks"),
        longest=said("longest"),
        average=said("average"),
    )


def _for(state: MeasureState, period: Period | None) -> Value | None:
    return next((v for v in state.series if v.period == period), None)


def _service(name: str) -> str:
    """A set's name without the word that all of them share: Speech and language therapy."""
    return name.removesuffix(" waits").strip() or name


def _shares(sets: dict[str, dict[str, MeasureState]]) -> BandsChart | None:
    """The bands of each service at its latest period with bands, as shares of all who wait."""
    bars: list[Bar] = []
    alt: list[str] = []
    labels: tuple[str, ...] = ()
    for name, roles in sets.items():
        state = roles["waiting"]
        periods = _band_periods(state)
        if not periods or (labels and state.measure.parts != labels):
            continue
        labels = state.measure.parts
        values = _band_values(state, periods[-1])
        bars.append(Bar(f"{_service(name)}, {periods[-1].label}", values))
        alt.append(f"{_service(name)}, {in_a_sentence(periods[-1])}: {_last_bands(labels, values)}")
    if len(bars) < 2:
        return None
    return BandsChart(
        title="How long children wait differs by service",
        subtitle="Children and young people waiting, by weeks waited, as shares of each service’s list",
        bands=labels,
        bars=tuple(bars),
        alt=f"Stacked bars, one a service. {'. '.join(alt)}.",
        source="Source: returns of the partners",
        share=True,
    )


def bands_chart(state: MeasureState) -> BandsChart | None:
    """How a measure's total divides into its parts, period by period; None where no period has all its parts."""
    periods = _band_periods(state)[-BARS:]
    if not periods:
        return None
    measure = state.measure
    values = [_band_values(state, period) for period in periods]
    last = _last_bands(measure.parts, values[-1])
    return BandsChart(
        title=f"{_set_words(state)}: {last} in {in_a_sentence(periods[-1])}",
        subtitle=f"{measure.title}, by band",
        bands=measure.parts,
        bars=tuple(Bar(period.label, row) for period, row in zip(periods, values, strict=True)),
        alt=(
            f"Stacked bars, one a period, from {periods[0].label} to {periods[-1].label}. {measure.title}: "
            f"{last} in {in_a_sentence(periods[-1])}; {_last_bands(measure.parts, values[0])} in {in_a_sentence(periods[0])}."
        ),
        source=f"Source: returns up to {state.said[-1].month.label}",
    )


def _set_words(state: MeasureState) -> str:
    return _service(state.measure.set_name) if state.measure.set_name else state.measure.title


def _band_periods(state: MeasureState) -> list[Period]:
    """The periods for which any part of the total is known, oldest first."""
    return sorted({v.period for part in state.parts for v in part.series if v.value is not None})


def _band_values(state: MeasureState, period: Period) -> tuple[float | None, ...]:
    known = {part.part: next((v.value for v in part.series if v.period == period), None) for part in state.parts}
    return tuple(known.get(part) for part in state.measure.parts)


def _last_bands(labels: tuple[str, ...], values: tuple[float | None, ...]) -> str:
    """How many have waited longer than 18 weeks, of all; the last part and the total, where the parts are no waits."""
    total = figure(sum(v for v in values if v is not None), 0)
    late = [band.children for band in bands(dict(zip(labels, values, strict=True))) if band.low >= WEEKS]
    if late and None not in late:
        return f"{figure(sum(v or 0 for v in late), 0)} of {total} had waited over {WEEKS} weeks"
    last = "not known" if values[-1] is None else figure(values[-1], 0)
    return f"{last} of {total} in “{labels[-1]}”"


@dataclass(frozen=True, slots=True)
class HarmRow:
    """The harm reviews of one period."""

    period: str
    reviewed: str
    harms: str
    actions: str
    complaints: str


@dataclass(frozen=True, slots=True)
class HarmPart:
    """What harm reviews found, latest period first; `note` is what was said where there was none."""

    rows: tuple[HarmRow, ...]
    note: str


def harm_part(position: Position) -> HarmPart | None:
    """The set of harm reviews; None where the plan has none."""
    for roles in _sets(position, HARM_ROLES).values():
        periods = sorted({v.period for state in roles.values() for v in state.series}, reverse=True)[:HARM_PERIODS]
        rows = tuple(
            HarmRow(period.label, *(_harm(roles.get(role), period) for role in HARM_ROLES)) for period in periods
        )
        return HarmPart(rows, " ".join(dict.fromkeys(_said(roles, periods))))
    return None


def _harm(state: MeasureState | None, period: Period) -> str:
    value = _for(state, period) if state else None
    if state is None or value is None:
        return NONE_GIVEN
    return f"[{value.symbol}]" if value.value is None else shown(state.measure, value.value)


def _said(roles: dict[str, MeasureState], periods: list[Period]) -> Iterable[str]:
    """What partners said of the periods in the table, the latest first, once each."""
    for period in periods:
        for state in roles.values():
            value = _for(state, period)
            if value and value.comment:
                said = value.comment if value.comment[-1] in ".?" else f"{value.comment}."
                yield f"{period.label}: {said}"
                break
