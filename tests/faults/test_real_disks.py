"""Small disks that are really full, and folders that really are read-only, mounted for one process alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.injectors import Mount
from tests.faults.jobs import MONTH, Ended, Parts, Plight, early, late, parts, run

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace in which everything has been done, and something has come since."""
    place = early(tmp_path / "workspace")
    for job in ("collect", "highlight-report"):
        made = run(job, place)
        assert made.code == 0, made.told
    return late(place)


def attempt(job: str, folder: Path, *mounts: Mount) -> Ended:
    try:
        return run(job, folder, Plight(mounts=mounts))
    except PermissionError as refusal:
        pytest.skip(f"nothing can be mounted here: {refusal}")


def size_of(folder: Path) -> int:
    """What the files of a folder take on a disk, in KiB."""
    return sum(-(-path.stat().st_size // 4096) * 4 for path in folder.rglob("*") if path.is_file())


def one_sentence(made: Ended, *words: str) -> None:
    assert made.code == 1, made.told
    (said,) = [line for line in made.told.splitlines() if line]
    assert [word for word in words if word not in said] == [], said


@pytest.mark.parametrize("room", [12, 60, 120], ids=lambda room: f"{room} KiB free")
@pytest.mark.parametrize("job", ["collect", "highlight-report"])
def test_outputs_on_a_full_disk_stay_as_they_were(job: str, room: int, folder: Path) -> None:
    before = parts(folder)
    made = attempt(job, folder, Mount(folder / "outputs", size_of(folder / "outputs") + room))
    one_sentence(made, "The disk is full: make room, then try again.", f"outputs/{MONTH} was left as it was")
    assert made.parts[f"outputs/{MONTH}"] == before[f"outputs/{MONTH}"]


def test_a_ledger_on_a_full_disk_says_so_and_keeps_what_it_has(folder: Path) -> None:
    before = parts(folder)
    made = attempt("collect", folder, Mount(folder / ".boardpack", size_of(folder / ".boardpack") + 4))
    one_sentence(made, "full", "make room")
    assert ledger(made.parts) == ledger(before)


def test_a_ledger_that_cannot_be_written_says_so_and_keeps_what_it_has(folder: Path) -> None:
    before = parts(folder)
    made = attempt("highlight-report", folder, Mount(folder / ".boardpack"))
    one_sentence(made, "check who may")
    assert ledger(made.parts) == ledger(before)


def ledger(found: Parts) -> Parts:
    return {name: rows for name, rows in found.items() if name.startswith("ledger")}


def test_outputs_that_are_read_only_stop_a_command_before_anything_is_changed(folder: Path) -> None:
    before = parts(folder)
    for job in ("collect", "highlight-report"):
        one_sentence(attempt(job, folder, Mount(folder / "outputs")), "outputs", "check who may use it")
        assert parts(folder) == before


def test_returns_that_can_only_be_read_are_read_and_answered_and_what_cannot_be_fetched_is_told(folder: Path) -> None:
    made = attempt("collect", folder, Mount(folder / "inputs"))
    assert made.code == 0, made.told
    now = parts(folder)
    assert "council-2.xlsx" in str(now["ledger submission"])
    assert "hospital.xlsx" not in str(now["ledger submission"])
    again = run("collect", folder)
    assert again.code == 0
    assert "hospital.xlsx" in str(parts(folder)["ledger submission"])


def test_a_report_is_built_from_inputs_that_can_only_be_read(folder: Path) -> None:
    before = parts(folder)
    made = attempt("highlight-report", folder, Mount(folder / "inputs"), Mount(folder / "share"))
    assert made.code == 0, made.told
    assert parts(folder)[f"outputs/{MONTH}"] != before[f"outputs/{MONTH}"]
