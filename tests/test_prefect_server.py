"""A command finds a Prefect server or starts one, and nothing is left running or lying about for long."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.private_server import connection as prefect_server
from flows.private_server import keeper as prefect_keeper
from flows.private_server import starting as prefect_starting

ROOT = Path(__file__).parent.parent

# What a pack's command is: a flow of eight coarse tasks, here without their work.
COMMAND = """
import json, logging, os, sys, time
logging.basicConfig(format="%(message)s")
from flows.private_server.connection import prefect_server
with prefect_server() as server:
    print("entered", flush=True)
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE
    @task(cache_policy=NO_CACHE, persist_result=False)
    def step(path, number):
        return path
    @flow(validate_parameters=False, persist_result=False)
    def pack(month):
        for number in range(8):
            month = step(month, number)
        time.sleep(float(os.environ.get("PAUSE", "0")))
        return month
    with server.ready():
        result = pack("2022-11")
    found = server.server
    print(json.dumps({"result": result, "pid": found and found.pid, "folder": found and found.folder}))
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine on which nothing of ours or of Prefect's has been set; its server is gone after the test."""
    for name in list(os.environ):
        if name.upper().startswith(("PREFECT_", "BOARDPACK_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("BOARDPACK_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield tmp_path
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("BOARDPACK_STATE", str(tmp_path / "state"))
    with contextlib.suppress(prefect_keeper.NoServerError):
        prefect_server.stop_server(even_if_used=True)


def start_command(**more: str) -> subprocess.Popen[str]:
    """A command in a group of its own, as a shell starts it, without a terminal."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND], env=os.environ | more, text=True, process_group=0,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_as_at_a_terminal,
    )  # fmt: skip


def _as_at_a_terminal() -> None:
    """Ctrl-C ends a command that somebody watches; tests may be run in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(command: subprocess.Popen[str]) -> dict[str, Any]:
    """What the command printed; reading to the end of the pipe would hang if a server held it open."""
    out, err = command.communicate(timeout=60)
    assert command.returncode == 0, err
    return {**json.loads(out.splitlines()[-1]), "log": err}


def run(**more: str) -> dict[str, Any]:
    return finish(start_command(**more))


def root_of(settings: Path) -> Path:
    return next((settings / "state").iterdir())


def eventually(what: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.05)
    return what()


# --- What the user has set ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (".env", "OTHER=1\nexport PREFECT_API_URL='http://theirs/api'\n"),
        ("prefect.toml", '[api]\nurl = "http://theirs/api"\n'),
        ("pyproject.toml", '[tool.prefect.api]\nurl = "http://theirs/api"\n'),
        (
            "../home/.prefect/profiles.toml",
            'active = "cloud"\n[profiles.cloud]\nPREFECT_API_URL = "http://theirs/api"\n',
        ),
    ],
)
def test_a_server_of_the_users_own_is_found_where_prefect_looks(settings: Path, file: str, content: str) -> None:
    assert prefect_server.users_own_server() == ""
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(content)
    assert prefect_server.users_own_server() == "http://theirs/api"


@pytest.mark.parametrize("content", ["", "not = [toml", '[profiles.idle]\nPREFECT_API_URL = "http://theirs/api"\n'])
def test_a_profile_that_is_damaged_or_not_active_is_no_server(settings: Path, content: str) -> None:
    profiles = settings / "home/.prefect/profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.write_text(content)
    assert prefect_server.users_own_server() == ""


def test_with_a_server_of_the_users_own_nothing_is_started_or_changed(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://theirs/api")
    before = dict(os.environ)
    with prefect_server.prefect_server() as connection:
        assert connection.server is None
        assert dict(os.environ) == before
    assert not (settings / "state").exists()
    assert "http://theirs/api" in prefect_server.server_status()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("", 10), ("0", 0), ("2.5", 2.5), (" 30 ", 30), ("ten", 10), ("-1", 10), ("nan", 10), ("1e9", 10)],
)
def test_the_idle_time_is_a_number_of_minutes_or_the_usual_one(
    text: str, minutes: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARDPACK_SERVER_IDLE_MINUTES", text)
    assert prefect_server.idle_minutes() == minutes


def test_an_idle_time_that_is_no_number_is_quoted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("BOARDPACK_SERVER_IDLE_MINUTES", "ten")
    prefect_server.idle_minutes()
    assert "BOARDPACK_SERVER_IDLE_MINUTES is 'ten'" in caplog.text


def test_a_proxy_for_the_internet_is_not_asked_for_this_machine(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = prefect_keeper.Server(str(settings), 1, 2, "secret", "3", 0)
    assert "NO_PROXY" not in prefect_server._client_settings(server)
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.council.example:8080")
    monkeypatch.setenv("NO_PROXY", "intranet")
    assert prefect_server._client_settings(server)["no_proxy"] == "intranet,127.0.0.1"


# --- What is found ----------------------------------------------------------------------------------------------


def test_looking_for_a_server_does_not_import_prefect() -> None:
    code = "import sys, flows.private_server.connection; sys.exit('prefect' in sys.modules or 'httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"folder": "/nowhere"}',
        '{"folder": "/nowhere", "pid": 1, "port": 80, "secret": "s", "version": "3", "started": 0}',
    ],
)
def test_a_state_file_that_was_left_behind_names_no_server(settings: Path, content: str) -> None:
    root = prefect_starting.state_folder()
    (root / "server.json").write_text(content)
    assert prefect_starting.running_server(root) is None
    assert prefect_server.server_status().startswith("No Prefect server is running")
    assert prefect_server.stop_server()


def test_another_program_on_the_same_port_is_not_taken_for_the_server(settings: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert not prefect_keeper.Server(str(settings), 1, port, "secret", "3", 0).answers(wait=0.2)
    assert not prefect_keeper.Server(str(settings), 1, port, "secret", "3", 0).answers(wait=0.2)


def test_a_lock_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    code = (
        "import sys, time; from pathlib import Path; from flows.private_server.keeper import held\n"
        "with held(Path(sys.argv[1]), 1): print('held', flush=True); time.sleep(60)"
    )
    holder = [sys.executable, "-c", code, str(file)]
    with subprocess.Popen(holder, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        assert prefect_keeper.is_locked(file)
        process.kill()
    assert file.exists()
    assert not prefect_keeper.is_locked(file)


def test_without_a_home_that_can_be_written_the_state_is_kept_in_a_temporary_folder(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings / "file").touch()
    monkeypatch.setenv("BOARDPACK_STATE", str(settings / "file" / "state"))
    monkeypatch.setenv("XDG_STATE_HOME", str(settings / "file"))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    (settings / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(settings / "tmp"))
    assert prefect_starting.state_folder().is_relative_to(settings / "tmp")
    monkeypatch.setattr("tempfile.tempdir", str(settings / "file"))
    with pytest.raises(prefect_keeper.NoServerError, match="no folder for its state can be written"):
        prefect_starting.state_folder()


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "DEBUG")
    before = dict(os.environ)
    with prefect_server._environment({"PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_HOME": "/x"}):
        assert os.environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"
        assert os.environ["PREFECT_HOME"] == "/x"
    assert dict(os.environ) == before


# --- With a real server -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_second_command_finds_the_server_of_the_first_and_the_one_after_a_kill_starts_another(
    settings: Path,
) -> None:
    first, second = run(), run()
    assert first["result"] == "2022-11"
    assert first["log"] == second["log"] == ""
    assert first["pid"] == second["pid"]
    assert "not in use now" in prefect_server.server_status()
    os.kill(first["pid"], signal.SIGKILL)
    third = run()
    assert third["pid"] != first["pid"]
    assert not Path(first["folder"]).exists()
    assert (root_of(settings) / "server.log").read_text() == ""
    assert prefect_server.stop_server()
    assert sorted(file.name for file in root_of(settings).iterdir()) == ["server.log", "start.lock"]


@pytest.mark.slow
def test_two_first_commands_at_once_share_one_server(settings: Path) -> None:
    commands = [start_command(), start_command()]
    assert len({finish(command)["pid"] for command in commands}) == 1


@pytest.mark.slow
def test_the_server_outlives_a_command_that_is_interrupted(settings: Path) -> None:
    command = start_command(PAUSE="60")
    assert command.stdout
    assert command.stdout.readline() == "entered\n"
    root = root_of(settings)
    os.killpg(command.pid, signal.SIGINT)
    command.communicate(timeout=60)
    server = prefect_starting.running_server(root)
    assert server
    assert prefect_starting.wait_for(server)
    assert not server.users()
    assert run()["pid"] == server.pid


@pytest.mark.slow
def test_a_server_that_hangs_is_replaced(settings: Path) -> None:
    first = run()
    state = root_of(settings) / "server.json"
    server = json.loads(state.read_text())
    state.write_text(json.dumps({**server, "started": server["started"] - 3600}))
    os.kill(first["pid"], signal.SIGSTOP)
    assert run()["pid"] != first["pid"]


@pytest.mark.slow
def test_a_server_in_use_stays_and_an_idle_one_ends_by_itself(settings: Path) -> None:
    command = start_command(PAUSE="8", BOARDPACK_SERVER_IDLE_MINUTES="0.02")
    assert eventually(lambda: "used by 1 command now" in prefect_server.server_status())
    assert not prefect_server.stop_server()
    assert finish(command)["result"] == "2022-11"
    assert eventually(lambda: not list(root_of(settings).glob("server-*")))
    assert prefect_server.server_status().startswith("No Prefect server is running")


@pytest.mark.slow
def test_with_no_idle_time_the_server_ends_with_its_command(settings: Path) -> None:
    assert run(BOARDPACK_SERVER_IDLE_MINUTES="0")["result"] == "2022-11"
    assert not list(root_of(settings).glob("server-*"))


@pytest.mark.slow
def test_a_server_whose_folder_is_taken_away_ends(settings: Path) -> None:
    server = run()
    Path(server["folder"], "alive").unlink()
    assert eventually(lambda: not Path(server["folder"]).exists())


@pytest.mark.slow
def test_a_server_that_the_system_ends_clears_up(settings: Path) -> None:
    server = run()
    os.kill(server["pid"], signal.SIGTERM)
    assert eventually(lambda: not Path(server["folder"]).exists())
    assert not (root_of(settings) / "server.json").exists()


@pytest.mark.slow
def test_a_flow_runs_even_where_no_server_can_be_kept(settings: Path) -> None:
    prefect_starting.state_folder().joinpath("server.log").mkdir()
    result = run()
    assert result["result"] == "2022-11"
    assert result["pid"] is None
    said = [line for line in result["log"].splitlines() if "Prefect's server could not be kept" in line]
    assert len(said) == 1
    assert "this command starts its own and is slower" in said[0]


@pytest.mark.slow
def test_the_shipped_schema_is_what_prefects_own_migrations_make(settings: Path) -> None:
    database = settings / "prefect.db"
    code = (
        "import asyncio; from prefect.server.database import provide_database_interface\n"
        "asyncio.run(provide_database_interface().create_db())"
    )

    def lines(sql: str) -> list[str]:
        """In any order: the migrations put the constraints of a table in another order on every run."""
        return sorted(line.strip(" \t,") for line in sql.splitlines())

    own = {"PREFECT_HOME": str(settings), "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}"}
    subprocess.run([sys.executable, "-c", code], env=os.environ | own, check=True)
    assert lines(prefect_keeper.SCHEMA.read_text(encoding="utf-8")) == lines(prefect_keeper.schema_of(database))
