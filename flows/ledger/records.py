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


@dataclass(frozen=True)
class Submission:
    """One file on record: when it arrived and what it said. `order` is the order in which it was recorded."""

    arrival: Arrival
    content: Return
    order: int

    @property
    def received(self) -> dt.date:
        """The day it counts as received.

        A file loaded long after its month, without an entry in the receipt log, says nothing about when it was
        sent; then the day that its sender wrote on it is used.
        """
        written = self.content.completed_on
        if self.arrival.logged or written is None or written > self.arrival.received:
            return self.arrival.received
        loaded_late = (self.arrival.received - self.arrival.month.last_day).days > BACK_LOAD_DAYS
        return written if loaded_late else self.arrival.received


BACK_LOAD_DAYS = 60
"""A file first seen more than this many days after its month's end was loaded afterwards, not received then."""
