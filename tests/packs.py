"""Building packs for tests: the flow's own recipe, without Prefect around its steps.

Run as `python -m tests.packs FOLDER MONTH`, it builds in a process of its own.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from flows import highlight_report as report_flow
from flows import send_forms as forms_flow
from flows.plan.workbook import write_plan_workbook
from flows.position.model import Position
from tests.plan.small_plan import SOUND

REPORT, FORMS = report_flow.highlight_report, forms_flow.send_forms
"""The flows as they are, also while a test has put something else in their place."""

ROOT = Path(__file__).resolve().parents[1]


def plainly(flow: Any, module: Any, month: str, folder: Path) -> Any:
    """What a flow does, step after step, without a run of it in Prefect."""
    steps = {name: step.fn for name, step in vars(module).items() if type(step).__name__ == "Task"}
    with mock.patch.multiple(module, sealed=lambda value: value, **steps):
        return flow.fn(month, str(folder))


def build(folder: Path, month: str) -> Position:
    """Build a month's pack in a workspace."""
    position: Position = plainly(REPORT, report_flow, month, folder)
    return position


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


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2])
