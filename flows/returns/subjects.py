"""What a row of the improvement group's words is about: its headline, a section of the reports, or a reference."""

from __future__ import annotations

import re

from flows.plan.references import FORMAT_AS_TEXT, ReferenceProblem, clean_reference
from flows.plan.sections import HEADLINE, SECTIONS
from flows.plan.words import quoted
from flows.returns.grids import Cell
from flows.returns.headings import is_near, slips_allowed
from flows.returns.values import Fault, ReadAs, comparable, read_label, read_reference, read_text, remembered

_SUBJECTS = (HEADLINE, *SECTIONS)
_NAMES = {comparable(subject.name): subject.name for subject in _SUBJECTS}
_SYNONYMS = {comparable(word): subject.name for subject in _SUBJECTS for word in subject.synonyms}
_TITLED = re.compile(r"((?:(?:focus )?area )?[0-9]{1,3}(?:\.[0-9]{1,3})?)(?: ?[:–—-] |\. )\D.*", re.IGNORECASE)
"""A reference with its title: "Area 1: Leadership"."""


def read_subject(cell: Cell) -> str | ReadAs[str] | Fault:
    """The section as the form names it, whatever people call it and misspelt by a letter or two; a reference as the plan
    writes it; any other text as it is, for what it means only the plan can tell. A number that could be two references
    is a fault."""
    if isinstance(cell.value, float):
        found = read_reference(cell)
        return Fault(found.says, FORMAT_AS_TEXT, unsure=True) if isinstance(found, Fault) else found
    label = read_label(cell)
    return label if isinstance(label, Fault) else _subject(read_text(cell))


@remembered
def _subject(text: str) -> str | ReadAs[str]:
    said = comparable(text)
    if said in _NAMES:
        return _NAMES[said]
    name = _SYNONYMS.get(said) or _in_another_number(said) or _misspelt(said)
    if name:
        return ReadAs(name, quoted(name), said)
    titled = _TITLED.fullmatch(text)
    ref = clean_reference(titled[1] if titled else text)
    return text if isinstance(ref, ReferenceProblem) else ref


def _in_another_number(said: str) -> str:
    """One where the form says many, or many where it says one: "risk", "planned works"."""
    return _NAMES.get(f"{said}s") or _NAMES.get(said.removesuffix("s")) or ""


def _misspelt(said: str) -> str:
    """The one section that the text is near to; none for what holds a digit, which may be a reference."""
    if any(c.isdigit() for c in said):
        return ""
    known = (_NAMES | _SYNONYMS).items()
    near = {name for word, name in known if is_near(said, word, slips_allowed(word))}
    return near.pop() if len(near) == 1 else ""
