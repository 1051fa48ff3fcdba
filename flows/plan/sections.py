"""The sections of the reports that the improvement group may write words for, and what it may write about at all.

Declared once: the form offers the names, its guide says what to write, the reader knows what else people call them, and
the reports print the words at the head of the section. The group may also write about an area of concern, a focus area
or a measure, by its reference.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Section:
    """A section as the column About names it, what to write for it in one sentence, and what else people call it."""

    name: str
    says: str
    synonyms: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name as the words of a month are looked up by it."""
        return subject_key(self.name)


HEADLINE = Section("Headline", "What the month means, in two or three sentences.", ("Headlines", "Headline summary"))

SECTIONS = (
    Section(
        "Planned work",
        "What was promised and what happened, and what slipped; printed in the stocktake and the annual review.",
        ("Work planned", "Planned and done", "What was planned", "Progress", "Progress against the plan", "Slippage"),
    ),
    Section(
        "Evidence",
        "What the evidence held does and does not show; printed in the stocktake and the annual review.",
        ("Evidence held", "Evidence log"),
    ),
    Section(
        "Impact",
        "What has changed for children, set against the impacts and outcomes promised; printed in the stocktake and the "
        "annual review.",
        ("Impacts", "Outcomes", "Impact and outcomes", "Impacts and outcomes"),
    ),
    Section(
        "Measures",
        "What the figures say, and what they cannot say yet.",
        ("KPIs", "Indicators", "Figures", "Performance measures"),
    ),
    Section(
        "Waits",
        "Waits for therapies, and the reviews of whether waiting has done harm.",
        ("Waiting", "Waiting lists", "Waiting times", "Therapy waits", "Harm reviews", "Waits and harm reviews"),
    ),
    Section("Risks", "Which risks moved, why, and which worry you most.", ("Risk register",)),
    Section(
        "Families",
        "What families said, and what was done about it.",
        ("What families said", "Feedback", "Lived experience", "Parents and carers"),
    ),
    Section(
        "Decisions",
        "What came of the decisions, and what the board is asked for now.",
        ("Asks", "Asks and decisions", "Decisions and asks"),
    ),
    Section(
        "Returns",
        "The state of the data and of the returns.",
        ("State of the returns", "State of the data", "Data and returns", "State of the data and returns"),
    ),
    Section(
        "Looking ahead",
        "What comes next and what it depends on; in the annual review, the priorities for the year ahead.",
        ("Ahead", "Forward look", "Priorities", "Priorities for the year ahead", "The year ahead", "What is next"),
    ),
)


def subject_key(about: str) -> str:
    """What the group's words are looked up by: "planned work", "4.1-slt-waiting"; case and spaces do not matter."""
    return " ".join(about.casefold().split())


def subjects(plan: Plan) -> frozenset[str]:
    """The key of everything that the improvement group may write about."""
    refs = (one.ref for many in (plan.areas, plan.focus_areas, plan.measures) for one in many)
    return frozenset((HEADLINE.key, *(section.key for section in SECTIONS), *map(subject_key, refs)))
