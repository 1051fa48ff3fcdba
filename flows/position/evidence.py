"""The evidence log: every item ever sent, whether it is accepted, and what it supports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from flows.ledger.records import Submission
from flows.plan.findings import Finding, Severity
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed, quoted
from flows.position.model import EvidenceItem
from flows.returns.records import EvidenceRow


@dataclass(frozen=True)
class _Sent:
    """An item as it was sent, with its number in the log and the milestones whose row named it."""

    row: EvidenceRow
    number: str
    submission: Submission
    cited_by: tuple[str, ...]
    month: Month
    plan: Plan
    settings: Settings
    earlier: tuple[_Sent, ...] = ()

    @property
    def supports(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.row.supports, *self.cited_by)))


def evidence_log(
    plan: Plan, settings: Settings, counted: Iterable[Submission], month: Month
) -> tuple[tuple[EvidenceItem, ...], list[Finding]]:
    """Every item of evidence on record up to `month`, and the findings about those sent for it."""
    sent: list[_Sent] = []
    items: list[EvidenceItem] = []
    findings: list[Finding] = []
    for submission in counted:
        for row in submission.content.evidence:
            one = _Sent(
                row,
                _number(submission, row),
                submission,
                _citing(submission, row),
                month,
                plan,
                settings,
                tuple(sent),
            )
            noticed = [finding for rule in EVIDENCE_RULES for finding in rule(one)]
            refused = next((f for f in noticed if f.severity is Severity.ERROR), None)
            sent.append(one)
            if not row.withdrawn and not _is_repeat(one):
                items.append(_item(one, refused))
            if submission.arrival.month == month:
                findings.extend(noticed)
    withdrawn = {_identity(s) for s in sent if s.row.withdrawn}
    identity = {s.number: _identity(s) for s in sent}
    log = tuple(
        replace(i, accepted=False, why_not="withdrawn") if identity[i.number] in withdrawn else i for i in items
    )
    return log, findings


def _number(submission: Submission, row: EvidenceRow) -> str:
    return f"{submission.content.partner.upper()}-{submission.arrival.month}-{row.number or row.place.row}"


def _citing(submission: Submission, row: EvidenceRow) -> tuple[str, ...]:
    """Milestones of the same return whose evidence cell names this item, by its number or its title."""
    return tuple(m.ref for m in submission.content.milestones if m.evidence and _names(m.evidence, row))


def _names(cell: str, row: EvidenceRow) -> bool:
    parts = {part.strip().casefold() for part in cell.replace(" and ", ";").replace(",", ";").split(";")}
    wanted = {row.number.casefold(), row.title.casefold()} - {""}
    return bool(parts & wanted) or (bool(row.title) and cell.strip().casefold() == row.title.casefold())


def _identity(sent: _Sent) -> tuple[str, str]:
    return sent.submission.content.partner, " ".join(sent.row.title.casefold().split())


def _is_repeat(sent: _Sent) -> bool:
    return any(_identity(sent) == _identity(s) and sent.row.dated == s.row.dated for s in sent.earlier)


def _item(sent: _Sent, refused: Finding | None) -> EvidenceItem:
    row = sent.row
    return EvidenceItem(
        number=sent.number,
        partner=sent.submission.content.partner,
        month=sent.submission.arrival.month,
        title=row.title,
        kind=row.kind,
        dated=row.dated,
        received=sent.submission.received,
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
            "An item of evidence has no title.",
            "Give it the title it is filed under.",
        )


def supports_nothing(sent: _Sent) -> Iterable[Finding]:
    """An item that supports nothing in the plan: not used."""
    if sent.row.withdrawn:
        return
    unknown = [ref for ref in (*sent.row.supports, *sent.row.meets) if not _is_known(sent.plan, ref)]
    known = [ref for ref in (*sent.supports, *sent.row.meets) if _is_known(sent.plan, ref)]
    title = quoted(sent.row.title)
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
            f"{title} {what}, so it supports nothing.",
            todo,
            "supports",
        )
    elif unknown:
        says = f"{title} names {listed(quoted(u) for u in unknown)}, which the plan does not have; the rest was used."
        yield _finding(sent, "unknown-reference", Severity.QUERY, says, "Correct or remove the reference.", "supports")


def _is_known(plan: Plan, ref: str) -> bool:
    return bool(plan.area_of(ref)) or ref in plan.promise


def dated_after_period(sent: _Sent) -> Iterable[Finding]:
    """Dated after the period: it cannot show what had happened by the period end, so it waits."""
    dated = sent.row.dated
    if dated and dated > sent.month.last_day:
        says = f"{quoted(sent.row.title)} is dated {day(dated)}, after the period ended on {day(sent.month.last_day)}."
        yield _finding(
            sent,
            "dated-after-period",
            Severity.ERROR,
            says,
            "Correct the date, or send it again next month.",
            "dated",
        )


def without_date(sent: _Sent) -> Iterable[Finding]:
    """Without a date nobody can tell whether it shows what is claimed: used, but asked about."""
    if sent.row.dated is None and not sent.row.withdrawn:
        says = f"{quoted(sent.row.title)} has no date."
        yield _finding(sent, "undated", Severity.QUERY, says, "Give the date of the document or the event.", "dated")


def without_place(sent: _Sent) -> Iterable[Finding]:
    """Without a place where it is kept nobody can look at it: used, but asked about."""
    if not sent.row.kept_at and not sent.row.withdrawn:
        says = f"{quoted(sent.row.title)} does not say where it is kept."
        yield _finding(sent, "no-place", Severity.QUERY, says, "Say where the group can find it.", "kept_at")


def sent_before(sent: _Sent) -> Iterable[Finding]:
    """A duplicate: the same title and date from the same partner is in the log already; counted once."""
    if sent.row.withdrawn or not sent.row.title:
        return
    first = next((s for s in sent.earlier if _identity(s) == _identity(sent) and s.row.dated == sent.row.dated), None)
    if first:
        says = f"{quoted(sent.row.title)} is in the evidence log already, as {first.number}; it is counted once."
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
        says = f"{quoted(sent.row.title)} is dated {day(dated)}, more than {count(months, 'month')} before this return."
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
        says = f"{quoted(sent.row.title)} has been withdrawn and no longer counts."
        todo = "Send what replaces it if a milestone relies on it."
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
