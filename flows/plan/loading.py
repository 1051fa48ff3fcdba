"""Loading `inputs/plan.xlsx`: the plan it holds, and everything that is wrong with it, cell by cell.

Nothing stops the reading of a workbook that opens: each fault is a finding. `require_sound` stops the build when
one of them is an error.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from flows.plan.checks import check_plan
from flows.plan.days import tidy
from flows.plan.due import DueDate, DueKind, DueProblem, parse_day, parse_due
from flows.plan.findings import Finding, Severity, UserError, in_order
from flows.plan.layout import CHARTS, PROMISE_KINDS
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
from flows.plan.periods import Period, parse_period
from flows.plan.references import ReferenceProblem, clean_reference, parent, split_references
from flows.plan.tables import Row, Table, plain, plan_bytes, read_tables, shown

T = TypeVar("T")


def load_plan(path: Path, file: str = "") -> tuple[Plan, tuple[Finding, ...]]:
    """The plan in a workbook and its findings, worst first.

    `file` is what findings call the workbook ("inputs/plan.xlsx"). Raises UserError if it cannot be opened.
    """
    file = file or f"{path.parent.name}/{path.name}"
    data = plan_bytes(path, file)
    tables, findings = read_tables(data, file)
    reader = _Reader(findings)
    plan = replace(_plan(tables, reader), fingerprint=hashlib.sha256(data).hexdigest())
    letters = {rows[0].sheet: table.letters or {} for table in tables.values() if (rows := table.rows)}
    found = [*reader.findings, *check_plan(plan, letters)]
    group = next((p.key for p in plan.partners if p.is_improvement_group), "")
    broken = {str(f.origin) for f in found if f.severity is Severity.ERROR}
    kept = [f for f in found if f.severity is Severity.ERROR or str(f.origin) not in broken]
    return plan, in_order([replace(f, who=f.who or group) for f in kept])


def require_sound(findings: Iterable[Finding]) -> None:
    """Stop with a UserError that lists every error and its cell, if there is any."""
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        head = "one error" if len(errors) == 1 else f"{len(errors)} errors"
        lines = [f"{f.origin}: {f.says} {f.todo}" for f in errors]
        raise UserError("\n".join([f"The plan has {head}, so nothing was built.", *lines]))


@dataclass
class _Reader:
    """Reads cells, and notes what is wrong with them."""

    findings: list[Finding] = field(default_factory=list)
    partners: dict[str, str] = field(default_factory=dict)

    def error(self, row: Row, field: str, code: str, says: str, todo: str) -> None:
        about = shown(row.values.get("ref"))
        self.findings.append(Finding(f"plan.{code}", Severity.ERROR, says, todo, "", about, row.origin(field)))

    def text(self, row: Row, field: str) -> str:
        """The words in a cell; an empty cell in a column that must be filled is an error."""
        text = shown(row.values.get(field))
        column = row.layout.column(field)
        if not text and column.required and not column.names_partners:
            says = f'The column "{column.heading}" is empty in this row.'
            self.error(row, field, "empty-cell", says, f"Fill it in: {column.note[0].lower()}{column.note[1:]}")
        return text

    def reference(self, row: Row, field: str = "ref") -> str:
        """A reference; "" where there is none that can be used."""
        ref = clean_reference(row.values.get(field))
        if isinstance(ref, ReferenceProblem):
            self.error(row, field, "bad-reference", ref.says, ref.todo)
            return ""
        return ref

    def references(self, row: Row, field: str) -> tuple[str, ...]:
        """The references in a cell that may hold several, each once."""
        refs, problems = split_references(row.values.get(field))
        for problem in problems:
            self.error(row, field, "bad-reference", problem.says, problem.todo)
        return refs

    def parent(self, row: Row, field: str, told: str) -> str:
        """The reference of what a row belongs to: from its column, else told by its own reference."""
        return told if not shown(row.values.get(field)) else self.reference(row, field) or told

    def number(self, row: Row, field: str) -> float | None:
        """A number; text such as "74%" or "1,200" counts as one."""
        value = row.values.get(field)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        text = shown(value)
        try:
            return float(tidy(text).rstrip("%").replace(",", "")) if text else None
        except ValueError:
            self.error(row, field, "not-a-number", f'"{text}" is not a number.', "Write a number, without words.")
            return None

    def day(self, row: Row, field: str) -> dt.date | None:
        """A day, if the cell is not empty."""
        value = row.values.get(field)
        if not shown(value):
            return None
        day = parse_day(value)
        if isinstance(day, DueProblem):
            self.error(row, field, "bad-date", day.says, day.todo)
            return None
        return day

    def due(self, row: Row) -> DueDate:
        """When a milestone is due; undated where that cannot be told."""
        due = parse_due(row.values.get("due"))
        if isinstance(due, DueProblem):
            self.error(row, "due", "bad-due-date", due.says, due.todo)
            return DueDate(DueKind.UNDATED, None, note="not readable", as_written=shown(row.values.get("due")))
        return replace(due, as_written=shown(row.values.get("due")))

    def choice(self, row: Row, field: str, choices: dict[str, T], code: str = "not-a-choice") -> T | None:
        """The meaning of one of the words that a column allows; None where it is another word."""
        text = shown(row.values.get(field))
        meanings = {plain(word): meaning for word, meaning in choices.items()}
        if plain(text) in meanings:
            return meanings[plain(text)]
        column = row.layout.column(field)
        if text or column.required:
            said = f'"{text}"' if text else "empty"
            self.error(
                row, field, code, f'The column "{column.heading}" is {said}.', f"Write {_either(list(choices))}."
            )
        return None

    def partner(self, name: str) -> str:
        """The key of a partner named by key, name or short name; the name itself if nobody has it."""
        return self.partners.get(plain(name), name)

    def several_partners(self, text: str) -> tuple[str, ...]:
        """The keys of the partners named in a cell, each once."""
        names = (tidy(part) for part in text.replace("\n", ";").split(";"))
        return tuple(dict.fromkeys(self.partner(name) for name in names if name))

    def leads(self, row: Row) -> tuple[Lead, ...]:
        """The accountable lead, then the joint ones."""
        role, partner = self.text(row, "lead_role"), self.text(row, "lead_partner")
        joint = [tidy(part) for part in self.text(row, "joint_leads").replace("\n", ";").split(";")]
        first = (Lead(role, self.partner(partner)),) if role or partner else ()
        return (*first, *(self._joint_lead(part) for part in joint if part))

    def _joint_lead(self, text: str) -> Lead:
        """Role, comma, partner. A role may hold commas itself, so only a known partner after the last one counts."""
        role, _, partner = text.rpartition(",")
        if role and plain(partner) in self.partners:
            return Lead(role.strip(), self.partner(partner))
        return Lead(text)


def _either(words: list[str]) -> str:
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else words[0]


def _plan(tables: dict[str, Table], reader: _Reader) -> Plan:
    def each(sheet: str, build: Callable[[Row, _Reader], T | None]) -> tuple[T, ...]:
        built = (build(row, reader) for row in tables.get(sheet, Table()).rows)
        return tuple(item for item in built if item is not None)

    partners = each("Partners", _partner)
    for partner in partners:
        names = (partner.key, partner.name, partner.short_name)
        reader.partners |= {plain(name): partner.key for name in names if name}
    actions = each("Actions", _action)
    leads = {action.ref: action.leads for action in actions}
    measures = _with_comparators(each("Measures", _measure), tables.get("Comparators", Table()).rows, reader)
    return Plan(
        partners=partners,
        areas=each("Areas", _area),
        focus_areas=each("Focus areas", _focus_area),
        promises=each("Promises", _promise),
        actions=actions,
        milestones=each("Milestones", lambda row, r: _milestone(row, r, leads)),
        measures=measures,
        risks=each("Risks", _risk),
        boards=each("Boards", _board),
        glossary=each("Glossary", lambda row, r: Term(r.text(row, "term"), r.text(row, "meaning"), row.origin("term"))),
        notes=each("Read me", lambda row, r: r.text(row, "note") or None),
    )


def _partner(row: Row, read: _Reader) -> Partner | None:
    key = read.reference(row, "key")
    if not key:
        return None
    return Partner(
        key,
        read.text(row, "name"),
        read.text(row, "short_name"),
        read.text(row, "contact_role"),
        read.choice(row, "is_improvement_group", {"Yes": True, "No": False}) or False,
        read.text(row, "note"),
        row.origin("key"),
    )


def _area(row: Row, read: _Reader) -> Area | None:
    ref = read.reference(row)
    if not ref:
        return None
    title, short_title = read.text(row, "title"), read.text(row, "short_title")
    return Area(ref, title, short_title, read.leads(row), read.text(row, "note"), row.origin("ref"))


def _focus_area(row: Row, read: _Reader) -> FocusArea | None:
    ref = read.reference(row)
    if not ref:
        return None
    area = read.parent(row, "area_ref", parent(ref))
    return FocusArea(ref, area, read.text(row, "title"), read.text(row, "note"), row.origin("ref"))


def _promise(row: Row, read: _Reader) -> Promise | None:
    ref = read.reference(row)
    kind = read.choice(row, "kind", {word: kind for kind, word in PROMISE_KINDS.items()} | {"Evidence": "evidence"})
    if not ref or not kind:
        return None
    focus = read.parent(row, "focus_ref", ref.partition("-")[0])
    return Promise(ref, focus, kind, read.text(row, "text"), row.origin("ref"))


def _action(row: Row, read: _Reader) -> Action | None:
    ref = read.reference(row)
    if not ref:
        return None
    focus = read.parent(row, "focus_ref", parent(ref))
    leads, workstream = read.leads(row), read.text(row, "workstream")
    return Action(ref, focus, read.text(row, "title"), leads, workstream, read.text(row, "note"), row.origin("ref"))


def _milestone(row: Row, read: _Reader, leads: dict[str, tuple[Lead, ...]]) -> Milestone | None:
    ref = read.reference(row)
    if not ref:
        return None
    action = read.parent(row, "action_ref", parent(ref))
    named = read.several_partners(read.text(row, "partners"))
    leading = dict.fromkeys(lead.partner for lead in leads.get(action, ()) if lead.partner)
    return Milestone(
        ref,
        action,
        read.text(row, "title"),
        read.due(row),
        named or tuple(leading),
        read.text(row, "note"),
        row.origin("ref"),
    )


def _measure(row: Row, read: _Reader) -> Measure | None:
    ref = read.reference(row)
    if not ref:
        return None
    unit, decimals = read.text(row, "unit"), read.number(row, "decimals")
    improves = read.choice(row, "improves", {d.value: d for d in Improves}, "measure-without-direction")
    return Measure(
        ref=ref,
        focus_ref=read.reference(row, "focus_ref"),
        title=read.text(row, "title"),
        unit=unit,
        decimals=int(decimals) if decimals is not None else int(unit == "%"),
        improves=improves or Improves.NEUTRAL,
        frequency=read.choice(row, "frequency", {f.value: f for f in Frequency}) or Frequency.MONTHLY,
        partner=read.partner(read.text(row, "partner")),
        group=read.text(row, "group"),
        set_name=read.text(row, "set_name"),
        role=read.text(row, "role"),
        question=read.text(row, "question"),
        numerator=read.text(row, "numerator"),
        denominator=read.text(row, "denominator"),
        baseline=read.number(row, "baseline"),
        baseline_as_at=read.text(row, "baseline_as_at"),
        target=read.number(row, "target"),
        target_date=read.day(row, "target_date"),
        lowest=read.number(row, "lowest"),
        highest=read.number(row, "highest"),
        note=read.text(row, "note"),
        origin=row.origin("ref"),
        parts=_listed(read.text(row, "parts")),
        chart=read.choice(row, "chart", {chart: chart for chart in CHARTS}) or "",
        shows=read.references(row, "shows"),
    )


def _listed(text: str) -> tuple[str, ...]:
    """What stands in a cell with semicolons or line breaks between, in its order; twice if it is there twice."""
    return tuple(part for part in map(tidy, text.replace("\n", ";").split(";")) if part)


def _with_comparators(measures: tuple[Measure, ...], rows: Iterable[Row], read: _Reader) -> tuple[Measure, ...]:
    comparators = _comparators(rows, read, {measure.ref: measure.frequency for measure in measures})
    _comparators_used(comparators, measures, read)
    return tuple(replace(measure, comparators=tuple(comparators.get(measure.ref, ()))) for measure in measures)


def comparator_period(value: object, frequency: Frequency | None) -> Period | None:
    """What period a comparator's cell names; None where that cannot be told.

    What others publish may cover more than the measure does: beside a monthly measure a bare year is a calendar year.
    """
    found = parse_period(value, None if frequency in (Frequency.MONTHLY, Frequency.QUARTERLY) else frequency)
    return found if isinstance(found, Period) else None


def _comparators(rows: Iterable[Row], read: _Reader, frequencies: dict[str, Frequency]) -> dict[str, list[Comparator]]:
    """Comparators by the reference of their measure."""
    found: dict[str, list[Comparator]] = {}
    for row in rows:
        ref, value = read.reference(row, "measure_ref"), read.number(row, "value")
        if value is None and not shown(row.values.get("value")):
            read.error(row, "value", "empty-cell", 'The column "Value" is empty in this row.', "Fill it in.")
        if ref and value is not None:
            name, period, source = (read.text(row, field) for field in ("name", "period", "source"))
            when = comparator_period(row.values.get("period"), frequencies.get(ref))
            available = read.day(row, "available")
            comparator = Comparator(name, value, period, source, row.origin("measure_ref"), when, available)
            found.setdefault(ref, []).append(comparator)
    return found


def _comparators_used(comparators: dict[str, list[Comparator]], measures: tuple[Measure, ...], read: _Reader) -> None:
    for ref in comparators.keys() - {measure.ref for measure in measures}:
        for comparator in comparators[ref]:
            says = f'"{ref}" is not the reference of a measure in the plan.'
            todo = "Write a reference from the sheet Measures."
            read.findings.append(
                Finding("plan.unknown-measure", Severity.ERROR, says, todo, "", ref, comparator.origin)
            )


def _risk(row: Row, read: _Reader) -> PlanRisk | None:
    ref = read.reference(row)
    if not ref:
        return None
    return PlanRisk(
        ref,
        read.text(row, "title"),
        read.parent(row, "area_ref", ""),
        read.partner(read.text(row, "partner")),
        read.text(row, "owner"),
        _score(row, "likelihood", read),
        _score(row, "impact", read),
        read.text(row, "mitigation"),
        row.origin("ref"),
    )


def _score(row: Row, field: str, read: _Reader) -> int:
    """A whole number, whether or not it is a possible score: that is for the checks. 0 where there is none."""
    value = read.number(row, field)
    if value is not None and value != int(value):
        read.error(row, field, "not-a-number", f'"{value:g}" is not a whole number.', "Write 1, 2, 3, 4 or 5.")
    return int(value) if value is not None else 0


def _board(row: Row, read: _Reader) -> Board | None:
    key = read.reference(row, "key")
    if not key:
        return None
    return Board(
        key, read.text(row, "name"), read.references(row, "area_refs"), read.text(row, "note"), row.origin("key")
    )
