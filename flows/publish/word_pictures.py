"""Figures onto Word pictures with their captions; drawings become sharp PNGs with their alternative text."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree

from flows.publish.errors import TemplateError
from flows.publish.pictures import png_size_mm, svg_markup, svg_size_mm, svg_to_png
from flows.publish.word_paper import Paper
from flows.publish.word_tables import add_cell, plain_table
from flows.publish.word_text import Line, paragraph, put
from flows.publish.word_xml import EMU_PER_MM, TWIPS_PER_MM, Element, add, clean, collapse, name, new, tag_of

_TALLEST = 0.7
"""A picture takes no more than this share of the height of a page, so that its caption fits with it."""
_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"

_UNDER = {"note": "Note", "source": "Source"}
"""Paragraphs that a figure may hold besides its caption."""
_GUTTER = 200
"""Twips between two figures that stand side by side."""


def figure(
    paper: Paper, source: Element, folder: Path, room: tuple[int, int], opener: Callable[[str], Element]
) -> list[Element]:
    """The paragraphs of a `<figure>` in the order of the page, kept together.

    `opener` makes an empty paragraph in a style where the figure is to stand, `room` is that place's width and the
    height of a page, in twips.
    """
    made: list[Element] = []
    for part in source:
        if part.tag == "figcaption":
            made.append(p := opener("Figure caption"))
            Line(paper, p).whole(part)
        elif part.tag in ("img", "svg"):
            made.append(p := opener("Figure"))
            add(p, "w:r").append(_picture(paper, part, folder, *room))
        elif part.tag == "p" and part.get("class") in _UNDER:
            made.append(p := opener(_UNDER[part.get("class", "")]))
            Line(paper, p).whole(part)
        else:
            raise paper.unknown(part)
    for p in made[:-1]:
        put(p, new("w:keepNext"))
    return made


def pair(paper: Paper, halves: Sequence[Element], folder: Path, room: tuple[int, int]) -> Element:
    """Two half-wide figures side by side, in a table without rules: a column each, captions and drawings level."""
    width, height = room[0] // len(halves), room[1]
    style = paper.style("Figure pair")
    made = plain_table(style, [width] * len(halves), "Charts side by side", "A chart in each column.", {})

    def opener(wanted: str) -> Element:
        return paragraph(paper.style(wanted))

    columns = [_parts(figure(paper, half, folder, (width - _GUTTER, height), opener)) for half in halves]
    for column, half in zip(columns, halves, strict=True):
        Line(paper, next(p for part in column for p in part)).bookmark(half.get("id"))
    rows = [cells for cells in zip(*columns, strict=True) if any(cells)]
    for cells in rows:
        row = add(made, "w:tr")
        add(add(row, "w:trPr"), "w:cantSplit")
        for paragraphs in cells:
            cell = add_cell(row, width)
            cell.extend(paragraphs or [opener("Figure")])
            for p in cell.iterchildren(name("w:p")):
                if cells is not rows[-1]:
                    put(p, new("w:keepNext"))
    return made


def _parts(paragraphs: list[Element]) -> tuple[list[Element], list[Element], list[Element]]:
    """What stands above the drawing of a figure, the drawing, and what stands under it."""
    drawn = next((i for i, p in enumerate(paragraphs) if p.find(f".//{name('w:drawing')}") is not None), -1)
    return paragraphs[:drawn], paragraphs[drawn : drawn + 1], paragraphs[drawn + 1 :]


def _picture(paper: Paper, source: Element, folder: Path, room: int, height: int) -> Element:
    """The picture for an `<img>` (a PNG or SVG file in `folder`) or inline `<svg>`.

    It keeps its own size unless that is wider than `room` or taller than its share of `height`, both in twips.
    Raises TemplateError when the picture cannot be had or has no alternative text.
    """
    try:
        png, (wide, high) = _read(source, folder)
    except (OSError, ValueError, etree.XMLSyntaxError) as error:
        shown = (source.get("src") or f"<{tag_of(source)}>")[:60]
        raise TemplateError(
            f"{paper.template_name}: the picture {shown} (line {source.sourceline}) cannot be used: {error}."
        ) from None
    scale = min(1.0, room / TWIPS_PER_MM / wide, height * _TALLEST / TWIPS_PER_MM / high)
    relation, _ = paper.document.part.get_or_add_image(io.BytesIO(png))
    return _drawing(paper.next_id(), relation, _words(paper, source), wide * scale, high * scale)


def _read(source: Element, folder: Path) -> tuple[bytes, tuple[float, float]]:
    """The PNG and its size in millimetres."""
    if source.tag == "svg":
        return svg_to_png(svg_markup(source)), svg_size_mm(source)
    src = source.get("src") or ""
    file = (folder / src).resolve()
    if ":" in src or not file.is_relative_to(folder.resolve()):
        raise ValueError("it is not among the templates")
    data = file.read_bytes()
    if file.suffix == ".svg":
        drawing = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        return svg_to_png(data.decode()), svg_size_mm(drawing)
    return data, png_size_mm(data)


def _words(paper: Paper, source: Element) -> str:
    """What someone hears who does not see the picture."""
    parts = [source.findtext(tag) or "" for tag in ("title", "desc")] if source.tag == "svg" else [source.get("alt")]
    words = collapse(clean(" ".join(part for part in parts if part))).strip()
    if not words:
        raise TemplateError(
            f"{paper.template_name}: a picture (line {source.sourceline}) has no alternative text; say what it shows."
        )
    return words


def _drawing(number: int, relation: str, words: str, width: float, height: float) -> Element:
    size = {"cx": str(round(width * EMU_PER_MM)), "cy": str(round(height * EMU_PER_MM))}
    drawing = new("w:drawing")
    inline = _plain(drawing, "wp:inline", distT="0", distB="0", distL="0", distR="0")
    _plain(inline, "wp:extent", **size)
    _plain(inline, "wp:docPr", id=str(number), name=f"Picture {number}", descr=words)
    _plain(_plain(inline, "wp:cNvGraphicFramePr"), "a:graphicFrameLocks", noChangeAspect="1")
    data = _plain(_plain(inline, "a:graphic"), "a:graphicData", uri=_PICTURE)
    pic = _plain(data, "pic:pic")
    about = _plain(pic, "pic:nvPicPr")
    _plain(about, "pic:cNvPr", id=str(number), name=f"Picture {number}", descr=words)
    _plain(about, "pic:cNvPicPr")
    fill = _plain(pic, "pic:blipFill")
    _plain(fill, "a:blip").set(name("r:embed"), relation)
    _plain(_plain(fill, "a:stretch"), "a:fillRect")
    shape = _plain(pic, "pic:spPr")
    frame = _plain(shape, "a:xfrm")
    _plain(frame, "a:off", x="0", y="0")
    _plain(frame, "a:ext", **size)
    _plain(_plain(shape, "a:prstGeom", prst="rect"), "a:avLst")
    return drawing


def _plain(parent: Element, tag: str, **attributes: str) -> Element:
    """Like `add`, but DrawingML's attributes have no prefix."""
    element = add(parent, tag)
    for key, value in attributes.items():
        element.set(key, value)
    return element
