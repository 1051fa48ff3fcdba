"""Writing a partner's form: a workbook for one month, filled in as far as possible, that opens in Excel as paper does.

Nothing is locked: grey marks what is only for information, lists and notes guide the rest. The same plan, record and
month give the same bytes. Text from the record is written as text, never as a formula or a link.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from flows.plan.calendar import is_annual_review, is_stocktake, returns_due
from flows.plan.model import Partner, Plan
from flows.plan.periods import Month
from flows.plan.sections import HEADLINE
from flows.plan.settings import Settings
from flows.plan.words import day as day_words
from flows.returns import layout
from flows.returns.cells import letters
from flows.returns.layout import By, Column, Kind, Sheet
from flows.returns.prefill import FormRow, Prefill, Value, form_rows, with_what_was_filled_in
from flows.returns.records import Return
from flows.returns.vocabulary import status_choices

DATE_FORMAT = "dd mmmm yyyy"
_TEXT_KINDS = {Kind.WORDS, Kind.SUBJECT, Kind.REFERENCE, Kind.REFERENCES, Kind.PERIOD}
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
_LINE, _MOST_LINES = 15, 27
"""The height of a line in points, and how many fit into the 409 points that Excel allows a row."""
_A3, _A4 = 8, 9
_WIDEST_ON_A4 = 220
"""Characters across; a wider table would be too small to read on A4."""


def write_form(
    path: Path,
    plan: Plan,
    settings: Settings,
    partner: Partner,
    month: Month,
    known: Prefill,
    filled: Return | None = None,
) -> None:
    """Write the partner's form for a month. With `filled` its entries stand in their cells, as a partner sends it.

    The file appears whole or not at all. OSError when the folder cannot be written to.
    """
    buffer = io.BytesIO()
    _Form(buffer, plan, settings, partner, month, known, filled).write()
    beginning = path.with_name(f"{path.name}.part")
    beginning.write_bytes(buffer.getvalue())
    beginning.replace(path)


class _Page(Worksheet):  # type: ignore[misc]
    """A sheet whose rows are as high as their text and grow with what is typed. XlsxWriter marks every height as set
    by hand, after which Excel would leave it alone; left unmarked it is what Excel itself last measured."""

    def _xml_start_tag_unencoded(self, tag: str, attributes: list[tuple[str, object]] | None = None) -> None:
        kept = [pair for pair in attributes or [] if tag != "row" or pair[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, kept)


class _Form:
    def __init__(
        self,
        buffer: io.BytesIO,
        plan: Plan,
        settings: Settings,
        partner: Partner,
        month: Month,
        known: Prefill,
        filled: Return | None,
    ) -> None:
        self._book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
        self._plan, self._settings, self._partner, self._month = plan, settings, partner, month
        self._known, self._filled = known, filled
        self._title = f"{partner.name}, {month.label}"
        self._lists = _lists(settings, plan, partner)
        self._with_sections = is_stocktake(month, settings) or is_annual_review(month, settings)
        self._formats: dict[tuple[str, bool], Format] = {}

    def write(self) -> None:
        """Put the sheets in order and close the workbook."""
        self._book.set_properties(
            {
                "title": f"Return: {self._title}",
                "subject": self._settings.partnership.plan_name,
                "author": self._settings.partnership.report_author,
                "created": dt.datetime.combine(self._month.last_day, dt.time()),
            }
        )
        self._head_sheet()
        for sheet in layout.sheets_for(self._partner.is_improvement_group):
            self._table(sheet)
        self._guide()
        self._lists_sheet()
        self._book.close()

    def _style(self, name: str, grey: bool = False) -> Format:
        if (name, grey) not in self._formats:
            self._formats[name, grey] = self._book.add_format(_STYLES[name] | (_GREY if grey else {}))
        return self._formats[name, grey]

    def _page(self, name: str, title: str, guidance: str) -> Worksheet:
        page: Worksheet = self._book.add_worksheet(name, _Page)
        page.write_string(0, 0, title, self._style("title"))
        page.write_string(1, 0, guidance, self._style("guidance"))
        page.set_paper(_A4)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer(f"&L{_in_footer(self._title)}&C{_in_footer(name)}&RPage &P of &N")
        page.hide_gridlines(2)
        return page

    def _head_sheet(self) -> None:
        due = day_words(returns_due(self._month, self._settings))
        group = self._settings.partnership.improvement_group
        page = self._page(layout.HEAD_SHEET, f"Return: {self._title}", f"Please send this to the {group} by {due}.")
        page.write_string(2, 0, "Fill in the white cells. Grey cells are filled in for you.", self._style("guidance"))
        page.set_column(0, 0, 18)
        page.set_column(1, 1, layout.HEAD[0].width)
        values: dict[str, Value] = {
            "partner": self._partner.name,
            "partner_key": self._partner.key,
            "month": self._month.label,
            "form_version": layout.LAYOUT_VERSION,
        }
        if self._filled:
            values["completed_by"] = self._filled.completed_by
            if self._filled.completed_on:
                values["completed_on"] = self._filled.completed_on
        for row, column in enumerate(layout.HEAD, start=layout.HEADER_ROW - 1):
            page.write_string(row, 0, column.heading, self._style("heading"))
            self._note(page, row, 0, column)
            self._cell(page, row, 1, column, values.get(column.field, ""), grey=column.by is By.FORM)
            if column.kind is Kind.DAY:
                page.data_validation(row, 1, row, 1, _day_validation())

    def _table(self, sheet: Sheet) -> None:
        page = self._page(sheet.name, f"{sheet.name}: {self._title}", sheet.guidance)
        with_sections = self._with_sections
        rows = form_rows(sheet, self._plan, self._partner, self._month, self._known, with_sections=with_sections)
        if self._filled:
            rows = with_what_was_filled_in(sheet, rows, self._filled)
        if not rows or sheet not in (layout.EVIDENCE, layout.FEEDBACK):
            rows = [*rows, *({} for _ in range(sheet.blank_rows))]
        top, last = layout.HEADER_ROW - 1, layout.HEADER_ROW - 1 + len(rows)
        page.set_row(top, 2 * _LINE)
        for at, row in enumerate(rows, start=layout.HEADER_ROW):
            page.set_row(at, _LINE * _lines_of(sheet, row))
        page.set_paper(_A3 if sum(c.width for c in sheet.columns) > _WIDEST_ON_A4 else _A4)
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, column.width)
            page.write_string(top, number, column.heading, self._style("heading"))
            self._note(page, top, number, column)
            self._validate(page, top + 1, last, number, column)
            self._fill_column(page, number, column, rows)
        page.freeze_panes(top + 1, 1)
        page.repeat_rows(top)
        page.autofilter(top, 0, last, len(sheet.columns) - 1)
        page.print_area(0, 0, last, len(sheet.columns) - 1)
        page.ignore_errors({"number_stored_as_text": f"A{top + 2}:{letters(len(sheet.columns))}{last + 1}"})

    def _fill_column(self, page: Worksheet, number: int, column: Column, rows: list[FormRow]) -> None:
        for at, row in enumerate(rows, start=layout.HEADER_ROW):
            value = row.get(column.field, "")
            grey = column.by is By.FORM or (column.by is By.EITHER and value != "")
            self._cell(page, at, number, column, value, grey)

    def _cell(self, page: Worksheet, row: int, number: int, column: Column, value: Value, grey: bool) -> None:
        style = self._style(_style_of(column), grey)
        if isinstance(value, dt.date):
            page.write_datetime(row, number, dt.datetime.combine(value, dt.time()), style)
        elif isinstance(value, str):
            page.write_string(row, number, value, style) if value else page.write_blank(row, number, None, style)
        else:
            page.write_number(row, number, value, style)

    def _note(self, page: Worksheet, row: int, number: int, column: Column) -> None:
        page.write_comment(row, number, column.note, {"author": "", "x_scale": 1.6, "y_scale": 0.8, "font_size": 10})

    def _validate(self, page: Worksheet, first: int, last: int, number: int, column: Column) -> None:
        options: dict[str, object] | None = None
        if self._words_of(column):
            options = {"validate": "list", "source": self._list_range(column)}
            options |= {"error_title": column.heading[:32], "error_message": "Please choose from the list."}
            if column.kind is Kind.SUBJECT:  # a focus area's or a measure's reference may stand there too
                options |= {"error_type": "information", "error_message": column.note}
        elif column.kind is Kind.DAY:
            options = _day_validation()
        elif column.kind is Kind.NUMBER:
            options = {"validate": "decimal", "criteria": "between", "minimum": -1e12, "maximum": 1e12}
            options |= {"error_type": "warning", "error_message": "Please write a number alone."}
        if options:
            page.data_validation(first, number, last, number, options)

    def _list_range(self, column: Column) -> str:
        words = self._words_of(column)
        at = list(self._all_lists()).index(words)
        return f"={layout.LISTS_SHEET}!${letters(at + 1)}$2:${letters(at + 1)}${len(words) + 1}"

    def _words_of(self, column: Column) -> tuple[str, ...]:
        return self._lists.get(column.kind) or column.choices

    def _all_lists(self) -> dict[tuple[str, ...], str]:
        """Every list of words once, with the heading of the first column that uses it."""
        columns = [c for sheet in layout.SHEETS for c in sheet.columns]
        lists = {self._words_of(c): c.heading for c in reversed(columns)}
        return {words: lists[words] for words in sorted(lists) if words}

    def _lists_sheet(self) -> None:
        page: Worksheet = self._book.add_worksheet(layout.LISTS_SHEET)
        for number, (words, heading) in enumerate(self._all_lists().items()):
            page.write_string(0, number, heading)
            scores = all(word.isdecimal() for word in words)
            for row, word in enumerate(words, start=1):
                # scores are numbers, or Excel's list would refuse a typed 4
                page.write_number(row, number, int(word)) if scores else page.write_string(row, number, word)
        page.hide()

    def _guide(self) -> None:
        page = self._page(layout.GUIDE_SHEET, layout.GUIDE_SHEET, "What each column is for. The headings carry notes.")
        page.set_column(0, 0, 16)
        page.set_column(1, 1, 30)
        page.set_column(2, 2, 100)
        row = layout.HEADER_ROW - 1
        for line in _STEPS:
            page.write_string(row, 0, line, self._style("guidance"))
            row += 1
        row += 1
        for number, heading in enumerate(("Sheet", "Column", "What to write")):
            page.write_string(row, number, heading, self._style("heading"))
        for sheet in layout.sheets_for(self._partner.is_improvement_group):
            columns = [(column.heading, column.note) for column in sheet.columns if column.by is not By.FORM]
            for name, note in (*columns, *sheet.topics):
                row += 1
                for number, text in enumerate((sheet.name, name, note)):
                    page.write_string(row, number, text, self._style("text"))


_STEPS = (
    "1. Fill in the white cells. Grey cells are filled in for you; rows that you leave alone are not counted.",
    "2. Say complete only with the date and the number of an item on the Evidence sheet that shows it.",
    "3. Where there is no figure write x (not available), z (not applicable), c (confidential), low or u (unreliable).",
    "4. Write roles, never names; nothing from which a child or family could be recognised.",
    "5. To correct what you sent before, send the whole return again: the newer one counts.",
)

_BORDER: dict[str, object] = {"border": 1, "border_color": "#8a939c", "valign": "top", "font_size": 11}
_GREY: dict[str, object] = {"bg_color": "#eceff1", "font_color": "#1b1f24"}
_STYLES: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "guidance": {"font_size": 11},
    "heading": _BORDER | {"bold": True, "text_wrap": True, "bg_color": "#d5dce3", "num_format": "@"},
    "text": _BORDER | {"text_wrap": True, "num_format": "@"},
    "prose": _BORDER | {"text_wrap": True},
    "day": _BORDER | {"num_format": DATE_FORMAT, "align": "left"},
    "number": _BORDER | {"align": "right"},
}


def _lines_of(sheet: Sheet, row: FormRow) -> int:
    """How many lines the longest text of a row takes in its column."""
    texts = [(str(row.get(c.field, "")), c.width) for c in sheet.columns if c.kind is not Kind.DAY]
    return min(_MOST_LINES, max(sum(-(-max(len(line), 1) // width) for line in t.split("\n")) for t, width in texts))


def _style_of(column: Column) -> str:
    if column.kind is Kind.DAY:
        return "day"
    if column.kind in (Kind.NUMBER, Kind.VALUE, Kind.SCORE):
        return "number"
    return "text" if column.kind in _TEXT_KINDS else "prose"


def _lists(settings: Settings, plan: Plan, partner: Partner) -> dict[Kind, tuple[str, ...]]:
    """The lists that come from the settings and the plan, by what a column holds."""
    topics = (name for sheet in layout.SHEETS for name, _ in sheet.topics)
    subjects = (HEADLINE.name, *(area.ref for area in plan.areas), *topics)
    return {Kind.STATUS: status_choices(settings), Kind.SUBJECT: subjects if partner.is_improvement_group else ()}


def _day_validation() -> dict[str, object]:
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": _FIRST_DAY,
        "maximum": _LAST_DAY,
        "error_type": "warning",
        "error_title": "Date",
        "error_message": "Please write a day, month and year, such as 31/10/2022.",
    }


def _in_footer(text: str) -> str:
    return text.replace("&", "&&")
