"""Killed, or out of disk, while letters are sent: each arrives, and at most one of them twice, under one identity."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.injectors import Fault
from tests.faults.jobs import Plight, early, late, run
from tests.faults.post import Box, a_post_office, with_post

pytestmark = pytest.mark.slow

MOMENTS = 12
"""Of the last ones of a run, which are those at which letters are sent and that is remembered."""
REMEMBERS = 4
"""Calls by which it is remembered that one letter has been sent."""
ENDS = {Fault.KILLED: (-9,), Fault.FULL: (1, 0)}
"""A full disk does no harm to what only takes a new name."""
TO = {"council@example.org", "hospital@example.org"}


def identities(box: Box) -> set[tuple[str, str]]:
    return {(message["X-RcptTo"], message["Message-ID"]) for message in box.got}


@pytest.mark.parametrize("fault", [Fault.KILLED, Fault.FULL])
def test_each_letter_arrives_and_at_most_one_twice(fault: Fault, tmp_path: Path) -> None:
    was, folder = late(early(tmp_path / "was")), tmp_path / "workspace"
    with a_post_office() as (box, port):
        with_post(was, port)
        shutil.copytree(was, folder)
        whole = run("collect", folder)
        assert whole.code == 0, whole.told
        once = identities(box)
        assert (len(box.got), {to for to, _ in once}) == (2, TO)
        twice = 0
        for moment in range(whole.moments - MOMENTS, whole.moments + 1):
            box.got.clear()
            shutil.rmtree(folder)
            shutil.copytree(was, folder)
            made = run("collect", folder, Plight(at=moment, fault=fault))
            assert made.code in ENDS[fault], made.told
            again = run("collect", folder)
            assert again.code == 0, again.told
            assert identities(box) == once
            assert len(box.got) <= 3
            twice += len(box.got) == 3
    assert twice <= 2 * REMEMBERS, "a letter that has left is sent again only where that was not remembered"
