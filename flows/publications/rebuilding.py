"""Making a month's papers again from a record, whichever jobs they came from: what publishing and verifying rest on.

The steps are those of the flows that build each report, so that what is published is what was built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows import action_lists, annual_review, data_dashboard, highlight_report, stocktake
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.scope import Scope, ScopeKind, scopes
from flows.plan.settings import Workspace
from flows.position.look_back import LookBack, slice_back
from flows.position.slices import slice_of
from flows.progress import say
from flows.publish.editions import file_of
from flows.publish.pack import write_pdf, write_registers
from flows.publish.pack_papers import choose, print_pack
from flows.reports.board_pack import PACK, Material
from flows.reports.measures_workbook import measures_register
from flows.standing import position_and_record, sound_plan


@dataclass(frozen=True)
class Build:
    """One job's papers: its name ("highlight-report") and whose slice they are (the key of its folder; "" for all)."""

    job: str
    slice_key: str = ""

    @property
    def label(self) -> str:
        return f"{self.job} for {self.slice_key}" if self.slice_key else self.job


def material_of(workspace: Workspace, month: Month) -> Material:
    """What all papers of a month are made of, by what is on record."""
    plan, noticed = sound_plan(workspace)
    position, submissions = position_and_record(workspace, plan, month, noticed)
    return Material(position, workspace.settings, submissions, noticed)


def rebuild(build: Build, workspace: Workspace, material: Material, folder: Path) -> None:
    """Write the files of a build into a folder, without its manifest."""
    say(f"Making again: {build.label}")
    scope = _scope(build, material)
    place = folder / f"for-{build.slice_key}" if build.slice_key else folder
    place.mkdir(parents=True, exist_ok=True)
    _WRITERS[build.job](workspace, material, scope, place)


def _scope(build: Build, material: Material) -> Scope | None:
    """Whose slice a build is; None for one of the whole plan. UserError where the plan no longer has it."""
    if not build.slice_key:
        return None
    kinds = action_lists.KINDS if build.job == action_lists.REPORT else (ScopeKind.BOARD,)
    for scope in scopes(material.position.plan, *kinds):
        if scope.key == build.slice_key:
            return scope
    raise UserError(
        f"The plan no longer has whom the folder for-{build.slice_key} is for: take that folder away, then publish."
    )


def _highlight_report(workspace: Workspace, material: Material, scope: Scope | None, folder: Path) -> None:
    now = slice_of(material.position, scope) if scope else material.position
    report = highlight_report.print_report.fn(workspace, now, folder)
    data = highlight_report.print_dashboard.fn(workspace, now, folder)
    highlight_report.print_registers.fn(workspace, now, folder)
    highlight_report.wait_for_pdfs.fn(report, data, folder)


def _data_dashboard(workspace: Workspace, material: Material, scope: Scope | None, folder: Path) -> None:
    now = slice_of(material.position, scope) if scope else material.position
    pdf = data_dashboard.print_dashboard.fn(workspace, now, folder)
    write_registers((measures_register(now, workspace.settings),), folder, now, workspace.settings)
    write_pdf(data_dashboard.REPORT, pdf, folder)


def _stocktake(workspace: Workspace, material: Material, scope: Scope | None, folder: Path) -> None:
    back = _sliced(material.quarter, scope)
    write_pdf(stocktake.REPORT, stocktake.print_stocktake.fn(workspace, back, folder), folder)


def _annual_review(workspace: Workspace, material: Material, scope: Scope | None, folder: Path) -> None:
    back = _sliced(material.year, scope)
    write_pdf(annual_review.REPORT, annual_review.print_review.fn(workspace, back, folder), folder)


def _action_list(workspace: Workspace, material: Material, scope: Scope | None, folder: Path) -> None:
    part = slice_of(material.position, scope) if scope else material.position
    write_pdf(action_lists.REPORT, action_lists.print_list(workspace, part, folder), folder)


def _board_pack(workspace: Workspace, material: Material, scope: Scope | None, folder: Path) -> None:
    printed = print_pack(choose(material, (), workspace), material, (), workspace)
    (folder / file_of(0)).write_bytes(printed.data)


def _sliced(back: LookBack | None, scope: Scope | None) -> LookBack:
    if back is None:
        raise UserError(
            "The calendar no longer has the stocktake or annual review that was built: take its files away."
        )
    return slice_back(back, scope) if scope else back


_WRITERS: dict[str, Callable[[Workspace, Material, Scope | None, Path], None]] = {
    highlight_report.REPORT: _highlight_report,
    data_dashboard.REPORT: _data_dashboard,
    stocktake.REPORT: _stocktake,
    annual_review.REPORT: _annual_review,
    action_lists.REPORT: _action_list,
    PACK: _board_pack,
}
KNOWN_JOBS = frozenset(_WRITERS)
