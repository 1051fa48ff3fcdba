"""A new workspace: the folders, settings and plan workbook that a partnership begins with, or the worked example."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.plan.findings import UserError
from flows.plan.settings import SETTINGS_FILE
from flows.plan.workbook import write_plan_workbook

_PACKAGE = Path(__file__).resolve().parents[1]
NEW_SETTINGS = "partnership.toml"


def project_folder(name: str) -> Path:
    """A folder that comes with boardpack: `templates` or `inputs`, from the package or from a checkout."""
    packed = _PACKAGE / "_project" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


def templates_folder(workspace: Path) -> Path:
    """The templates to print with: the workspace's own, if it has a folder of that name, else boardpack's."""
    own = workspace / "templates"
    return own if own.is_dir() else project_folder("templates")


def new_workspace(folder: Path, example: bool) -> None:
    """Make a workspace in a folder that is not there yet or is empty; UserError otherwise."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already and is not an empty folder: choose another name.")
    try:
        if example:
            shutil.copytree(project_folder("inputs"), folder / "inputs", ignore=shutil.ignore_patterns(".*", "~$*"))
        else:
            (folder / "inputs" / "returns").mkdir(parents=True)
            shutil.copyfile(project_folder("templates") / NEW_SETTINGS, folder / SETTINGS_FILE)
            write_plan_workbook(None, folder / "inputs" / "plan.xlsx")
        (folder / "outputs").mkdir(parents=True)
    except OSError as error:
        raise UserError(f"The workspace {folder} cannot be made: {error.strerror or error}.") from error
