"""The story of a risk: how it opened, and every score given since."""

from __future__ import annotations

from collections.abc import Iterator

from flows.plan.words import day
from flows.position import risks
from flows.position.model import RiskState
from flows.position.trace_parts import Story, plan_step, rule
from flows.position.trace_rows import Record, Step
from flows.returns.records import RiskRow


def risk_story(record: Record, state: RiskState) -> Story:
    """A risk: how it opened in the plan, and every score given since."""
    opening = next((r for r in record.plan.risks if r.ref == state.ref), None)
    steps = (
        [] if opening is None else [plan_step(opening.origin, (("Risk", opening.title), ("Score", _score(opening))))]
    )
    steps += _risk_steps(record, state)
    return Story(
        f"Risk {state.ref}: {state.title}",
        tuple(_risk_says(record, state)),
        (rule(risks.risk_states, True),),
        tuple(steps),
    )


def _score(risk: RiskState | object) -> str:
    likelihood, impact = getattr(risk, "likelihood", 0), getattr(risk, "impact", 0)
    return f"{likelihood * impact} (likelihood {likelihood}, impact {impact})" if likelihood and impact else "none"


def _risk_says(record: Record, state: RiskState) -> Iterator[str]:
    closed = f"Closed in {state.closed_in.label}" if state.closed_in else "Closed"
    before = f"; {state.before} the month before" if state.before is not None else ""
    yield f"Score {_score(state)}{before}; {state.first_score} when it was first recorded."
    yield f"{'Open' if state.is_open else closed}; owner: {state.owner or 'nobody'}."
    if state.review_by:
        yield f"To be reviewed by {day(state.review_by)}."
    yield f"Last returned for {state.updated.label}." if state.updated else "No return has spoken of it yet."


def _risk_steps(record: Record, state: RiskState) -> Iterator[Step]:
    told = [t for t in record.told("risks") if isinstance(t.row, RiskRow) and t.row.ref == state.ref]
    used = [t for t in told if not t.aside and t.partner == state.partner]
    for one in told:
        if one not in used:
            yield record.step(one, f"Not used: {record.name(state.partner)} returns this risk.", counts=False)
        elif one is used[-1]:
            yield record.step(one, "Stands.")
        else:
            later = used[used.index(one) + 1].month.label
            yield record.step(one, f"Superseded by the return for {later}; what that leaves blank still stands.", False)
