"""Small multiples: many series at a glance, each in a small panel, all on one time scale."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flows.publish.chart_marks import circle, mark, series, signs
from flows.publish.chart_parts import ACCENT, GREY, INK, RULE, WHITE, WIDE, Drawn, Frame, line, n, nothing, svg, words
from flows.publish.chart_series import GREY_BLUE, limit_lines, limit_values
from flows.publish.chart_words import LEADING, TEXT, figure_of, widest, wrap
from flows.reports.chart import ChartPoint, Panel, SmallMultiples

_GUTTER, _BETWEEN = 16.0, 10.0
_PLOT = 42.0
_DOT = 0.9
_FEW = 20
"""Up to so many panels a title may take three lines; with more the page would not hold them."""
_EDGE = 4.0
"""Room beside and above a line for the mark of its last point, in points."""


@dataclass(frozen=True)
class _Cell:
    """A panel with its words wrapped to its width."""

    panel: Panel
    title: tuple[str, ...]
    latest: tuple[str, ...]


def draw_panels(chart: SmallMultiples) -> Drawn:
    """The panels, three or four across the page; the first and the last period stand once under each column."""
    days = [point for panel in chart.panels for point in panel.points]
    if not days:
        return nothing(chart.alt, wide=True)
    first, last = min(days, key=_day), max(days, key=_day)
    across = _across(len(chart.panels))
    room = (WIDE - (across - 1) * _GUTTER) / across
    most = 3 if len(chart.panels) <= _FEW else 2
    cells = [_Cell(p, wrap(p.title, room, most=most), wrap(p.latest, room, most=2)) for p in chart.panels]
    parts: list[str] = []
    y = 0.0
    for start in range(0, len(cells), across):
        row = cells[start : start + across]
        top = y + LEADING * max(len(cell.title) + len(cell.latest) for cell in row) + 4
        for column, cell in enumerate(row):
            parts += _panel(cell, column * (room + _GUTTER), room, y, top, (first.date, last.date))
            if start + column + across >= len(cells):
                parts += _periods(first, last, column * (room + _GUTTER), room, top + _PLOT)
        y = top + _PLOT + _BETWEEN
    deepest = max(len(wrap(point.label, room / 2 - 4, most=3)) for point in (first, last))
    return Drawn(svg(True, y + deepest * LEADING, chart.alt, parts), tuple(signs(days)))


def _day(point: ChartPoint) -> date:
    return point.date


def _across(count: int) -> int:
    """Four panels in a row, or three where that leaves fewer holes."""
    return 3 if count in (1, 2, 3, 5, 6, 9) else 4


def _panel(cell: _Cell, left: float, room: float, y: float, top: float, time: tuple[date, date]) -> Iterator[str]:
    """One panel: title, latest value, then the line under them."""
    for i, text in enumerate(cell.title):
        yield words(left, y + 9 + i * LEADING, text, INK)
    for i, text in enumerate(cell.latest):
        yield words(left, y + 9 + (len(cell.title) + i) * LEADING, text, INK, bold=True)
    yield line(left, top + _PLOT, left + room, top + _PLOT, RULE, 0.6)
    values = [value for point in cell.panel.points if (value := figure_of(point.value)) is not None]
    if not values:
        yield words(left, top + _PLOT - 6, "No figures yet", GREY)
        return
    frame = _frame(left, room, top, time, [*values, *limit_values(cell.panel.limits)])
    yield from limit_lines(frame, cell.panel.limits)
    yield from series(frame, cell.panel.points, *_tone(cell.panel), _DOT)
    yield _last(frame, cell.panel)


def _frame(left: float, room: float, top: float, time: tuple[date, date], values: Sequence[float]) -> Frame:
    """The frame of a panel: its own scale of values, from the least to the greatest of them."""
    low, high = min(values), max(values)
    slack = 0.0 if high - low > max(1e-4, abs(high) * 1e-9) else max(1.0, abs(high) * 1e-6)
    return Frame(
        left=left + _EDGE,
        right=left + room - _EDGE,
        top=top + _EDGE,
        bottom=top + _PLOT - _EDGE,
        first_day=time[0].toordinal(),
        last_day=time[1].toordinal(),
        low=low - slack,
        high=high + slack,
    )


def _tone(panel: Panel) -> tuple[str, str]:
    """Colours of a line and of its points: grey with limits, the accent without them."""
    return (GREY_BLUE, GREY) if panel.limits else (ACCENT, ACCENT)


def _last(frame: Frame, panel: Panel) -> str:
    """The latest point, larger than the others."""
    point = [point for point in panel.points if figure_of(point.value) is not None][-1]
    x, y = frame.x(point.date), frame.y(point.value or 0.0)
    if point.cause:
        return mark((x, y), point.cause, 3.0, hollow=point.provisional)
    colour = INK if panel.limits else ACCENT
    return circle((n(x), n(y)), 2.4, WHITE if point.provisional else colour, colour, 1.2)


def _periods(first: ChartPoint, last: ChartPoint, left: float, room: float, y: float) -> Iterator[str]:
    """The first and the last period at the foot of a column: on one line where both fit."""
    one = widest([first.label]) + widest([last.label]) + 8 <= room
    for point, x, anchor in ((first, left, "start"), (last, left + room, "end")):
        if anchor == "end" and last.date == first.date:
            return
        for i, text in enumerate((point.label,) if one else wrap(point.label, room / 2 - 4, most=3)):
            yield words(x, y + TEXT + 2 + i * LEADING, text, GREY, anchor=anchor)
