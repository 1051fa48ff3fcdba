"""What can be wrong with a plan as a whole. Each rule is one small function; `RULES` names them all.

An error stops the build; a query must be explained; a note is for information.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from flows.plan.due import DueKind
from flows.plan.findings import Finding, Origin, Severity, in_order
from flows.plan.layout import QUESTIONS, WAIT_ROLES
from flows.plan.model import Action, Area, FocusArea, Lead, Measure, Milestone, Plan
from flows.plan.references import LEVELS, level, parent, reference_key
from flows.plan.waits import contradicting_baselines

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
Numbered = Area | FocusArea | Action | Milestone


def _by_level(plan: Plan) -> tuple[tuple[Numbered, ...], ...]:
    """What carries a numbered reference, the highest level first."""
    return plan.areas, plan.focus_areas, plan.actions, plan.milestones


def check_plan(plan: Plan, letters: Letters | None = None) -> tuple[Finding, ...]:
    """Every finding about a plan, worst first. `letters` lets a finding name the very cell."""
    sight = Sight(plan, letters or {})
    group = next((p.key for p in plan.partners if p.is_improvement_group), "")
    return in_order([replace(found, who=group) for found in chain.from_iterable(rule(sight) for rule in RULES)])


def _error(code: str, says: str, todo: str, about: str, origin: Origin) -> Finding:
    return Finding(f"plan.{code}", Severity.ERROR, says, todo, "", about, origin)


def _query(code: str, says: str, todo: str, about: str, origin: Origin) -> Finding:
    return Finding(f"plan.{code}", Severity.QUERY, says, todo, "", about, origin)


def _note(code: str, says: str, todo: str, about: str, origin: Origin) -> Finding:
    return Finding(f"plan.{code}", Severity.NOTE, says, todo, "", about, origin)


def one_improvement_group(sight: Sight) -> Iterator[Finding]:
    """Exactly one partner is the improvement group: it must act where no partner can."""
    groups = [p for p in sight.plan.partners if p.is_improvement_group]
    origins = [p.origin for p in (groups or sight.plan.partners)]
    if len(groups) != 1 and origins:
        at = sight.cell(origins[-1], "is_improvement_group")
        says = f"{len(groups) or 'No'} partner{'s are' if groups else ' is'} marked as the improvement group."
        yield _error("improvement-group", says, "Write Yes beside one partner.", "", at)


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
                yield _error("used-twice", says, "Give one of the two another.", ref, origin)
            first.setdefault(ref.lower(), origin)


def numbered_as_their_kind(sight: Sight) -> Iterator[Finding]:
    """An area is 1, a focus area 1.1, an action 1.1.1, a milestone 1.1.1.1."""
    for depth, items in enumerate(_by_level(sight.plan), start=1):
        for item in items:
            if level(item.ref) != depth:
                says = f'"{item.ref}" is not numbered as a reference of {_a(LEVELS[depth])}.'
                todo = f"Number it like {'.'.join('1' * depth)}."
                yield _error("wrong-level", says, todo, item.ref, item.origin)


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
            yield _error("unknown-parent", says, f"Add the {LEVELS[depth]} or correct the reference.", ref, at)
        elif above != told:
            says = f'"{ref}" is put under {LEVELS[depth]} "{above}", but its reference says "{told}".'
            yield _error("wrong-parent", says, "Correct one of the two.", ref, at)


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
                yield _note("gap-in-numbers", says, "Check that nothing was left out.", ref, numbers[following])


def leads_are_known(sight: Sight) -> Iterator[Finding]:
    """Each action has an accountable lead; each lead's partner is in the plan; one without any is noted."""
    led: tuple[Area | Action, ...] = (*sight.plan.areas, *sight.plan.actions)
    for item in led:
        if not item.leads and isinstance(item, Action):
            at = sight.cell(item.origin, "lead_role")
            yield _error(
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
        yield _note("lead-without-organisation", says, "Name the partner, once it is known.", item.ref, at)


def _unknown_partner(name: str, ref: str, at: Origin) -> Finding:
    says = f'"{name}" is not a partner in the plan.'
    return _error("unknown-partner", says, "Write a name from the sheet Partners, or add it there.", ref, at)


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
            yield _error("no-partner", f"{ref} has no partner to return it.", "Name the partner.", ref, at)
        for partner in filter(None, partners):
            if partner not in plan.partner:
                yield _unknown_partner(partner, ref, at)


def due_dates_to_know_of(sight: Sight) -> Iterator[Finding]:
    """Milestones without a date, or with a date that depends on something."""
    for milestone in sight.plan.milestones:
        due, at = milestone.due, sight.cell(milestone.origin, "due")
        if due.kind is DueKind.UNDATED:
            says = f'Milestone {milestone.ref} has no date: "{due.as_written or due.note}".'
            yield _note("undated", says, "Agree a date when the reason has gone.", milestone.ref, at)
        elif due.note:
            says = f'The date of milestone {milestone.ref} depends on something: "{due.as_written}".'
            yield _note("dependency", says, "Check that the dependency still holds.", milestone.ref, at)


def measures_belong_somewhere(sight: Sight) -> Iterator[Finding]:
    """Each measure and risk belongs to a part of the plan that exists."""
    areas = {area.ref for area in sight.plan.areas}
    for measure in sight.plan.measures:
        if measure.focus_ref not in sight.plan.focus_area:
            says = f'Measure {measure.ref} belongs to focus area "{measure.focus_ref}", which the plan does not have.'
            at = sight.cell(measure.origin, "focus_ref")
            yield _error("unknown-parent", says, "Correct the focus area.", measure.ref, at)
    for risk in sight.plan.risks:
        if risk.area_ref not in areas:
            says = f'Risk {risk.ref} is put under area "{risk.area_ref}", which the plan does not have.'
            yield _error("unknown-parent", says, "Correct the area.", risk.ref, sight.cell(risk.origin, "area_ref"))


def measures_are_possible(sight: Sight) -> Iterator[Finding]:
    """Baselines, targets and comparators lie within the lowest and highest value; per cents within 0 to 100."""
    for measure in sight.plan.measures:
        lowest, highest = _bounds(measure)
        values = [
            ("baseline", measure.baseline, sight.cell(measure.origin, "baseline")),
            ("target", measure.target, sight.cell(measure.origin, "target")),
            *((f"comparator {c.name}", c.value, sight.cell(c.origin, "value")) for c in measure.comparators),
        ]
        for name, value, at in values:
            if value is not None and not lowest <= value <= highest:
                says = f"The {name} of {measure.ref}, {value:g}, is outside {_range(lowest, highest)}."
                yield _error("impossible-value", says, "Correct the value or the range.", measure.ref, at)
            elif value is not None and measure.is_percentage and 0 < value < 1:
                says = f"The {name} of {measure.ref} is {value:g}%, which may be a fraction for {value * 100:g}%."
                yield _query("fraction", says, "Write per cents as 74, not 0.74.", measure.ref, at)


def _bounds(measure: Measure) -> tuple[float, float]:
    lowest = measure.lowest if measure.lowest is not None else float("-inf")
    highest = measure.highest if measure.highest is not None else float("inf")
    return (max(lowest, 0), min(highest, 100)) if measure.is_percentage else (lowest, highest)


def _range(lowest: float, highest: float) -> str:
    if highest == float("inf"):
        return f"what there can be: at least {lowest:g}"
    if lowest == float("-inf"):
        return f"what there can be: at most {highest:g}"
    return f"{lowest:g} to {highest:g}"


def measures_are_described(sight: Sight) -> Iterator[Finding]:
    """The question and the role in a set are words that boardpack knows; decimals are 0 to 3."""
    for measure in sight.plan.measures:
        for field, value, words in (("question", measure.question, QUESTIONS), ("role", measure.role, WAIT_ROLES)):
            if value and value not in words:
                says = f'The {field} of {measure.ref} is "{value}", which is none of {", ".join(words)}.'
                at = sight.cell(measure.origin, field)
                yield _error("not-a-choice", says, "Choose one from the list.", measure.ref, at)
        if not 0 <= measure.decimals <= 3:
            says = f"The decimals of {measure.ref} are {measure.decimals}."
            at = sight.cell(measure.origin, "decimals")
            yield _error("impossible-value", says, "Write 0, 1, 2 or 3.", measure.ref, at)


def baselines_agree(sight: Sight) -> Iterator[Finding]:
    """Baselines of one waiting list that cannot all be true: 0% over 18 weeks beside a longest wait of 78."""
    for name, (measure, said) in contradicting_baselines(sight.plan.measures).items():
        for says in said:
            at = sight.cell(measure.origin, "baseline")
            todo = "Ask the partner what each figure counts; until then do not measure progress from them."
            yield _query("baselines-contradict", f"{name}: {says[0].lower()}{says[1:]}", todo, measure.ref, at)


def focus_areas_expect_evidence(sight: Sight) -> Iterator[Finding]:
    """Each focus area says what evidence will show that it worked."""
    expected = {promise.focus_ref for promise in sight.plan.promises if promise.kind == "evidence"}
    for focus in sight.plan.focus_areas:
        if focus.ref not in expected:
            says = f"Focus area {focus.ref} names no expected evidence."
            yield _note("no-expected-evidence", says, "Agree what will show that it worked.", focus.ref, focus.origin)


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
                yield _note("nothing-below", says, f"Add its {below}s, or take it out.", item.ref, item.origin)


def risk_scores_are_possible(sight: Sight) -> Iterator[Finding]:
    """Likelihood and impact are 1 to 5."""
    for risk in sight.plan.risks:
        for field, score in (("likelihood", risk.likelihood), ("impact", risk.impact)):
            if not 1 <= score <= 5:
                says = f"The {field} of risk {risk.ref} is {score}."
                at = sight.cell(risk.origin, field)
                yield _error("impossible-score", says, "Write 1, 2, 3, 4 or 5.", risk.ref, at)


def boards_know_their_areas(sight: Sight) -> Iterator[Finding]:
    """A board oversees areas that the plan has."""
    areas = {area.ref for area in sight.plan.areas}
    for board in sight.plan.boards:
        for ref in board.area_refs:
            if ref not in areas:
                says = f'The board "{board.name}" oversees area "{ref}", which the plan does not have.'
                at = sight.cell(board.origin, "area_refs")
                yield _error("unknown-area", says, "Correct the reference of the area.", board.key, at)


def partners_have_names_of_their_own(sight: Sight) -> Iterator[Finding]:
    """No two partners share a short name: a cell that names one would mean either."""
    seen: set[str] = set()
    for partner in sight.plan.partners:
        if partner.short_name.lower() in seen:
            says = f'The short name "{partner.short_name}" belongs to another partner already.'
            at = sight.cell(partner.origin, "short_name")
            yield _error("used-twice", says, "Give each a short name of its own.", partner.key, at)
        seen.add(partner.short_name.lower())


def in_order_of_reference(sight: Sight) -> Iterator[Finding]:
    """Areas, focus areas, actions and milestones stand in the order of their references, as papers print them."""
    for items in _by_level(sight.plan):
        for before, after in pairwise(items):
            if reference_key(after.ref) < reference_key(before.ref):
                says = f'"{after.ref}" stands below "{before.ref}".'
                yield _note("out-of-order", says, "Sort the sheet by reference.", after.ref, after.origin)


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
    measures_are_possible,
    measures_are_described,
    baselines_agree,
    focus_areas_expect_evidence,
    everything_has_steps,
    risk_scores_are_possible,
    boards_know_their_areas,
)
