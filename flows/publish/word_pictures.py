"""Figures onto Word pictures: drawings become sharp PNGs, with their alternative text."""

import base64
import binascii
import io
from pathlib import Path

from lxml import etree

from flows.publish.errors import TemplateError
from flows.publish.pictures import png_size_mm, svg_markup, svg_size_mm, svg_to_png
from flows.publish.word_paper import Paper
from flows.publish.word_xml import EMU_PER_MM, TWIPS_PER_MM, Element, add, clean, collapse, name, new

_INLINE_PNG = "data:image/png;base64,"
_TALLEST = 0.7
"""A picture takes no more than this share of the height of a page, so that its caption fits with it."""
_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"


def picture(paper: Paper, source: Element, folder: Path, room: int, height: int) -> Element:
    """The drawing for an `<img>` (a PNG or SVG file in `folder`, or a PNG in a data address) or inline `<svg>`.

    It keeps its own size unless that is wider than `room` or taller than its share of `height`, both in twips.
    Raises TemplateError when the picture cannot be had or has no alternative text.
    """
    try:
        png, (wide, high) = _read(source, folder)
    except (OSError, ValueError, etree.XMLSyntaxError) as error:
        shown = (source.get("src") or f"<{source.tag}>")[:60]
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
    if src.startswith(_INLINE_PNG):
        try:
            png = base64.b64decode(src.removeprefix(_INLINE_PNG), validate=True)
        except binascii.Error:
            raise ValueError("its data is broken") from None
        return png, png_size_mm(png)
    file = (folder / src).resolve()
    if "://" in src or not file.is_relative_to(folder.resolve()):
        raise ValueError("it is not in the folder of the report")
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
