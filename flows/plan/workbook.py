"""Writing `inputs/plan.xlsx` by the declared layout: the same plan gives the same bytes.

References and due dates are written as text, so that Excel leaves them alone; text is never taken for a formula, a
link or a number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from math import ceil
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from flows.plan.layout import PARTNERS, PROMISE_KINDS, READ_ME, SHEETS, Column, Kind, Sheet
from flows.plan.model import Lead, Plan

Cell = str | float | dt.date | None

EMPTY = Plan((), (), (), (), (), (), ())
SPARE_ROWS = 200
"""Rows below the last one that are formatted and have drop-down lists, for additions by hand."""

A4, A3 = 9, 8
TALLEST_ROW = 400.0
"""Points; Excel allows 409."""

_CREATED = dt.datetime(2022, 1, 1)
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_INK, _ACCENT = "#1b1f24", "#14477a"


def write_plan_workbook(plan: Plan | None, path: Path) -> None:
    """Write the plan, or an empty workbook to fill in, to `path`; what was there stays whole until it is done."""
    unfinished = path.with_name(f".{path.name}.part")
    book = xlsxwriter.Workbook(str(unfinished), _OPTIONS)
    book.set_properties({"title": "The plan", "author": "boardpack", "created": _CREATED})
    looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
    rows = rows_of(plan or EMPTY)
    for sheet in SHEETS:
        page = book.add_worksheet(sheet.name)
        header = _write_read_me(page, looks) if sheet is READ_ME else 0
        _write_sheet(page, sheet, rows[sheet.name], header, looks)
    book.close()
    unfinished.replace(path)


_CELL: dict[str, object] = {"valign": "top", "font_color": _INK, "bottom": 7, "bottom_color": "#8a939c"}
_LOOKS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _ACCENT},
    "heading": {
        "bold": True, "font_color": "#ffffff", "bg_color": _ACCENT, "text_wrap": True, "valign": "top", "border": 1,
    },
    "plain": {"num_format": "@", "text_wrap": True, "valign": "top", "font_color": _INK},
    "text": {"num_format": "@", "text_wrap": True, **_CELL},
    "number": {"align": "right", "indent": 1, **_CELL},
    "day": {"num_format": "dd/mm/yyyy", "align": "left", **_CELL},
}  # fmt: skip


def _write_read_me(page: Worksheet, looks: dict[str, Format]) -> int:
    """What the workbook is and what each sheet is for, above the notes; the row of the heading below it."""
    lines = [
        "This workbook is the plan that boardpack reads: what was promised, by whom and by when.",
        "Each column's heading has a note that says what goes in it. Columns may be moved; headings must stay.",
        "",
        *(f"{sheet.name}: {sheet.purpose[0].lower()}{sheet.purpose[1:]}" for sheet in SHEETS if sheet is not READ_ME),
        "",
    ]
    page.write_string(0, 0, "The plan", looks["title"])
    for row, line in enumerate(lines, start=1):
        page.write_string(row, 0, line, looks["plain"])
    return len(lines) + 1


def _write_sheet(
    page: Worksheet, sheet: Sheet, rows: Sequence[Sequence[Cell]], header: int, looks: dict[str, Format]
) -> None:
    page.set_row(header, 30)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width, looks[_look(column)])
        page.write_string(header, number, column.heading, looks["heading"])
        page.write_comment(header, number, column.note, {"author": "boardpack", "x_scale": 2, "font_size": 9})
        _offer_choices(page, column, number, header + 1, header + len(rows) + SPARE_ROWS)
    for down, row in enumerate(rows, start=header + 1):
        page.set_row(down, _height(sheet.columns, row))
        for across, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(page, down, across, value, looks[_look(column)])
    _set_up_page(page, sheet, len(rows))


def _set_up_page(page: Worksheet, sheet: Sheet, rows: int) -> None:
    """Frozen headings and filters on screen; on paper landscape, one page wide, A3 where A4 would be too small."""
    if sheet is not READ_ME:
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(rows, 1), len(sheet.columns) - 1)
        page.repeat_rows(0)
    page.set_paper(A3 if sum(column.width for column in sheet.columns) > 170 else A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&RPage &P of &N")


def _height(columns: Sequence[Column], row: Sequence[Cell]) -> float:
    """Room for the lines that the longest cell wraps into; not every program fits rows when it opens a file."""
    lines = (
        sum(_wrapped(len(line) / column.width) for line in value.split("\n"))
        for column, value in zip(columns, row, strict=True)
        if isinstance(value, str)
    )
    return min(15.0 * max(lines, default=1), TALLEST_ROW)


def _wrapped(fill: float) -> int:
    """How many lines so many columns' worth of characters take: words that wrap leave a tenth of a line empty."""
    return 1 if fill <= 1 else ceil(fill * 1.1)


def _look(column: Column) -> str:
    return {Kind.NUMBER: "number", Kind.DAY: "day"}.get(column.kind, "text")


def _offer_choices(page: Worksheet, column: Column, number: int, first: int, last: int) -> None:
    if column.names_partners:
        letter = chr(ord("A") + [c.field for c in PARTNERS.columns].index("short_name"))
        source: object = f"={PARTNERS.name}!${letter}$2:${letter}$60"
    elif column.choices:
        source = [str(choice) for choice in column.choices]
    else:
        return
    page.data_validation(
        first,
        number,
        last,
        number,
        {
            "validate": "list",
            "source": source,
            "show_error": not column.several,
            "error_title": column.heading,
            "error_message": "Choose from the list.",
        },
    )


def _write_cell(page: Worksheet, row: int, column: int, value: Cell, look: Format) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        page.write_string(row, column, value, look)
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), look)
    else:
        page.write_number(row, column, value, look)


def rows_of(plan: Plan) -> dict[str, list[list[Cell]]]:
    """The plan as the rows of each sheet, in the order of its columns."""
    rows: dict[str, list[list[Cell]]] = {
        "Read me": [[note] for note in plan.notes],
        "Partners": [
            [p.key, p.name, p.short_name, p.contact_role, "Yes" if p.is_improvement_group else "", p.note]
            for p in plan.partners
        ],
        "Areas": [[a.ref, a.title, a.short_title, *_leads(a.leads, plan), a.note] for a in plan.areas],
        "Focus areas": [[f.ref, f.area_ref, f.title, f.note] for f in plan.focus_areas],
        "Promises": [[p.ref, p.focus_ref, PROMISE_KINDS.get(p.kind, p.kind), p.text] for p in plan.promises],
        "Actions": [[a.ref, a.focus_ref, a.title, *_leads(a.leads, plan), a.workstream, a.note] for a in plan.actions],
        "Milestones": [
            [m.ref, m.action_ref, m.title, m.due.as_written, _partners(m.partners, plan), m.note]
            for m in plan.milestones
        ],
        "Measures": _measures(plan),
        "Comparators": [
            [m.ref, c.name, c.value, c.period, c.source, c.available] for m in plan.measures for c in m.comparators
        ],
        "Risks": [
            [r.ref, r.title, r.area_ref, _name(r.partner, plan), r.owner, r.likelihood, r.impact, r.mitigation]
            for r in plan.risks
        ],
        "Boards": [[b.key, b.name, "; ".join(b.area_refs), b.note] for b in plan.boards],
        "Glossary": [[t.term, t.meaning] for t in plan.glossary],
    }
    return rows


def _measures(plan: Plan) -> list[list[Cell]]:
    return [
        [
            m.ref, m.focus_ref, m.title, m.unit, m.decimals, m.improves.value, m.frequency.value,
            _name(m.partner, plan), m.group, m.set_name, m.role, m.question, m.numerator, m.denominator, m.baseline,
            m.baseline_as_at, m.target, m.target_date, m.lowest, m.highest, "; ".join(m.parts), m.chart,
            "; ".join(m.shows), m.note,
        ]
        for m in plan.measures
    ]  # fmt: skip


def _name(key: str, plan: Plan) -> str:
    """A partner as a cell names it: by its short name."""
    return plan.partner[key].short_name if key in plan.partner else key


def _partners(keys: Iterable[str], plan: Plan) -> str:
    return "; ".join(_name(key, plan) for key in keys)


def _leads(leads: tuple[Lead, ...], plan: Plan) -> tuple[str, str, str]:
    """Role and partner of the accountable lead, and the joint leads in one cell."""
    if not leads:
        return "", "", ""
    joint = [", ".join(part for part in (lead.role, _name(lead.partner, plan)) if part) for lead in leads[1:]]
    return leads[0].role, _name(leads[0].partner, plan), "; ".join(joint)
