"""Collecting that is killed at any moment, and run again: the same record, the same receipts, nothing lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.ledger.store import open_ledger
from flows.plan.periods import Month
from flows.plan.settings import find_workspace
from tests.packs import ROOT, example, fingerprints

MONTH = "2022-11"
pytestmark = pytest.mark.slow

CODE = "import sys; from tests.test_collecting import collect; from pathlib import Path; collect(Path(sys.argv[1]))"


def started(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", CODE, str(folder)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def on_record(folder: Path) -> set[tuple[str, str]]:
    with open_ledger(find_workspace(folder).ledger_at) as ledger:
        return {(s.arrival.file, s.content.content_fingerprint) for s in ledger.submissions(Month(2022, 11))}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_collection_killed_at_any_moment_and_run_again_ends_in_the_same_record(tmp_path: Path) -> None:
    whole = example(tmp_path / "whole", MONTH)
    began = time.monotonic()
    assert started(whole).wait() == 0
    took = time.monotonic() - began
    seed = int(os.environ.get("BOARDPACK_KILL_SEED", "1"))
    dice = random.Random(seed)
    folder = example(tmp_path / "killed", MONTH)
    for _ in range(6):
        process = started(folder)
        time.sleep(took * dice.random())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert started(folder).wait() == 0
    assert on_record(folder) == on_record(whole), f"seed {seed}"
    here, there = (fingerprints(f / "outputs" / MONTH / "receipts") for f in (folder, whole))
    assert here == there, f"seed {seed}"
