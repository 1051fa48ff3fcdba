"""The first sheet of a return: who sends it, for which month. A list of labels and values, not a table."""

from __future__ import annotations

from flows.returns.layout_parts import By, Column, Kind

HEAD_SHEET = "Return"
HEAD_SYNONYMS = ("Return details", "Front sheet", "Cover", "About this return")

HEAD = (
    Column(
        "partner",
        "Partner",
        Kind.WORDS,
        44,
        "The organisation that sends this return; filled in by the form.",
        By.FORM,
        required=True,
        synonyms=("Organisation", "Organisation name", "Name of organisation", "Partner name", "Agency"),
    ),
    Column(
        "partner_key",
        "Partner code",
        Kind.WORDS,
        44,
        "The short name that the improvement group files this return under; filled in by the form.",
        By.FORM,
        synonyms=("Partner key",),
    ),
    Column(
        "month",
        "Month",
        Kind.WORDS,
        44,
        "The month that this return covers; filled in by the form.",
        By.FORM,
        required=True,
        synonyms=(
            "Reporting month",
            "Reporting period",
            "Period",
            "Month covered",
            "Return month",
            "Return for",
            "Month of return",
        ),
    ),
    Column(
        "completed_by",
        "Completed by",
        Kind.WORDS,
        44,
        "The role of the person who completed this return, not their name.",
        synonyms=("Completed by (role)", "Filled in by", "Submitted by", "Return completed by"),
    ),
    Column(
        "completed_on",
        "Completed on",
        Kind.DAY,
        44,
        "The day on which this return was completed.",
        synonyms=("Date completed", "Completed date", "Date of completion", "Submitted on", "Date submitted"),
    ),
    Column(
        "form_version",
        "Form version",
        Kind.WORDS,
        44,
        "The version of this form; filled in by the form.",
        By.FORM,
        synonyms=("Version", "Template version"),
    ),
)
