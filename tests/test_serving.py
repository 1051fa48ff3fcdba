"""`boardpack serve`: the jobs on Prefect's page, returns collected as they arrive, and nothing left behind at the end."""

from __future__ import annotations

import contextlib
import datetime as dt
import inspect
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml
from filelock import FileLock

from flows import cli
from flows.plan.findings import UserError
from flows.plan.loading import load_plan
from flows.plan.schedule import month_awaited
from flows.plan.settings import find_workspace
from flows.serving import artifacts
from flows.serving.jobs import JOBS, Job, facts, filled_in, form
from flows.serving.serve import serve
from tests.packs import ROOT, example, small

GENEROUS = 150
"""Seconds in which everything must have happened, on a busy machine too."""


def flow_of(job: Job) -> Any:
    return getattr(import_module(f"flows.{job.module}"), job.module)


def job_called(name: str) -> Job:
    (job,) = [job for job in JOBS if job.flow == name]
    return job


# --- The jobs and their forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.flow)
def test_a_form_has_every_parameter_of_the_flow_but_the_folder(job: Job, tmp_path: Path) -> None:
    known = facts(find_workspace(small(tmp_path)), dt.date(2025, 3, 10))
    flow = flow_of(job)
    asked = inspect.signature(flow.fn).parameters
    assert flow.name == job.flow
    assert set(form(job, known)["properties"]) == set(asked) - {"folder"}
    assert set(filled_in(job, known)) <= set(asked)
    assert filled_in(job, known)["folder"] == str(tmp_path.resolve())
    assert all(said["title"] and said["description"] for said in form(job, known)["properties"].values())


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("collect-returns", "2022-12-05", "2022-11"),
        ("highlight-report", "2022-10-10", "2022-10"),
        ("highlight-report", "2023-01-09", "2022-12"),
        ("send-forms", "2022-12-05", "2022-12"),
        ("stocktake", "2023-01-09", "2022-11"),
        ("stocktake", "2022-10-10", "2022-11"),
        ("annual-review", "2023-01-09", "2023-12"),
        ("annual-review", "2024-03-11", "2023-12"),
    ],
)
def test_a_form_holds_the_month_most_likely_wanted(name: str, day: str, expected: str) -> None:
    known = facts(find_workspace(ROOT), dt.date.fromisoformat(day))
    job = job_called(name)
    assert filled_in(job, known)["month"] == expected
    assert form(job, known)["properties"]["month"]["enum"][0] == expected


def test_months_and_boards_are_chosen_and_not_typed() -> None:
    workspace = find_workspace(ROOT)
    known = facts(workspace, dt.date(2023, 1, 9))
    fields = form(job_called("highlight-report"), known)["properties"]
    assert fields["month"]["enum"] == ["2022-12", "2022-11", "2022-10"]
    plan, _ = load_plan(workspace.plan_file, "plan.xlsx")
    assert fields["audience"]["enum"] == ["", *(board.name for board in plan.boards)]
    assert form(job_called("highlight-report"), known)["required"] == ["month"]


def test_without_a_readable_plan_a_board_is_typed(tmp_path: Path) -> None:
    workspace = find_workspace(small(tmp_path))
    workspace.plan_file.write_bytes(b"no workbook")
    fields = form(job_called("highlight-report"), facts(workspace, dt.date(2025, 3, 10)))["properties"]
    assert "enum" not in fields["audience"]
    assert fields["month"]["enum"] == ["2025-02", "2025-01"]


def test_only_those_who_may_approve_can_be_named(tmp_path: Path) -> None:
    folder = small(tmp_path)
    settings = folder / "inputs" / "partnership.toml"
    asked = job_called("publish-pack")
    anyone = form(asked, facts(find_workspace(folder), dt.date(2025, 3, 10)))["properties"]["approved_by"]
    settings.write_text(settings.read_text().replace("approvers = []", 'approvers = ["Sam Shah"]'))
    named = form(asked, facts(find_workspace(folder), dt.date(2025, 3, 10)))["properties"]["approved_by"]
    assert (anyone.get("enum"), named["enum"]) == (None, ["Sam Shah"])


# --- On a page, and not on one ----------------------------------------------------------------------------------


def test_a_command_writes_nothing_to_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown: list[object] = []
    monkeypatch.setattr(artifacts, "run_on_a_page", lambda *args: shown.append(args))
    build = flow_of(job_called("board-pack")).fn
    monkeypatch.delenv("PREFECT__FLOW_RUN_ID", raising=False)
    with pytest.raises(UserError, match=r"no .*partnership\.toml"):
        build("2022-11", str(tmp_path))
    assert shown == []
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", "a run")
    build("2022-11", str(tmp_path))
    assert len(shown) == 1


# --- What stops it before it begins -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"port": 70000}, "--port 70000 is not a port: name one from 1 to 65535."),
        ({"host": "no.such.host.invalid"}, "--host no.such.host.invalid is no address of this machine"),
    ],
)
def test_what_cannot_be_listened_on_is_one_sentence(tmp_path: Path, asked: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=re.escape(says)) as told:
        serve(small(tmp_path), **asked)
    assert "\n" not in str(told.value)


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"^Port {port} cannot be used on 127.0.0.1 .*name another with --port.$"):
            serve(small(tmp_path), port)


def test_a_workspace_is_served_once(tmp_path: Path) -> None:
    home = small(tmp_path) / ".boardpack" / "prefect"
    home.mkdir(parents=True)
    (home / "serve.address").write_text("http://127.0.0.1:4321")
    with FileLock(home / "serve.lock"), pytest.raises(UserError, match=r"is served already, at http://127.0.0.1:4321:"):
        serve(tmp_path)


def test_a_folder_that_is_no_workspace_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="boardpack new"):
        serve(tmp_path)
    assert not list(tmp_path.iterdir())


# --- For a server of one's own, and a container -----------------------------------------------------------------


def test_every_job_has_a_deployment_in_prefect_yaml_that_its_flow_can_take() -> None:
    told = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert {one["name"] for one in told} == {job.flow for job in JOBS}
    for one in told:
        path, _, name = one["entrypoint"].partition(":")
        assert (ROOT / path).is_file()
        flow = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
        assert flow.name == one["name"]
        assert set(one["parameters"]) == set(inspect.signature(flow.fn).parameters)
        assert one["work_pool"] == {"name": "boardpack"}
        assert one["description"]


def test_the_container_copies_what_is_there_and_runs_a_command_that_is_there() -> None:
    told = (ROOT / "Containerfile").read_text().splitlines()
    copied = [word for line in told if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert {"flows", "templates", "inputs", "requirements.lock", "pyproject.toml"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    (libraries,) = re.findall(r'^libraries="(.+)"$', (ROOT / ".ci" / "set-up").read_text(), re.MULTILINE)
    assert libraries in "\n".join(told)
    (command,) = [yaml.safe_load(line.removeprefix("CMD ")) for line in told if line.startswith("CMD ")]
    assert 'ENTRYPOINT ["boardpack"]' in told
    found = subprocess.run(
        [sys.executable, "-m", "flows.cli", command[0], "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    assert all(word in found.stdout for word in command if word.startswith("--"))
    assert cli.__doc__


# --- The whole of it --------------------------------------------------------------------------------------------


class Served:
    """The example's November 2022, served as a process of its own; the hospital's return is not in yet."""

    def __init__(self, place: Path) -> None:
        self.folder = example(place / "w", "2022-11")
        self.month = str(month_awaited(find_workspace(self.folder).settings, dt.date.today()))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = place / "printed.txt"
        code = "import sys; from pathlib import Path; from flows.serving.serve import serve; serve(Path(sys.argv[1]), int(sys.argv[2]))"
        kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("PREFECT_", "BOARDPACK_"))}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-c", code, str(self.folder), str(self.port)], cwd=ROOT, stdin=subprocess.DEVNULL,
                # A server of the user's own is not touched.
                env=kept | {"PREFECT_API_URL": "http://127.0.0.1:9/api"}, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )  # fmt: skip
        self.browser = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)

    def until(self, happened: Callable[[], Any]) -> Any:
        """What there is when it has happened."""
        end = time.monotonic() + GENEROUS
        while not (found := happened()):
            assert self.process.poll() is None, self.logs()
            assert time.monotonic() < end, self.logs()
            time.sleep(0.3)
        return found

    def logs(self) -> str:
        home = self.folder / ".boardpack" / "prefect"
        return "\n".join(file.read_text(errors="replace") for file in (self.log, *home.glob("*.log")))

    def ask(self, path: str, **what: Any) -> Any:
        return self.browser.post(f"/api{path}", json=what).json()

    def runs(self, title: str, state: str = "") -> list[Any]:
        runs = self.ask("/flow_runs/filter", deployments={"name": {"any_": [title]}})
        return [run for run in runs if state in ("", run["state"]["type"])]

    def start(self, title: str, **parameters: Any) -> httpx.Response:
        (job,) = self.ask("/deployments/filter", deployments={"name": {"any_": [title]}})
        return self.browser.post(f"/api/deployments/{job['id']}/create_flow_run", json={"parameters": parameters})

    def state_of_month(self) -> str:
        found = self.ask("/artifacts/latest/filter", artifacts={"key": {"any_": [f"month-{self.month}"]}})
        return str(found[0]["data"]) if found else ""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    one = Served(tmp_path_factory.mktemp("served"))
    try:
        one.until(lambda: "Ctrl-C" in one.log.read_text())
        yield one
    finally:
        one.browser.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()


@pytest.mark.slow
def test_every_job_is_on_the_page_with_its_form(served: Served) -> None:
    offered = {job["name"]: job for job in served.ask("/deployments/filter")}
    assert set(offered) == {job.title for job in JOBS}
    fields = offered["3 Highlight report"]["parameter_openapi_schema"]["properties"]
    assert sorted(fields, key=lambda name: fields[name]["position"]) == ["month", "audience", "as_known"]
    assert offered["3 Highlight report"]["parameters"]["folder"] == str(served.folder.resolve())
    page = served.browser.get("/deployments", headers={"Accept": "text/html"})
    assert (page.status_code, "text/html" in page.headers["content-type"]) == (200, True)


@pytest.mark.slow
def test_what_the_form_does_not_offer_is_refused_at_once(served: Served) -> None:
    reply = served.start("3 Highlight report", month="November")
    assert reply.status_code == 409
    assert "'November' is not one of" in reply.text


@pytest.mark.slow
def test_the_calendar_is_kept_by_prefects_scheduler(served: Served) -> None:
    coming = served.until(lambda: served.runs("The calendar", "SCHEDULED"))
    assert all(run["auto_scheduled"] for run in coming)


@pytest.mark.slow
def test_what_arrives_is_collected_and_the_months_page_says_so(served: Served) -> None:
    served.until(lambda: served.runs("2 Collect returns", "COMPLETED"))
    assert "in\n" in served.until(served.state_of_month)
    before = len(served.runs("2 Collect returns"))
    folder = served.folder / "inputs" / "returns" / served.month
    shutil.copyfile(next((ROOT / "inputs" / "returns" / "2022-11").glob("hospital.xlsx")), folder / "late.xlsx")
    served.until(lambda: len(served.runs("2 Collect returns", "COMPLETED")) > before)
    page = served.browser.get("/month")
    assert page.is_redirect
    assert page.headers["location"].startswith("/artifacts/artifact/")


@pytest.mark.slow
def test_what_the_user_can_put_right_is_the_message_of_the_failed_run_without_a_traceback(served: Served) -> None:
    assert served.start("4 Board pack", month="2022-11", supplement=True).status_code == 201
    (run,) = served.until(lambda: served.runs("4 Board pack", "FAILED"))
    assert run["name"] == "Board pack 2022-11"
    assert run["state"]["message"].startswith("There is no board pack of November 2022 to add to")
    logs = served.until(lambda: served.ask("/logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}}))
    assert not [line for line in logs if "Traceback" in line["message"]]


@pytest.mark.slow
def test_other_web_pages_can_neither_read_nor_ask(served: Served) -> None:
    other = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in served.browser.options("/api/flow_runs/filter", headers=other).headers
    assert served.browser.get("/api/health", headers={"Host": "elsewhere.example"}).status_code == 400
    assert "connect-src 'self'" in served.browser.get("/api/health").headers["content-security-policy"]


@pytest.mark.slow
def test_it_listens_on_this_machine_only_and_serves_papers_beside_the_page(served: Served) -> None:
    open_ = [c.laddr.ip for p in _family(served) for c in p.net_connections() if c.status == "LISTEN"]
    assert open_
    assert set(open_) == {"127.0.0.1"}
    paper = served.folder / "outputs" / "2022-10" / "highlight-report.pdf"
    paper.parent.mkdir(parents=True, exist_ok=True)
    paper.write_bytes(b"%PDF-1.7")
    reply = served.browser.get("/papers/2022-10/highlight-report.pdf")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/pdf")
    assert served.browser.get("/papers/%2e%2e/inputs/plan.xlsx").status_code == 404


@pytest.mark.slow
def test_ctrl_c_ends_all_of_it_and_says_so_of_what_was_running(served: Served) -> None:
    served.start("3 Highlight report", month="2022-11")
    served.until(lambda: served.runs("3 Highlight report", "RUNNING") or served.runs("3 Highlight report", "PENDING"))
    family = _family(served)
    assert len(family) >= 3
    os.killpg(served.process.pid, signal.SIGINT)
    assert served.process.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert "Traceback" not in served.log.read_text()


def _family(served: Served) -> list[psutil.Process]:
    """The process and all that it has started."""
    top = psutil.Process(served.process.pid)
    return [top, *top.children(recursive=True)]
