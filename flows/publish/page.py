"""From the words of a template to a page that can be printed: parse once, check, give every column its width.

The vocabulary is the one of `templates/README.md`. What a screen reader needs (a title, headings that do not skip,
table heads, alternative text, links that lead somewhere) is checked here, because neither the PDF nor the Word
writer complains about its absence. Column widths are worked out here, in millimetres, so that PDF and Word agree;
every cell is given the class of its column.
"""

import re
from collections.abc import Iterator

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from flows.publish.errors import TemplateError

PORTRAIT_MM = 170.0
LANDSCAPE_MM = 257.0
"""Width between the margins of an A4 page, in millimetres, upright and on its side."""

COLUMN_MM = {"ref": 16.0, "date": 32.0, "month": 29.0, "num": 21.0, "chip": 36.0, "icon": 34.0, "short": 28.0}
"""Width of a column whose content has a known length, its padding included."""

SHARES = {"words": 1, "words-2": 2, "words-3": 3}
"""How the columns of prose divide what is left."""

NARROWEST_WORDS_MM = 24.0
"""A column of prose below this is too narrow to read."""

SIGNS: dict[str, tuple[str, ...]] = {
    "status": ("complete", "evidence-awaited", "on-track", "at-risk", "off-track", "not-yet-due"),
    "movement": ("improved", "worsened", "same", "new"),
    "variation": (
        *("common", "improving-high", "improving-low", "concerning-high", "concerning-low"),
        *("neutral-high", "neutral-low"),
    ),
    "assurance": ("passes", "fails", "hit-or-miss"),
}
"""What a span may show by a sign, and the signs of each kind; variation and assurance are the icons of NHS England's
*Making Data Count*. No sign belongs to two kinds."""

RUNNING = ("partnership", "report", "period", "marking")
"""What the head and foot of each page say: metas of the head, "boardpack." before each name."""

_NAMES = ("html", "head", "title", "meta", "body", "h1", "h2", "h3", "h4", "ul", "ol", "li", "div", "dt", "dd")
_MORE_NAMES = ("figcaption", "img", "table", "caption", "colgroup", "thead", "tbody", "th", "td")
_INLINE = ("strong", "em", "br", "time")

VOCABULARY: dict[str, frozenset[str]] = {
    **dict.fromkeys((*_NAMES, *_MORE_NAMES, *_INLINE), frozenset()),
    "a": frozenset({"source"}),
    "section": frozenset({"new-page", "landscape"}),
    "header": frozenset({"masthead"}),
    "p": frozenset({"lead", "note", "source", "eyebrow", "aside-title"}),
    "dl": frozenset({"figures"}),
    "aside": frozenset({"decision", "caution", "note"}),
    "figure": frozenset({"half"}),
    "nav": frozenset({"contents"}),
    "col": frozenset(COLUMN_MM) | frozenset(SHARES),
    "tr": frozenset({"total"}),
    "span": frozenset({"ref", "nowrap", "num", *SIGNS}.union(*SIGNS.values())),
}
"""Every element that a template may use, with the classes that it may carry."""

ATTRIBUTES: dict[str, frozenset[str]] = {
    "html": frozenset({"lang"}),
    "meta": frozenset({"name", "content", "charset"}),
    "a": frozenset({"href", "title"}),
    "img": frozenset({"src", "alt"}),
    "th": frozenset({"scope"}),
    "time": frozenset({"datetime"}),
}
"""What an element may carry besides `id`, `class` and `lang`."""

DRAWING = frozenset(
    {"svg", "title", "desc", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text", "tspan"}
)
"""What a drawing may consist of: shapes and words, nothing that fetches or runs."""

BOUND: dict[str, frozenset[str]] = {"section": frozenset({"paper"}), "span": frozenset({"page"})}
"""The classes that are used besides where several papers are bound into one document (see `binding.py`)."""

_BOUND_ATTRIBUTES: dict[str, frozenset[str]] = {
    "section": frozenset(f"data-{name}" for name in RUNNING),
    "h1": frozenset({"data-bookmark"}),
    "span": frozenset({"href"}),
}

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
_CELL = frozenset({*_INLINE, "a", "span", "p", "ul", "li"})
_SVG_CASE = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
_UNKNOWN_TAG = 801  # libxml2 knows HTML 4 only and remarks on every `section`; no fault of the template's.


def prepare(html: str, template_name: str, bound: bool = False) -> HtmlElement:
    """Parse and check what a template produced; write the width of every column into its `col` (as a style, in mm)
    and the class of the `col` onto its cells.

    `bound` is a document of several papers: each has an h1 of its own, and the words of `BOUND` may be used. Raises
    TemplateError, which names the template and the element, at the first thing that is not allowed.
    """
    root = parse(html, template_name)
    try:
        _head(root)
        _words(root, bound)
        _headings(root, bound)
        for check in (_ids_and_links, _tables, _pictures, _parts, _signs):
            check(root)
    except _FaultError as fault:
        raise TemplateError(f"{template_name}: {fault}") from None
    for svg in root.iter("svg"):
        _restore_case(svg)
    return root


class _FaultError(Exception):
    """A fault with its element already named; only the template is missing."""

    def __init__(self, element: HtmlElement, problem: str) -> None:
        super().__init__(f"{_describe(element)} {problem}")


def _describe(element: HtmlElement) -> str:
    """The element as an author would find it: tag, id or class, line, first words."""
    name = "".join(f' {key}="{element.get(key)}"' for key in ("id", "class", "name", "href") if element.get(key))
    text = " ".join(element.text_content().split())
    start = f" “{text[:40]}{'…' if len(text) > 40 else ''}”" if text else ""
    tag = str(element.tag)
    return f"<{tag}{name}>{start} (line {element.sourceline})"


def parse(html: str, template_name: str) -> HtmlElement:
    """The tree of what a template produced, unchecked; TemplateError where it is empty or not well-formed."""
    if not html.strip():
        raise TemplateError(f"{template_name}: produced nothing.")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    root = lxml.html.document_fromstring(html.encode(), parser=parser)
    for entry in parser.error_log:
        if entry.type != _UNKNOWN_TAG:
            raise TemplateError(
                f"{template_name}: line {entry.line} is not well-formed HTML: {str(entry.message).strip()}."
            )
    return root


def _head(root: HtmlElement) -> None:
    if not (root.get("lang") or "").strip():
        raise _FaultError(root, "has no lang; say the language, for example en-GB.")
    titles = root.findall("head/title")
    if not titles or not titles[0].text_content().strip():
        raise _FaultError(root, "has no <title>; the document needs one.")


def _elements(root: HtmlElement) -> Iterator[HtmlElement]:
    """Every element outside drawings, which have rules of their own."""
    skipped = {part for svg in root.iter("svg") for part in svg.iter()}
    return (element for element in root.iter(etree.Element) if element not in skipped)


def _words(root: HtmlElement, bound: bool) -> None:
    """Only the elements, classes and attributes of the vocabulary."""
    nothing: frozenset[str] = frozenset()
    classes, attributes = (BOUND, _BOUND_ATTRIBUTES) if bound else ({}, {})
    for element in _elements(root):
        if element.tag not in VOCABULARY:
            raise _FaultError(element, "is not in the vocabulary of the templates.")
        for name in (element.get("class") or "").split():
            if name not in VOCABULARY[element.tag] | classes.get(element.tag, nothing):
                raise _FaultError(element, f"has the class “{name}”, which is not in the vocabulary of the templates.")
        known = {"id", "class", "lang"} | ATTRIBUTES.get(element.tag, nothing) | attributes.get(element.tag, nothing)
        for name in set(element.attrib) - known:
            raise _FaultError(element, f"has the attribute “{name}”, which is not in the vocabulary of the templates.")


def _ids_and_links(root: HtmlElement) -> None:
    """Ids are used once; a link leads to an id of the page or to an https address."""
    ids: set[str] = set()
    for element in root.iter(etree.Element):
        if (name := element.get("id")) is not None:
            if name in ids or not name or re.search(r"\s", name):
                raise _FaultError(element, f"has the id “{name}”, which is empty, broken by a space or used before.")
            ids.add(name)
    for link in root.iter("a"):
        href = link.get("href") or ""
        if not href.startswith("https://") and (not href.startswith("#") or href[1:] not in ids):
            raise _FaultError(link, f"links to “{href}”, which is neither an id on the page nor an https address.")
        if not link.text_content().strip():
            raise _FaultError(link, "is a link without words.")


def _headings(root: HtmlElement, bound: bool) -> None:
    """The first heading is the one h1 (of each paper, where several are bound); after that none goes down more than
    one level."""
    level = 0
    for heading in root.iter(*_HEADINGS):
        here = _HEADINGS[str(heading.tag)]
        if here > level + 1:
            raise _FaultError(heading, f"skips a level: it follows {'h' + str(level) if level else 'no heading'}.")
        if here == 1 and level and not bound:
            raise _FaultError(heading, "is a second h1; a document has one.")
        if not heading.text_content().strip():
            raise _FaultError(heading, "is a heading without words.")
        level = here


def _pictures(root: HtmlElement) -> None:
    """Every picture says in words what it shows, and a drawing only draws."""
    for image in root.iter("img"):
        if not (image.get("alt") or "").strip():
            raise _FaultError(image, "has no alt; say in words what the picture shows.")
        if not re.fullmatch(r"(\w[\w.-]*/)*\w[\w.-]*", image.get("src") or ""):
            raise _FaultError(
                image, f"shows “{image.get('src')}”, which is not the name of a file in the templates folder."
            )
    for svg in root.iter("svg"):
        title = svg.find("title")
        if title is None or not (title.text or "").strip():
            raise _FaultError(svg, "has no <title> as a child; say in words what the drawing shows.")
        for part in svg.iter(etree.Element):
            fetches = any(key.endswith("href") or key.startswith("on") or key == "style" for key in part.attrib)
            if part.tag not in DRAWING or fetches:
                raise _FaultError(part, "may not stand in a drawing, which holds shapes and words only.")


def _parts(root: HtmlElement) -> None:
    """The blocks that are made of fixed parts."""
    for figure in root.iter("figure"):
        parts = ["picture" if part.tag in ("img", "svg") else str(part.tag) for part in figure]
        if sorted(parts[:2]) != ["figcaption", "picture"] or [p.get("class") for p in figure[2:]] not in (
            [],
            ["source"],
        ):
            raise _FaultError(figure, "needs a figcaption and one img or svg, and may end with a p.source.")
    for aside in root.iter("aside"):
        first = aside[0] if len(aside) else None
        if first is None or not (first.tag in _HEADINGS or first.get("class") == "aside-title"):
            raise _FaultError(aside, "needs a p.aside-title or a heading as its first child.")
    for numbers in root.iter("dl"):
        if numbers.get("class") != "figures" or any([part.tag for part in div] != ["dt", "dd"] for div in numbers):
            raise _FaultError(numbers, "needs the class figures and holds only div with one dt and one dd.")
    for nav in root.iter("nav"):
        if nav.get("class") != "contents" or [child.tag for child in nav if child.tag not in _HEADINGS] != ["ol"]:
            raise _FaultError(nav, "needs the class contents and holds one ol of links.")


def _signs(root: HtmlElement) -> None:
    """A status, a movement, a variation or an assurance says which, that alone, and in words."""
    for span in root.iter("span"):
        classes = (span.get("class") or "").split()
        kind = next((kind for kind, signs in SIGNS.items() if {kind, *signs} & set(classes)), None)
        if kind is None:
            continue
        if classes[0] != kind or len(classes) != 2 or classes[1] not in SIGNS[kind]:
            signs = ", ".join(sorted(SIGNS[kind]))
            raise _FaultError(span, f"needs the class {kind} and one of {signs}, in that order and no other.")
        if not span.text_content().strip():
            raise _FaultError(span, "has no word; nothing is ever shown by colour or shape alone.")


def _tables(root: HtmlElement) -> None:
    for table in root.iter("table"):
        cols = _columns(table)
        _rows(table, len(cols))
        widths = column_widths([col.get("class") or "" for col in cols], _room(table), table)
        for col, width in zip(cols, widths, strict=True):
            col.set("style", f"width:{width:.1f}mm")
        for row in table.iter("tr"):
            for cell, col in zip(row, cols, strict=True):
                cell.set("class", col.get("class"))


def _columns(table: HtmlElement) -> list[HtmlElement]:
    if (caption := table.find("caption")) is None or not caption.text_content().strip():
        raise _FaultError(table, "has no caption; say what the table shows.")
    if [child.tag for child in table] != ["caption", "colgroup", "thead", "tbody"]:
        raise _FaultError(table, "needs caption, colgroup, thead and tbody, in that order, each once.")
    cols = table.findall("colgroup/col")
    for col in cols:
        if col.get("class") not in VOCABULARY["col"]:
            raise _FaultError(col, f"in {_describe(table)} needs one class of {', '.join([*COLUMN_MM, *SHARES])}.")
    return cols


def _rows(table: HtmlElement, count: int) -> None:
    """As many cells in each row as there are columns; heads say what they head."""
    heads, rows = table.findall("thead/tr"), table.findall("tbody/tr")
    if len(heads) != 1 or not rows:
        raise _FaultError(table, "needs one row in its thead and at least one in its tbody.")
    for row in (*heads, *rows):
        if len(row) != count:
            raise _FaultError(row, f"in {_describe(table)} has {len(row)} cells where the table has {count} columns.")
        for i, cell in enumerate(row):
            _cell(cell, table, "col" if row is heads[0] else "row" if i == 0 else None)


def _cell(cell: HtmlElement, table: HtmlElement, scope: str | None) -> None:
    if cell.tag != ("th" if scope else "td") or cell.get("scope") != scope:
        wanted = f'a th with scope="{scope}"' if scope else "a td"
        raise _FaultError(cell, f"in {_describe(table)} must be {wanted}.")
    if scope == "col" and not cell.text_content().strip():
        raise _FaultError(cell, f"in {_describe(table)} is a column head without words.")
    for part in cell.iterdescendants(etree.Element):
        if part.tag not in _CELL:
            raise _FaultError(part, f"may not stand in a table cell ({_describe(table)}).")


def _room(table: HtmlElement) -> float:
    on_its_side = any("landscape" in (part.get("class") or "").split() for part in table.iterancestors("section"))
    return LANDSCAPE_MM if on_its_side else PORTRAIT_MM


def column_widths(kinds: list[str], room: float, table: HtmlElement) -> list[float]:
    """The width of each column in millimetres, from the classes of its `col`; together they fill `room`.

    Without a column of words the first one takes what is left.
    """
    if not SHARES.keys() & set(kinds):
        kinds = ["words", *kinds[1:]]
    share = (room - sum(COLUMN_MM.get(kind, 0.0) for kind in kinds)) / sum(SHARES.get(kind, 0) for kind in kinds)
    widths = [COLUMN_MM[kind] if kind in COLUMN_MM else share * SHARES[kind] for kind in kinds]
    narrowest = min(width for kind, width in zip(kinds, widths, strict=True) if kind in SHARES)
    if narrowest < NARROWEST_WORDS_MM:
        raise _FaultError(
            table,
            f"is too wide: {max(narrowest, 0):.0f} mm are left for its narrowest column of words, which needs "
            f"{NARROWEST_WORDS_MM:.0f} mm; make it two tables or put it in a landscape section.",
        )
    return widths


def _restore_case(svg: HtmlElement) -> None:
    """Give back the capitals that the HTML parser took from attributes; an SVG reader insists on them."""
    for key, written in _SVG_CASE.items():
        if (value := svg.attrib.pop(key, None)) is not None:
            svg.set(written, value)
