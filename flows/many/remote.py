"""Workspaces that lie elsewhere: brought from any place that fsspec knows (s3://bucket/partnership-12), their papers
put back there.

What lies there is copied to a folder of this machine, and after the build what is new of the month's papers is put
back: the files first and the manifest last. A month whose manifest and files agree is therefore whole; where somebody
pulled the plug in between, they differ until the next build. No place of this kind can lock a file, so the ledger must
be a PostgreSQL database: one kept as a file would be written by two at once, and the rows of one of them be lost.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import SETTINGS_FILE, Workspace
from flows.publish.outputs import sha256
from flows.sources.place_faults import fault_of
from flows.sources.places import shown as without_user

EXTRAS = {"s3": "s3", "sftp": "sftp", "ssh": "sftp", "webdav": "webdav", "smb": "smb"}
"""The extra of boardpack that holds what each kind of place needs."""


def is_remote(place: str) -> bool:
    """Whether a place is a URL and not a folder of this machine; file:// names a folder."""
    return "://" in place and not place.startswith("file://")


def local_folder(place: str) -> Path:
    """The folder of this machine that a path or a file:// URL names, absolute."""
    return Path(unquote(urlsplit(place).path) if place.startswith("file://") else place).resolve()


def shown(place: str) -> str:
    """A place as it may be printed: without a user or a password."""
    return without_user(place).partition("?")[0] if is_remote(place) else place


@contextmanager
def brought(url: str, month: Month) -> Iterator[Workspace]:
    """The workspace at a URL, in a folder of this machine while the block runs; then its papers of the month are put
    back. After an error nothing is.

    UserError where the place cannot be reached, holds no workspace, or keeps its ledger as a file.
    """
    with tempfile.TemporaryDirectory(prefix="boardpack-") as folder, _said_plainly(url):
        system, root = _opened(url)
        workspace = Workspace(Path(folder))
        for part in ("inputs", "templates", f"outputs/{month}"):
            _fetch(system, f"{root}/{part}", workspace.root / part)
        if not workspace.settings_file.is_file():
            raise UserError(f"{shown(url)} has no {SETTINGS_FILE.as_posix()}: name the address of a partnership.")
        if isinstance(workspace.ledger_at, Path):
            raise UserError(
                f"{shown(url)} keeps its ledger as a file, which is not safe at such a place: give its settings the url "
                "of a PostgreSQL database under [ledger]."
            )
        before = _marks(workspace.outputs)
        yield workspace
        _put(system, workspace.outputs, f"{root}/outputs", before)


@contextmanager
def _said_plainly(url: str) -> Iterator[None]:
    """Errors of the place in words that hold no secret; those of the build as they are."""
    try:
        yield
    except _PlaceError as error:
        says = fault_of(error.__cause__ or error).says
        raise UserError(f"{shown(url)} cannot be used: it {says}. Check the address and who may use it.") from None


class _PlaceError(Exception):
    """Something that a file system has raised; its cause."""


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise _PlaceError from error


def _opened(url: str) -> tuple[Any, str]:
    scheme = urlsplit(url).scheme
    try:
        import fsspec

        with _asking():
            system, root = fsspec.url_to_fs(url)
    except _PlaceError as error:
        if isinstance(error.__cause__, ImportError):
            raise _lacking(scheme) from None
        if isinstance(error.__cause__, ValueError):
            raise UserError(f'"{scheme}" in {shown(url)} is no kind of place that boardpack knows.') from None
        raise
    except ImportError:
        raise _lacking(scheme) from None
    system.invalidate_cache()
    return system, str(root).rstrip("/")


def _lacking(scheme: str) -> UserError:
    package = f'pip install "boardpack[{EXTRAS[scheme]}]"' if scheme in EXTRAS else "pip install the library for it"
    return UserError(f"Places of the kind {scheme}:// need packages that are not installed. Type: {package}.")


def _fetch(system: Any, there: str, here: Path) -> None:
    """Copy a folder and all below it; one that is not there is left out."""
    with _asking():
        try:
            names = [str(name) for name in system.find(there)]
        except FileNotFoundError:
            return
    pairs = []
    for name in names:
        within = PurePosixPath(name.removeprefix(there).strip("/"))
        if not name.startswith(there) or not within.parts or ".." in within.parts or "published" in within.parts[:1]:
            continue  # the folder's own entry, a name that leads out of it, and what is published, which no build reads
        target = here.joinpath(*within.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        pairs.append((name, str(target)))
    if pairs:
        with _asking():
            system.get([name for name, _ in pairs], [target for _, target in pairs])


def _marks(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _put(system: Any, here: Path, there: str, before: dict[str, str]) -> None:
    """Put back what is new or has changed, the manifests after all else."""
    from flows.publish.pack import MANIFEST  # loads all that prints, which only a builder needs

    after = _marks(here)
    changed = [name for name, mark in after.items() if before.get(name) != mark]
    for names in (
        [name for name in changed if PurePosixPath(name).name != MANIFEST],
        [name for name in changed if PurePosixPath(name).name == MANIFEST],
    ):
        if names:
            with _asking():
                for folder in sorted({str(PurePosixPath(there, name).parent) for name in names}):
                    system.makedirs(folder, exist_ok=True)
                system.put([str(here / name) for name in names], [f"{there}/{name}" for name in names])
