"""One return out of the files that a partner sent for a month: whole workbooks, and parts that hold one table each.

A CSV file holds one table and is a part of what the partner says; a workbook is the whole of it. What counts is the
newest workbook, and of each table the newest part that came after it: a part replaces its own table and nothing else,
so that a corrected table never wipes out the others. A workbook replaces everything that came before it. A part without
a row that can be used replaces nothing: an export that went wrong must not take away what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flows.ledger.records import SentFile, Submission
from flows.plan.findings import Finding
from flows.position.changes import Superseded
from flows.returns import layout

PART = "return.csv"
"""The code by which the reader says that a file holds one table of the form and has no front sheet."""

_TABLES = tuple(sheet.field for sheet in layout.SHEETS)
_NAMES = {sheet.field: sheet.name for sheet in layout.SHEETS}


@dataclass(frozen=True)
class Merged:
    """What a partner said for a month. `aside` are the files of which nothing counts any more, `empty` those of them
    that held nothing to count; `replaced` says what took the place of what."""

    counted: Submission
    aside: tuple[Submission, ...] = ()
    empty: tuple[Submission, ...] = ()
    replaced: tuple[Superseded, ...] = ()


def is_part(submission: Submission) -> bool:
    """Whether a file holds one table of a return and not the whole of it."""
    content = submission.content
    return not content.form_version and any(finding.code == PART for finding in content.findings)


def table_of(part: Submission) -> str:
    """The table that a part holds, by its name in a `Return`; "" when it has no row that can be used."""
    return next((table for table in _TABLES if getattr(part.content, table)), "")


def merge(files: Sequence[Submission]) -> Merged:
    """Put together what one partner sent for one month, from its files in the order in which they came (at least one)."""
    whole = next((file for file in reversed(files) if not is_part(file)), None)
    after = files[_place(files, whole) + 1 :] if whole else files
    tables = {table: part for part in after if (table := table_of(part))}
    counting = [file for file in files if file is whole or any(file is part for part in tables.values())] or [files[-1]]
    aside = tuple(file for file in files if not any(file is one for one in counting))
    return Merged(
        counted=_together(counting, tables, whole),
        aside=aside,
        empty=tuple(file for file in aside if is_part(file) and not table_of(file)),
        replaced=_replaced(files, aside, tables, whole),
    )


def _place(files: Sequence[Submission], one: Submission) -> int:
    return next(place for place, file in enumerate(files) if file is one)


def _together(counting: list[Submission], tables: dict[str, Submission], whole: Submission | None) -> Submission:
    """The files that count as one submission, which arrived with the newest of them. Its front sheet is the workbook's;
    each row keeps the place in which it stands."""
    if len(counting) == 1:
        return counting[0]
    newest = counting[-1]
    rows: dict[str, Any] = {table: getattr(part.content, table) for table, part in tables.items()}
    noticed = tuple(
        f for file in counting for f in (_still_true(file, tables) if file is whole else file.content.findings)
    )
    content = replace((whole or newest).content, **rows, findings=noticed, content_fingerprint="")
    kept = tuple(table for table in _TABLES if table not in tables)
    parts = [SentFile(file.arrival, file.received, kept if file is whole else (table_of(file),)) for file in counting]
    return Submission(newest.arrival, content, newest.order, tuple(parts))


def _still_true(whole: Submission, tables: dict[str, Submission]) -> tuple[Finding, ...]:
    """What was noticed in a workbook, without what concerns the tables that newer parts replaced."""
    gone = {_NAMES[table] for table in tables}
    gone |= {row.place.sheet for table in tables for row in getattr(whole.content, table)}
    return tuple(finding for finding in whole.content.findings if finding.origin.sheet not in gone)


def _replaced(
    files: Sequence[Submission], aside: Sequence[Submission], tables: dict[str, Submission], whole: Submission | None
) -> tuple[Superseded, ...]:
    """Like with like: a workbook with the workbook that counts, a part with what counts of the same table."""
    found = [Superseded(whole, part, table) for table, part in tables.items()] if whole else []
    for file in aside:
        table = table_of(file) if is_part(file) else ""
        newer = tables.get(table, whole) if table or not is_part(file) else None
        if newer is not None:
            found.append(Superseded(file, newer, table))
    return tuple(sorted(found, key=lambda one: (_place(files, one.newer), _place(files, one.older))))
