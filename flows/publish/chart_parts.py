"""What every chart is made of: lines and words as SVG, the frame with its axes, the labels at the right-hand end.

Lengths are in points (1 unit = 1 pt). The elements are those that a drawing in a paper may have; none of them carries
an id or a style, so that charts cannot meet one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil, floor, log10

from flows.publish.chart_words import LEADING, TEXT, amount, printable, shortened, widest, width

FONT = "Source Sans 3"
INK, ACCENT, RULE, GRID, GREY = "#1b1f24", "#14477a", "#8a939c", "#dfe3e7", "#5a6672"
WHITE = "#ffffff"

WIDE, HALF = 467.7, 226.8
"""Width of a drawing across the page and of one beside another: 165 mm and 80 mm."""

COUNTED_UNITS = frozenset({"count", "number", "people", "children"})
"""Units whose axis always begins at zero."""

_MM = 25.4 / 72
_FINEST = 1e-4
"""Values that lie no further apart than this are drawn as equal."""

Spot = tuple[float, float]


@dataclass(frozen=True)
class Drawn:
    """A drawing, and the sentences that belong under it: the key to its signs, what found no room in it."""

    svg: str
    under: tuple[str, ...] = ()


def svg(wide: bool, height: float, alt: str, body: Iterable[str]) -> str:
    """The whole drawing, with its alternative text as its title."""
    across, size = (WIDE, "165mm") if wide else (HALF, "80mm")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{n(height * _MM)}mm" '
        f'viewBox="0 0 {n(across)} {n(height)}" role="img" font-family="{FONT}" font-size="{n(TEXT)}">'
        f"<title>{escape(printable(alt))}</title>{''.join(body)}</svg>"
    )


def n(number: float) -> str:
    """A length to a hundredth of a point, without idle zeros or a minus before nothing."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def line(x1: float, y1: float, x2: float, y2: float, colour: str, thickness: float, dash: str = "") -> str:
    """A straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{n(thickness)}"{dashes}/>'


def polyline(spots: Iterable[Spot], colour: str, thickness: float, dash: str = "") -> str:
    """A line through several spots."""
    return stretch((f"{n(x)},{n(y)}" for x, y in spots), colour, thickness, dash)


def stretch(pairs: Iterable[str], colour: str, thickness: float, dash: str = "") -> str:
    """A line through several spots that are written out already, each as "x,y"."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{" ".join(pairs)}" fill="none" stroke="{colour}" stroke-width="{n(thickness)}"{dashes}/>'


def polygon(spots: Iterable[Spot], fill: str, more: str = "") -> str:
    """A filled shape; `more` is further attributes."""
    return f'<polygon points="{" ".join(f"{n(x)},{n(y)}" for x, y in spots)}" fill="{fill}"{more}/>'


def rect(x: float, y: float, wide: float, high: float, fill: str, more: str = "") -> str:
    """A filled rectangle; `more` is further attributes."""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(wide)}" height="{n(high)}" fill="{fill}"{more}/>'


def words(x: float, y: float, text: str, colour: str, *, anchor: str = "start", bold: bool = False) -> str:
    """One line of words on the line `y`; `anchor` says which part of them stands at `x`: start, middle or end."""
    weight = ' font-weight="600"' if bold else ""
    where = f'x="{n(x)}" y="{n(y)}" fill="{colour}" text-anchor="{anchor}"{weight}'
    return f"<text {where}>{escape(printable(text))}</text>"


@dataclass(frozen=True)
class Frame:
    """The rectangle that holds the lines, and how dates and values fall on it. Days are ordinals."""

    left: float
    right: float
    top: float
    bottom: float
    first_day: int
    last_day: int
    low: float
    high: float

    def x(self, day: date) -> float:
        """How far across a day stands; a single day stands in the middle."""
        span = self.last_day - self.first_day
        share = (day.toordinal() - self.first_day) / span if span else 0.5
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        """How far down a value stands."""
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


@dataclass(frozen=True)
class Label:
    """Words at the right-hand end of a line: where they would like to stand, and how they look."""

    y: float
    lines: tuple[str, ...]
    colour: str
    bold: bool = False

    @property
    def height(self) -> float:
        """Height in points."""
        return len(self.lines) * LEADING


def scale(
    values: Sequence[float], *, whole: bool = False, from_zero: bool = False, per_cent: bool = False
) -> list[float]:
    """Three to six round values that hold all of `values`; none of these lies on an axis that is not zero.

    `whole` counts in whole steps, `from_zero` holds zero too, `per_cent` stops at 100 where the values do.
    """
    low, high = min(values), max(values)
    if from_zero or 0 < low < high * 0.4:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < max(_FINEST, max(abs(low), abs(high)) * 1e-9):
        room = max(1.0, abs(low) * 1e-6)
        low, high = (low - room, high + room) if low else (0.0, 1.0)
    step = max(_round_step((high - low) / 4), 1.0 if whole else 0.0)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    if first and first * step > low - step * 0.02 and (low < 0 or first > 1):
        first -= 1
    if per_cent and last * step > 100 >= high:
        last = floor(100 / step + 1e-9)
        last += last * step < high
    return [round(step * i, 6) for i in range(first, last + 1)]


def _round_step(rough: float) -> float:
    power: float = 10.0 ** floor(log10(rough))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * 0.999999)


def tick_words(ticks: Sequence[float], unit: str) -> list[str]:
    """The ticks with as many decimals as their step needs, so that they line up."""
    places = max(0, -floor(log10(ticks[1] - ticks[0]) + 1e-9))
    return [amount(tick, unit, places) for tick in ticks]


def grid(frame: Frame, ticks: Sequence[float], texts: Sequence[str]) -> list[str]:
    """The vertical axis: a hairline and its value for each tick, the lowest one a little stronger."""
    parts = []
    for i, (tick, text) in enumerate(zip(ticks, texts, strict=True)):
        y = frame.y(tick)
        parts.append(line(frame.left, y, frame.right, y, RULE if i == 0 else GRID, 0.6))
        parts.append(words(frame.left - 4, y + 3, text, GREY, anchor="end"))
    return parts


def dates(frame: Frame, wanted: Iterable[tuple[str, date]], *, deep: bool) -> list[str]:
    """Periods under the axis, each where its day is, as far as those before it in `wanted` leave room.

    `deep` sets them on two lines, the year under the rest.
    """
    parts: list[str] = []
    taken: list[tuple[float, float]] = []
    for label, day in dict.fromkeys(wanted):
        room = (frame.right - frame.left) / 2 if deep else frame.right - frame.left
        lines = [shortened(text, room) for text in (label.rsplit(" ", 1) if deep else [label])]
        half, tick = widest(lines) / 2, frame.x(day)
        x = max(min(tick, frame.right + 6 - half), frame.left - 6 + half)
        if all(x + half + 6 < start or x - half - 6 > end for start, end in taken):
            taken.append((x - half, x + half))
            parts.append(line(tick, frame.bottom, tick, frame.bottom + 3, RULE, 0.6))
            for i, text in enumerate(lines):
                parts.append(words(x, frame.bottom + 13 + i * (TEXT + 1), text, GREY, anchor="middle"))
    return parts


def end_labels(frame: Frame, labels: Iterable[Label]) -> list[str]:
    """The labels at the right, moved apart where they would touch, each joined to its line by a hair."""
    ordered = sorted(labels, key=lambda label: (label.y, not label.bold))
    sizes = [label.height for label in ordered]
    parts = []
    for label, middle in zip(
        ordered, spread([x.y for x in ordered], sizes, frame.top - 6, frame.bottom + 10), strict=True
    ):
        if abs(middle - label.y) > 1.5:
            parts.append(line(frame.right + 1, label.y, frame.right + 6, middle, RULE, 0.5))
        top = middle - label.height / 2
        for i, text in enumerate(label.lines):
            y = top + (i + 0.82) * LEADING - 0.8
            parts.append(words(frame.right + 8, y, text, label.colour, bold=label.bold))
    return parts


def height_for(labels: Iterable[Sequence[str]]) -> float:
    """Height of a frame, in points, at whose end all these labels find room."""
    return sum(len(lines) for lines in labels) * LEADING - 14


def spread(wishes: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """The middles of things in a row, in the order given, each as near its wish as the others and the ends allow."""
    crowding = min(1.0, (high - low) / sum(sizes)) if sizes else 1.0
    halves = [size * crowding / 2 for size in sizes]
    middles: list[float] = []
    edge = low
    for wish, half in zip(wishes, halves, strict=True):
        middles.append(max(wish, edge + half))
        edge = middles[-1] + half
    edge = high
    for i in reversed(range(len(middles))):
        middles[i] = min(middles[i], edge - halves[i])
        edge = middles[i] - halves[i]
    return middles


def flow(texts: Sequence[str], x: float, room: float, sign: float) -> list[tuple[float, int]]:
    """Where each of a run of short texts begins (how far across, on which line) when they fill lines of `room`
    points; `sign` is kept free before each."""
    places: list[tuple[float, int]] = []
    at, row = x, 0
    for text in texts:
        if at > x and at + sign + width(text) > x + room:
            at, row = x, row + 1
        places.append((at, row))
        at += sign + width(text) + 12
    return places


def nothing(alt: str, wide: bool) -> Drawn:
    """The drawing of a chart that has no figures."""
    return Drawn(svg(wide, 30.0, alt, [words(0, 20, "No figures yet", GREY)]))
