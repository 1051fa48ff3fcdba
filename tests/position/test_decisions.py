"""New control limits and notes for a chart: followed when they are complete, and a finding that says what is lacking."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.findings import Severity
from flows.position.decisions import can_be_followed, measures_about
from flows.position.model import Position
from flows.returns.records import DecisionRow
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_decision,
    a_measure,
    a_milestone,
    found,
    plan_of,
    sent,
    stand,
)

PLAN = plan_of(a_milestone(), a_measure(), a_measure("1.1-waits"))


def decided(kind: str, **but: Any) -> DecisionRow:
    fields = {"about": "1.1-plans", "new_date": "01/11/22", "text": "The board: a new pathway."} | but
    return a_date_change(kind=kind, **fields)


def standing(row: DecisionRow, month: Any = NOVEMBER) -> Position:
    return stand(NOVEMBER, sent(month, row, partner="group"), plan=PLAN)


LACKING = [
    ("New limits", {"about": ""}, "names no measure"),
    ("New limits", {"about": "1.1-plnas"}, "names “1.1-plnas”, which is not a measure of the plan"),
    ("New limits", {"about": "1.1-plans; 1.1.1.1; R9"}, "names “1.1.1.1” and “R9”, which are not measures of the plan"),
    ("New limits", {"new_date": None}, "does not say from which day the new limits hold"),
    ("New limits", {"dated": None}, "does not say when it was decided"),
    ("New limits", {"text": " "}, "does not say who decided it and why"),
    ("Chart note", {"about": ""}, "names no measure"),
    ("Chart note", {"about": "1.1.1.1"}, "names “1.1.1.1”, which is not a measure of the plan"),
    ("Chart note", {"dated": None}, "has no day on which the event was"),
    ("Chart note", {"text": ""}, "does not say what happened"),
]
FORMS = {
    "New limits": ("measure.new-limits", "Decision on new limits D1 {}, so no control limits were worked out anew."),
    "Chart note": ("measure.chart-note", "Chart note D1 {}, so it stands on no chart."),
}


@pytest.mark.parametrize(("kind", "but", "lacking"), LACKING)
def test_what_a_decision_lacks_is_an_error_for_the_improvement_group(
    kind: str, but: dict[str, Any], lacking: str
) -> None:
    code, form = FORMS[kind]
    position = standing(decided(kind, **but))
    [finding] = found(position, code)
    assert (finding.says, finding.severity, finding.who) == (form.format(lacking), Severity.ERROR, "group")
    assert not can_be_followed(PLAN, position.decisions[0])


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("about", ["1.1-plans", "1.1-waits; 1.1-plans"])
def test_a_complete_decision_is_followed(kind: str, about: str) -> None:
    position = standing(decided(kind, about=about))
    [decision] = position.decisions
    assert found(position, FORMS[kind][0]) == []
    assert can_be_followed(PLAN, decision)
    assert [m.ref for m in measures_about(PLAN, decision)] == about.split("; ")


def test_a_chart_note_needs_no_new_date() -> None:
    assert found(standing(decided("Chart note", new_date=None)), "measure.chart-note") == []


def test_what_was_lacking_is_said_in_the_month_of_the_return_only() -> None:
    assert found(standing(decided("New limits", dated=None), OCTOBER), "measure.new-limits") == []


def test_a_decision_without_a_number_is_named_by_its_kind() -> None:
    [finding] = found(standing(decided("New limits", number="", dated=None)), "measure.new-limits")
    assert finding.says.startswith("A decision on new limits does not say when")


def test_an_ask_changes_nothing_by_itself() -> None:
    assert not can_be_followed(PLAN, a_decision())


def test_new_limits_and_chart_notes_move_no_due_date() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, decided("New limits", about="1.1.1.1"), partner="group"), plan=PLAN)
    assert position.milestone["1.1.1.1"].approved_by == ""


def test_one_number_may_move_the_dates_of_several_milestones() -> None:
    plan = plan_of(a_milestone("1.1.1.1"), a_milestone("1.1.1.2"))
    rows = (a_date_change("1.1.1.1", "31/01/23"), a_date_change("1.1.1.2", "28/02/23"))
    now = stand(NOVEMBER, sent(NOVEMBER, *rows, partner="group"), plan=plan)
    assert [(d.number, d.about) for d in now.decisions] == [("D1", "1.1.1.1"), ("D1", "1.1.1.2")]
    assert [s.due for s in now.milestones] == [d.new_date for d in now.decisions]
