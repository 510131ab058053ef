"""Every kind of job is killed at random instants somewhere: by :mod:`benchmarks.kill_everything`, or by a test that it names."""

from __future__ import annotations

import random
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest

from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from tests.journeys.every_kind import ELSEWHERE, SCENES, Left, differences, run

ROOT = Path(__file__).resolve().parents[2]


async def test_no_kind_is_left_out(tmp_path: Path) -> None:
    places = locate(tmp_path / "home")
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        kinds = set(runtime.jobs._kinds)  # pyright: ignore[reportPrivateUsage]
    assert kinds == SCENES.keys() | ELSEWHERE.keys()
    assert all("kill" in (ROOT / where).read_text() for where in ELSEWHERE.values())


def test_what_is_lost_doubled_or_sent_twice_is_a_difference() -> None:
    rows = [{"id": f"random {number}", "title": f"Album {number}", "seen_at": number} for number in range(3)]
    again = [{**row, "id": f"other {row['title']}", "seen_at": 9} for row in rows]
    one, two = Left({"record": rows}, Counter({"/add/1": 1}), "done"), Left({"record": again}, Counter(), "done")
    assert differences(one, two, Left({"record": again}, Counter({"/add/1": 1}), "done")) == []
    for spoil in (
        lambda left: left.rows["record"].pop(),
        lambda left: left.rows["record"].append(left.rows["record"][0]),
        lambda left: left.rows["record"][0].update(title="Another"),
        lambda left: left.sent.update(["/add/1"]),
        lambda left: left.sent.clear(),
        lambda left: setattr(left, "state", "failed"),
    ):
        killed = deepcopy(one)
        spoil(killed)
        assert differences(one, two, killed), spoil


@pytest.mark.by_hand
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", SCENES)
async def test_a_job_killed_at_random_instants_ends_as_if_it_had_not_been(kind: str, tmp_path: Path) -> None:
    one, two = await run(kind, tmp_path / "one"), await run(kind, tmp_path / "two")
    killed = await run(kind, tmp_path / "killed", kills=3, within=0.8 * one.seconds, lots=random.Random(kind))
    assert differences(one, two, killed) == []
