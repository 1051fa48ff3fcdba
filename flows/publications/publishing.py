"""Publishing a month's pack: freezing the draft that was read, once it is shown to be what the record gives.

The draft in `outputs/MONTH/` stays. The publication is `outputs/published/MONTH/revision-1/`: the papers, a manifest of
what they are and what they were made from, and the frozen record. It is made in a folder beside that, written in the
ledger, which is what makes it published, and put in place in one step.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.ledger.publications import Publication, folder_of
from flows.ledger.store import open_ledger
from flows.plan.calendar import is_annual_review, is_stocktake
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.plan.words import listed
from flows.position.facts import facts_of
from flows.publications.freezing import (
    RECORD,
    facts_mark,
    fingerprints,
    freeze,
    frozen_fingerprints,
    ledger_at,
    recorded,
    thawed,
)
from flows.publications.rebuilding import KNOWN_JOBS, Build, material_of, rebuild
from flows.publish.editions import RECORD as EDITIONS
from flows.publish.outputs import sha256, user_error
from flows.publish.pack import MANIFEST, builds_in
from flows.publish.versions import made_with, versions
from flows.reports.board_pack import PACK, Material

SENT = "sent"
"""The folder with what was sent of the board pack, in a publication's folder."""


@dataclass(frozen=True)
class Draft:
    """What lies in a month's folder: the builds that can be made again and the fingerprint of each of their files; and
    the editions of the board pack that went out before this with theirs (`sent`), which stay as they were."""

    builds: tuple[Build, ...]
    files: dict[str, str]
    sent: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """What a run of `boardpack publish` has done: the publication, its folder, and whether it is new.

    `was_read` says whether there was a draft to be read before it; `since` names what has changed after a draft was
    built that is published already.
    """

    publication: Publication
    folder: Path
    is_new: bool
    was_read: bool = True
    since: tuple[str, ...] = ()


def draft_of(workspace: Workspace, month: Month) -> Draft:
    """The draft of a month, its slices included, as its files are on disk.

    Where nothing has been built, the papers that are due in the month, none of them there yet.
    """
    folder = workspace.outputs_of(month)
    builds: list[Build] = []
    files: dict[str, str] = {}
    for place in (folder, *sorted(folder.glob("for-*"))):
        key = place.name.removeprefix("for-") if place != folder else ""
        for job, outputs in builds_in(place).items():
            if job in KNOWN_JOBS:
                builds.append(Build(job, key))
                there = (place / name for name in outputs if (place / name).is_file() and name != EDITIONS)
                files |= {path.relative_to(folder).as_posix(): sha256(path) for path in there}
    sent = {
        path.name: sha256(path) for path in (*sorted(folder.glob(f"{PACK}*.pdf")), folder / EDITIONS) if path.is_file()
    }
    if len(sent) > 2:  # a pack and its supplements were sent one after the other, each as things then stood
        builds = [build for build in builds if build.job != PACK]
        files = {name: mark for name, mark in files.items() if name not in sent}
    else:
        sent = {}
    return Draft(tuple(builds), files, sent) if builds else Draft(tuple(_due(month, workspace)), {})


def _due(month: Month, workspace: Workspace) -> Iterable[Build]:
    yield Build("highlight-report")
    if is_stocktake(month, workspace.settings):
        yield Build("stocktake")
    if is_annual_review(month, workspace.settings):
        yield Build("annual-review")


def approver(workspace: Workspace, name: str) -> str:
    """Who approves: the person named, or the account that gives the command.

    UserError where the partnership has a list of those who may, and this is none of them.
    """
    may = workspace.settings.publishing.approvers
    given = " ".join(name.split())
    if may:
        found = next((one for one in may if one.casefold() == given.casefold()), None)
        if found is None:
            said = f'"{given}" is not' if given else "Nobody is named who is"
            raise UserError(f"{said} one of those who may approve a pack: use --approved-by with {_or(may)}.")
        return found
    return given or f"the account {_account()}"


def _or(names: Iterable[str]) -> str:
    return listed([f'"{name}"' for name in names]).replace(" and ", " or ")


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "that ran boardpack"


def last_of(workspace: Workspace, month: Month) -> Publication | None:
    """The latest publication of a month, its folder in place; None when it has not been published."""
    with open_ledger(workspace.ledger_at) as ledger:
        last = next((p for p in reversed(ledger.publications(month)) if p.month == month), None)
    recover(workspace, last)
    return last


def is_as_published(draft: Draft, publication: Publication) -> bool:
    """Whether every file of a draft is the one that was published, and nothing published is gone from it."""
    held = publication.manifest["outputs"]
    return bool(draft.files) and held == draft.files | {f"{SENT}/{name}": mark for name, mark in draft.sent.items()}


def make(workspace: Workspace, draft: Draft, about: Publication, folder: Path) -> Material:
    """Write into a folder the frozen record and the draft's papers, made again from it. Gives what they were made of."""
    freeze(workspace, folder / RECORD)
    with ledger_at(workspace, about.mark) as copy, thawed(folder / RECORD, copy) as frozen:
        material = material_of(frozen, about.month)
        for build in draft.builds:
            rebuild(build, frozen, material, folder)
    for name in draft.sent:
        (folder / SENT).mkdir(exist_ok=True)
        shutil.copyfile(workspace.outputs_of(about.month) / name, folder / SENT / name)
    return material


def require_as_read(workspace: Workspace, month: Month, draft: Draft, folder: Path) -> None:
    """UserError where a paper of the draft is not what the record gives: it was changed by hand, or something has come
    since it was built, and then nobody has read what would be published."""
    other = [name for name, mark in draft.files.items() if _mark(folder / name) != mark]
    if not other:
        return
    since = came_since(workspace, month)
    why = f"since it was built, {listed(since)} changed" if since else "they were changed by hand"
    some = listed(other[:4]) + (f" and {len(other) - 4} more" if len(other) > 4 else "")
    raise UserError(
        f"The draft of {month.label} is not what the record gives now ({some}): {why}. Build it again, read it, then publish it."
    )


def _mark(path: Path) -> str:
    return sha256(path) if path.is_file() else ""


def came_since(workspace: Workspace, month: Month) -> tuple[str, ...]:
    """The inputs, templates and versions that differ from those that the month's manifest names, and the returns that
    were recorded after the last of those it names."""
    try:
        text = (workspace.outputs_of(month) / MANIFEST).read_text(encoding="utf-8")
        builds = json.loads(text)["builds"].values()
        was = {name: mark for made in builds for name, mark in made["inputs"].items()}
        was |= {f"templates/{name}": mark for made in builds for name, mark in made["templates"].items()}
        made_by = [made["versions"] for made in builds]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    now = fingerprints(workspace)
    changed = {name for name in now if name != "inputs/received.csv" and was.get(name) != now[name]}
    with open_ledger(workspace.ledger_at) as ledger:
        on_record = ledger.submissions(month)
    newest = max((s.number for s in on_record if was.get(s.arrival.file) == s.arrival.fingerprint), default=0)
    changed |= {s.arrival.file for s in on_record if s.number > newest}
    return (*sorted(changed), *(["boardpack itself"] if any(made != versions() for made in made_by) else []))


@contextmanager
def making(workspace: Workspace, about: Publication) -> Iterator[Path]:
    """A folder to make a publication in, which is taken away when the block ends with an error.

    UserError where the place of the publication is taken by one that is not on record.
    """
    target = folder_of(workspace, about)
    if target.exists():
        raise UserError(
            f"{workspace.shown(target)} is there, but the ledger knows of no such publication: restore the ledger from its "
            "backup, or move the folder to another place."
        )
    work = _making(target)
    shutil.rmtree(work, ignore_errors=True)
    try:
        work.mkdir(parents=True)
        yield work
    except OSError as error:
        _take_away(work)
        raise user_error(error, f" {about.month.label} was not published.") from error
    except BaseException:
        _take_away(work)
        raise


def _take_away(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    for place in (work.parent, work.parent.parent):
        with suppress(OSError):
            place.rmdir()


def complete(manifest: dict[str, Any], work: Path) -> None:
    """Write the manifest, and see every file onto the disk."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (work / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    for path in sorted(work.rglob("*")):
        if path.is_file():
            _keep(path)


def put_on_record(workspace: Workspace, about: Publication) -> Publication:
    """Write the publication in the ledger, which makes it published, and put its folder in its place. What interrupts
    that last step is made good by `recover`."""
    with open_ledger(workspace.ledger_at) as ledger:
        made = ledger.publish(about)
    recover(workspace, made)
    return made


def recover(workspace: Workspace, publication: Publication | None) -> None:
    """Put a publication in its place that is on record and was interrupted just before that."""
    if publication is None:
        return
    target = folder_of(workspace, publication)
    work = _making(target)
    if not target.exists() and (work / MANIFEST).is_file():
        work.rename(target)


def _making(target: Path) -> Path:
    return target.with_name(f".{target.name}.building")


def _keep(path: Path) -> None:
    """See a file onto the disk, and let nobody write to it by mistake."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o444)


def manifest_of(material: Material, draft: Draft, about: Publication, folder: Path) -> dict[str, Any]:
    """What a publication is and what it was made from; everything in it with its fingerprint."""
    position = material.position
    names = (p for p in sorted(folder.rglob("*")) if p.is_file() and RECORD not in p.relative_to(folder).parts[:1])
    return {
        "month": str(about.month),
        "revision": about.revision,
        "approved_by": about.approved_by,
        "approved_at": about.approved_at.isoformat(timespec="seconds"),
        "reason": about.reason,
        "made_with": made_with(),
        "versions": versions(),
        "builds": [{"job": build.job, "for": build.slice_key} for build in draft.builds],
        "outputs": {p.relative_to(folder).as_posix(): sha256(p) for p in names if p.name != MANIFEST},
        "record": frozen_fingerprints(folder / RECORD),
        "returns": {s.arrival.file: s.arrival.fingerprint for s in material.submissions},
        "recorded": recorded(material.submissions),
        "position": {
            "as_at": position.period_end.isoformat(),
            "mark": [about.mark.submission, about.mark.sighting, about.mark.publication],
            "facts": facts_mark(facts_of(position)),
        },
    }


def about_to_publish(
    workspace: Workspace, last: Publication | None, month: Month, approved_by: str, reason: str
) -> Publication:
    """The publication that is to be made: the next revision of the month, as of now."""
    with open_ledger(workspace.ledger_at) as ledger:
        mark = ledger.mark()
    return Publication(
        month=month,
        revision=last.revision + 1 if last else 1,
        approved_by=approved_by,
        approved_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        reason=" ".join(reason.split()),
        mark=mark,
        manifest={},
    )


def changes(material: Material, last: Publication | None, manifest: dict[str, Any]) -> dict[str, Any]:
    """What a revision changes of the one before it, and why: what it says otherwise, which papers read differently, and
    which inputs, templates or versions are others. Nothing for a first publication."""
    if last is None:
        return {}
    was = last.manifest
    return {
        "since": f"revision {last.revision}",
        "says": [
            {
                "what": " ".join(filter(None, (r.kind, r.ref, r.title, r.what))),
                "then": r.then,
                "now": r.now,
                "why": r.why,
            }
            for r in material.position.restated
        ],
        "papers": differing(was["outputs"], manifest["outputs"]),
        "made_from": differing({**was["record"], **was["returns"]}, {**manifest["record"], **manifest["returns"]}),
        "versions": differing(was["versions"], manifest["versions"]),
    }


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which two lists of fingerprints do not have the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
