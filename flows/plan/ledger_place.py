"""Where the ledger is kept, as the settings name it: a file, or a schema of a PostgreSQL database.

An address never holds a password: the client's own ways are used for it (PGPASSWORD, PGPASSFILE, ~/.pgpass).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from flows.plan.settings_table import Table

LEDGER_FILE = ".boardpack/ledger.sqlite"
LEDGER_SCHEMA = "boardpack"


@dataclass(frozen=True, slots=True)
class LedgerDatabase:
    """A schema of a PostgreSQL database that holds one partnership's ledger."""

    url: str
    schema: str = LEDGER_SCHEMA


class Ledger(Table):
    """Where the record is kept: a file, relative to the workspace unless it is absolute, or a PostgreSQL database.

    `in_schema` ("schema" in the file) is the database's schema for this partnership: partnerships that share a
    database have one each.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    path: Annotated[str, Field(min_length=1)] | None = None
    url: str | None = None
    in_schema: Annotated[str | None, Field(alias="schema")] = None

    @property
    def database(self) -> LedgerDatabase | None:
        """The database; None where the ledger is a file."""
        return LedgerDatabase(self.url, self.in_schema or LEDGER_SCHEMA) if self.url else None

    @field_validator("url")
    @classmethod
    def _of_a_database(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        if _password_in(value):
            raise ValueError(
                "a password does not belong in a file; take it out and set PGPASSWORD, or PGPASSFILE or ~/.pgpass"
            )
        if not _is_address(value):
            raise ValueError("write it as postgresql://user@server/database")
        if info.data.get("path") is not None:
            raise ValueError("the ledger is kept in one place; take out ledger.path or ledger.url")
        return value

    @field_validator("in_schema")
    @classmethod
    def _a_name(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        if not re.fullmatch("(?!pg_)[a-z_][a-z0-9_]{0,62}", value) or value in ("public", "information_schema"):
            raise ValueError('write a name of small letters, digits and underscores, such as "blackpool"')
        if "url" in info.data and info.data["url"] is None:
            raise ValueError("a schema is for a PostgreSQL database; name that in ledger.url, or take it out")
        return value


def without_password(address: object) -> str:
    """An address to be shown, with anything that may be a password left out."""
    text = re.sub(r"(?i)(password=)[^&]*", r"\1…", str(address))
    return re.sub(r"(//[^:/?@]*):.*@", r"\1:…@", text)


def _password_in(value: str) -> bool:
    return without_password(value) != value


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port, parse_qsl(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        return False
    return parts.scheme == "postgresql" and len(parts.path) > 1 and "/" not in parts.path[1:] and not parts.fragment
