"""Verifying a publication: its files are still what was published, and its record still gives the same, byte for byte.

The papers are made again from the frozen record and the ledger as it then was. What has changed since in the workspace's
own inputs is told and is no fault: it is what the next draft is made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flows.ledger.publications import Publication, folder_of
from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.plan.words import count, day, listed
from flows.position.facts import facts_of
from flows.publications.freezing import (
    RECORD,
    facts_mark,
    fingerprints,
    frozen_fingerprints,
    ledger_at,
    recorded,
    thawed,
)
from flows.publications.publishing import SENT, differing, recover
from flows.publications.rebuilding import Build, material_of, rebuild
from flows.publish.outputs import sha256
from flows.publish.pack import MANIFEST
from flows.publish.versions import versions


@dataclass(frozen=True)
class Verified:
    """What was found. `faults` are what is not as it was published, `causes` what explains a paper that comes out
    otherwise, `notes` what has changed since and is no fault; each a sentence."""

    publication: Publication
    folder: Path
    papers: int
    faults: tuple[str, ...]
    causes: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is as it was published."""
        return not self.faults


def verify(workspace: Workspace, month: Month, revision: int = 0) -> Verified:
    """Hold a publication of a month against its record; the latest one where no revision is given.

    UserError when the month has not been published, or has no such revision.
    """
    publication = _publication(workspace, month, revision)
    recover(workspace, publication)
    folder = folder_of(workspace, publication)
    faults = [*_files(publication, folder)]
    causes: list[str] = []
    if _record_is_whole(publication, folder):
        with ledger_at(workspace, publication.mark) as ledger, thawed(folder / RECORD, ledger) as frozen:
            other, causes = _made_again(publication, frozen)
        faults += other
    elif not (folder / RECORD).is_dir():
        faults.append(f"The frozen record in {workspace.shown(folder / RECORD)} is gone, so nothing can be made again.")
    papers = sum(not name.startswith(f"{SENT}/") for name in publication.manifest["outputs"])
    return Verified(
        publication, folder, papers, tuple(faults), tuple(causes), tuple(_changed_since(workspace, publication))
    )


def _publication(workspace: Workspace, month: Month, revision: int) -> Publication:
    with open_ledger(workspace.ledger_at) as ledger:
        found = [p for p in ledger.publications(month) if p.month == month]
    if not found:
        raise UserError(f"{month.label} has not been published: boardpack publish {month} does that.")
    if not revision:
        return found[-1]
    if revision > len(found) or revision < 1:
        raise UserError(f"{month.label} has no revision {revision}: the last is revision {len(found)}.")
    return found[revision - 1]


def _files(publication: Publication, folder: Path) -> Iterator[str]:
    """What is not as it was published among the files that lie there."""
    manifest = publication.manifest
    if not folder.is_dir():
        yield f"The folder {folder} is gone: put it back from a backup."
        return
    if _read(folder / MANIFEST) != manifest:
        yield f"{MANIFEST} is not what the ledger has on record of this publication."
    kept = {**manifest["outputs"], **{f"{RECORD}/{name}": mark for name, mark in manifest["record"].items()}}
    for name, mark in sorted(kept.items()):
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing."
        elif sha256(path) != mark:
            yield f"{name} was changed after it was published."
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    for name in sorted(there - kept.keys() - {MANIFEST}):
        yield f"{name} was not published: somebody has put it there."


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _record_is_whole(publication: Publication, folder: Path) -> bool:
    return (folder / RECORD).is_dir() and not differing(
        publication.manifest["record"], frozen_fingerprints(folder / RECORD)
    )


def _made_again(publication: Publication, frozen: Workspace) -> tuple[list[str], list[str]]:
    """The papers that come out otherwise, and what that can come from."""
    manifest = publication.manifest
    material = material_of(frozen, publication.month)
    with TemporaryDirectory(prefix="boardpack-") as temporary:
        folder = Path(temporary)
        for build in manifest["builds"]:
            rebuild(Build(build["job"], build["for"]), frozen, material, folder)
        made = {p.relative_to(folder).as_posix(): sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    published = {name: mark for name, mark in manifest["outputs"].items() if not name.startswith(f"{SENT}/")}
    faults = [
        f"{name} comes out otherwise when it is made again from its record." for name in differing(published, made)
    ]
    held = recorded(material.submissions)
    ledger = [f"The ledger no longer holds what it held of {name}." for name in differing(manifest["recorded"], held)]
    if not ledger and facts_mark(facts_of(material.position)) != manifest["position"]["facts"]:
        faults.append("Statuses, dates, scores or figures come out otherwise.")
    return [*ledger, *faults], list(_other_versions(manifest["versions"])) if faults else []


def _other_versions(then: dict[str, str]) -> Iterable[str]:
    now = versions()
    for name in differing(then, now):
        if name == "code":
            yield "The code of boardpack itself is not the same as when it was published."
        else:
            yield f"It was made with {name} {then.get(name) or 'of another kind'}; here is {now.get(name) or 'none'}."


def _changed_since(workspace: Workspace, publication: Publication) -> Iterator[str]:
    """Inputs and templates of the workspace that are no longer those that the publication was made from."""
    manifest, present = publication.manifest, fingerprints(workspace)
    changed = [name for name in differing(manifest["record"], present) if not name.endswith("received.csv")]
    yield from (f"{name} has changed since; the record has it as it was." for name in changed if name in present)
    gone = [name for name in changed if name not in present]
    if gone:
        yield f"{listed(gone)} {'is' if len(gone) == 1 else 'are'} no longer there; the record has it as it was."
    for name, mark in sorted(manifest["returns"].items()):
        path = workspace.root / name
        if not path.is_file():
            yield f"{name} is no longer in its folder; the ledger has what it said."
        elif sha256(path) != mark:
            yield f"{name} has been replaced since; the ledger has what it said then."
    with open_ledger(workspace.ledger_at) as ledger:
        mark = ledger.mark()
    newer = mark.submission - publication.mark.submission
    if newer > 0:
        yield f"{count(newer, 'reading of a return has', 'readings of returns have')} come on record since."


def said(found: Verified, workspace: Workspace) -> Iterator[str]:
    """What `boardpack verify` prints."""
    p = found.publication
    yield (
        f"{p.month.label}, revision {p.revision}, published on {_when(p, workspace)}, approved by {p.approved_by}"
        f"{f': {p.reason}' if p.reason else ''}."
    )
    if found.holds:
        yield f"All {count(found.papers, 'paper')} are as they were published, and the record gives the same again, byte for byte."
    yield from found.faults
    yield from found.causes
    yield from found.notes


def _when(publication: Publication, workspace: Workspace) -> str:
    return day(publication.approved_at.astimezone(workspace.settings.calendar.zone).date())
