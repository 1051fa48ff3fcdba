"""The signs of the statuses as a chart draws them: the shapes that the chips of the papers have, and their colours.

The signs of one status stand in a group that has the status for its class, so that a partnership's colour can take
the place of ours there and nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flows.position.model import Status
from flows.publish.chart_parts import n

STATUS_COLOURS = {
    Status.COMPLETE: "#1d4f91",
    Status.EVIDENCE_AWAITED: "#6a3f98",
    Status.ON_TRACK: "#1b7340",
    Status.AT_RISK: "#a85b00",
    Status.OFF_TRACK: "#b3261e",
    Status.NOT_YET_DUE: "#5a6672",
}

_BOX = 16.0
"""The shapes are given in a square of so many units, with its middle at nought."""


@dataclass(frozen=True)
class Sign:
    """The sign of a status: where its middle is, and the side of the square that holds it, in points."""

    status: Status
    x: float
    y: float
    size: float


def draw_signs(signs: Iterable[Sign]) -> list[str]:
    """The signs, one group for each status among them."""
    drawn: dict[Status, list[str]] = {}
    for sign in signs:
        drawn.setdefault(sign.status, []).append(_shape(sign))
    return [
        f'<g class="{status.value}" {_look(status)}>{"".join(drawn[status])}</g>'
        for status in Status
        if status in drawn
    ]


_FILLED = frozenset({Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK})


def _look(status: Status) -> str:
    colour = STATUS_COLOURS[status]
    return f'fill="{colour}"' if status in _FILLED else f'fill="none" stroke="{colour}"'


def _shape(sign: Sign) -> str:
    """A tick, a half-filled ring, a disc, a triangle, a square or a ring."""
    unit = sign.size / _BOX
    match sign.status:
        case Status.COMPLETE:
            ends = _spots(sign, (-6.2, 0.4), (-1.8, 5.0), (6.2, -5.0))
            return f'<polyline points="{ends}" stroke-width="{n(3 * unit)}"/>'
        case Status.EVIDENCE_AWAITED:
            return _circle(sign, 6.0, 2.0) + _left_half(sign, 6.0)
        case Status.ON_TRACK:
            return _circle(sign, 6.8)
        case Status.AT_RISK:
            return f'<polygon points="{_spots(sign, (0.0, -6.8), (7.4, 6.6), (-7.4, 6.6))}"/>'
        case Status.OFF_TRACK:
            return f'<polygon points="{_spots(sign, (-6.4, -6.4), (6.4, -6.4), (6.4, 6.4), (-6.4, 6.4))}"/>'
        case Status.NOT_YET_DUE:
            return _circle(sign, 5.8, 2.2)


def _spots(sign: Sign, *spots: tuple[float, float]) -> str:
    unit = sign.size / _BOX
    return " ".join(f"{n(sign.x + x * unit)},{n(sign.y + y * unit)}" for x, y in spots)


def _circle(sign: Sign, radius: float, thickness: float = 0.0) -> str:
    unit = sign.size / _BOX
    edge = f' stroke-width="{n(thickness * unit)}"' if thickness else ""
    return f'<circle cx="{n(sign.x)}" cy="{n(sign.y)}" r="{n(radius * unit)}"{edge}/>'


def _left_half(sign: Sign, radius: float) -> str:
    reach = radius * sign.size / _BOX
    arc = f"M{n(sign.x)} {n(sign.y - reach)}A{n(reach)} {n(reach)} 0 0 0 {n(sign.x)} {n(sign.y + reach)}z"
    return f'<path d="{arc}" fill="{STATUS_COLOURS[sign.status]}" stroke="none"/>'
