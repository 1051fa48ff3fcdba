"""The story of a printed fact as lines to read at the terminal, and as JSON for another program."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from flows.plan.findings import Finding, Origin
from flows.plan.words import count, day
from flows.position.trace import Trace
from flows.position.trace_rows import Step


def trace_lines(story: Trace) -> tuple[str, ...]:
    """What the papers say, the rules, the rows behind it (oldest first) and the findings, a line each."""
    return tuple(_lines(story))


def _lines(story: Trace) -> Iterator[str]:
    yield story.heading
    yield ""
    yield f"What the papers for {story.month.label} say"
    yield from (f"  {says}" for says in story.says)
    yield ""
    yield "By which rule"
    for rule in story.rules:
        yield f"  {rule.name} in {rule.module.replace('.', '/')}.py: {rule.says}"
    yield ""
    yield "What it rests on, oldest first"
    for step, earlier in _told_once(story.steps):
        yield from _step_lines(step, earlier)
    yield ""
    yield "Findings" if story.findings else f"No finding of {story.month.label} is about it."
    yield from (f"  {_finding_line(finding)}" for finding in story.findings)


def _told_once(steps: Sequence[Step]) -> Iterator[tuple[Step, int]]:
    """The steps, but for rows of files set aside that say word for word what a later file of the same return says; with
    how many such rows each stands for."""
    last = {_words(step): place for place, step in enumerate(steps)}
    earlier: Counter[int] = Counter()
    for place, step in enumerate(steps):
        again = last[_words(step)]
        if again != place and step.set_aside:
            earlier[again] += 1
        else:
            yield step, earlier[place]


def _words(step: Step) -> Hashable:
    return step.what, step.place.sheet, tuple((answer.heading, answer.says) for answer in step.answers)


def _step_lines(step: Step, earlier: int) -> Iterator[str]:
    when = f", received on {day(step.received)}" if step.received else ""
    again = f", put back on {day(step.put_back)}" if step.put_back else ""
    yield f"  {step.what}{when}{again}: {_place(step)}"
    if step.set_aside:
        yield f"    Fingerprint of the file: {step.fingerprint}"
    for answer in step.answers:
        yield f"    {f'{answer.cell} ' if answer.cell else ''}{answer.heading}: {answer.says}"
    if earlier:
        files = count(earlier, "file that was set aside", "files that were set aside")
        yield f"    Said in the same words before, in {files}."
    yield f"    → {step.then}"


def _place(step: Step) -> str:
    """File and sheet with the row of a return, whose cells are given one by one; with the cell in the plan."""
    if step.row:
        return f"{Origin(step.place.file, step.place.sheet)}, row {step.row}"
    return str(step.place) or "no cell"


def _finding_line(finding: Finding) -> str:
    where = f" ({finding.origin})" if str(finding.origin) else ""
    return f"{finding.code} ({finding.severity}): {finding.says} {finding.todo}{where}"


def trace_as_json(story: Trace) -> str:
    """The same for another program; days are written 2022-11-30."""
    said = {
        "kind": story.kind,
        "ref": story.ref,
        "heading": story.heading,
        "month": str(story.month),
        "says": list(story.says),
        "rules": [{"name": rule.name, "module": rule.module, "says": rule.says} for rule in story.rules],
        "steps": [_step_as_dict(step) for step in story.steps],
        "findings": [_finding_as_dict(finding) for finding in story.findings],
    }
    return json.dumps(said, indent=2, ensure_ascii=False)


def _step_as_dict(step: Step) -> dict[str, Any]:
    return {
        "what": step.what,
        "partner": step.partner or None,
        "month": str(step.month) if step.month else None,
        "received": step.received.isoformat() if step.received else None,
        "put_back": step.put_back.isoformat() if step.put_back else None,
        "file": step.place.file,
        "fingerprint": step.fingerprint or None,
        "sheet": step.place.sheet,
        "cell": step.place.cell,
        "answers": [{"heading": a.heading, "says": a.says, "cell": a.cell or None} for a in step.answers],
        "then": step.then,
        "counts": step.counts,
        "set_aside": step.set_aside,
    }


def _finding_as_dict(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "says": finding.says,
        "todo": finding.todo,
        "who": finding.who,
        "about": finding.about,
        "file": finding.origin.file,
        "sheet": finding.origin.sheet,
        "cell": finding.origin.cell,
    }
