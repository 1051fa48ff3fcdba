"""From a month's papers to the printed board pack: each rendered as for its own PDF, then bound and printed at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.plan.settings import Workspace
from flows.plan.starting import templates_folder
from flows.publish.binding import Leaf, bind
from flows.publish.brand import charts
from flows.publish.editions import fingerprint
from flows.publish.page import prepare
from flows.publish.printing import Printed, print_bound
from flows.publish.render import render
from flows.reports.board_pack import PACK, Edition, Material, Numbered, front, numbered, papers


@dataclass(frozen=True)
class Composed:
    """The papers of an edition, and the HTML of each by the paper's name."""

    chosen: tuple[Numbered, ...]
    html: dict[str, str]


def choose(material: Material, sent: Sequence[Edition], workspace: Workspace) -> Composed:
    """Render every paper of the month, and take those that go into the next edition."""
    templates = templates_folder(workspace.root)
    found = papers(material)
    html = {paper.name: render(f"{paper.template}.html", templates, report=paper.facts) for paper in found}
    return Composed(numbered([(paper, fingerprint(html[paper.name])) for paper in found], sent), html)


def print_pack(composed: Composed, material: Material, sent: Sequence[Edition], workspace: Workspace) -> Printed:
    """Bind the papers of an edition behind its front, and print them. TemplateError, naming the template, where one of
    them holds what a paper may not."""
    templates, colours = templates_folder(workspace.root), workspace.settings.colours.model_dump()
    facing = render(f"{PACK}.html", templates, report=front(material, composed.chosen, sent))
    leaves = [_leaf(paper, composed.html[paper.paper.name], colours) for paper in composed.chosen]
    first = sent[-1].last_page + 1 if sent else 1
    html = bind(facing, f"{PACK}.html", leaves, first)
    return print_bound(html, f"{PACK}.html", templates / "styles", colours).result()


def _leaf(paper: Numbered, html: str, colours: dict[str, str]) -> Leaf:
    """A paper to be bound, once it has been found fit to be printed by itself."""
    template, drawn = f"{paper.paper.template}.html", charts(html, colours)
    prepare(drawn, template)
    return Leaf(paper.number, paper.label, drawn, template)
