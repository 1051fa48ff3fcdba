"""Collecting a month's returns: fetching what is new from where the partners put it, and what a collection brought.
`collect_returns` runs it; `answers` and `answering` tell the partners."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flows.collection.answering import RECEIPTS
from flows.collection.answers import Answer
from flows.ledger.intake import RECEIPT_LOG, log_received
from flows.plan.findings import Finding, Severity
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.position.model import Position
from flows.reports.returns_state import return_rows
from flows.sources.fetch import FetchedFile, fetch, no_blocks, read_seen, unknown_partners, write_seen


@dataclass(frozen=True)
class Collected:
    """What a run brought: the files fetched, where everything stands, what was answered, and what went wrong on the
    way (`findings`: sources and mail; those on the returns are the position's)."""

    position: Position
    fetched: tuple[FetchedFile, ...] = ()
    answers: tuple[Answer, ...] = ()
    findings: tuple[Finding, ...] = ()


def fetch_returns(
    workspace: Workspace, plan: Plan, month: Month, secret: Callable[[str], str] = no_blocks
) -> tuple[tuple[FetchedFile, ...], tuple[Finding, ...]]:
    """Copy what is new at the partners' sources into the month's folder, and log when it came there."""
    settings, group = workspace.settings, plan.improvement_group.key
    folder = workspace.returns_of(month)
    if not settings.returns.sources:
        with suppress(OSError):  # what can only be read has no need of a new folder
            folder.mkdir(parents=True, exist_ok=True)
        return (), ()
    where = workspace.shown(workspace.settings_file)
    unknown = unknown_partners(settings.returns.sources, plan.partner, where, group)
    state = workspace.ledger_file.with_name("sources.json")
    fetched = fetch(
        settings.returns.sources, month, folder, base=workspace.root, group=group, seen=read_seen(state), secret=secret
    )
    days = {
        (str(month), f.fingerprint): (workspace.shown(f.path), f.received.astimezone(settings.calendar.zone).date())
        for f in fetched.files
        if f.received  # also one that a run was killed over, after it had put the file there
    }
    log_received(workspace.returns_folder / RECEIPT_LOG, days)
    write_seen(state, fetched.seen)
    return fetched.files, (*unknown, *fetched.findings)


def as_json(collected: Collected, workspace: Workspace) -> str:
    """The outcome for another program: partners, files fetched, and every finding."""
    position, month = collected.position, collected.position.month
    receipts = {a.key: a for a in collected.answers if a.key}
    partners = []
    for state, row in zip(position.returns, return_rows(position), strict=True):
        answer = receipts.get(state.partner.key)
        facts = answer.facts if answer else None
        partners.append(
            {
                "partner": state.partner.key,
                "name": state.partner.name,
                "return": state.state,
                "verdict": str(facts.verdict) if facts else None,
                "file": facts.called if facts else None,
                "received": facts.received.isoformat() if facts else None,
                "used": row.used,
                "errors": sum(f.severity is Severity.ERROR for f in facts.findings) if facts else 0,
                "queries": sum(f.severity is Severity.QUERY for f in facts.findings) if facts else 0,
                "receipt": workspace.shown(workspace.outputs_of(month) / RECEIPTS / answer.receipt) if answer else None,
                "receipt_is_new": answer.is_new if answer else False,
            }
        )
    files = [
        {"partner": f.partner, "file": workspace.shown(f.path), "source": f.source, "is_new": f.is_new}
        for f in collected.fetched
    ]
    findings = [_plain(f) for f in (*collected.findings, *position.findings)]
    return json.dumps(
        {"month": str(month), "partners": partners, "fetched": files, "findings": findings},
        indent=2,
        ensure_ascii=False,
    )


def _plain(finding: Finding) -> dict[str, str]:
    origin = finding.origin
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "says": finding.says,
        "todo": finding.todo,
        "who": finding.who,
        "about": finding.about,
        "file": origin.file,
        "sheet": origin.sheet,
        "cell": origin.cell,
    }
