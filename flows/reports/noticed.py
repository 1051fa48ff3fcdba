"""Findings as the report prints them: those that belong together in one row, in few words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.findings import Finding
from flows.plan.words import count, listed, sentence
from flows.position.model import Position
from flows.reports.parts import NONE_GIVEN, Ref, plan_ref
from flows.reports.sources import Cells


@dataclass(frozen=True, slots=True)
class Noticed:
    """One row: what it is about, what was noticed, what to do and whose move it is."""

    about: Ref
    says: str
    todo: str
    whose: str
    source: Cells


def rows_of(groups: Iterable[list[Finding]], with_late: set[Finding], position: Position) -> Iterable[Noticed]:
    """Findings as rows; updates that one partner owes on several milestones are told in one row."""
    silent: dict[str, list[Finding]] = {}
    for group in groups:
        if len(group) == 1 and group[0].code == "milestone.no-update":
            silent.setdefault(group[0].who, []).append(group[0])
        else:
            yield _noticed(group, position)
    for who, owed in silent.items():
        also = any(f.who == who and f.code == "milestone.no-update" for f in with_late)
        yield _noticed(owed, position) if len(owed) == 1 else _silent(who, owed, also, position)


def _silent(who: str, owed: list[Finding], also: bool, position: Position) -> Noticed:
    """One row for the milestones of which a partner said nothing. `also` tells that some of the late ones are too."""
    name = short_name(who, position)
    refs = listed(sorted((f.about for f in owed), key=_numbers))
    which = count(len(owed), "other live milestone" if also else "live milestone")
    says = f"{name} gave no update this month on {which}: {refs}."
    return Noticed(Ref("Several"), says, "Give status, progress and forecast for each.", name, _cells(owed))


def _numbers(ref: str) -> list[int]:
    return [int(part) for part in ref.split(".") if part.isdigit()]


def _noticed(group: list[Finding], position: Position) -> Noticed:
    """Findings as one row: what they are about, what was noticed, what to do, whose move."""
    group = sorted(group, key=lambda f: f.code == "return.missing")  # first why, then that there is none
    first = group[0]
    says = [_plainly(first), *(_again(f, position) for f in group[1:])]
    asked = dict.fromkeys(f.todo for f in group)
    todo = [t for t in asked if not any(other != t and other.startswith(t.rstrip(".")) for other in asked)]
    whose = dict.fromkeys(short_name(f.who, position) for f in group)
    return Noticed(_about(first, position), " ".join(says), " ".join(todo), ", ".join(whose), _cells(group))


def _cells(group: list[Finding]) -> Cells:
    return tuple(dict.fromkeys(f.origin for f in group))


def _about(finding: Finding, position: Position) -> Ref:
    """What a finding is about, short enough for a narrow column: of a measure, its focus area."""
    if finding.kind == "return":
        return Ref("Return")
    if finding.kind == "evidence" and finding.about not in position.plan.milestone:
        return Ref("Item")
    short = len(finding.about) <= 8 or finding.about in position.plan.measure
    return plan_ref(finding.about, position) if short else Ref(NONE_GIVEN)


def _again(finding: Finding, position: Position) -> str:
    """A second thing noticed of what the row is about: "it" instead of its name."""
    if finding.code == "return.missing":
        return sentence(finding.says.partition("; ")[2])
    risk = next((r for r in position.risks if r.ref == finding.about), None)
    name = f"Risk {risk.ref} ({risk.title})" if risk and risk.title else f"Risk {finding.about}"
    says = finding.says.replace(name, "It", 1) if finding.kind == "risk" else _plainly(finding)
    return sentence(as_it(says, finding.about)) if finding.kind == "milestone" else says


def _plainly(finding: Finding) -> str:
    """What a finding says, with the mark for a missing figure in words."""
    if finding.code != "measure.not-available":
        return finding.says
    says = re.sub(r" (is|are) marked “x” for ", r" \1 not available for ", finding.says)
    return says.replace(": Not available: ", ": ", 1)


def short_name(partner: str, position: Position) -> str:
    """The short name of a partner; that of the improvement group for what no partner answers for."""
    plan = position.plan
    return (plan.partner.get(partner) or plan.improvement_group).short_name


def as_it(says: str, ref: str) -> str:
    """What a finding says where its milestone stands beside it: the reference becomes "it"."""
    return re.sub(rf"(?<![\d.]){re.escape(ref)}(?!\d|\.\d)", "it", says)
