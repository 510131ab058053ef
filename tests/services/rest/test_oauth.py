"""``/api/oauth`` over real HTTP: every documented answer (discogsography-contract.md section 7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

from services.accounts.people import People
from services.demo.faults import Fault
from services.discogs.oauth import LIFETIME, OAuth
from services.log import HIDDEN, scrub
from storage import accounts, app_config, short_lived
from storage.short_lived import Kind
from tests.services.rest.conftest import House, OpenHouse
from tests.upstreams.browser import code_of, decide

AUTHORIZE, VERIFY = "/api/oauth/authorize/discogs", "/api/oauth/verify/discogs"
STATUS, REVOKE, CALLBACK = "/api/oauth/status/discogs", "/api/oauth/revoke/discogs", "/api/oauth/callback/discogs"
NOT_CONFIGURED = "Discogs app credentials not configured. Ask an admin to run discogs-setup on the API container."
SECOND = "second_digger"


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: OpenHouse) -> AsyncIterator[House]:
    """A house with the keys of an application and no account connected."""
    async with open_house(connected=False) as opened:
        yield opened


pytestmark = pytest.mark.asyncio(loop_scope="module")


def page_of(house: House, state: str) -> str:
    """The page of the simulated Discogs where access is granted."""
    return f"{house.runtime.settings.discogs_api_base}/oauth/authorize?oauth_token={state}"


async def begun(house: House, client: httpx.AsyncClient | None = None, **query: str) -> str:
    answer = await (client or house.client).get(AUTHORIZE, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["state"]


async def granted(house: House, account: str, client: httpx.AsyncClient | None = None) -> httpx.Response:
    state = await begun(house, client)
    code = await code_of(page_of(house, state), account)
    return await (client or house.client).post(VERIFY, json={"state": state, "oauth_verifier": f" {code} "})


async def somebody_else(house: House) -> httpx.AsyncClient:
    """Another user with a session; close it."""
    who = {"email": "ana@example.org", "password": "correct horse battery"}
    await house.stranger.post("/api/auth/register", json=who)
    token = (await house.stranger.post("/api/auth/login", json=who)).json()["access_token"]
    return httpx.AsyncClient(base_url=house.bound.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)


async def test_the_whole_flow_has_exactly_the_documented_bodies(house: House) -> None:
    assert (await house.client.get(STATUS)).json() == {"connected": False}
    answer = await house.client.get(AUTHORIZE)
    body = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    web = house.runtime.settings.discogs_web_base
    assert body == {
        "authorize_url": f"{web}/oauth/authorize?oauth_token={body['state']}",
        "state": body["state"],
        "expires_in": 600,
    }
    code = await code_of(page_of(house, body["state"]), house.discogs.world.username)
    verified = await house.client.post(VERIFY, json={"state": body["state"], "oauth_verifier": code})
    whose = {
        "connected": True,
        "discogs_username": house.discogs.world.username,
        "discogs_user_id": str(house.discogs.world.user_id),
    }
    assert (verified.status_code, verified.json()) == (200, whose)
    before = len(house.discogs.requests)
    status = (await house.client.get(STATUS)).json()
    assert status.pop("connected_at").endswith("+00:00")
    assert status == whose
    assert len(house.discogs.requests) == before
    for _ in range(2):
        revoked = await house.client.delete(REVOKE)
        assert (revoked.status_code, revoked.json()) == (200, {"revoked": True})
    assert (await house.client.get(STATUS)).json() == {"connected": False}


async def test_nobody_comes_in_without_proof(house: House) -> None:
    for method, path in (("GET", AUTHORIZE), ("POST", VERIFY), ("GET", STATUS), ("DELETE", REVOKE)):
        answer = await house.stranger.request(method, path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("body", ["", "{}", '{"state": "x"}', '{"state": 1, "oauth_verifier": "x"}', "[]", "nonsense"])
async def test_a_body_without_both_texts_is_422(house: House, body: str) -> None:
    answer = await house.client.post(VERIFY, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


async def test_a_rejected_value_is_never_repeated(house: House) -> None:
    answer = await house.client.post(VERIFY, json={"state": "x", "oauth_verifier": ["secretverifier"]})
    assert (answer.status_code, "secretverifier" in answer.text) == (422, False)
    answer = await house.client.post(VERIFY, json={"state": "x", "oauth_verifier": "secret\x00verifier"})
    assert (answer.status_code, "verifier" in answer.json()["message"]) == (422, True)
    assert "secret\\u0000" not in answer.text
    assert (await house.client.get(AUTHORIZE, params={"mode": "elsewhere"})).status_code == 422


async def test_an_unknown_a_used_and_a_wrongly_finished_state_are_400(house: House) -> None:
    unknown = await house.client.post(VERIFY, json={"state": "unknown", "oauth_verifier": "code"})
    assert (unknown.status_code, unknown.json()["error"]) == (400, "sign_in_failed")
    assert "again" in unknown.json()["hint"]
    state = await begun(house)
    code = await code_of(page_of(house, state), SECOND)
    wrong = await house.client.post(VERIFY, json={"state": state, "oauth_verifier": "wrong"})
    used = await house.client.post(VERIFY, json={"state": state, "oauth_verifier": code})
    assert (wrong.status_code, used.status_code) == (400, 400)
    assert code not in wrong.text + used.text
    assert (await house.client.get(STATUS)).json() == {"connected": False}


async def test_an_expired_state_is_400(house: House) -> None:
    runtime, real = house.runtime, house.runtime.oauth
    now = 1_800_000_000.0
    runtime.oauth = OAuth(runtime.storage, runtime.secrets, runtime.application, runtime.discogs, clock=lambda: now)
    try:
        state = await begun(house)
        code = await code_of(page_of(house, state), SECOND)
        now += LIFETIME
        answer = await house.client.post(VERIFY, json={"state": state, "oauth_verifier": code})
    finally:
        runtime.oauth = real
    assert answer.status_code == 400


async def test_somebody_else_s_state_is_403_and_stays_good(house: House) -> None:
    async with await somebody_else(house) as other:
        state = await begun(house)
        given = {"state": state, "oauth_verifier": await code_of(page_of(house, state), SECOND)}
        refused = await other.post(VERIFY, json=given)
        assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
        assert (await house.client.post(VERIFY, json=given)).status_code == 200


async def test_two_users_connect_two_accounts_and_see_their_own(house: House) -> None:
    async with await somebody_else(house) as other:
        answers = await asyncio.gather(granted(house, house.discogs.world.username), granted(house, SECOND, other))
        assert [answer.status_code for answer in answers] == [200, 200]
        names = [(await client.get(STATUS)).json()["discogs_username"] for client in (house.client, other)]
        assert names == [house.discogs.world.username, SECOND]
        await other.delete(REVOKE)
        assert [(await client.get(STATUS)).json()["connected"] for client in (house.client, other)] == [True, False]


async def test_a_second_sign_in_replaces_the_first(house: House) -> None:
    for account in (house.discogs.world.username, SECOND):
        assert (await granted(house, account)).json()["discogs_username"] == account
        assert (await house.client.get(STATUS)).json()["discogs_username"] == account


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.EMPTY_BODY, Fault.HTML_502, Fault.DROP_CONNECTION])
async def test_a_failing_discogs_is_502(house: House, fault: Fault) -> None:
    state = await begun(house)
    code = await code_of(page_of(house, state), SECOND)
    house.discogs.faults.start(fault, match="_token")
    authorize = await house.client.get(AUTHORIZE)
    assert (authorize.status_code, authorize.json()["service"]) == (502, "Discogs")
    if fault is not Fault.EMPTY_BODY:  # of reads only
        verify = await house.client.post(VERIFY, json={"state": state, "oauth_verifier": code})
        assert verify.status_code == 502
    house.discogs.faults.stop()


async def test_an_account_that_cannot_be_named_is_400(house: House) -> None:
    state = await begun(house)
    code = await code_of(page_of(house, state), SECOND)
    house.discogs.faults.start(Fault.REVOKED_OAUTH, match="identity")
    answer = await house.client.post(VERIFY, json={"state": state, "oauth_verifier": code})
    house.discogs.faults.stop()
    assert answer.status_code == 400
    assert (await house.client.get(STATUS)).json() == {"connected": False}


async def test_without_the_application_s_keys_it_is_503_with_the_documented_sentence(open_house: OpenHouse) -> None:
    async with open_house(connected=False, application=False) as house:
        for answer in (
            await house.client.get(AUTHORIZE),
            await house.client.post(VERIFY, json={"state": "x", "oauth_verifier": "y"}),
        ):
            assert (answer.status_code, answer.json()["detail"]) == (503, NOT_CONFIGURED)
        assert (await house.client.get(STATUS)).json() == {"connected": False}
        assert (await house.client.delete(REVOKE)).json() == {"revoked": True}
        page = await house.stranger.get(CALLBACK, params={"oauth_token": "x", "oauth_verifier": "y"})
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        async with house.runtime.storage.write() as conn:
            await app_config.put(conn, "discogs_consumer_key", "no ciphertext")
            await app_config.put(conn, "discogs_consumer_secret", "no ciphertext")
        unreadable = await house.client.get(AUTHORIZE)
        assert unreadable.status_code == 503
        assert unreadable.json()["detail"] != NOT_CONFIGURED


async def test_what_the_settings_connect_cannot_be_revoked(open_house: OpenHouse) -> None:
    async with open_house() as house:
        assert (await house.client.get(STATUS)).json()["connected"] is True
        answer = await house.client.delete(REVOKE)
        assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
        assert "DISCOGS_TOKEN" in answer.json()["hint"]


async def test_a_withdrawn_access_is_not_connected_any_more(house: House) -> None:
    await granted(house, SECOND)
    house.discogs.grants.revoke()
    await house.runtime.discogs.test(house.runtime.owner.id)
    assert (await house.client.get(STATUS)).json() == {"connected": False}


# --- the browser comes back


async def came_back(house: House, decision: str = "allow") -> tuple[str, dict[str, str]]:
    """Begin with a callback and decide; where the browser is sent, with what."""
    state = await begun(house, mode="callback")
    sent = urlsplit((await decide(page_of(house, state), SECOND, decision)).headers["location"])
    return sent.geturl().partition("?")[0], {name: values[0] for name, values in parse_qs(sent.query).items()}


async def test_the_callback_connects_once_and_shows_a_page_without_scripts(house: House) -> None:
    address, given = await came_back(house)
    assert address == f"{house.bound.url}{CALLBACK}"
    page = await house.stranger.get(address, params=given)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "close this window" in page.text
    assert SECOND in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert "<script" not in page.text
    assert given["oauth_verifier"] not in page.text
    assert (await house.client.get(STATUS)).json()["discogs_username"] == SECOND
    replay = await house.stranger.get(address, params=given)
    assert replay.status_code == 400
    assert "again" in replay.text


async def test_a_denial_ends_the_sign_in_and_says_what_to_do(house: House) -> None:
    address, given = await came_back(house, "deny")
    page = await house.stranger.get(address, params=given)
    assert page.status_code == 400
    assert "not granted" in page.text
    assert (await house.client.get(STATUS)).json() == {"connected": False}
    async with house.runtime.storage.read() as conn:
        assert await short_lived.get(conn, Kind.OAUTH, given["denied"]) is None


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"oauth_token": "nobodysstate", "oauth_verifier": "x"},
        {"oauth_token": "<script>alert(1)</script>", "oauth_verifier": "<b>"},
        {"oauth_token": "a\x00b", "oauth_verifier": "x" * 3000},
        {"denied": "nobodysstate"},
    ],
)
async def test_a_callback_that_belongs_to_nothing_is_400_and_repeats_nothing(
    house: House, query: dict[str, str]
) -> None:
    page = await house.stranger.get(CALLBACK, params=query)
    assert page.status_code == 400
    assert "<script" not in page.text
    assert all(value not in page.text for value in query.values() if len(value) > 1)


async def test_the_page_names_the_account_here_to_whoever_granted_access(house: House) -> None:
    """A stranger who was talked into granting access sees whom it serves, and how to take it back."""
    async with await somebody_else(house) as ana:
        state = await begun(house, ana, mode="callback")
        sent = urlsplit((await decide(page_of(house, state), SECOND)).headers["location"])
        page = await house.stranger.get(CALLBACK, params=parse_qs(sent.query))
    assert page.status_code == 200
    assert f"ana@example.org can now act as {SECOND}" in page.text
    assert "withdraw" in page.text


async def test_the_sign_in_of_a_user_who_was_disabled_meanwhile_cannot_be_finished(house: House) -> None:
    async with await somebody_else(house) as ana:
        state = await begun(house, ana, mode="callback")
    sent = urlsplit((await decide(page_of(house, state), SECOND)).headers["location"])
    await People(house.runtime.storage, house.runtime.accounts).disable("ana@example.org")
    page = await house.stranger.get(CALLBACK, params=parse_qs(sent.query))
    assert page.status_code == 400
    async with house.runtime.storage.read() as conn:
        ana = await accounts.by_email(conn, "ana@example.org")
        assert ana is not None
        assert await accounts.connected(conn, ana.id, "discogs") is None


@pytest.mark.parametrize("chosen", ["login_refused", '"level": "error"'])
async def test_nobody_chooses_what_the_log_leaves_out(house: House, chosen: str) -> None:
    state = await begun(house)
    answer = await house.client.post(VERIFY, json={"state": state, "oauth_verifier": chosen})
    assert answer.status_code == 400
    assert scrub(f"event {chosen}") == f"event {chosen}"
    assert scrub(f"event {state}") == f"event {HIDDEN}"


async def test_a_code_s_sign_in_cannot_be_finished_at_the_public_callback(house: House) -> None:
    state = await begun(house)
    code = await code_of(page_of(house, state), SECOND)
    page = await house.stranger.get(CALLBACK, params={"oauth_token": state, "oauth_verifier": code})
    assert page.status_code == 400
    assert (await house.client.post(VERIFY, json={"state": state, "oauth_verifier": code})).status_code == 200


async def test_the_callback_address_is_our_own_whatever_is_asked(house: House) -> None:
    state = await begun(house, mode="callback", callback="https://evil.example", oauth_callback="https://evil.example")
    assert house.discogs.grants.request_tokens[state].callback == f"{house.bound.url}{CALLBACK}"
    foreign = await house.client.get(AUTHORIZE, params={"mode": "callback"}, headers={"Host": "evil.example"})
    assert foreign.status_code == 400


async def test_the_owner_s_socket_has_no_address_for_a_browser_unless_it_is_set(house: House) -> None:
    refused = await house.owner.get(AUTHORIZE, params={"mode": "callback"})
    assert refused.status_code == 422
    assert "LOCKGROOVE_PUBLIC_URL" in refused.json()["hint"]
    public = "https://music.example.org/lockgroove"
    await house.runtime.use(house.runtime.settings.model_copy(update={"lockgroove_public_url": public}))
    state = await begun(house, house.owner, mode="callback")
    assert house.discogs.grants.request_tokens[state].callback == f"{public}{CALLBACK}"
