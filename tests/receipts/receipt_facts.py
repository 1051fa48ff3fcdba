"""Facts for receipts and letters, to vary."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.periods import Month
from flows.receipts.receipt import ReceiptFacts, verdict
from tests.returns.return_files import NAME


def a_finding(
    says: str = "The status “nearly” is not known.",
    sheet: str = "",
    cell: str = "",
    severity: Severity = Severity.QUERY,
    todo: str = "Choose one from the list.",
    who: str = "council",
    file: str = NAME,
) -> Finding:
    return Finding("milestone.status-unknown", severity, says, todo, who, "", Origin(file, sheet, cell))


def some_facts(*findings: Finding, used_rows: int = 12, readable: bool = True, **changes: Any) -> ReceiptFacts:
    facts: dict[str, Any] = {
        "partnership": "Anytown SEND partnership",
        "partner": "Anytown Council",
        "partner_key": "council",
        "month": Month(2022, 11),
        "file": "council.xlsx",
        "called": NAME,
        "received": dt.date(2022, 12, 2),
        "due": dt.date(2022, 12, 7),
        "verdict": verdict(findings, used_rows, readable),
        "used": "12 updates and 6 figures",
        "answer_by": dt.date(2022, 12, 9),
        "findings": findings,
        "names": {"group": "SEND Improvement Group"},
    }
    return ReceiptFacts(**(facts | changes))
