"""The points of a series: round for common cause; square, triangle or diamond, larger and coloured, for a special one."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from flows.publish.chart_parts import WHITE, Frame, n, polygon, rect, stretch
from flows.publish.chart_words import figure_of
from flows.reports.chart import Cause, ChartPoint

CAUSE_COLOURS = {"improvement": "#1d4f91", "concern": "#a85b00", "neutral": "#6a3f98"}

CAUSE_WORDS = {
    "improvement": "Square: improvement.",
    "concern": "Triangle: concern.",
    "neutral": "Diamond: special cause, not judged.",
}
"""The key to the shapes, to be printed under a chart that has them."""

Written = tuple[str, str]
"""How far across and how far down, in points, as the drawing has it."""

_DENSE = 2.5
"""Points nearer to one another than this would be a thicker line: then only those that say something are drawn."""


def series(frame: Frame, points: Sequence[ChartPoint], line_colour: str, dot_colour: str, size: float) -> list[str]:
    """The line of a series and its points; a gap stays a gap, what is provisional is dashed and hollow.

    `size` is the radius of a point in points where there is room for it.
    """
    apart = (frame.right - frame.left) / max(1, len(points) - 1)
    radius = max(0.7, min(size, apart * 0.36))
    spots = [_written(frame, point) for point in points]
    solid, hollow, special = [], [], []
    for i, (point, spot) in enumerate(zip(points, spots, strict=True)):
        if spot and point.cause:
            where = frame.x(point.date), frame.y(point.value or 0.0)
            special.append(mark(where, point.cause, max(2.2, radius * 1.3), hollow=point.provisional))
        elif spot and point.provisional:
            hollow.append(circle(spot, radius, WHITE, dot_colour, radius / 2))
        elif spot and (apart >= _DENSE or _stands_alone(spots, i)):
            solid.append(spot)
    line = _line(points, spots, line_colour, max(0.9, radius * 0.75))
    return [*line, *_dots(solid, radius, dot_colour), *hollow, *special]


def circle(spot: Written, radius: float, fill: str, edge: str, thickness: float) -> str:
    """A round point with an edge."""
    where = f'cx="{spot[0]}" cy="{spot[1]}" r="{n(radius)}"'
    return f'<circle {where} fill="{fill}" stroke="{edge}" stroke-width="{n(thickness)}"/>'


def _dots(spots: Sequence[Written], radius: float, colour: str) -> list[str]:
    """Solid round points, all in one path: strokes of next to no length with round ends.

    A circle for each costs a paper of many charts more time than everything else in it.
    """
    strokes = "".join(f"M{x} {y}h.01" for x, y in spots)
    look = f'stroke="{colour}" stroke-width="{n(radius * 2.5)}" stroke-linecap="round"'
    return [f'<path d="{strokes}" fill="none" {look}/>'] if spots else []


def mark(spot: tuple[float, float], cause: Cause, radius: float, *, hollow: bool = False) -> str:
    """A point of special cause: about as large as a circle of `radius`, in the shape and colour of its meaning."""
    x, y = spot
    colour = CAUSE_COLOURS[cause]
    fill, edge = (WHITE if hollow else colour), f' stroke="{colour}" stroke-width="{n(min(1.0, radius * 0.3))}"'
    if cause == "improvement":
        side = radius * 1.8
        return rect(x - side / 2, y - side / 2, side, side, fill, edge)
    if cause == "concern":
        wide, up, down = radius * 1.15, radius * 1.25, radius * 0.8
        return polygon([(x, y - up), (x + wide, y + down), (x - wide, y + down)], fill, edge)
    reach = radius * 1.3
    return polygon([(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)], fill, edge)


def signs(points: Iterable[ChartPoint]) -> list[str]:
    """The key, in sentences, to those signs that some points have."""
    drawn = [point for point in points if figure_of(point.value) is not None]
    seen = {point.cause for point in drawn}
    hollow = ["Hollow points are provisional."] if any(point.provisional for point in drawn) else []
    return hollow + [said for cause, said in CAUSE_WORDS.items() if cause in seen]


def _written(frame: Frame, point: ChartPoint) -> Written | None:
    """Where a point stands, written out once for its line and its mark; None where there is no figure."""
    value = figure_of(point.value)
    return None if value is None else (n(frame.x(point.date)), n(frame.y(value)))


def _stands_alone(spots: Sequence[Written | None], i: int) -> bool:
    return not any(spots[j] for j in (i - 1, i + 1) if 0 <= j < len(spots))


def _line(points: Sequence[ChartPoint], spots: Sequence[Written | None], colour: str, thickness: float) -> list[str]:
    """The stretches of the line: a new one after a gap, and where figures become provisional."""
    runs: list[tuple[str, list[Written]]] = []
    open_run = False
    for (a, b), point in zip(pairwise(spots), points[1:], strict=True):
        dash = "3 2" if point.provisional else ""
        if a and b:
            if not open_run or runs[-1][0] != dash:
                runs.append((dash, [a]))
            runs[-1][1].append(b)
        open_run = bool(a and b)
    return [stretch(map(",".join, run), colour, thickness, dash) for dash, run in runs]
