"""What the layout of a return is declared in: sheets, their columns, what a column holds and who fills it in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

YES, NO = "Yes", "No"


class Kind(StrEnum):
    """What a column holds: decides cell format, validation and how its values are read."""

    WORDS = "short text"
    PROSE = "text"
    REFERENCE = "reference"
    REFERENCES = "references, separated by commas"
    DAY = "date"
    PERIOD = "period"
    NUMBER = "number"
    VALUE = "number or symbol"
    STATUS = "status word"
    YES_NO = "yes or no"
    SCORE = "1 to 5"
    CHOICE = "one of a list"
    SUBJECT = "a section of the reports, or a reference"


class By(StrEnum):
    """Who fills a column in: the form (grey, for information), the partner, or either (names the row)."""

    FORM = "form"
    PARTNER = "partner"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `required`: the sheet cannot be used without it. `needed`: a row without a value is not used.
    `carries` names the grey column whose value stands when this one is left blank. `width` is in characters."""

    field: str
    heading: str
    kind: Kind
    width: int
    note: str
    by: By = By.PARTNER
    required: bool = False
    needed: bool = False
    carries: str = ""
    choices: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a return. `about` is the first part of the codes of its findings ("milestone.no-reference").
    `topics` are the sections of the reports that its rows may be about, with what to write for each."""

    field: str
    name: str
    about: str
    guidance: str
    columns: tuple[Column, ...]
    blank_rows: int
    synonyms: tuple[str, ...] = ()
    group_only: bool = False
    topics: tuple[tuple[str, str], ...] = ()

    def column(self, field: str) -> Column:
        """The column of that field; KeyError when there is none."""
        return {c.field: c for c in self.columns}[field]
