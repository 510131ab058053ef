"""Files are asked for, followed, cancelled and taken off the list, by every version of slskd."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.demo.slskd.dialect import VERSIONS
from services.demo.slskd.network import Temper
from services.errors import InvalidInput, UpstreamError, UpstreamNotFound
from services.soulseek.client import SlskdClient
from services.soulseek.models import Transfer, WantedFile, flags
from services.soulseek.refusals import Again, reason
from services.soulseek.transfers import newest
from tests.services.soulseek.conftest import Connects
from tests.upstreams.fixtures_slskd import ALBUM, RunningSlskd, album_files, remote, simulated_slskd

WANTED = [WantedFile(remote(file), file.size) for file in album_files()]
ONE = WANTED[0]


async def failing(doing) -> UpstreamError:
    with pytest.raises(UpstreamError) as raised:
        await doing
    return raised.value


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_version_fetches_an_album_and_tells_where_it_lies(
    version: str, tmp_path: Path, connects: Connects
) -> None:
    url_base = "/music/slskd" if version == "0.24.1" else ""
    async with simulated_slskd(tmp_path, version=version, url_base=url_base) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        assert await client.version() == version
        taken = await client.enqueue("alma", WANTED, destination="wanted/7")
        assert {each.filename for each in taken.accepted} == {each.filename for each in WANTED}
        assert not taken.failed and all(each.id and not each.is_terminal for each in taken.accepted)
        assert slskd.asked("POST", "/batches") == (version == "0.26.0")
        slskd.until(lambda: all(each.phase.is_over for each in slskd.daemon.engine.current if each.username == "alma"))
        done = await client.downloads()
        assert [(each.standing, each.progress) for each in done] == [("completed", 100.0)] * 4
        assert {each.id for each in done} == {each.id for each in taken.accepted}
        folder, events = await soulseek.folder(), await client.events()
        wanted_folder = "wanted/7" if version == "0.26.0" else "Polar Tide (1987)"
        for file in WANTED:
            told = next(event.local_filename for event in events if event.remote_filename == file.filename)
            expected = slskd.downloads / wanted_folder / file.filename.rpartition("\\")[2]
            assert Path(told) == expected == folder.find(file.filename, file.size, destination="wanted/7")
        assert await client.events(events[-1].id) == []
        assert [event.id for event in await client.events(events[-3].id)] == [each.id for each in events[-2:]]


@pytest.mark.parametrize("version", VERSIONS)
async def test_nothing_is_asked_for_twice_whatever_gets_lost(version: str, tmp_path: Path, connects: Connects) -> None:
    async with simulated_slskd(tmp_path, version=version) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        slskd.fault("do-then-drop", match="POST /transfers/downloads", times=1)
        first = await client.enqueue("alma", WANTED[:2])
        assert len(first.accepted) == 2 and not first.failed
        slskd.advance(2)
        both = await client.enqueue("alma", WANTED[:3])
        assert {each.id for each in first.accepted} < {each.id for each in both.accepted}
        assert len(both.accepted) == 3
        asked = [entry["body"] for entry in slskd.requests if entry["method"] == "POST"]
        files = [body["files"] if isinstance(body, dict) else body for body in asked]
        assert [len(each) for each in files] == [2, 1], "what is under way is left out"
        await client.enqueue("alma", WANTED[:3])
        assert slskd.asked("POST") == 2
        assert len([each for each in slskd.daemon.engine.transfers if each.direction == "Download"]) == 3


async def test_what_ended_long_ago_is_not_taken_for_the_answer(slskd: RunningSlskd, client: SlskdClient) -> None:
    (before,) = (await client.enqueue("alma", [ONE])).accepted
    slskd.until(lambda: slskd.transfer(ONE.filename).phase.is_over)
    slskd.fault("drop-connection", match="POST", times=1)
    assert (await failing(client.enqueue("alma", [ONE]))).code == "enqueue_unknown"
    (after,) = (await client.enqueue("alma", [ONE])).accepted
    assert after.id != before.id, "a file that was fetched is fetched again when it is asked for"


@pytest.mark.parametrize("version", ["0.23.2", "0.26.0"])
@pytest.mark.parametrize("loss", ["do-then-drop", "nothing"])
async def test_a_list_that_cannot_be_had_afterwards_leaves_it_unknown(
    version: str, loss: str, tmp_path: Path, connects: Connects
) -> None:
    async with simulated_slskd(tmp_path, version=version) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        slskd.fault("slow", match="POST", value="0.1")
        if loss == "do-then-drop":
            slskd.fault("do-then-drop", match="POST")
        asking = asyncio.create_task(client.enqueue("alma", [ONE]))
        while not slskd.asked("POST"):  # noqa: ASYNC110 (the log has no event)
            await asyncio.sleep(0)
        slskd.fault("server-error", match="GET")
        if (loss, version) == ("nothing", "0.26.0"):
            assert len((await asking).accepted) == 1, "the answer says it all"
        else:
            assert (await failing(asking)).code == "enqueue_unknown"
        slskd.mend()
        assert len((await client.enqueue("alma", [ONE])).accepted) == 1
        assert slskd.asked("POST") == 1


def test_the_transfer_of_a_file_is_the_one_that_goes_on() -> None:
    def transfer(name: str, state: str, day: int) -> Transfer:
        return Transfer.of({"id": name, "filename": "f", "state": state, "requestedAt": f"2026-01-0{day}T00:00:00"})

    going, ended, old = (
        transfer("1", "InProgress", 1),
        transfer("2", "Completed, Errored", 3),
        transfer("3", "Completed", 2),
    )
    assert newest([old, ended, going], "f") is going
    assert newest([old, ended], "f") is ended
    assert newest([old, ended], "f", but=frozenset({ended.id})) is old
    assert newest([old], "g") is None


@pytest.mark.parametrize("version", ["0.24.1", "0.25.1", "0.26.0"])
async def test_what_slskd_did_not_take_is_named(version: str, tmp_path: Path, connects: Connects) -> None:
    async with simulated_slskd(tmp_path, version=version) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        slskd.fault("takes-not", value="Hollow", match="downloads")
        some = await client.enqueue("alma", WANTED)
        assert (len(some.accepted), some.failed) == (3, (WANTED[1].filename,))
        assert bool(some.reasons) == (version == "0.26.0")
        slskd.fault("takes-not", value="Music", match="downloads")
        none = await client.enqueue("alma", [WANTED[1]])
        assert (none.accepted, none.failed) == ((), (WANTED[1].filename,))
        slskd.mend()
        slskd.fault("empty-list", match="GET /transfers/downloads/alma", times=1)
        raced = await client.enqueue("alma", WANTED)
        assert not raced.failed and len(raced.accepted) == 4, "what somebody else was quicker with is under way"


@pytest.mark.parametrize("version", VERSIONS)
async def test_whoever_cannot_be_asked_leaves_nothing_behind(version: str, tmp_path: Path, connects: Connects) -> None:
    async with simulated_slskd(tmp_path, version=version) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        for temper, code in ((Temper.OFFLINE, "peer_offline"), (Temper.UNREACHABLE, "peer_unreachable")):
            slskd.peer("alma", temper)
            error = await failing(client.enqueue("alma", WANTED))
            assert (error.code, error.kind) == (code, code) and error.hint
            assert await client.downloads() == []
        slskd.daemon.log_out()
        assert (await failing(client.enqueue("alma", WANTED))).code == "not_logged_in"
        slskd.daemon.come_back()
        slskd.advance(2)
        slskd.peer("alma")
        asked = slskd.asked("POST")
        slskd.fault("drop-connection", match="POST /transfers/downloads", times=1)
        error = await failing(client.enqueue("alma", WANTED))
        assert error.code == "enqueue_unknown"
        assert slskd.asked("POST") == asked + 1, "nobody knows whether it was taken, so it is not sent again"


async def test_a_busy_slskd_is_asked_again_and_one_without_batches_otherwise(
    slskd: RunningSlskd, client: SlskdClient
) -> None:
    slskd.fault("busy", match="POST", times=3)
    assert len((await client.enqueue("alma", WANTED[:1])).accepted) == 1
    assert slskd.asked("POST") == 4
    slskd.fault("no-batches")
    assert len((await client.enqueue("alma", WANTED[1:2])).accepted) == 1
    assert len((await client.enqueue("alma", WANTED[2:3])).accepted) == 1
    assert slskd.asked("POST", "/downloads/alma") == 2 and slskd.asked("POST", "/batches") == 5
    slskd.fault("busy", match="POST")
    assert (await failing(client.enqueue("alma", WANTED[3:]))).code == "busy"


async def test_many_ask_at_once_and_no_more_than_two_are_heard(slskd: RunningSlskd, client: SlskdClient) -> None:
    for name in ("ben", "cara", "dora", "emil"):
        slskd.peer(name)
    slskd.fault("slow", value="0.05", match="POST")
    taken = await asyncio.gather(*(client.enqueue(name, WANTED) for name in ("alma", "ben", "cara", "dora", "emil")))
    assert [len(each.accepted) for each in taken] == [4] * 5
    assert 429 not in [entry["status"] for entry in slskd.requests]


async def test_what_is_no_file_is_not_sent(slskd: RunningSlskd, client: SlskdClient) -> None:
    for username, files in (("alma", []), ("", WANTED), ("..", WANTED), ("alma", [WantedFile("", 1)])):
        with pytest.raises(InvalidInput):
            await client.enqueue(username, files)
    assert slskd.requests == []


# --- cancelling and removing


async def test_a_cancel_is_over_only_when_slskd_says_so(slskd: RunningSlskd, client: SlskdClient) -> None:
    slskd.peer(temper=Temper.SLOW)
    (transfer,) = (await client.enqueue("alma", [ONE])).accepted
    slskd.advance(3)
    running = await client.download("alma", transfer.id)
    assert (running.standing, running.is_running) == ("running", True) and 0 < running.progress < 100
    assert running.seconds_left
    slskd.fault("cancel-ignored", match="DELETE")
    assert (await failing(client.cancel("alma", transfer.id))).code == "still_running"
    slskd.mend()
    slskd.fault("server-error", match="DELETE")
    assert (await failing(client.cancel("alma", transfer.id))).status == 500
    slskd.fault("drop-connection", match="DELETE")
    assert (await failing(client.cancel("alma", transfer.id))).status in (None, 500)
    slskd.mend()
    assert (await client.download("alma", transfer.id)).is_running
    ended = await client.cancel("alma", transfer.id)
    assert ended and (ended.standing, ended.is_cancelled) == ("cancelled", True)
    assert (await client.cancel("alma", transfer.id)) == ended, "once more does no harm"
    assert await client.cancel("alma", "00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize("version", ["0.24.0", "0.26.0"])
async def test_removing_ends_what_runs_first(version: str, tmp_path: Path, connects: Connects) -> None:
    async with simulated_slskd(tmp_path, version=version) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        slskd.peer(temper=Temper.STUCK)
        one, two = (await client.enqueue("alma", WANTED[:2])).accepted
        slskd.advance(5)
        waiting = await client.download("alma", one.id)
        assert waiting.is_queued_remotely and waiting.standing == "queued"
        await client.remove("alma", one.id)
        assert [each.id for each in await client.downloads_of("alma")] == [two.id]
        assert {each.id for each in await client.downloads(removed=True)} == {one.id, two.id}
        await client.remove("alma", "00000000-0000-0000-0000-000000000000")
        await client.cancel("alma", two.id)
        assert await client.clear_completed() == 1
        assert await client.downloads_of("alma") == []


async def test_the_place_in_a_queue_is_asked_of_the_user(slskd: RunningSlskd, client: SlskdClient) -> None:
    slskd.peer(temper=Temper.QUEUEING, queue=5, pace=10.0)
    (transfer,) = (await client.enqueue("alma", [ONE])).accepted
    slskd.advance(22)
    assert await client.position("alma", transfer.id) == 3
    assert (await client.download("alma", transfer.id)).place_in_queue == 3
    slskd.advance(200)
    asked = slskd.asked("GET", "/position")
    await failing(client.position("alma", transfer.id))
    assert slskd.asked("GET", "/position") == asked + 1, "the user is not asked again at once"
    with pytest.raises(UpstreamNotFound):
        await client.download("alma", "00000000-0000-0000-0000-000000000000")


# --- what becomes of transfers


@pytest.mark.parametrize("version", ["0.22.5", "0.26.0"])
async def test_a_restart_gives_new_ids_that_are_found_by_the_file(
    version: str, tmp_path: Path, connects: Connects
) -> None:
    async with simulated_slskd(tmp_path, version=version) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        slskd.peer(temper=Temper.SLOW)
        (before,) = (await client.enqueue("alma", [ONE])).accepted
        slskd.advance(3)
        slskd.daemon.restart()
        ended = await client.download("alma", before.id)
        assert reason(ended.exception, ended.flags).again is Again.ITSELF
        slskd.advance(3)
        after = newest(await client.downloads(removed=True), ONE.filename)
        assert after and after.id != before.id and not after.is_terminal
        slskd.daemon.restart(away=True)
        assert (await failing(client.downloads())).status is None
        slskd.daemon.come_back()
        slskd.advance(3)
        assert len(await client.downloads()) == 1


@pytest.mark.parametrize(
    ("temper", "standing", "code", "again"),
    [
        ("rejecting", "failed", "peer_queue_full", Again.LATER),
        ("silent", "failed", "peer_unreachable", Again.SOON),
        ("flaky", "failed", "peer_unreachable", Again.SOON),
    ],
)
async def test_failures_have_a_name_and_say_what_helps(
    tmp_path: Path, connects: Connects, temper: str, standing: str, code: str, again: Again
) -> None:
    async with simulated_slskd(tmp_path, version="0.25.1") as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        slskd.peer(temper=temper)
        (transfer,) = (await client.enqueue("alma", [ONE])).accepted
        slskd.until(lambda: slskd.transfer(ONE.filename).phase.is_over)
        ended = await client.download("alma", transfer.id)
        why = reason(ended.exception, ended.flags)
        assert (ended.standing, why.code, why.again) == (standing, code, again)


async def test_the_newest_slskd_comes_back_from_a_failure_by_itself(slskd: RunningSlskd, client: SlskdClient) -> None:
    slskd.peer(temper=Temper.FLAKY)
    (transfer,) = (await client.enqueue("alma", [ONE])).accepted
    attempts = (await client.options()).attempts
    slskd.until(lambda: slskd.transfer(ONE.filename).phase.is_over)
    failed = await client.download("alma", transfer.id)
    assert failed.is_failed and failed.may_come_back(attempts)
    slskd.until(lambda: slskd.transfer(ONE.filename).phase.value == "Completed, Succeeded")
    again = await client.download("alma", transfer.id)
    assert (again.attempts, again.standing, again.may_come_back(attempts)) == (2, "completed", False)
    slskd.daemon.engine.disk_is_full = True
    (full,) = (await client.enqueue("alma", WANTED[1:2])).accepted
    slskd.until(lambda: (it := slskd.transfer(full.filename)).attempts == attempts and it.phase.is_over)
    ended = await client.download("alma", full.id)
    assert not ended.may_come_back(attempts) and reason(ended.exception).code == "disk_full"


async def test_another_size_than_announced_is_aborted(slskd: RunningSlskd, client: SlskdClient) -> None:
    (transfer,) = (await client.enqueue("alma", [WantedFile(ONE.filename, ONE.size + 1)])).accepted
    slskd.until(lambda: slskd.transfer(ONE.filename).phase.is_over)
    ended = await client.download("alma", transfer.id)
    assert ended.flags == {"Completed", "Aborted"} and reason(ended.exception).again is Again.SEARCH
    assert await client.sizes("alma", [ONE.filename]) == {ONE.filename: ONE.size}
    assert (await failing(client.sizes("alma", [f"{ALBUM}\\other.flac"]))).code == "not_shared"


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        ("Requested", "queued"),
        ("Queued", "queued"),
        ("Queued, Locally", "queued"),
        ("Queued, Remotely", "queued"),
        ("Initializing", "running"),
        ("InProgress", "running"),
        ("Completed, Succeeded", "completed"),
        ("Completed,Succeeded", "completed"),
        ("Completed, Cancelled", "cancelled"),
        ("Completed, TimedOut", "failed"),
        ("Completed, Rejected", "failed"),
        ("Completed, Aborted", "failed"),
        ("Completed", "failed"),
        ("None", "queued"),
        ("Queued, SomethingNew", "queued"),
    ],
)
def test_states_are_flags(state: str, standing: str) -> None:
    transfer = Transfer.of({"id": "1", "state": state, "size": 0})
    assert (transfer.standing, transfer.flags) == (standing, flags(state))


def test_whatever_is_sent_a_transfer_is_read_from_it() -> None:
    odd = Transfer.of(
        {"id": 7, "size": "12", "state": None, "averageSpeed": "fast", "requestedAt": "2026-01-02T03:04:05.1"}
    )
    assert (odd.size, odd.state, odd.average_speed) == (12, "", 0.0)
    assert odd.requested_at and odd.requested_at.isoformat() == "2026-01-02T03:04:05.100000+00:00"


@pytest.mark.parametrize("fault", ["bad-json", "truncated", "html-502"])
async def test_a_listing_that_breaks_is_an_error_and_never_an_empty_one(
    slskd: RunningSlskd, client: SlskdClient, fault: str
) -> None:
    slskd.fault(fault, match="GET /transfers/downloads")
    await failing(client.downloads())
