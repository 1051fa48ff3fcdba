"""Workbooks in the binary formats (.xls, .xlsb), read by python-calamine.

It gives the values and their places, but not how a number was formatted, and nothing at all for an error such as
#REF!; so the file carries a remark that says so. It lays a sheet out in full and may end the process on a bad file:
it must only ever run in the child process that reads returns.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import struct

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from flows.plan.findings import Severity
from flows.returns.container import PASSWORD, SEND_XLSX, Unreadable
from flows.returns.grids import MOST_SHEETS, MOST_TEXT, Cell, Grid, Remark

_WORKBOOK_BEGINS = bytes.fromhex("0908100000060500")
_FILE_PASS = 0x002F


class OldWorkbook:
    """A workbook in a binary format. `kind` names it: "a workbook in the old format (.xls)"."""

    single_table = False
    counts_from_1900 = False
    receipts: frozenset[str] = frozenset()

    def __init__(self, data: bytes, kind: str) -> None:
        self._kind = kind
        self._book = _open(data, kind)
        sheets = [s for s in self._book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet][:MOST_SHEETS]
        self._names = tuple(dict.fromkeys(sheet.name for sheet in sheets))
        self.hidden = frozenset(sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)
        if not self._names:
            raise Unreadable("is a workbook without sheets", SEND_XLSX)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return self._names

    @property
    def remarks(self) -> tuple[Remark, ...]:
        says = f"It is {self._kind}, in which neither percentages nor cells with errors can be told from others."
        todo = "Check figures in per cent, and send an Excel workbook (.xlsx) next time."
        return (Remark("return.read-plainly", Severity.NOTE, says, todo),)

    def grid(self, name: str) -> Grid:
        """The filled cells of the sheet of that name."""
        grid = Grid(name, hidden=name in self.hidden)
        try:
            _fill(grid, self._book.get_sheet_by_name(name))
        except Exception as error:
            raise _damaged(self._kind) from error
        except BaseException as error:
            raise _ended(error, self._kind) from error
        return grid


def _open(data: bytes, kind: str) -> CalamineWorkbook:
    if _needs_password(data):
        raise Unreadable(*PASSWORD)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise Unreadable(*PASSWORD) from None
    except (CalamineError, OSError, ValueError):
        raise _damaged(kind) from None
    except BaseException as error:
        raise _ended(error, kind) from error


def _needs_password(data: bytes) -> bool:
    """Whether an .xls is encrypted, which python-calamine does not notice: a record near its beginning says so."""
    starts = (at for at in range(512, len(data), 512) if data[at : at + 8] == _WORKBOOK_BEGINS)
    return any(_FILE_PASS in _first_records(data, at) for at in starts)


def _first_records(data: bytes, at: int) -> set[int]:
    kinds = set()
    for _ in range(4):
        kind, size = struct.unpack("<HH", data[at : at + 4].ljust(4, b"\0"))
        kinds.add(kind)
        at += 4 + size
    return kinds


def _damaged(kind: str) -> Unreadable:
    return Unreadable(f"is {kind}, but damaged or only half there", SEND_XLSX)


def _ended(error: BaseException, kind: str) -> BaseException:
    """A panic of the library is no `Exception`; it means that the file is damaged. Anything else stays what it is."""
    return _damaged(kind) if type(error).__name__ == "PanicException" else error


def _fill(grid: Grid, sheet: CalamineSheet) -> None:
    for row, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        for column, value in enumerate(values, start=1):
            if value != "":
                grid.put(_cell(row, column, value))


def _cell(row: int, column: int, value: object) -> Cell:
    if isinstance(value, bool | str):
        return Cell(row, column, value[:MOST_TEXT] if isinstance(value, str) else value)
    if isinstance(value, dt.datetime):
        return Cell(row, column, value.date())
    if isinstance(value, dt.date):
        return Cell(row, column, value)
    if isinstance(value, int | float):
        number = float(value)
        return Cell(row, column, number) if math.isfinite(number) else Cell(row, column, None, error="#NUM!")
    return Cell(row, column, str(value))
