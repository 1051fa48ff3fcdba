"""The tests of the ledger run twice: on a file and on a PostgreSQL server."""

from pathlib import Path

import pytest

from flows.plan.ledger_place import LedgerDatabase
from tests.postgres import a_schema


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | LedgerDatabase:
    """A place for a ledger, where none is yet."""
    return tmp_path / "ledger.sqlite" if request.param == "sqlite" else a_schema()
