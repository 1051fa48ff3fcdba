"""`boardpack serve`: the jobs on a page of Prefect's, the calendar kept, and returns collected as they arrive.

One process that the user starts and that Ctrl-C ends. It has two children: the server (`page_server`), and the one that
starts each run of a job and watches the month's folder (`runs`). What Prefect keeps lies in the workspace's
`.boardpack/prefect`; the record is the ledger, as without it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from flows.plan.findings import UserError
from flows.plan.settings import Workspace, find_workspace
from flows.private_server.keeper import database_settings
from flows.private_server.starting import COMMON_SETTINGS
from flows.serving.page_server import AUTH_SETTING, LOOPBACK

START_SECONDS = 90.0
"""The longest wait for a child to come up; at the first start the server also sets up Prefect's own catalogue."""

END_SECONDS = 15.0
"""The longest wait for a child to end by itself."""


def serve(
    folder: Path, port: int = 4200, host: str = "127.0.0.1", watch: bool = True, say: Callable[[str], None] = print
) -> None:
    """Serve a workspace until Ctrl-C or a signal to end.

    UserError when the folder is no workspace, is served already, the port is taken, or a part of it does not come up.
    """
    workspace = find_workspace(folder)
    workspace.settings  # noqa: B018 - what is wrong with them is told before anything is started
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
    with _served_once(workspace, address), _told_to_end():
        _require_free(host, port)
        environment = _environment(workspace, address)
        say("Starting Prefect's server")
        with _server(workspace, host, port, environment) as server, _runs(workspace, watch, environment) as runs:
            _say_who(say, address, host)
            while server.poll() is None and runs.poll() is None:
                time.sleep(0.5)
        raise UserError(f"A part of it has ended by itself: the logs in {workspace.shown(_home(workspace))} say why.")


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Ctrl-C, or a signal to end, ends the body in good order."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_who(say: Callable[[str], None], address: str, host: str) -> None:
    """Where the page is, and who can reach it."""
    say(f"The jobs are at {address}/deployments, the state of the month at {address}/month. Ctrl-C ends all of it.")
    if host not in LOOPBACK and not os.environ.get(AUTH_SETTING):
        say(
            f"Anyone on the network who can reach this machine at port {address.rpartition(':')[2]} can see the papers and "
            f"start and approve jobs: set {AUTH_SETTING} to name:password, or leave out --host."
        )


# --- One at a time ----------------------------------------------------------------------------------------------


@contextmanager
def _served_once(workspace: Workspace, address: str) -> Iterator[None]:
    """Hold the workspace for this process; UserError with the address of the one that serves it already."""
    place = _home(workspace)
    place.mkdir(parents=True, exist_ok=True)
    lock, at = FileLock(place / "serve.lock", timeout=0), place / "serve.address"
    try:
        lock.acquire()
    except Timeout:
        there = at.read_text(encoding="utf-8") if at.is_file() else "another address"
        raise UserError(f"{workspace.root} is served already, at {there}: use that, or end it first.") from None
    try:
        at.write_text(address, encoding="utf-8")
        yield
    finally:
        lock.release()


def _require_free(host: str, port: int) -> None:
    """UserError unless a server can listen there."""
    if not 1 <= port <= 65535:
        raise UserError(f"--port {port} is not a port: name one from 1 to 65535.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], found[1]) as listener:
            if sys.platform != "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(found[4])
    except socket.gaierror:
        raise UserError(f"--host {host} is no address of this machine: leave it out, or name one.") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(
            f"Port {port} cannot be used on {host} ({why}): another program may be using it; name another with --port."
        ) from None


# --- Its two children -------------------------------------------------------------------------------------------


def _home(workspace: Workspace) -> Path:
    return workspace.root / ".boardpack" / "prefect"


def _environment(workspace: Workspace, address: str) -> dict[str, str]:
    """The environment of all that is started. The user's own settings of Prefect, which are for another server, are left
    out, but for the password and how much is logged."""
    kept = {AUTH_SETTING, "PREFECT_LOGGING_LEVEL"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_") or name in kept}
    ours = [str(Path(__file__).absolute().parents[2]), os.environ.get("PYTHONPATH", "")]
    direct = [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1"]
    settings = COMMON_SETTINGS | {
        "PREFECT_HOME": str(_home(workspace)),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_LOGGING_TO_API_ENABLED": "true",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
        "BOARDPACK_PAPERS": "/papers",
        "PYTHONPATH": os.pathsep.join(filter(None, ours)),
        "no_proxy": ",".join(filter(None, direct)),
        "NO_PROXY": ",".join(filter(None, direct)),
    }
    if auth := os.environ.get(AUTH_SETTING):
        settings["PREFECT_API_AUTH_STRING"] = auth
    return inherited | settings


def _server_settings(workspace: Workspace, address: str) -> dict[str, str]:
    """What the server alone is told: its database, and that no other web page may speak to it."""
    database, port = _home(workspace) / "prefect.db", address.rpartition(":")[2]
    settings = {
        "PREFECT_UI_API_URL": "/api",
        # Else Prefect unpacks its page among the installed packages, where not everybody may write.
        "PREFECT_UI_STATIC_DIRECTORY": str(_home(workspace) / "page"),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }
    if not database.exists():
        new = database.with_suffix(".new")
        new.unlink(missing_ok=True)
        settings |= database_settings(new)
        new.replace(database)
    return settings | {"PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}"}


@contextmanager
def _server(
    workspace: Workspace, host: str, port: int, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The server, up while the body runs."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    address = environment["PREFECT_API_URL"].removesuffix("/api")

    def is_up() -> bool:
        with suppress(OSError), opener.open(f"{address}/api/health", timeout=5) as reply:
            return bool(reply.status == 200)
        return False

    environment = environment | _server_settings(workspace, address)
    asked = [str(workspace.outputs), host, str(port)]
    with _child("flows.serving.page_server", asked, workspace, environment, is_up) as process:
        yield process


@contextmanager
def _runs(workspace: Workspace, watch: bool, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process that starts runs, with the jobs on the page while the body runs."""
    offered = _home(workspace) / "offered"
    offered.unlink(missing_ok=True)
    asked = [str(workspace.root), str(offered), "watch" if watch else ""]
    with _child("flows.serving.runs", asked, workspace, environment, offered.exists) as process:
        yield process


@contextmanager
def _child(
    module: str, asked: list[str], workspace: Workspace, environment: dict[str, str], is_up: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends when its standard input does: in its turn after the body, and also when this one is killed.

    UserError when it does not come up.
    """
    log = _home(workspace) / f"{module.rpartition('.')[2]}.log"
    with log.open("wb") as output:
        # Its own session: at a Ctrl-C the runs end first, and then the server that they report to.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *asked], stdin=subprocess.PIPE, stdout=output, stderr=output,
            cwd=_home(workspace), env=environment,
            start_new_session=True, creationflags=0x200 if sys.platform == "win32" else 0,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_up():
            if process.poll() is not None or time.monotonic() > deadline:
                raise UserError(f"Prefect did not come up: {workspace.shown(log)} says why.")
            time.sleep(0.2)
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
