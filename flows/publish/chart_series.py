"""One series over time: a trend, a run chart with its mean, or a control chart with mean and process limits.

What the series is held against is drawn thin and named at the right-hand end: levels and paths (target, baseline,
comparators), the mean and the limits. The limits of one span of time are not joined to those of the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from flows.publish.chart_marks import CAUSE_COLOURS, series, signs
from flows.publish.chart_notes import Notes, draw_notes, notes_of
from flows.publish.chart_parts import (
    ACCENT,
    COUNTED_UNITS,
    GREY,
    HALF,
    INK,
    RULE,
    WIDE,
    Drawn,
    Frame,
    Label,
    Spot,
    dates,
    end_labels,
    grid,
    height_for,
    line,
    nothing,
    polyline,
    scale,
    svg,
    tick_words,
)
from flows.publish.chart_words import (
    amount,
    decimals,
    figure_of,
    level_words,
    month_words,
    widest,
    width,
    worked_out,
    wrap,
)
from flows.reports.chart import Chart, ChartLimits, ChartPath, ChartPoint, LineKind

LOOKS: dict[LineKind, tuple[str, float, str]] = {
    "target": (INK, 1.3, ""),
    "baseline": (GREY, 1.0, "6 3"),
    "comparator": (GREY, 1.0, "1.5 2.5"),
}
"""Colour, thickness and dash of what a series is held against."""

MEAN, LIMIT = (GREY, 0.8, ""), (GREY, 0.7, "3.5 2.5")
"""The same for a mean and for a process limit."""

GREY_BLUE = "#6f829b"
"""The line of a control chart, which stands behind its points."""

_DOT = 2.4
_TOP = 7.0


@dataclass(frozen=True)
class _End:
    """A line's name at its right-hand end, before the frame says how high it stands."""

    value: float
    text: str
    colour: str
    bold: bool = False


@dataclass(frozen=True)
class _Plan:
    """Where everything goes: `deep` has its periods on two lines."""

    frame: Frame
    ticks: Sequence[float]
    texts: Sequence[str]
    labels: Sequence[Label]
    notes: Notes
    deep: bool

    @property
    def foot(self) -> float:
        """Height of the drawing."""
        return self.frame.bottom + (28 if self.deep else 18)


def draw_series(chart: Chart) -> Drawn:
    """The drawing of a series, 165 mm or 80 mm wide, and the key to its signs."""
    known = [(point, value) for point in chart.points if (value := figure_of(point.value)) is not None]
    if not known:
        return nothing(chart.alt, chart.wide)
    plan, (latest, value) = _plan(chart, known), known[-1]
    body = [
        *grid(plan.frame, plan.ticks, plan.texts),
        *dates(plan.frame, _periods(chart, plan.frame), deep=plan.deep),
        *draw_notes(plan.frame, plan.notes),
        *_held_against(plan.frame, chart),
        *_reach(plan.frame, plan.frame.x(latest.date), plan.frame.y(value)),
        *series(plan.frame, chart.points, *_colours(chart), _DOT),
        *end_labels(plan.frame, plan.labels),
    ]
    rules = [f"Control chart rules: {chart.profile.rstrip('.')}."] if chart.profile else []
    under = (*signs(chart.points), *rules, *plan.notes.under)
    return Drawn(svg(chart.wide, plan.foot, " ".join([chart.alt, *plan.notes.inside]), body), under)


def _plan(chart: Chart, known: Sequence[tuple[ChartPoint, float]]) -> _Plan:
    across, height, room = (WIDE, 140.0, 98.0) if chart.wide else (HALF, 132.0, 80.0)
    first, last = _window(chart)
    ticks = _ticks(chart, [value for _, value in known], first, last)
    texts = tick_words(ticks, chart.unit)
    ends = [(end, wrap(end.text, room, most=4)) for end in _ends(chart, known, first, last)]
    frame = Frame(
        left=widest(texts) + 6,
        right=across - max(widest(lines) for _, lines in ends) - 9,
        top=_TOP,
        bottom=height,
        first_day=first,
        last_day=last,
        low=ticks[0],
        high=ticks[-1],
    )
    notes = notes_of(chart, frame)
    deep = sum(width(label) for label, _ in _periods(chart, frame)[:2]) + 12 > frame.right - frame.left
    top = _TOP + notes.strip
    bottom = max(height - (28 if deep else 18), top + height_for(lines for _, lines in ends))
    frame = replace(frame, top=top, bottom=bottom)
    labels = [Label(frame.y(end.value), lines, end.colour, end.bold) for end, lines in ends]
    return _Plan(frame, ticks, texts, labels, notes, deep)


def limit_lines(frame: Frame, limits: Sequence[ChartLimits]) -> list[str]:
    """The mean and the limits of each span of time, each from its first day to its last."""
    parts = []
    for span in limits:
        left, right = _across(frame, span)
        if left < right:
            for value, look in ((span.mean, MEAN), (span.lower, LIMIT), (span.upper, LIMIT)):
                if (known := figure_of(value)) is not None:
                    parts.append(line(left, frame.y(known), right, frame.y(known), *look))
    return parts


def limit_values(limits: Sequence[ChartLimits]) -> list[float]:
    """Every mean and limit that can be drawn."""
    every = (figure_of(value) for span in limits for value in (span.mean, span.lower, span.upper))
    return [value for value in every if value is not None]


def _across(frame: Frame, span: ChartLimits) -> Spot:
    """From where to where a span reaches within the frame; that of a single day is a few points wide."""
    left, right = frame.x(span.first), frame.x(span.last)
    if 0 <= right - left < 8:
        left, right = left - 4, right + 4
    return max(left, frame.left), min(right, frame.right)


def _colours(chart: Chart) -> tuple[str, str]:
    """Colours of the line and of its points: a control chart is grey, so that its special causes stand out."""
    return (GREY_BLUE, GREY) if _controlled(chart) else (ACCENT, ACCENT)


def _controlled(chart: Chart) -> bool:
    return any(figure_of(value) is not None for span in chart.limits for value in (span.lower, span.upper))


def _window(chart: Chart) -> tuple[int, int]:
    """The first and the last day of the chart: those of its points, and of a path that looks ahead.

    A path adds no more than half as much again, so that the past is not pressed into a corner; the rest is cut off.
    """
    days = [point.date.toordinal() for point in chart.points]
    first, last = min(days), max(days)
    ahead = max((day.toordinal() for path in chart.paths for day, _ in path.points), default=last)
    return first, max(last, min(ahead, last + (last - first) // 2))


def _ticks(chart: Chart, values: Sequence[float], first: int, last: int) -> list[float]:
    levels = [value for level in chart.lines if (value := figure_of(level.value)) is not None]
    paths = [value for path in chart.paths for _, value in _within(path, first, last)]
    counted = chart.unit in COUNTED_UNITS
    return scale(
        [*values, *levels, *paths, *limit_values(chart.limits)],
        whole=counted,
        from_zero=chart.from_zero or counted,
        per_cent=chart.unit == "%",
    )


def _ends(chart: Chart, known: Sequence[tuple[ChartPoint, float]], first: int, last: int) -> Iterator[_End]:
    """The words at the right-hand end: the latest value, then what it is held against."""
    latest, value = known[-1]
    places = chart.decimals if chart.decimals is not None else decimals(value for _, value in known)
    words = amount(value, chart.unit, places)
    words += f" ({latest.label})" if latest is not chart.points[-1] else ""
    own = CAUSE_COLOURS[latest.cause] if latest.cause else INK if _controlled(chart) else ACCENT
    yield _End(value, f"{words} provisional" if latest.provisional else words, own, bold=True)
    for level in chart.lines:
        if figure_of(level.value) is not None:
            words = level_words(level.label, level.value, chart.unit, chart.decimals)
            yield _End(level.value, words, INK if level.kind == "target" else GREY)
    for path in chart.paths:
        if spots := _within(path, first, last):
            yield _End(spots[-1][1], _path_words(path, last, chart), INK if path.kind == "target" else GREY)
    yield from _limit_ends(chart, places)


def _path_words(path: ChartPath, last: int, chart: Chart) -> str:
    """The name of a path and where it ends; with the month when that is beyond the end of the chart."""
    day, value = _steps(path)[-1]
    words = level_words(path.label, value, chart.unit, chart.decimals)
    return f"{words} in {month_words(date.fromordinal(day))}" if day > last else words


def _limit_ends(chart: Chart, places: int) -> Iterator[_End]:
    """Mean and limits of the last span of time; earlier ones are told by their place."""
    for span in chart.limits[-1:]:
        named = (("Upper limit", span.upper), ("Mean", span.mean), ("Lower limit", span.lower))
        for name, value in named:
            if (known := figure_of(value)) is not None:
                said = amount(known, chart.unit, places) if chart.decimals is not None else None
                yield _End(known, f"{name} {said or worked_out(known, chart.unit, places)}", GREY)


def _held_against(frame: Frame, chart: Chart) -> Iterator[str]:
    """Levels, paths, means and limits."""
    yield from limit_lines(frame, chart.limits)
    for level in chart.lines:
        if figure_of(level.value) is not None:
            yield line(frame.left, frame.y(level.value), frame.right, frame.y(level.value), *LOOKS[level.kind])
    for path in chart.paths:
        spots = _within(path, frame.first_day, frame.last_day)
        if spots:
            drawn = [(frame.x(date.fromordinal(day)), frame.y(value)) for day, value in spots]
            yield from _reach(frame, *drawn[-1])
            yield polyline(drawn, *LOOKS[path.kind])


def _within(path: ChartPath, first: int, last: int) -> list[tuple[int, float]]:
    """The part of a path that falls within the chart, as days and values: two spots at least, or none."""
    spots: list[tuple[int, float]] = []
    for a, b in pairwise(_steps(path)):
        if a[0] < b[0] and a[0] < last and b[0] > first:
            spots += [_between(a, b, max(a[0], first)), _between(a, b, min(b[0], last))]
    return list(dict.fromkeys(spots))


def _steps(path: ChartPath) -> list[tuple[int, float]]:
    """The days and values of a path in order, without those that are no figures."""
    return sorted((day.toordinal(), value) for day, given in path.points if (value := figure_of(given)) is not None)


def _between(a: tuple[int, float], b: tuple[int, float], day: int) -> tuple[int, float]:
    """Where a straight line from `a` to `b` stands on a day; exactly at either end of it."""
    if day in (a[0], b[0]):
        return a if day == a[0] else b
    return day, a[1] + (b[1] - a[1]) * (day - a[0]) / (b[0] - a[0])


def _reach(frame: Frame, x: float, y: float) -> Iterator[str]:
    """A hair from the end of a line that stops before the end of the chart to its label there."""
    if frame.right - x > 8:
        yield line(x + 4, y, frame.right, y, RULE, 0.5)


def _periods(chart: Chart, frame: Frame) -> list[tuple[str, date]]:
    """The periods under the axis: the first, the last, those between where they fit, and the end of a path ahead."""
    points, last = chart.points, len(chart.points) - 1
    between = (last // 3, last * 2 // 3) if frame.right - frame.left > 250 and last > 5 else (last // 2,)
    wanted = [(points[i].label, points[i].date) for i in (0, last, *between)]
    end = date.fromordinal(frame.last_day)
    return wanted if end == max(point.date for point in points) else [*wanted[:2], (month_words(end), end), *wanted[2:]]
