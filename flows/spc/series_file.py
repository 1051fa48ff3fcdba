"""The CSV file that `boardpack spc` reads: dates, values and the names of series, as people and Excel write them.

Two columns, a date and a value, or three: the third names the series. A header is optional. Comma, semicolon or tab;
UTF-8, what Excel calls Unicode text, or the Windows character set of western Europe. Dates are days (days first, never
months first) or months; values may have thousands separators and per cent signs. Nothing is guessed: what cannot be
read is one sentence with the value and its line.

The file is read with the standard library: pandas takes longer to start than this takes to read most files, and does
not know the line of a row once a blank line or a line break inside a cell has passed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from flows.plan.days import DueProblem, day_words, parse_day, tidy
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.words import listed, quoted
from flows.returns.values import SYMBOL

GREATEST = 1e15
"""A number beyond this is a slip of the hand, and more than a chart can show."""

_NUMBER = re.compile(
    r"(?P<sign>[-+]?)£?(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)?(?P<decimals>\.[0-9]*)?"
    r"(?P<power>e[-+]?[0-9]+)? ?%?",
    re.IGNORECASE,
)
_FIRST_CELL = re.compile(r'\s*(?:"(?:[^"]|"")*"|[^,;\t"\r\n]*)\s*?(?P<delimiter>[,;\t])')
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>.)"?(?=[\r\n])', re.IGNORECASE)
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?$")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NEEDED = "a date and a value are needed and, where there are several series, the name of the series, in that order"
_QUOTED_NUMBER = '"1,234"'

T = TypeVar("T")


class When(NamedTuple):
    """A date as it is counted with: a day, or the first day of a month that was named alone."""

    day: dt.date
    is_month: bool

    def __str__(self) -> str:
        return Month.of(self.day).label if self.is_month else day_words(self.day)


@dataclass(frozen=True)
class SeriesFile:
    """The series of a file, one after the other, each in the order of its dates.

    The rows of series `i` are those from `starts[i]` up to `starts[i + 1]` of `days` (ordinals), `values` (NaN at a
    gap) and `written` (the number with the digits that it was given with, "" at a gap). A series without a name of its
    own is called by the heading of its column or by the file. `monthly`: every date was a month. `unit` is "%" when
    every value was a per cent.
    """

    path: Path
    heading: str
    named: bool
    names: tuple[str, ...]
    starts: NDArray[np.int64]
    days: NDArray[np.int64]
    values: NDArray[np.float64]
    written: tuple[str, ...]
    monthly: bool
    unit: str

    def when(self, day: int) -> str:
        """A date of the file in words: 31 October 2022, or October 2022 where it holds months."""
        return str(When(dt.date.fromordinal(day), self.monthly))


@dataclass(frozen=True)
class _Rows:
    """The rows of a file that hold anything: their first three cells, column by column, how many cells each has up to
    its last that is not blank, and the line on which it begins. `first` is the first row, whole.

    Kept as columns, because a list for each row would have the garbage collector go through all of them again and again.
    """

    path: Path
    first: list[str]
    columns: tuple[list[str], list[str], list[str]]
    sizes: list[int]
    lines: list[int]

    def add(self, cells: Sequence[str], line: int) -> None:
        """Take a row in."""
        if not self.sizes:
            self.first.extend(cells)
        size = len(cells)
        self.columns[0].append(cells[0])
        self.columns[1].append(cells[1] if size > 1 else "")
        self.columns[2].append(cells[2] if size > 2 else "")
        self.sizes.append(size)
        self.lines.append(line)

    def drop_first(self) -> None:
        """Leave out the first row."""
        for column in (*self.columns, self.sizes, self.lines):
            del column[0]

    def wrong(self, row: int, says: str) -> UserError:
        """What is wrong with a row, with its place."""
        return UserError(f"{self.path}, line {self.lines[row]}: {says}")


def read_series(path: Path) -> SeriesFile:
    """Read a file. UserError, one sentence, when it cannot be read or anything in it cannot be."""
    rows = _rows_of(path)
    heading, width = _without_header(rows)
    columns, names = rows.columns, rows.columns[2]
    dates, numbers = _each_text_once(rows, columns[0], _when), _each_text_once(rows, columns[1], _number)
    if width == 3 and "" in names:
        raise rows.wrong(names.index(""), "the name of the series is missing from the third column.")
    codes_of = {name: code for code, name in enumerate(dict.fromkeys(names))}
    codes = np.array([codes_of[name] for name in names])
    ordinals = {text: when.day.toordinal() for text, when in dates.items()}
    days = np.array([ordinals[text] for text in columns[0]])
    values = np.array([numbers[text].value for text in columns[1]])
    if np.isnan(values).all():
        raise UserError(f"{path} holds no number: every value is blank or says that there is none.")
    order = np.lexsort((days, codes))
    _refuse_repeats(rows, columns[0], names, codes[order], days[order], order)
    return SeriesFile(
        path=path,
        heading=heading,
        named=width == 3,
        names=tuple(codes_of) if width == 3 else (heading or path.stem,),
        starts=np.searchsorted(codes[order], np.arange(len(codes_of) + 1)),
        days=days[order],
        values=values[order],
        written=tuple(numbers[columns[1][row]].digits for row in order.tolist()),
        monthly=all(when.is_month for when in dates.values()),
        unit="%" if all(number.per_cent for number in numbers.values() if number.digits) else "",
    )


def parse_when(text: str) -> When:
    """A day or a month as analysts write them; ValueError with one sentence."""
    plain = _MIDNIGHT.sub("", tidy(text))
    try:
        return When(Month.parse(plain).first_day, is_month=True)
    except ValueError:
        found = parse_day(int(plain) if re.fullmatch("[0-9]{5}", plain) else plain)
    if isinstance(found, DueProblem):
        says = found.says.rstrip(".")
        raise ValueError(f"{says}; write a day such as 31/01/2023 or a month such as 2023-01.")
    return When(found, is_month=False)


# --- from bytes to rows

MOST_CELL = 131_072
"""Characters of a cell: in a longer one a quotation mark was opened and never closed."""


def _rows_of(path: Path) -> _Rows:
    text = _text_of(path)
    named = _SEPARATOR_LINE.match(text)
    found = named or _FIRST_CELL.match(text.lstrip("\r\n"))
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=found["delimiter"] if found else ",", skipinitialspace=True
    )
    rows, before = _Rows(path, [], ([], [], []), [], []), 0
    csv.field_size_limit(MOST_CELL)
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            while cells and not cells[-1].strip():
                cells.pop()
            if cells and not (named and line == 1):
                rows.add([cell.strip() for cell in cells], line)
    except csv.Error:
        raise UserError(
            f"{path}, line {before + 1}: the cell that begins here does not end; look for a quotation mark too many."
        ) from None
    if not rows.sizes:
        raise UserError(f"{path} is empty; {_NEEDED}.")
    return rows


def _text_of(path: Path) -> str:
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a CSV file in it.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path} was not found; check the name of the file.") from None
    if data.startswith(_WORKBOOKS):
        raise UserError(f"{path} is a workbook, not a CSV file; save its sheet as CSV and name that file.")
    utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NOT_TEXT.search(text):
            return text
    raise UserError(f"{path} is not a text file, so it cannot be a CSV file; save the figures as CSV.")


def _without_header(rows: _Rows) -> tuple[str, int]:
    """Take the header out of the rows: the heading of the values, "" without a header, and the number of columns."""
    first, longest = rows.first, max(rows.sizes)
    has_header = _is_header(first)
    if has_header and len(rows.sizes) == 1:
        raise UserError(f"{rows.path} has a header and no row below it; {_NEEDED}.")
    width = len(first) if len(first) > 1 else longest
    if width > 3 or longest == 1:
        named = listed([quoted(cell, 30) for cell in first[:6]] + (["more"] if len(first) > 6 else []))
        many = "one column" if longest == 1 else f"{width} columns"
        raise UserError(f"{rows.path} has {many} ({named}); {_NEEDED}.")
    if longest > width:
        row = next(row for row, size in enumerate(rows.sizes) if size > width)
        says = f"it has {rows.sizes[row]} cells, the first row has {width}; a number with a comma in it"
        raise rows.wrong(row, f"{says} needs quotation marks, such as {_QUOTED_NUMBER}.")
    if has_header:
        rows.drop_first()
    return (first[1] if has_header and len(first) > 1 else ""), width


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a first row names the columns: it begins with no date, and has no number in second place."""
    if cells[0][:1].isdigit() or not isinstance(_tried(_when, cells[0]), str):
        return False
    second = _tried(_number, cells[1] if len(cells) > 1 else "")
    return isinstance(second, str) or not second.digits


# --- from texts to dates and numbers


class _Number(NamedTuple):
    """A value: NaN and no digits at a gap."""

    value: float
    digits: str
    per_cent: bool


def _each_text_once(rows: _Rows, column: Sequence[str], read: Callable[[str], T]) -> dict[str, T]:
    """What each text of a column means. UserError with the first line that holds one that cannot be read."""
    meanings = {}
    for text in dict.fromkeys(column):
        try:
            meanings[text] = read(text)
        except ValueError as error:
            raise rows.wrong(column.index(text), str(error)) from None
    return meanings


def _tried(read: Callable[[str], T], text: str) -> T | str:
    try:
        return read(text)
    except ValueError as error:
        return str(error)


def _when(text: str) -> When:
    if not text:
        raise ValueError("the date is missing; write a day such as 31/01/2023 or a month such as 2023-01.")
    return parse_when(text)


def _number(text: str) -> _Number:
    plain = text if text.isascii() else tidy(text)
    match = _NUMBER.fullmatch(plain)
    if match is None or not (match["digits"] or (match["decimals"] or "")[1:]):
        if not plain or plain.casefold() in SYMBOL:
            return _Number(np.nan, "", per_cent=False)
        raise ValueError(
            f"{quoted(text)} is not a number; write it in figures with a point for decimals, or leave the cell blank "
            "where there is no value."
        )
    whole = (match["digits"] or "0").replace(",", "").replace(" ", "")
    sign = "-" if match["sign"] == "-" else ""
    digits = f"{sign}{whole}{(match['decimals'] or '').rstrip('.')}{(match['power'] or '').lower()}"
    if len(digits) > 40 or abs(value := float(digits)) > GREATEST:
        raise ValueError(f"{quoted(text)} is too large for a chart; look for figures that have run together.")
    return _Number(value, digits, plain.endswith("%"))


def _refuse_repeats(
    rows: _Rows,
    written: Sequence[str],
    names: Sequence[str],
    codes: NDArray[np.int64],
    days: NDArray[np.int64],
    order: NDArray[np.int64],
) -> None:
    """UserError where a series has two rows for one date; `codes` and `days` are in order, `order` says of which row."""
    again = np.flatnonzero((np.diff(codes) == 0) & (np.diff(days) == 0))
    if again.size:
        second = int(order[again + 1].min())
        first = int(order[again[order[again + 1] == second][0]])
        whose = f" of {quoted(names[second])}" if names[second] else ""
        raise rows.wrong(
            second,
            f"{quoted(written[second])}{whose} is in line {rows.lines[first]} already; keep one row for each date.",
        )
