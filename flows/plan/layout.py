"""The layout of `inputs/plan.xlsx`, declared once: writing, loading and the notes on its columns all come from here.

A column is found by its heading or a synonym, whatever its place, case and spacing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from flows.plan.model import Frequency, Improves


class Kind(Enum):
    """What a cell holds: words, a reference, a number, a day, or a due date in the plan's own words."""

    TEXT = auto()
    REFERENCE = auto()
    NUMBER = auto()
    DAY = auto()
    DUE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field it fills, its heading, the note on it, its width in characters.

    `choices` are the words of its drop-down list; `names_partners` gives it the list of partners instead (`several`:
    more than one may stand in a cell, parted by semicolons). A `required` column must be there; the others may be
    left out.
    """

    field: str
    heading: str
    note: str
    width: int = 16
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    names_partners: bool = False
    several: bool = False
    required: bool = False
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, what it is for, and its columns. A `required` sheet must be there."""

    name: str
    purpose: str
    columns: tuple[Column, ...]
    required: bool = True
    synonyms: tuple[str, ...] = ()

    def column(self, field: str) -> Column:
        """The column that fills a field."""
        return next(column for column in self.columns if column.field == field)


PROMISE_KINDS = {"impact": "Impact", "outcome": "Outcome", "evidence": "Expected evidence"}
QUESTIONS = ("how much", "how well", "better off")
WAIT_ROLES = ("waiting", "over-18-weeks", "longest", "average")
HARM_ROLES = ("reviewed", "harms", "actions", "complaints")
ROLES = (*WAIT_ROLES, *HARM_ROLES)
CHARTS = ("control chart", "trend")


def _reference(example: str, note: str = "") -> Column:
    said = f"As the plan numbers it, as text: {example}. {note}".strip()
    return Column("ref", "Reference", said, 14, Kind.REFERENCE, required=True, synonyms=("Ref", "Ref no", "Number"))


def _partner(note: str) -> Column:
    return Column(
        "partner", "Returned by", note, 16, names_partners=True, required=True, synonyms=("Partner", "Who returns it")
    )


NOTE = Column("note", "Note", "Anything a reader of the plan should know about this row.", 40, synonyms=("Notes",))
LEADS = (
    Column(
        "lead_role", "Lead role", "The role that is accountable; never a person's name.", 34, synonyms=("Lead", "Leads")
    ),
    Column(
        "lead_partner",
        "Lead partner",
        "The partner that role belongs to; empty where the plan names none.",
        16,
        names_partners=True,
        synonyms=("Lead organisation", "Organisation"),
    ),
    Column(
        "joint_leads",
        "Joint leads",
        "Further leads, each as role, comma, partner, with semicolons between them: "
        "Head of Therapies, Hospital trust; Chair, Parent Carer Forum.",
        40,
        synonyms=("Joint lead", "Other leads"),
    ),
)

READ_ME = Sheet(
    "Read me",
    "What this workbook is, and notes on the plan.",
    (Column("note", "Notes on this plan", "One note a row.", 110, required=True, synonyms=("Notes", "Note")),),
    required=False,
    synonyms=("Notes",),
)
PARTNERS = Sheet(
    "Partners",
    "Who sends a return each month.",
    (
        Column(
            "key", "Key", "A short lower-case word that names the partner's files: council.", 20, Kind.REFERENCE,
            required=True,
        ),
        Column("name", "Partner", "The full name, as papers print it.", 46, required=True, synonyms=("Name",)),
        Column("short_name", "Short name", "The name in tables.", 18, required=True),
        Column("contact_role", "Contact role", "The role that answers for the return.", 34, synonyms=("Contact",)),
        Column(
            "is_improvement_group", "Improvement group", "Yes for the group that runs the plan; one row only.", 14,
            choices=("Yes",),
        ),
        NOTE,
    ),
)  # fmt: skip
AREAS = Sheet(
    "Areas",
    "The areas of concern from the inspection.",
    (
        _reference("1"),
        Column("title", "Area of concern", "What the area is about.", 60, required=True, synonyms=("Title",)),
        Column("short_title", "Short title", "At most five words, for tables.", 26, required=True),
        *LEADS,
        NOTE,
    ),
    synonyms=("Areas of concern",),
)
FOCUS_AREAS = Sheet(
    "Focus areas",
    "The parts of each area of concern.",
    (
        _reference("1.1"),
        Column("area_ref", "Area of concern", "The area it belongs to: 1.", 14, Kind.REFERENCE, synonyms=("Area",)),
        Column("title", "Focus area", "What the focus area is about.", 70, required=True, synonyms=("Title",)),
        NOTE,
    ),
)
PROMISES = Sheet(
    "Promises",
    "The impacts for children, outcomes for the partnership and evidence expected, for each focus area.",
    (
        _reference("1.1-I1, 1.1-O1 or 1.1-E1"),
        Column("focus_ref", "Focus area", "The focus area it belongs to: 1.1.", 12, Kind.REFERENCE),
        Column(
            "kind",
            "Kind",
            "An impact for children, an outcome for the partnership, or evidence expected.",
            18,
            choices=tuple(PROMISE_KINDS.values()),
            required=True,
        ),
        Column("text", "What was promised", "In one sentence.", 90, required=True, synonyms=("Promise", "Text")),
    ),
    synonyms=("Impacts, outcomes and evidence",),
)
ACTIONS = Sheet(
    "Actions",
    "What the partnership will do, and who leads it.",
    (
        _reference("1.1.1"),
        Column("focus_ref", "Focus area", "The focus area it belongs to: 1.1.", 12, Kind.REFERENCE),
        Column("title", "Action", "What will be done.", 60, required=True, synonyms=("Title", "What we will do")),
        *LEADS,
        Column("workstream", "Workstream", "The workstream that carries it out.", 26),
        NOTE,
    ),
)
MILESTONES = Sheet(
    "Milestones",
    "The dated steps of each action.",
    (
        _reference("1.1.1.6"),
        Column("action_ref", "Action", "The action it belongs to: 1.1.1.", 12, Kind.REFERENCE),
        Column("title", "Milestone", "What will be done by the date.", 70, required=True, synonyms=("Title",)),
        Column(
            "due",
            "Due",
            "In the plan's own words: 31/10/22; 31/10/22 and then monthly (or quarterly, half-yearly, yearly); "
            "Ongoing from 31/10/22; Undated: and the reason. A dependency goes in brackets behind it.",
            34,
            Kind.DUE,
            required=True,
            synonyms=("Due date", "Completion date", "By when"),
        ),
        Column(
            "partners",
            "Returned by",
            "The partners that report on it, parted by semicolons. Left empty: the partners that lead the action.",
            24,
            names_partners=True,
            several=True,
            synonyms=("Partners", "Partner"),
        ),
        NOTE,
    ),
)
MEASURES = Sheet(
    "Measures",
    "How the partnership will know whether it works.",
    (
        _reference("1.1-new-plans", "Short; it stays the same for ever."),
        Column("focus_ref", "Focus area", "The focus area it belongs to: 1.1.", 12, Kind.REFERENCE, required=True),
        Column("title", "Measure", "What is measured.", 56, required=True, synonyms=("Title", "KPI")),
        Column("unit", "Unit", "Printed after the value: %, weeks, children, per 10,000 aged 0 to 25.", 22),
        Column("decimals", "Decimals", "How many figures are printed after the point: 0 to 3.", 10, Kind.NUMBER),
        Column(
            "improves",
            "Improves",
            "The direction in which it gets better: up, down, or neutral.",
            11,
            choices=tuple(Improves),
            required=True,
            synonyms=("Direction", "Better when"),
        ),
        Column(
            "frequency",
            "How often",
            "How often it is returned.",
            14,
            choices=tuple(Frequency),
            required=True,
            synonyms=("Frequency",),
        ),
        _partner("The partner that returns it."),
        Column("group", "Group", "The heading it stands under in the plan.", 28),
        Column("set_name", "Set", "The same words for measures returned together, such as one service's waits.", 32),
        Column(
            "role", "Role in the set", "In a set of waits or of harm reviews, what this measure says.", 16,
            choices=ROLES, synonyms=("Role",),
        ),
        Column("question", "Question", "Which question it answers.", 14, choices=QUESTIONS),
        Column("numerator", "Numerator", "What is counted, if it is a share.", 36),
        Column("denominator", "Denominator", "What it is a share of.", 36),
        Column("baseline", "Baseline", "The value when the plan began; per cents as 74, not 0.74.", 11, Kind.NUMBER),
        Column("baseline_as_at", "Baseline as at", "The period or day of the baseline, as printed.", 22),
        Column("target", "Target", "The value aimed at; empty where the plan sets none.", 11, Kind.NUMBER),
        Column("target_date", "Target date", "The day by which it should be reached.", 14, Kind.DAY),
        Column("lowest", "Lowest", "The lowest value there can be.", 10, Kind.NUMBER, synonyms=("Minimum",)),
        Column("highest", "Highest", "The highest value there can be.", 10, Kind.NUMBER, synonyms=("Maximum",)),
        Column(
            "parts",
            "Parts",
            "The bands or parts that the figure's total divides into, in order, with semicolons between them: "
            "0 to 1 weeks; 1 to 2 weeks; over 2 weeks. The form asks for each of them.",
            36,
            synonyms=("Bands", "Breakdown"),
        ),
        Column(
            "chart",
            "Chart",
            "How it is charted; empty for a control chart. Figures whose periods overlap, such as a rolling six months, "
            "belong on a trend, because neighbouring figures share data.",
            14,
            choices=CHARTS,
            synonyms=("Chart type",),
        ),
        Column(
            "shows",
            "Shows",
            "The impacts and outcomes on the sheet Promises that this measure would show, with semicolons between them: "
            "1.1-I2; 1.1-O1. Only those whose words it really measures; empty where there are none.",
            18,
            Kind.REFERENCE,
            several=True,
            synonyms=("Shows impact", "Impacts shown", "What it would show"),
        ),
        NOTE,
    ),
)  # fmt: skip
COMPARATORS = Sheet(
    "Comparators",
    "What others show for a measure: one row for each period, so that several rows of one name are a series.",
    (
        Column("measure_ref", "Measure", "The reference of the measure.", 24, Kind.REFERENCE, required=True),
        Column("name", "Comparator", "Who else: England.", 30, required=True, synonyms=("Name",)),
        Column("value", "Value", "In the unit of the measure.", 11, Kind.NUMBER, required=True),
        Column("period", "Period", "What the figure covers, as printed: 2021/22, or October 2022.", 24),
        Column("source", "Source", "Where it was published.", 50),
        Column(
            "available", "Available from",
            "The day from which it was public. Reports for boards before that day do not use it.", 16, Kind.DAY,
            synonyms=("Published on", "Published"),
        ),
    ),
    required=False,
)  # fmt: skip
RISKS = Sheet(
    "Risks",
    "The risk register when the plan began.",
    (
        _reference("R1"),
        Column("title", "Risk", "What could happen, and with what effect.", 60, required=True, synonyms=("Title",)),
        Column("area_ref", "Area of concern", "The area it bears on most: 1.", 14, Kind.REFERENCE, synonyms=("Area",)),
        _partner("The partner that reports on it."),
        Column("owner", "Owner", "The role that owns it.", 34),
        Column("likelihood", "Likelihood", "1 (rare) to 5 (almost certain).", 11, Kind.NUMBER, required=True),
        Column("impact", "Impact", "1 (slight) to 5 (severe).", 11, Kind.NUMBER, required=True),
        Column("mitigation", "Mitigation", "What is being done about it.", 60),
    ),
    required=False,
    synonyms=("Risk register",),
)
BOARDS = Sheet(
    "Boards",
    "Boards and groups, and the areas that each one oversees.",
    (
        Column("key", "Key", "A short lower-case word that names its files.", 24, Kind.REFERENCE, required=True),
        Column("name", "Board", "Its name.", 46, required=True, synonyms=("Name", "Board or group")),
        Column(
            "area_refs", "Areas", "The references of its areas, parted by semicolons. Left empty: all.", 16,
            Kind.REFERENCE, several=True,
        ),
        NOTE,
    ),
    required=False,
    synonyms=("Boards and groups",),
)  # fmt: skip
GLOSSARY = Sheet(
    "Glossary",
    "Words and abbreviations, and what they mean.",
    (
        Column("term", "Term", "The word or abbreviation.", 30, required=True),
        Column("meaning", "Meaning", "In one or two plain sentences.", 100, required=True),
    ),
    required=False,
)

SHEETS = (
    READ_ME, PARTNERS, AREAS, FOCUS_AREAS, PROMISES, ACTIONS, MILESTONES, MEASURES, COMPARATORS, RISKS, BOARDS,
    GLOSSARY,
)  # fmt: skip
