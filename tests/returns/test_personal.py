"""Personal data in narrative: what must be found, what boards read every month and must be left alone."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.returns.personal import PersonalKind, find_personal, kinds_in_words, mask

STORY = Path(__file__).parent.parent / "example" / "story.toml"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # NHS numbers
        ("Patient 9434765919 was seen.", "Patient [NHS number] was seen."),
        ("Patient 943 476 5919 was seen.", "Patient [NHS number] was seen."),
        ("Patient 943-476-5919 was seen.", "Patient [NHS number] was seen."),
        ("Patient 943.476.5919.", "Patient [NHS number]."),
        ("Patient 943  476  5919, aged 9", "Patient [NHS number], aged 9"),
        ("Patient (943 4765919)", "Patient ([NHS number])"),
        ("Patient 943\u00a0476\u00a05919", "Patient [NHS number]"),
        ("Patient 943\u2011476\u20115919", "Patient [NHS number]"),
        ("Patient 943\t476\t5919", "Patient [NHS number]"),
        ("Patient 943\u200b476\u200b5919!", "Patient [NHS number]!"),
        ("Patient ９４３４７６５９１９", "Patient [NHS number]"),
        ("NHS9434765919", "NHS[NHS number]"),
        ("NHS no: 94 34 76 59 19", "NHS no: [NHS number]"),
        ("NHS number 943 476 5918 (as the school has it)", "NHS number [NHS number] (as the school has it)"),
        ("9434765919/9434765870", "[NHS number]/[NHS number]"),
        ("9434765919,9434765870", "[NHS number],[NHS number]"),
        (
            "SharePoint/Cases/943 476 5919/letter_9434765870_2.pdf",
            "SharePoint/Cases/[NHS number]/letter_[NHS number]_2.pdf",
        ),
        # unique pupil numbers
        ("UPN B801200005001 has moved.", "UPN [unique pupil number] has moved."),
        ("upn b801200005001", "upn [unique pupil number]"),
        ("Pupil B801 2000 05001 has no plan.", "Pupil [unique pupil number] has no plan."),
        ("(B-801-2000-05001)", "([unique pupil number])"),
        ("UPN: A801200005001", "UPN: [unique pupil number]"),
        ("Now at M940200005001.", "Now at [unique pupil number]."),
        # dates of birth
        ("DOB 12/03/2014", "DOB [date of birth]"),
        ("D.O.B.: 12.3.14", "D.O.B.: [date of birth]"),
        ("d.o.b 12-03-2014, Year 4", "d.o.b [date of birth], Year 4"),
        ("Date of birth is 3rd March 2014.", "Date of birth is [date of birth]."),
        ("dob: 2014-03-12", "dob: [date of birth]"),
        ("DOB 12032014", "DOB [date of birth]"),
        ("A boy born on 12 March 2014 waits.", "A boy born on [date of birth] waits."),
        ("She was born 12/03/14 in Blackpool.", "She was born [date of birth] in Blackpool."),
        ("born in Blackpool on the 3rd of March, 2014", "born in Blackpool on the [date of birth]"),
        ("twins, born: March 3, 2014", "twins, born: [date of birth]"),
        ("His birthday is 12 March.", "His birthday is [date of birth]."),
        ("Waits for her 18th birthday on 12/03/2023.", "Waits for her 18th birthday on [date of birth]."),
        ("One child (12/03/2014, dob) and 12/03/2014 (DOB)", "One child (12/03/2014, dob) and [date of birth] (DOB)"),
        ("A child (b. 12/03/2014)", "A child (b. [date of birth])"),
        ("DATE OF BIRTH – 12 MARCH 2014", "DATE OF BIRTH – [date of birth]"),
        # postcodes
        ("The family at FY1 1AD waits.", "The family at [postcode] waits."),
        ("The family at fy11ad waits.", "The family at [postcode] waits."),
        ("moved to FY4  5AB; no school", "moved to [postcode]; no school"),
        ("SW1A 1AA, M1 1AE, EC1A-1BB", "[postcode], [postcode], [postcode]"),
        ("12 High Street\nFY3\u00a08PW", "12 High Street\n[postcode]"),
        # e-mail addresses
        ("Ask jane.smith@blackpool.gov.uk.", "Ask [e-mail address]."),
        ("Ask <j_smith+send@nhs.net>, please", "Ask <[e-mail address]>, please"),
        ("Ask jane.smith @ nhs.net", "Ask [e-mail address]"),
        ("jane.smith (at) nhs (dot) net", "[e-mail address]"),
        ("jane.smith[at]nhs.net", "[e-mail address]"),
        ("mailto:jane@example.co.uk?subject=x", "mailto:[e-mail address]?subject=x"),
        ("Ask jane＠nhs.net", "Ask [e-mail address]"),
        ("“jane.smith@blackpool…” is not a date.", "“[e-mail address]” is not a date."),
        # telephone numbers
        ("Ring 01253 477999.", "Ring [telephone number]."),
        ("Ring (01253) 477 999 after 5", "Ring [telephone number] after 5"),
        ("Mum: 07700 900123", "Mum: [telephone number]"),
        ("Mum: 07700900123, Dad: 07700-900-456", "Mum: [telephone number], Dad: [telephone number]"),
        ("+44 (0)1253 477999 or 0044 1253 477999", "[telephone number] or [telephone number]"),
        ("+447700900123", "[telephone number]"),
        ("44 7700 900123", "[telephone number]"),
        ("London 020 7946 0958 ext 12", "London [telephone number] ext 12"),
        ("mobile 7700 900123", "mobile [telephone number]"),
        ("12 families rang 01253 477999 2 times", "12 families rang [telephone number] 2 times"),
        ("Grandparents in Dublin: +353 1 234 5678", "Grandparents in Dublin: [telephone number]"),
        ("01632 960123", "[telephone number]"),
        # names
        ("Mrs Smith has resigned.", "[name] has resigned."),
        ("Wait for Dr. O'Brien's letter.", "Wait for [name]'s letter."),
        ("Mr J. P. Smith-Jones and Ms de Souza", "[name] and [name]"),
        ("Mr and Mrs Patel complained.", "[name] complained."),
        ("Dr Jane van der Berg SENCO", "[name] SENCO"),
        ("MRS SMITH SAID NO", "[name] SAID NO"),
        ("mrs smith rang", "[name] rang"),
        ("Miss Łukasik, Mx Nwosu; Prof Zhou", "[name], [name]; [name]"),
        ("Dr Bell's surgery sent it.", "[name]'s surgery sent it."),
        ("A child called Jack waits.", "A child called [name] waits."),
        ("the pupil named ‘Ellie-May’ moved", "the pupil named ‘[name]’ moved"),
        ("My son Jack has no place.", "My son [name] has no place."),
        ("Our youngest daughter, Aisha, is 9.", "Our youngest daughter, [name], is 9."),
        ("Pupil name: Jack Smith", "Pupil name: [name]"),
        ("her name is Aisha", "her name is [name]"),
        # several at once
        (
            "Mr Smith (07700 900123, j@x.org) of FY1 1AD, DOB 12/3/14, NHS 943 476 5919",
            "[name] ([telephone number], [e-mail address]) of [postcode], DOB [date of birth], NHS [NHS number]",
        ),
    ],
)
def test_personal_data_is_found_however_it_is_written(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        # numbers that are no one's
        "Waits rose from 9434765918 to 9434765917 milliseconds.",
        "Budget £9434765919 and £ 1,234,567,890.",
        "Figures for 2019 2020 2021 2022 2023 are restated.",
        "10 20 30 40 50 60 70 80 90 100",
        "0.9434765919 and 12.9434765919%",
        "Reference REF-9434765919-22 and invoice INV9434765919.",
        "Order 1234567890 was raised; 0000000000 is a dummy number.",
        "1,234,567 contacts; 12,345,678,901 page views.",
        "Rates of 0.812, 0.0845 and 01.25 per 1,000.",
        "School URN 119837, LA number 890, establishment 8902001.",
        "Pupil file A123456789012 has no check letter.",
        "Document X801200005001-v2 replaced by B801200005001-v3.",
        "Rows 0100 0200 0300 and 0400.",
        "Open 0800 - 1700 and 0930-1130, room 100.",
        "Charity 1089464, company 07856523.",
        "Sample sizes: 120, 135, 150, 164, 171.",
        "Between 01/02/2023 and 28/02/2023 there were 020 cases.",
        "02-03-2023 100 children seen; 03.04.2023 1200 letters.",
        "2022-10-27 97 120 replies",
        "SharePoint: SEND improvement/Evidence/1.1/Plan v0.12 2022-10-25 10.30.pdf",
        "+12 345 more than last year; +1,253 477 of them in year 7",
        "1.1.1.10 and 1.2.2.3 depend on 4.1-slt-waiting.",
        "Call 111 or 999; text 85258.",
        "ISBN 978-0-11-322730-3",
        # dates that are no birthdays
        "Approved on 12 March 2023.",
        "Children born on or after 1 September 2018 start school.",
        "Children born between 1 September 2018 and 31 August 2019.",
        "Children born 1 September 2018 to 31 August 2019 are in Reception.",
        "Those born 01/09/2018-31/08/2019 and babies born on 3 March.",
        "The idea was born in 2022.",
        "The forum marked its tenth birthday on 12 May 2023.",
        "Too late, often after the eighteenth birthday.",
        "The date of birth field was added on 12 May 2023.",
        "On 12 May 2023, date of birth checks began.",
        "Approved 12/03/2023 (dob checked by two people)",
        "Newborn hearing checks from 12 March 2023.",
        "Paper 5 (21 December 2022); Wards FY1-FY8; Contract DN654321",
        "Dobson Ward, 12 March 2023",
        # codes that look like postcodes
        "District FY3 and FY4 have most requests.",
        "Groups B1 2nd session and E1 1st session are full.",
        "Year R1 and class S2 with 3EE sockets",
        "Room W12-3AB-7 and model FY1 1ADX",
        "A4, KS2, EHC1, Q1 2nd quarter, Y7 3rd term",
        "W1 2hr clinic, S3 4yr olds",
        # signs that are no addresses
        "Follow @BlackpoolSEND for news.",
        "12 sessions @ 2.5 hours, 6 @ St Annes.",
        "The review at Blenheim.The next one is later.",
        "Look at gov.uk or at www.blackpool.gov.uk.",
        # words that are no names
        "Head of SEND and the Designated Clinical Officer met.",
        "Minutes are in Ms Teams, MS Word and MS Excel.",
        "People with MS and the MS Society",
        "The DR plan was tested; DR PLAN 2.",
        "MR SCAN waits fell; MR imaging too.",
        "Children who miss School lessons; Miss Targets",
        "Mrs Ethelston's Church of England Primary Academy",
        "Dr Bell's Surgery and Dr Foster reports",
        "A named associate starts in November.",
        "A parent called Childline, and a pupil called Childline too.",
        "Practitioners were called to cover clinics.",
        "my son was 17; my son. Parents said so; our daughter Tuesday",
        "Our son CAMHS could not see; my daughter Reception year",
        "The document is named Local Offer; file name: Strategy final",
        "Pupil name: withheld. Parent's name is not known.",
        "Lancashire and South Cumbria Integrated Care Board",
        "Chair: Director of Children's Services",
        "M. 14 of 20 places; Dr in charge; Mr. and so on",
        "Cllr and officer briefing, Prof development",
        "",
        "On track",
    ],
)  # fmt: skip
def test_what_boards_read_every_month_is_left_alone(text: str) -> None:
    assert mask(text) == text


def prose(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from prose(part)


def test_nothing_is_found_in_fifteen_months_of_the_example() -> None:
    texts = list(prose(tomllib.loads(STORY.read_text(encoding="utf-8"))))
    assert len(texts) > 5000
    assert [text for text in texts if find_personal(text)] == []


def test_what_was_found_is_said_without_saying_it() -> None:
    found = find_personal("Mr Smith and Mrs Jones (j@x.org), NHS 943 476 5919, DOB 1/2/14 and DOB 2/3/15")
    assert kinds_in_words(found) == "an e-mail address, an NHS number, 2 dates of birth and 2 names"


pieces = st.sampled_from(
    ("943 476 5919", "9434765919", "B801200005001", "dob", "born", "12/03/2014", "3 March", "FY1 1AD", "j@x.org", "12", "0",
     "07700 900123", "+44", "(0)", "01253", "477999", "Mr", "Smith", "Dr", "and", "child called", "Jack", "my son", "name is",
     "NHS", "number", "(", ")", "-", ".", ",", " ", "\n", "\u00a0", "\u200b", "’", "2022", "[", "]", "tel", "birthday", "at", "dot", "uk")
)  # fmt: skip
texts = st.text(max_size=60) | st.lists(pieces, max_size=12).map("".join) | st.lists(pieces, max_size=12).map(" ".join)


@given(texts)
def test_personal_data_lies_within_the_text_in_order_and_apart(text: str) -> None:
    found = find_personal(text)
    edges = [0, *(edge for personal in found for edge in (personal.start, personal.end)), len(text)]
    assert edges == sorted(edges)
    assert all(personal.start < personal.end for personal in found)


@given(texts, st.sampled_from(("jane@nhs.net", "07700 900123", "943 476 5919", "FY1 1AD")))
def test_what_is_certain_is_masked_whatever_stands_around_it(around: str, personal: str) -> None:
    said = f"“{personal}”"
    assert said in around or said not in mask(f"{around}\n{said}\n{around}")


@pytest.mark.parametrize(
    "text",
    ["a" * 32_767 + "@", "0" * 32_767, "0 1" * 10_000, "a.b@" * 8_000, "Mr " * 10_000, "born in A " * 3_000, "(0)" * 10_000,
     "my son" + " x" * 16_000, "Mr A. " + "A. " * 10_000, "+1 " * 10_000, "my a b son " * 3_000, "d o b " * 5_000,
     "a at b dot " * 3_000, "Mr " + "Ab-" * 10_000, "NHS no 1 2 " * 3_000, "tel 0 1 2 " * 3_000, "Mr Abc" + " Of" * 10_000],
)  # fmt: skip
def test_a_cell_filled_to_its_limit_is_looked_through_at_once(text: str) -> None:
    began = time.perf_counter()
    find_personal(text)
    assert time.perf_counter() - began < 2


def test_a_hundred_thousand_short_texts_take_seconds() -> None:
    texts = list(prose(tomllib.loads(STORY.read_text(encoding="utf-8"))))
    began = time.perf_counter()
    for number in range(100_000):
        find_personal(texts[number % len(texts)])
    assert time.perf_counter() - began < 10


@given(texts)
def test_no_text_is_let_through_that_a_closer_look_finds_something_in(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        quick = find_personal(text)
        patch.setattr("flows.returns.personal.may_hold_personal", lambda _: True)
        assert find_personal(text) == quick


def test_each_kind_has_a_plain_word() -> None:
    assert [str(kind) for kind in PersonalKind] == [
        "e-mail address", "unique pupil number", "NHS number", "telephone number", "date of birth", "postcode", "name",
    ]  # fmt: skip
