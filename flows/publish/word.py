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

from flows.publish.errors import TemplateError
from flows.publish.packaging import normalise_zip
from flows.publish.word_contents import contents
from flows.publish.word_paper import Facts, Layout, Paper
from flows.publish.word_pictures import picture
from flows.publish.word_tables import add_cell, plain_table, table
from flows.publish.word_text import INLINE, PLAIN, Line, paragraph, put, space
from flows.publish.word_xml import Element, add, bookmark_names, clean, name, new

_HEADINGS = ("h1", "h2", "h3", "h4")
_BOXES = {"decision": "Decision", "caution": "Caution", "note": "Note box"}
_PARAGRAPHS = {"": "Body Text", "lead": "Lead", "note": "Note", "source": "Source", "eyebrow": "Eyebrow"}
_MASTHEAD = {"": "Masthead", "lead": "Subtitle", "eyebrow": "Masthead eyebrow", "note": "Masthead", "source": "Masthead"}
_AFTER_BLOCK = 200
"""Twips of air after a table or a box, before text that brings none of its own."""
_TIGHT = frozenset({"Body Text", "Lead", "List Bullet", "List Number", "Figure"})
"""Styles that bring no space of their own before them."""
_INDENT = 397
"""Twips by which a list stands in for each of its levels, as in the numbering of the style document."""
_DEEPEST_LIST = 2
_NUMBERS_ABREAST = 5


def write_word(html: HtmlElement, path: Path, template: Path, template_name: str) -> None:
    """Write the Word file of a report.

    `html` is a page that `page.prepare` has parsed and checked, `path` the file to write, `template` the style
    document, `template_name` what to call the page's template in errors. Pictures that the page names are looked
    for in the folder of `path`. Raises TemplateError, or its UnknownElement for an element without a form in Word.
    """
    paper = Paper(template, template_name, bookmark_names(e.get("id") for e in html.iter("*") if e.get("id")))
    facts = _facts(html, template_name)
    body = html.find("body")
    if body is None:
        raise TemplateError(f"{template_name}: has no <body>.")
    walk = _Walk(paper, path.parent)
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
        raise TemplateError(f"{template_name}: the head has no <meta name=\"{missing[0]}\">.")
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
        children = iter(parent)
        for child in children:
            if _is_half(child) and _is_half(following := child.getnext()):
                self._no_loose_text(parent, child.tail)
                self._pair(child, following)
                child = next(children)
            else:
                write = self._blocks.get(str(child.tag))
                if write is None:
                    raise self._paper.unknown(child)
                self._mark(child)
                write(child)
            self._no_loose_text(parent, child.tail)

    def end(self) -> None:
        """Close the last section; a document ends in a paragraph, not in a table."""
        self._break_section()
        if len(self._body) == 0 or self._body[-1].tag != name("w:p"):
            self._body.append(_hair(self._paper))
        self._body.append(self._paper.section_end(self._layout))

    # Where things go

    def _no_loose_text(self, parent: HtmlElement, text: str | None) -> None:
        if text and text.strip():
            raise TemplateError(
                f"{self._paper.template_name}: “{' '.join(text.split())[:40]}” stands loose in <{parent.tag}> "
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
        self._new_page = self._needs_air = False
        self._body.append(p)
        self._bookmarks(Line(self._paper, p))
        return p

    def _bookmarks(self, line: Line) -> None:
        for identity in self._waiting:
            line.bookmark(identity)
        self._waiting.clear()

    def _paragraph(self, style: str, element: HtmlElement) -> Element:
        p = self._open(style)
        if self._box and not style.startswith(self._box) and self._box != "Masthead":
            self._into_box(p)
        Line(self._paper, p).whole(element)
        return p

    def _into_box(self, p: Element, indent: int = 0) -> None:
        """Give a paragraph of another style the ground and edge of the box that it stands in."""
        for tag in ("w:pBdr", "w:shd", "w:ind"):
            part = self._paper.style_property(self._box, tag)
            if part is not None:
                put(p, part)
        if indent and (ind := p[0].find(name("w:ind"))) is not None:
            ind.set(name("w:left"), str(int(ind.get(name("w:left"), "0")) + indent))
            ind.set(name("w:hanging"), str(_INDENT))

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
            self._into_box(p, _INDENT * level)
        return Line(self._paper, p)

    def _further(self, level: int) -> Line:
        p = self._open(self._box or ("List Continue" if level == 1 else f"List Continue {level}"))
        if self._box:
            self._into_box(p, _INDENT * level)
            put(p, new("w:ind", left=p[0].find(name("w:ind")).get(name("w:left"))))
        return Line(self._paper, p)

    def _numbers(self, element: HtmlElement) -> None:
        """Key numbers side by side: what each counts, and under it the number."""
        if element.get("class") != "figures" or any([part.tag for part in div] != ["dt", "dd"] for div in element):
            raise self._paper.unknown(element)
        abreast = len(element) if len(element) <= _NUMBERS_ABREAST else (len(element) + 1) // 2
        if not abreast:
            return
        widths = [self._wanted.width // abreast] * abreast
        made = plain_table(self._paper.style("Figures table"), widths, "Key numbers", "Each cell: what is counted, then the number.", {})
        cells = list(element)
        for start in range(0, len(cells), abreast):
            row = add(made, "w:tr")
            add(add(row, "w:trPr"), "w:cantSplit")
            for i in range(abreast):
                cell = add_cell(row, widths[i])
                div = cells[start + i] if start + i < len(cells) else None
                for style, part in zip(("Figures label", "Figures number"), [] if div is None else div, strict=False):
                    cell.append(p := paragraph(self._paper.style(style)))
                    Line(self._paper, p).whole(part)
                if div is None:
                    cell.append(paragraph(self._paper.style("Figures label")))
        self._place_table(made)

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
            if self._new_page and len(self._body):
                put(hair, new("w:pageBreakBefore"))
            self._body.append(hair)
            self._new_page = False
        self._bookmarks(Line(self._paper, next(made.iter(name("w:p")))))
        self._body.append(made)
        self._needs_air = True

    def _figure(self, element: HtmlElement) -> None:
        if element.get("class") not in (None, "half"):
            raise self._paper.unknown(element)
        for p in self._figure_parts(element, self._wanted.width, self._open):
            if self._box:
                self._into_box(p)

    def _figure_parts(self, element: HtmlElement, room: int, opener: Callable[[str], Element]) -> list[Element]:
        """The paragraphs of a figure in the order of the page, kept together."""
        made: list[Element] = []
        for part in element:
            self._no_loose_text(element, part.tail)
            if part.tag == "figcaption":
                made.append(p := opener("Figure caption"))
                Line(self._paper, p).whole(part)
            elif part.tag in ("img", "svg"):
                made.append(p := opener("Figure"))
                add(p, "w:r").append(picture(self._paper, part, self._pictures, room, self._wanted.height))
            else:
                raise self._paper.unknown(part)
        for p in made[:-1]:
            put(p, new("w:keepNext"))
        return made

    def _pair(self, *halves: HtmlElement) -> None:
        """Two half-wide figures side by side, in a table without rules."""
        width = self._wanted.width // 2
        made = plain_table(self._paper.style("Figure pair"), [width, width], "Two charts", "Two charts side by side.", {})
        row = add(made, "w:tr")
        add(add(row, "w:trPr"), "w:cantSplit")
        for half in halves:
            cell = add_cell(row, width)

            def opener(style: str, cell: Element = cell) -> Element:
                cell.append(p := paragraph(self._paper.style(style)))
                return p

            self._figure_parts(half, width - _INDENT // 2, opener)
            if half.get("id"):
                Line(self._paper, cell[1]).bookmark(half.get("id"))
        self._place_table(made)

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


def _is_half(element: HtmlElement | None) -> bool:
    return element is not None and element.tag == "figure" and element.get("class") == "half"


def _hair(paper: Paper) -> Element:
    """A paragraph of no height to speak of, where the format wants one and the page has none."""
    p = paragraph(paper.style("Normal"))
    put(p, new("w:spacing", before=0, after=0, line=20, lineRule="exact"))
    return p

