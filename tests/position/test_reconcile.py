"""The whole reconciliation: what holds of every position, whatever was sent."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.ledger.records import Submission
from flows.plan.findings import Severity
from flows.plan.periods import Month
from flows.position.model import Status, count_statuses
from flows.returns.records import CommentaryRow, EvidenceRow, FeedbackRow, MilestoneRow
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_figure,
    a_finding,
    a_measure,
    a_milestone,
    a_plan_risk,
    a_score,
    done,
    found,
    on,
    plan_of,
    proof,
    said,
    sent,
    stand,
)

PLAN = plan_of(
    a_milestone("1.1.1.1", "30/11/22"),
    a_milestone("1.1.1.2", "31/10/22 and then monthly", partners=("council", "icb")),
    a_milestone("1.1.1.3", "Ongoing from 31/10/22"),
    a_milestone("2.1.1.1", "Ongoing, dependent on analysis of data", partners=("icb",)),
    a_milestone("2.1.1.2", "31/01/23 (dependent on NHS England)", partners=("icb", "council")),
    a_measure(),
    a_plan_risk(),
)
MONTHS = (OCTOBER, NOVEMBER, DECEMBER)


def test_a_position_with_nothing_sent_shows_the_whole_plan() -> None:
    position = stand(NOVEMBER, plan=PLAN)
    assert [m.ref for m in position.milestones] == ["1.1.1.1", "1.1.1.2", "1.1.1.3", "2.1.1.1", "2.1.1.2"]
    assert (position.month, position.period_end) == (NOVEMBER, dt.date(2022, 11, 30))
    assert {r.state for r in position.returns} == {"missing"}


def test_what_was_sent_for_later_months_does_not_touch_an_earlier_position() -> None:
    october = sent(OCTOBER, said())
    later = sent(NOVEMBER, done(), proof(), a_score("R1", 5, 5), a_figure(9))
    assert stand(OCTOBER, october, later, plan=PLAN) == stand(OCTOBER, october, plan=PLAN)


def test_a_position_as_known_on_a_day_leaves_out_what_came_after() -> None:
    early, late = sent(NOVEMBER, said(), received="05/12/22"), sent(NOVEMBER, done(), received="12/12/22")
    known = stand(NOVEMBER, early, late, known_on=on("11/12/22"))
    assert known.counted == (early,)
    assert known.known_on == on("11/12/22")
    assert stand(NOVEMBER, early, late, known_on=on("12/12/22")).counted == (late,)


def test_the_findings_of_the_plan_are_among_those_of_the_position_worst_first() -> None:
    note = a_finding("plan.note", Severity.NOTE)
    position = stand(NOVEMBER, sent(NOVEMBER, said("9.9.9.9")), plan_findings=[note])
    severities = [f.severity for f in position.findings]
    assert note in position.findings
    assert severities == sorted(severities, key=["error", "query", "note"].index)


def test_the_improvement_groups_words_and_what_families_said_come_through() -> None:
    words = [CommentaryRow(" Headline", "A good month."), CommentaryRow("1", "Steady.")]
    voice = FeedbackRow("1", "1.1", "Letters are hard to read.", "Rewriting them", "New letters")
    old = sent(OCTOBER, CommentaryRow("Headline", "The first month."), partner="group")
    position = stand(NOVEMBER, old, sent(NOVEMBER, *words, voice, partner="group"))
    assert position.commentary == {"headline": "A good month.", "1": "Steady."}
    assert [(f.partner, f.you_said, f.we_did) for f in position.feedback] == [
        ("group", "Letters are hard to read.", "New letters")
    ]
    assert stand(NOVEMBER, sent(NOVEMBER, *words)).commentary == {}


def test_the_newest_word_on_a_decision_stands_and_a_partner_makes_none() -> None:
    asked = a_date_change(kind="Ask", text="Please approve.", dated=None)
    returns = [
        sent(OCTOBER, asked, partner="group"),
        sent(NOVEMBER, replace(asked, text="Deferred."), a_date_change(), partner="group"),
        sent(NOVEMBER, a_date_change(number="D9")),
    ]
    made = stand(NOVEMBER, *returns).decisions
    assert [(d.kind, d.text, d.month) for d in made] == [
        ("Ask", "Deferred.", NOVEMBER),
        ("Date change", "Agreed.", NOVEMBER),
    ]


refs = st.sampled_from([m.ref for m in PLAN.milestones] + ["9.9.9.9"])
near = st.none() | st.sampled_from([on(d) for d in ("31/10/22", "15/11/22", "30/11/22", "31/12/22", "20/02/23")])
words = st.sampled_from(("", "On track", "At risk", "Off track", "Complete", "Not started", "Amber"))
milestone_rows = st.builds(
    MilestoneRow, refs, due=near, status=words, completed_on=near, forecast=near, progress=words, evidence=words
)
evidence_rows = st.builds(
    EvidenceRow,
    st.sampled_from(("1", "2", "")),
    st.sampled_from(("Minutes", "Report", "Complete", "")),
    dated=near,
    supports=st.lists(refs, max_size=2).map(tuple),
    withdrawn=st.booleans(),
)
other_rows = st.builds(a_figure, st.sampled_from((None, 5.0, 0.5, 200.0)), st.sampled_from(MONTHS)) | st.builds(
    a_score, st.sampled_from(("R1", "X1")), st.none() | st.integers(1, 5), st.integers(1, 5)
)
changes = st.builds(a_date_change, refs, st.sampled_from((None, "31/12/22", "28/02/23")))
all_rows = st.lists(milestone_rows | evidence_rows | other_rows | changes, max_size=6)


@st.composite
def histories(draw: st.DrawFn) -> list[Submission]:
    """A few returns of October to December, on days and in an order of their own; some misfiled or unreadable."""
    found = []
    for order in range(1, draw(st.integers(0, 6)) + 1):
        month, partner = draw(st.sampled_from(MONTHS)), draw(st.sampled_from(("council", "icb", "group", "")))
        odd: dict[str, Any] = draw(
            st.sampled_from(({}, {}, {}, {"month": OCTOBER}, {"readable": False}, {"fingerprint": "same"}))
        )
        file = f"inputs/returns/{month}/{partner or 'return'}-{order}.xlsx"
        found.append(sent(month, *draw(all_rows), partner=partner, file=file, order=order, **odd))
    return found


@settings(max_examples=40)
@given(histories(), st.sampled_from((*MONTHS, JANUARY)))
def test_every_milestone_of_the_plan_is_in_the_position_exactly_once(sent_in: list[Submission], month: Month) -> None:
    position = stand(month, *sent_in, plan=PLAN)
    assert [m.milestone for m in position.milestones] == list(PLAN.milestones)
    assert [m.measure for m in position.measures] == list(PLAN.measures)
    assert set(position.standings) == {"1", "2", "1.1", "2.1", "1.1.1", "2.1.1"}
    for ref, standing in position.standings.items():
        assert standing.counts == count_statuses(m.status for m in position.under(ref))


@settings(max_examples=40)
@given(histories(), st.randoms(use_true_random=False))
def test_a_position_is_a_function_of_the_set_of_what_was_sent(sent_in: list[Submission], random: Any) -> None:
    shuffled = list(sent_in)
    random.shuffle(shuffled)
    assert stand(DECEMBER, *shuffled, plan=PLAN) == stand(DECEMBER, *sent_in, plan=PLAN)


@settings(max_examples=40)
@given(histories())
def test_every_sentence_reads_as_one(sent_in: list[Submission]) -> None:
    position = stand(DECEMBER, *sent_in, plan=PLAN)
    findings = [text for f in position.findings for text in (f.says, f.todo)]
    reasons = [m.reason for m in position.milestones] + [s.reason for s in position.standings.values()]
    for text in [*findings, *reasons, *(m.differs for m in position.milestones if m.differs)]:
        assert text[0].isupper() or text[0].isdigit() or text[0] == "“", text
        assert text.endswith((".", "?")), text
        assert not text.endswith(".."), text
        assert not any(bad in text for bad in ("  ", "()", "None", " 1 days", " ,")), text


@settings(max_examples=40)
@given(histories())
def test_every_finding_has_somebody_who_must_act(sent_in: list[Submission]) -> None:
    position = stand(DECEMBER, *sent_in, plan=PLAN)
    assert {f.who for f in position.findings} <= set(PLAN.partner)


@settings(max_examples=40)
@given(histories())
def test_nothing_is_complete_without_accepted_evidence_and_nothing_else_is_blue(sent_in: list[Submission]) -> None:
    for state in stand(DECEMBER, *sent_in, plan=PLAN).milestones:
        for occurrence in state.occurrences:
            if occurrence.status is Status.COMPLETE:
                assert any(item.accepted for item in occurrence.evidence)
                assert {c.status for c in occurrence.claims} == {Status.COMPLETE}
                assert occurrence.completed_on
                assert occurrence.completed_on <= DECEMBER.last_day


@settings(max_examples=40)
@given(histories())
def test_evidence_log_numbers_are_unique(sent_in: list[Submission]) -> None:
    numbers = [item.number for item in stand(DECEMBER, *sent_in, plan=PLAN).evidence]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("month", MONTHS)
def test_a_position_can_be_worked_out_again_for_any_month(month: Month) -> None:
    returns = [sent(m, said(progress=str(m))) for m in MONTHS]
    position = stand(month, *returns)
    assert position.milestone["1.1.1.1"].updated == month
    assert not found(position, "milestone.no-update")


MANY = range(3000)


@pytest.mark.parametrize(
    "rows",
    [
        [proof(title=f"Minutes {n}", number=str(n)) for n in MANY],
        [proof(title="Minutes", number="1") for _ in range(9000)],
        [proof("1.1.1.2", title=f"T{n}") for n in MANY] + [said("1.1.1.2", evidence=f"T{n}") for n in MANY],
        [said(progress=f"Step {n}.") for n in MANY],
        [a_figure(50.0 + n % 7) for n in MANY],
    ],
    ids=["evidence", "one title", "evidence named by rows", "one milestone", "one figure"],
)
def test_a_return_of_thousands_of_rows_is_reconciled_in_seconds(rows: list[Any]) -> None:
    """What takes the square of the rows takes from 5 s to minutes here; once through them takes well under one."""
    began = time.process_time()
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=PLAN)
    assert time.process_time() - began < 4
    assert position.counted[0].content.partner == "council"
