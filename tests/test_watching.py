"""Watching a month's folder: what arrives is noticed once it is whole, and nothing is missed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.collection import watching
from flows.plan.periods import Month
from flows.plan.settings import find_workspace
from tests.packs import small

MONTH = Month(2025, 1)
NEVER = 0.4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The month's folder in a small workspace. A second is a hundredth here."""
    for name in ("LOOK_SECONDS", "SETTLED_SECONDS", "LONGEST_SECONDS", "SOURCES_SECONDS"):
        monkeypatch.setattr(watching, name, getattr(watching, name) / 100)
    return small(tmp_path) / "inputs" / "returns" / str(MONTH)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def rounds_of(folder: Path) -> Iterator[None]:
    return watching.arrivals(find_workspace(folder), MONTH)


@pytest.fixture
def comes_round(folder: Path, pool: ThreadPoolExecutor) -> Iterator[Callable[[], bool]]:
    """Whether the watch comes round within a time in which it should."""
    rounds = rounds_of(folder)
    waiting: list[Future[None]] = []

    def wait() -> bool:
        if not waiting:
            waiting.append(pool.submit(next, rounds))
        try:
            waiting[0].result(NEVER)
        except TimeoutError:
            return False
        waiting.clear()
        return True

    yield wait
    (folder / "the end").write_text("so that nobody waits any more")


def test_a_file_that_arrives_is_noticed_once(folder: Path, comes_round: Callable[[], bool]) -> None:
    (folder / "council.xlsx").write_bytes(b"a")
    assert comes_round()
    assert not comes_round()


@pytest.mark.parametrize("change", ["written again", "renamed", "taken away"])
def test_a_file_that_changes_is_noticed_too(change: str, folder: Path, comes_round: Callable[[], bool]) -> None:
    path = folder / "council.xlsx"
    path.write_bytes(b"a")
    assert comes_round()
    if change == "written again":
        path.write_bytes(b"b")
    elif change == "renamed":
        path.rename(folder / "council-2.xlsx")
    else:
        path.unlink()
    assert comes_round()


@pytest.mark.parametrize("name", ["council.xlsx.part", "~$council.xlsx", ".council.xlsx", "council.xlsx.tmp"])
def test_what_is_only_passing_is_not(name: str, folder: Path, comes_round: Callable[[], bool]) -> None:
    (folder / name).write_bytes(b"a")
    assert not comes_round()
    (folder / name).rename(folder / "council.xlsx")
    assert comes_round()


def test_what_arrives_while_nobody_waits_is_not_missed(folder: Path) -> None:
    rounds = rounds_of(folder)
    for name in ("a.xlsx", "b.xlsx"):
        (folder / name).write_bytes(b"a")
        next(rounds)  # it would wait for ever


def test_a_file_that_is_still_being_copied_is_waited_for(folder: Path) -> None:
    rounds = rounds_of(folder)
    path = folder / "council.xlsx"
    copied = threading.Event()

    def copy() -> None:
        with path.open("wb", buffering=0) as file:
            for _ in range(20):
                file.write(bytes(1000))
                time.sleep(watching.SETTLED_SECONDS / 3)
        copied.set()

    copying = threading.Thread(target=copy)
    copying.start()
    next(rounds)
    assert copied.is_set()
    copying.join()


def test_a_file_that_never_stops_changing_does_not_hold_up_the_others(folder: Path) -> None:
    rounds = rounds_of(folder)
    over = threading.Event()

    def write_on() -> None:
        with (folder / "log.txt").open("wb", buffering=0) as file:
            while not over.wait(watching.LOOK_SECONDS / 2):
                file.write(b"and another line")

    writing = threading.Thread(target=write_on)
    writing.start()
    next(rounds)
    over.set()
    writing.join()


def test_sources_are_looked_at_though_nothing_changed_here(folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "inputs" / "partnership.toml"
    text = settings.read_text(encoding="utf-8").replace("[returns.sources]\n", "")
    settings.write_text(f'{text}\n[returns.sources]\ncouncil = "{tmp_path.as_posix()}/there"\n', encoding="utf-8")
    next(rounds_of(folder))


def test_a_folder_that_cannot_be_reached_for_a_while_is_no_change(
    folder: Path, comes_round: Callable[[], bool]
) -> None:
    (folder / "council.xlsx").write_bytes(b"a")
    assert comes_round()
    folder.rename(folder.with_name("elsewhere"))
    assert not comes_round()
    folder.with_name("elsewhere").rename(folder)
    assert not comes_round()


def test_ctrl_c_ends_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching.time, "sleep", interrupt)
    assert list(rounds_of(folder)) == []
