"""Makes partnerships for the fleet: each with a plan of its own, ten partners and one return from each for a month.

Run as `python -m tests.generate_partnerships FOLDER COUNT`. They are small and ordinary: one to three areas, some 25
milestones, eight measures with 14 months of figures, the questions that real returns raise. The same number gives the
same partnership, on every machine.
"""

from __future__ import annotations

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from flows.plan.due import DueDate, parse_due
from flows.plan.loading import load_plan
from flows.plan.model import (
    Action,
    Area,
    Board,
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
)
from flows.plan.periods import Month
from flows.plan.settings import load_settings
from flows.plan.workbook import write_plan_workbook
from tests.example.make_returns import make_returns

ROOT = Path(__file__).resolve().parents[1]
MONTH = Month(2025, 11)

PARTNERS = (
    Partner("council", "Council", "Council", "Head of SEND"),
    Partner("icb", "Integrated Care Board", "ICB", "Head of Commissioning"),
    Partner("hospital", "Hospitals NHS Trust", "Hospital", "Head of Therapies"),
    Partner("community", "Community Health NHS Trust", "Community health", "Service Lead"),
    Partner("public-health", "Public Health", "Public Health", "Public Health Principal"),
    Partner("social-care", "Children's Social Care", "Social Care", "Head of Service"),
    Partner("schools", "Schools Forum", "Schools", "Head teacher"),
    Partner("college", "Further Education College", "College", "Vice Principal"),
    Partner("forum", "Parent Carer Forum", "Parent Carer Forum", "Chair"),
    Partner("group", "SEND Improvement Group", "Improvement Group", "Programme Lead", is_improvement_group=True),
)
AREAS = ("Waiting times", "Education, health and care plans", "Preparation for adult life", "Communication")
SUBJECTS = ("speech and language therapy", "annual reviews", "short breaks", "transition at 16", "the Local Offer",
            "autism assessment", "joint commissioning", "attendance", "sensory support")  # fmt: skip
STEPS = ("Backlog counted and shared", "New pathway agreed", "Training given to every team", "Families told of the change",
         "First quarter reviewed", "Posts filled", "Standard written down and published")  # fmt: skip
PROGRESS = (
    "Agreed at the meeting on the 12th; two teams have begun and the third starts in the new year.",
    "Slower than planned: the data came late and the numbers of two teams do not agree yet.",
    "Done as planned. The note of the meeting is on the shared site, and families have been told.",
    "Interviews were held and one of two posts is filled; the other is advertised again.",
)
DUE = (
    "30/09/25",
    "31/10/25",
    "30/11/25",
    "31/12/25",
    "31/01/26 and then quarterly",
    "31/03/26",
    "Ongoing from 31/10/25",
)
STATUSES = ("On track", "On track", "On track", "At risk", "Off track", "Complete")


def partnership(folder: Path, number: int, most_areas: int = 3) -> Path:
    """A workspace in `folder`, with its returns for MONTH; gives back the folder."""
    chance = random.Random(number)
    (folder / "inputs" / "returns").mkdir(parents=True)
    settings_file = folder / "inputs" / "partnership.toml"
    settings_file.write_text(_settings(number), encoding="utf-8")
    write_plan_workbook(_plan(chance, number, most_areas), folder / "inputs" / "plan.xlsx")
    plan, _ = load_plan(folder / "inputs" / "plan.xlsx")
    make_returns(folder / "inputs" / "returns", plan, load_settings(settings_file), _story(chance, plan))
    return folder


def partnerships(folder: Path, count: int) -> list[Path]:
    """So many of them, `partnership-001` and on, made on all processors."""
    folders = [folder / f"partnership-{number:03}" for number in range(1, count + 1)]
    with ProcessPoolExecutor() as pool:
        return list(pool.map(partnership, folders, range(1, count + 1), chunksize=4))


def _settings(number: int) -> str:
    text = (ROOT / "templates" / "partnership.toml").read_text(encoding="utf-8")
    for old, new in (
        ('"Name of the local area SEND partnership"', f'"Exampleshire {number} SEND partnership"'),
        ('short_name = "SEND partnership"', f'short_name = "Exampleshire {number}"'),
        ('first_month = "2025-01"', f'first_month = "{MONTH}"'),
        ('annual_review = "2025-12"', 'annual_review = "2026-10"'),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


def _due(text: str) -> DueDate:
    due = parse_due(text)
    assert isinstance(due, DueDate)
    return due


def _plan(chance: random.Random, number: int, most_areas: int) -> Plan:
    areas: list[Area] = []
    focus_areas: list[FocusArea] = []
    promises: list[Promise] = []
    actions: list[Action] = []
    milestones: list[Milestone] = []
    measures: list[Measure] = []
    risks: list[PlanRisk] = []
    givers = [partner.key for partner in PARTNERS]
    leads = {key: Lead(partner.contact_role, key) for key, partner in zip(givers, PARTNERS, strict=True)}
    for a, title in enumerate(AREAS[: chance.randint(1, most_areas)], start=1):
        areas.append(Area(f"{a}", f"{title} need to improve in area {number}", title, (leads[chance.choice(givers)],)))
        for f in range(1, 3):
            focus, subject = f"{a}.{f}", chance.choice(SUBJECTS)
            focus_areas.append(FocusArea(focus, f"{a}", f"Improve {subject}"))
            promises.append(Promise(f"{focus}-I1", focus, "impact", f"Families wait less for {subject}."))
            promises.append(Promise(f"{focus}-E1", focus, "evidence", f"Minutes on {subject}."))
            measures += _measures(chance, focus, subject)
            for n in range(1, 3):
                owner = chance.choice(givers)
                actions.append(Action(f"{focus}.{n}", focus, f"Step {n} for {subject}", (leads[owner],)))
                for m, step in enumerate(chance.sample(STEPS, chance.randint(2, 4)), start=1):
                    giver = givers[len(milestones) % len(givers)]
                    due = _due(chance.choice(DUE))
                    milestones.append(
                        Milestone(f"{focus}.{n}.{m}", f"{focus}.{n}", f"{step}: {subject}", due, (giver,))
                    )
        owner = chance.choice(givers)
        risks.append(PlanRisk(f"R{a}", f"Too few people for {title.lower()}", f"{a}", owner, "Director",
                              chance.randint(2, 5), chance.randint(2, 5), "Posts advertised"))  # fmt: skip
    return Plan(
        PARTNERS, tuple(areas), tuple(focus_areas), tuple(promises), tuple(actions), tuple(milestones), tuple(measures),
        tuple(risks), (Board("board", "SEND Partnership Board"),),
    )  # fmt: skip


def _measures(chance: random.Random, focus: str, subject: str) -> list[Measure]:
    whose = [chance.choice(PARTNERS[:-1]).key for _ in range(2)]
    return [
        Measure(f"{focus}-in-time", focus, f"{subject.capitalize()} in time", "%", 1, Improves.UP, Frequency.MONTHLY,
                whose[0], baseline=50.0, target=85.0, lowest=0, highest=100),
        Measure(f"{focus}-waiting", focus, f"Children waiting for {subject}", "children", 0, Improves.DOWN,
                Frequency.MONTHLY, whose[1], baseline=240, lowest=0),
    ]  # fmt: skip


def _story(chance: random.Random, plan: Plan) -> dict[str, dict[str, dict[str, Any]]]:
    return {partner.key: {str(MONTH): _sent(chance, plan, partner)} for partner in plan.partners}


def _sent(chance: random.Random, plan: Plan, partner: Partner) -> dict[str, Any]:
    own = [milestone for milestone in plan.milestones if partner.key in milestone.partners]
    milestones = [_update(chance, milestone) for milestone in own]
    sent: dict[str, Any] = {
        "completed_by": partner.contact_role,
        "completed_on": "2025-12-03",
        "received": "2025-12-04",
        "milestones": milestones,
        "evidence": [
            {"number": row["evidence"], "title": f"Minutes on {row['ref']}", "kind": "Minutes", "dated": "2025-11-20",
             "supports": row["ref"], "shows": "What was agreed.", "kept_at": "Shared site", "marking": "Official"}
            for row in milestones if "evidence" in row
        ],
        "measures": [row for m in plan.measures if m.partner == partner.key for row in _history(chance, m)],
        "risks": [
            {"ref": risk.ref, "likelihood": chance.randint(1, 5), "impact": risk.impact, "review_by": "2026-01-31",
             "state": "Open", "comment": "Looked at again this month."}
            for risk in plan.risks if risk.partner == partner.key
        ],
        "feedback": [{"number": "1", "about": "1", "you_said": "Tell us sooner what was decided.",
                      "we_are_doing": "Letters go out within a week.", "dated": "2025-11-10"}],
    }  # fmt: skip
    if partner.is_improvement_group:
        words = "Work has begun in every area; the board is asked to look at what is late."
        sent["commentary"] = [{"about": "Headline", "text": words}]
    return sent


def _update(chance: random.Random, milestone: Milestone) -> dict[str, Any]:
    row: dict[str, Any] = {"ref": milestone.ref, "status": chance.choice(STATUSES), "progress": chance.choice(PROGRESS)}
    if row["status"] == "Complete":
        row |= {"completed_on": "2025-11-20"}
        if chance.random() < 0.7:
            row["evidence"] = f"E{milestone.ref}"
    elif row["status"] != "On track":
        row |= {"forecast": "2026-02-28", "next_steps": "Meet again in January."}
    return row


def _history(chance: random.Random, measure: Measure) -> list[dict[str, Any]]:
    percent = measure.unit == "%"
    level = chance.uniform(55, 75) if percent else chance.uniform(150, 300)
    values = [level + back * chance.uniform(0, 1) + chance.gauss(0, 3) for back in range(14)]
    return [
        {"ref": measure.ref, "period": str(MONTH.previous(13 - back)), "value": round(value, measure.decimals)}
        for back, value in enumerate(values)
    ]


def main(folder: str, count: str) -> None:
    """Make so many partnerships in a folder."""
    print(f"{len(partnerships(Path(folder), int(count)))} partnerships in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
