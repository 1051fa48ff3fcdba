"""Title, period, board date and marking of a report, and the page that says how to read it."""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.calendar import board_date
from flows.plan.scope import Scope, ScopeKind
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed
from flows.position.model import Position, Status
from flows.reports.parts import Chip, Frame, Moved, chip


def frame(report: str, position: Position, settings: Settings, period: str = "") -> Frame:
    """What is printed at the head and foot of each page of `report`, and kept in its file properties.

    `period` is what the report covers in words; the position's month where nothing is said. A slice says on its front
    page and in its title whose it is and how much of the plan it holds, and what is shown as it was known on a day says
    so after its period.
    """
    who, month, scope = settings.partnership, position.month, position.scope
    covers = period or month.label
    if position.known_on:
        covers = f"{covers}, as known on {day(position.known_on)}"
    named = _named(report, scope) if scope else report
    return Frame(
        partnership=who.name,
        plan_name=who.plan_name,
        report=named,
        period=covers,
        title=f"{named}, {covers}",
        subject=f"{who.plan_name}: {report.lower()} to the {scope.name if scope else who.board} for {covers}",
        author=who.report_author,
        marking=who.marking,
        created=month.last_day.isoformat(),
        board=who.board,
        board_date=day(board_date(month, settings)),
        keywords=f"{who.short_name}, {who.plan_short_name}, {report.lower()}, {covers}",
        scope=scope_words(position),
        as_known=_as_known(position),
    )


def _as_known(position: Position) -> str:
    """What a paper that shows an earlier state of knowledge leaves out; "" for one that shows all there is."""
    if position.known_on is None:
        return ""
    return (
        f"This paper shows what was known on {day(position.known_on)}: what was received later is left out. The plan, the "
        "settings and the rules are those in use when it was made."
    )


def _named(report: str, scope: Scope) -> str:
    """The report with whose it is: a board's slice is for the board, a list or page is a workstream's or a partner's."""
    return f"{report} for the {scope.name}" if scope.kind is ScopeKind.BOARD else f"{report}, {scope.name}"


def scope_words(position: Position) -> str:
    """How much of the plan a slice holds, and that its totals are its own; "" for a paper of the whole plan."""
    scope, plan = position.scope, position.plan
    if scope is None:
        return ""
    if scope.whole:
        return f"The {scope.name} oversees every area of the plan, so this is the whole of it."
    amounts, areas = _amounts(position), "; ".join(f"area {area.ref}, {area.short_title}" for area in plan.areas)
    if not amounts:
        return "No milestone, measure or open risk of the plan belongs here."
    return (
        f"This paper holds {listed(amounts)} of the plan{f' ({areas})' if areas else ''}. Every total in it is of these "
        "alone. Risks, decisions and findings that concern the whole plan stand in the full report."
    )


def _amounts(position: Position) -> list[str]:
    found = (
        (len(position.milestones), "milestone", "milestones"),
        (len(position.measures), "measure", "measures"),
        (sum(r.is_open for r in position.risks), "open risk", "open risks"),
    )
    return [count(number, one, many) for number, one, many in found if number]


@dataclass(frozen=True, slots=True)
class StatusRule:
    """A status and when it is given."""

    chip: Chip
    meaning: str


@dataclass(frozen=True, slots=True)
class MovedRule:
    """A movement and what it means."""

    moved: Moved
    meaning: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the report: statuses, movements, and what else a reader must know to trust it."""

    statuses: tuple[StatusRule, ...]
    movements: tuple[MovedRule, ...]
    adding_up: str
    cautious: str
    dates: str
    figures: str
    notes: tuple[str, ...]


def how_to_read(
    position: Position, settings: Settings, since: str = "last month", is_first: bool = False, of_figures: str = ""
) -> Reading:
    """The rules behind the report, with the thresholds that are set. Movement is against the end of `since`; a report
    that `is_first` has nothing earlier to be held against. `of_figures` is what else must be said of figures."""
    rules = settings.status.rules
    late, soon = rules.late_days, rules.due_soon_days
    meanings = {
        Status.COMPLETE: "Said complete, with a date on or before the period end and at least one accepted item of evidence.",
        Status.EVIDENCE_AWAITED: "Said complete, but without accepted evidence or without a date. It does not count as complete.",
        Status.ON_TRACK: "Its lead reports it on track or forecasts it in time. Ongoing work is on track while it is "
        "reported on each month, and a milestone that recurs while each due day so far is done.",
        Status.AT_RISK: f"Forecast up to {late} days late, or due within {soon} days with no forecast or no update this month. "
        "Also ongoing work without an update this month, and what its lead says is at risk.",
        Status.OFF_TRACK: f"Due on or before the period end and not done, or forecast more than {late} days late. "
        "Also ongoing work of which nothing has ever been reported, and what its lead says is off track.",
        Status.NOT_YET_DUE: "Nothing is expected yet.",
    }
    movements: tuple[MovedRule, ...] = (
        MovedRule(Moved("improved", "Improved"), f"The status is better than at the end of {since}."),
        MovedRule(Moved("worsened", "Worsened"), f"The status is worse than at the end of {since}."),
        MovedRule(Moved("same", "No change"), f"The status is the same as at the end of {since}."),
    )
    if is_first:
        movements = (MovedRule(Moved("new", "First report"), "There is no earlier report to compare with."),)
    share = f"{rules.off_track_share:.0%}"
    return Reading(
        statuses=tuple(StatusRule(chip(status, settings), meaning) for status, meaning in meanings.items()),
        movements=movements,
        adding_up=(
            "An action, a focus area or an area takes its status from its milestones. A milestone is "
            "live when it is neither complete nor not yet due. The whole is complete when all of its milestones are. "
            f"It is off track when {share} or more of its live milestones are off track. It is at risk when any live milestone is off track, at risk or awaiting evidence. "
            "Otherwise it is on track, or not yet due when nothing has begun."
        ),
        cautious=(
            "The rules decide each status. They never show one better than its lead claims. Where joint leads "
            "disagree, the more cautious answer is shown. Where a status differs from the claim, the report says why."
        ),
        dates=(
            "Due dates are the first agreed dates of the plan unless the board has approved another; slippage is always measured "
            "against the first agreed date. A milestone that recurs is judged on each of its due days. One that recurs is "
            "never complete. Where there is no update, the last one stands, and the report says how old it is."
        ),
        figures=(
            "Figures are printed as partners returned them. A figure that cannot be right is not used. A figure that is given "
            "again with another value replaces the earlier one, and the report says so. Where there are "
            f"{settings.measures.control_chart_from} figures or more, a control chart tells a change from chance: an icon says whether the latest figure is a special "
            "cause. With fewer, the direction of travel compares the latest figure with the one before it, which does not "
            "show whether the change is more than chance. A figure that is provisional or in question is printed without "
            "icon or direction. The data dashboard explains the icons and the rules of the charts."
            + (f" {of_figures}" if of_figures else "")
        ),
        notes=position.plan.notes,
    )
