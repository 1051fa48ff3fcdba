"""What is on record of published packs: who approved which, how far the record then went, and what the pack said."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from flows.ledger.schema import publication
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the record went at a moment: the highest numbers of submission, sighting and publication by then."""

    submission: int = 0
    sighting: int = 0
    publication: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One thing that a pack says, in a form that can be compared with what is said later.

    `kind` is "area", "focus area", "action", "milestone", "measure", "risk", "evidence" or "return" (of a partner, by its
    key); `ref` its reference; `what` the part of it that is
    told ("status", "due", a measure's period as 2022-10); `says` the value as plain text, "" for none.
    """

    kind: str
    ref: str
    what: str
    says: str


@dataclass(frozen=True)
class Publication:
    """A pack that was published. `revision` counts from 1 in each month; `number` orders all publications.

    `approved_at` is a moment in UTC. `reason` says why there is a revision; "" for a first publication. `mark` is how
    far the record went when it was made; `manifest` lists its files, and what each was made from, with fingerprints.
    """

    month: Month
    revision: int
    approved_by: str
    approved_at: dt.datetime
    reason: str
    mark: Mark
    manifest: dict[str, Any]
    facts: tuple[Fact, ...] = field(default=(), repr=False)
    number: int = 0


def folder_of(workspace: Workspace, publication: Publication) -> Path:
    """Where the papers of a publication lie."""
    return workspace.published_of(publication.month) / f"revision-{publication.revision}"


def insert_publication(connection: Connection, new: Publication) -> Publication:
    """Put a publication on record and give it back with its number. Needs a connection on which nobody else writes.

    UserError when the month has this revision already; ValueError when a revision is left out or the moment of approval
    names no time zone.
    """
    if new.approved_at.utcoffset() is None:
        raise ValueError(f"{new.approved_at} is in no time zone")
    row = publication.c
    revisions = select(func.coalesce(func.max(row.revision), 0)).where(row.month == str(new.month))
    last = connection.scalars(revisions).one()
    if new.revision <= last:
        raise UserError(
            f"Revision {new.revision} of {new.month} is on record already, and stays as it is: publish revision {last + 1}."
        )
    if new.revision > last + 1:
        raise ValueError(f"{new.month} has {last} publications; revision {new.revision} leaves some out")
    number = connection.scalars(select(func.coalesce(func.max(row.number), 0))).one() + 1
    kept = replace(new, number=number, approved_at=new.approved_at.astimezone(dt.UTC))
    connection.execute(insert(publication).values(**_as_row(kept)))
    return kept


def read_publications(
    connection: Connection, up_to: Month | None = None, known_on: dt.date | None = None
) -> tuple[Publication, ...]:
    """The publications on record in the order of their numbers: of months up to one, approved by a day (in UTC)."""
    query = select(publication).order_by(publication.c.number)
    if up_to is not None:
        query = query.where(publication.c.month <= str(up_to))
    if known_on is not None:
        query = query.where(publication.c.approved_at < (known_on + dt.timedelta(1)).isoformat())
    return tuple(_from_row(row) for row in connection.execute(query))


def _as_row(kept: Publication) -> dict[str, Any]:
    return {
        "number": kept.number,
        "month": str(kept.month),
        "revision": kept.revision,
        "approved_by": kept.approved_by,
        "approved_at": kept.approved_at.isoformat(),
        "reason": kept.reason,
        "mark_submission": kept.mark.submission,
        "mark_sighting": kept.mark.sighting,
        "mark_publication": kept.mark.publication,
        "manifest": json.dumps(kept.manifest),
        "facts": json.dumps([(fact.kind, fact.ref, fact.what, fact.says) for fact in kept.facts]),
    }


def _from_row(row: Any) -> Publication:
    return Publication(
        month=Month.parse(row.month),
        revision=row.revision,
        approved_by=row.approved_by,
        approved_at=dt.datetime.fromisoformat(row.approved_at),
        reason=row.reason,
        mark=Mark(row.mark_submission, row.mark_sighting, row.mark_publication),
        manifest=json.loads(row.manifest),
        facts=tuple(Fact(*fact) for fact in json.loads(row.facts)),
        number=row.number,
    )
