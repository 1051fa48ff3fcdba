"""Collecting returns: from where partners put them to a receipt for each, and the month's state on record.

Run by `boardpack collect 2022-11`, or from Prefect as `flows.collect_returns:collect_returns`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect.blocks.core import Block

from flows.collection.answering import send_answers, write_answers
from flows.collection.answers import Answer, answers
from flows.collection.collecting import Collected, fetch_returns
from flows.ledger.records import Submission
from flows.plan.findings import Finding
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.model import Position
from flows.position.returned import superseded
from flows.progress import say
from flows.publish.outputs import one_build
from flows.sources.fetch import FetchedFile
from flows.standing import record_and_stand, sound_plan
from flows.steps import job, sealed, step


@job("collect-returns", "Collect returns {month}")
def collect_returns(month: str, folder: str = ".") -> Collected:
    """Fetch the month's returns, check and record them, and answer each partner.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it. Run again it changes nothing that has
    not changed. UserError when the plan has an error; a source that is down is a finding.
    """
    workspace, period = find_workspace(Path(folder)), Month.parse(month)
    with one_build(workspace.outputs, say):
        plan, noticed = read_plan(sealed(workspace))
        fetched, troubles = fetch_what_is_new(sealed(workspace), sealed(plan), sealed(period))
        now, submissions = record_and_reconcile(sealed(workspace), sealed(plan), sealed(period), sealed(noticed))
        told = answer_partners(sealed(workspace), sealed(now), sealed(submissions))
        troubles = (*troubles, *send_letters(sealed(workspace), sealed(now), sealed(told)))
    return Collected(now, fetched, told, troubles)


@step("read the plan")
def read_plan(workspace: Workspace) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan and what is to be said about it; an error in it stops the collection."""
    return sound_plan(workspace)


@step("fetch what is new")
def fetch_what_is_new(
    workspace: Workspace, plan: Plan, month: Month
) -> tuple[tuple[FetchedFile, ...], tuple[Finding, ...]]:
    """Copy what is new at the sources into the month's folder. Credentials come from the environment or from Prefect's
    blocks."""
    if workspace.settings.returns.sources:
        say("Fetching returns")
    return fetch_returns(workspace, plan, month, secret)


@step("record and reconcile")
def record_and_reconcile(
    workspace: Workspace, plan: Plan, month: Month, noticed: tuple[Finding, ...]
) -> tuple[Position, tuple[Submission, ...]]:
    """Read what is new, record it, and work out where everything stands; with it the submissions that say so."""
    return record_and_stand(workspace, plan, month, noticed)


@step("answer the partners")
def answer_partners(workspace: Workspace, now: Position, submissions: tuple[Submission, ...]) -> tuple[Answer, ...]:
    """A receipt for each partner that sent something, and for each file that names no partner."""
    say("Writing receipts")
    replaced = superseded(now.plan, workspace.settings, submissions, now.month)
    return write_answers(workspace, now.month, answers(workspace, now, submissions, replaced))


@step("send letters")
def send_letters(workspace: Workspace, now: Position, told: tuple[Answer, ...]) -> tuple[Finding, ...]:
    """The letters that have not been sent, where the partnership has a mail server."""
    return send_answers(workspace, now.month, told, now.plan.improvement_group.key)


def secret(block: str) -> str:
    """What a Prefect block holds, as the text of its secret or the JSON of its fields; LookupError when there is none."""
    try:
        found: Any = Block.load(block)
    except ValueError as error:
        raise LookupError(block) from error
    value = getattr(found, "value", None) or found.model_dump_json()
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
