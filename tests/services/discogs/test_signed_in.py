"""What a sign-in on Discogs opens: every request signed, for its own user, until it is withdrawn or ended."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from pathlib import Path

import pytest

from services.demo.faults import Fault
from services.discogs.client import DiscogsClient, SearchQuery
from services.discogs.clients import MOST, Clients
from services.discogs.credentials import PersonalToken, SignIn
from services.errors import Conflict, NotConnected, UpstreamError, UpstreamRefused
from services.upstream import Limiters
from storage import accounts
from storage.values import ConnectionState, ConnectMethod, UserId
from tests.services.discogs.installation import Installation, installed
from tests.services.discogs.signing_in import SECOND, another_user, signed_in
from tests.upstreams.fixtures import RunningDiscogs


@pytest.fixture
def program(unconnected: Installation) -> Installation:
    """With the keys of an application and no account connected, on both engines."""
    return unconnected


async def test_two_users_are_signed_in_to_two_accounts_at_once(program: Installation, discogs: RunningDiscogs) -> None:
    runtime, other = program.runtime, await another_user(program.runtime)
    await asyncio.gather(
        signed_in(runtime, program.user, discogs.username),
        signed_in(runtime, other, SECOND),
    )
    (first, first_name), (second, second_name) = [await runtime.discogs.account(user) for user in (program.user, other)]
    assert (first_name, second_name) == (discogs.username, SECOND)
    names = [(await client.identity()).username for client in (first, second, first, second)]
    assert names == [discogs.username, SECOND] * 2
    await runtime.discogs.disconnect(other)
    assert (await runtime.discogs.test(program.user)).ready
    with pytest.raises(NotConnected):
        await runtime.discogs.client(other)


async def test_without_the_application_s_keys_nothing_begins_and_a_sign_in_rests(
    program: Installation, discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_in(program.runtime, program.user, discogs.username)
    settings = program.runtime.settings
    bare = settings.model_copy(update={"discogs_consumer_key": None, "discogs_consumer_secret": None})
    program.runtime.application.settings = bare
    with pytest.raises(NotConnected):
        await program.runtime.oauth.begin(program.user)
    with pytest.raises(NotConnected):
        await program.runtime.oauth.finish(program.user, "unknown", "code")
    status = await program.runtime.discogs.status(program.user)
    assert (status.ready, status.username, status.method) == (False, discogs.username, ConnectMethod.OAUTH)
    assert status.warning and "discogs-setup" in status.warning


async def test_a_withdrawn_sign_in_is_marked_and_says_how_to_connect_again(
    program: Installation, discogs: RunningDiscogs
) -> None:
    await signed_in(program.runtime, program.user, discogs.username)
    discogs.app.grants.revoke(discogs.username)
    job = await program.sync()
    assert job.state.value == "failed"
    status = await program.runtime.discogs.status(program.user)
    assert (status.ready, status.state) == (False, ConnectionState.REFUSED)
    assert status.warning and "withdrawn" in status.warning and "lockgroove connect discogs" in status.warning
    assert "personal access token" not in status.warning
    await signed_in(program.runtime, program.user, discogs.username)
    assert (await program.runtime.discogs.status(program.user)).ready
    await program.synced()


async def test_a_sign_in_goes_before_the_token_of_the_settings_and_can_be_ended(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installed(discogs, tmp_path / "home", monkeypatch, **discogs.application) as program:
        door = program.runtime.discogs
        await signed_in(program.runtime, program.user, SECOND)
        assert (await door.test(program.user)).username == SECOND
        await door.disconnect(program.user)
        assert (await door.test(program.user)).username == discogs.username
        with pytest.raises(Conflict):
            await door.disconnect(program.user)


@pytest.mark.parametrize("stored", ["a-plain-token", '{"token": "x"}', "[]", '{"token": 1, "secret": 2}'])
async def test_what_is_no_sign_in_is_never_sent_as_one(
    program: Installation, discogs: RunningDiscogs, stored: str
) -> None:
    connections = program.runtime.accounts.connections
    await connections.connect(program.user, "discogs", "somebody", stored, method=ConnectMethod.OAUTH)
    with pytest.raises(Conflict, match="cannot be read"):
        await program.runtime.discogs.client(program.user)
    status = await program.runtime.discogs.status(program.user)
    assert (status.ready, discogs.requests) == (False, [])


async def test_another_user_s_sealed_sign_in_opens_nothing(program: Installation, discogs: RunningDiscogs) -> None:
    other = await another_user(program.runtime)
    await signed_in(program.runtime, program.user, discogs.username)
    async with program.runtime.storage.write() as conn:
        mine = await accounts.connected(conn, program.user, "discogs")
        assert mine is not None
        await accounts.connect(conn, replace(mine, user_id=other))
    with pytest.raises(Conflict):
        await program.runtime.discogs.client(other)


async def test_queries_of_every_script_are_signed_as_discogs_reads_them(
    program: Installation, discogs: RunningDiscogs
) -> None:
    await signed_in(program.runtime, program.user, discogs.username)
    client, username = await program.runtime.discogs.account(program.user)
    for text in (
        "Sigur Rós",
        "倖田來未 ベスト",
        "AC/DC & more = 100% [live] ~ (it's) *; +1",
        'a|b^c`d"e<f>{g}\\h',
        "🎷",
    ):
        await client.search(SearchQuery(q=text, artist=text))
    await client.collection_page(username, 1, sort="artist", sort_order="desc")
    release = next(iter(discogs.world.catalogue.pressings))
    await client.add_to_collection(username, 1, release)
    with pytest.raises(UpstreamError) as missing:
        await client.folders("Ünknöwn/üser & co")
    assert missing.value.status in (403, 404)
    assert {entry["credential"] for entry in discogs.requests[-6:]} == {"oauth"}


async def test_every_try_is_signed_anew(program: Installation, discogs: RunningDiscogs) -> None:
    await signed_in(program.runtime, program.user, discogs.username)
    client, _ = await program.runtime.discogs.account(program.user)
    discogs.fault(Fault.SERVER_ERROR, times=2)
    assert (await client.interactive.identity()).username == discogs.username  # a nonce is accepted once only


async def test_a_client_lives_as_long_as_somebody_uses_it(program: Installation, discogs: RunningDiscogs) -> None:
    runtime = program.runtime
    clients = Clients(runtime.settings, Limiters())
    kept = await clients.of(program.user, PersonalToken(discogs.token))
    assert await clients.of(program.user, PersonalToken(discogs.token)) is kept
    assert (await kept.identity()).username == discogs.username
    assert await clients.of(program.user, PersonalToken("another")) is not kept
    await clients.forget(program.user)
    assert (await kept.interactive.identity()).username == discogs.username  # a running job goes on
    closed: list[object] = []
    kept.once_unused(closed.append)
    del kept
    gc.collect()
    await clients.forget(program.user)
    assert closed and all(pool.is_closed for pool in closed)  # pyright: ignore
    for number in range(MOST + 5):
        await clients.of(UserId(str(number)), PersonalToken(f"token-{number}"))
    assert len(clients._kept) == MOST  # pyright: ignore[reportPrivateUsage]
    await clients.close()


async def test_a_refused_sign_in_names_its_own_mend(discogs: RunningDiscogs, program: Installation) -> None:
    keys = await program.runtime.application.keys()
    for access, said in ((SignIn(keys, "token", "secret"), "sign-in"), (PersonalToken("t"), "personal access token")):
        client = DiscogsClient.open(access, user_agent="Tests/1", limiters=Limiters(), api_base=discogs.url)
        async with client:
            with pytest.raises(UpstreamRefused) as refused:
                await client.identity()
        assert said in refused.value.hint
        assert "lockgroove connect discogs" in refused.value.hint


async def test_a_refusal_of_the_former_credential_does_not_mark_the_new_one(
    program: Installation, discogs: RunningDiscogs
) -> None:
    door = program.runtime.discogs
    await signed_in(program.runtime, program.user, discogs.username)
    former, _ = await door.client(program.user)
    discogs.app.grants.revoke()
    with pytest.raises(UpstreamRefused):
        async with door.watched(program.user):
            await signed_in(program.runtime, program.user, discogs.username)
            await former.identity()
    assert (await door.status(program.user)).ready
