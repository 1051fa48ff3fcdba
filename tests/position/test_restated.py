"""What a published pack said and would be said otherwise now: found, told in words, and explained by what did it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ledger.publications import Fact, Mark, Publication
from flows.ledger.records import Submission
from flows.ledger.store import open_ledger
from flows.plan.calendar import board_date
from flows.plan.findings import Severity
from flows.plan.model import Board, Comparator, Plan
from flows.plan.periods import Month, academic_year, months_to
from flows.plan.scope import ScopeKind, find_scope
from flows.position.facts import facts_of, same_value
from flows.position.look_back import look_back
from flows.position.model import Position, Status
from flows.position.restated import published_before
from flows.position.slices import slice_of
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_figure,
    a_measure,
    a_milestone,
    a_plan,
    a_plan_risk,
    a_score,
    done,
    found,
    plan_of,
    proof,
    publish,
    said,
    sent,
    sentences,
    some_settings,
    stand,
)

PLAN = plan_of(a_milestone(), a_milestone("2.1.1.1", partners=("icb",)), a_measure(), a_plan_risk())
"""Milestones of the council and of the ICB, a measure and a risk of the council."""

COUNCIL = sent(NOVEMBER, said(forecast="30/11/22"), a_figure(50.0), a_score())
ICB = sent(NOVEMBER, said("2.1.1.1", forecast="30/11/22"), partner="icb")
LATE = "20/12/22"
"""After the pack for November was published."""


def pack(*submissions: Submission, month: Month = NOVEMBER, plan: Plan = PLAN, **but: Any) -> Publication:
    return publish(stand(month, *submissions, plan=plan), **but)


def now(last: Publication, *submissions: Submission, month: Month = NOVEMBER, plan: Plan = PLAN) -> Position:
    return stand(month, *submissions, plan=plan, published=[last])


def told(position: Position, *kinds: str) -> list[tuple[str, str, str, str]]:
    """What is restated: reference, part, then and now; of some kinds, else of all but areas and what is in them."""
    wanted = kinds or ("milestone", "measure", "risk", "evidence", "return")
    return [(r.ref, r.what, r.then, r.now) for r in position.restated if r.kind in wanted]


def why(position: Position, ref: str = "1.1.1.1") -> set[str]:
    return {r.why for r in position.restated if r.ref == ref}


# Facts


def test_everything_that_is_printed_as_a_status_a_date_a_score_or_a_figure_is_a_fact() -> None:
    measure = a_measure(
        baseline=40.0, target=60.0, target_date=dt.date(2023, 8, 31), parts=("0 to 6 weeks",),
        comparators=(Comparator("England", 55.25, "2021/22", when=academic_year(2021)),),
    )  # fmt: skip
    plan = plan_of(a_milestone(), a_milestone("1.1.1.2", "31/10/22 and then monthly"), measure, a_plan_risk())
    rows = (
        done("1.1.1.1", "14/10/22"), proof(), said("1.1.1.2", due="31/10/22", forecast="05/12/22"),
        a_figure(50.0, numerator=1.0, denominator=2.0), a_figure(None, NOVEMBER, symbol="x"),
        a_figure(3.25, part="0 to 6 weeks"), a_score(likelihood=2),
    )  # fmt: skip
    facts = facts_of(stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan))
    assert list(facts) == sorted(facts)
    of: dict[tuple[str, str], dict[str, str]] = {(f.kind, f.ref): {} for f in facts}
    for fact in facts:
        of[fact.kind, fact.ref][fact.what] = fact.says
    assert of["milestone", "1.1.1.1"] == {
        "title": "Milestone 1.1.1.1", "planned": "30 November 2022", "status": "complete", "due": "2022-11-30",
        "completed on": "2022-10-14",
    }  # fmt: skip
    assert of["milestone", "1.1.1.2"]["forecast"] == "2022-12-05"
    assert of["measure", "1.1-plans"] == {
        "title": "Measure 1.1-plans", "baseline": "40.0%", "target": "60.0%", "target date": "2023-08-31",
        "comparator England, 2021/22": "55.25%", "2022-10": "50.0% (1 of 2)", "2022-11": "marked x",
        "2022-10, 0 to 6 weeks": "3.25%",
    }  # fmt: skip
    assert of["risk", "R1"] == {"title": "Risk R1", "area": "1", "state": "open", "score": "8 (2 × 4)"}
    assert of["evidence", "COUNCIL-2022-11-1"] == {
        "title": "Minutes", "accepted": "yes", "dated": "2022-10-14", "supports": "1.1.1.1",
    }  # fmt: skip
    assert of["return", "council"] == {"state": "received"}
    assert of["return", "icb"] == {"state": "missing"}
    assert {f.kind: f.says for f in facts if f.ref in ("1", "1.1", "1.1.1")}.keys() == {"area", "focus area", "action"}


def test_the_due_days_of_a_recurring_milestone_that_are_done_are_facts() -> None:
    plan = plan_of(a_milestone("1.1.1.2", "31/10/22 and then monthly"))
    rows = done("1.1.1.2", "28/10/22", due="31/10/22"), proof("1.1.1.2")
    facts = facts_of(stand(OCTOBER, sent(OCTOBER, *rows), plan=plan))
    assert [f.says for f in facts if f.what == "due days done"] == ["2022-10-31"]


@pytest.mark.parametrize(
    ("what", "then", "later", "same"),
    [
        ("2022-10", "50.0% (1 of 2)", "50.0%", True),
        ("2022-10", "50.0%", "50.0% (1 of 2)", True),
        ("2022-10", "50.0% (1 of 2)", "50.0% (2 of 4)", False),
        ("2022-10", "50.0%", "51.0%", False),
        ("baseline", "50.0%", "51.0%", False),
        ("title", "Plans in  time", "plans in time", True),
        ("title", "Plans in time", "Plans not in time", False),
    ],
)
def test_what_is_not_given_and_how_a_title_is_typed_make_no_difference(
    what: str, then: str, later: str, same: bool
) -> None:
    assert same_value(Fact("measure", "1.1-plans", what, then), later) is same


# Which publication


@pytest.mark.parametrize(
    ("known_on", "last"),
    [(None, (NOVEMBER, 2)), ("2022-12-20", (NOVEMBER, 2)), ("2022-12-14", (NOVEMBER, 1)), ("2022-11-20", (OCTOBER, 1))],
)
def test_the_last_publication_is_the_last_revision_of_the_latest_month_known_by_then(
    known_on: str | None, last: tuple[Month, int]
) -> None:
    again = pack(COUNCIL, revision=2, approved_at=dt.datetime(2022, 12, 20, 9, tzinfo=dt.UTC))
    later = pack(COUNCIL, month=DECEMBER)
    packs = [pack(COUNCIL), again, pack(month=OCTOBER), later]
    day = dt.date.fromisoformat(known_on) if known_on else None
    chosen = published_before(packs, NOVEMBER, some_settings(), day)[0]
    assert (chosen.month, chosen.revision) == last


def test_revisions_of_the_month_come_before_the_last_publication_of_an_earlier_one() -> None:
    packs = [pack(COUNCIL), pack(COUNCIL, revision=2), pack(month=OCTOBER), pack(month=OCTOBER, revision=2)]
    found = published_before(packs, NOVEMBER, some_settings())
    assert [(p.month, p.revision) for p in found] == [(NOVEMBER, 2), (NOVEMBER, 1), (OCTOBER, 2)]


def test_a_draft_stays_as_it_was_published_until_something_changes() -> None:
    first = pack(COUNCIL)
    assert now(first, COUNCIL).published is None
    revised = now(first, COUNCIL, ICB)
    assert revised.published is first
    second = publish(revised, revision=2)
    again = stand(NOVEMBER, COUNCIL, ICB, plan=PLAN, published=[first, second])
    assert (again.published, again.restated) == (first, revised.restated)


def test_the_day_of_a_publication_is_that_of_the_partnerships_clocks() -> None:
    midnight = pack(COUNCIL, approved_at=dt.datetime(2023, 6, 13, 23, 30, tzinfo=dt.UTC))
    assert published_before([midnight], NOVEMBER, some_settings(), dt.date(2023, 6, 13)) == ()
    assert published_before([midnight], NOVEMBER, some_settings(), dt.date(2023, 6, 14)) == (midnight,)


def test_where_nothing_was_published_nothing_is_restated() -> None:
    position = stand(NOVEMBER, COUNCIL, plan=PLAN)
    assert (position.published, position.restated, found(position, "restated.published")) == (None, (), [])


# What is restated, and why


@pytest.mark.parametrize("month", [NOVEMBER, DECEMBER])
def test_what_reads_as_it_was_published_is_not_restated(month: Month) -> None:
    last = pack(COUNCIL, ICB)
    december = sent(DECEMBER, done("1.1.1.1", "14/12/22"), a_figure(60.0, NOVEMBER), a_score(likelihood=1))
    position = now(last, COUNCIL, ICB, december, month=month)
    assert position.published is (last if month > NOVEMBER else None)
    assert position.restated == ()
    assert [f for f in position.findings if f.kind == "restated"] == []


@pytest.mark.parametrize("month", [NOVEMBER, JANUARY])
def test_a_newer_return_changes_a_status_and_what_follows_from_it(month: Month) -> None:
    newer = sent(
        NOVEMBER,
        done("1.1.1.1", "28/11/22"),
        proof(),
        a_figure(50.0),
        a_score(),
        received=LATE,
        file="x/council-2.xlsx",
    )
    position = now(pack(COUNCIL, ICB), COUNCIL, ICB, newer, month=month)
    reason = "Return of Council for November 2022, received on 20 December 2022 (council-2.xlsx)."
    assert told(position, "milestone") == [
        ("1.1.1.1", "Status", "Off track", "Complete"),
        ("1.1.1.1", "Done on", "none", "28 November 2022"),
        ("1.1.1.1", "Forecast", "30 November 2022", "none"),
    ]
    assert told(position, "evidence") == [("COUNCIL-2022-11-1", "", "not in the evidence log", "in the evidence log")]
    assert why(position) == why(position, "COUNCIL-2022-11-1") == {reason}
    assert why(position, "1") == why(position, "1.1") == why(position, "1.1.1") == {"It follows from 1.1.1.1."}
    (milestone,) = (f for f in found(position, "restated.published") if f.about == "1.1.1.1")
    assert (milestone.severity, milestone.who) == (Severity.NOTE, "council")
    assert (milestone.origin.file, milestone.origin.sheet) == ("x/council-2.xlsx", "Milestones")
    assert milestone.says.startswith(
        "Since the report for November 2022 was published on 14 December 2022, milestone 1.1.1.1 reads differently."
    )
    assert reason in milestone.says
    assert found(position, "restated.unexplained") == []


def test_a_return_that_came_after_all_is_told_with_what_it_brought() -> None:
    icb = sent(NOVEMBER, said("2.1.1.1", "At risk"), partner="icb", received=LATE)
    position = now(pack(COUNCIL), COUNCIL, icb)
    assert told(position, "return") == [("icb", "State", "no return used", "received late")]
    assert why(position, "icb") == {"Return of ICB for November 2022, received on 20 December 2022 (icb.xlsx)."}


def test_a_figure_that_is_given_again_two_months_later_is_restated_with_the_partners_comment() -> None:
    again = sent(JANUARY, a_figure(55.0, OCTOBER, comment="Two plans were counted twice"), a_score())
    position = now(pack(COUNCIL, ICB), COUNCIL, ICB, sent(DECEMBER, said()), again, month=JANUARY)
    assert told(position) == [("1.1-plans", "October 2022", "50.0%", "55.0%")]
    assert why(position, "1.1-plans") == {
        "Return of Council for January 2023, received on 2 February 2023 (council.xlsx). Two plans were counted twice."
    }


def test_a_figure_of_an_earlier_period_that_is_new_in_a_later_return_is_no_restatement() -> None:
    later = sent(DECEMBER, a_figure(49.0, Month(2022, 9)), a_figure(51.0, DECEMBER))
    assert told(now(pack(COUNCIL, ICB), COUNCIL, ICB, later, month=DECEMBER)) == []


def test_a_figure_that_a_newer_return_for_the_published_month_brings_is_one() -> None:
    newer = sent(
        NOVEMBER, said(forecast="30/11/22"), a_figure(50.0), a_figure(51.0, NOVEMBER), a_score(), received=LATE
    )
    position = now(pack(COUNCIL, ICB), COUNCIL, ICB, newer, month=DECEMBER)
    assert told(position) == [("1.1-plans", "November 2022", "no figure", "51.0%")]


def test_periods_and_parts_are_told_by_the_names_they_are_printed_under() -> None:
    plan = plan_of(a_milestone(), a_measure(parts=("0 to 6 weeks",)))
    quarter = months_to(3, NOVEMBER)

    def figures(value: float) -> Submission:
        rows = a_figure(value, period=quarter), a_figure(value, period=quarter, part="0 to 6 weeks")
        return sent(NOVEMBER, *rows, received=LATE if value > 5 else "")

    position = now(pack(figures(5), plan=plan), figures(5), figures(6), plan=plan)
    assert told(position) == [
        ("1.1-plans", "Quarter to November 2022", "5.0%", "6.0%"),
        ("1.1-plans", "Quarter to November 2022, 0 to 6 weeks", "5.0%", "6.0%"),
    ]


def test_a_date_that_the_board_approved_is_told_with_its_decision() -> None:
    group = sent(NOVEMBER, a_date_change(), partner="group", received=LATE)
    position = now(pack(COUNCIL, ICB), COUNCIL, ICB, group)
    assert ("1.1.1.1", "Due", "30 November 2022", "31 January 2023") in told(position, "milestone")
    assert why(position) == {
        "The board approved the new date on 16 November 2022. Return of Improvement group for November 2022, received "
        "on 20 December 2022 (group.xlsx)."
    }


def test_a_risks_score_and_closing_are_restated() -> None:
    newer = sent(NOVEMBER, said(forecast="30/11/22"), a_figure(50.0), a_score(impact=5, state="Closed"), received=LATE)
    position = now(pack(COUNCIL, ICB), COUNCIL, ICB, newer)
    assert told(position) == [("R1", "Score", "12 (3 × 4)", "15 (3 × 5)"), ("R1", "State", "open", "closed")]


def test_evidence_that_a_newer_return_takes_back_or_leaves_out_is_told() -> None:
    rows = said(forecast="30/11/22"), a_figure(50.0), a_score()
    last = pack(sent(NOVEMBER, *rows, proof(), order=1), ICB)
    before = sent(NOVEMBER, *rows, proof())
    without = now(last, before, ICB, sent(NOVEMBER, *rows, received=LATE))
    assert told(without) == [("COUNCIL-2022-11-1", "", "in the evidence log", "no longer in the evidence log")]
    taken_back = sent(NOVEMBER, *rows, proof(), proof(number="2", withdrawn=True), received=LATE)
    assert told(now(last, before, ICB, taken_back)) == [("COUNCIL-2022-11-1", "Accepted as evidence", "yes", "no")]


def test_a_change_of_the_plan_is_told_as_one() -> None:
    last = pack(COUNCIL, ICB)
    moved = plan_of(a_milestone(due="16/12/2022"), a_milestone("1.1.1.5"), a_measure(target=70.0), a_plan_risk())
    position = now(last, COUNCIL, ICB, plan=moved)
    assert told(position, "milestone")[:2] == [
        ("1.1.1.1", "Due in the plan", "30 November 2022", "16 December 2022"),
        ("1.1.1.1", "Due", "30 November 2022", "16 December 2022"),
    ]
    assert ("1.1.1.5", "", "not in the plan", "in the plan") in told(position)
    assert ("2.1.1.1", "", "in the plan", "no longer in the plan") in told(position)
    assert "Its due date in the plan was changed." in why(position)
    assert (
        why(position, "2.1.1.1") == why(position, "1.1.1.5") == why(position, "1.1-plans") == {"The plan was changed."}
    )


UNEXPLAINED = "No newer return explains it: the plan, the settings or boardpack’s rules have changed."


def published_as(last: Publication, ref: str, what: str, says: str) -> Publication:
    """A publication that said something else."""
    facts = [replace(f, says=says) if (f.ref, f.what) == (ref, what) else f for f in last.facts]
    assert facts != list(last.facts)
    return replace(last, facts=tuple(facts))


def test_what_no_return_explains_is_said_to_have_no_cause_on_record_and_is_asked_once() -> None:
    last = published_as(pack(COUNCIL, ICB), "1.1.1.1", "status", "complete")
    last = published_as(last, "1.1-plans", "2022-10", "49.0%")
    position = now(published_as(last, "R1", "score", "4 (2 × 2)"), COUNCIL, ICB)
    assert why(position) == why(position, "R1") == why(position, "1.1-plans") == {UNEXPLAINED}
    (query,) = found(position, "restated.unexplained")
    assert (query.severity, query.who) == (Severity.QUERY, "group")
    assert query.says == (
        "Since the report for November 2022 was published on 14 December 2022, 3 things read differently, and no newer "
        "return explains it: “Measure 1.1-plans”, milestone 1.1.1.1 and risk R1 (Risk R1)."
    )


def test_a_newer_return_is_not_blamed_for_what_it_did_not_change() -> None:
    """It speaks of the risk as the older one did, and of the milestone otherwise."""
    last = published_as(pack(COUNCIL, ICB), "R1", "score", "4 (2 × 2)")
    newer = sent(NOVEMBER, said(status="At risk", forecast="15/12/22"), a_figure(50.0), a_score(), received=LATE)
    position = now(last, COUNCIL, ICB, newer)
    assert why(position, "R1") == {UNEXPLAINED}
    assert why(position) == {"Return of Council for November 2022, received on 20 December 2022 (council.xlsx)."}


def test_where_a_return_explains_it_in_part_only_that_is_said() -> None:
    last = published_as(pack(COUNCIL, ICB), "R1", "score", "4 (2 × 2)")
    newer = sent(NOVEMBER, said(forecast="30/11/22"), a_figure(50.0), a_score(impact=5), received=LATE)
    (reason,) = why(now(last, COUNCIL, ICB, newer), "R1")
    assert reason.startswith("Return of Council")
    assert reason.endswith("The plan, the settings or boardpack’s rules have changed too.")


def test_where_the_parts_of_one_thing_have_several_reasons_each_reason_names_its_parts() -> None:
    december = sent(DECEMBER, a_figure(51.0, NOVEMBER))
    brought = sent(NOVEMBER, said(forecast="30/11/22"), a_figure(50.0), a_figure(52.0, NOVEMBER), a_score())
    last = published_as(pack(brought, ICB), "1.1-plans", "2022-10", "49.0%")
    (finding,) = found(now(last, brought, ICB, december, month=DECEMBER), "restated.published")
    assert finding.says == (
        "Since the report for November 2022 was published on 14 December 2022, “Measure 1.1-plans” reads differently. "
        "October 2022: 49.0%, now 50.0%. November 2022: 52.0%, now 51.0%. "
        f"October 2022: {UNEXPLAINED} "
        "November 2022: Return of Council for December 2022, received on 2 January 2023 (council.xlsx)."
    )


def test_the_mark_tells_what_was_on_record_whatever_the_day_it_is_said_to_have_come_in() -> None:
    """A file that was recorded after the publication, with an earlier day in the receipt log."""
    first, second = replace(COUNCIL, number=7), replace(sent(NOVEMBER, said(status="At risk")), number=8)
    last = pack(first, ICB, mark=Mark(submission=7))
    assert why(now(last, first, ICB, second)) == {
        "Return of Council for November 2022, received on 2 December 2022 (council.xlsx)."
    }
    assert why(now(replace(last, mark=Mark(submission=8)), first, ICB, second)) == {UNEXPLAINED}


def test_a_file_put_back_after_the_publication_is_its_cause() -> None:
    second = sent(NOVEMBER, said(status="At risk", forecast="20/12/22"), a_figure(50.0), a_score(), order=90)
    second = replace(second, number=9)
    first = replace(COUNCIL, number=8, order=91, again=dt.date(2022, 12, 21))
    last = pack(replace(COUNCIL, order=8), second, ICB, mark=Mark(submission=9))
    assert ("1.1.1.1", "Forecast", "20 December 2022", "30 November 2022") in told(now(last, second, first, ICB))
    assert why(now(last, second, first, ICB)) == {
        "Return of Council for November 2022, received on 21 December 2022 (council.xlsx)."
    }


def test_as_known_on_a_day_later_returns_restate_nothing() -> None:
    newer = sent(NOVEMBER, said(status="At risk", forecast="15/12/22"), a_figure(50.0), a_score(), received=LATE)
    last, everything = pack(COUNCIL, ICB), (COUNCIL, ICB, newer)
    for day, changed in ((dt.date(2022, 12, 19), False), (dt.date(2022, 12, 20), True)):
        position = stand(NOVEMBER, *everything, plan=PLAN, published=[last], known_on=day)
        assert position.published is (last if changed else None)
        assert bool(position.restated) is changed


def test_as_known_before_the_board_met_what_others_published_since_restates_nothing() -> None:
    """A comparator is quoted from the day on which it was public, if that is not after the board's."""
    public = Comparator("England", 55.0, available=board_date(NOVEMBER, some_settings()))
    plan = plan_of(a_milestone(), a_measure(comparators=(public,)))
    early = pack(plan=plan, approved_at=dt.datetime(2022, 12, 1, 9, tzinfo=dt.UTC))
    assert "55.0%" in {f.says for f in early.facts}
    position = stand(NOVEMBER, plan=plan, published=[early], known_on=dt.date(2022, 12, 2))
    assert position.restated == ()


def test_a_stocktake_tells_what_the_last_month_does() -> None:
    newer = sent(NOVEMBER, said(status="At risk", forecast="15/12/22"), a_figure(50.0), a_score(), received=LATE)
    back = look_back(
        PLAN, some_settings(), (COUNCIL, ICB, newer), (OCTOBER, NOVEMBER), published=iter([pack(COUNCIL, ICB)])
    )
    assert [bool(p.restated) for p in back.positions] == [False, True]


def test_a_slice_shows_its_own_restatements_only() -> None:
    boards = Board("one", "Governance Board", ("1",)), Board("two", "Waits Board", ("2",))
    plan = replace(PLAN, boards=boards)
    council = sent(NOVEMBER, said(status="At risk"), a_figure(51.0), a_score(impact=5), proof(), received=LATE)
    icb = sent(NOVEMBER, said("2.1.1.1", "At risk", forecast="20/12/22"), partner="icb", received=LATE)
    last = pack(COUNCIL, plan=replace(plan, milestones=(*plan.milestones, a_milestone("2.1.1.9"))))
    whole = now(last, COUNCIL, council, icb, plan=plan)

    def part(name: str) -> set[str]:
        return {r.ref for r in slice_of(whole, find_scope(whole.plan, name, ScopeKind.BOARD)).restated}

    assert part("Governance Board") == {"1.1.1.1", "1.1-plans", "R1", "COUNCIL-2022-11-1"}
    assert part("Waits Board") == {"2.1.1.1", "2.1.1.9", "icb"}


STATUSES = ("On track", "At risk", "Off track", "Complete", "Not started", "nonsense", "")
rows = st.one_of(
    st.builds(
        said,
        st.sampled_from(("1.1.1.1", "1.1.1.2", "2.1.1.1")),
        st.sampled_from(STATUSES),
        forecast=st.sampled_from(("30/11/22", "05/01/23", None)),
        completed_on=st.sampled_from(("14/10/22", "14/11/22", None)),
        evidence=st.sampled_from(("", "1")),
    ),
    st.builds(proof, st.sampled_from(("1.1.1.1", "1.1.1.2 1.1-E1", "9.9")), withdrawn=st.booleans()),
    st.builds(
        a_figure,
        st.sampled_from((None, 0.1 + 0.2, 50.0, 33.333333333333336, 120.0)),
        st.sampled_from((OCTOBER, NOVEMBER)),
        symbol=st.sampled_from(("", "x")),
        part=st.sampled_from(("", "0 to 6 weeks, new")),
        numerator=st.sampled_from((None, 1.0)),
        denominator=st.sampled_from((None, 3.0)),
    ),
    st.builds(a_score, st.sampled_from(("R1", "R2")), st.integers(1, 5), st.integers(1, 5)),
    st.builds(a_date_change, st.sampled_from(("1.1.1.1", "2.1.1.1"))),
)
returns = st.builds(
    lambda month, rows, partner, received: sent(month, *rows, partner=partner, received=received),
    st.sampled_from((OCTOBER, NOVEMBER)),
    st.lists(rows, max_size=5),
    st.sampled_from(("council", "icb", "group")),
    st.sampled_from(("", "10/12/22", LATE)),
)
WIDE = replace(a_plan(), measures=(a_measure(parts=("0 to 6 weeks, new",)),), risks=(a_plan_risk(),))


@given(st.lists(returns, max_size=6), st.sampled_from((NOVEMBER, DECEMBER)), st.booleans())
def test_the_same_submissions_restate_nothing(submissions: list[Submission], month: Month, as_known: bool) -> None:
    last = pack(*submissions, plan=WIDE)
    known_on = dt.date(2023, 1, 31) if as_known else None
    assert stand(month, *submissions, plan=WIDE, published=[last], known_on=known_on).restated == ()


@given(st.lists(returns, max_size=4), st.lists(returns, min_size=1, max_size=3))
def test_a_restatement_is_told_exactly_where_the_facts_of_the_month_differ_and_never_without_why(
    before: list[Submission], after: list[Submission]
) -> None:
    """All that came after the publication were received after it, so that returns alone explain every difference."""
    first = [
        replace(s, arrival=replace(s.arrival, received=min(s.arrival.received, dt.date(2022, 12, 10)))) for s in before
    ]
    then = [replace(s, arrival=replace(s.arrival, received=dt.date(2022, 12, 20))) for s in after]
    last = pack(*first, plan=WIDE)
    position = now(last, *first, *then, plan=WIDE)
    published, present = ({(f.kind, f.ref) for f in facts} for facts in (last.facts, facts_of(position)))
    differing = {*last.facts} ^ {*facts_of(position)}
    things = {(r.kind, r.ref) for r in position.restated}
    assert things <= {(f.kind, f.ref) for f in differing}
    assert published ^ present <= things
    statuses = {(f.kind, f.ref) for f in differing if f.what in ("status", "due", "score", "state", "accepted")}
    assert statuses <= things
    assert all(r.why and r.has_cause and r.then != r.now for r in position.restated)


def test_a_status_of_the_published_month_is_not_mixed_with_that_of_a_later_one() -> None:
    last = pack(COUNCIL, ICB)
    later = now(last, COUNCIL, ICB, sent(DECEMBER, done("1.1.1.1", "05/12/22"), proof()), month=DECEMBER)
    assert later.milestone["1.1.1.1"].status is Status.COMPLETE
    assert sentences(later, "restated.published") == []


def test_the_ledgers_own_mark_and_numbers_tell_what_a_publication_knew(tmp_path: Path) -> None:
    """The newer file has an earlier day in the receipt log; an older one is read anew by a later version of the reader."""
    newer = sent(NOVEMBER, said(status="At risk", forecast="15/12/22"), a_figure(50.0), a_score())
    with open_ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record("1", [(s.arrival, s.content) for s in (COUNCIL, ICB)])
        last = pack(*ledger.submissions(NOVEMBER), mark=ledger.mark())
        ledger.record("1", [(newer.arrival, newer.content)])
        ledger.record("2", [(s.arrival, s.content) for s in (COUNCIL, ICB, newer)])
        position = now(last, *ledger.submissions(NOVEMBER))
    assert told(position, "milestone") == [("1.1.1.1", "Forecast", "30 November 2022", "15 December 2022")]
    assert why(position) == {"Return of Council for November 2022, received on 2 December 2022 (council.xlsx)."}
