"""The kinds of exceptions: under which heading each finding is told, and which are told elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """Findings that stand under one heading. `lead` says what the heading means; `codes` are those of the findings;
    `none` names them where there are none, if the heading does not."""

    anchor: str
    heading: str
    lead: str
    codes: tuple[str, ...]
    none: str = ""


KINDS = (
    Kind(
        "unproven",
        "Said complete, not shown to be",
        "These do not count as complete until the evidence is on record.",
        ("milestone.complete-without-evidence", "milestone.complete-without-date", "milestone.complete-in-future"),
    ),
    Kind(
        "disagree",
        "Partners who disagree",
        "The more cautious answer is shown in this report.",
        ("milestone.joint-leads-disagree",),
    ),
    Kind(
        "claims",
        "Claims that do not fit the dates",
        "What was returned and what the dates say cannot both stand.",
        (
            "milestone.went-backwards",
            "milestone.on-track-though-late",
            "milestone.forecast-in-past",
            "milestone.due-changed",
            "milestone.date-change",
            "milestone.status-unknown",
            "milestone.unknown-reference",
            "milestone.not-theirs",
        ),
    ),
    Kind(
        "silent",
        "Missing or repeated updates",
        "What was last said of each of these stands until there is an update.",
        ("milestone.no-update", "milestone.same-words"),
    ),
    Kind(
        "figures",
        "Figures that cannot be right or are missing",
        "A figure that cannot be right is not used; a missing one is said to be missing.",
        (
            "measure.impossible",
            "measure.parts-disagree",
            "measure.part-above-total",
            "measure.fraction-for-percentage",
            "measure.parts-sum",
            "measure.contradiction",
            "measure.harms-above-reviewed",
            "measure.harms-without-action",
            "measure.identical-set",
            "measure.not-whole",
            "measure.unit-changed",
            "measure.given-twice",
            "measure.wrong-period",
            "measure.wrong-period-length",
            "measure.unknown-part",
            "measure.not-in-plan",
            "measure.not-theirs",
            "measure.not-returned",
            "measure.parts-missing",
            "measure.not-available",
        ),
    ),
    Kind(
        "jumps",
        "Figures to be explained or confirmed",
        "These figures are used. One that moved further than chance would take it, or is provisional, is not firm yet.",
        ("measure.outside-limits", "measure.big-jump", "measure.still-provisional"),
    ),
    Kind("restated", "Restated history", "Earlier papers printed the older figure.", ("measure.restated",)),
    Kind(
        "evidence",
        "Evidence in question",
        "Evidence that was not accepted, or must be explained.",
        (
            "evidence.supports-nothing",
            "evidence.no-title",
            "evidence.dated-after-period",
            "evidence.too-old",
            "evidence.withdrawn",
            "evidence.undated",
        ),
    ),
    Kind(
        "risks",
        "Risks that need attention",
        "Each open risk needs an owner, a score, a mitigation and a review in time.",
        (
            "risk.no-owner",
            "risk.no-mitigation",
            "risk.vanished",
            "risk.review-overdue",
            "risk.no-score",
        ),
    ),
    Kind(
        "returns",
        "Missing, late or repeated returns",
        "Where no return could be used, what the partner said before stands.",
        (
            "return.missing",
            "return.late",
            "return.stale",
            "return.wrong-month",
            "return.wrong-partner",
            "return.not-used",
            "return.unreadable",
            "return.personal-data",
        ),
    ),
    Kind(
        "words",
        "The improvement group’s words and the record",
        "The record stands where the words give another figure or status. Words about nothing known are not printed.",
        (
            "commentary.count-differs",
            "commentary.figure-differs",
            "commentary.status-differs",
            "commentary.unknown-subject",
        ),
        none="words of the improvement group that differ from the record",
    ),
    Kind(
        "other",
        "Other answers that could not be used as they stand",
        "An answer that cannot be used is left out of this report until it is put right.",
        (),
    ),
)
"""The kinds in the order in which they are printed. The last has no codes: it takes every error and query about the
month's returns that the others do not name."""

LATE_CODES = frozenset(
    {
        "milestone.joint-leads-disagree",
        "milestone.went-backwards",
        "milestone.complete-in-future",
        "milestone.on-track-though-late",
        "milestone.forecast-in-past",
        "milestone.due-changed",
        "milestone.no-update",
        "milestone.same-words",
        "milestone.occurrence-missed",
    }
)
"""Findings that are told with a milestone that is overdue or slipping, so that all of it reads together."""

ELSEWHERE = frozenset({"milestone.occurrence-missed", "evidence.expected-missing", "restated.unexplained"})
"""Findings that the report tells in other places: among the overdue, in the focus areas, and with what reads otherwise
than it was published."""
