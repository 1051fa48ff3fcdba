"""What a chart draws, read back from its SVG."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from flows.publish.chart_words import shortened, width, wrap
from flows.publish.charts import drawing, figure
from flows.reports.chart import Chart, ChartLine, ChartPoint

FONTS = Path(__file__).parents[2] / "templates" / "fonts"
SVG = "{http://www.w3.org/2000/svg}"
MONTHS = ("April 2022", "May 2022", "June 2022", "July 2022", "August 2022", "September 2022")


def chart(*values: float | None, unit: str = "%", lines: tuple[ChartLine, ...] = (), wide: bool = False) -> Chart:
    points = tuple(
        ChartPoint(label, date(2022, 4 + i, 28), value)
        for i, (label, value) in enumerate(zip(MONTHS, values, strict=False))
    )
    return Chart(
        title="Waits have risen for six months",
        subtitle="Children waiting over 18 weeks",
        unit=unit,
        points=points,
        lines=lines,
        alt="Waits rose from 10% in April to 40% in September 2022.",
        source="Hospital trust returns",
        wide=wide,
    )


def draw(given: Chart) -> ET.Element:
    return ET.fromstring(drawing(given))


def words(given: Chart) -> list[str]:
    return ["".join(text.itertext()) for text in draw(given).iter(f"{SVG}text")]


def stretches(given: Chart) -> list[int]:
    """The number of points in each unbroken stretch of the line."""
    return [len(line.get("points", "").split()) for line in draw(given).iter(f"{SVG}polyline")]


def dots(given: Chart) -> list[tuple[float, float]]:
    """Where the round points stand: the solid ones, then the hollow ones."""
    root = draw(given)
    solid = [
        spot.removesuffix("h.01").split()
        for path in root.iter(f"{SVG}path")
        for spot in path.get("d", "").split("M")[1:]
    ]
    hollow = [(dot.get("cx", ""), dot.get("cy", "")) for dot in root.iter(f"{SVG}circle")]
    return [(float(x), float(y)) for x, y in (*solid, *hollow)]


def heights(given: Chart) -> list[float]:
    return [y for _, y in dots(given)]


def test_the_first_child_of_a_chart_is_its_alternative_text() -> None:
    first = draw(chart(10, 20))[0]
    assert (first.tag, first.text) == (f"{SVG}title", "Waits rose from 10% in April to 40% in September 2022.")


def test_the_same_chart_is_the_same_characters() -> None:
    assert drawing(chart(10, 20)) == drawing(chart(10, 20))


def test_a_chart_has_no_ids_that_could_meet_another_chart() -> None:
    assert " id=" not in drawing(chart(10, 20, lines=(ChartLine("Target", 30, "target"),)))


@pytest.mark.parametrize(("wide", "width"), [(False, "80mm"), (True, "165mm")])
def test_a_chart_is_half_or_full_width(wide: bool, width: str) -> None:
    assert draw(chart(10, 20, wide=wide)).get("width") == width


def test_the_last_value_is_written_beside_its_point() -> None:
    assert "20.5%" in words(chart(10, 20.5))


def test_a_last_value_from_an_earlier_period_says_which() -> None:
    assert "20% (May 2022)" in " ".join(words(chart(10, 20, None)))


def test_a_provisional_point_is_hollow_and_says_so() -> None:
    given = chart(10, 20)
    given = replace(given, points=(given.points[0], replace(given.points[1], provisional=True)))
    (hollow,) = draw(given).iter(f"{SVG}circle")
    assert (hollow.get("fill"), hollow.get("stroke")) == ("#ffffff", "#14477a")
    assert float(hollow.get("cx", "")) == max(x for x, _ in dots(given))
    assert "20% provisional" in " ".join(words(given))
    assert "Hollow points are provisional." in figure(given)


def test_a_missing_value_is_a_gap_and_never_bridged() -> None:
    assert stretches(chart(10, 20, 30, 40)) == [4]
    assert stretches(chart(10, 20, None, 40, None, 50)) == [2]
    assert stretches(chart(10, 20, None, 40, 50)) == [2, 2]
    assert len(heights(chart(10, 20, None, 40))) == 3


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_what_is_no_figure_is_a_gap(value: float) -> None:
    assert stretches(chart(10, 20, value, 40, 50)) == [2, 2]
    assert words(chart(value)) == ["No figures yet"]


def test_a_chart_without_any_value_says_so() -> None:
    assert words(chart(None, None)) == ["No figures yet"]


def test_counts_are_drawn_from_zero() -> None:
    assert "0" in words(chart(90, 100, unit="count"))
    assert "0" not in words(chart(90, 100, unit="weeks"))


def test_an_axis_of_per_cents_ends_at_a_hundred() -> None:
    assert "100%" in words(chart(62, 97))
    assert "120%" not in words(chart(62, 97))


def test_negative_values_have_a_true_minus_sign() -> None:
    assert "−1.01" in words(chart(-0.5, -1.01, unit="score"))


def test_greater_values_stand_higher() -> None:
    first, second = heights(chart(10, 20))
    assert first > second


def test_lines_of_different_kinds_differ_without_colour() -> None:
    levels = tuple(ChartLine(kind, 15, kind) for kind in ("baseline", "target", "comparator"))
    drawn = [
        line
        for line in draw(chart(10, 20, lines=levels)).iter(f"{SVG}line")
        if line.get("stroke-width") in {"1", "1.3"}
    ]
    assert len({line.get("stroke-dasharray") for line in drawn}) == 3


def test_words_from_outside_stay_words() -> None:
    given = replace(chart(10, 20), title="<b>&", alt="<script>", source='"x"')
    assert ET.fromstring(drawing(given))[0].text == "<script>"
    assert "<strong>&lt;b&gt;&amp;</strong>" in figure(given)


def test_a_figure_says_finding_subtitle_and_source_around_the_drawing() -> None:
    html = figure(chart(10, 20))
    order = ["Waits have risen", "Children waiting", "<svg", '<p class="source">Source: Hospital trust returns.']
    assert sorted(order, key=html.index) == order
    assert html.startswith('<figure class="half">')


def test_labels_fit_beside_the_chart() -> None:
    """The right-hand labels are placed by an estimate of their width; held here against the font itself."""
    with TTFont(FONTS / "SourceSans3-Semibold.ttf") as font:
        glyphs, advances = font.getBestCmap(), dict(font["hmtx"].metrics)
    levels = tuple(
        ChartLine(label, value, "comparator")
        for label, value in (("England", 88.2), ("MMM WWW", 77.7), ("Most similar authorities", 66), ("Target", 100))
    )
    for wide in (True, False):
        drawing = draw(chart(94.4, 98.8, lines=levels, wide=wide))
        across = float(drawing.get("viewBox", "").split()[2])
        for text in drawing.iter(f"{SVG}text"):
            if text.get("text-anchor") == "start":
                true = sum(advances[glyphs[ord(c)]][0] for c in text.text or "") * 9 / 1000
                assert float(text.get("x", "")) + true <= across
                assert true <= width(text.text or "") <= true * 1.09


def test_ticks_have_the_same_number_of_decimals() -> None:
    assert {"−0.8", "−1.0"} <= set(words(chart(-0.7, -1.1, unit="score")))


def test_counts_have_whole_ticks() -> None:
    assert words(chart(0, 1, unit="count"))[:2] == ["0", "1"]


def test_a_label_that_ends_in_a_number_is_parted_from_its_value() -> None:
    line = ChartLine("Baseline in 2022", 12, "baseline")
    assert "Baseline in 2022: 12" in " ".join(words(chart(10, 20, unit="weeks", lines=(line,))))


@pytest.mark.parametrize("label", ["Baseline 74.0%", "Baseline 74%"])
def test_a_value_that_stands_in_the_label_is_not_repeated(label: str) -> None:
    assert "74" not in " ".join(words(chart(60, 90, lines=(ChartLine(label, 74, "baseline"),)))).replace(label, "")


def test_the_latest_value_has_the_decimals_of_its_series() -> None:
    assert "85.0%" in words(chart(84.2, 85))


def test_a_word_wider_than_its_room_is_broken_and_a_number_is_not_cut() -> None:
    assert "".join(wrap("x" * 40, 50)) == "x" * 40
    assert all(width(line) <= 50 for line in wrap("x" * 40, 50))
    assert shortened("Waiting over 18 weeks", width("Waiting over 18 w…")) == "Waiting over 18…"
    assert shortened("Waiting over 18 weeks", width("Waiting over 1…")) == "Waiting over…"


@given(st.text(max_size=40), st.floats(20, 120), st.integers(1, 4))
def test_wrapped_lines_are_as_few_and_as_narrow_as_asked(text: str, room: float, most: int) -> None:
    lines = wrap(text, room, most)
    assert len(lines) <= most
    assert all(width(line) <= room for line in lines)


def test_long_periods_are_set_on_two_lines() -> None:
    given = chart(10, 20)
    given = replace(
        given,
        points=tuple(
            replace(point, label=f"Academic year {point.date.year}/{point.date.year - 1999}") for point in given.points
        ),
    )
    assert words(given).count("Academic year") == 2


def test_a_source_is_called_source_once() -> None:
    assert figure(replace(chart(10, 20), source="Source: returns.")).count("Source: returns.") == 1


VALUES = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 2))


@given(st.lists(VALUES, min_size=1, max_size=6), st.lists(VALUES, max_size=4), st.sampled_from(["%", "count", "weeks"]))
def test_labels_never_touch_and_nothing_leaves_the_drawing(values: list[float], levels: list[float], unit: str) -> None:
    lines = tuple(ChartLine(f"Comparator {i}", value, "comparator") for i, value in enumerate(levels))
    drawn = draw(chart(*values, unit=unit, lines=lines))
    _, _, width, height = map(float, drawn.get("viewBox", "").split())
    texts = [(float(t.get("x", "")), float(t.get("y", ""))) for t in drawn.iter(f"{SVG}text")]
    assert all(0 <= x <= width and 0 <= y <= height + 1 for x, y in texts)
    assert all(0 <= float(dot.get("cy", "")) <= height for dot in drawn.iter(f"{SVG}circle"))
    label_x = max(x for x, _ in texts)
    ends = sorted(y for x, y in texts if x == label_x)
    assert all(b - a >= 10 for a, b in pairwise(ends))
