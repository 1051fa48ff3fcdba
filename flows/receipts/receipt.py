"""Receipts: the answer to a partner, in its own workbook.

A receipt is the workbook that the partner sent, with a first sheet that says what was accepted, what needs an answer
and what was refused, and with a mark and a note on each cell in question. Where the workbook cannot be sent back so,
the first sheet stands alone and says why. Nothing that a partner sends can stop a receipt from being written; the same
facts and workbook give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePath

from flows.plan.findings import SEVERITY_ORDER, Finding, Severity, in_order
from flows.plan.periods import Month
from flows.plan.words import count, listed, sentence
from flows.plan.words import day as day_words
from flows.receipts.first_sheet import (
    SIGNS,
    Content,
    Line,
    add_first_sheet,
    one_line,
    plain,
    take_off_earlier_sheet,
)
from flows.receipts.marks import Mark, deselect, mark_sheet, spot
from flows.receipts.notes import Spot
from flows.receipts.package import CannotCopy, Package
from flows.receipts.styles import Styles
from flows.returns.container import Unreadable

MOST_LISTED = 2_000
"""How many findings a receipt lists and marks; a return with more has one fault many times over."""


class Verdict(StrEnum):
    """What became of a return as a whole."""

    ACCEPTED = "Accepted"
    WITH_QUERIES = "Accepted with queries"
    PART = "Part accepted"
    REFUSED = "Refused"


_SIGNS = {Verdict.ACCEPTED: "●", Verdict.WITH_QUERIES: "▲", Verdict.PART: "■", Verdict.REFUSED: "■"}
_MEANINGS = {
    Verdict.ACCEPTED: "on_track",
    Verdict.WITH_QUERIES: "at_risk",
    Verdict.PART: "off_track",
    Verdict.REFUSED: "off_track",
}


@dataclass(frozen=True)
class ReceiptFacts:
    """What a receipt says. Texts are printed as they are, so personal data in them must be masked already.

    `file` is the name under which the return was sent, and `called` the name by which the findings' origins call it
    ("" when that is the same). `used` says in numbers what was used ("12 updates and 6 figures"), `changed` in one
    sentence each what changed since the last submission. `answer_by` is the day by which a corrected return helps.
    `unlisted` says how many more findings of each severity there are, which are left out because there are too many.
    `names` gives the partners' names by key, `colours` the settings' colours (#rrggbb by name).
    """

    partnership: str
    partner: str
    partner_key: str
    month: Month
    file: str
    received: dt.date
    due: dt.date
    verdict: Verdict
    used: str = ""
    answer_by: dt.date | None = None
    changed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    called: str = ""
    marking: str = ""
    unlisted: Mapping[Severity, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)


def verdict(findings: Iterable[Finding], used_rows: int, readable: bool) -> Verdict:
    """Refused: nothing could be used. Part accepted: some rows are not used. With queries: all is used, but questions
    are open. Otherwise accepted; notes are for information and change nothing."""
    weights = {finding.severity for finding in findings}
    if not readable or (Severity.ERROR in weights and used_rows <= 0):
        return Verdict.REFUSED
    if Severity.ERROR in weights:
        return Verdict.PART
    return Verdict.WITH_QUERIES if Severity.QUERY in weights else Verdict.ACCEPTED


def receipt_bytes(original: bytes | None, facts: ReceiptFacts) -> bytes:
    """The receipt as an Excel workbook: in the original where that can be done, alone where not.

    `original` is data from outside: in earnest this runs within limits, by `writer.py`. MemoryError when the memory
    does not do; anything else that it raises is a fault of boardpack's.
    """
    try:
        if original is None:
            raise CannotCopy("was not a workbook that could be opened")
        return _in_the_original(original, facts)
    except CannotCopy as reason:
        return receipt_alone(facts, reason.why)
    except Unreadable as reason:
        return receipt_alone(facts, reason.what)


def shortened(facts: ReceiptFacts) -> ReceiptFacts:
    """The facts with no more findings than a receipt lists, and the others as numbers: they make the same receipt."""
    ordered = in_order(facts.findings)
    beyond = Counter(finding.severity for finding in ordered[MOST_LISTED:])
    unlisted = {severity: beyond[severity] + facts.unlisted.get(severity, 0) for severity in Severity}
    return replace(facts, findings=tuple(ordered[:MOST_LISTED]), unlisted=unlisted) if beyond else facts


def answer_of(facts: ReceiptFacts) -> str:
    """The verdict and what it means in one line."""
    queries, errors = _number(facts, Severity.QUERY), _number(facts, Severity.ERROR)
    needs = f"{count(queries, 'query', 'queries')} {'needs' if queries == 1 else 'need'} an answer."
    concerns = "it concerns" if errors == 1 else "they concern"
    means = {
        Verdict.ACCEPTED: "All of it is used.",
        Verdict.WITH_QUERIES: f"All of it is used. {needs}",
        Verdict.PART: f"{count(errors, 'error')} must be put right before what {concerns} can be used; the rest is used."
        + (f" {needs}" if queries else ""),
        Verdict.REFUSED: "Nothing of it could be used.",
    }
    return f"{facts.verdict}. {means[facts.verdict]}"


def _number(facts: ReceiptFacts, severity: Severity) -> int:
    return sum(finding.severity is severity for finding in facts.findings) + facts.unlisted.get(severity, 0)


def next_step(facts: ReceiptFacts) -> str:
    """What the partner is asked to do now."""
    by = f" by {day_words(facts.answer_by)}" if facts.answer_by else ""
    return {
        Verdict.ACCEPTED: "Nothing more to do for this month.",
        Verdict.WITH_QUERIES: f"Please answer the queries{by}: correct or explain in the cells, and send the whole "
        "workbook again. The newer return counts.",
        Verdict.PART: f"Please put right what is listed as an error and send the whole workbook again{by}. The newer "
        "return counts.",
        Verdict.REFUSED: f"Please put right what is listed and send the return again{by}.",
    }[facts.verdict]


def received_words(facts: ReceiptFacts) -> str:
    """When it came and when it was due."""
    late = (facts.received - facts.due).days
    if late > 0:
        return f"{day_words(facts.received)}, {count(late, 'day')} after it was due ({day_words(facts.due)})."
    return f"{day_words(facts.received)}. It was due on {day_words(facts.due)}."


def place_words(facts: ReceiptFacts, finding: Finding, hidden: bool = False) -> str:
    """Where a finding is: Milestones G7; On the hidden sheet Lists, B2; the name of another file."""
    origin = finding.origin
    place = " ".join(part for part in (origin.sheet, origin.cell) if part)
    if hidden:
        place = f"On the hidden sheet {origin.sheet}" + (f", {origin.cell}" if origin.cell else "")
    if origin.file not in ("", facts.called, facts.file):
        return ", ".join(part for part in (PurePath(origin.file).name, place) if part)
    return place or "The whole file"


def whose(facts: ReceiptFacts, key: str) -> str:
    """Whose move a finding is, as the partner reads it."""
    return "You" if key == facts.partner_key else facts.names.get(key, key)


def _in_the_original(original: bytes, facts: ReceiptFacts) -> bytes:
    package = Package(original)
    resent = take_off_earlier_sheet(package)
    book = _Book(package)
    if not book.paths:
        raise CannotCopy("has no sheets")
    listed_findings = in_order(facts.findings)[:MOST_LISTED]
    styles = Styles(package, facts.colours)
    about = _mark(package, book, facts, listed_findings, styles, resent)
    add_first_sheet(package, styles, _content(facts, book, about))
    styles.save()
    return package.packed()


class _Book:
    """The sheets of a workbook: where their parts are, and which of them are hidden."""

    def __init__(self, package: Package | None) -> None:
        self.paths: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.grids: set[str] = set()
        if package is None:
            return
        relations = {relation.identifier: relation for relation in package.relations(package.main)}
        for sheet in package.book.iter(package.name("sheet")):
            name = sheet.get("name", "")
            relation = relations.get(sheet.get(package.identifier, ""))
            if relation is None or relation.target not in package.parts:
                raise CannotCopy("is damaged")
            self.paths[name] = relation.target
            self.names.setdefault(name.strip().casefold(), name)
            if sheet.get("state", "visible") != "visible":
                self.hidden.add(name)
            if relation.kind.endswith("/worksheet"):
                self.grids.add(name)

    def cell(self, facts: ReceiptFacts, finding: Finding) -> tuple[str, Spot] | None:
        """The sheet and cell of this workbook that a finding is about."""
        place = spot(finding.origin.cell)
        name = self.sheet(facts, finding)
        return (name, place) if place and name in self.grids else None

    def place(self, finding: Finding) -> tuple[int, str, int, str, Spot]:
        """The order in which a partner goes through the findings: the worst first, of these first what is about the
        whole file, then sheet by sheet and cell by cell."""
        name = self.names.get(finding.origin.sheet.strip().casefold(), "")
        sheets = list(self.paths)
        number = sheets.index(name) + 1 if name else 0
        cell = spot(finding.origin.cell) or Spot(0, 0)
        return SEVERITY_ORDER[finding.severity], finding.origin.file, number, finding.origin.sheet, cell

    def sheet(self, facts: ReceiptFacts, finding: Finding) -> str:
        """The sheet of this workbook that a finding is about, or ""."""
        if finding.origin.file not in ("", facts.called or facts.file):
            return ""
        return self.names.get(finding.origin.sheet.strip().casefold(), "") if finding.origin.sheet else ""


def _mark(
    package: Package,
    book: _Book,
    facts: ReceiptFacts,
    findings: tuple[Finding, ...],
    styles: Styles,
    resent: bool,
) -> list[str]:
    """Mark the cells on every sheet, and say of the copy what the partner should know."""
    marks = _marks(book, facts, findings)
    looks = {severity: styles.mark(severity) for severity in SIGNS} if marks else {}
    kept, skipped = 0, []
    for name, path in book.paths.items():
        package.parts[path] = deselect(package.parts[path])
        if (name in marks or resent) and name in book.grids:
            try:
                kept += mark_sheet(package, path, marks.get(name, {}), looks)
            except CannotCopy as reason:
                skipped.append(f"The sheet {name} could not be marked: it {reason.why}.")
    said = ["This is your own workbook; each cell in question is marked and carries a note."] if marks else []
    said = said or ["This is your own workbook."]
    said += [f"Left out of it: {listed(package.left_out)}."] if package.left_out else []
    said += [f"{count(kept, 'cell')} with a conversation of yours: marked, but with no note of ours."] if kept else []
    return said + skipped


def _marks(book: _Book, facts: ReceiptFacts, findings: tuple[Finding, ...]) -> dict[str, dict[Spot, Mark]]:
    """The marks of each sheet: several findings on one cell make one mark, the worst first."""
    marks: dict[str, dict[Spot, Mark]] = {}
    for finding in findings:
        found = book.cell(facts, finding)
        if found is None:
            continue
        sheet, place = found
        known = marks.setdefault(sheet, {}).get(place)
        worst = (
            finding.severity if known is None else min(finding.severity, known.severity, key=SEVERITY_ORDER.__getitem__)
        )
        before = known.paragraphs if known else ()
        marks[sheet][place] = Mark(worst, (*before, _paragraph(facts, finding)))
    return marks


def _paragraph(facts: ReceiptFacts, finding: Finding) -> str:
    said = f"{SIGNS[finding.severity]}: {plain(finding.says)}"
    if finding.todo:
        said += f"\nTo do ({whose(facts, finding.who) or 'you'}): {plain(finding.todo)}"
    return said


def _content(facts: ReceiptFacts, book: _Book, about: list[str]) -> Content:
    findings = in_order(facts.findings)
    listed_lines = tuple(_line(facts, book, f) for f in sorted(findings[:MOST_LISTED], key=book.place))
    beyond = len(findings) - len(listed_lines) + sum(facts.unlisted.values())
    return Content(
        title=one_line(f"Receipt: {facts.partner}, {facts.month.label}"),
        subtitle=one_line(" · ".join(part for part in (facts.partnership, facts.marking) if part)),
        facts=tuple(_facts(facts, about)),
        explanation=_explanation(facts),
        lines=listed_lines,
        beyond=f"And {beyond:,} more, not listed here: the same faults again." if beyond else "",
        footer=f"Receipt: {facts.partner}, {facts.month.label}",
    )


def _facts(facts: ReceiptFacts, about: list[str]) -> Iterable[tuple[str, str, str]]:
    yield "Answer", f"{_SIGNS[facts.verdict]} {answer_of(facts)}", _MEANINGS[facts.verdict]
    yield "What comes next", next_step(facts), ""
    yield "You sent", one_line(PurePath(facts.file).name), ""
    yield "Received", received_words(facts), ""
    yield "Used", sentence(facts.used) or "Nothing.", ""
    for number, change in enumerate(facts.changed):
        yield "" if number else "Changed since", sentence(change), ""
    yield "This copy", " ".join(about), ""


def _explanation(facts: ReceiptFacts) -> str:
    if not facts.findings:
        return "There is nothing to put right."
    return "Error: not used until it is put right. Query: used, but please amend or explain. Note: for information."


def _line(facts: ReceiptFacts, book: _Book, finding: Finding) -> Line:
    found = book.cell(facts, finding)
    link = ""
    if found:
        sheet, place = found
        link = f"'{sheet.replace(chr(39), chr(39) * 2)}'!{place.address}" if sheet not in book.hidden else ""
    where = place_words(facts, finding, book.sheet(facts, finding) in book.hidden)
    return Line(finding.severity, finding.says, where, finding.todo, whose(facts, finding.who), link)


def receipt_alone(facts: ReceiptFacts, why: str) -> bytes:
    """A receipt that is the first sheet and nothing else. `why` completes "Your file is not in this receipt, because
    it …"."""
    package = Package(_empty_package(facts))
    styles = Styles(package, facts.colours)
    about = [f"Your file is not in this receipt, because it {why}."]
    if any(finding.origin.cell for finding in facts.findings):
        about.append("The cells below are those of your file.")
    add_first_sheet(package, styles, _content(facts, _Book(None), about))
    styles.save()
    return package.packed()


def _empty_package(facts: ReceiptFacts) -> bytes:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    title = one_line(f"Receipt: {facts.partner}, {facts.month.label}")
    for letter, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        title = title.replace(letter, name)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" '
        f'Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:language>en-GB</dc:language></cp:coreProperties>",
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()
