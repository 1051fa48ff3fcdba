"""Finding, starting and ending the small Prefect server that commands share.

The state folder has one `server.json` that says where the server is, and `start.lock`, held while anybody looks for,
starts or retires a server; `keeper` says how one can tell who is alive. What a command has to do with it is in
`connection`. Nothing here imports Prefect.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flows.private_server.keeper import ANSWER_WAIT, LOCK_WAIT, NoServerError, Server, delete, held, is_locked

STATE_SETTING = "BOARDPACK_STATE"
START_WAIT = 60.0  # Longest wait for a server to come up, in seconds.

# What both the server and a command's own Prefect do without.
COMMON_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}
SERVER_SETTINGS = COMMON_SETTINGS | {
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
}


def state_folder() -> Path:
    """The first folder for our state that can be written: as set, the user's own, or a temporary one."""
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    name = f"prefect-{importlib.metadata.version('prefect')}"
    chosen = os.environ.get(STATE_SETTING)
    user = str(os.getuid()) if sys.platform != "win32" else os.environ.get("USERNAME", "")
    places = [chosen, str(Path(home, "boardpack")), str(Path(tempfile.gettempdir(), f"boardpack-{user}"))]
    for place in filter(None, places):
        with contextlib.suppress(OSError, RuntimeError):
            folder = Path(place).expanduser().absolute() / name
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _check_ours(folder)
            return folder
    raise NoServerError(f"no folder for its state can be written (tried {', '.join(filter(None, places))})")


def _check_ours(folder: Path) -> None:
    """Raise OSError unless the folder is this user's and takes a file."""
    if sys.platform != "win32":
        if folder.stat().st_uid != os.getuid() or folder.parent.stat().st_uid not in (os.getuid(), 0):
            raise PermissionError(folder)
        folder.chmod(0o700)
    (folder / "start.lock").touch()
    with tempfile.TemporaryFile(dir=folder):
        pass


@contextlib.contextmanager
def used_server(root: Path, minutes: float) -> Iterator[Server]:
    """A server, found or started, that knows while the body runs that it is in use."""
    with contextlib.ExitStack() as use:
        with held(root / "start.lock", LOCK_WAIT):
            server = _sound(root) or _start(root)
            file = Path(server.folder, "users", secrets.token_hex(8))
            file.write_text(str(minutes), encoding="ascii")
            # Deleted after the lock has gone: Windows deletes no open file.
            use.callback(delete, file)
            use.enter_context(held(file, LOCK_WAIT))
        yield server


def running_server(root: Path) -> Server | None:
    """The server that the state file names, if its process lives; a stale or damaged state file names none."""
    try:
        server = Server(**json.loads((root / "server.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return server if server.lives() else None


def _sound(root: Path) -> Server | None:
    """The running server; one that has had time to start and does not answer is ended."""
    server = running_server(root)
    if server is None or 0 <= time.time() - server.started < START_WAIT or server.answers():
        return server
    end_server(root, server)
    return None


def _start(root: Path) -> Server:
    """Start a server process and return as soon as it listens; the start lock must be held."""
    _clear(root)
    command = [sys.executable, "-P", "-m", "flows.private_server.keeper", str(root)]
    with (root / "server.log").open("wb") as output:
        # Its own session, files and folder: it holds no terminal, no pipe and no workspace, hears no Ctrl-C.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=root, env=_server_environment(),
            start_new_session=True, creationflags=0x208 if sys.platform == "win32" else 0,
        )  # fmt: skip
    deadline = time.monotonic() + START_WAIT
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        if server := running_server(root):
            _forget(process)
            return server
        if ended and process.returncode != 0:
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    raise NoServerError(f"its process could not be started (see {root / 'server.log'})")


def _forget(process: subprocess.Popen[bytes]) -> None:
    """Let go of a started process: where there is fork it has handed over to its child and ends at once."""
    if sys.platform == "win32":
        process.returncode = 0
    else:
        process.wait()


def _server_environment() -> dict[str, str]:
    """This process's environment without the user's Prefect settings, which are meant for his own server."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("PREFECT_")}
    ours = [str(Path(__file__).absolute().parents[2]), os.environ.get("PYTHONPATH", "")]
    return inherited | SERVER_SETTINGS | {"PYTHONPATH": os.pathsep.join(filter(None, ours))}


def _clear(root: Path) -> None:
    """Take away what servers left that were killed."""
    delete(root / "server.json")
    for folder in root.glob("server-*"):
        if not is_locked(folder / "alive"):
            shutil.rmtree(folder, ignore_errors=True)


def end_server(root: Path, server: Server) -> None:
    """End a server that lives, gently if it will, and clear up after it; the start lock must be held."""
    delete(root / "server.json")
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        # The lock proves that the number still belongs to the server and not to a later process.
        if server.lives():
            with contextlib.suppress(OSError):
                os.kill(server.pid, number)
        deadline = time.monotonic() + ANSWER_WAIT
        while server.lives() and time.monotonic() < deadline:
            time.sleep(0.02)
    _clear(root)


def wait_for(server: Server) -> bool:
    """Wait until the server answers; False when it ends, or has not answered in time."""
    deadline = time.monotonic() + START_WAIT
    while time.monotonic() < deadline:
        if server.answers(wait=START_WAIT):
            return True
        if not server.lives():
            return False
        time.sleep(0.05)
    return False
