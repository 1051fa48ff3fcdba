"""The plan of the worked example: from its text in `plan.toml` to `inputs/plan.xlsx`.

Run `python -m tests.example.make_plan` after a change to the text.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from flows.plan.due import DueDate, parse_due
from flows.plan.loading import comparator_period
from flows.plan.model import (
    Action,
    Area,
    Board,
    Comparator,
    FocusArea,
    Frequency,
    Improves,
    Lead,
    Measure,
    Milestone,
    Partner,
    Plan,
    PlanRisk,
    Promise,
    Term,
)
from flows.plan.references import parent
from flows.plan.workbook import write_plan_workbook

HERE = Path(__file__).parent
PLAN_TEXT = HERE / "plan.toml"
PLAN_WORKBOOK = HERE.parent.parent / "inputs" / "plan.xlsx"

Table = dict[str, Any]


def example_plan(text: Path = PLAN_TEXT) -> Plan:
    """The plan as the text has it."""
    table = tomllib.loads(text.read_text(encoding="utf-8"))
    return Plan(
        partners=tuple(_partner(row) for row in table["partners"]),
        areas=tuple(
            Area(row["ref"], row["title"], row["short_title"], _leads(row["leads"]), row.get("note", ""))
            for row in table["areas"]
        ),
        focus_areas=tuple(
            FocusArea(row["ref"], parent(row["ref"]), row["title"], row.get("note", "")) for row in table["focus_areas"]
        ),
        promises=tuple(promise for row in table["focus_areas"] for promise in _promises(row)),
        actions=tuple(_action(row) for row in table["actions"]),
        milestones=tuple(_milestone(step, row["ref"]) for row in table["actions"] for step in row["milestones"]),
        measures=tuple(_measure(row) for row in table["measures"]),
        risks=tuple(PlanRisk(**row) for row in table["risks"]),
        boards=tuple(
            Board(row["key"], row["name"], tuple(row["areas"]), row.get("note", "")) for row in table["boards"]
        ),
        glossary=tuple(Term(row["term"], row["meaning"]) for row in table["glossary"]),
        notes=tuple(table["notes"]),
    )


def _partner(row: Table) -> Partner:
    rest = {key: value for key, value in row.items() if key != "improvement_group"}
    return Partner(**rest, is_improvement_group=row.get("improvement_group", False))


def _leads(rows: list[Table]) -> tuple[Lead, ...]:
    return tuple(Lead(row["role"], row.get("partner", "")) for row in rows)


def _promises(row: Table) -> list[Promise]:
    kinds = (("impact", "impacts", "I"), ("outcome", "outcomes", "O"), ("evidence", "evidence", "E"))
    return [
        Promise(f"{row['ref']}-{letter}{number}", row["ref"], kind, text)
        for kind, listed, letter in kinds
        for number, text in enumerate(row.get(listed, ()), start=1)
    ]


def _action(row: Table) -> Action:
    leads = _leads(row["leads"])
    return Action(row["ref"], parent(row["ref"]), row["title"], leads, row.get("workstream", ""), row.get("note", ""))


def _milestone(row: Table, action: str) -> Milestone:
    due = parse_due(row["due"])
    if not isinstance(due, DueDate):
        raise ValueError(f"{row['ref']}: {due.says} {due.todo}")
    return Milestone(row["ref"], action, row["title"], due, tuple(row["returned_by"]), row.get("note", ""))


def _measure(row: Table) -> Measure:
    frequency = Frequency(row["frequency"])
    converted: Table = {
        "improves": Improves(row["improves"]),
        "frequency": frequency,
        "comparators": tuple(_comparator(comparator, frequency) for comparator in row.get("comparators", ())),
        "parts": tuple(row.get("parts", ())),
        "shows": tuple(row.get("shows", ())),
    }
    if row.get("target_date"):
        converted["target_date"] = _day(row["target_date"])
    return Measure(**{key: value for key, value in row.items() if value != ""} | converted)


def _comparator(row: Table, frequency: Frequency) -> Comparator:
    available = {"available": _day(row["available"])} if row.get("available") else {}
    return Comparator(**row | available, when=comparator_period(row.get("period", ""), frequency))


def _day(text: str) -> object:
    due = parse_due(text)
    return due.day if isinstance(due, DueDate) else due


if __name__ == "__main__":
    write_plan_workbook(example_plan(), PLAN_WORKBOOK)
    print(f"Wrote {PLAN_WORKBOOK.relative_to(HERE.parent.parent)}")
