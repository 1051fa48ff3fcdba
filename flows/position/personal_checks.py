"""Personal data in what partners sent: queried cell by cell, and masked in all that a position is made of.

The ledger keeps what was sent. What the papers, workbooks and forms are made of is masked here, once, so that nothing
that comes after can print what should never have been written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

from flows.ledger.records import Submission
from flows.plan.findings import Finding, Origin, Severity
from flows.plan.periods import Month
from flows.position.changes import SHEET_OF, Row, heading_of, row_words
from flows.position.model import PartnerReturn
from flows.returns import layout
from flows.returns.personal import find_personal, kinds_in_words, mask, may_hold_personal

CODE = "return.personal-data"


@dataclass(frozen=True)
class Masked:
    """The returns that count without personal data, with the queries about that of the month."""

    counted: tuple[Submission, ...]
    findings: tuple[Finding, ...]

    def state(self, returns: Iterable[PartnerReturn]) -> tuple[PartnerReturn, ...]:
        """The state of the month's returns, with what counts masked."""
        counts = {(s.arrival.month, s.content.partner): s for s in self.counted}
        return tuple(
            replace(state, counted=counts[state.month, state.partner.key]) if state.counted else state
            for state in returns
        )


def mask_returns(counted: Iterable[Submission], month: Month) -> Masked:
    """Mask the texts of the returns that count. Those of `month` are queried; earlier ones were in their month."""
    masked: list[Submission] = []
    findings: list[Finding] = []
    for submission in counted:
        suspects = list(_suspects(submission))
        masked.append(_without_personal(submission, suspects))
        if submission.arrival.month == month:
            findings.extend(_queries(submission, suspects))
    return Masked(tuple(masked), tuple(findings))


def mask_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Findings whose sentences quote personal data, masked. What is noticed of the plan quotes the plan alone."""
    return [
        replace(f, says=mask(f.says), todo=mask(f.todo), about=mask(f.about))
        if f.kind != "plan" and may_hold_personal(f"{f.says}\n{f.todo}\n{f.about}")
        else f
        for f in findings
    ]


def _text_fields(row: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(row) if field.type in ("str", "tuple[str, ...]"))


_TEXTS = {row: _text_fields(row) for row in SHEET_OF}
_ALL_TEXTS: dict[type, Callable[[Any], tuple[str | tuple[str, ...], ...]]] = {
    row: attrgetter(*names) for row, names in _TEXTS.items()
}
_WITH_LISTS = frozenset(row for row in SHEET_OF if any(field.type == "tuple[str, ...]" for field in fields(row)))

Suspect = tuple[str, int, Row]


def _suspects(submission: Submission) -> Iterator[Suspect]:
    """The rows worth a closer look, each with the table and its number in it. Nearly all rows end here, most of them by
    a look at many at once."""
    for sheet in layout.SHEETS:
        rows = getattr(submission.content, sheet.field)
        for first in range(0, len(rows), _AT_ONCE):
            texts = [_all_text(row) for row in rows[first : first + _AT_ONCE]]
            if may_hold_personal("\n\n".join(texts)):
                for number, text in enumerate(texts, start=first):
                    if may_hold_personal(text):
                        yield sheet.field, number, rows[number]


_AT_ONCE = 16
"""Rows looked at together: the fewer, the less is looked at twice where there is something to see."""


def _all_text(row: Row) -> str:
    texts = _ALL_TEXTS[type(row)](row)
    if type(row) in _WITH_LISTS:
        texts = tuple(map(_one_text, texts))
    return "\n".join(texts)  # type: ignore[arg-type]


def _one_text(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else ", ".join(text)


def _without_personal(submission: Submission, suspects: Iterable[Suspect]) -> Submission:
    """The submission with every text masked; itself when there is nothing to mask."""
    tables: dict[str, Any] = {}
    for table, number, row in suspects:
        masked = _masked_row(row)
        if masked != row:
            rows = tables.setdefault(table, list(getattr(submission.content, table)))
            rows[number] = masked
    changed: dict[str, Any] = {table: tuple(rows) for table, rows in tables.items()}
    completed_by = mask(submission.content.completed_by)
    if completed_by != submission.content.completed_by:
        changed["completed_by"] = completed_by
    noticed = tuple(mask_findings(submission.content.findings))
    if noticed != submission.content.findings:
        changed["findings"] = noticed
    return replace(submission, content=replace(submission.content, **changed)) if changed else submission


def _masked_row(row: Row) -> Row:
    texts = {name: getattr(row, name) for name in _TEXTS[type(row)]}
    masked: dict[str, Any] = {
        name: mask(text) if isinstance(text, str) else tuple(map(mask, text)) for name, text in texts.items()
    }
    return replace(row, **masked) if masked != texts else row


def _queries(submission: Submission, suspects: Iterable[Suspect]) -> Iterator[Finding]:
    """One query for each cell that holds personal data, which says of what kind and never what it is."""
    who = submission.content.partner
    head = {column.field: column for column in layout.HEAD}["completed_by"]
    if found := find_personal(submission.content.completed_by):
        where = Origin(submission.content.file, layout.HEAD_SHEET)
        yield _query(f"{head.heading} on the {layout.HEAD_SHEET} sheet", kinds_in_words(found), len(found), who, where)
    for _, _, row in suspects:
        for name in _TEXTS[type(row)]:
            if found := find_personal(_one_text(getattr(row, name))):
                what = f"{heading_of(SHEET_OF[type(row)], name)} of {row_words(row)}"
                yield _query(what, kinds_in_words(found), len(found), who, row.place.cell(name))


def _query(what: str, kinds: str, number: int, who: str, where: Origin) -> Finding:
    them = "it" if number == 1 else "them"
    says = f"{what} holds {kinds}; the papers show {them} masked."
    todo = f"Take {them} out and send the return again, or say that {'it' if number == 1 else 'they'} may be shown."
    return Finding(CODE, Severity.QUERY, says, todo, who, origin=where)
