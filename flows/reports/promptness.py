"""How prompt the returns of a quarter or a year were, what was asked of each partner, and which figures were in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.findings import Finding, Severity
from flows.plan.periods import Period
from flows.plan.settings import Settings
from flows.plan.words import count, days, listed
from flows.position.look_back import LookBack
from flows.position.model import PartnerReturn, Position
from flows.reports.measure_doubts import is_in_question
from flows.reports.parts import NONE_GIVEN

MONTH_COLUMNS = 3
"""With more months than this a partner has numbers in place of a column a month."""


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One partner: a cell a month, or numbers; then how many returns came in time, and how many of the queries put
    to it are still asked."""

    partner: str
    cells: tuple[str, ...]
    on_time: str
    queries: str


@dataclass(frozen=True, slots=True)
class Promptness:
    """How prompt the returns were. `heads` are those of the cells: the months, or what is counted; `total` adds up the
    rows. `figures` tells which figures were in doubt; `reading` how queries are counted."""

    sentences: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[PromptRow, ...]
    total: PromptRow | None
    figures: tuple[str, ...]
    reading: str


def promptness(back: LookBack, settings: Settings, span: str) -> Promptness:
    """The state of the data over a quarter or a year (`span`)."""
    by_partner = _by_partner(back)
    everything = [r for of_one in by_partner.values() for r in of_one]
    by_month = len(back.months) <= MONTH_COLUMNS
    asked = _queries(back.positions)
    still = asked & _queries((back.now,))
    rows = tuple(
        PromptRow(
            partner=of_one[0].partner.name,
            cells=_months(of_one, back) if by_month else _numbers(of_one, back),
            on_time=_on_time(of_one),
            queries=_still_of(*(sum(who == key for who, *_ in found) for found in (still, asked))),
        )
        for key, of_one in by_partner.items()
    )
    of_partners = [[q for q in found if q[0] in by_partner] for found in (still, asked)]
    return Promptness(
        sentences=tuple(_sentences(by_partner, span)),
        heads=tuple(m.label for m in back.months) if by_month else ("Late", "Missing", "Files not used"),
        rows=rows,
        total=_total(everything, _still_of(*map(len, of_partners)), back, by_month) if rows else None,
        figures=tuple(_figures(back, span)),
        reading="A query counts once for as long as the findings hold it under the same words. It is still asked when "
        f"the findings of {back.now.month.label} hold it; rows that were not used are among the queries.",
    )


def _by_partner(back: LookBack) -> dict[str, list[PartnerReturn]]:
    """Each partner's returns, a month after the other, in the order of the plan."""
    found: dict[str, list[PartnerReturn]] = {}
    for position in back.positions:
        for state in position.returns:
            found.setdefault(state.partner.key, []).append(state)
    return found


def _is_prompt(state: PartnerReturn) -> bool:
    """Whether a return that can be used came by its due day."""
    return state.state == "received"


def _behind(state: PartnerReturn) -> int:
    """By how many days a late return came after its due day."""
    return (state.first_received - state.due).days if state.state == "late" and state.first_received else 0


def _on_time(states: list[PartnerReturn]) -> str:
    return f"{sum(map(_is_prompt, states))} of {len(states)}"


def _refused(states: Iterable[PartnerReturn], back: LookBack) -> int:
    """How many files could not be used as a return. One that a newer file of the same month replaced is not among them,
    though it was set aside too."""
    errors = {f.origin.file for p in back.positions for f in p.findings if f.kind == "return" and _is_error(f)}
    return sum(s.arrival.file in errors for state in states for s in state.set_aside)


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _months(states: list[PartnerReturn], back: LookBack) -> tuple[str, ...]:
    by_month = {state.month: state for state in states}
    return tuple(
        _cell(by_month[month], _refused([by_month[month]], back)) if month in by_month else NONE_GIVEN
        for month in back.months
    )


def _cell(state: PartnerReturn, refused: int) -> str:
    """What became of one return. Files that could not be used are told where none came in time."""
    if _is_prompt(state):
        return "On time"
    aside = f"; {count(refused, 'file')} not used" if refused else ""
    return (f"{days(_behind(state))} late" if state.state == "late" else "Missing") + aside


def _numbers(states: list[PartnerReturn], back: LookBack) -> tuple[str, ...]:
    late = [s for s in states if s.state == "late"]
    missing = [s for s in states if s.state == "missing"]
    longest = f", {'by' if len(late) == 1 else 'longest'} {days(max(map(_behind, late)))}" if late else ""
    which = f": {listed(s.month.label for s in missing)}" if 0 < len(missing) <= 2 else ""
    return f"{len(late)}{longest}", f"{len(missing)}{which}", str(_refused(states, back))


def _still_of(still: int, asked: int) -> str:
    """How many queries are still asked, of all that were."""
    return f"{still} of {asked}" if asked else "None asked"


def _total(states: list[PartnerReturn], queries: str, back: LookBack, by_month: bool) -> PromptRow:
    if by_month:
        cells = tuple(f"{_on_time([s for s in states if s.month == month])} on time" for month in back.months)
    else:
        of_state = [s.state for s in states]
        cells = str(of_state.count("late")), str(of_state.count("missing")), str(_refused(states, back))
    return PromptRow("All partners", cells, _on_time(states), queries)


_Query = tuple[str, str, str, str]


def _queries(positions: Iterable[Position]) -> set[_Query]:
    """What was asked: by whose move it is, code, what it is about and its words. What is asked about the plan itself is
    not asked about a return."""
    return {(f.who, f.code, f.about, f.says) for p in positions for f in p.findings if _is_asked(f)}


def _is_asked(finding: Finding) -> bool:
    return finding.severity is not Severity.NOTE and finding.kind != "plan"


def _sentences(by_partner: dict[str, list[PartnerReturn]], span: str) -> Iterable[str]:
    """How many returns came in time, late or not at all, and which partners were always prompt."""
    states = [s for of_one in by_partner.values() for s in of_one]
    if not states:
        yield f"No return was due this {span}."
        return
    prompt, late = sum(map(_is_prompt, states)), sum(s.state == "late" for s in states)
    missing = len(states) - prompt - late
    if prompt == len(states):
        yield f"All {count(len(states), 'return')} of the {span} came on time."
        return
    told = ((prompt, "came on time"), (late, "came late"), (missing, "did not come"))
    parts = listed(f"{number} {what}" for number, what in told if number)
    yield f"Of {count(len(states), 'return')} due for the {span}, {parts}."
    behind = [of_one[0].partner.short_name for of_one in by_partner.values() if not all(map(_is_prompt, of_one))]
    number = len(by_partner) - len(behind)
    if len(by_partner) > 1:
        were = "was" if number < 2 else "were"
        always = f"{number or 'None'} of {len(by_partner)} partners {were} on time in every month"
        yield f"{always}; {listed(behind)} {'was' if len(behind) == 1 else 'were'} not." if number else f"{always}."


def _figures(back: LookBack, span: str) -> Iterable[str]:
    """How many figures were put in question, were provisional or were restated in the period, each counted once."""
    questioned, changed = _questioned(back)
    provisional, left = _provisional(back)
    restated = {(f.about, f.says) for p in back.positions for f in p.findings if f.code == "measure.restated"}
    if questioned:
        since = f"{changed} of them {'has' if changed == 1 else 'have'} been changed since"
        since = "none of them has been changed since" if not changed else since
        if questioned == 1:
            since = f"it {'has' if changed else 'has not'} been changed since"
        yield f"{count(questioned, 'figure was', 'figures were')} put in question this {span}; {since}."
    if provisional:
        yield f"{count(provisional, 'figure')} came in as provisional; {_still(provisional, left)} at the end."
    if restated:
        yield f"{count(len(restated), 'restatement')} of earlier figures {'was' if len(restated) == 1 else 'were'} noticed."
    none = [
        what
        for number, what in ((questioned, "put in question"), (provisional, "provisional"), (len(restated), "restated"))
        if not number
    ]
    if none:
        *first, last = none
        yield f"No figure was {', '.join(first)}{' or ' if first else ''}{last} this {span}."


def _still(number: int, left: int) -> str:
    if number == 1:
        return f"it {'was still' if left else 'was no longer'} provisional"
    return f"{left or 'none'} {'were' if left > 1 else 'was'} still provisional"


_Figure = tuple[str, Period]


def _questioned(back: LookBack) -> tuple[int, int]:
    """How many figures a finding put in question, and how many of these say something else by the end."""
    doubted: dict[_Figure, float | None] = {}
    for position in back.positions:
        for state in position.measures:
            if state.latest and is_in_question(state, position):
                doubted.setdefault((state.measure.ref, state.latest.period), state.latest.value)
    now = {(s.measure.ref, v.period): v.value for s in back.now.measures for v in s.series}
    return len(doubted), sum(now.get(figure) != value for figure, value in doubted.items())


def _provisional(back: LookBack) -> tuple[int, int]:
    """How many figures came in as provisional in the period, and how many of these are provisional at its end."""
    came = {
        (s.measure.ref, v.period)
        for s in back.now.measures
        for v in s.said
        if v.provisional and v.value is not None and v.month in back.months
    }
    left = {(s.measure.ref, v.period) for s in back.now.measures for v in s.series if v.provisional}
    return len(came), len(came & left)
