"""Which returns count: for each partner and month the newest of what it sent, and what is said about the rest.

Parts of a return are put together in `merged.py`. A return counts for the month whose folder it was put in. What is set aside stays on record and is a finding.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from flows.ledger.records import Submission
from flows.plan.calendar import returns_due
from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import Partner, Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import day, days, quoted
from flows.position.changes import Superseded, in_a_sentence
from flows.position.merged import is_part, merge, table_of
from flows.position.model import PartnerReturn
from flows.returns import layout


@dataclass
class Returned:
    """The returns of all months up to one: those that count, in order of month, the state of the last month, and those
    that newer ones replaced."""

    counted: tuple[Submission, ...]
    state: tuple[PartnerReturn, ...]
    findings: list[Finding] = field(default_factory=list)
    superseded: tuple[Superseded, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    submission: Submission
    partner: Partner


def sort_returns(plan: Plan, settings: Settings, submissions: Iterable[Submission], month: Month) -> Returned:
    """Decide which submissions count for each partner and month up to `month`."""
    findings: list[Finding] = []
    usable: dict[tuple[Month, str], list[Submission]] = defaultdict(list)
    aside: dict[tuple[Month, str], list[Submission]] = defaultdict(list)
    unnamed: list[Submission] = []
    earlier: list[_Candidate] = []
    for submission in in_order(submissions):
        folder = submission.arrival.month
        partner, problem = _sender(plan, submission)
        findings.extend(_reading_findings(plan, submission, partner))
        if partner is None:
            unnamed.append(submission)
        if problem is None and partner is not None:
            problem = _why_set_aside(submission, partner, earlier)
            if problem is None:
                earlier.append(_Candidate(submission, partner))
                findings.extend(_named_after_another(plan, submission, partner))
        if problem is not None:
            findings.append(problem)
        if partner is not None:
            (usable if problem is None else aside)[folder, partner.key].append(submission)
    counted: list[Submission] = []
    replaced: list[Superseded] = []
    for (folder, key), files in sorted(usable.items()):
        merged = merge([_named(file, key) for file in files])
        counted.append(merged.counted)
        aside[folder, key].extend(merged.aside)
        replaced.extend(merged.replaced)
        findings.extend(_holds_nothing(file) for file in merged.empty)
    first = {key: min(file.received for file in files) for key, files in usable.items()}
    state = tuple(_state(settings, partner, month, counted, aside, first) for partner in plan.partners)
    findings.extend(f for s in state for f in _lateness(s))
    findings.extend(
        _superseded(one, plan.partner[one.newer.content.partner])
        for one in replaced
        if one.newer.arrival.month == month
    )
    folders = {submission.arrival.file: submission.arrival.month for submission in submissions}
    return Returned(
        tuple(counted), state, [f for f in findings if folders.get(f.origin.file, month) == month], tuple(replaced)
    )


def in_order(submissions: Iterable[Submission]) -> list[Submission]:
    """Submissions by month and by the day on which they came. Where a day is that of our own clock, which may have been
    put back, a file that was recorded later counts as no older than those before it."""
    latest = dt.date.min
    came: list[tuple[Month, dt.date, int, Submission]] = []
    for submission in sorted(submissions, key=lambda s: s.order):
        on = submission.newest_on
        if submission.again or not (submission.arrival.logged or on < submission.arrival.received):
            on = latest = max(latest, on)
        came.append((submission.arrival.month, on, submission.order, submission))
    return [submission for *_, submission in sorted(came, key=lambda one: one[:3])]


def _named(submission: Submission, partner: str) -> Submission:
    """The submission with its content under the name of the partner it was found to come from."""
    if submission.content.partner == partner:
        return submission
    return replace(submission, content=replace(submission.content, partner=partner))


def _reading_findings(plan: Plan, submission: Submission, sender: Partner | None) -> Iterable[Finding]:
    """What the reader noticed, addressed to the partner, or to the improvement group when nobody can be told."""
    to = (sender or plan.improvement_group).key
    for finding in submission.content.findings:
        yield finding if finding.who in plan.partner else replace(finding, who=to)


def _sender(plan: Plan, submission: Submission) -> tuple[Partner | None, Finding | None]:
    """Whose return it is: by what the workbook says, else, for a file nobody could read, by its name."""
    said = submission.content.partner
    here = Origin(submission.arrival.file)
    by_name = _partner_of_file(plan, submission.arrival.file)
    if said in plan.partner:
        return plan.partner[said], None
    if not submission.content.readable:
        return by_name, Finding(
            "return.not-used",
            Severity.ERROR,
            f"The file {quoted(submission.arrival.file)} could not be read, so nothing in it was used.",
            "Save the return as an Excel workbook (.xlsx) and send it again.",
            (by_name or plan.improvement_group).key,
            origin=here,
        )
    todo = f"Write one of these on the Return sheet: {', '.join(p.name for p in plan.partners)}."
    says = (
        f"It does not say whose return it is: the Return sheet names {quoted(said)}."
        if said
        else ("It does not say whose return it is: the partner on the Return sheet is empty.")
    )
    who = (by_name or plan.improvement_group).key
    return by_name, Finding("return.wrong-partner", Severity.ERROR, says, todo, who, origin=here)


def _named_after_another(plan: Plan, submission: Submission, partner: Partner) -> Iterable[Finding]:
    """Wrong partner: the file has one partner's name and its Return sheet another's. What the sheet says counts."""
    by_name = _partner_of_file(plan, submission.arrival.file)
    if by_name and by_name != partner:
        says = f"The file is named after {by_name.name}, but its Return sheet says that it comes from {partner.name}."
        todo = "Say whose return it is; correct the Return sheet and send it again if that is wrong."
        here = Origin(submission.arrival.file, "Return")
        yield Finding("return.wrong-partner", Severity.QUERY, says, todo, partner.key, origin=here)


def _partner_of_file(plan: Plan, file: str) -> Partner | None:
    """The partner that a file is named after: council.xlsx, council-2.xlsx, Council November.xlsx."""
    stem = file.rpartition("/")[2].lower()
    named = [p for p in plan.partners if stem.startswith((p.key.lower(), p.short_name.lower()))]
    return max(named, key=lambda p: len(p.key), default=None)


def _why_set_aside(submission: Submission, partner: Partner, earlier: list[_Candidate]) -> Finding | None:
    for rule in SET_ASIDE_RULES:
        finding = rule(submission, partner, earlier)
        if finding is not None:
            return finding
    return None


def same_file_again(submission: Submission, partner: Partner, earlier: list[_Candidate]) -> Finding | None:
    """Stale: the very file, or the same answers, that the partner sent for an earlier month.

    Each part of a return is judged by itself, but for the registers: risks and decisions of which none has changed are
    an answer, and to set them aside would make it look as if they were no longer mentioned.
    """
    table = table_of(submission) if is_part(submission) else ""
    if table in _REGISTERS:
        return None
    what = f"table {_NAMES[table]}" if table else "return"
    for other in reversed(earlier):
        if other.partner != partner or other.submission.arrival.month >= submission.arrival.month:
            continue
        again = f"that it sent for {other.submission.arrival.month.label}"
        if other.submission.arrival.fingerprint == submission.arrival.fingerprint:
            says = f"{partner.name} sent the same file {again}; nothing in it is new, so it was not used."
        elif _same_answers(other.submission, submission):
            says = f"Every answer in {'the' if table else 'this'} {what} is the same as in the one {again}, so it was not used."
        else:
            continue
        todo = f"Send the {what} for {submission.arrival.month.label}."
        return Finding("return.stale", Severity.ERROR, says, todo, partner.key, origin=Origin(submission.arrival.file))
    return None


def _same_answers(one: Submission, other: Submission) -> bool:
    """The same filled-in values; two returns with nothing filled in are not called the same."""
    content = one.content
    filled = is_part(one) or any((content.milestones, content.measures, content.evidence, content.risks))
    return filled and content.content_fingerprint == other.content.content_fingerprint != ""


def for_another_month(submission: Submission, partner: Partner, _: list[_Candidate]) -> Finding | None:
    """Wrong month: the Return sheet names another month than the folder the file was put in."""
    said, folder = submission.content.month, submission.arrival.month
    if said == folder:
        return None
    where = Origin(submission.arrival.file, "Return")
    if said is None:
        says = f"The Return sheet does not say which month it is for, so it was not used for {folder.label}."
    else:
        says = f"The return says it is for {said.label}, but it was put with the returns for {folder.label}; it was not used."
    todo = f"Put {folder.label} on the Return sheet if that is what it is, or move the file to its own month."
    return Finding("return.wrong-month", Severity.ERROR, says, todo, partner.key, origin=where)


def cannot_be_read(submission: Submission, partner: Partner, _: list[_Candidate]) -> Finding | None:
    """Unreadable: nothing in the file could be used; the reader's own finding says why."""
    if submission.content.readable:
        return None
    return Finding(
        "return.not-used",
        Severity.ERROR,
        "The return could not be read, so nothing in it was used.",
        "Send the return again as an Excel workbook (.xlsx).",
        partner.key,
        origin=Origin(submission.arrival.file),
    )


SET_ASIDE_RULES: tuple[Callable[[Submission, Partner, list[_Candidate]], Finding | None], ...] = (
    cannot_be_read,
    same_file_again,
    for_another_month,
)


def superseded(
    plan: Plan, settings: Settings, submissions: Iterable[Submission], month: Month
) -> dict[str, tuple[Superseded, ...]]:
    """What each partner sent for the month before the return that counts, oldest first, with what changed since: by
    the partner's key, only for partners that sent more than one that could be used."""
    replaced = sort_returns(plan, settings, [s for s in submissions if s.arrival.month <= month], month).superseded
    found: dict[str, tuple[Superseded, ...]] = {}
    for one in replaced:
        if one.newer.arrival.month == month:
            key = one.newer.content.partner
            found[key] = (*found.get(key, ()), one)
    return found


def _superseded(one: Superseded, partner: Partner) -> Finding:
    """Superseded: something newer from the same partner for the same month counts instead."""
    if one.table and not is_part(one.older):
        return _table_replaced(one, partner)
    what = f"table {_NAMES[one.table]}" if is_part(one.newer) else "return"
    return Finding(
        "return.superseded",
        Severity.NOTE,
        f"{partner.name} sent a newer {what} on {day(one.newer.newest_on)}, which counts instead; "
        f"{in_a_sentence(one.changes)}.",
        f"Nothing to do if the newer {what} is the right one.",
        partner.key,
        origin=Origin(one.older.arrival.file),
    )


def _table_replaced(one: Superseded, partner: Partner) -> Finding:
    """Superseded in part: one table came in a file of its own after the whole return, of which the rest still counts."""
    new, old, table = _file_name(one.newer), _file_name(one.older), _NAMES[one.table]
    did = f"replaced the table {table} of" if getattr(one.older.content, one.table) else f"added the table {table} to"
    return Finding(
        "return.table-replaced",
        Severity.NOTE,
        f"The file {new}, received on {day(one.newer.newest_on)}, {did} {old}; the rest of {old} still counts; "
        f"{in_a_sentence(one.changes)}.",
        "Nothing to do if that is right; if not, send the whole return again.",
        partner.key,
        origin=Origin(one.newer.arrival.file),
    )


def _holds_nothing(submission: Submission) -> Finding:
    """A table in a file of its own without a row: it takes nothing away."""
    return Finding(
        "return.table-empty",
        Severity.NOTE,
        f"The file {_file_name(submission)}, received on {day(submission.received)}, holds no row that can be used, so "
        "it replaced nothing.",
        "Send it again with its rows; to take rows out, send the whole return as a workbook (.xlsx).",
        submission.content.partner,
        origin=Origin(submission.arrival.file),
    )


def _file_name(submission: Submission) -> str:
    return quoted(submission.arrival.file.rpartition("/")[2])


_NAMES = {sheet.field: sheet.name for sheet in layout.SHEETS}
_REGISTERS = (layout.RISKS.field, layout.DECISIONS.field)


def _state(
    settings: Settings,
    partner: Partner,
    month: Month,
    counted: list[Submission],
    aside: dict[tuple[Month, str], list[Submission]],
    first: dict[tuple[Month, str], dt.date],
) -> PartnerReturn:
    mine = {s.arrival.month: s for s in counted if s.content.partner == partner.key}
    this = mine.get(month)
    due = returns_due(month, settings)
    came = first.get((month, partner.key))
    state = "missing" if came is None else "late" if came > due else "received"
    last = max((m for m in mine if m < month), default=None)
    return PartnerReturn(partner, month, due, state, this, tuple(aside.get((month, partner.key), ())), last, came)


def _lateness(state: PartnerReturn) -> Iterable[Finding]:
    """Missing or late: no return that can be used by the due day, or one that came after it."""
    name, month = state.partner.name, state.month.label
    if state.state == "missing":
        last = (
            f"the last one used is for {state.last_month.label}" if state.last_month else "there has been none so far"
        )
        yield Finding(
            "return.missing",
            Severity.QUERY,
            f"There is no return that could be used from {name} for {month}; {last}.",
            f"Send the return for {month}, which was due on {day(state.due)}.",
            state.partner.key,
        )
    elif state.state == "late" and state.counted is not None and state.first_received is not None:
        behind = (state.first_received - state.due).days
        yield Finding(
            "return.late",
            Severity.NOTE,
            f"The return from {name} came on {day(state.first_received)}, {days(behind)} after it was due.",
            f"Send the next return by its due day; this one was due on {day(state.due)}.",
            state.partner.key,
            origin=Origin(state.counted.arrival.file),
        )
