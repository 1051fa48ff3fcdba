"""Answering the partners: a receipt for each answer that says something new, and the letter that carries it.

What was answered is kept beside the ledger, by the fingerprint of all that the receipt says: an answer that would say
the same is not written or sent again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flows.collection.answers import Answer, original
from flows.plan.findings import Finding
from flows.plan.keeping import replace_text
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.publish.outputs import staged
from flows.receipts.letters import MailServer, Security, eml_bytes, letter, send
from flows.receipts.writer import ReceiptWriter

RECEIPTS = "receipts"

USER, PASSWORD = "BOARDPACK_SMTP_USER", "BOARDPACK_SMTP_PASSWORD"
"""The environment variables that hold the mail server's user and password."""


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
            with ReceiptWriter() as writer:
                for answer in told:
                    if answer.receipt in fresh:
                        _write(workspace, answer, into, writer)
                    else:
                        _keep_as_it_is(answer, place, into)
        kept = {
            a.receipt: {
                "mark": marks[a.receipt],
                "sent": known.get(a.receipt, {}).get("sent", ""),
            }
            for a in told
        }
        _keep(workspace, month, kept)
    return tuple(replace(answer, is_new=answer.receipt in fresh) for answer in told)


def _keep_as_it_is(answer: Answer, place: Path, into: Path) -> None:
    for name in (answer.receipt, f"{answer.key}.eml"):
        if (place / name).is_file():
            shutil.copy2(place / name, into / name)


def _write(workspace: Workspace, answer: Answer, into: Path, writer: ReceiptWriter) -> None:
    """One receipt, and its letter where there is an address to send it to."""
    receipt = writer.receipt(_original(workspace, answer), answer.facts)
    (into / answer.receipt).write_bytes(receipt)
    mail = workspace.settings.email
    if mail and answer.key in mail.to:
        message = letter(answer.facts, receipt, mail.sender, mail.to[answer.key])
        (into / f"{answer.key}.eml").write_bytes(eml_bytes(message))


def _original(workspace: Workspace, answer: Answer) -> bytes | None:
    return original(workspace, answer.facts.called, answer.fingerprint)


def _mark(answer: Answer, workspace: Workspace) -> str:
    """What tells an answer from another: everything it says, the file it is about and whether that is there to be
    marked, and who made it."""
    mail = workspace.settings.email
    to = (mail.sender, *mail.to.get(answer.key, ())) if mail else ()
    is_there = str(_original(workspace, answer) is not None)
    said = (repr(answer.facts), answer.fingerprint, is_there, version("boardpack"), repr(to))
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
    _keep(workspace, month, known)  # nothing is sent where that could not be remembered

    def has_been_sent(key: str) -> None:
        receipt = next(answer.receipt for answer in waiting if answer.key == key)
        known[receipt]["sent"] = known[receipt]["mark"]
        _keep(workspace, month, known)

    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    server = MailServer(mail.host, mail.port, Security(mail.security), user, password, authority=mail.authority)
    return send(letters, server, group, has_been_sent=has_been_sent).findings


def _answered(workspace: Workspace, month: Month) -> dict[str, dict[str, str]]:
    try:
        found = json.loads(_record(workspace, month).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep(workspace: Workspace, month: Month, answered: Mapping[str, Any]) -> None:
    path = _record(workspace, month)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(answered, indent=1, sort_keys=True))


def _record(workspace: Workspace, month: Month) -> Path:
    return workspace.ledger_file.with_name(f"receipts-{month}.json")
