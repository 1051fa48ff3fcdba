"""The evidence log: every item ever sent, whether it is accepted, and what it supports."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from flows.ledger.records import Submission
from flows.plan.findings import Finding, Severity
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed, quoted
from flows.position.model import EvidenceItem
from flows.returns.records import EvidenceRow

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class _Sent:
    """An item as it was sent, with its number in the log and the milestones whose row named it.

    `earlier` are the items of the same partner under the same title that stand in the log, by date: accepted, and not
    withdrawn since.
    """

    row: EvidenceRow
    number: str
    submission: Submission
    cited_by: tuple[str, ...]
    month: Month
    plan: Plan
    settings: Settings
    earlier: Mapping[dt.date | None, _Sent]

    @property
    def called(self) -> str:
        """The title in quotation marks; the number in the log where there is none."""
        return quoted(self.row.title) if self.row.title else f"Item {self.number}"

    @property
    def supports(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.row.supports, *self.cited_by)))


def evidence_log(
    plan: Plan, settings: Settings, counted: Iterable[Submission], month: Month
) -> tuple[tuple[EvidenceItem, ...], list[Finding]]:
    """Every item of evidence on record up to `month`, and the findings about those sent for it."""
    taken: dict[str, int] = {}
    standing: dict[tuple[str, str], dict[dt.date | None, _Sent]] = defaultdict(dict)
    log: dict[str, EvidenceItem] = {}
    findings: list[Finding] = []
    for submission in counted:
        cited = Citations((milestone.evidence, milestone.ref) for milestone in submission.content.milestones)
        for row in submission.content.evidence:
            number = _number(submission, row, taken)
            alike = standing[_identity(submission, row)]
            cited_by = cited.naming(row.number, row.title)
            one = _Sent(row, number, submission, cited_by, month, plan, settings, alike)
            noticed = [finding for rule in EVIDENCE_RULES for finding in rule(one)]
            _enter(log, one, alike, next((f for f in noticed if f.severity is Severity.ERROR), None))
            if submission.arrival.month == month:
                findings.extend(noticed)
    return tuple(log.values()), findings


def _enter(
    log: dict[str, EvidenceItem], sent: _Sent, alike: dict[dt.date | None, _Sent], refused: Finding | None
) -> None:
    """Put an item in the log; one that is there already gains what it newly supports; one withdrawn stays, refused.
    `alike` are the items under its title that stand, to which it is added or from which it takes away."""
    first = _same_before(sent)
    if sent.row.withdrawn:
        for earlier in _withdrawn_by(sent):
            log[earlier.number] = replace(log[earlier.number], accepted=False, why_not="withdrawn")
            del alike[earlier.row.dated]
    elif first is None:
        log[sent.number] = _item(sent, refused)
        if refused is None:
            alike[sent.row.dated] = sent
    elif refused is None:
        item = log[first.number]
        supports = tuple(dict.fromkeys((*item.supports, *sent.supports)))
        meets = tuple(dict.fromkeys((*item.meets, *sent.row.meets)))
        log[first.number] = replace(item, supports=supports, meets=meets)


def _number(submission: Submission, row: EvidenceRow, taken: dict[str, int]) -> str:
    """The item's number in the log; where a return uses a number twice, the later ones are told apart: 3, 3-2. `taken`
    holds the numbers in use, each with how often it was asked for."""
    number = f"{_series(submission.content.partner, submission.arrival.month)}{row.number or row.place.row}"
    unique, again = number, taken.get(number, 0)
    while unique in taken:
        again += 1
        unique = f"{number}-{again}"
    taken[number] = max(again, 1)
    taken.setdefault(unique, 1)
    return unique


def _series(partner: str, month: Month) -> str:
    return f"{partner.upper()}-{month}-"


class Citations(Generic[T]):
    """What the evidence cells of a return's milestones name: each cell with what is to be known of its row."""

    def __init__(self, cells: Iterable[tuple[str, T]]) -> None:
        self._by_name: dict[str, dict[T, int]] = defaultdict(dict)
        self._by_cell: dict[str, dict[T, int]] = defaultdict(dict)
        self.all: dict[T, int] = {}
        for place, (cell, row) in enumerate(cells):
            for name in _named_in(cell):
                self._by_name[name].setdefault(row, place)
            self._by_cell[cell.strip().casefold()].setdefault(row, place)
            self.all.setdefault(row, place)

    def naming(self, number: str, title: str) -> tuple[T, ...]:
        """Those whose cell names an item, by its number or its title; each once, in the order of the return."""
        places: dict[T, int] = {}
        for name in {number.casefold(), title.casefold()} - {""}:
            _keep_first(places, self._by_name.get(name, {}))
        if title:
            _keep_first(places, self._by_cell.get(title.casefold(), {}))
        return tuple(sorted(places, key=places.__getitem__))


def _keep_first(places: dict[T, int], more: Mapping[T, int]) -> None:
    for row, place in more.items():
        places[row] = min(place, places.get(row, place))


def _named_in(cell: str) -> set[str]:
    return {part.strip().casefold() for part in cell.replace(" and ", ";").replace(",", ";").split(";")}


def number_as_sent(item: EvidenceItem) -> str:
    """The number that an item had in the return that brought it."""
    return item.number.removeprefix(_series(item.partner, item.month))


def _identity(submission: Submission, row: EvidenceRow) -> tuple[str, str]:
    return submission.content.partner, " ".join(row.title.casefold().split())


def _same_before(sent: _Sent) -> _Sent | None:
    """The item that stands in the log under the same title and date from the same partner."""
    return sent.earlier.get(sent.row.dated) if sent.row.title else None


def _withdrawn_by(sent: _Sent) -> list[_Sent]:
    """The items that a withdrawal takes back: those with its title, and with its date where it gives one."""
    return [s for s in sent.earlier.values() if sent.row.dated in (None, s.row.dated)]


def _item(sent: _Sent, refused: Finding | None) -> EvidenceItem:
    row = sent.row
    return EvidenceItem(
        number=sent.number,
        partner=sent.submission.content.partner,
        month=sent.submission.arrival.month,
        title=row.title,
        kind=row.kind,
        dated=row.dated,
        received=sent.submission.received_of("evidence"),
        supports=sent.supports,
        meets=row.meets,
        shows=row.shows,
        kept_at=row.kept_at,
        marking=row.marking,
        accepted=refused is None,
        why_not=refused.says if refused else "",
        origin=row.place.cell("title"),
    )


def _finding(sent: _Sent, code: str, severity: Severity, says: str, todo: str, column: str = "title") -> Finding:
    return Finding(
        f"evidence.{code}",
        severity,
        says,
        todo,
        sent.submission.content.partner,
        sent.number,
        sent.row.place.cell(column),
    )


def without_title(sent: _Sent) -> Iterable[Finding]:
    """An item without a title cannot be found again: not used."""
    if not sent.row.title:
        yield _finding(
            sent,
            "no-title",
            Severity.ERROR,
            "An item of evidence has no title, so it was not used.",
            "Give it the title it is filed under.",
        )


def supports_nothing(sent: _Sent) -> Iterable[Finding]:
    """An item that supports nothing in the plan: not used."""
    if sent.row.withdrawn:
        return
    unknown = [ref for ref in (*sent.row.supports, *sent.row.meets) if not _is_known(sent.plan, ref)]
    known = [ref for ref in (*sent.supports, *sent.row.meets) if _is_known(sent.plan, ref)]
    if not known:
        what = (
            f"names {listed(quoted(u) for u in unknown)}, which the plan does not have"
            if unknown
            else "names nothing in the plan"
        )
        todo = "Give the reference of the milestone, measure or focus area that it supports."
        yield _finding(
            sent,
            "supports-nothing",
            Severity.ERROR,
            f"{sent.called} {what}, so it supports nothing.",
            todo,
            "supports",
        )
    elif unknown:
        says = f"{sent.called} names {listed(quoted(u) for u in unknown)}, which the plan does not have; the rest was used."
        yield _finding(sent, "unknown-reference", Severity.QUERY, says, "Correct or remove the reference.", "supports")


def _is_known(plan: Plan, ref: str) -> bool:
    return bool(plan.area_of(ref)) or ref in plan.promise


def dated_after_period(sent: _Sent) -> Iterable[Finding]:
    """Dated after the period: it cannot show what had happened by the period end, so it waits."""
    dated = sent.row.dated
    if dated and dated > sent.month.last_day and not sent.row.withdrawn:
        says = f"{sent.called} is dated {day(dated)}, after the period ended on {day(sent.month.last_day)}."
        yield _finding(
            sent,
            "dated-after-period",
            Severity.ERROR,
            says,
            "Correct the date if it is wrong; if it is right, the item counts from the month of its date.",
            "dated",
        )


def without_date(sent: _Sent) -> Iterable[Finding]:
    """Without a date nobody can tell whether it shows what is claimed: used, but asked about."""
    if sent.row.dated is None and not sent.row.withdrawn:
        says = f"{sent.called} has no date."
        yield _finding(sent, "undated", Severity.QUERY, says, "Give the date of the document or the event.", "dated")


def without_place(sent: _Sent) -> Iterable[Finding]:
    """Without a place where it is kept nobody can look at it: used, but asked about."""
    if not sent.row.kept_at and not sent.row.withdrawn:
        says = f"{sent.called} does not say where it is kept."
        yield _finding(sent, "no-place", Severity.QUERY, says, "Say where the group can find it.", "kept_at")


def sent_before(sent: _Sent) -> Iterable[Finding]:
    """A duplicate: the same title and date from the same partner is in the log already; counted once."""
    first = _same_before(sent)
    if first and not sent.row.withdrawn:
        says = f"{sent.called} is in the evidence log already, as {first.number}; it is counted once."
        yield _finding(
            sent,
            "duplicate",
            Severity.NOTE,
            says,
            "Nothing to do unless it is another document; then give it its own title.",
        )


def too_old(sent: _Sent) -> Iterable[Finding]:
    """Too old to show what is claimed: dated more than the set number of months before the return."""
    months = sent.settings.status.rules.evidence_stale_months
    dated = sent.row.dated
    if dated and not sent.row.withdrawn and dated < sent.submission.arrival.month.previous(months).first_day:
        says = f"{sent.called} is dated {day(dated)}, more than {count(months, 'month')} before this return."
        yield _finding(
            sent,
            "too-old",
            Severity.QUERY,
            says,
            "Say why it still shows what is claimed, or send a newer item.",
            "dated",
        )


def withdrawn(sent: _Sent) -> Iterable[Finding]:
    """Withdrawn: the item no longer counts for what it supported."""
    if sent.row.withdrawn:
        says = f"{sent.called} has been withdrawn and no longer counts."
        todo = "Send what replaces it if a milestone relies on it."
        if not _withdrawn_by(sent):
            says = f"{sent.called} is marked as withdrawn, but no item that counts has that title and date."
            todo = "Give the title and date as the evidence log has them."
        yield _finding(sent, "withdrawn", Severity.QUERY, says, todo)


EVIDENCE_RULES: tuple[Callable[[_Sent], Iterable[Finding]], ...] = (
    without_title,
    supports_nothing,
    dated_after_period,
    without_date,
    without_place,
    sent_before,
    too_old,
    withdrawn,
)


def expected_evidence_findings(plan: Plan, log: tuple[EvidenceItem, ...]) -> list[Finding]:
    """Expected evidence with nothing against it, one note for each focus area."""
    held = {ref for item in log if item.accepted for ref in item.meets}
    findings = []
    for focus in plan.focus_areas:
        expected = [p for p in plan.promises if p.focus_ref == focus.ref and p.kind == "evidence"]
        missing = [p.ref for p in expected if p.ref not in held]
        if missing:
            says = (
                f"Focus area {focus.ref} has nothing yet against {len(missing)} of "
                f"{count(len(expected), 'item')} of expected evidence: {', '.join(missing)}."
            )
            todo = "Name the expected item on the Evidence sheet when sending what meets it."
            findings.append(
                Finding(
                    "evidence.expected-missing",
                    Severity.NOTE,
                    says,
                    todo,
                    plan.improvement_group.key,
                    focus.ref,
                )
            )
    return findings
