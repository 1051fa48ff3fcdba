"""Paragraphs and the words in them: inline HTML onto runs and character styles."""

from typing import NamedTuple

from flows.publish.errors import TemplateError
from flows.publish.word_paper import Paper
from flows.publish.word_xml import Element, add, add_text, clean, collapse, name, new, tag_of

SHAPES = {
    "complete": "✓",
    "evidence-awaited": "◐",
    "on-track": "●",
    "at-risk": "▲",
    "off-track": "■",
    "not-yet-due": "○",
}
"""The shape before the word of each status: told apart without colour."""

ARROWS = {"improved": "↑", "worsened": "↓", "same": "→", "new": "+"}

VARIATIONS = {
    "common": "~",
    "improving-high": "H",
    "improving-low": "L",
    "concerning-high": "H",
    "concerning-low": "L",
    "neutral-high": "↑",
    "neutral-low": "↓",
}
ASSURANCES = {"passes": "P", "fails": "F", "hit-or-miss": "?"}
"""The letter of each icon of *Making Data Count*; its style sets a frame or a ground about it. The letters of the
alphabet that come with a circle are in few fonts, these are in the one that the document carries."""

_SYMBOLS = "Segoe UI Symbol"
"""Has every shape on any machine with Word; the font table names what stands in for it."""

_PROPERTIES = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "numPr", "pBdr", "shd", "tabs"),
    *("spacing", "ind", "outlineLvl", "sectPr"),
)
"""Paragraph properties in the order the format demands."""
_PLACE = {name(f"w:{tag}"): place for place, tag in enumerate(_PROPERTIES)}


def paragraph(style_id: str) -> Element:
    """An empty paragraph in a style."""
    p = new("w:p")
    add(add(p, "w:pPr"), "w:pStyle", val=style_id)
    return p


def put(p: Element, part: Element) -> Element:
    """Give a paragraph a property (in place of the one of the same kind) where the format wants it."""
    properties = p[0]
    for old in properties.findall(tag_of(part)):
        properties.remove(old)
    later = next((other for other in properties if _PLACE[tag_of(other)] > _PLACE[tag_of(part)]), None)
    if later is None:
        properties.append(part)
    else:
        later.addprevious(part)
    return part


def space(p: Element, **twips: int) -> None:
    """Set space `before` or `after`, leaving the rest of the style's spacing as it is."""
    spacing = p[0].find(name("w:spacing"))
    if spacing is None:
        spacing = put(p, new("w:spacing"))
    for key, value in twips.items():
        spacing.set(name(f"w:{key}"), str(value))


class Look(NamedTuple):
    """How a run is set."""

    style: str = ""
    bold: bool = False
    italic: bool = False
    unbroken: bool = False
    links: str = "Hyperlink"
    """The character style of links; none in a contents list."""
    movement: str = "Movement"


PLAIN = Look()


class Line:
    """The words of one paragraph, white space collapsed as in HTML."""

    def __init__(self, paper: Paper, p: Element) -> None:
        self._paper = paper
        self._into = p
        self._at_space = True
        self._last: Element | None = None

    def whole(self, element: Element, look: Look = PLAIN) -> None:
        """Everything in `element`, which holds inline HTML only, and the line is done."""
        self.bookmark(element.get("id"))
        self._content(element, look)
        self.close()

    def text(self, text: str | None, look: Look = PLAIN) -> None:
        """Words between elements."""
        words = collapse(clean(text)) if text else ""
        if self._at_space:
            words = words.removeprefix(" ")
        if words:
            self._at_space = words.endswith(" ")
            run = self._run(look)
            add_text(run, words, look.unbroken)
            self._last = run

    def element(self, element: Element, look: Look = PLAIN) -> None:
        """One inline element, without the text that follows it. Raises UnknownElement for any other."""
        write = _INLINE.get(tag_of(element))
        if write is None:
            raise self._paper.unknown(element)
        self.bookmark(element.get("id"))
        write(self, element, look)

    def bookmark(self, identity: str | None) -> None:
        """Make this the place that links to an id lead to, unless it has one."""
        if identity and (mark := self._paper.take_bookmark(identity)):
            number = self._paper.next_id()
            add(self._into, "w:bookmarkStart", id=number, name=mark)
            add(self._into, "w:bookmarkEnd", id=number)

    def close(self) -> None:
        """Drop the space that ends a line."""
        if self._last is not None and self._at_space:
            texts = self._last.findall(name("w:t"))
            if texts:
                texts[-1].text = (texts[-1].text or "").rstrip(" \u00a0")

    def _content(self, element: Element, look: Look) -> None:
        self.text(element.text, look)
        for child in element:
            self.element(child, look)
            self.text(child.tail, look)

    def _run(self, look: Look, font: str = "") -> Element:
        run = add(self._into, "w:r")
        if look.style or look.bold or look.italic or font:
            properties = add(run, "w:rPr")
            if look.style:
                add(properties, "w:rStyle", val=self._paper.style(look.style))
            if font:
                add(properties, "w:rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font)
            # Bold of a paragraph style and bold of a character style cancel out in Word; said here it is bold.
            for wanted, tags in ((look.bold, ("w:b", "w:bCs")), (look.italic, ("w:i", "w:iCs"))):
                for tag in tags if wanted else ():
                    add(properties, tag)
        return run

    def _strong(self, element: Element, look: Look) -> None:
        self._content(element, look._replace(style=look.style or "Strong", bold=True))

    def _em(self, element: Element, look: Look) -> None:
        self._content(element, look._replace(style=look.style or "Emphasis", italic=True))

    def _time(self, element: Element, look: Look) -> None:
        self._content(element, look)

    def _br(self, element: Element, look: Look) -> None:
        self.close()
        self._last = self._run(PLAIN)
        add(self._last, "w:br")
        self._at_space = True

    def _a(self, element: Element, look: Look) -> None:
        href = element.get("href") or ""
        outer, self._into = self._into, add(self._into, "w:hyperlink")
        if href.startswith("#"):
            self._into.set(name("w:anchor"), self._paper.bookmark(href[1:]))
        elif href.startswith("https://"):
            self._into.set(name("r:id"), self._paper.address(href))
        else:
            raise TemplateError(
                f"{self._paper.template_name}: a link leads to “{href}”, which is neither #id nor https."
            )
        self._into.set(name("w:history"), "1")
        if tip := element.get("title"):
            self._into.set(name("w:tooltip"), clean(tip))
        # A reference to a source is coloured but not underlined: the tables are full of them.
        links = "Reference" if look.links and element.get("class") == "source" else look.links
        self._content(element, look._replace(style=look.style or links))
        self._into = outer

    def _span(self, element: Element, look: Look) -> None:
        match (element.get("class") or "").split():
            case ["ref"]:
                # Coloured only where it leads somewhere, but never underlined: tables are full of them.
                style = "Reference" if look.style == "Hyperlink" else look.style
                links = "Reference" if look.links else ""
                self._content(element, look._replace(style=style, links=links, unbroken=True))
            case ["nowrap" | "num"]:
                self._content(element, look._replace(unbroken=True))
            case ["status", kind] if kind in SHAPES:
                self._sign(element, SHAPES[kind], look._replace(style=f"Status {kind.replace('-', ' ')}", bold=True))
            case ["movement", kind] if kind in ARROWS:
                self._sign(element, ARROWS[kind], look._replace(style=look.movement, bold=True))
            case ["variation", kind] if kind in VARIATIONS:
                self._icon(element, VARIATIONS[kind], f"Variation {kind.partition('-')[0]}", look)
            case ["assurance", kind] if kind in ASSURANCES:
                self._icon(element, ASSURANCES[kind], f"Assurance {kind.replace('-', ' ')}", look)
            case _:
                raise self._paper.unknown(element)

    def _sign(self, element: Element, sign: str, look: Look) -> None:
        add_text(self._run(look, _SYMBOLS), f"{sign}\u00a0")
        self._at_space = True
        self._content(element, look)

    def _icon(self, element: Element, letter: str, style: str, look: Look) -> None:
        # Narrow spaces of the style's own: LibreOffice draws a frame about a wide one, within that of the letter.
        add_text(self._run(look._replace(style=style, bold=True)), f"\u202f{letter}\u202f")
        add_text(self._run(look), "\u00a0")
        self._at_space = True
        self._content(element, look)


_INLINE = {
    "strong": Line._strong,
    "em": Line._em,
    "time": Line._time,
    "br": Line._br,
    "a": Line._a,
    "span": Line._span,
}
INLINE = frozenset(_INLINE)
