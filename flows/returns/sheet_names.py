"""Which sheet of a workbook is which table of the form.

By its name; by a synonym; by what is left of its name without numbers, months and words such as "updates" ("1.
Milestones", "Milestones Nov 2022"); by a name a letter or two away; and last by its headings. Two sheets that could
both be one table: the only one that holds rows is read, else the one named as on the form, and the partner is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from flows.plan.days import MONTH_WORD, MONTHS, month_number
from flows.plan.findings import Origin, Severity
from flows.plan.periods import Month
from flows.plan.words import listed
from flows.returns import layout
from flows.returns.grids import Grid, Sheets
from flows.returns.headings import find_header, is_near, slips_allowed
from flows.returns.layout import By, Sheet
from flows.returns.notebook import CORRECT_IT, Notebook
from flows.returns.quoting import quoted_text
from flows.returns.values import comparable, remembered

FEWEST_HEADINGS = 3
"""A sheet whose name tells nothing is known by no fewer headings than these."""

MOST_UNNAMED = 20
"""How many sheets whose names tell nothing are looked into."""

MOST_ALIKE = 6
"""How many sheets that could be one table are looked into before the partner is asked."""

_MONTH = re.compile(rf"\b(?P<month>{MONTH_WORD})\b", re.IGNORECASE)
_EMPTY_WORDS = re.compile(
    rf"\([^()]*\)|\b(?:{MONTH_WORD}|[0-9]+(?:st|nd|rd|th)?|updates?|sheet|tab|table|monthly|current|final|copy|our|the|my|new|for|of)\b",
    re.IGNORECASE,
)


class _Way(IntEnum):
    NAME = 0
    SYNONYM = 1
    BARE = 2
    NEAR = 3
    HEADINGS = 4


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    way: _Way


class SheetFinder:
    """The sheets of one workbook, each given to one table. `month` is the return's, once known."""

    def __init__(self, book: Sheets, notes: Notebook) -> None:
        self.book = book
        self.month: Month | None = None
        self._names = [name for name in book.sheet_names if name not in book.receipts]
        self._notes = notes
        self._grids: dict[str, Grid] = {}
        self._fits: dict[str, dict[str, int]] = {}
        self._used: set[str] = set()
        self._asked: set[str] = set()

    def grid(self, name: str) -> Grid:
        """The cells of a sheet, read once."""
        if name not in self._grids:
            self._grids[name] = self.book.grid(name)
        return self._grids[name]

    def take(self, name: str) -> Grid:
        """The cells of a sheet, for the last time: they are not kept any longer."""
        return self._grids.pop(name, None) or self.book.grid(name)

    def head(self) -> str:
        """The name of the first sheet, or ""."""
        candidates = self._candidates(layout.HEAD_SHEET, layout.HEAD_SYNONYMS)
        if not candidates:
            return ""
        return self._use(candidates[0], layout.HEAD_SHEET)

    def table(self, sheet: Sheet) -> str:
        """The name of the sheet that holds a table of the form, or "" (which is for the caller to note)."""
        candidates = self._candidates(sheet.name, sheet.synonyms)
        if 1 < len(candidates) <= MOST_ALIKE:
            candidates = self._holding(candidates, sheet)
        if len(candidates) > 1:
            return self._one_of_several(candidates, sheet)
        if candidates:
            return self._use(candidates[0], sheet.name)
        return self._by_headings(sheet)

    def was_asked_about(self, sheet: Sheet) -> bool:
        """Whether two sheets could be this table and the partner has been asked which."""
        return sheet.field in self._asked

    def note_what_was_not_read(self) -> None:
        """Say which sheets are no part of the form."""
        known = {comparable(name) for part in _ALL for name in (part.name, *part.synonyms)}
        others = [n for n in self._names if n not in self._used and comparable(n) not in known]
        if others and not self.book.single_table:
            which = f"The sheet {quoted_text(others[0])} is" if len(others) == 1 else f"{len(others)} sheets are"
            named = f" ({listed(map(quoted_text, others[:5]))}{' and others' if len(others) > 5 else ''})" * (
                len(others) > 1
            )
            says = f"{which} no part of the form and {'was' if len(others) == 1 else 'were'} not read{named}."
            todo = "Copy what belongs in the return to the sheets of the form."
            origin = Origin(self._notes.file, others[0])
            self._notes.add("return.sheet-not-read", Severity.NOTE, says, todo, origin=origin)

    def _candidates(self, name: str, synonyms: tuple[str, ...]) -> list[_Candidate]:
        found = []
        for sheet in self._names:
            way = _way(sheet, name, synonyms)
            if sheet not in self._used and way is not None and not _is_named_for_another(sheet, name, way):
                found.append(_Candidate(sheet, way))
        return sorted(found, key=lambda c: c.way)

    def _holding(self, candidates: list[_Candidate], sheet: Sheet) -> list[_Candidate]:
        """Those that hold rows; the first when none does."""
        return [c for c in candidates if _holds_rows(self.grid(c.name), sheet)] or candidates[:1]

    def _one_of_several(self, candidates: list[_Candidate], sheet: Sheet) -> str:
        first, second = candidates[:2]
        of_month = [c for c in candidates if self.month and _months(c.name) == {self.month.number}]
        chosen = first if first.way is _Way.NAME and second.way is not _Way.NAME else None
        if chosen is None and len(of_month) == 1:
            return self._use(of_month[0], sheet.name)
        self._asked.add(sheet.field)
        names = listed(quoted_text(c.name) for c in candidates)
        read = f"only {quoted_text(chosen.name)} was read" if chosen else "none of them was read"
        severity = Severity.QUERY if chosen or sheet.field != "milestones" else Severity.ERROR
        says, todo = f"The sheets {names} could each be {sheet.name}; {read}.", f"Keep one sheet named {sheet.name}."
        self._notes.add("return.sheet-twice", severity, says, todo, origin=Origin(self._notes.file, second.name))
        self._used.update(c.name for c in candidates)
        return chosen.name if chosen else ""

    def _use(self, candidate: _Candidate, meant: str) -> str:
        self._used.add(candidate.name)
        origin = Origin(self._notes.file, candidate.name)
        months = _months(candidate.name)
        if self.month and months and self.month.number not in months:
            says = f"The sheet {quoted_text(candidate.name)} was read as {meant}, but the return is for {self.month.label}."
            todo = f"Say whether the sheet is that of {MONTHS[self.month.number - 1]}."
            self._notes.add("return.sheet-month", Severity.QUERY, says, todo, origin=origin)
        elif candidate.way is not _Way.NAME:
            says = f"The sheet {quoted_text(candidate.name)} was read as {meant}."
            self._notes.add("return.sheet-read-as", Severity.NOTE, says, CORRECT_IT, origin=origin)
        return candidate.name

    def _by_headings(self, sheet: Sheet) -> str:
        """The one sheet without a telling name whose headings are those of this table more than of any other."""
        fitting = []
        for name in [n for n in self._names if not _says_what_it_is(n)][:MOST_UNNAMED]:
            scores = self._scores(name)
            best = max(scores.values())
            if name not in self._used and best and scores[sheet.field] == best and [*scores.values()].count(best) == 1:
                fitting.append(name)
        holding = [n for n in fitting if _holds_rows(self.grid(n), sheet)] or fitting[:1]
        candidates = [_Candidate(n, _Way.HEADINGS) for n in holding]
        if len(candidates) > 1:
            return self._one_of_several(candidates, sheet)
        return self._use(candidates[0], sheet.name) if candidates else ""

    def _scores(self, name: str) -> dict[str, int]:
        """How well the headings of a sheet are those of each table."""
        if name not in self._fits:
            self._fits[name] = {s.field: _fit(self.grid(name), s) for s in layout.SHEETS}
        return self._fits[name]


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    synonyms: tuple[str, ...]


_ALL = (
    _Named(layout.HEAD_SHEET, layout.HEAD_SYNONYMS),
    _Named(layout.GUIDE_SHEET, ()),
    _Named(layout.LISTS_SHEET, ()),
    *(_Named(s.name, s.synonyms) for s in layout.SHEETS),
)


@remembered
def _way(found: str, name: str, synonyms: tuple[str, ...]) -> _Way | None:
    """How a sheet's name is that of a table, if it is."""
    names = [comparable(n) for n in (name, *synonyms)]
    if comparable(found) in names:
        return _Way.NAME if comparable(found) == names[0] else _Way.SYNONYM
    bare = comparable(_EMPTY_WORDS.sub(" ", found.replace("_", " ")))
    if bare in names:
        return _Way.BARE
    return _Way.NEAR if any(is_near(bare, n, slips_allowed(n)) for n in names) else None


@remembered
def _says_what_it_is(found: str) -> bool:
    return any(_way(found, known.name, known.synonyms) is not None for known in _ALL)


@remembered
def _is_named_for_another(found: str, name: str, way: _Way) -> bool:
    """Whether another table has a better claim, or one as good, to a sheet of that name."""
    others = (_way(found, other.name, other.synonyms) for other in _ALL if other.name != name)
    return any(other is not None and other <= way for other in others)


def _months(name: str) -> set[int]:
    return {month_number(match["month"]) for match in _MONTH.finditer(name.replace("_", " "))}


def _fit(grid: Grid, sheet: Sheet) -> int:
    """How well a sheet's headings are those of a table; 0 when something that it cannot be without is not there."""
    header = find_header(grid, sheet.columns, well_made=True)
    fits = header is not None and header.has_all(sheet.columns) and len(header.columns) >= FEWEST_HEADINGS
    return header.score if header is not None and fits else 0


def _holds_rows(grid: Grid, sheet: Sheet) -> bool:
    """Whether a partner has written something below the headings of a sheet."""
    header = find_header(grid, sheet.columns)
    if header is None:
        return False
    own = {n for c in sheet.columns if c.by is By.PARTNER for n in header.columns.get(c.field, ())}
    return any(row > header.last and own & cells.keys() for row, cells in grid.rows.items())
