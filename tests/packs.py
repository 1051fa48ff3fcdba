"""Building packs for tests: the flow's own recipe, without Prefect around its steps.

Run as `python -m tests.packs FOLDER MONTH [REPORT [NAME]]`, it builds in a process of its own: the highlight report, or
"stocktake", "annual-review" or "action-lists", whole or for the board, workstream or partner of that name.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from flows import action_lists as lists_flow
from flows import annual_review as review_flow
from flows import highlight_report as report_flow
from flows import send_forms as forms_flow
from flows import stocktake as stocktake_flow
from flows.plan.workbook import write_plan_workbook
from flows.position.model import Position
from tests.plan.small_plan import SOUND

REPORT, FORMS = report_flow.highlight_report, forms_flow.send_forms
STOCKTAKE, REVIEW, LISTS = stocktake_flow.stocktake, review_flow.annual_review, lists_flow.action_lists
"""The flows as they are, also while a test has put something else in their place."""

ROOT = Path(__file__).resolve().parents[1]


def plainly(flow: Any, module: Any, month: str, folder: Path, *more: Any) -> Any:
    """What a flow does, step after step, without a run of it in Prefect. `more` is what else the flow is told."""
    steps = {name: step.fn for name, step in vars(module).items() if type(step).__name__ == "Task"}
    with mock.patch.multiple(module, sealed=lambda value: value, **steps):
        return flow.fn(month, str(folder), *more)


def build(folder: Path, month: str, audience: str = "", as_known: str = "") -> Position:
    """Build a month's pack in a workspace, or the slice of it for a board; as it was known on a day."""
    position: Position = plainly(REPORT, report_flow, month, folder, audience, as_known)
    return position


def build_stocktake(folder: Path, month: str, audience: str = "") -> Position:
    """Build the stocktake of the quarter that ends with a month, or the slice of it for a board."""
    position: Position = plainly(STOCKTAKE, stocktake_flow, month, folder, audience)
    return position


def build_annual_review(folder: Path, month: str, audience: str = "") -> Position:
    """Build the annual review of the year that ends with a month, or the slice of it for a board."""
    position: Position = plainly(REVIEW, review_flow, month, folder, audience)
    return position


def build_action_lists(folder: Path, month: str, audience: str = "") -> tuple[Position, ...]:
    """Build the list of each workstream and the page of each partner, or the one of that name."""
    slices: tuple[Position, ...] = plainly(LISTS, lists_flow, month, folder, audience)
    return slices


def build_forms(folder: Path, month: str) -> list[Path]:
    """Write a month's forms in a workspace."""
    written: list[Path] = plainly(FORMS, forms_flow, month, folder)
    return written


def example(folder: Path, up_to: str = "2023-12") -> Path:
    """A workspace with the worked example's plan, and its returns up to a month."""
    shutil.copytree(ROOT / "inputs", folder / "inputs", ignore=shutil.ignore_patterns(".*", "~$*"))
    for place in (folder / "inputs" / "returns").iterdir():
        if place.is_dir() and place.name > up_to:
            shutil.rmtree(place)
    return folder


def small(folder: Path) -> Path:
    """A workspace with a plan of three milestones, which first reports January 2025, and no return yet."""
    (folder / "inputs" / "returns").mkdir(parents=True)
    shutil.copyfile(ROOT / "templates" / "partnership.toml", folder / "inputs" / "partnership.toml")
    (folder / "inputs" / "plan.xlsx").write_bytes(_small_plan())
    return folder


@cache
def _small_plan() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        write_plan_workbook(SOUND, Path(place, "plan.xlsx"))
        return Path(place, "plan.xlsx").read_bytes()


def fingerprints(folder: Path) -> dict[str, str]:
    """Every file in a folder and below, each with the SHA-256 of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


BUILDS: dict[str, Callable[..., Any]] = {
    "highlight-report": build,
    "stocktake": build_stocktake,
    "annual-review": build_annual_review,
    "action-lists": build_action_lists,
}


def main(folder: str, month: str, report: str = "highlight-report", audience: str = "") -> None:
    """Build a report in a workspace."""
    BUILDS[report](Path(folder), month, audience)


if __name__ == "__main__":
    main(*sys.argv[1:])
