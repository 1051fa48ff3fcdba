"""What a return says, row by row, with the cell that each value stands in.

The columns are declared in `layout.py`; the fields here carry the same names, so that the form, the reader, the
ledger and the checks speak of one thing. A value that was empty, or was refused by the reader, is None or "".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flows.plan.findings import Finding, Origin
from flows.plan.periods import Month, Period


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row stands: the file, the sheet, the row number as Excel counts, and the column letter of each field."""

    file: str
    sheet: str
    row: int
    columns: tuple[tuple[str, str], ...] = ()

    def cell(self, name: str = "") -> Origin:
        """The origin of one field of the row; of its first column when the field has none."""
        letter = dict(self.columns).get(name) or (self.columns[0][1] if self.columns else "A")
        return Origin(self.file, self.sheet, f"{letter}{self.row}")


NO_PLACE = RowPlace("", "", 0)


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """What a partner says of one of its milestones. `due` tells the occurrences of a recurring milestone apart."""

    ref: str
    due: dt.date | None = None
    status: str = ""
    completed_on: dt.date | None = None
    forecast: dt.date | None = None
    progress: str = ""
    next_steps: str = ""
    help_needed: str = ""
    evidence: str = ""
    place: RowPlace = NO_PLACE


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One item for the evidence log. `number` is the partner's own, within the month; `supports` and `meets` are
    references: milestones, measures or focus areas it supports, and items of expected evidence it meets."""

    number: str
    title: str
    kind: str = ""
    dated: dt.date | None = None
    supports: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    shows: str = ""
    kept_at: str = ""
    marking: str = ""
    withdrawn: bool = False
    place: RowPlace = NO_PLACE


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A figure for a measure and a period. `symbol` is why there is no value (z, x, c, low, u) when one was given;
    `unit` is the unit as the return has it, which the form fills in and a partner may have changed. `part` is the band
    or part of the total that the figure is for, as the return has it; "" for the total itself."""

    ref: str
    period: Period | None
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    provisional: bool = False
    symbol: str = ""
    comment: str = ""
    unit: str = ""
    part: str = ""
    place: RowPlace = NO_PLACE


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk as the partner sees it at the period end. Likelihood and impact are 1 to 5; `state` is Open or Closed."""

    ref: str
    title: str = ""
    area_ref: str = ""
    likelihood: int | None = None
    impact: int | None = None
    mitigation: str = ""
    owner: str = ""
    review_by: dt.date | None = None
    state: str = ""
    comment: str = ""
    place: RowPlace = NO_PLACE


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """What families said, what is being done and what was done. `about` is a focus area or area."""

    number: str
    about: str
    you_said: str
    we_are_doing: str = ""
    we_did: str = ""
    dated: dt.date | None = None
    place: RowPlace = NO_PLACE


@dataclass(frozen=True, slots=True)
class CommentaryRow:
    """The improvement group's own words: `about` is "Headline" or an area's reference."""

    about: str
    text: str
    place: RowPlace = NO_PLACE


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """An ask of the board or a decision it took.

    `kind` is "Ask" (the board is asked), "Decision" (the board decided), "Date change" (the board approved `new_date`
    for the milestone `about`), "New limits" (on the day `dated` it was decided that the control limits of the measures
    `about` are worked out anew from the period that holds `new_date`) or "Chart note" (an event on the day `dated`,
    printed on the charts of the measures `about`). `about` is a reference, or several with "; " between them.
    `number` is the group's own and stays the same from month to month.
    """

    number: str
    kind: str
    about: str
    text: str
    dated: dt.date | None = None
    new_date: dt.date | None = None
    state: str = ""
    place: RowPlace = NO_PLACE


@dataclass(frozen=True)
class Return:
    """One partner's workbook for one month, as far as it could be read, with what was wrong with it.

    `partner` is the partner's key and `month` the month as the workbook itself says; "" and None when it does not.
    """

    file: str
    fingerprint: str
    partner: str
    month: Month | None
    completed_by: str = ""
    completed_on: dt.date | None = None
    form_version: str = ""
    milestones: tuple[MilestoneRow, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()
    measures: tuple[MeasureRow, ...] = ()
    risks: tuple[RiskRow, ...] = ()
    feedback: tuple[FeedbackRow, ...] = ()
    commentary: tuple[CommentaryRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    readable: bool = True
    content_fingerprint: str = field(default="")
