"""The whole composition, opened for real on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.config_file import change
from services.errors import Conflict, NotConnected, NotFound
from services.events import CollectionChanged, SettingsChanged
from services.places import Places, locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage.values import ConnectionState, UserId

TOKEN = "QdRtyLkjhgfdsaPoiuytWxyz"


@pytest.fixture
def places(tmp_path: Path, library_url: str, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("DATABASE_URL", library_url)
    return locate(tmp_path / "home")


@pytest.fixture
async def runtime(places: Places) -> AsyncIterator[Runtime]:
    async with open_runtime(load_settings(places), places) as opened:
        yield opened


async def test_every_opening_finds_the_same_silent_owner(places: Places) -> None:
    owners: list[UserId] = []
    for work in (True, False):
        async with open_runtime(load_settings(places), places, work=work) as runtime:
            owners.append(runtime.owner.id)
            assert await runtime.jobs.active(runtime.owner.id) == []
    assert owners[0] == owners[1]


async def test_the_sync_is_on_the_schedule_and_not_ready_before_something_is_connected(runtime: Runtime) -> None:
    upcoming = await runtime.jobs.upcoming(runtime.owner.id)
    due = {each.kind: (each.expression, each.ready) for each in upcoming}
    assert not any(is_ready for _, is_ready in due.values())
    assert (
        due.items()
        >= {
            "sync": ("0 */6 * * *", False),
            "plays": ("*/20 * * * *", False),
            "autosync": ("0 4 * * *", False),
        }.items()
    )


async def test_a_sync_without_a_connection_fails_saying_what_to_do(runtime: Runtime) -> None:
    job, _ = await runtime.jobs.start("sync", runtime.owner.id)
    async with asyncio.timeout(20):
        last = [seen async for seen in runtime.jobs.watch(runtime.owner.id, job.id)][-1]
    assert "lockgroove connect discogs" in (last.error or "")


async def test_a_changed_file_is_used_without_a_restart(runtime: Runtime, places: Places) -> None:
    with runtime.events.subscribe(SettingsChanged) as told:
        async with asyncio.timeout(30):
            minute = 0
            while (heard := await told.next(timeout=0.5)) is None:  # the watch may begin after the first change
                minute += 1
                change(places, "sync_schedule", f"{minute % 60} 3 * * *")
    assert heard == SettingsChanged(("SYNC_SCHEDULE",))
    assert runtime.settings.sync_schedule.endswith(" 3 * * *")


async def test_an_error_inside_passes_as_it_is_and_listeners_end(places: Places) -> None:
    with pytest.raises(NotFound):
        async with open_runtime(load_settings(places), places) as runtime:
            with runtime.events.subscribe(CollectionChanged) as told:
                raise NotFound("There is no such record.")
    assert await told.next(timeout=5) is None


async def test_a_token_is_shown_once_verified_and_refused_after_it_is_revoked(runtime: Runtime) -> None:
    kept, token = await runtime.accounts.create_token(runtime.owner.id, "phone")
    assert token.startswith("lg_")
    assert len(token) > 40
    assert await runtime.accounts.verify(token) == runtime.owner
    (listed,) = await runtime.accounts.tokens(runtime.owner.id)
    assert token not in repr(listed)
    assert listed.last_used_at is not None
    await runtime.accounts.verify(token)
    assert (await runtime.accounts.tokens(runtime.owner.id))[0].last_used_at == listed.last_used_at
    assert (await runtime.accounts.revoke_token(runtime.owner.id, "phone")).id == kept.id
    assert await runtime.accounts.verify(token) is None
    assert await runtime.accounts.verify("lg_guess") is None
    with pytest.raises(NotFound):
        await runtime.accounts.revoke_token(runtime.owner.id, "phone")


async def test_a_credential_is_kept_sealed_for_its_user(runtime: Runtime, places: Places) -> None:
    connections, owner = runtime.accounts.connections, runtime.owner.id
    with pytest.raises(NotConnected):
        await connections.credential(owner, "discogs")
    await connections.connect(owner, "discogs", "rodneyfool", TOKEN)
    credential = await connections.credential(owner, "discogs")
    assert (credential.secret, credential.username) == (TOKEN, "rodneyfool")
    assert TOKEN not in repr(credential) + repr(await connections.get(owner, "discogs"))
    written = b"".join(file.read_bytes() for file in places.data_dir.parent.rglob("*") if file.is_file())
    assert TOKEN.encode() not in written
    assert await connections.disconnect(owner, "discogs")
    assert await connections.get(owner, "discogs") is None


async def test_the_environment_presets_the_owner_s_connection(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_TOKEN", TOKEN)
    monkeypatch.setenv("DISCOGS_USERNAME", "rodneyfool")
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        connections, owner = runtime.accounts.connections, runtime.owner.id
        credential = await connections.credential(owner, "discogs")
        assert (credential.secret, credential.username, credential.is_preset) == (TOKEN, "rodneyfool", True)
        await connections.checked(owner, "discogs", ConnectionState.REFUSED, "Discogs says no.")
        connection = await connections.get(owner, "discogs")
        assert connection is not None
        assert (connection.state, connection.message) == (ConnectionState.REFUSED, "Discogs says no.")
        with pytest.raises(Conflict):
            await connections.disconnect(owner, "discogs")
        with pytest.raises(NotConnected):
            await connections.credential(UserId("somebody-else"), "discogs")
