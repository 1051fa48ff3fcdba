"""What is on record of published packs: who approved which, how far the record then went, and what the pack said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from flows.plan.periods import Month


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the record went at a moment: the highest numbers of submission, sighting and publication by then."""

    submission: int = 0
    sighting: int = 0
    publication: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One thing that a pack says, in a form that can be compared with what is said later.

    `kind` is "milestone", "area", "measure", "risk" or "evidence"; `ref` its reference; `what` the part of it that is
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
