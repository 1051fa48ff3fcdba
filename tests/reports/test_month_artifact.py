"""A month's state in Markdown: who has returned, what is to be answered, the papers, what is published."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flows.ledger.publications import Publication
from flows.plan.findings import Severity
from flows.position.model import Position
from flows.reports.month_artifact import Paper, month_artifact, plain
from tests.builders import NOVEMBER, a_finding, a_plan, a_position, publish, said, sent, some_settings, stand

PDF = Paper("highlight-report.pdf", "/papers/2022-11/highlight-report.pdf", "outputs/2022-11/highlight-report.pdf")
WORD = Paper("highlight-report.docx", "/papers/2022-11/highlight-report.docx", "outputs/2022-11/highlight-report.docx")
LOG = Paper("evidence-log.xlsx", "", "outputs/2022-11/evidence-log.xlsx")


def lines(now: Position, papers: Sequence[Paper] = (), published: Sequence[Publication] = ()) -> list[str]:
    return month_artifact(now, some_settings(), papers, published).splitlines()


def test_each_partner_has_a_row_with_its_return_and_what_it_must_answer() -> None:
    now = stand(NOVEMBER, sent(NOVEMBER, said(), partner="council", received="05/12/22"))
    name = now.plan.partner["council"].short_name
    found = lines(now)
    assert f"## Returns: 1 of {len(now.plan.partners)} in" in found
    assert [row for row in found if row.startswith(f"| {name} | Received on 5 December 2022 |")]
    assert sum("No return used" in row for row in found) == len(now.plan.partners) - 1


def test_errors_are_items_not_used_and_notes_are_not_counted() -> None:
    key = a_plan().partners[0].key
    findings = tuple(a_finding(severity=weight, who=key, about=str(n)) for n, weight in enumerate(Severity))
    assert "| **All** | | **1** | **1** |" in lines(a_position(findings=findings))


def test_a_paper_is_one_line_with_its_files_and_the_papers_to_read_stand_before_the_registers() -> None:
    found = lines(a_position(), papers=[LOG, WORD, PDF])
    start = found.index("## Papers")
    assert found[start + 2 : start + 4] == [
        "- Highlight report: [PDF](/papers/2022-11/highlight-report.pdf), [Word](/papers/2022-11/highlight-report.docx)",
        "- Evidence log: Excel `outputs/2022-11/evidence-log.xlsx`",
    ]


def test_a_month_is_begun_a_draft_or_published() -> None:
    now = a_position()
    first, second = publish(now), publish(now, 2, approved_by="Sam Shah", reason="A [late] return")
    assert "**No papers yet.** The" in "\n".join(lines(now))
    assert "**Draft**, not published. The" in "\n".join(lines(now, papers=[PDF]))
    both = lines(now, papers=[PDF], published=[first, second])
    assert any(line.startswith("**Published** on") and "as revision 2." in line for line in both)
    assert both.index("## Published: revision 2") < both.index("## Published: revision 1")
    assert any(
        line.startswith("Approved by Sam Shah on") and line.endswith(r"Reason: A \[late\] return") for line in both
    )


def test_what_partners_wrote_is_not_on_the_page() -> None:
    now = stand(NOVEMBER, sent(NOVEMBER, said(progress="Spoke to Jo Bloggs, 943 476 5919"), partner="council"))
    assert "943 476" not in month_artifact(now, some_settings())


@pytest.mark.parametrize(
    "text", ["a|b", "[x](javascript:alert(1))", "<script>", "# not a heading", "`code`", "two\nlines"]
)
def test_text_is_printed_as_text(text: str) -> None:
    said = plain(text)
    assert "\n" not in said
    for sign in "|[]()<>#`":
        assert said.count(sign) == said.count(f"\\{sign}")
