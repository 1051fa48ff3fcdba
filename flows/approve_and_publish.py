"""Publishing a month's pack when a named person has approved it on Prefect's page.

Run from Prefect as `flows.approve_and_publish:approve_and_publish`; `boardpack publish` publishes without the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import runtime
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run, suspend_flow_run
from prefect.input.actions import create_flow_run_input, read_flow_run_input
from prefect.states import Cancelled

from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.plan.words import one_line
from flows.publish_pack import publish_pack
from flows.returns.personal import mask
from flows.serving.approval import SEND_BACK, Approval, draft_of, fingerprint_of, form, named, trouble_with
from flows.serving.notices import tell
from flows.steps import job

ASKED = "draft-asked-about"
"""Under this key the run keeps on the server which draft it has asked about."""

LOOK_SECONDS = 10
"""How often a run without a deployment looks for its answer."""

DAY_SECONDS = 24 * 3600


@job("approve-and-publish", "Approve {month}", seconds=None, builds=False)
def approve_and_publish(month: str, folder: str = ".") -> Any:
    """Ask on Prefect's page whether a month's draft is to be published, wait for the answer of a named person, and
    publish it.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it. What cannot be taken as an answer is asked
    again. A draft that is sent back ends the run as cancelled, with who and why. UserError when there is no draft, when it
    is another one by the time of the answer, or when nobody answers.
    """
    workspace, period = find_workspace(Path(folder)), Month.parse(month)
    draft = draft_of(workspace, period)
    asked = _asked_about(draft.fingerprint, workspace, period)
    answer = _answer(workspace, period, draft.says)
    name, note = named(answer), mask(one_line(answer.note))
    if answer.decision == SEND_BACK:
        why = f"{name} sent the draft for {period.label} back: {note}"
        tell(workspace.settings, f"the draft for {period.label} was sent back", why)
        return Cancelled(message=why)
    _require_unchanged(asked, fingerprint_of(workspace, period), name, period)
    return publish_pack(str(period), str(workspace.root), name, note)


def _asked_about(fingerprint: str, workspace: Workspace, month: Month) -> str:
    """The draft that this run has asked about. A run of a deployment ends while it waits, and begins anew with the
    answer: then it is the draft of the first time, and it is told only that time that an approval is awaited."""
    asked = read_flow_run_input(ASKED)
    if asked is None:
        create_flow_run_input(ASKED, fingerprint)
        may = f" Who may give it: {', '.join(who)}." if (who := workspace.settings.publishing.approvers) else ""
        tell(workspace.settings, f"approval is awaited for {month.label}", f"The run waits on Prefect's page.{may}")
        return fingerprint
    return str(asked)


def _answer(workspace: Workspace, month: Month, says: str) -> Approval:
    """The first answer that can be taken."""
    wait, approvers = workspace.settings.publishing, workspace.settings.publishing.approvers
    trouble = ""
    for number in range(1, 100):
        try:
            answer = _wait_for(form(says, trouble, approvers), wait.wait_days * DAY_SECONDS, f"approval-{number}")
        except FlowPauseTimeout:
            break
        trouble = trouble_with(answer, approvers)
        if not trouble:
            return answer
    raise UserError(f"Nobody has approved the draft for {month.label} in {wait.wait_days} days: ask anew.")


def _wait_for(asked: type[Approval], seconds: int, key: str) -> Approval:
    """Wait for one answer. A run of a deployment gives its process back and outlives a restart; another one waits."""
    if runtime.deployment.id:
        return suspend_flow_run(wait_for_input=asked, timeout=seconds, key=key)
    return pause_flow_run(wait_for_input=asked, timeout=seconds, key=key, poll_interval=LOOK_SECONDS)


def _require_unchanged(asked: str, now: str, name: str, month: Month) -> None:
    if now != asked:
        raise UserError(
            f"The draft for {month.label} was built again while approval was awaited, so the approval of {name} does not "
            "hold for it: read the new draft, and ask anew."
        )
