"""Control charts of the plan's measures: which measures have one, and what it says.

A measure has a control chart when it has figures enough, each for a period of the same length (or a school term) and
none overlapping the next (neighbours that share data are not independent), and the plan does not ask for a trend. All
charts are worked out together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from flows.plan.model import Frequency, Improves, Plan
from flows.plan.settings import Settings
from flows.position.control_charts import (
    PROFILES,
    ControlCharts,
    Profile,
    Rule,
    assurance,
    control_charts,
    sections_of,
    variation,
)
from flows.position.decisions import can_be_followed, measures_about
from flows.position.measure_state import Cause, ControlChart, DatedNote, Limits, MeasureState, Recalculation
from flows.position.model import Decision

SETTLED = 7
"""A section of a chart has limits from so many figures on: with fewer, no run can be told from chance, and the limits
would rest on a handful of ranges. Until then it has a mean and no judgement."""

TERM_MONTHS = frozenset({3, 4})
"""School terms follow each other though they are not of one length."""

SIGN = {Improves.UP: 1, Improves.DOWN: -1, Improves.NEUTRAL: 0}
"""The direction of improvement as the charts count it."""


@dataclass(frozen=True, slots=True)
class ChartRules:
    """How control charts are made: the profile, how many points one needs, and how many set the limits (None: all)."""

    profile: str = "mdc-7"
    needs: int = 13
    limits_from: int | None = None

    @property
    def engine(self) -> Profile:
        """The profile, with this number of points in place of its own."""
        return replace(PROFILES[self.profile], minimum=self.needs)


def chart_rules(settings: Settings) -> ChartRules:
    """The rules as the partnership has set them."""
    chosen = settings.measures
    return ChartRules(chosen.profile, chosen.control_chart_from, chosen.limits_from_points)


def recalculations(plan: Plan, made: Iterable[Decision]) -> dict[str, tuple[Recalculation, ...]]:
    """The decisions that limits are worked out anew, by measure, in the order in which the new limits begin."""
    found: dict[str, list[Recalculation]] = defaultdict(list)
    for decision in made:
        if decision.kind.casefold() == "new limits" and can_be_followed(plan, decision):
            assert decision.new_date is not None
            assert decision.dated is not None
            anew = Recalculation(decision.new_date, decision.dated, decision.number, decision.text)
            for measure in measures_about(plan, decision):
                found[measure.ref].append(anew)
    return {ref: tuple(sorted(anew, key=lambda r: r.start)) for ref, anew in found.items()}


def chart_notes(plan: Plan, made: Iterable[Decision]) -> dict[str, tuple[DatedNote, ...]]:
    """The events that charts carry, by measure, in the order in which they happened."""
    found: dict[str, list[DatedNote]] = defaultdict(list)
    for decision in made:
        if decision.kind.casefold() == "chart note" and can_be_followed(plan, decision):
            assert decision.dated is not None
            for measure in measures_about(plan, decision):
                found[measure.ref].append(DatedNote(decision.dated, decision.text))
    return {ref: tuple(sorted(notes, key=lambda n: n.day)) for ref, notes in found.items()}


def charted(states: Sequence[MeasureState], rules: ChartRules) -> tuple[MeasureState, ...]:
    """The states, with the control chart of each that can have one."""
    chosen = [state for state in states if can_be_charted(state, rules)]
    if not chosen:
        return tuple(states)
    longest = max(len(state.known) for state in chosen)
    values, sections = np.full((len(chosen), longest), np.nan), np.zeros((len(chosen), longest), np.int64)
    for row, state in enumerate(chosen):
        values[row, : len(state.known)] = [v.value for v in state.known]
        starts = sections_of([v.period.end for v in state.known], [r.start for r in state.recalculations])
        sections[row, : len(starts)] = starts
        sections[row, len(starts) :] = starts[-1]
    made = control_charts(values, rules.engine, sections, rules.limits_from)
    rows = {state.measure.ref: row for row, state in enumerate(chosen)}
    return tuple(
        replace(s, chart=_chart(s, rules, made, sections, rows[s.measure.ref])) if s.measure.ref in rows else s
        for s in states
    )


def can_be_charted(state: MeasureState, rules: ChartRules) -> bool:
    """Whether a measure's figures can stand on a control chart."""
    if state.measure.chart == "trend" or len(state.known) < max(rules.needs, 2):
        return False
    periods = [v.period for v in state.known]
    apart = all(later.start > earlier.end for earlier, later in pairwise(periods))
    lengths = {p.months for p in periods}
    return apart and (len(lengths) == 1 or (state.measure.frequency is Frequency.TERMLY and lengths <= TERM_MONTHS))


def _chart(
    state: MeasureState, rules: ChartRules, made: ControlCharts, sections: NDArray[np.int64], row: int
) -> ControlChart:
    improves, known = SIGN[state.measure.improves], state.known
    last = len(known) - 1
    numbers = sections[row, : len(known)]
    firsts = [int(np.argmax(numbers == number)) for number in dict.fromkeys(numbers.tolist())]
    lasts = [*(first - 1 for first in firsts[1:]), last]
    settled = [end - begin + 1 >= SETTLED for begin, end in zip(firsts, lasts, strict=True)]
    causes: list[Cause] = []
    parts: list[Limits] = []
    for begin, end, is_settled in zip(firsts, lasts, settled, strict=True):
        lower, upper = (float(made.lower[row, begin]), float(made.upper[row, begin])) if is_settled else (None, None)
        parts.append(Limits(known[begin].period, known[end].period, float(made.mean[row, begin]), lower, upper))
        causes += [
            Cause(Rule(int(made.rule[row, i])), int(made.direction[row, i])) if is_settled else Cause()
            for i in range(begin, end + 1)
        ]
    lowest, highest = (float(made.lower[row, last]), float(made.upper[row, last])) if settled[-1] else (np.nan, np.nan)
    return ControlChart(
        profile=rules.profile,
        causes=tuple(causes),
        sections=tuple(parts),
        variation=variation(causes[-1].direction, improves),
        assurance=assurance(lowest, highest, state.measure.target, improves, rules.engine),
    )
