"""Publishing a pack, publishing it again, and holding what was published against its record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from flows import publish_pack as flow_of
from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import find_workspace
from flows.publications.publishing import Published, draft_of
from flows.publications.verifying import Verified, said, verify
from flows.publish.pack import builds_in
from tests import packs
from tests.returns.return_files import return_sheets, workbook

pytestmark = pytest.mark.slow

PUBLISH, MONTH, JANUARY = flow_of.publish_pack, "2025-01", Month(2025, 1)


def publish(folder: Path, by: str = "Ann Chair", reason: str = "") -> Published:
    """What the flow does, step after step, without a run of it in Prefect."""
    made: Published = packs.plainly(PUBLISH, flow_of, MONTH, folder, by, reason)
    return made


def check(folder: Path, revision: int = 0) -> Verified:
    return verify(find_workspace(folder), JANUARY, revision)


def send(folder: Path, status: str, name: str = "council.xlsx") -> None:
    """The council's return for January 2025 comes in."""
    head = {"Partner": "Anytown Council", "Month": "January 2025", "Completed on": "3 February 2025"}
    row = {"ref": "1.1.2.1", "status": status, "progress": f"Said {status}."}
    place = folder / "inputs" / "returns" / MONTH
    place.mkdir(exist_ok=True)
    (place / name).write_bytes(workbook(return_sheets(head, milestones=[row])))


def setting(folder: Path, was: str, now: str) -> None:
    path = folder / "inputs" / "partnership.toml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now), encoding="utf-8")


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = packs.small(tmp_path_factory.mktemp("published"))
    send(folder, "On track")
    packs.build(folder, MONTH)
    publish(folder)
    return folder


@pytest.fixture
def workspace(published_once: Path, tmp_path: Path) -> Path:
    """A workspace of its own with January 2025 published once."""
    return shutil.copytree(published_once, tmp_path / "workspace")


def the_publication(folder: Path, revision: int = 1) -> Path:
    return folder / "outputs" / "published" / MONTH / f"revision-{revision}"


# --- What publishing leaves ----------------------------------------------------------------------------------------


def test_a_publication_holds_the_draft_byte_for_byte_with_its_slices(workspace: Path) -> None:
    packs.build(workspace, MONTH, "health-board")
    made = publish(workspace, reason="The health board has its own")
    draft, held = packs.fingerprints(workspace / "outputs" / MONTH), packs.fingerprints(made.folder)
    papers = {name: mark for name, mark in draft.items() if not name.endswith("manifest.json")}
    assert "highlight-report.pdf" in papers
    assert "for-health-board/highlight-report.docx" in papers
    assert papers.items() <= held.items()
    assert check(workspace).holds


def test_its_manifest_says_who_approved_it_when_and_all_it_was_made_from(workspace: Path) -> None:
    manifest = json.loads((the_publication(workspace) / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["month"], manifest["revision"], manifest["approved_by"]) == (MONTH, 1, "Ann Chair")
    assert manifest["approved_at"].endswith("+00:00")
    assert manifest["made_with"].startswith("boardpack ")
    assert {"inputs/plan.xlsx", "inputs/partnership.toml", "templates/highlight-report.html"} <= manifest[
        "record"
    ].keys()
    assert list(manifest["returns"]) == ["inputs/returns/2025-01/council.xlsx"]
    files = packs.fingerprints(the_publication(workspace))
    assert manifest["outputs"] == {n: m for n, m in files.items() if not n.startswith(("record/", "manifest"))}


def test_what_is_published_cannot_be_written_to_by_mistake(workspace: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in the_publication(workspace).rglob("*") if path.is_file()}
    assert modes == {0o444}


def test_publishing_the_same_draft_again_changes_nothing(workspace: Path) -> None:
    before = packs.fingerprints(workspace / "outputs")
    again = publish(workspace, "Somebody else")
    assert (again.is_new, again.publication.approved_by, again.since) == (False, "Ann Chair", ())
    assert packs.fingerprints(workspace / "outputs") == before


def test_building_again_leaves_what_was_published_and_gives_the_same_draft(workspace: Path) -> None:
    before = packs.fingerprints(workspace / "outputs")
    packs.build(workspace, MONTH)
    assert packs.fingerprints(workspace / "outputs") == before


# --- What may be published -----------------------------------------------------------------------------------------


def test_a_draft_that_a_newer_return_has_overtaken_is_refused_and_says_which(workspace: Path) -> None:
    send(workspace, "At risk", "council-2.xlsx")
    packs.build(workspace, MONTH)
    send(workspace, "Off track", "council-3.xlsx")
    with pytest.raises(UserError, match=r"since it was built, inputs/returns/2025-01/council-3.xlsx changed"):
        publish(workspace)
    assert not the_publication(workspace, 2).exists()
    assert not list((workspace / "outputs" / "published").rglob(".*"))


def test_of_a_draft_that_is_published_already_it_is_said_what_came_since(workspace: Path) -> None:
    send(workspace, "Off track", "council-2.xlsx")
    again = publish(workspace)
    assert (again.is_new, again.since) == (False, ("inputs/returns/2025-01/council-2.xlsx",))


def test_a_paper_that_was_changed_by_hand_is_refused(workspace: Path) -> None:
    paper = workspace / "outputs" / MONTH / "highlight-report.docx"
    paper.write_bytes(paper.read_bytes() + b"!")
    with pytest.raises(UserError, match=r"\(highlight-report.docx\): they were changed by hand"):
        publish(workspace)


def test_a_slice_for_a_board_that_the_plan_no_longer_has_is_named(workspace: Path) -> None:
    packs.build(workspace, MONTH, "health-board")
    place = workspace / "outputs" / MONTH
    (place / "for-health-board").rename(place / "for-old-board")
    with pytest.raises(UserError, match="no longer has whom the folder for-old-board is for"):
        publish(workspace)


def test_only_those_whom_the_partnership_names_may_approve(workspace: Path) -> None:
    setting(workspace, "approvers = []", 'approvers = ["Ben Director", "Ann Chair"]')
    with pytest.raises(
        UserError, match=r'"Eve" is not one of those who may approve a pack: .*"Ben Director" or "Ann Chair"'
    ):
        publish(workspace, "Eve")
    with pytest.raises(UserError, match="Nobody is named"):
        publish(workspace, "")


def test_without_a_name_the_account_that_gives_the_command_is_on_record(tmp_path: Path) -> None:
    folder = packs.small(tmp_path / "w")
    with mock.patch("getpass.getuser", return_value="jbloggs"):
        made = publish(folder, "")
    assert made.publication.approved_by == "the account jbloggs"
    assert made.was_read is False
    assert "highlight-report.pdf" in made.publication.manifest["outputs"]


# --- A second publication ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published_twice(published_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(published_once, tmp_path_factory.mktemp("twice") / "workspace")
    send(folder, "Off track", "council-2.xlsx")
    packs.build(folder, MONTH)
    publish(folder, reason="The council had sent last month's return")
    return folder


def test_a_second_publication_is_revision_2_and_lists_what_changed_and_why(published_twice: Path) -> None:
    manifest = json.loads((the_publication(published_twice, 2) / "manifest.json").read_text(encoding="utf-8"))
    changes = manifest["changes"]
    assert manifest["reason"] == "The council had sent last month's return"
    assert changes["since"] == "revision 1"
    said_of = {one["what"].split()[1]: one for one in changes["says"] if one["what"].endswith("Status")}
    assert (said_of["1.1.2.1"]["then"], said_of["1.1.2.1"]["now"]) == ("On track", "Off track")
    assert "council-2.xlsx" in said_of["1.1.2.1"]["why"]
    assert changes["made_from"] == ["inputs/returns/2025-01/council-2.xlsx"]
    assert "highlight-report.pdf" in changes["papers"]
    assert changes["versions"] == []


def test_the_first_publication_stays_as_it_was_beside_the_second(published_once: Path, published_twice: Path) -> None:
    assert packs.fingerprints(the_publication(published_once)) == packs.fingerprints(the_publication(published_twice))


def test_a_return_that_was_superseded_long_ago_has_not_come_since(published_twice: Path) -> None:
    assert publish(published_twice).since == ()


@pytest.mark.parametrize("revision", [1, 2])
def test_each_revision_is_verified_from_what_was_on_record_then(published_twice: Path, revision: int) -> None:
    found = check(published_twice, revision)
    assert found.holds, found.faults
    assert found.papers == 9


# --- Verifying -----------------------------------------------------------------------------------------------------


def test_what_was_published_is_made_again_byte_for_byte(workspace: Path) -> None:
    found = check(workspace)
    assert (found.faults, found.causes, found.notes) == ((), (), ())
    assert "byte for byte" in " ".join(said(found, find_workspace(workspace)))


def _change_a_paper(folder: Path) -> None:
    path = the_publication(folder) / "highlight-report.pdf"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\n")


def _lose_a_paper(folder: Path) -> None:
    (the_publication(folder) / "risk-register.xlsx").unlink()


def _add_a_paper(folder: Path) -> None:
    (the_publication(folder) / "letter.docx").write_bytes(b"")


def _change_the_approval(folder: Path) -> None:
    path = the_publication(folder) / "manifest.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("Ann Chair", "Eve"), encoding="utf-8")


def _change_the_frozen_plan(folder: Path) -> None:
    path = the_publication(folder) / "record" / "inputs" / "plan.xlsx"
    path.chmod(0o644)
    path.write_bytes(b"")


def _lose_it_all(folder: Path) -> None:
    shutil.rmtree(the_publication(folder))


def _change_the_ledger(folder: Path) -> None:
    import sqlite3

    with sqlite3.connect(folder / ".boardpack" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE entry SET body = replace(body, 'On track', 'Off track')")
    ledger.close()


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_change_a_paper, "highlight-report.pdf was changed after it was published."),
        (_lose_a_paper, "risk-register.xlsx is missing."),
        (_add_a_paper, "letter.docx was not published: somebody has put it there."),
        (_change_the_approval, "manifest.json is not what the ledger has on record of this publication."),
        (_change_the_frozen_plan, "record/inputs/plan.xlsx was changed after it was published."),
        (_lose_it_all, "is gone: put it back from a backup."),
        (_change_the_ledger, "The ledger no longer holds what it held of inputs/returns/2025-01/council.xlsx"),
    ],
)
def test_harm_to_a_publication_or_its_record_is_named(workspace: Path, harm: Callable[[Path], None], says: str) -> None:
    harm(workspace)
    found = check(workspace)
    assert not found.holds
    assert any(says in fault for fault in found.faults), found.faults


def test_what_changes_in_the_inputs_afterwards_is_told_and_is_no_fault(workspace: Path) -> None:
    shutil.copytree(packs.ROOT / "templates", workspace / "templates")
    template = workspace / "templates" / "parts.html"
    template.write_text(template.read_text(encoding="utf-8") + "\n{# #}", encoding="utf-8")
    setting(workspace, 'report_author = "', 'report_author = "The ')
    (workspace / "inputs" / "returns" / MONTH / "council.xlsx").unlink()
    found = check(workspace)
    assert found.holds, found.faults
    assert found.notes == (
        "inputs/partnership.toml has changed since; the record has it as it was.",
        "templates/parts.html has changed since; the record has it as it was.",
        "inputs/returns/2025-01/council.xlsx is no longer in its folder; the ledger has what it said.",
    )


def test_another_version_is_named_where_the_papers_come_out_otherwise(workspace: Path) -> None:
    def other(version: Any) -> Any:
        return lambda: {**version(), "weasyprint": "1.0", "code": "other"}

    from flows.publications.verifying import versions

    with (
        mock.patch("flows.publications.verifying.versions", other(versions)),
        mock.patch("flows.reports.frame.day", lambda d: str(d)),
    ):
        found = check(workspace)
    assert "highlight-report.docx comes out otherwise when it is made again from its record." in found.faults
    assert "The code of boardpack itself is not the same as when it was published." in found.causes
    assert any("It was made with weasyprint" in cause for cause in found.causes)


@pytest.mark.parametrize(
    ("revision", "says"), [(2, "has no revision 2: the last is revision 1"), (-1, "no revision -1")]
)
def test_a_revision_that_is_not_there_is_refused(workspace: Path, revision: int, says: str) -> None:
    with pytest.raises(UserError, match=says):
        check(workspace, revision)


def test_a_month_that_was_not_published_cannot_be_verified(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="January 2025 has not been published"):
        check(packs.small(tmp_path / "w"))


# --- Interrupted ---------------------------------------------------------------------------------------------------


def test_a_publication_interrupted_after_it_was_recorded_is_put_in_its_place(workspace: Path) -> None:
    place = the_publication(workspace)
    place.rename(place.with_name(".revision-1.building"))
    assert check(workspace).holds
    assert place.is_dir()


def test_a_publication_interrupted_before_it_was_recorded_leaves_the_old_state(
    published_twice: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(published_twice, tmp_path / "w")
    send(folder, "At risk", "council-3.xlsx")
    packs.build(folder, MONTH)
    before = packs.fingerprints(folder / "outputs")
    with mock.patch.object(flow_of, "put_on_record", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        publish(folder)
    assert {n: m for n, m in packs.fingerprints(folder / "outputs").items() if ".building" not in n} == before
    assert publish(folder).publication.revision == 3


def test_a_publication_that_the_ledger_does_not_know_is_never_written_over(workspace: Path) -> None:
    (workspace / ".boardpack" / "ledger.sqlite").unlink()
    before = packs.fingerprints(the_publication(workspace))
    with pytest.raises(UserError, match="restore the ledger from its backup"):
        publish(workspace)
    assert packs.fingerprints(the_publication(workspace)) == before


# --- A pack that was sent in parts ---------------------------------------------------------------------------------


def test_editions_of_a_board_pack_that_were_sent_are_kept_as_they_were(workspace: Path) -> None:
    place = workspace / "outputs" / MONTH
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    for name in ("board-pack.pdf", "board-pack-supplement-1.pdf", "board-pack.json"):
        (place / name).write_bytes(name.encode())
        build = Path(name).stem.removesuffix(".json")
        manifest["builds"][build] = {**manifest["builds"]["highlight-report"], "outputs": {name: ""}}
    (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert {"board-pack", "board-pack-supplement-1"} < builds_in(place).keys()
    draft = draft_of(find_workspace(workspace), JANUARY)
    assert set(draft.sent) == {"board-pack-supplement-1.pdf", "board-pack.pdf", "board-pack.json"}
    assert not {"board-pack", "board-pack-supplement-1"} & {build.job for build in draft.builds}
    made = publish(workspace, reason="The board pack goes with it")
    assert (made.folder / "sent" / "board-pack.pdf").read_bytes() == b"board-pack.pdf"
    assert check(workspace).holds


def test_facts_of_the_published_position_are_in_the_ledger(workspace: Path) -> None:
    with open_ledger(find_workspace(workspace).ledger_at) as ledger:
        (publication,) = ledger.publications()
    told = {(fact.ref, fact.what): fact.says for fact in publication.facts}
    assert told["1.1.2.1", "status"] == "on-track"
    assert replace(publication, facts=()).manifest["position"]["as_at"] == "2025-01-31"
