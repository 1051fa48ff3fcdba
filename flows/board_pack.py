"""The board pack: the month's papers in one PDF, and its supplements with what came late.

Run by `boardpack pack 2022-11`, or from Prefect as `flows.board_pack:board_pack`.
"""

from __future__ import annotations

from pathlib import Path

from flows.ledger.intake import RECEIPT_LOG
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.progress import say
from flows.publish.editions import file_of, sent_before, write_record
from flows.publish.outputs import one_build, staged
from flows.publish.pack import write_manifest
from flows.publish.pack_papers import Composed, choose, print_pack
from flows.reports.board_pack import PACK, Edition, Material, Packed, edition_of, nothing_to_add
from flows.standing import record_and_stand, sound_plan
from flows.steps import job, sealed, step


@job(PACK, "Board pack {month}")
def board_pack(month: str, folder: str = ".", supplement: bool = False) -> Packed:
    """Bind the month's papers into `outputs/MONTH/board-pack.pdf`; with `supplement`, those that are not in the pack or
    read differently now into `board-pack-supplement-1.pdf`, and so on, leaving what was sent as it is.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it. UserError when the plan has an error,
    when a pack that has a supplement would be built again, or when there is no pack to add to.
    """
    workspace, period = find_workspace(Path(folder)), Month.parse(month)
    with one_build(workspace.outputs, say):
        sent = sent_before(workspace.outputs_of(period), period, supplement)
        material = reconcile(sealed(workspace), sealed(period))
        composed = write_papers(sealed(workspace), sealed(material), sealed(sent))
        if not composed.chosen:
            return Packed(material.position, (), nothing_to_add(material.position))
        with staged(workspace.outputs_of(period)) as building:
            file = bind_papers(sealed(workspace), sealed(material), sealed(composed), sealed(sent), building)
    return Packed(material.position, (file,))


@step("reconcile")
def reconcile(workspace: Workspace, month: Month) -> Material:
    """Read the plan and the returns, record what is new, and work out where the partnership stands."""
    plan, noticed = sound_plan(workspace)
    position, submissions = record_and_stand(workspace, plan, month, noticed)
    return Material(position, workspace.settings, submissions, noticed)


@step("write the papers")
def write_papers(workspace: Workspace, material: Material, sent: tuple[Edition, ...]) -> Composed:
    """The month's papers as HTML, and which of them go into this edition."""
    say("Writing the papers")
    return choose(material, sent, workspace)


@step("bind the papers")
def bind_papers(
    workspace: Workspace, material: Material, composed: Composed, sent: tuple[Edition, ...], building: Path
) -> str:
    """The edition as PDF, the record of what has been sent, and what went in; the name of its file."""
    say("Printing the board pack")
    file = file_of(len(sent))
    printed = print_pack(composed, material, sent, workspace)
    (building / file).write_bytes(printed.data)
    first = sent[-1].last_page if sent else 0
    edition = edition_of(composed.chosen, material.position, file, first + printed.pages)
    write_record((*sent, edition), building)
    build = Path(file).stem
    write_manifest(build, workspace, material.position, building, workspace.returns_folder / RECEIPT_LOG)
    return file
