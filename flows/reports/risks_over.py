"""Risks over a quarter or a year: which were opened and closed, which rose and fell, which high ones stayed as they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from flows.plan.findings import Origin
from flows.plan.settings import Settings
from flows.plan.words import count, listed, sentence
from flows.position.look_back import LookBack
from flows.position.model import Position, RiskState
from flows.position.risks import HIGH_SCORE
from flows.reports.chart import HeatMap
from flows.reports.overview_charts import at_the_end_of, heat_map, when_the_plan_began
from flows.reports.parts import Moved
from flows.reports.sources import Cells


class Course(StrEnum):
    """What became of a risk over the period. Each risk of the register has one."""

    RISEN = "risen"
    OPENED = "opened"
    REOPENED = "opened again"
    UNSCORED = "without a score"
    SAME = "unchanged"
    FALLEN = "fallen"
    CLOSED = "closed"
    CLOSED_BEFORE = "closed earlier"


_MOVED = {
    Course.RISEN: Moved("worsened", "Risen"),
    Course.OPENED: Moved("new", "Opened"),
    Course.REOPENED: Moved("worsened", "Opened again"),
    Course.UNSCORED: Moved("same", "Not scored"),
    Course.SAME: Moved("same", "Unchanged"),
    Course.FALLEN: Moved("improved", "Fallen"),
    Course.CLOSED: Moved("improved", "Closed"),
    Course.CLOSED_BEFORE: Moved("same", "Closed earlier"),
}
_VERBS = {
    Course.RISEN: ("rose", "rose"),
    Course.OPENED: ("was opened", "were opened"),
    Course.REOPENED: ("was opened again", "were opened again"),
    Course.UNSCORED: ("lacks a score", "lack a score"),
    Course.SAME: ("stayed the same", "stayed the same"),
    Course.FALLEN: ("fell", "fell"),
    Course.CLOSED: ("was closed", "were closed"),
    Course.CLOSED_BEFORE: ("was closed earlier", "were closed earlier"),
}


@dataclass(frozen=True, slots=True)
class RiskMove:
    """One risk over the period: its score and what it was, and why, as its partner said when it moved."""

    ref: str
    title: str
    area_ref: str
    course: Moved
    score: str
    owner: str
    why: str
    mitigation: str
    source: Cells


@dataclass(frozen=True, slots=True)
class RisksOver:
    """The register over the period. `moved` has those that moved and the high ones that did not, those that rose first;
    `rest` says which others are open. `then_and_now` is None without an open risk."""

    sentences: tuple[str, ...]
    moved: tuple[RiskMove, ...]
    rest: str
    then_and_now: HeatMap | None

    def of(self, area_ref: str) -> tuple[RiskMove, ...]:
        """The rows of one area of concern; with "", those of no one area."""
        return tuple(row for row in self.moved if row.area_ref == area_ref)


@dataclass(frozen=True, slots=True)
class _Past:
    """A risk as it was when the period began."""

    score: int
    origin: Origin
    is_open: bool = True


def risks_over(back: LookBack, settings: Settings, span: str) -> RisksOver:
    """Risks by movement over a quarter or a year (`span`), against the end of the month before it; where the plan began
    with the period, against the scores in the plan."""
    now, past = back.now, _past(back)
    courses = {risk.ref: course_of(risk, past.get(risk.ref)) for risk in now.risks}
    told = [r for r in now.risks if _is_told(r, courses[r.ref])]
    order = list(Course)
    told.sort(key=lambda r: (order.index(courses[r.ref]), -r.score))
    then = at_the_end_of(back.before) if back.before else when_the_plan_began(now)
    left = [r for r in now.risks if r.is_open and r not in told]
    return RisksOver(
        sentences=tuple(_sentences(list(courses.values()), past, back, span)),
        moved=tuple(_row(r, courses[r.ref], past.get(r.ref), back) for r in told),
        rest=f"Open, below {HIGH_SCORE} and unchanged: {listed(f'{r.ref} ({r.score})' for r in left)}." if left else "",
        then_and_now=heat_map(now, then),
    )


def _past(back: LookBack) -> dict[str, _Past]:
    if back.before:
        return {r.ref: _Past(r.score, r.origin, r.is_open) for r in back.before.risks}
    return {r.ref: _Past(r.likelihood * r.impact, r.origin) for r in back.now.plan.risks}


def course_of(risk: RiskState, past: _Past | None) -> Course:
    """What became of a risk since it was as `past` has it; None for one that was not yet in the register."""
    if not risk.is_open:
        return Course.CLOSED_BEFORE if past and not past.is_open else Course.CLOSED
    if past is None:
        return Course.OPENED
    if not past.is_open:
        return Course.REOPENED
    if not risk.score or not past.score:
        return Course.UNSCORED
    if risk.score == past.score:
        return Course.SAME
    return Course.RISEN if risk.score > past.score else Course.FALLEN


def _is_told(risk: RiskState, course: Course) -> bool:
    """Whether a risk has a row: it moved, or is high."""
    return course is not Course.CLOSED_BEFORE and (course is not Course.SAME or risk.score >= HIGH_SCORE)


def _row(risk: RiskState, course: Course, past: _Past | None, back: LookBack) -> RiskMove:
    return RiskMove(
        ref=risk.ref,
        title=risk.title,
        area_ref=back.now.plan.area_of(risk.area_ref),
        course=_MOVED[course],
        score=_score(risk, course, past, back),
        owner=risk.owner or "No owner",
        why=_why(risk, course, back),
        mitigation="" if course is Course.CLOSED else sentence(risk.mitigation) or "No mitigation is given.",
        source=_cells(risk, past, back),
    )


def _cells(risk: RiskState, past: _Past | None, back: LookBack) -> Cells:
    """The cells of the risk now, of what it was when the period began, and of the months in which it moved."""
    known = [found for p in back.positions if (found := _risk(p, risk.ref))]
    moved = (now.origin for before, now in pairwise(known) if (before.at, before.is_open) != (now.at, now.is_open))
    return tuple(dict.fromkeys((*((past.origin,) if past else ()), *moved, risk.origin)))


def _score(risk: RiskState, course: Course, past: _Past | None, back: LookBack) -> str:
    """The score now, what it was, and the highest and lowest in between where these lie beyond both."""
    said = [f"{risk.score or 'None'}{' when closed' if course is Course.CLOSED else ''}"]
    if past and past.score and past.score != risk.score:
        said.append(f"was {past.score}")
    scores = {p.month: r.score for p in back.positions if (r := _risk(p, risk.ref)) and r.is_open and r.score}
    ends = [score for score in (risk.score, past.score if past else 0) if score]
    beyond = {max(scores.values(), default=0), min(scores.values(), default=0)}
    found = (score for score in sorted(beyond, reverse=True) if ends and score and not min(ends) <= score <= max(ends))
    said += [f"{score} in {next(month for month in scores if scores[month] == score).label}" for score in found]
    return ", ".join(said)


def _risk(position: Position | None, ref: str) -> RiskState | None:
    return next((r for r in position.risks if r.ref == ref), None) if position else None


def _why(risk: RiskState, course: Course, back: LookBack) -> str:
    """What its partner said with the last move of the period; else its latest words of the period."""
    month, words = _at_the_move(risk, back)
    if not words and (spoken := _latest_words(risk, back)):
        month, words = spoken
    if not words:
        return "" if course in (Course.SAME, Course.UNSCORED) else "No reason is given."
    return f"In {month}: {sentence(words)}" if month != back.now.month.label else sentence(words)


def _at_the_move(risk: RiskState, back: LookBack) -> tuple[str, str]:
    """The month in which it last moved, was opened or was closed, and the comment of that month."""
    last, words = "", ""
    before = _risk(back.before, risk.ref)
    for position in back.positions:
        found = _risk(position, risk.ref)
        moved = found and before and (found.score, found.is_open) != (before.score, before.is_open)
        begun = found and not before and found.opened == position.month
        if found and (moved or begun):
            last, words = position.month.label, _said_in(position, found)
        before = found
    return last, words


def _said_in(position: Position, found: RiskState) -> str:
    """The comment of a month; "" where the last return that spoke of the risk is an earlier one."""
    return found.comment if found.updated == position.month else ""


def _latest_words(risk: RiskState, back: LookBack) -> tuple[str, str] | None:
    for position in reversed(back.positions):
        found = _risk(position, risk.ref)
        if found and (words := _said_in(position, found)):
            return position.month.label, words
    return None


def _sentences(courses: list[Course], past: dict[str, _Past], back: LookBack, span: str) -> Iterable[str]:
    """How many risks the register holds and what became of them; how many are high, now and then."""
    if not courses:
        yield "The register holds no risk."
        return
    told = [(courses.count(course), verbs) for course, verbs in _VERBS.items()]
    parts = [f"{number} {verbs[number > 1]}" for number, verbs in told if number]
    what = listed(parts)
    if len(parts) == 1:
        what = f"{'it' if len(courses) == 1 else 'all'} {parts[0].partition(' ')[2]}"
    yield f"The register holds {count(len(courses), 'risk')}. Over the {span}, {what}."
    open_now = [r.score for r in back.now.risks if r.is_open]
    open_then = [p.score for p in past.values() if p.is_open]
    when = f"at the end of {back.before.month.label}" if back.before else "in the plan"
    if open_now or open_then:
        yield f"Open risks that score {HIGH_SCORE} or more: {_high(open_now)} now, {_high(open_then)} {when}."


def _high(scores: list[int]) -> str:
    """How many open risks are high, of how many."""
    return f"{sum(score >= HIGH_SCORE for score in scores)} of {len(scores)}"
