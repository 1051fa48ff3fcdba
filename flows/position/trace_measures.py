"""The story of a figure: what was said of a measure for one period, the parts of its total included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.plan.due import DueProblem
from flows.plan.findings import UserError
from flows.plan.model import Measure
from flows.plan.parts import match_part
from flows.plan.periods import Period, parse_period
from flows.plan.words import day, listed
from flows.position import measures
from flows.position.figure_words import in_a_sentence, shown
from flows.position.measure_state import Direction, MeasureState, Value, series_of
from flows.position.trace_parts import Story, decision_steps, plan_step, rule
from flows.position.trace_rows import Record, Step, Told
from flows.returns.records import MeasureRow


def measure_story(record: Record, state: MeasureState, asked: str | None) -> Story:
    """A figure of a measure: the plan's cell, and what was said of its period, the parts of the total included."""
    measure = state.measure
    rows = [t for t in record.told("measures") if isinstance(t.row, MeasureRow) and t.row.ref == measure.ref]
    period = _period_asked(record, state, rows, asked)
    if period is None:
        about, said = "", _none(record)
    else:
        about, said = f", {in_a_sentence(period)}", tuple(_figure_says(state, period))
    told = [t for t in rows if period and (said_of := _figure_row(t).period) and _same(said_of, period)]
    steps = (
        plan_step(measure.origin, _measured(record, measure)),
        *_figure_steps(record, measure, told),
        *decision_steps(record, measure.ref, period=period),
    )
    rules = rule(measures.measure_states, of_the_module=True), rule(series_of)
    return Story(f"Measure {measure.ref}: {measure.title}{about}", said, rules, steps)


def _none(record: Record) -> tuple[str, ...]:
    return (f"No figure is on record by {record.position.month.label}.",)


def _period_asked(record: Record, state: MeasureState, rows: Iterable[Told], asked: str | None) -> Period | None:
    """The period that was asked for, else that of the latest figure; UserError where nothing was ever said of it."""
    if not asked:
        last = state.latest or (state.series[-1] if state.series else None)
        return last.period if last else None
    period = parse_period(asked, state.measure.frequency)
    if isinstance(period, DueProblem):
        raise UserError(f"{period.says} {period.todo}")
    said = sorted({p for t in rows if (p := _figure_row(t).period)})
    match = next((p for p in said if _same(p, period)), None)
    if match is None:
        there = f"it has {listed(in_a_sentence(p) for p in said[-12:])}" if said else "it has none for any period"
        raise UserError(
            f"{state.measure.ref} has no figure for {in_a_sentence(period)} on record by "
            f"{record.position.month.label}: {there}."
        )
    return match


def _same(one: Period, other: Period) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _figure_says(state: MeasureState, period: Period) -> Iterator[str]:
    value = next((v for v in state.series if _same(v.period, period)), None)
    if value is None:
        yield f"No figure for {in_a_sentence(period)} is used."
    else:
        yield f"{_figure(state.measure, value)}."
        if value is state.latest and state.direction is not Direction.NOT_JUDGED:
            yield f"It is the latest figure; direction of travel: {state.direction}."
    for part in state.parts:
        of_part = next((v for v in part.series if _same(v.period, period)), None)
        if of_part:
            yield f"{part.part}: {_figure(state.measure, of_part)}."


def _figure(measure: Measure, value: Value) -> str:
    if value.value is None:
        return f"{value.symbol} (no figure)"
    made_of = "" if value.denominator is None else f", {value.numerator or 0:,.10g} of {value.denominator:,.10g}"
    unit = "" if measure.is_percentage or measure.unit == "weeks" else f" {measure.unit}"
    return f"{shown(measure, value.value)}{unit}{made_of}{', provisional' if value.provisional else ''}"


def _measured(record: Record, measure: Measure) -> tuple[tuple[str, str], ...]:
    facts = [("Measure", measure.title), ("Unit", measure.unit), ("Returned by", record.name(measure.partner))]
    if measure.baseline is not None:
        at = f" ({measure.baseline_as_at})" if measure.baseline_as_at else ""
        facts.append(("Baseline", shown(measure, measure.baseline) + at))
    if measure.target is not None:
        by = f" by {day(measure.target_date)}" if measure.target_date else ""
        facts.append(("Target", shown(measure, measure.target) + by))
    return tuple(facts)


def _figure_steps(record: Record, measure: Measure, told: list[Told]) -> Iterator[Step]:
    unused = {t: measures.why_not_used(measure, _figure_row(t), t.submission) for t in told}
    used = [t for t in told if not t.aside and not unused[t]]
    for one in told:
        if one not in used:
            code = unused[one]
            yield record.step(one, f"Not used (measure.{code}): {_NOT_USED[code]}." if code else "", counts=False)
            continue
        part = match_part(measure, _figure_row(one).part)
        alike = [t for t in used if match_part(measure, _figure_row(t).part) == part]
        later = alike[alike.index(one) + 1 :]
        yield record.step(one, _after(one, later[0]) if later else "This is the figure that counts.", not later)


def _figure_row(told: Told) -> MeasureRow:
    assert isinstance(told.row, MeasureRow)
    return told.row


def _after(one: Told, later: Told) -> str:
    was, now = _figure_row(one), _figure_row(later)
    same = (was.value, was.symbol) == (now.value, now.symbol)
    how = "which says the same" if same else f"which says {_value_words(now)}"
    return f"Superseded by the return for {later.month.label}, {how}."


def _value_words(row: MeasureRow) -> str:
    return row.symbol if row.value is None else f"{row.value:,.10g}"


_NOT_USED = {
    "no-period": "it names no period",
    "not-theirs": "another partner returns this measure",
    "unknown-part": "the measure has no such part",
    "period-not-over": "the period had not ended by the end of the month of the return",
    "no-value": "it gives neither a figure nor why there is none",
    "impossible": "it is outside the possible range",
    "fraction": "it is the fraction that its parts make, not the percentage",
}
"""The codes of `why_not_used` in plain words."""
