"""Statistical process control: XmR charts (individual values and moving ranges) for many series at once.

Nothing here knows of measures or files: numbers go in, one row a series, and come out with mean, limits and special
causes. The method is the one that NHS England's *Making Data Count* teaches:

- the centre is the mean; the limits lie 2.66 times the mean moving range from it (2.66 = 3 / 1.128, Shewhart's constant
  for ranges of two); the line near a limit lies two thirds of the way;
- **outside**: a point above the upper or below the lower limit;
- **shift**: a run of so many points on one side of the mean; a point on the mean ends a run;
- **trend**: a run of so many points, each above the one before, or each below; two equal points end a run;
- **2 of 3**: two of three points in a row near the same limit, or beyond it;
- a point that several rules name counts by the first of: outside, trend, 2 of 3, shift. Every point of a run is marked.

Profiles (`PROFILES`) differ as their words say. For all of them:

- *Gaps* are passed over: the points on either side of a missing value are neighbours.
- *Recalculation* begins a new section, with its own mean and limits; no range and no run reaches across.
- *Short series*: below the profile's minimum there is a mean, but no limits and no special cause. A section
  with one point has no limits.
- *Constant series*: where nothing varies the limits lie on the mean, and no point is a special cause.
- Numbers nearer to each other than a hundred-thousand-millionth of the largest count as equal, so that no special
  cause comes from the last digit of a computer's arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Signs = NDArray[np.int8]
"""+1 for high or rising, -1 for low or falling, 0 for neither."""

LIMIT = 2.66
NEAR = LIMIT * 2 / 3
SCREEN = 3.267
"""Upper limit of moving ranges of two, in mean moving ranges (Shewhart's D4)."""
_EQUAL = 1e-11


class Rule(IntEnum):
    """The special causes, in the order in which they are told."""

    NONE = 0
    OUTSIDE = 1
    TREND = 2
    TWO_OF_THREE = 3
    SHIFT = 4


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of rules. `run` is the length of a shift and of a trend, in points; `minimum` how many points a series
    needs for limits; `is_nhsr` follows the R package where it differs."""

    name: str
    run: int
    minimum: int
    words: str
    is_nhsr: bool = False


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("mdc-7", 7, 13, "Making Data Count, with runs of 7 points for a shift and a trend"),
        Profile("mdc-6", 6, 13, "Making Data Count, with runs of 6 points for a shift and a trend"),
        Profile(
            "nhsr",
            7,
            2,
            "as the R package NHSRplotthedots: runs of 7; moving ranges of 3.267 times their mean or more are left out "
            "once before the limits; 2 of 3 counts points between the near line and the limit, all three on one side",
            is_nhsr=True,
        ),
    )
}
"""The profiles by name. Sources: NHS England, *Making Data Count* guides (4 rules; runs of 7 in the current ones, of 6
in earlier ones); NHS-R Community, NHSRplotthedots 0.2 (`ptd_spc_standard`, `ptd_calculate_point_type`), whose minimum
is the two points that a range needs."""


@dataclass(frozen=True)
class ControlCharts:
    """The charts of many series: every array has one row a series and one column a point.

    `mean`, `lower` and `upper` stand at gaps too; limits are NaN where there are none. `outside`, `trend`,
    `two_of_three` and `shift` say which way each rule marks a point; `rule` is the one that counts and `direction`
    its way.
    """

    values: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    outside: Signs
    trend: Signs
    two_of_three: Signs
    shift: Signs
    rule: Signs
    direction: Signs


def control_charts(
    values: Floats | Sequence[Sequence[float]],
    profile: Profile = PROFILES["mdc-7"],
    sections: NDArray[Any] | Sequence[Any] | None = None,
    limits_from: int | None = None,
) -> ControlCharts:
    """The control chart of every row of `values`, oldest value first, NaN where there is none.

    `sections` numbers the section of each point (0 and up, rising), for all series together or one row each: a
    recalculation begins a new number. `limits_from` sets mean and limits of each section by its first so many
    points. ValueError when `values` is not a table of numbers, or the sections do not fit it.
    """
    given = np.array(values, dtype=np.float64, ndmin=2)
    if given.ndim != 2:
        raise ValueError("Values come as a table: one row a series, one column a point.")
    given[~np.isfinite(given)] = np.nan
    whole = np.zeros(given.shape, np.int64) if sections is None else np.asarray(sections, dtype=np.int64)
    whole = np.ascontiguousarray(np.broadcast_to(whole, given.shape))
    order = np.argsort(np.isnan(given), axis=1, kind="stable")
    x = np.take_along_axis(given, order, 1)
    known = ~np.isnan(x)
    section = np.where(known, np.take_along_axis(whole, order, 1), -1)
    tolerance = _EQUAL * np.nanmax(np.abs(given), axis=1, initial=0.0)[:, None]

    mean, spread = _mean_and_spread(x, section, whole, profile, limits_from)
    enough = known.sum(axis=1, keepdims=True) >= profile.minimum
    spread = np.where(enough, spread, np.nan)
    away = x - np.take_along_axis(mean, order, 1)
    apart = np.take_along_axis(spread, order, 1)
    side = np.where(enough & known, _sign(away, tolerance), 0).astype(np.int8)

    outside = np.where(np.abs(away) > LIMIT * apart + tolerance, side, 0).astype(np.int8)
    near = np.where(np.abs(away) > NEAR * apart + tolerance, side, 0).astype(np.int8)
    joined = np.zeros(x.shape, bool)
    joined[:, 1:] = (section[:, 1:] == section[:, :-1]) & known[:, 1:] & enough
    shift = _shift(side, joined, profile.run)
    trend = _trend(x, joined, tolerance, profile)
    of_three = _two_of_three_nhsr(near, outside, side, joined) if profile.is_nhsr else _two_of_three(near, joined)

    rule, direction = _first_of((outside, trend, of_three, shift))
    back = [np.empty_like(part) for part in (outside, trend, of_three, shift, rule, direction)]
    for put, part in zip(back, (outside, trend, of_three, shift, rule, direction), strict=True):
        np.put_along_axis(put, order, part, 1)
    return ControlCharts(given, mean, mean - LIMIT * spread, mean + LIMIT * spread, *back)


def _mean_and_spread(
    x: Floats, section: NDArray[Any], whole: NDArray[Any], profile: Profile, limits_from: int | None
) -> tuple[Floats, Floats]:
    """The mean and the mean moving range at every place of the table as it was given, section by section."""
    mean, spread = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    ranges = np.full(x.shape, np.nan)
    ranges[:, 1:] = np.abs(np.diff(x, axis=1))
    for number in np.unique(whole):
        mine = section == number
        if limits_from is not None:
            mine &= np.cumsum(mine, axis=1) <= limits_from
        pairs = mine.copy()
        pairs[:, 1:] &= mine[:, :-1]
        pairs[:, :1] = False
        centre, apart = _mean_of(x, mine), _mean_of(ranges, pairs)
        if profile.is_nhsr:
            apart = _mean_of(ranges, pairs & ((ranges < SCREEN * apart) | (ranges == 0)))
        mean = np.where(whole == number, centre, mean)
        spread = np.where(whole == number, apart, spread)
    return mean, spread


def _mean_of(numbers: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """The mean of the chosen numbers of each row; NaN where none is."""
    count = chosen.sum(axis=1, keepdims=True)
    total = np.where(chosen, numbers, 0.0).sum(axis=1, keepdims=True)
    mean: Floats = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def _sign(numbers: Floats, tolerance: Floats) -> Signs:
    return ((numbers > tolerance).astype(np.int8) - (numbers < -tolerance)).astype(np.int8)


def _run_lengths(signs: Signs, joined: NDArray[np.bool_]) -> NDArray[np.int64]:
    """At each point, how many points up to it have its sign; 0 where it has none. `joined` points follow on."""
    lengths: NDArray[np.int64] = (signs != 0).astype(np.int64)
    for i in range(1, signs.shape[1]):
        goes_on = joined[:, i] & (signs[:, i] == signs[:, i - 1])
        lengths[:, i] += np.where(goes_on & (signs[:, i] != 0), lengths[:, i - 1], 0)
    return lengths


def _reached_back(ends: NDArray[np.bool_], run: int) -> NDArray[np.bool_]:
    """Every point of the runs of so many points that end at `ends`."""
    part, points = np.zeros(ends.shape, bool), ends.shape[1]
    for back in range(min(run, points)):
        part[:, : points - back] |= ends[:, back:]
    return part


def _shift(side: Signs, joined: NDArray[np.bool_], run: int) -> Signs:
    """The side of every point that is part of a run of at least so many on it."""
    part = _reached_back(_run_lengths(side, joined) >= run, run)
    return np.where(part, side, 0).astype(np.int8)


def _trend(x: Floats, joined: NDArray[np.bool_], tolerance: Floats, profile: Profile) -> Signs:
    """Which way a trend goes that a point is part of; a point where two meet belongs to the later one."""
    step = np.zeros(x.shape, np.int8)
    step[:, 1:] = np.where(joined[:, 1:], _sign(np.diff(x, axis=1), tolerance), 0)
    part = _reached_back(_run_lengths(step, joined) >= profile.run - 1, profile.run)
    after, goes_on = np.zeros(x.shape, np.int8), np.zeros(x.shape, bool)
    after[:, :-1], goes_on[:, :-1] = step[:, 1:], part[:, 1:] & joined[:, 1:]
    if not profile.is_nhsr:
        goes_on &= after != 0
    rises = np.where(goes_on, after, step) > 0
    return np.where(part, np.where(rises, 1, -1), 0).astype(np.int8)


def _neighbour(signs: Signs, joined: NDArray[np.bool_], steps: int) -> Signs:
    """The sign of the point so many after each (before it, when negative) in the same section; 0 where none is."""
    out = np.zeros_like(signs)
    near = joined.copy()
    if abs(steps) == 2:
        near[:, 1:] &= joined[:, :-1]
    if steps < 0:
        out[:, -steps:] = np.where(near[:, -steps:], signs[:, :steps], 0)
    else:
        out[:, :-steps] = np.where(near[:, steps:], signs[:, steps:], 0)
    return out


def _two_of_three(near: Signs, joined: NDArray[np.bool_]) -> Signs:
    """Points near or beyond a limit that have another near or beyond the same limit among three in a row."""
    if near.shape[1] < 3:
        return np.zeros_like(near)
    beside = [_neighbour(near, joined, steps) == near for steps in (-2, -1, 1, 2)]
    three = _section_of_three(joined)
    return np.where(np.logical_or.reduce(beside) & three, near, 0).astype(np.int8)


def _section_of_three(joined: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Points that stand in some three points in a row of one section."""
    last = joined.copy()
    last[:, 1:] &= joined[:, :-1]
    out = last.copy()
    out[:, :-1] |= last[:, 1:]
    out[:, :-2] |= last[:, 2:]
    return out


def _two_of_three_nhsr(near: Signs, outside: Signs, side: Signs, joined: NDArray[np.bool_]) -> Signs:
    """As NHSRplotthedots has it: two of three points between the near line and the limit, all three on one side."""
    close = np.where(outside == 0, near, 0).astype(np.int8)
    found = np.zeros(close.shape, bool)
    if close.shape[1] >= 3:
        for window in ((-2, -1, 0), (-1, 0, 1), (0, 1, 2)):
            closes = [close if s == 0 else _neighbour(close, joined, s) for s in window]
            sides = [side if s == 0 else _neighbour(side, joined, s) for s in window]
            two = np.sum([c != 0 for c in closes], axis=0) >= 2
            found |= two & (np.abs(np.sum(sides, axis=0)) == 3)
    return np.where(found, close, 0).astype(np.int8)


def _first_of(marks: Sequence[Signs]) -> tuple[Signs, Signs]:
    """The number (from 1) of the first rule that marks each point, and its way."""
    rule, direction = np.zeros_like(marks[0]), np.zeros_like(marks[0])
    for number in range(len(marks), 0, -1):
        hit = marks[number - 1] != 0
        rule[hit], direction[hit] = number, marks[number - 1][hit]
    return rule, direction


class Variation(StrEnum):
    """What the latest point says (the variation icon); "high" and "low" are where it lies, or which way it goes."""

    COMMON = "common"
    IMPROVING_HIGH = "improving-high"
    IMPROVING_LOW = "improving-low"
    CONCERNING_HIGH = "concerning-high"
    CONCERNING_LOW = "concerning-low"
    NEUTRAL_HIGH = "neutral-high"
    NEUTRAL_LOW = "neutral-low"


class Assurance(StrEnum):
    """Whether the process as it stands will meet its target (the assurance icon)."""

    PASSES = "passes"
    FAILS = "fails"
    HIT_OR_MISS = "hit-or-miss"


def variation(direction: int, improves: int) -> Variation:
    """The variation of a point: `direction` of its special cause (0 for none); `improves` is +1 when higher is
    better, -1 when lower is, 0 when neither is."""
    if direction == 0:
        return Variation.COMMON
    kind = "neutral" if improves == 0 else "improving" if direction == improves else "concerning"
    return Variation(f"{kind}-{'high' if direction > 0 else 'low'}")


def assurance(
    lower: float, upper: float, target: float | None, improves: int, profile: Profile = PROFILES["mdc-7"]
) -> Assurance | None:
    """Whether limits and target leave chance a part: None without target, limits or a direction that is better.

    It passes when even the worse limit meets the target, fails when even the better one misses it. A limit that lies
    on the target meets it, but not in NHSRplotthedots, which calls that hit or miss.
    """
    if target is None or improves == 0 or not (np.isfinite(lower) and np.isfinite(upper)):
        return None
    worse, better = (lower, upper) if improves > 0 else (-upper, -lower)
    goal = target * improves
    slack = _EQUAL * max(abs(lower), abs(upper), abs(target))
    if worse > goal + slack or (worse >= goal - slack and not profile.is_nhsr):
        return Assurance.PASSES
    return Assurance.FAILS if better < goal - slack else Assurance.HIT_OR_MISS


def sections_of(points: Iterable[Any], recalculated: Iterable[Any]) -> NDArray[np.int64]:
    """The section of each point: how many recalculations begin on or before it. Days, months or anything ordered."""
    starts = sorted(set(recalculated))
    return np.array([sum(start <= point for start in starts) for point in points], dtype=np.int64)
