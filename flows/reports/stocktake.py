"""The quarterly stocktake: its facts, ready for `templates/stocktake.html`."""

from __future__ import annotations

from flows.plan.settings import Settings
from flows.position.look_back import LookBack
from flows.reports.review import Review, review
from flows.reports.sources import with_sources

MONTHS_AHEAD = 3
"""The forward look of a stocktake: the quarter that follows."""


def stocktake(back: LookBack, settings: Settings) -> Review:
    """The facts of the stocktake of the months looked back on."""
    return with_sources(review("Stocktake", back, settings, "quarter", MONTHS_AHEAD), back.now)
