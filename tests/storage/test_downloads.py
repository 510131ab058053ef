"""Downloads and the lease on their queue, on both engines."""

from __future__ import annotations

import pytest

from storage import downloads
from storage import downloads_keeping as keeping
from storage.engine import Storage
from storage.errors import LeaseLost
from storage.values import User
from storage.values.downloads import DownloadFile, DownloadOrder, DownloadQuery, DownloadState, Handover, Source


async def test_what_is_queued_is_listed_counted_and_followed_by_its_retry(storage: Storage, owner: User) -> None:
    files = [DownloadFile(f"Music\\Ænima\\{n} Größe\0.flac", 7 * n, {"k": n}, (Source("b", "x", 9),)) for n in range(3)]
    async with storage.write() as conn:
        one, two, three = await downloads.add(conn, owner.id, "ann", files, priority=1)
        assert one.folder == "Music\\Ænima" and "\0" not in one.filename and one.alternatives == (Source("b", "x", 9),)
        await downloads.set_priority(conn, owner.id, [three.id], 5)
        assert await keeping.send(conn, {one.id: None, two.id: "old"}) == [one.id, two.id]
        assert await keeping.send(conn, {one.id: None}) == [], "it is sent once"
        failed = await keeping.change(conn, two.id, state=DownloadState.FAILED, error="x\0", speed=9)
        assert failed and failed.error == "x" and failed.known_transfer == "old"
        assert await keeping.change(conn, two.id, state=DownloadState.RUNNING) is None, "what is over stays over"
        again = await downloads.follow(conn, two, Source("b", "y", 8), automatic=True, attempt=2, alternatives=())
        hidden = await downloads.follow(
            conn, two, two.source, automatic=False, attempt=1, alternatives=(), handover=Handover.INTENDED
        )
    async with storage.read() as conn:
        queue = DownloadQuery(latest=True, order_by=DownloadOrder.QUEUE)
        assert await downloads.order(conn, owner.id, queue) == [three.id, one.id, again.id]
        assert [r.id for r in await downloads.page(conn, owner.id, DownloadQuery())] == [
            again.id,
            three.id,
            two.id,
            one.id,
        ]
        assert await downloads.order(conn, owner.id, DownloadQuery(text="grosse ann")) == [three.id, two.id, one.id]
        assert await downloads.order(conn, owner.id, DownloadQuery(stuck=True)) == []
        shown = await downloads.get(conn, owner.id, two.id)
        assert shown and shown.retried_as == again.id and await downloads.get(conn, owner.id, hidden.id) is None
        counts = await downloads.counts(conn, owner.id)
        assert (counts.queued, counts.failed, counts.stuck, counts.active) == (3, 1, 0, 3)
        known = await keeping.transfers(conn, [(one.username, one.filename)])
        assert known == {(one.username, one.filename): set()}
    async with storage.write() as conn:
        assert await downloads.cancel_unsent(conn, owner.id, three.id)
        assert not await downloads.cancel_unsent(conn, owner.id, one.id), "slskd may know of it"
        revealed = await downloads.reveal(conn, hidden.id, transfer_id="new")
        assert revealed and revealed.handover is Handover.HANDED
        assert await downloads.forget(conn, owner.id, [one.id, two.id, three.id]) == 2
        await downloads.withdraw(conn, hidden.id)
        assert await downloads.get(conn, owner.id, hidden.id), "it is listed now, so it stays"


async def test_one_process_keeps_the_queue_and_a_late_one_writes_nothing(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        assert await keeping.claim(conn, "first", lease=30, now=1000.0) == 1
        assert await keeping.claim(conn, "second", lease=30, now=1020.0) is None
        await keeping.hold(conn, 1, lease=30, now=1020.0, away_since="then", away_reason="x")
        assert await keeping.claim(conn, "second", lease=30, now=1049.0) is None
        assert await keeping.claim(conn, "second", lease=30, now=1050.0) == 2
    with pytest.raises(LeaseLost):
        async with storage.write() as conn:
            await downloads.add(conn, owner.id, "ann", [DownloadFile("a\\b", 1)])
            await keeping.hold(conn, 1, lease=30, now=1051.0)
    async with storage.write() as conn:
        assert await keeping.active(conn) == []
        assert (await keeping.keeper(conn)).away_since == "then", "what slskd last said stays"
        assert await keeping.claim(conn, "third", lease=30, now=1052.0, gone="second") == 3, "it is known to be dead"
        await keeping.release(conn, 3)
        assert await keeping.claim(conn, "fourth", lease=30, now=1053.0) == 4
        for _ in range(2):
            await keeping.count_one(conn, "metrics.sync.jobs_completed")
