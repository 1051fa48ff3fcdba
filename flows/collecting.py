"""Collecting a month's returns: fetch, read and record, reconcile, and answer each partner. `collect_returns` runs it.

What was answered is kept beside the ledger, by the fingerprint of all that the receipt says: an answer that would say
the same is not written or sent again.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from flows.ledger.intake import RECEIPT_LOG, log_received
from flows.ledger.records import Submission
from flows.plan.calendar import board_date, returns_due
from flows.plan.findings import Finding, Severity, in_order
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.position.changes import Superseded
from flows.position.model import PartnerReturn, Position
from flows.position.personal_checks import mask_findings
from flows.publish.outputs import staged
from flows.receipts.letters import MailServer, Posted, Security, eml_bytes, letter, send
from flows.receipts.receipt import ReceiptFacts, Verdict, receipt_bytes, verdict
from flows.reports.returns_state import return_rows
from flows.returns.container import Unreadable, fetch_bytes
from flows.sources.fetch import FetchedFile, fetch, no_blocks, read_seen, unknown_partners, write_seen
from flows.sources.shelf import safe_name

RECEIPTS = "receipts"
ANSWER_DAYS = 7
"""A corrected return helps until so many days before the board meets."""

USER, PASSWORD = "BOARDPACK_SMTP_USER", "BOARDPACK_SMTP_PASSWORD"
"""The environment variables that hold the mail server's user and password."""


@dataclass(frozen=True)
class Answer:
    """What one partner is told of one file: `receipt` is its receipt's name in the month's receipts folder, and
    `is_new` whether it says something that no earlier receipt said. `key` is "" for a file that names no partner."""

    key: str
    facts: ReceiptFacts
    receipt: str
    fingerprint: str
    is_new: bool = True


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
    folder.mkdir(parents=True, exist_ok=True)
    if not settings.returns.sources:
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
        if f.is_new and f.received
    }
    log_received(workspace.returns_folder / RECEIPT_LOG, days)
    write_seen(state, fetched.seen)
    return fetched.files, (*unknown, *fetched.findings)


def answers(
    workspace: Workspace,
    position: Position,
    submissions: Iterable[Submission],
    replaced: Mapping[str, tuple[Superseded, ...]],
) -> tuple[Answer, ...]:
    """What each partner that sent something is to be told, and what is to be said of files that name no partner."""
    settings, month = workspace.settings, position.month
    rows = {state.partner.key: row.used for state, row in zip(position.returns, return_rows(position), strict=True)}
    mine = [s for s in submissions if s.arrival.month == month]
    told: list[Answer] = []
    claimed: set[str] = set()
    for state in position.returns:
        files = [s for s in (*state.set_aside, *([state.counted] if state.counted else [])) if s]
        claimed |= {s.arrival.file for s in files}
        newest = state.counted or (files[-1] if files else None)
        if newest is None:
            continue
        changed = tuple(str(change) for one in replaced.get(state.partner.key, ())[-1:] for change in one.changes)
        facts = _facts(workspace, position, newest, _findings_of(position, state, newest))
        used = rows[state.partner.key] if state.counted else ""
        facts = replace(facts, partner=state.partner.name, partner_key=state.partner.key, used=used, changed=changed)
        told.append(Answer(state.partner.key, facts, f"{state.partner.key}.xlsx", newest.arrival.fingerprint))
    for submission in mine:
        if submission.arrival.file not in claimed:
            about = tuple(f for f in position.findings if f.origin.file == submission.arrival.file)
            facts = _facts(workspace, position, submission, about)
            facts = replace(facts, partner=settings.partnership.improvement_group)
            told.append(Answer("", facts, _unknown(submission), submission.arrival.fingerprint))
    return tuple(told)


def _unknown(submission: Submission) -> str:
    """A receipt's name for a file that names no partner: its own, made safe, and a mark that no other file has."""
    file = submission.arrival.file
    mark = sha256(file.encode()).hexdigest()[:8]
    return f"unknown-{PurePosixPath(safe_name(PurePosixPath(file).name)).stem}-{mark}.xlsx"


def _findings_of(position: Position, state: PartnerReturn, newest: Submission) -> tuple[Finding, ...]:
    """What the partner is to be told: of the file that counts, and what is asked of it without a place in a file."""
    key, file = state.partner.key, newest.arrival.file
    return tuple(
        f
        for f in position.findings
        if f.origin.file == file or (f.who == key and f.kind != "plan" and not f.origin.file)
    )


def _facts(
    workspace: Workspace, position: Position, submission: Submission, findings: tuple[Finding, ...]
) -> ReceiptFacts:
    settings, month = workspace.settings, position.month
    content = submission.content
    rows = sum(
        len(part)
        for part in (content.milestones, content.evidence, content.measures, content.risks, content.feedback,
                     content.commentary, content.decisions)
    )  # fmt: skip
    counted = any(r.counted is not None and r.counted.arrival == submission.arrival for r in position.returns)
    return ReceiptFacts(
        partnership=settings.partnership.name,
        partner="",
        partner_key="",
        month=month,
        file=PurePosixPath(submission.arrival.file).name,
        received=submission.received,
        due=returns_due(month, settings),
        verdict=verdict(findings, rows, content.readable) if counted else Verdict.REFUSED,
        answer_by=board_date(month, settings) - dt.timedelta(days=ANSWER_DAYS),
        findings=tuple(in_order(mask_findings(findings))),
        called=submission.arrival.file,
        marking=settings.partnership.marking,
        names={p.key: p.name for p in position.plan.partners},
        colours=settings.colours.model_dump(),
    )


def write_answers(workspace: Workspace, month: Month, told: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Write the receipts and letters that say something new into the month's receipts folder; the others stay."""
    outputs = workspace.outputs_of(month)
    place, known = outputs / RECEIPTS, _answered(workspace, month)
    marks = {answer.receipt: _mark(answer, workspace) for answer in told}
    fresh = {
        a.receipt
        for a in told
        if known.get(a.receipt, {}).get("mark") != marks[a.receipt] or not (place / a.receipt).is_file()
    }
    stale = {path.name for path in place.glob("*.xlsx")} - set(marks) if place.is_dir() else set()
    if fresh or stale:
        with staged(outputs) as building:
            into = building / RECEIPTS
            into.mkdir()
            for answer in told:
                if answer.receipt in fresh:
                    _write(workspace, answer, into)
                else:
                    for name in (answer.receipt, f"{answer.key}.eml"):
                        if (place / name).is_file():
                            shutil.copy2(place / name, into / name)
        kept = {
            a.receipt: {
                "mark": marks[a.receipt],
                "sent": "" if a.receipt in fresh else known[a.receipt].get("sent", ""),
            }
            for a in told
        }
        _keep(workspace, month, kept)
    return tuple(replace(answer, is_new=answer.receipt in fresh) for answer in told)


def _write(workspace: Workspace, answer: Answer, into: Path) -> None:
    """One receipt, and its letter where there is an address to send it to."""
    receipt = receipt_bytes(_original(workspace, answer), answer.facts)
    (into / answer.receipt).write_bytes(receipt)
    mail = workspace.settings.email
    if mail and answer.key in mail.to:
        message = letter(answer.facts, receipt, mail.sender, mail.to[answer.key])
        (into / f"{answer.key}.eml").write_bytes(eml_bytes(message))


def _original(workspace: Workspace, answer: Answer) -> bytes | None:
    """The file as it was recorded; None when it is not there any more, has changed, or is no plain file."""
    try:
        data = fetch_bytes(workspace.root / answer.facts.called)
    except Unreadable:
        return None
    return data if sha256(data).hexdigest() == answer.fingerprint else None


def _mark(answer: Answer, workspace: Workspace) -> str:
    """What tells an answer from another: everything it says, the file it is about, and who made it."""
    mail = workspace.settings.email
    to = (mail.sender, *mail.to.get(answer.key, ())) if mail else ()
    said = (repr(answer.facts), answer.fingerprint, version("boardpack"), repr(to))
    return sha256("\0".join(said).encode()).hexdigest()


def send_answers(workspace: Workspace, month: Month, told: tuple[Answer, ...], group: str) -> tuple[Finding, ...]:
    """Send the letters that have not been sent, where the partnership has a mail server; a finding for each that
    could not be."""
    mail = workspace.settings.email
    if mail is None or not mail.host:
        return ()
    known = _answered(workspace, month)
    waiting = [a for a in told if a.key in mail.to and known.get(a.receipt, {}).get("sent") != known[a.receipt]["mark"]]
    letters = {}
    for answer in waiting:
        receipt = (workspace.outputs_of(month) / RECEIPTS / answer.receipt).read_bytes()
        letters[answer.key] = letter(answer.facts, receipt, mail.sender, mail.to[answer.key])
    if not letters:
        return ()
    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    server = MailServer(mail.host, mail.port, Security(mail.security), user, password, authority=mail.authority)
    posted: Posted = send(letters, server, group)
    for answer in waiting:
        if answer.key in posted.sent:
            known[answer.receipt]["sent"] = known[answer.receipt]["mark"]
    _keep(workspace, month, known)
    return posted.findings


def _answered(workspace: Workspace, month: Month) -> dict[str, dict[str, str]]:
    try:
        found = json.loads(_record(workspace, month).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(workspace: Workspace, month: Month, answered: Mapping[str, Any]) -> None:
    path = _record(workspace, month)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(answered, indent=1, sort_keys=True), encoding="utf-8")
    new.replace(path)


def _record(workspace: Workspace, month: Month) -> Path:
    return workspace.ledger_file.with_name(f"receipts-{month}.json")


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
