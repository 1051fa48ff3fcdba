"""The plan as a timeline: a row for each focus area, a sign for each due day, month by month.

A month is a column, and the signs of its due days stand inside it: most fall on its last day, and would else lie on the
line between two months. No sign hides another: where several would meet they stand one below another, and the row
grows. Due days of a recurring milestone are smaller and have lines of their own under the others.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flows.plan.periods import Month
from flows.position.model import Status
from flows.publish.chart_parts import GREY, GRID, INK, RULE, WIDE, Drawn, flow, line, nothing, rect, svg, words
from flows.publish.chart_statuses import Sign, draw_signs
from flows.publish.chart_words import LEADING, day_words, month_words, shortened, width, wrap
from flows.reports.chart import Timeline, TimelineMark, TimelineRow

_LEFT, _RIGHT = 120.0, WIDE - 8
"""Where the first month begins and the last one ends; the names of the focus areas stand before. A sign may reach a
little beyond where months are narrow."""
_SIGN, _SMALL, _KEY = 8.4, 6.0, 9.0
"""Side of a sign, of one of a recurring milestone, and of one in the key, in points."""
_APART, _SHORTEST = 0.8, 3.5
"""Room between two signs, and the least length of the line of one that was moved, in points."""
_HEADING, _PAD, _AXIS, _FOOT = 17.0, 4.0, 25.0, 16.0
_BAND = "#eef1f4"
_HIGHEST = 600.0
"""A drawing higher than this leaves no room on a page for its title: then the signs are drawn smaller."""
_SIZES = (1.0, 0.85, 0.7, 0.55)

_STEPS = (1, 3, 6, 12, 24, 60, 120, 240)
"""Months from one label of the axis to the next: the first of these that leaves room."""
_YEAR = 12

_ORDER = {status: i for i, status in enumerate(Status)}
_LINE = "A line leads from the day first agreed to the day now, where the board has moved it."
_SMALLER = "Smaller signs are the due days of recurring milestones."
_NO_DAYS = "No milestone with a due day"


@dataclass(frozen=True)
class _Time:
    """The months across the drawing, all of one width."""

    first: Month
    count: int

    @property
    def month(self) -> float:
        """Width of a month in points."""
        return (_RIGHT - _LEFT) / self.count

    def start(self, day: date) -> float:
        """Where the month of a day begins."""
        return _LEFT + Month.of(day).months_since(self.first) * self.month

    def end(self, day: date) -> float:
        """Where a day ends."""
        return self.start(day) + self.month * day.day / _length(day)

    def sign(self, day: date, size: float) -> float:
        """The middle of a sign on a day, so that it stays inside the month wherever the month is wide enough."""
        room = max(0.0, self.month - size)
        return self.start(day) + (self.month - room) / 2 + room * (day.day - 1) / (_length(day) - 1)


@dataclass(frozen=True)
class _Placed:
    """A sign in its row: how far across, and how far down from the top of the row; `came_from` is how far across the
    day first agreed is where it has been moved."""

    mark: TimelineMark
    x: float
    down: float
    size: float
    came_from: float | None

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where it needs its line, with the line that leads to it."""
        ends = (self.x, self.x if self.came_from is None else self.came_from)
        return min(ends) - self.size / 2, max(ends) + self.size / 2


@dataclass(frozen=True)
class _Row:
    """A row ready to be drawn; `heading` where it is the first of its area."""

    heading: str
    label: tuple[str, ...]
    signs: tuple[_Placed, ...]
    depth: float

    @property
    def height(self) -> float:
        """Height in points, without the heading."""
        return 2 * _PAD + max(LEADING, len(self.label) * LEADING, self.depth)


def draw_timeline(chart: Timeline) -> Drawn:
    """The timeline, 165 mm wide and as high as its rows; what its lines and smaller signs mean is said under it."""
    days = [day for row in chart.rows for mark in row.marks for day in (mark.due, mark.first) if day]
    if not days:
        return nothing(chart.alt, wide=True)
    days += [chart.as_at, *(chart.shaded or ())]
    first = Month.of(min(days))
    time = _Time(first, Month.of(max(days)).months_since(first) + 1)
    key, foot = _key(chart)
    top = foot + _AXIS
    rows = _fitting(chart, time, _HIGHEST - top - _FOOT)
    bottom = top + _height(rows)
    parts = [
        *_shade(chart, time, top, bottom),
        *_axis(time, _Uprights(rows, top)),
        *_now(chart, time, _Uprights(rows, top)),
        *_rows(rows, top),
        line(0, bottom, WIDE, bottom, RULE, 0.6),
    ]
    return Drawn(svg(True, bottom + _FOOT, chart.alt, [*key, *parts]), tuple(_said(chart)))


def _height(rows: Iterable[_Row]) -> float:
    """Height of some rows with their headings, in points."""
    return sum(_HEADING * bool(row.heading) + row.height for row in rows)


@dataclass(frozen=True)
class _Uprights:
    """Lines down through all the rows, which leave out the headings that reach as far as they stand."""

    rows: Sequence[_Row]
    top: float

    def at(self, x: float, above: float, below: float, colour: str, thickness: float) -> Iterator[str]:
        """The pieces of the line at `x`, from `above` the first row to `below` the last one, in points."""
        start, y = self.top - above, self.top
        for row in self.rows:
            if row.heading:
                if width(row.heading) + 2 > x:
                    if y > start:
                        yield line(x, start, x, y, colour, thickness)
                    start = y + _HEADING
                y += _HEADING
            y += row.height
        yield line(x, start, x, y + below, colour, thickness)


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _key(chart: Timeline) -> tuple[list[str], float]:
    """The sign of each status with its word, and how far down they reach."""
    said = [shortened(word, WIDE - 14) for _, word in chart.key]
    places = flow(said, 0.0, WIDE, 13.0)
    parts, signs = [], []
    for (status, _), word, (x, row) in zip(chart.key, said, places, strict=True):
        y = 9 + row * (LEADING + 3)
        signs.append(Sign(status, x + _KEY / 2, y - 3, _KEY))
        parts.append(words(x + 13, y, word, INK))
    return [*draw_signs(signs), *parts], 9 + places[-1][1] * (LEADING + 3) + 9 if places else 0.0


def _fitting(chart: Timeline, time: _Time, room: float) -> list[_Row]:
    """The rows with signs as large as lets them all stand on a page."""
    rows: list[_Row] = []
    for size in _SIZES:
        rows = [_row(row, previous, time, size) for row, previous in zip(chart.rows, (None, *chart.rows), strict=False)]
        if _height(rows) <= room:
            break
    return rows


def _row(row: TimelineRow, previous: TimelineRow | None, time: _Time, size: float) -> _Row:
    heading = row.area if previous is None or previous.area != row.area else ""
    signs, depth = _places(row.marks, time, size)
    return _Row(shortened(heading, WIDE), wrap(row.label, _LEFT - 10, most=2), tuple(signs), depth)


def _places(marks: Sequence[TimelineMark], time: _Time, size: float) -> tuple[list[_Placed], float]:
    """Every sign of a row where it hides no other, and how deep they stand: first the due days of their own, then each
    recurring milestone on a line of its own."""
    recurring = dict.fromkeys(mark.ref for mark in marks if mark.recurring)
    groups = [([mark for mark in marks if not mark.recurring], _SIGN * size)]
    groups += [([mark for mark in marks if mark.recurring and mark.ref == ref], _SMALL * size) for ref in recurring]
    found: list[_Placed] = []
    depth = 0.0
    for group, side in groups:
        placed, lines = _stacked(group, time, side, depth)
        found += placed
        depth += lines * (side + _APART)
    return found, depth


def _stacked(marks: Sequence[TimelineMark], time: _Time, side: float, down: float) -> tuple[list[_Placed], int]:
    """Signs of one size, each on the first line where there is room for it, and on how many lines they stand. Of those
    that fall on one day the most worrying stands first."""
    wishes = [_Placed(mark, time.sign(mark.due, side), down, side, _came_from(mark, time, side)) for mark in marks]
    ends: list[float] = []
    placed = []
    for wish in sorted(wishes, key=lambda wish: (wish.reach[0], -wish.mark.status.rank, _ORDER[wish.mark.status])):
        start, end = wish.reach
        free = next((i for i, taken in enumerate(ends) if taken + _APART <= start), len(ends))
        ends[free : free + 1] = [end]
        middle = down + free * (side + _APART) + side / 2
        placed.append(_Placed(wish.mark, wish.x, middle, side, wish.came_from))
    return placed, len(ends)


def _came_from(mark: TimelineMark, time: _Time, side: float) -> float | None:
    """How far across the day first agreed is: at least so far from the sign that the line between them can be seen."""
    if mark.first is None:
        return None
    x, first = time.sign(mark.due, side), time.sign(mark.first, side)
    least = side / 2 + _SHORTEST
    return min(first, x - least) if mark.first < mark.due else max(first, x + least)


def _rows(rows: Sequence[_Row], top: float) -> Iterator[str]:
    """Headings, names, and under them all signs, group by group."""
    signs: list[Sign] = []
    y = top
    for row in rows:
        if row.heading:
            yield line(0, y, WIDE, y, RULE, 0.6)
            yield words(0, y + 12, row.heading, INK, bold=True)
            y += _HEADING
        else:
            yield line(0, y, WIDE, y, GRID, 0.6)
        for i, text in enumerate(row.label):
            yield words(0, y + _PAD + 7.6 + i * LEADING, text, INK)
        if not row.signs:
            yield words(_LEFT + 4, y + _PAD + 7.6, _NO_DAYS, GREY)
        for sign in row.signs:
            yield from _move(sign, y + _PAD)
            signs.append(Sign(sign.mark.status, sign.x, y + _PAD + sign.down, sign.size))
        y += row.height
    yield from draw_signs(signs)


def _move(sign: _Placed, top: float) -> Iterator[str]:
    """The line from the day first agreed, with a stroke across its beginning, up to the sign."""
    if sign.came_from is None:
        return
    y, forward = top + sign.down, 1 if sign.x > sign.came_from else -1
    yield line(sign.came_from, y - sign.size / 3, sign.came_from, y + sign.size / 3, INK, 0.9)
    yield line(sign.came_from, y, sign.x - forward * (sign.size / 2 + 0.6), y, INK, 0.9)


def _shade(chart: Timeline, time: _Time, top: float, bottom: float) -> Iterator[str]:
    if chart.shaded:
        left, right = time.start(chart.shaded[0]), time.end(chart.shaded[1])
        yield rect(left, top - _AXIS + LEADING, right - left, bottom - top + _AXIS - LEADING, _BAND)


def _now(chart: Timeline, time: _Time, uprights: _Uprights) -> Iterator[str]:
    """The line at the end of the period, and its day under it."""
    x, said = time.end(chart.as_at), day_words(chart.as_at)
    yield from uprights.at(x, 0, 4, INK, 1.1)
    bottom = uprights.top + _height(uprights.rows)
    yield words(min(x, WIDE - width(said) / 2), bottom + 13, said, INK, anchor="middle", bold=True)


def _axis(time: _Time, uprights: _Uprights) -> Iterator[str]:
    """Years, and under them months or the first months of quarters, as far as there is room."""
    step, y = _step(time), uprights.top - 5
    months = [time.first.next(i) for i in range(time.count)]
    for i, month in enumerate(months):
        x = time.start(month.first_day)
        if i and month.number == 1 and (step <= _YEAR or month.year % (step // _YEAR) == 0):
            yield from uprights.at(x, _AXIS - 4, 0, RULE, 0.5)
        elif i and step < _YEAR and (month.number - 1) % step == 0:
            yield from uprights.at(x, 4, 0, GRID, 0.6)
        if step < _YEAR and (month.number - 1) % step == 0:
            yield from _month(month, time, x, y, step)
    yield from _years(months, time, y - (LEADING if step < _YEAR else 0), step)


def _step(time: _Time) -> int:
    """Months from one label to the next: each month, quarter, half-year or year, or several years."""
    for step in _STEPS:
        label = width("May") + 2 if step < _YEAR else width("2022") + 8
        if step * time.month >= label:
            return step
    return _STEPS[-1]


def _month(month: Month, time: _Time, x: float, y: float, step: int) -> Iterator[str]:
    name = month_words(month.first_day).split()[0]
    short = name if width("September") + 6 <= time.month * step else name[:3]
    if step == 1:
        yield words(x + time.month / 2, y, short, GREY, anchor="middle")
    elif x + 2 + width(short) <= WIDE:
        yield words(x + 2, y, short, GREY)


def _years(months: Sequence[Month], time: _Time, y: float, step: int) -> Iterator[str]:
    """Each year where it begins, and the first where there is room for it before the second."""
    begins = [m for i, m in enumerate(months) if i == 0 or m.number == 1]
    begins = [m for m in begins if step <= _YEAR or m.year % (step // _YEAR) == 0 or len(begins) == 1]
    ends = [*(time.start(m.first_day) for m in begins[1:]), _RIGHT]
    for month, end in zip(begins, ends, strict=True):
        x = time.start(month.first_day)
        if end - x >= width(str(month.year)) + 5 or len(begins) == 1:
            yield words(min(x + 3, WIDE - width(str(month.year))), y, str(month.year), GREY)


def _said(chart: Timeline) -> Iterator[str]:
    """What is not plain from the key."""
    marks = [mark for row in chart.rows for mark in row.marks]
    if any(mark.recurring for mark in marks):
        yield _SMALLER
    if any(mark.first for mark in marks):
        yield _LINE
    if chart.shaded:
        yield f"Shaded: {_span(*chart.shaded)}."


def _span(first: date, last: date) -> str:
    """Some months in words: May 2023, March to May 2023, December 2022 to February 2023."""
    begin, end = month_words(first), month_words(last)
    if begin == end:
        return end
    return f"{begin.split()[0] if first.year == last.year else begin} to {end}"
