"""Bands of a total as stacked bars: how many have waited how long, place by place or month by month.

Every bar begins at zero. The bands go from light to dark in one hue, parted by white hairlines and held by an outline,
so that they can be told apart in black and white; their names stand above the first bar where they fit, else in a key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flows.publish.chart_parts import (
    ACCENT,
    GREY,
    HALF,
    INK,
    RULE,
    WHITE,
    WIDE,
    Drawn,
    flow,
    line,
    nothing,
    rect,
    svg,
    words,
)
from flows.publish.chart_words import LEADING, TEXT, amount, decimals, figure_of, shortened, widest, width, wrap
from flows.reports.chart import BandsChart, Bar

_THICK, _GAP = 14.0, 7.0
_SHORTEST = 30.0
"""Room that the longest bar has at least, in points."""
_PALEST = 0.13
_WHITE_FROM = 0.7
"""From this depth on, white words read better on a band than ink."""
_SIGN = 12.0
"""Room for the square of a band in the key, in points."""

Segment = tuple[int, float, float]
"""A band by its number, and from where to where it reaches, in points."""


@dataclass(frozen=True)
class _Row:
    """A bar ready to be laid out: `total` is None where it is not known."""

    label: tuple[str, ...]
    values: tuple[float | None, ...]
    total: float | None
    end: str

    @property
    def height(self) -> float:
        """Height in points: that of its label or of the bar itself."""
        return max(_THICK, len(self.label) * LEADING)


def draw_bands(chart: BandsChart) -> Drawn:
    """The bars, 165 mm or 80 mm wide; as high as their number asks for."""
    if not chart.bars or not chart.bands:
        return nothing(chart.alt, chart.wide)
    across = WIDE if chart.wide else HALF
    rows = [_row(chart, bar, across * (0.3 if chart.wide else 0.37)) for bar in chart.bars]
    left = widest(text for row in rows for text in row.label) + 8
    rows = [replace(row, end=shortened(row.end, across - left - _SHORTEST - 7)) for row in rows]
    segments = [_segments(row, left, unit) for row, unit in zip(rows, _units(chart, rows, across - left), strict=True)]
    names, top = _names(chart, segments[0], across)
    parts, y = list(names), top
    for row, found in zip(rows, segments, strict=True):
        parts += _bar(chart, row, found, left, y + (row.height - _THICK) / 2)
        y += row.height + _GAP
    parts.append(line(left, top - 3, left, y - _GAP + 3, RULE, 0.8))
    return Drawn(svg(chart.wide, y - _GAP + 5, chart.alt, parts))


def _row(chart: BandsChart, bar: Bar, room: float) -> _Row:
    known = [value for given in bar.values if (value := _counted(given)) is not None]
    whole = len(known) == len(chart.bands)
    values = tuple(_counted(value) for value in bar.values[: len(chart.bands)])
    total = sum(known) if whole or (known and not chart.share) else None
    if total is None:
        end = "not known"
    else:
        said = amount(total, "", decimals(known))
        end = f"of {said}" if chart.share else said if whole else f"{said}, part not known"
    return _Row(wrap(bar.label, room, most=3), values, total, end)


def _counted(value: float | None) -> float | None:
    """A number that can be part of a total; one below zero cannot, and so is not known."""
    known = figure_of(value)
    return known if known is not None and known >= 0 else None


def _units(chart: BandsChart, rows: Sequence[_Row], room: float) -> list[float]:
    """The length of one in each bar, in points: as long as the words after the bars allow.

    It is the same in all of them, unless every bar shows shares of its own total.
    """
    ends = [(row.total, room - width(row.end) - 7) for row in rows if row.total]
    if chart.share:
        full = min((end for _, end in ends), default=0.0)
        return [full / row.total if row.total else 0.0 for row in rows]
    return [min((end / total for total, end in ends), default=0.0)] * len(rows)


def _segments(row: _Row, left: float, unit: float) -> list[Segment]:
    """The bands of a bar that are more than nothing, side by side from zero."""
    found: list[Segment] = []
    at = left
    for i, value in enumerate(row.values):
        if value and row.total is not None:
            end = at + value * unit
            found.append((i, at, end))
            at = end
    return found


def _bar(chart: BandsChart, row: _Row, segments: Sequence[Segment], left: float, y: float) -> list[str]:
    """One bar: its label, its bands with their numbers where these fit, its outline, its total."""
    base = y + _THICK / 2 + TEXT * 0.33
    first = base - (len(row.label) - 1) * LEADING / 2
    parts = [words(left - 6, first + i * LEADING, text, INK, anchor="end") for i, text in enumerate(row.label)]
    for i, start, end in segments:
        depth = _depth(i, len(chart.bands))
        parts.append(_shade(start, y, end - start, _THICK, depth))
        said = _inside(chart, row, i)
        if width(said) + 5 <= end - start:
            parts.append(words((start + end) / 2, base, said, WHITE if depth >= _WHITE_FROM else INK, anchor="middle"))
    end = segments[-1][2] if segments else left
    parts += [line(at, y, at, y + _THICK, WHITE, 1) for _, _, at in segments[:-1]]
    if segments:
        parts.append(rect(left, y, end - left, _THICK, "none", f' stroke="{RULE}" stroke-width="0.6"'))
    known = row.total is not None
    return [*parts, words(end + 5, base, row.end, INK if known else GREY, bold=known and not chart.share)]


def _inside(chart: BandsChart, row: _Row, i: int) -> str:
    value = row.values[i] or 0.0
    if chart.share and row.total:
        return f"{value / row.total * 100:.0f}%"
    return amount(value, "", decimals([value]))


def _depth(i: int, count: int) -> float:
    """How much of the hue a band has: the last one all of it."""
    return 1.0 if count == 1 else _PALEST + (1 - _PALEST) * i / (count - 1)


def _shade(x: float, y: float, wide: float, high: float, depth: float) -> str:
    """A piece of a band. The hue is thinned by opacity, so that another accent is thinned the same way."""
    thinned = "" if depth == 1.0 else f' fill-opacity="{depth:.2f}"'
    return rect(x, y, wide, high, ACCENT, thinned)


def _names(chart: BandsChart, first: Sequence[Segment], across: float) -> tuple[Iterable[str], float]:
    """The names of the bands and the height at which the bars begin."""
    rooms = {i: end - start - 6 for i, start, end in first}
    lines = {i: wrap(name, rooms[i]) for i, name in enumerate(chart.bands) if i in rooms}
    fit = len(lines) == len(chart.bands) and all(map(_whole, chart.bands, lines.values()))
    return _above(first, lines) if fit else _key(chart.bands, across)


def _whole(name: str, texts: Sequence[str]) -> bool:
    """Whether a name has found room on two lines without a broken word."""
    return len(texts) < 3 and " ".join(texts) == " ".join(name.split())


def _above(first: Sequence[Segment], lines: dict[int, tuple[str, ...]]) -> tuple[Iterable[str], float]:
    """Each name over its own band of the first bar."""
    deepest = max(map(len, lines.values()))
    parts = []
    for i, start, end in first:
        for row, text in enumerate(lines[i]):
            y = 9 + (deepest - len(lines[i]) + row) * LEADING
            parts.append(words((start + end) / 2, y, text, INK, anchor="middle"))
    return parts, 9 + (deepest - 1) * LEADING + 7


def _key(bands: Sequence[str], across: float) -> tuple[Iterable[str], float]:
    """A line or more of little squares with the names of the bands."""
    names = [wrap(name, across - _SIGN, most=1)[0] if name.strip() else "" for name in bands]
    parts = []
    places = flow(names, 0.0, across, _SIGN)
    for i, (name, (x, row)) in enumerate(zip(names, places, strict=True)):
        y = 9 + row * (LEADING + 2)
        edge = f' stroke="{RULE}" stroke-width="0.6"'
        parts.append(_shade(x + 0.5, y - 7.5, 8, 8, _depth(i, len(bands))))
        parts.append(rect(x + 0.5, y - 7.5, 8, 8, "none", edge))
        parts.append(words(x + _SIGN, y, name, INK))
    return parts, 9 + places[-1][1] * (LEADING + 2) + 10
