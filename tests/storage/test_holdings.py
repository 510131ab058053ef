"""What a user owns and wants by release alone, on both engines."""

from __future__ import annotations

from sqlalchemy import text

from storage import accounts, copies, records, wants
from storage.engine import Storage
from storage.holdings import holdings
from storage.values import InstanceId, NewCopy, NewRecord, NewWant, RecordFacts, RecordPk, ReleaseId, User, UserId
from storage.values.recommendations import Holdings

ADDED = "2024-11-03T18:12:00+00:00"


async def own(storage: Storage, user_id: UserId, release: int | None) -> RecordPk:
    """A record that no copy on Discogs belongs to."""
    facts = RecordFacts("Artist", f"Title {release}", discogs_id=ReleaseId(release) if release else None)
    async with storage.write() as conn:
        (pk,) = await records.add_many(conn, user_id, [NewRecord(facts, "manual")])
    return pk


async def own_copies(storage: Storage, user_id: UserId, release: int, *instances: int) -> None:
    """A record with these copies on Discogs."""
    pk = await own(storage, user_id, release)
    stored = [NewCopy(InstanceId(each), pk, ReleaseId(release), 1, ADDED) for each in instances]
    async with storage.write() as conn:
        changes = await copies.upsert_many(conn, user_id, stored, seen_pass=None)
        await records.refresh_from_copies(conn, changes.records)


async def want(storage: Storage, user_id: UserId, *releases: int) -> None:
    async with storage.write() as conn:
        for each in releases:
            await wants.put(conn, user_id, NewWant(ReleaseId(each), "Artist", f"Title {each}"))


async def held(storage: Storage, user_id: UserId) -> Holdings:
    async with storage.read() as conn:
        return await holdings(conn, user_id)


async def test_copies_are_counted_and_a_record_without_one_is_one(storage: Storage, owner: User) -> None:
    await own_copies(storage, owner.id, 5, 50, 51, 52)
    await own_copies(storage, owner.id, 6, 2**33)
    await own(storage, owner.id, 7)
    await own(storage, owner.id, None)
    await want(storage, owner.id, 8, 9)
    assert await held(storage, owner.id) == Holdings({5: 3, 6: 1, 7: 1}, frozenset((8, 9)))  # pyright: ignore


async def test_what_vanished_from_its_upstream_or_is_not_wanted_any_more_does_not_count(
    storage: Storage, owner: User
) -> None:
    await own_copies(storage, owner.id, 5, 50, 51)
    await own(storage, owner.id, 7)
    await want(storage, owner.id, 8, 9)
    async with storage.write() as conn:
        await conn.execute(text(f"UPDATE copy SET removed_at = '{ADDED}' WHERE instance_id = 51"))
        await conn.execute(text(f"UPDATE record SET removed_at = '{ADDED}' WHERE discogs_id = 7"))
        await wants.remove(conn, owner.id, ReleaseId(9))
    assert await held(storage, owner.id) == Holdings({5: 1}, frozenset((8,)))  # pyright: ignore


async def test_what_others_have_is_theirs(storage: Storage, owner: User) -> None:
    await own_copies(storage, owner.id, 5, 50)
    await own(storage, owner.id, 7)
    await want(storage, owner.id, 8)
    async with storage.write() as conn:
        other = await accounts.register(conn, "else@example.org", "hash")
    assert other is not None
    assert await held(storage, other.id) == Holdings({}, frozenset())
