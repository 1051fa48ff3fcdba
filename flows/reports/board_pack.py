"""The board pack: which papers a month has, in which order and under which number, and what its front says.

A paper is a template and its facts. What has been sent is an edition: first the pack, then each supplement with the
papers that were late or read differently since. Numbers of papers and pages go on from one edition to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from flows.ledger.records import Submission
from flows.plan.calendar import annual_review_months, is_annual_review, is_stocktake, stocktake_months
from flows.plan.findings import Finding
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed, sentence
from flows.position.look_back import LookBack, look_back
from flows.position.model import Position
from flows.reports.annual_review import annual_review
from flows.reports.dashboard import dashboard
from flows.reports.frame import frame
from flows.reports.highlight import highlight_report
from flows.reports.parts import Frame
from flows.reports.register_tables import evidence_tables, risk_tables
from flows.reports.stocktake import stocktake
from flows.reports.summary import Ask, asks_of_the_board

PACK = "board-pack"
"""The name of the pack's template and of its file."""


class Framed(Protocol):
    """The facts of any paper."""

    @property
    def frame(self) -> Frame: ...


@dataclass(frozen=True)
class Material:
    """What a month's papers are made of; `submissions` are those up to the month, `noticed` the plan's findings."""

    position: Position
    settings: Settings
    submissions: tuple[Submission, ...] = ()
    noticed: tuple[Finding, ...] = ()

    @cached_property
    def quarter(self) -> LookBack | None:
        """What the stocktake looks back on; None in a month without one."""
        month = self.position.month
        if not is_stocktake(month, self.settings):
            return None
        months = stocktake_months(month, self.settings)
        return self._look_back(months)

    @cached_property
    def year(self) -> LookBack | None:
        """What the annual review looks back on; None in a month without one."""
        month = self.position.month
        if not is_annual_review(month, self.settings):
            return None
        months = annual_review_months(month, self.settings)
        return self._look_back(months)

    def _look_back(self, months: tuple[Month, ...]) -> LookBack:
        now = self.position
        published = (now.published,) if now.published else ()
        return look_back(now.plan, self.settings, self.submissions, months, self.noticed, now.known_on, published)


@dataclass(frozen=True)
class Kind:
    """A kind of paper: its name, what the board is asked to do with it, its facts (None when it is not due), and its
    template, where that is not called as the paper is."""

    name: str
    wanted: Callable[[Material], str]
    facts: Callable[[Material], Framed | None]
    template: str = ""


def _for_discussion(of: Material) -> str:
    return "For discussion"


def _for_information(of: Material) -> str:
    return "For information"


def _by_its_asks(of: Material) -> str:
    """A report with asks is for decision."""
    asks = [ask.number for ask in asks_of_the_board(of.position) if ask.number]
    return f"For decision: {listed(asks)}" if asks else _for_discussion(of)


KINDS = (
    Kind("highlight-report", _by_its_asks, lambda of: highlight_report(of.position, of.settings)),
    Kind("stocktake", _for_discussion, lambda of: stocktake(of.quarter, of.settings) if of.quarter else None),
    Kind("annual-review", _for_discussion, lambda of: annual_review(of.year, of.settings) if of.year else None),
    Kind("data-dashboard", _for_information, lambda of: dashboard(of.position, of.settings)),
    Kind("risk-register", _for_information, lambda of: risk_tables(of.position, of.settings), "register-tables"),
    Kind("evidence-log", _for_information, lambda of: evidence_tables(of.position, of.settings), "register-tables"),
)
"""Every paper that a board pack can hold, in its order."""


@dataclass(frozen=True)
class Paper:
    """A paper that is due: the template is named without its ending."""

    name: str
    template: str
    facts: Framed
    wanted: str

    @property
    def title(self) -> str:
        return self.facts.frame.title


def papers(of: Material) -> tuple[Paper, ...]:
    """The month's papers, in the order of the pack."""
    found = ((kind, kind.facts(of)) for kind in KINDS)
    return tuple(Paper(k.name, k.template or k.name, facts, k.wanted(of)) for k, facts in found if facts is not None)


# What has been sent


@dataclass(frozen=True, slots=True)
class SentPaper:
    """A paper as it was sent; `fingerprint` is that of its HTML."""

    number: int
    name: str
    title: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The pack or one of its supplements: its file, its last page, its papers, and the returns that it was made from
    (the fingerprint of the one that counted, by the partner's key)."""

    file: str
    last_page: int
    papers: tuple[SentPaper, ...]
    returns: dict[str, str]


@dataclass(frozen=True)
class Numbered:
    """A paper with its number; `replaces` is the number under which it was sent before, 0 for one that is new."""

    paper: Paper
    number: int
    fingerprint: str
    replaces: int = 0

    @property
    def label(self) -> str:
        """ "Paper 2", or "Paper 7, replaces paper 2"."""
        return f"Paper {self.number}, replaces paper {self.replaces}" if self.replaces else f"Paper {self.number}"


def numbered(papers: Sequence[tuple[Paper, str]], sent: Sequence[Edition]) -> tuple[Numbered, ...]:
    """The papers, each with the fingerprint of its HTML, that are to go into the next edition, and their numbers.

    Into the first go all; into a supplement those that have not been sent, or read differently now.
    """
    latest = {paper.name: paper for edition in sent for paper in edition.papers}
    new = [(p, mark) for p, mark in papers if p.name not in latest or latest[p.name].fingerprint != mark]
    first = max((paper.number for paper in latest.values()), default=0) + 1
    before = {name: paper.number for name, paper in latest.items()}
    return tuple(Numbered(p, n, mark, before.get(p.name, 0)) for n, (p, mark) in enumerate(new, start=first))


def edition_of(chosen: Iterable[Numbered], position: Position, file: str, last_page: int) -> Edition:
    """What is to be remembered of an edition once it is printed."""
    sent = tuple(SentPaper(n.number, n.paper.name, n.paper.title, n.fingerprint) for n in chosen)
    return Edition(file, last_page, sent, _counted(position))


def _counted(position: Position) -> dict[str, str]:
    return {r.partner.key: r.counted.arrival.fingerprint for r in position.returns if r.counted}


# The front


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A line of the agenda; `anchor` is the id of the paper in the bound document."""

    number: str
    title: str
    wanted: str
    anchor: str
    replaces: str


@dataclass(frozen=True, slots=True)
class Front:
    """Front sheet and agenda. Of a supplement, `why` says what it adds or replaces and which returns came late, and
    `pages` where its pages go on from; both are empty for the pack. `asks` are empty where the highlight report is not
    in this edition."""

    frame: Frame
    agenda: tuple[AgendaRow, ...]
    caption: str
    why: tuple[str, ...]
    asks: tuple[Ask, ...]
    no_asks: str
    pages: str


def front(of: Material, chosen: Sequence[Numbered], sent: Sequence[Edition]) -> Front:
    """The front of the next edition: of the pack when nothing was sent, else of a supplement."""
    position, settings = of.position, of.settings
    name = f"Board pack, supplement {len(sent)}" if sent else "Board pack"
    report = next((n for n in chosen if n.paper.name == "highlight-report"), None)
    asks = asks_of_the_board(position) if report else ()
    return Front(
        frame=frame(name, position, settings),
        agenda=tuple(_agenda_row(n) for n in chosen),
        caption="Papers in this supplement" if sent else "Papers for this meeting",
        why=tuple(_why(chosen, position, sent)) if sent else (),
        asks=asks,
        no_asks="The board is not asked to decide anything this month." if report and not asks else "",
        pages=_pages(sent),
    )


def _agenda_row(n: Numbered) -> AgendaRow:
    replaces = f"Replaces paper {n.replaces}" if n.replaces else ""
    return AgendaRow(str(n.number), n.paper.title, n.paper.wanted, f"p{n.number}", replaces)


def _pages(sent: Sequence[Edition]) -> str:
    if not sent:
        return ""
    last = sent[-1]
    return f"Its pages follow on from page {last.last_page}. The pages already sent stay as they are."


def _why(chosen: Sequence[Numbered], position: Position, sent: Sequence[Edition]) -> Iterable[str]:
    """What a supplement adds, what it replaces, and which returns came after the edition before it."""
    titles = {paper.number: paper.title for edition in sent for paper in edition.papers}
    for n in chosen:
        if n.replaces:
            yield f"Paper {n.number} replaces paper {n.replaces}, {titles[n.replaces]}."
        else:
            yield f"Paper {n.number} is new: {n.paper.title}."
    edition = "the board pack" if len(sent) == 1 else f"supplement {len(sent) - 1}"
    came = tuple(_came_since(position, sent[-1].returns))
    if came:
        yield sentence(f"since {edition} was made, {count(len(came), 'return')} came in or changed: {listed(came)}")
    else:
        yield f"No return has come in since {edition} was made; what the papers say has changed."


def _came_since(position: Position, known: dict[str, str]) -> Iterable[str]:
    """The partners whose return counts now and did not before."""
    for state in position.returns:
        if state.counted and known.get(state.partner.key) != state.counted.arrival.fingerprint:
            corrected = "a corrected return of " if state.partner.key in known else ""
            yield f"{corrected}{state.partner.short_name} (received on {day(state.counted.received)})"


def nothing_to_add(position: Position) -> str:
    """What is said when a supplement would be empty."""
    return f"There is nothing to add to the board pack of {position.month.label}."


@dataclass(frozen=True)
class Packed:
    """What a run has made: its files, by name, or a sentence that says why there are none."""

    position: Position
    files: tuple[str, ...]
    says: str = ""
