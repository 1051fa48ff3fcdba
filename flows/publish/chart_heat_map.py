"""Risks on a grid of likelihood and impact, and where those that moved stood before.

A cell is shaded by its score and has the score in its corner, so that nothing rests on the shade.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.publish.chart_parts import GREY, HALF, INK, WHITE, WIDE, Drawn, n, rect, svg, words
from flows.publish.chart_words import LEADING, TEXT, width
from flows.reports.chart import HeatMap, HeatMark

_SIZES = range(1, 6)
_LEFT, _TOP, _HIGH, _PAD = 14.0, 15.0, 35.0, 3.5
_LINES = 3
_RING = 7.5
"""Room for the ring before the reference of a risk that stood here before, in points."""
_SCORE = width("25") + 3
"""Room for the score in the corner."""
_LIGHTEST, _DARKEST = (251, 252, 252), (168, 177, 186)

_BEFORE = "A ring marks where a risk that moved stood before."


@dataclass(frozen=True)
class _Entry:
    """A reference in a cell; `before` when the risk has left it."""

    ref: str
    before: bool

    @property
    def width(self) -> float:
        return width(self.ref) + (_RING if self.before else 0.0)


def draw_heat_map(chart: HeatMap) -> Drawn:
    """The grid of five by five, 165 mm or 80 mm wide. What finds no room in its cell is said under the chart."""
    across = ((WIDE if chart.wide else HALF) - _LEFT - 1) / 5
    parts = [words(0, 9, "Impact", GREY)]
    under: list[str] = []
    cells = _cells(chart.marks, _widest(across))
    for impact in _SIZES:
        y = _TOP + (5 - impact) * _HIGH
        parts.append(words(_LEFT - 5, y + _HIGH / 2 + 3, str(impact), GREY, anchor="end"))
        for likelihood in _SIZES:
            entries = cells.get((likelihood, impact), [])
            shown = _places(entries, across)
            parts += _cell(likelihood, impact, _LEFT + (likelihood - 1) * across, y, across)
            parts += _refs(entries, shown, _LEFT + (likelihood - 1) * across, y, across)
            under += _left_out(entries[len(shown) :], likelihood, impact)
    foot = _TOP + 5 * _HIGH
    for likelihood in _SIZES:
        x = _LEFT + (likelihood - 0.5) * across
        parts.append(words(x, foot + 11, str(likelihood), GREY, anchor="middle"))
    parts.append(words(_LEFT + 5 * across, foot + 23, "Likelihood", GREY, anchor="end"))
    return Drawn(svg(chart.wide, foot + 26, chart.alt, parts), (*_said(chart.marks), *under))


def _cells(marks: Sequence[HeatMark], widest: float) -> dict[tuple[int, int], list[_Entry]]:
    """What stands in each cell: the risks that are there now, then those that were; last, what is too wide for it."""
    cells: dict[tuple[int, int], list[_Entry]] = {}
    for mark in marks:
        cells.setdefault((mark.likelihood, mark.impact), []).append(_Entry(mark.ref, before=False))
    for mark in filter(_moved, marks):
        cells.setdefault(_before(mark), []).append(_Entry(mark.ref, before=True))
    return {place: sorted(entries, key=lambda entry: entry.width > widest) for place, entries in cells.items()}


def _before(mark: HeatMark) -> tuple[int, int]:
    return mark.likelihood_before, mark.impact_before


def _moved(mark: HeatMark) -> bool:
    return _before(mark) != (mark.likelihood, mark.impact) and all(size in _SIZES for size in _before(mark))


def _places(entries: Sequence[_Entry], across: float) -> list[tuple[float, int]]:
    """Where in the cell each entry stands (how far across, on which line), for as many as it holds.

    The score has the corner at the end of the first line; when not all fit, "+3" has the end of the last one.
    """
    for kept in range(sum(entry.width <= _widest(across) for entry in entries), -1, -1):
        more = width(f" +{len(entries) - kept}") if kept < len(entries) else 0.0
        places = _flow(entries[:kept], across - 2 * _PAD, more)
        if places is not None:
            return places
    return []


def _widest(across: float) -> float:
    """The widest reference that a cell can show; one that is wider is said under the chart."""
    return across - 2 * _PAD - _SCORE


def _flow(entries: Sequence[_Entry], room: float, more: float) -> list[tuple[float, int]] | None:
    places: list[tuple[float, int]] = []
    at, row = 0.0, 0
    for entry in entries:
        while at + entry.width > room - (_SCORE if row == 0 else 0.0) - (more if row == _LINES - 1 else 0.0):
            at, row = 0.0, row + 1
            if row == _LINES:
                return None
        places.append((at, row))
        at += entry.width + 4
    return places


def _cell(likelihood: int, impact: int, x: float, y: float, across: float) -> Iterator[str]:
    """The shade of a cell and the score in its corner."""
    score = likelihood * impact
    share = score / 25
    colour = "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_LIGHTEST, _DARKEST, strict=True))
    yield rect(x, y, across, _HIGH, colour, f' stroke="{WHITE}" stroke-width="1"')
    yield words(x + across - _PAD, y + TEXT + 1, str(score), GREY if score < 12 else INK, anchor="end")


def _refs(
    entries: Sequence[_Entry], places: Sequence[tuple[float, int]], x: float, y: float, across: float
) -> Iterator[str]:
    """The references in a cell: bold where the risk is, after a ring where it was; how many more there are."""
    for entry, (at, row) in zip(entries, places, strict=False):
        left, base = x + _PAD + at, y + TEXT + 1 + row * LEADING
        if entry.before:
            ring = f'cx="{n(left + 3)}" cy="{n(base - 3)}" r="2.4"'
            yield f'<circle {ring} fill="none" stroke="{INK}" stroke-width="0.8"/>'
            left += _RING
        yield words(left, base, entry.ref, INK, bold=not entry.before)
    if more := len(entries) - len(places):
        base = y + TEXT + 1 + (_LINES - 1) * LEADING
        yield words(x + across - _PAD, base, f"+{more}", INK, anchor="end")


def _left_out(entries: Sequence[_Entry], likelihood: int, impact: int) -> list[str]:
    """What a cell had no room for, as a sentence."""
    refs = [f"{entry.ref} (before)" if entry.before else entry.ref for entry in entries]
    return [f"Also at likelihood {likelihood}, impact {impact}: {', '.join(refs)}."] if refs else []


def _said(marks: Sequence[HeatMark]) -> list[str]:
    """The key to the ring where there is one, and risks whose score cannot be on the map."""
    off = [mark.ref for mark in marks if mark.likelihood not in _SIZES or mark.impact not in _SIZES]
    key = [_BEFORE] if any(map(_moved, marks)) else []
    return key + ([f"Without a score from 1 to 5: {', '.join(off)}."] if off else [])
