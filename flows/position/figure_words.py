"""How findings and reports call a figure, its unit and its period; and what a unit says of the values there can be."""

from __future__ import annotations

from dataclasses import replace

from flows.plan.model import Measure
from flows.plan.periods import Period
from flows.plan.words import figure, quoted

WHOLE = 200
"""The longest title of a measure that a finding gives in full."""

NOT_COUNTED = frozenset(
    {
        "%",
        "per",
        "£",
        "hours",
        "days",
        "weeks",
        "months",
        "years",
        "points",
        "score",
        "scores",
        "index",
        "ratio",
        "grade",
    }
)
"""Words in the unit of what is measured or worked out: any other unit without decimals is of things that are counted."""

LENGTHS_OF_TIME = frozenset({"hours", "days", "weeks", "months", "years"})


def named(measure: Measure, part: str = "") -> str:
    """A measure as a finding names it, with the part that a figure is for: “Children waiting” (0 to 1 weeks)."""
    return quoted(measure.title, WHOLE) + (f" ({part})" if part else "")


def shown(measure: Measure, value: float) -> str:
    """A value as it is printed with its unit: 81.2%, 35 weeks, 1,234."""
    number = figure(value, measure.decimals)
    if measure.unit == "weeks":
        return f"{number} week" if number in ("1", "−1") else f"{number} weeks"
    return f"{number}%" if measure.is_percentage else number


def span(measure: Measure, low: float, high: float) -> str:
    """From one value to another, with their unit: 70.0% to 81.2%, 10 to 35 weeks."""
    first = figure(low, measure.decimals) if measure.unit == "weeks" else shown(measure, low)
    return f"{first} to {shown(measure, high)}"


def outside_in_words(measure: Measure, value: float, low: float, high: float) -> tuple[str, str]:
    """A value that lies outside a range, and the range, with as many decimals as it takes to see that it does."""
    for decimals in range(measure.decimals, measure.decimals + 4):
        finer = replace(measure, decimals=decimals)
        if not float(f"{low:.{decimals}f}") <= float(f"{value:.{decimals}f}") <= float(f"{high:.{decimals}f}"):
            break
    return shown(finer, value), span(finer, low, high)


def in_a_sentence(period: Period) -> str:
    """A period as it is called within a sentence: October 2022, 2021/22, 31 March 2023, the quarter to March 2023,
    the 2021-22 financial year."""
    label = period.label.removeprefix("as at ")
    if period.months <= 1 or (label[0].isdigit() and " " not in label):
        return label
    return f"the {label[0].lower()}{label[1:]}"


def is_count(measure: Measure) -> bool:
    """Whether a measure counts whole things (children, harms) rather than measuring or working out a rate."""
    words = measure.unit.casefold().split()
    return measure.decimals == 0 and bool(words) and words[0][0] != "£" and NOT_COUNTED.isdisjoint(words)


def lowest_possible(measure: Measure) -> float | None:
    """The lowest value there can be: what the plan says, else 0 for per cents, counts and lengths of time."""
    never_negative = measure.is_percentage or measure.unit.casefold() in LENGTHS_OF_TIME or is_count(measure)
    return 0.0 if measure.lowest is None and never_negative else measure.lowest


def highest_possible(measure: Measure) -> float | None:
    """The highest value there can be: what the plan says, else 100 for per cents."""
    return 100.0 if measure.highest is None and measure.is_percentage else measure.highest
