"""How prompt the returns were, what was asked of each partner, and which figures were in doubt."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ledger.records import Submission
from flows.plan.calendar import returns_due
from flows.plan.findings import Finding, Severity
from flows.plan.periods import Month, months_between
from flows.position.look_back import LookBack, look_back
from flows.position.model import PartnerReturn
from flows.reports.promptness import Promptness, promptness
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_finding,
    a_measure,
    a_plan,
    a_position,
    on,
    plan_of,
    said,
    sent,
    some_settings,
)

SETTINGS = some_settings()
COUNCIL, ICB, GROUP = a_plan().partners
QUARTER = (NOVEMBER, DECEMBER, JANUARY)


def a_return(state: str = "received", month: Month = NOVEMBER, received: str = "", **but: Any) -> PartnerReturn:
    due = returns_due(month, SETTINGS)
    come = on(received) if received else due if state == "received" else None
    return replace(PartnerReturn(COUNCIL, month, due, state, None, first_received=come), **but)


def over(*returns: PartnerReturn, months: tuple[Month, ...] = QUARTER, **findings: tuple[Finding, ...]) -> Promptness:
    positions = tuple(
        a_position(
            month=month,
            returns=tuple(r for r in returns if r.month == month),
            findings=findings.get(f"m{month.number}", ()),
        )
        for month in months
    )
    return promptness(LookBack(None, positions), SETTINGS, "quarter")


def test_a_quarter_has_a_column_for_each_month() -> None:
    told = over(
        a_return(),
        a_return("late", DECEMBER, "18/01/23"),
        a_return("missing", JANUARY),
        *(a_return(month=m, partner=ICB) for m in QUARTER),
    )
    assert told.heads == ("November 2022", "December 2022", "January 2023")
    council, icb = told.rows
    assert (council.cells, council.on_time) == (("On time", "9 days late", "Missing"), "1 of 3")
    assert (icb.cells, icb.on_time) == (("On time", "On time", "On time"), "3 of 3")
    assert told.total is not None
    assert told.total.cells == ("2 of 2 on time", "1 of 2 on time", "1 of 2 on time")
    assert told.sentences == (
        "Of 6 returns due for the quarter, 4 came on time, 1 came late and 1 did not come.",
        "1 of 2 partners was on time in every month; Council was not.",
    )


def test_a_return_that_came_on_its_due_day_is_on_time() -> None:
    told = worked_out(sent(OCTOBER, said(), received="07/11/22"), months=(OCTOBER,))
    assert told.rows[0].cells == ("On time",)
    assert worked_out(sent(OCTOBER, said(), received="08/11/22"), months=(OCTOBER,)).rows[0].cells == ("1 day late",)


def test_a_year_has_numbers_in_place_of_months() -> None:
    year = months_between(OCTOBER, OCTOBER.next(11))
    states = {DECEMBER: "late", JANUARY: "late", Month(2023, 4): "missing"}
    received = {DECEMBER: "18/01/23", JANUARY: "08/02/23"}
    told = over(*(a_return(states.get(m, "received"), m, received.get(m, "")) for m in year), months=year)
    (row,) = told.rows
    assert told.heads == ("Late", "Missing", "Files not used")
    assert (row.cells, row.on_time) == (("2, longest 9 days", "1: April 2023", "0"), "9 of 12")
    assert told.total is not None
    assert told.total.cells == ("2", "1", "0")


def test_every_return_in_time_is_one_sentence() -> None:
    assert over(a_return(), a_return(month=DECEMBER)).sentences == ("All 2 returns of the quarter came on time.",)
    assert over().sentences == ("No return was due this quarter.",)


def worked_out(*sends: Submission, months: tuple[Month, ...] = (NOVEMBER, DECEMBER)) -> Promptness:
    """What the rules make of returns, for a plan with a measure of the council."""
    back = look_back(plan_of(a_measure()), SETTINGS, sends, months)
    return promptness(back, SETTINGS, "quarter")


def test_a_file_that_was_sent_again_for_another_month_is_told_as_not_used() -> None:
    first = sent(OCTOBER, a_figure(50.0), fingerprint="one")
    again = sent(NOVEMBER, a_figure(50.0), fingerprint="one")
    assert worked_out(first, again, months=(OCTOBER, NOVEMBER)).rows[0].cells == ("On time", "Missing; 1 file not used")


def test_a_file_that_a_newer_one_replaced_is_not_among_those_not_used() -> None:
    two = sent(OCTOBER, a_figure(50.0)), sent(OCTOBER, a_figure(51.0))
    told = worked_out(*two, months=months_between(OCTOBER, JANUARY))
    assert told.rows[0].cells == ("0", "3", "0")


def test_a_query_counts_once_and_is_still_asked_while_the_last_month_holds_it() -> None:
    lasting, once = a_finding(says="A is not clear."), a_finding(says="B is not clear.")
    told = over(
        a_return(),
        a_return(month=NOVEMBER, partner=ICB),
        m11=(lasting, once),
        m12=(lasting,),
        m1=(lasting, a_finding(says="C.", who="icb", severity=Severity.ERROR)),
    )
    assert [row.queries for row in told.rows] == ["1 of 2", "1 of 1"]
    assert told.total is not None
    assert told.total.queries == "2 of 3"


def test_notes_and_what_is_asked_about_the_plan_are_no_queries_to_a_partner() -> None:
    findings = a_finding(severity=Severity.NOTE), a_finding("plan.gap")
    assert over(a_return(), m11=findings).rows[0].queries == "None asked"


def test_provisional_and_restated_figures_are_counted_once() -> None:
    told = worked_out(
        sent(OCTOBER, a_figure(40.0, OCTOBER)),
        sent(NOVEMBER, a_figure(50.0, NOVEMBER, provisional=True), a_figure(41.0, OCTOBER, comment="Recounted")),
        sent(DECEMBER, a_figure(50.0, NOVEMBER), a_figure(55.0, DECEMBER, provisional=True)),
    )
    assert told.figures == (
        "2 figures came in as provisional; 1 was still provisional at the end.",
        "1 restatement of earlier figures was noticed.",
        "No figure was put in question this quarter.",
    )


@pytest.mark.parametrize(
    ("now", "since"), [(81.3, "it has been changed since"), (None, "it has not been changed since")]
)
def test_a_figure_in_question_is_told_with_whether_it_was_changed(now: float | None, since: str) -> None:
    doubted = a_figure(50.0, NOVEMBER, numerator=13, denominator=16)
    later = [a_figure(now, NOVEMBER, numerator=13, denominator=16)] if now else []
    told = worked_out(sent(NOVEMBER, doubted), sent(DECEMBER, a_figure(80.0, DECEMBER), *later))
    assert told.figures[0] == f"1 figure was put in question this quarter; {since}."


def test_nothing_in_doubt_is_one_sentence() -> None:
    assert over(a_return()).figures == ("No figure was put in question, provisional or restated this quarter.",)


STATES = st.lists(st.sampled_from(("received", "late", "missing")), min_size=3, max_size=3)


@given(st.tuples(STATES, STATES, STATES))
def test_the_numbers_add_up_to_the_returns_due(states: tuple[list[str], ...]) -> None:
    told = over(
        *(
            a_return(state, month, "28/02/23" if state == "late" else "", partner=partner)
            for partner, of_one in zip((COUNCIL, ICB, GROUP), states, strict=True)
            for month, state in zip(QUARTER, of_one, strict=True)
        )
    )
    everything = [state for of_one in states for state in of_one]
    assert told.total is not None
    assert told.total.on_time == f"{everything.count('received')} of 9"
    assert sum(int(row.on_time.partition(" ")[0]) for row in told.rows) == everything.count("received")
    total, *parts = (int(n) for n in re.findall(r"\d+", told.sentences[0]))
    assert total == 9
    assert sum(parts) == (9 if parts else 0)
