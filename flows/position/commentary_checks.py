"""The improvement group's words held against the record: a figure or a status that differs is asked about.

Only what can be told for certain is held to account: a count of milestones by status, "270 of 616" where the record has
a figure out of 616 and another number, a percentage in a sentence that names one measure, and a status given to a
reference. A sentence that looks ahead or back to another time is left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flows.ledger.records import Submission
from flows.plan.calendar import stocktake_months
from flows.plan.due import DueKind
from flows.plan.findings import Finding, Severity
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.sections import subject_key, subjects
from flows.plan.settings import Settings
from flows.plan.words import count, day, figure, listed, quoted
from flows.position.figure_words import named, shown
from flows.position.measure_state import MeasureState
from flows.position.model import MilestoneState, Standing, Status
from flows.returns.records import CommentaryRow

_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_NUMBER = rf"(?:[0-9][0-9,]*|{'|'.join(_NUMBERS)})"
_STATES = {
    "complete": "complete", "completed": "complete", "done": "complete", "finished": "complete",
    "overdue": "overdue", "off track": "off-track", "at risk": "at-risk", "on track": "on-track",
}  # fmt: skip
_STATE = "|".join(_STATES)
_FILLER = r"(?: (?:in|of|under) (?:(?:the |our )?(?:whole )?plan|(?:focus )?area [0-9.]+)| (?:are|is|were|was|have been|has been|stand|stands|now|still|already|currently|shown as|all))*"
_COUNTED = (
    re.compile(
        rf"\b(?P<n>{_NUMBER})(?: (?:out )?of (?:the |all |its |our )?(?P<of>{_NUMBER}))?(?: \w+)? milestones?{_FILLER} (?P<state>{_STATE})\b",
        re.I,
    ),
    re.compile(
        rf"\b(?P<n>{_NUMBER})(?: (?:out )?of (?:the |all |its |our )?(?P<of>{_NUMBER}))? (?P<state>{_STATE}) milestones?\b",
        re.I,
    ),
)
_NO_FIGURE = r"(?! (?:expected )?(?:milestones?|returns?|items?|measures?|risks?)\b)"
"""What is counted from the record itself and is no figure of a measure, whatever its total."""
_SHARE = re.compile(rf"\b(?P<n>[0-9][0-9,]*) (?:out )?of (?:the |all )?(?P<of>[0-9][0-9,]*)\b{_NO_FIGURE}", re.I)
_PER_CENT = re.compile(r"(?P<n>[0-9]+(?:\.[0-9]+)?) ?(?:%|per ?cent\b)", re.I)
_REF_STATE = re.compile(
    rf"(?<!\bin )(?<!\bof )(?<!\bunder )(?:\b(?P<level>area|focus area|action|milestone) )?\b(?P<ref>[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,3}}) (?:is|are|stands?|remains?)(?: now| still| already| shown as)* (?P<state>{_STATE})\b",
    re.I,
)
_AHEAD = re.compile(r"\b(?:will|would|should|could|may|might|must|if|target\w*|aim\w*|expect\w*|promise\w*)\b", re.I)
_ANOTHER_TIME = re.compile(
    r"\b(?:next|last|yet to|by the end|before|until|had|previous\w*|ago|plan(?:ned)? to)\b", re.I
)
_SPANS = (
    ("month", re.compile(r"\bthis month\b", re.I)),
    ("quarter", re.compile(r"\b(?:this|the) quarter\b", re.I)),
    ("year", re.compile(r"\b(?:this|the) year\b|\bsince the (?:plan|start)\b", re.I)),
)
_SENTENCE = re.compile(r"(?<=[.;:?!])\s+")


@dataclass(frozen=True)
class Record:
    """What the words are held against, as at the end of `month`."""

    plan: Plan
    settings: Settings
    month: Month
    milestones: tuple[MilestoneState, ...]
    standings: dict[str, Standing]
    measures: tuple[MeasureState, ...]


@dataclass(frozen=True, slots=True)
class _Differs:
    """A quotation that the record does not bear out, and what the record says."""

    code: str
    quoted: str
    record: str
    about: str = ""


def commentary_findings(record: Record, counted: Iterable[Submission]) -> list[Finding]:
    """What this month's words of the improvement group say otherwise than the record."""
    group, known = record.plan.improvement_group.key, subjects(record.plan)
    found = []
    for submission in counted:
        if submission.arrival.month != record.month or submission.content.partner != group:
            continue
        for row in submission.content.commentary:
            if subject_key(row.about) not in known:
                found += [_unknown_subject(row, group)] if row.about else []  # the reader has asked about a blank one
                continue
            for differs in _differences(row.text, record):
                is_ref = row.about in record.standings or row.about in record.plan.measure
                about = differs.about or (row.about if is_ref else "")
                says = f"The words on {_subject(row.about)} say {quoted(differs.quoted, 120)}; {differs.record}."
                todo = "Change the words, or have the record put right by whoever returned it."
                place = row.place.cell("text")
                found.append(Finding(differs.code, Severity.QUERY, says, todo, group, about, place))
    return found


def _unknown_subject(row: CommentaryRow, group: str) -> Finding:
    """Words about nothing that the reports have a place for."""
    says = f"{quoted(row.about)} is no section of the reports and no area, focus area or measure of the plan."
    says = f"{says} The words beside it are printed nowhere."
    todo = "Choose from the list in the column About, or write the reference of an area, a focus area or a measure."
    return Finding("commentary.unknown-subject", Severity.QUERY, says, todo, group, "", row.place.cell("about"))


def _subject(about: str) -> str:
    return f"area {about}" if about.isdigit() else quoted(about)


def _differences(text: str, record: Record) -> Iterator[_Differs]:
    """A figure of a measure may be of any period on record; counts and statuses are those of the period end."""
    for said in _SENTENCE.split(text):
        if _AHEAD.search(said):
            continue
        for rule in RULES_AT_ANY_TIME if _ANOTHER_TIME.search(said) else (*RULES_AT_ANY_TIME, *RULES_AT_THE_END):
            yield from rule(said, record)


def _number(word: str) -> int:
    plain = word.casefold().replace(",", "")
    return int(plain) if plain.isdigit() else _NUMBERS.index(plain)


def counts_of_milestones(said: str, record: Record) -> Iterator[_Differs]:
    """So many milestones of a status, of the whole plan or of one of its areas, at the period end or in a span."""
    for match in (m for form in _COUNTED for m in form.finditer(said)):
        state = _STATES[" ".join(match["state"].casefold().split())]
        number, of = _number(match["n"]), match["of"]
        groups = list(_groups(record))
        fits = [g for g in groups if number in _counts(g, state, said, record)]
        if any(of is None or _number(of) == len(g) for g in fits) or (of and number == _number(of) == 0):
            continue
        whole = _counts(groups[0], state, said, record)
        has = listed(sorted({str(n) for n in whole}, key=int))
        yield _Differs(
            "commentary.count-differs",
            match[0],
            f"the record has {has} of {count(len(groups[0]), 'milestone')} {_state_word(state)} {_when(said, record)}",
        )


def _groups(record: Record) -> Iterator[list[MilestoneState]]:
    """The whole plan, then each area and focus area: a sentence may count any of them."""
    yield list(record.milestones)
    plan = record.plan
    for ref in (*(a.ref for a in plan.areas), *(f.ref for f in plan.focus_areas)):
        yield [s for s in record.milestones if ref in (plan.area_of(s.ref), plan.focus_of(s.ref))]


def _counts(states: list[MilestoneState], state: str, said: str, record: Record) -> set[int]:
    """The numbers that the words may give: milestones or due days, with those said complete or without."""
    span = next((name for name, form in _SPANS if form.search(said)), "")
    if state == "overdue":
        late = [[o for o in s.occurrences if _is_overdue(s, o.due, o.status, record.month.last_day)] for s in states]
        return {sum(map(len, late)), sum(map(bool, late))}
    if state != "complete":
        return {sum(s.status == state for s in states)}
    done = [s for s in states if s.status is Status.COMPLETE]
    said_done = [s for s in states if s.status in (Status.COMPLETE, Status.EVIDENCE_AWAITED)]
    if span:
        first = _first_day(span, record)
        done = [s for s in done if s.current.completed_on and first <= s.current.completed_on]
        said_done = [s for s in said_done if s.current.completed_on and first <= s.current.completed_on]
    return {len(done)} if len(done) == len(said_done) or not _says_evidence(said) else {len(done), len(said_done)}


def _says_evidence(said: str) -> bool:
    return "said" in said.casefold() or "evidence" in said.casefold()


def _is_overdue(state: MilestoneState, due: dt.date | None, status: Status, end: dt.date) -> bool:
    closed = status in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    return state.milestone.due.kind is not DueKind.ONGOING and not closed and due is not None and due <= end


def _first_day(span: str, record: Record) -> dt.date:
    if span == "month":
        return record.month.first_day
    if span == "quarter":
        return stocktake_months(record.month, record.settings)[0].first_day
    return dt.date.min


def _when(said: str, record: Record) -> str:
    span = next((name for name, form in _SPANS if form.search(said)), "")
    until = day(record.month.last_day)
    if span in ("month", "quarter"):
        return f"from {day(_first_day(span, record))} to {until}"
    return f"at {until}"


def _state_word(state: str) -> str:
    return {"off-track": "off track", "at-risk": "at risk", "on-track": "on track"}.get(state, state)


def shares_of_a_total(said: str, record: Record) -> Iterator[_Differs]:
    """So many of so many: where figures on record are out of that total, one of them must be that number."""
    for match in _SHARE.finditer(said):
        number, of = _number(match["n"]), _number(match["of"])
        if of in (0, len(record.milestones)) or of < 20:
            continue  # small totals are found everywhere by chance
        known = [
            (state, value)
            for state in record.measures
            for value in state.series
            if value.denominator == of and value.numerator is not None
        ]
        if known and all(value.numerator != number for _, value in known):
            state, value = known[-1]
            has = f"{figure(value.numerator or 0, 0)} of {figure(of, 0)} for {value.period.label}"
            yield _Differs(
                "commentary.figure-differs",
                match[0],
                f"the record has {has} ({named(state.measure)})",
                state.measure.ref,
            )


def percentages_of_a_measure(said: str, record: Record) -> Iterator[_Differs]:
    """A percentage in a sentence that names one measure, by its reference or its title, must be one of its figures."""
    words = said.casefold()
    about = [s for s in record.measures if s.measure.is_percentage and _is_named(s, words)]
    if len(about) != 1:
        return
    (state,) = about
    measure = state.measure
    known = [v.value for v in state.series if v.value is not None]
    known += [n for n in (measure.baseline, measure.target) if n is not None]
    known += [c.value for c in measure.comparators]
    for match in _PER_CENT.finditer(said):
        decimals = len(match["n"].partition(".")[2])
        if known and all(round(value, decimals) != float(match["n"]) for value in known):
            latest = state.latest
            has = (
                f"{shown(measure, latest.value)} for {latest.period.label}"
                if latest and latest.value is not None
                else ""
            )
            record_has = f"the latest figure on record is {has}" if has else "no such figure is on record"
            yield _Differs("commentary.figure-differs", match[0], f"{record_has} ({named(measure)})", measure.ref)


def _is_named(state: MeasureState, words: str) -> bool:
    return state.measure.ref.casefold() in words or state.measure.title.casefold() in words


def statuses_of_references(said: str, record: Record) -> Iterator[_Differs]:
    """1.2.1.1 is complete; area 1 is on track: the status that the rules give must be that."""
    states: dict[str, Status] = {s.ref: s.status for s in record.milestones}
    states |= {ref: standing.status for ref, standing in record.standings.items()}
    for match in _REF_STATE.finditer(said):
        ref, state = match["ref"], _STATES[" ".join(match["state"].casefold().split())]
        if ref not in states or ("." not in ref and not match["level"]):
            continue
        status = states[ref]
        if state == "overdue":
            milestone = next((s for s in record.milestones if s.ref == ref), None)
            if milestone is None or any(
                _is_overdue(milestone, o.due, o.status, record.month.last_day) for o in milestone.occurrences
            ):
                continue
        elif state == status.value:
            continue
        word = record.settings.status.words.model_dump()[status.value.replace("-", "_")]
        yield _Differs("commentary.status-differs", match[0], f"its status here is {word.lower()}", ref)


Rule = Callable[[str, Record], Iterator[_Differs]]
RULES_AT_ANY_TIME: tuple[Rule, ...] = (shares_of_a_total, percentages_of_a_measure)
RULES_AT_THE_END: tuple[Rule, ...] = (counts_of_milestones, statuses_of_references)
