"""A finding: something noticed that somebody has to put right, explain or know.

Bad data is a finding, not an exception. A finding quotes the value, says what to do and who must,
and where it came from. The only exception here, `UserError`, is for what stops a command altogether.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class UserError(Exception):
    """Something the user can put right: shown as one plain sentence, never as a traceback."""


class Severity(StrEnum):
    """How much a finding weighs.

    An error: the row is not used. A query: it is used, but the partner must amend or explain.
    A note: for information.
    """

    ERROR = "error"
    QUERY = "query"
    NOTE = "note"


SEVERITY_ORDER = {Severity.ERROR: 0, Severity.QUERY: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value stands: file (as the user knows it, a path relative to the workspace), sheet and cell (A1)."""

    file: str = ""
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        place = "!".join(part for part in (self.sheet, self.cell) if part)
        return ", ".join(part for part in (self.file, place) if part)


NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed.

    `code` is dotted and stable ("milestone.unknown-reference"); `says` is one plain sentence that quotes the
    value; `todo` says what to do; `who` is the key of the partner whose move it is (or the improvement group's);
    `about` is the reference it concerns ("1.2.2.3", "RM4", "4.1-slt-waiting") or "".
    """

    code: str
    severity: Severity
    says: str
    todo: str
    who: str
    about: str = ""
    origin: Origin = field(default=NOWHERE)

    @property
    def kind(self) -> str:
        """The part of the code before the dot: return, milestone, evidence, measure, risk or plan."""
        return self.code.partition(".")[0]


def in_order(findings: list[Finding] | tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings worst first, then by who must act, reference and place; each once."""
    unique = dict.fromkeys(findings)
    return tuple(
        sorted(unique, key=lambda f: (SEVERITY_ORDER[f.severity], f.kind, f.who, f.about, f.code, str(f.origin)))
    )
