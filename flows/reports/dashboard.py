"""The data dashboard: its facts, ready for `templates/data-dashboard.html`.

A table of icons for each focus area, then a panel for each measure: what it says in sentences, and its chart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.model import FocusArea, Frequency, Improves, Measure
from flows.plan.settings import Settings
from flows.plan.words import listed, sentence
from flows.position.charting import ChartRules, can_be_charted
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import MeasureState, Rating
from flows.position.model import Position
from flows.reports.chart import BandsChart, Chart, SmallMultiples
from flows.reports.dashboard_data import DataPart, IconRule, data_part, icon_rules, reading_words
from flows.reports.dashboard_summary import DashboardSummary, is_judged, kind_of, stands, summary_of
from flows.reports.dashboard_waits import HarmPart, WaitsPart, bands_chart, harm_part, waits_part
from flows.reports.frame import frame
from flows.reports.group_words import GroupWords, Words, group_words, says, words_on
from flows.reports.icons import ASSURANCE_WORDS, RATING_WORDS, VARIATION_WORDS
from flows.reports.measure_charts import CHART_FROM, has_limits, measure_chart, panel
from flows.reports.measure_doubts import is_in_question, why_unsure
from flows.reports.measure_words import measure_story, new_limits_words
from flows.reports.measures import measure_anchor
from flows.reports.parts import Chip, Frame, Icon
from flows.reports.sources import NO_SOURCES, Cells, Sources, figures, held_to, with_sources

OVERVIEW_FROM = 4
"""A focus area with fewer charts than this has no page of small charts: its panels show them all at once."""


RATING_STYLES = {
    Rating.MEETS: "on-track",
    Rating.ON_PATH: "on-track",
    Rating.BEHIND: "at-risk",
    Rating.SHORT: "at-risk",
    Rating.MISSED: "off-track",
    Rating.BETTER: "on-track",
    Rating.BETWEEN: "at-risk",
    Rating.WORSE: "at-risk",
}
"""The style that each rating takes from the statuses. A comparator is no promise: worse than others is at risk at most."""


@dataclass(frozen=True, slots=True)
class IconRow:
    """One measure in a table of icons. An icon is None where there is none, `none` says why in a word or two."""

    anchor: str
    title: str
    latest: str
    period: str
    note: str
    variation: Icon | None
    none: str
    assurance: Icon | None
    rating: Chip | None
    source: Cells


@dataclass(frozen=True, slots=True)
class IconTable:
    """The measures of one focus area that have a figure; `without` names those that have none."""

    ref: str
    anchor: str
    title: str
    has_assurance: bool
    rows: tuple[IconRow, ...]
    without: str


@dataclass(frozen=True, slots=True)
class MeasurePanel:
    """Everything said of one measure."""

    anchor: str
    title: str
    about: str
    story: tuple[str, ...]
    words: Words
    note: str
    chart: Chart | None
    bands: BandsChart | None
    source: Cells


@dataclass(frozen=True, slots=True)
class FocusPanels:
    """The panels of one focus area."""

    ref: str
    anchor: str
    title: str
    overview: SmallMultiples | None
    new_limits: tuple[str, ...]
    panels: tuple[MeasurePanel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All facts of the data dashboard."""

    frame: Frame
    summary: DashboardSummary
    words: GroupWords
    tables: tuple[IconTable, ...]
    focus_areas: tuple[FocusPanels, ...]
    waits: WaitsPart | None
    harm: HarmPart | None
    data: DataPart
    icons: tuple[IconRule, ...]
    reading: tuple[str, ...]
    sources: Sources = NO_SOURCES


def dashboard(position: Position, settings: Settings) -> Dashboard:
    """The facts of the month's data dashboard."""
    facts = Dashboard(
        frame=frame("Data dashboard", position, settings),
        summary=summary_of(position),
        words=group_words(position),
        tables=tuple(_icon_table(focus, position) for focus in _with_measures(position)),
        focus_areas=tuple(part for focus in _with_measures(position) if (part := _panels(focus, position)).panels),
        waits=waits_part(position),
        harm=harm_part(position),
        data=data_part(position),
        icons=icon_rules(position),
        reading=reading_words(position, settings),
    )
    return with_sources(facts, position)


def _with_measures(position: Position) -> Iterable[FocusArea]:
    used = {s.measure.focus_ref for s in position.measures}
    return (focus for focus in position.plan.focus_areas if focus.ref in used)


def _of(focus: FocusArea, position: Position) -> list[MeasureState]:
    return [s for s in position.measures if s.measure.focus_ref == focus.ref]


def _icon_table(focus: FocusArea, position: Position) -> IconTable:
    states = _of(focus, position)
    known = [s for s in states if s.latest]
    missing = [s.measure.title for s in states if not s.latest]
    rows = tuple(_icon_row(s, position) for s in known)
    return IconTable(
        ref=focus.ref,
        anchor=f"icons-{focus.ref.replace('.', '-')}",
        title=focus.title,
        has_assurance=any(row.assurance for row in rows),
        rows=rows,
        without=f"No figure yet: {'; '.join(missing)}." if missing else "",
    )


def _icon_row(state: MeasureState, position: Position) -> IconRow:
    measure, latest = state.measure, state.latest
    assert latest is not None
    assert latest.value is not None
    chart = state.chart
    passes = chart.assurance if chart else None
    judged, rating = is_judged(state, position), stands(state, position)
    notes = [word for word, is_so in _doubts(state, position) if is_so]
    return IconRow(
        anchor=measure_anchor(measure),
        title=measure.title,
        latest=shown(measure, latest.value),
        period=latest.period.label,
        note=listed(notes).capitalize(),
        variation=Icon(chart.variation.value, VARIATION_WORDS[chart.variation]) if chart and judged else None,
        none=_no_icon(state),
        assurance=Icon(passes.value, ASSURANCE_WORDS[passes]) if passes and judged else None,
        rating=Chip(RATING_STYLES[rating], RATING_WORDS[rating]) if rating else None,
        source=figures(latest),
    )


def _no_icon(state: MeasureState) -> str:
    """Why a measure has no variation icon, where it has none."""
    if has_limits(state):
        return "Not judged"
    if state.chart:
        return "Limits begun anew"
    is_trend = len(state.known) >= CHART_FROM and not can_be_charted(state, ChartRules(needs=CHART_FROM))
    return "On a trend" if is_trend else "Too few figures"


def _doubts(state: MeasureState, position: Position) -> tuple[tuple[str, bool], ...]:
    latest = state.latest
    return (
        ("provisional", bool(latest and latest.provisional)),
        ("in question", is_in_question(state, position)),
        ("not from this month’s return", not state.is_new and state.measure.frequency is Frequency.MONTHLY),
    )


def _panels(focus: FocusArea, position: Position) -> FocusPanels:
    known = [s for s in _of(focus, position) if s.latest]
    drawn = [s for s in known if len(s.known) >= CHART_FROM]
    return FocusPanels(
        ref=focus.ref,
        anchor=f"panels-{focus.ref.replace('.', '-')}",
        title=focus.title,
        overview=_overview(focus, drawn, position) if len(drawn) >= OVERVIEW_FROM else None,
        new_limits=tuple(_new_limits(known)),
        panels=tuple(_panel(s, position) for s in known),
    )


def _new_limits(known: list[MeasureState]) -> Iterable[str]:
    """Each decision that limits are worked out anew, with the number of measures here that it is about."""
    for anew in dict.fromkeys(r for s in known if s.chart for r in s.recalculations):
        about = [s.measure.title for s in known if s.chart and anew in s.recalculations]
        named = about[0] if len(about) == 1 else f"{len(about)} measures"
        yield new_limits_words(anew, named)


def _overview(focus: FocusArea, drawn: list[MeasureState], position: Position) -> SmallMultiples:
    title = _at_a_glance(drawn, position)
    latest = "; ".join(f"{s.measure.title}: {panel(s).latest}" for s in drawn)
    return SmallMultiples(
        title=title,
        subtitle=f"Focus area {focus.ref}: every measure with {CHART_FROM} figures or more, each on its own scale",
        panels=tuple(panel(s, why_unsure(s, position)) for s in drawn),
        alt=f"Small line charts of {len(drawn)} measures. {title}. Latest figures: {latest}.",
        source=f"Source: returns up to {position.month.label}",
        cells=tuple(origin for s in drawn for origin in figures(*s.known)),
    )


def _at_a_glance(drawn: list[MeasureState], position: Position) -> str:
    """How many of the measures show a special cause, of those that are judged."""
    judged = [s for s in drawn if is_judged(s, position)]
    special = sum(kind_of(s, position) != "common" for s in judged)
    verb = "show" if special > 1 else "shows"
    if not judged:
        return f"{len(drawn)} measures at a glance"
    if len(judged) == len(drawn):
        return f"{special or 'None'} of {len(drawn)} measures {verb} a special cause"
    return f"{len(drawn)} measures at a glance: {special or 'none'} of {len(judged)} judged {verb} a special cause"


def _panel(state: MeasureState, position: Position) -> MeasurePanel:
    enough = len(state.known) >= CHART_FROM
    notes = [sentence(state.latest.comment)] if state.latest else []
    if is_in_question(state, position):
        notes.append("This figure is in question: see the state of the data.")
    newest = state.series[-1]
    if newest.value is None and newest.month == position.month:
        notes.append(f"No figure for {in_a_sentence(newest.period)}. {sentence(newest.comment)}".strip())
    return MeasurePanel(
        anchor=measure_anchor(state.measure),
        title=state.measure.title,
        about=_about(state.measure, position),
        story=measure_story(state, why_unsure(state, position)),
        words=says(words_on(position, state.measure.ref)),
        note=" ".join(note for note in notes if note),
        chart=measure_chart(state, why_unsure(state, position), wide=True) if enough else None,
        bands=bands_chart(state),
        source=(*figures(state.previous, state.latest), *held_to(state)),
    )


def _about(measure: Measure, position: Position) -> str:
    """What is counted, which way is better, how often and by whom."""
    better = {Improves.UP: "higher is better", Improves.DOWN: "lower is better"}.get(
        measure.improves, "neither way is better"
    )
    unit = "Per cent" if measure.is_percentage else measure.unit[:1].upper() + measure.unit[1:] or "Number"
    of = f" (“{measure.numerator}” out of “{measure.denominator}”)" if measure.numerator and measure.denominator else ""
    who = position.plan.partner[measure.partner].short_name
    return f"{unit}{of}; {better}. Returned {_often(measure.frequency)} by {who}."


def _often(frequency: Frequency) -> str:
    return "for each academic year" if frequency is Frequency.ACADEMIC_YEAR else str(frequency)
