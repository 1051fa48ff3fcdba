"""The position: where the partnership stands at a period end. Facts only; `reports` turns them into words.

Everything is computed from the plan and the ledger, and can be computed again for any earlier month.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from flows.ledger.records import Submission
from flows.plan.findings import NOWHERE, Finding, Origin
from flows.plan.model import Milestone, Partner, Plan
from flows.plan.periods import Month
from flows.plan.scope import Scope
from flows.position.measure_state import MeasureState

if TYPE_CHECKING:
    from flows.ledger.publications import Publication


class Status(StrEnum):
    """The statuses (BRAG). The words and colours shown for them are settings."""

    COMPLETE = "complete"
    EVIDENCE_AWAITED = "evidence-awaited"
    ON_TRACK = "on-track"
    AT_RISK = "at-risk"
    OFF_TRACK = "off-track"
    NOT_YET_DUE = "not-yet-due"

    @property
    def rank(self) -> int:
        """How worrying it is: 0 for complete, 4 for off track."""
        return _RANK[self]


_RANK = {
    Status.COMPLETE: 0,
    Status.NOT_YET_DUE: 1,
    Status.ON_TRACK: 1,
    Status.EVIDENCE_AWAITED: 2,
    Status.AT_RISK: 3,
    Status.OFF_TRACK: 4,
}


class Movement(StrEnum):
    """How a status or score moved since the month before."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    SAME = "same"
    NEW = "new"

    @staticmethod
    def between(before: int | None, now: int) -> Movement:
        """The movement between two ranks or scores of which the lower is the better."""
        if before is None:
            return Movement.NEW
        if now == before:
            return Movement.SAME
        return Movement.IMPROVED if now < before else Movement.WORSENED


@dataclass(frozen=True)
class PartnerReturn:
    """What became of one partner's return for the month.

    `state` is "received", "late" or "missing"; `counted` is the submission that counts, `set_aside` those that do
    not. `first_received` is the day of the first one that could be used: a correction afterwards makes no
    return late. `last_month` is the latest earlier month for which the partner did return.
    """

    partner: Partner
    month: Month
    due: dt.date
    state: str
    counted: Submission | None
    set_aside: tuple[Submission, ...] = ()
    last_month: Month | None = None
    first_received: dt.date | None = None


@dataclass(frozen=True)
class EvidenceItem:
    """One item of the evidence log. `number` is unique in the log: COUNCIL-2022-11-3."""

    number: str
    partner: str
    month: Month
    title: str
    kind: str
    dated: dt.date | None
    received: dt.date
    supports: tuple[str, ...]
    meets: tuple[str, ...]
    shows: str
    kept_at: str
    marking: str
    accepted: bool
    why_not: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True)
class Claim:
    """What one partner says of one milestone (or of one occurrence of it), brought together from its returns.

    `month` is that of its last row; `said_in` the month in which the standing status was last said. Dates given
    earlier stand until they are replaced.
    """

    partner: str
    status: Status | None
    status_word: str
    completed_on: dt.date | None
    forecast: dt.date | None
    month: Month
    said_in: Month | None
    progress: str
    next_steps: str
    help_needed: str
    origin: Origin = NOWHERE
    was_complete: bool = False


@dataclass(frozen=True)
class Judgement:
    """A status, the sentence that says why, and the short clause for where a partner claims otherwise."""

    status: Status
    reason: str
    because: str = ""


@dataclass(frozen=True)
class Occurrence:
    """One due day of a milestone, judged on its own. `due` is as it stands now, `first_due` as first agreed;
    `accountable` is the key of the partner that answers for it, whoever else returns it."""

    due: dt.date | None
    first_due: dt.date | None
    judgement: Judgement
    claims: tuple[Claim, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    accountable: str = ""

    @property
    def status(self) -> Status:
        return self.judgement.status

    @property
    def completed_on(self) -> dt.date | None:
        """The last day on which a partner says it was done, once it is said complete."""
        said = [c.completed_on for c in self.claims if c.completed_on and c.status is Status.COMPLETE]
        return max(said, default=None)

    @property
    def forecast(self) -> dt.date | None:
        """The latest forecast of those who return it, for an occurrence that is not said complete."""
        return max((c.forecast for c in self.claims if c.forecast and c.status is not Status.COMPLETE), default=None)

    @property
    def claimed(self) -> Status | None:
        """The most cautious status that was claimed."""
        said = [c.status for c in self.claims if c.status]
        return max(said, key=lambda s: s.rank, default=None)


@dataclass(frozen=True)
class MilestoneState:
    """Where one milestone stands. `current` is the occurrence that decides its status."""

    milestone: Milestone
    status: Status
    reason: str
    movement: Movement
    current: Occurrence
    occurrences: tuple[Occurrence, ...]
    before: Status | None = None
    differs: str = ""
    updated: Month | None = None
    age: int = 0
    approved_by: str = ""
    latest: tuple[Claim, ...] = ()

    @property
    def ref(self) -> str:
        return self.milestone.ref

    @property
    def due(self) -> dt.date | None:
        return self.current.due

    @property
    def slippage(self) -> int | None:
        """Days by which it was done, or is forecast, after the first agreed date; None when neither is known.

        Where joint leads disagree, one having said it done, it is not done: the forecast of the others counts.
        """
        is_done = self.current.status in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
        end = self.current.completed_on if is_done else self.current.forecast or self.current.completed_on
        if end is None or self.current.first_due is None:
            return None
        return (end - self.current.first_due).days


@dataclass(frozen=True)
class Standing:
    """The status of an action, focus area or area, taken from its milestones, with the counts behind it."""

    ref: str
    status: Status
    reason: str
    movement: Movement
    counts: tuple[tuple[Status, int], ...]
    before: Status | None = None

    @property
    def total(self) -> int:
        return sum(n for _, n in self.counts)

    def number(self, status: Status) -> int:
        return dict(self.counts).get(status, 0)


@dataclass(frozen=True)
class RiskState:
    """One risk of the register as it stands. Scores are likelihood times impact, 1 to 25. `before` is last month's
    score, and `before_at` the likelihood and impact that made it."""

    ref: str
    title: str
    area_ref: str
    partner: str
    owner: str
    likelihood: int
    impact: int
    mitigation: str
    is_open: bool
    opened: Month | None
    updated: Month | None
    review_by: dt.date | None
    comment: str = ""
    before: int | None = None
    first_score: int = 0
    closed_in: Month | None = None
    origin: Origin = NOWHERE
    before_at: tuple[int, int] | None = None

    @property
    def score(self) -> int:
        return self.likelihood * self.impact

    @property
    def at(self) -> tuple[int, int]:
        """Likelihood and impact."""
        return self.likelihood, self.impact

    @property
    def movement(self) -> Movement:
        return Movement.between(self.before, self.score)


@dataclass(frozen=True)
class Decision:
    """An ask of the board, a decision of the board, or a date it approved."""

    number: str
    kind: str
    about: str
    text: str
    month: Month
    dated: dt.date | None
    new_date: dt.date | None
    state: str
    origin: Origin = NOWHERE


@dataclass(frozen=True)
class Feedback:
    """What families said, what is being done, what was done."""

    partner: str
    month: Month
    about: str
    you_said: str
    we_are_doing: str
    we_did: str
    dated: dt.date | None


@dataclass(frozen=True, slots=True)
class Restatement:
    """One thing that the last published pack said, and that would be said otherwise of the same month now.

    `kind`, `ref` and `title` name what it is about, `what` the part of it that has changed ("Status", "October 2022";
    "" where all of it is gone or new); `then` and `now` are what was and would be said, and `why` the sentences that
    explain it. All are words to be printed. `about` are the references of the plan that it belongs to, `who` the key of
    the partner that answers for the change. `has_cause` is False where nothing on record explains it.
    """

    kind: str
    ref: str
    title: str
    what: str
    then: str
    now: str
    why: str
    about: tuple[str, ...]
    who: str
    origin: Origin = NOWHERE
    has_cause: bool = True


@dataclass(frozen=True)
class Position:
    """Everything known at the end of `month`; where `scope` is given, only what belongs to that slice of the plan.

    `published` is the last pack that was published of this month or an earlier one, None where there is none, and
    `restated` what it said that would be said otherwise now.
    """

    plan: Plan
    month: Month
    period_end: dt.date
    returns: tuple[PartnerReturn, ...]
    milestones: tuple[MilestoneState, ...]
    standings: dict[str, Standing]
    evidence: tuple[EvidenceItem, ...]
    measures: tuple[MeasureState, ...]
    risks: tuple[RiskState, ...]
    decisions: tuple[Decision, ...]
    feedback: tuple[Feedback, ...]
    commentary: dict[str, str]
    findings: tuple[Finding, ...]
    known_on: dt.date | None = None
    counted: tuple[Submission, ...] = field(default=(), repr=False)
    scope: Scope | None = None
    published: Publication | None = None
    restated: tuple[Restatement, ...] = ()

    @cached_property
    def milestone(self) -> dict[str, MilestoneState]:
        """Milestone states by reference."""
        return {m.ref: m for m in self.milestones}

    @cached_property
    def measure(self) -> dict[str, MeasureState]:
        """Measure states by reference."""
        return {m.measure.ref: m for m in self.measures}

    def under(self, ref: str) -> tuple[MilestoneState, ...]:
        """The milestones of an area, focus area or action."""
        return tuple(
            m
            for m in self.milestones
            if ref in (m.milestone.action_ref, self.plan.focus_of(m.ref), self.plan.area_of(m.ref))
        )


def count_statuses(statuses: Iterable[Status]) -> tuple[tuple[Status, int], ...]:
    """How many there are of each status, in the fixed order of the statuses."""
    found = Counter(statuses)
    return tuple((status, found[status]) for status in Status if found[status])
