"""The partnership's colours (`[colours]` in its settings), put where styles, shapes and the Word document have theirs.

The style sheet and the style document carry boardpack's own colours, so that both can be opened and looked at as they
are. What a partnership sets takes their place when a paper is printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Colours = Mapping[str, str]
"""#rrggbb by name: accent, complete, evidence_awaited, on_track, at_risk, off_track, not_yet_due."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OWN_ACCENT = "#14477a"
_HEX = re.compile("#[0-9a-fA-F]{6}")


def tint(colour: str, strength: float = 0.13) -> str:
    """A colour mixed with white, light enough for ink to stand on it."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * strength):02x}" for part in parts)


def css(colours: Colours) -> str:
    """A style sheet that sets the colours of `board.css` anew."""
    named = ((name.replace("_", "-"), colour) for name, colour in colours.items())
    own = "; ".join(f"--{name}: {colour}; --{name}-tint: {tint(colour, 0.1)}" for name, colour in named)
    return f":root {{ {own} }}"


def shape(name: str, svg: str, colours: Colours) -> str:
    """The drawing of a status, `name` as its style has it ("off-track"), in the colour of that status."""
    colour = colours.get(name.replace("-", "_"))
    return _HEX.sub(colour, svg) if colour else svg


_STATUS_SIGNS = re.compile(r'<g class="([a-z-]+)" .*?</g>')


def charts(html: str, colours: Colours) -> str:
    """A report whose charts are drawn in the partnership's accent, and their signs of status in its colours; no other
    colour of a partnership's own stands in a report's HTML."""
    html = html.replace(_OWN_ACCENT, colours.get("accent", _OWN_ACCENT))
    return _STATUS_SIGNS.sub(lambda found: shape(found[1], found[0], colours), html)


def paint_word_styles(styles: Any, colours: Colours) -> None:
    """Set the colours of a Word document's styles: those of the statuses by their names, and the accent wherever it
    stands. `styles` is the document's w:styles element."""
    for style in styles.iterchildren(f"{_W}style"):
        name = style.find(f"{_W}name").get(f"{_W}val", "").lower()
        colour = colours.get(name.removeprefix("status ").replace(" ", "_")) if name.startswith("status ") else None
        for element in style.iter(f"{_W}color", f"{_W}shd", f"{_W}left", f"{_W}top", f"{_W}bottom"):
            _paint(element, colour, colours.get("accent"))


def _paint(element: Any, status: str | None, accent: str | None) -> None:
    for attribute in ("val", "fill", "color"):
        found = element.get(f"{_W}{attribute}")
        if found is None or not re.fullmatch("[0-9A-Fa-f]{6}", found):
            continue
        if status:
            new = tint(status, 0.1) if attribute == "fill" else status
        elif accent and f"#{found.lower()}" == _OWN_ACCENT:
            new = accent
        else:
            continue
        element.set(f"{_W}{attribute}", new.lstrip("#").upper())
