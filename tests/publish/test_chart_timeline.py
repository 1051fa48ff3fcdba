"""The timeline of the plan, read back from the SVG: signs in their rows, none hidden, moves with their lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.position.model import Status
from flows.publish.chart_words import width
from flows.publish.charts import drawing, figure
from flows.reports.chart import Timeline, TimelineMark, TimelineRow

SVG = "{http://www.w3.org/2000/svg}"
KEY = tuple((status, status.value.replace("-", " ").capitalize()) for status in Status)
NOVEMBER = date(2022, 11, 30)


@dataclass(frozen=True)
class Box:
    """The room that a sign takes."""

    left: float
    top: float
    right: float
    bottom: float
    status: str = ""

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def mark(due: date = NOVEMBER, status: Status = Status.ON_TRACK, **but: object) -> TimelineMark:
    return replace(TimelineMark("1.1.1.1", due, status), **but)  # type: ignore[arg-type]


def row(*marks: TimelineMark, label: str = "1.1 Governance", area: str = "1 Leadership") -> TimelineRow:
    return TimelineRow(label, area, marks)


def timeline(*rows: TimelineRow, as_at: date = NOVEMBER, shaded: tuple[date, date] | None = None) -> Timeline:
    return Timeline("Finding", "What", rows, KEY, as_at, "Words.", "Returns", shaded)


def draw(chart: Timeline) -> ET.Element:
    return ET.fromstring(drawing(chart))


def words(chart: Timeline) -> list[str]:
    return [text.text or "" for text in draw(chart).iter(f"{SVG}text")]


def _box(shape: ET.Element, status: str) -> Box | None:
    edge = float(shape.get("stroke-width", "0")) / 2
    if shape.tag == f"{SVG}circle":
        x, y, r = (float(shape.get(key, "")) for key in ("cx", "cy", "r"))
        return Box(x - r - edge, y - r - edge, x + r + edge, y + r + edge, status)
    if shape.tag in (f"{SVG}polyline", f"{SVG}polygon"):
        spots = [tuple(map(float, spot.split(","))) for spot in shape.get("points", "").split()]
        across, down = [x for x, _ in spots], [y for _, y in spots]
        return Box(min(across) - edge, min(down) - edge, max(across) + edge, max(down) + edge, status)
    return None  # the filled half lies inside its ring


def horizontals(chart: Timeline) -> Iterator[tuple[float, float, float]]:
    """From where to where each level line goes, and how far down it lies."""
    for line in draw(chart).iter(f"{SVG}line"):
        x1, y1, x2, y2 = (float(line.get(key, "")) for key in ("x1", "y1", "x2", "y2"))
        if y1 == y2:
            yield min(x1, x2), max(x1, x2), y1


def rules(chart: Timeline) -> list[float]:
    """How far down the lines lie that part the rows."""
    return sorted(y for start, _, y in horizontals(chart) if start == 0)


def moves(chart: Timeline) -> list[tuple[float, float, float]]:
    return [line for line in horizontals(chart) if line[0] > 0]


def signs(chart: Timeline) -> list[Box]:
    """Every sign in a row; those of the key are left out."""
    top = rules(chart)[0]
    groups = draw(chart).iter(f"{SVG}g")
    found = [_box(shape, group.get("class", "")) for group in groups for shape in group]
    return [box for box in found if box and box.top > top]


def in_rows(chart: Timeline) -> list[list[Box]]:
    """The signs between each two lines, from the top; one that crosses a line is in no row."""
    return [[s for s in signs(chart) if top < s.top and s.bottom < end] for top, end in pairwise(rules(chart))]


DAYS = st.dates(date(2022, 9, 1), date(2024, 3, 31)) | st.sampled_from([NOVEMBER, date(2022, 12, 31)])
MARKS = st.builds(
    lambda ref, due, status, move, recurring: TimelineMark(
        ref, due, status, None if recurring or not move else due + timedelta(days=move), recurring
    ),
    st.sampled_from(["1.1.1.1", "1.1.1.2", "1.1.2.1"]),
    DAYS,
    st.sampled_from(Status),
    st.sampled_from([0, 0, 0, -200, -31, -2, 1, 60]),
    st.booleans(),
)
ROWS = st.lists(st.lists(MARKS, max_size=30), min_size=1, max_size=4)


def of_rows(rows: list[list[TimelineMark]]) -> Timeline:
    return timeline(*(row(*marks, label=f"1.{i} Focus") for i, marks in enumerate(rows)))


@given(ROWS.filter(any), st.sampled_from([0, 0, 400, 9000, 28000]))
def test_every_sign_stands_in_its_row_and_in_the_drawing_and_hides_no_other(
    rows: list[list[TimelineMark]], later: int
) -> None:
    rows[0].append(mark(date(2022, 9, 1) + timedelta(days=later), Status.NOT_YET_DUE))
    chart = of_rows(rows)
    _, _, across, high = map(float, draw(chart).get("viewBox", "").split())
    assert [sorted(s.status for s in found) for found in in_rows(chart)] == [
        sorted(m.status.value for m in marks) for marks in rows
    ]
    assert all(s.left > 100 and s.right <= across and s.top > 0 and s.bottom < high for s in signs(chart))
    assert not [(a, b) for a, b in combinations(signs(chart), 2) if a.meets(b)]


@given(ROWS.filter(any))
def test_what_was_moved_has_its_line_and_no_line_runs_through_a_sign(rows: list[list[TimelineMark]]) -> None:
    chart = of_rows(rows)
    lines = moves(chart)
    assert len(lines) == sum(m.first is not None for marks in rows for m in marks)
    assert all(end - start > 2 for start, end, _ in lines)
    assert not [(line, s) for line in lines for s in signs(chart) if Box(line[0], line[2], line[1], line[2]).meets(s)]


@pytest.mark.parametrize(("first", "side"), [(date(2022, 10, 31), "left"), (date(2023, 1, 31), "right")])
def test_the_line_of_a_move_lies_on_the_side_of_the_day_first_agreed(first: date, side: str) -> None:
    chart = timeline(row(mark(first=first), mark(date(2023, 3, 31))))
    ((start, end, _),) = moves(chart)
    sign = min(signs(chart), key=lambda s: s.left)
    assert end <= sign.left if side == "left" else start >= sign.right
    assert "A line leads from the day first agreed" in figure(chart)
    assert "A line" not in figure(timeline(row(mark())))


def test_later_is_further_right_and_what_falls_on_one_day_stands_one_below_another() -> None:
    early, late, beside = mark(date(2022, 10, 31)), mark(status=Status.AT_RISK), mark(status=Status.OFF_TRACK)
    first, upper, lower = sorted(signs(timeline(row(late, beside, early))), key=lambda s: (s.left, s.top))
    assert first.status == "on-track"
    assert first.right < upper.left
    assert {upper.status, lower.status} == {"at-risk", "off-track"}
    assert upper.left + upper.right == pytest.approx(lower.left + lower.right, abs=0.05)


def test_of_those_on_one_day_the_most_worrying_stands_first() -> None:
    found = sorted(signs(timeline(row(*(mark(status=status) for status in Status)))), key=lambda s: s.top)
    assert [s.status for s in found] == [
        *("off-track", "at-risk", "evidence-awaited", "on-track", "not-yet-due", "complete")
    ]


def test_the_last_day_of_a_month_stands_in_that_month_and_before_the_line_of_the_period_end() -> None:
    chart = timeline(row(mark(), mark(date(2022, 12, 1))))
    uprights = [line for line in draw(chart).iter(f"{SVG}line") if line.get("x1") == line.get("x2")]
    now = float(max(uprights, key=lambda line: float(line.get("stroke-width", ""))).get("x1", ""))
    left, right = sorted(signs(chart), key=lambda s: s.left)
    assert left.right <= now <= right.left
    assert "30 November 2022" in words(chart)


def test_due_days_of_a_recurring_milestone_are_smaller_and_the_foot_says_so() -> None:
    chart = timeline(row(mark(), mark(date(2022, 12, 31), recurring=True)))
    own, recurring = sorted(signs(chart), key=lambda s: s.left)
    assert recurring.right - recurring.left < own.right - own.left
    assert recurring.top > own.bottom
    assert "Smaller signs" in figure(chart)
    assert "Smaller signs" not in figure(timeline(row(mark())))


def test_no_status_is_shown_by_colour_alone() -> None:
    chart = timeline(row(*(mark(status=status) for status in Status)))
    groups = list(draw(chart).iter(f"{SVG}g"))
    shapes = {
        tuple((shape.tag, len(shape.get("points", "").split()), group.get("fill") == "none") for shape in group)[:2]
        for group in groups
    }
    assert len(shapes) == len({group.get("class") for group in groups}) == len(Status)
    assert {word for _, word in KEY} <= set(words(chart))


def test_an_area_is_named_once_over_its_focus_areas() -> None:
    rows = row(mark()), row(mark(), label="1.2 Strategy"), row(mark(), label="2.1 Waits", area="2 Therapy")
    said = words(timeline(*rows))
    assert [said.count(text) for text in ("1 Leadership", "1.1 Governance", "1.2 Strategy", "2 Therapy")] == [1] * 4


def test_no_line_runs_through_the_name_of_an_area() -> None:
    area = "1 An area of concern whose name reaches far into the months of the plan"
    chart = timeline(row(mark(), mark(date(2023, 12, 31)), area=area))
    (heading,) = (text for text in draw(chart).iter(f"{SVG}text") if text.text == area)
    y, reach = float(heading.get("y", "")), width(area)
    lines = [[float(line.get(key, "")) for key in ("x1", "y1", "x2", "y2")] for line in draw(chart).iter(f"{SVG}line")]
    assert len([line for line in lines if line[0] == line[2] < reach]) > 3
    assert not [line for line in lines if line[0] == line[2] < reach and line[1] < y - 3 < line[3]]


def test_a_focus_area_without_due_days_says_so() -> None:
    assert "No milestone with a due day" in words(timeline(row(mark()), row(label="1.2 Strategy")))


@pytest.mark.parametrize(
    ("last", "said", "unsaid"),
    [
        (date(2023, 1, 31), {"2022", "2023", "November", "December", "January"}, {"Nov"}),
        (date(2023, 12, 31), {"2022", "2023", "Nov", "Dec", "Jan"}, {"November"}),
        (date(2025, 12, 31), {"2023", "2024", "2025", "Jan", "Apr", "Jul", "Oct"}, {"Nov", "Feb"}),
        (date(2032, 12, 31), {"2023", "2024", "2032"}, {"Nov", "Jan"}),
        (date(2099, 12, 31), {"2030", "2060", "2090"}, {"2031", "Jan"}),
    ],
)
def test_the_axis_says_months_quarters_or_years_as_there_is_room(last: date, said: set[str], unsaid: set[str]) -> None:
    found = set(words(timeline(row(mark(), mark(last)))))
    assert said <= found
    assert not unsaid & found


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2023, 3, 1), date(2023, 5, 31), "Shaded: March to May 2023."),
        (date(2022, 12, 1), date(2023, 2, 28), "Shaded: December 2022 to February 2023."),
        (date(2022, 11, 1), date(2022, 11, 30), "Shaded: November 2022."),
    ],
)
def test_the_months_under_review_are_shaded_and_named(first: date, last: date, said: str) -> None:
    days = first - timedelta(days=1), first, last, last + timedelta(days=1)
    chart = timeline(row(*map(mark, days)), shaded=(first, last))
    (band,) = draw(chart).iter(f"{SVG}rect")
    left = float(band.get("x", ""))
    right = left + float(band.get("width", ""))
    before, begin, end, after = sorted(signs(chart), key=lambda s: s.left)
    assert before.right <= left <= begin.left
    assert end.right <= right <= after.left
    assert said in figure(chart)


def test_a_crowded_plan_still_stands_on_a_page() -> None:
    crowd: Iterable[TimelineMark] = [mark() for _ in range(60)]
    chart = timeline(row(*crowd))
    assert float(draw(chart).get("viewBox", "").split()[3]) <= 620


def test_the_same_timeline_gives_the_same_characters() -> None:
    marks = [mark(status=status, ref=f"1.1.1.{i}", recurring=i % 2 == 0) for i, status in enumerate(Status)]
    assert drawing(timeline(row(*marks))) == drawing(timeline(row(*marks)))
