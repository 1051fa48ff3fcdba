"""Milestones that are late: what is said and what was noticed of each, told together, and whose move it is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.findings import Finding
from flows.plan.settings import Settings
from flows.plan.words import day, days, sentence
from flows.position.model import MilestoneState, Position, Status
from flows.reports.exception_kinds import LATE_CODES
from flows.reports.noticed import as_it, short_name
from flows.reports.parts import NONE_GIVEN, Chip, Ref, chip, milestone_ref, waiting_for
from flows.reports.sources import Cells, said_of
from flows.reports.summary import is_overdue


@dataclass(frozen=True, slots=True)
class LateRow:
    """A milestone that is overdue or has slipped."""

    ref: Ref
    title: str
    due: str
    forecast: str
    chip: Chip
    what: str
    whose: str
    source: Cells


def due_has_passed(state: MilestoneState, position: Position) -> bool:
    """Whether it is overdue; of one that recurs, whether the occurrence that it is judged by is."""
    return state.milestone.due.kind is not DueKind.ONGOING and is_overdue(state.current, position)


def is_slipping(state: MilestoneState, position: Position) -> bool:
    """Not overdue, but forecast after the first agreed date, or to be done at a later date that the board approved."""
    if state.status is Status.COMPLETE or due_has_passed(state, position):
        return False
    return bool((state.slippage or 0) > 0 and state.status in (Status.AT_RISK, Status.OFF_TRACK)) or bool(
        state.approved_by and state.status is not Status.EVIDENCE_AWAITED
    )


def late_row(state: MilestoneState, position: Position, settings: Settings) -> LateRow:
    """A milestone that is late as the report prints it."""
    current = state.current
    noticed_of_it = [f for f in position.findings if f.about == state.ref and f.code in LATE_CODES]
    return LateRow(
        ref=milestone_ref(state.ref),
        title=state.milestone.title,
        due=day(current.due) if current.due else NONE_GIVEN,
        forecast=_forecast(current.forecast, position),
        chip=chip(state.status, settings),
        what=" ".join([*_what_is_said(state, position), *_what_was_noticed(state, noticed_of_it, position)]),
        whose=_whose_move(state, noticed_of_it, position),
        source=said_of(state),
    )


def _forecast(forecast: dt.date | None, position: Position) -> str:
    """The forecast; that it has passed says nothing of when it will be done, and is told in words beside it."""
    if forecast is None:
        return ""
    return day(forecast) if forecast > position.period_end else "Passed"


def _what_is_said(state: MilestoneState, position: Position) -> Iterable[str]:
    """What has become of it, and what its partners say this month: what stands in the way, else what they did."""
    current = state.current
    if current.due and current.due <= position.period_end:
        overdue_by = (position.period_end - current.due).days
        yield f"{days(overdue_by)} overdue." if overdue_by else "Due on the last day of the month."
    if state.approved_by and current.first_due:
        by, _, when = state.approved_by.partition(", ")
        yield f"The {by} moved it on {when} from {day(current.first_due)}."
    elif current.due and current.due > position.period_end and state.slippage and state.slippage > 0:
        yield f"Forecast {days(state.slippage)} after the first agreed date."
    now = [c for c in current.claims if c.month == position.month]
    told = [(c.partner, sentence(words)) for c in now if (words := _help(c.help_needed))]
    told = told or [(c.partner, sentence(c.progress)) for c in now if c.progress]
    joint = len(state.milestone.partners) > 1
    yield from (f"{short_name(partner, position)}: {words}" if joint else words for partner, words in told)


def _help(text: str) -> str:
    """What stands in the way or is needed, without a "none" before or in place of it."""
    return re.sub(r"^(?:none|nothing|no|n/a)(?:[:.;,]\s*|$)", "", text.strip(), flags=re.IGNORECASE)


def _what_was_noticed(state: MilestoneState, noticed_of_it: list[Finding], position: Position) -> Iterable[str]:
    forecast = state.current.forecast
    asked_about = any(f.code == "milestone.forecast-in-past" for f in noticed_of_it)
    if forecast and forecast <= position.period_end and not asked_about:
        yield f"Its forecast, {day(forecast)}, has passed."
    for finding in noticed_of_it:
        if finding.code == "milestone.same-words":
            yield sentence(as_it(finding.says.partition(": “")[0], state.ref))
        elif finding.code == "milestone.no-update":
            by = f" from {short_name(finding.who, position)}" if len(state.milestone.partners) > 1 else ""
            yield f"No update this month{by}; {finding.says.partition('; ')[2]}"
        elif finding.code != "milestone.occurrence-missed" or " occurrences " in finding.says:
            yield sentence(as_it(finding.says, state.ref))


def _whose_move(state: MilestoneState, noticed_of_it: Iterable[Finding], position: Position) -> str:
    """Who must act, and on what where more is asked than to finish it."""
    asked = dict.fromkeys(
        (short_name(f.who, position), f.todo) for f in noticed_of_it if f.code != "milestone.occurrence-missed"
    )
    said = (todo if todo.startswith(name) else f"{name}: {todo[:1].lower()}{todo[1:]}" for name, todo in asked)
    return " ".join(said) or waiting_for(state, position)
