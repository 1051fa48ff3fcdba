"""Due dates as partnerships really write them: parsing and what they mean. (Filled in by the plan engineer.)"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class DueKind(StrEnum):
    """A day; a first day with a cadence; ongoing from a day; undated."""

    DAY = "day"
    RECURRING = "recurring"
    ONGOING = "ongoing"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class DueDate:
    """When a milestone is due. `cadence_months` is 1, 3, 6 or 12 for a recurring one, else 0; `note` holds the
    dependency or the reason why there is no date; `as_written` is what the plan prints."""

    kind: DueKind
    day: dt.date | None
    cadence_months: int = 0
    note: str = ""
    as_written: str = ""
