"""What the reader of a return writes down: findings, and one note for each kind of generous reading."""

from __future__ import annotations

from dataclasses import replace

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.words import count
from flows.returns.quoting import quoted_text

CORRECT_IT = "Correct it if that is not what was meant."


class Notebook:
    """Where the reader writes down what it notices; `who` is the partner once known."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.who = ""
        self._noticed: list[Finding] = []
        self._alike: dict[tuple[str, ...], tuple[int, str, int]] = {}

    def add(
        self, code: str, severity: Severity, says: str, todo: str, about: str = "", origin: Origin | None = None
    ) -> None:
        place = origin or Origin(self.file)
        self._noticed.append(Finding(code, severity, says, todo, self.who, about, place))

    def read_as(self, code: str, where: str, found: str, meant: str, way: str, origin: Origin, about: str = "") -> None:
        """Note that `found` was read as `meant`. Readings of one column in the same `way` make one note, which quotes
        the first and counts the others. `where` is the column, such as "the column Status"; "" for none."""
        says = f"{quoted_text(found)} was read as {meant}"
        says = f"In {where}, {says}" if where else says
        key = (code, origin.sheet, where, way)
        if key not in self._alike:
            self._alike[key] = (len(self._noticed), says, 0)
            self.add(code, Severity.NOTE, f"{says}.", CORRECT_IT, about, origin)
            return
        at, first, others = self._alike[key]
        self._alike[key] = (at, first, others + 1)
        says = f"{first}, and {count(others + 1, 'more cell')} in the same way."
        self._noticed[at] = replace(self._noticed[at], says=says, about="")

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._noticed)
