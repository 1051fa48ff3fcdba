"""Makes the example's returns from its story: `python -m tests.example.make_returns`.

Month by month each partner's form is written by the form writer, filled in on the form with what earlier months of
the story said, and completed with what the story says of this month. So the committed returns are what partners
would have sent, and the same story gives the same bytes. `inputs/returns/received.csv` is the improvement group's log
of when each file came in.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import shutil
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from flows.plan.loading import load_plan
from flows.plan.model import Partner, Plan
from flows.plan.parts import match_part
from flows.plan.periods import Month, Period, parse_period
from flows.plan.settings import Settings, load_settings
from flows.returns.forms import write_form
from flows.returns.prefill import Prefill
from flows.returns.records import (
    CommentaryRow,
    DecisionRow,
    EvidenceRow,
    FeedbackRow,
    MeasureRow,
    MilestoneRow,
    Return,
    RiskRow,
)

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "tests" / "example"
FOLDER = ROOT / "inputs" / "returns"
RECEIVED = "received.csv"

_ROWS: dict[str, type[Any]] = {
    "milestones": MilestoneRow,
    "evidence": EvidenceRow,
    "measures": MeasureRow,
    "risks": RiskRow,
    "feedback": FeedbackRow,
    "commentary": CommentaryRow,
    "decisions": DecisionRow,
}
_DAYS = {"due", "completed_on", "forecast", "dated", "review_by", "new_date"}
Section = dict[str, Any]


def load_story(folder: Path = EXAMPLE) -> dict[str, dict[str, Section]]:
    """The story: for each partner, for each month ("2023-01b" is a second return for it), what was sent."""
    whole = folder / "story.toml"
    files = [whole] if whole.is_file() else sorted(folder.glob("story-*.toml"))
    story: dict[str, dict[str, Section]] = {}
    for file in files:
        story |= tomllib.loads(file.read_text(encoding="utf-8"))
    return story


def as_return(partner: str, month: Month, section: Section, plan: Plan) -> Return:
    """A section of the story as the return that the partner sent. ValueError for a word that the form does not know."""
    unknown = set(section) - {*_ROWS, "completed_by", "completed_on", "received"}
    if unknown:
        raise ValueError(f"story {partner} {month}: {sorted(unknown)} is no part of a return")
    tables: dict[str, Any] = {name: tuple(_row(name, row, plan) for row in section.get(name, [])) for name in _ROWS}
    done_on = dt.date.fromisoformat(section["completed_on"])
    return Return("", "", partner, month, section["completed_by"], done_on, **tables)


def _row(table: str, written: Section, plan: Plan) -> Any:
    values = {("help_needed" if name == "help" else name): value for name, value in written.items() if value != ""}
    for name, value in values.items():
        if name in _DAYS:
            values[name] = dt.date.fromisoformat(value)
        elif name in ("supports", "meets"):
            values[name] = tuple(ref.strip() for ref in value.split(","))
        elif name == "period":
            values[name] = _period(value, written["ref"], plan)
    known = {each.name for each in fields(_ROWS[table])}
    if set(values) - known:
        raise ValueError(f"story, {table}: {sorted(set(values) - known)} is no column of the form: {written}")
    return _ROWS[table](**values)


def _period(text: str, ref: str, plan: Plan) -> Period:
    """The period named; one that cannot be read stands in the return as the partner wrote it."""
    period = parse_period(text, plan.measure[ref].frequency)
    return period if isinstance(period, Period) else replace(_NO_PERIOD, label=text)


_NO_PERIOD = Period(dt.date.min, dt.date.min, "")


@dataclass
class SoFar:
    """What a partner's earlier returns said, which its next form is filled in with."""

    last: dict[tuple[str, dt.date | None], MilestoneRow] = field(default_factory=dict)
    closed: set[tuple[str, dt.date | None]] = field(default_factory=set)
    measures: dict[str, MeasureRow] = field(default_factory=dict)
    parts: dict[tuple[str, str], MeasureRow] = field(default_factory=dict)
    risks: dict[str, RiskRow] = field(default_factory=dict)

    def hear(self, sent: Return, plan: Plan) -> None:
        """Take in one more return."""
        for row in sent.milestones:
            self.last[row.ref, row.due] = row
            if row.status == "Complete" and row.evidence:
                self.closed.add((row.ref, row.due))
        for figure in sorted(sent.measures, key=lambda m: m.period or _NO_PERIOD):
            if not figure.period or figure.period.end == dt.date.min:
                continue
            if not figure.part:
                self.measures[figure.ref] = figure
            elif part := match_part(plan.measure[figure.ref], figure.part):
                self.parts[figure.ref, part] = figure
        for risk in sent.risks:
            known = self.risks.pop(risk.ref, RiskRow(risk.ref))
            if risk.state != "Closed":
                self.risks[risk.ref] = _updated(known, risk)

    def prefill(self, moved: dict[str, dt.date]) -> Prefill:
        """What the next form is filled in with."""
        risks = tuple(self.risks.values())
        return Prefill(self.last, frozenset(self.closed), moved, self.measures, self.parts, risks)


def _updated(known: RiskRow, said: RiskRow) -> RiskRow:
    """The risk as last said; what was left blank stays as it was."""
    return replace(known, **{f.name: v for f in fields(said) if (v := getattr(said, f.name))})


def opening(plan: Plan, partner: Partner) -> SoFar:
    """Before the first return: the risks that the plan gives the partner."""
    so_far = SoFar()
    for risk in plan.risks:
        if risk.partner == partner.key:
            so_far.risks[risk.ref] = RiskRow(
                risk.ref, risk.title, risk.area_ref, risk.likelihood, risk.impact, risk.mitigation, risk.owner
            )
    return so_far


def make_returns(folder: Path, plan: Plan, settings: Settings, story: dict[str, dict[str, Section]]) -> int:
    """Write every return of the story below `folder`, and the log of receipt; says how many files there are."""
    so_far = {partner.key: opening(plan, partner) for partner in plan.partners}
    moved: dict[str, dt.date] = {}
    log: list[tuple[str, str, str, str]] = []
    for when in sorted({when for sections in story.values() for when in sections}):
        month = Month.parse(when[:7])
        approved = dict(moved)
        for partner in (p for p in plan.partners if when in story.get(p.key, {})):
            section = story[partner.key][when]
            if section.get("missing"):
                continue
            path = folder / str(month) / f"{partner.key}{'-2' if when.endswith('b') else ''}.xlsx"
            path.parent.mkdir(parents=True, exist_ok=True)
            if "same_file_as" in section:
                shutil.copyfile(folder / section["same_file_as"] / f"{partner.key}.xlsx", path)
            else:
                sent = as_return(partner.key, month, section, plan)
                write_form(path, plan, settings, partner, month, so_far[partner.key].prefill(approved), sent)
                so_far[partner.key].hear(sent, plan)
                moved |= {d.about: d.new_date for d in sent.decisions if d.kind == "Date change" and d.new_date}
            fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
            log.append((str(month), path.name, fingerprint, section["received"]))
    _write_log(folder / RECEIVED, log)
    return len(log)


def _write_log(path: Path, log: list[tuple[str, str, str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("month", "file", "fingerprint", "received"))
    writer.writerows(sorted(log))
    path.write_text(text.getvalue(), encoding="utf-8")


def main() -> None:
    """Make the committed returns anew."""
    plan, _ = load_plan(ROOT / "inputs" / "plan.xlsx")
    settings = load_settings(ROOT / "inputs" / "partnership.toml")
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    print(f"{make_returns(FOLDER, plan, settings, load_story())} returns in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
