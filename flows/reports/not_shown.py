"""What the partnership is not yet able to show: one line for each kind of gap, the gravest first.

Each line counts, and names a few: what is said in full elsewhere is not said again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.plan.settings import Settings
from flows.position.look_back import LookBack
from flows.position.measure_state import MeasureState
from flows.position.model import Status
from flows.reports.evidence_held import expected_of, held_refs
from flows.reports.impact import MARKS, on_record, unshown_promises
from flows.reports.scorecard import why_unsure_in

NAMED = 8
"""So many references or names stand in a line; the others are counted."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """One kind of gap: what cannot be shown, how many of how many, and which."""

    what: str
    number: int
    of: int
    which: str

    @property
    def how_many(self) -> str:
        """The count with its denominator: 7 of 33."""
        return f"{self.number} of {self.of}"


@dataclass(frozen=True, slots=True)
class NotShown:
    """The gaps, the gravest first; `none` names the kinds of which there is no gap, or says that there is nothing to show
    at all."""

    rows: tuple[Lacking, ...]
    none: str


def not_shown(back: LookBack, settings: Settings) -> NotShown:
    """What the partnership cannot show at the end of the look back."""
    lines = [*_promises(back), *_milestones(back), *_measures(back), *_evidence(back)]
    asked = [line for line in lines if line.of]
    asked.sort(key=lambda line: _GRAVEST.index(line.what) if line.what in _GRAVEST else -1)
    clear = [line.what[:1].lower() + line.what[1:] for line in asked if not line.number]
    return NotShown(
        rows=tuple(line for line in asked if line.number),
        none=f"None: {'; '.join(clear)}." if clear else "" if asked else _NOTHING_ASKED,
    )


_NOTHING_ASKED = (
    "Nothing here asks to be shown yet: the plan has no promise, measure or expected evidence, and no milestone was said "
    "complete."
)


_AWAITED = "Milestones said complete, without accepted evidence or a date"
_QUESTIONED = "Measures whose latest figure is in question"
_NO_FIGURE = "Measures without any figure"
_PROVISIONAL = "Measures whose latest figure is provisional"
_NOT_HELD = "Items of expected evidence with nothing held against them"
_IN_DOUBT = "Measures whose baseline cannot be true as labelled"
_NO_TARGET = "Measures without a target"
_NO_BASELINE = "Measures without a baseline"
_GRAVEST = (
    _AWAITED,
    _QUESTIONED,
    _NO_FIGURE,
    _NOT_HELD,
    _PROVISIONAL,
    _IN_DOUBT,
    _NO_TARGET,
    _NO_BASELINE,
)
"""The order of the lines below those on promises: what may not be so first, how things would be measured last."""


def _promises(back: LookBack) -> Iterable[Lacking]:
    position = back.now
    for kind, words in MARKS.items():
        what = f"{words[:1].upper()}{words[1:]} that nothing {on_record(position)} shows"
        promised = sum(p.kind == kind for p in position.plan.promises)
        yield _refs(what, [p.ref for p in unshown_promises(position, kind)], promised)


def _milestones(back: LookBack) -> Iterable[Lacking]:
    """Of the milestones said complete, wholly or for a due day, those that are so without evidence."""
    closed = (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    said = [s for s in back.now.milestones if any(o.status in closed for o in s.occurrences)]
    awaited = [s.ref for s in said if any(o.status is Status.EVIDENCE_AWAITED for o in s.occurrences)]
    yield _refs(_AWAITED, awaited, len(said))


def _measures(back: LookBack) -> Iterable[Lacking]:
    states = back.now.measures
    known, based = [s for s in states if s.latest], [s for s in states if s.measure.baseline is not None]
    unsure = {s.measure.ref: why_unsure_in(s, back) for s in known}
    chosen = (
        (_QUESTIONED, known, lambda s: unsure[s.measure.ref] == "in question"),
        (_NO_FIGURE, states, lambda s: s.latest is None),
        (_PROVISIONAL, known, lambda s: unsure[s.measure.ref] == "provisional"),
        (_IN_DOUBT, based, lambda s: s.baseline_in_doubt),
        (_NO_TARGET, states, lambda s: s.measure.target is None),
        (_NO_BASELINE, states, lambda s: s.measure.baseline is None),
    )
    for what, among, is_lacking in chosen:
        lacking = [s for s in among if is_lacking(s)]
        yield Lacking(what, len(lacking), len(among), _which(_names(lacking, states), "; "))


def _names(lacking: Sequence[MeasureState], states: Sequence[MeasureState]) -> list[tuple[str, int]]:
    """Measures by name, each with the 1 that it counts for; a set of which all are lacking by its own name and size."""
    gone = {s.measure.ref for s in lacking}
    whole = {s.measure.set_name for s in states} - {s.measure.set_name for s in states if s.measure.ref not in gone}
    named = Counter(s.measure.set_name if s.measure.set_name in whole - {""} else s.measure.title for s in lacking)
    return [(f"{name} (all {number})" if number > 1 else name, number) for name, number in named.items()]


def _evidence(back: LookBack) -> Iterable[Lacking]:
    expected, held = expected_of(back.now), held_refs(back.now)
    yield _refs(_NOT_HELD, [p.ref for p in expected if p.ref not in held], len(expected))


def _refs(what: str, refs: Sequence[str], of: int) -> Lacking:
    return Lacking(what, len(refs), of, _which([(ref, 1) for ref in refs], ", "))


def _which(named: Sequence[tuple[str, int]], between: str) -> str:
    """At most eight names, then how many more they do not count for."""
    more = sum(number for _, number in named[NAMED:])
    told = between.join(name for name, _ in named[:NAMED])
    return f"{told}{between.rstrip()} and {more} more" if more else told
