"""Workbooks to read: a right one to vary, and wrong ones made part by part."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import xlsxwriter

from flows.plan.model import Frequency
from flows.returns import layout
from flows.returns.reader import read_bytes
from flows.returns.records import Return
from flows.returns.vocabulary import Vocabulary

WORDS = Vocabulary(
    partners=(("council", "Anytown Council", "Council"), ("group", "SEND Improvement Group", "Group")),
    frequencies=(("1.1-timeliness", Frequency.MONTHLY), ("1.1-ks2", Frequency.ACADEMIC_YEAR)),
    improvement_group="group",
)
NAME = "inputs/returns/2022-11/council.xlsx"
HEAD = {"Partner": "Anytown Council", "Month": "November 2022", "Form version": layout.LAYOUT_VERSION}


class Formula(str):
    """A formula that was never calculated."""


class Percent(float):
    """A number in a cell formatted as a percentage."""


def workbook(sheets: dict[str, list[list[Any]]], **options: Any) -> bytes:
    """A workbook with these rows on its sheets."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    day, percent = book.add_format({"num_format": "dd mmmm yyyy"}), book.add_format({"num_format": "0.0%"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, Formula):
                    page.write_formula(row, column, value, None, "")
                elif isinstance(value, Percent):
                    page.write_number(row, column, float(value), percent)
                elif isinstance(value, dt.date):
                    page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
                elif isinstance(value, str):
                    page.write_string(row, column, value)
                elif value is not None:
                    page.write(row, column, value)
    book.close()
    return buffer.getvalue()


def return_sheets(head: dict[str, Any] | None = None, **tables: list[dict[str, Any]]) -> dict[str, list[list[Any]]]:
    """The sheets of a return made on the form: `milestones=[{"ref": "1.1.1.1", "status": "On track"}]`."""
    sheets: dict[str, list[list[Any]]] = {
        "Return": [["Return"], [], [], *([k, v] for k, v in {**HEAD, **(head or {})}.items())]
    }
    for sheet in layout.SHEETS:
        rows = [[row.get(column.field) for column in sheet.columns] for row in tables.get(sheet.field, [])]
        sheets[sheet.name] = [[sheet.name], [], [], [column.heading for column in sheet.columns], *rows]
    return sheets


def sent(head: dict[str, Any] | None = None, **tables: list[dict[str, Any]]) -> Return:
    """A return made on the form, as it is read."""
    return read_bytes(workbook(return_sheets(head, **tables)), NAME, WORDS)


def reads(sheets: dict[str, list[list[Any]]]) -> Return:
    return read_bytes(workbook(sheets), NAME, WORDS)


def changed(data: bytes, **parts: Any) -> bytes:
    """The workbook with parts of it rewritten: `changed(data, sheet1=lambda xml: ...)` by the part's bare name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            rewrite = parts.get(name.rpartition("/")[2].partition(".")[0])
            text = old.read(name)
            new.writestr(name, rewrite(text) if rewrite else text)
    return buffer.getvalue()


def zipped(**parts: bytes) -> bytes:
    """A zip file with these parts; `__` in a name stands for a slash and `_dot_` for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return buffer.getvalue()
