"""The frozen record of a publication: what it was made from, kept beside it, so that it can be made again.

In a publication's folder, `record/` is a small workspace: settings, plan, receipt log and templates as they were. What
partners had sent by then is in the ledger, up to the publication's mark.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.ledger.intake import RECEIPT_LOG
from flows.ledger.publications import Fact, Mark
from flows.ledger.records import Submission
from flows.ledger.store import open_ledger
from flows.plan.settings import Workspace
from flows.plan.starting import templates_folder
from flows.publish.outputs import sha256

RECORD = "record"
"""The folder with the frozen record in a publication's folder."""

_RECEIPT_LOG = "inputs/received.csv"


def freeze(workspace: Workspace, place: Path) -> None:
    """Copy what a workspace's papers are made from into a folder, as a workspace of its own."""
    inputs = place / "inputs"
    inputs.mkdir(parents=True)
    shutil.copyfile(workspace.settings_file, inputs / workspace.settings_file.name)
    shutil.copyfile(workspace.plan_file, inputs / workspace.plan_file.name)
    log = workspace.returns_folder / RECEIPT_LOG
    if log.is_file():
        shutil.copyfile(log, place / _RECEIPT_LOG)
    for file in _templates(workspace):
        kept = place / "templates" / file.relative_to(templates_folder(workspace.root))
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, kept)


def fingerprints(workspace: Workspace) -> dict[str, str]:
    """What a workspace's papers are made from now, by the names that `freeze` gives it, with fingerprints."""
    files = {"inputs/partnership.toml": workspace.settings_file, "inputs/plan.xlsx": workspace.plan_file}
    files[_RECEIPT_LOG] = workspace.returns_folder / RECEIPT_LOG
    templates = templates_folder(workspace.root)
    files |= {f"templates/{file.relative_to(templates).as_posix()}": file for file in _templates(workspace)}
    return {name: sha256(file) for name, file in sorted(files.items()) if file.is_file()}


def frozen_fingerprints(record: Path) -> dict[str, str]:
    """What a frozen record holds, with fingerprints."""
    return {file.relative_to(record).as_posix(): sha256(file) for file in sorted(record.rglob("*")) if file.is_file()}


@contextmanager
def thawed(record: Path, ledger: Path) -> Iterator[Workspace]:
    """A frozen record as a workspace that can be built from, with a copy of the ledger; nothing is written to either.

    It stands in a temporary folder, because what is built may leave traces beside it.
    """
    with TemporaryDirectory(prefix="boardpack-") as temporary:
        root = Path(temporary, "workspace")
        shutil.copytree(record, root)
        yield Workspace(root, rebuilt_from=ledger)


@contextmanager
def ledger_at(workspace: Workspace, mark: Mark) -> Iterator[Path]:
    """A copy of a workspace's ledger as it was at a mark."""
    with TemporaryDirectory(prefix="boardpack-") as temporary:
        copy = Path(temporary, "ledger.sqlite")
        with open_ledger(workspace.ledger_at) as ledger:
            ledger.copy_to(copy, mark)
        yield copy


def recorded(submissions: Iterable[Submission]) -> dict[str, str]:
    """What the ledger holds of each file, as the fingerprint of everything that was read in it."""
    return {_named(s): _mark_of(repr(s.content)) for s in submissions}


def facts_mark(facts: Iterable[Fact]) -> str:
    """The fingerprint of what a pack says."""
    return _mark_of("\n".join(repr(fact) for fact in facts))


def _named(submission: Submission) -> str:
    arrival = submission.arrival
    return f"{arrival.file} {arrival.fingerprint[:16]}"


def _mark_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _templates(workspace: Workspace) -> list[Path]:
    folder = templates_folder(workspace.root)
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith((".", "~$")) and "__pycache__" not in file.parts
    ]
