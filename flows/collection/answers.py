"""What each partner is told of a month's returns: one answer for the file that counts, and one for each file that names
no partner. `answering` writes the answers as receipts and letters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath

from flows.ledger.records import Submission
from flows.plan.calendar import board_date, returns_due
from flows.plan.findings import Finding, in_order
from flows.plan.settings import Workspace
from flows.plan.words import count
from flows.position.changes import Superseded
from flows.position.model import PartnerReturn, Position
from flows.position.personal_checks import mask_findings
from flows.receipts.receipt import ReceiptFacts, Verdict, verdict
from flows.reports.returns_state import return_rows
from flows.returns.container import Unreadable, fetch_bytes
from flows.sources.shelf import safe_name

ANSWER_DAYS = 7
"""A corrected return helps until so many days before the board meets."""

MOST_CHANGES = 20
"""Changes since the last submission that an answer names; of the others it says how many there are."""


@dataclass(frozen=True)
class Answer:
    """What one partner is told of one file: `receipt` is its receipt's name in the month's receipts folder, and
    `is_new` whether it says something that no earlier receipt said. `key` is "" for a file that names no partner."""

    key: str
    facts: ReceiptFacts
    receipt: str
    fingerprint: str
    is_new: bool = True


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
        claimed |= {arrival.file for s in files for arrival in s.arrivals}
        newest = state.counted or (files[-1] if files else None)
        if newest is None:
            continue
        changed = _changed(replaced.get(state.partner.key, ()), newest)
        facts = _facts(workspace, position, newest, _findings_of(workspace, position, state, newest))
        used = rows[state.partner.key] if state.counted else ""
        facts = replace(facts, partner=state.partner.name, partner_key=state.partner.key, used=used, changed=changed)
        told.append(Answer(state.partner.key, facts, f"{state.partner.key}.xlsx", newest.arrival.fingerprint))
    for submission in mine:
        if submission.arrival.file not in claimed:
            about = [f for f in _said_once(position.findings) if f.origin.file == submission.arrival.file]
            facts = _facts(workspace, position, submission, about)
            facts = replace(facts, partner=settings.partnership.improvement_group)
            told.append(Answer("", facts, _unknown(submission), submission.arrival.fingerprint))
    return tuple(told)


def _changed(replaced: tuple[Superseded, ...], newest: Submission) -> tuple[str, ...]:
    """What changed by the newest file since the one before, in a line each, the first of them only."""
    by_it = [one for one in replaced if one.newer.arrival == newest.arrival]
    found = [str(change) for one in by_it[-1:] for change in one.changes]
    more = [f"and {count(len(found) - MOST_CHANGES, 'more change')}"] if len(found) > MOST_CHANGES else []
    return (*found[:MOST_CHANGES], *more)


def _unknown(submission: Submission) -> str:
    """A receipt's name for a file that names no partner: its own, made safe, and a mark that no other file has."""
    file = submission.arrival.file
    mark = sha256(file.encode()).hexdigest()[:8]
    return f"unknown-{PurePosixPath(safe_name(PurePosixPath(file).name)).stem}-{mark}.xlsx"


def _findings_of(workspace: Workspace, position: Position, state: PartnerReturn, newest: Submission) -> list[Finding]:
    """What the partner is to be told: of the files that count, and what is asked of it without a place in a file."""
    key, files = state.partner.key, {arrival.file for arrival in newest.arrivals}
    gone = _no_longer_so(workspace, state, newest)
    return [
        f
        for f in _said_once(position.findings)
        if (f.origin.file in files and _told(f) not in gone)
        or (f.who == key and f.kind != "plan" and not f.origin.file)
    ]


def _no_longer_so(workspace: Workspace, state: PartnerReturn, newest: Submission) -> set[Hashable]:
    """What was noticed in files that are not there any more, because the one that counts has their name and place."""
    files = {arrival.file for arrival in newest.arrivals}
    same_name = [s for s in state.set_aside if s.arrival.file in files]
    if not same_name:
        return set()
    is_there = original(workspace, newest.arrival.file, newest.arrival.fingerprint) is not None
    gone = [f for s in same_name if s.order < newest.order or is_there for f in s.content.findings]
    return set(map(_told, mask_findings(gone))) - set(map(_told, mask_findings(newest.content.findings)))


def _told(finding: Finding) -> Hashable:
    return finding.code, finding.origin, finding.says


def _said_once(findings: Iterable[Finding]) -> list[Finding]:
    """Of a file that could not be read, why not is enough."""
    found = list(findings)
    unreadable = {f.origin.file for f in found if f.code == "return.unreadable"}
    return [f for f in found if f.code != "return.not-used" or f.origin.file not in unreadable]


def original(workspace: Workspace, file: str, fingerprint: str) -> bytes | None:
    """A file as it was recorded; None when it is not there any more, has changed, or is no plain file."""
    try:
        data = fetch_bytes(workspace.root / file)
    except Unreadable:
        return None
    return data if sha256(data).hexdigest() == fingerprint else None


def _facts(
    workspace: Workspace, position: Position, submission: Submission, findings: Sequence[Finding]
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
