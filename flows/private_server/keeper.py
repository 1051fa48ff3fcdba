"""The process that is a Prefect server, and how others can tell that it is there.

`starting` runs it (`python -m flows.private_server.keeper FOLDER`). It listens before it imports Prefect, so a
command's first request simply waits in the queue; it writes where it is to `server.json`; it ends once no
command has used it for long enough. Whoever is alive holds a lock on a file: the server on `alive` in its own
folder, each command on a file under `users`. The operating system lets go of it however a process ends, even
by a power cut, so a file left behind never counts.

The run history is not the record (the ledger is), so each server starts with a new database, made from
`prefect_server.sql` instead of by 113 migrations, and takes it away when it ends.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import http.client
import importlib.metadata
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

DEFAULT_IDLE_MINUTES = 10.0
# Longest wait, in seconds, for: a command that is starting the server; a sign of life.
LOCK_WAIT, ANSWER_WAIT = 30.0, 5.0
SCHEMA = Path(__file__).with_name("prefect_server.sql")


class NoServerError(Exception):
    """No server can be had here; the message says why in one sentence."""


@dataclass(frozen=True)
class Server:
    """Where a server is: its folder, process, port on this machine, secret and version of Prefect.

    `started` is in seconds since 1970.
    """

    folder: str
    pid: int
    port: int
    secret: str
    version: str
    started: float

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def auth(self) -> str:
        """Name and password that it asks for, so that nobody else on this machine can use it."""
        return f"boardpack:{self.secret}"

    def lives(self) -> bool:
        """Whether its process is there (it may still be starting)."""
        return is_locked(Path(self.folder, "alive"))

    def answers(self, wait: float = ANSWER_WAIT) -> bool:
        """Whether it, and not another program that got the same port, replies within `wait` seconds."""
        key = base64.b64encode(self.auth.encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)
        try:
            connection.request("GET", "/api/admin/version", headers={"Authorization": f"Basic {key}"})
            reply = connection.getresponse()
            return reply.status == 200 and self.version in reply.read(200).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def users(self) -> list[Path]:
        """The files of the commands that are using it now."""
        return [file for file in Path(self.folder, "users").glob("*") if is_locked(file)]


# --- The server's own process ---------------------------------------------------------------------------------


def keep(root: Path) -> None:
    """Be the server: listen, say where, serve until idle, and leave nothing behind."""
    # Told to end, it still clears up: uvicorn passes the signal on once it has shut down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = Path(tempfile.mkdtemp(prefix="server-", dir=root))
    (folder / "users").mkdir()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        if sys.platform != "win32" and os.fork():
            os._exit(0)
        try:
            with held(folder / "alive", LOCK_WAIT):
                _serve_from(root, folder, listener)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _serve_from(root: Path, folder: Path, listener: socket.socket) -> None:
    """Say in the state file where the server is, for as long as it is there."""
    version = importlib.metadata.version("prefect")
    port = listener.getsockname()[1]
    server = Server(str(folder), os.getpid(), port, secrets.token_urlsafe(24), version, time.time())
    _write(root / "server.json", json.dumps(asdict(server)))
    try:
        _serve(root, server, listener)
    finally:
        if _names(root, server):
            delete(root / "server.json")


def _serve(root: Path, server: Server, listener: socket.socket) -> None:
    """Run Prefect's server on the listening socket until the watch says that it is done."""
    os.environ |= database_settings(Path(server.folder, "prefect.db"))
    os.environ |= {"PREFECT_HOME": server.folder, "PREFECT_SERVER_API_AUTH_STRING": server.auth}
    # Collecting garbage while modules load finds none and costs half a second.
    gc.disable()
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=True, final=True)
    gc.freeze()
    gc.enable()
    config = uvicorn.Config(app, log_level="error", lifespan="on", access_log=False, timeout_graceful_shutdown=2)
    runner = uvicorn.Server(config)

    def end() -> None:
        runner.should_exit = True

    threading.Thread(target=_watch, args=(root, server, end), daemon=True).start()
    runner.run(sockets=[listener])


def _watch(root: Path, server: Server, end: Callable[[], None]) -> None:
    """Call `end` once the server has been idle for long enough, or its folder was taken from under it."""
    minutes, last_used = DEFAULT_IDLE_MINUTES, time.monotonic()
    while Path(server.folder, "alive").exists():
        for user in server.users():
            last_used = time.monotonic()
            with contextlib.suppress(OSError, ValueError):
                minutes = float(user.read_text(encoding="ascii"))
        if time.monotonic() - last_used > max(minutes * 60, 2) and _retired(root, server):
            break
        time.sleep(0.5)
    end()


def _retired(root: Path, server: Server) -> bool:
    """Take the server off the state file; False if a command is looking for it or came to use it just now."""
    with contextlib.suppress(NoServerError), held(root / "start.lock", 0):
        if not server.users():
            if _names(root, server):
                delete(root / "server.json")
            return True
    return False


def _names(root: Path, server: Server) -> bool:
    return server.secret in text(root / "server.json")


def database_settings(file: Path) -> dict[str, str]:
    """Make Prefect's database; migrations need to run only if this Prefect is newer than the shipped schema."""
    schema = SCHEMA.read_text(encoding="utf-8")
    import sqlite3

    with contextlib.closing(sqlite3.connect(file)) as database:
        database.executescript(schema)
    newest = schema.startswith(f"-- Prefect {importlib.metadata.version('prefect')}\n")
    return {
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{file}",
        "PREFECT_API_DATABASE_MIGRATE_ON_START": "false" if newest else "true",
    }


def schema_of(file: Path) -> str:
    """The SQL that makes a database like this one, which Prefect's own migrations made: `prefect_server.sql`."""
    import sqlite3

    with contextlib.closing(sqlite3.connect(file)) as database:
        made = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name")
        statements = ["\n".join(line.rstrip() for line in sql.splitlines()) for (sql,) in made]
        revision = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    statements.append(f"INSERT INTO alembic_version VALUES ('{revision}')")
    version = importlib.metadata.version("prefect")
    head = f"-- Prefect {version}\n-- Its database as its own migrations leave it.\nBEGIN;\n"
    return head + "".join(f"{statement};\n" for statement in statements) + "COMMIT;\n"


# --- Files and locks ------------------------------------------------------------------------------------------

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def held(file: Path, wait: float) -> Iterator[None]:
    """Hold the lock on a file, waiting up to `wait` seconds; NoServerError if another holds it for longer."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                _try_lock(descriptor)
                break
            except OSError as error:
                if time.monotonic() >= deadline:
                    raise NoServerError(f"{file} stayed locked for {wait:g} s ({error.strerror})") from error
            time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def is_locked(file: Path) -> bool:
    """Whether a living process holds the lock on a file; False if there is no such file."""
    try:
        descriptor = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        _try_lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _write(file: Path, text: str) -> None:
    """Write a file that only this user can read, whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).replace(file)


def delete(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()


def text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
