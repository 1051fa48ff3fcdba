"""What is to be asked about milestones: each rule is one function, listed in `MILESTONE_RULES` or `ROW_RULES`.

The rules look at one milestone as it stands (`Seen`), or at one row of this month's returns (`SeenRow`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flows.ledger.records import Submission
from flows.plan.due import DueKind
from flows.plan.findings import NOWHERE, Finding, Origin, Severity
from flows.plan.words import count, day, days, listed, quoted
from flows.position.claims import Said, occurrence_of, status_of
from flows.position.milestones import View, approved_dates
from flows.position.model import Claim, MilestoneState, Occurrence, Status
from flows.returns.records import MilestoneRow


@dataclass(frozen=True)
class Seen:
    """A milestone as it stands, with all that was said of it."""

    view: View
    state: MilestoneState
    said: tuple[Said, ...]

    def finding(
        self, code: str, severity: Severity, says: str, todo: str, who: str, origin: Origin = NOWHERE
    ) -> Finding:
        return Finding(f"milestone.{code}", severity, says, todo, who, self.state.ref, origin)

    def name(self, partner: str) -> str:
        return self.view.plan.partner[partner].short_name

    @property
    def lead(self) -> str:
        return self.state.milestone.partners[0]

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.state.current.claims

    @property
    def recurs(self) -> bool:
        return self.state.milestone.due.kind is DueKind.RECURRING

    @property
    def spoke_now(self) -> tuple[tuple[Occurrence, Claim], ...]:
        """The claims of those who said something of it, or of one of its due days, in this month's returns."""
        return tuple((o, c) for o in self.state.occurrences for c in o.claims if c.month == self.view.month)

    def before(self, occurrence: Occurrence, partner: str) -> list[Said]:
        """What a partner said in earlier months of the same due day, oldest first."""
        due = occurrence.first_due if self.recurs else None
        return [s for s in self.said if (s.partner, s.occurrence) == (partner, due) and s.month < self.view.month]

    def called(self, occurrence: Occurrence) -> str:
        """The milestone's reference, with the due day where it recurs: 1.1.1.2 (due 31 October 2022)."""
        return f"{self.state.ref} (due {day(occurrence.due)})" if self.recurs and occurrence.due else self.state.ref


def complete_without_evidence(seen: Seen) -> Iterable[Finding]:
    """Said complete without a date or without accepted evidence: shown as complete, evidence awaited."""
    for occurrence in seen.state.occurrences:
        if occurrence.status is not Status.EVIDENCE_AWAITED:
            continue
        for claim in (c for c in occurrence.claims if c.status is Status.COMPLETE):
            who, what = seen.name(claim.partner), seen.called(occurrence)
            if claim.completed_on is None:
                says = f"{who} said {what} complete without saying when."
                todo = "Give the day on which it was completed."
                yield seen.finding("complete-without-date", Severity.QUERY, says, todo, claim.partner, claim.origin)
            elif not any(e.accepted for e in occurrence.evidence):
                proof = "its evidence was not accepted" if occurrence.evidence else "no evidence is logged"
                says = f"{who} said {what} complete on {day(claim.completed_on)}; {proof}."
                todo = "Log at least one item of evidence that supports it" + (
                    ", and name it in the row for that due day." if seen.recurs else "."
                )
                yield seen.finding("complete-without-evidence", Severity.QUERY, says, todo, claim.partner, claim.origin)


def complete_in_the_future(seen: Seen) -> Iterable[Finding]:
    """Said complete on a day after the period end: not counted as complete."""
    for occurrence, claim in seen.spoke_now:
        if claim.status is Status.COMPLETE and claim.completed_on and claim.completed_on > seen.view.period_end:
            says = (
                f"{seen.name(claim.partner)} said {seen.called(occurrence)} complete on {day(claim.completed_on)}, which is after "
                f"the period ended; it is not counted as complete."
            )
            yield seen.finding(
                "complete-in-future",
                Severity.QUERY,
                says,
                "Correct the date or the status.",
                claim.partner,
                claim.origin,
            )


def went_backwards(seen: Seen) -> Iterable[Finding]:
    """Was said complete in an earlier month and is not any more."""
    for occurrence, claim in seen.spoke_now:
        earlier = seen.before(occurrence, claim.partner)
        last = next((s for s in reversed(earlier) if status_of(s.row.status, seen.view.settings)), None)
        if last and claim.said_in == seen.view.month and claim.status is not Status.COMPLETE and _complete(seen, last):
            says = (
                f"{seen.name(claim.partner)} said {seen.called(occurrence)} complete for {last.month.label} and now "
                f"says {quoted(claim.status_word)}."
            )
            todo = "Explain what has changed, and give a new forecast."
            yield seen.finding("went-backwards", Severity.QUERY, says, todo, claim.partner, claim.origin)


def _complete(seen: Seen, said: Said) -> bool:
    return status_of(said.row.status, seen.view.settings) is Status.COMPLETE


def on_track_though_late(seen: Seen) -> Iterable[Finding]:
    """Claimed on track though it is overdue or forecast late."""
    for occurrence, claim in seen.spoke_now:
        due = occurrence.due
        if claim.status is not Status.ON_TRACK or due is None or seen.state.milestone.due.kind is DueKind.ONGOING:
            continue
        if due <= seen.view.period_end:
            why = f"it was due on {day(due)}"
        elif claim.forecast and claim.forecast > due:
            why = f"its forecast is {day(claim.forecast)}, {days((claim.forecast - due).days)} after it is due"
        else:
            continue
        what = seen.state.ref if due <= seen.view.period_end else seen.called(occurrence)
        says = f"{seen.name(claim.partner)} said {what} is on track, but {why}."
        yield seen.finding(
            "on-track-though-late",
            Severity.QUERY,
            says,
            "Correct the status or the forecast.",
            claim.partner,
            claim.origin,
        )


def forecast_in_the_past(seen: Seen) -> Iterable[Finding]:
    """A forecast on or before the period end for something that is not done: not used."""
    for occurrence, claim in seen.spoke_now:
        if claim.status is not Status.COMPLETE and claim.forecast and claim.forecast <= seen.view.period_end:
            says = f"The forecast for {seen.called(occurrence)}, {day(claim.forecast)}, has passed and it is not done."
            yield seen.finding(
                "forecast-in-past", Severity.QUERY, says, "Give a new forecast.", claim.partner, claim.origin
            )


def joint_leads_disagree(seen: Seen) -> Iterable[Finding]:
    """Joint leads give statuses that cannot both be right: the more cautious is shown."""
    claims = [c for c in seen.claims if c.status]
    if len({_stance(c) for c in claims}) < 2 or not any(c.month == seen.view.month for c in claims):
        return
    words = listed(f"{seen.name(c.partner)} says {quoted(c.status_word)}{_since(seen, c)}" for c in claims)
    others = listed(seen.name(c.partner) for c in claims if c.partner != seen.lead)
    todo = f"{seen.name(seen.lead)}, as accountable lead, to settle it with {others}."
    says = f"Joint leads disagree on {seen.called(seen.state.current)}: {words}."
    yield seen.finding("joint-leads-disagree", Severity.QUERY, says, todo, seen.lead, claims[0].origin)


def _stance(claim: Claim) -> str:
    return (
        "complete" if claim.status is Status.COMPLETE else "late" if claim.status and claim.status.rank >= 3 else "fine"
    )


def _since(seen: Seen, claim: Claim) -> str:
    return "" if claim.said_in == seen.view.month or claim.said_in is None else f" (for {claim.said_in.label})"


def no_update(seen: Seen) -> Iterable[Finding]:
    """A milestone that is live, or due soon, and that a partner said nothing of this month."""
    state, month = seen.state, seen.view.month
    if state.status in (Status.COMPLETE, Status.NOT_YET_DUE) or not _needs_words(seen):
        return
    silent = [p for p in state.milestone.partners if not any(s.partner == p and s.month == month for s in seen.said)]
    silent = [p for p in silent if not any(c.partner == p and c.status is Status.COMPLETE for c in seen.claims)]
    for partner in silent:
        last = max((s.month for s in seen.said if s.partner == partner), default=None)
        since = f"the last was for {last.label}" if last else "there has been none yet"
        from_ = "ongoing from" if state.milestone.due.kind is DueKind.ONGOING else "due"
        due = f", {from_} {day(state.due)}," if state.due else ""
        says = f"There is no update on {state.ref}{due} from {seen.name(partner)} this month; {since}."
        yield seen.finding("no-update", Severity.QUERY, says, "Give its status, progress and forecast.", partner)


def _needs_words(seen: Seen) -> bool:
    """A recurring milestone whose occurrences are all done needs no more words until the next is due."""
    return not (seen.recurs and seen.state.current.status is Status.COMPLETE)


def occurrence_missed(seen: Seen) -> Iterable[Finding]:
    """Occurrences of a recurring milestone that were due and are not said to be done: one finding for them all."""
    if not seen.recurs:
        return
    done = (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    passed = [o for o in seen.state.occurrences if o.due and o.due <= seen.view.period_end]
    missed = [day(o.due) for o in passed if o.due and o.status not in done]
    if len(missed) == 1:
        says = f"The occurrence of {seen.state.ref} that was due on {missed[0]} is not said to be done."
        todo = "Say when it was done, with evidence, or that it was missed and why."
        yield seen.finding("occurrence-missed", Severity.QUERY, says, todo, seen.lead)
    elif missed:
        says = f"{len(missed)} occurrences of {seen.state.ref} are not said to be done: those due on {listed(missed)}."
        todo = "Say when each was done, with evidence, or that it was missed and why."
        yield seen.finding("occurrence-missed", Severity.QUERY, says, todo, seen.lead)


def same_words_as_last_month(seen: Seen) -> Iterable[Finding]:
    """The progress is word for word what the partner wrote the time before. What is complete needs no new words."""
    last = {(s.partner, s.occurrence): s for s in seen.said if s.month < seen.view.month}
    for now in (s for s in seen.said if s.month == seen.view.month and s.row.progress):
        before = last.get((now.partner, now.occurrence))
        if before is None or _complete(seen, before):
            continue
        if _plain(before.row.progress) == _plain(now.row.progress):
            says = (
                f"The progress on {seen.state.ref} is word for word that of {before.month.label}: "
                f"{quoted(now.row.progress)}."
            )
            todo = "Say what has happened since, or that nothing has."
            yield seen.finding("same-words", Severity.QUERY, says, todo, now.partner, now.row.place.cell("progress"))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


MILESTONE_RULES: tuple[Callable[[Seen], Iterable[Finding]], ...] = (
    complete_without_evidence,
    complete_in_the_future,
    went_backwards,
    on_track_though_late,
    forecast_in_the_past,
    joint_leads_disagree,
    no_update,
    occurrence_missed,
    same_words_as_last_month,
)


@dataclass(frozen=True)
class SeenRow:
    """One row of the Milestones sheet of one of this month's returns."""

    view: View
    partner: str
    row: MilestoneRow

    def finding(self, code: str, severity: Severity, says: str, todo: str, column: str) -> Finding:
        return Finding(
            f"milestone.{code}", severity, says, todo, self.partner, self.row.ref, self.row.place.cell(column)
        )


def unknown_reference(seen: SeenRow) -> Iterable[Finding]:
    """A reference that is not in the plan: the row is not used."""
    plan, ref = seen.view.plan, seen.row.ref
    if ref in plan.milestone:
        return
    under = [m.ref for m in plan.milestones if m.action_ref == ref]
    hint = (
        f"{ref} is an action; its milestones are {listed(under)}"
        if under
        else "the plan has no milestone with that reference"
    )
    says = f"The row for {quoted(ref)} was not used: {hint}."
    yield seen.finding("unknown-reference", Severity.ERROR, says, "Give the reference as the plan prints it.", "ref")


def not_theirs(seen: SeenRow) -> Iterable[Finding]:
    """A milestone that another partner returns: the row is not used."""
    milestone = seen.view.plan.milestone.get(seen.row.ref)
    if milestone and seen.partner not in milestone.partners:
        names = listed(seen.view.plan.partner[p].name for p in milestone.partners)
        says = f"{seen.row.ref} is returned by {names}, so this row was not used."
        yield seen.finding(
            "not-theirs",
            Severity.ERROR,
            says,
            f"Take the row out, or agree with {names} who returns it.",
            "ref",
        )


def unknown_status(seen: SeenRow) -> Iterable[Finding]:
    """A status word that the partnership does not use: the rest of the row is used."""
    word = seen.row.status
    if word and status_of(word, seen.view.settings) is None:
        says = f"The status {quoted(word)} of {seen.row.ref} is not one of the partnership's words, so the last status stands."
        yield seen.finding(
            "status-unknown", Severity.ERROR, says, "Choose a status from the list in the cell.", "status"
        )


def due_date_changed(seen: SeenRow) -> Iterable[Finding]:
    """A due date other than the plan's, which only the board can change. Where a recurring milestone has no due day
    in the month that is named, nobody can tell which one is meant, and the row is not used."""
    milestone = seen.view.plan.milestone.get(seen.row.ref)
    if milestone is None or seen.row.due is None or milestone.due.kind is DueKind.UNDATED:
        return
    says = f"The return gives {day(seen.row.due)} as the due date of {seen.row.ref}; the plan has {milestone.due.words}"
    todo = "Ask the board if the date must move; use the forecast column for when it will be done."
    if milestone.due.kind is DueKind.RECURRING:
        meant = occurrence_of(milestone, seen.row, seen.view.month)
        if meant is None:
            says = f"{says}, so the row was not used."
            yield seen.finding("due-changed", Severity.ERROR, says, "Give the due day that the form prints.", "due")
        elif meant != seen.row.due:
            says = f"{says}, so the row was used for {day(meant)}."
            yield seen.finding("due-changed", Severity.QUERY, says, todo, "due")
        return
    moved = approved_dates(seen.view).get(seen.row.ref)
    if seen.row.due not in (milestone.due.day, moved.new_date if moved else None):
        yield seen.finding("due-changed", Severity.QUERY, f"{says}.", todo, "due")


def row_given_twice(seen: SeenRow) -> Iterable[Finding]:
    """Two rows of one return speak of the same milestone, or of the same due day of it: the last counts."""
    milestone = seen.view.plan.milestone.get(seen.row.ref)
    if milestone is None or seen.partner not in milestone.partners:
        return
    due = occurrence_of(milestone, seen.row, seen.view.month)
    rows = seen.view.said_now.get((seen.row.ref, due, seen.partner), [])
    if len(rows) > 1 and seen.row is rows[0]:
        which = f" (due {day(due)})" if due else ""
        says = f"{seen.row.ref}{which} is in the return {count(len(rows), 'time')}; what its last row says is used."
        yield seen.finding("given-twice", Severity.QUERY, says, "Take out the rows that do not hold.", "ref")


ROW_RULES: tuple[Callable[[SeenRow], Iterable[Finding]], ...] = (
    unknown_reference,
    not_theirs,
    unknown_status,
    due_date_changed,
    row_given_twice,
)


def milestone_findings(view: View, states: Iterable[MilestoneState], counted: Iterable[Submission]) -> list[Finding]:
    """Every finding about milestones for the month, in no particular order."""
    found: list[Finding] = []
    for submission in counted:
        if submission.arrival.month == view.month:
            for row in submission.content.milestones:
                seen_row = SeenRow(view, submission.content.partner, row)
                found.extend(f for rule in ROW_RULES for f in rule(seen_row))
    said: dict[str, list[Said]] = {}
    for (ref, _), rows in view.history.items():
        said.setdefault(ref, []).extend(rows)
    for state in states:
        of_it = tuple(sorted(said.get(state.ref, ()), key=lambda s: s.month))
        seen = Seen(view, state, of_it)
        found.extend(f for rule in MILESTONE_RULES for f in rule(seen))
    return found
