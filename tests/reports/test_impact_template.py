"""The macros of `templates/impact.html` print every part within the vocabulary of the templates, then and later."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.plan.model import Promise
from flows.plan.starting import project_folder
from flows.position.look_back import LookBack
from flows.publish.brand import charts
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.curves import turning_the_curve
from flows.reports.evidence_held import evidence_held
from flows.reports.frame import frame
from flows.reports.impact import impacts
from flows.reports.not_shown import not_shown
from flows.reports.scorecard import scorecard
from flows.reports.stocktake import stocktake
from flows.returns.records import FeedbackRow
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    a_milestone,
    done,
    history,
    plan_of,
    proof,
    sent,
    some_settings,
    stand,
)

PAGE = """{% import "parts.html" as part with context %}{% import "impact.html" as impact with context %}
<!doctype html><html lang="en-GB">{{ part.head(frame) }}<body>{{ part.masthead(frame) }}
<section id="m-1-1-1-1"><h2>Evidence</h2>{{ impact.evidence_held(held) }}</section>
<section id="m-1-1-1-2"><h2>Impact</h2>{{ impact.impacts(promised) }}</section>
<section><h2>Scorecard</h2>{{ impact.scorecard(card) }}</section>
<section><h2>Turning the curve</h2>{{ impact.turning_the_curve(curves) }}</section>
<section><h2>Not shown</h2>{{ impact.not_shown(gaps) }}</section>
<section><h2>Sources</h2>{{ part.sources(report.sources) }}</section></body></html>"""
PROMISES = (
    Promise("1.1-I1", "1.1", "impact", "Children are heard"),
    Promise("1.1-O1", "1.1", "outcome", "Partners work as one"),
    Promise("1.1-E1", "1.1", "evidence", "Minutes"),
)


def printed(back: LookBack, folder: Path) -> str:
    for name in ("parts.html", "impact.html"):
        shutil.copy(project_folder("templates") / name, folder / name)
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    settings, span = some_settings(), "quarter"
    facts = SimpleNamespace(
        frame=frame("Stocktake", back.now, settings, back.label),
        held=evidence_held(back, settings, span),
        promised=impacts(back, settings, span),
        card=scorecard(back, settings, span),
        curves=turning_the_curve(back, settings, span),
        gaps=not_shown(back, settings),
        report=stocktake(back, settings),
    )
    html = charts(render("page.html", folder, **vars(facts)), settings.colours.model_dump())
    prepare(html, "page.html")
    return html


@pytest.mark.parametrize("is_empty", [True, False])
def test_every_part_prints_with_nothing_on_record_and_with_much(is_empty: bool, tmp_path: Path) -> None:
    measure = a_measure(question="better off", shows=("1.1-I1",), baseline=40.0)
    steps = a_milestone("1.1.1.1", "31/10/22"), a_milestone("1.1.1.2", "31/01/23")
    plan = plan_of(measure, *steps, promises=PROMISES)
    said = FeedbackRow("1", about="1.1", you_said="Tell <us>", we_did="We wrote")
    rows = [] if is_empty else [*history(1.0, 2.0, 3.0, last=OCTOBER), said, done()]
    named = [] if is_empty else [proof("1.1 1.1-O1", meets=("1.1-E1",)), a_figure(4.0, NOVEMBER)]
    returns = sent(OCTOBER, *rows), sent(NOVEMBER, *named)
    html = printed(
        LookBack(None, (stand(OCTOBER, *returns[:1], plan=plan), stand(NOVEMBER, *returns, plan=plan))), tmp_path
    )
    assert ("Turning" in html, "<svg" in html, "Tell &lt;us&gt;" in html) == (True, not is_empty, not is_empty)
