"""What each chart says, ready to be drawn: figures, what to hold them against, and a title that is the finding.

Every chart has `title` (the finding), `subtitle` (what is plotted, and its unit), `alt` (the finding, the latest
value and the range, in one or two sentences) and `source`. `cells` are those that its figures stand in; none where
they are counted. `wide` charts are 165 mm across, others 80 mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.plan.findings import Origin
from flows.position.model import Status

LineKind = Literal["baseline", "target", "comparator"]
Cause = Literal["", "improvement", "concern", "neutral"]
"""What a special cause means, by the way the measure improves; "" for a point of common cause."""


@dataclass(frozen=True)
class ChartPoint:
    """One value of the series; `label` is its period in words, `value` is None where no figure was returned."""

    label: str
    date: date
    value: float | None
    provisional: bool = False
    cause: Cause = ""


@dataclass(frozen=True)
class ChartLine:
    """A level to hold the series against, drawn across the chart and labelled at its end."""

    label: str
    value: float
    kind: LineKind


@dataclass(frozen=True)
class ChartPath:
    """A line that changes over time: the path to a target, or what a comparator shows, period by period.

    `points` are at least two days with their values, in order; it is labelled at its end.
    """

    label: str
    points: tuple[tuple[date, float], ...]
    kind: LineKind


@dataclass(frozen=True)
class ChartLimits:
    """The mean and the process limits that hold from one day to another; limits are None where there are none.

    A recalculation begins another one; the lines of the two are not joined.
    """

    first: date
    last: date
    mean: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class ChartNote:
    """A dated note on the chart: an event, or the limits worked out anew."""

    date: date
    words: str


@dataclass(frozen=True)
class Chart:
    """One series over time: a trend, a run chart (with its mean) or a control chart (with mean and limits).

    `unit` is "%" or the unit in words. `profile` names the rules behind the special causes, and is printed under a
    control chart. `decimals` is how many every number of the chart is printed with, None for as many as the figures
    need.
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
    limits: tuple[ChartLimits, ...] = ()
    paths: tuple[ChartPath, ...] = ()
    notes: tuple[ChartNote, ...] = ()
    profile: str = ""
    decimals: int | None = None
    cells: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Bar:
    """One bar of a chart of bands: its label and the number in each band, None where it is not known."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class BandsChart:
    """How a total divides into bands, in the order of the bands: one stacked bar for each period or place.

    `share` draws every bar as shares of its own total; otherwise bars are as long as their totals.
    """

    title: str
    subtitle: str
    bands: tuple[str, ...]
    bars: tuple[Bar, ...]
    alt: str
    source: str
    wide: bool = True
    share: bool = False
    cells: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One small chart among many: the series, its limits, and the words beside it."""

    title: str
    latest: str
    unit: str
    points: tuple[ChartPoint, ...]
    limits: tuple[ChartLimits, ...] = ()


@dataclass(frozen=True)
class SmallMultiples:
    """Many small charts of one size on one time scale, each with its own scale of values."""

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    alt: str
    source: str
    cells: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class BurnUpChart:
    """Milestones planned and done by each day, counted up. `done` ends at the day of the report."""

    title: str
    subtitle: str
    planned: tuple[tuple[date, int], ...]
    done: tuple[tuple[date, int], ...]
    total: int
    alt: str
    source: str
    wide: bool = True
    cells: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class HeatMark:
    """One risk on the heat map: its reference, where it stands, and where it stood before (0 for nowhere)."""

    ref: str
    likelihood: int
    impact: int
    likelihood_before: int = 0
    impact_before: int = 0


@dataclass(frozen=True)
class HeatMap:
    """Risks by likelihood (1 to 5, across) and impact (1 to 5, upwards), with where each one stood before."""

    title: str
    subtitle: str
    marks: tuple[HeatMark, ...]
    alt: str
    source: str
    wide: bool = False
    cells: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class TimelineMark:
    """One due day as it stands. `first` is the day first agreed where the board has moved it since, else None;
    `recurring` for one of several due days of a milestone, which is drawn smaller."""

    ref: str
    due: date
    status: Status
    first: date | None = None
    recurring: bool = False


@dataclass(frozen=True)
class TimelineRow:
    """A focus area on the timeline: its name, the area of concern that it is grouped under, and its due days."""

    label: str
    area: str
    marks: tuple[TimelineMark, ...]


@dataclass(frozen=True)
class Timeline:
    """The due days of a plan, focus area by focus area, each with the sign of its status on the day `as_at`.

    `key` is the word for each status that is drawn, in the order of the statuses. `shaded` is the first and the last
    day of the months under review, None for none.
    """

    title: str
    subtitle: str
    rows: tuple[TimelineRow, ...]
    key: tuple[tuple[Status, str], ...]
    as_at: date
    alt: str
    source: str
    shaded: tuple[date, date] | None = None
    wide: bool = True
    cells: tuple[Origin, ...] = ()


AnyChart = Chart | BandsChart | SmallMultiples | BurnUpChart | HeatMap | Timeline
