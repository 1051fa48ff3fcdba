"""What a fleet costs: `python -m tests.bench_fleet 10 50` builds so many generated partnerships and prints a table.

Each run is the whole command on its own Prefect server, with a worker for each of two processors; its processes are
watched from outside. Processor seconds say more than the clock where the machine has other work. With `--plain` the same
partnerships are built by the same processes without Prefect and Dask; with `--kill` a worker is killed midway.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import psutil

from tests.generate_partnerships import MONTH, ROOT, partnerships

WORKERS = 2
PLAIN = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
from flows.many.child import Builder
from flows.many.outcome import to_json
from flows.plan.periods import Month
workers, month, *places = sys.argv[1:]
mine = threading.local()
def build(place):
    if not hasattr(mine, "builder"):
        mine.builder = Builder()
    return mine.builder.build(place, month, "highlight-report")
with ThreadPoolExecutor(int(workers)) as pool:
    print(to_json(list(pool.map(build, places)), Month.parse(month), "highlight-report"))
"""
KINDS = {"flows.many.child": "builder", "flows.returns.child": "reader", "multiprocessing": "Dask worker",
         "prefect": "Prefect server"}  # fmt: skip


class Watched:
    """A command and all processes below it: the most memory and the processor seconds of each."""

    def __init__(self, command: list[str], state: Path) -> None:
        self.seconds: dict[int, float] = {}
        self.memory: dict[int, float] = {}
        self.kinds: dict[int, str] = {}
        self.together = 0.0
        self._state = state
        self._began = time.monotonic()
        environ = os.environ | {"BOARDPACK_STATE": str(state), "BOARDPACK_SERVER_IDLE_MINUTES": "0"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environ)

    def builders(self) -> list[psutil.Process]:
        return [p for p in self._all() if self._kind(p) == "builder"]

    def look(self) -> None:
        """Take note of what every process has used by now."""
        now = 0.0
        for process in self._all():
            try:
                used = process.cpu_times()
                memory = process.memory_info().rss / (1 << 20)
                self.kinds.setdefault(process.pid, self._kind(process))
            except psutil.Error:
                continue
            self.seconds[process.pid] = used.user + used.system
            self.memory[process.pid] = max(memory, self.memory.get(process.pid, 0.0))
            now += memory
        self.together = max(self.together, now)

    def end(self) -> tuple[float, dict[str, Any]]:
        """Wait for its end; the seconds it took, and what it printed."""
        while self.process.poll() is None:
            self.look()
            time.sleep(0.5)
        took = time.monotonic() - self._began
        assert self.process.stdout is not None
        return took, json.loads(self.process.stdout.read())

    def by_kind(self, used: dict[int, float], how: Any) -> dict[str, float]:
        found = defaultdict(list)
        for pid, value in used.items():
            found[self.kinds[pid]].append(value)
        return {kind: how(values) for kind, values in sorted(found.items())}

    def _kind(self, process: psutil.Process) -> str:
        if process.pid == self.process.pid:
            return "command"
        words = " ".join(process.cmdline())
        return next((kind for word, kind in KINDS.items() if word in words), "other")

    def _all(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for pid in {self.process.pid, *self._server()}:
            try:
                one = psutil.Process(pid)
                found += [one, *one.children(recursive=True)]
            except psutil.Error:
                continue
        return list({one.pid: one for one in found}.values())

    def _server(self) -> list[int]:
        try:
            return [json.loads(file.read_text())["pid"] for file in self._state.rglob("server.json")]
        except (OSError, ValueError, KeyError):
            return []


def measure(folders: list[Path], how: str = "") -> dict[str, Any]:
    """Build a month of these partnerships, and say what it took."""
    places = [str(folder) for folder in folders]
    with tempfile.TemporaryDirectory() as state:
        fleet = [sys.executable, "-m", "flows.cli", "fleet", *places, str(MONTH), "--json", "--workers", str(WORKERS)]
        plain = [sys.executable, "-c", PLAIN, str(WORKERS), str(MONTH), *places]
        watched = Watched(plain if how == "--plain" else fleet, Path(state))
        if how == "--kill":
            _kill_one(watched, folders)
        took, told = watched.end()
    trouble = [one for one in told["partnerships"] if one["trouble"]]
    assert not trouble, trouble
    return {
        "partnerships": len(places),
        "how": how.strip("-") or "fleet",
        "seconds": took,
        "processor seconds": sum(watched.seconds.values()),
        "building": sum(one["seconds"] for one in told["partnerships"]),
        "by kind": watched.by_kind(watched.seconds, sum),
        "most memory of one": watched.by_kind(watched.memory, max),
        "most memory together": watched.together,
    }


def _kill_one(watched: Watched, folders: list[Path]) -> None:
    """Kill the worker of one builder when half of the papers are there."""
    while watched.process.poll() is None:
        watched.look()
        if sum((folder / "outputs" / str(MONTH)).is_dir() for folder in folders) >= len(folders) // 2:
            watched.builders()[0].parent().kill()
            return
        time.sleep(0.2)


def main(*arguments: str) -> None:
    """Print a line for each number of partnerships."""
    how = ["", *(word for word in arguments if word.startswith("--"))]
    counts = [int(word) for word in arguments if not word.startswith("--")] or [10]
    print(f"Highlight report, dashboard and registers for {MONTH}, first run, {WORKERS} workers\n")
    print(
        "| partnerships | how | minutes | processor s each | of it Prefect, Dask | each hour | MiB of a builder | MiB together |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    for count in counts:
        for one in how:
            with tempfile.TemporaryDirectory() as folder:
                print(_line(measure(partnerships(Path(folder), count), one)), flush=True)


def _line(found: dict[str, Any]) -> str:
    each = found["processor seconds"] / found["partnerships"]
    work = sum(found["by kind"].get(kind, 0.0) for kind in ("builder", "reader"))
    other = (found["processor seconds"] - work) / found["partnerships"]
    hourly = 3600 * found["partnerships"] / found["seconds"]
    return (
        f"| {found['partnerships']} | {found['how']} | {found['seconds'] / 60:.1f} | {each:.1f} | {other:.1f} | {hourly:.0f} "
        f"| {found['most memory of one']['builder']:.0f} | {found['most memory together']:.0f} |"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
