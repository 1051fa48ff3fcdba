"""The database that a ledger is kept in: one SQLite file, or a schema of a PostgreSQL database.

All that differs between the two is here: how it is opened, how a reader sees one moment, how writers wait for each
other, and what is said when it cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from flows.plan.findings import UserError
from flows.plan.ledger_place import LedgerDatabase, without_password

WAIT_SECONDS = 30
"""How long one who writes waits for another before giving up."""

_NO_RIGHT = "42501"  # PostgreSQL's insufficient_privilege


class Database:
    """An open database. `place` is how its place is told to people."""

    def __init__(self, where: Path | LedgerDatabase) -> None:
        self.schema = where.schema if isinstance(where, LedgerDatabase) else None
        self.place = _shown(where)
        self.engine = _engine(where)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment, whatever others write meanwhile."""
        with self.engine.connect() as connection:
            if self.schema is None:
                connection.exec_driver_sql("BEGIN")
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                self._begin(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction in which nobody else writes: of two commands at once, the second waits for the first."""
        with self.engine.begin() as connection:
            if self.schema is None:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                self._begin(connection)
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _lock_key(self.schema)})
            yield connection

    def _begin(self, connection: Connection) -> None:
        """Keep a transaction in PostgreSQL to the schema. Said in each: a pooler may give each to another session."""
        connection.exec_driver_sql(
            f"SET LOCAL search_path TO \"{self.schema}\"; SET LOCAL lock_timeout TO '{WAIT_SECONDS}s'"
        )

    def make_schema(self, connection: Connection) -> None:
        """Make the schema when it is missing. Asked first: who may not make schemas may still use one."""
        if self.schema is not None and not connection.dialect.has_schema(connection, self.schema):
            connection.exec_driver_sql(f'CREATE SCHEMA "{self.schema}"')


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that have a value for each column of a table, in order. Of 100,000, SQLAlchemy's own way would look at
    every value by its name."""
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    columns = table.columns.keys()
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join(mark for _ in columns)})", list(rows)
    )


@contextmanager
def open_database(where: Path | LedgerDatabase) -> Iterator[Database]:
    """Open a database for as long as the block runs; UserError, in one sentence, when it cannot be used."""
    database = Database(where)
    try:
        yield database
    except DatabaseError as error:
        if isinstance(error, (IntegrityError, ProgrammingError)) and not _is_outside(error):
            raise  # these are faults of ours, not of the database
        raise _cannot_be_used(where, error) from error
    finally:
        database.engine.dispose()


def _engine(where: Path | LedgerDatabase) -> Engine:
    if isinstance(where, Path):
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _file_cannot_be_used(where, error.strerror) from None
        engine = create_engine(URL.create("sqlite", database=str(where)))
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    url = make_url(where.url).set(drivername="postgresql+psycopg")
    timeout = {} if "connect_timeout" in url.query else {"connect_timeout": WAIT_SECONDS}
    try:
        return create_engine(url, connect_args=timeout)
    except ImportError:
        raise UserError(
            f"The ledger at {_shown(where)} is kept in PostgreSQL, which needs a package that is not installed: "
            'type pip install "boardpack[postgres]".'
        ) from None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")


def _lock_key(schema: str) -> int:
    """The number of the lock that those who write to a schema take."""
    return int.from_bytes(sha256(f"boardpack ledger {schema}".encode()).digest()[:8], signed=True)


def _shown(where: Path | LedgerDatabase) -> str:
    if isinstance(where, Path):
        return str(where)
    return f"{without_password(where.url)} (schema {where.schema})"


def _is_outside(error: DatabaseError) -> bool:
    """Whether the database refused for a reason that lies with its keeper: it was not reached, or gave no right."""
    return error.statement is None or getattr(error.orig, "sqlstate", None) == _NO_RIGHT


def _cannot_be_used(where: Path | LedgerDatabase, error: DatabaseError) -> UserError:
    if isinstance(where, Path):
        return _file_cannot_be_used(where, error.orig)
    why = (str(error.orig).splitlines() or ["no reason given"])[0].rstrip(".")
    if error.statement is None:
        return UserError(
            f"The ledger at {_shown(where)} cannot be reached ({why}): see that the server runs, that database and user "
            "are there, and that PGPASSWORD or ~/.pgpass holds the password."
        )
    return UserError(
        f"The ledger at {_shown(where)} cannot be used ({why}): nothing was changed; try again, or tell whoever keeps the "
        "database."
    )


def _file_cannot_be_used(where: Path, why: object) -> UserError:
    todo = next((todo for sign, todo in _TODO.items() if sign in str(why).lower()), _BROKEN)
    return UserError(f"The ledger at {where} cannot be used ({why}): {todo}.")


_TODO = {
    "full": "nothing was changed; make room, then try again",
    "no space": "nothing was changed; make room, then try again",
    "readonly": "nothing was changed; check who may read and write it and its folder",
    "read-only": "nothing was changed; check who may read and write it and its folder",
    "permission": "nothing was changed; check who may read and write it and its folder",
    "unable to open": "nothing was changed; check who may read and write it and its folder",
    "locked": "nothing was changed; another command is using it, so try again when that ends",
}
"""What to do, by words of SQLite's and of the system's."""
_BROKEN = "restore it from a copy, or move it away to begin a new one"
