"""Receipts are written in a child process: the same bytes, and whatever a workbook does, the partner gets an answer."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flows.plan.findings import Finding, Severity
from flows.receipts import receipt as receipts
from flows.receipts.receipt import receipt_bytes, shortened
from flows.receipts.writer import ReceiptWriter
from tests.limited import answers, many_cells, much_text, stand_in
from tests.receipts.receipt_facts import a_finding, some_facts
from tests.receipts.test_receipts import EVERY_KIND, FORM, SMALL, in_utf16, opened, packed, parts, said, strict
from tests.returns.return_files import changed

FACTS = some_facts(
    a_finding("X.", "Milestones", "G5", Severity.ERROR),
    a_finding("Y.", "Evidence", "B5"),
    a_finding("Z.", "Return", "B2", Severity.NOTE),
)


@pytest.fixture(scope="module")
def writer() -> Iterator[ReceiptWriter]:
    with ReceiptWriter() as writer:
        yield writer


def about(receipt: bytes) -> str:
    return said(opened(receipt))["This copy"]


def in_encoding(name: str) -> bytes:
    """A workbook with a sheet in an encoding that Excel does not write."""
    return changed(SMALL, sheet2=lambda xml: xml.replace(b"UTF-8", name.encode(), 1))


ORIGINALS: dict[str, bytes | None] = {kind: original for kind, (original, _, _) in EVERY_KIND.items()} | {
    "in UTF-16": in_utf16(SMALL),
    "resent, strict": receipt_bytes(strict(SMALL), FACTS),
    **{f"in {name}": in_encoding(name) for name in ("windows-1252", "iso-8859-15", "shift_jis", "nonsense")},
    "empty": b"",
    "text": b"Reference,Status\n1.1.1.1,Complete\n",
    "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "half": FORM[: len(FORM) // 2],
    "no workbook": packed({"a.xml": b"<a/>"}),
    "broken part": changed(SMALL, sheet2=lambda xml: xml[:-20]),
    "entities": changed(
        SMALL, sheet2=lambda _: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><worksheet>&b;</worksheet>'
    ),
}


@pytest.mark.parametrize("kind", ORIGINALS)
def test_the_child_writes_the_same_bytes_as_without_limits(kind: str, writer: ReceiptWriter) -> None:
    assert writer.receipt(ORIGINALS[kind], FACTS) == receipt_bytes(ORIGINALS[kind], FACTS)


@example(seed=43281)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_a_workbook_with_any_part_damaged_gets_the_same_bytes_too(seed: int, writer: ReceiptWriter) -> None:
    dice = random.Random(seed)
    found = parts(FORM)
    name = dice.choice(sorted(found))
    at = dice.randrange(len(found[name]))
    found[name] = found[name][:at] + dice.choice((b"", b"<", b"\xff\xfe", b"&a;")) + found[name][at + 1 :]
    data = packed(found)
    assert writer.receipt(data, FACTS) == receipt_bytes(data, FACTS)


def test_one_child_writes_all_the_receipts_and_ends_with_them() -> None:
    with ReceiptWriter() as writer:
        writer.receipt(FORM, FACTS)
        child = writer.child._process
        writer.receipt(SMALL, FACTS)
        writer.receipt(b"", FACTS)
        assert child is writer.child._process
        assert child is not None
    assert child.poll() is not None


def test_what_has_no_workbook_needs_no_child() -> None:
    with ReceiptWriter() as writer:
        assert writer.receipt(None, FACTS) == receipt_bytes(None, FACTS)
        assert writer.child._process is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_workbook_that_takes_too_much_memory_or_time_is_answered_without_it_and_the_next_one_is_marked() -> None:
    huge, slow = changed(SMALL, sharedStrings=much_text), changed(SMALL, sheet2=many_cells)
    with ReceiptWriter(memory=110_000_000) as writer:
        first = writer.receipt(FORM, FACTS)
        assert about(writer.receipt(huge, FACTS)) == (
            "Your file is not in this receipt, because it needs more memory to mark than a return may take. "
            "The cells below are those of your file."
        )
        assert writer.receipt(FORM, FACTS) == first
        writer.child.seconds = 0.1
        assert "because it takes more than 0.1 seconds to mark." in about(writer.receipt(slow, FACTS))
        writer.child.seconds = 20
        assert writer.receipt(FORM, FACTS) == first


ENDS = {
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "ends well": "os._exit(0)",
    "answers half": "os.write(1, struct.pack('>Qc', 1000, b'd') + b'PK\\x03\\x04'); os._exit(0)",
    "answers no workbook": f"os.write(1, {answers(repr(b'<html>'))}); time.sleep(60)",
    "answers a pickle": f"os.write(1, {answers('pickle.dumps(print)')}); time.sleep(60)",
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("end", ENDS)
def test_however_the_child_ends_the_partner_gets_an_answer(end: str, tmp_path: Path) -> None:
    with ReceiptWriter() as writer:
        writer.child._process = stand_in(f"sys.stdin.buffer.read(100); {ENDS[end]}", tmp_path)
        receipt = writer.receipt(FORM, FACTS)
        assert "because it stopped the program that marks returns" in about(receipt)
        assert [row[1].value for row in opened(receipt).active.iter_rows(min_row=13)][:3] == ["X.", "Y.", "Z."]
        assert writer.receipt(FORM, FACTS) == receipt_bytes(FORM, FACTS)


def test_a_fault_of_ours_is_an_answer_too_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with ReceiptWriter() as writer:
        receipt = writer.receipt("no bytes", FACTS)  # type: ignore[arg-type]
    assert "because it could not be marked because of a fault in boardpack" in about(receipt)
    assert "TypeError" in caplog.text


def test_a_child_that_cannot_be_started_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with ReceiptWriter() as writer:
        assert "a fault in boardpack" in about(writer.receipt(FORM, FACTS))


def many(number: int) -> tuple[Finding, ...]:
    weights = (Severity.NOTE, Severity.QUERY, Severity.ERROR)
    return tuple(a_finding(f"Fault {n}.", "Milestones", f"G{n + 5}", weights[n % 3]) for n in range(number))


def test_no_more_findings_are_sent_than_a_receipt_lists_and_the_receipt_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receipts, "MOST_LISTED", 40)
    facts = some_facts(*many(100))
    assert len(shortened(facts).findings) == 40
    assert receipt_bytes(FORM, shortened(facts)) == receipt_bytes(FORM, facts)
    assert shortened(shortened(facts)) == shortened(facts)
    assert len(pickle.dumps(shortened(some_facts(*many(10_000))))) < 10_000


def test_a_return_with_a_hundred_thousand_faults_is_answered(writer: ReceiptWriter) -> None:
    book = opened(writer.receipt(SMALL, some_facts(*many(100_000))))
    column: list[Any] = [cell.value for cell in book.worksheets[0]["A"]]
    assert column[-1] == "And 98,000 more, not listed here: the same faults again."
    assert "33,333 errors must be put right" in said(book)["Answer"]


def test_the_child_starts_without_the_heavy_libraries() -> None:
    heavy = ("pandas", "prefect", "weasyprint", "openpyxl", "pydantic", "jinja2", "docx", "sqlalchemy", "smtplib")
    program = f"import sys; import flows.receipts.child; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"
