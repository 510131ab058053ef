"""Connections that keep the server waiting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest

from services.rest import connections
from storage.values import UserId
from tests.services.rest.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
HEAD = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@asynccontextmanager
async def knocking(house: House) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    url = httpx.URL(house.bound.url)
    assert url.port is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the connection is closed within ten seconds without an answer."""
    async with asyncio.timeout(10):
        try:
            return await reader.read(1) == b""
        except ConnectionResetError:
            return True


async def answered(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    return head.split(b"\r\n", 1)[0]


@pytest.mark.parametrize("said", [b"", b"G", HEAD + b"X-Slow: "])
async def test_a_request_whose_head_does_not_arrive_ends_its_connection(
    busy_house: House, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    async with knocking(busy_house) as (reader, writer):
        writer.write(said)
        assert await ended(reader)


async def test_nor_may_the_second_request_of_a_connection_dawdle(
    busy_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    async with knocking(busy_house) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        assert await answered(reader) == b"HTTP/1.1 200 OK"
        writer.write(HEAD)
        assert await ended(reader)


async def test_an_answer_may_take_longer_than_a_head(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    look = house.runtime.jobs.active

    async def slowly(user_id: UserId) -> object:
        await asyncio.sleep(0.5)
        return await look(user_id)

    monkeypatch.setattr(house.runtime.jobs, "active", slowly)
    assert (await house.client.get("/status")).status_code == 200


async def test_where_there_are_too_many_the_most_silent_one_makes_room(
    busy_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 8)
    async with knocking(busy_house) as (silent, _), asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(_held(busy_house))
        assert await ended(silent)
    async with knocking(busy_house) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        assert await answered(reader) == b"HTTP/1.1 200 OK"


async def test_a_rush_of_silent_ones_leaves_no_more_than_there_is_room_for(
    busy_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 5)
    url = httpx.URL(busy_house.bound.url)
    rush = [socket.create_connection((url.host, url.port or 0)) for _ in range(40)]  # all before the loop turns
    try:
        async with asyncio.timeout(10):
            gone = await asyncio.gather(*(_gone(each) for each in rush[:35]))
        assert all(gone)
    finally:
        for each in rush:
            each.close()


async def _gone(knocking: socket.socket) -> bool:
    reader, writer = await asyncio.open_connection(sock=knocking)
    try:
        return await reader.read(1) == b""
    except ConnectionResetError:
        return True
    finally:
        writer.close()


async def _held(house: House) -> None:
    async with knocking(house):
        await asyncio.sleep(0.5)
