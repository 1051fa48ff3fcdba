"""The house: who may import whom, and which room may use which library."""

import ast
from functools import cache
from pathlib import Path

import pytest

FLOWS = Path(__file__).resolve().parent.parent / "flows"
MODULES = sorted(FLOWS.rglob("*.py"))

MAY_IMPORT = {
    "plan": {"plan"},
    "returns": {"returns", "plan"},
    "sources": {"sources", "returns", "plan"},
    "receipts": {"receipts", "returns", "plan"},
    "ledger": {"ledger", "returns", "plan"},
    "position": {"position", "ledger", "returns", "plan"},
    "reports": {"reports", "position", "ledger", "returns", "plan"},
    "publish": {"publish", "reports", "position", "plan"},
    "spc": {"spc", "publish", "reports", "position", "returns", "plan"},
    "collection": {"collection", "sources", "receipts", "publish", "reports", "position", "ledger", "returns", "plan"},
    "private_server": {"private_server"},
}
"""Which rooms each room may know. What lies directly in `flows/` may know everything, and so may `publications` (which
makes papers again by the steps of the flows), `many`, `serving` and `commands`, which are on top."""

ONLY_IN = {
    "prefect": {
        "board_pack",
        "collect_returns",
        "highlight_report",
        "data_dashboard",
        "stocktake",
        "annual_review",
        "action_lists",
        "send_forms",
        "publish_pack",
        "keep_calendar",
        "approve_and_publish",
        "fleet",
        "steps",
        "private_server",
        "serving",
    },
    "openpyxl": {"returns", "publish.excel"},
    "xlsxwriter": {"returns", "receipts", "publish.excel", "plan.workbook"},
    "python_calamine": {"returns", "plan.tables", "plan.loading"},
    "jinja2": {"publish"},
    "weasyprint": {"publish"},
    "docx": {"publish"},
    "sqlalchemy": {"ledger"},
    "alembic": {"ledger"},
    "psycopg": set(),
    "typer": {"cli", "commands"},
    "distributed": {"fleet", "many"},
    "uvicorn": {"private_server", "serving"},
    "stdnum": {"returns"},
    "phonenumbers": {"returns"},
    "smtplib": {"receipts.letters"},
}
"""Where alone a library may be used."""


def room_of(path: Path) -> str:
    parts = path.relative_to(FLOWS).with_suffix("").parts
    return parts[0] if len(parts) > 1 else ""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(FLOWS).with_suffix("").parts)


@cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return frozenset(names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    allowed = MAY_IMPORT.get(room_of(path))
    ours = {name.split(".")[1] for name in imported(path) if name.startswith("flows.")}
    if allowed is not None:
        assert ours <= allowed


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_library_has_its_rooms(path: Path) -> None:
    where = name_of(path)
    for name in imported(path):
        rooms = ONLY_IN.get(name.split(".")[0])
        if rooms is not None:
            assert any(where == room or where.startswith(f"{room}.") for room in rooms), f"{where} imports {name}"


def test_no_module_carries_the_name_of_a_library_it_could_hide() -> None:
    libraries = {
        "prefect",
        "pandas",
        "openpyxl",
        "docx",
        "weasyprint",
        "jinja2",
        "pytest",
        "sqlalchemy",
        "holidays",
        "rich",
    }
    assert not libraries & {path.stem for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_its_room_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted(p for p in MODULES if not room_of(p)), ids=name_of)
def test_flow_files_define_no_classes(path: Path) -> None:
    if path.stem in ONLY_IN["prefect"]:
        assert not [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.ClassDef)]
