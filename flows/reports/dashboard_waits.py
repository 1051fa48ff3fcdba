"""Waits for therapies by service and by band, and harm reviews: the sets of measures that are read together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.findings import Origin
from flows.plan.layout import HARM_ROLES, WAIT_ROLES
from flows.plan.periods import Period
from flows.plan.waits import WEEKS, bands
from flows.plan.words import count, figure, sentence
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import MeasureState, Value
from flows.position.model import Position
from flows.reports.chart import BandsChart, Bar
from flows.reports.measure_doubts import is_in_question
from flows.reports.measure_words import lower_first
from flows.reports.parts import NONE_GIVEN
from flows.reports.sources import Cells, figures
from flows.reports.symbols import SYMBOLS

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
    source: Cells


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
    questioned = [
        _service(name)
        for name, roles in sets.items()
        if any(is_in_question(state, position) for role, state in roles.items() if role in WAIT_ROLES)
    ]
    rows = tuple(_wait_row(name, roles) for name, roles in sets.items())
    months = (bands_chart(state) for state in waiting)
    return WaitsPart(
        rows=rows,
        note=_note(rows, questioned),
        shares=_shares(sets),
        by_period=tuple(chart for chart in months if chart),
    )


def _note(rows: Iterable[WaitRow], questioned: list[str]) -> str:
    """What the symbols in the rows stand for, and which services have a figure in question."""
    cells = [cell for r in rows for cell in (r.waiting, r.over_18_weeks, r.longest, r.average)]
    used = [
        f"[{symbol}] {meaning.partition(':')[0].lower()}"
        for symbol, meaning in SYMBOLS.items()
        if any(f"[{symbol}]" in c for c in cells)
    ]
    doubt = f"In question, see the state of the data: {'; '.join(questioned)}." if questioned else ""
    return " ".join(part for part in (f"{'; '.join(used)}." if used else "", doubt) if part)


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
        source=figures(*(_for(state, period) for role, state in roles.items() if role in WAIT_ROLES)),
    )


def _for(state: MeasureState, period: Period | None) -> Value | None:
    return next((v for v in state.series if v.period == period), None)


def _service(name: str) -> str:
    """A set's name without the word that all of them share: Speech and language therapy."""
    return name.removesuffix(" waits").strip() or name


def _shares(sets: dict[str, dict[str, MeasureState]]) -> BandsChart | None:
    """The bands of each service at its latest period with bands, as shares of all who wait."""
    bars: list[Bar] = []
    cells: list[Origin] = []
    alt: list[str] = []
    late: dict[str, float | None] = {}
    labels: tuple[str, ...] = ()
    for name, roles in sets.items():
        state = roles["waiting"]
        periods = _band_periods(state)
        if not periods or (labels and state.measure.parts != labels):
            continue
        labels = state.measure.parts
        values = _band_values(state, periods[-1])
        bars.append(Bar(f"{_service(name)}, {periods[-1].label}", values))
        cells += _band_cells(state, periods[-1:])
        alt.append(f"{_service(name)}, {in_a_sentence(periods[-1])}: {_last_bands(labels, values)}")
        late[_service(name)] = _share_late(labels, values)
    if len(bars) < 2:
        return None
    return BandsChart(
        title=_shares_title(late),
        subtitle="Children and young people waiting, by weeks waited, as shares of each service’s list",
        bands=labels,
        bars=tuple(bars),
        alt=f"Stacked bars, one a service. {'. '.join(alt)}.",
        source="Source: returns of the partners",
        cells=tuple(cells),
        share=True,
    )


def _shares_title(late: dict[str, float | None]) -> str:
    """Where most and where fewest have waited long, as far as the bands tell it."""
    known = {name: round(100 * share) for name, share in late.items() if share is not None}
    if len(known) < len(late):
        return f"The lists of {len(late)} services by band"
    fewest, most = min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name])
    if known[fewest] == known[most]:
        return f"{known[most]}% of each list had waited over {WEEKS} weeks"
    return (
        f"{known[fewest]}% of the list for {lower_first(fewest)} had waited over {WEEKS} weeks, "
        f"and {known[most]}% of that for {lower_first(most)}"
    )


def _share_late(labels: tuple[str, ...], values: tuple[float | None, ...]) -> float | None:
    """The share, as a part of one, that has waited over 18 weeks; None where the bands do not tell it."""
    known = [v for v in values if v is not None]
    late, total = _late(labels, values), sum(known)
    return late / total if late is not None and len(known) == len(values) and total else None


def _late(labels: tuple[str, ...], values: tuple[float | None, ...]) -> float | None:
    """How many have waited over 18 weeks; None where a band of theirs is not given, or the parts are no waits."""
    late = [band.children for band in bands(dict(zip(labels, values, strict=True))) if band.low >= WEEKS]
    known = [children for children in late if children is not None]
    return sum(known) if late and len(known) == len(late) else None


def bands_chart(state: MeasureState) -> BandsChart | None:
    """How a measure's total divides into its parts, period by period; None where no period has any of them."""
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
        cells=_band_cells(state, periods),
    )


def _set_words(state: MeasureState) -> str:
    return _service(state.measure.set_name) if state.measure.set_name else state.measure.title


def _band_periods(state: MeasureState) -> list[Period]:
    """The periods for which any part of the total is known, oldest first."""
    return sorted({v.period for part in state.parts for v in part.series if v.value is not None})


def _band_values(state: MeasureState, period: Period) -> tuple[float | None, ...]:
    known = {part.part: next((v.value for v in part.series if v.period == period), None) for part in state.parts}
    return tuple(known.get(part) for part in state.measure.parts)


def _band_cells(state: MeasureState, periods: Iterable[Period]) -> Cells:
    asked = set(periods)
    return figures(*(v for part in state.parts for v in part.series if v.period in asked))


def _last_bands(labels: tuple[str, ...], values: tuple[float | None, ...]) -> str:
    """How many have waited longer than 18 weeks, of all; the last part and the total, where the parts are no waits."""
    known = [v for v in values if v is not None]
    of = f" of {figure(sum(known), 0)}" if len(known) == len(values) else ""
    lacking = "" if of else f", with {count(len(values) - len(known), 'band')} not given"
    late = _late(labels, values)
    if late is not None:
        return f"{figure(late, 0)}{of} had waited over {WEEKS} weeks{lacking}"
    if values[-1] is None:
        return f"“{labels[-1]}” not given"
    return f"{figure(values[-1], 0)}{of} in “{labels[-1]}”{lacking}"


@dataclass(frozen=True, slots=True)
class HarmRow:
    """The harm reviews of one period."""

    period: str
    reviewed: str
    harms: str
    actions: str
    complaints: str
    source: Cells


@dataclass(frozen=True, slots=True)
class HarmPart:
    """What harm reviews found, latest period first, and what partners said of each period."""

    rows: tuple[HarmRow, ...]
    notes: tuple[str, ...]


def harm_part(position: Position) -> HarmPart | None:
    """The set of harm reviews; None where the plan has none."""
    for roles in _sets(position, HARM_ROLES).values():
        periods = sorted({v.period for state in roles.values() for v in state.series}, reverse=True)[:HARM_PERIODS]
        rows = tuple(_harm_row(roles, period) for period in periods)
        return HarmPart(rows, tuple(_said(roles, periods)))
    return None


def _harm_row(roles: dict[str, MeasureState], period: Period) -> HarmRow:
    reviewed, harms, actions, complaints = (_harm(roles.get(role), period) for role in HARM_ROLES)
    values = (_for(roles[role], period) for role in HARM_ROLES if role in roles)
    return HarmRow(period.label, reviewed, harms, actions, complaints, figures(*values))


def _harm(state: MeasureState | None, period: Period) -> str:
    value = _for(state, period) if state else None
    if state is None or value is None:
        return NONE_GIVEN
    return f"[{value.symbol}]" if value.value is None else shown(state.measure, value.value)


HARM_WORDS = {"reviewed": "Children reviewed", "harms": "Harms", "actions": "Actions", "complaints": "Complaints"}


def _said(roles: dict[str, MeasureState], periods: list[Period]) -> Iterable[str]:
    """What partners said of the periods in the table, the latest first; what they said of all figures alike, once."""
    for period in periods:
        values = {role: _for(roles[role], period) for role in HARM_ROLES if role in roles}
        said = {role: sentence(value.comment) for role, value in values.items() if value and value.comment}
        if len(set(said.values())) == 1 and len(said) == len([v for v in values.values() if v]):
            yield f"{period.label}. {next(iter(said.values()))}"
        elif said:
            yield " ".join((f"{period.label}.", *(f"{HARM_WORDS[role]}: {words}" for role, words in said.items())))
