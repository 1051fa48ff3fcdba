"""`boardpack collect --watch`, as a process of its own: it answers what arrives, and ends with Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from openpyxl import load_workbook

from tests.packs import ROOT, example

MONTH = "2022-11"
GENEROUS = 120
"""Seconds in which everything must have happened, on a busy machine too."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to another process"),
]


def _as_at_a_terminal() -> None:
    """Ctrl-C ends a command that somebody watches; tests may be run in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Watch:
    """The command, watching the example's November, to which the hospital and the health board have not sent theirs."""

    def __init__(self, place: Path) -> None:
        self.folder = example(place / "w", MONTH)
        self.returns = self.folder / "inputs" / "returns" / MONTH
        self.late = place / "late"
        self.late.mkdir()
        for name in ("hospital.xlsx", "icb.xlsx"):
            shutil.move(self.returns / name, self.late / name)
        self.printed, self.errors = place / "printed.txt", place / "errors.txt"
        kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("PREFECT_", "BOARDPACK_"))}
        self.environment = {**kept, "BOARDPACK_STATE": str(place / "state"), "COLUMNS": "100"}
        command = [sys.executable, "-m", "flows.cli", "collect", MONTH, "-C", str(self.folder), "--watch"]
        with self.printed.open("wb") as out, self.errors.open("wb") as err:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                start_new_session=True, preexec_fn=_as_at_a_terminal,
            )  # fmt: skip

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it; a failure says what was printed."""
        end = time.monotonic() + GENEROUS
        while not happened():
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < end, self.printed.read_text() + self.errors.read_text()
            time.sleep(0.2)

    def rounds(self) -> int:
        return self.printed.read_text().count("Returns for November 2022")

    def receipt(self, name: str) -> Path:
        return self.folder / "outputs" / MONTH / "receipts" / name

    def holds(self, name: str, sheet: str) -> bool:
        """Whether there is a receipt with this sheet."""
        return self.receipt(name).is_file() and sheet in load_workbook(self.receipt(name), read_only=True).sheetnames

    def interrupt(self) -> int:
        """Ctrl-C, which a terminal sends to the command and all that it has started; gives the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(GENEROUS)

    def stop_server(self) -> None:
        command = [sys.executable, "-m", "flows.cli", "stop-server"]
        subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, timeout=GENEROUS, check=True)


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """The tests below follow one another in one watch: the server behind it takes long to start."""
    watch = Watch(tmp_path_factory.mktemp("watch"))
    yield watch
    if watch.process.poll() is None:
        watch.process.kill()
        watch.process.wait()
    watch.stop_server()


def test_it_collects_what_is_there_and_goes_on(watch: Watch) -> None:
    watch.until(lambda: "Receipts written to" in watch.printed.read_text())
    assert watch.holds("council.xlsx", "Milestones")
    assert not watch.receipt("hospital.xlsx").exists()
    assert watch.process.poll() is None


def test_a_file_under_a_passing_name_is_answered_when_it_has_its_own(watch: Watch) -> None:
    rounds, data = watch.rounds(), (watch.late / "hospital.xlsx").read_bytes()
    passing = watch.returns / "hospital.xlsx.part"
    passing.write_bytes(data[: len(data) // 2])
    time.sleep(6)
    passing.write_bytes(data)
    assert watch.rounds() == rounds
    passing.rename(watch.returns / "hospital.xlsx")
    watch.until(lambda: watch.holds("hospital.xlsx", "Milestones"))
    watch.until(lambda: watch.rounds() == rounds + 1)


def test_a_file_that_is_copied_slowly_is_answered_once_and_as_a_whole(watch: Watch) -> None:
    rounds, data = watch.rounds(), (watch.late / "icb.xlsx").read_bytes()
    with (watch.returns / "icb.xlsx").open("wb", buffering=0) as file:
        for at in range(0, len(data), len(data) // 6):
            file.write(data[at : at + len(data) // 6])
            time.sleep(1)
    watch.until(lambda: watch.holds("icb.xlsx", "Milestones"))
    watch.until(lambda: watch.rounds() > rounds)
    assert watch.rounds() == rounds + 1
    assert not list(watch.receipt("").glob("unknown-*"))


def test_a_file_that_came_in_halves_is_answered_as_a_whole_in_the_end(watch: Watch) -> None:
    rounds, data = watch.rounds(), (watch.late / "hospital.xlsx").read_bytes()
    (watch.returns / "hospital.xlsx").write_bytes(data[: len(data) // 2])
    watch.until(lambda: watch.rounds() == rounds + 1)
    assert not watch.holds("hospital.xlsx", "Milestones")
    (watch.returns / "hospital.xlsx").write_bytes(data)
    watch.until(lambda: watch.rounds() == rounds + 2)
    assert watch.holds("hospital.xlsx", "Milestones")


def test_ctrl_c_ends_it_well_and_leaves_nothing_running(watch: Watch) -> None:
    watch.until(lambda: watch.printed.read_text().endswith(("anything new.\n", ".xlsx\n")))
    started = psutil.Process(watch.process.pid).children(recursive=True)
    assert watch.interrupt() == 0
    assert "Traceback" not in watch.errors.read_text() + watch.printed.read_text()
    assert "Aborted" not in watch.errors.read_text()
    watch.stop_server()
    assert not psutil.wait_procs(started, timeout=GENEROUS)[1]
    assert not list((watch.folder / "outputs").glob(".*.building"))
