"""Registering in the store, on both engines (discogsography-contract.md sections 3 and 6)."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select, update

from storage import accounts
from storage.tables import user


async def count(storage) -> int:
    async with storage.read() as conn:
        return (await conn.execute(select(func.count()).select_from(user))).scalar_one()


async def test_a_new_address_makes_an_active_user_who_is_not_the_owner(storage) -> None:
    async with storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
        made = await accounts.register(conn, "ana@example.org", "hash")
    assert made is not None
    assert (made.is_active, made.is_owner, made.email) == (True, False, "ana@example.org")
    async with storage.read() as conn:
        assert await accounts.owner(conn) == owner
        assert await accounts.password(conn, "ana@example.org") == (made, "hash")
        assert await accounts.password(conn, "bob@example.org") is None


async def test_a_taken_address_changes_and_stores_nothing(storage) -> None:
    async with storage.write() as conn:
        made = await accounts.register(conn, "ana@example.org", "hash")
        await conn.execute(update(user).values(is_active=False))
    before = await count(storage)
    async with storage.write() as conn:
        assert await accounts.register(conn, "ana@example.org", "other") is None
    assert await count(storage) == before
    async with storage.read() as conn:
        held, password = await accounts.password(conn, "ana@example.org")
    assert (held.id, held.is_active, password) == (made.id, False, "hash")


async def test_of_several_at_once_one_gets_the_address(storage) -> None:
    async def register(n: int):
        async with storage.write() as conn:
            return await accounts.register(conn, "ana@example.org", str(n))

    made = [each for each in await asyncio.gather(*(register(n) for n in range(8))) if each]
    assert len(made) == 1
    assert await count(storage) == 1


async def test_a_password_is_strengthened_only_while_it_is_the_same(storage) -> None:
    async with storage.write() as conn:
        made = await accounts.register(conn, "ana@example.org", "weak")
        await accounts.strengthen(conn, made.id, "weak", "strong")
        await accounts.strengthen(conn, made.id, "weak", "stronger")
    async with storage.read() as conn:
        assert (await accounts.password(conn, "ana@example.org"))[1] == "strong"
