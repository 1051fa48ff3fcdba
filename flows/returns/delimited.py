"""A table sent as text (CSV): which of the form's tables it is shows from its headings.

How the text is encoded and what divides its columns is found out, not asked: whatever makes most headings of the form
appear in one row. Such a file has no front sheet, so partner and month come from the names of the file and its folder.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from flows.plan.findings import Severity
from flows.returns import layout
from flows.returns.container import SEND_XLSX, Unreadable, beginning
from flows.returns.grids import MOST_TEXT, Cell, Grid, Remark
from flows.returns.values import comparable

_DIVIDERS = (",", ";", "\t", "|")
_ROWS_SEARCHED = 40
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')


class TextTable:
    """One table in a text file; `Unreadable`, saying how the file begins, when it is none of the form's."""

    single_table = True
    hidden: frozenset[str] = frozenset()
    counts_from_1900 = False
    receipts: frozenset[str] = frozenset()

    def __init__(self, data: bytes) -> None:
        text = decoded(data)
        separator = _SEPARATOR_LINE.match(text)
        dividers = (separator[1],) if separator else _DIVIDERS
        found = [(*_best_match(text, divider), divider) for divider in dividers]
        score, sheets, divider = max(found, key=lambda match: match[0])
        if score < 2:
            raise Unreadable(f"is a text file or CSV (it begins {beginning(data)!r})", SEND_XLSX)
        if len(sheets) > 1:
            names = " or ".join(sheet.name for sheet in sheets)
            todo = f"Send the whole form as a workbook, or put the headings of the form above the table. {SEND_XLSX}"
            raise Unreadable(f"is a CSV file whose headings could be those of {names}", todo)
        self._name = sheets[0].name
        self._rows = _rows(text, divider)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return (self._name,)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        says = (
            f"It is a CSV file, which holds one table (read as {self._name}) and names neither partner nor month; "
            "those are taken from the names of the file and its folder."
        )
        todo = "Send the whole form as an Excel workbook (.xlsx) next time."
        return (Remark("return.csv", Severity.NOTE, says, todo),)

    def grid(self, name: str) -> Grid:
        """The filled cells of the one table."""
        grid = Grid(name)
        for number, values in enumerate(self._rows, start=1):
            for column, value in enumerate(values, start=1):
                if value:
                    grid.put(Cell(number, column, value))
        return grid


def decoded(data: bytes) -> str:
    """The text in the bytes: by their mark, else as UTF-16 or UTF-8 if they can be that, else as Windows writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:400:2].count(0) * 4 > len(data[1:400:2]):
        return data.decode("utf-16-le", "replace")
    if data[0:400:2].count(0) * 4 > len(data[0:400:2]):
        return data.decode("utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _best_match(text: str, divider: str) -> tuple[int, list[layout.Sheet]]:
    """How many headings of the form stand in one row, and the tables that have them."""
    rows = list(islice(_parsed(text[:200_000], divider), _ROWS_SEARCHED))
    scores = {sheet.name: max((_headings(sheet, row) for row in rows), default=0) for sheet in layout.SHEETS}
    most = max(scores.values())
    best = [sheet for sheet in layout.SHEETS if scores[sheet.name] == most]
    fewest = min(len(sheet.columns) for sheet in best)
    return most, [sheet for sheet in best if len(sheet.columns) == fewest]


def _headings(sheet: layout.Sheet, row: list[str]) -> int:
    said = {comparable(text) for text in row if len(text) < 120}
    return sum(not said.isdisjoint({comparable(name) for name in (c.heading, *c.synonyms)}) for c in sheet.columns)


def _rows(text: str, divider: str) -> list[list[str]]:
    return [[_plain(value) for value in row] for row in _parsed(text, divider)]


def _parsed(text: str, divider: str) -> Iterator[list[str]]:
    csv.field_size_limit(2**31 - 1)
    separator = _SEPARATOR_LINE.match(text)
    reader = csv.reader(io.StringIO(text[separator.end() :] if separator else text, newline=""), delimiter=divider)
    try:
        yield from reader
    except csv.Error:
        raise Unreadable("is a CSV file that is damaged", SEND_XLSX) from None


def _plain(value: str) -> str:
    """A value without the formula that some programs wrap a text in, so that Excel leaves it alone: ="1.10"."""
    kept = _KEPT_AS_TEXT.fullmatch(value)
    return (kept[1] if kept else value)[:MOST_TEXT]
