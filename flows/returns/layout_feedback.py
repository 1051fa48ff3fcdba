"""The sheet Feedback: what families said, what is being done and what was done."""

from __future__ import annotations

from flows.returns.layout_parts import By, Column, Kind, Sheet

FEEDBACK = Sheet(
    "feedback",
    "Feedback",
    "feedback",
    "What children, young people and families told you, what is being done and what was done. No names.",
    (
        Column(
            "number",
            "Number",
            Kind.WORDS,
            9,
            "Your own number for the item, once only in a return.",
            By.EITHER,
            synonyms=("No", "Item", "Ref"),
        ),
        Column(
            "about",
            "About",
            Kind.REFERENCE,
            10,
            "The focus area or area that it is about, such as 3.3; or the impact that it tells of, such as 3.3-I1.",
            synonyms=("Area", "Focus area", "Reference"),
        ),
        Column(
            "you_said",
            "You said",
            Kind.PROSE,
            48,
            "What families said, in their terms.",
            required=True,
            needed=True,
            synonyms=("What you said", "Feedback"),
        ),
        Column(
            "we_are_doing",
            "We're doing",
            Kind.PROSE,
            48,
            "What is being done about it now.",
            synonyms=("We are doing", "What we're doing", "What we are doing"),
        ),
        Column(
            "we_did",
            "We did",
            Kind.PROSE,
            48,
            "What has been done and what changed.",
            synonyms=("What we did",),
        ),
        Column("dated", "Date", Kind.DAY, 17, "When it was said.", synonyms=("Dated", "Date received", "Date said")),
    ),
    blank_rows=10,
    synonyms=(
        "You said, we did",
        "You said we're doing we did",
        "Lived experience",
        "Family feedback",
        "Voice of families",
    ),
)
