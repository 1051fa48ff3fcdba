"""The printed page: accessible, the same everywhere, made of the templates' own files."""

import gc
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import page as pdf_checker
import pypdf
import pytest

from flows.publish.errors import TemplateError
from flows.publish.page import SIGNS, VOCABULARY, prepare
from flows.publish.pdf import write_pdf

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
STYLES = ROOT / "templates" / "styles"
SAMPLE = Path(__file__).with_name("sample_report.html")


class Complaints(logging.Handler):
    """Everything WeasyPrint remarks on: a style or a template that it does not understand."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture(scope="module", autouse=True)
def complaints() -> Iterator[list[str]]:
    handler = Complaints()
    logging.getLogger("weasyprint").addHandler(handler)
    yield handler.said
    logging.getLogger("weasyprint").removeHandler(handler)
    assert handler.said == []


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.pdf"
    write_pdf(prepare(SAMPLE.read_text(encoding="utf-8"), SAMPLE.name), path, STYLES)
    return path


@pytest.fixture(scope="module")
def pages(sample: Path) -> list[str]:
    """The words of each page of the sample."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(sample).pages]


def document(body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><title>Report</title></head><body><h1>Report</h1>{body}</body></html>'
    )


def printed(body: str, folder: Path) -> pypdf.PdfReader:
    write_pdf(prepare(document(body), "report.html"), folder / "report.pdf", STYLES)
    return pypdf.PdfReader(folder / "report.pdf")


def failures(path: Path) -> list[str]:
    report = pdf_checker.validate_pdf(path, profile="ua1")
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


def test_the_sample_speaks_every_word_of_the_vocabulary() -> None:
    tree = prepare(SAMPLE.read_text(encoding="utf-8"), SAMPLE.name)
    used = {(str(e.tag), name) for e in tree.iter() for name in (e.get("class") or "").split()}
    assert {(tag, name) for tag, names in VOCABULARY.items() for name in names} <= used
    assert set(VOCABULARY) <= {str(element.tag) for element in tree.iter()}


def test_the_sample_is_pdf_ua(sample: Path) -> None:
    assert failures(sample) == []


def test_the_sample_has_a_table_that_crosses_pages_and_landscape_pages(pages: list[str], sample: Path) -> None:
    assert sum("Ref Milestone Due Status Lead" in words for words in pages) == 2
    shapes = {page.mediabox.width > page.mediabox.height for page in pypdf.PdfReader(sample).pages}
    assert shapes == {True, False}


def test_the_file_says_what_it_is(sample: Path) -> None:
    reader = pypdf.PdfReader(sample)
    about = reader.metadata
    assert about is not None
    assert about.title == "Highlight report, November 2022: Blackpool SEND partnership"
    assert about.author == "SEND improvement group"
    assert about.subject == "Progress on the written statement of action, November 2022"
    assert str(about["/Keywords"]) == "SEND, written statement of action, highlight report"
    assert str(about["/CreationDate"]) == "D:20221130"
    assert str(reader.root_object["/Lang"]) == "en-GB"


def test_every_heading_is_a_bookmark(sample: Path) -> None:
    def titles(outline: object) -> Iterator[str]:
        for item in outline if isinstance(outline, list) else []:
            yield from titles(item) if isinstance(item, list) else [str(item.title)]

    tree = prepare(SAMPLE.read_text(encoding="utf-8"), SAMPLE.name)
    headings = [" ".join(heading.text_content().split()) for heading in tree.iter("h1", "h2", "h3", "h4")]
    assert list(titles(pypdf.PdfReader(sample).outline)) == headings


def test_head_and_foot_are_on_every_page(pages: list[str]) -> None:
    for number, words in enumerate(pages, 1):
        assert "Worked example: the plan is published, the progress is invented" in words
        assert "Blackpool SEND partnership" in words
        assert "Highlight report, November 2022" in words
        assert f"Page {number} of {len(pages)}" in words


def test_the_contents_give_the_right_page_numbers(pages: list[str]) -> None:
    contents = next(words for words in pages if words.startswith("Contents") or " Contents " in words)
    for heading in ("Exceptions", "Risk register", "Forward look", "State of the returns"):
        found = re.search(rf"{heading}[ .]+(\d+)", contents)
        assert found is not None
        assert heading in pages[int(found[1]) - 1]


def test_a_link_tells_a_screen_reader_its_words(sample: Path) -> None:
    annotations = [a.get_object() for page in pypdf.PdfReader(sample).pages for a in page.annotations or []]
    said = {str(a["/Contents"]) for a in annotations}
    assert {"4.2.1.2", "GOV.UK statistics", "Forward look"} <= said


def test_a_link_is_one_link(tmp_path: Path) -> None:
    body = '<p id="a"><a href="#a">See <span class="ref">1.1</span> <strong>now</strong></a></p>'
    contents = '<nav class="contents"><ol><li><a href="#a">First</a></li></ol></nav>'
    annotations = [a.get_object() for page in printed(body + contents, tmp_path).pages for a in page.annotations or []]
    assert [str(a["/Contents"]) for a in annotations] == ["See 1.1 now", "First"]


def test_a_reference_to_a_source_says_where_it_leads(tmp_path: Path) -> None:
    body = '<p id="source-3">22 <a class="source" href="#source-3" title="Source 3: Council, Measures F5">[3]</a></p>'
    (only,) = [a.get_object() for page in printed(body, tmp_path).pages for a in page.annotations or []]
    assert (only["/Contents"], only["/Dest"]) == ("Source 3: Council, Measures F5", "source-3")


def test_only_the_bundled_font_is_embedded(sample: Path) -> None:
    reader = pypdf.PdfReader(sample)
    every = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    fonts = {str(thing.get("/BaseFont")) for thing in every if isinstance(thing, pypdf.generic.DictionaryObject)} - {
        "None"
    }
    assert fonts
    assert all("+Source-Sans-3" in name for name in fonts)


def test_the_same_page_is_the_same_bytes_on_a_machine_without_fonts(sample: Path, tmp_path: Path) -> None:
    """Another process, another hash seed, time zone and temporary folder, and no font but ours."""
    (tmp_path / "none.conf").write_text('<?xml version="1.0"?><fontconfig></fontconfig>', encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from flows.publish.page import prepare; "
        "from flows.publish.pdf import write_pdf; a = sys.argv; "
        "write_pdf(prepare(Path(a[1]).read_text(encoding='utf-8'), a[1]), Path(a[2]), Path(a[3]))"
    )
    elsewhere = {"FONTCONFIG_FILE": str(tmp_path / "none.conf"), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(SAMPLE), str(tmp_path / "again.pdf"), str(STYLES)],
        env={**os.environ, **elsewhere, "TMPDIR": str(tmp_path)},
        cwd=ROOT,
        check=True,
    )
    assert (tmp_path / "again.pdf").read_bytes() == sample.read_bytes()


HEAD_OF_TABLE = (
    '<table><caption>Table{n}.</caption><colgroup><col class="ref"><col class="words"></colgroup>'
    '<thead><tr><th scope="col">Ref</th><th scope="col">Columnhead{n}.</th></tr></thead><tbody>'
)
ROW = '<tr><th scope="row">1.1</th><td>Follows{n}. One line.<br>Another line.<br>A third line.</td></tr>'


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        ("<h2>Head{n}.</h2><p>Follows{n}.</p>", ("Head", "Follows")),
        ("<h2>Head{n}.</h2>" + HEAD_OF_TABLE + ROW + "</tbody></table>", ("Head", "Table", "Columnhead", "Follows")),
        (
            "<h2>Head{n}.</h2><p>Intro{n}.</p>" + HEAD_OF_TABLE + ROW * 2 + "</tbody></table>",
            ("Head", "Intro", "Table"),
        ),
        ('<aside class="decision"><p class="aside-title">Head{n}.</p><p>Follows{n}.</p></aside>', ("Head", "Follows")),
    ],
)
def test_a_heading_never_ends_a_page(block: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    filling = "<p>Filling the page.</p>"
    sections = "".join(
        f'<section id="s{n}" class="new-page">{filling * n}{block.format(n=n)}</section>' for n in range(20, 34)
    )
    words = [page.extract_text() for page in printed(sections, tmp_path).pages]
    for n in range(20, 34):
        found = {next(i for i, text in enumerate(words) if f"{part}{n}." in text) for part in parts}
        assert len(found) == 1, f"{parts} after {n} paragraphs are on pages {found}"
    assert len(words) > 15, "some sections must run over, or nothing was tried"


@pytest.mark.parametrize("kind", SIGNS)
def test_each_sign_is_a_drawing_of_its_own(kind: str) -> None:
    style = (STYLES / "board.css").read_text(encoding="utf-8")
    drawn = []
    for name in SIGNS[kind]:
        assert f"span.{kind}.{name} {{" in style
        assert f'url("shapes/{name}.svg")' in style
        drawn.append((STYLES / "shapes" / f"{name}.svg").read_text(encoding="utf-8"))
    # Without their colours, as a printer in black and white has them.
    assert len({re.sub("#(?!f{6})[0-9a-f]{6}", "", drawing) for drawing in drawn}) == len(drawn)


def test_the_words_of_an_icon_break_within_a_narrow_column_beside_the_icon(tmp_path: Path) -> None:
    table = (
        '<table><caption>Icons</caption><colgroup><col class="words"><col class="icon"></colgroup><thead><tr>'
        '<th scope="col">Measure</th><th scope="col">Assurance</th></tr></thead><tbody><tr><th scope="row">Waits</th>'
        '<td><span class="assurance fails">Always misses the target</span></td></tr></tbody></table>'
    )
    places: dict[str, tuple[float, float]] = {}

    def remember(text: str, _cm: object, tm: list[float], _font: object, _size: object) -> None:
        for word in ("Assurance", "Waits", "Always", "target"):
            if word in text:
                places[word] = (tm[4], tm[5])

    printed(table, tmp_path).pages[0].extract_text(visitor_text=remember)
    (head, _), (_, level) = places["Assurance"], places["Waits"]
    (left, first), (below_left, second) = places["Always"], places["target"]
    assert first == pytest.approx(level, abs=0.1), "the words stand level with their row"
    assert second != first
    assert left == below_left == pytest.approx(head + 20.5 / 0.75, abs=0.1), "each line begins beside the icon"
    assert failures(tmp_path / "report.pdf") == []


def test_digits_stand_under_one_another_in_tables(tmp_path: Path) -> None:
    rows = "".join(f'<tr><th scope="row">{n}</th><td>{n * 4}</td></tr>' for n in ("1", "7", "0"))
    table = (
        '<table><caption>Numbers</caption><colgroup><col class="words"><col class="num"></colgroup><thead><tr>'
        f'<th scope="col">Row</th><th scope="col">Number</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    left: dict[str, float] = {}

    def remember(text: str, _cm: object, tm: list[float], _font: object, _size: object) -> None:
        if text.strip() in {"1111", "7777", "0000"}:
            left[text.strip()] = tm[4]

    printed(table, tmp_path).pages[0].extract_text(visitor_text=remember)
    assert len(left) == 3
    assert len({round(x, 2) for x in left.values()}) == 1


def test_a_character_that_the_font_lacks_is_shown_as_a_box_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader = printed("<p>Thumbs up 👍 from the forum, soft\u00adly, dŵr</p>", tmp_path)
    assert "Thumbs up □ from the forum, softly, dŵr" in reader.pages[0].extract_text()
    assert "👍" in caplog.text
    assert failures(tmp_path / "report.pdf") == []


def test_a_file_outside_the_templates_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', encoding="utf-8")
    for address in (secret.as_uri(), "https://example.org/x.svg", "data:image/png;base64,AAAA"):
        tree = prepare(document('<p><img src="x.svg" alt="A picture"></p>'), "report.html")
        for image in tree.iter("img"):
            image.set("src", address)
        with pytest.raises(TemplateError, match=re.escape(address)):
            write_pdf(tree, tmp_path / "report.pdf", STYLES)
    assert not (tmp_path / "report.pdf").exists()


def test_a_picture_that_is_missing_is_an_error(tmp_path: Path) -> None:
    tree = prepare(document('<p><img src="styles/none.svg" alt="A picture"></p>'), "report.html")
    with pytest.raises(TemplateError, match=r"styles/none\.svg: no such file"):
        write_pdf(tree, tmp_path / "report.pdf", STYLES)


def test_templates_without_fonts_are_an_error(tmp_path: Path) -> None:
    shutil.copytree(STYLES, tmp_path / "styles")
    with pytest.raises(TemplateError, match=r"Regular\.ttf: no such file"):
        write_pdf(prepare(document("<p>Words</p>"), "report.html"), tmp_path / "report.pdf", tmp_path / "styles")


def test_garbage_collection_is_as_it_was(tmp_path: Path) -> None:
    printed("<p>Words</p>", tmp_path)
    assert gc.isenabled()
