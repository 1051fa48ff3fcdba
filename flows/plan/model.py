"""The plan as it was promised: areas of concern, focus areas, actions, milestones, measures, risks, partners.

Everything is text, a date or a number read once from `inputs/plan.xlsx`; nothing in here knows what has
happened since. References are text: area "1", focus area "1.1", action "1.1.1", milestone "1.1.1.6".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from flows.plan.due import DueDate
from flows.plan.findings import NOWHERE, Origin

if TYPE_CHECKING:
    from flows.plan.periods import Period  # periods needs the frequencies below


class Improves(StrEnum):
    """The direction in which a measure improves."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


class Frequency(StrEnum):
    """How often a measure is returned."""

    MONTHLY = "monthly"
    TERMLY = "termly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ACADEMIC_YEAR = "academic year"


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that sends a return. `key` names its files: council, icb, hospital."""

    key: str
    name: str
    short_name: str
    contact_role: str = ""
    is_improvement_group: bool = False
    note: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads: a role (never a person's name) and the partner's key, "" where the plan names no organisation."""

    role: str
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """An area of concern from the inspection, with its leads."""

    ref: str
    title: str
    short_title: str
    leads: tuple[Lead, ...]
    note: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Promise:
    """One impact, outcome or item of expected evidence of a focus area.

    `kind` is "impact", "outcome" or "evidence"; `ref` is the focus area's reference and a letter and number:
    1.1-I2, 1.1-O1, 1.1-E4.
    """

    ref: str
    focus_ref: str
    kind: str
    text: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class FocusArea:
    """A part of an area of concern."""

    ref: str
    area_ref: str
    title: str
    note: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Action:
    """Something the partnership will do. The first lead is the accountable one; further leads are joint."""

    ref: str
    focus_ref: str
    title: str
    leads: tuple[Lead, ...]
    workstream: str = ""
    note: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated step of an action. `due` is the first agreed date, kept for ever; `partners` are who returns it."""

    ref: str
    action_ref: str
    title: str
    due: DueDate
    partners: tuple[str, ...]
    note: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Comparator:
    """What others show for a measure in one period: "England" 59.9. Several of one name are a series.

    `period` is as printed; `when` is what it means, None where that cannot be told. `available` is the first day on
    which the figure was public, so that no report quotes it to a board that met before then; None: always.
    """

    name: str
    value: float
    period: str = ""
    source: str = ""
    origin: Origin = NOWHERE
    when: Period | None = None
    available: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of success.

    `unit` is printed after the value ("%", "weeks", "per 10,000 aged 0 to 25", "children"); `decimals` is how many
    are printed. `set_name` joins measures returned together (the therapy table), so that a whole set repeated to
    the digit can be noticed; `role` is what a measure says in a set of waits (waiting, over-18-weeks, longest or
    average) or of harm reviews (reviewed, harms, actions or complaints). `question` is how much, how well, or better
    off (outcomes-based accountability). `parts` are the bands or parts that its total divides into, in order.
    `chart` is "control chart", "trend" or "": a control chart where there are points enough. `shows` are the
    references of the impacts and outcomes that it would show, as the improvement group says: 1.1-I2, 1.1-O1.
    """

    ref: str
    focus_ref: str
    title: str
    unit: str
    decimals: int
    improves: Improves
    frequency: Frequency
    partner: str
    group: str = ""
    set_name: str = ""
    role: str = ""
    question: str = ""
    numerator: str = ""
    denominator: str = ""
    baseline: float | None = None
    baseline_as_at: str = ""
    target: float | None = None
    target_date: dt.date | None = None
    lowest: float | None = None
    highest: float | None = None
    comparators: tuple[Comparator, ...] = ()
    note: str = ""
    origin: Origin = NOWHERE
    parts: tuple[str, ...] = ()
    chart: str = ""
    shows: tuple[str, ...] = ()

    @property
    def is_percentage(self) -> bool:
        return self.unit == "%"


@dataclass(frozen=True, slots=True)
class PlanRisk:
    """A risk in the register when the plan began. Likelihood and impact are 1 to 5."""

    ref: str
    title: str
    area_ref: str
    partner: str
    owner: str
    likelihood: int
    impact: int
    mitigation: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Board:
    """A board or group, and the references of the areas it oversees (none: all of them)."""

    key: str
    name: str
    area_refs: tuple[str, ...] = ()
    note: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary and what it means."""

    term: str
    meaning: str
    origin: Origin = NOWHERE


@dataclass(frozen=True)
class Plan:
    """The whole plan, in the order in which the workbook has it."""

    partners: tuple[Partner, ...]
    areas: tuple[Area, ...]
    focus_areas: tuple[FocusArea, ...]
    promises: tuple[Promise, ...]
    actions: tuple[Action, ...]
    milestones: tuple[Milestone, ...]
    measures: tuple[Measure, ...]
    risks: tuple[PlanRisk, ...] = ()
    boards: tuple[Board, ...] = ()
    glossary: tuple[Term, ...] = ()
    notes: tuple[str, ...] = ()
    fingerprint: str = field(default="", compare=False)

    @cached_property
    def partner(self) -> dict[str, Partner]:
        """Partners by key."""
        return {p.key: p for p in self.partners}

    @cached_property
    def milestone(self) -> dict[str, Milestone]:
        """Milestones by reference."""
        return {m.ref: m for m in self.milestones}

    @cached_property
    def action(self) -> dict[str, Action]:
        """Actions by reference."""
        return {a.ref: a for a in self.actions}

    @cached_property
    def focus_area(self) -> dict[str, FocusArea]:
        """Focus areas by reference."""
        return {f.ref: f for f in self.focus_areas}

    @cached_property
    def measure(self) -> dict[str, Measure]:
        """Measures by reference."""
        return {m.ref: m for m in self.measures}

    @cached_property
    def promise(self) -> dict[str, Promise]:
        """Impacts, outcomes and expected evidence by reference."""
        return {p.ref: p for p in self.promises}

    @cached_property
    def improvement_group(self) -> Partner:
        """The improvement group: who must act where no partner can."""
        return next(p for p in self.partners if p.is_improvement_group)

    def focus_of(self, ref: str) -> str:
        """The focus area that an area, focus area, action, milestone, promise or measure belongs to, or ""."""
        if ref in self.milestone:
            ref = self.milestone[ref].action_ref
        if ref in self.action:
            return self.action[ref].focus_ref
        if ref in self.measure:
            return self.measure[ref].focus_ref
        if ref in self.promise:
            return self.promise[ref].focus_ref
        return ref if ref in self.focus_area else ""

    def area_of(self, ref: str) -> str:
        """The area of concern that a reference belongs to, or ""."""
        if any(area.ref == ref for area in self.areas):
            return ref
        focus = self.focus_of(ref)
        return self.focus_area[focus].area_ref if focus else ""
