"""The reconciliation: plan + ledger → position, as at a period end, as known on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from flows.ledger.publications import Publication
from flows.ledger.records import Submission
from flows.plan.findings import Finding, in_order
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.position.claims import history
from flows.position.commentary_checks import Record, commentary_findings
from flows.position.decisions import commentary, decision_findings, decisions, feedback
from flows.position.evidence import evidence_log, expected_evidence_findings
from flows.position.measure_checks import measure_findings
from flows.position.measures import measure_states
from flows.position.milestone_checks import milestone_findings
from flows.position.milestones import View, milestone_states, standings, with_movement
from flows.position.model import MilestoneState, Position
from flows.position.personal_checks import mask_findings, mask_returns
from flows.position.restated import published_before, restated_findings, restatements
from flows.position.returned import sort_returns
from flows.position.risks import risk_findings, risk_states
from flows.returns.resting import collector_resting


def position(
    plan: Plan,
    settings: Settings,
    submissions: Iterable[Submission],
    month: Month,
    known_on: dt.date | None = None,
    plan_findings: Iterable[Finding] = (),
    published: Iterable[Publication] = (),
) -> Position:
    """Where the partnership stands at the end of `month`, from every submission up to then (and received by `known_on`).

    Movement is against the position of the month before, worked out in the same way from the returns up to it; the
    first month of the partnership's calendar has none before it. Personal data in what partners wrote is masked
    before anything is made of it, and in every finding; `submissions` themselves stay as they were sent. The last of
    the `published` packs up to then (and approved by `known_on`) is held against what would be said now; one of the
    month itself only where it reads otherwise, so that a draft stays as it was published until something has changed.
    """
    submissions = tuple(
        s for s in submissions if s.arrival.month <= month and (known_on is None or s.received <= known_on)
    )
    with collector_resting():
        made = _position(plan, settings, submissions, month, known_on, plan_findings)
        for last in published_before(published, month, settings, known_on):
            held = _held_against(made, last, submissions, settings)
            if held.restated or last.month < month:
                return held
        return made


def _held_against(
    made: Position, last: Publication, submissions: tuple[Submission, ...], settings: Settings
) -> Position:
    """The position with what reads otherwise than it was published."""

    def recount(some: Iterable[Submission], month: Month) -> Position:
        return _position(made.plan, settings, some, month, None, ())

    found = restatements(last, made, submissions, settings, recount)
    made = replace(made, published=last, restated=found)
    noticed = mask_findings(restated_findings(made, last, settings))
    return replace(made, findings=in_order([*made.findings, *noticed]))


def _position(
    plan: Plan,
    settings: Settings,
    submissions: Iterable[Submission],
    month: Month,
    known_on: dt.date | None,
    plan_findings: Iterable[Finding],
) -> Position:
    submissions = [s for s in submissions if s.arrival.month <= month]
    returned = sort_returns(plan, settings, submissions, month)
    masked = mask_returns(returned.counted, month)
    counted = masked.counted
    log, evidence_findings = evidence_log(plan, settings, counted, month)
    made = decisions(plan, counted)
    view = View(plan, settings, month, history(plan, counted), log, made)
    states = milestone_states(view)
    if month > settings.calendar.first:
        states = with_movement(states, _month_before(plan, settings, submissions, month))
    measures = measure_states(plan, settings, counted, month, made, known_on)
    risks = risk_states(plan, counted, month)
    stand = standings(view, states)
    record = Record(plan, settings, month, states, stand, measures)
    findings = [
        *plan_findings,
        *returned.findings,
        *masked.findings,
        *milestone_findings(view, states, counted),
        *evidence_findings,
        *expected_evidence_findings(plan, log),
        *measure_findings(plan, month, measures, counted),
        *risk_findings(plan, month, risks, counted),
        *decision_findings(plan, month, made),
        *commentary_findings(record, counted),
    ]
    return Position(
        plan=plan,
        month=month,
        period_end=month.last_day,
        returns=masked.state(returned.state),
        milestones=states,
        standings=stand,
        evidence=log,
        measures=measures,
        risks=risks,
        decisions=made,
        feedback=feedback(counted),
        commentary=commentary(plan, counted, month),
        findings=in_order(mask_findings(findings)),
        known_on=known_on,
        counted=counted,
    )


def _month_before(
    plan: Plan, settings: Settings, submissions: Iterable[Submission], month: Month
) -> tuple[MilestoneState, ...]:
    before = month.previous()
    counted = sort_returns(plan, settings, [s for s in submissions if s.arrival.month <= before], before).counted
    log, _ = evidence_log(plan, settings, counted, before)
    view = View(plan, settings, before, history(plan, counted), log, decisions(plan, counted))
    return milestone_states(view)
