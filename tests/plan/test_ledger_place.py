"""Where the ledger is kept: a file or a database, and never a password in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.plan.findings import UserError
from flows.plan.ledger_place import LEDGER_FILE, LedgerDatabase
from flows.plan.settings import Workspace
from tests.plan.test_settings import LEAST

URL = "postgresql://boardpack@db.example.org/partnerships"


def workspace(root: Path, *lines: str) -> Workspace:
    (root / "inputs").mkdir()
    (root / "inputs" / "partnership.toml").write_text("\n".join((LEAST, "[ledger]", *lines)), encoding="utf-8")
    return Workspace(root)


def refusal(root: Path, *lines: str) -> str:
    with pytest.raises(UserError) as raised:
        _ = workspace(root, *lines).ledger_at
    return str(raised.value)


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ((), LEDGER_FILE),
        (('path = "kept/here.sqlite"',), "kept/here.sqlite"),
        ((f'url = "{URL}"',), LedgerDatabase(URL, "boardpack")),
        ((f'url = "{URL}"', 'schema = "blackpool"'), LedgerDatabase(URL, "blackpool")),
        ((f'url = "{URL}?sslmode=require&connect_timeout=5"',), LedgerDatabase(f"{URL}?sslmode=require&connect_timeout=5")),
        (('url = "postgresql:///db?host=/run/postgresql"',), LedgerDatabase("postgresql:///db?host=/run/postgresql")),
        (('url = "postgresql://db:5432/db?application_name=a%40b"',), LedgerDatabase("postgresql://db:5432/db?application_name=a%40b")),
    ],
)  # fmt: skip
def test_the_ledger_is_where_the_settings_say(
    tmp_path: Path, lines: tuple[str, ...], place: str | LedgerDatabase
) -> None:
    at = workspace(tmp_path, *lines).ledger_at
    assert at == (tmp_path / place if isinstance(place, str) else place)


def test_what_lies_beside_the_ledger_stays_in_the_workspace_when_the_ledger_is_in_a_database(tmp_path: Path) -> None:
    assert workspace(tmp_path, f'url = "{URL}"').ledger_file.parent == tmp_path / ".boardpack"


def test_a_frozen_copy_is_rebuilt_from_its_own_ledger(tmp_path: Path) -> None:
    workspace(tmp_path, f'url = "{URL}"')
    assert Workspace(tmp_path, rebuilt_from=tmp_path / "then.sqlite").ledger_at == tmp_path / "then.sqlite"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://boardpack:s3cret@db/partnerships",
        "postgresql://boardpack:s3c/ret@db/partnerships",
        "postgresql://boardpack:s3c?ret@db/partnerships",
        "postgresql://boardpack:s3c@ret@db/partnerships",
        "postgresql://boardpack@db/partnerships?password=s3cret",
        "postgresql://boardpack@db/partnerships?sslmode=require&sslpassword=s3cret",
        "mysql://boardpack:s3cret@db/partnerships",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_printed(tmp_path: Path, address: str) -> None:
    said = refusal(tmp_path, f'url = "{address}"')
    assert said.startswith('In partnership.toml, ledger.url is "')
    assert said.endswith(
        '": a password does not belong in a file; take it out and set PGPASSWORD, or PGPASSFILE or ~/.pgpass.'
    )
    assert not any(part in said for part in ("s3c", "ret@", "=s3"))


@pytest.mark.parametrize(
    "address",
    ["mysql://db/x", "db.example.org", "", "postgresql://db", "postgresql://db/", "postgresql://db:port/x", "postgresql://db/a/b"],
)  # fmt: skip
def test_what_is_no_address_of_a_database_is_refused(tmp_path: Path, address: str) -> None:
    assert refusal(tmp_path, f'url = "{address}"') == (
        f'In partnership.toml, ledger.url is "{address}": write it as postgresql://user@server/database.'
    )


def test_a_ledger_is_kept_in_one_place(tmp_path: Path) -> None:
    assert refusal(tmp_path, f'url = "{URL}"', f'path = "{LEDGER_FILE}"') == (
        f'In partnership.toml, ledger.url is "{URL}": the ledger is kept in one place; take out ledger.path or ledger.url.'
    )


@pytest.mark.parametrize("name", ["Blackpool", "black pool", 'a"; DROP', "1a", "", "pg_x", "public", "é", "a" * 64])
def test_a_schema_needs_a_plain_name(tmp_path: Path, name: str) -> None:
    said = refusal(tmp_path, f'url = "{URL}"', f"schema = '{name}'")
    assert said == (
        f'In partnership.toml, ledger.schema is "{name}": write a name of small letters, digits and underscores, such as '
        '"blackpool".'
    )


def test_a_schema_needs_a_database(tmp_path: Path) -> None:
    assert refusal(tmp_path, 'schema = "blackpool"') == (
        'In partnership.toml, ledger.schema is "blackpool": a schema is for a PostgreSQL database; name that in ledger.url, '
        "or take it out."
    )
