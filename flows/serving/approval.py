"""Asking a named person to approve a pack: what is to be approved, the form on Prefect's page, and what is wrong with an
answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from prefect.input import RunInput
from pydantic import Field, create_model

from flows.plan.findings import Severity, UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.plan.words import count, listed, one_line
from flows.position.model import Position
from flows.publish.outputs import sha256
from flows.publish.pack import MANIFEST
from flows.serving.notices import missing
from flows.standing import position_of, sound_plan

APPROVE, SEND_BACK = "Approve and publish", "Send back"
PAPERS = (".pdf", ".docx", ".xlsx")
NAME, DECISION = "Your name", "Decision"


class Approval(RunInput):
    """What the person answers. The order is the order of the form."""

    name: str = Field(title=NAME, min_length=1)
    read: bool = Field(default=False, title="I have read the draft")
    decision: Literal["Approve and publish", "Send back"] = Field(default="Approve and publish", title=DECISION)
    note: str = Field(default="", title="Note", description="To send it back: why. For a revision: what it corrects.")


@dataclass(frozen=True)
class Draft:
    """A draft that waits for approval: the fingerprint of its manifest, and what it is, as Markdown."""

    fingerprint: str
    says: str


def draft_of(workspace: Workspace, month: Month) -> Draft:
    """The draft of a month. UserError where there is none."""
    fingerprint = fingerprint_of(workspace, month)
    if not fingerprint:
        raise UserError(f"There is no draft for {month.label} to approve: build the highlight report first.")
    plan, noticed = sound_plan(workspace)
    return Draft(fingerprint, "\n\n".join(_says(workspace, position_of(workspace, plan, month, noticed))))


def fingerprint_of(workspace: Workspace, month: Month) -> str:
    """What tells a month's draft from any other; "" where there is none."""
    manifest = workspace.outputs_of(month) / MANIFEST
    return sha256(manifest) if manifest.is_file() else ""


def _says(workspace: Workspace, now: Position) -> Iterator[str]:
    folder = workspace.outputs_of(now.month)
    papers = sorted(path.name for path in folder.iterdir() if path.suffix in PAPERS and path.name[0] not in ".~")
    open_ = sum(finding.severity is not Severity.NOTE for finding in now.findings)
    out = missing(now)
    yield f"### Is the draft for {now.month.label} to be published?"
    yield f"Read it in `{workspace.shown(folder)}`, or by the links on [the page of the month](/month):"
    yield "\n".join(f"- {name}" for name in papers)
    yield (
        f"**{count(open_, 'finding still needs', 'findings still need')} an answer.**"
        if open_
        else "No finding is open."
    )
    yield f"**No return from {listed(out)}.**" if out else "Every partner has returned."


def form(says: str, trouble: str, approvers: tuple[str, ...]) -> type[Approval]:
    """The form under these words; with why the last answer could not be taken, and with a list of names where only
    those may approve."""
    made: type[Approval] = Approval
    if approvers:
        names: Any = Literal.__getitem__(approvers)
        made = create_model("Approval", __base__=Approval, name=(names, Field(title=NAME)))
    again = f"**Asked again: {trouble}**\n\n" if trouble else ""
    return made.with_initial_data(description=again + says)


def trouble_with(answer: Approval, approvers: tuple[str, ...]) -> str:
    """Why an answer cannot be taken, in a sentence; "" when it can."""
    name = named(answer)
    if not name:
        return "A name is needed."
    if approvers and name.casefold() not in {approver.casefold() for approver in approvers}:
        return f"{name} is not one of those who may approve a pack: {listed(approvers)}."
    if answer.decision == APPROVE and not answer.read:
        return "Tick that you have read the draft."
    if answer.decision == SEND_BACK and not answer.note.strip():
        return "Say in the note why it is sent back."
    return ""


def named(answer: Approval) -> str:
    """The name that was given."""
    return one_line(answer.name)
