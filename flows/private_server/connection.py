"""A Prefect server that nobody has to start, for flows run from the command line.

Prefect run without a server starts one for every command: 20 s on an empty machine, 9 s afterwards. Here the
first command leaves a small private server running, later commands find it and cost under 3 s, and it ends
by itself when it has not been used for BOARDPACK_SERVER_IDLE_MINUTES (10; 0 ends it with the command). Who
has a server of his own, or Prefect Cloud, keeps it: then nothing is started.

`starting` finds, starts and ends the server; here is what a command has to do with it. Nothing here imports
Prefect before it must: that costs a command more than all the rest.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import logging
import os
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flows.private_server.keeper import (
    ANSWER_WAIT,
    DEFAULT_IDLE_MINUTES,
    LOCK_WAIT,
    NoServerError,
    Server,
    database_settings,
    held,
    text,
)
from flows.private_server.starting import (
    COMMON_SETTINGS,
    SERVER_SETTINGS,
    end_server,
    running_server,
    state_folder,
    used_server,
    wait_for,
)

log = logging.getLogger(__name__)

IDLE_SETTING = "BOARDPACK_SERVER_IDLE_MINUTES"

# The command prints its own progress, and an error that leaves a flow is raised to the command as well.
CLIENT_SETTINGS = COMMON_SETTINGS | {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
}


# --- For commands ---------------------------------------------------------------------------------------------


class Connection:
    """A command's hold on a server; `ready()` is entered around the flow."""

    def __init__(self, server: Server | None, imports: contextlib.ExitStack) -> None:
        self.server = server
        self._imports = imports

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """Wait until the server answers and run the body against it.

        Without a server the body runs all the same, on one that Prefect starts for this command only; the log
        says so in one sentence. On a server of the user's own nothing is changed.
        """
        _load_prefect()
        self._imports.close()
        with self._settings():
            yield

    def _settings(self) -> contextlib.AbstractContextManager[None]:
        if self.server is None:
            return contextlib.nullcontext()
        if wait_for(self.server):
            return _prefect_settings({"api.url": self.server.url, "api.auth_string": self.server.auth})
        log_file = Path(self.server.folder).parent / "server.log"
        self.server = None
        return _server_for_this_command(f"it did not come up (see {log_file})")


class _NoConnection(Connection):
    """A command for which there is no server to be had; `why` ends a sentence."""

    def __init__(self, why: str, imports: contextlib.ExitStack) -> None:
        super().__init__(None, imports)
        self._why = why

    def _settings(self) -> contextlib.AbstractContextManager[None]:
        return _server_for_this_command(self._why)


@contextlib.contextmanager
def prefect_server() -> Iterator[Connection]:
    """Find or start the server, without waiting for it, and point this process's Prefect at it.

    Enter it before anything imports Prefect and as early as possible: the server starts up while the command
    imports and reads. Child processes inherit the settings. Raises nothing of its own: if there can be no
    server, `Connection.ready` makes do without.
    """
    with contextlib.ExitStack() as stack, contextlib.ExitStack() as imports:
        imports.enter_context(_quick_imports())
        if users_own_server():
            yield Connection(None, imports)
            return
        minutes = idle_minutes()
        try:
            server = stack.enter_context(used_server(state_folder(), minutes))
        except (NoServerError, OSError) as error:
            connection: Connection = _NoConnection(str(error), imports)
            home = stack.enter_context(_temporary_folder())
            stack.enter_context(_environment(CLIENT_SETTINGS | {"PREFECT_HOME": home}))
        else:
            connection = Connection(server, imports)
            stack.enter_context(_environment(_client_settings(server)))
        yield connection
    if minutes == 0 and connection.server:
        with contextlib.suppress(NoServerError, OSError):
            stop_server()


def users_own_server() -> str:
    """Where the user's own Prefect settings say that his server is, or "" if he has none.

    Looked for where Prefect looks: the environment, `.env`, `prefect.toml` and `pyproject.toml` in the working
    folder, and the active profile.
    """
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    for line in text(Path(".env")).splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        if name.strip().upper() == "PREFECT_API_URL" and value.strip(" '\""):
            return value.strip(" '\"")
    project = _toml(Path("pyproject.toml")).get("tool", {}).get("prefect", {})
    for settings in (_toml(Path("prefect.toml")), project):
        if url := settings.get("api", {}).get("url"):
            return str(url)
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    profiles = _toml(Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml").expanduser())
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active", "")
    return str(profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL", ""))


def idle_minutes() -> float:
    """For how many minutes an unused server stays (BOARDPACK_SERVER_IDLE_MINUTES); 0 ends it with its command."""
    text = os.environ.get(IDLE_SETTING, "").strip()
    try:
        minutes = float(text or DEFAULT_IDLE_MINUTES)
        if 0 <= minutes <= 7 * 24 * 60:
            return minutes
    except ValueError:
        pass
    log.warning("%s is %r, which is not a number of minutes from 0 to 10080: %g is used.",
                IDLE_SETTING, text, DEFAULT_IDLE_MINUTES)  # fmt: skip
    return DEFAULT_IDLE_MINUTES


def server_status() -> str:
    """One sentence on whether a server is running, where, since when, and who uses it."""
    if url := users_own_server():
        return f"Your own Prefect server is used ({url}); boardpack starts none."
    server = running_server(state_folder())
    if server is None:
        return "No Prefect server is running; the next command starts one."
    since = time.strftime("%H:%M on %d %B %Y", time.localtime(server.started))
    users = len(server.users())
    used = f"used by {users} command{'s' * (users != 1)} now" if users else "not in use now"
    return f"Prefect server {server.version} at {server.url}, process {server.pid}, since {since}, {used}."


def stop_server(even_if_used: bool = False) -> bool:
    """End the server now; returns whether none is left. One that a command is using stays, unless told."""
    root = state_folder()
    with held(root / "start.lock", LOCK_WAIT):
        server = running_server(root)
        if server is None:
            return True
        if server.users() and not even_if_used:
            return False
        end_server(root, server)
    return True


# --- This process's Prefect -----------------------------------------------------------------------------------


def _client_settings(server: Server) -> dict[str, str]:
    """Environment variables that point Prefect at the server, and past a proxy meant for the internet."""
    settings = CLIENT_SETTINGS | {"PREFECT_API_URL": server.url, "PREFECT_API_AUTH_STRING": server.auth}
    if not os.environ.get("PREFECT_HOME"):
        settings["PREFECT_HOME"] = str(Path(server.folder, "client"))
    if any(os.environ.get(name) for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")):
        direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        settings["no_proxy"] = settings["NO_PROXY"] = ",".join(filter(None, [direct, "127.0.0.1"]))
    return settings


@contextlib.contextmanager
def _quick_imports() -> Iterator[None]:
    """Import in the body without looking for garbage, and do not look through the modules again at the very end.

    What modules hold lives as long as the process. Collecting it costs a command 0.2 s while it starts and 0.4 s
    after its last line.
    """
    was_on = gc.isenabled()
    gc.disable()
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load_prefect() -> None:
    """Load what the flow's first second would load, while a new server is still coming up."""
    import fastapi.encoders  # noqa: F401
    import prefect.flow_engine
    import prefect.task_engine  # noqa: F401


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the body and put back what was there; what logging the user asked for stays."""
    before = {name: os.environ.get(name) for name in values}
    kept = {"PREFECT_LOGGING_LEVEL"} & os.environ.keys()
    os.environ.update({name: value for name, value in values.items() if name not in kept})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _prefect_settings(values: Mapping[str, Any]) -> Iterator[None]:
    """Change settings inside Prefect, whatever the environment was when it was imported.

    No heartbeat: it is for noticing dead runs from far away, and its thread would hold up the end of every flow
    by a second. What Prefect still has to tell the server is sent before the end of the body counts as the end.
    """
    from prefect.events.worker import EventsWorker
    from prefect.settings import temporary_settings

    # At its end it warns of every message that is still on its way, though all of them arrive.
    logging.getLogger("EventsWorker").setLevel(logging.ERROR)
    with temporary_settings({"flows.heartbeat_frequency": None, **values}):
        try:
            yield
        finally:
            EventsWorker.drain_all(timeout=ANSWER_WAIT)


@contextlib.contextmanager
def _server_for_this_command(why: str) -> Iterator[None]:
    """Let Prefect start a server in its own way, as slow as that is, with everything in a temporary folder."""
    log.warning("Prefect's server could not be kept ready, so this command starts its own and is slower: %s.", why)
    with tempfile.TemporaryDirectory(prefix="boardpack-", ignore_cleanup_errors=True) as folder:
        settings = SERVER_SETTINGS | database_settings(Path(folder, "prefect.db"))
        settings |= {"PREFECT_HOME": folder, "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL"}
        none = {"api.url": None, "api.auth_string": None, "server.ephemeral.enabled": True}
        with _environment(settings | {"PREFECT_API_URL": ""}):
            try:
                with _prefect_settings(none):
                    yield
            finally:
                _stop_prefects_own_server()


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="boardpack-", ignore_cleanup_errors=True)


def _stop_prefects_own_server() -> None:
    from prefect.server.api.server import SubprocessASGIServer

    for server in list(SubprocessASGIServer._instances.values()):
        server.stop()


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text(file))
    except tomllib.TOMLDecodeError:
        return {}
