"""The rows of a worksheet, and the texts that they share, in the plain form in which Excel and its like write them:
read without an XML parser.

Large sheets are nearly always plain: rows of cells that hold a style, a type and a value. One regular expression reads
those several times faster than a parser that calls back for each element. It is used only where every byte between
the beginning and the end of the rows has that form; the smallest oddity (a formula, a comment, a character reference)
sends the whole sheet to the parser. The rest of the sheet always goes there. So it is with the shared texts: where one
of them is in two styles or has a phonetic guide, the parser reads them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from xml.sax.saxutils import unescape

from flows.returns.grids import Cell, column_number

MOST_PLAIN = 80_000_000
"""Bytes of a worksheet up to which all of it is looked at at once."""

CellMaker = Callable[[int, int, str, str, str, bool, bool], Cell | None]
"""Makes a cell of its row, column, type, style, text, and whether it has a stored value and a formula."""

RowTaker = Callable[[int, dict[int, Cell], str], None]
"""Takes a row's number, its cells by column, and what else its element says."""

_OPENS, _CLOSES = b"<sheetData>", b"</sheetData>"
_CELL = r'<c r="{}"(?: s="{}")?(?: t="{}")?(?:/>|><v>{}</v></c>)'
_ANY_CELL = _CELL.format("[A-Z]{1,3}[0-9]{1,7}", "[0-9]{1,5}", "(?:[bens]|str)", "[^<&]{0,32767}+")
_ROW = re.compile(rf'<row r="([0-9]{{1,7}})"([^<>&]*+)(?:/>|(?<!/)>((?:{_ANY_CELL})*+)</row>)')
_ALL_ROWS = re.compile(rf"(?:{_ROW.pattern})*+")
_ELEMENTS = re.compile(
    rf'<row r="([0-9]++)"([^<>&]*+)|{_CELL.format("([A-Z]++)[0-9]++", "([0-9]++)", "([a-z]++)", "([^<&]*+)")}'
)


@dataclass(frozen=True, slots=True)
class PlainRows:
    """The text of plain rows, and the rest of the worksheet around them."""

    text: str
    rest: bytes

    def read(self, take: RowTaker, make: CellMaker, strings: Callable[[], list[str]]) -> None:
        """Give each row's cells to `take`. Most cells name one of the shared texts, which `strings` gives; those are
        made here, and all others by `make`."""
        columns: dict[str, int] = {}
        shared = {str(number): text for number, text in enumerate(strings())} if ' t="s"' in self.text else {}
        number, says, cells = 0, "", dict[int, Cell]()
        for row, attributes, name, style, kind, value in self._elements():
            if row:
                take(number, cells, says)
                number, says, cells = int(row), attributes, {}
            elif value or kind == "e":
                column = columns.get(name) or columns.setdefault(name, column_number(name))
                if kind == "s" and (text := shared.get(value)):
                    cells[column] = Cell(number, column, text)
                elif cell := make(number, column, kind or "n", style or "0", value, True, False):
                    cells[column] = cell
        take(number, cells, says)

    def _elements(self) -> Iterator[tuple[str, ...]]:
        """Each row's number and attributes, and after it column, style, type and value of each of its cells."""
        begin = 0
        while begin < len(self.text):
            end = self.text.find("<row ", begin + _AT_ONCE)
            yield from _ELEMENTS.findall(self.text, begin, end if end > 0 else len(self.text))
            begin = end if end > 0 else len(self.text)


_AT_ONCE = 20_000
"""Characters of the rows that are taken apart at once: more are slower, because the parts of all of them are kept."""


MOST_PLAIN_TEXT = 20_000_000
"""Bytes of shared texts up to which all of them are looked at at once."""

_SPACE = r"[ \t\r\n]"
_DECLARATION = r'<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="yes")?\?>'
_BEFORE_TEXTS = rf'\ufeff?(?:{_DECLARATION}{_SPACE}*)?<sst(?: (?:xmlns|count|uniqueCount)="[^<>&"]*")*>'
_LETTERS = r"[^<>&\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*+"
_PLAIN_TEXT = rf"{_LETTERS}(?:&(?:amp|lt|gt|quot|apos);{_LETTERS})*+"
_TEXT = r'<si><t(?: xml:space="preserve")?>({})</t></si>'
_ALL_TEXTS = re.compile(rf"{_BEFORE_TEXTS}(?:{_TEXT.format(_PLAIN_TEXT)})*+</sst>{_SPACE}*")
_TEXTS = re.compile(_TEXT.format("[^<]*+"))


def plain_texts(data: bytes) -> list[str] | None:
    """The shared texts when all of them are plain; None when one is not, or when they are too long together."""
    try:
        text = data.decode() if len(data) <= MOST_PLAIN_TEXT else ""
    except UnicodeDecodeError:
        return None
    if not _ALL_TEXTS.fullmatch(text):
        return None
    texts = _TEXTS.findall(text)
    return list(map(unescape, texts, repeat(_NAMED))) if "&" in text else texts


_NAMED = {"&quot;": '"', "&apos;": "'"}


def plain_rows(data: bytes) -> PlainRows | None:
    """The rows of a worksheet part when all of them are plain; None when one is not."""
    begin, end = data.find(_OPENS) + len(_OPENS), data.find(_CLOSES)
    if not len(_OPENS) <= begin <= end or b"<!" in data or data.count(_OPENS) != 1:
        return None
    rows = data[begin:end]
    if not rows.isascii():
        return None
    text = rows.decode("ascii")
    return PlainRows(text, data[:begin] + data[end:]) if _ALL_ROWS.fullmatch(text) else None
