"""Access tokens: renewed in time, once, by one process, and never lost on the way."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.errors import InvalidInput, NotConnected, UpstreamError
from services.runtime import Runtime
from services.spotify.client import SpotifyClient
from services.spotify.grants import later
from services.spotify.oauth import SignInFailed, code_in
from storage.values import ConnectionState
from tests.services.spotify.conftest import Opens
from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify

PROCESS = "tests.services.spotify.renewing_process"


async def _client(program: Runtime) -> SpotifyClient:
    return await program.spotify.client(program.owner.id)


async def _sign_in(program: Runtime, spotify: RunningSpotify) -> None:
    begun = program.spotify_sign_ins.begin(program.owner.id)
    code = code_in(await spotify.approve(begun.url), begun.state)
    assert code
    await program.spotify_sign_ins.finish(program.owner.id, begun.state, code)


async def test_many_who_need_access_at_once_renew_it_once(program: Runtime, spotify: RunningSpotify) -> None:
    clients = [await _client(program) for _ in range(6)]
    await asyncio.gather(*(client.search(str(n), ["track"]) for n, client in enumerate(clients)))
    assert spotify.asked("POST", "/api/token") == 1


async def test_a_token_that_ended_is_renewed_and_the_call_repeated(program: Runtime, spotify: RunningSpotify) -> None:
    client = await _client(program)
    await client.profile()
    _long_ago(program)
    spotify.app.grants.expire_access()
    assert (await (await _client(program)).profile()).id == spotify.listener.id
    assert spotify.asked("POST", "/api/token") == 2


async def test_a_bad_second_costs_no_renewal(program: Runtime, spotify: RunningSpotify) -> None:
    """A token that was renewed just now is tried again instead of renewed again (spotify-api.md 1.6)."""
    client = await _client(program)
    await client.profile()
    spotify.fault("token-invalid", times=1)
    assert (await client.profile()).id
    assert spotify.asked("POST", "/api/token") == 1


async def test_a_refusal_that_is_no_401_never_renews(program: Runtime, spotify: RunningSpotify) -> None:
    client = await _client(program)
    await client.profile()
    _long_ago(program)
    spotify.fault("forbidden")
    with pytest.raises(UpstreamError):
        await client.profile()
    assert spotify.asked("POST", "/api/token") == 1


async def test_with_rotation_every_new_token_is_used_and_the_old_one_never_again(opens: Opens) -> None:
    async with simulated_spotify(rotates=True) as spotify:
        async with opens(spotify.environment) as program:
            for _ in range(3):
                assert await (await _client(program)).profile()
                _long_ago(program)
                spotify.app.grants.expire_access()
        async with opens(spotify.environment) as program:
            assert await (await _client(program)).profile(), "the last one was kept"
        assert spotify.asked("POST", "/api/token") == 4


async def test_two_processes_renew_once(opens: Opens, tmp_path: Path) -> None:
    async with simulated_spotify(rotates=True) as spotify, opens(spotify.environment) as program:
        await (await _client(program)).profile()
        _long_ago(program)
        spotify.app.grants.expire_access()
        environment = {**os.environ, **spotify.environment, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")}
        spotify.fault("token-hang", value="0.5")
        others = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                PROCESS,
                env=environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=Path(__file__).parents[3],
            )
            for _ in range(2)
        ]
        for other in others:
            assert other.stdout and b"ready" in await _line(other.stdout)
        said = await asyncio.gather(*(other.communicate(b"\n") for other in others))
        assert {out.decode().split()[-1] for out, _ in said} == {spotify.listener.id}
        assert spotify.asked("POST", "/api/token") == 2, "one for both"


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The line that says it is ready; the log may come first."""
    line = await stream.readline()
    while line and not line.startswith(b"ready"):
        line = await stream.readline()
    return line


async def test_a_login_that_ended_marks_the_connection_and_asks_no_more(
    program: Runtime, spotify: RunningSpotify
) -> None:
    spotify.app.grants.revoke()
    for _ in range(2):
        with pytest.raises(NotConnected) as over:
            await (await _client(program)).profile()
        assert over.value.code == "reauth_required" and "Sign in again" in over.value.hint
    assert spotify.asked("POST", "/api/token") == 1
    status = await program.spotify.status(program.owner.id)
    assert status.state == "reauth_required" and not status.ready
    kept = await program.accounts.connections.get(program.owner.id, "spotify")
    assert kept and kept.state is ConnectionState.REFUSED
    assert program.owner.id in await program.spotify.users()


async def test_trouble_of_the_accounts_service_kills_no_login(program: Runtime, spotify: RunningSpotify) -> None:
    for fault in ("token-error", "token-html", "token-client"):
        spotify.fault(fault)
        with pytest.raises(UpstreamError):
            await (await _client(program)).profile()
        spotify.mend()
        assert (await program.spotify.status(program.owner.id)).ready
    assert await (await _client(program)).profile()


async def test_a_renewal_is_finished_even_if_nobody_waits_for_it(opens: Opens) -> None:
    async with simulated_spotify(rotates=True) as spotify:
        async with opens(spotify.environment) as program:
            spotify.fault("token-hang", value="0.3")
            asking = asyncio.create_task((await _client(program)).profile())
            while not spotify.asked("POST", "/api/token"):  # noqa: ASYNC110 (the simulated service offers no event)
                await asyncio.sleep(0.01)
            asking.cancel()
        async with opens(spotify.environment) as program:
            assert await (await _client(program)).profile()
        assert spotify.asked("POST", "/api/token") == 1


async def test_a_sign_in_replaces_a_dead_login_and_outlives_the_preset(
    program: Runtime, spotify: RunningSpotify
) -> None:
    spotify.app.grants.revoke()
    with pytest.raises(NotConnected):
        await (await _client(program)).profile()
    await _sign_in(program, spotify)
    assert await (await _client(program)).profile()
    status = await program.spotify.status(program.owner.id)
    assert status.ready and status.warning is None and "user-library-modify" in status.scopes


async def test_another_client_id_ends_the_sign_in_without_asking(spotify: RunningSpotify, opens: Opens) -> None:
    async with opens(spotify.application) as program:
        await _sign_in(program, spotify)
    asked = len(spotify.requests)
    async with opens({**spotify.application, "SPOTIFY_CLIENT_ID": "f" * 32}) as program:
        with pytest.raises(NotConnected) as over:
            await _client(program)
        assert over.value.code == "reauth_required" and "SPOTIFY_CLIENT_ID" in over.value.message
    assert len(spotify.requests) == asked


async def test_no_token_lies_in_the_library_as_it_is(opens: Opens, spotify: RunningSpotify, tmp_path: Path) -> None:
    async with opens(spotify.application) as program:
        await _sign_in(program, spotify)
        await (await _client(program)).profile()
    held = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file())
    assert b"AQ-" not in held and b"BQ-" not in held


async def test_a_disconnected_account_is_forgotten_whole(opens: Opens, spotify: RunningSpotify) -> None:
    async with opens(spotify.application) as program:
        await _sign_in(program, spotify)
        client = await _client(program)
        await program.spotify.disconnect(program.owner.id)
        assert (await program.spotify.status(program.owner.id)).state == "unauthenticated"
        with pytest.raises(NotConnected):
            await client.profile()
        with pytest.raises(NotConnected):
            await _client(program)


def _long_ago(program: Runtime) -> None:
    """The access was renewed long ago, and is good for hours as far as anybody knows."""
    file = program.settings.library_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as library:
        library.execute("UPDATE spotify_access SET renewed_at = renewed_at - 600")
    library.close()


@dataclass(frozen=True)
class Pasted:
    text: str
    code: str | None


STATE = "aB3-state_xyz"
GOOD = f"http://127.0.0.1:8750/callback?code=AQ-c0de&state={STATE}"


@pytest.mark.parametrize(
    "pasted",
    [
        Pasted(GOOD, "AQ-c0de"),
        Pasted(f'  "{GOOD}" \n', "AQ-c0de"),
        Pasted(GOOD[:50] + "\n  " + GOOD[50:], "AQ-c0de"),
        Pasted(f"?code=AQ-c0de&state={STATE}", "AQ-c0de"),
        Pasted(f"code=AQ-c0de&state={STATE}", "AQ-c0de"),
        Pasted(f"http://127.0.0.1:8750/callback?error=access_denied&state={STATE}", ""),
        Pasted(GOOD[:-5], None),
        Pasted("http://127.0.0.1:87", None),
    ],
)
def test_the_code_is_found_in_what_a_terminal_makes_of_an_address(pasted: Pasted) -> None:
    assert code_in(pasted.text, STATE) == pasted.code


@pytest.mark.parametrize("pasted", ["AQ-c0de", "", "http://127.0.0.1/callback?code=AQ-c0de&state=of-another"])
def test_a_bare_code_or_a_foreign_address_is_refused(pasted: str) -> None:
    with pytest.raises(InvalidInput):
        code_in(pasted, STATE)


async def test_from_the_fifth_month_on_the_end_of_a_login_is_told(program: Runtime, spotify: RunningSpotify) -> None:
    await (await _client(program)).profile()
    file = program.settings.library_url.removeprefix("sqlite:///")
    for age, is_told in ((140, False), (160, True)):
        since = (datetime.now(UTC) - timedelta(days=age)).isoformat(timespec="microseconds")
        with sqlite3.connect(file) as library:
            library.execute("UPDATE spotify_access SET authorized_at = ?", (since,))
        library.close()
        status = await program.spotify.status(program.owner.id)
        assert status.ready and (status.warning is not None) == is_told
    assert "six months" in (status.warning or "") and len(spotify.requests) == 2


@pytest.mark.parametrize(
    ("begun", "ends"),
    [("2026-08-31T10:00:00+00:00", "2027-02-28"), ("2026-11-29T10:00:00+00:00", "2027-05-29")],
)
def test_six_months_are_months_of_the_calendar(begun: str, ends: str) -> None:
    assert later(begun, 6).date().isoformat() == ends


async def test_a_spotify_that_is_gone_is_told_and_kills_nothing(spotify: RunningSpotify, opens: Opens) -> None:
    async with opens(spotify.environment | {"SPOTIFY_API_BASE": "http://127.0.0.1:9/v1"}) as program:
        with pytest.raises(UpstreamError) as gone:
            await (await _client(program)).profile()
        assert "could not be reached" in gone.value.message
        assert (await program.spotify.status(program.owner.id)).ready


async def test_a_wrong_client_id_is_told_at_the_sign_in(spotify: RunningSpotify, opens: Opens) -> None:
    async with opens({**spotify.application, "SPOTIFY_CLIENT_ID": "f" * 32}) as program:
        begun = program.spotify_sign_ins.begin(program.owner.id)
        with pytest.raises(UpstreamError) as wrong:
            await program.spotify_sign_ins.finish(program.owner.id, begun.state, "AQ-any")
        assert wrong.value.code == "invalid_client" and "SPOTIFY_CLIENT_ID" in wrong.value.hint
        with pytest.raises(SignInFailed):
            await program.spotify_sign_ins.finish(program.owner.id, begun.state, "AQ-any")


async def test_with_a_secret_the_app_proves_itself(spotify: RunningSpotify, opens: Opens) -> None:
    async with opens(spotify.application | spotify.secret) as program:
        await _sign_in(program, spotify)
        _long_ago(program)
        spotify.app.grants.expire_access()
        assert await (await _client(program)).profile()
    assert all("client_id" not in str(r["body"]) for r in spotify.requests if r["path"] == "/api/token")
