"""The status rules (BRAG): what one due day of a milestone counts as, and how statuses add up.

The thresholds are settings and are printed in every report. The rules are tried in the order of `RULES`; the first
that applies decides. Nothing here is ever shown better than its partner says it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.settings import StatusRules
from flows.plan.words import count, day, days, listed
from flows.position.model import (
    Claim,
    EvidenceItem,
    Judgement,
    Movement,
    Standing,
    Status,
    count_statuses,
)


@dataclass(frozen=True)
class Case:
    """One due day of a milestone as one partner sees it, ready to be judged at `period_end`.

    `updated` tells whether the partner said anything of it in its return for the period itself; `note` is the
    dependency or the reason for having no date, as the plan has it.
    """

    kind: DueKind
    due: dt.date | None
    period_end: dt.date
    rules: StatusRules
    claim: Claim | None = None
    evidence: tuple[EvidenceItem, ...] = ()
    updated: bool = False
    note: str = ""

    @property
    def claimed(self) -> Status | None:
        return self.claim.status if self.claim else None

    @property
    def forecast(self) -> dt.date | None:
        """The forecast, unless it has passed: a forecast in the past says nothing about when it will be done."""
        given = self.claim.forecast if self.claim else None
        if given is None and self.claim and self.claimed is Status.COMPLETE:
            given = self.claim.completed_on
        return given if given and given > self.period_end else None

    @property
    def no_forecast(self) -> str:
        """Why there is no forecast to go by."""
        return "its forecast has passed" if self.claim and self.claim.forecast else "no forecast given"

    @property
    def proof(self) -> int:
        """How many accepted items of evidence there are."""
        return sum(item.accepted for item in self.evidence)


def done_and_proven(case: Case) -> Judgement | None:
    """Complete: said complete, dated on or before the period end, with at least one accepted item of evidence."""
    done = _said_done(case)
    if done is None or not case.proof:
        return None
    early = (case.due - done).days if case.due else 0
    when = f", {days(early)} early" if early > 0 else f", {days(-early)} late" if early < 0 else ""
    return Judgement(Status.COMPLETE, f"Done on {day(done)}{when}; {count(case.proof, 'item')} of evidence.")


def _said_done(case: Case) -> dt.date | None:
    if case.claim is None or case.claimed is not Status.COMPLETE or case.claim.completed_on is None:
        return None
    return case.claim.completed_on if case.claim.completed_on <= case.period_end else None


def done_but_not_proven(case: Case) -> Judgement | None:
    """Complete, evidence awaited: said complete, but without accepted evidence or without a date of completion."""
    if case.claim is None or case.claimed is not Status.COMPLETE:
        return None
    done = _said_done(case)
    if done:
        said = f"Said complete on {day(done)}"
        return Judgement(
            Status.EVIDENCE_AWAITED,
            f"{said}; {'its evidence was not accepted' if case.evidence else 'no evidence logged'}.",
        )
    if case.claim.completed_on is None:
        return Judgement(Status.EVIDENCE_AWAITED, "Said complete, but no date of completion was given.")
    return None


def overdue(case: Case) -> Judgement | None:
    """Off track: its due day has ended and it is not done."""
    if case.kind is DueKind.ONGOING or case.due is None or case.due > case.period_end:
        return None
    outlook = f"forecast {day(case.forecast)}" if case.forecast else case.no_forecast
    return Judgement(Status.OFF_TRACK, f"Due on {day(case.due)} and not done; {outlook}.", "its due day has passed")


def forecast_very_late(case: Case) -> Judgement | None:
    """Off track: forecast more than the set number of days after it is due."""
    late = _days_late(case)
    if late is None or late <= case.rules.late_days:
        return None
    because = f"its forecast is more than {days(case.rules.late_days)} late"
    return Judgement(Status.OFF_TRACK, f"Forecast {_forecast(case)}, {days(late)} after it is due.", because)


def forecast_late(case: Case) -> Judgement | None:
    """At risk: forecast after it is due, by no more than the set number of days."""
    late = _days_late(case)
    if late is None or late <= 0:
        return None
    reason = f"Forecast {_forecast(case)}, {days(late)} after it is due."
    return Judgement(Status.AT_RISK, reason, f"its forecast is {days(late)} late")


def _days_late(case: Case) -> int | None:
    return (case.forecast - case.due).days if case.forecast and case.due and case.kind is not DueKind.ONGOING else None


def _forecast(case: Case) -> str:
    return day(case.forecast) if case.forecast else ""


def partner_is_more_cautious(case: Case) -> Judgement | None:
    """At risk or off track because the partner says so: no rule makes it better than its partner does."""
    if case.claim is None or case.claimed not in (Status.AT_RISK, Status.OFF_TRACK):
        return None
    word = "at risk" if case.claimed is Status.AT_RISK else "off track"
    when = f"; due on {day(case.due)}" if case.due and case.due > case.period_end else ""
    return Judgement(case.claimed, f"Its lead says it is {word}{when}.")


def _due(case: Case) -> str:
    if case.due is None:
        return "No date in the plan"
    return f"{'Ongoing from' if case.kind is DueKind.ONGOING else 'Due on'} {day(case.due)}"


def ongoing_work(case: Case) -> Judgement | None:
    """Ongoing work: on track from its first day while it is reported on each month, else at risk; off track when it
    was to have begun and nothing has ever been said of it."""
    if case.kind is not DueKind.ONGOING or case.due is None or case.due > case.period_end:
        return None
    since = f"Ongoing from {day(case.due)}"
    if case.claim is None or not _has_begun(case.claim):
        because = "nothing shows that it has begun"
        return Judgement(Status.OFF_TRACK, f"{since}; nothing has been reported to show that it has begun.", because)
    if not case.updated:
        last = f"no update this month, the last was for {case.claim.month.label}"
        return Judgement(Status.AT_RISK, f"{since}; {last}.", "there is no update this month")
    return Judgement(Status.ON_TRACK, f"{since}; reported on this month.")


def _has_begun(claim: Claim) -> bool:
    """Whether a partner has reported on ongoing work: by a status, or by progress where it left the status empty."""
    return bool(claim.progress) if claim.status is None else claim.status is not Status.NOT_YET_DUE


def due_soon_and_silent(case: Case) -> Judgement | None:
    """At risk: due within the set number of days, with no forecast or no update this month."""
    if case.due is None or case.kind is DueKind.ONGOING:
        return None
    left = (case.due - case.period_end).days
    if left > case.rules.due_soon_days or (case.forecast and case.updated):
        return None
    lacking = "no update this month" if not case.updated else case.no_forecast
    because = f"there is {lacking}" if not case.updated else lacking.replace("no forecast", "no forecast was")
    return Judgement(Status.AT_RISK, f"Due on {day(case.due)}, in {days(left)}; {lacking}.", because)


def under_way(case: Case) -> Judgement | None:
    """On track: its partner says so (or that it will be complete on a day to come), and nothing above speaks
    against it."""
    if case.claim is None or case.claimed not in (Status.ON_TRACK, Status.COMPLETE):
        return None
    said = "this month" if case.updated else f"for {case.claim.month.label}"
    if case.due is None:
        return Judgement(Status.ON_TRACK, f"No date in the plan; its lead reported progress {said}.")
    if case.forecast and case.kind is not DueKind.ONGOING:
        return Judgement(Status.ON_TRACK, f"Forecast {day(case.forecast)}; due on {day(case.due)}.")
    return Judgement(Status.ON_TRACK, f"{_due(case)}; its lead reported it on track {said}.")


def due_soon(case: Case) -> Judgement | None:
    """On track: due within the set number of days, with an update and a forecast that is in time."""
    if case.due is None or case.kind is DueKind.ONGOING or not case.forecast:
        return None
    if (case.due - case.period_end).days > case.rules.due_soon_days:
        return None
    return Judgement(Status.ON_TRACK, f"Forecast {day(case.forecast)}; due on {day(case.due)}.")


def nothing_expected_yet(case: Case) -> Judgement | None:
    """Not yet due: nothing is expected yet."""
    if case.due is None:
        return Judgement(Status.NOT_YET_DUE, f"No date in the plan{': ' + case.note if case.note else ''}.")
    return Judgement(Status.NOT_YET_DUE, f"{_due(case)}; nothing is expected yet.")


RULES: tuple[Callable[[Case], Judgement | None], ...] = (
    done_and_proven,
    done_but_not_proven,
    overdue,
    forecast_very_late,
    forecast_late,
    ongoing_work,
    due_soon_and_silent,
    under_way,
    due_soon,
    nothing_expected_yet,
)


def judge(case: Case) -> Judgement:
    """The status of one due day of a milestone as one partner sees it, and the sentence that says why."""
    found = next(j for j in (rule(case) for rule in RULES) if j is not None)
    cautious = partner_is_more_cautious(case)
    return cautious if cautious and cautious.status.rank > found.status.rank else found


def judge_joint(cases: Iterable[Case]) -> Judgement:
    """Where leads are joint, each answers for its own, and the most cautious of them stands.

    The first case is that of the accountable lead. It counts even when that lead has said nothing, so that nobody
    else can complete what it answers for; other partners count once they have spoken.
    """
    accountable, *others = cases
    heard = (accountable, *(other for other in others if other.claim))
    spoken_first = sorted(heard, key=lambda case: case.claim is None)
    return max((judge(case) for case in spoken_first), key=lambda j: j.status.rank)


def add_up(ref: str, statuses: Iterable[Status], rules: StatusRules, before: Status | None = None) -> Standing:
    """The status of an action, focus area or area from those of its milestones.

    Complete when all are. Off track when the set share or more of those that are live (neither complete nor not yet
    due) are off track. At risk when any is off track, at risk, or complete with its evidence awaited. Not yet due
    when none is live or complete. Otherwise on track.
    """
    statuses = list(statuses)
    live = [s for s in statuses if s not in (Status.COMPLETE, Status.NOT_YET_DUE)]
    off = live.count(Status.OFF_TRACK)
    worrying = [s for s in live if s is not Status.ON_TRACK]
    if statuses and all(s is Status.COMPLETE for s in statuses):
        every = "Its one milestone is" if len(statuses) == 1 else f"All {len(statuses)} milestones are"
        status, reason = Status.COMPLETE, f"{every} done, with evidence."
    elif live and off / len(live) >= rules.off_track_share:
        status, reason = Status.OFF_TRACK, _how_many_are(Status.OFF_TRACK, live)
    elif worrying:
        one_kind = len(set(worrying)) == 1
        status, reason = Status.AT_RISK, _how_many_are(worrying[0], live) if one_kind else _worries(live)
    elif live:
        status, reason = Status.ON_TRACK, _how_many_are(Status.ON_TRACK, live)
    elif Status.COMPLETE in statuses:
        done = statuses.count(Status.COMPLETE)
        rest = "the other is" if len(statuses) - done == 1 else "the rest are"
        status, reason = Status.ON_TRACK, f"{done} of {count(len(statuses), 'milestone')} done; {rest} not due yet."
    else:
        reason = "Nothing is due yet." if statuses else "The plan has no milestones here."
        status = Status.NOT_YET_DUE
    moved = Movement.between(before.rank if before else None, status.rank)
    return Standing(ref, status, reason, moved, count_statuses(statuses), before)


_ARE = {
    Status.OFF_TRACK: ("is off track", "are off track"),
    Status.AT_RISK: ("is at risk", "are at risk"),
    Status.EVIDENCE_AWAITED: ("awaits evidence", "await evidence"),
    Status.ON_TRACK: ("is on track", "are on track"),
}


def _how_many_are(status: Status, live: Sequence[Status]) -> str:
    """How many of the live milestones have a status: 3 of 11 live milestones are off track."""
    number, (one, many) = live.count(status), _ARE[status]
    if number < len(live):
        return f"{number} of {len(live)} live milestones {one if number == 1 else many}."
    every = {1: "Its one live milestone", 2: "Both live milestones"}.get(number, f"All {number} live milestones")
    return f"{every} {one if number == 1 else many}."


def _worries(live: Sequence[Status]) -> str:
    """How many of the live milestones are off track, at risk or awaiting evidence, where there are several kinds."""
    numbers = ((live.count(status), *_ARE[status]) for status in _ARE if status is not Status.ON_TRACK)
    said = listed(f"{number} {one if number == 1 else many}" for number, one, many in numbers if number)
    return f"Of {count(len(live), 'live milestone')}, {said}."
