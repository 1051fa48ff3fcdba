"""The evidence log: what is accepted, what is refused, what counts once and what is withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.findings import Severity
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_measure,
    a_milestone,
    done,
    found,
    items,
    plan_of,
    proof,
    said,
    sent,
    sentences,
    stand,
)

PLAN = plan_of(a_milestone(), a_milestone("1.1.1.2", "31/03/23"), a_measure())


def log(*submissions: Any, month: Any = NOVEMBER) -> list[tuple[str, bool]]:
    return list(items(stand(month, *submissions, plan=PLAN)))


def said_of(*rows: Any) -> list[tuple[str, Severity]]:
    """The codes and severities of the findings about evidence sent for November, without the expected evidence."""
    findings = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=PLAN).findings
    mine = [f for f in findings if f.kind == "evidence" and f.code != "evidence.expected-missing"]
    return [(f.code.removeprefix("evidence."), f.severity) for f in mine]


@pytest.mark.parametrize("supports", ["1.1.1.1", "1.1.1", "1.1", "1", "1.1-plans", "1.1-E1", "1.1.1.1 1.1-plans"])
def test_an_item_that_supports_something_in_the_plan_is_accepted(supports: str) -> None:
    assert log(sent(NOVEMBER, proof(supports))) == [("COUNCIL-2022-11-1", True)]
    assert said_of(proof(supports)) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (proof(""), [("supports-nothing", Severity.ERROR)]),
        (proof("9.9"), [("supports-nothing", Severity.ERROR)]),
        (proof("", meets=("1.1-E1",)), []),
        (proof("1.1.1.1 9.9"), [("unknown-reference", Severity.QUERY)]),
        (proof(title=""), [("no-title", Severity.ERROR)]),
        (proof(dated="30/11/22"), []),
        (proof(dated="01/12/22"), [("dated-after-period", Severity.ERROR)]),
        (proof(dated=None), [("undated", Severity.QUERY)]),
        (proof(kept_at=""), [("no-place", Severity.QUERY)]),
        (proof(dated="01/11/21"), []),
        (proof(dated="31/10/21"), [("too-old", Severity.QUERY)]),
        (proof(withdrawn=True), [("withdrawn", Severity.QUERY)]),
    ],
)
def test_what_is_wrong_with_an_item_is_a_finding_and_an_error_refuses_it(
    row: Any, expected: list[tuple[str, Severity]]
) -> None:
    assert said_of(row) == expected
    accepted = [ok for _, ok in log(sent(NOVEMBER, row))]
    refused = any(severity is Severity.ERROR for _, severity in expected)
    assert accepted == ([] if row.withdrawn else [not refused])


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        (proof("9.9 8.8"), "supports-nothing", "“Minutes” names “9.9” and “8.8”, which the plan does not have, so it supports nothing."),
        (proof(""), "supports-nothing", "“Minutes” names nothing in the plan, so it supports nothing."),
        (proof("1.1.1.1 9.9"), "unknown-reference", "“Minutes” names “9.9”, which the plan does not have; the rest was used."),
        (proof("", ""), "supports-nothing", "Item COUNCIL-2022-11-1 names nothing in the plan, so it supports nothing."),
        (proof(dated="01/12/22"), "dated-after-period", "“Minutes” is dated 1 December 2022, after the period ended on 30 November 2022."),
        (proof(dated="31/10/21"), "too-old", "“Minutes” is dated 31 October 2021, more than 12 months before this return."),
    ],
)  # fmt: skip
def test_a_finding_about_evidence_quotes_the_item(row: Any, code: str, says: str) -> None:
    assert sentences(stand(NOVEMBER, sent(NOVEMBER, row), plan=PLAN), f"evidence.{code}") == [says]


def test_findings_about_evidence_are_told_for_the_month_in_which_it_was_sent() -> None:
    assert not found(stand(DECEMBER, sent(NOVEMBER, proof(kept_at="")), plan=PLAN), "evidence.no-place")


def test_an_item_dated_after_the_period_waits_for_the_month_of_its_date() -> None:
    early = sent(NOVEMBER, proof(dated="01/12/22"))
    assert log(early) == [("COUNCIL-2022-11-1", False)]
    assert log(early, month=DECEMBER) == [("COUNCIL-2022-11-1", True)]


@pytest.mark.parametrize("cell", ["1", "Minutes", "minutes", "2, 1", "1; 2", "2 and 1"])
def test_a_milestone_whose_row_names_an_item_is_supported_by_it(cell: str) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, done(evidence=cell), proof("1.1")), plan=PLAN)
    assert position.evidence[0].supports == ("1.1", "1.1.1.1")


@pytest.mark.parametrize("cell", ["", "11", "Minutes of the board", "see e-mail"])
def test_a_row_that_names_something_else_is_not_supported(cell: str) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, done(evidence=cell), proof("1.1")), plan=PLAN)
    assert position.evidence[0].supports == ("1.1",)


def test_a_title_with_commas_in_it_can_be_named() -> None:
    title = "Minutes, papers and notes"
    position = stand(NOVEMBER, sent(NOVEMBER, said(evidence=title), proof("", title)), plan=PLAN)
    assert position.evidence[0].supports == ("1.1.1.1",)


def test_the_same_item_sent_again_counts_once_and_gains_what_it_newly_supports() -> None:
    returns = [sent(OCTOBER, proof()), sent(NOVEMBER, proof("1.1.1.2", "MINUTES ", meets=("1.1-E1",)))]
    position = stand(NOVEMBER, *returns, plan=PLAN)
    (item,) = position.evidence
    assert (item.number, item.supports, item.meets) == ("COUNCIL-2022-10-1", ("1.1.1.1", "1.1.1.2"), ("1.1-E1",))
    assert sentences(position, "evidence.duplicate") == [
        "“MINUTES” is in the evidence log already, as COUNCIL-2022-10-1; it is counted once."
    ]


@pytest.mark.parametrize(
    ("partner", "row"),
    [("council", proof(dated="15/10/22")), ("council", proof(title="Notes")), ("icb", proof())],
    ids=["another date", "another title", "another partner"],
)
def test_what_differs_in_title_date_or_partner_is_another_item(partner: str, row: Any) -> None:
    position = stand(NOVEMBER, sent(OCTOBER, proof()), sent(NOVEMBER, row, partner=partner), plan=PLAN)
    assert [i.accepted for i in position.evidence] == [True, True]
    assert not found(position, "evidence.duplicate")


def test_an_item_that_was_refused_can_be_sent_again_put_right() -> None:
    position = stand(NOVEMBER, sent(OCTOBER, proof("9.9")), sent(NOVEMBER, proof()), plan=PLAN)
    assert items(position) == [("COUNCIL-2022-10-1", False), ("COUNCIL-2022-11-1", True)]
    assert not found(position, "evidence.duplicate")


def test_two_items_under_one_number_keep_numbers_of_their_own() -> None:
    rows = proof(), proof(title="Notes"), proof(title="Report", number="2")
    assert [n for n, _ in log(sent(NOVEMBER, *rows))] == [
        "COUNCIL-2022-11-1",
        "COUNCIL-2022-11-1-2",
        "COUNCIL-2022-11-2",
    ]


def test_an_item_without_a_number_is_known_by_its_row() -> None:
    assert log(sent(NOVEMBER, proof(number=""))) == [("COUNCIL-2022-11-5", True)]


def test_a_withdrawn_item_stays_in_the_log_and_counts_no_more() -> None:
    returns = [sent(OCTOBER, done(), proof()), sent(NOVEMBER, proof("", withdrawn=True))]
    before, after = stand(OCTOBER, *returns), stand(NOVEMBER, *returns)
    assert (before.milestone["1.1.1.1"].status, after.milestone["1.1.1.1"].status) == ("complete", "evidence-awaited")
    assert [(i.accepted, i.why_not) for i in after.evidence] == [(False, "withdrawn")]


@pytest.mark.parametrize(
    ("dated", "accepted"), [(None, [False, False]), ("14/10/22", [False, True]), ("16/10/22", [True, True])]
)
def test_a_withdrawal_with_a_date_takes_back_the_item_of_that_date(dated: str | None, accepted: list[bool]) -> None:
    held = sent(OCTOBER, proof(), proof(dated="15/10/22", number="2"))
    position = stand(NOVEMBER, held, sent(NOVEMBER, proof("", dated=dated, withdrawn=True)), plan=PLAN)
    assert [i.accepted for i in position.evidence] == accepted


def test_a_withdrawal_of_what_is_not_in_the_log_says_so() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, proof("", "Minuets", withdrawn=True)), plan=PLAN)
    assert sentences(position, "evidence.withdrawn") == [
        "“Minuets” is marked as withdrawn, but no item that counts has that title and date."
    ]


def test_a_partner_cannot_withdraw_another_partners_item() -> None:
    returns = [sent(OCTOBER, proof()), sent(NOVEMBER, proof("", withdrawn=True), partner="icb")]
    assert log(*returns) == [("COUNCIL-2022-10-1", True)]


def test_an_item_may_be_sent_again_after_it_was_withdrawn() -> None:
    returns = [sent(OCTOBER, proof()), sent(NOVEMBER, proof("", withdrawn=True)), sent(DECEMBER, proof())]
    assert log(*returns, month=JANUARY) == [("COUNCIL-2022-10-1", False), ("COUNCIL-2022-12-1", True)]


def test_expected_evidence_with_nothing_against_it_is_one_note_for_each_focus_area() -> None:
    assert sentences(stand(NOVEMBER, plan=PLAN), "evidence.expected-missing") == [
        "Focus area 1.1 has nothing yet against 2 of 2 items of expected evidence: 1.1-E1, 1.1-E2."
    ]
    one = sent(NOVEMBER, proof(meets=("1.1-E1",)))
    assert sentences(stand(NOVEMBER, one, plan=PLAN), "evidence.expected-missing") == [
        "Focus area 1.1 has nothing yet against 1 of 2 items of expected evidence: 1.1-E2."
    ]
    both = sent(NOVEMBER, proof(meets=("1.1-E1", "1.1-E2")))
    assert sentences(stand(NOVEMBER, both, plan=PLAN), "evidence.expected-missing") == []


def test_refused_evidence_meets_nothing() -> None:
    refused = sent(NOVEMBER, proof(meets=("1.1-E1", "1.1-E2"), dated="01/12/22"))
    assert len(found(stand(NOVEMBER, refused, plan=PLAN), "evidence.expected-missing")) == 1
