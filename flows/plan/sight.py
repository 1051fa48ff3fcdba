"""What the rules of a plan look at, and how they say what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import Plan

Letters = Mapping[str, Mapping[str, str]]
"""The column letter of each field on each sheet."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The plan that is checked, and where its cells stand."""

    plan: Plan
    letters: Letters

    def cell(self, origin: Origin, field: str) -> Origin:
        """The cell of a field in the row of `origin`."""
        letter = self.letters.get(origin.sheet, {}).get(field)
        number = origin.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return replace(origin, cell=f"{letter}{number}") if letter and number else origin


Rule = Callable[[Sight], Iterator[Finding]]


def error(code: str, says: str, todo: str, about: str, origin: Origin) -> Finding:
    """A finding that stops the build."""
    return Finding(f"plan.{code}", Severity.ERROR, says, todo, "", about, origin)


def query(code: str, says: str, todo: str, about: str, origin: Origin) -> Finding:
    """A finding that must be explained."""
    return Finding(f"plan.{code}", Severity.QUERY, says, todo, "", about, origin)


def note(code: str, says: str, todo: str, about: str, origin: Origin) -> Finding:
    """A finding for information."""
    return Finding(f"plan.{code}", Severity.NOTE, says, todo, "", about, origin)
