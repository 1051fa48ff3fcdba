"""What was sent of a month's board pack: a record beside it, so that late papers can follow on from it.

`board-pack.json` lies in the month's folder with the PDFs that it speaks of, and is put in place with them. Until there
is a supplement the pack is a draft and can be built again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.reports.board_pack import PACK, Edition, SentPaper

RECORD = f"{PACK}.json"


def file_of(number: int) -> str:
    """The file of the pack (0) or of a supplement, by its number."""
    return f"{PACK}-supplement-{number}.pdf" if number else f"{PACK}.pdf"


def sent_before(folder: Path, month: Month, supplement: bool) -> tuple[Edition, ...]:
    """What the next edition follows on from: nothing for a pack, the pack and its supplements for a supplement.

    UserError where there is no pack to add to, where a pack that has a supplement would be built again, or where one of
    them is missing.
    """
    editions = _kept(folder, month)
    if not supplement:
        if len(editions) > 1:
            raise UserError(
                f"The board pack of {month.label} has a supplement, so its pages stay as they are: "
                f"use --supplement, or delete {PACK}*.pdf to begin again."
            )
        return ()
    if not editions:
        raise UserError(
            f"There is no board pack of {month.label} to add to: build it first with boardpack pack {month}."
        )
    return editions


def write_record(editions: Iterable[Edition], folder: Path) -> None:
    """Write what has been sent into a folder."""
    text = json.dumps([asdict(edition) for edition in editions], indent=2, ensure_ascii=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8", newline="\n")


def fingerprint(html: str) -> str:
    """The fingerprint of what a paper says: SHA-256 of its HTML, however that is spaced."""
    return sha256(" ".join(html.split()).encode()).hexdigest()


def _kept(folder: Path, month: Month) -> tuple[Edition, ...]:
    """The editions on record; none once all of their files have been deleted."""
    record = folder / RECORD
    if not any(folder.glob(f"{PACK}*.pdf")):
        return ()
    editions = _read(record, month)
    for edition in editions:
        if not (folder / edition.file).is_file():
            raise UserError(
                f"{edition.file} of {month.label} is missing from {folder}: put it back, or delete {PACK}*.pdf to begin "
                "again."
            )
    return editions


def _read(record: Path, month: Month) -> tuple[Edition, ...]:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        return tuple(
            Edition(
                e["file"], int(e["last_page"]), tuple(SentPaper(**paper) for paper in e["papers"]), dict(e["returns"])
            )
            for e in found
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{record}, which says what was sent of the board pack of {month.label}, cannot be read: put it back, or "
            f"delete {PACK}*.pdf to begin again."
        ) from None
