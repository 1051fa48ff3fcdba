"""Limits, special causes, paths and dated notes, read back from the SVG and the words under it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.publish.charts import drawing, figure
from flows.reports.chart import Cause, Chart, ChartLimits, ChartLine, ChartNote, ChartPath, ChartPoint, LineKind

SVG = "{http://www.w3.org/2000/svg}"


def day(i: int) -> date:
    return date(2022, 1, 28) + timedelta(days=30 * i)


def control(
    values: Sequence[float | None],
    *limits: ChartLimits,
    causes: dict[int, Cause] | None = None,
    wide: bool = True,
    unit: str = "weeks",
) -> Chart:
    points = tuple(ChartPoint(f"Month {i}", day(i), v, cause=(causes or {}).get(i, "")) for i, v in enumerate(values))
    return Chart("Finding", "What", unit, points, (), "Words.", "Returns", wide, limits=limits, profile="mdc-7")


def draw(chart: Chart) -> ET.Element:
    return ET.fromstring(drawing(chart))


def words(chart: Chart) -> str:
    return " ".join(text.text or "" for text in draw(chart).iter(f"{SVG}text"))


def round_points(chart: Chart) -> list[list[float]]:
    """Where the solid round points stand."""
    strokes = [stroke for path in draw(chart).iter(f"{SVG}path") for stroke in path.get("d", "").split("M")[1:]]
    return [[float(number) for number in stroke.removesuffix("h.01").split()] for stroke in strokes]


def level(chart: Chart, thickness: str) -> list[tuple[float, float, str | None]]:
    """From where to where each line of a thickness runs, and its dash."""
    return [
        (float(line.get("x1", "")), float(line.get("x2", "")), line.get("stroke-dasharray"))
        for line in draw(chart).iter(f"{SVG}line")
        if line.get("stroke-width") == thickness
    ]


VALUES = (10, 12, 11, 13, 30, 31, 29, 32)
SPANS = (ChartLimits(day(0), day(3), 11.5, 8, 15), ChartLimits(day(4), day(7), 30.5, 27, 34))


def test_the_limits_of_each_span_are_drawn_apart_and_the_last_ones_are_named() -> None:
    chart = control(VALUES, *SPANS)
    (_, end, _), (start, _, _) = means = level(chart, "0.8")
    assert end < start
    assert [dash for _, _, dash in means] == [None, None]
    assert [dash for _, _, dash in level(chart, "0.7")] == ["3.5 2.5"] * 4
    for said in ("Mean 30.5", "Upper limit 34", "Lower limit 27"):
        assert said in words(chart)
    assert "11.5" not in words(chart)


def test_a_run_chart_has_its_mean_and_no_limits() -> None:
    chart = control(VALUES, ChartLimits(day(0), day(7), 21))
    assert len(level(chart, "0.8")) == 1
    assert level(chart, "0.7") == []
    assert "limit" not in words(chart)


@pytest.mark.parametrize(
    ("values", "mean", "said"),
    [
        ((250, 290), 270.3846, "Mean 270"),
        ((15, 20), 17.6249, "Mean 17.6"),
        ((4, 5), 4.5, "Mean 4.5"),
        ((4, 5), 4.0, "Mean 4"),
        ((43.2, 44.1), 43.27, "Mean 43.3"),
        ((1.25, 1.31), 1.28349, "Mean 1.28"),
        ((1_000_000, 1_200_000), 1_100_000.4, "Mean 1,100,000"),
    ],
)
def test_a_mean_claims_no_more_than_three_figures_or_a_decimal_more_than_its_series(
    values: tuple[float, float], mean: float, said: str
) -> None:
    found = words(control(values, ChartLimits(day(0), day(1), mean)))
    assert found.partition("Mean")[1:] == ("Mean", said.removeprefix("Mean"))


def test_special_causes_differ_in_shape_and_colour_and_are_told_in_words() -> None:
    chart = control(VALUES, *SPANS, causes={1: "improvement", 3: "concern", 6: "neutral"})
    shapes = {
        (part.tag.removeprefix(SVG), len(part.get("points", "").split()), part.get("fill"))
        for part in draw(chart).iter()
        if part.tag in {f"{SVG}rect", f"{SVG}polygon"}
    }
    assert shapes == {("rect", 0, "#1d4f91"), ("polygon", 3, "#a85b00"), ("polygon", 4, "#6a3f98")}
    assert len(round_points(chart)) == len(VALUES) - 3
    key = "Square: improvement. Triangle: concern. Diamond: special cause, not judged. Control chart rules: mdc-7."
    assert key in figure(chart)


def test_the_key_names_only_the_shapes_that_are_drawn() -> None:
    assert "Triangle" not in figure(control(VALUES, *SPANS, causes={1: "improvement"}))
    assert "Square" not in figure(control((*VALUES, None), *SPANS, causes={8: "improvement"}))


def test_a_provisional_special_cause_is_hollow_in_its_own_shape() -> None:
    chart = control(VALUES, *SPANS, causes={7: "concern"})
    chart = replace(chart, points=(*chart.points[:-1], replace(chart.points[-1], provisional=True)))
    (mark,) = draw(chart).iter(f"{SVG}polygon")
    assert (mark.get("fill"), mark.get("stroke")) == ("#ffffff", "#a85b00")


def test_only_a_chart_with_limits_is_grey() -> None:
    def colour(*limits: ChartLimits) -> str | None:
        return next(draw(control(VALUES, *limits)).iter(f"{SVG}polyline")).get("stroke")

    assert colour(*SPANS) != colour() == colour(ChartLimits(day(0), day(7), 21)) == "#14477a"


def test_the_axis_holds_a_lower_limit_below_zero() -> None:
    chart = replace(control((5, 9, 4), ChartLimits(day(0), day(2), 6, -4, 16)), from_zero=True)
    assert {"−5", "0"} <= set(words(chart).split())


def path(kind: LineKind, *spots: tuple[int, float]) -> ChartPath:
    return ChartPath("Path", tuple((day(i), value) for i, value in spots), kind)


def test_a_path_is_drawn_in_the_look_of_its_kind_and_named_at_its_end() -> None:
    looks = set()
    for kind in ("target", "comparator", "baseline"):
        chart = replace(control(VALUES), paths=(path(kind, (0, 10), (7, 24.5)),))
        drawn = next(draw(chart).iter(f"{SVG}polyline"))
        looks.add((drawn.get("stroke"), drawn.get("stroke-dasharray")))
        assert "Path 24.5" in words(chart)
    assert len(looks) == 3


def test_a_path_that_leads_far_beyond_the_series_is_cut_and_says_where_it_ends() -> None:
    chart = replace(control(VALUES), paths=(path("target", (0, 10), (70, 80)),))
    across = [float(spot.split(",")[0]) for spot in next(draw(chart).iter(f"{SVG}polyline")).get("points", "").split()]
    latest = max(x for x, _ in round_points(chart))
    assert latest < across[-1] <= latest + (latest - across[0]) * 0.51
    assert "Path 80 in" in words(chart)
    assert "80" not in words(chart).partition("Path")[0].split()


def noted(wide: bool, *notes: tuple[int, str]) -> Chart:
    return replace(control(VALUES, wide=wide), notes=tuple(ChartNote(day(i), said) for i, said in notes))


def test_a_note_stands_in_a_wide_chart_and_in_its_alternative_text() -> None:
    chart = noted(True, (3, "a second clinic opened."))
    assert "28 April 2022: a second clinic opened" in words(chart)
    assert draw(chart)[0].text == "Words. 28 April 2022: a second clinic opened."
    assert "clinic" not in figure(chart).partition("</svg>")[2]


@pytest.mark.parametrize("wide", [True, False])
def test_notes_that_find_no_room_are_numbered_and_have_their_words_under_the_chart(wide: bool) -> None:
    chart = noted(wide, (4, "the provider changed"), (3, "a second clinic opened"))
    assert {"1", "2"} <= set(words(chart).split())
    assert "clinic" not in words(chart)
    said = "Note 1, 28 April 2022: a second clinic opened. Note 2, 28 May 2022: the provider changed."
    assert said in figure(chart).partition("</svg>")[2]


def test_a_note_from_outside_the_chart_s_time_is_said_but_not_drawn() -> None:
    chart = noted(False, (40, "the contract ends"))
    assert drawing(chart) == drawing(noted(False))
    assert "the contract ends." in figure(chart)


NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-500, 500).map(float)
DAYS = st.integers(0, 30)
CAUSES: tuple[Cause, ...] = ("", "improvement", "concern", "neutral")
SERIES = st.lists(
    st.tuples(st.none() | NUMBERS, st.booleans(), st.sampled_from(CAUSES)),
    min_size=1,
    max_size=30,
)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    points = tuple(
        ChartPoint(f"Month {i}", day(i), value, provisional, cause)
        for i, (value, provisional, cause) in enumerate(draw(SERIES))
    )
    spans = st.builds(ChartLimits, DAYS.map(day), DAYS.map(day), NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS)
    kinds = st.sampled_from(["target", "baseline", "comparator"])
    spots = st.lists(st.tuples(st.integers(-20, 60).map(day), NUMBERS), min_size=2, max_size=5).map(tuple)
    return Chart(
        title=draw(st.text(max_size=20)),
        subtitle="",
        unit=draw(st.sampled_from(["%", "count", "weeks"])),
        points=points,
        lines=tuple(draw(st.lists(st.builds(ChartLine, st.text(max_size=60), NUMBERS, kinds), max_size=3))),
        alt="Words.",
        source="",
        wide=draw(st.booleans()),
        from_zero=draw(st.booleans()),
        limits=tuple(draw(st.lists(spans, max_size=3))),
        paths=tuple(draw(st.lists(st.builds(ChartPath, st.text(max_size=30), spots, kinds), max_size=2))),
        notes=tuple(draw(st.lists(st.builds(ChartNote, DAYS.map(day), st.text(max_size=60)), max_size=4))),
    )


@given(charts())
def test_whatever_the_figures_a_chart_is_well_formed_and_stays_within_its_edges(chart: Chart) -> None:
    root = draw(chart)
    assert ET.fromstring(figure(chart).replace("<br>", "<br/>")).tag == "figure"
    _, _, across, high = map(float, root.get("viewBox", "").split())
    for part in root.iter():
        for key, value in part.attrib.items():
            limit = across if key in {"x", "x1", "x2", "cx"} else high if key in {"y", "y1", "y2", "cy"} else None
            if limit is not None:
                assert -0.01 <= float(value) <= limit + 0.01, (part.tag, key, value)
        for spot in part.get("points", "").split():
            x, y = map(float, spot.split(","))
            assert -0.01 <= x <= across + 0.01
            assert -0.01 <= y <= high + 0.01
    assert all(0 <= x <= across and 0 <= y <= high for x, y in round_points(chart))
