"""What partners say of a milestone: their rows, month after month, brought together into one standing claim each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flows.ledger.records import Submission
from flows.plan.due import DueKind
from flows.plan.model import Milestone, Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.position.model import Claim, Status
from flows.returns.records import MilestoneRow
from flows.returns.vocabulary import NOT_STARTED


@dataclass(frozen=True)
class Said:
    """One row of one return about a milestone; `occurrence` is the due day it speaks of, for a recurring one."""

    partner: str
    month: Month
    row: MilestoneRow
    submission: Submission
    occurrence: dt.date | None = None


History = dict[tuple[str, dt.date | None], list[Said]]
"""Everything said of each due day of each milestone, oldest first; the key's day is None but for recurring ones."""


def status_word(status: Status, settings: Settings) -> str:
    """What the partnership calls a status."""
    return str(getattr(settings.status.words, status.value.replace("-", "_")))


def status_of(word: str, settings: Settings) -> Status | None:
    """The status that a status word stands for; None for an empty or unknown word.

    Whether evidence is awaited is for the rules to say: who claims it claims that it is complete.
    """
    words = {status_word(status, settings).casefold(): status for status in Status}
    words[NOT_STARTED.casefold()] = Status.NOT_YET_DUE
    words[status_word(Status.EVIDENCE_AWAITED, settings).casefold()] = Status.COMPLETE
    return words.get(word.strip().casefold())


def history(plan: Plan, counted: Iterable[Submission]) -> History:
    """Rows about milestones in the plan, by reference and due day. Rows for others are findings elsewhere,
    as are those for a due day that a recurring milestone does not have."""
    found: History = defaultdict(list)
    for submission in counted:
        for row in submission.content.milestones:
            milestone = plan.milestone.get(row.ref)
            if milestone is None or submission.content.partner not in milestone.partners:
                continue
            occurrence = occurrence_of(milestone, row, submission.arrival.month)
            said = Said(submission.content.partner, submission.arrival.month, row, submission, occurrence)
            if occurrence is not None or milestone.due.kind is not DueKind.RECURRING:
                found[row.ref, occurrence].append(said)
    return found


def occurrence_of(milestone: Milestone, row: MilestoneRow, month: Month) -> dt.date | None:
    """Which due day of a recurring milestone a row speaks of; None when it does not recur or has no such due day.

    It is the one that the row names, be it by another day of the same month; a row that names none speaks of the
    last that is due by the end of the return's month, or of the first.
    """
    if milestone.due.kind is not DueKind.RECURRING:
        return None
    if row.due is not None:
        named = Month.of(row.due)
        return next((d for d in milestone.due.occurrences(named.last_day) if Month.of(d) == named), None)
    so_far = milestone.due.occurrences(month.last_day)
    return so_far[-1] if so_far else milestone.due.day


def standing_claims(said: Iterable[Said], settings: Settings) -> tuple[Claim, ...]:
    """Each partner's standing claim: its last status, with the dates it gave until it gave others."""
    by_partner: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        by_partner[one.partner].append(one)
    return tuple(_claim(rows, settings) for rows in by_partner.values())


def _claim(rows: list[Said], settings: Settings) -> Claim:
    status, word, said_in, forecast, completed_on, was_complete = None, "", None, None, None, False
    for one in rows:
        named = status_of(one.row.status, settings)
        if named is not None:
            was_complete = was_complete or (status is Status.COMPLETE and named is not Status.COMPLETE)
            status, word, said_in = named, one.row.status, one.month
            completed_on = completed_on if status is Status.COMPLETE else None
        forecast = one.row.forecast or forecast
        completed_on = one.row.completed_on or completed_on
    last = rows[-1]
    return Claim(
        partner=last.partner,
        status=status,
        status_word=word,
        completed_on=completed_on if status is Status.COMPLETE else None,
        forecast=forecast if status is not Status.COMPLETE else None,
        month=last.month,
        said_in=said_in,
        progress=last.row.progress,
        next_steps=last.row.next_steps,
        help_needed=last.row.help_needed,
        origin=last.row.place.cell("status"),
        was_complete=was_complete,
    )
