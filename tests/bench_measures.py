"""What measures cost, and how it grows: the control chart engine alone, then position, words and charts of a plan.

Part of `make bench`; by itself `python -m tests.bench_measures`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from flows.plan.starting import project_folder
from flows.position.control_charts import PROFILES, control_charts
from flows.publish.charts import figure
from flows.publish.render import render
from flows.reports.dashboard import Dashboard, dashboard
from tests.builders import NOVEMBER, a_measure, history, new_limits, plan_of, sent, some_settings, stand

RUNS = 5


def seconds(work: Callable[[], object]) -> float:
    """The median time of a piece of work."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def engine() -> None:
    """The engine alone: many series of 60 points."""
    print("\nControl charts, series of 60 points, in seconds (target: 10,000 in under 2)\n")
    print(f"| {'series':>8} | {' | '.join(f'{name:>6}' for name in PROFILES)} |")
    print(f"|{'-' * 9}:|" + f"{'-' * 7}:|" * len(PROFILES))
    for number in (1_000, 10_000, 100_000):
        values = np.random.default_rng(1).normal(50, 5, (number, 60))
        times = [seconds(lambda p=profile, v=values: control_charts(v, p)) for profile in PROFILES.values()]
        print(f"| {number:8,} | {' | '.join(f'{t:6.2f}' for t in times)} |")


def measures() -> None:
    """Position, facts and drawings of plans with more and more measures and years."""
    print("\nMeasures, monthly: position, words, drawings and HTML, in seconds (target: 40 x 10 years in under 2)\n")
    print(
        f"| {'measures':>8} | {'years':>5} | {'position':>8} | {'words':>6} | {'charts':>6} | {'HTML':>6} | {'all':>6} |"
    )
    print(f"|{'-' * 9}:|{'-' * 6}:|{'-' * 9}:|{'-' * 7}:|{'-' * 7}:|{'-' * 7}:|{'-' * 7}:|")
    for number, years in ((10, 10), (20, 10), (40, 2), (40, 5), (40, 10), (80, 10)):
        times = of_a_plan(number, years)
        whole = times[0] + times[1] + times[3]
        print(
            f"| {number:8} | {years:5} | {times[0]:8.2f} | {times[1]:6.2f} | {times[2]:6.2f} | {times[3]:6.2f} | {whole:6.2f} |"
        )
    print("\nThe HTML holds the drawings; they are timed by themselves as well.")


def of_a_plan(number: int, years: int) -> tuple[float, ...]:
    """Seconds for position, words, drawings and HTML of a plan with so many measures, each with so many years."""
    refs = [f"1.1-{n}" for n in range(number)]
    plan = plan_of(*(a_measure(ref, target=80.0, baseline=40.0) for ref in refs))
    noise = np.random.default_rng(2).normal(60, 6, (number, 12 * years)).clip(0, 100).round(1)
    rows = [row for ref, values in zip(refs, noise, strict=True) for row in history(*map(float, values), ref=ref)]
    anew = sent(NOVEMBER, new_limits(about="; ".join(refs), new_date="01/01/22"), partner="group")
    returns, settings = (sent(NOVEMBER, *rows), anew), some_settings()
    position = stand(NOVEMBER, *returns, plan=plan, settings=settings)
    facts, templates = dashboard(position, settings), project_folder("templates")
    return (
        seconds(lambda: stand(NOVEMBER, *returns, plan=plan, settings=settings)),
        seconds(lambda: dashboard(position, settings)),
        seconds(lambda: drawings(facts)),
        seconds(lambda: render("data-dashboard.html", templates, report=facts)),
    )


def drawings(facts: Dashboard) -> list[str]:
    """Every chart of a dashboard, drawn."""
    charts = [panel.chart for focus in facts.focus_areas for panel in focus.panels if panel.chart]
    return [figure(chart) for chart in (*charts, *(f.overview for f in facts.focus_areas if f.overview))]


def main() -> None:
    """Print both tables."""
    engine()
    measures()


if __name__ == "__main__":
    main()
