"""The simulated Discogs signs people in as the real one: OAuth 1.0a with real signatures (discogs-api.md 1.4)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import httpx
import pytest
import pytest_asyncio
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_PLAINTEXT, Client

from services.demo.faults import Fault
from tests.upstreams.fixtures import RunningDiscogs, simulated

METHODS = (SIGNATURE_HMAC_SHA1, SIGNATURE_PLAINTEXT)


@dataclass
class Dance:
    """The three legs, one by one."""

    discogs: RunningDiscogs
    http: httpx.AsyncClient
    signed_by: str = SIGNATURE_HMAC_SHA1

    def signer(self, token: str | None = None, secret: str | None = None, **more: str) -> Client:
        app = self.discogs.app
        settings = {"client_key": app.consumer_key, "client_secret": app.consumer_secret}
        settings |= {"signature_method": self.signed_by, **more}
        return Client(resource_owner_key=token, resource_owner_secret=secret, **settings)  # type: ignore[arg-type]

    async def send(self, signer: Client, method: str, path: str) -> httpx.Response:
        """A request signed in its header."""
        address, headers, _ = signer.sign(f"{self.discogs.url}{path}", method)
        return await self.http.request(method, address, headers=headers)

    async def begin(self, callback: str | None = "oob") -> dict[str, str]:
        """A request token."""
        answer = await self.send(self.signer(callback_uri=callback), "GET", "/oauth/request_token")  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return dict(parse_qsl(answer.text))

    async def say(self, token: str, decision: str = "allow", account: str = "second_digger") -> httpx.Response:
        """What the person answers on the page."""
        form = {"oauth_token": token, "account": account, "decision": decision}
        return await self.http.post("/oauth/authorize", data=form)

    async def code(self, token: str, account: str = "second_digger") -> str:
        """The code on the page after the person allowed it."""
        found = re.search(r"<code>(\w+)</code>", (await self.say(token, account=account)).text)
        assert found is not None
        return found[1]

    async def finish(self, begun: dict[str, str], verifier: str) -> httpx.Response:
        """The exchange of the request token."""
        signer = self.signer(begun["oauth_token"], begun["oauth_token_secret"], verifier=verifier)
        return await self.send(signer, "POST", "/oauth/access_token")

    async def access(self, account: str = "second_digger") -> tuple[str, str]:
        """All three legs: an access token and its secret."""
        begun = await self.begin()
        answer = await self.finish(begun, await self.code(begun["oauth_token"], account))
        said = dict(parse_qsl(answer.text))
        assert list(said) == ["oauth_token", "oauth_token_secret"]
        return said["oauth_token"], said["oauth_token_secret"]


@pytest_asyncio.fixture
async def dance(discogs: RunningDiscogs) -> AsyncGenerator[Dance]:
    async with httpx.AsyncClient(base_url=discogs.url, headers={"User-Agent": "t/1"}) as http:
        yield Dance(discogs, http)


# --- the three legs


@pytest.mark.parametrize("signed_by", METHODS)
@pytest.mark.parametrize("account", ["crate.digger_77", "second_digger"])
async def test_a_person_signs_in_with_a_code_and_the_application_acts_for_them(
    dance: Dance, account: str, signed_by: str
) -> None:
    dance.signed_by = signed_by
    begun = await dance.begin()
    assert begun["oauth_callback_confirmed"] == "true"
    page = await dance.http.get(f"/oauth/authorize?oauth_token={begun['oauth_token']}")
    assert page.headers["content-type"].startswith("text/html")
    assert all(f"<option>{world.username}</option>" in page.text for world in dance.discogs.app.accounts)
    allowed = await dance.say(begun["oauth_token"], account=account)
    assert allowed.status_code == 200 and "Paste this code" in allowed.text
    verifier = re.findall(r"<code>(\w+)</code>", allowed.text)[0]
    answer = await dance.finish(begun, verifier)
    assert answer.headers["content-type"].startswith("application/x-www-form-urlencoded")
    token = dict(parse_qsl(answer.text))
    signer = dance.signer(token["oauth_token"], token["oauth_token_secret"])
    identity = await dance.send(signer, "GET", "/oauth/identity")
    assert (identity.json()["username"], identity.json()["consumer_name"]) == (account, "Lockgroove demo")
    assert (dance.discogs.requests[-1]["account"], dance.discogs.requests[-1]["credential"]) == (account, "oauth")


@pytest.mark.parametrize("callback", ["http://localhost:4711/back", "http://localhost:4711/back?state=a%26b"])
async def test_with_a_callback_the_browser_comes_back_with_the_code(dance: Dance, callback: str) -> None:
    begun = await dance.begin(callback)
    answer = await dance.say(begun["oauth_token"])
    assert answer.status_code == 302 and answer.headers["location"].startswith(callback)
    said = parse_qs(urlsplit(answer.headers["location"]).query)
    assert said["oauth_token"] == [begun["oauth_token"]]
    assert (await dance.finish(begun, said["oauth_verifier"][0])).status_code == 200


async def test_no_callback_means_a_code_to_paste(dance: Dance) -> None:
    begun = await dance.begin(callback=None)
    assert await dance.code(begun["oauth_token"])


async def test_a_request_token_may_be_posted_for_and_signed_in_the_body(dance: Dance) -> None:
    signer = dance.signer(callback_uri="oob", signature_type="BODY")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    address, headers, body = signer.sign(f"{dance.discogs.url}/oauth/request_token", "POST", "", headers)
    answer = await dance.http.post(address, headers=headers, content=body)
    assert answer.status_code == 200 and "oauth_token_secret=" in answer.text


@pytest.mark.parametrize("callback", ["oob", "http://localhost:4711/back"])
async def test_a_denied_request_is_over(dance: Dance, callback: str) -> None:
    begun = await dance.begin(callback)
    answer = await dance.say(begun["oauth_token"], "deny")
    if callback == "oob":
        assert answer.status_code == 200 and "denied" in answer.text
    else:
        assert answer.headers["location"] == f"{callback}?denied={begun['oauth_token']}"
    assert (await dance.say(begun["oauth_token"])).status_code == 400
    assert (await dance.finish(begun, "anything")).status_code == 401


async def test_a_mistyped_code_is_refused_and_the_right_one_still_works_once(dance: Dance) -> None:
    begun = await dance.begin()
    early = await dance.finish(begun, "tooearly")
    verifier = await dance.code(begun["oauth_token"])
    wrong = await dance.finish(begun, verifier.swapcase())
    assert {early.status_code, wrong.status_code} == {401}
    assert wrong.headers["content-type"].startswith("text/plain") and "request token" in wrong.text
    assert [(await dance.finish(begun, verifier)).status_code for _ in range(2)] == [200, 401]


@pytest.mark.parametrize(("account", "decision"), [("nobody", "allow"), ("second_digger", ""), ("", "allow")])
async def test_a_page_without_a_choice_asks_again_and_burns_nothing(dance: Dance, account: str, decision: str) -> None:
    begun = await dance.begin()
    assert (await dance.say(begun["oauth_token"], decision, account)).status_code == 400
    assert await dance.code(begun["oauth_token"])


async def test_a_request_token_lives_fifteen_minutes() -> None:
    now = 1000.0
    async with (
        simulated(clock=lambda: now) as discogs,
        httpx.AsyncClient(base_url=discogs.url, headers={"User-Agent": "t/1"}) as http,
    ):
        dance = Dance(discogs, http)
        young, old = await dance.begin(), await dance.begin()
        verifier = await dance.code(old["oauth_token"])
        now += 899
        assert await dance.code(young["oauth_token"])
        now += 1
        assert (await dance.finish(old, verifier)).status_code == 401
        assert "older than 15 minutes" in (await http.get(f"/oauth/authorize?oauth_token={old['oauth_token']}")).text


async def test_request_tokens_expire_at_once_when_told(dance: Dance) -> None:
    begun = await dance.begin()
    verifier = await dance.code(begun["oauth_token"])
    await dance.http.post("/_sim/expire")
    assert (await dance.finish(begun, verifier)).status_code == 401


# --- what is signed


@pytest.mark.parametrize("signed_by", METHODS)
@pytest.mark.parametrize("query", ["", "?q=caf%C3%A9%20%26%20b&per_page=5", "?q=a+b&format=7%22", "?q=[x]&type="])
async def test_the_query_belongs_to_what_is_signed(dance: Dance, signed_by: str, query: str) -> None:
    dance.signed_by = signed_by
    signer = dance.signer(*await dance.access())
    _, headers, _ = signer.sign(f"{dance.discogs.url}/database/search{quote(query, safe='?=&%+')}", "GET")
    asked = httpx.URL(f"{dance.discogs.url}/database/search{query}")
    assert (await dance.http.get(asked, headers=headers)).status_code == 200
    _, headers, _ = signer.sign(f"{dance.discogs.url}/database/search{quote(query, safe='?=&%+')}", "GET")
    other = await dance.http.get(f"/database/search{query}{'&' if query else '?'}page=1", headers=headers)
    assert other.status_code == (200 if signed_by == SIGNATURE_PLAINTEXT else 401)


async def test_json_is_not_part_of_what_is_signed(dance: Dance) -> None:
    signer = dance.signer(*await dance.access())
    release = next(iter(dance.discogs.world.catalogue.pressings))
    address, headers, _ = signer.sign(f"{dance.discogs.url}/users/second_digger/wants/{release}", "PUT")
    answer = await dance.http.put(address, headers=headers, json={"notes": "signed for"})
    assert answer.status_code in (200, 201) and answer.json()["notes"] == "signed for"
    assert dance.discogs.account("second_digger").wants[release].notes == "signed for"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({}, 200), ({"nonce": "n" * 64}, 200), ({"nonce": "n" * 65}, 401), ({"timestamp": "1200000000"}, 401),
        ({"timestamp": "in ms"}, 401), ({"timestamp": "in 290 s"}, 200), ({"timestamp": "in 310 s"}, 401),
        ({"client_key": "Unknown"}, 401), ({"client_secret": "wrong"}, 401), ({"resource_owner_secret": "wrong"}, 401),
        ({"resource_owner_key": "Unknown"}, 401), ({"signature_method": "HMAC-SHA256"}, 401),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_signature_is_noticed(dance: Dance, wrong: dict[str, str], status: int) -> None:
    now = time.time()
    instants = {"in ms": f"{now * 1000:.0f}", "in 290 s": f"{now + 290:.0f}", "in 310 s": f"{now + 310:.0f}"}
    wrong = {name: instants.get(value, value) for name, value in wrong.items()}
    signer = dance.signer(*await dance.access())
    for name, value in wrong.items():
        setattr(signer, name, value)
    answer = await dance.send(signer, "GET", "/oauth/identity")
    assert answer.status_code == status
    if status == 401:
        assert answer.json() == {"message": "You must authenticate to access this resource."}


async def test_a_nonce_is_good_for_one_request(dance: Dance) -> None:
    signer = dance.signer(*await dance.access())
    address, headers, _ = signer.sign(f"{dance.discogs.url}/oauth/identity", "GET")
    assert [(await dance.http.get(address, headers=headers)).status_code for _ in range(2)] == [200, 401]


@pytest.mark.parametrize("header", ["OAuth", "OAuth oauth_token=x", "OAuth a=b,c", 'OAuth realm="x"'])
async def test_a_header_that_cannot_be_read_is_401(dance: Dance, header: str) -> None:
    for path, status in (("/oauth/identity", {401}), ("/oauth/request_token", {400, 401})):
        answer = await dance.http.get(path, headers={"Authorization": header})
        assert answer.status_code in status and answer.text


@pytest.mark.parametrize(("what", "status"), [("client_key", 401), ("client_secret", 401)])
async def test_an_unknown_application_gets_no_request_token(dance: Dance, what: str, status: int) -> None:
    answer = await dance.send(dance.signer(callback_uri="oob", **{what: "wrong"}), "GET", "/oauth/request_token")
    assert answer.status_code == status and answer.headers["content-type"].startswith("text/plain")
    assert "oauth_token" not in answer.text


async def test_an_ampersand_in_a_plain_signature_need_not_be_encoded(dance: Dance) -> None:
    app = dance.discogs.app
    token, secret = await dance.access()
    header = (
        f'OAuth oauth_consumer_key="{app.consumer_key}", oauth_nonce="5f1c", oauth_token="{token}", '
        f'oauth_signature="{app.consumer_secret}&{secret}", oauth_signature_method="PLAINTEXT", '
        f'oauth_timestamp="{time.time():.0f}"'
    )
    answer = await dance.http.get("/oauth/identity", headers={"Authorization": header})
    assert answer.json()["username"] == "second_digger"


async def test_a_token_is_good_for_the_application_it_was_made_for(dance: Dance) -> None:
    other = dance.discogs.app.grants.register("Another application")
    token, secret = await dance.access()
    signer = dance.signer(token, secret, client_key=other.key, client_secret=other.secret)
    assert (await dance.send(signer, "GET", "/oauth/identity")).status_code == 401
    begun = await dance.begin()
    verifier = await dance.code(begun["oauth_token"])
    thief = dance.signer(
        begun["oauth_token"], begun["oauth_token_secret"], verifier=verifier, client_key=other.key,
        client_secret=other.secret,
    )  # fmt: skip
    assert (await dance.send(thief, "POST", "/oauth/access_token")).status_code == 401


# --- taking access back


@pytest.mark.parametrize(("revoked", "left"), [("second_digger", [401, 200]), ("", [401, 401])])
async def test_revoked_access_is_401_for_the_account_it_was_taken_from(
    dance: Dance, revoked: str, left: list[int]
) -> None:
    signers = [dance.signer(*await dance.access(name)) for name in ("second_digger", "crate.digger_77")]
    answer = await dance.http.post("/_sim/revoke", json={"account": revoked} if revoked else None)
    assert answer.json() == {"revoked": left.count(401)}
    answers = [await dance.send(signer, "GET", "/oauth/identity") for signer in signers]
    assert [answer.status_code for answer in answers] == left
    assert answers[0].json() == {"message": "You must authenticate to access this resource."}


async def test_a_revoked_sign_in_leaves_personal_tokens_alone(dance: Dance) -> None:
    signer = dance.signer(*await dance.access())
    dance.discogs.fault(Fault.REVOKED_OAUTH)
    assert (await dance.send(signer, "GET", "/oauth/identity")).status_code == 401
    known = {"Authorization": f"Discogs token={dance.discogs.token}"}
    assert (await dance.http.get("/oauth/identity", headers=known)).status_code == 200


# --- costs


def test_oauthlib_is_not_loaded_before_somebody_signs() -> None:
    program = (
        "import sys, services.demo.__main__\n"
        "from services.demo.discogs import SimulatedDiscogs\n"
        "from services.demo.invention import invent\n"
        "SimulatedDiscogs(invent(5))\n"
        "sys.exit('oauthlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_the_memory_of_nonces_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.demo.discogs.grants._MOST_NONCES", 3)
    async with simulated() as discogs:
        grants = discogs.app.grants
        assert [grants.is_new("k", nonce) for nonce in "abcab"] == [True, True, True, False, False]
        assert grants.is_new("k", "d") and grants.is_new("other", "d")
        assert [grants.is_new("k", nonce) for nonce in "cd"] == [False, False] and grants.is_new("k", "a")
