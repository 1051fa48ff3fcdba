"""Exceptions: what is not as it should be, or not what it seems, each with whose move it is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.findings import Finding, Severity
from flows.plan.settings import Settings
from flows.plan.words import count, day, days, listed, sentence
from flows.position.measure_state import MeasureState
from flows.position.model import MilestoneState, Position, Status
from flows.position.series_checks import overdue_for_confirmation
from flows.reports.parts import NONE_GIVEN, Chip, Ref, chip, milestone_ref, of_kind, plan_ref, waiting_for
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


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding as the report prints it."""

    about: Ref
    says: str
    todo: str
    whose: str


@dataclass(frozen=True, slots=True)
class NoticedTable:
    """Findings of one kind under one heading."""

    anchor: str
    heading: str
    lead: str
    rows: tuple[Noticed, ...]


@dataclass(frozen=True, slots=True)
class Exceptions:
    """All exceptions of the month; `none` names the kinds of which there are none. A milestone that is late stands
    among the late ones only, with all that was noticed of it."""

    overdue: tuple[LateRow, ...]
    slipping: tuple[LateRow, ...]
    tables: tuple[NoticedTable, ...]
    none: tuple[str, ...]
    total: int


KINDS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "unproven",
        "Said complete, not shown to be",
        "These do not count as complete until the evidence is on record.",
        ("milestone.complete-without-evidence", "milestone.complete-without-date", "milestone.complete-in-future"),
    ),
    (
        "disagree",
        "Partners who disagree",
        "The more cautious answer is shown in this report.",
        ("milestone.joint-leads-disagree",),
    ),
    (
        "claims",
        "Claims that do not fit the dates",
        "What was returned and what the dates say cannot both stand.",
        (
            "milestone.went-backwards",
            "milestone.on-track-though-late",
            "milestone.forecast-in-past",
            "milestone.due-changed",
            "milestone.date-change",
            "milestone.status-unknown",
            "milestone.unknown-reference",
            "milestone.not-theirs",
        ),
    ),
    (
        "silent",
        "Missing or repeated updates",
        "What was last said of each of these stands until there is an update.",
        ("milestone.no-update", "milestone.same-words"),
    ),
    (
        "figures",
        "Figures that cannot be right or are missing",
        "A figure that cannot be right is not used; a missing one is said to be missing.",
        (
            "measure.impossible",
            "measure.parts-disagree",
            "measure.part-above-total",
            "measure.fraction-for-percentage",
            "measure.parts-sum",
            "measure.contradiction",
            "measure.harms-above-reviewed",
            "measure.harms-without-action",
            "measure.identical-set",
            "measure.not-whole",
            "measure.unit-changed",
            "measure.given-twice",
            "measure.wrong-period",
            "measure.wrong-period-length",
            "measure.unknown-part",
            "measure.not-in-plan",
            "measure.not-theirs",
            "measure.not-returned",
            "measure.parts-missing",
            "measure.not-available",
        ),
    ),
    (
        "jumps",
        "Figures to be explained or confirmed",
        "These figures are used. One that moved further than chance would take it, or is provisional, is not firm yet.",
        ("measure.outside-limits", "measure.big-jump", "measure.still-provisional"),
    ),
    ("restated", "Restated history", "Earlier papers printed the older figure.", ("measure.restated",)),
    (
        "evidence",
        "Evidence in question",
        "Evidence that was not accepted, or must be explained.",
        (
            "evidence.supports-nothing",
            "evidence.no-title",
            "evidence.dated-after-period",
            "evidence.too-old",
            "evidence.withdrawn",
            "evidence.undated",
        ),
    ),
    (
        "risks",
        "Risks that need attention",
        "Each open risk needs an owner, a score, a mitigation and a review in time.",
        (
            "risk.no-owner",
            "risk.no-mitigation",
            "risk.vanished",
            "risk.review-overdue",
            "risk.no-score",
        ),
    ),
    (
        "returns",
        "Missing, late or repeated returns",
        "Where no return could be used, what the partner said before stands.",
        (
            "return.missing",
            "return.late",
            "return.stale",
            "return.wrong-month",
            "return.wrong-partner",
            "return.not-used",
            "return.unreadable",
            "return.personal-data",
        ),
    ),
    (
        "other",
        "Other answers that could not be used as they stand",
        "An answer that cannot be used is left out of this report until it is put right.",
        (),
    ),
)
"""The kinds in the order in which they are printed: anchor, heading, what the heading means, codes of the findings.
The last takes every error and query about the month's returns that the others do not name."""

LATE_CODES = frozenset(
    {
        "milestone.joint-leads-disagree",
        "milestone.went-backwards",
        "milestone.complete-in-future",
        "milestone.on-track-though-late",
        "milestone.forecast-in-past",
        "milestone.due-changed",
        "milestone.no-update",
        "milestone.same-words",
        "milestone.occurrence-missed",
    }
)
"""Findings that are told with a milestone that is overdue or slipping, so that all of it reads together."""

ELSEWHERE = frozenset({"milestone.occurrence-missed", "evidence.expected-missing"})
"""Findings that the report tells in other places: among the overdue, and in the focus areas."""


def exceptions(position: Position, settings: Settings) -> Exceptions:
    """Every exception of the month. A milestone appears once among the late ones, as overdue or as slipping."""
    late = {s.ref for s in position.milestones if _is_overdue(s, position) or _is_slipping(s, position)}
    with_late = {f for f in position.findings if f.about in late and f.code in LATE_CODES}
    overdue = tuple(_late(s, position, settings) for s in position.milestones if _is_overdue(s, position))
    slipping = tuple(_late(s, position, settings) for s in position.milestones if _is_slipping(s, position))
    kinds = [(kind, _of(kind, position)) for kind in KINDS]
    left = _grouped([(kind[0], f) for kind, found in kinds for f in found if _is_news(f, position)], with_late)
    tables = tuple(
        NoticedTable(f"exceptions-{anchor}", heading, lead, tuple(_rows(left.get(anchor, []), with_late, position)))
        for anchor, heading, lead, _ in KINDS
    )
    none = [] if overdue else ["overdue milestones"]
    none += [] if slipping else ["milestones forecast late"]
    none += [heading[:1].lower() + heading[1:] for (_, heading, _, codes), found in kinds if codes and not found]
    filled = tuple(t for t in tables if t.rows)
    total = len(overdue) + len(slipping) + sum(len(t.rows) for t in filled)
    return Exceptions(overdue, slipping, filled, tuple(none), total)


def _of(kind: tuple[str, str, str, tuple[str, ...]], position: Position) -> tuple[Finding, ...]:
    """The findings of one kind; of the last, those that no other names."""
    if kind[3]:
        return of_kind(position, *kind[3])
    named = ELSEWHERE.union(*(codes for *_, codes in KINDS))
    return tuple(
        f for f in position.findings if f.code not in named and f.kind != "plan" and f.severity is not Severity.NOTE
    )


def _is_news(finding: Finding, position: Position) -> bool:
    """Whether it must be told this month. Three notes are told when they arise, and from then on only beside the
    measures of the focus area: that a figure cannot be given (again for each new reason), that a total has never come
    with its parts, and that a figure is still provisional."""
    state = position.measure.get(finding.about)
    if finding.severity is not Severity.NOTE or state is None:
        return True
    if finding.code == "measure.parts-missing":
        return all(v.month == position.month for v in state.said)
    if finding.code == "measure.still-provisional":
        before = overdue_for_confirmation(state, position.month.previous())
        return any(v not in before for v in overdue_for_confirmation(state, position.month))
    return finding.code != "measure.not-available" or _is_new_reason(state, position)


def _is_new_reason(state: MeasureState, position: Position) -> bool:
    now = next((v for v in reversed(state.said) if v.month == position.month and v.value is None), None)
    before = next((v for v in reversed(state.said) if v.month < position.month), None)
    return now is None or before is None or before.value is not None or before.comment != now.comment


_Group = list[Finding]


def _grouped(told: Iterable[tuple[str, Finding]], with_late: set[Finding]) -> dict[str, list[_Group]]:
    """What was noticed of one milestone, of one risk or about one partner's return is one row, under the first of
    the headings that it falls under."""
    groups: dict[tuple[str, str], tuple[str, _Group]] = {}
    for number, (heading, finding) in enumerate(told):
        if finding not in with_late:
            key = _one_row(finding) or ("", str(number))
            groups.setdefault(key, (heading, []))[1].append(finding)
    by_heading: dict[str, list[_Group]] = {}
    for heading, group in groups.values():
        by_heading.setdefault(heading, []).append(group)
    return by_heading


def _one_row(finding: Finding) -> tuple[str, str] | None:
    """What findings must share to be told in one row; None for one that is told by itself."""
    if finding.kind == "return":
        return "return", finding.who
    return (finding.kind, finding.about) if finding.kind in ("milestone", "risk") and finding.about else None


def _is_overdue(state: MilestoneState, position: Position) -> bool:
    return state.milestone.due.kind is not DueKind.ONGOING and is_overdue(state.current, position)


def _is_slipping(state: MilestoneState, position: Position) -> bool:
    """Not overdue, but forecast after the first agreed date, or to be done at a later date that the board approved."""
    if state.status is Status.COMPLETE or _is_overdue(state, position):
        return False
    return bool((state.slippage or 0) > 0 and state.status in (Status.AT_RISK, Status.OFF_TRACK)) or bool(
        state.approved_by and state.status is not Status.EVIDENCE_AWAITED
    )


def _late(state: MilestoneState, position: Position, settings: Settings) -> LateRow:
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
    yield from (f"{_short(partner, position)}: {words}" if joint else words for partner, words in told)


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
            yield sentence(_as_it(finding.says.partition(": “")[0], state.ref))
        elif finding.code == "milestone.no-update":
            by = f" from {_short(finding.who, position)}" if len(state.milestone.partners) > 1 else ""
            yield f"No update this month{by}; {finding.says.partition('; ')[2]}"
        elif finding.code != "milestone.occurrence-missed" or " occurrences " in finding.says:
            yield sentence(_as_it(finding.says, state.ref))


def _whose_move(state: MilestoneState, noticed_of_it: Iterable[Finding], position: Position) -> str:
    """Who must act, and on what where more is asked than to finish it."""
    asked = dict.fromkeys(
        (_short(f.who, position), f.todo) for f in noticed_of_it if f.code != "milestone.occurrence-missed"
    )
    said = (todo if todo.startswith(name) else f"{name}: {todo[:1].lower()}{todo[1:]}" for name, todo in asked)
    return " ".join(said) or waiting_for(state, position)


def _short(partner: str, position: Position) -> str:
    plan = position.plan
    return (plan.partner.get(partner) or plan.improvement_group).short_name


def _as_it(says: str, ref: str) -> str:
    """What a finding says where its milestone stands beside it: the reference becomes "it"."""
    return re.sub(rf"(?<![\d.]){re.escape(ref)}(?!\d|\.\d)", "it", says)


def _rows(groups: Iterable[_Group], with_late: set[Finding], position: Position) -> Iterable[Noticed]:
    """Findings as rows; updates that one partner owes on several milestones are told in one row."""
    silent: dict[str, list[Finding]] = {}
    for group in groups:
        if len(group) == 1 and group[0].code == "milestone.no-update":
            silent.setdefault(group[0].who, []).append(group[0])
        else:
            yield noticed(group, position)
    for who, owed in silent.items():
        also = any(f.who == who and f.code == "milestone.no-update" for f in with_late)
        yield noticed(owed, position) if len(owed) == 1 else _silent(who, owed, also, position)


def _silent(who: str, owed: list[Finding], also: bool, position: Position) -> Noticed:
    """One row for the milestones of which a partner said nothing. `also` tells that some of the late ones are too."""
    name = _short(who, position)
    refs = listed(sorted((f.about for f in owed), key=_numbers))
    which = count(len(owed), "other live milestone" if also else "live milestone")
    says = f"{name} gave no update this month on {which}: {refs}."
    return Noticed(Ref("Several"), says, "Give status, progress and forecast for each.", name)


def _numbers(ref: str) -> list[int]:
    return [int(part) for part in ref.split(".") if part.isdigit()]


def noticed(group: _Group, position: Position) -> Noticed:
    """Findings as one row: what they are about, what was noticed, what to do, whose move."""
    group = sorted(group, key=lambda f: f.code == "return.missing")  # first why, then that there is none
    first = group[0]
    says = [_plainly(first), *(_again(f, position) for f in group[1:])]
    asked = dict.fromkeys(f.todo for f in group)
    todo = [t for t in asked if not any(other != t and other.startswith(t.rstrip(".")) for other in asked)]
    whose = dict.fromkeys(_short(f.who, position) for f in group)
    return Noticed(_about(first, position), " ".join(says), " ".join(todo), ", ".join(whose))


def _about(finding: Finding, position: Position) -> Ref:
    """What a finding is about, short enough for a narrow column: of a measure, its focus area."""
    if finding.kind == "return":
        return Ref("Return")
    if finding.kind == "evidence" and finding.about not in position.plan.milestone:
        return Ref("Item")
    short = len(finding.about) <= 8 or finding.about in position.plan.measure
    return plan_ref(finding.about, position) if short else Ref(NONE_GIVEN)


def _again(finding: Finding, position: Position) -> str:
    """A second thing noticed of what the row is about: "it" instead of its name."""
    if finding.code == "return.missing":
        return sentence(finding.says.partition("; ")[2])
    risk = next((r for r in position.risks if r.ref == finding.about), None)
    name = f"Risk {risk.ref} ({risk.title})" if risk and risk.title else f"Risk {finding.about}"
    says = finding.says.replace(name, "It", 1) if finding.kind == "risk" else _plainly(finding)
    return sentence(_as_it(says, finding.about)) if finding.kind == "milestone" else says


def _plainly(finding: Finding) -> str:
    """What a finding says, with the mark for a missing figure in words."""
    if finding.code != "measure.not-available":
        return finding.says
    says = re.sub(r" (is|are) marked “x” for ", r" \1 not available for ", finding.says)
    return says.replace(": Not available: ", ": ", 1)
