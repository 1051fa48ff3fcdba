"""Charts as inline SVG: one look for all of them, whatever they show.

A chart here is drawn text and lines in points (1 unit = 1 pt), so it stays sharp in the PDF and can be turned
into a picture for Word. It has no title of its own inside the drawing: the finding, the unit, the source and the key
to its signs are real text that `figure` puts above and below it, and the drawing's `<title>` is the alternative text.

The same chart always gives the same characters. Nothing depends on colour alone: lines differ by dash and carry
their label, provisional points are hollow, special causes have a shape of their own, gaps are gaps.

What is shared is in `chart_words` (widths, numbers), `chart_parts` (shapes, axes, labels), `chart_marks` (points) and
`chart_statuses` (the signs of the statuses); each kind of chart has a module of its own.
"""

from html import escape
from typing import assert_never

from flows.publish.chart_bands import draw_bands
from flows.publish.chart_burn_up import draw_burn_up
from flows.publish.chart_heat_map import draw_heat_map
from flows.publish.chart_panels import draw_panels
from flows.publish.chart_parts import Drawn
from flows.publish.chart_series import draw_series
from flows.publish.chart_timeline import draw_timeline
from flows.publish.chart_words import printable
from flows.reports.chart import AnyChart, BandsChart, BurnUpChart, Chart, HeatMap, SmallMultiples, Timeline


def figure(chart: AnyChart, references: str = "") -> str:
    """The whole `<figure>`: the finding and what is plotted as text, the drawing, then the source and the key.

    `references` are the links to the list of sources, as HTML; they follow the words of the source.
    """
    drawn = _drawn(chart)
    kind = "" if isinstance(chart, SmallMultiples) or chart.wide else ' class="half"'
    source = chart.source.removeprefix("Source: ").rstrip(".")
    named = " ".join(filter(None, [_text(source), references]))
    said = " ".join([*([f"Source: {named}."] if named else []), *map(_text, drawn.under)])
    foot = f'<p class="source">{said}</p>' if said else ""
    return (
        f"<figure{kind}><figcaption><strong>{_text(chart.title)}</strong><br>{_text(chart.subtitle)}</figcaption>"
        f"{drawn.svg}{foot}</figure>"
    )


def drawing(chart: AnyChart) -> str:
    """The drawing alone: an `<svg>` with its alternative text, 165 mm or 80 mm wide."""
    return _drawn(chart).svg


def _drawn(chart: AnyChart) -> Drawn:
    match chart:
        case Chart():
            return draw_series(chart)
        case BandsChart():
            return draw_bands(chart)
        case SmallMultiples():
            return draw_panels(chart)
        case BurnUpChart():
            return draw_burn_up(chart)
        case HeatMap():
            return draw_heat_map(chart)
        case Timeline():
            return draw_timeline(chart)
        case _ as unknown:
            assert_never(unknown)


def _text(text: str) -> str:
    return escape(printable(text))
