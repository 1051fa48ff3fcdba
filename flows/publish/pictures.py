"""Pictures for formats that cannot hold a drawing: charts become PNG, set in the fonts shipped with the templates."""

import re
from functools import lru_cache
from pathlib import Path

import resvg_py
from lxml import etree

SVG = "http://www.w3.org/2000/svg"
SHARPNESS = 2.3
"""Pixels of the picture for each CSS pixel of the drawing: 221 to the inch, which is as many as Word keeps when it
saves. Time grows with the square of it: 3 would take twice as long."""

_PACKAGE = Path(__file__).resolve().parents[1]
_MM = {"": 25.4 / 96, "px": 25.4 / 96, "pt": 25.4 / 72, "mm": 1.0, "cm": 10.0, "in": 25.4}
_LENGTH = re.compile(r"\s*([0-9.]+)\s*(px|pt|mm|cm|in)?\s*")
_PNG_SIGN = b"\x89PNG\r\n\x1a\n"

_FOLDED = {
    name.lower(): name
    for name in (
        *("viewBox", "preserveAspectRatio", "clipPath", "linearGradient", "radialGradient", "gradientUnits"),
        *("gradientTransform", "spreadMethod", "textLength", "lengthAdjust", "pathLength"),
    )
}
"""Names with capitals that SVG insists on and an HTML parser folds to lower case."""


@lru_cache(maxsize=128)
def svg_to_png(svg: str) -> bytes:
    """Draw `svg` (a whole `<svg>` element) as a PNG, `SHARPNESS` pixels to a CSS pixel, on a transparent ground.

    Only the bundled fonts are used, so every machine draws the same pixels. The last drawings are remembered,
    because a chart stands in several papers. Raises ValueError when `svg` is no drawing.
    """
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=SHARPNESS,
            dpi=96,  # Without it a width in millimetres counts as nothing.
            skip_system_fonts=True,
            font_files=[str(path) for path in bundled_fonts()],
            font_family="Source Sans 3",
            sans_serif_family="Source Sans 3",
            serif_family="Source Sans 3",
            monospace_family="Source Sans 3",
        )
    )


@lru_cache(maxsize=1)
def bundled_fonts() -> tuple[Path, ...]:
    """The font files shipped with the templates, in the source tree or inside the installed package."""
    folders = (_PACKAGE / "_project" / "templates" / "fonts", _PACKAGE.parent / "templates" / "fonts")
    return tuple(sorted(path for folder in folders for path in folder.glob("*.[ot]tf")))


def svg_markup(element: etree._Element) -> str:
    """The markup of an inline `<svg>` as SVG itself spells it, after an HTML parser has folded its capitals."""
    return etree.tostring(_respelled(element), encoding="unicode")


def _respelled(element: etree._Element) -> etree._Element:
    name = etree.QName(element).localname
    copy = etree.Element(f"{{{SVG}}}{_FOLDED.get(name, name)}", nsmap={None: SVG})
    for key, value in element.items():
        if not key.startswith("xmlns"):
            copy.set(_FOLDED.get(key, key), value)
    copy.text, copy.tail = element.text, element.tail
    copy.extend(_respelled(child) for child in element.iterchildren("*"))
    return copy


def svg_size_mm(element: etree._Element) -> tuple[float, float]:
    """Width and height of a drawing in millimetres, from its width and height or else from its viewBox.

    Raises ValueError when it says neither.
    """
    box = (element.get("viewBox") or element.get("viewbox") or "").replace(",", " ").split()
    wide, high = (float(box[2]), float(box[3])) if len(box) == 4 else (0.0, 0.0)
    width, height = _length_mm(element.get("width")), _length_mm(element.get("height"))
    if width is None and height is None:
        width, height = wide * _MM["px"], high * _MM["px"]
    elif width is None or height is None:
        ratio = wide / high if high else 0.0
        width, height = (width, width / ratio if ratio else 0.0) if width else ((height or 0.0) * ratio, height)
    if not width or not height:
        raise ValueError("the drawing has neither a width and height nor a viewBox")
    return width, height


def _length_mm(text: str | None) -> float | None:
    """A CSS length in millimetres; None for one that depends on its surroundings ("100%")."""
    match = _LENGTH.fullmatch(text or "")
    return float(match[1]) * _MM[match[2] or ""] if match else None


def png_size_mm(png: bytes, dots_per_inch: float = 96.0) -> tuple[float, float]:
    """Width and height of a PNG at so many dots to the inch. Raises ValueError when it is not a PNG."""
    if not png.startswith(_PNG_SIGN) or len(png) < 24:
        raise ValueError("not a PNG picture")
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    return width / dots_per_inch * 25.4, height / dots_per_inch * 25.4
