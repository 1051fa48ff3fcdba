"""What the ledger gives back: a submission, and everything a partner's workbook said, with when it was received."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flows.plan.periods import Month
from flows.returns.records import Return


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file seen in the returns folder of `month`, with the day on which it came in.

    `received` is the day in the receipt log, else the day on which this ledger first saw the file.
    `logged` tells the two apart.
    """

    month: Month
    file: str
    fingerprint: str
    received: dt.date
    logged: bool


@dataclass(frozen=True, slots=True)
class SentFile:
    """One of the files that a return was put together from: when it counts as received, and the tables of a `Return`
    that were taken from it."""

    arrival: Arrival
    received: dt.date
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Submission:
    """One file on record: when it arrived and what it said. `order` is the order in which it was recorded. `again` is the
    day on which it was put back in the place of a later file of its name, None for one that was not.

    A return that was put together from several files has these as its `parts`, oldest first, and the newest of them as
    its `arrival`; its content names the file whose front sheet counts. `number` is that of its first reading in the
    ledger, by which a publication's mark tells what came before it; 0 for one that is in none.
    """

    arrival: Arrival
    content: Return
    order: int
    parts: tuple[SentFile, ...] = ()
    again: dt.date | None = None
    number: int = 0

    @property
    def newest_on(self) -> dt.date:
        """The day by which it is newer or older than others: when it was received, or put back."""
        return max(self.received, self.again) if self.again else self.received

    @property
    def received(self) -> dt.date:
        """The day it counts as received.

        A file loaded long after its month, without an entry in the receipt log, says nothing about when it was
        sent; then the day that its sender wrote on it is used.
        """
        if self.parts:
            return max(part.received for part in self.parts)
        written = self.content.completed_on
        if self.arrival.logged or written is None or written > self.arrival.received:
            return self.arrival.received
        loaded_late = (self.arrival.received - self.arrival.month.last_day).days > BACK_LOAD_DAYS
        return written if loaded_late else self.arrival.received

    @property
    def arrivals(self) -> tuple[Arrival, ...]:
        """Every file that it consists of, oldest first."""
        return tuple(part.arrival for part in self.parts) or (self.arrival,)

    def received_of(self, table: str) -> dt.date:
        """The day on which a table of the return, by its name in a `Return`, counts as received."""
        return next((part.received for part in self.parts if table in part.tables), self.received)


BACK_LOAD_DAYS = 60
"""A file first seen more than this many days after its month's end was loaded afterwards, not received then."""
