"""Papers bound into one document: no two share a name, each keeps its own head and foot, and pages are counted through."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import page as pdf_checker
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.publish.binding import Leaf, anchor, bind
from flows.publish.errors import TemplateError
from flows.publish.page import BOUND, VOCABULARY, prepare
from flows.publish.printing import Printed, print_bound

STYLES = Path(__file__).resolve().parents[2] / "templates" / "styles"


def document(title: str, body: str, marking: str = "Draft") -> str:
    given = {"partnership": "Anytown", "report": title, "period": "November 2022", "marking": marking}
    metas = "".join(f'<meta name="boardpack.{name}" content="{value}">' for name, value in given.items())
    return (
        f'<!doctype html><html lang="en-GB"><head><title>{title}</title>{metas}</head>'
        f'<body><header class="masthead"><h1>{title}: November 2022</h1></header>{body}</body></html>'
    )


CONTENTS = (
    '<section id="contents"><h2>Contents</h2><nav class="contents"><ol><li><a href="#waits">Waits</a></li></ol></nav>'
    "</section>"
)
WAITS = '<section id="waits" class="new-page"><h2>Waits</h2><p>See <a href="#contents">the contents</a>.</p></section>'
AGENDA = (
    '<section id="agenda"><table><caption>Papers</caption><colgroup><col class="words"><col class="num"></colgroup><thead>'
    '<tr><th scope="col">Paper</th><th scope="col">Page</th></tr></thead><tbody>{rows}</tbody></table></section>'
)
ROW = '<tr><th scope="row"><a href="#p{n}">Paper {n}</a></th><td><span class="page" href="#p{n}"></span></td></tr>'


def leaf(number: int, body: str = CONTENTS + WAITS, title: str = "Report", **but: str) -> Leaf:
    return Leaf(number, f"Paper {number}", document(f"{title} {number}", body, **but), "report.html")


def bound(*papers: Leaf, first_page: int = 1) -> str:
    rows = "".join(ROW.format(n=paper.number) for paper in papers)
    return bind(document("Board pack", AGENDA.format(rows=rows)), "board-pack.html", papers, first_page)


def checked(*papers: Leaf) -> lxml.html.HtmlElement:
    return prepare(bound(*papers), "board-pack.html", bound=True)


def test_two_papers_with_the_same_names_inside_share_none_when_bound() -> None:
    ids = checked(leaf(1), leaf(2)).xpath("//@id")
    assert ids == ["agenda", "p1", "p1-contents", "p1-waits", "p2", "p2-contents", "p2-waits"]


def test_a_link_leads_to_the_same_place_in_its_own_paper() -> None:
    tree = checked(leaf(1), leaf(2))
    assert tree.xpath("//section[@id='p2']//a/@href") == ["#p2-waits", "#p2-contents"]
    assert tree.xpath("//section[@id='agenda']//a/@href") == ["#p1", "#p2"]


def test_a_link_to_another_place_stays_as_it_is() -> None:
    away = leaf(3, '<section id="x"><p><a href="https://example.org/#x">Away</a></p></section>')
    assert checked(away).xpath("//section[@id='p3']//a/@href") == ["https://example.org/#x"]


def test_what_a_drawing_names_is_named_anew_wherever_it_is_spoken_of() -> None:
    drawing = (
        '<figure><svg viewbox="0 0 9 9" aria-labelledby="t d"><title id="t">Waits</title><desc id="d">Up</desc>'
        '<g id="g"><rect fill="url(#g)" width="9" height="9"></rect></g></svg><figcaption>Waits</figcaption></figure>'
    )
    text = bound(leaf(2, drawing))
    for written in ('aria-labelledby="p2-t p2-d"', 'id="p2-t"', 'id="p2-d"', 'id="p2-g"', 'fill="url(#p2-g)"'):
        assert written in text


names = st.text("abcdefgh-", min_size=1, max_size=4).map("s".__add__)


@given(st.lists(st.lists(names, min_size=1, max_size=4, unique=True), min_size=1, max_size=4))
def test_whatever_papers_call_their_parts_every_link_leads_to_one_place_of_its_own_paper(
    papers: list[list[str]],
) -> None:
    def parts(ids: list[str]) -> str:
        return "".join(f'<section id="{name}"><p><a href="#{name}">Here</a></p></section>' for name in ids)

    tree = checked(*(leaf(n, parts(ids)) for n, ids in enumerate(papers, 1)))
    every = tree.xpath("//@id")
    assert len(every) == len(set(every))
    for n, ids in enumerate(papers, 1):
        assert tree.xpath(f"//section[@id='p{n}']//a/@href") == [f"#p{n}-{name}" for name in ids]


def test_a_paper_keeps_its_title_with_its_number_above_it_and_in_the_bookmarks() -> None:
    tree = checked(leaf(1), Leaf(7, "Paper 7, replaces paper 2", document("Report", CONTENTS + WAITS), "report.html"))
    assert [h.text_content() for h in tree.iter("h1")][1:] == ["Report 1: November 2022", "Report: November 2022"]
    assert tree.xpath("//section[@id='p7']//p[@class='eyebrow']/text()") == ["Paper 7, replaces paper 2"]
    assert tree.xpath("//section[@id='p7']//h1/@data-bookmark") == ["Paper 7: Report: November 2022"]


def test_a_second_title_is_allowed_in_a_bound_document_only() -> None:
    with pytest.raises(TemplateError, match=r"report\.html: <h1>.* is a second h1"):
        prepare(document("Report", "<h1>Again</h1>"), "report.html")
    prepare(document("Report", "<h1>Again</h1>"), "report.html", bound=True)


@pytest.mark.parametrize(("tag", "name"), [(tag, name) for tag, classes in BOUND.items() for name in classes])
def test_the_words_of_bound_documents_are_no_words_of_templates(tag: str, name: str) -> None:
    assert name not in VOCABULARY[tag]
    with pytest.raises(TemplateError, match=f"has the class “{name}”"):
        prepare(document("Report", f'<{tag} class="{name}">Words</{tag}>'), "report.html")


def test_a_paper_that_is_not_well_formed_is_named() -> None:
    with pytest.raises(TemplateError, match=r"^odd\.html: "):
        bind(document("Board pack", ""), "board-pack.html", [Leaf(1, "Paper 1", "", "odd.html")])


# --- Printed --------------------------------------------------------------------------------------------------------


def printed(*papers: Leaf, first_page: int = 1) -> Printed:
    return print_bound(bound(*papers, first_page=first_page), "board-pack.html", STYLES, {}).result(60)


def pages(found: Printed) -> list[str]:
    return [" ".join(p.extract_text().split()) for p in pypdf.PdfReader(io.BytesIO(found.data)).pages]


LONG = WAITS + "<p>Filling the page.</p>" * 90


@pytest.mark.slow
def test_each_page_names_its_paper_and_marking_and_pages_are_counted_through() -> None:
    made = printed(leaf(1, CONTENTS + LONG), leaf(2, CONTENTS + LONG, marking="Confidential"))
    words = pages(made)
    assert made.pages == len(words) > 6
    starts = [i for i, text in enumerate(words) if "Contents" in text]
    for i, text in enumerate(words):
        assert text.endswith(f"Page {i + 1} of {len(words)}")
        if i < starts[0]:
            assert "Board pack, November 2022 Page" in text
        elif i < starts[1]:
            assert "Paper 1: Report 1, November 2022 Page" in text
            assert "Draft" in text
        else:
            assert "Paper 2: Report 2, November 2022 Page" in text
            assert "Confidential" in text


@pytest.mark.slow
def test_agenda_and_contents_give_the_pages_of_the_whole() -> None:
    words = pages(printed(leaf(1), leaf(2)))
    assert "Paper 1 2 Paper 2 4" in words[0]
    assert re.search(r"Waits[ .]+3 ", words[1])
    assert re.search(r"Waits[ .]+5 ", words[3])


@pytest.mark.slow
def test_pages_go_on_from_those_already_sent() -> None:
    made = printed(leaf(5), first_page=97)
    words = pages(made)
    assert [text[-13:] for text in words] == [f"Page {n} of 99" for n in (97, 98, 99)]
    assert "Paper 5 98" in words[0]
    assert made.pages == 3, "the number of pages is that of the file"
    assert pypdf.PdfReader(io.BytesIO(made.data)).page_labels == ["97", "98", "99"]


@pytest.mark.slow
@pytest.mark.parametrize("first_page", [1, 97])
def test_a_bound_document_is_pdf_ua_and_tagged_with_a_link_for_each_paper(first_page: int, tmp_path: Path) -> None:
    (tmp_path / "pack.pdf").write_bytes(printed(leaf(1, CONTENTS + LONG), leaf(2), first_page=first_page).data)
    report = pdf_checker.validate_pdf(tmp_path / "pack.pdf", profile="ua1")
    assert [f"{failure.rule_id}: {failure.message}" for failure in report.failures] == []
    reader = pypdf.PdfReader(tmp_path / "pack.pdf")
    said = [str(a.get_object()["/Contents"]) for a in reader.pages[0].annotations or []]
    assert said == ["Paper 1", "Paper 2"]
    assert "/StructTreeRoot" in reader.root_object


@pytest.mark.slow
def test_each_paper_is_a_bookmark_with_its_headings_below_it() -> None:
    def titles(outline: object, depth: int = 0) -> Iterator[tuple[int, str]]:
        for item in outline if isinstance(outline, list) else []:
            if isinstance(item, list):
                yield from titles(item, depth + 1)
            else:
                yield depth, str(item.title)

    reader = pypdf.PdfReader(io.BytesIO(printed(leaf(1), leaf(2)).data))
    assert list(titles(reader.outline)) == [
        (0, "Board pack: November 2022"),
        *((0, "Paper 1: Report 1: November 2022"), (1, "Contents"), (1, "Waits")),
        *((0, "Paper 2: Report 2: November 2022"), (1, "Contents"), (1, "Waits")),
    ]


def test_the_place_of_a_paper_is_its_number() -> None:
    assert anchor(2) in checked(leaf(2)).xpath("//@id")
