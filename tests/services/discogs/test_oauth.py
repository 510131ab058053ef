"""Signing in on Discogs: each sign-in is finished once, in time, by whoever began it, and signs what is asked afterwards."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from services.demo.faults import Fault
from services.discogs import handshake
from services.discogs.oauth import LIFETIME, ForeignSignIn, OAuth, SignInFailed
from services.errors import UpstreamError
from services.log import open_log
from storage import short_lived
from storage.short_lived import Kind
from storage.values import ConnectionState, ConnectMethod
from tests.services.discogs.installation import Installation, installed
from tests.services.discogs.signing_in import NO_TOKEN, another_user, signed_in
from tests.upstreams.browser import code_of, decide
from tests.upstreams.fixtures import RunningDiscogs


@pytest.fixture
def program(unconnected: Installation) -> Installation:
    """With the keys of an application and no account connected, on both engines."""
    return unconnected


async def test_a_sign_in_connects_and_everything_asked_afterwards_is_signed(
    program: Installation, discogs: RunningDiscogs
) -> None:
    oauth = program.runtime.oauth
    begun = await oauth.begin(program.user)
    assert (urlsplit(begun.url).path, begun.expires_in) == ("/oauth/authorize", 600)
    assert parse_qs(urlsplit(begun.url).query) == {"oauth_token": [begun.state]}
    code = await code_of(begun.url, discogs.username)
    connection = await oauth.finish(program.user, begun.state, f"  {code}\n")
    assert (connection.username, connection.method, connection.credential) == (
        discogs.username,
        ConnectMethod.OAUTH,
        None,
    )
    assert connection.account_id == str(discogs.world.user_id)
    assert connection.connected_at
    before = len(discogs.requests)
    await program.synced()
    assert await program.records()
    assert {entry["credential"] for entry in discogs.requests[before:]} == {"oauth"}
    status = await program.runtime.discogs.status(program.user)
    assert (status.ready, status.username, status.method) == (True, discogs.username, ConnectMethod.OAUTH)


async def test_nothing_of_a_sign_in_can_be_read_in_the_files_or_the_log(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    log = tmp_path / "the.log"
    open_log("DEBUG", file=log)
    try:
        async with installed(discogs, home, monkeypatch, **NO_TOKEN, **discogs.application) as program:
            begun = await program.runtime.oauth.begin(program.user)
            secret = discogs.app.grants.request_tokens[begun.state].secret
            code = await code_of(begun.url, discogs.username)
            kept_before = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
            await program.runtime.oauth.finish(program.user, begun.state, code)
            await program.runtime.discogs.test(program.user)
            (granted,) = discogs.app.grants.access_tokens.values()
    finally:
        for handler in logging.getLogger().handlers[:]:
            logging.getLogger().removeHandler(handler)
            handler.close()
    kept = kept_before + b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    said = log.read_text()
    assert "sign-in finished" in said
    for hidden in (secret, granted.key, granted.secret, discogs.app.consumer_secret):
        assert hidden.encode() not in kept
        assert hidden not in said
    assert code not in said
    assert begun.state not in said


async def test_a_state_is_good_once(program: Installation, discogs: RunningDiscogs) -> None:
    oauth = program.runtime.oauth
    begun = await oauth.begin(program.user)
    code = await code_of(begun.url, discogs.username)
    ended = await asyncio.gather(
        *(oauth.finish(program.user, begun.state, code) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in ended) == ["Connection", *["SignInFailed"] * 3]
    with pytest.raises(SignInFailed):
        await oauth.finish(program.user, begun.state, code)
    assert discogs.asked("POST", "/oauth/access_token") == 1


async def test_a_wrong_code_uses_the_state_up(program: Installation, discogs: RunningDiscogs) -> None:
    oauth = program.runtime.oauth
    begun = await oauth.begin(program.user)
    code = await code_of(begun.url, discogs.username)
    for blank in ("", " ", "x" * 600, "ünlesbar"):
        with pytest.raises(SignInFailed, match="no code of Discogs"):
            await oauth.finish(program.user, begun.state, blank)
    with pytest.raises(SignInFailed, match="did not accept"):
        await oauth.finish(program.user, begun.state, "wrong")
    with pytest.raises(SignInFailed) as failed:
        await oauth.finish(program.user, begun.state, code)
    assert "again" in failed.value.hint
    assert not (await program.runtime.discogs.status(program.user)).ready


async def test_somebody_else_s_state_is_refused_and_stays_good(program: Installation, discogs: RunningDiscogs) -> None:
    oauth = program.runtime.oauth
    other = await another_user(program.runtime)
    begun = await oauth.begin(program.user)
    code = await code_of(begun.url, discogs.username)
    with pytest.raises(ForeignSignIn):
        await oauth.finish(other, begun.state, code)
    await oauth.abandon(other, begun.state)
    assert (await oauth.finish(program.user, begun.state, code)).user_id == program.user


@pytest.mark.parametrize("state", ["", "unknown", "a\x00b", "x" * 5000, "ł"])
async def test_an_unknown_state_is_refused(program: Installation, state: str) -> None:
    with pytest.raises(SignInFailed):
        await program.runtime.oauth.finish(program.user, state, "code")


@dataclass
class Hands:
    """A clock that a test moves."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_a_sign_in_ends_after_ten_minutes(program: Installation, discogs: RunningDiscogs) -> None:
    runtime, clock = program.runtime, Hands()
    oauth = OAuth(runtime.storage, runtime.secrets, runtime.application, runtime.discogs, clock=clock)
    late, in_time = await oauth.begin(program.user), await oauth.begin(program.user)
    codes = [await code_of(each.url, discogs.username) for each in (late, in_time)]
    clock.now += LIFETIME - 1
    await oauth.finish(program.user, in_time.state, codes[1])
    clock.now += 1
    with pytest.raises(SignInFailed, match="expired"):
        await oauth.finish(program.user, late.state, codes[0])


async def test_a_restart_between_beginning_and_end_changes_nothing(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library_url: str
) -> None:
    environment = {**NO_TOKEN, **discogs.application}
    async with installed(discogs, tmp_path / "home", monkeypatch, library_url, **environment) as program:
        begun = await program.runtime.oauth.begin(program.user, "http://127.0.0.1:1/back")
    answer = await decide(begun.url, discogs.username)
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    async with installed(discogs, tmp_path / "home", monkeypatch, library_url, **environment) as program:
        user, connection = await program.runtime.oauth.finish_callback(
            sent["oauth_token"][0], sent["oauth_verifier"][0]
        )
        assert (user.id, connection.username) == (program.user, discogs.username)
    async with installed(discogs, tmp_path / "home", monkeypatch, library_url, **environment) as program:
        assert (await program.runtime.discogs.test(program.user)).state is ConnectionState.CONNECTED


async def test_a_kill_between_exchange_and_keeping_means_to_start_again(
    program: Installation, discogs: RunningDiscogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    oauth = program.runtime.oauth
    begun = await oauth.begin(program.user)
    code = await code_of(begun.url, discogs.username)
    discogs.fault(Fault.SLOW, match="/oauth/identity", value="30")
    finishing = asyncio.create_task(oauth.finish(program.user, begun.state, code))
    async with asyncio.timeout(20):
        while not discogs.asked("GET", "/oauth/identity"):  # noqa: ASYNC110 (the simulator tells nobody)
            await asyncio.sleep(0.01)
    finishing.cancel()
    await asyncio.gather(finishing, return_exceptions=True)
    discogs.mend()
    with pytest.raises(SignInFailed) as failed:
        await oauth.finish(program.user, begun.state, code)
    assert "Start the sign-in again" in failed.value.hint
    assert not (await program.runtime.discogs.status(program.user)).ready
    await signed_in(program.runtime, program.user, discogs.username)


async def test_sign_ins_that_hang_hold_up_nothing_else(program: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def hang(_: handshake.Handshake, callback: str) -> handshake.Token:
        assert go_on.wait(60), callback
        raise UpstreamError("Discogs", "It hung.")

    monkeypatch.setattr(handshake.Handshake, "request_token", hang)
    hanging = [asyncio.create_task(program.runtime.oauth.begin(program.user)) for _ in range(40)]
    try:
        await asyncio.sleep(0.2)
        async with asyncio.timeout(8):
            await asyncio.to_thread(int)
    finally:
        go_on.set()
    assert all(isinstance(error, UpstreamError) for error in await asyncio.gather(*hanging, return_exceptions=True))


async def test_a_denial_and_an_out_of_band_state_do_not_pass_at_the_callback(
    program: Installation, discogs: RunningDiscogs
) -> None:
    oauth = program.runtime.oauth
    shown = await oauth.begin(program.user)
    code = await code_of(shown.url, discogs.username)
    with pytest.raises(SignInFailed):
        await oauth.finish_callback(shown.state, code)
    await oauth.finish(program.user, shown.state, code)
    denied = await oauth.begin(program.user, "http://127.0.0.1:1/back")
    answer = await decide(denied.url, discogs.username, "deny")
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"denied": [denied.state]}
    with pytest.raises(SignInFailed, match="not granted"):
        await oauth.finish_callback(denied.state, "")
    with pytest.raises(SignInFailed, match="no such sign-in"):
        await oauth.finish_callback(denied.state, "code")


@pytest.mark.parametrize(
    "fault",
    [
        Fault.SERVER_ERROR,
        Fault.HTML_502,
        Fault.EMPTY_BODY,
        Fault.BAD_JSON,
        Fault.DROP_CONNECTION,
        Fault.REDIRECT_AWAY,
        Fault.OVERSIZED,
    ],
)
async def test_a_sign_in_that_discogs_cannot_begin_says_so(
    program: Installation, discogs: RunningDiscogs, fault: Fault
) -> None:
    discogs.fault(fault)
    with pytest.raises(UpstreamError) as failed:
        await program.runtime.oauth.begin(program.user)
    assert failed.value.hint


async def test_a_silent_discogs_is_given_up_in_time(
    program: Installation, discogs: RunningDiscogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshake, "TIMEOUT", (0.2, 0.2))
    discogs.fault(Fault.SLOW, value="3")
    with pytest.raises(UpstreamError, match="in time"):
        await program.runtime.oauth.begin(program.user)


async def test_an_application_that_discogs_does_not_know_cannot_begin(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"DISCOGS_CONSUMER_KEY": "unknown", "DISCOGS_CONSUMER_SECRET": "WrongSecretOfNobody"}
    async with installed(discogs, tmp_path / "home", monkeypatch, **NO_TOKEN, **keys) as program:
        with pytest.raises(UpstreamError) as refused:
            await program.runtime.oauth.begin(program.user)
    assert refused.value.status in (400, 401)
    assert "discogs-setup" in refused.value.hint


async def test_a_pending_sign_in_copied_to_another_state_opens_nothing(
    program: Installation, discogs: RunningDiscogs
) -> None:
    oauth = program.runtime.oauth
    first, second = await oauth.begin(program.user), await oauth.begin(program.user)
    code = await code_of(second.url, discogs.username)
    async with program.runtime.storage.write() as conn:
        sealed = await short_lived.get(conn, Kind.OAUTH, first.state)
        assert sealed
        await short_lived.put(conn, Kind.OAUTH, second.state, sealed, seconds=60)
    with pytest.raises(SignInFailed, match="encryption key"):
        await oauth.finish(program.user, second.state, code)
