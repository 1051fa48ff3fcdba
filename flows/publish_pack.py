"""Publishing a month's pack: the draft that was read is frozen, with who approved it and all that it was made from.

Run by `boardpack publish 2022-11`, or from Prefect as `flows.publish_pack:publish_pack`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flows.ledger.publications import Publication, folder_of
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.facts import facts_of
from flows.progress import say
from flows.publications.publishing import (
    Draft,
    Published,
    about_to_publish,
    approver,
    came_since,
    changes,
    complete,
    draft_of,
    is_as_published,
    last_of,
    make,
    making,
    manifest_of,
    put_on_record,
    require_as_read,
)
from flows.publish.outputs import one_build
from flows.standing import record_returns, sound_plan
from flows.steps import job, sealed, step


@job("publish-pack", "Publish {month}")
def publish_pack(month: str, folder: str = ".", approved_by: str = "", reason: str = "") -> Published:
    """Publish a month's draft, its slices included, into `outputs/published/MONTH/revision-1`, or the next revision.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it; `approved_by` names who has approved the
    pack; `reason` says why there is a revision. A draft that is already published is left as it is. UserError when the
    draft is not what the record gives now, or nobody who may approve it is named.
    """
    workspace, period = find_workspace(Path(folder)), Month.parse(month)
    who = approver(workspace, approved_by)
    with one_build(workspace.outputs, say):
        draft = read_draft(sealed(workspace), sealed(period))
        last = last_of(workspace, period)
        if last and is_as_published(draft, last):
            return Published(last, folder_of(workspace, last), is_new=False, since=came_since(workspace, period))
        about = about_to_publish(workspace, last, period, who, reason)
        with making(workspace, about) as work:
            whole = freeze_and_make(sealed(workspace), sealed(draft), sealed(about), sealed(last), work)
        made = put_it_on_record(sealed(workspace), sealed(whole))
    return Published(made, folder_of(workspace, made), is_new=True, was_read=bool(draft.files))


@step("read the draft")
def read_draft(workspace: Workspace, month: Month) -> Draft:
    """The papers in the month's folder, after what has come in since is put on record."""
    plan, _ = sound_plan(workspace)
    record_returns(workspace, plan, month)
    return draft_of(workspace, month)


@step("freeze and make again")
def freeze_and_make(
    workspace: Workspace, draft: Draft, about: Publication, last: Publication | None, work: Path
) -> Publication:
    """Make the papers again from the frozen record, and hold the draft against them. The publication with all that is to
    be put on record of it."""
    material = make(workspace, draft, about, work)
    require_as_read(workspace, about.month, draft, work)
    manifest = manifest_of(material, draft, about, work)
    manifest["changes"] = changes(material, last, manifest)
    complete(manifest, work)
    return replace(about, manifest=manifest, facts=facts_of(material.position))


@step("put it on record")
def put_it_on_record(workspace: Workspace, about: Publication) -> Publication:
    """Write it in the ledger; with that it is published."""
    say("Putting it on record")
    return put_on_record(workspace, about)
