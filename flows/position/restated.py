"""What the last published pack said, and would be said otherwise of the same month now: from what to what, and why.

The published facts are held against those of the same month as it is known now; figures also against the series as it
stands, because a later return can give an earlier figure again. What is merely new (another month's status, the figure of
a period that had none by then) is no restatement.

Why is never guessed. The month is worked out once more, from nothing but what was on record when the pack was published:
what then reads as it does now was not changed by a return.

Codes: published, unexplained.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flows.ledger.publications import Fact, Publication
from flows.ledger.records import Submission
from flows.plan.findings import NOWHERE, Finding, Origin, Severity
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed, quoted, sentence
from flows.position.facts import facts_of, is_figure, period_key, same_value, value_words, what_words
from flows.position.measure_state import Value
from flows.position.model import Position, Restatement

Recount = Callable[[Iterable[Submission], Month], Position]
"""Works out the position at the end of a month from submissions."""

_Thing = tuple[str, str]
"""What a fact is about: its kind and its reference."""


def published_before(
    published: Iterable[Publication], month: Month, settings: Settings, known_on: dt.date | None = None
) -> tuple[Publication, ...]:
    """The packs that the position of a month is held against, the first that reads otherwise in earnest: the revisions of
    the month itself, newest first, then the last revision of the latest month before it. Only those published by a day
    (default: now) count."""
    known = (p for p in published if p.month <= month and (known_on is None or approved_on(p, settings) <= known_on))
    newest = sorted(known, key=lambda p: (p.month, p.revision), reverse=True)
    return (*(p for p in newest if p.month == month), *[p for p in newest if p.month < month][:1])


def approved_on(publication: Publication, settings: Settings) -> dt.date:
    """The day on which a pack was approved, as the partnership's clocks had it."""
    return publication.approved_at.astimezone(settings.calendar.zone).date()


def restatements(
    last: Publication, position: Position, submissions: Iterable[Submission], settings: Settings, recount: Recount
) -> tuple[Restatement, ...]:
    """What `last` said that would be said otherwise now, in the order of its facts.

    `submissions` are those from which the position was worked out.
    """
    submissions = tuple(submissions)
    is_same = position.month == last.month and position.known_on is None
    again = position if is_same else recount(submissions, last.month)
    compared = _Compared(last, position, again, submissions, settings, recount)
    return tuple(compared.restatements())


_UNEXPLAINED = "No newer return explains it: the plan, the settings or boardpack’s rules have changed."
_TOO = "The plan, the settings or boardpack’s rules have changed too."
_PLAN = "The plan was changed."

_OF_THE_PLAN = {"area", "focus area", "action", "milestone", "measure", "return"}
"""What is in a pack because it is in the plan: the returns are those of the plan's partners."""

_PLACE = {"risk": "in the risk register", "evidence": "in the evidence log"}


@dataclass(frozen=True)
class _Compared:
    """A published pack beside the present. `again` is the position at the end of its month as it is known now."""

    last: Publication
    position: Position
    again: Position
    submissions: tuple[Submission, ...]
    settings: Settings
    recount: Recount

    def restatements(self) -> Iterator[Restatement]:
        gone, new = self.then.keys() - self.now.keys(), self.now.keys() - self.then.keys()
        for thing in sorted(self.then.keys() | self.now.keys()):
            if thing in gone or thing in new:
                yield self._whole(thing, thing in gone)
            else:
                yield from (self._restated(fact) for fact in self._changed(thing))

    @cached_property
    def then(self) -> dict[_Thing, dict[str, str]]:
        return _by_thing(self.last.facts)

    @cached_property
    def now(self) -> dict[_Thing, dict[str, str]]:
        """What would be said of the month now; of its figures, what the series says that stands now."""
        found = _by_thing(facts_of(self.again))
        for thing, present in _by_thing(facts_of(self.position)).items():
            printed = self.then.get(thing, {})
            found.setdefault(thing, {}).update({w: v for w, v in present.items() if is_figure(w) and w in printed})
        return {thing: said for thing, said in found.items() if said}

    @cached_property
    def known(self) -> Position:
        """The month worked out from nothing but what was on record when the pack was published."""
        return self.recount(filter(None, map(self._as_known, self.submissions)), self.last.month)

    @cached_property
    def known_facts(self) -> dict[_Thing, dict[str, str]]:
        return _by_thing(facts_of(self.known))

    @cached_property
    def periods(self) -> dict[str, str]:
        """The labels of the periods of all figures, by their keys."""
        series = (s for m in self.position.measures for s in (m.series, *(p.series for p in m.parts)))
        return {period_key(v.period): v.period.label for values in series for v in values}

    def _as_known(self, submission: Submission) -> Submission | None:
        """A submission as it was on record when the pack was published; None if it was not."""
        day = approved_on(self.last, self.settings)
        known = submission.number <= self.last.mark.submission if submission.number else submission.received <= day
        if known and submission.again and submission.again > day:
            return replace(submission, again=None, order=submission.number or submission.order)
        return submission if known else None

    def _changed(self, thing: _Thing) -> Iterator[Fact]:
        """The facts of a thing, as published, that now say something else; "" for one that was not told."""
        then, now = self.then[thing], self.now[thing]
        for what in sorted(then.keys() | now.keys(), key=lambda what: (_ORDER.get(what, len(_ORDER)), what)):
            fact = Fact(*thing, what, then.get(what, ""))
            if not same_value(fact, now.get(what, "")):
                yield fact

    def _restated(self, fact: Fact) -> Restatement:
        thing = fact.kind, fact.ref
        says = self.now[thing].get(fact.what, "")
        why = self._why(thing, fact.what)
        then, now = (value_words(fact.kind, fact.what, said, self.settings) for said in (fact.says, says))
        return self._make(thing, what_words(fact.what, self.periods), then, now, why)

    def _whole(self, thing: _Thing, gone: bool) -> Restatement:
        place = _PLACE.get(thing[0], "in the plan")
        then, now = (place, f"no longer {place}") if gone else (f"not {place}", place)
        return self._make(thing, "", then, now, self._why(thing))

    def _make(self, thing: _Thing, what: str, then: str, now: str, why: _Why) -> Restatement:
        kind, ref = thing
        said = self.then.get(thing) or self.now[thing]
        title = self.again.plan.partner[ref].short_name if kind == "return" and ref in self.again.plan.partner else ""
        return Restatement(
            kind=kind,
            ref=ref,
            title=(self.now.get(thing) or said).get("title", title),
            what=what,
            then=then,
            now=now,
            why=why.says,
            about=tuple(_belongs_to(kind, ref, said, self.again.plan)),
            who=why.who or self.again.plan.improvement_group.key,
            origin=why.origin,
            has_cause=why.is_known,
        )

    # Why

    def _why(self, thing: _Thing, what: str = "") -> _Why:
        """Why a fact is another now; without `what`, why a thing as a whole is gone or new."""
        if self._follows(thing, what) and (below := self._below(thing[1])):
            return _Why(f"It follows from {_some(below)}.")
        given = self._given_later(thing[1], what) if thing[0] == "measure" else None
        if given:
            return given
        by_return, by_other = self._moved_by(thing, what)
        if not by_return:
            return self._not_by_a_return(thing, what)
        why = self._by_a_return(thing)
        return replace(why, says=f"{why.says} {_TOO}", is_known=False) if by_other else why

    @staticmethod
    def _follows(thing: _Thing, what: str) -> bool:
        return thing[0] in ("area", "focus area", "action") and what == "status"

    def _below(self, ref: str) -> list[str]:
        """The milestones below a part of the plan whose status is another now, or that are gone or new."""
        things = (t for t in self.then.keys() | self.now.keys() if t[0] == "milestone" and t[1].startswith(f"{ref}."))
        moved = (t[1] for t in things if self._status(self.then, t) != self._status(self.now, t))
        return sorted(moved, key=_in_plan_order)

    @staticmethod
    def _status(facts: dict[_Thing, dict[str, str]], thing: _Thing) -> str:
        return facts.get(thing, {}).get("status", "")

    def _given_later(self, ref: str, what: str) -> _Why | None:
        """A figure that a return for a later month has given again."""
        state = self.position.measure.get(ref)
        if state is None or not is_figure(what):
            return None
        key, _, part = what.partition(", ")
        series = next((p.series for p in state.parts if p.part == part), ()) if part else state.series
        value = next((v for v in series if period_key(v.period) == key), None)
        if value is None or value.month <= self.last.month:
            return None
        return _Why(f"{self._figure_from(value, state.measure.partner)}", state.measure.partner, value.origin)

    def _figure_from(self, value: Value, partner: str) -> str:
        name = self.again.plan.partner[partner].short_name
        said = _return_words(name, value.month, value.received, value.origin.file)
        return f"{said} {sentence(value.comment)}".strip()

    def _moved_by(self, thing: _Thing, what: str) -> tuple[bool, bool]:
        """Whether returns have changed it that came in since, and whether something else has."""
        if not what:
            there = thing in self.known_facts
            return there != (thing in self.now), there != (thing in self.then)
        known = Fact(*thing, what, self.known_facts.get(thing, {}).get(what, ""))
        return (
            not same_value(known, self.now[thing].get(what, "")),
            not same_value(known, self.then[thing].get(what, "")),
        )

    def _not_by_a_return(self, thing: _Thing, what: str) -> _Why:
        kind = thing[0]
        planned = [facts.get(thing, {}).get("planned") for facts in (self.then, self.now)]
        if kind == "milestone" and what and what != "title" and planned[0] != planned[1]:
            moved = "its due date in the plan was changed."
            return _Why(sentence(moved) if what in ("planned", "due") else f"No newer return explains it; {moved}")
        if kind in _OF_THE_PLAN and what in ("", "title", "baseline", "target", "target date"):
            return _Why(_PLAN)
        return _Why(_UNEXPLAINED, is_known=False)

    def _by_a_return(self, thing: _Thing) -> _Why:
        """The returns that speak of it and came in since the pack was published, and the board's decision with them."""
        partner = self.again.plan.partner
        speak = [(s, place) for s, older in self._arrived if (place := self._place(thing, s, older))]
        if not speak:
            speak = [(s, Origin(s.arrival.file)) for s, _ in self._arrived]
        if not speak:  # what came in since made older returns count otherwise
            return _Why("Another of the returns that were on record counts now.")
        told = [
            _return_words(partner[s.content.partner].short_name, s.arrival.month, s.newest_on, s.arrival.file)
            for s, _ in speak
        ]
        if len(told) > FEW:
            told = [*told[: FEW - 1], f"{count(len(told) - FEW + 1, 'more return')} came in since."]
        decided = self._decided(thing[1]) if thing[0] == "milestone" else ""
        return _Why(" ".join(filter(None, (decided, *told))), speak[0][0].content.partner, speak[0][1])

    @cached_property
    def _arrived(self) -> list[tuple[Submission, Submission | None]]:
        """The returns that count now and did not when the pack was published, each with the one that counted then."""
        before = {(s.content.partner, s.arrival.month): s for s in self.known.counted}
        pairs = [(s, before.get((s.content.partner, s.arrival.month))) for s in self.again.counted]
        return [(s, older) for s, older in pairs if older is None or older.arrivals != s.arrivals]

    def _place(self, thing: _Thing, newer: Submission, older: Submission | None) -> Origin | None:
        """Where a newer return speaks of a thing; the file, where only the return that it replaced did; else None."""
        plan, month = self.again.plan, self.last.month
        places = list(_places(*thing, newer, plan, month))
        if not places and older and any(True for _ in _places(*thing, older, plan, month)):
            places = [Origin(newer.arrival.file)]
        return places[0] if places else None

    def _decided(self, ref: str) -> str:
        """The decision of the board by which a milestone's due date is another than it was."""
        now, known = self.again.milestone.get(ref), self.known.milestone.get(ref)
        if now is None or known is None or now.due == known.due or not now.approved_by:
            return ""
        by = now.approved_by.removeprefix("board, ")
        return f"The board approved the new date on {by}."


FEW = 3
"""How many references or returns a sentence names."""


@dataclass(frozen=True)
class _Why:
    """Why a fact is another now, with the partner that answers for it and the cell that says so."""

    says: str
    who: str = ""
    origin: Origin = NOWHERE
    is_known: bool = True


_ORDER = {what: place for place, what in enumerate(("planned", "due", "status", "completed on", "forecast"))}
"""The order in which the parts of one thing are told; others follow by their names."""


def _by_thing(facts: Iterable[Fact]) -> dict[_Thing, dict[str, str]]:
    found: dict[_Thing, dict[str, str]] = {}
    for fact in facts:
        found.setdefault((fact.kind, fact.ref), {})[fact.what] = fact.says
    return found


def _some(names: list[str]) -> str:
    """The first few names in a sentence: 1.1.1.1 and 1.1.1.2; 1.1.1.1, 1.1.1.2, 1.1.1.3 and others."""
    return listed([*names[:FEW], "others"] if len(names) > FEW else names)


def _in_plan_order(ref: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in ref.split(".")]


def _return_words(partner: str, month: Month, received: dt.date, file: str) -> str:
    name = file.rpartition("/")[2]
    return f"Return of {partner} for {month.label}, received on {day(received)} ({name})."


def _belongs_to(kind: str, ref: str, said: dict[str, str], plan: Plan) -> Iterator[str]:
    """The references of the plan that a fact belongs to; of what the plan no longer has, the nearest above."""
    if kind == "evidence":
        yield from said.get("supports", "").split()
    elif kind == "risk":
        yield from filter(None, [said.get("area", "")])
    elif kind == "measure":
        yield plan.measure[ref].focus_ref if ref in plan.measure else ref.partition("-")[0]
    elif kind != "return":
        while ref and not plan.area_of(ref):
            ref = ref.rpartition(".")[0]
        yield from filter(None, [ref])


def _places(kind: str, ref: str, sent: Submission, plan: Plan, month: Month) -> Iterator[Origin]:
    """The cells of a return that speak of a thing."""
    content, partner = sent.content, sent.content.partner
    if kind == "milestone":
        theirs = ref not in plan.milestone or partner in plan.milestone[ref].partners
        yield from (row.place.cell("status") for row in content.milestones if row.ref == ref and theirs)
        yield from (row.place.cell("title") for row in content.evidence if ref in row.supports)
        if partner == plan.improvement_group.key:
            yield from (row.place.cell("new_date") for row in content.decisions if row.about == ref)
    elif kind == "measure":
        yield from (row.place.cell("value") for row in content.measures if row.ref == ref)
    elif kind == "risk":
        yield from (row.place.cell("ref") for row in content.risks if row.ref == ref)
    elif kind == "evidence" and ref.startswith(f"{partner.upper()}-"):
        own = ref.removeprefix(f"{partner.upper()}-{sent.arrival.month}-")
        yield from (row.place.cell("title") for row in content.evidence if row.number == own or row.withdrawn)
    elif kind == "return" and partner == ref and sent.arrival.month == month:
        yield Origin(sent.arrival.file)


# What is to be said of it among the findings


def restated_findings(position: Position, last: Publication, settings: Settings) -> list[Finding]:
    """A note for each thing that reads otherwise than it was published, and one query where nothing on record explains
    why."""
    since = f"the report for {last.month.label} was published on {day(approved_on(last, settings))}"
    things: dict[_Thing, list[Restatement]] = {}
    for one in position.restated:
        things.setdefault((one.kind, one.ref), []).append(one)
    found = [_finding(group, since) for group in things.values()]
    unexplained = [group for group in things.values() if not all(one.has_cause for one in group)]
    if unexplained:
        says = (
            f"Since {since}, {_verb(len(unexplained))}, and no newer return explains it: "
            f"{_some([subject(group[0]) for group in unexplained])}."
        )
        todo = "Say what was changed in the plan or the settings, and why, so that the board can be told."
        who = position.plan.improvement_group.key
        found.append(Finding("restated.unexplained", Severity.QUERY, says, todo, who))
    return found


def _verb(number: int) -> str:
    return "1 thing reads differently" if number == 1 else f"{number} things read differently"


def _finding(group: list[Restatement], since: str) -> Finding:
    first = group[0]
    parts = (
        f"{one.what}: {one.then}, now {one.now}." if one.what else f"It was {one.then} and is {one.now}."
        for one in group
    )
    says = f"Since {since}, {subject(first)} reads differently. {' '.join(parts)} {reasons(group)}"
    todo = "Nothing to do if that is right: the report lists it as changed."
    return Finding("restated.published", Severity.NOTE, says, todo, first.who, first.ref, first.origin)


def reasons(group: Sequence[Restatement]) -> str:
    """Why the parts of one thing are told otherwise; where not all for one reason, which for which."""
    of: dict[str, list[str]] = {}
    for one in group:
        of.setdefault(one.why, []).append(one.what)
    return " ".join(of) if len(of) == 1 else " ".join(f"{', '.join(parts)}: {why}" for why, parts in of.items())


def subject(one: Restatement) -> str:
    """What a restatement is about, as a sentence names it: milestone 1.1.1.1, “Plans in time”, risk R1 (Staff)."""
    if one.kind == "measure":
        return quoted(one.title) if one.title else one.ref
    if one.kind == "return":
        return f"the return of {one.title or one.ref}"
    name = "item of evidence" if one.kind == "evidence" else one.kind
    title = f" ({one.title})" if one.title and one.kind in ("risk", "evidence") else ""
    return f"{name} {one.ref}{title}"
