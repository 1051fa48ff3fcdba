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
    state: str
    received: str
    used: str
    questions: str


_STATES = {"received": "Received", "late": "Received late", "missing": "No return used"}


def return_rows(position: Position) -> tuple[ReturnRow, ...]:
    """The state of the returns: who sent what, when, how much of it was used, and what is to be asked."""
    return tuple(_row(state, position) for state in position.returns)


def _row(state: PartnerReturn, position: Position) -> ReturnRow:
    open_ = [f for f in position.findings if f.who == state.partner.key and f.severity is not Severity.NOTE]
    not_used = sum(f.severity is Severity.ERROR for f in open_)
    asked = len(open_) - not_used
    words = [count(asked, "query", "queries")] if asked else []
    words += [f"{count(not_used, 'item')} not used"] if not_used else []
    return ReturnRow(
        partner=state.partner.name,
        state=_STATES[state.state],
        received=day(state.counted.received) if state.counted else NONE_GIVEN,
        used=_used(state),
        questions=listed(words) or "None",
    )


def _used(state: PartnerReturn) -> str:
    if state.counted is None:
        aside = f"; {count(len(state.set_aside), 'file')} set aside" if state.set_aside else ""
        return (f"Last used: {state.last_month.label}" if state.last_month else "None so far") + aside
    content = state.counted.content
    parts = [
        count(len(content.milestones), "update"),
        count(len(content.measures), "figure"),
        count(len(content.evidence), "item") + " of evidence",
        count(len(content.risks), "risk"),
    ]
    return ", ".join(parts)
