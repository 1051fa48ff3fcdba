"""Commands of one workspace at the same time, and commands killed at any time, as real processes: the result is that of
one after the other."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.jobs import Parts, Plight, early, late, left_over, parts, run, start

pytestmark = pytest.mark.slow

EARNEST = Plight(in_earnest=True)


@pytest.fixture(scope="module")
def was(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that every test begins with."""
    return late(early(tmp_path_factory.mktemp("was") / "workspace"))


@pytest.fixture
def folder(was: Path, tmp_path: Path) -> Path:
    return shutil.copytree(was, tmp_path / "workspace")


@pytest.fixture(scope="module")
def alone(was: Path, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """What is there when collection and report have been done one after the other."""
    folder = shutil.copytree(was, tmp_path_factory.mktemp("alone") / "workspace")
    for job in ("collect", "highlight-report"):
        made = run(job, folder, EARNEST)
        assert made.code == 0, made.told
    return without_moments(parts(folder))


def without_moments(found: Parts) -> Parts:
    """Without what a source's file is remembered by, which names the workspace's own place."""
    return {name: held for name, held in found.items() if name != ".boardpack/sources.json"}


@pytest.mark.parametrize(
    "jobs",
    [
        ("highlight-report", "highlight-report", "collect"),
        ("collect", "collect", "highlight-report"),
    ],
    ids=" ".join,
)
def test_those_at_the_same_time_all_end_well_and_leave_what_one_after_the_other_does(
    jobs: tuple[str, ...], folder: Path, alone: Parts
) -> None:
    together = [start(job, folder, EARNEST) for job in jobs]
    for process in together:
        process.join()
    assert [process.exitcode for process in together] == [0] * len(jobs)
    assert left_over(folder) == []
    for job in ("collect", "highlight-report"):  # the report may have been built before the collection
        assert run(job, folder, EARNEST).code == 0
    now = without_moments(parts(folder))
    assert {name for name in {*now, *alone} if now.get(name) != alone.get(name)} <= {
        "ledger submission",
        "ledger entry",
    }
    assert said(now) == said(alone), "the files may have been recorded in another order"


def said(found: Parts) -> list[str]:
    """What is on record of each file, whatever its number."""
    return sorted(str(row[1:]) for row in found["ledger submission"])


def test_killed_at_any_time_again_and_again_they_end_as_if_nothing_had_happened(folder: Path, alone: Parts) -> None:
    seed = int(os.environ.get("BOARDPACK_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {seed}: BOARDPACK_KILL_SEED={seed} does the same again")
    dice = random.Random(seed)
    for _ in range(4):
        both = [start(job, folder, EARNEST) for job in ("collect", "highlight-report")]
        for process in dice.sample(both, 2):
            time.sleep(dice.uniform(0, 2))
            with suppress(ProcessLookupError):  # it has ended already
                os.kill(process.pid, signal.SIGKILL)
            process.join()
    for job in ("collect", "highlight-report"):
        made = run(job, folder, EARNEST)
        assert made.code == 0, made.told
    now = without_moments(parts(folder))
    assert said(now) == said(alone)
    assert {n for n in {*now, *alone} if now.get(n) != alone.get(n)} <= {"ledger submission", "ledger entry"}
    assert left_over(folder) == []
