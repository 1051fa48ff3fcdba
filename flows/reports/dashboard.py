"""The data dashboard: its facts, ready for `templates/data-dashboard.html`.

A table of icons for each focus area, then a panel for each measure: what it says in sentences, and its chart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.model import FocusArea, Frequency, Improves, Measure
from flows.plan.settings import Settings
from flows.plan.words import count, listed
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import MeasureState, Rating
from flows.position.model import Position
from flows.reports.chart import BandsChart, Chart, SmallMultiples
from flows.reports.dashboard_data import DataPart, IconRule, data_part, icon_rules, reading_words
from flows.reports.dashboard_waits import HarmPart, WaitsPart, bands_chart, harm_part, waits_part
from flows.reports.frame import frame
from flows.reports.icons import ASSURANCE_WORDS, RATING_WORDS, VARIATION_WORDS
from flows.reports.measure_charts import CHART_FROM, has_limits, measure_chart, panel
from flows.reports.measure_doubts import is_in_question, why_unsure
from flows.reports.measure_words import measure_story, new_limits_words
from flows.reports.measures import measure_anchor
from flows.reports.parts import Chip, Frame, Icon
from flows.reports.summary import Figure

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
    note: str
    chart: Chart | None
    bands: BandsChart | None


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
class DashboardSummary:
    """Page one: what the figures say together."""

    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    concerns: tuple[str, ...]
    improvements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All facts of the data dashboard."""

    frame: Frame
    summary: DashboardSummary
    tables: tuple[IconTable, ...]
    focus_areas: tuple[FocusPanels, ...]
    waits: WaitsPart | None
    harm: HarmPart | None
    data: DataPart
    icons: tuple[IconRule, ...]
    reading: tuple[str, ...]


def dashboard(position: Position, settings: Settings) -> Dashboard:
    """The facts of the month's data dashboard."""
    return Dashboard(
        frame=frame("Data dashboard", position.month, settings),
        summary=_summary(position),
        tables=tuple(_icon_table(focus, position) for focus in _with_measures(position)),
        focus_areas=tuple(part for focus in _with_measures(position) if (part := _panels(focus, position)).panels),
        waits=waits_part(position),
        harm=harm_part(position),
        data=data_part(position),
        icons=icon_rules(position),
        reading=reading_words(position, settings),
    )


def _with_measures(position: Position) -> Iterable[FocusArea]:
    used = {s.measure.focus_ref for s in position.measures}
    return (focus for focus in position.plan.focus_areas if focus.ref in used)


def _of(focus: FocusArea, position: Position) -> list[MeasureState]:
    return [s for s in position.measures if s.measure.focus_ref == focus.ref]


def _summary(position: Position) -> DashboardSummary:
    states = position.measures
    known = [s for s in states if s.latest]
    concerns = [s for s in known if _kind(s, position) == "concerning"]
    improvements = [s for s in known if _kind(s, position) == "improving"]
    not_returned = sum(f.code == "measure.not-returned" for f in position.findings)
    return DashboardSummary(
        sentences=tuple(_sentences(position, known, concerns, improvements)),
        figures=(
            Figure(f"{len(known)} of {len(states)}", "Measures with a figure"),
            Figure(str(sum(s.is_new for s in known)), "With a new figure this month"),
            Figure(str(len(concerns)), "Special cause, a concern"),
            Figure(str(len(improvements)), "Special cause, an improvement"),
            Figure(str(not_returned), "Due this month, not returned"),
        ),
        concerns=tuple(_told(s) for s in concerns),
        improvements=tuple(_told(s) for s in improvements),
    )


def _is_judged(state: MeasureState, position: Position) -> bool:
    """Whether the latest figure has an icon: it stands on a control chart, and is neither provisional nor in question."""
    return has_limits(state) and not why_unsure(state, position)


def _kind(state: MeasureState, position: Position) -> str:
    """The kind of variation that the latest figure shows: "" where that is not judged."""
    if state.chart is None or not _is_judged(state, position):
        return ""
    return state.chart.variation.partition("-")[0]


def _told(state: MeasureState) -> str:
    """A measure with the finding of its chart."""
    return f"{state.measure.title}: {measure_chart(state).title}."


def _sentences(
    position: Position, known: list[MeasureState], concerns: list[MeasureState], improvements: list[MeasureState]
) -> Iterable[str]:
    charted = [s for s in known if has_limits(s)]
    if not known:
        yield "No measure has a figure yet."
        return
    if charted:
        yield from _of_charts(charted, len(concerns), len(improvements), position)
    else:
        yield "No measure has figures enough for a control chart yet, so no change can be told from chance."
    yield from _against(known)


def _of_charts(charted: list[MeasureState], concerns: int, improvements: int, position: Position) -> Iterable[str]:
    """What the control charts say together, and how many of them say nothing this month."""
    judged = sum(_is_judged(s, position) for s in charted)
    have = f"{count(len(charted), 'measure has', 'measures have')} a control chart"
    left = len(charted) - judged
    if not judged:
        yield f"{have}, and none is judged this month: the latest figure of each is provisional or in question."
        return
    yield (
        f"{have}. {_number(concerns)} of them {'shows' if concerns == 1 else 'show'} a special cause of concern, "
        f"{_number(improvements).lower()} an improvement, and {_number(judged - concerns - improvements).lower()} no clear change."
    )
    if left:
        yield f"{left} {'is' if left == 1 else 'are'} not judged, because the latest figure is provisional or in question."


def _against(known: list[MeasureState]) -> Iterable[str]:
    """How many targets are met, and how many measures do better than others."""
    aimed = [s for s in known if s.measure.target is not None and s.rating]
    if aimed:
        met = sum(s.rating is Rating.MEETS for s in aimed)
        on = sum(s.rating is Rating.ON_PATH for s in aimed)
        yield (
            f"Of {count(len(aimed), 'measure')} with a target, {_number(met).lower()} "
            f"{'meets' if met == 1 else 'meet'} it and {_number(on).lower()} {'is' if on == 1 else 'are'} on the path to it."
        )
    compared = [s for s in known if s.rating in (Rating.BETTER, Rating.BETWEEN, Rating.WORSE)]
    if compared:
        better = sum(s.rating is Rating.BETTER for s in compared)
        worse = sum(s.rating is Rating.WORSE for s in compared)
        yield (
            f"Of {count(len(compared), 'measure')} rated against others, {_number(better).lower()} "
            f"{'does' if better == 1 else 'do'} better than all of them and {_number(worse).lower()} worse."
        )


def _number(number: int) -> str:
    """A number in a sentence: None, 3."""
    return str(number) if number else "None"


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
    judged = _is_judged(state, position)
    notes = [word for word, is_so in _doubts(state, position) if is_so]
    return IconRow(
        anchor=measure_anchor(measure),
        title=measure.title,
        latest=shown(measure, latest.value),
        period=latest.period.label,
        note=listed(notes).capitalize(),
        variation=Icon(chart.variation.value, VARIATION_WORDS[chart.variation]) if chart and judged else None,
        none="Not judged" if has_limits(state) else "On a trend" if measure.chart == "trend" else "Too few figures",
        assurance=Icon(passes.value, ASSURANCE_WORDS[passes]) if passes and judged else None,
        rating=Chip(RATING_STYLES[state.rating], RATING_WORDS[state.rating]) if state.rating else None,
    )


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
    special = [s for s in drawn if _kind(s, position) in ("concerning", "improving", "neutral")]
    title = (
        f"{_number(len(special))} of {len(drawn)} measures {'shows' if len(special) == 1 else 'show'} a special cause"
        if any(_is_judged(s, position) for s in drawn)
        else f"{count(len(drawn), 'measure')} at a glance"
    )
    latest = "; ".join(f"{s.measure.title}: {panel(s).latest}" for s in drawn)
    return SmallMultiples(
        title=title,
        subtitle=f"Focus area {focus.ref}: every measure with {CHART_FROM} figures or more, each on its own scale",
        panels=tuple(panel(s, why_unsure(s, position)) for s in drawn),
        alt=f"Small line charts of {len(drawn)} measures. {title}. Latest figures: {latest}.",
        source=f"Source: returns up to {position.month.label}",
    )


def _panel(state: MeasureState, position: Position) -> MeasurePanel:
    enough = len(state.known) >= CHART_FROM
    notes = [state.latest.comment] if state.latest and state.latest.comment else []
    if is_in_question(state, position):
        notes.append("This figure is in question: see the state of the data.")
    newest = state.series[-1]
    if newest.value is None and newest.month == position.month:
        why = f" {newest.comment}" if newest.comment else ""
        notes.append(f"No figure for {in_a_sentence(newest.period)}.{why}")
    return MeasurePanel(
        anchor=measure_anchor(state.measure),
        title=state.measure.title,
        about=_about(state.measure, position),
        story=measure_story(state, why_unsure(state, position)),
        note=" ".join(note if note[-1] in ".?" else f"{note}." for note in notes),
        chart=measure_chart(state, why_unsure(state, position), wide=True) if enough else None,
        bands=bands_chart(state),
    )


def _about(measure: Measure, position: Position) -> str:
    """What is counted, which way is better, how often and by whom."""
    better = {Improves.UP: "higher is better", Improves.DOWN: "lower is better"}.get(
        measure.improves, "neither way is better"
    )
    unit = "Per cent" if measure.is_percentage else measure.unit[:1].upper() + measure.unit[1:] or "Number"
    of = f" ({measure.numerator}, out of {measure.denominator})" if measure.numerator and measure.denominator else ""
    who = position.plan.partner[measure.partner].short_name
    return f"{unit}{of}; {better}. Returned {_often(measure.frequency)} by {who}."


def _often(frequency: Frequency) -> str:
    return "for each academic year" if frequency is Frequency.ACADEMIC_YEAR else str(frequency)
