"""Accounts, the feed, recorded intents and the catalogue of releases met."""

from __future__ import annotations

from functools import partial

from storage import accounts, activity, intents
from storage.catalogue import answers
from storage.engine import Storage
from storage.instants import instant
from storage.values import Connection, ConnectionState, InstanceId, IntentState, ReleaseId, User


async def test_a_token_is_found_by_its_hash_until_it_is_revoked(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        token = await accounts.add_token(conn, owner.id, "phone", hash="abc", hint="lg_ab")
        assert await accounts.token_by_hash(conn, "abc") == (token, owner)
        assert await accounts.token_by_hash(conn, "abd") is None
        await accounts.touch_tokens(conn, {token.id: instant()})
        (listed,) = await accounts.tokens(conn, owner.id)
        assert listed.last_used_at is not None
        assert await accounts.revoke_token(conn, owner.id, token.id)
        assert not await accounts.revoke_token(conn, owner.id, token.id)
        assert await accounts.token_by_hash(conn, "abc") is None


async def test_a_connection_is_kept_checked_and_forgotten(storage: Storage, owner: User) -> None:
    held = Connection(owner.id, "discogs", "trent", "encrypted", ConnectionState.CONNECTED, None, None)
    async with storage.write() as conn:
        await accounts.connect(conn, held)
        assert await accounts.connected(conn, owner.id, "discogs") == held
        await accounts.checked(conn, owner.id, "discogs", ConnectionState.REFUSED, "the token was revoked")
        (checked,) = await accounts.connections(conn, owner.id)
        assert (checked.state, checked.message) == (ConnectionState.REFUSED, "the token was revoked")
        assert checked.checked_at is not None
        await accounts.connect(conn, held)
        assert await accounts.connected(conn, owner.id, "discogs") == held
        assert await accounts.disconnect(conn, owner.id, "discogs")
        assert await accounts.connected(conn, owner.id, "discogs") is None


async def test_the_feed_is_newest_first_and_can_be_narrowed(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        for number in range(5):
            await activity.add(conn, owner.id, "sync" if number % 2 else "add", "done", {"n": number, "text": "\0é"})
        assert [each.details["n"] for each in await activity.newest(conn, owner.id, 2, 1)] == [3, 2]
        assert [each.details["n"] for each in await activity.newest(conn, owner.id, 9, type="sync")] == [3, 1]
        assert (await activity.count(conn, owner.id), await activity.count(conn, owner.id, "add")) == (5, 3)


async def test_an_intent_is_open_until_its_outcome_is_known(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        first = await intents.record(conn, owner.id, "add", ReleaseId(7), folder_id=1, known_instances=[3, 2**40])
        second = await intents.record(conn, owner.id, "add", ReleaseId(8))
        assert await intents.unsettled(conn, owner.id, kind="add") == [first, second]
        assert await intents.unsettled(conn, owner.id, release_id=ReleaseId(8)) == [second]
        await intents.confirm(conn, first.id, InstanceId(2**40 + 1))
        await intents.fail(conn, second.id, "Discogs said no")
        assert await intents.unsettled(conn, owner.id) == []
        settled = await intents.get(conn, first.id)
        assert settled is not None
        assert (settled.state, settled.instance_id) == (IntentState.CONFIRMED, 2**40 + 1)


async def test_a_release_is_kept_whole_and_replaced_by_a_newer_answer(storage: Storage) -> None:
    for notes in ("old", "\0 new 日本"):
        await storage.catalogue.write(partial(answers.put, release_id=ReleaseId(7), detail={"notes": notes}))
    kept = await storage.catalogue.read(lambda db: answers.get(db, ReleaseId(7)))
    assert kept is not None
    assert kept.detail == {"notes": "\0 new 日本"}
    assert await storage.catalogue.read(lambda db: answers.get(db, ReleaseId(8))) is None
