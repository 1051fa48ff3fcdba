"""What a template may say, and how wide its columns become."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.publish.errors import TemplateError
from flows.publish.page import COLUMN_MM, LANDSCAPE_MM, NARROWEST_WORDS_MM, PORTRAIT_MM, SHARES, SIGNS, prepare

SAMPLE = Path(__file__).with_name("sample_report.html")

TABLE = (
    '<table id="t"><caption>What is due</caption><colgroup><col class="ref"><col class="words"></colgroup>'
    '<thead><tr><th scope="col">Ref</th><th scope="col">What</th></tr></thead>'
    '<tbody><tr><th scope="row">1.1</th><td>Words</td></tr></tbody></table>'
)


def document(body: str, head: str = "<title>A report</title>", lang: str = ' lang="en-GB"') -> str:
    return f"<!DOCTYPE html><html{lang}><head>{head}</head><body>{body}</body></html>"


def fault(html: str) -> str:
    with pytest.raises(TemplateError) as caught:
        prepare(html, "report.html")
    return str(caught.value)


def widths(*kinds: str, landscape: bool = False) -> list[float]:
    """The widths in mm that a table with these columns is given."""
    cols = "".join(f'<col class="{kind}">' for kind in kinds)
    heads = '<th scope="col">Head</th>' * len(kinds)
    cells = '<th scope="row">x</th>' + "<td>x</td>" * (len(kinds) - 1)
    table = (
        f"<table><caption>Words</caption><colgroup>{cols}</colgroup><thead><tr>{heads}</tr></thead>"
        f"<tbody><tr>{cells}</tr></tbody></table>"
    )
    section = f'<section id="s"{" class=landscape" if landscape else ""}>{table}</section>'
    tree = prepare(document("<h1>Report</h1>" + section), "report.html")
    return [float(col.get("style", "").removeprefix("width:").removesuffix("mm")) for col in tree.iter("col")]


def test_the_sample_uses_every_word_of_the_vocabulary_and_is_accepted() -> None:
    assert prepare(SAMPLE.read_text(encoding="utf-8"), "sample_report.html").tag == "html"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<h2>Late</h2>", "skips a level: it follows no heading"),
        ("<h1>Report</h1><h3>Late</h3>", "skips a level: it follows h1"),
        ("<h1>Report</h1><h1>Again</h1>", "is a second h1"),
        ("<h1> </h1>", "is a heading without words"),
        ("<h1>Report</h1><blockquote>Words</blockquote>", "<blockquote> “Words” (line 1) is not in the vocabulary"),
        ('<h1>Report</h1><p class="big">Words</p>', "has the class “big”"),
        ('<h1>Report</h1><p style="color:red">Words</p>', "has the attribute “style”"),
        ('<h1>Report</h1><p><a href="#nowhere">4.1</a></p>', "links to “#nowhere”"),
        ('<h1>Report</h1><p><a href="http://example.org">Site</a></p>', "links to “http://example.org”"),
        ('<h1 id="a">Report</h1><p><a href="#a"></a></p>', "is a link without words"),
        ('<h1>Report</h1><p id="a b">Words</p>', "has the id “a b”"),
        ('<h1>Report</h1><p><img src="x.png"></p>', "has no alt"),
        ('<h1>Report</h1><p><img src="/etc/passwd" alt="x"></p>', "is not the name of a file in the templates folder"),
        ('<h1>Report</h1><p><img src="../x.png" alt="x"></p>', "is not the name of a file in the templates folder"),
        ('<h1>Report</h1><p><img src="https://a.org/x.png" alt="x"></p>', "is not the name of a file in the templates"),
        ("<h1>Report</h1><p><svg></svg></p>", "has no <title> as a child"),
        ("<h1>Report</h1><svg><title>t</title><script>x</script></svg>", "may not stand in a drawing"),
        ('<h1>Report</h1><svg><title>t</title><path onclick="x"/></svg>', "may not stand in a drawing"),
        ("<h1>Report</h1><figure><svg><title>t</title></svg></figure>", "needs a figcaption and one img or svg"),
        ("<h1>Report</h1><aside><p>Words</p></aside>", "needs a p.aside-title or a heading"),
        ('<h1>Report</h1><dl class="figures"><dt>Due</dt><dd>4</dd></dl>', "holds only div with one dt and one dd"),
        ('<h1>Report</h1><nav class="contents"><p>Words</p></nav>', "holds one ol of links"),
        ('<h1>Report</h1><p><span class="on-track">On track</span></p>', "needs the class status and one of"),
        ('<h1>Report</h1><p><span class="status on-track"></span></p>', "has no word"),
        (
            '<h1>Report</h1><p><span class="common">Common cause</span></p>',
            "needs the class variation and one of common, ",
        ),
        ('<h1>Report</h1><p><span class="variation">High</span></p>', "needs the class variation and one of"),
        ('<h1>Report</h1><p><span class="variation passes">Meets</span></p>', "needs the class variation and one of"),
        (
            '<h1>Report</h1><p><span class="variation common neutral-low">Low</span></p>',
            "needs the class variation and one of",
        ),
        ('<h1>Report</h1><p><span class="assurance hit-or-miss nowrap">?</span></p>', "in that order and no other"),
        ('<h1>Report</h1><p><span class="fails assurance">Misses</span></p>', "in that order and no other"),
        ('<h1>Report</h1><p><span class="assurance fails"> </span></p>', "has no word"),
        ("<h1>Report</h1><p>Words</section>", "is not well-formed HTML"),
    ],
)
def test_what_a_paper_may_not_contain_is_an_error_that_names_template_and_element(body: str, says: str) -> None:
    message = fault(document(body))
    assert message.startswith("report.html: ")
    assert says in message


def test_no_sign_belongs_to_two_kinds() -> None:
    every = [name for kind, signs in SIGNS.items() for name in (kind, *signs)]
    assert len(set(every)) == len(every)


def test_an_id_is_used_once() -> None:
    assert "report.html" in fault(document('<h1 id="a">Report</h1><p id="a">Words</p>'))


def test_a_document_needs_its_language() -> None:
    assert "has no lang" in fault(document("<h1>Report</h1>", lang=""))


def test_a_document_needs_a_title_with_words() -> None:
    assert "has no <title>" in fault(document("<h1>Report</h1>", head="<title> </title>"))


def test_the_title_of_a_drawing_is_not_the_title_of_the_document() -> None:
    assert "has no <title>" in fault(document("<h1>Report</h1><svg><title>Drawing</title></svg>", head=""))


def test_a_template_that_produces_nothing_is_an_error() -> None:
    assert fault(" \n") == "report.html: produced nothing."


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("<caption>What is due</caption>", "", "has no caption"),
        ("<caption>What is due</caption>", "<caption></caption>", "has no caption"),
        ('<col class="words">', "", "has 2 cells where the table has 1 columns"),
        ('<col class="words">', "<col>", "needs one class of ref, date"),
        ('<th scope="col">What</th>', "<th>What</th>", 'must be a th with scope="col"'),
        ('<th scope="col">What</th>', '<th scope="col"></th>', "is a column head without words"),
        ('<th scope="row">1.1</th>', "<td>1.1</td>", 'must be a th with scope="row"'),
        ("<td>Words</td>", '<td colspan="2">Words</td>', "has the attribute “colspan”"),
        ("<td>Words</td>", "<td><h2>Words</h2></td>", "may not stand in a table cell"),
        ("<td>Words</td>", "<td>Words</td><td>More</td>", "has 3 cells where the table has 2 columns"),
        ('<tr><th scope="row">1.1</th><td>Words</td></tr>', "", "at least one in its tbody"),
    ],
)
def test_a_table_that_a_screen_reader_could_not_follow_is_an_error(before: str, after: str, says: str) -> None:
    assert before in TABLE
    message = fault(document("<h1>Report</h1>" + TABLE.replace(before, after)))
    assert says in message


def test_every_cell_is_given_the_class_of_its_column() -> None:
    tree = prepare(document("<h1>Report</h1>" + TABLE), "report.html")
    assert [cell.get("class") for row in tree.iter("tr") for cell in row] == ["ref", "words", "ref", "words"]


def test_columns_of_words_share_what_the_others_leave() -> None:
    ref, words, date, words_3 = widths("ref", "words", "date", "words-3")
    left = PORTRAIT_MM - COLUMN_MM["ref"] - COLUMN_MM["date"]
    assert (ref, date) == (COLUMN_MM["ref"], COLUMN_MM["date"])
    assert (words, words_3) == pytest.approx((left / 4, left * 3 / 4), abs=0.06)


def test_a_table_on_a_landscape_page_has_its_width_to_share() -> None:
    assert sum(widths("ref", "words", landscape=True)) == pytest.approx(LANDSCAPE_MM, abs=0.1)


def test_without_a_column_of_words_the_first_takes_what_is_left() -> None:
    assert widths("short", "num", "num") == pytest.approx([PORTRAIT_MM - 2 * COLUMN_MM["num"], 21, 21], abs=0.1)


@given(st.lists(st.sampled_from([*COLUMN_MM, *SHARES]), min_size=1, max_size=9), st.booleans())
def test_a_table_fills_its_page_with_readable_columns_or_is_refused(kinds: list[str], landscape: bool) -> None:
    room = LANDSCAPE_MM if landscape else PORTRAIT_MM
    words = [SHARES.get(kind, 0) for kind in kinds] if SHARES.keys() & set(kinds) else [1]
    fixed = sum(COLUMN_MM.get(kind, 0) for kind in kinds[0 if SHARES.keys() & set(kinds) else 1 :])
    if (room - fixed) / sum(words) * min(filter(None, words)) < NARROWEST_WORDS_MM:
        with pytest.raises(TemplateError, match="is too wide"):
            widths(*kinds, landscape=landscape)
    else:
        assert sum(widths(*kinds, landscape=landscape)) == pytest.approx(room, abs=0.5)


def test_a_drawing_keeps_the_capitals_that_its_readers_insist_on() -> None:
    tree = prepare(document('<h1>Report</h1><svg viewBox="0 0 1 1"><title>A dot</title></svg>'), "report.html")
    assert [svg.get("viewBox") for svg in tree.iter("svg")] == ["0 0 1 1"]
