"""Registers as Excel workbooks that a person can filter, sort and print.

Each sheet is one Excel table under its title. Text is always written as text, whatever it begins with, so that nothing
a partner sends can become a formula or a link. The same register gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter

from flows.publish.brand import tint
from flows.publish.packaging import normalise_zip
from flows.reports.register import LinkCell, NumberCell, Register, RegisterColumn, RegisterSheet, StatusCell

LONGEST_TEXT = 32_767
"""What one cell holds, in the UTF-16 units in which Excel counts."""

CUT_MARK = " … [cut here: the text is longer than a cell of Excel can hold]"
NOTHING = "None"
TITLE_ROW, PERIOD_ROW, NOTE_ROW, ABOUT_ROW, HEADER_ROW = 0, 1, 2, 3, 4
FIRST_DATE = dt.date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was: earlier days cannot be told apart and are written as text."""

CAPITAL_WIDTH = 1.15
"""A bold capital in digits, the unit in which Excel gives widths."""

WIDEST_REFERENCE = 44
INK, RULE, QUIET = "#1b1f24", "#c9ced3", "#eef1f4"
FONT = {"font_name": "Arial", "font_size": 10, "font_color": INK}
NUMBER_FORMATS = {
    "ref": "@",
    "date": "d mmmm yyyy",
    "month": "mmmm yyyy",
    "integer": "#,##0;\N{MINUS SIGN}#,##0;0",
    "number": "#,##0.0;\N{MINUS SIGN}#,##0.0;0.0",
}
NUMERIC = ("integer", "number")
NUMBER_FORMATS |= {f"number {n}": f"#,##0.{'0' * n};\N{MINUS SIGN}#,##0.{'0' * n};0.{'0' * n}" for n in (1, 2, 3)}
NUMBER_FORMATS["number 0"] = NUMBER_FORMATS["integer"]
WITH_FILTER_BUTTONS, WITHOUT = 32, 20
"""The header's height in points: a line, and under it the buttons."""

MEANING_COLOURS = {"error": "off_track", "query": "at_risk", "note": "not_yet_due"}
"""Severities take the colours of the statuses that weigh as much."""

DIGIT_PIXELS, ARIAL_IS_WIDER, BOLD_IS_WIDER = 7, 1.04, 1.08
"""XlsxWriter knows how wide letters are in Calibri 11, whose digits are as wide as those of Arial 10."""

INDENT = 1.4
"""What the indent of a cell takes from its width, in digits."""

LINE_POINTS, PADDING_POINTS, TALLEST_ROW = 12.75, 4, 409
_FIXED_HEIGHT = re.compile(rb'(<row r="(?:[6-9]|[1-9][0-9]+)"[^>]* ht="[^"]*") customHeight="1"')
"""Of the rows below the header; titles and header keep theirs."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_STARTS_LIKE_A_FORMULA = re.compile(r"\s*[=+\-@]")
_LONGEST_SHEET_NAME, _LONGEST_HEADER, _LONGEST_HINT = 31, 255, 255


@dataclass(frozen=True)
class Imprint:
    """What every register says of its making.

    `period` is as printed ("November 2022"); `created` goes into the file as its date (the period end, so that it does
    not depend on the day of the build); `colours` are the settings' (#rrggbb by "accent", "off_track" and so on).
    """

    partnership: str
    marking: str
    author: str
    period: str
    created: dt.date
    colours: Mapping[str, str] = field(default_factory=dict)

    def colour(self, meaning: str) -> str:
        """The colour of a status or severity, or of the accent."""
        name = MEANING_COLOURS.get(meaning, meaning).replace("-", "_")
        return self.colours.get(name, INK)


def write_register(register: Register, path: Path, imprint: Imprint) -> None:
    """Write a register to `path` as an Excel workbook. OSError when the file cannot be written."""
    package = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_format_properties": dict(FONT),
    }
    with xlsxwriter.Workbook(package, options) as book:
        book.set_properties(_properties(register, imprint))
        names = _sheet_names(sheet.name for sheet in register.sheets)
        pages = [book.add_worksheet(name) for name in names]
        for number, (page, sheet) in enumerate(zip(pages, register.sheets, strict=True), start=1):
            _Sheet(book, page, number, register, sheet, imprint).write()
    path.write_bytes(normalise_zip(_with_rows_that_grow(package)))


def plain(value: object) -> str:
    """Text as a cell can hold it: one kind of line break, no control characters, cut with a visible mark."""
    text = _NOT_IN_XML.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) <= LONGEST_TEXT // 2 or _units(text) <= LONGEST_TEXT:
        return text
    room = (LONGEST_TEXT - _units(CUT_MARK)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT_MARK


@lru_cache(maxsize=20_000)
def lines_needed(text: str, width: float, bold: bool = False) -> int:
    """On how many lines Excel sets a text in a column that is `width` digits wide: words wrap, long ones break."""
    room = (width - INDENT) * DIGIT_PIXELS
    return sum(_lines_of(paragraph, room, BOLD_IS_WIDER if bold else 1) for paragraph in text.split("\n"))


def _lines_of(paragraph: str, room: float, wider: float) -> int:
    lines, used = 1, 0.0
    for word in paragraph.split(" "):
        size = _pixels(word) * wider
        if used and used + size > room:
            lines, used = lines + 1, 0.0
        lines += max(0, math.ceil(size / room) - 1)
        used += min(size, room) + _pixels(" ")
    return lines


@lru_cache(maxsize=20_000)
def _pixels(word: str) -> float:
    return float(xlsxwriter.utility.xl_pixel_width(word)) * ARIAL_IS_WIDER


def _with_rows_that_grow(package: io.BytesIO) -> bytes:
    """The rows' heights as what Excel would have worked out, so that a row still grows when its text is edited.

    XlsxWriter can only write a height as one that the user has fixed.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = _FIXED_HEIGHT.sub(rb"\1", content)
            target.writestr(name, content)
    return out.getvalue()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _one_line(value: object, longest: int) -> str:
    text = " ".join(plain(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _properties(register: Register, imprint: Imprint) -> dict[str, object]:
    return {
        "title": plain(register.title),
        "subject": plain(f"{imprint.partnership}, {imprint.period}"),
        "author": plain(imprint.author),
        "company": plain(imprint.partnership),
        "comments": plain(imprint.marking),
        "created": dt.datetime.combine(imprint.created, dt.time()),
    }


def _sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names that Excel allows: no []:*?/\\, no quotation mark at either end, 31 characters, each once."""
    taken = {"history"}  # Excel keeps this name for itself.
    names = []
    for name in wanted:
        base = _one_line(_NOT_IN_SHEET_NAMES.sub(" ", name), _LONGEST_SHEET_NAME).strip("' ") or "Sheet"
        allowed, n = base, 1
        while allowed.casefold() in taken:
            n += 1
            allowed = f"{base[: _LONGEST_SHEET_NAME - len(f' {n}')]} {n}"
        taken.add(allowed.casefold())
        names.append(allowed)
    return names


class _Sheet:
    """One sheet being written."""

    def __init__(
        self, book: Any, page: Any, number: int, register: Register, sheet: RegisterSheet, imprint: Imprint
    ) -> None:
        self.book, self.page, self.number = book, page, number
        self.register, self.sheet, self.imprint = register, sheet, imprint
        self.formats: dict[tuple[str, str, bool], Any] = {}
        self.rows = sheet.rows or ((NOTHING,),)
        self.last_column = len(sheet.columns) - 1
        self.widths = [self._width(number, column) for number, column in enumerate(sheet.columns)]
        self.printed = sheet.printed or len(sheet.columns)

    def write(self) -> None:
        """Titles, table, and how it looks on the screen and on paper."""
        self._titles()
        self._table()
        for number, row in enumerate(self.rows, start=HEADER_ROW + 1):
            for column, value in enumerate(row):
                self._cell(number, column, value)
            self._rules(number, len(row))
            self.page.set_row(number, self._height(row))
        self._screen()
        self._paper()

    def _titles(self) -> None:
        accent = self.imprint.colour("accent")
        title = self.book.add_format({**FONT, "font_size": 16, "bold": True, "font_color": accent})
        plain_line = self.book.add_format({**FONT, "font_color": "#4b555f", "valign": "top"})
        period = " · ".join(part for part in (self.register.subtitle, self.imprint.marking) if part)
        self.page.write_string(TITLE_ROW, 0, plain(f"{self.register.title}: {self.sheet.heading}"), title)
        self.page.set_row(TITLE_ROW, 26)
        self.page.write_string(PERIOD_ROW, 0, plain(period), plain_line)
        self.page.write_string(
            NOTE_ROW, 0, plain(" ".join(filter(None, (self.sheet.note, self._print_note())))), plain_line
        )
        if self.sheet.about:
            self.page.write_string(ABOUT_ROW, 0, plain(self.sheet.about), plain_line)
            self.page.set_row(ABOUT_ROW, 18)

    def _print_note(self) -> str:
        if self.printed > self.last_column:
            return ""
        last = xlsxwriter.utility.xl_col_to_name(self.printed - 1)
        return f"Columns A to {last} are printed; the others are for the screen."

    def _table(self) -> None:
        head: dict[str, object] = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": QUIET, "bottom": 2}
        head |= {"bottom_color": self.imprint.colour("accent"), "indent": 1}
        left, right = (self.book.add_format({**FONT, **head, "align": side}) for side in ("left", "right"))
        columns = [
            {"header": heading, "header_format": right if column.kind in NUMERIC else left}
            for heading, column in zip(self._headings(), self.sheet.columns, strict=True)
        ]
        last_row = HEADER_ROW + len(self.rows)
        self.page.add_table(
            HEADER_ROW,
            0,
            last_row,
            self.last_column,
            {
                "name": f"{re.sub('[^A-Za-z]', '', self.sheet.name)}_table_{self.number}",
                "style": "Table Style Light 1",
                "title": _one_line(f"{self.register.title}: {self.sheet.heading}", _LONGEST_HINT),
                "description": _one_line(self.sheet.note or self.sheet.heading, _LONGEST_HINT),
                "columns": columns,
                "autofilter": self.sheet.filtered,
            },
        )
        self.page.set_row(HEADER_ROW, WITH_FILTER_BUTTONS if self.sheet.filtered else WITHOUT)
        everything = xlsxwriter.utility.xl_range(HEADER_ROW, 0, last_row, self.last_column)
        self.page.ignore_errors({"number_stored_as_text": everything, "two_digit_text_year": everything})

    def _headings(self) -> list[str]:
        headings = [_one_line(column.heading, _LONGEST_HEADER) or " " for column in self.sheet.columns]
        if len({h.casefold() for h in headings}) != len(headings):
            raise ValueError(f"two columns of {self.sheet.name} have the same heading: {headings}")
        return headings

    def _cell(self, row: int, column: int, value: object) -> None:
        """Write a value as what it is; the column says only how it looks."""
        if isinstance(value, bool):
            value = "Yes" if value else "No"
        if isinstance(value, dt.datetime):
            value = value.date()
        kind = self.sheet.columns[column].kind
        if value is None or value == "":
            self.page.write_blank(row, column, None, self._format(kind))
        elif isinstance(value, dt.date) and value >= FIRST_DATE:
            self.page.write_datetime(row, column, value, self._format(kind if kind == "month" else "date"))
        elif isinstance(value, (int, float)) and math.isfinite(value):
            self.page.write_number(row, column, value, self._format(kind if kind == "number" else "integer"))
        elif isinstance(value, StatusCell):
            self._text(row, column, value.word, "status", value.meaning)
        elif isinstance(value, NumberCell) and math.isfinite(value.value):
            self.page.write_number(row, column, value.value, self._format(f"number {min(max(value.decimals, 0), 3)}"))
        elif isinstance(value, LinkCell):
            self._link(row, column, value)
        else:
            self._text(row, column, value, kind if kind in ("text", "words", "ref", *NUMERIC) else "text")

    def _link(self, row: int, column: int, link: LinkCell) -> None:
        target = self.book.worksheets()[[s.name for s in self.register.sheets].index(link.sheet)].get_name()
        place = "internal:'{}'!A1".format(target.replace("'", "''"))
        self.page.write_url(row, column, place, self._format("link"), plain(link.word))

    def _text(self, row: int, column: int, value: object, kind: str, meaning: str = "") -> None:
        text = plain(value)
        self.page.write_string(row, column, text, self._format(kind, meaning, bool(_STARTS_LIKE_A_FORMULA.match(text))))

    def _rules(self, row: int, written: int) -> None:
        """The hairline under cells that a short row leaves empty."""
        for column in range(written, self.last_column + 1):
            self.page.write_blank(row, column, None, self._format(self.sheet.columns[column].kind))

    def _format(self, kind: str, meaning: str = "", guarded: bool = False) -> Any:
        """One format for each look. A guarded one keeps text as text when somebody edits the cell."""
        key = (kind, meaning, guarded)
        if key not in self.formats:
            look: dict[str, object] = {**FONT, "text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": RULE}
            look |= {"align": "left", "indent": 1}
            if kind.startswith(NUMERIC):
                look |= {"align": "right", "text_wrap": False}
            if kind in NUMBER_FORMATS:
                look["num_format"] = NUMBER_FORMATS[kind]
            if kind == "link":
                look |= {"font_color": self.imprint.colour("accent"), "underline": 1}
            if kind == "ref":
                look |= {"bold": True, "text_wrap": False}
            if meaning:
                colour = self.imprint.colour(meaning)
                look |= {"bold": True, "bg_color": tint(colour), "left": 5, "left_color": colour}
            if guarded:
                look["quote_prefix"] = True
            self.formats[key] = self.book.add_format(look)
        return self.formats[key]

    def _screen(self) -> None:
        for number, column in enumerate(self.sheet.columns):
            self.page.set_column(number, number, self.widths[number])
            self._hint(number, column)
        self.page.freeze_panes(HEADER_ROW + 1, self.sheet.frozen)
        self.page.hide_gridlines(2)

    def _width(self, number: int, column: RegisterColumn) -> float:
        """The declared width; more where a reference, which is bold and never wraps, needs it."""
        if column.kind != "ref":
            return column.width
        longest = max(len(plain(row[number])) for row in self.rows if number < len(row))
        return max(column.width, min(longest * CAPITAL_WIDTH + INDENT, WIDEST_REFERENCE))

    def _height(self, row: tuple[object, ...]) -> float:
        """As high as its longest cell: not every program works that out when it opens the file."""
        wrapped = (
            lines_needed(plain(value), self.widths[number], isinstance(value, StatusCell))
            for number, value in enumerate(row)
            if isinstance(value, (str, StatusCell)) and self.sheet.columns[number].kind != "ref"
        )
        return min(max(wrapped, default=1) * LINE_POINTS + PADDING_POINTS, TALLEST_ROW)

    def _hint(self, number: int, column: RegisterColumn) -> None:
        """What the column holds, shown when its heading is selected."""
        if column.note:
            note = _one_line(column.note, _LONGEST_HINT)
            self.page.data_validation(
                HEADER_ROW, number, HEADER_ROW, number, {"validate": "any", "input_message": note}
            )

    def _paper(self) -> None:
        self.page.set_landscape()
        self.page.set_paper(9)  # A4
        self.page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(HEADER_ROW)
        self.page.print_area(0, 0, HEADER_ROW + len(self.rows), self.printed - 1)
        imprint = self.imprint
        self.page.set_header(f"&L{_marginal(imprint.partnership)}&R{_marginal(imprint.marking)}")
        title = _marginal(f"{self.register.title}, {imprint.period}")
        self.page.set_footer(f"&L{title}&RPage &P of &N")


def _marginal(text: str) -> str:
    """Text for a header or footer, where & begins a code and 255 characters are all there is for both sides."""
    return _one_line(text, 110 - text.count("&")).replace("&", "&&")
