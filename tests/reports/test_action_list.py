"""A workstream's action list and a partner's page: what is theirs to do, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from flows.plan.findings import Severity
from flows.plan.scope import ScopeKind, find_scope
from flows.position.model import Position
from flows.position.slices import slice_of
from flows.reports.action_list import MOST_ASKED, ActionList, action_list
from tests.builders import (
    NOVEMBER,
    a_finding,
    a_milestone,
    a_plan,
    a_risk,
    done,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)

PLAN = plan_of(
    a_milestone("1.1.1.1", "30/11/22"),
    a_milestone("1.1.1.2", "31/10/22", partners=("council", "icb")),
    a_milestone("1.1.1.3", "31/12/22"),
    a_milestone("1.1.1.4", "14/11/22"),
    a_milestone("2.1.1.1", "31/03/23", partners=("icb",)),
)
SENT = (
    sent(
        NOVEMBER,
        said("1.1.1.1", "On track", forecast="05/12/22"),
        done("1.1.1.4", "14/11/22"),
        proof("1.1.1.4", dated="14/11/22"),
        said("1.1.1.3", "On track", forecast="20/12/22"),
    ),
)


def listed(name: str, position: Position | None = None) -> ActionList:
    now = position or stand(NOVEMBER, *SENT, plan=PLAN)
    scope = find_scope(now.plan, name, ScopeKind.WORKSTREAM, ScopeKind.PARTNER)
    return action_list(slice_of(now, scope), some_settings())


def refs(rows: tuple[object, ...]) -> list[str]:
    return [row.ref.text for row in rows]  # type: ignore[attr-defined]


def test_what_is_due_stands_first_oldest_first_and_what_is_done_does_not() -> None:
    page = listed("council")
    assert refs(page.due_now) == ["1.1.1.2", "1.1.1.1"]
    assert refs(page.due_next) == ["1.1.1.3"]


def test_the_first_sentences_say_what_is_open_and_of_what_there_is_no_word() -> None:
    page = listed("council")
    assert page.sentences[0] == "2 milestones are due and not shown to be done, and 1 of them has no forecast."
    assert page.sentences[1] == "1 milestone falls due in the next two months."


def test_where_nothing_is_due_that_is_said() -> None:
    plan = replace(PLAN, milestones=PLAN.milestones[-1:])
    page = listed("icb", stand(NOVEMBER, sent(NOVEMBER, said("2.1.1.1"), partner="icb"), plan=plan))
    assert page.sentences == ("Nothing that was due is still open.",)


def test_totals_are_of_the_page_alone_and_its_front_says_so() -> None:
    page = listed("icb")
    assert page.figures[-1].number == "0 of 2"
    assert page.frame.report == "Partner’s page, NHS Anytown Integrated Care Board"
    assert "This paper holds 2 milestones of the plan" in page.frame.scope


def test_an_action_has_a_status_on_a_workstreams_list_and_none_on_a_partners_page() -> None:
    assert [bool(a.chip) for a in listed("Governance").actions] == [True]
    assert [bool(a.chip) for a in listed("icb").actions] == [False, False]


def test_every_milestone_of_the_slice_stands_below_its_action() -> None:
    rows = [row.ref for action in listed("icb").actions for row in action.rows]
    assert rows == ["1.1.1.2", "2.1.1.1"]
    assert listed("icb").actions[0].rows[0].returned_by == "Council, ICB"


def test_a_partner_is_asked_only_what_is_its_own_move_and_never_a_note() -> None:
    findings = (
        a_finding(who="icb", about="1.1.1.2"),
        a_finding(who="council", about="1.1.1.2"),
        a_finding(who="icb", about="1.1.1.2", severity=Severity.NOTE, says="For information."),
    )
    now = replace(stand(NOVEMBER, *SENT, plan=PLAN), findings=findings)
    assert [row.about.text for row in listed("icb", now).asked] == ["1.1.1.2"]


def test_a_long_list_of_questions_says_how_many_more_there_are() -> None:
    many = tuple(a_finding(who="icb", about="1.1.1.2", says=f"Question {n}.") for n in range(MOST_ASKED + 2))
    page = listed("icb", replace(stand(NOVEMBER, *SENT, plan=PLAN), findings=many))
    assert len(page.asked) == MOST_ASKED
    assert page.asked_beyond == "2 more questions in findings.xlsx."


def test_a_partners_page_has_its_open_risks_highest_first() -> None:
    risks = (a_risk("R1", 2, 2), a_risk("R2", 4, 4), a_risk("R3", 5, 5, is_open=False), a_risk("R4", partner="icb"))
    now = replace(stand(NOVEMBER, *SENT, plan=a_plan()), risks=risks)
    assert [r.ref for r in listed("council", now).risks] == ["R2", "R1"]
