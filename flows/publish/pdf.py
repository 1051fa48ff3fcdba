"""The PDF: a prepared page through WeasyPrint, tagged as PDF/UA-1.

Only the fonts, styles and pictures of the templates are read: no network, no other file, no font of the machine.
The same page gives the same bytes on every machine and every run.
"""

import gc
import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname
from xml.etree import ElementTree as ET

import cssselect2
import pydyf
from fontTools.ttLib import TTFont
from lxml.html import HtmlElement

with warnings.catch_warnings():
    # On a machine without fonts WeasyPrint warns when it is imported; it needs none but ours.
    warnings.simplefilter("ignore", UserWarning)
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from flows.publish.binding import END, FIRST_PAGE
from flows.publish.brand import Colours, css, shape
from flows.publish.errors import TemplateError
from flows.publish.page import RUNNING

logger = logging.getLogger(__name__)

VARIANT = "pdf/ua-1"
STYLE_SHEET = "board.css"
FONT_FOLDER = "fonts"
SHAPES = "shapes"

_SVG = "{http://www.w3.org/2000/svg}"
_STAND_IN = "□"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
_CONTENT_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


def write_pdf(html: HtmlElement, path: Path, styles: Path, colours: Colours | None = None) -> None:
    """Print a page into a file; see `pdf_of`. OSError when `path` cannot be written."""
    path.write_bytes(pdf_of(html, styles, colours))


def pdf_of(html: HtmlElement, styles: Path, colours: Colours | None = None) -> bytes:
    """The PDF of a page that `page.prepare` has checked.

    `styles` is the folder of the style sheet; `fonts` lies beside it, and pictures are named from its parent
    folder. `colours` are the partnership's own. Raises TemplateError when the page or its style needs a file that is
    missing or not among the templates.
    """
    return pdf_and_pages(html, styles, colours)[0]


def pdf_and_pages(html: HtmlElement, styles: Path, colours: Colours | None = None) -> tuple[bytes, int]:
    """The PDF of a page, as `pdf_of` gives it, and how many pages it has."""
    first = next((int(meta.get("content", "1")) for meta in html.iter("meta") if meta.get("name") == FIRST_PAGE), 1)
    try:
        press = _press(styles.resolve(), tuple(sorted((colours or {}).items())))
        document = _Document(_printable(html, press.characters), press)
        with _without_garbage_collection():
            sheets = [*press.sheets, *_numbered_from(first)]
            laid_out = document.render(font_config=press.fonts, stylesheets=sheets, pdf_variant=VARIANT)
            _one_annotation_a_link(laid_out)
            data: bytes = laid_out.write_pdf(pdf_variant=VARIANT, finisher=partial(_finish, first))
    except FatalURLFetchingError as error:
        raise TemplateError(str(error.__cause__)) from error
    return data, len(laid_out.pages)


def _numbered_from(first: int) -> Iterator[weasyprint.CSS]:
    """The style of a document whose pages go on counting after those of another."""
    if first != 1:
        number = f'"Page " counter(page) " of " target-counter(url("#{END}"), page)'
        yield weasyprint.CSS(
            string=f"@page {{ @bottom-right {{ content: {number} }} }} @page :first {{ counter-reset: page {first} }}"
        )


class _Press(NamedTuple):
    """What every document of a process shares: the style sheet, parsed, and the fonts, loaded."""

    fetcher: "_TemplateFetcher"
    fonts: FontConfiguration
    sheets: tuple[weasyprint.CSS, ...]
    characters: frozenset[int]


@lru_cache(maxsize=4)
def _press(styles: Path, colours: tuple[tuple[str, str], ...]) -> _Press:
    own = dict(colours)
    fetcher = _TemplateFetcher(styles.parent, own)
    with _fonts_of(styles.parent / FONT_FOLDER):
        fonts = FontConfiguration()
    sheet = weasyprint.CSS(url=(styles / STYLE_SHEET).as_uri(), url_fetcher=fetcher, font_config=fonts)
    brand = weasyprint.CSS(string=css(own), url_fetcher=fetcher, font_config=fonts)
    return _Press(fetcher, fonts, (sheet, brand), _characters(styles.parent / FONT_FOLDER))


@contextmanager
def _fonts_of(folder: Path) -> Iterator[None]:
    """Let fontconfig know no font of the machine: a font there with the same name would change the pages."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(folder / "fonts.conf")
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def _characters(folder: Path) -> frozenset[int]:
    """The characters that every one of the fonts can set."""
    tables = []
    for file in sorted(folder.glob("*.ttf")):
        with TTFont(file, lazy=True) as font:
            tables.append(frozenset(font.getBestCmap()))
    if not tables:
        raise TemplateError(f"{folder}: no fonts (*.ttf) here; papers cannot be set without them.")
    return frozenset.intersection(*tables) | {0x09, 0x0A, 0x0D}


class _TemplateFetcher(URLFetcher):  # type: ignore[misc]
    """Reads files inside the templates folder and refuses everything else."""

    def __init__(self, folder: Path, colours: Colours) -> None:
        super().__init__(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
        self._colours = colours
        self._root = folder.resolve()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        file = Path(url2pathname(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not file.is_relative_to(self._root):
            raise PermissionError(f"{url}: not part of the templates; papers are made of their own files only.")
        if not file.is_file():
            raise FileNotFoundError(f"{url}: no such file among the templates.")
        kind = _CONTENT_TYPES.get(file.suffix.lower(), "application/octet-stream")
        data = file.read_bytes()
        if file.parent.name == SHAPES:
            data = shape(file.stem, data.decode(), self._colours).encode()
        return URLFetcherResponse(url, data, {"Content-Type": kind})


class _Document(weasyprint.HTML):  # type: ignore[misc]
    """A document given as a tree, so that it is not written out and parsed a second time."""

    def __init__(self, tree: ET.Element, press: _Press) -> None:
        self.base_url = press.fetcher._root.as_uri() + "/"
        self.url_fetcher = press.fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A layout makes hundreds of thousands of objects and drops none: looking for garbage costs a fifth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _printable(html: HtmlElement, characters: frozenset[int]) -> ET.Element:
    """The tree that WeasyPrint reads: drawings in their namespace, key numbers as a list, running words on body."""
    missing: set[str] = set()

    def words(text: str | None) -> str | None:
        if text is None or text.isascii():
            return text
        text = _INVISIBLE.sub("", text)
        unknown = {c for c in text if ord(c) not in characters}
        missing.update(unknown)
        return "".join(_STAND_IN if c in unknown else c for c in text) if unknown else text

    def copy(element: HtmlElement, parent: ET.Element | None, prefix: str) -> ET.Element:
        prefix = _SVG if element.tag == "svg" else prefix
        attributes = {key: value for key, value in element.attrib.items() if key != "xmlns"}
        made = ET.Element(f"{prefix}{element.tag!s}", attributes)
        made.text, made.tail = words(element.text), words(element.tail)
        for child in element:
            made.append(copy(child, made, prefix))
        return made

    tree = copy(html, None, "")
    if missing:
        logger.warning("no font has these characters, printed as %s: %s", _STAND_IN, " ".join(sorted(missing)))
    for numbers in tree.iter("dl"):
        _as_list(numbers)
    for nav in tree.iter("nav"):
        _page_numbers(nav)
    _running_words(tree)
    return tree


def _as_list(numbers: ET.Element) -> None:
    """`dl > div > dt + dd` becomes `ul > li > span + strong`: PDF/UA knows no groups within a list."""
    numbers.tag = "ul"
    for item in numbers:
        item.tag = "li"
        item[0].tag, item[1].tag = "p", "p"
        item[0].set("class", "label")
        item[1].set("class", "number")


def _page_numbers(nav: ET.Element) -> None:
    """A place for the page number inside each link; a number drawn by the link itself would be tagged as a second."""
    for link in nav.iter("a"):
        ET.SubElement(link, "span", {"class": "page", "href": link.get("href", "")})


def _running_words(tree: ET.Element) -> None:
    """Put what the head and foot of each page say where the style sheet can take it: on `body`."""
    given = {meta.get("name"): meta.get("content", "") for meta in tree.iter("meta")}
    body = tree.find("body")
    assert body is not None
    for name in RUNNING:
        body.set(f"data-{name}", given.get(f"boardpack.{name}") or "")


def _one_annotation_a_link(document: Any) -> None:
    """WeasyPrint makes everything within a link a link once more, and a screen reader would read each of them."""
    for page in document.pages:
        page.links = [link for link in page.links if link[3].element_tag == "a"]


def _finish(first: int, document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves undone: the words of links, and pages that are counted on where a reader goes to one."""
    _describe_links(document)
    if first != 1:
        pdf.catalog["PageLabels"] = pydyf.Dictionary(
            {"Nums": pydyf.Array([0, pydyf.Dictionary({"S": "/D", "St": first})])}
        )


def _describe_links(document: Any) -> None:
    """Let each link say its title or its own words to a screen reader; WeasyPrint gives it the name of its target."""
    for page in document.pages:
        for _kind, target, _rectangle, box in page.links:
            if box.link_annotation and box.element is not None:
                text = box.element.get("title") or " ".join("".join(box.element.itertext()).split())
                box.link_annotation["Contents"] = pydyf.String(text or target)
