"""The words that a return is read by: statuses, partners' names, and how often each measure is returned.

Small and free of the settings' own machinery, because it travels to the child process that reads returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.plan.model import Frequency

if TYPE_CHECKING:
    from flows.plan.model import Plan
    from flows.plan.settings import Settings

NOT_STARTED = "Not started"
"""The one status word of a return that no report prints: the rules say whether it is not yet due or late."""

RECEIPT_MARKER = "boardpack_receipt"
"""A hidden name in a workbook by which the first sheet of a receipt is known again when a partner sends it back."""


@dataclass(frozen=True)
class Vocabulary:
    """What the reader must know of the plan and settings.

    `statuses` are the words that a partner may choose, in the order not started, on track, at risk, off track,
    complete. `partners` are key, name and short name. `frequencies` tell what a bare year means for a measure.
    """

    statuses: tuple[str, str, str, str, str] = (NOT_STARTED, "On track", "At risk", "Off track", "Complete")
    partners: tuple[tuple[str, str, str], ...] = ()
    frequencies: tuple[tuple[str, Frequency], ...] = ()
    improvement_group: str = ""


def status_choices(settings: Settings) -> tuple[str, str, str, str, str]:
    """The status words of the form's list."""
    words = settings.status.words
    return (NOT_STARTED, words.on_track, words.at_risk, words.off_track, words.complete)


def vocabulary_of(plan: Plan, settings: Settings) -> Vocabulary:
    """The words that the returns to this plan are read by."""
    return Vocabulary(
        statuses=status_choices(settings),
        partners=tuple((p.key, p.name, p.short_name) for p in plan.partners),
        frequencies=tuple((m.ref, m.frequency) for m in plan.measures),
        improvement_group=plan.improvement_group.key,
    )
