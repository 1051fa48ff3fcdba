"""What is known of one measure: every figure ever said, the series that counts, and what it is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from flows.plan.findings import NOWHERE, Origin
from flows.plan.model import Comparator, Measure
from flows.plan.periods import Month, Period
from flows.position.control_charts import Assurance, Rule, Variation


@dataclass(frozen=True, slots=True)
class Value:
    """What was said of a measure for a period, on one occasion. `month` is that of the return that said it."""

    period: Period
    value: float | None
    numerator: float | None
    denominator: float | None
    provisional: bool
    symbol: str
    comment: str
    received: dt.date
    month: Month
    origin: Origin = NOWHERE


def series_of(said: Iterable[Value]) -> tuple[Value, ...]:
    """The value that counts for each period, oldest period first: the one that was said last."""
    counts = {_days(value): value for value in said}
    return tuple(counts[key] for key in sorted(counts))


def _days(value: Value) -> tuple[dt.date, dt.date]:
    """What tells periods apart: their days, whatever they are called ("Autumn term 2022", "Four months to …")."""
    return value.period.end, value.period.start


class Direction(StrEnum):
    """Which way a measure travels, judged by the direction in which it improves."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    LEVEL = "no clear change"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class PartSeries:
    """One band or part of the total: the value that counts for each period, and everything ever said of it."""

    part: str
    series: tuple[Value, ...]
    said: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparatorSeries:
    """What one comparator shows: figures without a period first, then by period, oldest first; at least one."""

    name: str
    figures: tuple[Comparator, ...]

    def beside(self, period: Period | None) -> Comparator:
        """The figure to hold against a period: that of the same period, else the latest that ended before it, else
        the first on record."""
        dated = [f for f in self.figures if f.when and (period is None or f.when.end <= period.end)]
        undated = [f for f in self.figures if f.when is None]
        return dated[-1] if dated else undated[-1] if undated else self.figures[0]


@dataclass(frozen=True, slots=True)
class Recalculation:
    """A decision that the limits of a measure are worked out anew from a day: when it was taken, and its words."""

    start: dt.date
    decided: dt.date
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class DatedNote:
    """An event that the chart of a measure carries."""

    day: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean and process limits of one section of a control chart, from its first to its last period; limits are None
    where the section is too short to have any."""

    first: Period
    last: Period
    mean: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Cause:
    """What the control chart says of one figure: which rule marks it, and which way (+1 high or rising)."""

    rule: Rule = Rule.NONE
    direction: int = 0


@dataclass(frozen=True)
class ControlChart:
    """The control chart of a measure. `causes` are those of the figures that have a value, in their order. Icons mean
    something only where the chart `has_limits`."""

    profile: str
    causes: tuple[Cause, ...]
    sections: tuple[Limits, ...]
    variation: Variation
    assurance: Assurance | None

    @property
    def has_limits(self) -> bool:
        """Whether the section that the latest figure stands in has limits."""
        return self.sections[-1].lower is not None


class Rating(StrEnum):
    """How the latest figure compares with its target or, where there is none, with the comparators."""

    MEETS = "meets the target"
    ON_PATH = "on the path to the target"
    BEHIND = "behind the path to the target"
    SHORT = "short of the target"
    MISSED = "target missed"
    BETTER = "better than the comparators"
    BETWEEN = "between the comparators"
    WORSE = "worse than the comparators"


@dataclass(frozen=True, slots=True)
class Path:
    """The straight line from the baseline, on its day, to the target, on its date."""

    start: dt.date
    baseline: float
    end: dt.date
    target: float

    def on(self, day: dt.date) -> float:
        """Where the line stands on a day; before it begins the baseline, after it ends the target."""
        share = (day - self.start) / (self.end - self.start)
        return self.baseline + (self.target - self.baseline) * min(max(share, 0.0), 1.0)


@dataclass(frozen=True)
class MeasureState:
    """Where one measure stands: `series` is the value that counts for each period, oldest first; `said` holds
    everything ever said, in the order in which it came in.

    `from_baseline` and `from_target` are the latest figure less the baseline and the target, None where one is
    missing or in doubt. `rating` is None for a measure with neither target nor comparator to hold it against.
    """

    measure: Measure
    series: tuple[Value, ...]
    said: tuple[Value, ...] = ()
    direction: Direction = Direction.NOT_JUDGED
    change: float | None = None
    is_new: bool = False
    baseline_in_doubt: bool = False
    parts: tuple[PartSeries, ...] = ()
    comparators: tuple[ComparatorSeries, ...] = ()
    chart: ControlChart | None = None
    recalculations: tuple[Recalculation, ...] = ()
    notes: tuple[DatedNote, ...] = ()
    path: Path | None = None
    from_baseline: float | None = None
    from_target: float | None = None
    rating: Rating | None = None

    @cached_property
    def known(self) -> tuple[Value, ...]:
        """The periods that have a value."""
        return tuple(v for v in self.series if v.value is not None)

    @property
    def latest(self) -> Value | None:
        return self.known[-1] if self.known else None

    @property
    def previous(self) -> Value | None:
        return self.known[-2] if len(self.known) > 1 else None

    @property
    def restated(self) -> tuple[tuple[Value, Value], ...]:
        """Each figure that counts beside the one last said for its period before it, where they differ."""
        said: dict[tuple[dt.date, dt.date], list[Value]] = {}
        for value in self.said:
            said.setdefault(_days(value), []).append(value)
        pairs = ((said[_days(now)][-2], now) for now in self.series if len(said.get(_days(now), ())) > 1)
        return tuple((old, now) for old, now in pairs if (old.value, old.symbol) != (now.value, now.symbol))
