"""The cells of an Open XML workbook (.xlsx, .xlsm, also Strict) as Excel stored them: value, percentage format, and
whether Excel had calculated it.

A small reader of SpreadsheetML, because the libraries each hide something that a return must answer for:
python-calamine gives no number formats, turns errors such as #REF! into empty text and lays a sheet out in full, so
that one stray cell in the last row and column takes gigabytes; openpyxl sees no sheets in Strict Open XML and takes
minutes over the same stray cell. This one walks the rows that exist, keeps only filled cells, and knows where each
stands. Formulas are never evaluated, macros never looked at and links never followed: what counts is the value that
Excel saved.
"""

from __future__ import annotations

import datetime as dt
import math
import posixpath
import re
from collections.abc import Iterator

from lxml import etree

from flows.plan.findings import Severity
from flows.returns.container import SEND_AGAIN, Container, Unreadable, open_container
from flows.returns.grids import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Cell,
    Grid,
    Remark,
    letters,
    shown,
)
from flows.returns.sheet_xml import read_sheet, read_strings
from flows.returns.vocabulary import RECEIPT_MARKER

__all__ = ["MOST_CELLS", "MOST_COLUMNS", "MOST_ROWS", "Cell", "Grid", "Remark", "Workbook", "letters", "shown"]


class Workbook:
    """A workbook opened for reading; `Unreadable` when it is none. Sheets are read one at a time, when asked for."""

    single_table = False

    def __init__(self, data: bytes, container: Container | None = None) -> None:
        self._container = container or open_container(data)
        self._main = self._main_part()
        root = _parse(self._container.part(self._main), self._main)
        self._hidden: set[str] = set()
        self._sheets = self._find_sheets(root)
        self.receipts = frozenset(self._receipts(root))
        properties = next((e for e in root if _local(e) == "workbookPr"), None)
        starts_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.counts_from_1900 = not starts_1904
        self._day_nought = dt.date(1904, 1, 1) if starts_1904 else dt.date(1899, 12, 30)
        self._strings: list[str] | None = None
        self._formats: list[str] | None = None
        self._looks: dict[str, str] = {}
        if not self._sheets:
            raise Unreadable("is a workbook without sheets", SEND_AGAIN)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return tuple(self._sheets)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(self._hidden)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        return tuple(_remarks(self._container))

    def grid(self, name: str) -> Grid:
        """The filled cells of the sheet of that name."""
        grid = Grid(name, hidden=name in self._hidden)
        path = self._sheets[name]
        with self._container.stream(path) as stream:
            read_sheet(stream, path, grid, self._cell, lambda: self.strings)
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
                if element.get("state", "visible") != "visible":
                    self._hidden.add(element.get("name", ""))
        return found

    def _receipts(self, root: etree._Element) -> Iterator[str]:
        """The sheets that bear our hidden name, if it still stands on the sheet that it belongs to."""
        names = [element.get("name", "") for element in root.iter("{*}sheet")]
        for element in root.iter("{*}definedName"):
            number = element.get("localSheetId", "")
            if element.get("name") == RECEIPT_MARKER and number.isdecimal() and int(number) < len(names):
                own = names[int(number)]
                if (element.text or "").startswith((f"{own}!", "'" + own.replace("'", "''") + "'!")):
                    yield own

    def _related(self, kind: str) -> str:
        folder, name = posixpath.split(self._main)
        relations = self._relations(folder, posixpath.join(folder, "_rels", f"{name}.rels"))
        return next((target for found, target in relations if found.endswith(kind)), "")

    @property
    def strings(self) -> list[str]:
        """The shared strings, read when the first cell asks for one."""
        if self._strings is None:
            path = self._related("/sharedStrings")
            self._strings = self._read_strings(path) if path in self._container else []
        return self._strings

    def _read_strings(self, path: str) -> list[str]:
        with self._container.stream(path) as stream:
            return [_unescape(text) for text in read_strings(stream, path)]

    @property
    def formats(self) -> list[str]:
        """For each cell style what it makes of a number: "date", "percent" or ""."""
        if self._formats is None:
            path = self._related("/styles")
            self._formats = _formats(_parse(self._container.part(path), path)) if path in self._container else []
        return self._formats

    def _cell(
        self, row: int, column: int, kind: str, style: str, said: str, has_value: bool, formula: bool
    ) -> Cell | None:
        if kind == "s" and said:
            text = self._shared(said)
            return Cell(row, column, text) if text else None
        if kind == "e":
            return Cell(row, column, None, error=said.strip() or "an error")
        if kind == "inlineStr":
            return Cell(row, column, _unescape(said)) if said else None
        if not said or said.isspace():
            # a formula that gives empty text is a calculated one; one without any value was never worked out
            if formula and not (kind == "str" and has_value):
                return Cell(row, column, None, uncalculated=True)
            return Cell(row, column, said) if said else None
        if kind == "n":
            return self._number(row, column, said, style)
        if kind == "str":
            return Cell(row, column, _unescape(said))
        if kind == "b":
            return Cell(row, column, said.strip() in ("1", "true"))
        if kind == "d":
            return Cell(row, column, _iso_day(said))
        return self._number(row, column, said, style)

    def _shared(self, raw: str) -> str:
        try:
            index = int(raw)
            strings = self._strings
            return (self.strings if strings is None else strings)[index] if index >= 0 else ""
        except (ValueError, IndexError):
            raise Unreadable("is damaged: a cell names a text that is not there", SEND_AGAIN) from None

    def _number(self, row: int, column: int, raw: str, style: str) -> Cell:
        try:
            number = float(raw if "_" not in raw else "")  # Python allows 1_000; a workbook does not
        except ValueError:
            return Cell(row, column, raw)
        if not math.isfinite(number):
            return Cell(row, column, None, error="#NUM!")
        look = self._looks.get(style)
        if look is None:
            look = self._looks[style] = self._look_of(style)
        if look == "date":
            return Cell(row, column, self._day(number))
        return Cell(row, column, number, percent=look == "percent")

    def _look_of(self, style: str) -> str:
        known = style.isdecimal() and len(style) < 7 and int(style) < len(self.formats)
        return self.formats[int(style)] if known else ""

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


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _join(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)


def _parse(data: bytes, path: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise Unreadable(f"is damaged: its part {path} cannot be read", SEND_AGAIN) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("holds XML with definitions of its own, which no spreadsheet program writes", SEND_AGAIN)
    return root


def _remarks(container: Container) -> Iterator[Remark]:
    if "xl/vbaProject.bin" in container:
        says = "The workbook holds macros (programs); they are never run, and no copy of them is sent back."
        yield Remark("return.macros", Severity.NOTE, says, "Send it as an Excel workbook without macros (.xlsx).")
    if any(name.startswith("xl/externallinks/") for name in container.names):
        says = "The workbook takes values from other files, which are never opened; the values that Excel last saved were used."
        todo = "Check that they are up to date, or type the values themselves."
        yield Remark("return.links", Severity.NOTE, says, todo)


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
