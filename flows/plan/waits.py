"""Whether figures about one waiting list can all be true.

A mean and a longest wait bound the share of children who wait longer than 18 weeks, and the other way round; counts
by band bound all three. It holds for the plan's baselines and for what partners return. Bands are read as NHS England
has them: "18 to 52 weeks" holds those who have waited more than 18 weeks and up to 52.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from flows.plan.model import Measure
from flows.plan.parts import part_key
from flows.plan.words import figure, quoted

WEEKS = 18
_EQUAL = 1e-9
"""Numbers nearer to each other than this are the same."""


@dataclass(frozen=True, slots=True)
class Band:
    """How many have waited more than `low` and up to `high` weeks; `high` is None for an open band, `children` where
    the number is not known."""

    label: str
    low: float
    high: float | None
    children: float | None


_ABOVE = ("over", "morethan", "longerthan", ">", "≥")
_BELOW = ("upto", "under", "lessthan", "<", "≤")
_LABEL = re.compile(
    rf"(?P<before>{'|'.join((*_ABOVE, *_BELOW))})? ?(?P<first>[0-9.]+)(?: to (?P<last>[0-9.]+))? "
    r"(?P<after>\+ ?weeks|weeks(?:ormore|andover|andlonger|plus|\+)|weeks)"
)


def bands(children: Mapping[str, float | None]) -> tuple[Band, ...]:
    """Counts by label as bands, shortest wait first. None at all unless every label names a band in weeks and each
    band begins where the one before it ends: what "0 to 17 weeks; 18 to 51 weeks" leaves open is not guessed."""
    read = [_band(label, count) for label, count in children.items()]
    found = sorted((band for band in read if band), key=lambda band: band.low)
    whole = len(found) == len(read) and all(one.high == other.low for one, other in pairwise(found))
    return tuple(found) if whole else ()


def _band(label: str, children: float | None) -> Band | None:
    match = _LABEL.fullmatch(part_key(label))
    if match is None:
        return None
    first, before, after = float(match["first"]), match["before"], match["after"]
    if match["last"]:
        return Band(label, first, float(match["last"]), children)
    if before in _BELOW:
        return Band(label, 0.0, first, children)
    return Band(label, first, None, children) if before in _ABOVE or after != "weeks" else None


def contradicting_baselines(measures: Iterable[Measure]) -> dict[str, tuple[Measure, tuple[str, ...]]]:
    """The sets of waits whose baselines cannot all be true, by name: the measure to ask about, and why not."""
    sets: dict[tuple[str, str], dict[str, Measure]] = defaultdict(dict)
    for measure in measures:
        if measure.set_name and measure.role:
            sets[measure.focus_ref, measure.set_name][measure.role] = measure
    found = {}
    for (_, name), roles in sets.items():
        share, longest, average = (
            roles[role].baseline if role in roles else None for role in ("over-18-weeks", "longest", "average")
        )
        if said := contradictions(share, longest, average):
            found[name] = (roles.get("over-18-weeks") or roles["average"], said)
    return found


def contradictions(
    over_18_weeks: float | None, longest: float | None, average: float | None, slack: float = 0.5
) -> tuple[str, ...]:
    """Plain sentences, one for each pair of figures that cannot both be true.

    The share over 18 weeks is a per cent, the waits are weeks. `slack` is how far each may have been rounded.
    """
    said = []
    if over_18_weeks is not None and longest is not None:
        said.append(_share_and_longest(over_18_weeks, longest, slack))
    if over_18_weeks is not None and average is not None:
        said.append(_share_and_average(over_18_weeks, average, longest, slack))
    if longest is not None and average is not None and average > longest + 2 * slack:
        said.append(f"An average wait of {average:g} weeks is longer than the longest wait, {longest:g} weeks.")
    return tuple(sentence for sentence in said if sentence)


def _share_and_longest(share: float, longest: float, slack: float) -> str:
    if share == 0 and longest > WEEKS + slack:
        return f"A longest wait of {longest:g} weeks cannot be true with {share:g}% over {WEEKS} weeks."
    if share > slack and longest <= WEEKS - slack:
        return f"{share:g}% over {WEEKS} weeks cannot be true with a longest wait of {longest:g} weeks."
    return ""


def _share_and_average(share: float, average: float, longest: float | None, slack: float) -> str:
    """The least the mean can be is 18 weeks for that share and none for the rest; the most, 18 for the rest."""
    least = max(share - slack, 0) / 100 * WEEKS
    if average + slack < least:
        return (
            f"{share:g}% over {WEEKS} weeks cannot be true with an average wait of {average:g} weeks: "
            f"it would be at least {least:.1f}."
        )
    most = WEEKS + min(share + slack if share else 0, 100) / 100 * max((longest or 0) + slack - WEEKS, 0)
    if average - slack > most and (share == 0 or longest is not None):
        return (
            f"An average wait of {average:g} weeks cannot be true with {share:g}% over {WEEKS} weeks: "
            f"it would be at most {most:.1f}."
        )
    return ""


def list_contradictions(waiting: float | None, over: float | None, out_of: float | None) -> tuple[str, ...]:
    """Why the number waiting and the counts of a share over 18 weeks, `over` of `out_of`, cannot be of one list."""
    if waiting is None:
        return ()
    if over is not None and over > waiting + _EQUAL:
        return (f"{figure(over, 0)} over {WEEKS} weeks cannot be true with {figure(waiting, 0)} waiting in all.",)
    if out_of is not None and abs(out_of - waiting) > _EQUAL:
        return (f"The share over {WEEKS} weeks is of {figure(out_of, 0)}, but {figure(waiting, 0)} are waiting.",)
    return ()


def band_contradictions(
    known: tuple[Band, ...],
    share: float | None = None,
    over: float | None = None,
    longest: float | None = None,
    average: float | None = None,
    slack: float = 0.5,
) -> tuple[str, ...]:
    """Why counts by band cannot be true with the other figures of the list: the per cent over 18 weeks or the number
    that it counts, the longest and the average wait in weeks. `slack` is how far each but the number may be rounded.
    """
    said = [
        _bands_and_share(known, share, over, slack),
        _bands_and_longest(known, longest, slack) if longest is not None else "",
        _bands_and_average(known, average, longest, slack) if average is not None else "",
    ]
    return tuple(sentence for sentence in said if sentence)


def _bands_and_share(known: tuple[Band, ...], share: float | None, over: float | None, slack: float) -> str:
    """Those in the bands from 18 weeks up are those who wait longer than 18 weeks."""
    late = [band.children for band in known if band.low >= WEEKS]
    waiting = _total(known)
    if not any(band.low == WEEKS for band in known) or None in late:
        return ""
    held = sum(children or 0 for children in late)
    if over is not None:
        if abs(held - over) <= _EQUAL:
            return ""
        return f"The bands from {WEEKS} weeks up hold {figure(held, 0)}, but {figure(over, 0)} are said to wait longer than {WEEKS} weeks."
    if share is None or not waiting or abs(100 * held / waiting - share) <= slack + _EQUAL:
        return ""
    part = f"{figure(held, 0)} of {figure(waiting, 0)}, which is {100 * held / waiting:.1f}%"
    return f"The bands from {WEEKS} weeks up hold {part}, but {share:g}% are said to wait longer than {WEEKS} weeks."


def _bands_and_longest(known: tuple[Band, ...], longest: float, slack: float) -> str:
    """The longest wait lies in the last band that anybody is in."""
    filled = [band for band in known if band.children]
    if not filled:
        return ""
    last = filled[-1]
    if longest <= last.low - slack and last.low > 0:
        held = f"{figure(last.children or 0, 0)} in {quoted(last.label)}"
        return f"A longest wait of {longest:g} weeks cannot be true with {held}."
    all_known = all(band.children is not None for band in known if band.low > last.low)
    if last.high is not None and longest > last.high + slack and all_known:
        return f"A longest wait of {longest:g} weeks cannot be true with nobody in a band after {quoted(last.label)}."
    return ""


def _bands_and_average(known: tuple[Band, ...], average: float, longest: float | None, slack: float) -> str:
    """The least the mean can be is everybody at the lower edge of the band; the most, everybody at its upper edge, and
    nobody beyond the longest wait."""
    waiting = _total(known)
    if not waiting:
        return ""
    least = sum(band.low * (band.children or 0) for band in known) / waiting
    if average + slack < least - _EQUAL:
        return f"An average wait of {average:g} weeks cannot be true with the bands: it would be at least {least:.1f}."
    ends = [(_end(band, longest, slack), band.children or 0) for band in known if band.children]
    if any(end is None for end, _ in ends):
        return ""
    most = sum((end or 0) * children for end, children in ends) / waiting
    if average - slack > most + _EQUAL:
        return f"An average wait of {average:g} weeks cannot be true with the bands: it would be at most {most:.1f}."
    return ""


def _end(band: Band, longest: float | None, slack: float) -> float | None:
    """The longest that anybody in a band can have waited; None for an open band when no longest wait is known."""
    if longest is None:
        return band.high
    cap = max(longest + slack, band.low)
    return cap if band.high is None else min(band.high, cap)


def _total(known: tuple[Band, ...]) -> float | None:
    """How many are in all bands together; None where one is not known."""
    if any(band.children is None for band in known):
        return None
    return sum(band.children or 0 for band in known)
