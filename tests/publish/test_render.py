"""Templates print facts, and say in one sentence what is wrong with them."""

from pathlib import Path

import pytest

from flows.publish.errors import TemplateError
from flows.publish.render import render


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ report.weather }}", "paper.html: 'str object' has no attribute 'weather'."),
        ("{% if %}", "paper.html, line 1: Expected an expression"),
        ("{{ 1 / 0 }}", "paper.html: a part of it cannot be worked out (division by zero)."),
        ("{{ report() }}", "paper.html: a part of it cannot be worked out"),
        ("{% include 'gone.html' %}", "The template gone.html is not in"),
    ],
)
def test_a_mistake_in_a_template_is_one_sentence_that_names_it(tmp_path: Path, template: str, said: str) -> None:
    (tmp_path / "paper.html").write_text(template, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        render("paper.html", tmp_path, report="text")
    assert said in str(caught.value)


def test_text_from_outside_is_printed_as_text(tmp_path: Path) -> None:
    (tmp_path / "paper.html").write_text("<p>{{ report }}</p>", encoding="utf-8")
    hostile = "<script>alert(1)</script>{{ 7 * 7 }}&"
    assert render("paper.html", tmp_path, report=hostile) == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}&amp;</p>"
    )
