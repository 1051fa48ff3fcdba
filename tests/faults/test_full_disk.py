"""A disk that fills up, or turns read-only, at each write: one sentence, exit 1, and everything as it was or as it will
be. Then small real disks, where such can be mounted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.injectors import Fault
from tests.faults.jobs import Ended, Plight, States, left_over, moments_to_try, parts, run, states, torn

pytestmark = pytest.mark.slow

SAYS = {Fault.FULL: "disk is full", Fault.READ_ONLY: "cannot be read or written|readonly database"}
EVERY = {Fault.FULL: 1, Fault.READ_ONLY: 3}
"""Of how many moments one is tried."""


@pytest.fixture(scope="module", params=["collect", "data-dashboard", "publish"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, States]:
    folder = tmp_path_factory.mktemp("full") / "workspace"
    return request.param, folder, states(request.param, folder)


def fault_in(made: Ended, fault: Fault) -> str:
    """What is wrong with how a run ended that met a fault; "" when it said in one sentence that it stops, or what it
    had to leave, or had no need of the disk any more."""
    lines = [line for line in made.told.splitlines() if line]
    if made.code == 0:
        return ""
    if made.code == 1 and len(lines) == 1 and re.search(SAYS[fault], lines[0]):
        return ""
    return f"ended with {made.code}: {made.told[-600:]}"


@pytest.mark.parametrize("fault", [Fault.FULL, Fault.READ_ONLY])
def test_from_whichever_write_on_the_disk_fails_it_is_one_sentence_and_nothing_is_torn(
    case: tuple[str, Path, States], fault: Fault
) -> None:
    job, folder, known = case
    wrong: list[str] = []
    stopped = 0
    seen: list[object] = []
    for moment in moments_to_try(job, known, EVERY[fault]):
        known.restored(folder)
        made = run(job, folder, Plight(at=moment, fault=fault))
        stopped += made.code == 1
        wrong += [f"{moment}: {said}" for said in [fault_in(made, fault)] if said]
        wrong += [f"{moment}: {name} is torn" for name in torn(folder, known)]
        found = (parts(folder), left_over(folder))
        if found not in seen:
            seen.append(found)
            assert run(job, folder).code == 0
            now = parts(folder)
            wrong += [f"{moment}: {n} is not put right" for n, mark in known.after.items() if now.get(n) != mark]
            wrong += [f"{moment}: {name} is left over" for name in left_over(folder)]
    assert wrong == []
    assert stopped > len(moments_to_try(job, known, EVERY[fault])) / 3
