"""The first sheet of a return: who returns which month.

Labels stand in one column and values beside them; people also write values below the labels, or both in one cell
("Month: November 2022"). A file of one table has no first sheet: its own name and its folder's say who and when.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import PurePath

from flows.plan.findings import Origin, Severity
from flows.plan.periods import Month
from flows.plan.words import listed, quoted
from flows.returns import layout
from flows.returns.grids import Cell, Grid, letters
from flows.returns.headings import heading_key, is_near, slips_allowed
from flows.returns.layout import Column
from flows.returns.notebook import CORRECT_IT, Notebook
from flows.returns.quoting import quoted_text
from flows.returns.sheet_names import SheetFinder
from flows.returns.tables import note_cell_fault, note_what_is_unseen, says_something
from flows.returns.values import Fault, ReadAs, clean_text, comparable, read_day, read_text, remembered
from flows.returns.vocabulary import Vocabulary

LONGEST_LABEL = 60
ROWS_SEARCHED = 200
SHORTEST_MISSPELT = 8
"""Letters of a partner's name from which on a slip in it cannot make it another's."""

_LABEL_AND_VALUE = re.compile(r"(?P<label>[^:=\n]{2,60}?)\s*(?::|=|\s[-–—]\s|\n)\s*(?P<value>\S.*)", re.DOTALL)


class Head:
    """What the first sheet says; what it leaves unclear goes to the notes, which learn whose return it is."""

    def __init__(self, finder: SheetFinder, vocabulary: Vocabulary, notes: Notebook) -> None:
        self._notes = notes
        self._vocabulary = vocabulary
        self._sheet = finder.head()
        self._found: dict[str, Cell] = {}
        self.partner, self.completed_by, self.form_version = "", "", ""
        self.month: Month | None = None
        self.completed_on: dt.date | None = None
        if self._sheet:
            self._read(finder.take(self._sheet))
        elif finder.book.single_table:
            self._read_names(PurePath(notes.file))
        else:
            says = f"The workbook has no sheet {quoted(layout.HEAD_SHEET)}, so it names neither partner nor month."
            notes.add("return.missing-sheet", Severity.QUERY, says, "Put the sheet back, or use a fresh form.")

    def _read(self, grid: Grid) -> None:
        note_what_is_unseen(grid, self._notes)
        self._found = _Labels(grid, self._notes).found()
        self.partner = self._partner()
        self._notes.who = self.partner
        self.month = self._month()
        self.completed_by = self._text("completed_by")
        self.completed_on = self._day("completed_on")
        self.form_version = self._version()

    def _read_names(self, path: PurePath) -> None:
        """Partner and month of a file that holds one table only: inputs/returns/2022-11/council.csv."""
        names, words = self._names(), re.split(r"[\s_-]+", path.stem)
        runs = {comparable("".join(words[a:b])) for a in range(len(words)) for b in range(a + 1, len(words) + 1)}
        partners = {names[run] for run in runs & names.keys()}
        written = [path.parent.name, *re.findall(r"20[0-9]{2}-[0-9]{2}(?![0-9])", path.stem)]
        months = {month for part in written if (month := _month_or_none(part))}
        self.partner = partners.pop() if len(partners) == 1 else ""
        self._notes.who = self.partner
        self.month = months.pop() if len(months) == 1 else None
        if self.partner and self.month:
            says = f"The partner and {self.month.label} were read from the name of the file and its folder."
            self._notes.add("return.names-read-as", Severity.NOTE, says, CORRECT_IT)
            return
        says = (
            "The file holds one table, and its name and folder do not tell for certain whose it is and for which month."
        )
        self._notes.add(
            "return.partner-unknown", Severity.QUERY, says, "Use the form, or name the file after the partner."
        )

    def _value(self, field: str) -> Cell | None:
        cell = self._found.get(field)
        if cell is not None and (cell.error or cell.uncalculated):
            note_cell_fault(cell, _column(field), self._notes, self._origin(field))
            return None
        return cell

    def _origin(self, field: str) -> Origin:
        cell = self._found.get(field)
        return Origin(self._notes.file, self._sheet, f"{letters(cell.column)}{cell.row}" if cell else "")

    def _text(self, field: str) -> str:
        cell = self._value(field)
        return read_text(cell)[:200] if cell else ""

    def _names(self) -> dict[str, str]:
        return {comparable(name): p[0] for p in self._vocabulary.partners for name in reversed(p)}

    def _partner(self) -> str:
        by_code = self._names().get(comparable(self._text("partner_key")), "")
        by_name = self._named(bool(by_code))
        if by_code and by_name and by_code != by_name:
            says = f"The partner is {quoted_text(self._text('partner'))}, but the code is that of {quoted(by_code)}."
            todo = "Use the form that was made for you."
            self._notes.add("return.partner-unclear", Severity.QUERY, says, todo, origin=self._origin("partner"))
        if not by_code and not by_name:
            said = self._text("partner")
            says = f"The partner {quoted_text(said)} is not in the plan." if said else "The return names no partner."
            todo = "Write the partner's name on the first sheet as the plan has it."
            self._notes.add("return.partner-unknown", Severity.QUERY, says, todo, origin=self._origin("partner"))
        return by_name or by_code

    def _named(self, is_known: bool) -> str:
        """The partner that is named, perhaps with "The" before it or misspelt by a letter or two; a misspelt name does
        not count where the code tells the partner."""
        said, names = self._text("partner"), self._names()
        key = comparable(re.sub(r"^the\s+", "", said, flags=re.IGNORECASE))
        found = names.get(comparable(said)) or names.get(key)
        if found or is_known or not key:
            return found or ""
        long = {name: partner for name, partner in names.items() if len(name) >= SHORTEST_MISSPELT}
        near = {partner for name, partner in long.items() if is_near(key, name, slips_allowed(name))}
        if len(near) != 1:
            return ""
        [partner] = near
        name = next(p[1] for p in self._vocabulary.partners if p[0] == partner)
        origin = self._origin("partner")
        self._notes.read_as("return.partner-read-as", "", said, quoted(name), said, origin)
        return partner

    def _month(self) -> Month | None:
        cell = self._value("month")
        todo = "Write the month on the first sheet, such as November 2022."
        if cell is None:
            says, where = "The return names no month.", self._origin("month")
            self._notes.add("return.month-unknown", Severity.QUERY, says, todo, origin=where)
            return None
        month = _month_or_none(cell.value if isinstance(cell.value, dt.date) else read_text(cell))
        if month is None:
            says = f"{quoted_text(cell.shown)} is not a month."
            self._notes.add("return.month-unknown", Severity.QUERY, says, todo, origin=self._origin("month"))
        return month

    def _day(self, field: str) -> dt.date | None:
        cell = self._value(field)
        found = read_day(cell) if cell else None
        if isinstance(found, Fault):
            self._notes.add("return.date-not-read", Severity.NOTE, found.says, found.todo, origin=self._origin(field))
            return None
        return found.value if isinstance(found, ReadAs) else found

    def _version(self) -> str:
        version = self._text("form_version")
        if version != layout.LAYOUT_VERSION:
            which = f"version {quoted_text(version)} of the form" if version else "a form without a version"
            says = f"This return was made on {which}; the current one is {layout.LAYOUT_VERSION}."
            todo = "Use the form that was sent for the month."
            self._notes.add("return.old-template", Severity.NOTE, says, todo, origin=self._origin("form_version"))
        return version


def _column(field: str) -> Column:
    return next(c for c in layout.HEAD if c.field == field)


def _month_or_none(value: str | dt.date) -> Month | None:
    """A month as people write it: Nov-22, November 2022, a date, the month of November 2022, 30/11/2022."""
    if isinstance(value, dt.date):
        return Month.of(value)
    bare = re.sub(r"^(?:the )?(?:month|return) (?:of|for|ending|to) ", "", value.strip(), flags=re.IGNORECASE)
    try:
        return Month.parse(bare)
    except ValueError:
        day = read_day(Cell(0, 0, bare))
        return None if isinstance(day, Fault) else Month.of(day.value if isinstance(day, ReadAs) else day)


_HEADINGS = {comparable(c.heading): c.field for c in layout.HEAD}
_NAMES = {comparable(s): c.field for c in layout.HEAD for s in c.synonyms} | _HEADINGS


@remembered
def _labelled(text: str) -> tuple[str, int]:
    """The field that a text labels, and how surely: 0 as on the form, 2 by a synonym, 4 misspelt; "" for none."""
    key = heading_key(text) if len(text) <= LONGEST_LABEL else ""
    if not key or key in _NAMES:
        return (_NAMES[key], 0 if key in _HEADINGS else 2) if key else ("", 0)
    near = {field for name, field in _NAMES.items() if is_near(key, name, slips_allowed(name))}
    return (near.pop(), 4) if len(near) == 1 else ("", 0)


class _Labels:
    """The labels of the first sheet being found, with the cell that holds the value of each."""

    def __init__(self, grid: Grid, notes: Notebook) -> None:
        self._grid = grid
        self._notes = notes

    def found(self) -> dict[str, Cell]:
        """The value's cell by field: that beside the label as the form has it, or else the only other one."""
        offers: dict[str, list[tuple[int, Cell, str]]] = defaultdict(list)
        for row in sorted(self._grid.rows)[:ROWS_SEARCHED]:
            for _, cell in sorted(self._grid.rows[row].items()):
                offer = self._offer(cell)
                if offer:
                    offers[offer[0]].append(offer[1:])
        found = {}
        for field, offered in offers.items():
            best = min(way for way, _, _ in offered)
            chosen = [(cell, label) for way, cell, label in offered if way == best]
            if len({comparable(cell.shown) for cell, _ in chosen}) == 1:
                found[field] = chosen[0][0]
                self._note(field, best, *chosen[0])
            else:
                self._ask(field, [cell for cell, _ in chosen])
        return found

    def _offer(self, cell: Cell) -> tuple[str, int, Cell, str] | None:
        """The field that a cell labels, how surely (0 as on the form), and the cell of its value."""
        if not isinstance(cell.value, str):
            return None
        text = clean_text(cell.value)
        field, way = _labelled(text)
        if field:
            value = self._beside(cell) or self._below(cell)
            if value is None:
                return None
            return field, way + (value.row != cell.row), value, text
        match = _LABEL_AND_VALUE.fullmatch(text)
        field, way = _labelled(match["label"]) if match else ("", 0)
        if not field or match is None:
            return None
        return field, way + 1, replace(cell, value=match["value"].strip()), match["label"]

    def _beside(self, cell: Cell) -> Cell | None:
        """The first filled cell to the right, if it is not a label itself."""
        row = self._grid.rows[cell.row]
        beside = next((row[n] for n in sorted(row) if n > cell.column and says_something(row[n])), None)
        return beside if beside is not None and not self._is_label(beside) else None

    def _below(self, cell: Cell) -> Cell | None:
        below = self._grid.rows.get(cell.row + 1, {}).get(cell.column)
        return below if below is not None and says_something(below) and not self._is_label(below) else None

    def _is_label(self, cell: Cell) -> bool:
        if not isinstance(cell.value, str):
            return False
        match = _LABEL_AND_VALUE.fullmatch(cell.value)
        return bool(_labelled(cell.value)[0] or (match and _labelled(match["label"])[0]))

    def _note(self, field: str, way: int, cell: Cell, label: str) -> None:
        if way:
            meant = f"{_column(field).heading}, with the value {quoted_text(cell.shown)}"
            self._notes.read_as("return.label-read-as", "", label, meant, field, self._origin(cell))

    def _ask(self, field: str, cells: list[Cell]) -> None:
        heading = _column(field).heading
        says = (
            f"The first sheet gives {listed(quoted_text(c.shown) for c in cells)} as {heading}; none of them was used."
        )
        todo = f"Write {heading} once."
        self._notes.add(
            f"return.{field.replace('_', '-')}-twice", Severity.QUERY, says, todo, origin=self._origin(cells[1])
        )

    def _origin(self, cell: Cell) -> Origin:
        return Origin(self._notes.file, self._grid.name, f"{letters(cell.column)}{cell.row}")
