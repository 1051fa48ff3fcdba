"""The Word file: the HTML of a report walked element by element onto the named styles of `templates/board.docx`.

The walk knows the vocabulary of `templates/README.md` and nothing else. `word_paper` is the style document,
`word_text` the words of a paragraph, `word_tables` tables, `word_xml` the few elements that all of them write.
The same page and style document give the same bytes.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lxml.html import HtmlElement

from flows.publish.brand import Colours, paint_word_styles
from flows.publish.errors import TemplateError
from flows.publish.packaging import normalise_zip
from flows.publish.word_contents import contents
from flows.publish.word_paper import Facts, Paper
from flows.publish.word_pictures import figure, pair
from flows.publish.word_tables import key_numbers, table
from flows.publish.word_text import INLINE, Line, paragraph, put, space
from flows.publish.word_xml import Element, add, bookmark_names, clean, name, new, tag_of

_HEADINGS = ("h1", "h2", "h3", "h4")
_BOXES = {"decision": "Decision", "caution": "Caution", "note": "Note box"}
_PARAGRAPHS = {"": "Body Text", "lead": "Lead", "note": "Note", "source": "Source", "eyebrow": "Eyebrow"}
_MASTHEAD = {"": "Masthead", "lead": "Subtitle", "eyebrow": "Masthead eyebrow", "note": "Masthead"}
_AFTER_BLOCK = 200
"""Twips of air after a table or a box, before text that brings none of its own."""
_UNDER_EYEBROW = 20
_TIGHT = frozenset({"Body Text", "Lead", "List Bullet", "List Number", "Figure"})
"""Styles that bring no space of their own before them."""
_INDENT = 397
"""Twips by which a list stands in for each of its levels, as in the numbering of the style document."""
_DEEPEST_LIST = 2


def write_word(
    html: HtmlElement, path: Path, template: Path, template_name: str, colours: Colours | None = None
) -> None:
    """Write the Word file of a report.

    `html` is a page that `page.prepare` has parsed and checked, `path` the file to write, `template` the style
    document, `template_name` what to call the page's template in errors, `colours` the partnership's own. Pictures that the page names are looked
    for beside the style document, among the templates. Raises TemplateError, or its UnknownElement for an element
    without a form in Word; nothing is written then.
    """
    ids = [identity for element in html.iter("*") if (identity := element.get("id"))]
    paper = Paper(template, template_name, bookmark_names(ids))
    paint_word_styles(paper.document.styles.element, colours or {})
    facts = _facts(html, template_name)
    body = html.find("body")
    if body is None:
        raise TemplateError(f"{template_name}: has no <body>.")
    walk = _Walk(paper, template.parent)
    walk.blocks(body)
    walk.end()
    paper.finish(facts)
    buffer = io.BytesIO()
    paper.document.save(buffer)
    path.write_bytes(normalise_zip(buffer.getvalue()))


def _facts(html: HtmlElement, template_name: str) -> Facts:
    meta = {m.get("name", ""): clean(m.get("content", "")) for m in html.iterfind("head/meta")}
    keys = ("partnership", "report", "period", "marking")
    needed = ["author", "description", "keywords", "dcterms.created", *(f"boardpack.{key}" for key in keys)]
    if missing := [key for key in needed if key not in meta]:
        raise TemplateError(f'{template_name}: the head has no <meta name="{missing[0]}">.')
    try:
        created = datetime.fromisoformat(meta["dcterms.created"]).replace(tzinfo=None)
    except ValueError:
        raise TemplateError(
            f"{template_name}: dcterms.created is “{meta['dcterms.created']}”, which is not a date like 2022-11-30."
        ) from None
    return Facts(
        title=clean(html.findtext("head/title", "")).strip(),
        language=html.get("lang") or "en-GB",
        author=meta["author"],
        subject=meta["description"],
        keywords=meta["keywords"],
        created=created,
        words={key: meta[f"boardpack.{key}"] for key in keys},
    )


class _Walk:
    """Goes through the blocks of a page in order and appends each to the document."""

    def __init__(self, paper: Paper, pictures: Path) -> None:
        self._paper = paper
        self._pictures = pictures
        self._body = paper.body
        self._layout = self._wanted = paper.upright
        self._box = ""
        """The style of the box (an aside or the masthead) that we are in."""
        self._waiting: list[str] = []
        """Ids of blocks whose first paragraph is still to come."""
        self._new_page = False
        self._needs_air = False
        self._last_style = ""
        self._was_listed: bool | None = None
        self._blocks: dict[str, Callable[[HtmlElement], None]] = {
            "section": self._section,
            "header": self._masthead,
            "p": self._p,
            "ul": self._list,
            "ol": self._list,
            "dl": self._numbers,
            "aside": self._aside,
            "figure": self._figure,
            "nav": self._nav,
            "table": self._table,
            **dict.fromkeys(_HEADINGS, self._heading),
        }

    def blocks(self, parent: HtmlElement) -> None:
        """Every child of `parent`, which holds blocks and no loose text."""
        self._no_loose_text(parent, parent.text)
        done = None
        for child in parent:
            self._no_loose_text(parent, child.tail)
            if child is done:
                continue
            following = child.getnext()
            if following is not None and _is_half(child) and _is_half(following):
                self._place_table(pair(self._paper, (child, following), self._pictures, self._room()))
                done = following
                continue
            write = self._blocks.get(tag_of(child))
            if write is None:
                raise self._paper.unknown(child)
            self._mark(child)
            write(child)

    def end(self) -> None:
        """Close the last section; a document ends in a paragraph, not in a table."""
        if len(self._body) == 0 or self._body[-1].tag != name("w:p"):
            self._body.append(_hair(self._paper))
        self._body.append(self._paper.section_end(self._layout))

    # Where things go

    def _no_loose_text(self, parent: HtmlElement, text: str | None) -> None:
        if text and text.strip():
            raise TemplateError(
                f"{self._paper.template_name}: “{' '.join(text.split())[:40]}” stands loose in <{tag_of(parent)}> "
                f"(line {parent.sourceline}); put it in a paragraph."
            )

    def _mark(self, element: HtmlElement) -> None:
        if element.get("id"):
            self._waiting.append(element.get("id", ""))

    def _break_section(self) -> None:
        """Begin a new section where the page turns; before anything is written the layout just changes."""
        if self._wanted is self._layout:
            return
        if len(self._body):
            last = self._body[-1]
            if last.tag != name("w:p") or last.find(f"{name('w:pPr')}/{name('w:sectPr')}") is not None:
                last = _hair(self._paper)
                self._body.append(last)
            put(last, self._paper.section_end(self._layout))
            self._new_page = False
        self._layout = self._wanted

    def _open(self, style: str) -> Element:
        """A paragraph in `style` at the end of the document, with what was waiting for it."""
        self._break_section()
        p = paragraph(self._paper.style(style))
        if self._new_page and len(self._body):
            put(p, new("w:pageBreakBefore"))
        if self._needs_air and style in _TIGHT:
            space(p, before=_AFTER_BLOCK)
        if self._last_style == "Eyebrow" and style.startswith("Heading"):
            space(p, before=_UNDER_EYEBROW)
        self._new_page = self._needs_air = False
        self._last_style = style
        self._body.append(p)
        self._bookmarks(Line(self._paper, p))
        return p

    def _bookmarks(self, line: Line) -> None:
        for identity in self._waiting:
            line.bookmark(identity)
        self._waiting.clear()

    def _paragraph(self, style: str, element: HtmlElement) -> Element:
        p = self._open(style)
        if self._box and self._box != "Masthead":
            if not style.startswith(self._box):
                self._into_box(p)
            self._meet(listed=False)
        Line(self._paper, p).whole(element)
        return p

    def _meet(self, listed: bool) -> None:
        """Close up to the paragraph before, in a box.

        Word joins the grounds of two paragraphs only if they are indented alike; others would show a white gap.
        """
        if self._was_listed is not None and self._was_listed is not listed:
            space(self._body[-2], after=0)
        self._was_listed = listed

    def _into_box(self, p: Element, listed: bool = False) -> None:
        """Give a paragraph of another style the ground and edge of the box that it stands in.

        An entry of a list keeps the mark at the edge whatever its level, because ground and edge begin there.
        """
        for tag in ("w:pBdr", "w:shd", "w:ind"):
            part = self._paper.style_property(self._box, tag)
            if part is not None:
                put(p, part)
        if listed and (indent := p[0].find(name("w:ind"))) is not None:
            indent.set(name("w:left"), str(int(indent.get(name("w:left"), "0")) + _INDENT))
            indent.set(name("w:hanging"), str(_INDENT))

    # Blocks

    def _section(self, element: HtmlElement) -> None:
        classes = set((element.get("class") or "").split())
        if classes - {"new-page", "landscape"}:
            raise self._paper.unknown(element)
        before = self._wanted
        self._new_page = self._new_page or "new-page" in classes
        if "landscape" in classes:
            self._wanted = self._paper.sideways
        self.blocks(element)
        self._wanted = before

    def _masthead(self, element: HtmlElement) -> None:
        if element.get("class") != "masthead":
            raise self._paper.unknown(element)
        self._in_box(element, "Masthead")

    def _aside(self, element: HtmlElement) -> None:
        box = _BOXES.get(element.get("class") or "")
        if box is None:
            raise self._paper.unknown(element)
        self._in_box(element, box)

    def _in_box(self, element: HtmlElement, box: str) -> None:
        with self._boxed(box):
            self.blocks(element)
        if len(self._body) and self._body[-1].tag == name("w:p"):
            space(self._body[-1], after=_AFTER_BLOCK)

    @contextmanager
    def _boxed(self, box: str) -> Iterator[None]:
        outer, self._box = self._box, box
        self._was_listed = None
        yield
        self._box = outer

    def _heading(self, element: HtmlElement) -> None:
        in_masthead = self._box == "Masthead" and element.tag == "h1"
        self._paragraph("Title" if in_masthead else f"Heading {str(element.tag)[1]}", element)

    def _p(self, element: HtmlElement) -> None:
        kind = element.get("class") or ""
        if kind == "aside-title" and self._box not in ("", "Masthead"):
            self._paragraph(f"{self._box} title", element)
            return
        style = (_MASTHEAD if self._box == "Masthead" else _PARAGRAPHS).get(kind)
        if style is None:
            raise self._paper.unknown(element)
        self._paragraph(self._box if self._box and not kind else style, element)

    def _list(self, element: HtmlElement, level: int = 1) -> None:
        if level > _DEEPEST_LIST:
            raise self._paper.unknown(element)
        self._no_loose_text(element, element.text)
        kind = "List Number" if element.tag == "ol" else "List Bullet"
        style = kind if level == 1 else f"{kind} {level}"
        number = self._paper.fresh_list(style, level - 1) if element.tag == "ol" else self._paper.list_id(style)
        for item in element:
            if item.tag != "li":
                raise self._paper.unknown(item)
            self._mark(item)
            self._item(item, style, number, level)
            self._no_loose_text(element, item.tail)

    def _item(self, item: HtmlElement, style: str, number: str, level: int) -> None:
        """One entry: its first words carry the mark, further paragraphs stand under them."""
        line: Line | None = None
        if (item.text or "").strip() or (len(item) and item[0].tag in INLINE):
            line = self._entry(style, number, level)
            line.text(item.text)
        marked = line is not None
        for child in item:
            if child.tag in INLINE:
                line = line or self._further(level)
                line.element(child)
            elif child.tag in ("ul", "ol"):
                self._mark(child)
                self._list(child, level + 1)
                line = None
            elif child.tag == "p" and not child.get("class"):
                self._mark(child)
                (self._further(level) if marked else self._entry(style, number, level)).whole(child)
                marked, line = True, None
            else:
                raise self._paper.unknown(child)
            if (child.tail or "").strip() or line is not None:
                line = line or self._further(level)
                line.text(child.tail)
        if line is not None:
            line.close()

    def _entry(self, style: str, number: str, level: int) -> Line:
        p = self._open(self._box or style)
        if self._box or style.startswith("List Number"):
            numbering = put(p, new("w:numPr"))
            add(numbering, "w:ilvl", val=level - 1)
            add(numbering, "w:numId", val=number)
        if self._box:
            self._into_box(p, listed=True)
            self._meet(listed=True)
        return Line(self._paper, p)

    def _further(self, level: int) -> Line:
        p = self._open(self._box or ("List Continue" if level == 1 else f"List Continue {level}"))
        if self._box:
            self._into_box(p, listed=True)
            self._meet(listed=True)
            # As far in as the entry by a tab, so that the ground of the box keeps its edge.
            add(add(p, "w:r"), "w:tab")
        return Line(self._paper, p)

    def _numbers(self, element: HtmlElement) -> None:
        if element.get("class") != "figures" or any([part.tag for part in div] != ["dt", "dd"] for div in element):
            raise self._paper.unknown(element)
        if len(element):
            if len(self._body) and self._body[-1].tag == name("w:p"):
                space(self._body[-1], after=_AFTER_BLOCK)
            self._place_table(key_numbers(self._paper, element, self._wanted.width))

    def _table(self, element: HtmlElement) -> None:
        caption = element.find("caption")
        if caption is not None:
            with self._boxed(""):
                self._paragraph("Caption", caption)
        self._place_table(table(self._paper, element, self._wanted.width))

    def _place_table(self, made: Element) -> None:
        """Append a table; a break or bookmark that waits goes to its first paragraph or to a hair before it."""
        self._break_section()
        if self._new_page or (len(self._body) and self._body[-1].tag == name("w:tbl")):
            hair = _hair(self._paper)
            if self._needs_air:
                space(hair, before=_AFTER_BLOCK)
            if self._new_page and len(self._body):
                put(hair, new("w:pageBreakBefore"))
            self._body.append(hair)
            self._new_page = False
        self._bookmarks(Line(self._paper, next(made.iter(name("w:p")))))
        self._body.append(made)
        self._needs_air = True
        self._was_listed = None

    def _figure(self, element: HtmlElement) -> None:
        if element.get("class") not in (None, "half"):
            raise self._paper.unknown(element)
        for p in figure(self._paper, element, self._pictures, self._room(), self._open):
            if self._box:
                self._into_box(p)

    def _room(self) -> tuple[int, int]:
        return self._wanted.width, self._wanted.height

    def _nav(self, element: HtmlElement) -> None:
        if element.get("class") != "contents":
            raise self._paper.unknown(element)
        self._break_section()
        made = contents(self._paper, element)
        first = next(made.iter(name("w:p")))
        if self._new_page and len(self._body):
            put(first, new("w:pageBreakBefore"))
        self._new_page = False
        self._bookmarks(Line(self._paper, first))
        self._body.append(made)


def _is_half(element: Element) -> bool:
    return element.tag == "figure" and element.get("class") == "half"


def _hair(paper: Paper) -> Element:
    """A paragraph of no height to speak of, where the format wants one and the page has none."""
    p = paragraph(paper.style("Normal"))
    put(p, new("w:spacing", before=0, after=0, line=20, lineRule="exact"))
    return p
