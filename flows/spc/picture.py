"""The picture that `boardpack spc` draws: every series as a control chart with its words and icons, one below the other.

There is no page around the picture, so what a paper says beside a chart stands in the drawing: the name of the series,
what is plotted, the two icons and their words, the key, the rules and the source. The ground is white.
"""

from __future__ import annotations

import re
from datetime import date
from html import escape
from itertools import groupby

import numpy as np

from flows.plan.findings import UserError
from flows.plan.starting import project_folder
from flows.plan.words import count
from flows.publish.chart_parts import FONT, GREY, INK, WHITE, WIDE, n, rect, words
from flows.publish.chart_series import draw_series
from flows.publish.chart_words import LEADING, TEXT, printable, wrap
from flows.reports.chart import Chart, ChartLimits, ChartLine, ChartNote, ChartPoint
from flows.spc.results import Charted, said, sentence
from flows.spc.series_file import When

MOST_SERIES = 40
"""Series in one picture: more would be a picture that nobody can open."""

_MARGIN, _BETWEEN = 14.0, 26.0
_TITLE, _TITLE_LEADING = 12.0, 15.0
_ICON = 26.0
_MM = 25.4 / 72
_DRAWING = re.compile(
    r'<svg [^>]*viewBox="0 0 (?P<wide>[0-9.]+) (?P<high>[0-9.]+)"[^>]*>(?P<inside>.*)</svg>', re.DOTALL
)


def svg_text(charted: Charted) -> str:
    """All series of a file in one SVG. UserError when there are more than `MOST_SERIES`."""
    names = charted.file.names
    if len(names) > MOST_SERIES:
        raise UserError(
            f"{charted.file.path} has {len(names):,} series, and a picture holds {MOST_SERIES} at most; "
            "use --format csv, or name fewer series."
        )
    parts, height = [], _MARGIN
    for series in range(len(names)):
        block, high = _block(charted, series)
        parts.append(f'<g transform="translate({n(_MARGIN)} {n(height)})">{block}</g>')
        height += high + (_BETWEEN if series + 1 < len(names) else _MARGIN)
    across = WIDE + 2 * _MARGIN
    title = sentence(charted, 0) if len(names) == 1 else f"Control charts of {len(names)} series."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{n(across * _MM)}mm" height="{n(height * _MM)}mm" '
        f'viewBox="0 0 {n(across)} {n(height)}" role="img" font-family="{FONT}, Source Sans Pro, Arial, sans-serif" '
        f'font-size="{n(TEXT)}"><title>{escape(printable(title))}</title>'
        f"{rect(0, 0, across, height, WHITE)}{''.join(parts)}</svg>\n"
    )


def png(charted: Charted) -> bytes:
    """The same picture as PNG."""
    from flows.publish.pictures import svg_to_png

    return svg_to_png(svg_text(charted))


def chart_of(charted: Charted, series: int) -> Chart:
    """One series as the papers' charts have it."""
    file, rows, asked = charted.file, charted.rows(series), charted.asked
    points = tuple(
        ChartPoint(
            label=file.when(int(file.days[row])),
            date=_day(charted, row),
            value=None if np.isnan(file.values[row]) else float(file.values[row]),
            cause=charted.meaning(row),
        )
        for row in rows
    )
    limits = tuple(_limits(charted, list(span)) for _, span in groupby(rows, lambda row: int(charted.section[row])))
    has_limits = any(span.lower is not None for span in limits)
    span = f"{points[0].label} to {points[-1].label}" if len(points) > 1 else points[0].label
    what = f"{file.heading}, " if file.named and file.heading else ""
    return Chart(
        title=file.names[series],
        subtitle=f"{what}{span}, {count(sum(point.value is not None for point in points), 'point')}",
        unit=file.unit,
        points=points,
        lines=() if asked.target is None else (ChartLine("Target", asked.target, "target"),),
        alt=_alternative(charted, series),
        source=file.path.name,
        wide=True,
        limits=tuple(span for span in limits if not np.isnan(span.mean)),
        notes=tuple(ChartNote(span.first, "new limits") for span in limits[1:] if has_limits),
        profile=f"{asked.profile.name}, {asked.profile.words}" if has_limits else "",
    )


def _limits(charted: Charted, rows: list[int]) -> ChartLimits:
    first = rows[0]
    lower, upper = float(charted.lower[first]), float(charted.upper[first])
    none = np.isnan(lower)
    return ChartLimits(
        first=_day(charted, first),
        last=_day(charted, rows[-1]),
        mean=float(charted.mean[first]),
        lower=None if none else lower,
        upper=None if none else upper,
    )


def _day(charted: Charted, row: int) -> date:
    return date.fromordinal(int(charted.file.days[row]))


def _alternative(charted: Charted, series: int) -> str:
    """What the chart says, its latest value and its range."""
    file, rows, latest = charted.file, charted.rows(series), charted.icons[series].latest
    if latest is None:
        return sentence(charted, series)
    known = [row for row in rows if file.written[row]]
    low, high = (file.written[pick(known, key=file.values.__getitem__)] for pick in (min, max))
    when = When(_day(charted, latest), file.monthly)
    return f"{sentence(charted, series)} The latest value is {file.written[latest]} ({when}); values go from {low} to {high}."


def _block(charted: Charted, series: int) -> tuple[str, float]:
    """The chart of a series with all that is said about it, and its height in points."""
    chart = chart_of(charted, series)
    icons = [icon for icon in (charted.icons[series].variation, charted.icons[series].assurance) if icon]
    room = WIDE - len(icons) * (_ICON + 6)
    parts = [_icon(icon, WIDE - _ICON - i * (_ICON + 6)) for i, icon in enumerate(reversed(icons))]
    y = 10.0
    for text in wrap(chart.title, room * TEXT / _TITLE, most=3):
        parts.append(f'<g font-size="{n(_TITLE)}">{words(0, y, text, INK, bold=True)}</g>')
        y += _TITLE_LEADING
    about = said(charted, series)
    for text in (*wrap(chart.subtitle, room, most=2), *wrap(f"{about[0].upper()}{about[1:]}.", room)):
        parts.append(words(0, y, text, GREY))
        y += LEADING
    drawn = draw_series(chart)
    drawing = _DRAWING.fullmatch(drawn.svg)
    assert drawing is not None
    parts.append(f'<g transform="translate(0 {n(y)})">{drawing["inside"]}</g>')
    y += float(drawing["high"]) + LEADING
    for text in wrap(" ".join([f"Source: {chart.source}.", *drawn.under]), WIDE):
        parts.append(words(0, y, text, GREY))
        y += LEADING
    return "".join(parts), y - LEADING


def _icon(name: str, x: float) -> str:
    """An icon of the papers, with its upper left corner at `x` points."""
    path = project_folder("templates") / "styles" / "shapes" / f"{name}.svg"
    drawing = _DRAWING.fullmatch(path.read_text(encoding="utf-8").strip())
    assert drawing is not None
    scale = _ICON / float(drawing["wide"])
    return f'<g transform="translate({n(x)} 0) scale({scale:.4f})">{drawing["inside"]}</g>'
