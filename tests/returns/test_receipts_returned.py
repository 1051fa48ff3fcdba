"""A partner may correct the receipt that came back and send that: it is read like the return it was made of."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from odd_files import open_document_of
from return_files import NAME, WORDS, changed, return_sheets, workbook

from flows.receipts.receipt import receipt_bytes
from flows.returns.reader import read_bytes
from flows.returns.records import Return
from flows.returns.vocabulary import RECEIPT_MARKER
from flows.returns.workbooks import open_workbook
from tests.receipts.receipt_facts import some_facts

FAULTY = return_sheets(
    milestones=[
        {"ref": "1.1.1.1", "status": "nearly", "completed_on": "31/06/23"},
        {"ref": "1.1.1.2", "status": "On track", "progress": "Words."},
    ],
    measures=[{"ref": "1.1-timeliness", "period": "October 2022", "value": "lots"}],
)
SENT = workbook(FAULTY)


def read(data: bytes) -> Return:
    return read_bytes(data, NAME, WORDS)


def receipt(data: bytes) -> bytes:
    return receipt_bytes(data, some_facts(*read(data).findings))


def without_fingerprint(answer: Return) -> Return:
    return replace(answer, fingerprint="")


def test_a_receipt_reads_as_the_return_that_it_was_made_of() -> None:
    assert read(SENT).findings
    assert open_workbook(receipt(SENT), "r.xlsx").sheet_names[0] == "Receipt"
    assert without_fingerprint(read(receipt(SENT))) == without_fingerprint(read(SENT))


def test_a_receipt_of_a_receipt_reads_so_too() -> None:
    assert without_fingerprint(read(receipt(receipt(SENT)))) == without_fingerprint(read(SENT))


def not_read(data: bytes) -> list[str]:
    return [f.says for f in read(data).findings if f.code == "return.sheet-not-read"]


def test_a_sheet_of_the_partners_own_that_is_called_receipt_is_noted() -> None:
    data = workbook(FAULTY | {"Receipt": [["words"]]})
    assert len(not_read(data)) == 1
    assert open_workbook(receipt(data), "r.xlsx").sheet_names[0] == "Receipt 2"
    assert not_read(receipt(data)) == not_read(data)


def test_the_name_counts_only_where_it_still_stands_on_its_sheet() -> None:
    def moved(xml: bytes) -> bytes:
        return re.sub(rb'(name="%s" localSheetId=)"0"' % RECEIPT_MARKER.encode(), rb'\1"2"', xml)

    answer = read(changed(receipt(SENT), workbook=moved))
    assert answer.milestones == read(SENT).milestones
    assert not_read(changed(receipt(SENT), workbook=moved))


def test_a_receipt_saved_as_an_opendocument_spreadsheet_is_known_too() -> None:
    def sheet(name: str, *rows: tuple[str, ...], more: str = "") -> str:
        def cell(text: Any) -> str:
            return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

        lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        return f'<table:table table:name="{name}">{lines}{more}</table:table>'

    marker = (
        f'<table:named-expressions><table:named-range table:name="{RECEIPT_MARKER}" '
        'table:base-cell-address="$Receipt.$A$1" table:cell-range-address="$Receipt.$A$1"/></table:named-expressions>'
    )
    form = sheet("Return", ("Partner", "Anytown Council"), ("Month", "November 2022"))
    assert not not_read(open_document_of(sheet("Receipt", ("words",), more=marker) + form))
    assert not_read(open_document_of(sheet("Receipt", ("words",)) + form))
