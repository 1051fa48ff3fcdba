"""A backup of a partnership: one zip file with all that cannot be made again, and the way back from it.

In it: the inputs (settings, plan, returns and the log of when they came), the workspace's own templates, what was
published and sent, the whole ledger as one SQLite file wherever it is kept, and what boardpack remembers beside it of
sources and receipts. `backup.json` lists every file with its fingerprint. Drafts are left out: they are built again.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.ledger_place import LEDGER_FILE
from flows.plan.settings import SETTINGS_FILE, Workspace
from flows.returns.container import is_passing

LIST = "backup.json"
LEDGER = "ledger.sqlite"
LAYOUT = 1
_FOLDER, _RETURNS, _BESIDE = "folder", "returns", "beside-the-ledger"
"""Where files come from: the workspace, the folder of returns, the ledger's folder. The latter two may lie elsewhere."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, struct.error)
"""What reading a damaged zip can raise."""
_SETTINGS = f"{_FOLDER}/{SETTINGS_FILE.as_posix()}"


def backup(workspace: Workspace, file: Path) -> int:
    """Write a backup of a workspace to a new file, whole or not at all; return how many files are in it.

    Returns, drafts and commands may come and go meanwhile: the ledger is copied first, as of one moment. UserError when
    the file is there already or cannot be written, or when something cannot be read.
    """
    if file.exists():
        raise UserError(f"The file {file} is there already: name a new one for the backup.")
    beginning = file.with_name(f".{file.name}.new")
    try:
        with tempfile.TemporaryDirectory() as scratch, open_ledger(workspace.ledger_at) as ledger:
            copy = Path(scratch, LEDGER)
            ledger.copy_to(copy)
            files = {LEDGER: copy, **dict(_files(workspace))}
            with beginning.open("wb") as writing:
                _write(writing, files)
        beginning.replace(file)
    except OSError as error:
        raise UserError(
            f"The backup {file} cannot be made ({_reason(error)}): put that right and try again."
        ) from error
    finally:
        with suppress(OSError):
            beginning.unlink()
    return len(files)


def restore(file: Path, folder: Path) -> int:
    """Put a backup back into a new or empty folder, and its ledger where the settings in it say; return how many files.

    Every fingerprint is compared before anything is put in place. Returns that lie outside the folder are added where
    they are missing, and left as they are where they are not. UserError when the file is no backup or is damaged, when
    the folder is not empty, or when there is a record already where the ledger belongs.
    """
    folder = folder.resolve()
    is_new = not folder.exists()
    if not is_new and not (folder.is_dir() and not any(folder.iterdir())):
        raise UserError(f"The folder {folder} is not an empty one: name a new or an empty folder to restore into.")
    try:
        with _opened(file) as archive:
            listed = _checked(file, archive)
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as scratch:
                _put_back(archive, listed, Path(scratch), folder)
    except OSError as error:
        raise UserError(f"The backup {file} cannot be restored ({_reason(error)}).") from error
    finally:
        if is_new:
            with suppress(OSError):
                folder.rmdir()  # which it only does where nothing was restored
    return len(listed)


def _files(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Every file but the ledger, by its name in the backup."""
    returns, root = workspace.returns_folder.resolve(), workspace.root.resolve()
    for top in ("inputs", "templates", "outputs/published"):
        for path in _below(root / top):
            if not path.is_relative_to(returns):
                yield f"{_FOLDER}/{path.relative_to(root).as_posix()}", path
    for path in sorted(root.glob("outputs/*/board-pack*")):
        yield f"{_FOLDER}/{path.relative_to(root).as_posix()}", path
    for path in _below(returns):
        yield f"{_RETURNS}/{path.relative_to(returns).as_posix()}", path
    for path in sorted(workspace.ledger_file.parent.glob("*.json")):
        yield f"{_BESIDE}/{path.name}", path


def _below(top: Path) -> Iterator[Path]:
    """The files in a folder and below, in a fixed order; no links, locks, half-copied or half-built ones."""

    def stop(error: OSError) -> None:
        raise error

    if not top.is_dir():
        return
    for place, folders, names in os.walk(top, onerror=stop):
        folders[:] = sorted(name for name in folders if not is_passing(name))
        for name in sorted(names):
            path = Path(place, name)
            if not is_passing(name) and path.is_file() and not path.is_symlink():
                yield path


def _write(writing: Any, files: dict[str, Path]) -> None:
    fingerprints = {}
    with zipfile.ZipFile(writing, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            fingerprints[name] = _add(archive, name, path)
        listed = {"layout": LAYOUT, "files": fingerprints}
        archive.writestr(zipfile.ZipInfo(LIST), json.dumps(listed, indent=1, ensure_ascii=False))
    writing.flush()
    os.fsync(writing.fileno())


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Add a file, and give back the fingerprint of what was added."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UserError(f"The name of {name!r} is not in UTF-8, so it cannot be backed up: rename the file.") from None
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        return _copy(source, target)


def _copy(source: Any, target: Any) -> str:
    digest = sha256()
    while part := source.read(1 << 20):
        digest.update(part)
        target.write(part)
    return digest.hexdigest()


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _DAMAGE:
        raise UserError(
            f"The file {file} is no backup, or is damaged: nothing was restored; use another one."
        ) from None


def _checked(file: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """The files that a backup holds, with their fingerprints, when it is one and is whole."""
    listed = _list(file, archive)
    if sorted(archive.namelist()) != sorted([*listed, LIST]):
        raise UserError(
            f"The backup {file} does not hold the files that it lists: nothing was restored; use another backup."
        )
    for name, fingerprint in listed.items():
        if not _is_safe(name):
            raise UserError(f"The backup {file} holds “{name}”, which has no place in a backup: nothing was restored.")
        if _fingerprint(archive, name) != fingerprint:
            raise UserError(f"The backup {file} is damaged in {name}: nothing was restored; use another backup.")
    return listed


def _fingerprint(archive: zipfile.ZipFile, name: str) -> str:
    """The fingerprint of a file in the zip; "" where it cannot be read."""
    try:
        with archive.open(name) as source, Path(os.devnull).open("wb") as nowhere:
            return _copy(source, nowhere)
    except _DAMAGE:
        return ""


def _list(file: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    try:
        found = json.loads(archive.read(LIST))
        layout, listed = int(found["layout"]), {str(name): str(mark) for name, mark in found["files"].items()}
    except (KeyError, TypeError, AttributeError, *_DAMAGE):
        raise UserError(f"The file {file} is no backup: name a file that boardpack backup has written.") from None
    if layout > LAYOUT:
        raise UserError(
            f"The backup {file} was written by a newer boardpack (layout {layout}): use that version or newer."
        )
    if not {LEDGER, _SETTINGS} <= set(listed):
        raise UserError(f"The file {file} is no backup: it lacks the ledger or the settings.")
    return listed


def _is_safe(name: str) -> bool:
    """Whether a name leads to a place below one of the folders that are restored."""
    parts = name.split("/")
    own = Path(name)
    plain = not {"", ".", ".."} & set(parts) and ".." not in own.parts and not own.is_absolute() and not own.drive
    return name == LEDGER or (plain and len(parts) > 1 and parts[0] in (_FOLDER, _RETURNS, _BESIDE))


def _put_back(archive: zipfile.ZipFile, listed: dict[str, str], scratch: Path, folder: Path) -> None:
    """Build everything in a scratch folder, fill the ledger, and move the folder's parts into place, the inputs last:
    without them nothing takes the folder for a partnership's."""
    new = scratch / "new"
    _unpack(archive, listed, _FOLDER, new)
    settings = Workspace(new).settings
    ledger_file = _target(settings.ledger.path or LEDGER_FILE, folder, new)
    others = {_RETURNS: _target(settings.returns.folder, folder, new), _BESIDE: ledger_file.parent}
    inside = {place for place, top in others.items() if top.is_relative_to(new)}
    for place in inside:
        _unpack(archive, listed, place, others[place])
    archive.extract(LEDGER, scratch)
    with open_ledger(settings.ledger.database or ledger_file) as ledger:
        ledger.restore_from(scratch / LEDGER)
    for place in others.keys() - inside:  # only once the ledger was found empty: these may be somebody's at work
        _unpack(archive, listed, place, others[place])
    for part in sorted(new.iterdir(), key=lambda path: path.name == "inputs"):
        part.rename(folder / part.name)


def _target(setting: str, folder: Path, new: Path) -> Path:
    """Where what the settings name is written: in the scratch folder when it belongs into the folder, else outside."""
    final = Path(os.path.normpath(folder / setting))
    return new / final.relative_to(folder) if final.is_relative_to(folder) else final


def _unpack(archive: zipfile.ZipFile, listed: dict[str, str], place: str, top: Path) -> None:
    """Write the files of one place below a folder; what is there already stays as it is."""
    for name in listed:
        if name.startswith(f"{place}/"):
            target = top / name.removeprefix(f"{place}/")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("xb") as written:
                    shutil.copyfileobj(source, written)


def _reason(error: OSError) -> str:
    return f"{error.strerror or error}: {error.filename}" if error.filename else str(error.strerror or error)
