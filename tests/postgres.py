"""A real PostgreSQL for tests: one server for the whole run, a schema of its own for each test that asks.

It lies in a temporary folder, listens on a socket there and on no port, and ends with the tests. Where PostgreSQL is
not installed the tests that need it are skipped.
"""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from flows.plan.ledger_place import LedgerDatabase

USER = "boardpack"
_UNTIL_LET_GO = '"$@" & read -r _; kill -INT $!; wait; rm -rf "$0"'
"""Runs the server until the other end of its input is closed, which the end of the tests does, however they end."""
_numbers = itertools.count(1)


def a_schema(name: str = "") -> LedgerDatabase:
    """The place of a ledger in the test server that no other test uses."""
    return LedgerDatabase(server(), name or f"partnership_{next(_numbers)}")


def run_sql(place: Path | LedgerDatabase, statement: str) -> list[tuple[Any, ...]]:
    """What one statement of SQL gives in a ledger's database, past the ledger."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as file, file:
            return file.execute(statement).fetchall()
    with psycopg.connect(place.url, options=f"-c search_path={place.schema}") as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@cache
def server() -> str:
    """The address of a database on a server that runs until the tests end; skips the test where there is none."""
    folder = Path(tempfile.mkdtemp(prefix="boardpack-postgres-"))
    account = _account()
    if account:
        shutil.chown(folder, account["user"], account["group"])
    data = str(folder / "data")
    initdb = [str(binary("initdb")), "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **account)
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=50")
    postgres = [str(binary("postgres")), "-D", data, *(part for each in settings for part in ("-c", each))]
    command = ["sh", "-c", _UNTIL_LET_GO, str(folder), *postgres]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, **account)
    atexit.register(process.communicate)
    for _ in range(300):
        if subprocess.run([binary("pg_isready"), "-q", "-h", folder], check=False).returncode == 0:
            return f"postgresql://{USER}@/postgres?host={folder}"
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text())


def _account() -> dict[str, Any]:
    """As root another account is needed: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@cache
def binary(name: str) -> Path:
    """A program of PostgreSQL; skips the test where it is not installed."""
    pg_config = shutil.which("pg_config")
    told = (
        subprocess.run([pg_config, "--bindir"], text=True, capture_output=True, check=False).stdout if pg_config else ""
    )
    folders = [Path(told.strip() or "/nowhere"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which(name)
    found = [place for folder in folders if (place := folder / name).is_file()]
    if found or on_path:
        return found[0] if found else Path(str(on_path))
    pytest.skip(f"PostgreSQL is not installed here ({name} was not found)")
