"""Bands, small multiples, burn-up, heat map and timeline, read back from the SVG and the words under it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.position.model import Status
from flows.publish.brand import charts as branded
from flows.publish.chart_words import width
from flows.publish.charts import drawing, figure
from flows.publish.page import DRAWING
from flows.reports.chart import (
    AnyChart,
    BandsChart,
    Bar,
    BurnUpChart,
    Chart,
    ChartLimits,
    ChartNote,
    ChartPoint,
    HeatMap,
    HeatMark,
    Panel,
    SmallMultiples,
    Timeline,
    TimelineMark,
    TimelineRow,
)

SVG = "{http://www.w3.org/2000/svg}"
BANDS = ("Under 18 weeks", "18 to 52 weeks", "Over 52 weeks")
START = date(2022, 4, 30)


def day(i: int) -> date:
    return START + timedelta(days=30 * i)


def bands(*bars: tuple[float | None, ...], share: bool = False, wide: bool = True) -> BandsChart:
    made = tuple(Bar(f"Place {i}", values) for i, values in enumerate(bars))
    return BandsChart("Finding", "What", BANDS, made, "Words.", "Returns", wide=wide, share=share)


def panel(*values: float | None, title: str = "Attendance", limits: tuple[ChartLimits, ...] = ()) -> Panel:
    points = tuple(ChartPoint(f"Month {i}", day(i), value) for i, value in enumerate(values))
    return Panel(title, "43%", "%", points, limits)


def panels(*made: Panel) -> SmallMultiples:
    return SmallMultiples("Finding", "What", made, "Words.", "Returns")


def burn_up(planned: Iterable[int], done: Iterable[int], total: int) -> BurnUpChart:
    def counts(numbers: Iterable[int]) -> tuple[tuple[date, int], ...]:
        return tuple((day(i), n) for i, n in enumerate(numbers))

    return BurnUpChart("Finding", "What", counts(planned), counts(done), total, "Words.", "Returns")


def heat_map(*marks: HeatMark, wide: bool = False) -> HeatMap:
    return HeatMap("Finding", "What", marks, "Words.", "Returns", wide)


def control(points: tuple[ChartPoint, ...], mean: float, notes: list[str], wide: bool) -> Chart:
    limits = (ChartLimits(day(0), day(9), mean, mean - 5, mean + 5),)
    dated = tuple(ChartNote(day(i), said) for i, said in enumerate(notes))
    return Chart("Finding", "What", "weeks", points, (), "Words.", "Returns", wide, limits=limits, notes=dated)


def timeline(*rows: TimelineRow, words: Iterable[str] = ("On track",), as_at: date = START) -> Timeline:
    return Timeline("Finding", "What", rows, tuple(zip(Status, words, strict=False)), as_at, "Words.", "Returns")


def draw(chart: AnyChart) -> ET.Element:
    return ET.fromstring(drawing(chart))


def words(chart: AnyChart) -> list[str]:
    return [text.text or "" for text in draw(chart).iter(f"{SVG}text")]


def filled(chart: BandsChart) -> list[tuple[float, float]]:
    """From where to where each piece of a bar reaches; the little squares of a key are left out."""
    boxes = (box for box in draw(chart).iter(f"{SVG}rect") if box.get("fill") != "none" and box.get("width") != "8")
    return [(float(box.get("x", "")), float(box.get("x", "")) + float(box.get("width", ""))) for box in boxes]


def test_bars_begin_at_zero_and_are_as_long_as_their_totals() -> None:
    first, second, third, other, _, _ = pieces = filled(bands((40, 20, 20), (20, 10, 10)))
    assert first[0] == other[0]
    assert first[1] == pytest.approx(second[0])
    assert second[1] == pytest.approx(third[0])
    assert third[1] - first[0] == pytest.approx(2 * (pieces[-1][1] - other[0]), abs=0.05)
    assert {"80", "40"} <= set(words(bands((40, 20, 20), (20, 10, 10))))


def test_shares_fill_every_bar_and_say_of_how_many() -> None:
    pieces = filled(bands((50, 25, 25), (1, 1, 2), share=True))
    assert pieces[2][1] == pytest.approx(pieces[5][1], abs=0.05)
    assert {"50%", "25%", "of 100", "of 4"} <= set(words(bands((50, 25, 25), (1, 1, 2), share=True)))


def test_bands_differ_in_depth_of_one_hue() -> None:
    pieces = [box for box in draw(bands((5, 5, 5))).iter(f"{SVG}rect") if box.get("fill") == "#14477a"]
    depths = [float(box.get("fill-opacity", "1")) for box in pieces]
    assert depths == sorted(depths)
    assert all(b - a > 0.1 for a, b in pairwise(depths))
    assert depths[-1] == 1


def test_the_names_of_bands_stand_over_the_first_bar_where_they_fit_and_else_in_a_key() -> None:
    def signs(chart: BandsChart) -> int:
        return sum(box.get("width") == "8" and box.get("fill") != "none" for box in draw(chart).iter(f"{SVG}rect"))

    assert signs(bands((100, 100, 100))) == 0
    assert signs(bands((100, 1, 1))) == signs(bands((100, 0, 100))) == 3
    assert set(BANDS) <= set(words(bands((100, 100, 100)))) & set(words(bands((100, 1, 1))))


@pytest.mark.parametrize(
    ("values", "share", "said"),
    [
        ((None, None, None), False, "not known"),
        ((10, None, 3), False, "13, part not known"),
        ((10, None, 3), True, "not known"),
        ((10, -4, 3), True, "not known"),
        ((10, float("nan"), 3), False, "13, part not known"),
        ((0, 0, 0), False, "0"),
    ],
)
def test_a_bar_says_what_is_not_known(values: tuple[float | None, ...], share: bool, said: str) -> None:
    assert words(bands(values, share=share))[-1] == said


def test_panels_share_one_time_scale_and_each_column_says_it_once() -> None:
    made = [panel(*range(6)), panel(*range(3)), *(panel(1, 2) for _ in range(4))]
    lines = [line.get("points", "").split() for line in draw(panels(*made)).iter(f"{SVG}polyline")]
    steps = [float(line[1].split(",")[0]) - float(line[0].split(",")[0]) for line in lines]
    assert steps == pytest.approx([steps[0]] * 6, abs=0.02)
    assert words(panels(*made)).count("Month 0") == words(panels(*made)).count("Month 5") == 3


def test_a_panel_says_its_title_and_its_latest_value_and_marks_the_last_point() -> None:
    chart = panels(panel(4, 5, None, title="Waiting over 18 weeks"))
    assert words(chart)[:2] == ["Waiting over 18 weeks", "43%"]
    (latest,) = draw(chart).iter(f"{SVG}circle")
    (others,) = draw(chart).iter(f"{SVG}path")
    assert 2 * float(latest.get("r", "")) > float(others.get("stroke-width", ""))
    assert f"M{latest.get('cx')} {latest.get('cy')}h" in others.get("d", "")


def test_a_panel_without_figures_says_so_and_the_others_are_drawn() -> None:
    chart = panels(panel(None), panel(1, 2))
    assert words(chart).count("No figures yet") == 1
    assert len(list(draw(chart).iter(f"{SVG}polyline"))) == 1


def test_what_is_done_is_set_beside_what_was_planned_by_the_same_day() -> None:
    said = words(burn_up((10, 20, 60, 95), (5, 15, 41), 95))
    assert {"Planned by now 60", "Done 41", "95 in all"} <= set(said)


def test_counts_of_milestones_rise_in_steps_from_zero() -> None:
    chart = burn_up((10, 20, 60), (5, 15), 60)
    planned = next(draw(chart).iter(f"{SVG}polyline")).get("points", "").split()
    assert all(a.split(",")[0] == b.split(",")[0] or a.split(",")[1] == b.split(",")[1] for a, b in pairwise(planned))
    assert "0" in words(chart)


def test_a_plan_that_ends_short_of_all_milestones_says_where_it_ends() -> None:
    assert "Planned 90" in words(burn_up((10, 90), (4,), 95))


def test_nothing_was_planned_before_the_first_day() -> None:
    chart = replace(burn_up((), (3,), 9), planned=((day(5), 9),))
    assert "Planned by now 0" in words(chart)


def test_every_cell_of_the_heat_map_has_its_score() -> None:
    scores = sorted(int(text) for text in words(heat_map()) if text.isdigit())
    assert scores == sorted(
        [likelihood * impact for likelihood in range(1, 6) for impact in range(1, 6)] + [*range(1, 6)] * 2
    )


def test_a_likelier_risk_stands_further_right_and_a_graver_one_higher() -> None:
    drawn = {
        t.text: (float(t.get("x", "")), float(t.get("y", "")))
        for t in draw(heat_map(HeatMark("A", 1, 1), HeatMark("B", 4, 1), HeatMark("C", 1, 4))).iter(f"{SVG}text")
    }
    assert drawn["B"][0] > drawn["A"][0] == drawn["C"][0]
    assert drawn["C"][1] < drawn["A"][1] == drawn["B"][1]


def test_a_risk_that_moved_is_named_in_both_cells_with_a_ring_where_it_was() -> None:
    moved, still = HeatMark("R1", 4, 4, 5, 4), HeatMark("R2", 3, 3, 3, 3)
    assert words(heat_map(moved, still)).count("R1") == 2
    assert words(heat_map(moved, still)).count("R2") == 1
    assert len(list(draw(heat_map(moved, still)).iter(f"{SVG}circle"))) == 1
    assert "A ring marks" in figure(heat_map(moved))
    assert "ring" not in figure(heat_map(still))


def test_risks_that_find_no_room_in_their_cell_are_counted_there_and_named_under_the_chart() -> None:
    chart = heat_map(*(HeatMark(f"R{i}", 4, 3) for i in range(10, 20)), HeatMark("CORPORATE-17", 1, 1))
    left = [ref for ref in (f"R{i}" for i in range(10, 20)) if ref not in words(chart)]
    assert left
    assert f"+{len(left)}" in words(chart)
    assert f"Also at likelihood 4, impact 3: {', '.join(left)}." in figure(chart)
    assert "Also at likelihood 1, impact 1: CORPORATE-17." in figure(chart)


def test_a_risk_without_a_score_is_named_under_the_chart() -> None:
    assert "Without a score from 1 to 5: R9." in figure(heat_map(HeatMark("R9", 0, 3)))


EVERY: tuple[AnyChart, ...] = (
    bands((40, 20, 20), (None, 1, 2)),
    bands((40, 2, 2), share=True, wide=False),
    panels(panel(1, 2, 3, limits=(ChartLimits(day(0), day(2), 2, 0, 4),)), panel(None)),
    burn_up((1, 2, 9), (1, 1), 12),
    replace(burn_up((1, 2, 9), (1, 1), 12), wide=False),
    heat_map(HeatMark("R<1>", 4, 4, 5, 4)),
    heat_map(HeatMark("R1", 4, 4), wide=True),
    timeline(TimelineRow("1.1 <Focus>", "1 Area", tuple(TimelineMark("1", day(i), s) for i, s in enumerate(Status)))),
    bands(),
    panels(),
    burn_up((), (), 0),
    timeline(),
)


@pytest.mark.parametrize("chart", EVERY)
def test_every_chart_is_a_drawing_that_a_paper_may_hold(chart: AnyChart) -> None:
    root = draw(chart)
    assert (root[0].tag, root[0].text) == (f"{SVG}title", "Words.")
    assert {part.tag.removeprefix(SVG) for part in root.iter()} <= DRAWING
    assert not {key for part in root.iter() for key in part.attrib} & {"style", "id", "href"}
    half = isinstance(chart, SmallMultiples) or chart.wide
    assert figure(chart).startswith("<figure>" if half else '<figure class="half">')
    assert drawing(chart) in figure(chart)
    assert "Source: Returns." in figure(chart)


def test_a_chart_without_figures_says_so() -> None:
    assert [words(chart) for chart in EVERY[-4:]] == [["No figures yet"]] * 4


@pytest.mark.parametrize("chart", EVERY[:1] + EVERY[3:4])
def test_a_partnership_s_accent_takes_the_place_of_ours(chart: AnyChart) -> None:
    html = branded(figure(chart), {"accent": "#006633"})
    assert "#006633" in html
    assert "#14477a" not in html


def boxes(chart: AnyChart) -> list[tuple[float, float, float, float, str]]:
    """Left, right, top and bottom of every text."""
    found = []
    for text in draw(chart).iter(f"{SVG}text"):
        said, x, y = text.text or "", float(text.get("x", "")), float(text.get("y", ""))
        left = x - width(said) * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
        found.append((left, left + width(said), y - 6.0, y, said))
    return found


def clashes(chart: AnyChart) -> list[str]:
    """Texts that touch one another or leave the drawing."""
    _, _, across, high = map(float, draw(chart).get("viewBox", "").split())
    texts = boxes(chart)
    touching = [
        f"{a[4]} / {b[4]}"
        for a, b in combinations(texts, 2)
        if a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3] and a[4].strip() and b[4].strip()
    ]
    return touching + [t[4] for t in texts if t[0] < -1 or t[1] > across + 1 or t[2] < 0 or t[3] > high]


WORDS = st.text("abc xyz 0123456789WM", max_size=40)
FIGURES = st.none() | st.integers(0, 100_000).map(float) | st.floats(-1e6, 1e6)
POINTS = st.lists(st.tuples(FIGURES, st.booleans()), min_size=1, max_size=20).map(
    lambda given: tuple(ChartPoint(f"November {2020 + i}", day(i), v, p) for i, (v, p) in enumerate(given))
)
SCORES = st.integers(0, 6)
ANY = st.one_of(
    st.builds(
        BandsChart,
        *[st.just("")] * 2,
        st.lists(WORDS, max_size=7).map(tuple),
        st.lists(st.builds(Bar, WORDS, st.lists(FIGURES, max_size=7).map(tuple)), max_size=6).map(tuple),
        *[st.just("Words.")] * 2,
        st.booleans(),
        st.booleans(),
    ),
    st.builds(
        SmallMultiples,
        *[st.just("")] * 2,
        st.lists(st.builds(Panel, WORDS, WORDS, st.just("%"), POINTS), max_size=9).map(tuple),
        *[st.just("Words.")] * 2,
    ),
    st.builds(
        burn_up,
        st.lists(st.integers(0, 999), max_size=9),
        st.lists(st.integers(0, 999), max_size=9),
        st.integers(0, 9999),
    ),
    st.builds(HeatMark, WORDS.filter(str.strip), SCORES, SCORES, SCORES, SCORES).flatmap(
        lambda mark: st.builds(
            heat_map,
            *[st.just(mark)] * 3,
            st.builds(HeatMark, st.just("R1"), SCORES, SCORES, SCORES, SCORES),
            wide=st.booleans(),
        )
    ),
    st.builds(
        timeline,
        st.builds(
            TimelineRow,
            WORDS,
            WORDS,
            st.lists(
                st.builds(
                    TimelineMark, st.sampled_from("AB"), st.dates(START, date(2035, 1, 1)), st.sampled_from(Status)
                ),
                max_size=9,
            ).map(tuple),
        ),
        st.builds(TimelineRow, WORDS, WORDS, st.just((TimelineMark("A", START, Status.ON_TRACK),))),
        words=st.lists(WORDS, max_size=6),
        as_at=st.dates(START, date(2024, 1, 1)) | st.dates(START, date(2099, 12, 31)),
    ),
    st.builds(control, POINTS, st.floats(-1e6, 1e6), st.lists(WORDS, max_size=3), st.booleans()),
)


@given(ANY)
def test_no_words_of_a_chart_touch_one_another_or_leave_it(chart: AnyChart) -> None:
    assert clashes(chart) == []
