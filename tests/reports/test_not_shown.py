"""What the partnership cannot show yet: each gap counted with its denominator, a few named, the gravest first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.model import Promise
from flows.position.look_back import LookBack
from flows.position.model import Position, Status
from flows.reports.not_shown import NAMED, NotShown, not_shown
from tests.builders import (
    NOVEMBER,
    a_figure,
    a_measure,
    a_milestone,
    a_position,
    a_state,
    an_item,
    an_occurrence,
    on,
    plan_of,
    sent,
    some_settings,
    stand,
)


def gaps(position: Position) -> NotShown:
    return not_shown(LookBack(None, (position,)), some_settings())


def lines(position: Position) -> dict[str, tuple[str, str]]:
    return {row.what: (row.how_many, row.which) for row in gaps(position).rows}


def test_promises_come_before_evidence_and_evidence_before_what_measures_lack() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, a_figure()), plan=plan_of(a_measure()))
    assert [row.what for row in gaps(position).rows] == [
        "Impacts for children that nothing on record shows",
        "Items of expected evidence with nothing held against them",
        "Measures without a target",
        "Measures without a baseline",
    ]


def test_what_there_is_none_of_is_not_asked_about() -> None:
    found = gaps(a_position(plan_of(promises=())))
    assert (found.rows, found.none.partition(":")[0]) == ((), "Nothing here asks to be shown yet")


def test_kinds_without_a_gap_are_named_in_one_sentence() -> None:
    item = an_item(meets=("1.1-E1", "1.1-E2", "1.1-I1"))
    found = gaps(a_position(plan_of(), evidence=(item,)))
    assert found.rows == ()
    assert found.none == (
        "None: impacts for children that nothing on record shows; items of expected evidence with nothing held against "
        "them."
    )


def test_what_is_said_complete_without_evidence_is_counted_of_what_is_said_complete() -> None:
    states = tuple(
        a_state(a_milestone(ref), an_occurrence(on("31/10/22"), status))
        for ref, status in (
            ("1.1.1.1", Status.COMPLETE),
            ("1.1.1.2", Status.EVIDENCE_AWAITED),
            ("1.1.1.3", Status.ON_TRACK),
        )
    )
    found = lines(a_position(plan_of(), milestones=states))
    assert found["Milestones said complete, without accepted evidence or a date"] == ("1 of 2", "1.1.1.2")


def test_measures_are_asked_for_a_figure_a_baseline_and_a_target_and_a_final_figure() -> None:
    plan = plan_of(a_measure("1.1-a"), a_measure("1.1-b", target=90.0), a_measure("1.1-c", baseline=50.0))
    rows = a_figure(60.0, ref="1.1-a", provisional=True), a_figure(60.0, ref="1.1-b")
    found = lines(stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan))
    assert found["Measures without any figure"] == ("1 of 3", "Measure 1.1-c")
    assert found["Measures whose latest figure is provisional"] == ("1 of 2", "Measure 1.1-a")
    assert found["Measures without a target"] == ("2 of 3", "Measure 1.1-a; Measure 1.1-c")
    assert found["Measures without a baseline"] == ("2 of 3", "Measure 1.1-a; Measure 1.1-b")


@pytest.mark.parametrize(("figure", "which"), [(None, "Waits (all 2)"), (5.0, "Measure 1.1-b")])
def test_a_set_that_lacks_something_whole_is_named_once(figure: float | None, which: str) -> None:
    plan = plan_of(a_measure("1.1-a", set_name="Waits"), a_measure("1.1-b", set_name="Waits"))
    rows = [a_figure(figure, ref="1.1-a")] if figure else []
    found = lines(stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan))
    assert found["Measures without any figure"][1] == which


@given(st.integers(0, 30), st.integers(0, 30))
def test_the_named_and_the_others_add_up(promised: int, shown: int) -> None:
    promises = tuple(Promise(f"1.1-I{n}", "1.1", "impact", "Better") for n in range(1, promised + 1))
    item = an_item(supports=tuple(p.ref for p in promises[:shown]), meets=())
    found = gaps(a_position(plan_of(promises=promises), evidence=(item,)))
    lacking = max(promised - shown, 0)
    assert [row.number for row in found.rows] == ([lacking] if lacking else [])
    for row in found.rows:
        named, _, more = row.which.partition(", and ")
        assert len(named.split(", ")) == min(lacking, NAMED)
        assert len(named.split(", ")) + int(more.removesuffix(" more") or 0) == lacking
