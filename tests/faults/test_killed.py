"""Killed at each moment at which a file or the ledger changes: the old state or the new, and the next run puts it right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.jobs import Plight, States, first_states, left_over, moments_to_try, parts, run, states, torn

pytestmark = pytest.mark.slow

KILLED = -9
TRIED = ("collect", "data-dashboard", "publish")
"""Every way of writing: what the other builds do is the same as the dashboard's, and more of it."""


@pytest.fixture(scope="module", params=[(job, make) for job in TRIED for make in (first_states, states)],
                ids=lambda case: f"{case[0]} {'once more' if case[1] is states else 'for the first time'}")  # fmt: skip
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, States]:
    job, make = request.param
    folder = tmp_path_factory.mktemp("killed") / "workspace"
    return job, folder, make(job, folder)


def test_every_part_is_as_it_was_or_as_it_will_be_and_the_next_run_ends_as_if_nothing_had_happened(
    case: tuple[str, Path, States],
) -> None:
    job, folder, known = case
    wrong: list[str] = []
    tried: list[object] = []
    for moment in moments_to_try(job, known):
        known.restored(folder)
        assert run(job, folder, Plight(at=moment)).code == KILLED
        wrong += [f"{name} is torn at {moment}" for name in torn(folder, known)]
        found = (parts(folder), left_over(folder))
        if found in tried:  # how much of an unfinished folder is there makes no difference: it is thrown away
            continue
        tried.append(found)
        again = run(job, folder)
        assert again.code == 0, f"at {moment}: {again.told}"
        now = parts(folder)
        wrong += [
            f"{n} is not put right after {moment}" for n in {*now, *known.after} if now.get(n) != known.after.get(n)
        ]
        wrong += [f"{name} is left over after {moment}" for name in left_over(folder)]
    assert wrong == []
    assert len(tried) > 3
