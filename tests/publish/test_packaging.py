"""The same contents give the same package, whoever zipped them and when."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.publish.packaging import FIXED_TIME, normalise_zip

MEMBERS = {"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>", "_rels/.rels": b"<r/>", "a.png": b"\x89"}


def zipped(
    members: dict[str, bytes], year: int = 2022, compression: int = zipfile.ZIP_STORED, system: int = 0
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            member = zipfile.ZipInfo(name, (year, 11, 30, 12, 0, 0))
            member.create_system = system
            package.writestr(member, data, compression)
    return out.getvalue()


def test_time_order_compression_and_origin_leave_no_trace() -> None:
    backwards = dict(reversed(MEMBERS.items()))
    here = normalise_zip(zipped(MEMBERS))
    there = normalise_zip(zipped(backwards, year=2023, compression=zipfile.ZIP_DEFLATED, system=3))
    assert here == there


def test_the_parts_that_say_what_a_file_is_come_first() -> None:
    with zipfile.ZipFile(io.BytesIO(normalise_zip(zipped(MEMBERS)))) as package:
        assert package.namelist() == ["[Content_Types].xml", "_rels/.rels", "a.png", "word/document.xml"]
        assert {member.date_time for member in package.infolist()} == {FIXED_TIME}


def test_a_package_already_normal_stays_as_it_is() -> None:
    once = normalise_zip(zipped(MEMBERS))
    assert normalise_zip(once) == once


@given(
    st.dictionaries(st.text("abc/.", min_size=1).filter(lambda name: not name.endswith("/")), st.binary(), max_size=5)
)
def test_contents_are_untouched(members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(normalise_zip(zipped(members)))) as package:
        assert {name: package.read(name) for name in package.namelist()} == members


def test_what_is_not_a_zip_is_refused() -> None:
    with pytest.raises(zipfile.BadZipFile):
        normalise_zip(b"not a zip")
