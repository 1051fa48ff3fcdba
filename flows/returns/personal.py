"""Personal data in what partners write: found where it is certain, and masked wherever it would be printed.

Looked for are NHS numbers and unique pupil numbers (by their check digits), dates of birth, postcodes, e-mail
addresses, telephone numbers, and names where a title or "a child called" makes them certain. Boards read roles,
organisations, dates and figures in every sentence, so whatever could just as well be one of those is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from flows.plan.words import count, listed
from flows.returns.personal_names import find_names
from flows.returns.personal_numbers import find_nhs_numbers, find_telephones, find_upns

Span = tuple[int, int]


class PersonalKind(StrEnum):
    """What kind of personal data, in the words that a mask and a finding use."""

    EMAIL = "e-mail address"
    UPN = "unique pupil number"
    NHS = "NHS number"
    PHONE = "telephone number"
    BIRTH = "date of birth"
    POSTCODE = "postcode"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Personal:
    """Personal data in a text: its kind, and where it begins and ends (as slices count)."""

    kind: PersonalKind
    start: int
    end: int


def find_personal(text: str) -> tuple[Personal, ...]:
    """The personal data in a text, in the order in which it stands; no two overlap."""
    return _look_closely(text) if may_hold_personal(text) else ()


@lru_cache(maxsize=4096)  # a text is looked at to mask it and to query it, and stands in several months
def _look_closely(text: str) -> tuple[Personal, ...]:
    plain, places = _plain(text)
    found: list[Personal] = []
    for kind, finder in _FINDERS:
        for start, end in finder(plain):
            begins, ends = places[start], places[end - 1] + 1
            if all(ends <= other.start or begins >= other.end for other in found):
                found.append(Personal(kind, begins, ends))
    return tuple(sorted(found, key=lambda personal: personal.start))


def mask(text: str) -> str:
    """The text with personal data replaced by what it is: "Ring [telephone number]." A text without any is returned
    as it is."""
    found = find_personal(text)
    for personal in reversed(found):
        text = f"{text[: personal.start]}[{personal.kind}]{text[personal.end :]}"
    return text


def kinds_in_words(found: tuple[Personal, ...]) -> str:
    """What was found, without saying it: "an NHS number and 2 names"."""
    numbers = {kind: sum(personal.kind is kind for personal in found) for kind in PersonalKind}
    return listed(_so_many(kind, number) for kind, number in numbers.items() if number)


def _so_many(kind: PersonalKind, number: int) -> str:
    if number == 1:
        return f"{'an' if kind in (PersonalKind.EMAIL, PersonalKind.NHS) else 'a'} {kind}"
    return count(number, kind, _MANY.get(kind, ""))


_MANY = {PersonalKind.EMAIL: "e-mail addresses", PersonalKind.BIRTH: "dates of birth"}


# ------------------------------------------------------------------------------------ is it worth a closer look

# Nearly every text is let through here, so this is made for speed: each expression begins with characters that are
# rare in writing, and fixed pieces are looked for as such. One expression for all of it takes ten times as long.
_NOUGHTS = bytes.maketrans(b"123456789", b"000000000")
_FIGURES = re.compile(  # in bytes with all digits made noughts, because one sign is found several times faster than ten
    rb"0(?:(?!st|nd|rd|th)[A-Za-z]{2}(?![A-Za-z0])"  # the end of a postcode, not 21st
    rb"|(?<!00)" + rb"[^A-Za-z0]{0,3}+0" * 8 + rb")"  # nine digits: a number of any kind
)
_TITLES = re.compile(r"[MDPC](?:rs?|RS?|s|x|iss|R|rof(?:essor)?|llr)\b")
_PIECES = (
    "born", "birth", "dob", "o.b", "o b", "o. b", "o/b", "(b", "called", "name", "mr", "dot", "at)", "at]", "at}",
    " son", "dson", "daughter", "brother", "sister", "nephew", "niece",
)  # fmt: skip


def may_hold_personal(text: str) -> bool:
    """Whether a text is worth a closer look; several texts may be given as one, with line breaks between them."""
    if len(text) < _SHORTEST:
        return False
    if not text.isascii() and not _WESTERN.issuperset(text):
        return True
    return bool(
        "@" in text
        or _FIGURES.search(text.encode("ascii", "replace").translate(_NOUGHTS))
        or _TITLES.search(text)
        or any(map(text.lower().__contains__, _PIECES))
    )


_SHORTEST = 5
"""No personal data is shorter than "Mr Ng"."""

_WESTERN = frozenset(map(chr, range(0x20, 0x180))) - {"\xa0", "\xad"} | set("\n\t\r–—‘’“”…•→≥≤−×€")
"""What people type; a text with anything else (spaces and digits of other kinds, signs that cannot be seen) is looked
at closely, because the trigger does not see through it."""


# --------------------------------------------------------------------------------------------- as a reader sees it


class _Letters(dict[int, str]):
    """Each character as a reader sees it, one for one: dashes, spaces, quotation marks and digits of every kind."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code < 0x80:
            plain = " " if char == "\t" else char
        elif char.isdecimal():
            plain = str(int(char))
        elif 0xFF01 <= code <= 0xFF5E:  # full width
            plain = chr(code - 0xFEE0)
        else:
            plain = " " if char.isspace() and char != "\u2028" else char
        self[code] = plain
        return plain


_LETTERS = _Letters({ord(c): "-" for c in "‐‑‒–—―−﹘﹣"} | {ord(c): "'" for c in "‘’ʼ`´"})
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def _plain(text: str) -> tuple[str, range | list[int]]:
    """The text as a reader sees it, and where each of its characters stands in the text that was given."""
    if text.isascii() and "\t" not in text:
        return text, range(len(text))
    plain = text.translate(_LETTERS)
    if not _UNSEEN.search(plain):
        return plain, range(len(text))
    places = [place for place, char in enumerate(plain) if not _UNSEEN.match(char)]
    return "".join(plain[place] for place in places), places


# ------------------------------------------------------------------------------------------------ e-mail addresses

_TOP = r"(?:uk|com|net|org|gov|nhs|info|eu|edu|me|io|email)"
_EMAIL = re.compile(
    r"(?<![\w.+'%-])\w[\w.+'%-]{0,63}@\w[\w-]{0,62}(?:(?:\.[\w-]{1,63}){1,8}|[\w.-]{0,63}…)"
    rf"|(?<![\w.+'%-])\w[\w.+'%-]{{0,63}} ?(?:@|[(\[{{]at[)\]}}]| at ) ?\w[\w-]{{0,62}}"
    rf"(?: ?(?:\.|[(\[{{]dot[)\]}}]| dot ) ?\w[\w-]{{0,62}}){{0,5}}? ?(?:\.|[(\[{{]dot[)\]}}]| dot ) ?{_TOP}(?!\w)",
    re.IGNORECASE,
)


def _emails(text: str) -> Iterator[Span]:
    """Addresses, also with spaces around their signs or "(at)" and "(dot)" in their place."""
    for match in _EMAIL.finditer(text):
        if "@" in match[0] or "dot" in match[0].lower() or re.search(r"[(\[{]at", match[0], re.IGNORECASE):
            yield match.span()


# ----------------------------------------------------------------------------------------------------- postcodes

_AREAS = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|"
    "G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|"
    "NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|"
    "WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_POSTCODE = re.compile(
    rf"(?<![^\W_])(?<!-)(?:(?:{_AREAS})[0-9][0-9A-HJKPSTUW]?[\s-]{{0,3}}[0-9](?P<unit>[ABD-HJLNP-UW-Z]{{2}})|GIR\s?0AA)"
    r"(?![^\W_]|-\w)",
    re.IGNORECASE,
)
_NO_UNIT = frozenset({"st", "nd", "rd", "th", "hr", "yr", "ft", "gb", "tb", "pt"})
"""What follows a number in ordinary writing, in small letters: "group B1 2nd session", "W1 2hr"."""


def _postcodes(text: str) -> Iterator[Span]:
    """Whole postcodes; a district alone ("FY3") says where many live."""
    return (match.span() for match in _POSTCODE.finditer(text) if match["unit"] not in _NO_UNIT)


# ------------------------------------------------------------------------------------------------- dates of birth

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DAY = (
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[\s.,/-]{{0,3}}(?:of\s)?{_MONTH}(?!\w?[a-z])(?:[\s.,/'-]{{0,3}}(?:[0-9]{{4}}|[0-9]{{2}})(?![0-9]))?"
    rf"|{_MONTH}\.?\s?[0-9]{{1,2}}(?:st|nd|rd|th)?(?![0-9])(?:[\s,]{{1,2}}[0-9]{{4}})?"
    r"|[0-9]{4}\s?[./-]\s?[0-9]{1,2}\s?[./-]\s?[0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2}\s{0,2}[./-]\s{0,2}[0-9]{1,2}\s{0,2}[./-]\s{0,2}(?:[0-9]{4}|[0-9]{2})(?![0-9])"
    r"|[0-9]{1,2}\s[0-9]{1,2}\s(?:19|20)?[0-9]{2}(?![0-9])|[0-9]{8}(?![0-9]))"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s)?"
_BIRTH_WORDS = r"(?:d[. /]{0,2}o[. /]{0,2}b\b|dates?[\s-]of[\s-]birth|birth\s?dates?)"
_BIRTHS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w-]){_BIRTH_WORDS}[^\w\]]{{0,6}}(?:(?:is|was|of|as|on|recorded|given|the)[^\w\]]{{1,3}}){{0,3}}"
        rf"{_WEEKDAY}(?P<day>{_DAY})",
        # not "children born on or after 1 September 2018", which is a year group
        r"(?<!children )(?<!babies )(?<!pupils )(?<!those )(?<!people )(?<!anyone )(?<!everyone )(?<![\w-])"
        r"born[\s:,(-]{1,4}(?:(?:in|at)\s(?:(?-i:[A-Z])[\w'-]{1,30}[\s,]{1,2}){1,3})?(?:on\s)?(?:the\s)?"
        rf"{_WEEKDAY}(?P<day>{_DAY})"
        r"(?!\s?(?:to\b|-|until\b|onwards?\b|or\s(?:later|after|before|earlier)|and\s(?:[0-9]|later|after|before|earlier)))",
        # not "the forum's tenth birthday"
        rf"(?<!th )(?<!st )(?<!nd )(?<!rd )(?<!\w)birth\s?day[^\w\]]{{0,4}}"
        rf"(?:(?:is|was|on|falls|being|the)[^\w\]]{{1,3}}){{0,3}}{_WEEKDAY}(?P<day>{_DAY})",
        rf"(?<!\w)(?:his|her|their|my|your|child's|son's|daughter's)\s\w{{1,12}}\sbirth\s?day[^\w\]]{{0,4}}"
        rf"(?:(?:is|was|on|falls|being|the)[^\w\]]{{1,3}}){{0,3}}{_WEEKDAY}(?P<day>{_DAY})",
        rf"(?<![\w./-])(?P<day>{_DAY})\s?(?:[(=-]\s?{_BIRTH_WORDS}(?!\s?\w)"
        rf"|(?:is|was)\s(?:his|her|their|my|the\s\w{{1,12}}'s)\s(?:birth\s?day|{_BIRTH_WORDS}))",
        rf"\(b\.?\s?(?P<day>{_DAY})",
    )
)


def _births(text: str) -> Iterator[Span]:
    """Dates with a word of birth beside them."""
    for pattern in _BIRTHS:
        for match in pattern.finditer(text):
            yield match.span("day")


_FINDERS: tuple[tuple[PersonalKind, Callable[[str], Iterator[Span]]], ...] = (
    (PersonalKind.EMAIL, _emails),
    (PersonalKind.UPN, find_upns),
    (PersonalKind.NHS, find_nhs_numbers),
    (PersonalKind.PHONE, find_telephones),
    (PersonalKind.BIRTH, _births),
    (PersonalKind.POSTCODE, _postcodes),
    (PersonalKind.NAME, find_names),
)
"""The surest first: what one of them has taken is no other's."""
