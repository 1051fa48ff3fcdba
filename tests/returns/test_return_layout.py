"""The layout is one declaration: what it says must hold together."""

from dataclasses import fields
from pathlib import Path

import pytest

from flows.returns import layout, records
from flows.returns.values import comparable

RECORDS = {
    "milestones": records.MilestoneRow,
    "evidence": records.EvidenceRow,
    "measures": records.MeasureRow,
    "risks": records.RiskRow,
    "feedback": records.FeedbackRow,
    "commentary": records.CommentaryRow,
    "decisions": records.DecisionRow,
}
SHEETS = pytest.mark.parametrize("sheet", layout.SHEETS, ids=lambda s: s.name)


@SHEETS
def test_every_value_of_a_record_has_a_column(sheet: layout.Sheet) -> None:
    in_record = {f.name for f in fields(RECORDS[sheet.field])} - {"place", "symbol"}  # a symbol stands in Value
    assert in_record <= {column.field for column in sheet.columns}


@SHEETS
def test_every_column_that_a_partner_fills_in_is_in_the_record(sheet: layout.Sheet) -> None:
    own = {c.field for c in sheet.columns if c.by is not layout.By.FORM}
    assert own <= {f.name for f in fields(RECORDS[sheet.field])}


@SHEETS
def test_no_heading_or_synonym_could_mean_two_columns(sheet: layout.Sheet) -> None:
    headings = [comparable(c.heading) for c in sheet.columns]
    assert len(set(headings)) == len(headings)
    synonyms = [comparable(s) for c in sheet.columns for s in {comparable(s) for s in c.synonyms}]
    assert len(set(synonyms)) == len(synonyms)


@SHEETS
def test_what_a_row_cannot_do_without_is_a_required_column(sheet: layout.Sheet) -> None:
    assert [c.field for c in sheet.columns if c.needed and not c.required] == []
    assert any(c.needed for c in sheet.columns)


@SHEETS
def test_every_note_is_a_plain_sentence(sheet: layout.Sheet) -> None:
    for column in (*layout.HEAD, *sheet.columns):
        assert column.note[0].isupper() or column.note[0].isdigit()
        assert column.note.endswith(".")
        assert len(column.note) < 200


def test_the_documented_columns_are_those_of_the_layout() -> None:
    """Made anew with `python -m flows.returns.layout > flows/returns/columns.md`."""
    documented = (Path(layout.__file__).parent / "columns.md").read_text(encoding="utf-8")
    assert documented == layout.column_documentation()
