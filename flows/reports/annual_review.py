"""The annual review: its facts, ready for `templates/annual-review.html`.

To what every look back has it adds the scorecard of outcomes-based accountability and the story behind the measures
that ask whether anyone is better off.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.settings import Settings
from flows.position.look_back import LookBack
from flows.reports.curves import Curves, turning_the_curve
from flows.reports.review import Review, review
from flows.reports.scorecard import Scorecard, scorecard
from flows.reports.sources import with_sources

MONTHS_AHEAD = 12
"""The forward look of an annual review: the year that follows."""


@dataclass(frozen=True)
class AnnualReview(Review):
    """All facts of the annual review."""

    scorecard: Scorecard
    curves: Curves


def annual_review(back: LookBack, settings: Settings) -> AnnualReview:
    """The facts of the annual review of the months looked back on."""
    curves = turning_the_curve(back, settings, "year")
    common = review("Annual review", back, settings, "year", MONTHS_AHEAD, drawn_elsewhere=curves.refs)
    facts = AnnualReview(**vars(common), scorecard=scorecard(back, settings, "year"), curves=curves)
    return with_sources(facts, back.now)
