"""``downloads`` against a simulated slskd: what is queued, followed, cancelled, retried and cleared away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.upstreams.fixtures_slskd import RunningSlskd, album_files, remote

FILES = [remote(file) for file in album_files()]
HOSTILE = "evil\x1b[31m\u202e.flac"


@pytest.fixture
def downloads(lockgroove: Any, slskd_beside: RunningSlskd) -> Any:
    """``lockgroove downloads``, with a slskd whose time goes by a hundred times as fast."""
    return lambda *arguments, **how: lockgroove("downloads", *arguments, **{**slskd_beside.environment, **how})


@pytest.mark.wrong_requests
def test_from_the_order_to_the_file_and_what_stays_failed(downloads: Any, slskd_beside: RunningSlskd) -> None:
    empty = downloads("list")
    assert (empty.status, empty.out) == (0, "") and "Nothing is on its way." in empty.err
    queued = downloads("add", "alma", FILES[1], "--priority", "3")
    assert queued.status == 0 and queued.out.split()[:2] == ["Queued", "02"]
    assert "lockgroove serve" in queued.err, "nobody keeps the queue"
    key = queued.out.split()[-1]
    listed = downloads("list", "hollow", "--json").json
    assert listed["count"] == 1 and listed["downloads"][0]["priority"] == 3
    cancelled = downloads("cancel", key, "4711")
    assert (
        cancelled.status == 3 and f"from alma  {key}" in cancelled.out and "4711: Download not found" in cancelled.err
    )
    slskd_beside.peer("berta", "rejecting", words="Banned")
    refused = downloads("add", "berta", FILES[0], HOSTILE, "--wait")
    assert refused.status == 1 and "Failed" in refused.out and "Take another source." in refused.err
    assert "\x1b" not in refused.out + refused.err
    arrived = downloads("add", "alma", FILES[0], "--wait", "--json")
    assert arrived.status == 0 and arrived.json["downloads"][0]["status"] == "completed"
    assert arrived.json["downloads"][0]["local_path"] or arrived.json["downloads"][0]["progress"] == 100.0
    again = downloads("requeue", key, "--wait")
    assert again.status == 0 and again.out.startswith("Completed")
    table = downloads("list", "--failed")
    assert table.status == 0 and "berta" in table.out and "\x1b" not in table.out
    assert downloads("retry", key).status == 0
    assert downloads("retry", arrived.json["downloads"][0]["id"].__str__()).status == 1
    assert downloads("purge", "--failed").status == 2, "nobody is there to answer"
    gone = downloads("purge", "--failed", "--yes")
    assert (gone.status, gone.out) == (0, "2 taken off the list.\n")
    assert downloads("purge").status == 2


def test_without_slskd_it_is_said_what_to_set(lockgroove: Any) -> None:
    refused = lockgroove("downloads", "add", "alma", FILES[0])
    assert refused.status == 4 and "SLSKD_URL" in refused.err
    assert lockgroove("downloads", "list").status == 0
