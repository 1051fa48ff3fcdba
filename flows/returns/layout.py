"""The layout of a return, declared once: the form, the reader, the checks and the column notes all come from here.

Each sheet is declared in a module of its own: the sheet Evidence in `layout_evidence.py`, Commentary and Decisions,
which only the improvement group returns, in `layout_group.py`, the labels of the first sheet in `layout_head.py`. A
sheet is a list of columns (`layout_parts.py` says what one is made of); a column's `field` is the name of the value in
`records.py`. To change a heading, change it there and keep the old one as a synonym: returns made on last month's form
still read. Raise `LAYOUT_VERSION` when a column is added, removed or changes its meaning.
"""

from __future__ import annotations

from flows.returns.layout_evidence import EVIDENCE
from flows.returns.layout_feedback import FEEDBACK
from flows.returns.layout_group import COMMENTARY, DECISIONS
from flows.returns.layout_head import HEAD, HEAD_SHEET, HEAD_SYNONYMS
from flows.returns.layout_measures import MEASURES
from flows.returns.layout_milestones import MILESTONES
from flows.returns.layout_parts import NO, YES, By, Column, Kind, Sheet
from flows.returns.layout_risks import RISKS

__all__ = [
    "COMMENTARY", "DECISIONS", "EVIDENCE", "FEEDBACK", "GUIDE_SHEET", "HEAD", "HEADER_ROW", "HEAD_SHEET",
    "HEAD_SYNONYMS", "LAYOUT_VERSION", "LISTS_SHEET", "MEASURES", "MILESTONES", "NO", "RISKS", "SHEETS", "YES", "By",
    "Column", "Kind", "Sheet", "column_documentation", "sheets_for",
]  # fmt: skip

LAYOUT_VERSION = "2"
HEADER_ROW = 4
"""The row of the headings on every table of the form, as Excel counts; title and guidance stand above it."""

GUIDE_SHEET = "How to fill this in"
LISTS_SHEET = "Lists"

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
        head += [_topics_table(sheet.topics)] if sheet.topics else []
    return "\n".join([f"# The columns of a return (form version {LAYOUT_VERSION})\n", *head])


def _markdown_table(columns: tuple[Column, ...]) -> str:
    by = {By.FORM: "the form", By.PARTNER: "you", By.EITHER: "the form, or you on a new row"}
    rows = [f"| {c.heading} | {by[c.by]} | {c.kind} | {c.note} |" for c in columns]
    return "\n".join(["| Column | Filled in by | Holds | What to write |", "|---|---|---|---|", *rows, ""])


def _topics_table(topics: tuple[tuple[str, str], ...]) -> str:
    rows = [f"| {name} | {says} |" for name, says in topics]
    return "\n".join(["| Section of the reports | What to write |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    print(column_documentation(), end="")
