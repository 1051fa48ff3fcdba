"""The words beside the icons of *Making Data Count*, for special causes and for ratings: everywhere the same."""

from __future__ import annotations

from flows.position.control_charts import Assurance, Rule, Variation
from flows.position.measure_state import Cause, Rating

VARIATION_WORDS = {
    Variation.COMMON: "Common cause",
    Variation.IMPROVING_HIGH: "Improving, high",
    Variation.IMPROVING_LOW: "Improving, low",
    Variation.CONCERNING_HIGH: "Concerning, high",
    Variation.CONCERNING_LOW: "Concerning, low",
    Variation.NEUTRAL_HIGH: "Special cause, high",
    Variation.NEUTRAL_LOW: "Special cause, low",
}
ASSURANCE_WORDS = {
    Assurance.PASSES: "Always meets the target",
    Assurance.FAILS: "Never meets the target",
    Assurance.HIT_OR_MISS: "Hit or miss",
}
RATING_WORDS = {rating: rating.value.capitalize() for rating in Rating}

_CAUSES = {
    (Rule.OUTSIDE, 1): "Outside the limits, high",
    (Rule.OUTSIDE, -1): "Outside the limits, low",
    (Rule.TREND, 1): "Trend, rising",
    (Rule.TREND, -1): "Trend, falling",
    (Rule.TWO_OF_THREE, 1): "2 of 3 near the upper limit",
    (Rule.TWO_OF_THREE, -1): "2 of 3 near the lower limit",
    (Rule.SHIFT, 1): "Shift, above the mean",
    (Rule.SHIFT, -1): "Shift, below the mean",
}


def special_cause(cause: Cause) -> str:
    """What a control chart says of one figure: which rule marks it and which way, or that it is common cause."""
    return _CAUSES.get((cause.rule, cause.direction), VARIATION_WORDS[Variation.COMMON])
