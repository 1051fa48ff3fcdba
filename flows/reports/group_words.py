"""The improvement group's own words, ready to lead the sections of a report: each paragraph a sentence or more."""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.sections import SECTIONS, subject_key
from flows.plan.words import sentence
from flows.position.model import Position

Words = tuple[str, ...]
"""Paragraphs; none where the group wrote nothing."""


@dataclass(frozen=True, slots=True)
class GroupWords:
    """This month's words on each section of the reports."""

    planned_work: Words
    evidence: Words
    impact: Words
    measures: Words
    waits: Words
    risks: Words
    families: Words
    decisions: Words
    returns: Words
    looking_ahead: Words


def group_words(position: Position) -> GroupWords:
    """The words on every section."""
    return GroupWords(**{s.key.replace(" ", "_"): words_on(position, s.name) for s in SECTIONS})


def words_on(position: Position, about: str) -> Words:
    """The words on one subject: a section's name, "Headline", or the reference of an area, a focus area or a measure."""
    text = position.commentary.get(subject_key(about), "")
    return tuple(sentence(" ".join(part.split())) for part in text.split("\n\n") if part.strip())


def says(words: Words) -> Words:
    """The words where it must be said whose they are."""
    return (f"The improvement group says: {words[0]}", *words[1:]) if words else ()
