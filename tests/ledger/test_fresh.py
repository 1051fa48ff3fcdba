"""Rows that are handed on instead of being read from the database again: the same to the last bit, or not handed on."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from flows.ledger import store
from flows.ledger.fresh import comes_back_the_same
from flows.ledger.records import Arrival, Submission
from flows.ledger.store import Ledger, open_ledger
from flows.plan.ledger_place import LedgerDatabase
from flows.plan.periods import Period
from flows.returns.records import FeedbackRow, MeasureRow, MilestoneRow, Return, RiskRow, RowPlace
from tests.builders import NOVEMBER, OCTOBER, a_figure, done, on, proof, said, sent
from tests.ledger.test_store import returns

Place = Path | LedgerDatabase
DAY = on("05/12/22")
numbers = itertools.count()


def recorded(ledger: Ledger, content: Return) -> Return:
    """A return as the ledger that has just recorded it gives it."""
    arrival = Arrival(NOVEMBER, "council.xlsx", f"fresh-{next(numbers)}", on("05/12/22"), logged=False)
    ledger.record("reader-1", [(arrival, content)], hand_on=True)
    return ledger.submissions(NOVEMBER)[-1].content


@pytest.fixture
def never_parsed(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called, a row that is read from the database fails the test."""
    return lambda: monkeypatch.setattr(store, "_parsed", lambda kind, rows: pytest.fail(f"{kind} was read again"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(returns)
def test_what_is_handed_on_is_what_the_database_gives(tmp_path: Path, content: Return) -> None:
    place = tmp_path / f"{next(numbers)}.sqlite"
    with open_ledger(place) as ledger:
        handed_on = recorded(ledger, content)
    with open_ledger(place) as again:
        assert repr(again.submissions(NOVEMBER)[-1].content) == repr(handed_on) == repr(content)


def test_rows_of_every_kind_are_handed_on_without_being_read_again(
    place: Place, never_parsed: Callable[[], None]
) -> None:
    whole = with_everything()
    with open_ledger(place) as ledger:
        never_parsed()
        assert recorded(ledger, whole) == whole


def with_everything() -> Return:
    """A return with a row of each kind."""
    rows: dict[str, Any] = {table: (filled_in(kind),) for table, kind in store._ROWS.items()}
    return Return("a.xlsx", "f", "council", NOVEMBER, **rows)


def filled_in(kind: type[Any]) -> Any:
    """A row with a value in each field."""
    place = RowPlace("a.xlsx", "S", 7, (("ref", "A"), ("text", "B")))
    values: dict[str, Any] = {
        "str": "a “b” é \U0001f600", "bool": True, "int | None": 3, "float | None": -0.1, "dt.date | None": DAY,
        "tuple[str, ...]": ("1.1", "1.2"), "Period | None": Period(DAY, DAY, "a day"), "RowPlace": place,
    }  # fmt: skip
    return kind(**{field.name: values[str(field.type)] for field in fields(kind)})


class Text(str):
    """A text that is more than one."""


CHANGED_BY_JSON: dict[str, Any] = {
    "no number": MeasureRow("m", None, value=float("nan")),
    "an infinite figure": MeasureRow("m", None, numerator=float("-inf")),
    "a whole number for a figure": MeasureRow("m", None, value=84),
    "a decimal": MeasureRow("m", None, value=Decimal("0.1")),  # type: ignore[arg-type]
    "a truth for a figure": MeasureRow("m", None, value=True),
    "a truth for a score": RiskRow("r", likelihood=True),
    "a figure for a score": RiskRow("r", likelihood=3.0),  # type: ignore[arg-type]
    "a time for a day": MilestoneRow("1.1.1.1", due=dt.datetime(2022, 12, 5, 9)),
    "a text for a day": MilestoneRow("1.1.1.1", due="2022-12-05"),  # type: ignore[arg-type]
    "a list for a tuple": FeedbackRow("1", "1.1", "said", place=RowPlace("f", "s", 1, [])),  # type: ignore[arg-type]
    "lists in a tuple": FeedbackRow("1", "1.1", "said", place=RowPlace("f", "s", 1, (["ref", "A"],))),  # type: ignore[arg-type]
    "three in place of two": FeedbackRow("1", "1.1", "said", place=RowPlace("f", "s", 1, (("ref", "A", "B"),))),  # type: ignore[arg-type]
    "nothing for a text": FeedbackRow("1", None, "said"),  # type: ignore[arg-type]
    "another kind of text": FeedbackRow("1", Text("1.1"), "said"),
    "a period with a time": MeasureRow("m", Period(dt.datetime(2022, 12, 5), DAY, "P")),
    "another kind of row": RiskRow("r"),
}


@pytest.mark.parametrize("what", CHANGED_BY_JSON)
def test_what_json_would_change_is_not_handed_on(what: str) -> None:
    row = CHANGED_BY_JSON[what]
    kind = FeedbackRow if what == "another kind of row" else type(row)
    good = (filled_in(kind),)
    assert comes_back_the_same(kind, good * 3)
    assert not comes_back_the_same(kind, (*good, row, *good))


def test_a_return_with_a_figure_that_json_changes_is_read_from_the_database(place: Place) -> None:
    with open_ledger(place) as ledger:
        back = recorded(ledger, sent(NOVEMBER, replace(a_figure(), value=float("nan"))).content)
    assert back.measures[0].value is None


def test_only_what_is_asked_to_be_handed_on_and_was_recorded_is(place: Place) -> None:
    first, second = sent(OCTOBER, done()), sent(NOVEMBER, proof(), said())
    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(first)])
        assert ledger._fresh == {}
        assert ledger.record("reader-1", [pair(first), pair(second)], hand_on=True) == 1
        assert len(ledger._fresh) == 1
        assert [pair(one) for one in ledger.submissions(NOVEMBER)] == [pair(first), pair(second)]
        assert [pair(one) for one in ledger.submissions(OCTOBER)] == [pair(first)]


def test_nothing_is_handed_on_of_a_batch_that_was_not_recorded(place: Place) -> None:
    def interrupted() -> Any:
        yield pair(sent(NOVEMBER, done()))
        raise KeyboardInterrupt

    with open_ledger(place) as ledger:
        with pytest.raises(KeyboardInterrupt):
            ledger.record("reader-1", interrupted(), hand_on=True)
        assert ledger.submissions(NOVEMBER) == ()
        assert ledger._fresh == {}


def pair(submission: Submission) -> tuple[Arrival, Return]:
    return submission.arrival, submission.content
