"""measures.xlsx: the tidy series behind every chart, as official statistics in England are released in spreadsheets.

After the Government Analysis Function's *Releasing statistics in spreadsheets*: a cover, contents with links, notes; then
one table a sheet that begins in column A under its title and a line that says what the sheet holds; no merged cells, no
blank rows or columns in a table, nothing said by colour alone. `symbols` says what stands where there is no number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flows.plan.calendar import board_date
from flows.plan.settings import Settings
from flows.plan.words import count, day
from flows.position.model import Position
from flows.reports.measures_notes import marks, notes, notes_table
from flows.reports.measures_series import said_table, series_table
from flows.reports.measures_tables import comparators_table, measures_table, parts_table
from flows.reports.register import Field, LinkCell, Register, RegisterSheet, View, register, sheet

HOLDS = {
    "Notes": "Symbols, methods and numbered notes on measures.",
    "Measures": "One row a measure: what it is, and where it stands against baseline, target and limits.",
    "Series": "One row a measure and period: the figure that counts now, and what its chart draws.",
    "As said": "One row a figure ever given: what we said then, and what has taken its place.",
    "Parts": "One row a part of a total and period: the bands of waiting times and others.",
    "Comparators": "One row a figure of England, the region or similar authorities.",
    "Columns": "What each column of each sheet holds.",
}
"""The sheets that the contents name, and what each holds."""

ONE_TABLE = "This sheet has one table; its headings are in row 5."


def measures_register(position: Position, settings: Settings) -> Register:
    """The workbook of the series behind every chart of a month."""
    view = View(position, settings)
    numbered = notes(view)
    tables = [
        _explained(notes_table(view, numbered), "note"),
        _explained(measures_table(view, marks(numbered)), "measure", symbols=True),
        _explained(series_table(view), "figure", symbols=True),
        _explained(said_table(view), "figure", symbols=True),
        _explained(parts_table(view), "figure", symbols=True),
        _explained(comparators_table(view), "figure", symbols=True),
    ]
    made = register(view, "measures", "Measures", _cover(view), _contents(view, ()), *tables)
    cover, _, *tables = (*made.sheets[:-1], _explained(made.sheets[-1], "column"))
    return replace(made, sheets=(cover, _contents(view, tables), *tables))


def _explained(table: RegisterSheet, rows_are: str, symbols: bool = False) -> RegisterSheet:
    """With the two lines above the table: what it holds, and where its symbols and notes are explained."""
    brackets = " Letters in square brackets are symbols: see the sheet Notes." if symbols else ""
    return replace(
        table,
        note=f"{HOLDS[table.name]} {count(len(table.rows), rows_are)}.",
        about=f"{ONE_TABLE}{brackets}",
    )


def _contents(view: View, tables: Iterable[RegisterSheet]) -> RegisterSheet:
    """The sheets by name, each a link, with what it holds and how many rows it has."""
    fields: tuple[Field[RegisterSheet], ...] = (
        Field("Sheet", "text", "Its name, which leads to it.", lambda v, table: LinkCell(table.name, table.name)),
        Field("What it holds", "words", "What a row of it is.", lambda v, table: HOLDS[table.name], 84),
        Field("Rows", "integer", "How many rows its table has.", lambda v, table: len(table.rows)),
    )
    return replace(
        sheet(view, "Contents", "the sheets of this workbook", fields, tables, "Each name leads to its sheet."),
        about=ONE_TABLE,
        filtered=False,
    )


def _cover(view: View) -> RegisterSheet:
    """What the workbook is, of whom, as at when, and how it is used."""
    fields: tuple[Field[tuple[str, str]], ...] = (
        Field("About", "text", "What the row is about.", lambda v, line: line[0], 24),
        Field("What there is to know", "words", "What it says.", lambda v, line: line[1], 96),
    )
    return replace(
        sheet(
            view, "Cover", "about this workbook", fields, tuple(_lines(view)), "The sheet Contents leads to the others."
        ),
        about=ONE_TABLE,
        filtered=False,
    )


def _lines(view: View) -> Iterable[tuple[str, str]]:
    who, month, settings = view.settings.partnership, view.position.month, view.settings
    group = view.plan.improvement_group
    states = view.position.measures
    known = sum(state.latest is not None for state in states)
    yield (
        "What it is",
        (
            f"The figures behind every chart of the data dashboard and the other papers for {month.label}, from the returns "
            f"of the partners of {who.name}."
        ),
    )
    yield "Plan", f"{who.plan_name}: {count(len(states), 'measure')}, {known} with a figure."
    yield "As at", f"{day(view.position.period_end)}, for the {who.board} on {day(board_date(month, settings))}."
    yield (
        "Next",
        f"With the papers for {month.next().label}, for the board on {day(board_date(month.next(), settings))}.",
    )
    yield "Made by", who.report_author
    yield "Contact", ", ".join(part for part in (group.contact_role, group.name) if part)
    if who.marking:
        yield "Marking", who.marking
    yield (
        "How to use it",
        (
            "Begin with Measures: it says where each stands. Filter Series by the reference of a measure to draw its chart "
            "anew. To see what was said at an earlier time, filter As said by the month of the return."
        ),
    )
    yield (
        "Symbols and notes",
        (
            "Letters in square brackets, such as [x] not available or [p] provisional, and numbers such as [note 12] are "
            "explained on the sheet Notes. Nothing is said by colour."
        ),
    )
