"""What a pack says, as facts that can be kept and compared: every status, date, score and figure that it prints.

Nothing is worked out here. A fact has the value as it is printed, or as a plain date or status, so that a later pack can
say what was said then in the same words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from flows.ledger.publications import Fact
from flows.plan.days import day_words
from flows.plan.due import DueKind
from flows.plan.model import Measure
from flows.plan.periods import Month, Period
from flows.plan.settings import Settings
from flows.plan.words import figure, one_line
from flows.position.claims import status_word
from flows.position.figure_words import shown
from flows.position.measure_state import MeasureState, Value
from flows.position.model import EvidenceItem, MilestoneState, Position, RiskState, Status


def facts_of(position: Position) -> tuple[Fact, ...]:
    """Everything that the papers of a position print as a status, a date, a score or a figure, in a fixed order.

    What has no value has no fact: a milestone without a forecast has none of that name.
    """
    told = (
        *((kind, ref, "status", says) for kind, ref, says in _standings(position)),
        *(("milestone", m.ref, *said) for m in position.milestones for said in _milestone(m)),
        *(("measure", m.measure.ref, *said) for m in position.measures for said in _measure(m)),
        *(("risk", r.ref, *said) for r in position.risks for said in _risk(r)),
        *(("evidence", e.number, *said) for e in position.evidence for said in _evidence(e)),
        *(("return", r.partner.key, "state", r.state) for r in position.returns),
    )
    return tuple(sorted(Fact(kind, ref, what, says) for kind, ref, what, says in told if says))


Said = Iterator[tuple[str, str]]
"""What is told, and what is said of it."""


def _standings(position: Position) -> Iterator[tuple[str, str, str]]:
    plan = position.plan
    for kind, parts in (("area", plan.areas), ("focus area", plan.focus_areas), ("action", plan.actions)):
        for part in parts:
            if part.ref in position.standings:
                yield kind, part.ref, position.standings[part.ref].status.value


def _milestone(state: MilestoneState) -> Said:
    due = state.milestone.due
    yield "title", one_line(state.milestone.title)
    yield "planned", due.words
    yield "status", state.status.value
    yield "due", _day(state.due)
    yield "completed on", _day(state.current.completed_on)
    yield "forecast", _day(state.current.forecast)
    if due.kind is DueKind.RECURRING:
        done = [o.due.isoformat() for o in state.occurrences if o.due and o.status is Status.COMPLETE]
        yield "due days done", " ".join(done)


def _measure(state: MeasureState) -> Said:
    measure = state.measure
    yield "title", one_line(measure.title)
    yield "baseline", _figure(measure, measure.baseline)
    yield "target", _figure(measure, measure.target)
    yield "target date", _day(measure.target_date)
    for series in state.comparators:
        for one in series.figures:
            when = one_line(one.when.label if one.when else one.period)
            yield f"comparator {one_line(one.name)}{f', {when}' if when else ''}", _figure(measure, one.value)
    for value in state.series:
        yield period_key(value.period), _value(measure, value)
    for part in state.parts:
        for value in part.series:
            yield f"{period_key(value.period)}, {part.part}", _value(measure, value)


def _risk(risk: RiskState) -> Said:
    yield "title", one_line(risk.title)
    yield "area", risk.area_ref
    yield "state", "open" if risk.is_open else "closed"
    yield "score", f"{risk.score} ({risk.likelihood} × {risk.impact})" if risk.score else ""


def _evidence(item: EvidenceItem) -> Said:
    yield "title", one_line(item.title)
    yield "accepted", "yes" if item.accepted else "no"
    yield "dated", _day(item.dated)
    yield "supports", " ".join(sorted({*item.supports, *item.meets}))


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _figure(measure: Measure, value: float | None) -> str:
    """A figure as it is printed, with as many decimals as it takes to tell it from any other."""
    if value is None:
        return ""
    exponent = Decimal(f"{value:.10g}").normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    return shown(replace(measure, decimals=max(measure.decimals, needed)), value)


def _value(measure: Measure, value: Value) -> str:
    """A figure with the parts that it was made of, or the mark that stands for it."""
    if value.value is None:
        return f"marked {value.symbol}" if value.symbol else "none"
    of = ""
    if value.numerator is not None and value.denominator is not None:
        of = f" ({figure(value.numerator, 0)} of {figure(value.denominator, 0)})"
    return _figure(measure, value.value) + of


def period_key(period: Period) -> str:
    """A period by its days, whatever it is called: 2022-10, 2022-03-31, 2021-09-01 to 2022-08-31."""
    if period.start == period.end:
        return period.end.isoformat()
    if period.start == period.month.first_day and period.end == period.month.last_day:
        return str(period.month)
    return f"{period.start.isoformat()} to {period.end.isoformat()}"


def is_figure(what: str) -> bool:
    """Whether a fact of a measure is its figure for a period, and not what the plan says of it."""
    return what[:1].isdigit()


def same_value(fact: Fact, says: str) -> bool:
    """Whether a fact and a value say the same. A share that is given with its numerator and denominator and one that is
    given without them are the same, and a title with other spaces or capitals is."""
    if fact.kind == "measure" and is_figure(fact.what):
        one, other = fact.says.partition(" ("), says.partition(" (")
        return one == other or (one[0] == other[0] and "" in (one[2], other[2]))
    if fact.what == "title":
        return fact.says.casefold().split() == says.casefold().split()
    return fact.says == says


# The words of facts


_WHAT = {
    "title": "Wording",
    "planned": "Due in the plan",
    "status": "Status",
    "due": "Due",
    "completed on": "Done on",
    "forecast": "Forecast",
    "due days done": "Due days done",
    "baseline": "Baseline",
    "target": "Target",
    "target date": "Target date",
    "area": "Area",
    "state": "State",
    "score": "Score",
    "accepted": "Accepted as evidence",
    "dated": "Dated",
    "supports": "Supports",
}


def what_words(what: str, periods: dict[str, str]) -> str:
    """What a fact tells, in words: "Status", "October 2022, 0 to 6 weeks". `periods` are the labels of periods."""
    if not is_figure(what):
        return _WHAT.get(what) or what[:1].upper() + what[1:]
    key, _, part = what.partition(", ")
    label = periods.get(key) or _period_words(key)
    return f"{label}, {part}" if part else label


def _period_words(key: str) -> str:
    if len(key) == len("2022-10"):
        return Month.parse(key).label
    return " to ".join(day_words(dt.date.fromisoformat(day)) for day in key.split(" to "))


_STATES = {"received": "received in time", "late": "received late", "missing": "no return used"}


def value_words(kind: str, what: str, says: str, settings: Settings) -> str:
    """What a fact says, in words: "On track", "14 November 2022", "81.2%"; "none" where it has no value."""
    if not says:
        return "no figure" if is_figure(what) else "not scored" if what == "score" else "none"
    if what == "status":
        return status_word(Status(says), settings)
    if what in ("due", "completed on", "forecast", "dated", "target date"):
        return day_words(dt.date.fromisoformat(says))
    if what == "due days done":
        return ", ".join(day_words(dt.date.fromisoformat(day)) for day in says.split())
    if kind == "return":
        return _STATES.get(says, says)
    if says == "marked x":
        return "not available"
    return ", ".join(says.split()) if what == "supports" else says
