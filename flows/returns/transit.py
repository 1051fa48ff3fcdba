"""How a return passes from the child process that read it to the parent: as bytes, made here and understood here.

A large return has 100,000 rows. They travel as columns, each a plain list, several times faster than as records; the
parent makes the records. It makes nothing else, whatever a file may have made the child say.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from itertools import starmap
from operator import attrgetter
from typing import Any

from flows.plan.findings import Finding, Origin
from flows.plan.periods import Month, Period
from flows.returns.records import (
    CommentaryRow,
    DecisionRow,
    EvidenceRow,
    FeedbackRow,
    MeasureRow,
    MilestoneRow,
    Return,
    RiskRow,
    RowPlace,
)
from flows.returns.resting import collector_resting
from flows.returns.within_limits import Data

_TABLES: dict[str, type[Any]] = {
    "milestones": MilestoneRow,
    "evidence": EvidenceRow,
    "measures": MeasureRow,
    "risks": RiskRow,
    "feedback": FeedbackRow,
    "commentary": CommentaryRow,
    "decisions": DecisionRow,
}
_NO_ROWS: dict[str, Any] = dict.fromkeys(_TABLES, ())

Columns = list[list[Any]]
"""The values of each field of a row but the last, which is its place, and then those of each field of the places."""


def packed(content: Return) -> memoryview:
    """The bytes of a return."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = _AS_CALLS
    pickler.dump((replace(content, **_NO_ROWS), {table: _columns(table, content) for table in _TABLES}))
    return buffer.getbuffer()


def unpacked(data: Data) -> Return:
    """The return in the bytes; some exception when they are no return."""
    with collector_resting():
        bare, tables = _OnlyReturns(io.BytesIO(data)).load()
        rows: dict[str, Any] = {table: _rows(record, tables[table]) for table, record in _TABLES.items()}
        content: Return = replace(bare, **rows)
        return content


def _columns(table: str, content: Return) -> Columns:
    rows = getattr(content, table)
    *own, place = _names(_TABLES[table])
    assert place == "place"
    places = list(map(attrgetter(place), rows))
    return [_column(name, rows) for name in own] + [_column(name, places) for name in _names(RowPlace)]


def _column(name: str, rows: Iterable[object]) -> list[Any]:
    return list(map(attrgetter(name), rows))


def _rows(record: type[Any], columns: Columns) -> tuple[Any, ...]:
    own = len(_names(record)) - 1
    if len(columns) != own + len(_names(RowPlace)):
        raise ValueError(f"{record.__name__} has not {len(columns)} columns")
    places = starmap(RowPlace, zip(*columns[own:], strict=True))
    return tuple(starmap(record, zip(*columns[:own], places, strict=True)))


def _names(record: type[Any]) -> list[str]:
    return [field.name for field in fields(record)]


def _as_call(record: type[Any]) -> Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]:
    values = attrgetter(*_names(record))
    return lambda one: (record, values(one))


_AS_CALLS: dict[type[Any], Callable[[Any], Any]] = {
    record: _as_call(record) for record in (Return, Finding, Origin, Month, Period)
}
"""What travels as a record does so as a call, which is faster than the state of a dataclass."""

_MAY_BE_NAMED = {
    "flows.returns.records": {"Return"},
    "flows.plan.findings": {"Finding", "Origin", "Severity"},
    "flows.plan.periods": {"Month", "Period"},
    "datetime": {"date"},
}


class _OnlyReturns(pickle.Unpickler):
    """Builds what a return is made of and nothing else, whatever the child may have been made to say."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _MAY_BE_NAMED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a return")
