"""A fleet: many partnerships built at once, none of which can harm another."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock

from flows.many import work as fleet_work
from flows.many.child import Builder
from flows.many.outcome import Outcome, lines, to_json
from flows.many.remote import brought, is_remote, local_folder, shown
from flows.many.work import build
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.publish.pack import MANIFEST
from tests import packs
from tests.generate_partnerships import MONTH, partnership
from tests.postgres import a_schema, run_sql

REPORT = "highlight-report"
JANUARY = Month(2025, 1)
PATIENCE = 300.0
COMMAND = [sys.executable, "-c", "from flows.commands.fleet import app; app()"]


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    one = Builder()
    yield one
    one.stop()


def small(folder: Path) -> str:
    """A partnership that can be built in January 2025: no return has come in."""
    return str(packs.small(folder))


def held_up(place: str) -> FileLock:
    """A partnership whose build waits for another one that does not end."""
    (Path(place) / "outputs").mkdir()
    lock = FileLock(Path(place) / "outputs" / ".lock")
    lock.acquire()
    return lock


def until(happened: Callable[[], Any], what: str) -> Any:
    """What `happened` gives as soon as it gives something; fails when that takes too long."""
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last:
        if found := happened():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def environ(folder: Path) -> dict[str, str]:
    """A Prefect server of the test's own, which ends with the command."""
    return os.environ | {"BOARDPACK_STATE": str(folder / "state"), "BOARDPACK_SERVER_IDLE_MINUTES": "0"}


# --- What is said ---------------------------------------------------------------------------------------------


def test_each_partnership_has_a_line_and_all_have_one() -> None:
    outcomes = [
        Outcome("north", 4.23, 12),
        Outcome("south", 3.0, 1),
        Outcome("east", 0.1, trouble="The plan has 2 errors, so nothing was built.\nOne.\nTwo."),
    ]
    assert list(lines(outcomes)) == [
        "north: built in 4.2 seconds; 12 findings need an answer.",
        "south: built in 3.0 seconds; 1 finding needs an answer.",
        "east: not built. The plan has 2 errors, so nothing was built. (and 2 more)",
        "2 partnerships built, 1 not.",
    ]
    told = json.loads(to_json(outcomes, JANUARY, REPORT))
    assert (told["month"], told["report"]) == ("2025-01", REPORT)
    assert [one["place"] for one in told["partnerships"]] == ["north", "south", "east"]
    assert told["partnerships"][2]["trouble"].count("\n") == 2


@pytest.mark.parametrize(
    ("place", "remote", "printed"),
    [
        ("north", False, "north"),
        ("file:///srv/north", False, "file:///srv/north"),
        ("s3://bucket/north", True, "s3://bucket/north"),
        ("sftp://me:secret@host/north", True, "sftp://host/north"),
        ("https://host/north?token=secret", True, "https://host/north"),
    ],
)
def test_a_place_is_a_folder_or_a_url_and_is_printed_without_secrets(place: str, remote: bool, printed: str) -> None:
    assert is_remote(place) is remote
    assert shown(place) == printed


def test_a_file_url_names_a_folder_of_this_machine(tmp_path: Path) -> None:
    folder = tmp_path / "north and south"
    assert local_folder(folder.as_uri()) == folder


# --- One partnership ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_worker_writes_the_same_papers_as_the_command(tmp_path: Path, builder: Builder) -> None:
    place = small(tmp_path / "one")
    outcome = builder.build(place, "2025-01", REPORT, PATIENCE)
    assert (outcome.place, outcome.trouble, outcome.fault) == (place, "", "")
    position = packs.build(Path(small(tmp_path / "other")), "2025-01")
    assert outcome.findings == sum(finding.severity != "note" for finding in position.findings)
    papers = [packs.fingerprints(tmp_path / name / "outputs" / "2025-01") for name in ("one", "other")]
    assert papers[0] == papers[1]
    assert "highlight-report.pdf" in papers[0]
    assert outcome.memory > 50 or sys.platform == "win32"


def broken_plan(folder: Path) -> None:
    (folder / "inputs" / "plan.xlsx").write_bytes(b"no workbook")


def no_settings(folder: Path) -> None:
    (folder / "inputs" / "partnership.toml").unlink()


def own_template(folder: Path) -> None:
    shutil.copytree(packs.ROOT / "templates", folder / "templates")
    (folder / "templates" / "highlight-report.html").write_text("{{ nothing }}", "utf-8")


def outputs_is_a_file(folder: Path) -> None:
    (folder / "outputs").write_text("")


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (broken_plan, "plan.xlsx"),
        (no_settings, "has no inputs/partnership.toml: name the folder of a partnership."),
        (own_template, "highlight-report.html"),
        (outputs_is_a_file, "is a file, and a folder is needed there"),
    ],
)
def test_what_a_user_can_put_right_is_a_sentence(tmp_path: Path, breaks: Callable[[Path], None], says: str) -> None:
    place = small(tmp_path / "one")
    breaks(Path(place))
    outcome = build(place, JANUARY, REPORT)
    assert says in outcome.trouble
    assert outcome.fault == ""


def test_a_folder_inside_a_partnership_is_not_taken_for_it(tmp_path: Path) -> None:
    outcome = build(str(Path(small(tmp_path), "inputs")), JANUARY, REPORT)
    assert "has no inputs/partnership.toml" in outcome.trouble


def test_months_that_a_partnership_does_not_report_are_refused(tmp_path: Path) -> None:
    place = small(tmp_path)
    assert "is before January 2025" in build(place, JANUARY.previous(1), REPORT).trouble
    assert "stocktake" in build(place, JANUARY, "stocktake").trouble
    assert "annual review" in build(place, JANUARY, "annual-review").trouble


@pytest.mark.parametrize(
    ("error", "says", "told"),
    [
        (KeyError("1.2"), "A fault in boardpack stopped it (KeyError).", True),
        (MemoryError(), "need more memory", False),
    ],
)
def test_a_fault_of_ours_is_a_sentence_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str, told: bool
) -> None:
    def fails(*anything: object) -> None:
        raise error

    monkeypatch.setattr(fleet_work, "rebuild", fails)
    outcome = build(small(tmp_path), JANUARY, REPORT)
    assert says in outcome.trouble
    assert ("KeyError: '1.2'" in outcome.fault) is told
    assert not (tmp_path / "outputs" / "2025-01").exists()


@pytest.mark.slow
def test_one_that_hangs_is_stopped_and_the_next_is_built(tmp_path: Path, builder: Builder) -> None:
    hangs, sound = small(tmp_path / "hangs"), small(tmp_path / "sound")
    with held_up(hangs):
        outcome = builder.build(hangs, "2025-01", REPORT, seconds=2)
    assert outcome.trouble == "It was not built in 2 seconds, and was stopped."
    assert 2 <= outcome.seconds < 60
    assert builder.build(sound, "2025-01", REPORT, PATIENCE).trouble == ""


def next_process(builder: Builder, after: Any) -> Any:
    """The process that the builder has when it is not the one of before."""
    return until(lambda: builder._child is not after and builder._child, "a process")


@pytest.mark.slow
def test_a_process_that_was_killed_is_started_again_once(tmp_path: Path, builder: Builder) -> None:
    outcomes: list[Outcome] = []
    for name, kills in (("once", 1), ("twice", 2)):
        place = small(tmp_path / name)
        lock = held_up(place)
        work = threading.Thread(target=lambda at: outcomes.append(builder.build(at, "2025-01", REPORT)), args=[place])
        work.start()
        child = None
        for _ in range(kills):
            child = next_process(builder, child)
            time.sleep(0.1)
            child.kill()
        if kills == 1:
            lock.release()
        work.join(PATIENCE)
        lock.release()
    assert [one.trouble.partition(":")[0] for one in outcomes] == [
        "",
        "The process that was building it was killed, twice",
    ]


def test_the_process_ends_when_its_worker_is_gone(tmp_path: Path) -> None:
    place = small(tmp_path)
    with held_up(place):
        code = f"from flows.many.child import Builder; Builder().build({place!r}, '2025-01', '{REPORT}')"
        worker = psutil.Popen([sys.executable, "-c", code], cwd=packs.ROOT)
        child = until(lambda: next(iter(worker.children()), None), "a process")
        until(lambda: "flows.many.child" in child.cmdline(), "the program")
        worker.kill()
        worker.wait()
        until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "its end")


# --- Places elsewhere -----------------------------------------------------------------------------------------


def in_memory(folder: Path, ledger: str) -> Any:
    """A partnership in fsspec's memory at memory://fleet/north, with a ledger as the settings say."""
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    if system.exists("/fleet"):
        system.rm("/fleet", recursive=True)
    settings = folder / "inputs" / "partnership.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.partition("[ledger]")[0] + f"[ledger]\n{ledger}\n", "utf-8")
    system.put(str(folder), "/fleet/north", recursive=True)
    return system


def test_only_what_is_new_is_put_back_and_the_manifest_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(small(tmp_path))
    papers = folder / "outputs" / "2025-01"
    papers.mkdir(parents=True)
    for name in ("stocktake.pdf", "old.pdf", MANIFEST):
        (papers / name).write_text("before")
    system = in_memory(folder, 'url = "postgresql://host/db"')
    outside = "/fleet/north/inputs/../../escaped.txt"
    system.pipe_file(outside, b"out")
    assert outside in system.find("/fleet/north/inputs")
    put: list[str] = []
    plain = type(system).put

    def noted(one: Any, here: list[str], there: list[str], **how: Any) -> None:
        put.extend(there)
        plain(one, here, there, **how)

    monkeypatch.setattr(type(system), "put", noted)
    with brought("memory://fleet/north", JANUARY) as workspace:
        assert (workspace.papers_of(JANUARY) / "old.pdf").read_text() == "before"
        assert not (workspace.root.parent / "escaped.txt").exists()
        for name in (MANIFEST, "highlight-report.pdf", "stocktake.pdf"):
            (workspace.papers_of(JANUARY) / name).write_text("after")
        (workspace.outputs / ".lock").write_text("")
    assert [name.rpartition("/")[2] for name in put] == ["highlight-report.pdf", "stocktake.pdf", MANIFEST]
    there = "/fleet/north/outputs/2025-01"
    assert system.cat(f"{there}/highlight-report.pdf") == system.cat(f"{there}/{MANIFEST}") == b"after"
    assert system.cat(f"{there}/old.pdf") == b"before"
    assert not workspace.root.exists()


def test_after_an_error_nothing_is_put_back(tmp_path: Path) -> None:
    system = in_memory(Path(small(tmp_path)), 'url = "postgresql://host/db"')
    before = system.find("/fleet")

    def stopped_midway() -> None:
        with brought("memory://fleet/north", JANUARY) as workspace:
            workspace.papers_of(JANUARY).mkdir(parents=True)
            (workspace.papers_of(JANUARY) / MANIFEST).write_text("half")
            raise UserError("stopped")

    with pytest.raises(UserError, match="stopped"):
        stopped_midway()
    assert system.find("/fleet") == before
    assert before


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("memory://fleet/north", "memory://fleet/north keeps its ledger as a file, which is not safe at such a place"),
        ("memory://fleet/south", "memory://fleet/south has no inputs/partnership.toml"),
        ("nosuch://fleet/north", '"nosuch" in nosuch://fleet/north is no kind of place that boardpack knows.'),
    ],
)
def test_a_place_that_cannot_be_worked_at_is_refused(tmp_path: Path, url: str, says: str) -> None:
    in_memory(Path(small(tmp_path)), 'path = ".boardpack/ledger.sqlite"')
    assert build(url, JANUARY, REPORT).trouble.startswith(says)


def test_what_a_place_says_of_its_secrets_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec = pytest.importorskip("fsspec")

    def refuses(*anything: object, **more: object) -> None:
        raise PermissionError("secret-token")

    monkeypatch.setattr(fsspec.implementations.memory.MemoryFileSystem, "find", refuses)
    outcome = build("memory://me:secret@fleet/north", JANUARY, REPORT)
    assert outcome.trouble.startswith("memory://fleet/north cannot be used: it does not let boardpack in.")
    assert "secret" not in repr(outcome)


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_a_partnership_in_s3_with_its_ledger_in_postgresql_is_built(tmp_path: Path, builder: Builder) -> None:
    pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    here, there = (partnership(tmp_path / name, 1, most_areas=1) for name in ("here", "there"))
    place = a_schema()
    settings = there / "inputs" / "partnership.toml"
    ledger = f'[ledger]\nurl = "{place.url}"\nschema = "{place.schema}"\n'
    settings.write_text(settings.read_text("utf-8").partition("[ledger]")[0] + ledger, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            given = {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "secret"}
            given["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
            until(lambda: listens(port), "the S3 server")
            s3 = s3fs.S3FileSystem(key="me", secret="secret", endpoint_url=given["AWS_ENDPOINT_URL"])
            s3.mkdir("partnerships")
            s3.put(str(there), "partnerships/one", recursive=True)
            with pytest.MonkeyPatch.context() as patch:
                for name, value in given.items():
                    patch.setenv(name, value)
                remote = Builder()
                outcomes = [remote.build("s3://partnerships/one", str(MONTH), REPORT, PATIENCE) for _ in range(2)]
                remote.stop()
            s3.invalidate_cache()
            s3.get("partnerships/one/outputs", str(tmp_path / "outputs"), recursive=True)
        finally:
            server.terminate()
    assert [(one.trouble, one.fault) for one in outcomes] == [("", "")] * 2
    assert builder.build(str(here), str(MONTH), REPORT, PATIENCE).trouble == ""
    papers = packs.fingerprints(here / "outputs" / str(MONTH)), packs.fingerprints(tmp_path / "outputs" / str(MONTH))
    for one in papers:
        one.pop(MANIFEST)  # which lists the settings with their fingerprint
    assert papers[0] == papers[1]
    assert len(papers[0]) == 9
    assert run_sql(place, "SELECT count(*) FROM submission") == [(10,)]


# --- The fleet ------------------------------------------------------------------------------------------------


def recorded(folder: Path) -> list[Any]:
    """Every row of a partnership's ledger."""
    with closing(sqlite3.connect(folder / ".boardpack" / "ledger.sqlite")) as ledger:
        return [ledger.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in ("submission", "entry")]


@pytest.mark.slow
def test_the_trouble_of_one_reaches_no_other(tmp_path: Path) -> None:
    sound, broken = small(tmp_path / "sound"), small(tmp_path / "broken")
    broken_plan(Path(broken))
    places = [broken, str(tmp_path / "nowhere"), sound, sound + "/"]
    run = subprocess.run(
        [*COMMAND, *places, "2025-01", "--json"], capture_output=True, text=True, env=environ(tmp_path), cwd=packs.ROOT
    )
    assert run.returncode == 1, run.stderr
    told = json.loads(run.stdout)["partnerships"]
    assert [one["place"] for one in told] == places[:3]
    assert "plan.xlsx" in told[0]["trouble"]
    assert "has no inputs/partnership.toml" in told[1]["trouble"]
    assert (told[2]["trouble"], told[2]["fault"]) == ("", "")
    assert (Path(sound) / "outputs" / "2025-01" / "highlight-report.pdf").is_file()
    assert "distributed" not in run.stderr


@pytest.mark.slow
def test_when_a_worker_is_killed_its_work_is_done_again_and_nothing_is_doubled(
    tmp_path: Path, builder: Builder
) -> None:
    alone, fleet = ([partnership(tmp_path / way / f"p{n}", n, most_areas=1) for n in (1, 2)] for way in ("a", "f"))
    places = [str(folder) for folder in fleet]
    command = [*COMMAND, *places, str(MONTH), "--workers", "2"]
    run = psutil.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ(tmp_path), cwd=packs.ROOT)
    until(lambda: any((f / "outputs" / f".{MONTH}.building").exists() for f in fleet) or run.poll(), "a build")
    builders = [p for p in run.children(recursive=True) if "flows.many.child" in p.cmdline()]
    builders[0].parent().kill()
    said, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, errors.decode()
    assert said.decode().splitlines()[-1] == "2 partnerships built."
    until(lambda: not builders[0].is_running() or builders[0].status() == psutil.STATUS_ZOMBIE, "the builder's end")
    for one, other in zip(fleet, alone, strict=True):
        assert builder.build(str(other), str(MONTH), REPORT, PATIENCE).trouble == ""
        assert recorded(one) == recorded(other)
        assert len(recorded(one)[0]) == 10
        papers = packs.fingerprints(one / "outputs" / str(MONTH))
        assert papers == packs.fingerprints(other / "outputs" / str(MONTH))
        assert sorted(path.name for path in (one / "outputs").iterdir()) == [".lock", str(MONTH)]


@pytest.mark.slow
def test_an_existing_cluster_does_the_work(tmp_path: Path) -> None:
    place, file = small(tmp_path / "one"), tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-dashboard"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": packs.ROOT}
    with subprocess.Popen([*dask, "--no-dashboard", "--scheduler-file", str(file)], **quiet) as scheduler:
        try:
            address = json.loads(until(lambda: file.is_file() and file.read_text(), "a scheduler"))["address"]
            with subprocess.Popen([*worker, "--scheduler-file", str(file)], **quiet) as one:
                command = [*COMMAND, place, "2025-01", "--scheduler", address]
                run = subprocess.run(command, capture_output=True, text=True, env=environ(tmp_path), cwd=packs.ROOT)
                one.terminate()
        finally:
            scheduler.terminate()
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "1 partnership built."), run.stderr


@pytest.mark.parametrize(
    ("scheduler", "says"),
    [
        ("tcp://192.0.2.1:8786", "set PREFECT_API_URL to one that they can reach."),
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1: start it, or correct the address."),
    ],
)
def test_a_cluster_that_cannot_be_used_is_refused(
    scheduler: str, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from flows import fleet

    monkeypatch.setattr(fleet, "ANSWER_SECONDS", 1)
    with pytest.raises(UserError, match=re.escape(says)):
        fleet.fleet.fn([str(tmp_path)], "2025-01", scheduler=scheduler)
