"""A build takes the place of the last one whole, or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.plan.findings import UserError
from flows.publish import outputs
from flows.publish.outputs import in_words, one_build, sha256, staged

ROOT = Path(__file__).parents[2]
Way = Callable[[Path, Path], bool]
WAYS = [pytest.param(None, id="in one step"), pytest.param(lambda one, other: False, id="by renaming twice")]
"""How two folders change places: as this system can, and as systems do that cannot exchange names."""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The folder of a month with a build in it."""
    folder = tmp_path / "outputs" / "2022-11"
    folder.mkdir(parents=True)
    (folder / "report.pdf").write_text("old")
    (folder / "tracker.xlsx").write_text("old")
    return folder


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param is not None:
        monkeypatch.setattr(outputs, "_exchange", request.param)
    return request.param


def content(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def build(target: Path, **files: str) -> None:
    with staged(target) as work:
        for name, text in files.items():
            (work / name.replace("_", ".")).write_text(text)


def fail(target: Path, error: Exception) -> None:
    """A build that writes half a report and then comes to grief."""
    with staged(target) as work:
        (work / "report.pdf").write_text("half")
        raise error


def hold(folder: Path) -> None:
    with one_build(folder):
        pass


OLD = {"report.pdf": "old", "tracker.xlsx": "old"}


def test_the_first_build_makes_the_folder(tmp_path: Path) -> None:
    build(tmp_path / "outputs" / "2022-11", report_pdf="new")
    assert content(tmp_path / "outputs") == {"2022-11/report.pdf": "new"}


def test_a_build_replaces_what_it_wrote_and_keeps_the_rest(target: Path, way: Way) -> None:
    (target / "forms").mkdir()
    (target / "forms" / "council.xlsx").write_text("form")
    build(target, report_pdf="new")
    assert content(target.parent) == {
        "2022-11/forms/council.xlsx": "form", "2022-11/report.pdf": "new", "2022-11/tracker.xlsx": "old",
    }  # fmt: skip


def test_a_build_that_fails_leaves_the_last_one_and_nothing_beside_it(target: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fail(target, ZeroDivisionError())
    assert content(target) == OLD
    assert [p.name for p in target.parent.iterdir()] == ["2022-11"]


def test_nothing_of_the_new_build_is_seen_before_it_is_whole(target: Path, way: Way) -> None:
    with staged(target) as work:
        (work / "report.pdf").write_text("new")
        assert content(target) == OLD
    assert content(target)["report.pdf"] == "new"


def test_what_an_interrupted_build_left_behind_does_not_get_into_the_next(target: Path, way: Way) -> None:
    left = target.with_name(".2022-11.building")
    left.mkdir()
    (left / "stray.pdf").write_text("half")
    build(target, report_pdf="new")
    assert content(target.parent) == {"2022-11/report.pdf": "new", "2022-11/tracker.xlsx": "old"}


def test_a_build_interrupted_between_two_renames_is_put_right(target: Path) -> None:
    target.rename(target.with_name(".2022-11.old"))
    with pytest.raises(ZeroDivisionError):
        fail(target, ZeroDivisionError())
    assert content(target.parent) == {f"2022-11/{name}": text for name, text in OLD.items()}


def test_lock_files_and_unfinished_forms_are_not_carried_over(target: Path) -> None:
    (target / "~$report.docx").write_text("lock")
    (target / ".~lock.report.docx#").write_text("lock")
    (target / ".forms.building").mkdir()
    build(target, report_pdf="new")
    assert content(target) == {"report.pdf": "new", "tracker.xlsx": "old"}
    assert not (target / ".forms.building").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a right there")
def test_a_link_that_leads_nowhere_is_carried_over_as_it_is(target: Path) -> None:
    (target / "link").symlink_to("nowhere")
    build(target, report_pdf="new")
    assert (target / "link").readlink() == Path("nowhere")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_sentence_and_the_last_build_stays(target: Path, number: int) -> None:
    with pytest.raises(
        UserError, match=r"^The disk is full: make room, then try again\. .*2022-11 was left as it was\.$"
    ):
        fail(target, OSError(number, os.strerror(number)))
    assert content(target.parent) == {f"2022-11/{name}": text for name, text in OLD.items()}


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_file_that_is_open_elsewhere_is_named_and_the_last_build_stays(
    target: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """On Windows a folder cannot be renamed while a file in it is open: neither the old one nor the new one."""
    renames: list[Path] = []
    rename = Path.rename

    def locked(self: Path, to: Path) -> Path:
        renames.append(self)
        if len(renames) == fails_at:
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(self), 32, str(to))
        return rename(self, to)

    monkeypatch.setattr(outputs, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", locked)
    with pytest.raises(
        UserError, match=r"2022-11.* cannot be read or written: close it if it is open in another program"
    ):
        build(target, report_pdf="new")
    assert content(target.parent) == {f"2022-11/{name}": text for name, text in OLD.items()}


def test_outputs_that_may_not_be_written_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(UserError, match=r"outputs cannot be read or written: .* check who may use it"):
        hold(tmp_path / "outputs")


def test_a_file_where_the_outputs_belong_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("a file")
    with pytest.raises(UserError, match="outputs is a file, and a folder is needed there: move it away"):
        hold(tmp_path / "outputs")


def test_a_fault_of_ours_is_not_called_the_users(target: Path) -> None:
    with pytest.raises(FileNotFoundError), staged(target) as work:
        (work / "missing.pdf").read_text()
    assert in_words(FileNotFoundError(errno.ENOENT, "No such file", "missing.pdf")) == ""
    assert in_words(OSError(errno.EBADF, "Bad file descriptor")) == ""


def test_two_builds_of_one_workspace_come_one_after_the_other(target: Path) -> None:
    begun, order, told = threading.Event(), [], []

    def second() -> None:
        begun.wait()
        with one_build(target.parent, told.append):
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with one_build(target.parent):
        begun.set()
        other.join(timeout=0.3)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert told == ["Waiting for another build to end"]


def test_a_build_that_waits_too_long_says_so(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "WAIT_SECONDS", 0.05)
    with one_build(target.parent), pytest.raises(UserError, match="try again when it ends"):
        hold(target.parent)


def test_the_lock_of_a_killed_build_is_free(target: Path) -> None:
    program = "import os, sys; from pathlib import Path; from flows.publish.outputs import one_build\nwith one_build(Path(sys.argv[1])): os._exit(9)"
    assert subprocess.run([sys.executable, "-c", program, str(target.parent)], cwd=ROOT).returncode == 9
    with one_build(target.parent):
        build(target, report_pdf="new")
    assert content(target)["report.pdf"] == "new"


def test_a_fingerprint_is_the_sha_256_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00" * 100_000)
    assert sha256(tmp_path / "file") == hashlib.sha256(b"\x00" * 100_000).hexdigest()
