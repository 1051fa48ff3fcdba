"""The sheets that only the improvement group's own return has: Commentary and Decisions."""

from __future__ import annotations

from flows.plan.sections import SECTIONS
from flows.returns.layout_parts import By, Column, Kind, Sheet

DECISION_KINDS = ("Ask", "Decision", "Date change", "New limits", "Chart note")
DECISION_STATES = ("Open", "Closed")

COMMENTARY = Sheet(
    "commentary",
    "Commentary",
    "commentary",
    "The improvement group's own judgement: two or three sentences for the headline, one or two for each area; in the "
    "month of a stocktake or an annual review, two or three for each section of the report too.",
    (
        Column(
            "about",
            "About",
            Kind.SUBJECT,
            16,
            "Headline, a section of the reports, or the reference of an area of concern, a focus area or a measure.",
            By.EITHER,
            required=True,
            needed=True,
            synonyms=("Area", "Section", "Reference"),
        ),
        Column(
            "title",
            "Title",
            Kind.PROSE,
            38,
            "The title of the area, or what to write for the section.",
            By.FORM,
            synonyms=("Area title",),
        ),
        Column(
            "text",
            "Commentary",
            Kind.PROSE,
            90,
            "What the month means, in plain words.",
            required=True,
            needed=True,
            synonyms=("Text", "Comment", "Words", "Narrative"),
        ),
    ),
    blank_rows=3,
    group_only=True,
    topics=tuple((section.name, section.says) for section in SECTIONS),
)

DECISIONS = Sheet(
    "decisions",
    "Decisions",
    "decision",
    "What this month's paper asks of the board, what the board decided, the dates that it changed, and what the "
    "charts should show.",
    (
        Column(
            "number",
            "Number",
            Kind.WORDS,
            9,
            "The group's own number; it stays the same from month to month.",
            required=True,
            synonyms=("No", "Decision no", "Ref"),
        ),
        Column(
            "kind",
            "Kind",
            Kind.CHOICE,
            14,
            "Ask (the board is asked), Decision (the board decided), Date change (the board moved a due date), New "
            "limits (control limits are worked out anew) or Chart note (an event printed on a chart).",
            choices=DECISION_KINDS,
            required=True,
            needed=True,
            synonyms=("Type", "Kind of decision"),
        ),
        Column(
            "about",
            "About",
            Kind.REFERENCES,
            20,
            "The reference that it concerns; for a date change, the milestone; for new limits or a chart note, the "
            "measure, or several with semicolons between them.",
            synonyms=("Reference", "Milestone", "Measure"),
        ),
        Column(
            "text",
            "Words",
            Kind.PROSE,
            70,
            "What is asked, or was decided, in one sentence; for new limits, who decided it and why; for a chart note, "
            "the event in a few words.",
            required=True,
            synonyms=("Text", "Decision", "Ask", "Description"),
        ),
        Column(
            "dated",
            "Date",
            Kind.DAY,
            17,
            "The day on which it was decided; for a chart note, the day of the event.",
            synonyms=("Date decided", "Dated"),
        ),
        Column(
            "new_date",
            "New date",
            Kind.DAY,
            17,
            "For a date change, the due date that the board approved; for new limits, a day in the first period for "
            "which they hold.",
            synonyms=("New due date", "Approved date", "Revised date", "Holds from"),
        ),
        Column(
            "state",
            "State",
            Kind.CHOICE,
            12,
            "Where it stands; choose from the list.",
            choices=DECISION_STATES,
            synonyms=("Status", "Outcome"),
        ),
    ),
    blank_rows=15,
    group_only=True,
    synonyms=("Asks and decisions", "Decision log"),
)
