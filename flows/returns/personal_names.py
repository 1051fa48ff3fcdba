"""Names of people where the words around them leave no doubt: a title, "a child called", "my son".

Roles, organisations and products are no names: Head of SEND, Dr Foster's hospital guide, Ms Teams.
The texts given here have plain spaces, dashes and apostrophes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĆČĎĐĒĘĞĪĽŁŃŇŌŐŘŚŞŠŤŪŮŰŹŻŽİ"
_PARTICLE = r"(?:(?:van|von|de|der|den|di|da|du|la|le|el|al|bin|ibn|ul|ur)[ -]|(?:d|[Oo])')"
_WORD = rf"(?:{_PARTICLE}){{0,2}}[{_CAPITAL}][^\W\d_](?:[^\W\d_]|['-](?=[^\W\d_])){{0,40}}"
_INITIALS = rf"(?:[{_CAPITAL}]\.?[ ]?(?=[{_CAPITAL}. ]))"
_TITLE = r"(?:Mrs?|Ms|Mx|Miss|Dr|Prof(?:essor)?|Cllr)\.?"

_TITLED = re.compile(
    rf"(?<![\w@.-])(?:{_TITLE}\s?(?:and|&|/|\+)\s?)?{_TITLE}\s{{1,3}}{_INITIALS}{{0,3}}(?P<name>{_WORD})"
    rf"(?P<more>(?:\s{_WORD})?)"
    r"|(?<![\w@.-])(?:MRS?|DR)\.?\s{1,3}(?:[A-Z]\.?\s){0,3}(?P<loud>[A-Z][A-Z'-]{2,40})(?!\w)"
    r"|(?<![\w@.-])mrs?\.?\s{1,3}(?P<quiet>[a-z][a-z'-]{2,40})(?!\w)"
)
_CHILD = (
    r"(?:child|boy|girl|pupil|student|baby|toddler|teenager|youngster|patient|son|daughter|grandson|granddaughter|brother|"
    r"sister|sibling|nephew|niece|young\s(?:person|man|woman|lady))"
)
_CALLED = re.compile(
    rf"(?<!\w)(?i:{_CHILD}(?:\s(?:is|was|who\sis|who\swas))?,?\s+(?:called|named))\s+['\"“(]?(?P<name>{_WORD}(?:\s{_WORD})?)"
)
_OF_A_FAMILY = re.compile(
    r"(?<!\w)(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Yy]our)\s(?:[\w-]{1,12}\s){0,2}"
    r"(?:son|daughter|grandson|granddaughter|brother|sister|nephew|niece)"
    rf"(?:\s(?P<name>{_WORD})|,\s(?P<between>{_WORD}),|\s\((?P<bracketed>{_WORD})\))"
)
_NAME_IS = re.compile(
    r"(?<!\w)(?i:his|her|their|my|(?:child|pupil|patient|student|client|parent|mother|father|mum|dad|son|daughter|"
    r"young\sperson)(?:'s)?|first|last|full|sur|fore)\s?(?i:name)(?:'s|\s(?:is|was)|\s?[:=-])\s{0,2}"
    rf"(?P<name>{_WORD}(?:\s{_WORD}){{0,2}})"
)
_PLACE = re.compile(
    rf"(?:'s?)?(?:\s(?:[{_CAPITAL}][\w'-]*|of|and|&)){{0,4}}?\s(?:Schools?|Academy|Primary|Infants?|Juniors?|College|Surgery|"
    r"Practice|Hospital|Centre|Foundation|Trust|Charity|Nursery|Church|Clinic|House|Inquiry|Review|Report|Award|Prize)\b"
)

_NO_NAMES_BY_REASON = {
    "products and brands that follow Ms, Mr and Dr": (
        "teams word excel forms office outlook access project planner sharepoint windows copilot powerpoint onenote "
        "onedrive foster martens who barnardo barnardos men"
    ),
    "roles that follow a title": (
        "chair chairman chairperson speaker mayor president director head deputy officer and or"
    ),
    "days, months, terms and what a school year has": (
        "monday tuesday wednesday thursday friday saturday sunday january february march april june july august "
        "september october november december easter christmas autumn spring summer winter year reception english maths "
        "school schools lessons appointments deadlines meetings targets sessions out"
    ),
    "services that a family calls": "childline sendiass ofsted camhs nspcc social children early family",
    "what follows MR and DR in capitals, and mr in small letters": (
        "scan scans scanner imaging spectroscopy angiography plan plans test tests testing site strategy recovery "
        "who the was has had said for with from"
    ),
    "an answer in place of a name": (
        "not none unknown withheld redacted removed known anonymous required confidential tbc"
    ),
}
_NOT_NAMES = frozenset(word for words in _NO_NAMES_BY_REASON.values() for word in words.split())


def find_names(text: str) -> Iterator[Span]:
    """Names with a title, of a child said to be called so, of somebody's son or daughter, or behind "name:"."""
    for match in _TITLED.finditer(text):
        group = next(name for name in ("name", "loud", "quiet") if match[name])
        if not _is_no_name(match[group]) and not _PLACE.match(text, match.end(group)):
            yield match.start(), _end(match, group)
    for match in _CALLED.finditer(text):
        yield from _unless_no_name(match, "name")
    for match in _OF_A_FAMILY.finditer(text):
        yield from _unless_no_name(match, "name", "between", "bracketed")
    for match in _NAME_IS.finditer(text):
        yield from _unless_no_name(match, "name")


def _unless_no_name(match: re.Match[str], *groups: str) -> Iterator[Span]:
    for group in groups:
        if match[group] and not _is_no_name(match[group].split()[0]) and not match[group].isupper():
            yield match.start(group), _end(match, group)


def _is_no_name(word: str) -> bool:
    word = word.casefold().strip("'-")
    return word in _NOT_NAMES or word.removesuffix("'s") in _NOT_NAMES


def _end(match: re.Match[str], group: str) -> int:
    """Where a name ends: a first name may stand before the surname, but capitals and roles that follow are not part
    of it, nor is the 's of what is somebody's."""
    end = match.end(group)
    more = match["more"].strip() if group == "name" and "more" in match.re.groupindex and match["more"] else ""
    if more and not match[group].endswith("'s") and not _is_no_name(more) and not more.isupper():
        end = match.end("more")
    return end - 2 if match.string.endswith("'s", 0, end) else end
