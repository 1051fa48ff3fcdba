"""Whether figures about one waiting list can all be true.

A mean and a longest wait bound the share of children who wait longer than 18 weeks, and the other way round. It
holds for the plan's baselines and for what partners return.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flows.plan.model import Measure

WEEKS = 18


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
