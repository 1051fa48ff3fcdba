"""A return passes from the child to the parent as it is, and nothing but a return does."""

from __future__ import annotations

import pickle
import subprocess
from dataclasses import fields, replace
from typing import Any

import pytest

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.periods import Month, month_period
from flows.returns.records import Return, RowPlace
from flows.returns.transit import _TABLES, packed, unpacked
from tests.builders import on

DAY = on("05/12/22")
VALUES: dict[str, Any] = {
    "str": "a “b” é", "bool": True, "int | None": 3, "float | None": -0.1, "dt.date | None": DAY,
    "tuple[str, ...]": ("1.1", "1.2"), "Period | None": month_period(Month(2022, 10)),
}  # fmt: skip


def row(kind: type[Any], number: int) -> Any:
    """A row with a value in each field, and a place of its own."""
    place = RowPlace("a.xlsx", f"Sheet {number % 2}", number, (("ref", "A"), ("text", "B")))
    return kind(**{field.name: VALUES.get(str(field.type), place) for field in fields(kind)})


def with_everything() -> Return:
    tables: dict[str, Any] = {
        table: tuple(row(kind, n) for n in range(2 + len(table))) for table, kind in _TABLES.items()
    }
    finding = Finding("return.late", Severity.NOTE, "Says.", "Todo.", "council", origin=Origin("a.xlsx", "S", "A1"))
    return Return("a.xlsx", "f", "council", Month(2022, 11), completed_on=DAY, findings=(finding,), **tables)


def test_a_return_with_rows_of_every_kind_arrives_as_it_left() -> None:
    content = with_everything()
    assert {field.name for field in fields(Return) if "Row" in str(field.type)} == set(_TABLES)
    assert repr(unpacked(packed(content))) == repr(content)


def test_a_return_without_rows_arrives_as_it_left() -> None:
    empty = Return("a.xlsx", "", "", None, readable=False)
    assert unpacked(packed(empty)) == empty


@pytest.mark.parametrize("harm", ["one value less", "one column less", "no such table", "another kind", "a program"])
def test_what_is_no_return_does_not_arrive(harm: str) -> None:
    bare, tables = pickle.loads(packed(replace(with_everything(), milestones=())))
    assert unpacked(pickle.dumps((bare, tables))).feedback == with_everything().feedback
    if harm == "one value less":
        tables["feedback"][0].pop()
    elif harm == "one column less":
        tables["feedback"].pop()
    elif harm == "no such table":
        del tables["feedback"]
    elif harm == "another kind":
        bare = bare.findings[0]
    else:
        tables["feedback"][0][0] = subprocess.run
    with pytest.raises((ValueError, TypeError, KeyError, pickle.UnpicklingError)):
        unpacked(pickle.dumps((bare, tables)))
