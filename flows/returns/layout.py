"""The layout of a return, declared once: the form, the reader, the checks and the column notes all come from here.

A sheet is a list of columns; a column's `field` is the name of the value in `records.py`. To change a heading,
change it here and keep the old one as a synonym: returns made on last month's form still read. Raise
`LAYOUT_VERSION` when a column is added, removed or changes its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LAYOUT_VERSION = "2"
HEADER_ROW = 4
"""The row of the headings on every table of the form, as Excel counts; title and guidance stand above it."""

YES, NO = "Yes", "No"


class Kind(StrEnum):
    """What a column holds: decides cell format, validation and how its values are read."""

    WORDS = "short text"
    PROSE = "text"
    REFERENCE = "reference"
    REFERENCES = "references, separated by commas"
    DAY = "date"
    PERIOD = "period"
    NUMBER = "number"
    VALUE = "number or symbol"
    STATUS = "status word"
    YES_NO = "yes or no"
    SCORE = "1 to 5"
    CHOICE = "one of a list"


class By(StrEnum):
    """Who fills a column in: the form (grey, for information), the partner, or either (names the row)."""

    FORM = "form"
    PARTNER = "partner"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `required`: the sheet cannot be used without it. `needed`: a row without a value is not used.
    `carries` names the grey column whose value stands when this one is left blank. `width` is in characters."""

    field: str
    heading: str
    kind: Kind
    width: int
    note: str
    by: By = By.PARTNER
    required: bool = False
    needed: bool = False
    carries: str = ""
    choices: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a return. `about` is the first part of the codes of its findings ("milestone.no-reference")."""

    field: str
    name: str
    about: str
    guidance: str
    columns: tuple[Column, ...]
    blank_rows: int
    synonyms: tuple[str, ...] = ()
    group_only: bool = False

    def column(self, field: str) -> Column:
        """The column of that field; KeyError when there is none."""
        return {c.field: c for c in self.columns}[field]


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
RISK_STATES = ("Open", "Closed")
DECISION_KINDS = ("Ask", "Decision", "Date change", "New limits", "Chart note")
DECISION_STATES = ("Open", "Closed")

GUIDE_SHEET = "How to fill this in"
LISTS_SHEET = "Lists"
HEAD_SHEET = "Return"
HEAD_SYNONYMS = ("Return details", "Front sheet", "Cover", "About this return")

# The first sheet is a list of labels and values, not a table.
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

MILESTONES = Sheet(
    "milestones",
    "Milestones",
    "milestone",
    "One row for each milestone that is open. Fill in the white columns where something has changed; "
    "leave the rest blank.",
    (
        Column(
            "ref",
            "Reference",
            Kind.REFERENCE,
            11,
            "The milestone's reference in the plan, such as 1.1.1.6.",
            By.EITHER,
            required=True,
            needed=True,
            synonyms=(
                "Ref",
                "Ref no",
                "Reference number",
                "Milestone ref",
                "Milestone reference",
                "Milestone no",
                "Milestone number",
                "Number",
                "Action ref",
            ),
        ),
        Column(
            "title",
            "Milestone",
            Kind.PROSE,
            38,
            "What the plan promised.",
            By.FORM,
            synonyms=("Milestone title", "Title", "Description"),
        ),
        Column(
            "due_words",
            "Due in the plan",
            Kind.WORDS,
            17,
            "When the plan says it is due.",
            By.FORM,
            synonyms=("Due", "Due date", "Plan date"),
        ),
        Column(
            "due",
            "Occurrence due",
            Kind.DAY,
            17,
            "For a milestone that recurs, the date of the occurrence that this row is about; otherwise blank.",
            By.EITHER,
            synonyms=("Occurrence", "Occurrence date", "Due on"),
        ),
        Column(
            "last_status",
            "Status last time",
            Kind.WORDS,
            13,
            "The status in your last return.",
            By.FORM,
            synonyms=("Last status", "Previous status"),
        ),
        Column(
            "last_progress",
            "Progress last time",
            Kind.PROSE,
            38,
            "What your last return said.",
            By.FORM,
            synonyms=("Last progress", "Previous progress"),
        ),
        Column(
            "status",
            "Status",
            Kind.STATUS,
            13,
            "Where the milestone stands at the end of the month; choose from the list.",
            required=True,
            synonyms=(
                "Status now",
                "Status this month",
                "Current status",
                "Milestone status",
                "BRAG",
                "RAG",
                "BRAG rating",
                "RAG rating",
                "RAG status",
                "BRAG status",
                "Current RAG",
            ),
        ),
        Column(
            "completed_on",
            "Completed on",
            Kind.DAY,
            17,
            "The day on which it was completed; only when the status is complete.",
            synonyms=(
                "Date completed",
                "Completion date",
                "Date of completion",
                "Completed",
                "Completed date",
                "Actual date",
                "Actual completion date",
            ),
        ),
        Column(
            "forecast",
            "Forecast date",
            Kind.DAY,
            17,
            "When you now expect it to be completed, if not by the due date.",
            synonyms=(
                "Forecast",
                "Expected date",
                "Expected completion",
                "Expected completion date",
                "Revised date",
                "Forecast completion",
                "Forecast completion date",
                "Expected by",
            ),
        ),
        Column(
            "progress",
            "Progress this month",
            Kind.PROSE,
            48,
            "What was done this month and what came of it, in two or three sentences.",
            required=True,
            synonyms=(
                "Progress",
                "Update",
                "Progress update",
                "Progress made",
                "Latest update",
                "Monthly update",
                "Narrative",
                "Commentary",
                "Progress since last month",
                "What was done",
            ),
        ),
        Column(
            "next_steps",
            "Next steps",
            Kind.PROSE,
            34,
            "What will be done next and by when.",
            synonyms=("Next step", "Next actions", "Planned next", "Actions next month", "Planned for next month"),
        ),
        Column(
            "help_needed",
            "Reason for delay or help needed",
            Kind.PROSE,
            34,
            "Why it is late or at risk, and what you need from whom.",
            synonyms=(
                "Help needed",
                "Reason for delay",
                "Reasons for delay",
                "Help",
                "Support needed",
                "Barriers",
                "Issues",
                "Reason for delay/help",
            ),
        ),
        Column(
            "evidence",
            "Evidence",
            Kind.WORDS,
            14,
            "The numbers of the items on the Evidence sheet that show it, separated by commas.",
            synonyms=("Evidence number", "Evidence numbers", "Evidence ref", "Evidence no"),
        ),
    ),
    blank_rows=5,
    synonyms=(
        "Milestone updates",
        "Milestone",
        "Milestone update",
        "Milestones update",
        "Actions",
        "Action plan",
        "Action tracker",
    ),
)

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
            "References of the milestones, measures or focus areas that it supports.",
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

MEASURES = Sheet(
    "measures",
    "Measures",
    "measure",
    "One row for each figure due this month, and for each part of it that the plan asks for. To correct an earlier "
    "figure, add a row with its period and say why.",
    (
        Column(
            "ref",
            "Reference",
            Kind.REFERENCE,
            20,
            "The measure's reference in the plan, such as 4.1-slt-waiting.",
            By.EITHER,
            required=True,
            needed=True,
            synonyms=(
                "Ref",
                "Ref no",
                "Measure ref",
                "Measure reference",
                "Measure no",
                "KPI ref",
                "KPI reference",
                "KPI",
                "KPI no",
                "Indicator ref",
            ),
        ),
        Column(
            "title",
            "Measure",
            Kind.PROSE,
            40,
            "What is measured.",
            By.FORM,
            synonyms=("Measure title", "Title", "Indicator", "Description", "Measure name"),
        ),
        Column(
            "unit",
            "Unit",
            Kind.WORDS,
            18,
            "What the value is counted in; write per cent as 81.2, not 0.812.",
            By.FORM,
            synonyms=("Units", "Unit of measure"),
        ),
        Column(
            "last_value",
            "Value last time",
            Kind.WORDS,
            16,
            "The latest value on record and its period.",
            By.FORM,
            synonyms=("Last value", "Previous value"),
        ),
        Column(
            "period",
            "Period",
            Kind.PERIOD,
            17,
            "What the figure covers, such as November 2022, autumn term 2022 or 2021/22.",
            By.EITHER,
            synonyms=("Reporting period", "Time period", "Period covered", "Month", "Date"),
        ),
        Column(
            "part",
            "Part",
            Kind.WORDS,
            14,
            "The band or part that the figure is for, where the plan divides the total; blank for the total.",
            By.EITHER,
            synonyms=("Band", "Breakdown", "Category"),
        ),
        Column(
            "value",
            "Value",
            Kind.VALUE,
            12,
            "The figure, or a symbol where there is none: x not available, z not applicable, c confidential.",
            required=True,
            synonyms=(
                "Figure",
                "Actual",
                "Actual value",
                "Result",
                "Current value",
                "Latest value",
                "Value this month",
                "Performance",
            ),
        ),
        Column(
            "numerator",
            "Numerator",
            Kind.NUMBER,
            12,
            "For a per cent or rate, the number on top.",
            synonyms=("Num", "Count", "Number on top"),
        ),
        Column(
            "denominator",
            "Denominator",
            Kind.NUMBER,
            13,
            "For a per cent or rate, the number below.",
            synonyms=("Denom", "Out of", "Base", "Total number"),
        ),
        Column(
            "provisional",
            "Provisional",
            Kind.YES_NO,
            12,
            "Yes, if the figure may still change.",
            choices=(YES, NO),
            synonyms=("Provisional?",),
        ),
        Column(
            "comment",
            "Comment",
            Kind.PROSE,
            46,
            "What a reader must know: why it moved, what is left out, what was corrected.",
            synonyms=("Comments", "Commentary", "Notes", "Narrative"),
        ),
    ),
    blank_rows=10,
    synonyms=(
        "Measure",
        "KPIs",
        "KPI",
        "KPI data",
        "Data",
        "Performance",
        "Performance measures",
        "Performance data",
        "Indicators",
    ),
)

RISKS = Sheet(
    "risks",
    "Risks",
    "risk",
    "One row for each open risk. Score it as it stands now. Mitigation and owner stay as they were when left blank.",
    (
        Column(
            "ref",
            "Reference",
            Kind.REFERENCE,
            11,
            "The risk's reference; give a new risk one of your own, such as H1.",
            By.EITHER,
            required=True,
            needed=True,
            synonyms=(
                "Ref",
                "Ref no",
                "Risk ref",
                "Risk reference",
                "Risk no",
                "Risk number",
                "ID",
                "Risk ID",
            ),
        ),
        Column(
            "title",
            "Risk",
            Kind.PROSE,
            40,
            "What might happen and what it would mean for children and families.",
            By.EITHER,
            synonyms=("Title", "Risk title", "Description", "Risk description"),
        ),
        Column(
            "area_ref",
            "Area",
            Kind.REFERENCE,
            8,
            "The area of concern that it bears on, such as 4; blank for the whole plan.",
            By.EITHER,
            synonyms=("Area of concern", "Area ref"),
        ),
        Column(
            "last_scores",
            "Scores last time",
            Kind.WORDS,
            17,
            "Likelihood times impact when last scored.",
            By.FORM,
            synonyms=("Last scores", "Previous score"),
        ),
        Column(
            "last_mitigation",
            "Mitigation last time",
            Kind.PROSE,
            34,
            "The mitigation on record.",
            By.FORM,
            synonyms=("Last mitigation",),
        ),
        Column(
            "last_owner",
            "Owner last time",
            Kind.WORDS,
            22,
            "The owner on record.",
            By.FORM,
            synonyms=("Last owner",),
        ),
        Column(
            "likelihood",
            "Likelihood",
            Kind.SCORE,
            11,
            "1 rare, 2 unlikely, 3 possible, 4 likely, 5 almost certain.",
            choices=("1", "2", "3", "4", "5"),
            required=True,
            synonyms=("Likelihood (1-5)", "Likelihood 1 to 5", "Likelihood score", "Probability", "L"),
        ),
        Column(
            "impact",
            "Impact",
            Kind.SCORE,
            9,
            "1 slight, 2 minor, 3 moderate, 4 serious, 5 severe.",
            choices=("1", "2", "3", "4", "5"),
            required=True,
            synonyms=("Impact (1-5)", "Impact 1 to 5", "Impact score", "Severity", "I"),
        ),
        Column(
            "mitigation",
            "Mitigation",
            Kind.PROSE,
            40,
            "What is being done about it; leave blank when it has not changed.",
            carries="last_mitigation",
            synonyms=("Mitigating actions", "Mitigating action", "Mitigations", "Controls", "Actions to mitigate"),
        ),
        Column(
            "owner",
            "Owner",
            Kind.WORDS,
            22,
            "The role that owns it, not a name; leave blank when it has not changed.",
            carries="last_owner",
            synonyms=("Risk owner", "Owner (role)"),
        ),
        Column(
            "review_by",
            "Review by",
            Kind.DAY,
            17,
            "When it will next be looked at.",
            synonyms=("Review date", "Next review", "Review"),
        ),
        Column(
            "state",
            "Open or closed",
            Kind.CHOICE,
            11,
            "Open, or Closed when it can no longer happen; choose from the list.",
            choices=RISK_STATES,
            synonyms=("State", "Status", "Open/closed", "Risk status"),
        ),
        Column(
            "comment",
            "Comment",
            Kind.PROSE,
            40,
            "Why the score moved or the risk was closed.",
            synonyms=("Comments", "Notes", "Narrative"),
        ),
    ),
    blank_rows=5,
    synonyms=("Risk", "Risk register", "Risk log", "Risks and issues"),
)

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
            "The focus area or area that it is about, such as 3.3.",
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

COMMENTARY = Sheet(
    "commentary",
    "Commentary",
    "commentary",
    "The improvement group's own judgement: two or three sentences for the headline, one or two for each area.",
    (
        Column(
            "about",
            "About",
            Kind.WORDS,
            12,
            "Headline, or the reference of an area of concern.",
            By.EITHER,
            required=True,
            needed=True,
            synonyms=("Area", "Section", "Reference"),
        ),
        Column("title", "Title", Kind.PROSE, 38, "The title of the area.", By.FORM, synonyms=("Area title",)),
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

SHEETS = (MILESTONES, EVIDENCE, MEASURES, RISKS, FEEDBACK, COMMENTARY, DECISIONS)


def sheets_for(is_improvement_group: bool) -> tuple[Sheet, ...]:
    """The tables of a partner's form, in order."""
    return tuple(sheet for sheet in SHEETS if is_improvement_group or not sheet.group_only)


def column_documentation() -> str:
    """The sheets and columns of a return as Markdown, for the documentation."""
    head = [f"## {HEAD_SHEET}\n", "Labels in the first column, values beside them.\n", _markdown_table(HEAD)]
    for sheet in SHEETS:
        whose = " Only in the improvement group's own return." if sheet.group_only else ""
        head += [f"## {sheet.name}\n", f"{sheet.guidance}{whose}\n", _markdown_table(sheet.columns)]
    return "\n".join([f"# The columns of a return (form version {LAYOUT_VERSION})\n", *head])


def _markdown_table(columns: tuple[Column, ...]) -> str:
    by = {By.FORM: "the form", By.PARTNER: "you", By.EITHER: "the form, or you on a new row"}
    rows = [f"| {c.heading} | {by[c.by]} | {c.kind} | {c.note} |" for c in columns]
    return "\n".join(["| Column | Filled in by | Holds | What to write |", "|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    print(column_documentation(), end="")
