"""Control charts for an analyst, from a CSV file alone: what `boardpack spc` works out and writes.

A file of series (`series_file`) goes through the engine of the papers (`position.control_charts`) and comes out as CSV, a
row a point, and as one sentence a series; `picture` draws it. There is no partnership, plan or ledger here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from flows.plan.findings import UserError
from flows.plan.model import Improves
from flows.plan.words import count
from flows.position.control_charts import (
    PROFILES,
    Assurance,
    Profile,
    Rule,
    Variation,
    assurance,
    control_charts,
    variation,
)
from flows.reports.chart import Cause
from flows.spc.series_file import SeriesFile, When

HEADER = ("date", "value", "mean", "lower_limit", "upper_limit", "special_cause", "meaning", "variation", "assurance")

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_SENTENCES = 40

_FIGURES = 12
"""Significant figures of a mean or a limit, in a number as large as the largest of its series: what lies beyond is the
noise of the computer's arithmetic."""

_BETTER = {Improves.UP: 1, Improves.DOWN: -1, Improves.NEUTRAL: 0}

_CAUSES = {
    (Rule.OUTSIDE, 1): "outside the limits, high",
    (Rule.OUTSIDE, -1): "outside the limits, low",
    (Rule.TREND, 1): "trend, rising",
    (Rule.TREND, -1): "trend, falling",
    (Rule.TWO_OF_THREE, 1): "2 of 3 near the upper limit",
    (Rule.TWO_OF_THREE, -1): "2 of 3 near the lower limit",
    (Rule.SHIFT, 1): "shift, above the mean",
    (Rule.SHIFT, -1): "shift, below the mean",
}

_VARIATION = {
    Variation.COMMON: "common cause",
    Variation.IMPROVING_HIGH: "special cause of improvement, high",
    Variation.IMPROVING_LOW: "special cause of improvement, low",
    Variation.CONCERNING_HIGH: "special cause of concern, high",
    Variation.CONCERNING_LOW: "special cause of concern, low",
    Variation.NEUTRAL_HIGH: "special cause, high",
    Variation.NEUTRAL_LOW: "special cause, low",
}

_ASSURANCE = {
    Assurance.PASSES: "consistently meets the target of {}",
    Assurance.FAILS: "consistently misses the target of {}",
    Assurance.HIT_OR_MISS: "hit or miss for the target of {}",
}


@dataclass(frozen=True)
class Asked:
    """What the analyst asks for. Limits are worked out anew from the first point on or after each `recalculate`."""

    improves: Improves = Improves.NEUTRAL
    target: float | None = None
    profile: Profile = PROFILES["mdc-7"]
    recalculate: tuple[When, ...] = ()


@dataclass(frozen=True)
class Icons:
    """The two icons of a series, from its latest value, which stands in the row `latest` (None where it has none)."""

    latest: int | None = None
    variation: Variation | None = None
    assurance: Assurance | None = None


@dataclass(frozen=True)
class Charted:
    """The control charts of a file. Arrays have one entry for each of its rows; limits are NaN where there are none.

    `section` counts the recalculations up to a row; `rule` and `direction` are those of `ControlCharts`. `icons` has
    one entry for each series.
    """

    file: SeriesFile
    asked: Asked
    section: Whole
    mean: Floats
    lower: Floats
    upper: Floats
    rule: Whole
    direction: Whole
    icons: tuple[Icons, ...]

    def rows(self, series: int) -> range:
        """The rows of a series."""
        return range(int(self.file.starts[series]), int(self.file.starts[series + 1]))

    def cause(self, row: int) -> str:
        """The special cause of a row in words; "" for common cause."""
        return _CAUSES.get((Rule(int(self.rule[row])), int(self.direction[row])), "")

    def meaning(self, row: int) -> Cause:
        """What the special cause of a row means."""
        return _meaning(int(self.direction[row]), self.asked.improves)


def chart_series(file: SeriesFile, asked: Asked) -> Charted:
    """Work out the control chart of every series. UserError when a recalculation divides none of them."""
    _refuse_idle_recalculations(file, asked)
    starts = sorted(when.day.toordinal() for when in asked.recalculate)
    section = np.searchsorted(starts, file.days, side="right").astype(np.int64)
    mean, lower, upper = (np.full(len(file.days), np.nan) for _ in range(3))
    rule, direction = np.zeros(len(file.days), np.int64), np.zeros(len(file.days), np.int64)
    for rows, inside in _tables(file.starts):
        values, sections = np.full(inside.shape, np.nan), np.zeros(inside.shape, np.int64)
        values[inside], sections[inside] = file.values[rows], section[rows]
        made = control_charts(values, asked.profile, sections)
        mean[rows], lower[rows], upper[rows] = made.mean[inside], made.lower[inside], made.upper[inside]
        rule[rows], direction[rows] = made.rule[inside], made.direction[inside]
    charted = Charted(file, asked, section, mean, lower, upper, rule, direction, ())
    icons = tuple(_icons(charted, row) for row in _latest_rows(file))
    return Charted(file, asked, section, mean, lower, upper, rule, direction, icons)


def _tables(starts: Whole) -> Iterable[tuple[Whole, NDArray[np.bool_]]]:
    """Series of about the same length together, as a table padded at its end: the rows in it, and where they stand.

    One table for all would grow without bound where one long series stands beside many short ones.
    """
    lengths = np.diff(starts)
    sizes = np.ceil(np.log2(lengths)).astype(np.int64)
    for size in np.unique(sizes):
        chosen = np.flatnonzero(sizes == size)
        places = np.arange(lengths[chosen].max())
        inside = places < lengths[chosen][:, None]
        yield (starts[chosen][:, None] + places)[inside], inside


def _refuse_idle_recalculations(file: SeriesFile, asked: Asked) -> None:
    known = ~np.isnan(file.values)
    first = np.minimum.reduceat(np.where(known, file.days, np.iinfo(np.int64).max), file.starts[:-1])
    last = np.maximum.reduceat(np.where(known, file.days, 0), file.starts[:-1])
    for when in asked.recalculate:
        day = when.day.toordinal()
        if ((first < day) & (day <= last)).any():
            continue
        if day > last.max():
            why = f"the last value is of {file.when(int(last.max()))}, so no limits can be worked out from then"
        elif day <= first.min():
            why = (
                f"the first value is of {file.when(int(first.min()))}, so the limits are worked out from there already"
            )
        else:
            why = "no series has values both before then and after"
        raise UserError(f"--recalculate {when} would change nothing: {why}; give a date after the first value.")


def _latest_rows(file: SeriesFile) -> list[int | None]:
    """The row of the latest value of each series; None where it has only gaps."""
    row = np.where(np.isnan(file.values), -1, np.arange(len(file.values)))
    return [latest if latest >= 0 else None for latest in np.maximum.reduceat(row, file.starts[:-1]).tolist()]


def _icons(charted: Charted, row: int | None) -> Icons:
    if row is None or np.isnan(charted.lower[row]):
        return Icons(row)
    asked, better = charted.asked, _BETTER[charted.asked.improves]
    limits = float(charted.lower[row]), float(charted.upper[row])
    return Icons(
        row,
        variation(int(charted.direction[row]), better),
        assurance(*limits, asked.target, better, asked.profile),
    )


def _meaning(direction: int, improves: Improves) -> Cause:
    if direction == 0:
        return ""
    better = _BETTER[improves]
    return "neutral" if better == 0 else "improvement" if direction == better else "concern"


# --- a row a point


def csv_text(charted: Charted) -> str:
    """The charts as CSV: a row a point; the first column names the series where the file names them."""
    file = charted.file
    series = np.repeat(np.arange(len(file.names)), np.diff(file.starts))
    days, which = np.unique(file.days, return_inverse=True)
    iso = [date.fromordinal(day).isoformat() for day in days.tolist()]
    kinds = range(-1, 2)
    causes = [_cell(_CAUSES.get((rule, way), "")) for rule in Rule for way in kinds]
    columns: list[Iterable[str]] = [
        _taken(iso, which),
        file.written,
        *(_figures(numbers, series, file) for numbers in (charted.mean, charted.lower, charted.upper)),
        _taken(causes, charted.rule * len(kinds) + charted.direction + 1),
        _taken([_meaning(way, charted.asked.improves) for way in kinds], charted.direction + 1),
        _taken([f"{icons.variation or ''},{icons.assurance or ''}" for icons in charted.icons], series),
    ]
    header = ",".join(HEADER)
    if file.named:
        header = f"series,{header}"
        columns.insert(0, _taken(map(_cell, file.names), series))
    return "\n".join([header, *map(",".join, zip(*columns, strict=True)), ""])


def _cell(text: str) -> str:
    """A text as a cell of a CSV file. Few cells need it, and `csv.writer` would look through all of them."""
    return '"' + text.replace('"', '""') + '"' if re.search('[,"\r\n]', text) else text


def _taken(texts: Iterable[str], which: Whole) -> list[str]:
    listed = list(texts)
    return [listed[i] for i in which.tolist()]


def _figures(numbers: Floats, series: Whole, file: SeriesFile) -> list[str]:
    """Means or limits as text: the shortest that is the number to `_FIGURES` figures; "" where there is none."""
    greatest = np.maximum.reduceat(np.abs(np.nan_to_num(file.values)), file.starts[:-1])
    size = np.ceil(np.log10(np.where(greatest > 0, greatest, 1.0)))
    scale = 10.0 ** np.clip(_FIGURES - size, 0, 22)[series]
    distinct, which = np.unique(np.rint(numbers * scale) / scale, return_inverse=True)
    return _taken(["" if np.isnan(number) else shortest(number) for number in distinct], which)


def shortest(number: float) -> str:
    """A number with as few digits as name it, and without a power of ten."""
    return np.format_float_positional(number + 0.0, trim="-")


# --- a sentence a series


def sentences(charted: Charted) -> Iterable[str]:
    """A sentence for each series; with many, for the first ones, and where the others are told."""
    names = charted.file.names
    for series in range(min(len(names), MOST_SENTENCES)):
        yield sentence(charted, series)
    if len(names) > MOST_SENTENCES:
        yield f"And {len(names) - MOST_SENTENCES:,} more series: their icons are in the CSV."


def sentence(charted: Charted, series: int) -> str:
    """What the icons of a series say, in one sentence with the number of its points and the profile."""
    file, rows = charted.file, charted.rows(series)
    points = int((~np.isnan(file.values[rows.start : rows.stop])).sum())
    facts = f"{count(points, 'point')}, profile {charted.asked.profile.name}"
    return f"{file.names[series]} ({facts}): {said(charted, series)}."


def said(charted: Charted, series: int) -> str:
    """The icons of a series in words, or why it has none."""
    icons, rows = charted.icons[series], charted.rows(series)
    if icons.latest is None:
        return "no icons, for it has no value"
    if icons.variation is None:
        points = int((~np.isnan(charted.file.values[rows.start : rows.stop])).sum())
        needed = charted.asked.profile.minimum
        if points < needed:
            return f"too few points for limits and icons, which need {needed}"
        return "no icons, for a single point stands since the limits were worked out anew"
    cause = charted.cause(icons.latest)
    why = f" ({cause})" if cause else ""
    return f"variation: {_VARIATION[icons.variation]}{why}; assurance: {_assurance_said(charted.asked, icons)}"


def _assurance_said(asked: Asked, icons: Icons) -> str:
    if asked.target is None:
        return "none, for there is no target"
    if icons.assurance is None:
        return "none, for it is not said whether up or down is better"
    target = f"{asked.target:,.10f}".rstrip("0").rstrip(".").replace("-", "−")
    return _ASSURANCE[icons.assurance].format(target)
