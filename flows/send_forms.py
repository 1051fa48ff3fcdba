"""Each partner's form for a month, filled in from what is on record.

Run by `boardpack forms 2022-11`, or from Prefect as `flows.send_forms:send_forms`.
"""

from __future__ import annotations

from pathlib import Path

from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.known import prefill
from flows.position.model import Position
from flows.progress import say
from flows.publish.outputs import one_build, staged
from flows.returns.forms import write_form
from flows.standing import stand
from flows.steps import job, sealed, step


@job("send-forms", "Forms {month}")
def send_forms(month: str, folder: str = ".") -> list[Path]:
    """Write a form for every partner into `outputs/MONTH/forms`, from the returns of the months before.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it. Returns the files written.
    """
    workspace, period = find_workspace(Path(folder)), Month.parse(month)
    with one_build(workspace.outputs, say):
        before = look_back(sealed(workspace), sealed(period.previous()))
        place = workspace.outputs_of(period) / "forms"
        with staged(place) as building:
            names = fill_in(sealed(workspace), sealed(before), sealed(period), building)
    return [place / name for name in names]


@step("look back")
def look_back(workspace: Workspace, month: Month) -> Position:
    """Where the partnership stood at the end of the month before."""
    return stand(workspace, month)


@step("fill in the forms")
def fill_in(workspace: Workspace, before: Position, month: Month, building: Path) -> list[str]:
    """One workbook for each partner."""
    say("Writing the forms")
    names = []
    for partner in before.plan.partners:
        names.append(f"{partner.key}.xlsx")
        known = prefill(before, partner)
        write_form(building / names[-1], before.plan, workspace.settings, partner, month, known)
    return names
