"""What became of each partnership of a fleet, and how that is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from flows.plan.periods import Month
from flows.plan.words import count


@dataclass(frozen=True)
class Outcome:
    """What became of one partnership. `place` is its folder or URL, as it may be printed.

    `findings` is how many need an answer. `trouble` says why there are no new papers, a sentence in each line, "" where
    they are built; `fault` is the traceback of a fault of boardpack's own. `memory` is the most, in MiB, that the
    process which built them has taken by then; 0 where that is not known.
    """

    place: str
    seconds: float = 0.0
    findings: int = 0
    trouble: str = ""
    fault: str = ""
    memory: int = 0


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line for each partnership, and one for all of them."""
    for one in outcomes:
        if one.trouble:
            first, *more = one.trouble.splitlines()
            yield f"{one.place}: not built. {first}" + (f" (and {len(more)} more)" if more else "")
        else:
            asked = count(one.findings, "finding needs", "findings need")
            yield f"{one.place}: built in {one.seconds:.1f} seconds; {asked} an answer."
    failed = sum(bool(one.trouble) for one in outcomes)
    built = count(len(outcomes) - failed, "partnership")
    yield f"{built} built, {failed} not." if failed else f"{built} built."


def to_json(outcomes: Sequence[Outcome], month: Month, report: str) -> str:
    """The same for another program to read."""
    table = {"month": str(month), "report": report, "partnerships": [asdict(one) for one in outcomes]}
    return json.dumps(table, indent=2, ensure_ascii=False)
