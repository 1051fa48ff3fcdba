"""Backup and restore: all that cannot be made again in one file, checked before it is put back, never over anything."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from flows.ledger import backup as module
from flows.ledger.backup import backup, restore
from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.ledger_place import LedgerDatabase
from flows.plan.settings import Workspace
from tests.ledger.test_intake import SETTINGS
from tests.ledger.test_publications import everything, fill
from tests.ledger.test_store import is_one_sentence
from tests.postgres import a_schema, run_sql

Place = Path | LedgerDatabase
KEPT = {
    "inputs/plan.xlsx": "the plan",
    "inputs/returns/received.csv": "month,file,fingerprint,received\n",
    "inputs/returns/2022-11/council.xlsx": "a return",
    "inputs/returns/2022-11/ünï ‘quoted’: 10%.xlsx": "another",
    "templates/board.docx": "their own paper",
    "outputs/published/2022-11/revision-1/report.pdf": "published",
    "outputs/published/2022-11/revision-1/record/plan.xlsx": "the plan then",
    "outputs/2022-11/board-pack.pdf": "sent",
    "outputs/2022-11/board-pack.json": "[]",
    ".boardpack/sources.json": "{}",
}
LEFT = {
    "outputs/2022-11/highlight-report.pdf": "a draft",
    "inputs/returns/2022-11/~$council.xlsx": "a lock",
    "inputs/returns/2022-11/icb.xlsx.part": "half a file",
    "outputs/published/2022-11/.revision-2/report.pdf": "half a publication",
    ".boardpack/prefect/prefect.db": "no part of the record",
}


def put(root: Path, files: dict[str, str]) -> None:
    for name, words in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(words, encoding="utf-8")


def texts(root: Path) -> dict[str, str]:
    """Every file below a folder but the settings and the ledger."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file() and path.name not in ("partnership.toml", "ledger.sqlite")
    }


def a_workspace(root: Path, ledger: str = "") -> Workspace:
    put(root, {"inputs/partnership.toml": SETTINGS + ledger, **KEPT, **LEFT})
    workspace = Workspace(root)
    fill(workspace.ledger_at)
    return workspace


def kept_in(place: Place) -> str:
    """The settings' lines for a place; a file is kept inside the workspace."""
    return "" if isinstance(place, Path) else f'[ledger]\nurl = "{place.url}"\nschema = "{place.schema}"\n'


def empty(place: Place) -> None:
    """What the loss of the server does: the schema is gone."""
    if isinstance(place, LedgerDatabase):
        run_sql(place, f"DROP SCHEMA {place.schema} CASCADE")


@pytest.mark.parametrize("into", ["a new folder", "an empty folder"])
def test_a_backup_that_is_restored_is_the_partnership_as_it_was(place: Place, tmp_path: Path, into: str) -> None:
    workspace = a_workspace(tmp_path / "old", kept_in(place))
    before = everything(workspace.ledger_at)
    assert backup(workspace, tmp_path / "backup.zip") == len(KEPT) + 2
    empty(place)
    new = tmp_path / "further" / "new"
    if into == "an empty folder":
        new.mkdir(parents=True)
    assert restore(tmp_path / "backup.zip", new) == len(KEPT) + 2
    assert texts(new) == KEPT
    assert Workspace(new).settings == workspace.settings
    assert everything(Workspace(new).ledger_at) == before
    assert [path.name for path in new.parent.iterdir()] == ["new"]
    with open_ledger(Workspace(new).ledger_at) as ledger:
        assert [p.revision for p in ledger.publications()] == [1, 2]


def test_what_lies_outside_the_workspace_is_backed_up_and_put_back_where_it_is_missing(tmp_path: Path) -> None:
    shared, record = tmp_path / "shared", tmp_path / "record" / "l.sqlite"
    put(shared, {"2022-11/council.xlsx": "a return", "2022-11/icb.xlsx": "as it was"})
    workspace = a_workspace(tmp_path / "old", f'[returns]\nfolder = "{shared}"\n[ledger]\npath = "{record}"\n')
    before = everything(record)
    backup(workspace, tmp_path / "backup.zip")
    (shared / "2022-11" / "council.xlsx").unlink()
    (shared / "2022-11" / "icb.xlsx").write_text("as it is now")
    record.unlink()
    restore(tmp_path / "backup.zip", tmp_path / "new")
    assert texts(shared) == {"2022-11/council.xlsx": "a return", "2022-11/icb.xlsx": "as it is now"}
    assert everything(record) == before


def test_a_ledger_that_holds_a_record_is_never_restored_over(tmp_path: Path) -> None:
    place = a_schema()
    shared = tmp_path / "shared"
    put(shared, {"2022-11/council.xlsx": "a return"})
    workspace = a_workspace(tmp_path / "old", f'[returns]\nfolder = "{shared}"\n' + kept_in(place))
    backup(workspace, tmp_path / "backup.zip")
    (shared / "2022-11" / "council.xlsx").unlink()
    before = everything(place)
    with pytest.raises(UserError, match="holds a record already: restore into an empty one"):
        restore(tmp_path / "backup.zip", tmp_path / "new")
    assert everything(place) == before
    assert texts(shared) == {}
    assert not (tmp_path / "new").exists()


def test_a_backup_taken_while_returns_are_recorded_holds_one_moment(place: Place, tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path / "old", kept_in(place))
    with open_ledger(workspace.ledger_at) as ledger, ledger._database.writing():  # somebody is at it, and not done
        backup(workspace, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        archive.extract("ledger.sqlite", tmp_path)
    assert everything(tmp_path / "ledger.sqlite") == everything(workspace.ledger_at)


def test_a_backup_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path / "old")
    with pytest.raises(UserError, match=r"plan\.xlsx is there already: name a new one"):
        backup(workspace, workspace.plan_file)
    assert workspace.plan_file.read_text() == "the plan"


@pytest.mark.parametrize("place", ["no/such/folder/backup.zip", "old/inputs/plan.xlsx/backup.zip"])
def test_a_place_where_no_backup_can_be_written_is_named(tmp_path: Path, place: str) -> None:
    workspace = a_workspace(tmp_path / "old")
    with pytest.raises(UserError) as raised:
        backup(workspace, tmp_path / place)
    assert is_one_sentence(str(raised.value))
    assert str(raised.value).startswith(f"The backup {tmp_path / place} cannot be made (")


@pytest.mark.parametrize("at", [0, 3, len(KEPT) + 1])
def test_a_disk_that_fills_up_leaves_no_backup_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    def full(archive: zipfile.ZipFile, name: str, path: Path) -> str:
        if len(archive.namelist()) == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return add(archive, name, path)

    add = module._add
    workspace = a_workspace(tmp_path / "old")
    monkeypatch.setattr(module, "_add", full)
    (tmp_path / "safe").mkdir()
    with pytest.raises(UserError) as raised:
        backup(workspace, tmp_path / "safe" / "backup.zip")
    assert is_one_sentence(str(raised.value))
    assert "No space left on device" in str(raised.value)
    assert list((tmp_path / "safe").iterdir()) == []


def test_a_file_whose_name_cannot_be_written_is_named(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path / "old")
    try:
        Path(os.fsdecode(os.fsencode(workspace.returns_folder) + b"/caf\xe9.xlsx")).write_text("a return")
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(UserError, match=r"caf.*is not in UTF-8, so it cannot be backed up: rename the file"):
        backup(workspace, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def test_only_a_new_or_empty_folder_is_restored_into(tmp_path: Path) -> None:
    workspace = a_workspace(tmp_path / "old")
    backup(workspace, tmp_path / "backup.zip")
    before = texts(tmp_path / "old")
    for folder in (tmp_path / "old", workspace.plan_file):
        with pytest.raises(UserError, match="is not an empty one: name a new or an empty folder"):
            restore(tmp_path / "backup.zip", folder)
    assert texts(tmp_path / "old") == before


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """The zip with its files changed; its list is left as it was unless the change is to that."""
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)


def listed_too(name: str) -> Callable[[dict[str, bytes]], None]:
    """A file of a name that ought not to be there, and is on the list."""

    def change(files: dict[str, bytes]) -> None:
        files[name] = b""
        found = json.loads(files["backup.json"])
        found["files"][name] = sha256(b"").hexdigest()
        files["backup.json"] = json.dumps(found).encode()

    return change


def of_layout_2(files: dict[str, bytes]) -> None:
    files["backup.json"] = json.dumps(json.loads(files["backup.json"]) | {"layout": 2}).encode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda files: files.update({"folder/inputs/plan.xlsx": b"changed"}), "is damaged in folder/inputs/plan.xlsx"),
        (lambda files: files.pop("folder/inputs/plan.xlsx"), "does not hold the files that it lists"),
        (lambda files: files.update({"folder/inputs/more.xlsx": b""}), "does not hold the files that it lists"),
        (lambda files: files.pop("backup.json"), "is no backup: name a file that boardpack backup has written"),
        (lambda files: files.update({"backup.json": b"[1, 2]"}), "is no backup"),
        (lambda files: files.update({"backup.json": b'{"layout": 1, "files": {}}'}), "lacks the ledger or the settings"),
        (of_layout_2, r"was written by a newer boardpack \(layout 2\)"),
        *((listed_too(name), "has no place in a backup") for name in (
            "folder/../../outside", "/folder/outside", "folder//outside", "folder/./x", "elsewhere/x", "returns", "../x",
            "returns/../../x", "beside-the-ledger/../x",
        )),
    ],
)  # fmt: skip
def test_a_backup_that_is_damaged_or_tampered_with_is_refused_and_nothing_is_written(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], says: str
) -> None:
    backup(a_workspace(tmp_path / "old"), tmp_path / "backup.zip")
    rewritten(tmp_path / "backup.zip", change)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UserError, match=says) as raised:
        restore(tmp_path / "backup.zip", tmp_path / "new")
    assert is_one_sentence(str(raised.value))
    assert sorted(tmp_path.iterdir()) == before


def test_a_backup_of_which_any_byte_has_changed_is_refused_or_restored_whole(tmp_path: Path) -> None:
    backup(a_workspace(tmp_path / "old"), tmp_path / "backup.zip")
    whole = (tmp_path / "backup.zip").read_bytes()
    refused = 0
    for number, place in enumerate(range(0, len(whole), len(whole) // 60)):
        (tmp_path / "bad.zip").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        new = tmp_path / f"new-{number}"
        try:
            restore(tmp_path / "bad.zip", new)
        except UserError:
            refused += 1
            assert not new.exists()
        else:
            assert texts(new) == KEPT
    assert refused > 30


@pytest.mark.parametrize("part", [0, 10, 0.5, 0.99])
def test_what_is_no_whole_zip_is_refused_in_one_sentence(tmp_path: Path, part: float) -> None:
    backup(a_workspace(tmp_path / "old"), tmp_path / "backup.zip")
    whole = (tmp_path / "backup.zip").read_bytes()
    (tmp_path / "backup.zip").write_bytes(whole[: int(part * len(whole)) if part < 1 else int(part)])
    with pytest.raises(UserError, match=r"backup\.zip is no backup, or is damaged: nothing was restored"):
        restore(tmp_path / "backup.zip", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backup_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"The backup .*no\.zip cannot be restored \(No such file or directory"):
        restore(tmp_path / "no.zip", tmp_path / "new")
