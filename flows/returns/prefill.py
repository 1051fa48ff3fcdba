"""What a form is filled in with before it is sent: the partner's open milestones, measures due and open risks.

The caller gives what is on record (`Prefill`); the rows of the form's tables follow from that and the plan.
A row is a value for each field that is filled in: text, a date, a number, yes or no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from flows.plan.due import DueKind
from flows.plan.model import Frequency, Measure, Milestone, Partner, Plan
from flows.plan.periods import Month, Period, month_period, months_to, school_term
from flows.plan.sections import HEADLINE
from flows.plan.words import day as day_words
from flows.returns import layout
from flows.returns.layout import NO, YES, Sheet
from flows.returns.records import MeasureRow, MilestoneRow, Return, RiskRow

Value = str | float | dt.date
FormRow = dict[str, Value]

_TERM_ENDING = {12: "Autumn", 3: "Spring", 7: "Summer"}


@dataclass(frozen=True)
class Prefill:
    """What is on record for one partner when its form is written.

    `last` holds the latest milestone rows by reference and occurrence (None where the milestone does not recur);
    `closed` the milestones and occurrences that need no further word; `moved` the due dates that the board approved,
    by milestone; `measures` the latest figure of each measure, and `parts` that of each part of one, by reference and
    the plan's name of the part; `risks` the latest row of each open risk.
    """

    last: Mapping[tuple[str, dt.date | None], MilestoneRow] = field(default_factory=dict)
    closed: frozenset[tuple[str, dt.date | None]] = frozenset()
    moved: Mapping[str, dt.date] = field(default_factory=dict)
    measures: Mapping[str, MeasureRow] = field(default_factory=dict)
    parts: Mapping[tuple[str, str], MeasureRow] = field(default_factory=dict)
    risks: tuple[RiskRow, ...] = ()


NOTHING_ON_RECORD = Prefill()


def form_rows(
    sheet: Sheet, plan: Plan, partner: Partner, month: Month, known: Prefill, *, with_sections: bool = False
) -> list[FormRow]:
    """The rows that the form fills in on one of its tables, without the blank ones that follow. `with_sections` asks the
    improvement group for words on every section of the reports, as for a stocktake or an annual review."""
    if sheet is layout.MILESTONES:
        return list(_milestone_rows(plan, partner, month, known))
    if sheet is layout.MEASURES:
        return list(_measure_rows(plan, partner, month, known))
    if sheet is layout.RISKS:
        return [_risk_row(risk) for risk in known.risks]
    if sheet is layout.COMMENTARY:
        areas: list[FormRow] = [{"about": a.ref, "title": a.short_title} for a in plan.areas]
        topics: list[FormRow] = [{"about": name, "title": says} for name, says in sheet.topics if with_sections]
        return [{"about": HEADLINE.name}, *areas, *topics]
    if sheet in (layout.EVIDENCE, layout.FEEDBACK):
        return [{"number": str(n)} for n in range(1, sheet.blank_rows + 1)]
    return []


def _milestone_rows(plan: Plan, partner: Partner, month: Month, known: Prefill) -> Iterator[FormRow]:
    for milestone in plan.milestones:
        if partner.key not in milestone.partners:
            continue
        for due in _occurrences_asked(milestone, month, known):
            yield _milestone_row(milestone, due, known)


def _occurrences_asked(milestone: Milestone, month: Month, known: Prefill) -> list[dt.date | None]:
    """None for a milestone that happens once and is open; else its open occurrences so far and the next one."""
    if milestone.due.kind is not DueKind.RECURRING:
        return [] if (milestone.ref, None) in known.closed else [None]
    following = milestone.due.next_after(month.last_day)
    occurrences = [*milestone.due.occurrences(month.last_day), *([following] if following else [])]
    return [due for due in occurrences if (milestone.ref, due) not in known.closed]


def _milestone_row(milestone: Milestone, due: dt.date | None, known: Prefill) -> FormRow:
    row: FormRow = {"ref": milestone.ref, "title": milestone.title, "due_words": milestone.due.words}
    if milestone.ref in known.moved:
        row["due_words"] = f"{day_words(known.moved[milestone.ref])}, approved (first {milestone.due.words})"
    if due:
        row["due"] = due
    last = known.last.get((milestone.ref, due))
    if last:
        row["last_status"], row["last_progress"] = last.status, last.progress
    return row


def _measure_rows(plan: Plan, partner: Partner, month: Month, known: Prefill) -> Iterator[FormRow]:
    for measure in plan.measures:
        last = known.measures.get(measure.ref)
        if measure.partner != partner.key or not _is_due(measure, month, last):
            continue
        period = period_due(measure.frequency, month)
        yield _measure_row(measure, period, last)
        for part in measure.parts:
            yield {**_measure_row(measure, period, known.parts.get((measure.ref, part))), "part": part}


def _measure_row(measure: Measure, period: Period | None, last: MeasureRow | None) -> FormRow:
    row: FormRow = {"ref": measure.ref, "title": measure.title, "unit": measure.unit}
    if period:
        row["period"] = period.label
    if last and last.period:
        row["last_value"] = f"{_value_words(measure, last)} ({last.period.label})"
    return row


def _value_words(measure: Measure, last: MeasureRow) -> str:
    return f"{last.value:,.{measure.decimals}f}" if last.value is not None else last.symbol


def period_due(frequency: Frequency, month: Month) -> Period | None:
    """The period for which a month's return must have a figure, or None.

    Monthly figures are for the month itself. Those for a quarter or a school term are due in the return for the month
    after it ends. Yearly and academic-year figures come when they are published, so no month is assumed.
    """
    if frequency is Frequency.MONTHLY:
        return month_period(month)
    ended = month.previous()
    if frequency is Frequency.QUARTERLY and ended.number % 3 == 0:
        return months_to(3, ended)
    if frequency is Frequency.TERMLY and ended.number in _TERM_ENDING:
        return school_term(_TERM_ENDING[ended.number], ended.year)
    return None


def _is_due(measure: Measure, month: Month, last: MeasureRow | None) -> bool:
    """Yearly figures are published when they are published: they are asked for once a year has passed."""
    if measure.frequency not in (Frequency.YEARLY, Frequency.ACADEMIC_YEAR):
        return period_due(measure.frequency, month) is not None
    return last is None or last.period is None or last.period.month.next(12) <= month


def _risk_row(risk: RiskRow) -> FormRow:
    row: FormRow = {"ref": risk.ref, "title": risk.title, "area_ref": risk.area_ref}
    if risk.likelihood and risk.impact:
        row["last_scores"] = f"{risk.likelihood} × {risk.impact} = {risk.likelihood * risk.impact}"
    row["last_mitigation"], row["last_owner"] = risk.mitigation, risk.owner
    return row


_KEYS = {
    "milestones": ("ref", "due"),
    "measures": ("ref", "part", "period"),
    "risks": ("ref",),
    "commentary": ("about",),
}


def with_what_was_filled_in(sheet: Sheet, rows: list[FormRow], filled: Return) -> list[FormRow]:
    """The form's rows with a partner's entries in them: each in the row it belongs to, else in a row of its own."""
    keys = _KEYS.get(sheet.field, ("number",))
    result = [dict(row) for row in rows]
    at = {tuple(row.get(key, "") for key in keys): row for row in result}
    for record in getattr(filled, sheet.field):
        entries = _entries(sheet, record)
        place = tuple(entries.get(key, "") for key in keys)
        if place not in at and sheet is layout.MEASURES and (*place[:2], "") in at:
            at[place] = at.pop((*place[:2], ""))  # a yearly figure: the form leaves the period to the partner
        if place not in at or (sheet is layout.COMMENTARY and "text" in at[place]):  # a second paragraph
            at[place] = {}
            result.append(at[place])
        at[place].update(entries)
    return result


def _entries(sheet: Sheet, record: object) -> FormRow:
    """A record as a person would type it; blank and false values stay blank."""
    known = {column.field for column in sheet.columns}
    typed: FormRow = {}
    for each in fields(record):  # type: ignore[arg-type]
        value = getattr(record, each.name)
        if each.name in known and value not in (None, "", ()) and value is not False:  # nought is a value
            typed[each.name] = _as_typed(value)
    if isinstance(record, MeasureRow):
        typed |= {"value": record.symbol} if record.symbol else {}
        typed |= {"provisional": YES if record.provisional else NO} if record.value is not None else {}
    return typed


def _as_typed(value: object) -> Value:
    if value is True:
        return YES
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, Period):
        return value.label
    if isinstance(value, int | float | dt.date):
        return value
    return str(value)
