"""Each rule of the plan finds its fault, with the severity that it should have, and no rule finds fault with a
plan that is right."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from small_plan import ATTENDANCE, GROUP, SOUND, WAITING, due, wait

from flows.plan.checks import RULES, check_plan
from flows.plan.findings import Finding, Severity
from flows.plan.layout import HARM_ROLES
from flows.plan.model import Action, Board, Comparator, Improves, Lead, Milestone, Plan
from flows.plan.periods import academic_year
from flows.plan.sight import Sight

ERROR, QUERY, NOTE = Severity.ERROR, Severity.QUERY, Severity.NOTE


def altered(kind: str, at: int, **fields: Any) -> Plan:
    """The sound plan with some fields of one item changed."""
    items = getattr(SOUND, kind)
    return replace(SOUND, **{kind: (*items[:at], replace(items[at], **fields), *items[at + 1 :])})


def with_more(kind: str, *items: object) -> Plan:
    return replace(SOUND, **{kind: (*getattr(SOUND, kind), *items)})


def measured(*measures: object) -> Plan:
    return replace(SOUND, measures=measures)


def found(plan: Plan) -> list[tuple[str, Severity, str]]:
    return [(f.code, f.severity, f.about) for f in check_plan(plan)]


def test_a_sound_plan_has_no_findings() -> None:
    assert check_plan(SOUND) == ()


EXTRA = SOUND.milestones[1]
AUTUMN = Comparator("England", 86.9, "2020/21", when=academic_year(2020))
FAULTS = {
    "a reference used twice": (
        with_more("milestones", replace(SOUND.milestones[-1], title="Again")),
        "plan.used-twice", ERROR, "1.1.2.1",
    ),
    "a measure's reference used twice": (with_more("measures", ATTENDANCE), "plan.used-twice", ERROR, "1.1-attendance"),
    "a reference that differs only in case": (
        with_more("measures", replace(ATTENDANCE, ref="1.1-Attendance")), "plan.used-twice", ERROR, "1.1-Attendance",
    ),
    "a partner's key used twice": (
        with_more("partners", replace(SOUND.partners[0], short_name="C")), "plan.used-twice", ERROR, "council",
    ),
    "two partners with one short name": (
        altered("partners", 1, short_name="council"), "plan.used-twice", ERROR, "hospital",
    ),
    "a gap in numbering": (
        with_more("milestones", replace(EXTRA, ref="1.1.2.3", action_ref="1.1.2")),
        "plan.gap-in-numbers", NOTE, "1.1.2.2",
    ),
    "a first number left out": (altered("milestones", 2, ref="1.1.2.2"), "plan.gap-in-numbers", NOTE, "1.1.2.1"),
    "a milestone under the wrong action": (
        altered("milestones", 1, action_ref="1.1.2"), "plan.wrong-parent", ERROR, "1.1.1.2",
    ),
    "a milestone of an unknown action": (
        altered("milestones", 1, action_ref="1.1.9"), "plan.unknown-parent", ERROR, "1.1.1.2",
    ),
    "an action of an unknown focus area": (
        altered("actions", 1, focus_ref="2.1"), "plan.unknown-parent", ERROR, "1.1.2",
    ),
    "a promise under the wrong focus area": (
        altered("promises", 2, ref="1.2-E1"), "plan.wrong-parent", ERROR, "1.2-E1",
    ),
    "a measure of an unknown focus area": (
        altered("measures", 0, focus_ref="9.9"), "plan.unknown-parent", ERROR, "1.1-attendance",
    ),
    "a risk of an unknown area": (altered("risks", 0, area_ref="7"), "plan.unknown-parent", ERROR, "R1"),
    "a board of a focus area": (altered("boards", 1, area_refs=("1.1",)), "plan.unknown-area", ERROR, "health-board"),
    "rows out of order": (
        replace(SOUND, milestones=tuple(SOUND.milestones[i] for i in (0, 2, 1))), "plan.out-of-order", NOTE, "1.1.1.2",
    ),
    "a lead without an organisation": (
        altered("actions", 1, leads=(Lead("Transformation Lead"),)), "plan.lead-without-organisation", NOTE, "1.1.2",
    ),
    "an action without a lead": (altered("actions", 1, leads=()), "plan.no-lead", ERROR, "1.1.2"),
    "a lead from an unknown partner": (
        altered("areas", 0, leads=(Lead("Chair", "forum"),)), "plan.unknown-partner", ERROR, "1",
    ),
    "a milestone returned by an unknown partner": (
        altered("milestones", 0, partners=("hospital", "BTH")), "plan.unknown-partner", ERROR, "1.1.1.1",
    ),
    "a milestone that nobody returns": (altered("milestones", 0, partners=()), "plan.no-partner", ERROR, "1.1.1.1"),
    "a measure that nobody returns": (altered("measures", 0, partner=""), "plan.no-partner", ERROR, "1.1-attendance"),
    "a risk that nobody returns": (altered("risks", 0, partner=""), "plan.no-partner", ERROR, "R1"),
    "an undated milestone": (altered("milestones", 0, due=due("TBC")), "plan.undated", NOTE, "1.1.1.1"),
    "a date that depends on something": (
        altered("milestones", 0, due=due("31/12/22 (dependent on NHSE)")), "plan.dependency", NOTE, "1.1.1.1",
    ),
    "a per cent above 100": (altered("measures", 0, baseline=101.0), "plan.impossible-value", ERROR, "1.1-attendance"),
    "a per cent below 0, with no range set": (
        altered("measures", 0, baseline=-1.0, lowest=None), "plan.impossible-value", ERROR, "1.1-attendance",
    ),
    "a baseline below the lowest": (
        altered("measures", 0, lowest=92.0, comparators=()), "plan.impossible-value", ERROR, "1.1-attendance",
    ),
    "a target out of range": (altered("measures", 0, target=120.0), "plan.impossible-value", ERROR, "1.1-attendance"),
    "a comparator out of range": (
        altered("measures", 0, comparators=(Comparator("England", 869.0),)),
        "plan.impossible-value", ERROR, "1.1-attendance",
    ),
    "too many decimals": (altered("measures", 0, decimals=4), "plan.impossible-value", ERROR, "1.1-attendance"),
    "a fraction for a per cent": (altered("measures", 0, baseline=0.919), "plan.fraction", QUERY, "1.1-attendance"),
    "an unknown question": (altered("measures", 0, question="why"), "plan.not-a-choice", ERROR, "1.1-attendance"),
    "an unknown role in a set": (altered("measures", 3, role="median"), "plan.not-a-choice", ERROR, "1.1-average"),
    "an unknown chart": (altered("measures", 4, chart="pie"), "plan.not-a-choice", ERROR, "1.1-waiting"),
    "a role used twice in a set": (
        with_more("measures", replace(WAITING, ref="1.1-queue")), "plan.role-twice", ERROR, "1.1-queue",
    ),
    "a part named twice": (
        altered("measures", 4, parts=("0 to 6 weeks", "0–6 wks")), "plan.part-twice", ERROR, "1.1-waiting",
    ),
    "one part alone": (
        altered("measures", 4, parts=("0 to 6 weeks, over 6 weeks",)), "plan.one-part", ERROR, "1.1-waiting",
    ),
    "a measure that would show an impact nobody promised": (
        altered("measures", 0, shows=("1.1-I1", "1.1-I9")), "plan.unknown-promise", ERROR, "1.1-attendance",
    ),
    "a measure that would show a milestone": (
        altered("measures", 0, shows=("1.1.1.1",)), "plan.unknown-promise", ERROR, "1.1-attendance",
    ),
    "a measure that would show expected evidence": (
        altered("measures", 0, shows=("1.1-E1",)), "plan.shows-evidence", ERROR, "1.1-attendance",
    ),
    "a target without a date": (
        altered("measures", 0, target_date=None), "plan.target-without-date", NOTE, "1.1-attendance",
    ),
    "a target below a baseline that improves upwards": (
        altered("measures", 0, target=90.0), "plan.target-worse-than-baseline", QUERY, "1.1-attendance",
    ),
    "a target above a baseline that improves downwards": (
        altered("measures", 4, target=241.0, target_date=dt.date(2023, 8, 31)),
        "plan.target-worse-than-baseline", QUERY, "1.1-waiting",
    ),
    "a comparator's period that cannot be read": (
        altered("measures", 0, comparators=(Comparator("England", 86.9, "lately"),)),
        "plan.period-not-read", NOTE, "1.1-attendance",
    ),
    "two figures of a comparator for one period": (
        altered("measures", 0, comparators=(AUTUMN, replace(AUTUMN, name="england", value=87.0, period="to July"))),
        "plan.comparators-disagree", ERROR, "1.1-attendance",
    ),
    "two figures of a comparator without a period": (
        altered("measures", 0, comparators=(Comparator("England", 86.9), Comparator("England", 87.0))),
        "plan.comparators-disagree", ERROR, "1.1-attendance",
    ),
    "a comparator given twice": (
        altered("measures", 0, comparators=(AUTUMN, replace(AUTUMN))), "plan.comparator-twice", NOTE, "1.1-attendance",
    ),
    "baselines that contradict": (
        measured(wait("over-18-weeks", "%", 0), wait("longest", "weeks", 78)),
        "plan.baselines-contradict", QUERY, "1.1-over-18-weeks",
    ),
    "a focus area without expected evidence": (
        replace(SOUND, promises=SOUND.promises[:2]), "plan.no-expected-evidence", NOTE, "1.1",
    ),
    "an action without milestones": (
        with_more("actions", Action("1.1.3", "1.1", "Later", (Lead("Head", "council"),))),
        "plan.nothing-below", NOTE, "1.1.3",
    ),
    "a risk score of 6": (altered("risks", 0, impact=6), "plan.impossible-score", ERROR, "R1"),
    "a risk score of 0": (altered("risks", 0, likelihood=0), "plan.impossible-score", ERROR, "R1"),
    "a board with an unknown area": (
        with_more("boards", Board("b", "Board", ("1", "5"))), "plan.unknown-area", ERROR, "b",
    ),
    "no improvement group": (replace(SOUND, partners=SOUND.partners[:2]), "plan.improvement-group", ERROR, ""),
    "two improvement groups": (
        with_more("partners", replace(GROUP, key="g", short_name="G")), "plan.improvement-group", ERROR, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_once_and_weighed(fault: str) -> None:
    plan, code, severity, about = FAULTS[fault]
    assert found(plan) == [(code, severity, about)]


def test_every_rule_finds_something() -> None:
    """A rule that no fault in the table sets off would be a rule that is not tested."""
    plans = [plan for plan, *_ in FAULTS.values()] + [altered("areas", 0, ref="1.1")]
    assert [rule.__name__ for rule in RULES if not any(list(rule(Sight(plan, {}))) for plan in plans)] == []


def test_an_area_numbered_as_a_focus_area_is_an_error() -> None:
    assert ("plan.wrong-level", ERROR, "1.1") in found(altered("areas", 0, ref="1.1"))


def test_the_tenth_milestone_comes_after_the_ninth_without_a_gap() -> None:
    nine = [Milestone(f"1.1.2.{n}", "1.1.2", "Step", due("31/10/22"), ("council",)) for n in range(2, 11)]
    assert check_plan(with_more("milestones", *nine)) == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_finding_is_one_sentence_with_something_to_do_and_someone_to_do_it(fault: str) -> None:
    finding: Finding = check_plan(FAULTS[fault][0])[0]
    assert finding.says.endswith(".")
    assert finding.todo.endswith(".")
    assert finding.who == ("" if fault == "no improvement group" else "improvement-group")


@pytest.mark.parametrize(
    ("improves", "target", "wrong"),
    [("up", 95.0, False), ("up", 80.0, True), ("down", 80.0, False), ("down", 95.0, True), ("neutral", 80.0, False)],
)
def test_a_target_lies_where_the_measure_improves_to(improves: str, target: float, wrong: bool) -> None:
    plan = altered("measures", 0, improves=Improves(improves), baseline=90.0, target=target)
    assert [f.code for f in check_plan(plan)] == ["plan.target-worse-than-baseline"] * wrong


def test_a_target_that_keeps_the_baseline_is_no_step_back() -> None:
    assert check_plan(altered("measures", 0, target=ATTENDANCE.baseline)) == ()


def test_a_baseline_may_be_as_at_any_words() -> None:
    assert check_plan(altered("measures", 0, baseline_as_at="when the plan was written")) == ()


def test_comparators_of_several_names_and_periods_do_not_disagree() -> None:
    others = replace(AUTUMN, name="North West", value=80.0), replace(AUTUMN, period="2019/20", when=academic_year(2019))
    assert check_plan(altered("measures", 0, comparators=(AUTUMN, *others))) == ()


def test_the_same_role_in_two_sets_or_two_focus_areas_is_no_fault() -> None:
    assert check_plan(with_more("measures", replace(WAITING, ref="1.1-queue", set_name="Other waits"))) == ()


@pytest.mark.parametrize("role", HARM_ROLES)
def test_harm_reviews_have_roles_of_their_own(role: str) -> None:
    review = replace(WAITING, ref="1.1-harm", set_name="Harm reviews", role=role, parts=())
    assert check_plan(with_more("measures", review)) == ()


def test_the_therapy_table_of_the_published_plan_cannot_be_true() -> None:
    """Occupational therapy: 64%, 35, 7. Speech and language therapy: 0%, 78, 34. Physiotherapy, 12%, 27, 12, can."""
    table = {"Occupational": (64, 35, 7), "Speech": (0, 78, 34), "Physio": (12, 27, 12)}
    measures = [
        replace(wait(role, unit, value), ref=f"1.1-{name}-{role}", set_name=name)
        for name, values in table.items()
        for (role, unit), value in zip(
            (("over-18-weeks", "%"), ("longest", "weeks"), ("average", "weeks")), values, strict=True
        )
    ]
    assert [(f.about, f.severity) for f in check_plan(measured(*measures))] == [
        ("1.1-Occupational-over-18-weeks", QUERY),
        ("1.1-Speech-over-18-weeks", QUERY),
        ("1.1-Speech-over-18-weeks", QUERY),
    ]
