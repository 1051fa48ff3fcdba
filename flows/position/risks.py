"""The risk register: the plan's opening risks, with every score that partners have given since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flows.ledger.records import Submission
from flows.plan.findings import NOWHERE, Finding, Severity
from flows.plan.model import Plan, PlanRisk
from flows.plan.periods import Month
from flows.plan.words import day, quoted
from flows.position.model import RiskState
from flows.returns.records import RiskRow

HIGH_SCORE = 15
"""From this score on a risk is high: it needs a mitigation and is among the exceptions."""

_Told = tuple[Submission, RiskRow]


def risk_states(plan: Plan, counted: Iterable[Submission], month: Month) -> tuple[RiskState, ...]:
    """Every risk ever in the register, the plan's first, then in the order in which partners raised them."""
    counted = tuple(counted)
    owners = risk_owners(plan, counted)
    told: dict[str, list[_Told]] = defaultdict(list)
    for submission in counted:
        for row in submission.content.risks:
            if row.ref and owners[row.ref] == submission.content.partner:
                told[row.ref].append((submission, row))
    opening = {risk.ref: risk for risk in plan.risks}
    refs = dict.fromkeys((*opening, *told))
    return tuple(_state(ref, opening.get(ref), told.get(ref, []), month) for ref in refs)


def risk_owners(plan: Plan, counted: Iterable[Submission]) -> dict[str, str]:
    """The partner that answers for each risk: as the plan has it, else the one that raised it first."""
    owners = {risk.ref: risk.partner for risk in plan.risks}
    for submission in counted:
        for row in submission.content.risks:
            owners.setdefault(row.ref, submission.content.partner)
    return owners


def _state(ref: str, opening: PlanRisk | None, told: list[_Told], month: Month) -> RiskState:
    first = told[0] if told else None
    likelihood = opening.likelihood if opening else _score(first, "likelihood")
    impact = opening.impact if opening else _score(first, "impact")
    first_score = likelihood * impact
    before = (likelihood, impact) if opening else None
    words = {
        "title": opening.title if opening else "",
        "area_ref": opening.area_ref if opening else "",
        "owner": opening.owner if opening else "",
        "mitigation": opening.mitigation if opening else "",
        "comment": "",
    }
    is_open, closed_in, review_by, origin = True, None, None, opening.origin if opening else NOWHERE
    for submission, row in told:
        likelihood, impact = row.likelihood or likelihood, row.impact or impact
        words = {name: getattr(row, name) or ("" if name == "comment" else old) for name, old in words.items()}
        review_by = row.review_by or review_by
        closed = row.state.casefold() == "closed"
        closed_in = submission.arrival.month if closed and is_open else closed_in if closed else None
        is_open, origin = not closed, row.place.cell("ref")
        if submission.arrival.month < month:
            before = (likelihood, impact)
    return RiskState(
        ref=ref,
        partner=opening.partner if opening else told[0][0].content.partner,
        likelihood=likelihood,
        impact=impact,
        is_open=is_open,
        opened=None if opening else told[0][0].arrival.month,
        updated=told[-1][0].arrival.month if told else None,
        review_by=review_by,
        before=before[0] * before[1] if before else None,
        before_at=before,
        first_score=first_score,
        closed_in=closed_in,
        origin=origin,
        **words,
    )


def _score(told: _Told | None, name: str) -> int:
    return (getattr(told[1], name) if told else None) or 0


@dataclass(frozen=True)
class _Register:
    plan: Plan
    month: Month
    states: tuple[RiskState, ...]
    counted: tuple[Submission, ...]

    @staticmethod
    def named(risk: RiskState) -> str:
        return f"Risk {risk.ref} ({risk.title})" if risk.title else f"Risk {risk.ref}"

    def finding(self, code: str, severity: Severity, says: str, todo: str, risk: RiskState) -> Finding:
        return Finding(f"risk.{code}", severity, says, todo, risk.partner, risk.ref, risk.origin)

    @property
    def open(self) -> Iterable[RiskState]:
        return (r for r in self.states if r.is_open)


def score_moved(register: _Register) -> Iterable[Finding]:
    """The score of a risk is not what it was last month."""
    for risk in register.open:
        if risk.before and risk.score and risk.before != risk.score:
            way = "risen" if risk.score > risk.before else "fallen"
            says = f"{register.named(risk)} has {way} from {risk.before} to {risk.score}."
            yield register.finding("score-moved", Severity.NOTE, says, "The board to note it.", risk)


def without_score(register: _Register) -> Iterable[Finding]:
    """A risk without a likelihood and impact of 1 to 5 cannot be ranked."""
    for risk in register.open:
        if not risk.score:
            says = f"{register.named(risk)} has no score."
            yield register.finding(
                "no-score", Severity.QUERY, says, "Give a likelihood and an impact from 1 to 5.", risk
            )


def without_owner(register: _Register) -> Iterable[Finding]:
    """A risk that nobody owns."""
    for risk in register.open:
        if not risk.owner:
            says = f"{register.named(risk)} has no owner."
            yield register.finding("no-owner", Severity.QUERY, says, "Name the role that owns it.", risk)


def high_without_mitigation(register: _Register) -> Iterable[Finding]:
    """A high score and nothing said to be done about it."""
    for risk in register.open:
        if risk.score >= HIGH_SCORE and not risk.mitigation:
            says = f"{register.named(risk)} scores {risk.score} and has no mitigation."
            yield register.finding("no-mitigation", Severity.QUERY, says, "Say what is being done about it.", risk)


def review_overdue(register: _Register) -> Iterable[Finding]:
    """The day by which a risk was to be looked at again has passed."""
    for risk in register.open:
        if risk.review_by and risk.review_by <= register.month.last_day:
            if risk.updated is not None and risk.updated.first_day > risk.review_by:
                continue
            says = f"{register.named(risk)} was to be reviewed by {day(risk.review_by)}."
            yield register.finding(
                "review-overdue", Severity.QUERY, says, "Review it, and give the next review date.", risk
            )


def vanished(register: _Register) -> Iterable[Finding]:
    """An open risk that its partner has left out of its last two returns without closing it."""
    for risk in register.open:
        months = [s.arrival.month for s in register.counted if s.content.partner == risk.partner]
        if len(months) < 2 or months[-1] != register.month:
            continue
        if risk.updated is None or risk.updated < months[-2]:
            since = f"since {risk.updated.label}" if risk.updated else "in any return"
            says = f"{register.named(risk)} has not been mentioned {since} and was not closed."
            yield register.finding("vanished", Severity.QUERY, says, "Give its score, or close it and say why.", risk)


def unknown_area(register: _Register) -> Iterable[Finding]:
    """A risk that names an area the plan does not have."""
    for risk in register.open:
        if risk.area_ref and not register.plan.area_of(risk.area_ref):
            says = f"{register.named(risk)} names area {quoted(risk.area_ref)}, which the plan does not have."
            yield register.finding(
                "unknown-area", Severity.QUERY, says, "Give the number of the area of concern.", risk
            )


def not_theirs(register: _Register) -> Iterable[Finding]:
    """A row for a risk that another partner answers for: not used."""
    owners = risk_owners(register.plan, register.counted)
    for submission in (s for s in register.counted if s.arrival.month == register.month):
        sender = submission.content.partner
        for row in submission.content.risks:
            if row.ref and owners[row.ref] != sender:
                who = register.plan.partner[owners[row.ref]].name
                says = f"Risk {row.ref} is returned by {who}, so this row was not used."
                todo = f"Give a risk of your own another reference, or agree with {who} who returns it."
                place = row.place.cell("ref")
                yield Finding("risk.not-theirs", Severity.ERROR, says, todo, sender, row.ref, place)


RISK_RULES: tuple[Callable[[_Register], Iterable[Finding]], ...] = (
    score_moved,
    without_score,
    without_owner,
    high_without_mitigation,
    review_overdue,
    vanished,
    unknown_area,
    not_theirs,
)


def risk_findings(
    plan: Plan, month: Month, states: tuple[RiskState, ...], counted: tuple[Submission, ...]
) -> list[Finding]:
    """Every finding about risks for the month."""
    register = _Register(plan, month, states, counted)
    return [finding for rule in RISK_RULES for finding in rule(register)]
