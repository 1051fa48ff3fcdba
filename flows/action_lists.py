"""Each workstream's action list and each partner's page: what is theirs to do.

Run by `boardpack action-lists 2022-11`, or from Prefect as `flows.action_lists:action_lists`.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from flows.ledger.intake import RECEIPT_LOG
from flows.plan.periods import Month
from flows.plan.scope import Scope, ScopeKind, find_scope, scopes
from flows.plan.settings import Workspace, find_workspace
from flows.position.model import Position
from flows.position.slices import slice_of
from flows.progress import say
from flows.publish.outputs import one_build, staged
from flows.publish.pack import papers_folder, write_documents, write_manifest, write_pdf
from flows.reports.action_list import action_list as facts_of
from flows.standing import stand
from flows.steps import job, sealed, step

REPORT = "action-list"
KINDS = (ScopeKind.WORKSTREAM, ScopeKind.PARTNER)


@job("action-lists", "Action lists {month}")
def action_lists(month: str, folder: str = ".", audience: str = "", as_known: str = "") -> tuple[Position, ...]:
    """Build the month's action list of each workstream and the page of each partner, each in a folder of its own.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it; `audience` names one workstream or
    partner, to build that one alone. UserError when the plan has neither of that name, or has an error.
    """
    workspace, period = find_workspace(Path(folder)).as_known(as_known), Month.parse(month)
    with one_build(workspace.outputs, say):
        now = reconcile(sealed(workspace), sealed(period))
        wanted = (find_scope(now.plan, audience, *KINDS),) if audience else scopes(now.plan, *KINDS)
        return print_lists(sealed(workspace), sealed(now), sealed(wanted))


@step("reconcile")
def reconcile(workspace: Workspace, month: Month) -> Position:
    """Read the plan and the returns, record what is new, and work out where everything stands."""
    return stand(workspace, month)


@step("print the lists")
def print_lists(workspace: Workspace, now: Position, wanted: tuple[Scope, ...]) -> tuple[Position, ...]:
    """Each list as Word and PDF; what each was made of."""
    slices = tuple(slice_of(now, scope) for scope in wanted)
    for number, part in enumerate(slices, start=1):
        say("Printing the lists", number, len(slices))
        with staged(papers_folder(workspace, part)) as building:
            write_pdf(REPORT, print_list(workspace, part, building), building)
            write_manifest(REPORT, workspace, part, building, workspace.returns_folder / RECEIPT_LOG)
    return slices


def print_list(workspace: Workspace, part: Position, building: Path) -> Future[bytes]:
    """One list as Word; its PDF is begun."""
    return write_documents(REPORT, facts_of(part, workspace.settings), workspace, building)
