"""One partnership's papers, built without a run of Prefect's: what a worker of the fleet does for each.

Whatever goes wrong with a partnership ends as a sentence about it, and never as an error that reaches another.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.ledger.intake import RECEIPT_LOG
from flows.many.outcome import Outcome
from flows.many.remote import brought, is_remote, shown
from flows.plan.calendar import require_annual_review, require_stocktake
from flows.plan.findings import Severity, UserError
from flows.plan.periods import Month
from flows.plan.settings import SETTINGS_FILE, Workspace
from flows.position.model import Position
from flows.publications.rebuilding import Build, rebuild
from flows.publish.errors import TemplateError
from flows.publish.outputs import in_words, one_build, staged
from flows.publish.pack import write_manifest
from flows.reports.board_pack import Material
from flows.standing import record_and_stand, sound_plan

REFUSED_BY = {"stocktake": require_stocktake, "annual-review": require_annual_review}
"""What refuses a month in which the partnership's calendar has no such report."""


def build(place: str, month: Month, report: str) -> Outcome:
    """Build a partnership's report as the draft of a month. Nothing that is wrong with it is raised."""
    began = time.monotonic()
    findings, trouble, fault = 0, "", ""
    try:
        with workspace_at(place, month) as workspace:
            findings = _need_an_answer(_built(workspace, month, report))
    except (UserError, TemplateError) as error:
        trouble = str(error)
    except MemoryError:
        trouble = "Its papers need more memory than a worker may take: look for a plan or return of unusual size."
    except Exception as error:
        trouble = in_words(error) if isinstance(error, OSError) else ""
        if not trouble:
            trouble, fault = f"A fault in boardpack stopped it ({type(error).__name__}).", traceback.format_exc()
    return Outcome(shown(place), time.monotonic() - began, findings, trouble, fault)


@contextmanager
def workspace_at(place: str, month: Month) -> Iterator[Workspace]:
    """The workspace in a folder, or at a URL for as long as the block runs, for a month that it reports.

    UserError where there is none. A folder inside a workspace is not taken for it: each is named as itself.
    """
    if is_remote(place):
        with brought(place, month) as workspace:
            yield _reporting(workspace, month)
        return
    folder = Path(place)
    if not (folder / SETTINGS_FILE).is_file():
        raise UserError(f"{folder} has no {SETTINGS_FILE.as_posix()}: name the folder of a partnership.")
    yield _reporting(Workspace(folder), month)


def _reporting(workspace: Workspace, month: Month) -> Workspace:
    first = workspace.settings.calendar.first
    if month < first:
        raise UserError(f"{month.label} is before {first.label}, the first month that this partnership reports.")
    return workspace


def _built(workspace: Workspace, month: Month, report: str) -> Position:
    if report in REFUSED_BY:
        REFUSED_BY[report](month, workspace.settings)
    with one_build(workspace.outputs):
        plan, noticed = sound_plan(workspace)
        now, submissions = record_and_stand(workspace, plan, month, noticed)
        with staged(workspace.papers_of(month)) as building:
            rebuild(Build(report), workspace, Material(now, workspace.settings, submissions, noticed), building)
            write_manifest(report, workspace, now, building, workspace.returns_folder / RECEIPT_LOG)
    return now


def _need_an_answer(position: Position) -> int:
    return sum(finding.severity is not Severity.NOTE for finding in position.findings)
