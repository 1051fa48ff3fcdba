"""What can be wrong with a plan as a whole. Each rule is one small function; `RULES` names them all.

An error stops the build; a query must be explained; a note is for information.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, pairwise

from flows.plan.due import DueKind
from flows.plan.findings import Finding, Origin, in_order
from flows.plan.measure_rules import MEASURE_RULES
from flows.plan.model import Action, Area, FocusArea, Lead, Milestone, Plan
from flows.plan.references import LEVELS, level, parent, reference_key
from flows.plan.sight import Letters, Rule, Sight, error, note

Numbered = Area | FocusArea | Action | Milestone


def _by_level(plan: Plan) -> tuple[tuple[Numbered, ...], ...]:
    """What carries a numbered reference, the highest level first."""
    return plan.areas, plan.focus_areas, plan.actions, plan.milestones


def check_plan(plan: Plan, letters: Letters | None = None) -> tuple[Finding, ...]:
    """Every finding about a plan, worst first. `letters` lets a finding name the very cell."""
    sight = Sight(plan, letters or {})
    group = next((p.key for p in plan.partners if p.is_improvement_group), "")
    return in_order([replace(found, who=group) for found in chain.from_iterable(rule(sight) for rule in RULES)])


def one_improvement_group(sight: Sight) -> Iterator[Finding]:
    """Exactly one partner is the improvement group: it must act where no partner can."""
    groups = [p for p in sight.plan.partners if p.is_improvement_group]
    origins = [p.origin for p in (groups or sight.plan.partners)]
    if len(groups) != 1 and origins:
        at = sight.cell(origins[-1], "is_improvement_group")
        says = f"{len(groups) or 'No'} partner{'s are' if groups else ' is'} marked as the improvement group."
        yield error("improvement-group", says, "Write Yes beside one partner.", "", at)


def references_once(sight: Sight) -> Iterator[Finding]:
    """A reference or key is used once among its kind; numbered ones, and measures and risks, once in the plan."""
    plan = sight.plan
    used: list[tuple[str, Origin]] = [
        *((item.ref, item.origin) for items in _by_level(plan) for item in items),
        *((promise.ref, promise.origin) for promise in plan.promises),
        *((measure.ref, measure.origin) for measure in plan.measures),
        *((risk.ref, risk.origin) for risk in plan.risks),
    ]
    keys = [
        ("partner", [(p.key, p.origin) for p in plan.partners]),
        ("board", [(b.key, b.origin) for b in plan.boards]),
    ]
    for word, named in [("reference", used), *keys]:
        first: dict[str, Origin] = {}
        for ref, origin in named:
            if ref.lower() in first:
                says = f'The {word} "{ref}" is used twice: it stands in {first[ref.lower()]} already.'
                yield error("used-twice", says, "Give one of the two another.", ref, origin)
            first.setdefault(ref.lower(), origin)


def numbered_as_their_kind(sight: Sight) -> Iterator[Finding]:
    """An area is 1, a focus area 1.1, an action 1.1.1, a milestone 1.1.1.1."""
    for depth, items in enumerate(_by_level(sight.plan), start=1):
        for item in items:
            if level(item.ref) != depth:
                says = f'"{item.ref}" is not numbered as a reference of {_a(LEVELS[depth])}.'
                todo = f"Number it like {'.'.join('1' * depth)}."
                yield error("wrong-level", says, todo, item.ref, item.origin)


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def under_their_own_parent(sight: Sight) -> Iterator[Finding]:
    """What belongs to something stands under its reference, and that something is in the plan."""
    plan = sight.plan
    areas = {area.ref for area in plan.areas}
    families = (
        [(f.ref, f.area_ref, parent(f.ref), f.origin, "area_ref", 1, areas) for f in plan.focus_areas],
        [(a.ref, a.focus_ref, parent(a.ref), a.origin, "focus_ref", 2, set(plan.focus_area)) for a in plan.actions],
        [(m.ref, m.action_ref, parent(m.ref), m.origin, "action_ref", 3, set(plan.action)) for m in plan.milestones],
        [
            (p.ref, p.focus_ref, p.ref.partition("-")[0], p.origin, "focus_ref", 2, set(plan.focus_area))
            for p in plan.promises
        ],
    )
    for ref, above, told, origin, field, depth, known in chain.from_iterable(families):
        at = sight.cell(origin, field)
        if above not in known:
            says = f'"{ref}" belongs to {LEVELS[depth]} "{above}", which the plan does not have.'
            yield error("unknown-parent", says, f"Add the {LEVELS[depth]} or correct the reference.", ref, at)
        elif above != told:
            says = f'"{ref}" is put under {LEVELS[depth]} "{above}", but its reference says "{told}".'
            yield error("wrong-parent", says, "Correct one of the two.", ref, at)


def no_gaps_in_numbers(sight: Sight) -> Iterator[Finding]:
    """Areas, and what stands under each, are numbered 1, 2, 3."""
    for items in _by_level(sight.plan):
        under: dict[str, dict[int, Origin]] = defaultdict(dict)
        for item in items:
            last = item.ref.rpartition(".")[2]
            if last.isdigit():
                under[parent(item.ref)][int(last)] = item.origin
        for above, numbers in under.items():
            for missing in sorted(set(range(1, max(numbers))) - set(numbers)):
                ref = f"{above}.{missing}".lstrip(".")
                following = min(n for n in numbers if n > missing)
                says = f"There is no {ref}, though later numbers are used."
                yield note("gap-in-numbers", says, "Check that nothing was left out.", ref, numbers[following])


def leads_are_known(sight: Sight) -> Iterator[Finding]:
    """Each action has an accountable lead; each lead's partner is in the plan; one without any is noted."""
    led: tuple[Area | Action, ...] = (*sight.plan.areas, *sight.plan.actions)
    for item in led:
        if not item.leads and isinstance(item, Action):
            at = sight.cell(item.origin, "lead_role")
            yield error(
                "no-lead", f"Action {item.ref} has no lead.", "Name the role that is accountable.", item.ref, at
            )
        for number, lead in enumerate(item.leads):
            yield from _lead_faults(sight, item, lead, "joint_leads" if number else "lead_partner")


def _lead_faults(sight: Sight, item: Area | Action, lead: Lead, field: str) -> Iterator[Finding]:
    at = sight.cell(item.origin, field)
    if lead.partner and lead.partner not in sight.plan.partner:
        yield _unknown_partner(lead.partner, item.ref, at)
    elif not lead.partner:
        says = f'The lead "{lead.role}" of {item.ref} has no organisation.'
        yield note("lead-without-organisation", says, "Name the partner, once it is known.", item.ref, at)


def _unknown_partner(name: str, ref: str, at: Origin) -> Finding:
    says = f'"{name}" is not a partner in the plan.'
    return error("unknown-partner", says, "Write a name from the sheet Partners, or add it there.", ref, at)


def someone_returns_it(sight: Sight) -> Iterator[Finding]:
    """Each milestone, measure and risk has a partner that returns it, and that partner is in the plan."""
    plan = sight.plan
    named = [
        *((m.ref, m.partners, sight.cell(m.origin, "partners")) for m in plan.milestones),
        *((m.ref, (m.partner,), sight.cell(m.origin, "partner")) for m in plan.measures),
        *((r.ref, (r.partner,), sight.cell(r.origin, "partner")) for r in plan.risks),
    ]
    for ref, partners, at in named:
        if not any(partners):
            yield error("no-partner", f"{ref} has no partner to return it.", "Name the partner.", ref, at)
        for partner in filter(None, partners):
            if partner not in plan.partner:
                yield _unknown_partner(partner, ref, at)


def due_dates_to_know_of(sight: Sight) -> Iterator[Finding]:
    """Milestones without a date, or with a date that depends on something."""
    for milestone in sight.plan.milestones:
        due, at = milestone.due, sight.cell(milestone.origin, "due")
        if due.kind is DueKind.UNDATED:
            says = f'Milestone {milestone.ref} has no date: "{due.as_written or due.note}".'
            yield note("undated", says, "Agree a date when the reason has gone.", milestone.ref, at)
        elif due.note:
            says = f'The date of milestone {milestone.ref} depends on something: "{due.as_written}".'
            yield note("dependency", says, "Check that the dependency still holds.", milestone.ref, at)


def measures_belong_somewhere(sight: Sight) -> Iterator[Finding]:
    """Each measure and risk belongs to a part of the plan that exists."""
    areas = {area.ref for area in sight.plan.areas}
    for measure in sight.plan.measures:
        if measure.focus_ref not in sight.plan.focus_area:
            says = f'Measure {measure.ref} belongs to focus area "{measure.focus_ref}", which the plan does not have.'
            at = sight.cell(measure.origin, "focus_ref")
            yield error("unknown-parent", says, "Correct the focus area.", measure.ref, at)
    for risk in sight.plan.risks:
        if risk.area_ref not in areas:
            says = f'Risk {risk.ref} is put under area "{risk.area_ref}", which the plan does not have.'
            yield error("unknown-parent", says, "Correct the area.", risk.ref, sight.cell(risk.origin, "area_ref"))


def focus_areas_expect_evidence(sight: Sight) -> Iterator[Finding]:
    """Each focus area says what evidence will show that it worked."""
    expected = {promise.focus_ref for promise in sight.plan.promises if promise.kind == "evidence"}
    for focus in sight.plan.focus_areas:
        if focus.ref not in expected:
            says = f"Focus area {focus.ref} names no expected evidence."
            yield note("no-expected-evidence", says, "Agree what will show that it worked.", focus.ref, focus.origin)


def everything_has_steps(sight: Sight) -> Iterator[Finding]:
    """Areas have focus areas, focus areas have actions, actions have milestones."""
    plan = sight.plan
    levels = (
        (plan.areas, {f.area_ref for f in plan.focus_areas}, "Area of concern", "focus area"),
        (plan.focus_areas, {a.focus_ref for a in plan.actions}, "Focus area", "action"),
        (plan.actions, {m.action_ref for m in plan.milestones}, "Action", "milestone"),
    )
    for items, used, word, below in levels:
        for item in items:
            if item.ref not in used:
                says = f"{word} {item.ref} has no {below}."
                yield note("nothing-below", says, f"Add its {below}s, or take it out.", item.ref, item.origin)


def risk_scores_are_possible(sight: Sight) -> Iterator[Finding]:
    """Likelihood and impact are 1 to 5."""
    for risk in sight.plan.risks:
        for field, score in (("likelihood", risk.likelihood), ("impact", risk.impact)):
            if not 1 <= score <= 5:
                says = f"The {field} of risk {risk.ref} is {score}."
                at = sight.cell(risk.origin, field)
                yield error("impossible-score", says, "Write 1, 2, 3, 4 or 5.", risk.ref, at)


def boards_know_their_areas(sight: Sight) -> Iterator[Finding]:
    """A board oversees areas that the plan has."""
    areas = {area.ref for area in sight.plan.areas}
    for board in sight.plan.boards:
        for ref in board.area_refs:
            if ref not in areas:
                says = f'The board "{board.name}" oversees area "{ref}", which the plan does not have.'
                at = sight.cell(board.origin, "area_refs")
                yield error("unknown-area", says, "Correct the reference of the area.", board.key, at)


def partners_have_names_of_their_own(sight: Sight) -> Iterator[Finding]:
    """No two partners share a short name: a cell that names one would mean either."""
    seen: set[str] = set()
    for partner in sight.plan.partners:
        if partner.short_name.lower() in seen:
            says = f'The short name "{partner.short_name}" belongs to another partner already.'
            at = sight.cell(partner.origin, "short_name")
            yield error("used-twice", says, "Give each a short name of its own.", partner.key, at)
        seen.add(partner.short_name.lower())


def in_order_of_reference(sight: Sight) -> Iterator[Finding]:
    """Areas, focus areas, actions and milestones stand in the order of their references, as papers print them."""
    for items in _by_level(sight.plan):
        for before, after in pairwise(items):
            if reference_key(after.ref) < reference_key(before.ref):
                says = f'"{after.ref}" stands below "{before.ref}".'
                yield note("out-of-order", says, "Sort the sheet by reference.", after.ref, after.origin)


RULES: tuple[Rule, ...] = (
    one_improvement_group,
    partners_have_names_of_their_own,
    references_once,
    numbered_as_their_kind,
    under_their_own_parent,
    no_gaps_in_numbers,
    in_order_of_reference,
    leads_are_known,
    someone_returns_it,
    due_dates_to_know_of,
    measures_belong_somewhere,
    *MEASURE_RULES,
    focus_areas_expect_evidence,
    everything_has_steps,
    risk_scores_are_possible,
    boards_know_their_areas,
)
