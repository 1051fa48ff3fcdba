"""What families said: you said, we're doing, we did; in a month's report, and over a quarter or a year with its age.

Families' words are the same comment for as long as they are returned under the same words. A comment waits until a
"we did" is returned with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.periods import Month
from flows.plan.references import split_references
from flows.plan.settings import Settings
from flows.plan.words import count, day, sentence
from flows.position.look_back import LookBack
from flows.position.model import Feedback, Position
from flows.reports.parts import NONE_GIVEN, Ref, partner_names, plan_ref
from flows.reports.sources import Cells, heard


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """You said, we're doing, we did."""

    about: str
    you_said: str
    we_are_doing: str
    we_did: str
    dated: str
    source: Cells


def feedback_rows(position: Position) -> tuple[FeedbackRow, ...]:
    """The feedback that came with the returns of the month."""
    return tuple(
        FeedbackRow(
            about=item.about or NONE_GIVEN,
            you_said=item.you_said,
            we_are_doing=item.we_are_doing or NONE_GIVEN,
            we_did=item.we_did or NONE_GIVEN,
            dated=day(item.dated) if item.dated else NONE_GIVEN,
            source=heard([item], position),
        )
        for item in position.feedback
        if item.month == position.month
    )


@dataclass(frozen=True)
class Comment:
    """One comment of families: every row that returned it, the first one first."""

    rows: tuple[Feedback, ...]

    @property
    def first(self) -> Feedback:
        return self.rows[0]

    @property
    def since(self) -> Month:
        """The month from which its age is counted: that in which it was said, else that of the first return."""
        returned, said = self.first.month, self.said_on
        return min(Month.of(said), returned) if said else returned

    @property
    def said_on(self) -> dt.date | None:
        """The day on which it was said, as its first row has it."""
        return self.first.dated

    @property
    def answered(self) -> Month | None:
        """The month whose return first said what was done; None while it waits."""
        return next((row.month for row in self.rows if row.we_did), None)

    @property
    def doing(self) -> str:
        """The latest word on what is being done."""
        return next((row.we_are_doing for row in reversed(self.rows) if row.we_are_doing), "")


def comments(position: Position) -> tuple[Comment, ...]:
    """Every comment on record, in the order in which they were first returned."""
    found: dict[str, list[Feedback]] = {}
    for item in position.feedback:
        found.setdefault(" ".join(item.you_said.casefold().split()), []).append(item)
    return tuple(Comment(tuple(rows)) for rows in found.values())


def unanswered_feedback(position: Position) -> str:
    """How many comments of earlier months have no "we did" yet, and since when the oldest has been waiting."""
    told = ((c.first.month, c.answered) for c in comments(position))
    waiting = [month for month, answered in told if answered is None and month < position.month]
    if not waiting:
        return ""
    if len(waiting) == 1:
        return f"One comment from an earlier month, {waiting[0].label}, has no “we did” on record."
    oldest = min(waiting).label
    return (
        f"{len(waiting)} comments from earlier months have no “we did” on record; the oldest was returned for {oldest}."
    )


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """One comment: whom it came through and when, what is being done, what was done in the period, and its age."""

    about: Ref
    you_said: str
    said: str
    doing: str
    did: tuple[str, ...]
    age: str
    source: Cells


@dataclass(frozen=True, slots=True)
class AreaVoices:
    """What families said of one area of concern (`ref` is "" for what belongs to none), oldest first: `answered` holds
    the comments that something was done about in the period, `waiting` those that nothing was done about yet."""

    ref: str
    title: str
    said: str
    answered: tuple[VoiceRow, ...]
    waiting: tuple[VoiceRow, ...]


@dataclass(frozen=True, slots=True)
class FamiliesOver:
    """You said, we're doing, we did over a quarter or a year; areas without a comment to show are left out."""

    sentences: tuple[str, ...]
    areas: tuple[AreaVoices, ...]

    def of(self, area_ref: str) -> AreaVoices | None:
        """The part of one area of concern; None where there is nothing to show."""
        return next((a for a in self.areas if a.ref == area_ref), None)


def families_over(back: LookBack, settings: Settings, span: str) -> FamiliesOver:
    """What families said, what came of it in the period, and who still waits; `span` is "quarter" or "year"."""
    position, said = back.now, comments(back.now)
    by_area: dict[str, list[Comment]] = {ref: [] for ref in (*(area.ref for area in position.plan.areas), "")}
    for comment in said:
        by_area[position.plan.area_of(_about(comment.first, position))].append(comment)
    titles = {area.ref: area.short_title for area in position.plan.areas} | {"": "Not about one area"}
    parts = (_area(ref, titles[ref], of, back) for ref, of in by_area.items())
    return FamiliesOver(tuple(_sentences(said, back, span)), tuple(p for p in parts if p.answered or p.waiting))


def _about(item: Feedback, position: Position) -> str:
    """The first reference of the plan that a comment is about, "" where it names none."""
    named = (item.about, *split_references(item.about)[0])
    return next((ref for ref in named if position.plan.area_of(ref)), "")


def _area(ref: str, title: str, said: list[Comment], back: LookBack) -> AreaVoices:
    oldest_first = sorted(said, key=lambda c: c.since)
    acted = [c for c in oldest_first if _done_in(c, back)]
    waiting = [c for c in oldest_first if c.answered is None]
    done = len(said) - len(waiting)
    about = "about this area" if ref else "about no one area"
    return AreaVoices(
        ref=ref,
        title=title,
        said=_counted(len(said), done, about) if said else "",
        answered=tuple(_row(c, back) for c in acted),
        waiting=tuple(_row(c, back) for c in waiting),
    )


def _counted(total: int, done: int, about: str) -> str:
    """How many comments are on record, and how many of them wait."""
    if done == total:
        return f"{_all(total)} on record {about} {_have(total)} a “we did”."
    if not done:
        return f"{_all(total)} on record {about} {_are(total)} waiting for a “we did”."
    waiting = total - done
    return (
        f"Of {total} comments on record {about}, {done} {_have(done)} a “we did” and {waiting} {_are(waiting)} waiting."
    )


def _all(total: int) -> str:
    return "The one comment" if total == 1 else "Both comments" if total == 2 else f"All {total} comments"


def _done_in(comment: Comment, back: LookBack) -> list[Feedback]:
    """The rows of the period that say what was done."""
    return [row for row in comment.rows if row.we_did and row.month in back.months]


def _row(comment: Comment, back: LookBack) -> VoiceRow:
    position, first = back.now, comment.first
    about = _about(first, position)
    return VoiceRow(
        about=plan_ref(about, position) if about else Ref(first.about or NONE_GIVEN),
        you_said=first.you_said,
        said=_said(comment, position),
        doing=comment.doing or NONE_GIVEN,
        did=tuple(f"{row.month.label}: {sentence(row.we_did)}" for row in _done_in(comment, back)),
        age=_age(comment, position.month),
        source=heard((first, *_done_in(comment, back)), position),
    )


def _said(comment: Comment, position: Position) -> str:
    """Whom it came through, when it was said, and when it was first returned where that was another month."""
    through = partner_names(position, (comment.first.partner,))
    month, said_on = comment.first.month, comment.said_on
    if said_on is None:
        return f"Through {through}, return for {month.label}."
    later = "" if Month.of(said_on) == month else f"; first returned for {month.label}"
    return f"Through {through}, {day(said_on)}{later}."


def _age(comment: Comment, now: Month) -> str:
    """How long it took until something was done, or how long nothing has been."""
    end = comment.answered or now
    months = count(end.months_since(comment.since), "month")
    if comment.answered:
        return f"Done after {months}" if end > comment.since else "Done in the same month"
    return f"{months}" if end > comment.since else "New this month"


def _sentences(said: tuple[Comment, ...], back: LookBack, span: str) -> Iterable[str]:
    """How many were said, answered and are waiting; each with what it is out of."""
    if not said:
        yield "No comment from families is on record."
        return
    yield _new_words([c for c in said if c.first.month in back.months], span)
    if back.before:
        yield from _answered_words([c for c in said if c.answered is None or c.answered >= back.months[0]])
    yield _waiting_words(said, back.now.month)


def _new_words(new: list[Comment], span: str) -> str:
    if not new:
        return f"No new comment from families was returned this {span}."
    done = sum(c.answered is not None for c in new)
    if len(new) == 1:
        return f"One new comment from families was returned this {span}; it {'has a' if done else 'has no'} “we did” so far."
    said = f"{len(new)} new comments from families were returned this {span}"
    return f"{said}; {done or 'none'} of them {_have(done or 1)} a “we did” so far."


def _answered_words(could: list[Comment]) -> Iterable[str]:
    """Of the comments that waited at the start or came since, how many something was done about."""
    answered = sum(c.answered is not None for c in could)
    if len(could) == 1:
        yield f"{'A' if answered else 'No'} “we did” came for the one comment that came in or was waiting."
    elif could:
        number = f"A “we did” came for {answered} of" if answered else "No “we did” came for any of"
        yield f"{number} the {len(could)} comments that came in or were waiting."


def _waiting_words(said: tuple[Comment, ...], now: Month) -> str:
    waiting = [c for c in said if c.answered is None]
    if not waiting:
        return f"{_all(len(said))} on record {_have(len(said))} a “we did”."
    months = now.months_since(min(c.since for c in waiting))
    age = f"for {count(months, 'month')}" if months else "since this month"
    age = age if len(waiting) == 1 else f"the oldest {age}"
    if len(said) == 1:
        return f"The one comment on record has been waiting for a “we did” {age}."
    verb = _are(len(waiting))
    return f"Of {len(said)} comments on record, {len(waiting)} {verb} still waiting for a “we did”, {age}."


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
