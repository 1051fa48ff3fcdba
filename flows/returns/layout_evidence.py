"""The sheet Evidence: what shows that something was done, and where it is kept."""

from __future__ import annotations

from flows.returns.layout_parts import NO, YES, By, Column, Kind, Sheet

EVIDENCE_KINDS = (
    "Report",
    "Minutes",
    "Plan or strategy",
    "Data",
    "Survey or feedback",
    "Case study",
    "Training record",
    "Publication",
    "Policy or procedure",
)
MARKINGS = ("Public", "Official", "Official-Sensitive")

EVIDENCE = Sheet(
    "evidence",
    "Evidence",
    "evidence",
    "One row for each new item of evidence. Say where it is kept; do not paste the document itself.",
    (
        Column(
            "number",
            "Number",
            Kind.WORDS,
            9,
            "Your own number for the item, once only in a return.",
            By.EITHER,
            synonyms=("No", "Evidence number", "Evidence no", "Item", "Ref", "Evidence ref"),
        ),
        Column(
            "title",
            "Title",
            Kind.PROSE,
            38,
            "What the document is called.",
            required=True,
            needed=True,
            synonyms=("Title of evidence", "Evidence", "Document", "Document title", "Name of evidence"),
        ),
        Column(
            "kind",
            "Kind",
            Kind.CHOICE,
            18,
            "What kind of evidence it is; choose from the list.",
            choices=EVIDENCE_KINDS,
            synonyms=("Type", "Evidence type", "Kind of evidence", "Type of evidence"),
        ),
        Column(
            "dated",
            "Date of evidence",
            Kind.DAY,
            17,
            "The date on the document, not the day you logged it.",
            synonyms=("Date", "Dated", "Evidence date", "Document date"),
        ),
        Column(
            "supports",
            "Supports",
            Kind.REFERENCES,
            16,
            "References of the milestones, measures or focus areas that it supports, and of an impact or outcome that it "
            "shows, such as 1.1-I2.",
            synonyms=("Supports reference", "Milestone", "Milestone ref", "Supports milestone", "Reference"),
        ),
        Column(
            "meets",
            "Meets expected evidence",
            Kind.REFERENCES,
            16,
            "References of the items of expected evidence in the plan that it meets, such as 1.1-E3.",
            synonyms=("Meets", "Expected evidence", "Expected evidence item", "Meets expected item"),
        ),
        Column(
            "shows",
            "What it shows",
            Kind.PROSE,
            48,
            "What a reader would learn from it, in one or two sentences.",
            synonyms=("Shows", "What does it show", "Impact", "Summary"),
        ),
        Column(
            "kept_at",
            "Where it is kept",
            Kind.PROSE,
            38,
            "The folder or web page where the improvement group can find it.",
            synonyms=("Kept at", "Location", "Link", "Where kept", "File path"),
        ),
        Column(
            "marking",
            "Marking",
            Kind.CHOICE,
            16,
            "Who may see the document; choose from the list.",
            choices=MARKINGS,
            synonyms=("Protective marking", "Classification"),
        ),
        Column(
            "withdrawn",
            "Withdrawn",
            Kind.YES_NO,
            11,
            "Yes, if an item that you sent before must no longer be relied on.",
            choices=(YES, NO),
            synonyms=("Withdrawn?", "Withdraw"),
        ),
    ),
    blank_rows=15,
    synonyms=("Evidence log", "New evidence", "Evidence items", "List of evidence"),
)
