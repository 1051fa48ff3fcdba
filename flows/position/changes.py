"""What changed between two returns of one partner for one month: rows added, taken out, and answers changed, by cell.

A row is the same row when its key is: a milestone's reference and due day, an item's number, a measure's reference
with its period and part. Texts are compared as they were sent and given masked.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from flows.ledger.records import Submission
from flows.plan.findings import NOWHERE, Origin
from flows.plan.periods import Period
from flows.plan.words import count, day, quoted
from flows.returns import layout
from flows.returns.layout import Kind, Sheet
from flows.returns.personal import mask
from flows.returns.records import (
    CommentaryRow,
    DecisionRow,
    EvidenceRow,
    FeedbackRow,
    MeasureRow,
    MilestoneRow,
    Return,
    RiskRow,
)

Row = MilestoneRow | EvidenceRow | MeasureRow | RiskRow | FeedbackRow | CommentaryRow | DecisionRow
BLANK = "blank"


class Did(StrEnum):
    """What happened to a row, or to one of its answers."""

    ADDED = "added"
    TAKEN_OUT = "taken out"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `row` names the row ("milestone 1.1.1.3") and `number` tells rows of one name apart; `field` is the
    heading of the answer that changed and `before` and `after` what it was and is, all empty for a whole row. `was_at`
    is the cell in the older file, `is_at` that in the newer; NOWHERE where the row is not in the file."""

    did: Did
    sheet: str
    row: str
    number: int = 1
    field: str = ""
    before: str = ""
    after: str = ""
    was_at: Origin = NOWHERE
    is_at: Origin = NOWHERE

    def __str__(self) -> str:
        """In few words: "milestone 1.1.1.3 status On track → Complete". Long texts are not given."""
        if self.did is not Did.CHANGED:
            return f"{self.row} {self.did}"
        heading = self.field[:1].lower() + self.field[1:]
        if max(len(self.before), len(self.after)) > _LONGEST:
            how = "given" if self.before == BLANK else "left blank" if self.after == BLANK else "rewritten"
            return f"{self.row} {heading} {how}"
        return f"{self.row} {heading} {self.before} → {self.after}"


_LONGEST = 40
"""Characters of an answer that a sentence can bear twice."""


@dataclass(frozen=True)
class Superseded:
    """A return that a newer one of the same partner for the same month replaces; only its one table (by the name it has
    in a `Return`) where that is given."""

    older: Submission
    newer: Submission
    table: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed from the older to the newer."""
        return changes(self.older.content, self.newer.content, self.table)


def changes(older: Return, newer: Return, table: str = "") -> tuple[Change, ...]:
    """What changed from one return to another, sheet by sheet in the order of the older rows, then of the newer; of one
    table only where that is given."""
    if older.content_fingerprint and older.content_fingerprint == newer.content_fingerprint:
        return ()
    return tuple(
        change
        for sheet in layout.SHEETS
        if table in ("", sheet.field)
        for change in _in_sheet(sheet, getattr(older, sheet.field), getattr(newer, sheet.field))
    )


def in_a_sentence(found: Sequence[Change], most: int = 3) -> str:
    """How much changed, and the first of it: "1 row changed and 1 added: milestone 1.1.1.3 status On track →
    Complete; evidence 4 added"."""
    if not found:
        return "the rows are the same"
    rows = {did: len({(c.sheet, c.row, c.number) for c in found if c.did is did}) for did in Did}
    order = [did for did in (Did.CHANGED, Did.ADDED, Did.TAKEN_OUT) if rows[did]]
    numbers = [f"{count(rows[did], 'row') if did is order[0] else rows[did]} {did}" for did in order]
    told = [str(change) for change in found[:most]]
    more = [f"and {count(len(found) - most, 'more change')}"] if len(found) > most else []
    return f"{', '.join(numbers)}: {'; '.join(told + more)}"


def _in_sheet(sheet: Sheet, older: Sequence[Row], newer: Sequence[Row]) -> Iterator[Change]:
    was, now = _by_key(older), _by_key(newer)
    for key in dict.fromkeys([*was, *now]):
        before, after = _without_the_same(was.get(key, []), now.get(key, []))
        for number, (old, new) in enumerate(zip_longest(before, after), start=1):
            yield from _in_row(sheet, old, new, number)


def _by_key(rows: Sequence[Row]) -> dict[Hashable, list[Row]]:
    found: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        found[key_of(row)].append(row)
    return found


def _without_the_same(before: list[Row], after: list[Row]) -> tuple[list[Row], list[Row]]:
    """Rows of one key without those that both returns have: a row that is given twice and then once was taken out."""
    same = Counter(map(_said, before)) & Counter(map(_said, after))
    return _less(before, same), _less(after, same)


def _less(rows: list[Row], same: Counter[Hashable]) -> list[Row]:
    left, rest = same.copy(), []
    for row in rows:
        if left[_said(row)] > 0:
            left[_said(row)] -= 1
        else:
            rest.append(row)
    return rest


def _said(row: Row) -> Hashable:
    return tuple(_answers(row).values())


def _in_row(sheet: Sheet, old: Row | None, new: Row | None, number: int) -> Iterator[Change]:
    if old is None or new is None:
        if new is not None:
            yield Change(Did.ADDED, sheet.name, row_words(new), number, is_at=new.place.cell())
        if old is not None:
            yield Change(Did.TAKEN_OUT, sheet.name, row_words(old), number, was_at=old.place.cell())
        return
    was, now = _answers(old), _answers(new)
    for name in was:
        if was[name] != now[name]:
            yield Change(
                did=Did.CHANGED,
                sheet=sheet.name,
                row=row_words(new),
                number=number,
                field=heading_of(sheet, name),
                before=_words(was[name], sheet, name),
                after=_words(now[name], sheet, name),
                was_at=old.place.cell(name),
                is_at=new.place.cell(name),
            )


def _answers(row: Row) -> dict[str, object]:
    """What a row says, without the cells it stands in. A figure and the symbol in its place are one answer."""
    said = {name: getattr(row, name) for name in row.__slots__ if name != "place"}
    if isinstance(row, MeasureRow) and said.pop("symbol") and row.value is None:
        said["value"] = row.symbol
    return said


def heading_of(sheet: Sheet, field: str) -> str:
    """The heading of the column in which a field of a row stands."""
    return sheet.column("value" if field == "symbol" else field).heading


def _words(value: object, sheet: Sheet, field: str) -> str:
    """An answer as a person reads it, masked."""
    if value is None or value == "" or value == ():
        return BLANK
    if isinstance(value, bool):
        return layout.YES if value else layout.NO
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, float):
        return f"{value:,.10g}".replace("-", "−")
    if isinstance(value, tuple):
        return mask(", ".join(value))
    text = mask(" ".join(str(value).split()))
    return quoted(text, len(text)) if sheet.column(field).kind is Kind.PROSE else text


def key_of(row: Row) -> Hashable:
    """What makes a row the same row in another return. An item without a number goes by its words."""
    match row:
        case MilestoneRow():
            return row.ref, row.due
        case MeasureRow():
            return row.ref, row.period, row.part
        case RiskRow():
            return row.ref
        case EvidenceRow():
            return row.number, "" if row.number else row.title
        case FeedbackRow():
            return row.number, "" if row.number else row.you_said
        case CommentaryRow():
            return row.about.strip().casefold()
        case DecisionRow():
            return row.number, row.kind.casefold(), "" if row.number else row.text


def row_words(row: Row) -> str:
    """What a sentence calls a row: milestone 1.1.1.3, evidence 4, measure 4.1-slt-waiting for November 2022."""
    return mask(_row_words(row))


def _row_words(row: Row) -> str:
    match row:
        case MilestoneRow():
            return f"milestone {row.ref}{f' due {day(row.due)}' if row.due else ''}"
        case MeasureRow():
            return f"measure {row.ref}{_period(row.period)}{f', {row.part}' if row.part else ''}"
        case RiskRow():
            return f"risk {row.ref}"
        case EvidenceRow():
            return f"evidence {row.number or quoted(mask(row.title), _LONGEST)}"
        case FeedbackRow():
            return f"feedback {row.number or quoted(mask(row.you_said), _LONGEST)}"
        case CommentaryRow():
            return f"commentary on {row.about.strip() or 'nothing'}"
        case DecisionRow():
            return f"{row.kind.lower() or 'decision'} {row.number or quoted(mask(row.text), _LONGEST)}"


def _period(period: Period | None) -> str:
    return f" for {period}" if period else ""


SHEET_OF: Mapping[type, Sheet] = {
    MilestoneRow: layout.MILESTONES,
    EvidenceRow: layout.EVIDENCE,
    MeasureRow: layout.MEASURES,
    RiskRow: layout.RISKS,
    FeedbackRow: layout.FEEDBACK,
    CommentaryRow: layout.COMMENTARY,
    DecisionRow: layout.DECISIONS,
}
"""The sheet on which each kind of row stands."""
