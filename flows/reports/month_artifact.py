"""A month's state in Markdown, for Prefect's page: which returns are in, what each partner must answer, the papers.

It names partners and counts; nothing that a partner has written in a return stands in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from flows.ledger.publications import Publication
from flows.plan.calendar import board_date, returns_due
from flows.plan.findings import Finding, Severity
from flows.plan.settings import Settings
from flows.plan.words import day, one_line
from flows.position.model import Position
from flows.reports.returns_state import return_rows

KINDS = {".pdf": "PDF", ".docx": "Word", ".xlsx": "Excel"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of the month: `address` is where a browser opens it, "" for nowhere, and `place` where it lies in the
    workspace; `revision` is the publication's that it belongs to, 0 for the draft's."""

    file: str
    address: str
    place: str
    revision: int = 0

    @property
    def name(self) -> str:
        """Highlight report."""
        return PurePosixPath(self.file).stem.replace("-", " ").capitalize()

    @property
    def kind(self) -> str:
        """PDF, Word or Excel."""
        return KINDS[PurePosixPath(self.file).suffix]

    @property
    def link(self) -> str:
        """Its kind as a link, or where it lies."""
        return f"[{self.kind}]({self.address})" if self.address else f"{self.kind} `{self.place}`"


def month_artifact(
    now: Position, settings: Settings, papers: Sequence[Paper] = (), published: Sequence[Publication] = ()
) -> str:
    """The state of the position's month; `published` are the month's publications in order."""
    board = board_date(now.month, settings)
    parts = [
        f"# {now.month.label}",
        f"{_state(papers, published, settings)} The {plain(settings.partnership.board)} meets on {day(board)}.",
        f"## Returns: {_how_many_in(now)}",
        f"Due on {day(returns_due(now.month, settings))}.",
        _returns(now),
        "## Papers",
        _papers([p for p in papers if not p.revision]) or "None has been built yet.",
    ]
    for publication in reversed(published):
        theirs = [p for p in papers if p.revision == publication.revision]
        parts += [
            f"## Published: revision {publication.revision}",
            _publication(publication, settings),
            _papers(theirs),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _state(papers: Sequence[Paper], published: Sequence[Publication], settings: Settings) -> str:
    """Whether the month's pack is published, a draft or not begun."""
    if published:
        last = published[-1]
        return f"**Published** on {day(_day_of(last, settings))} as revision {last.revision}."
    return "**Draft**, not published." if papers else "**No papers yet.**"


def _how_many_in(now: Position) -> str:
    return f"{sum(state.counted is not None for state in now.returns)} of {len(now.returns)} in"


def _returns(now: Position) -> str:
    """A row for each partner: when its return came, how many items were not used, and how many queries are open."""
    lines = ["| Partner | Return | Not used | Queries |", "| --- | --- | ---: | ---: |"]
    for state, row in zip(now.returns, return_rows(now), strict=True):
        came = f"{row.state} on {row.received}" if state.counted else row.state
        theirs = _counts(f for f in now.findings if f.who == state.partner.key)
        lines.append(f"| {' | '.join(map(plain, (row.short_name, came, *theirs)))} |")
    lines.append(f"| **All** | | {' | '.join(f'**{number}**' for number in _counts(now.findings))} |")
    return "\n".join(lines)


def _counts(findings: Iterable[Finding]) -> tuple[str, str]:
    """How many items were not used (errors), and how many queries must be answered."""
    weights = [finding.severity for finding in findings if finding.kind != "plan"]
    return str(weights.count(Severity.ERROR)), str(weights.count(Severity.QUERY))


def _papers(papers: Sequence[Paper]) -> str:
    """A line for each paper with its files: the papers to read first, then the registers."""
    files: dict[str, dict[str, Paper]] = {}
    for paper in papers:
        files.setdefault(paper.name, {})[paper.kind] = paper
    to_read_first = sorted(files.items(), key=lambda item: ("PDF" not in item[1], item[0]))
    return "\n".join(
        f"- {plain(name)}: {', '.join(theirs[kind].link for kind in KINDS.values() if kind in theirs)}"
        for name, theirs in to_read_first
    )


def _publication(publication: Publication, settings: Settings) -> str:
    """Who approved it, when, and why there is another revision."""
    approved = f"Approved by {plain(publication.approved_by)} on {day(_day_of(publication, settings))}."
    return f"{approved} Reason: {plain(publication.reason)}" if publication.reason else approved


def _day_of(publication: Publication, settings: Settings) -> dt.date:
    return publication.approved_at.astimezone(settings.calendar.zone).date()


def plain(text: str) -> str:
    """A text that Markdown prints as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&])", r"\\\1", one_line(text))
