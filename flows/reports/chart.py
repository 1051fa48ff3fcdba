"""What a chart says, ready to be drawn: points, lines to hold them against, a title that is the finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

LineKind = Literal["baseline", "target", "comparator"]


@dataclass(frozen=True)
class ChartPoint:
    """One value of the series; `label` is its period in words, `value` is None where no figure was returned."""

    label: str
    date: date
    value: float | None
    provisional: bool = False


@dataclass(frozen=True)
class ChartLine:
    """A level to hold the series against, drawn across the chart and labelled at its end."""

    label: str
    value: float
    kind: LineKind


@dataclass(frozen=True)
class Chart:
    """Everything a trend chart says.

    `title` is the finding, `subtitle` what is plotted, `unit` is "%" or the unit in words, `alt` the finding, the
    latest value and the range in one or two sentences. `wide` charts are 165 mm across, others 80 mm.
    """

    title: str
    subtitle: str
    unit: str
    points: tuple[ChartPoint, ...]
    lines: tuple[ChartLine, ...]
    alt: str
    source: str
    wide: bool = False
    from_zero: bool = False
