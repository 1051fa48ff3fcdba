"""Notes on cells: their text in a part of its own, their boxes in a drawing, both shared with the partner's own notes.

What a partner wrote on a cell is kept below what boardpack writes there, and is all that remains when a later receipt
takes boardpack's notes off again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from flows.receipts.package import CannotCopy, Package, parse, unparse, written
from flows.returns.cells import letters

AUTHOR = "boardpack"
KEPT_BELOW = "\n\nYour own note on this cell:\n"
_OURS = re.compile(rf"{AUTHOR}:\s+[■▲○] (?:Error|Query|Note): ")
_MOST_TEXT = 8_000
_WIDTH, _LINE, _PADDING, _TALLEST = 330, 15, 14, 600
"""Pixels of a note's box, of a line of its text (Tahoma 9), and around it."""
_LETTERS_A_LINE = 52
_VML = "urn:schemas-microsoft-com:vml"
_O = "urn:schemas-microsoft-com:office:office"
_X = "urn:schemas-microsoft-com:office:excel"
_VML_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/vmlDrawing"
"""Strict workbooks have no name of their own for this kind of drawing."""
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_EMPTY_VML = (
    f'<xml xmlns:v="{_VML}" xmlns:o="{_O}" xmlns:x="{_X}"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data=""/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    f'<v:shapetype xmlns:v="{_VML}" xmlns:o="{_O}" id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" '
    'o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    f'<v:shape xmlns:v="{_VML}" xmlns:o="{_O}" xmlns:x="{_X}" id="_x0000_s{{number}}" type="#_x0000_t202" '
    'style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor></x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPES_IN_A_BLOCK = 1024


class Spot(NamedTuple):
    """A cell by its row and column, both counted from 1."""

    row: int
    column: int

    @property
    def address(self) -> str:
        return f"{letters(self.column)}{self.row}"


@dataclass(frozen=True)
class Walls:
    """The heights of rows in points and the widths of columns (first, last, width) in letters, as a sheet gives them,
    and what the others have."""

    heights: Mapping[int, float]
    widths: tuple[tuple[int, int, float], ...]
    height: float
    width: float

    def row_pixels(self, row: int) -> int:
        return round(self.heights.get(row, self.height) * 4 / 3)

    def column_pixels(self, column: int) -> int:
        width = next((w for first, last, w in self.widths if first <= column <= last), self.width)
        return round(width * 7)

    def anchor(self, place: Spot, width: int, height: int) -> str:
        """Where a box of that size stands beside a cell: column, pixels, row, pixels of two corners, from nought."""
        top = max(place.row - 1, 1)
        right, x = self._along(place.column + 1, 12 + width, self.column_pixels)
        bottom, y = self._along(top, 6 + height, self.row_pixels)
        numbers = (place.column, 12, top - 1, 6, right - 1, x, bottom - 1, y)
        return ", ".join(str(number) for number in numbers)

    def _along(self, at: int, pixels: int, size: object) -> tuple[int, int]:
        assert callable(size)
        for _ in range(2_000):
            room = size(at)
            if pixels <= room:
                break
            pixels -= room
            at += 1
        return at, pixels


class CellNotes:
    """The notes of one sheet. `drawing` identifies the relation to its drawing of boxes, "" when it has none."""

    def __init__(self, package: Package, sheet: str, drawing: str) -> None:
        self._package, self._sheet = package, sheet
        self._text_path = package.related(sheet, "/comments")
        self._drawing_id = drawing
        wanted = (r.target for r in package.relations(sheet) if r.identifier == drawing and not r.outside)
        self._drawing_path = next((target for target in wanted if target in package.parts), "") if drawing else ""
        self._text = parse(package.part(self._text_path)) if self._text_path else self._no_text()
        self._drawing = _drawing(package.part(self._drawing_path)) if self._drawing_path else _drawing(b"")
        self._comments = {c.get("ref", ""): c for c in self._text.iter(self._name("comment"))}
        self._talked_about = self._conversations()
        self._shapes = {
            where: shape for shape in self._drawing.iter(f"{{{_VML}}}shape") if (where := _stands_at(shape))
        }
        types = self._drawing.iter(f"{{{_VML}}}shapetype")
        self._has_shape_type = any(element.get("id") == "_x0000_t202" for element in types)
        self._block, self._used = 0, _SHAPES_IN_A_BLOCK

    def clean(self) -> bool:
        """Take off the notes of an earlier receipt; what the partner wrote itself stays. False when there were none."""
        authors = self._authors()
        ours = [c for c in self._text.iter(self._name("comment")) if self._is_ours(c, authors)]
        for comment in ours:
            before, kept, theirs = "".join(map(_said, self._runs(comment))).partition(KEPT_BELOW)
            if not theirs:
                self._take_off(comment)
            else:
                self._cut(comment, len(before) + len(kept))
        return bool(ours)

    def _is_ours(self, comment: etree._Element, authors: list[str]) -> bool:
        """By its text, because some programs forget who wrote a note."""
        by = comment.get("authorId", "")
        is_by_us = by.isdecimal() and int(by) < len(authors) and authors[int(by)] == AUTHOR
        return is_by_us or bool(_OURS.match("".join(map(_said, self._runs(comment)))))

    def _cut(self, comment: etree._Element, letters_ours: int) -> None:
        """Take so many letters off the front of a note, whichever runs they stand in."""
        for run in self._runs(comment):
            for text in (run, *run):
                if str(text.tag).endswith("}t"):
                    said = text.text or ""
                    text.text, letters_ours = said[letters_ours:], max(letters_ours - len(said), 0)
            if not _said(run):
                _drop(run)

    def write(self, place: Spot, paragraphs: tuple[str, ...], walls: Walls) -> bool:
        """Hang a note on a cell; False when the cell carries a conversation, to which nothing can be added."""
        if place.address in self._talked_about:
            return False
        comment = self._comments.get(place.address)
        theirs = self._runs(comment) if comment is not None else []
        if comment is None:
            comment = self._new_comment(place)
        text = comment.find(self._name("text"))
        if text is None:
            text = etree.SubElement(comment, self._name("text"))
        plain = [child for child in text if child.tag == self._name("t")]
        for child in plain:  # a text without runs becomes a run, because only runs can stand in a row
            text.replace(child, self._run(child.text or ""))
        theirs = [child for child in text if child.tag == self._name("r")]
        for number, run in enumerate(self._ours(paragraphs, bool(theirs))):
            text.insert(number, run)
        self._box(place, "".join(_said(run) for run in self._runs(comment)), walls)
        return True

    def save(self) -> str:
        """Write the notes back into the package; gives the identifier of the drawing's relation, "" without notes."""
        if not len(self._list()) and not self._text_path:
            return self._drawing_id
        if not self._text_path:
            self._text_path = self._package.add("xl/comments1.xml", b"", "comments")
            self._package.relate(self._sheet, "comments", self._text_path)
        if not self._drawing_path:
            self._drawing_path = self._package.add("xl/drawings/vmlDrawing1.vml", b"", _VML_TYPE)
            self._drawing_id = self._package.relate(self._sheet, _VML_KIND, self._drawing_path)
        self._package.parts[self._text_path] = unparse(self._text)
        self._package.parts[self._drawing_path] = etree.tostring(self._drawing)
        return self._drawing_id

    def _name(self, tag: str) -> str:
        return self._package.name(tag)

    def _no_text(self) -> etree._Element:
        root = etree.Element(self._name("comments"), nsmap={None: self._package.sheetml})
        etree.SubElement(root, self._name("authors"))
        etree.SubElement(root, self._name("commentList"))
        return root

    def _list(self) -> etree._Element:
        found = self._text.find(self._name("commentList"))
        if found is None:
            raise CannotCopy("is damaged")
        return found

    def _author_list(self) -> etree._Element:
        found = self._text.find(self._name("authors"))
        if found is None:
            raise CannotCopy("is damaged")
        return found

    def _authors(self) -> list[str]:
        return [author.text or "" for author in self._author_list()]

    def _runs(self, comment: etree._Element) -> list[etree._Element]:
        return [child for text in comment.iter(self._name("text")) for child in text]

    def _new_comment(self, place: Spot) -> etree._Element:
        authors = self._authors()
        if AUTHOR not in authors:
            etree.SubElement(self._author_list(), self._name("author")).text = AUTHOR
            authors.append(AUTHOR)
        made = etree.SubElement(self._list(), self._name("comment"), ref=place.address)
        made.set("authorId", str(authors.index(AUTHOR)))
        self._comments[place.address] = made
        return made

    def _ours(self, paragraphs: tuple[str, ...], with_theirs: bool) -> list[etree._Element]:
        said = "\n\n".join(paragraphs)
        said = said if len(said) <= _MOST_TEXT else said[: _MOST_TEXT - 1] + "…"
        runs = [self._run(f"{AUTHOR}:\n", bold=True), self._run(written(said))]
        return [*runs, self._run(KEPT_BELOW, bold=True)] if with_theirs else runs

    def _run(self, text: str, bold: bool = False) -> etree._Element:
        run = etree.Element(self._name("r"))
        look = etree.SubElement(run, self._name("rPr"))
        facts: dict[str, dict[str, str]] = ({"b": {}} if bold else {}) | {
            "sz": {"val": "9"},
            "color": {"indexed": "81"},
        }
        facts |= {"rFont": {"val": "Tahoma"}, "family": {"val": "2"}}
        for tag, attributes in facts.items():
            etree.SubElement(look, self._name(tag), attributes)
        said = etree.SubElement(run, self._name("t"))
        said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        said.text = text
        return run

    def _conversations(self) -> set[str]:
        path = self._package.related(self._sheet, "/threadedComment")
        return {e.get("ref", "") for e in parse(self._package.part(path))} if path else set()

    def _take_off(self, comment: etree._Element) -> None:
        where = comment.get("ref", "")
        _drop(comment)
        for shape in [s for place, s in self._shapes.items() if place.address == where]:
            _drop(shape)

    def _box(self, place: Spot, text: str, walls: Walls) -> None:
        shape = self._shapes.get(place)
        if shape is None:
            shape = self._shapes[place] = self._new_shape(place)
        anchor = walls.anchor(place, _WIDTH, min(_lines(text) * _LINE + _PADDING, _TALLEST))
        for element in shape.iter(f"{{{_X}}}Anchor"):
            element.text = anchor
        # Excel believes the anchor, LibreOffice the style
        style = re.sub(r"(?:^|;)\s*(?:margin-left|margin-top|width|height)\s*:[^;]*", "", shape.get("style", ""))
        shape.set("style", style.lstrip(";"))

    def _new_shape(self, place: Spot) -> etree._Element:
        if not self._has_shape_type:
            self._drawing.append(etree.fromstring(_SHAPE_TYPE))
            self._has_shape_type = True
        if self._used >= _SHAPES_IN_A_BLOCK - 1:
            self._block, self._used = self._next_block(), 0
        self._used += 1
        number = self._block * _SHAPES_IN_A_BLOCK + self._used
        shape = etree.fromstring(_SHAPE.format(number=number, row=place.row - 1, column=place.column - 1))
        self._drawing.append(shape)
        return shape

    def _next_block(self) -> int:
        """A block of numbers for shapes that no drawing of the workbook uses."""
        used = {int(n) for data in self._package.parts.values() if b"idmap" in data[:4096] for n in _blocks(data)}
        idmap = next(self._drawing.iter(f"{{{_O}}}idmap"), None)
        used |= {self._block, *(int(n) for n in (idmap.get("data", "") if idmap is not None else "").split(",") if n)}
        block = max(used, default=0) + 1
        if idmap is not None:
            idmap.set("data", ",".join(filter(None, (idmap.get("data", ""), str(block)))))
        return block


def _blocks(drawing: bytes) -> list[str]:
    match = re.search(rb"""idmap\b[^>]*\bdata\s*=\s*["']([0-9, ]*)["']""", drawing[:8192])
    return list(re.findall(r"\d{1,5}", match[1].decode())) if match else []


def _drawing(data: bytes) -> etree._Element:
    """A drawing of boxes. Excel writes some that are not quite XML, so what is broken is mended."""
    if not data:
        return etree.fromstring(_EMPTY_VML)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser)
    if root is None or root.getroottree().docinfo.doctype:
        raise CannotCopy("has drawings that cannot be added to")
    return root


def _stands_at(shape: etree._Element) -> Spot | None:
    """The cell of a note's box; None for a shape that is something else."""
    for facts in shape.iter(f"{{{_X}}}ClientData"):
        row, column = (facts.findtext(f"{{{_X}}}{name}", "").strip() for name in ("Row", "Column"))
        if facts.get("ObjectType") == "Note" and row.isdecimal() and column.isdecimal():
            return Spot(int(row) + 1, int(column) + 1)
    return None


def _said(run: etree._Element) -> str:
    """The text of a run, or of a text that is none."""
    return "".join(e.text or "" for e in (run, *run) if str(e.tag).endswith("}t"))


def _drop(element: etree._Element) -> None:
    holder = element.getparent()
    if holder is not None:
        holder.remove(element)


def _lines(text: str) -> int:
    return sum(max(1, -(-len(line) // _LETTERS_A_LINE)) for line in text.split("\n"))
