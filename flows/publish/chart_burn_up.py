"""Milestones done against milestones planned, counted up day by day to the end of the plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flows.publish.chart_parts import (
    ACCENT,
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
    n,
    nothing,
    polygon,
    polyline,
    scale,
    svg,
    tick_words,
)
from flows.publish.chart_words import day_words, month_words, widest, wrap
from flows.reports.chart import BurnUpChart

_PLANNED, _DONE, _TOTAL = (INK, 1.2, ""), (ACCENT, 1.8, ""), (GREY, 0.8, "1.5 2.5")

Counts = Sequence[tuple[date, int]]


@dataclass(frozen=True)
class _End:
    value: int
    lines: tuple[str, ...]
    colour: str
    bold: bool = False


def draw_burn_up(chart: BurnUpChart) -> Drawn:
    """The steps of what was planned, the filled steps of what is done, and the line of all there is to do."""
    planned, done = sorted(chart.planned), sorted(chart.done)
    if not planned and not done:
        return nothing(chart.alt, chart.wide)
    across, height, room = (WIDE, 162.0, 115.0) if chart.wide else (HALF, 132.0, 80.0)
    ends = _ends(chart, planned, done, room)
    ticks = scale([0, chart.total, *(count for _, count in (*planned, *done))], whole=True, from_zero=True)
    texts = tick_words(ticks, "")
    days = [day for day, _ in (*planned, *done)]
    foot = 18.0 if chart.wide else 28.0
    frame = Frame(
        left=widest(texts) + 6,
        right=across - max(widest(end.lines) for end in ends) - 9,
        top=7.0,
        bottom=max(height - foot, 7 + height_for(end.lines for end in ends)),
        first_day=min(days).toordinal(),
        last_day=max(days).toordinal(),
        low=ticks[0],
        high=ticks[-1],
    )
    labels = [Label(frame.y(end.value), end.lines, end.colour, end.bold) for end in ends]
    body = [
        *grid(frame, ticks, texts),
        *_steps(frame, chart.total, planned, done),
        *_days(frame, done, days, deep=not chart.wide),
    ]
    return Drawn(svg(chart.wide, frame.bottom + foot, chart.alt, [*body, *end_labels(frame, labels)]))


def _ends(chart: BurnUpChart, planned: Counts, done: Counts, room: float) -> list[_End]:
    """The words at the right-hand end: what is done, what was planned by the same day, and all there is."""
    ends = [_End(chart.total, wrap(f"{chart.total:,} in all", room), GREY)]
    if done:
        now, count = done[-1]
        ends.append(_End(count, wrap(f"Done {count:,}", room), ACCENT, bold=True))
        if planned:
            due = _by(planned, now)
            ends.append(_End(due, wrap(f"Planned by now {due:,}", room), INK))
    if planned and planned[-1][1] != chart.total and (not done or planned[-1][0] > done[-1][0]):
        ends.append(_End(planned[-1][1], wrap(f"Planned {planned[-1][1]:,}", room), INK))
    return ends


def _by(counts: Counts, day: date) -> int:
    """The count that holds on a day: none before the first."""
    return max(((when, count) for when, count in counts if when <= day), default=(day, 0))[1]


def _steps(frame: Frame, total: int, planned: Counts, done: Counts) -> list[str]:
    """The lines themselves, and hairs that lead from the day of the report to the words at the end."""
    parts = [line(frame.left, frame.y(total), frame.right, frame.y(total), *_TOTAL)]
    if done:
        spots = _staircase(frame, done)
        foot = [(spots[-1][0], frame.bottom), (spots[0][0], frame.bottom)]
        parts.append(polygon([*spots, *foot], ACCENT, ' fill-opacity="0.14"'))
        now, x = done[-1][0], spots[-1][0]
        levels = {frame.y(done[-1][1]), *([frame.y(_by(planned, now))] if planned else [])}
        parts += [line(x, y, frame.right, y, RULE, 0.5) for y in sorted(levels) if frame.right - x > 4]
        parts.append(line(x, frame.top, x, frame.bottom, RULE, 0.6))
    if planned:
        parts.append(polyline(_staircase(frame, planned), *_PLANNED))
    if done:
        parts.append(polyline(spots, *_DONE))
        parts.append(f'<circle cx="{n(x)}" cy="{n(spots[-1][1])}" r="2.8" fill="{ACCENT}"/>')
    return parts


def _staircase(frame: Frame, counts: Counts) -> list[Spot]:
    """A count that holds from its day until the next: never a slope, which would show what was not so."""
    spots: list[Spot] = []
    for day, count in counts:
        if spots:
            spots.append((frame.x(day), spots[-1][1]))
        spots.append((frame.x(day), frame.y(count)))
    return spots


def _days(frame: Frame, done: Counts, days: Sequence[date], *, deep: bool) -> list[str]:
    """The day of the report under the axis, then the first and the last month where they leave room."""
    now = [(day_words(done[-1][0]), done[-1][0])] if done else []
    return dates(frame, [*now, *((month_words(day), day) for day in (min(days), max(days)))], deep=deep)
