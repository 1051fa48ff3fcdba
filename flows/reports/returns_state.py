"""The state of the returns: who sent what, when, how much of it was used, and what must be answered."""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.findings import Severity
from flows.plan.words import count, day, listed
from flows.position.model import PartnerReturn, Position
from flows.reports.parts import NONE_GIVEN


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What became of one partner's return."""

    partner: str
    short_name: str
    state: str
    received: str
    used: str
    questions: str


_STATES = {"received": "Received", "late": "Received late", "missing": "No return used"}


def return_rows(position: Position) -> tuple[ReturnRow, ...]:
    """The state of the returns: who sent what, when, how much of it was used, and what is to be asked."""
    return tuple(_row(state, position) for state in position.returns)


def _row(state: PartnerReturn, position: Position) -> ReturnRow:
    """One partner's row. What is asked about the plan itself is not asked about the return."""
    asked_of = [f for f in position.findings if f.who == state.partner.key and f.kind != "plan"]
    open_ = [f for f in asked_of if f.severity is not Severity.NOTE]
    not_used = sum(f.severity is Severity.ERROR for f in open_)
    asked = len(open_) - not_used
    words = [count(asked, "query", "queries")] if asked else []
    words += [f"{count(not_used, 'item')} not used"] if not_used else []
    return ReturnRow(
        partner=state.partner.name,
        short_name=state.partner.short_name,
        state=_STATES[state.state],
        received=day(state.counted.received) if state.counted else NONE_GIVEN,
        used=_used(state),
        questions=listed(words) or "Nothing",
    )


def _used(state: PartnerReturn) -> str:
    if state.counted is None:
        aside = f"; {count(len(state.set_aside), 'file')} set aside" if state.set_aside else ""
        return (f"Last used: {state.last_month.label}" if state.last_month else "No return so far") + aside
    content = state.counted.content
    held = (
        (len(content.milestones), "update", "updates"),
        (sum(row.value is not None for row in content.measures), "figure", "figures"),
        (len(content.evidence), "item of evidence", "items of evidence"),
        (len(content.risks), "risk", "risks"),
        (len(content.feedback), "comment from families", "comments from families"),
        (len(content.decisions), "row on asks and decisions", "rows on asks and decisions"),
    )
    return ", ".join(count(number, one, many) for number, one, many in held if number) or "Nothing filled in"
