"""The steps that every job begins with: read the plan, take the returns in, reconcile."""

from __future__ import annotations

from flows.ledger.intake import take_in
from flows.ledger.records import Submission
from flows.ledger.store import Ledger, open_ledger
from flows.plan.findings import Finding, UserError
from flows.plan.loading import load_plan, require_sound
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.scope import ScopeKind, find_scope
from flows.plan.settings import Workspace
from flows.position.look_back import LookBack, look_back, slice_back
from flows.position.model import Position
from flows.position.reconcile import position
from flows.position.slices import slice_of
from flows.progress import say


def sound_plan(workspace: Workspace) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan and what is to be said about it; UserError with each error's cell when there is one."""
    say("Reading the plan")
    file = workspace.shown(workspace.plan_file)
    plan, findings = load_plan(workspace.plan_file, file)
    sheets_there = not any(finding.code == "plan.missing-sheet" for finding in findings)
    if sheets_there and not (plan.partners or plan.areas or plan.milestones):
        raise UserError(
            f"{file} is not filled in yet: begin with the sheets Partners and Areas; the note on each heading says what "
            "goes below it."
        )
    require_sound(findings)
    if not plan.milestones:
        raise UserError(f"{file} has no milestones yet: add them on the sheet Milestones, each below its action.")
    return plan, findings


def record_returns(workspace: Workspace, plan: Plan, month: Month) -> None:
    """Read the returns up to a month that are new, and put them on record; a frozen copy takes nothing in."""
    with open_ledger(workspace.ledger_at) as ledger:
        _record(workspace, plan, month, ledger)


def position_of(workspace: Workspace, plan: Plan, month: Month, noticed: tuple[Finding, ...]) -> Position:
    """Where the partnership stands at the end of a month, by what is on record."""
    return position_and_record(workspace, plan, month, noticed)[0]


def position_and_record(
    workspace: Workspace, plan: Plan, month: Month, noticed: tuple[Finding, ...]
) -> tuple[Position, tuple[Submission, ...]]:
    """Where the partnership stands at the end of a month, and the submissions up to then by which it does."""
    with open_ledger(workspace.ledger_at) as ledger:
        return _stand(workspace, plan, month, noticed, ledger)


def record_and_stand(
    workspace: Workspace, plan: Plan, month: Month, noticed: tuple[Finding, ...]
) -> tuple[Position, tuple[Submission, ...]]:
    """Both: put on record what is new, and say where the partnership stands by it. What was just read is not read again
    from the ledger."""
    with open_ledger(workspace.ledger_at) as ledger:
        _record(workspace, plan, month, ledger)
        return _stand(workspace, plan, month, noticed, ledger)


def stand(workspace: Workspace, month: Month) -> Position:
    """All three: where the partnership stands at the end of a month."""
    plan, noticed = sound_plan(workspace)
    return record_and_stand(workspace, plan, month, noticed)[0]


def _record(workspace: Workspace, plan: Plan, month: Month, ledger: Ledger) -> None:
    if not workspace.rebuilt_from:
        say("Reading the returns")
        take_in(workspace, plan, ledger, month, lambda done, total: say("Reading the returns", done, total))


def _stand(
    workspace: Workspace, plan: Plan, month: Month, noticed: tuple[Finding, ...], ledger: Ledger
) -> tuple[Position, tuple[Submission, ...]]:
    say("Reconciling")
    submissions, published = ledger.submissions(month, workspace.known_on), ledger.publications(month)
    settings, known_on = workspace.settings, workspace.known_on
    return position(plan, settings, submissions, month, known_on, noticed, published), submissions


def slice_for(audience: str, now: Position) -> Position:
    """The part of a position that a board or group oversees; the position itself where nobody is named.

    UserError when the plan has no board of that name.
    """
    return slice_of(now, find_scope(now.plan, audience, ScopeKind.BOARD)) if audience else now


def looking_back(workspace: Workspace, months: tuple[Month, ...], audience: str = "") -> LookBack:
    """Where the partnership stood at the end of each of these months and stands at the last, by what is on record; of
    it, where a board or group is named, what that oversees. Reads and records the returns that are new."""
    plan, noticed = sound_plan(workspace)
    scope = find_scope(plan, audience, ScopeKind.BOARD) if audience else None
    with open_ledger(workspace.ledger_at) as ledger:
        _record(workspace, plan, months[-1], ledger)
        say("Reconciling")
        submissions, published = ledger.submissions(months[-1], workspace.known_on), ledger.publications(months[-1])
    back = look_back(plan, workspace.settings, submissions, months, noticed, workspace.known_on, published)
    return slice_back(back, scope) if scope else back
