"""The commands that faults are tried on, a small workspace to try them in, and what is looked at afterwards.

Another command is one more row of `JOBS`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import os
import pickle
import shutil
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import typer

from flows import collect_returns, data_dashboard, publish_pack, send_forms
from flows.commands.parts import plain_errors
from flows.progress import heard_by
from flows.publish.printing import Printed
from flows.receipts.receipt import ReceiptFacts, receipt_bytes, shortened
from flows.receipts.writer import ReceiptWriter
from flows.returns.reader import read_bytes
from flows.returns.reading import Reading
from flows.sources import fetch
from flows.sources.visit import Patience
from tests import packs
from tests.faults.injectors import Fault, Moments, Mount, clock_stands_at, meddle, mount, told_to
from tests.returns.return_files import return_sheets, workbook

MONTH = "2025-01"
LATER = "2025-02"
NOON = dt.datetime(2025, 2, 5, 12, tzinfo=dt.UTC)
"""When everything happens, unless a test says otherwise; in time for January's returns."""


def collect(folder: Path) -> None:
    packs.plainly(collect_returns.collect_returns, collect_returns, MONTH, folder)


def dashboard(folder: Path) -> None:
    packs.plainly(data_dashboard.data_dashboard, data_dashboard, MONTH, folder)


def publish(folder: Path) -> None:
    """Build the draft, and publish it."""
    dashboard(folder)
    packs.plainly(publish_pack.publish_pack, publish_pack, MONTH, folder, "A. Chair")


def forms(folder: Path) -> None:
    packs.plainly(send_forms.send_forms, send_forms, LATER, folder)


@dataclass(frozen=True)
class Job:
    """A command, and the month whose papers it writes."""

    run: Callable[[Path], object]
    month: str = MONTH


JOBS: dict[str, Job] = {
    "collect": Job(collect),
    "highlight-report": Job(lambda folder: packs.build(folder, MONTH)),
    "data-dashboard": Job(dashboard),
    "action-lists": Job(lambda folder: packs.build_action_lists(folder, MONTH)),
    "publish": Job(publish),
    "forms": Job(forms, LATER),
}
"""By name: what `boardpack` does, without Prefect around its steps."""


# --- A small workspace ------------------------------------------------------------------------------------------------

FAST = Patience(settle=0, delays=())


def a_return(partner: str, progress: str) -> bytes:
    """A return for January that says something of one milestone."""
    row = {"ref": "1.1.1.1", "status": "On track", "progress": progress}
    return workbook(return_sheets({"Partner": partner, "Month": "January 2025"}, milestones=[row]))


def put(path: Path, data: bytes) -> None:
    """Put a file there that was last changed before everything happened, the same each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (NOON.timestamp() - 86_400,) * 2)


def settings(folder: Path, *more: str) -> None:
    """Add to the settings; sources come as a table of their own."""
    path = folder / "inputs" / "partnership.toml"
    text = path.read_text(encoding="utf-8").replace("[returns.sources]\n", "")
    path.write_text("\n".join((text, *more, "")), encoding="utf-8")


def early(folder: Path) -> Path:
    """A workspace into which the council's return has come, and a folder that the hospital's will come into."""
    packs.small(folder)
    settings(
        folder,
        '[returns.sources]\nhospital = "share"',
        '[email]\nsender = "group@example.org"',
        '[email.to]\ncouncil = "council@example.org"\nhospital = "hospital@example.org"',
    )
    put(folder / "inputs" / "returns" / MONTH / "council.xlsx", a_return("Anytown Council", "The report was shared."))
    (folder / "share").mkdir()
    return folder


def late(folder: Path) -> Path:
    """Later: the council has corrected its return, the hospital has sent two files, and the partnership has a new name,
    so that every paper reads differently."""
    place = folder / "inputs" / "returns" / MONTH
    put(place / "council-2.xlsx", a_return("Anytown Council", "The report was shared and discussed."))
    put(folder / "share" / "hospital.xlsx", a_return("Anytown Hospitals NHS Trust", "The waits are known."))
    put(folder / "share" / "notes.txt", b"See you on Monday.")
    path = folder / "inputs" / "partnership.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('SEND partnership"', 'renamed partnership"'), encoding="utf-8")
    return folder


# --- What is looked at ------------------------------------------------------------------------------------------------

Parts = dict[str, Any]


def parts(folder: Path) -> Parts:
    """Everything in a workspace that must be as it was or as it will be, each as a whole: every file of the inputs, the
    papers of a month, every table of the ledger, and what is kept beside it. A part that is not there, or in which
    nothing is, has no entry."""
    found: Parts = {}
    for place in sorted((folder / "outputs").glob("[!.]*")):
        papers = {n: mark for n, mark in packs.fingerprints(place).items() if not _is_aside(n)}
        if papers:
            found[f"outputs/{place.name}"] = papers
    for kept in ("inputs", "share", ".boardpack"):
        for name, mark in packs.fingerprints(folder / kept).items():
            if not _is_aside(name) and "sqlite" not in name:
                found[f"{kept}/{name}"] = mark
    ledger = folder / ".boardpack" / "ledger.sqlite"
    if ledger.exists():
        with closing(sqlite3.connect(ledger)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            tables = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {f"ledger {name}": opened.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
        found |= {name: held for name, held in rows.items() if held}
    return found


def _is_aside(name: str) -> bool:
    return any(part.startswith(".") for part in Path(name).parts)


def left_over(folder: Path) -> list[str]:
    """What an interrupted command leaves beside things, and the next one clears away."""
    marks = (".building", ".old", ".new", ".fetching-", "-journal", "-wal")
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(name for name in found if any(mark in Path(name).name for mark in marks))


# --- Running ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plight:
    """What happens to a run: a fault at a moment of it, the clock, what is mounted, and at which step which file or folder
    of the workspace is `gone` (it then lies in the workspace under that name). `in_earnest` is with real pages and with
    the child processes that read, mark and print."""

    at: int = 0
    fault: Fault = Fault.KILLED
    now: dt.datetime = NOON
    mounts: tuple[Mount, ...] = ()
    in_earnest: bool = False
    gone: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (-9 when killed), what it printed, how many moments it had, and, seen from within
    its own mounts, what it left."""

    code: int
    told: str
    moments: int = 0
    parts: Parts = field(default_factory=dict)


_MOUNT_REFUSED, _FAULT_OF_OURS = 77, 70
_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(["tests.faults.nursery"])


def moments_to_try(job: str, known: States, every: int = 1) -> list[int]:
    """Every so many moments of a job; of publishing, most of which is copying, fewer of them, but each of the last."""
    step = every * 12 if job == "publish" else every
    last = known.moments - 12 if job == "publish" else known.moments
    return [*range(1, last + 1, step), *range(last + 1, known.moments + 1, every)]


def start(job: str, folder: Path, plight: Plight = Plight()) -> Any:
    """A run of a job in a process of its own, forked from one that has everything loaded."""
    process = _nursery.Process(target=_live, args=(job, folder, plight))
    process.start()
    return process


def run(job: str, folder: Path, plight: Plight = Plight()) -> Ended:
    """Run a job to its end."""
    process = start(job, folder, plight)
    process.join()
    return ended(process.exitcode, folder)


def ended(code: int, folder: Path) -> Ended:
    """How a run that has ended did."""
    told = _beside(folder, "told").read_text(encoding="utf-8", errors="replace")
    if code == _MOUNT_REFUSED:
        raise PermissionError(told)
    try:
        moments, left = pickle.loads(_beside(folder, "left").read_bytes())
    except FileNotFoundError:
        moments, left = 0, {}
    return Ended(code, told, moments, left)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f"{folder.name}.{what}")


def _live(job: str, folder: Path, plight: Plight) -> None:
    _beside(folder, "left").unlink(missing_ok=True)
    with told_to(_beside(folder, "told")):
        code, moments = _attempt(job, folder, plight)
    if code != _MOUNT_REFUSED:
        _beside(folder, "left").write_bytes(pickle.dumps((moments, parts(folder) if plight.mounts else {})))
    os._exit(code)


def _attempt(job: str, folder: Path, plight: Plight) -> tuple[int, int]:
    try:
        mount(*plight.mounts) if plight.mounts else None
    except OSError as error:
        print(error)
        return _MOUNT_REFUSED, 0
    clock_stands_at(plight.now)
    moments = Moments(folder, plight.at, plight.fault)
    for patch in () if plight.in_earnest else in_this_process():
        patch.start()
    meddle(moments)

    def at_step(step: str, *_: int) -> None:
        if step == plight.gone[0] and not (folder / "gone").exists():
            (folder / plight.gone[1]).rename(folder / "gone")

    try:
        with plain_errors(), heard_by(at_step):
            JOBS[job].run(folder)
    except typer.Exit as end:
        return end.exit_code, moments.passed
    except BaseException:
        traceback.print_exc()
        return _FAULT_OF_OURS, moments.passed
    return 0, moments.passed


def in_this_process() -> Iterator[Any]:
    """What takes long is done here and at once: reading, marking, waiting; a page is a fingerprint of what it would say,
    and so are the Word file and the PDF made of it."""

    def read(self: Reading, data: bytes, name: str) -> Any:
        return read_bytes(data, name, self._vocabulary)

    def receipt(self: ReceiptWriter, original: bytes | None, facts: ReceiptFacts) -> bytes:
        return receipt_bytes(original, shortened(facts))

    def page(name: str, folder: Path, **said: Any) -> str:
        mark = hashlib.sha256(repr(said).encode()).hexdigest()
        return f'<html lang="en-GB"><head><title>{mark}</title></head><body><h1>{mark}</h1></body></html>'

    def word(page: Any, path: Path, *_: Any) -> None:
        path.write_text(str(page.findtext("head/title")) * 100, encoding="utf-8")

    def printed(html: str, *_: Any) -> Future[bytes]:
        done: Future[bytes] = Future()
        done.set_result(hashlib.sha256(html.encode()).digest())
        return done

    def bound(html: str, *_: Any) -> Future[Printed]:
        done: Future[Printed] = Future()
        done.set_result(Printed(hashlib.sha256(html.encode()).digest(), 1))
        return done

    yield mock.patch.object(Reading, "read_data", read)
    yield mock.patch.object(ReceiptWriter, "receipt", receipt)
    yield mock.patch("flows.publish.pack.render", page)
    yield mock.patch("flows.publish.pack.write_word", word)
    yield mock.patch("flows.publish.pack.print_pdf", printed)
    yield mock.patch("flows.publish.pack_papers.print_bound", bound)
    yield mock.patch.dict(fetch.fetch.__kwdefaults__, {"patience": FAST})


# --- The states between which everything must end ---------------------------------------------------------------------


@dataclass(frozen=True)
class States:
    """A workspace as it was, what was in it, and what is in it when the job has been done undisturbed."""

    was: Path
    before: Parts
    after: Parts
    moments: int

    def restored(self, folder: Path) -> Path:
        """The workspace put back as it was, always in the same place: paths are recorded."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.was, folder, symlinks=True)
        return folder


def states(job: str, folder: Path) -> States:
    """Have a job done in a workspace where everything has been done once, and something has come since."""
    early(folder)
    for each in ("collect", "publish" if job == "publish" else "data-dashboard"):
        made = run(each, folder)
        assert made.code == 0, made.told
    return _both(job, late(folder))


def first_states(job: str, folder: Path) -> States:
    """The same in a workspace where nothing has been done yet."""
    return _both(job, late(early(folder)))


def _both(job: str, folder: Path) -> States:
    was = folder.with_name(f"{folder.name}.was")
    shutil.copytree(folder, was, symlinks=True)
    before = parts(folder)
    made = run(job, folder)
    assert made.code == 0, made.told
    after = parts(folder)
    assert before != after
    assert left_over(folder) == []
    return States(was, before, after, made.moments)


def torn(folder: Path, known: States) -> list[str]:
    """The parts that are neither as they were nor as they will be."""
    now = parts(folder)
    names = sorted({*now, *known.before, *known.after})
    return [name for name in names if now.get(name) not in (known.before.get(name), known.after.get(name))]
