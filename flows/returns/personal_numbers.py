"""Numbers that stand for one person, told from the figures around them: NHS, unique pupil and telephone numbers.

The texts given here have plain spaces, dashes and digits. What a number must prove is its check digit, or that it is
in a numbering plan; what stands around it must not be money, a decimal, a percentage or the rest of a longer code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

# The two libraries are imported where they are needed: a fifth of a second that texts without numbers do not cost.

Span = tuple[int, int]

# A list of numbers without spaces is no code: 9434765919,9434765870.
_NO_CODE_BEFORE = r"(?:(?<![^\W_])(?<![£$€+])(?<![0-9][.,/-])(?<!\w-)|(?<=[0-9]{10}[,/]))"
_NO_CODE_AFTER = r"(?![^\W_]|%)(?![.,/-][0-9]{1,9}(?![0-9]))"

_NHS = re.compile(rf"{_NO_CODE_BEFORE}[0-9]{{3}}[ ./-]{{0,2}}[0-9]{{3}}[ ./-]{{0,2}}[0-9]{{4}}{_NO_CODE_AFTER}")
_CALLED_NHS = re.compile(
    r"\bNHS\W{0,2}(?P<number>number|num\b|no\b|id\b|#)?[\s:;.,=#(-]{0,4}(?:(?:is|was)\s)?"
    r"(?P<digits>[0-9](?:[ ./-]{0,3}[0-9]){9})(?![0-9%])",
    re.IGNORECASE,
)


def find_nhs_numbers(text: str) -> Iterator[Span]:
    """NHS numbers: in groups of 3, 3 and 4 or unbroken, with a check digit that is right; grouped in any way, or with
    a slip in them, where the text itself calls them so."""
    for match in _CALLED_NHS.finditer(text):
        if match["number"] or _is_nhs(match["digits"]):
            yield match.span("digits")
    for match in _NHS.finditer(text):
        if _is_nhs(match[0]):
            yield match.span()


def _is_nhs(written: str) -> bool:
    from stdnum.gb import nhs

    digits = re.sub("[^0-9]", "", written)
    return len(set(digits)) > 1 and nhs.is_valid(digits)


_UPN = re.compile(
    r"(?<![^\W_])(?<!\w-)[A-HJ-NPQRT-Z](?:[ -]?[0-9]){11}[ -]?[0-9A-HJ-NPQRT-Z](?![^\W_]|-\w)", re.IGNORECASE
)
_CALLED_UPN = re.compile(
    r"\b(?:UPN|unique pupil (?:reference )?number)\W{1,4}(?:(?:is|was)\s)?(?P<upn>[A-Z][0-9]{11}[0-9A-Z])(?!\w)",
    re.IGNORECASE,
)


def find_upns(text: str) -> Iterator[Span]:
    """Unique pupil numbers: the check letter must be right, unless the text itself calls it one."""
    for match in _CALLED_UPN.finditer(text):
        yield match.span("upn")
    for match in _UPN.finditer(text):
        if _is_upn(match[0]):
            yield match.span()


def _is_upn(written: str) -> bool:
    """By the check letter alone: the library's list of local authorities ends before the newest of them."""
    from stdnum.gb import upn

    number = re.sub("[ -]", "", written).upper()
    return 200 <= int(number[1:4]) < 1000 and upn.calc_check_digit(number[1:]) == number[0]


_RUN = re.compile(r"(?<![^\W_])(?<![£$€])(?<![0-9][.,/])[+(]{0,2}[0-9]+(?:(?: - |[ ().-]{1,2})[0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_CALLED_PHONE = re.compile(
    r"\b(?:tel(?:ephone)?|(?:tele)?phone|mob(?:ile)?|ring|call|text|fax|whatsapp)\b(?:\s(?:number|no|me|us|her|him|on))?"
    r"[\s:.,(-]{1,4}(?:(?:is|on)\s)?(?P<phone>\+?[0-9](?:[ ().-]{0,3}[0-9]){8,13})(?![0-9%])",
    re.IGNORECASE,
)
_TIMES = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9] ?- ?(?:[01][0-9]|2[0-3])[0-5][0-9](?![0-9])")


def find_telephones(text: str) -> Iterator[Span]:
    """Telephone numbers as the United Kingdom writes them, and others with their country code."""
    for run in _RUN.finditer(text):
        if len(run[0]) > 8:
            yield from _in_run(text, run)
    for match in _CALLED_PHONE.finditer(text):
        if _is_british(re.sub("[^0-9]", "", match["phone"]).lstrip("0").removeprefix("44").lstrip("0")):
            yield match.span("phone")


def _in_run(text: str, run: re.Match[str]) -> Iterator[Span]:
    """The telephone numbers in a run of groups of digits: "12 families rang 01253 477999"."""
    groups = [match.span() for match in _GROUP.finditer(text, *run.span())]
    first = 0
    while first < len(groups):
        last = _number_from(text, groups, first)
        if last is None:
            first += 1
            continue
        start, end = groups[first][0], groups[last][1]
        while start > run.start() and (text[start - 1] == "+" or (text[start - 1] == "(" and ")" in text[start:end])):
            start -= 1
        if not re.match(r"%|[.,/][0-9]", text[end : end + 2]):
            yield start, end
        first = last + 1


def _number_from(text: str, groups: list[Span], first: int) -> int | None:
    """The last group of the telephone number that begins with group `first`; None when none begins there."""
    start = groups[first][0]
    abroad = text[start - 1 : start] == "+" or text.startswith("00", start) or text.startswith("44", start)
    if not abroad and (text[start] != "0" or groups[first][1] - start < 3 or _TIMES.match(text, start)):
        return None
    digits, best = "", None
    for last in range(first, min(len(groups), first + _MOST_GROUPS)):
        digits += text[slice(*groups[last])]
        if len(digits) > _MOST_DIGITS:
            break
        if last > first and groups[last][1] - groups[last][0] < 2 and digits[-1] != "0" and not abroad:
            break
        if len(digits) >= 10 and (_is_abroad(text, start, digits) if abroad else _is_british(digits[1:])):
            best = last
            break
    return best


_MOST_GROUPS, _MOST_DIGITS = 8, 15


def _is_abroad(text: str, start: int, digits: str) -> bool:
    """A number with its country code: behind a plus or 00, or 44 before a mobile number."""
    marked = text[start - 1 : start] == "+" or digits.startswith("00")
    digits = digits.removeprefix("00")
    if digits.startswith("44"):
        national = digits[2:].removeprefix("0")
        return (marked or national.startswith("7")) and _is_british(national)
    return marked and _is_valid(f"+{digits}")


_EXAMPLES = re.compile("7700900[0-9]{3}|1632960[0-9]{3}")
"""Ofcom keeps these for examples and drama; whoever writes one means a telephone number."""


@lru_cache(maxsize=4096)
def _is_british(national: str) -> bool:
    """Whether digits without their leading 0 are a number of the British plan that is in use."""
    if not 9 <= len(national) <= 10 or national[0] not in "1235789":
        return False
    if _EXAMPLES.fullmatch(national):
        return True
    from phonenumbers import PhoneNumber, is_valid_number_for_region

    number = PhoneNumber(country_code=44, national_number=int(national))
    return any(is_valid_number_for_region(number, region) for region in ("GB", "GG", "JE", "IM"))


@lru_cache(maxsize=4096)
def _is_valid(number: str) -> bool:
    from phonenumbers import NumberParseException, is_valid_number, parse

    try:
        return is_valid_number(parse(number))
    except NumberParseException:
        return False
