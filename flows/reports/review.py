"""A look back over a quarter or a year: what the stocktake and the annual review have in common.

Each subject is a module of its own, made ready to print; here they are brought together, area by area. `span` is what
the report calls the months it looks back on: "quarter" or "year".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from flows.plan.days import day_words as day
from flows.plan.model import Area, FocusArea
from flows.plan.settings import Settings
from flows.position.look_back import LookBack
from flows.position.model import Movement
from flows.reports.ahead import Forward, forward
from flows.reports.areas import counts_in_words, leads_in_words
from flows.reports.chart import AnyChart
from flows.reports.decisions_over import DecisionsOver, decisions_over
from flows.reports.every_milestone import MilestoneTable, every_milestone
from flows.reports.evidence_held import EvidenceHeld, HeldRow, evidence_held
from flows.reports.families import FamiliesOver, families_over
from flows.reports.frame import Reading, frame, how_to_read
from flows.reports.group_words import GroupWords, Words, group_words, words_on
from flows.reports.highlight import TermRow
from flows.reports.impact import FocusImpacts, Impacts, impacts
from flows.reports.measures_over import FocusMeasures, MeasuresOver, measures_over
from flows.reports.not_shown import NotShown, not_shown
from flows.reports.overview_charts import burn_up_chart
from flows.reports.parts import Chip, Frame, Moved, anchor, chip, moved
from flows.reports.progress import PlannedAndDone, Progress, progress
from flows.reports.promptness import Promptness, promptness
from flows.reports.restated import RestatedPart, restated_in_short, restated_part
from flows.reports.risks_over import RisksOver, risks_over
from flows.reports.slippage import Slippage, slippage
from flows.reports.sources import NO_SOURCES, Sources
from flows.reports.summary import Ask, Figure, asks_of_the_board, due_counts
from flows.reports.timeline import timeline


@dataclass(frozen=True, slots=True)
class AreaThenAndNow:
    """One area of concern on page one; `then` is None where there is nothing earlier."""

    ref: str
    anchor: str
    title: str
    then: Chip | None
    now: Chip
    moved: Moved
    why: str


@dataclass(frozen=True, slots=True)
class Front:
    """Page one: what must be known in two minutes. `then` and `now` name the two month ends; `then` is "" at the
    first."""

    words: Words
    sentences: tuple[str, ...]
    then: str
    now: str
    areas: tuple[AreaThenAndNow, ...]
    figures: tuple[Figure, ...]
    asks: tuple[Ask, ...]
    no_asks: str


@dataclass(frozen=True, slots=True)
class FocusReview:
    """One focus area over the period."""

    ref: str
    anchor: str
    title: str
    chip: Chip
    why: str
    words: Words
    impacts: FocusImpacts | None
    measures: FocusMeasures | None


@dataclass(frozen=True, slots=True)
class AreaReview:
    """One area of concern over the period."""

    ref: str
    anchor: str
    title: str
    short_title: str
    then: Chip | None
    now: Chip
    moved: Moved
    why: str
    counts: str
    leads: str
    words: Words
    planned: PlannedAndDone | None
    evidence: tuple[HeldRow, ...]
    focus_areas: tuple[FocusReview, ...]


@dataclass(frozen=True)
class Review:
    """All facts of a report that looks back."""

    frame: Frame
    span: str
    front: Front
    at_a_glance: tuple[AnyChart, ...]
    progress: Progress
    slippage: Slippage
    areas: tuple[AreaReview, ...]
    evidence: EvidenceHeld
    impacts: Impacts
    measures: MeasuresOver
    risks: RisksOver
    families: FamiliesOver
    decisions: DecisionsOver
    promptness: Promptness
    not_shown: NotShown
    forward: Forward
    words: GroupWords
    milestones: tuple[MilestoneTable, ...]
    reading: Reading
    glossary: tuple[TermRow, ...]
    sources: Sources
    restated: RestatedPart | None


def review(
    report: str, back: LookBack, settings: Settings, span: str, ahead: int, drawn_elsewhere: Collection[str] = ()
) -> Review:
    """The facts of `report`, which looks so many months `ahead`, but for its sources. The charts of the measures in
    `drawn_elsewhere` are printed by the report itself."""
    now = back.now
    planned = progress(back, settings, span)
    held = evidence_held(back, settings, span)
    promised = impacts(back, settings, span)
    measured = measures_over(back, settings, span, drawn_elsewhere)
    parts = _Parts(back, settings, planned, held, promised, measured)
    return Review(
        frame=frame(report, now, settings, back.label),
        span=span,
        front=_front(parts, span),
        at_a_glance=_charts(back, settings),
        progress=planned,
        slippage=slippage(back, settings, span),
        areas=tuple(_area(area, parts) for area in now.plan.areas if area.ref in now.standings),
        evidence=held,
        impacts=promised,
        measures=measured,
        risks=risks_over(back, settings, span),
        families=families_over(back, settings, span),
        decisions=decisions_over(back, settings, span),
        promptness=promptness(back, settings, span),
        not_shown=not_shown(back, settings),
        forward=forward(now, settings, ahead, printed_in=report.lower()),
        words=group_words(now),
        milestones=every_milestone(now, settings),
        reading=how_to_read(
            now, settings, since=back.start.month.label if back.start else "", is_first=back.start is None
        ),
        glossary=tuple(TermRow(t.term, t.meaning) for t in now.plan.glossary),
        sources=NO_SOURCES,
        restated=restated_part(now, settings),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the areas are put together from."""

    back: LookBack
    settings: Settings
    progress: Progress
    evidence: EvidenceHeld
    impacts: Impacts
    measures: MeasuresOver


def _charts(back: LookBack, settings: Settings) -> tuple[AnyChart, ...]:
    """The plan's timeline, with the months under review shaded where they are not all of it, and the burn-up."""
    shaded = (back.first_day, back.last_day) if back.before else (None, None)
    burn_up = burn_up_chart(back.now)
    drawn = (timeline(back.now, settings, *shaded), replace(burn_up, wide=True) if burn_up else None)
    return tuple(chart for chart in drawn if chart)


def _front(parts: _Parts, span: str) -> Front:
    """Page one: the group's headline, then what the table of areas does not say."""
    now, start = parts.back.now, parts.back.start
    asks = asks_of_the_board(now)
    tally, counts, held = parts.progress.whole.tally, due_counts(now), parts.evidence.total
    in_short = (
        parts.progress.movement.in_short,
        *parts.measures.sentences[:2],
        *parts.impacts.summary[:1],
        restated_in_short(now),
    )
    figures = [
        Figure(f"{tally.in_time + tally.late} of {tally.planned}", f"due this {span} as first agreed, and met"),
        Figure(str(counts.overdue), "overdue"),
        Figure(f"{held.held} of {held.expected}", "expected items of evidence held"),
        Figure(f"{counts.complete} of {counts.total}", "milestones complete since the plan began"),
    ]
    return Front(
        words=words_on(now, "Headline"),
        sentences=tuple(filter(None, in_short)),
        then=day(start.period_end) if start else "",
        now=day(now.period_end),
        areas=tuple(_then_and_now(area, parts) for area in now.plan.areas if area.ref in now.standings),
        figures=tuple(figures),
        asks=asks,
        no_asks="" if asks else "The board is not asked to decide anything in this report.",
    )


def _then_and_now(area: Area, parts: _Parts) -> AreaThenAndNow:
    standing = parts.back.now.standings[area.ref]
    then, way = _since(area.ref, parts)
    return AreaThenAndNow(
        ref=area.ref,
        anchor=f"area-{area.ref}",
        title=area.short_title,
        then=then,
        now=chip(standing.status, parts.settings),
        moved=way,
        why=standing.reason,
    )


def _since(ref: str, parts: _Parts) -> tuple[Chip | None, Moved]:
    """Where an area stood at the start, and how it has moved since."""
    before = parts.back.start.standings.get(ref) if parts.back.start else None
    rank = parts.back.now.standings[ref].status.rank
    way = moved(Movement.between(before.status.rank if before else None, rank))
    return (chip(before.status, parts.settings) if before else None), way


def _area(area: Area, parts: _Parts) -> AreaReview:
    now, settings = parts.back.now, parts.settings
    standing = now.standings[area.ref]
    then, way = _since(area.ref, parts)
    return AreaReview(
        ref=area.ref,
        anchor=f"area-{area.ref}",
        title=area.title,
        short_title=area.short_title,
        then=then,
        now=chip(standing.status, settings),
        moved=way,
        why=standing.reason,
        counts=counts_in_words(standing, settings),
        leads=leads_in_words(area, now),
        words=words_on(now, area.ref),
        planned=parts.progress.areas.get(area.ref),
        evidence=parts.evidence.of_area(area.ref),
        focus_areas=tuple(
            _focus(f, parts) for f in now.plan.focus_areas if f.area_ref == area.ref and f.ref in now.standings
        ),
    )


def _focus(focus: FocusArea, parts: _Parts) -> FocusReview:
    now = parts.back.now
    standing = now.standings[focus.ref]
    return FocusReview(
        ref=focus.ref,
        anchor=_focus_anchor(focus),
        title=focus.title,
        chip=chip(standing.status, parts.settings),
        why=standing.reason,
        words=words_on(now, focus.ref),
        impacts=next((part for part in parts.impacts.focus_areas if part.ref == focus.ref), None),
        measures=next((part for part in parts.measures.focus_areas if part.ref == focus.ref), None),
    )


def _focus_anchor(focus: FocusArea) -> str:
    return "focus-" + anchor(focus.ref).removeprefix("m-")
