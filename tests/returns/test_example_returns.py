"""The committed returns of the worked example say exactly what its story says."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest

from flows.plan.loading import load_plan
from flows.plan.periods import parse_period
from flows.plan.settings import load_settings
from flows.returns.reading import read_many
from flows.returns.records import Return
from flows.returns.vocabulary import vocabulary_of
from tests.example.make_returns import FOLDER, RECEIVED, ROOT, load_story, make_returns

pytestmark = pytest.mark.slow

PLAN, _ = load_plan(ROOT / "inputs" / "plan.xlsx")
SETTINGS = load_settings(ROOT / "inputs" / "partnership.toml")
STORY = load_story()
SENT = {
    (partner, when): section
    for partner, sections in STORY.items()
    for when, section in sections.items()
    if not section.get("missing")
}


def file_of(partner: str, when: str) -> Path:
    return FOLDER / when[:7] / f"{partner}{'-2' if when.endswith('b') else ''}.xlsx"


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, str], Return]:
    paths = [(file_of(*key), "/".join(key)) for key in SENT]
    return dict(zip(SENT, read_many(paths, vocabulary_of(PLAN, SETTINGS)), strict=True))


def test_every_return_of_the_story_is_there_and_no_other() -> None:
    assert sorted(FOLDER.glob("*/*")) == sorted(file_of(*key) for key in SENT)


@pytest.mark.parametrize("key", SENT, ids=" ".join)
def test_a_return_says_what_the_story_says(key: tuple[str, str], answers: dict[tuple[str, str], Return]) -> None:
    answer, section = answers[key], SENT[key]
    assert answer.partner == key[0]
    if "same_file_as" in section:
        assert answer.fingerprint == answers[key[0], section["same_file_as"]].fingerprint
        return
    assert str(answer.month) == key[1][:7]
    for table in ("milestones", "evidence", "measures", "risks", "feedback", "commentary", "decisions"):
        told = [tellable(row) for row in section.get(table, [])]
        read = [as_told(row, each) for each, row in matched(told, list(getattr(answer, table)))]
        assert read == told
        assert len(getattr(answer, table)) == len(told)


def tellable(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the story without its empty values, in the record's terms."""
    told = {("help_needed" if k == "help" else k): v for k, v in row.items() if v != "" and v is not False}
    if "period" in told:
        period = parse_period(told["period"], PLAN.measure[told["ref"]].frequency)
        told["period"] = getattr(period, "label", None)
        told.setdefault("part", "")  # a total, so that no part of it is taken for it
    return told


def matched(told: list[dict[str, Any]], rows: list[Any]) -> list[tuple[dict[str, Any], Any]]:
    """Each row of the story with the row that was read: the form has an order of its own."""
    pairs = []
    for each in told:
        keys = [k for k in ("ref", "due", "period", "part", "number", "about") if k in each]
        found = next((r for r in rows if all(as_told(r, each)[k] == each[k] for k in keys)), None)
        assert found is not None, f"not in the return: {each}"
        rows.remove(found)
        pairs.append((each, found))
    return pairs


def as_told(row: Any, told: dict[str, Any]) -> dict[str, Any]:
    """What was read, for the values that the story tells, in the story's form."""
    return {name: plain(getattr(row, name)) for name in told}


def plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(value)
    return getattr(value, "label", value)


def test_the_example_comes_to_the_same_bytes_again(tmp_path: Path) -> None:
    make_returns(tmp_path, PLAN, SETTINGS, STORY)
    again = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert again == {p.relative_to(FOLDER): p.read_bytes() for p in FOLDER.rglob("*") if p.is_file()}


def test_the_log_names_every_file_with_its_fingerprint_and_day() -> None:
    with (FOLDER / RECEIVED).open(encoding="utf-8", newline="") as file:
        log = list(csv.DictReader(file))
    assert [FOLDER / row["month"] / row["file"] for row in log] == sorted(file_of(*key) for key in SENT)
    for row in log:
        data = (FOLDER / row["month"] / row["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["fingerprint"]
        dt.date.fromisoformat(row["received"])
