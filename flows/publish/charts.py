"""Charts as inline SVG: one series against its baseline, target and comparators.

A chart here is drawn text and lines in points (1 unit = 1 pt), so it stays sharp in the PDF and can be turned
into a picture for Word. It has no title of its own inside the drawing: the finding, the unit and the source are
real text that `figure` puts above and below it, and the drawing's `<title>` is the alternative text.

The same chart always gives the same characters. Nothing depends on colour alone: lines differ by dash and carry
their label, provisional points are hollow, gaps are gaps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import pairwise
from math import ceil, floor, log10

from flows.reports.chart import Chart, ChartLine, ChartPoint

FONT = "Source Sans 3"
INK, ACCENT, RULE, GRID, GREY = "#1b1f24", "#14477a", "#8a939c", "#dfe3e7", "#5a6672"
TEXT = 9.0
"""Size of every word in a chart, in points: nothing in a paper is smaller."""

_SLIM, _USUAL, _WIDE = 0.34, 0.555, 0.86
"""Widths of characters, in parts of their size; the true ones are in the font."""

COUNTED_UNITS = frozenset({"count", "number", "people", "children"})
"""Units whose axis always begins at zero."""


@dataclass(frozen=True)
class _Frame:
    """The rectangle that holds the lines, and how dates and values fall on it."""

    left: float
    right: float
    top: float
    bottom: float
    first_day: int
    last_day: int
    low: float
    high: float

    def x(self, day: date) -> float:
        span = self.last_day - self.first_day
        share = (day.toordinal() - self.first_day) / span if span else 0.5
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


@dataclass(frozen=True)
class _Label:
    """Words at the right-hand end of a line: where they would like to stand, and how they look."""

    y: float
    lines: tuple[str, ...]
    colour: str
    bold: bool = False

    @property
    def height(self) -> float:
        return len(self.lines) * (TEXT + 1.5)


def figure(chart: Chart) -> str:
    """The whole `<figure>`: the finding, what is plotted and the source as text, then the drawing."""
    hollow = " Hollow points are provisional." if any(p.provisional for p in chart.points) else ""
    source = "Source: " + chart.source.removeprefix("Source: ").rstrip(".")
    kind = "" if chart.wide else ' class="half"'
    return (
        f"<figure{kind}><figcaption><strong>{escape(chart.title)}</strong><br>{escape(chart.subtitle)}</figcaption>"
        f'{trend_chart(chart)}<p class="source">{escape(source)}.{hollow}</p></figure>'
    )


def trend_chart(chart: Chart) -> str:
    """The drawing alone: an `<svg>` with its alternative text, 165 mm or 80 mm wide."""
    width, height, size = (467.7, 162.0, 'width="165mm"') if chart.wide else (226.8, 132.0, 'width="80mm"')
    known = [point for point in chart.points if point.value is not None]
    body = _drawing(chart, known, width, height) if known else [_words(0, 20, "No figures yet", GREY)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} height="{_n(height / 72 * 25.4)}mm" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" font-family="{FONT}" font-size="{_n(TEXT)}">'
        f"<title>{escape(chart.alt)}</title>{''.join(body)}</svg>"
    )


def _drawing(chart: Chart, known: Sequence[ChartPoint], width: float, height: float) -> list[str]:
    ticks = _ticks(chart, known)
    tick_words = _tick_words(ticks, chart.unit)
    room = 24 if chart.wide else 17
    ends = [(line, _wrap(_line_words(chart, line), room)) for line in chart.lines]
    latest = _wrap(_latest_words(chart, known), room)
    label_width = max(_width(text) for _, texts in [(None, latest), *ends] for text in texts)
    deep = max(_width(point.label) for point in chart.points) > width * 0.24
    frame = _Frame(
        left=max(map(_width, tick_words)) + 6,
        right=width - label_width - 9,
        top=7,
        bottom=height - (28 if deep else 18),
        first_day=min(point.date for point in chart.points).toordinal(),
        last_day=max(point.date for point in chart.points).toordinal(),
        low=ticks[0],
        high=ticks[-1],
    )
    value = known[-1].value
    assert value is not None
    labels = [_Label(frame.y(value), latest, ACCENT, bold=True)]
    labels += [_Label(frame.y(line.value), texts, INK if line.kind == "target" else GREY) for line, texts in ends]
    return [
        *_grid(frame, ticks, tick_words),
        *_dates(frame, chart.points, 10 if deep else 99),
        *(_level(frame, line) for line in chart.lines),
        *_series(frame, chart.points),
        *_end_labels(frame, labels),
    ]


def _line_words(chart: Chart, line: ChartLine) -> str:
    """The label of a line and its value, unless the label ends in it already."""
    last = line.label.rpartition(" ")[2].rstrip("%").replace(",", "").replace("−", "-")
    if last == _plain(line.value) or last == f"{line.value:.1f}" or last == f"{line.value:.2f}":
        return line.label
    between = ": " if line.label[-1:].isdigit() else " "
    return f"{line.label}{between}{_amount(line.value, chart.unit)}"


def _latest_words(chart: Chart, known: Sequence[ChartPoint]) -> str:
    """The latest value, with as many decimals as its series has."""
    latest = known[-1]
    places = max(len(_plain(point.value or 0.0).partition(".")[2]) for point in known)
    words = _amount(latest.value or 0.0, chart.unit, places)
    if latest is not chart.points[-1]:
        words += f" ({latest.label})"
    return f"{words} provisional" if latest.provisional else words


def _ticks(chart: Chart, known: Iterable[ChartPoint]) -> list[float]:
    """Three to six round values that hold every point and line; none lies on an axis that is not zero."""
    values = [point.value for point in known if point.value is not None] + [line.value for line in chart.lines]
    low, high = min(values), max(values)
    counted = chart.unit in COUNTED_UNITS
    if chart.from_zero or counted or 0 < low < high * 0.4:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (low - 1, high + 1) if low else (0.0, 1.0)
    step = max(_round_step((high - low) / 4), 1.0 if counted else 0.0)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    if first and first * step > low - step * 0.02 and (low < 0 or first > 1):
        first -= 1
    if chart.unit == "%" and last * step > 100 >= high:
        last = floor(100 / step + 1e-9)
        last += last * step < high
    return [round(step * i, 6) for i in range(first, last + 1)]


def _tick_words(ticks: Sequence[float], unit: str) -> list[str]:
    """The ticks with as many decimals as the finest of them needs, so that they line up."""
    places = max(len(_plain(tick).partition(".")[2]) for tick in ticks)
    return [_amount(tick, unit, places) for tick in ticks]


def _round_step(rough: float) -> float:
    power: float = 10.0 ** floor(log10(rough))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * 0.999999)


def _grid(frame: _Frame, ticks: Sequence[float], words: Sequence[str]) -> list[str]:
    parts = []
    for i, (tick, word) in enumerate(zip(ticks, words, strict=True)):
        y = frame.y(tick)
        parts.append(_line(frame.left, y, frame.right, y, RULE if i == 0 else GRID, 0.6))
        parts.append(_words(frame.left - 4, y + 3, word, GREY, anchor="end"))
    return parts


def _dates(frame: _Frame, points: Sequence[ChartPoint], room: int) -> list[str]:
    """The first and the last period, and one or two between where there is room for them."""
    last = len(points) - 1
    wanted = [0, last] + ([last // 3, last * 2 // 3] if frame.right - frame.left > 250 and last > 5 else [last // 2])
    parts: list[str] = []
    taken: list[tuple[float, float]] = []
    for i in dict.fromkeys(wanted):
        lines = _wrap(points[i].label, room)
        half = max(map(_width, lines)) / 2
        x = min(max(frame.x(points[i].date), frame.left - 6 + half), frame.right + 6 - half)
        if all(x + half + 6 < start or x - half - 6 > end for start, end in taken):
            taken.append((x - half, x + half))
            tick = frame.x(points[i].date)
            parts.append(_line(tick, frame.bottom, tick, frame.bottom + 3, RULE, 0.6))
            for n, text in enumerate(lines):
                parts.append(_words(x, frame.bottom + 13 + n * (TEXT + 1), text, GREY, anchor="middle"))
    return parts


def _level(frame: _Frame, line: ChartLine) -> str:
    colour, thickness, dash = {
        "target": (INK, 1.3, ""),
        "baseline": (GREY, 1.0, "6 3"),
        "comparator": (GREY, 1.0, "1.5 2.5"),
    }[line.kind]
    y = frame.y(line.value)
    return _line(frame.left, y, frame.right, y, colour, thickness, dash)


def _series(frame: _Frame, points: Sequence[ChartPoint]) -> list[str]:
    parts = []
    for a, b in pairwise(points):
        if a.value is not None and b.value is not None:
            dash = "3 2" if b.provisional else ""
            ends = (frame.x(a.date), frame.y(a.value), frame.x(b.date), frame.y(b.value))
            parts.append(_line(*ends, ACCENT, 1.8, dash))
    parts.extend(
        _dot(frame.x(point.date), frame.y(point.value), hollow=point.provisional)
        for point in points
        if point.value is not None
    )
    return parts


def _dot(x: float, y: float, *, hollow: bool) -> str:
    fill = "#ffffff" if hollow else ACCENT
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="2.4" fill="{fill}" stroke="{ACCENT}" stroke-width="1.2"/>'


def _end_labels(frame: _Frame, labels: Sequence[_Label]) -> list[str]:
    """The labels at the right, moved apart where they would touch, each joined to its line by a hair."""
    ordered = sorted(labels, key=lambda label: (label.y, not label.bold))
    parts = []
    for label, middle in zip(ordered, _spread(ordered, frame), strict=True):
        if abs(middle - label.y) > 1.5:
            parts.append(_line(frame.right + 1, label.y, frame.right + 6, middle, RULE, 0.5))
        top = middle - label.height / 2
        for i, text in enumerate(label.lines):
            y = top + (i + 0.82) * (TEXT + 1.5) - 0.8
            parts.append(_words(frame.right + 8, y, text, label.colour, bold=label.bold))
    return parts


def _spread(labels: Sequence[_Label], frame: _Frame) -> list[float]:
    """The middle of each label, in the order given, as near its wish as the others and the frame allow."""
    middles: list[float] = []
    edge = frame.top - 6
    for label in labels:
        middles.append(max(label.y, edge + label.height / 2))
        edge = middles[-1] + label.height / 2
    edge = frame.bottom + 10
    for i in reversed(range(len(labels))):
        middles[i] = min(middles[i], edge - labels[i].height / 2)
        edge = middles[i] - labels[i].height / 2
    return middles


def _wrap(text: str, room: int) -> tuple[str, ...]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def _plain(value: float) -> str:
    """A number to two decimals at most, without idle zeros."""
    return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")


def _amount(value: float, unit: str, places: int = 0) -> str:
    """A number as a reader writes it: thousands parted, a true minus sign, at least `places` decimals."""
    places = max(places, len(_plain(value).partition(".")[2]))
    text = f"{value + 0.0:,.{places}f}".replace("-", "−")
    return f"{text}%" if unit == "%" else text


def _width(text: str) -> float:
    """About how wide a text will be in semibold, in points; a little generous, so that labels never touch."""
    return TEXT * sum(_SLIM if c in " .,:;il|'()-I/t" else _WIDE if c in "%mwMW–−&@" else _USUAL for c in text)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, thickness: float, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{_n(thickness)}"{dashes}/>'


def _words(x: float, y: float, text: str, colour: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
