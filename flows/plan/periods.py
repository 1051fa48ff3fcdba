"""Months and the periods that measures are returned for. (Filled in by the plan engineer.)"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month: 2022-11."""

    year: int
    number: int


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """What a figure covers: first and last day and the words it is called by ("October 2022", "2021/22")."""

    end: dt.date
    start: dt.date
    label: str
