"""The rows of a plan workbook, found by their headings, each with the cell that it stands in.

python-calamine reads the values. It turns #REF! and its kind into empty text and a formula that was never
calculated into nothing, so those cells are looked for in the file itself and reported.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from flows.plan.days import tidy
from flows.plan.findings import Finding, Origin, Severity, UserError
from flows.plan.layout import SHEETS, Column, Sheet

Grid = Sequence[Sequence[object]]
"""The values of a sheet, row by row from A1."""

HEADING_ROWS = 40
"""A heading stands within so many rows from the top, below titles and notes."""

LAST_ROW = 20_000
"""Rows beyond this one hold no plan: something was typed there by accident."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as Excel counts, its values by field, and the column letter of each field.

    `sheet` is what the workbook calls the sheet, `layout` what it should hold.
    """

    layout: Sheet
    file: str
    sheet: str
    number: int
    values: Mapping[str, object]
    letters: Mapping[str, str]

    def origin(self, field: str = "") -> Origin:
        """The cell of a field; of the first column when the sheet has no such field."""
        letter = self.letters.get(field) or next(iter(self.letters.values()))
        return Origin(self.file, self.sheet, f"{letter}{self.number}")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet and the column letter of each field that was found."""

    rows: tuple[Row, ...] = ()
    letters: Mapping[str, str] | None = None


def plan_bytes(path: Path, file: str) -> bytes:
    """The plan workbook, read once: who saves it meanwhile changes nothing of this run. UserError when it is not there."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise UserError(f"The plan {file} is not there: put the plan workbook at {path}.") from None
    except OSError as error:
        raise _no_workbook(file, error.strerror or error) from None


def read_tables(data: bytes, file: str) -> tuple[dict[str, Table], list[Finding]]:
    """The tables of a plan workbook by the layout's names of the sheets, and what is wrong with headings and cells.

    Raises UserError for one that is protected by a password or no workbook.
    """
    unreadable = _faults(data, file)
    grids = _read_grids(data, file)
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    used = set()
    for sheet in SHEETS:
        name = next((name for name in grids if _is_named(name, sheet.name, *sheet.synonyms)), None)
        if name is not None:
            used.add(name)
            tables[sheet.name], faults = _table(sheet, name, grids[name], file)
            findings += faults
        elif sheet.required:
            findings.append(_missing_sheet(sheet, file))
    findings += [_unknown_sheet(name, file) for name, grid in grids.items() if name not in used and any(map(any, grid))]
    findings += [_unreadable(fault, file) for fault in unreadable if fault.sheet in used]
    return tables, findings


def column_letter(number: int) -> str:
    """The letters of a column counted from 0: A, Z, AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def plain(text: str) -> str:
    """A heading or name without case, spacing and signs, for comparison."""
    return re.sub(r"[^a-z0-9]", "", tidy(text).casefold())


def _is_named(text: str, *names: str) -> bool:
    return plain(text) in {plain(name) for name in names}


def _faults(data: bytes, file: str) -> list[_Fault]:
    """The cells that cannot be read; a cell far outside is refused here, before it costs all memory to read it."""
    try:
        faults = list(_survey(data))
    except (
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise _no_workbook(file, error) from None
    for fault in faults:
        if fault.is_far:
            raise UserError(
                f'In the plan {file}, cell {fault.cell} of the sheet "{fault.sheet}" lies far outside the table: '
                "delete its row and column and save."
            )
    return faults


def _read_grids(data: bytes, file: str) -> dict[str, Grid]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except PasswordError:
        raise _protected(file) from None
    except (CalamineError, OSError, ValueError) as error:
        if data[:4] == _COMPOUND_FILE and file.lower().endswith(".xlsx"):
            raise _protected(file) from None
        raise _no_workbook(file, error) from None


def _no_workbook(file: str, error: object) -> UserError:
    return UserError(f"The plan {file} is not a workbook that can be read ({error}): save it from Excel as .xlsx.")


def _protected(file: str) -> UserError:
    return UserError(f"The plan {file} is protected by a password: save a copy without one.")


def _missing_sheet(sheet: Sheet, file: str) -> Finding:
    return Finding(
        "plan.missing-sheet",
        Severity.ERROR,
        f'The plan has no sheet "{sheet.name}".',
        f"Add the sheet, with the headings {_listed(sheet.columns)}.",
        "",
        origin=Origin(file),
    )


def _listed(columns: Sequence[Column]) -> str:
    return ", ".join(column.heading for column in columns if column.required)


def _unknown_sheet(name: str, file: str) -> Finding:
    return Finding(
        "plan.unknown-sheet",
        Severity.NOTE,
        f'The sheet "{name}" is none that boardpack knows, so nothing in it is used.',
        "Correct its name if it belongs to the plan.",
        "",
        origin=Origin(file, name),
    )


def _table(sheet: Sheet, name: str, grid: Grid, file: str) -> tuple[Table, list[Finding]]:
    """The rows below the row that holds the most known headings."""
    if not any(map(any, grid)) and not sheet.required:
        return Table(), []
    found = [_headings(sheet, row) for row in grid[:HEADING_ROWS]]
    at = max(range(len(found)), key=lambda i: len(found[i]), default=0)
    places = found[at] if found else {}
    letters = {field: column_letter(number) for field, number in places.items()}
    findings = _heading_faults(sheet, grid[at] if grid else [], places, Origin(file, name, f"A{at + 1}"))
    rows = tuple(
        Row(sheet, file, name, number, {f: row[i] for f, i in places.items() if i < len(row)}, letters)
        for number, row in enumerate(grid[at + 1 :], start=at + 2)
        if places and any(not _blank(row[i]) for i in places.values() if i < len(row))
    )
    return Table(rows, letters), findings


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not tidy(value))


def _headings(sheet: Sheet, row: Sequence[object]) -> dict[str, int]:
    """Where each field stands, if this row is the row of headings; a heading comes before any synonym."""
    texts = [plain(value) if isinstance(value, str) else "" for value in row]
    places: dict[str, int] = {}
    for names in ([(c.field, (c.heading,)) for c in sheet.columns], [(c.field, c.synonyms) for c in sheet.columns]):
        for field, headings in names:
            wanted = {plain(heading) for heading in headings}
            at = next((i for i, text in enumerate(texts) if text in wanted and i not in places.values()), None)
            if at is not None and field not in places:
                places[field] = at
    return dict(sorted(places.items(), key=lambda place: [c.field for c in sheet.columns].index(place[0])))


def _heading_faults(sheet: Sheet, row: Sequence[object], places: Mapping[str, int], at: Origin) -> list[Finding]:
    faults = [
        Finding(
            "plan.missing-column",
            Severity.ERROR,
            f'The sheet "{at.sheet}" has no column "{column.heading}".',
            f'Add the heading "{column.heading}" to row {at.cell[1:]}, or undo its renaming.',
            "",
            origin=at,
        )
        for column in sheet.columns
        if column.required and column.field not in places
    ]
    for number, value in enumerate(row):
        if isinstance(value, str) and tidy(value) and number not in places.values():
            faults.append(_stray_heading(value, at, number))
    return faults


def _stray_heading(value: str, at: Origin, number: int) -> Finding:
    return Finding(
        "plan.unknown-column",
        Severity.NOTE,
        f'The heading "{tidy(value)}" is none that this sheet has, or stands there twice, so the column is not used.',
        "Correct the heading if the column belongs to the plan.",
        "",
        origin=Origin(at.file, at.sheet, f"{column_letter(number)}{at.cell[1:]}"),
    )


@dataclass(frozen=True, slots=True)
class _Fault:
    """A cell that cannot be read as it looks, and why."""

    sheet: str
    cell: str
    why: str
    is_far: bool = False


def _unreadable(fault: _Fault, file: str) -> Finding:
    """An Excel error, or a formula that was never calculated: both would be read as empty."""
    says, todo = f"The cell holds {fault.why}, which has no value.", "Type the value itself into the cell."
    return Finding("plan.unreadable-cell", Severity.ERROR, says, todo, "", origin=Origin(file, fault.sheet, fault.cell))


def _survey(data: bytes) -> Iterator[_Fault]:
    """Look through the cells in the file itself, one at a time, whatever their number."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for sheet, part in _sheet_parts(package):
            with package.open(part) as stream:
                for _, cell in etree.iterparse(stream, tag=f"{_MAIN}c", resolve_entities=False, no_network=True):
                    why, is_far = _fault_of(cell)
                    if why:
                        yield _Fault(sheet, str(cell.get("r")), why, is_far)
                    cell.clear()


def _fault_of(cell: etree._Element) -> tuple[str, bool]:
    value, formula, place = cell.findtext(f"{_MAIN}v"), cell.find(f"{_MAIN}f"), str(cell.get("r"))
    column, row = place.rstrip("0123456789"), place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if len(cell) and row.isdigit() and (int(row) > LAST_ROW or len(column) > 2):
        return "something", True
    if cell.get("t") == "e":
        return f"the error {value}", False
    return ("a formula that was never calculated", False) if formula is not None and not value else ("", False)


def _sheet_parts(package: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The name of each sheet and its part of the package; none for a package laid out in another way."""
    try:
        links = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        book = etree.fromstring(package.read("xl/workbook.xml"))
    except KeyError:
        return []
    parts = {link.get("Id"): str(link.get("Target")) for link in links}
    named = [(str(s.get("name")), parts.get(s.get(_REL), "")) for s in book.iter(f"{_MAIN}sheet")]
    paths = [(name, part.lstrip("/") if part.startswith("/") else f"xl/{part}") for name, part in named]
    return [(name, part) for name, part in paths if part in package.namelist()]


def shown(value: object) -> str:
    """A cell's value as text: whole numbers without a point, dates as Excel shows them to a British reader."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return str(value).strip()
