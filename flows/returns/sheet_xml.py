"""The XML of a workbook's large parts, read as it streams past, so that a sheet of any size costs only what it keeps.

expat calls back for each element and never builds a tree. It is told to fetch nothing, and a part that declares a
document type, which is where entities come from, is refused: no program that saves workbooks writes one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from flows.returns.container import SEND_AGAIN, Unreadable
from flows.returns.grids import MOST_TEXT, Cell, Grid, Merged, area, column_number, leave_out_covered
from flows.returns.plain_rows import MOST_PLAIN, MOST_PLAIN_TEXT, CellMaker, plain_rows, plain_texts

MOST_MERGED = 2_000
_DIGITS = "0123456789"

Start = Callable[[str, dict[str, str]], object]
Text = Callable[[str], object]
End = Callable[[str], object]


def parse_stream(stream: IO[bytes], path: str, start: Start, text: Text, end: End, begun: bytes = b"") -> None:
    """Walk through a part; `Unreadable` when it is no XML or defines entities. `begun` was read of it already."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_document_types
    try:
        parser.Parse(begun, False)
        parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, LookupError, UnicodeError):
        raise Unreadable(f"is damaged: its part {path} cannot be read", SEND_AGAIN) from None


def _refuse_document_types(name: str, system: str | None, public: str | None, internal: bool) -> None:
    raise Unreadable("holds XML with definitions of its own, which no spreadsheet program writes", SEND_AGAIN)


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


def read_sheet(stream: IO[bytes], path: str, grid: Grid, make: CellMaker, strings: Callable[[], list[str]]) -> None:
    """Fill a grid with the cells of a worksheet part; `strings` gives the texts that the sheets share."""
    walk = _SheetWalk(grid, make)
    begun = stream.read(MOST_PLAIN)
    plain = plain_rows(begun) if len(begun) < MOST_PLAIN else None
    if plain is not None:
        begun = plain.rest
    parse_stream(stream, path, walk.start, walk.text, walk.end, begun)
    if plain is not None:
        plain.read(walk.put_row, make, strings)
    walk.finish()


class _SheetWalk:
    """What is known while a worksheet streams past: the row, the cell, and whose text comes next."""

    def __init__(self, grid: Grid, make: CellMaker) -> None:
        self._grid = grid
        self._make = make
        self._columns: dict[str, int] = {}
        self._row = 0
        self._column = 0
        self._row_is_hidden = False
        self._in_cell = False
        self._in_guide = False
        self._kind, self._style = "n", "0"
        self._formula = self._has_value = self._hears = False
        self._said = ""
        self._hidden_rows: dict[int, None] = {}
        self._hidden_columns: set[int] = set()
        self._merged: list[Merged] = []

    # These three are called for every element of the largest parts, so the commonest names come first, uncalled.
    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "v":
            self._hears = self._has_value = self._in_cell
        elif name == "c":
            get = attributes.get
            at = get("r", "").rstrip(_DIGITS)
            self._column = self._columns.get(at) or self._number_of(at)
            self._kind = get("t", "n")
            self._style = get("s", "0")
            self._in_cell = True
            self._formula = self._has_value = False
        else:
            self._start_another(name, attributes)

    def text(self, text: str) -> None:
        if self._hears:
            self._said = (self._said + text if self._said else text)[:MOST_TEXT]

    def end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "v":
            self._hears = False
        elif name == "c":
            if self._in_cell:
                self._end_cell()
        elif name == "t":
            self._hears = False
        elif name == "rPh":
            self._in_guide = False

    def _start_another(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self._hears = self._in_cell and not self._in_guide
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._in_guide = True
        elif name == "col":
            self._note_hidden_columns(attributes)
        elif name == "mergeCell" and len(self._merged) < MOST_MERGED:
            found = area(attributes.get("ref", ""))
            self._merged += [found] if found else []

    def _begin_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._row = int(given) if len(given) < 9 and given.isascii() and given.isdigit() else self._row + 1
        self._column = 0
        self._row_is_hidden = attributes.get("hidden") in ("1", "true")

    def _number_of(self, name: str) -> int:
        if not name or len(name) > 3 or not (name.isascii() and name.isalpha()):
            return self._column + 1
        number = self._columns[name] = column_number(name)
        return number

    def _end_cell(self) -> None:
        said, self._said = self._said, ""
        self._in_cell = False
        made = self._make(self._row, self._column, self._kind, self._style, said, self._has_value, self._formula)
        if made is not None:
            self._grid.put(made)
            if self._row_is_hidden:
                self._hidden_rows[self._row] = None

    def put_row(self, number: int, cells: dict[int, Cell], attributes: str) -> None:
        """Take in a whole row that was read in the plain way."""
        self._grid.put_row(number, cells)
        if "hidden=" in attributes and ('hidden="1"' in attributes or 'hidden="true"' in attributes):
            self._hidden_rows[number] = None

    def _note_hidden_columns(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if attributes.get("hidden") in ("1", "true") and first.isdecimal() and last.isdecimal() and len(last) < 6:
            self._hidden_columns.update(range(int(first), min(int(last), 1000) + 1))

    def finish(self) -> None:
        """Put to the grid what is known only when all of the sheet has been seen."""
        grid = self._grid
        grid.merged = tuple(self._merged)
        leave_out_covered(grid)
        grid.hidden_rows = tuple(row for row in self._hidden_rows if row in grid.rows)
        if self._hidden_columns:
            filled = set().union(*grid.rows.values())
            grid.hidden_columns = tuple(sorted(self._hidden_columns & filled))


def read_strings(stream: IO[bytes], path: str) -> list[str]:
    """The shared strings: the text of each and of its runs, without the phonetic guide."""
    begun = stream.read(MOST_PLAIN_TEXT + 1)
    plain = plain_texts(begun)
    if plain is not None:
        return [text[:MOST_TEXT] for text in plain]
    walk = _StringWalk()
    parse_stream(stream, path, walk.start, walk.text, walk.end, begun)
    return walk.strings


class _StringWalk:
    """What is known while the shared strings stream past."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._in_text = False
        self._in_guide = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "t":
            self._in_text = not self._in_guide
        elif name == "si":
            self._parts = []
        elif name == "rPh":
            self._in_guide = True

    def text(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)
            if len(self._parts) > 1:
                self._parts[:] = ["".join(self._parts)[:MOST_TEXT]]

    def end(self, name: str) -> None:
        name = local(name)
        if name == "t":
            self._in_text = False
        elif name == "si":
            self.strings.append("".join(self._parts)[:MOST_TEXT])
        elif name == "rPh":
            self._in_guide = False
