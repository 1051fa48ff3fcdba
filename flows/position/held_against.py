"""What a measure is held against: its baseline, its target and the path to it, and what others show."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace

from flows.plan.model import Comparator, Improves, Measure
from flows.plan.periods import Period, parse_period
from flows.position.measure_state import ComparatorSeries, MeasureState, Path, Rating, Value


def comparator_series(measure: Measure, read_on: dt.date) -> tuple[ComparatorSeries, ...]:
    """Each comparator of a measure, with what was public on the day on which the board reads the report."""
    figures: dict[str, list[Comparator]] = defaultdict(list)
    for comparator in measure.comparators:
        if comparator.available is None or comparator.available <= read_on:
            figures[comparator.name].append(comparator)
    return tuple(ComparatorSeries(name, tuple(sorted(found, key=_order))) for name, found in figures.items())


def _order(comparator: Comparator) -> tuple[bool, dt.date]:
    return (comparator.when is not None, comparator.when.end if comparator.when else dt.date.min)


def held_against(state: MeasureState, began: dt.date) -> MeasureState:
    """The state with the distance of its latest figure from baseline and target, the path, and the rating.

    A baseline that contradicts its neighbours is held against nothing. `began` is the first day of the plan, on which
    the path begins where the plan does not say as at when the baseline was.
    """
    measure, latest = state.measure, state.latest
    baseline = None if state.baseline_in_doubt else measure.baseline
    path = _path(measure, baseline, began)
    if latest is None or latest.value is None:
        return replace(state, path=path)
    return replace(
        state,
        path=path,
        from_baseline=None if baseline is None else latest.value - baseline,
        from_target=None if measure.target is None else latest.value - measure.target,
        rating=_rating(state, latest, path),
    )


def _path(measure: Measure, baseline: float | None, began: dt.date) -> Path | None:
    """A straight line: the plan names no steps between."""
    if baseline is None or measure.target is None or measure.target_date is None:
        return None
    period = parse_period(measure.baseline_as_at, measure.frequency) if measure.baseline_as_at else None
    start = period.end if isinstance(period, Period) else began
    return Path(start, baseline, measure.target_date, measure.target) if start < measure.target_date else None


def at_least_as_good(measure: Measure, value: float, other: float) -> bool:
    """Whether a value is as good as another, by the way the measure improves and as it is printed."""
    ahead = round(value, measure.decimals) - round(other, measure.decimals)
    return ahead >= 0 if measure.improves is Improves.UP else ahead <= 0


def _rating(state: MeasureState, latest: Value, path: Path | None) -> Rating | None:
    """How the latest figure compares; None where there is nothing to hold it against, or no direction is better.

    Against the target where there is one: met, else by the path on the day its period ended. Else against the
    comparators of the same period, or without one.
    """
    measure, value = state.measure, latest.value
    if value is None or measure.improves is Improves.NEUTRAL:
        return None
    if measure.target is None:
        return _among_comparators(state, latest)
    if at_least_as_good(measure, value, measure.target):
        return Rating.MEETS
    if measure.target_date and latest.period.end >= measure.target_date:
        return Rating.MISSED
    if path is None:
        return Rating.SHORT
    return Rating.ON_PATH if at_least_as_good(measure, value, path.on(latest.period.end)) else Rating.BEHIND


def _among_comparators(state: MeasureState, latest: Value) -> Rating | None:
    beside = [c.beside(latest.period) for c in state.comparators]
    alike = [c for c in beside if c.when == latest.period or (c.when is None and not c.period)]
    if not alike or latest.value is None:
        return None
    good = [at_least_as_good(state.measure, latest.value, c.value) for c in alike]
    return Rating.BETTER if all(good) else Rating.BETWEEN if any(good) else Rating.WORSE
