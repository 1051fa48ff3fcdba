"""Page one of the data dashboard: what the figures say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flows.plan.words import count, listed
from flows.position.measure_state import MeasureState, Rating
from flows.position.model import Position
from flows.reports.measure_charts import finding, has_limits
from flows.reports.measure_doubts import is_in_question, why_unsure
from flows.reports.sources import Told, figures
from flows.reports.summary import Figure

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class DashboardSummary:
    """Page one: what the figures say together."""

    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    concerns: tuple[Told, ...]
    improvements: tuple[Told, ...]


def summary_of(position: Position) -> DashboardSummary:
    """What page one says of the month."""
    states = position.measures
    known = [s for s in states if s.latest]
    concerns = [s for s in known if kind_of(s, position) == "concerning"]
    improvements = [s for s in known if kind_of(s, position) == "improving"]
    not_returned = sum(f.code == "measure.not-returned" for f in position.findings)
    return DashboardSummary(
        sentences=tuple(_sentences(position, known)),
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


def is_judged(state: MeasureState, position: Position) -> bool:
    """Whether the latest figure has an icon: it stands on a control chart, and is neither provisional nor in question."""
    return has_limits(state) and not why_unsure(state, position)


def kind_of(state: MeasureState, position: Position) -> str:
    """The kind of variation that the latest figure shows: "" where that is not judged."""
    if state.chart is None or not is_judged(state, position):
        return ""
    return state.chart.variation.partition("-")[0]


def _told(state: MeasureState) -> Told:
    """A measure with the finding of its chart."""
    return Told(f"{state.measure.title}: {finding(state)}.", figures(state.latest))


def _sentences(position: Position, known: list[MeasureState]) -> Iterable[str]:
    charted = [s for s in known if s.chart]
    if not position.measures:
        yield "The plan has no measures."
    elif not known:
        yield "No measure has a figure yet."
    elif charted:
        shows = Counter(_shows(s, position) for s in charted)
        yield _told_together(_SHOWS, shows, "a control chart")
    else:
        yield "No measure has a control chart yet, so no change can be told from chance."
    aimed = Counter(stands(s, position) for s in known if s.rating and s.measure.target is not None)
    if aimed:
        yield _told_together(_AGAINST_TARGET, aimed, "a target")
    compared = Counter(stands(s, position) for s in known if s.rating and s.measure.target is None)
    if compared:
        yield _told_together(_AGAINST_OTHERS, compared, "others to be rated against")
    yield from _doubts(position, known)


def _doubts(position: Position, known: list[MeasureState]) -> Iterable[str]:
    """How many figures are not to be taken as they stand."""
    questioned = sum(is_in_question(s, position) for s in known)
    provisional = sum(s.latest is not None and s.latest.provisional for s in known)
    counted = ((questioned, "in question"), (provisional, "provisional"))
    told = [f"{number} {'is' if number == 1 else 'are'} {what}" for number, what in counted if number]
    if told:
        yield f"Of the latest figures, {listed(told)}: see the state of the data."


_SHOWS = {
    "concerning": ("shows a special cause of concern", "show a special cause of concern"),
    "improving": ("shows a special cause of improvement", "show a special cause of improvement"),
    "neutral": ("shows a special cause that is neither", "show a special cause that is neither"),
    "common": ("shows no clear change", "show no clear change"),
    "anew": (
        "has limits begun anew, with too few figures since to judge it",
        "have limits begun anew, with too few figures since to judge them",
    ),
    "unsure": (
        "is not judged, because the latest figure is provisional or in question",
        "are not judged, because the latest figure is provisional or in question",
    ),
}
"""What a control chart shows, in the order in which page one tells it: of one measure, and of several."""

_IN_QUESTION = ("has a latest figure in question", "have a latest figure in question")
_AGAINST_TARGET = {
    Rating.MEETS: ("meets it", "meet it"),
    Rating.ON_PATH: ("is on the path to it", "are on the path to it"),
    Rating.BEHIND: ("is behind the path to it", "are behind the path to it"),
    Rating.SHORT: ("is short of it", "are short of it"),
    Rating.MISSED: ("has missed it", "have missed it"),
    None: _IN_QUESTION,
}
_AGAINST_OTHERS = {
    Rating.BETTER: ("does at least as well as all of them", "do at least as well as all of them"),
    Rating.BETWEEN: ("does at least as well as some, not as all", "do at least as well as some, not as all"),
    Rating.WORSE: ("does worse than all of them", "do worse than all of them"),
    None: _IN_QUESTION,
}


def _told_together(words: Mapping[Kind, tuple[str, str]], counted: Counter[Kind], what: str) -> str:
    """How many measures have `what`, and how many of them fall under each of the words; the first of these is told
    also where it is none."""
    total = counted.total()
    have = f"{count(total, 'measure has', 'measures have')} {what}"
    if total == 1:
        (only,) = counted
        return f"{have}, and {words[only][0]}."
    if len(counted) == 1:
        (only,) = counted
        return f"{have}: all of them {words[only][1]}."
    first = next(iter(words))
    kinds = (kind for kind in words if counted[kind] or kind == first)
    told = listed(f"{counted[kind] or 'none'} {words[kind][counted[kind] > 1]}" for kind in kinds)
    return f"{have}: {told}."


def _shows(state: MeasureState, position: Position) -> str:
    """What the control chart of a measure shows, as `_SHOWS` has it."""
    return kind_of(state, position) or ("unsure" if has_limits(state) else "anew")


def stands(state: MeasureState, position: Position) -> Rating | None:
    """The rating of a measure; None while the latest figure is in question."""
    return None if is_in_question(state, position) else state.rating
