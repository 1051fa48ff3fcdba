"""Where each milestone stands: its due days judged one by one, how far it has slipped, and how it moved."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from flows.plan.due import DueKind
from flows.plan.model import Milestone, Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed
from flows.position.claims import History, standing_claims, status_of
from flows.position.evidence import Citations, number_as_sent
from flows.position.model import (
    Claim,
    Decision,
    EvidenceItem,
    Judgement,
    MilestoneState,
    Movement,
    Occurrence,
    Standing,
    Status,
)
from flows.position.status import Case, add_up, judge, judge_joint
from flows.returns.records import MilestoneRow


@dataclass(frozen=True)
class View:
    """All that is needed to judge the milestones at the end of `month`."""

    plan: Plan
    settings: Settings
    month: Month
    history: History
    evidence: tuple[EvidenceItem, ...]
    decisions: tuple[Decision, ...]

    @property
    def period_end(self) -> dt.date:
        return self.month.last_day

    @cached_property
    def said_now(self) -> dict[tuple[str, dt.date | None, str], list[MilestoneRow]]:
        """The rows of this month's returns about milestones of the plan, by reference, due day and partner."""
        found: dict[tuple[str, dt.date | None, str], list[MilestoneRow]] = defaultdict(list)
        for (ref, due), told in self.history.items():
            for said in told:
                if said.month == self.month:
                    found[ref, due, said.partner].append(said.row)
        return found

    @cached_property
    def told(self) -> dict[tuple[str, str, Month], Citations[dt.date | None]]:
        """The due days that each partner spoke of in each month, by milestone, with the evidence that its rows name."""
        cells: dict[tuple[str, str, Month], list[tuple[str, dt.date | None]]] = defaultdict(list)
        for (ref, due), told in self.history.items():
            for said in told:
                cells[ref, said.partner, said.month].append((said.row.evidence, due))
        return {key: Citations(rows) for key, rows in cells.items()}

    @cached_property
    def done(self) -> dict[tuple[str, str], set[tuple[Month, dt.date]]]:
        """The due days that each partner said complete, each with the month in which it did, by milestone."""
        found: dict[tuple[str, str], set[tuple[Month, dt.date]]] = defaultdict(set)
        for (ref, due), told in self.history.items():
            for said in told:
                if due and status_of(said.row.status, self.settings) is Status.COMPLETE:
                    found[ref, said.partner].add((said.month, due))
        return found


def milestone_states(view: View) -> tuple[MilestoneState, ...]:
    """Every milestone of the plan as it stands, without movement."""
    moved = approved_dates(view)
    return tuple(_state(view, milestone, moved.get(milestone.ref)) for milestone in view.plan.milestones)


def approved_dates(view: View) -> dict[str, Decision]:
    """The last change of date that the board approved for each milestone by the period end."""
    changes = [
        d
        for d in view.decisions
        if d.kind.casefold() == "date change" and d.new_date and d.dated and d.dated <= view.period_end
    ]
    return {d.about: d for d in sorted(changes, key=lambda d: (d.dated or dt.date.min, d.month))}


def _state(view: View, milestone: Milestone, change: Decision | None) -> MilestoneState:
    occurrences = tuple(_occurrence(view, milestone, due, change) for due in _due_days(view, milestone))
    current = _deciding(occurrences, view.period_end)
    recurring = milestone.due.kind is DueKind.RECURRING
    judgement = _recurring(occurrences, current, view.period_end) if recurring else current.judgement
    claims = tuple(c for o in occurrences for c in o.claims)
    updated = max((c.month for c in claims), default=None)
    newest = tuple(c for c in claims if c.month == updated)
    return MilestoneState(
        milestone=milestone,
        status=judgement.status,
        reason=judgement.reason,
        movement=Movement.NEW,
        current=current,
        occurrences=occurrences,
        differs="" if current.status is Status.COMPLETE else _why_it_differs(view, current, judgement),
        updated=updated,
        age=0 if updated is None else view.month.months_since(updated),
        approved_by=f"board, {day(change.dated)}" if change and change.dated and not recurring else "",
        latest=newest,
    )


def _due_days(view: View, milestone: Milestone) -> tuple[dt.date | None, ...]:
    """The due days to judge: for a recurring milestone each one so far, and the next."""
    due = milestone.due
    if due.kind is not DueKind.RECURRING:
        return (due.day,)
    following = due.next_after(view.period_end)
    return (*due.occurrences(view.period_end), *((following,) if following else ()))


def _occurrence(view: View, milestone: Milestone, first_due: dt.date | None, change: Decision | None) -> Occurrence:
    recurring = milestone.due.kind is DueKind.RECURRING
    said = view.history.get((milestone.ref, first_due if recurring else None), [])
    claims = standing_claims(said, view.settings)
    evidence = _evidence_for(view, milestone, first_due)
    due = change.new_date if change and not recurring else first_due
    case = Case(
        kind=milestone.due.kind if change is None or milestone.due.kind is not DueKind.UNDATED else DueKind.DAY,
        due=due,
        period_end=view.period_end,
        rules=view.settings.status.rules,
        evidence=evidence,
        note=milestone.due.note,
    )
    by_partner = {c.partner: replace(case, claim=c, updated=c.month == view.month) for c in claims}
    cases = [by_partner.get(partner, case) for partner in milestone.partners]
    return Occurrence(due, first_due, judge_joint(cases), claims, evidence, milestone.partners[0])


def _evidence_for(view: View, milestone: Milestone, due: dt.date | None) -> tuple[EvidenceItem, ...]:
    """The evidence that supports a milestone; for one occurrence, what came in the returns that speak of it.

    An item that the rows of its return name counts for the due days of those rows only. One whose return speaks of no
    due day of the milestone counts for the last that its partner had said complete by then.
    """
    items = [i for i in view.evidence if milestone.ref in i.supports]
    if milestone.due.kind is DueKind.RECURRING:
        items = [i for i in items if due in _due_days_shown(view, milestone, i)]
    return tuple(items)


def _due_days_shown(view: View, milestone: Milestone, item: EvidenceItem) -> Collection[dt.date | None]:
    """The due days of a recurring milestone that an item of evidence belongs to."""
    told = view.told.get((milestone.ref, item.partner, item.month))
    if told is not None:
        return told.naming(number_as_sent(item), item.title) or told.all
    done = view.done.get((milestone.ref, item.partner), ())
    return [max(before)] if (before := [due for month, due in done if month < item.month]) else []


def _deciding(occurrences: tuple[Occurrence, ...], period_end: dt.date) -> Occurrence:
    """The due day that matters now: the most worrying of those that have passed and are not done, the first of them
    where they are alike; the next, where its partner expects trouble worse than that; else the last so far."""
    passed = [o for o in occurrences if o.due and o.due <= period_end]
    worrying = [o for o in passed if o.status is not Status.COMPLETE]
    worrying += [o for o in occurrences if o not in passed and _trouble_ahead(o)]
    if worrying:
        return max(worrying, key=lambda o: o.status.rank)
    return passed[-1] if passed else occurrences[0]


def _trouble_ahead(occurrence: Occurrence) -> bool:
    """Whether a partner has said that a due day to come will be missed, or may be."""
    said = any(
        c.status in (Status.AT_RISK, Status.OFF_TRACK)
        or (c.forecast and occurrence.due and c.forecast > occurrence.due)
        for c in occurrence.claims
    )
    return said and occurrence.status in (Status.AT_RISK, Status.OFF_TRACK)


def _recurring(occurrences: tuple[Occurrence, ...], current: Occurrence, period_end: dt.date) -> Judgement:
    """A recurring milestone is never complete: on track while every occurrence so far is done."""
    passed = [o for o in occurrences if o.due and o.due <= period_end]
    if not passed:
        return current.judgement
    done = sum(o.status is Status.COMPLETE for o in passed)
    tally = f"{done} of {count(len(passed), 'occurrence')} done so far"
    if done == len(passed) and current in passed:
        following = next((o.due for o in occurrences if o.due and o.due > period_end), None)
        after = f"; next due on {day(following)}" if following else ""
        return Judgement(Status.ON_TRACK, f"{tally}{after}.")
    return Judgement(current.status, f"{tally}. {current.judgement.reason}")


_WORD = {
    Status.COMPLETE: "complete",
    Status.ON_TRACK: "on track",
    Status.AT_RISK: "at risk",
    Status.OFF_TRACK: "off track",
    Status.NOT_YET_DUE: "not started",
}


def _why_it_differs(view: View, current: Occurrence, judgement: Judgement) -> str:
    """One sentence where the status is not what its partner claims: who claims what, and why it is not shown."""
    better = [c for c in current.claims if c.status and c.status.rank < judgement.status.rank]
    if not better:
        return ""
    names = view.plan.partner
    by_word: dict[str, list[str]] = {}
    for claim in better:
        by_word.setdefault(_WORD[claim.status], []).append(names[claim.partner].short_name)  # type: ignore[index]
    said = "; ".join(f"{listed(who)} said {word}" for word, who in by_word.items())
    return f"{said}, but {_because(view, current, judgement, better)}."


def _because(view: View, current: Occurrence, judgement: Judgement, better: list[Claim]) -> str:
    cautious = [c for c in current.claims if c not in better and c.status]
    lead = current.accountable
    if judgement.status is Status.EVIDENCE_AWAITED:
        return "a date of completion and an accepted item of evidence are not both on record"
    if any(c.status is Status.COMPLETE for c in better) and lead and all(c.partner != lead for c in current.claims):
        return f"{view.plan.partner[lead].short_name}, the accountable lead, has said nothing of it"
    if cautious:
        names = listed(view.plan.partner[c.partner].short_name for c in cautious)
        return f"{names} did not, and the more cautious answer is shown"
    return current.judgement.because or "the rules go by the dates and the updates"


def with_movement(now: tuple[MilestoneState, ...], before: tuple[MilestoneState, ...]) -> tuple[MilestoneState, ...]:
    """The states with how each moved since the month before."""
    earlier = {state.ref: state.status for state in before}
    return tuple(
        replace(
            state,
            before=earlier.get(state.ref),
            movement=Movement.between(earlier[state.ref].rank if state.ref in earlier else None, state.status.rank),
        )
        for state in now
    )


def standings(view: View, states: Iterable[MilestoneState]) -> dict[str, Standing]:
    """The status of every action, focus area and area, from the milestones below it."""
    plan = view.plan
    refs = (*(a.ref for a in plan.areas), *(f.ref for f in plan.focus_areas), *(a.ref for a in plan.actions))
    below: dict[str, list[MilestoneState]] = {ref: [] for ref in refs}
    for state in states:
        action = state.milestone.action_ref
        for ref in (action, plan.focus_of(action), plan.area_of(action)):
            below.setdefault(ref, []).append(state)
    return {ref: _standing(view, ref, found) for ref, found in below.items()}


def _standing(view: View, ref: str, states: list[MilestoneState]) -> Standing:
    rules = view.settings.status.rules
    known_before = [s.before for s in states if s.before is not None]
    before = add_up(ref, known_before, rules).status if known_before else None
    return add_up(ref, (s.status for s in states), rules, before)


__all__ = ["View", "approved_dates", "judge", "milestone_states", "standings", "with_movement"]
