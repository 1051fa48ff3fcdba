"""The cells of a workbook as Excel stored them: value, percentage format, and whether Excel had calculated it.

A small reader of SpreadsheetML, because the libraries each hide something that a return must answer for:
python-calamine gives no number formats, turns errors such as #REF! into empty text and lays a sheet out in full, so
that one stray cell in the last row and column takes gigabytes; openpyxl sees no sheets in Strict Open XML and takes
minutes over the same stray cell. This one walks the rows that exist, keeps only filled cells, and knows where each
stands. Formulas are never evaluated and links never followed: what counts is the value that Excel saved.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from flows.returns.container import SEND_AGAIN, Container, Unreadable, open_container

MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_SHEETS = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell. `column` counts from 1. `error` is Excel's own word (#REF!) when the cell holds one;
    `uncalculated` tells a formula that was never worked out. In both cases the value is None."""

    row: int
    column: int
    value: str | float | bool | dt.date | None
    percent: bool = False
    error: str = ""
    uncalculated: bool = False

    @property
    def address(self) -> str:
        return f"{letters(self.column)}{self.row}"

    @property
    def shown(self) -> str:
        """The value as a person would read it in the cell, for quoting."""
        return shown(self.value, self.percent)


@dataclass(slots=True)
class Grid:
    """The filled cells of one sheet, row by row. `beyond` is the address of the first cell left out because it
    stands beyond the rows or columns that are read, or ""."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    beyond: str = ""


def shown(value: object, percent: bool = False) -> str:
    """A value as a person would read it: 1.1, 81.2%, 31 October 2022, TRUE, text as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return format(value * 100, ".12g") + "%" if percent else format(value, ".15g")
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B} {value.year}"
    return str(value)


def letters(column: int) -> str:
    """A column's letters: 1 is A, 28 is AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


class Workbook:
    """A workbook opened for reading; `Unreadable` when it is none. Sheets are read one at a time, when asked for."""

    def __init__(self, data: bytes) -> None:
        self._container: Container = open_container(data)
        self._main = self._main_part()
        root = _parse(self._container.part(self._main), self._main)
        self._sheets = self._find_sheets(root)
        properties = next((e for e in root if _local(e) == "workbookPr"), None)
        starts_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self._day_nought = dt.date(1904, 1, 1) if starts_1904 else dt.date(1899, 12, 30)
        self._strings: list[str] | None = None
        self._formats: list[str] | None = None
        if not self._sheets:
            raise Unreadable("is a workbook without sheets", SEND_AGAIN)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return tuple(self._sheets)

    def grid(self, name: str) -> Grid:
        """The filled cells of the sheet of that name."""
        grid = Grid(name)
        for row, cells in _rows(self._container.part(self._sheets[name]), self._sheets[name]):
            for column, element in cells:
                cell = self._cell(row, column, element)
                if cell is None:
                    continue
                if column > MOST_COLUMNS or (row not in grid.rows and len(grid.rows) >= MOST_ROWS):
                    grid.beyond = grid.beyond or cell.address
                    continue
                grid.rows.setdefault(row, {})[column] = cell
        return grid

    def _main_part(self) -> str:
        for kind, target in self._relations("", "_rels/.rels"):
            if kind.endswith("/officeDocument"):
                return target
        return "xl/workbook.xml"

    def _relations(self, folder: str, path: str) -> Iterator[tuple[str, str]]:
        for element in self._relation_elements(path):
            yield element.get("Type", ""), posixpath.normpath(_join(folder, element.get("Target", "")))

    def _relation_elements(self, path: str) -> list[etree._Element]:
        if path not in self._container:
            return []
        return [e for e in _parse(self._container.part(path), path) if e.get("TargetMode") != "External"]

    def _find_sheets(self, root: etree._Element) -> dict[str, str]:
        folder, name = posixpath.split(self._main)
        targets = {
            element.get("Id", ""): posixpath.normpath(_join(folder, element.get("Target", "")))
            for element in self._relation_elements(posixpath.join(folder, "_rels", f"{name}.rels"))
            if element.get("Type", "").endswith("/worksheet")
        }
        found: dict[str, str] = {}
        for element in root.iter("{*}sheet"):
            identifier = next((v for k, v in element.attrib.items() if str(k).endswith("}id")), "")
            if str(identifier) in targets and len(found) < MOST_SHEETS:
                found.setdefault(element.get("name", ""), targets[str(identifier)])
        return found

    def _related(self, kind: str) -> str:
        folder, name = posixpath.split(self._main)
        relations = self._relations(folder, posixpath.join(folder, "_rels", f"{name}.rels"))
        return next((target for found, target in relations if found.endswith(kind)), "")

    @property
    def strings(self) -> list[str]:
        """The shared strings, read when the first cell asks for one."""
        if self._strings is None:
            path = self._related("/sharedStrings")
            self._strings = _shared_strings(self._container.part(path), path) if path in self._container else []
        return self._strings

    @property
    def formats(self) -> list[str]:
        """For each cell style what it makes of a number: "date", "percent" or ""."""
        if self._formats is None:
            path = self._related("/styles")
            self._formats = _formats(_parse(self._container.part(path), path)) if path in self._container else []
        return self._formats

    def _cell(self, row: int, column: int, element: etree._Element) -> Cell | None:
        kind = element.get("t", "n")
        raw, formula, rich = _contents(element)
        if kind == "e":
            return Cell(row, column, None, error=(raw or "an error").strip())
        if kind == "inlineStr":
            return Cell(row, column, rich) if rich else None
        if raw is None or not raw.strip():
            # a formula that gives empty text is a calculated one; one without any value was never worked out
            never = formula and not (kind == "str" and raw is not None)
            return Cell(row, column, None, uncalculated=True) if never else _text(row, column, raw)
        if kind == "str":
            return Cell(row, column, _unescape(raw))
        if kind == "s":
            return _text(row, column, self._shared(raw))
        if kind == "b":
            return Cell(row, column, raw.strip() in ("1", "true"))
        if kind == "d":
            return Cell(row, column, _iso_day(raw))
        return self._number(row, column, raw, element.get("s", "0"))

    def _shared(self, raw: str) -> str:
        try:
            index = int(raw)
            return self.strings[index] if index >= 0 else ""
        except (ValueError, IndexError):
            raise Unreadable("is damaged: a cell names a text that is not there", SEND_AGAIN) from None

    def _number(self, row: int, column: int, raw: str, style: str) -> Cell:
        try:
            number = float(raw)
        except ValueError:
            return Cell(row, column, raw)
        if not math.isfinite(number):
            return Cell(row, column, None, error="#NUM!")
        look = self.formats[int(style)] if style.isdecimal() and int(style) < len(self.formats) else ""
        if look == "date":
            return Cell(row, column, self._day(number))
        return Cell(row, column, number, percent=look == "percent")

    def _day(self, serial: float) -> dt.date | float:
        """The day of a serial number; the number itself where there is no such day (a time of day, a far year)."""
        if serial < 1:
            return serial
        days = int(serial)
        if self._day_nought.year == 1899 and days < 61:
            days += 1  # Excel believes in 29 February 1900
        try:
            return self._day_nought + dt.timedelta(days=days)
        except OverflowError:
            return serial


def _text(row: int, column: int, text: str | None) -> Cell | None:
    return Cell(row, column, text) if text else None


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _join(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)


def _parse(data: bytes, path: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise _damaged(path) from None


def _walk(data: bytes, path: str, tag: str) -> Iterator[etree._Element]:
    """Each element of that name as it ends; memory stays small because what has been seen is let go."""
    try:
        walker = etree.iterparse(
            io.BytesIO(data), tag=tag, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        for _, element in walker:
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError:
        raise _damaged(path) from None


def _damaged(path: str) -> Unreadable:
    return Unreadable(f"is damaged: its part {path} cannot be read", SEND_AGAIN)


def _rows(data: bytes, path: str) -> Iterator[tuple[int, Iterator[tuple[int, etree._Element]]]]:
    last = 0
    for element in _walk(data, path, "{*}row"):
        given = element.get("r", "")
        last = int(given) if given.isdecimal() and len(given) < 9 else last + 1
        yield last, _cells_of(element)


_ADDRESS = re.compile(r"([A-Za-z]{1,3})[0-9]+")


def _cells_of(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    last = 0
    for element in row:
        if _local(element) != "c":
            continue
        match = _ADDRESS.fullmatch(element.get("r", ""))
        last = _column_number(match[1]) if match else last + 1
        yield last, element


def _column_number(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _contents(element: etree._Element) -> tuple[str | None, bool, str]:
    """The raw value, whether there is a formula, and the inline text of a cell."""
    raw: str | None = None
    formula = False
    rich = ""
    for child in element:
        name = _local(child)
        if name == "v":
            raw = child.text or ""
        elif name == "f":
            formula = True
        elif name == "is":
            rich = _rich_text(child)
    return raw, formula, rich


def _rich_text(element: etree._Element) -> str:
    """The text of a string item: its own and that of its runs, without the phonetic guide."""
    parts: list[str] = []
    for child in element:
        name = _local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [t.text or "" for t in child if _local(t) == "t"]
    return _unescape("".join(parts))


def _shared_strings(data: bytes, path: str) -> list[str]:
    return [_rich_text(element) for element in _walk(data, path, "{*}si")]


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescape(text: str) -> str:
    """Excel writes characters that XML cannot hold as _x0007_."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _iso_day(raw: str) -> dt.date | str:
    try:
        return dt.datetime.fromisoformat(raw.strip()).date()
    except ValueError:
        return raw


_BUILT_IN = {**dict.fromkeys([9, 10], "percent"), **dict.fromkeys([*range(14, 23), *range(27, 37), 45, 46, 47], "date")}
_BUILT_IN |= dict.fromkeys(range(50, 59), "date")
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


def _formats(root: etree._Element) -> list[str]:
    codes = {e.get("numFmtId", ""): _look(e.get("formatCode", "")) for e in root.iter("{*}numFmt")}
    styles = next((e for e in root if _local(e) == "cellXfs"), None)
    numbers = [e.get("numFmtId", "0") for e in styles if _local(e) == "xf"] if styles is not None else []
    return [codes.get(n) or (_BUILT_IN.get(int(n), "") if n.isdecimal() else "") for n in numbers]


def _look(code: str) -> str:
    """What a number format makes of a number; colours, conditions and quoted words do not count."""
    bare = _NOT_CODE.sub("", code).partition(";")[0].lower()
    if "%" in bare:
        return "percent"
    if "general" in bare:
        return ""
    return "date" if any(letter in bare for letter in "ymdhs") else ""
