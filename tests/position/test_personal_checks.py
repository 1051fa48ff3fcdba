"""Personal data in returns: queried by cell, and in no finding, state or text that is made of them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import Plan
from flows.position.personal_checks import mask_findings, mask_returns
from flows.returns.records import CommentaryRow, FeedbackRow, RowPlace
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_figure,
    a_finding,
    a_measure,
    a_milestone,
    a_plan_risk,
    a_score,
    found,
    plan_of,
    proof,
    said,
    sent,
    sentences,
    stand,
)

NHS, PHONE, MAIL, NAME = "943 476 5919", "01253 477999", "jane@nhs.net", "Mrs Smith"
ALL = f"{NAME} ({PHONE}, {MAIL}), NHS {NHS}"
HIDDEN = "[name] ([telephone number], [e-mail address]), NHS [NHS number]"
CODE = "return.personal-data"


def plan() -> Plan:
    return plan_of(a_milestone(), a_measure(), a_plan_risk())


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (said(progress=f"Rang {PHONE}."), "Progress this month of milestone 1.1.1.1 holds a telephone number; the papers show it masked."),
        (said(next_steps=ALL), "Next steps of milestone 1.1.1.1 holds an e-mail address, an NHS number, a telephone number and a name; the papers show them masked."),
        (said(help_needed=f"{NAME}, Mr Jones"), "Reason for delay or help needed of milestone 1.1.1.1 holds 2 names; the papers show them masked."),
        (proof(title=f"Letter to {MAIL}"), "Title of evidence 1 holds an e-mail address; the papers show it masked."),
        (proof(kept_at=f"SharePoint/{NHS}"), "Where it is kept of evidence 1 holds an NHS number; the papers show it masked."),
        (proof(number=NHS), "Number of evidence [NHS number] holds an NHS number; the papers show it masked."),
        (a_figure(comment=NAME), "Comment of measure 1.1-plans for October 2022 holds a name; the papers show it masked."),
        (a_score(owner=NAME), "Owner of risk R1 holds a name; the papers show it masked."),
        (FeedbackRow("1", "1.1", "My son Jack waits."), "You said of feedback 1 holds a name; the papers show it masked."),
        (said(), None),
        (a_date_change(text="The board agreed."), None),
    ],
)  # fmt: skip
def test_each_cell_with_personal_data_is_a_query(row: Any, says: str | None) -> None:
    assert sentences(stand(NOVEMBER, sent(NOVEMBER, row), plan=plan()), CODE) == ([says] if says else [])


def test_the_query_is_the_partners_and_names_the_cell_and_what_to_do() -> None:
    place = RowPlace("inputs/returns/2022-11/council.xlsx", "Milestones", 7, (("ref", "A"), ("progress", "J")))
    returned = sent(NOVEMBER)
    row = replace(said(progress=NAME), place=place)
    position = stand(NOVEMBER, replace(returned, content=replace(returned.content, milestones=(row,))), plan=plan())
    (finding,) = found(position, CODE)
    assert (finding.severity, finding.who, finding.kind) == (Severity.QUERY, "council", "return")
    assert finding.origin == Origin("inputs/returns/2022-11/council.xlsx", "Milestones", "J7")
    assert finding.todo == "Take it out and send the return again, or say that it may be shown."


def test_one_query_for_each_cell() -> None:
    rows = [said(progress=ALL, next_steps=NAME), said("1.1.1.2", progress=NAME), proof(title=NAME)]
    assert len(found(stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan()), CODE)) == 4


def test_who_completed_the_return_is_a_role_and_not_a_name() -> None:
    (finding,) = found(stand(NOVEMBER, sent(NOVEMBER, said(), completed_by="Mrs J Smith"), plan=plan()), CODE)
    assert finding.says == "Completed by on the Return sheet holds a name; the papers show it masked."
    assert finding.origin.sheet == "Return"
    assert not found(stand(NOVEMBER, sent(NOVEMBER, said(), completed_by="Head of SEND"), plan=plan()), CODE)


def test_only_what_counts_for_the_month_is_queried() -> None:
    old, replaced = sent(OCTOBER, said(progress=NAME)), sent(NOVEMBER, said(progress=MAIL), received="01/12/22")
    newest = sent(NOVEMBER, said(progress=PHONE), received="05/12/22")
    (says,) = sentences(stand(NOVEMBER, old, replaced, newest, plan=plan()), CODE)
    assert "telephone number" in says
    assert not found(stand(DECEMBER, old, replaced, newest, plan=plan()), CODE)


def everything_with_personal_data() -> list[Any]:
    """A row of each kind with personal data in each of its texts, some of which cannot be used as they stand."""
    return [
        said(status=ALL, progress=ALL, next_steps=ALL, help_needed=ALL, evidence=ALL, completed_on="31/12/23"),
        said(ref=MAIL),
        said(ref=ALL),
        proof(title=ALL, number=NHS, kind=ALL, shows=ALL, kept_at=ALL, marking=ALL, dated="31/12/23"),
        proof(supports=MAIL, number="2", title=""),
        a_figure(200, comment=ALL, unit=ALL, part=ALL),
        a_figure(None, symbol=ALL, comment=ALL),
        a_figure(1, ref=ALL),
        a_score("X1", 5, 5, title=ALL, mitigation=ALL, owner="", comment=ALL),
        a_score(ALL, None, None, title=ALL, owner=ALL),
        FeedbackRow(NHS, MAIL, ALL, ALL, ALL),
        CommentaryRow(ALL, ALL),
        a_date_change(about=ALL, new_date=None, text=ALL, number=ALL),
    ]


@pytest.mark.parametrize("month", [NOVEMBER, DECEMBER])
def test_nothing_that_a_position_holds_shows_what_should_not_have_been_written(month: Any) -> None:
    noticed = Finding("milestone.status-unknown", Severity.QUERY, f"“{ALL}” is no status.", f"Ask {NAME}.", "", ALL)
    rows = everything_with_personal_data()
    returns = [
        sent(OCTOBER, *rows, partner="group"),
        sent(NOVEMBER, *rows, received="01/12/22"),
        sent(NOVEMBER, *rows[2:], received="03/12/22", findings=(noticed,), completed_by=ALL),
        sent(NOVEMBER, *rows, partner="group"),
    ]
    position = stand(month, *returns, plan=plan())
    shown = replace(position, returns=tuple(replace(r, set_aside=()) for r in position.returns))
    for text in (NHS, PHONE, MAIL, NAME):
        assert text not in repr(shown) + repr(shown.counted)
    assert HIDDEN in repr(shown)
    assert all(NAME in repr(r) for r in returns), "what was sent stays as it was sent"


def test_a_return_without_personal_data_is_itself() -> None:
    returned = sent(NOVEMBER, said(progress="97 replies by 18 October."), proof(), a_figure(), a_score())
    (same,) = mask_returns([returned], NOVEMBER).counted
    assert same is returned


def test_findings_are_masked_but_not_what_is_noticed_of_the_plan() -> None:
    quoting = a_finding(says=f"“{MAIL}” is not a date.", todo=f"Ask {NAME}.", about=MAIL)
    plain, of_plan = a_finding(), a_finding("plan.note", says=f"The lead is {NAME}.")
    masked = mask_findings([quoting, plain, of_plan])
    assert (masked[0].says, masked[0].todo) == ("“[e-mail address]” is not a date.", "Ask [name].")
    assert masked[0].about == "[e-mail address]"
    assert masked[1:] == [plain, of_plan]


def test_masking_costs_a_hundred_full_returns_a_few_seconds() -> None:
    rows = [
        row
        for n in range(200)
        for row in (
            said(
                f"1.1.{n}.1", progress="97 responses worked through; the revised draft went to parents on 18 October."
            ),
            proof(number=str(n), title="Minutes of the board of 16 November 2022", shows="What was agreed, by whom."),
            a_figure(float(n), comment="Six months May to October 2022. Provisional until the return is signed off."),
            a_score(f"R{n}", mitigation="Two locums to the end of March.", comment="Unchanged; under way."),
        )
    ]
    returned = sent(NOVEMBER, *rows)
    began = time.perf_counter()
    masked = mask_returns([replace(returned, order=n) for n in range(100)], NOVEMBER)
    took = time.perf_counter() - began
    assert len(masked.counted) == 100
    assert took < 10
