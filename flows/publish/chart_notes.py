"""Dated notes on a chart: a hairline on the day, and its words at the top or, numbered, under the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.publish.chart_parts import GREY, INK, RULE, Frame, line, spread, words
from flows.publish.chart_words import LEADING, day_words, width, wrap
from flows.reports.chart import Chart, ChartNote

_ROOM = 150.0
"""Width of the words of a note that stand in the drawing, in points."""

_GAP = 4.0


@dataclass(frozen=True)
class Notes:
    """The notes that fall within a chart's time, in order, and those that do not.

    Numbered ones have their words under the chart; those of others are in the drawing, and in its alternative text.
    """

    notes: tuple[ChartNote, ...]
    outside: tuple[ChartNote, ...]
    numbered: bool

    @property
    def strip(self) -> float:
        """Height kept free above the frame, in points."""
        if not self.notes:
            return 0.0
        return 13.0 if self.numbered else 3 + LEADING * max(len(_lines(note)) for note in self.notes)

    @property
    def inside(self) -> list[str]:
        """The notes whose words are in the drawing, as sentences."""
        return [] if self.numbered else [f"{_words(note)}." for note in self.notes]

    @property
    def under(self) -> list[str]:
        """The notes whose words belong under the chart, as sentences, with the numbers they have in the drawing."""
        listed = [f"Note {i}, {_words(note)}." for i, note in enumerate(self.notes, 1)] if self.numbered else []
        return listed + [f"{_words(note)}." for note in self.outside]


def notes_of(chart: Chart, frame: Frame) -> Notes:
    """The notes to draw on a frame. A wide chart has their words where they fit side by side, others have numbers."""
    ordered = sorted(chart.notes, key=lambda note: note.date)
    within = tuple(note for note in ordered if frame.first_day <= note.date.toordinal() <= frame.last_day)
    outside = tuple(note for note in ordered if note not in within)
    places = [_place(frame, note) for note in within]
    apart = all(a[1] + _GAP <= b[0] for a, b in pairwise(places))
    fits = all(frame.left <= start and end <= frame.right for start, end in places)
    short = all(len(_lines(note)) < 3 for note in within)
    return Notes(within, outside, numbered=not (chart.wide and apart and fits and short))


def draw_notes(frame: Frame, notes: Notes) -> list[str]:
    """The hairlines from the strip above the frame to its foot, with words or numbers beside them."""
    top = frame.top - (2 if notes.numbered else notes.strip)
    parts = [line(frame.x(note.date), top, frame.x(note.date), frame.bottom, RULE, 0.6) for note in notes.notes]
    return parts + (_numbers(frame, notes.notes) if notes.numbered else _texts(frame, notes))


def _numbers(frame: Frame, notes: Sequence[ChartNote]) -> list[str]:
    texts = [str(i) for i in range(1, len(notes) + 1)]
    wishes, sizes = [frame.x(note.date) for note in notes], [width(text) + _GAP for text in texts]
    middles = spread(wishes, sizes, frame.left - 6, frame.right + 6)
    return [
        words(x, frame.top - 5, text, INK, anchor="middle", bold=True) for x, text in zip(middles, texts, strict=True)
    ]


def _texts(frame: Frame, notes: Notes) -> list[str]:
    parts = []
    for note in notes.notes:
        start, _ = _place(frame, note)
        for i, text in enumerate(_lines(note)):
            y = frame.top - notes.strip + 8 + i * LEADING
            parts.append(words(start, y, text, GREY))
    return parts


def _place(frame: Frame, note: ChartNote) -> tuple[float, float]:
    """From where to where the words of a note stand: after its hairline, or before it near the right-hand end."""
    x, room = frame.x(note.date), max(map(width, _lines(note)), default=0.0)
    return (x + 3, x + 3 + room) if x + 3 + room <= frame.right else (x - 3 - room, x - 3)


def _lines(note: ChartNote) -> tuple[str, ...]:
    return wrap(_words(note), _ROOM)


def _words(note: ChartNote) -> str:
    return f"{day_words(note.date)}: {note.words.strip().rstrip('.')}"
