"""Access tokens: which are let in, and that every other is refused alike (discogsography-contract.md section 3)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import time
import uuid

import jwt
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update

from services.accounts import passwords
from services.rest.access import Access
from services.rest.serve import open_surface
from services.runtime import open_runtime
from services.secrets import SESSION_KEY
from storage import dialect
from storage.tables import short_lived, user
from tests.services.rest.visitors import PASSWORD, bearer, encoded, member, session, signed

pytestmark = pytest.mark.asyncio(loop_scope="module")
ME = "/api/auth/me"
PATHS = (ME, "/api/records", "/status", "/api/activity?limit=0", "/api/records/sync/status")


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(passwords, "ITERATIONS", 1000)


@pytest_asyncio.fixture(loop_scope="module")
async def ana(busy_house) -> dict[str, object]:
    """The claims of a good token."""
    headers = await member(busy_house.runtime, f"{uuid.uuid4().hex}@example.org")
    return jwt.decode(headers["Authorization"].split()[1], options={"verify_signature": False})


@pytest_asyncio.fixture(loop_scope="module")
async def key(busy_house) -> str:
    found = await busy_house.runtime.secrets.get(SESSION_KEY)
    assert found
    return found


async def refusal(house, token: str) -> None:
    """The token is refused as a missing one is."""
    missing = await house.stranger.get(ME)
    answer = await house.stranger.get(ME, headers=[(b"Authorization", b"Bearer " + token.encode("utf-8", "replace"))])
    assert (answer.status_code, answer.content) == (401, missing.content)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_token_that_says_what_ours_say_is_let_in(busy_house, ana, key) -> None:
    more = {**ana, "iss": "another service", "roles": ["admin"]}
    for token in (signed(ana, key), signed(more, key), signed(ana, key, {"alg": "HS256", "kid": "x"})):
        assert (await busy_house.stranger.get(ME, headers=bearer(token))).json()["id"] == ana["sub"]


LACKING = [{name: None} for name in ("sub", "email", "iat", "exp", "jti")]
WRONG = [
    {"sub": 7}, {"sub": ""}, {"sub": "nobody"}, {"sub": "0" * 36}, {"sub": ["x"]}, {"sub": None, "user": "x"},
    {"email": 7}, {"email": ["a"]}, {"iat": "now"}, {"iat": 1.5}, {"iat": True}, {"iat": -1}, {"iat": 2**70},
    {"exp": "never"}, {"exp": 0}, {"exp": -1}, {"exp": 1e300}, {"exp": 4e9}, {"exp": True}, {"exp": [4_000_000_000]},
    {"exp": 2**70}, {"exp": float("inf")}, {"exp": float("nan")}, {"jti": ""}, {"jti": 7}, {"jti": "a\0b"},
    {"jti": "\ud800"}, {"jti": "x" * 300}, {"type": "access"}, {"type": None, "typ": 1, "exp": 1},
    {"nbf": 4_000_000_000}, {"aud": "somebody else"},
]  # fmt: skip


@pytest.mark.parametrize("lack", LACKING, ids=lambda lack: next(iter(lack)))
async def test_a_token_that_lacks_a_claim_is_refused(busy_house, ana, key, lack) -> None:
    await refusal(busy_house, signed({name: value for name, value in ana.items() if name not in lack}, key))


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_a_token_with_a_claim_of_another_kind_is_refused(busy_house, ana, key, wrong) -> None:
    await refusal(busy_house, signed({**ana, **wrong}, key))


@pytest.mark.parametrize(
    "payload", [[], "text", 7, None, True, b"", b"{", b"\xff\xfe", b'{"sub": 1e99999}', b"[" * 5500, b'{"a":' * 1100],
    ids=lambda payload: repr(payload)[:20],
)  # fmt: skip
async def test_a_signed_payload_that_is_no_object_is_refused(busy_house, key, payload) -> None:
    await refusal(busy_house, signed(payload, key))


@pytest.mark.parametrize(
    "header",
    [{}, {"alg": "none"}, {"alg": None}, {"alg": "HS384"}, {"alg": "RS256"}, {"alg": ["HS256"]}, {"alg": {"a": 1}}, [], "HS256", 7,
     b"", b"{", b"[" * 5500, {"alg": "HS256", "crit": ["exp"]}, {"alg": "HS256", "b64": False}, {"alg": "HS256", "kid": 7}],
    ids=lambda header: repr(header)[:30],
)  # fmt: skip
async def test_a_header_that_names_anything_but_our_algorithm_is_refused(busy_house, ana, key, header) -> None:
    await refusal(busy_house, signed(ana, key, header))


async def test_forgeries_are_refused(busy_house, ana, key) -> None:
    good = signed(ana, key)
    head, payload, mac = good.split(".")
    stronger = signed(ana, key, {"alg": "HS512", "typ": "JWT"}, "sha512")
    forged = [
        f"{encoded({'alg': 'none'})}.{payload}.", f"{head}.{payload}.", f"{head}.{payload}", f"{head}..{mac}",
        f".{payload}.{mac}", f"{good}.", f".{good}", f"{good}.{mac}", payload, "..", ".", "...", good[:-1], good + "A",
        good + "=", f"{head}.{payload}.{mac[::-1]}", f"{head}.{encoded({**ana, 'sub': str(uuid.uuid4())})}.{mac}",
        signed(ana, key + "x"), signed(ana, "x" * 64), signed(ana, ""), stronger, good.swapcase(), f"{head}.!!.{mac}",
        f"{head}.{payload}.é", f"ä{good}", good.replace(".", "\u2024"), "x" * 7_000, "." * 7_000, f"{good}{'x' * 50_000}",
        *(f"{good[:-1]}{last}" for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-" if last != good[-1]),
        "lg_", f"lg_{good}", f"lg_{'é' * 20}",
    ]  # fmt: skip
    for token in forged:
        await refusal(busy_house, token)
    assert (await busy_house.stranger.get(ME, headers=bearer(good))).status_code == 200


async def test_a_token_is_good_in_the_very_second_it_expires_and_not_after(busy_house, ana, key) -> None:
    await asyncio.sleep(1 - time.time() % 1)  # to the beginning of a second
    last = int(time.time())
    token = signed({**ana, "exp": last, "iat": last - 60}, key)
    answer = await busy_house.stranger.get(ME, headers=bearer(token))
    if int(time.time()) == last:  # a machine that held us up for a whole second tells nothing
        assert answer.status_code == 200
    await asyncio.sleep(max(0.0, last + 1.01 - time.time()))
    await refusal(busy_house, token)


async def test_a_token_logged_out_in_its_last_second_stays_logged_out(busy_house, ana, key) -> None:
    token = signed({**ana, "exp": int(time.time()) + 2, "jti": uuid.uuid4().hex}, key)
    assert (await busy_house.stranger.post("/api/auth/logout", headers=bearer(token))).status_code == 200
    for _ in range(6):
        await refusal(busy_house, token)
        await asyncio.sleep(0.2)


async def test_a_logout_is_remembered_for_as_long_as_the_token_could_be_good(busy_house, ana, key) -> None:
    for left in (2, 3600):
        jti, expires = uuid.uuid4().hex, int(time.time()) + left
        token = signed({**ana, "exp": expires, "jti": jti}, key)
        assert (await busy_house.stranger.post("/api/auth/logout", headers=bearer(token))).status_code == 200
        async with busy_house.runtime.storage.read() as conn:
            until = (await conn.execute(select(short_lived.c.expires_at).where(short_lived.c.key == jti))).scalar_one()
        assert until >= max(expires + 1, time.time() + 50)


async def test_the_environment_may_set_the_key(open_house, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "a key that another service knows too")
    async with open_house() as house:
        headers = await member(house.runtime, "ana@example.org")
        token = headers["Authorization"].split()[1]
        claims = jwt.decode(token, "a key that another service knows too", ["HS256"])
        assert claims["email"] == "ana@example.org"
        assert await house.runtime.secrets.origin(SESSION_KEY) == "environment"


async def test_a_disabled_account_is_refused_everywhere_whatever_it_shows(busy_house) -> None:
    runtime = busy_house.runtime
    email = f"{uuid.uuid4().hex}@example.org"
    headers = await member(runtime, email)
    me = (await busy_house.stranger.get(ME, headers=headers)).json()
    _, api_token = await runtime.accounts.create_token(me["id"], "script")
    for active, status in ((False, 401), (True, 200)):
        async with runtime.storage.write() as conn:
            await conn.execute(update(user).where(user.c.email == email).values(is_active=active))
        for proof in (headers, bearer(api_token)):
            for path in (ME, "/api/records"):
                assert (await busy_house.stranger.get(path, headers=proof)).status_code == status


async def test_sessions_from_before_a_change_of_password_are_over(busy_house) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    headers = await member(busy_house.runtime, email)
    issued = jwt.decode(headers["Authorization"].split()[1], options={"verify_signature": False})["iat"]
    for since, status in ((issued, 200), (issued + 1, 401)):
        async with busy_house.runtime.storage.write() as conn:
            await conn.execute(update(user).where(user.c.email == email).values(sessions_since=since))
        assert (await busy_house.stranger.get(ME, headers=headers)).status_code == status


async def test_without_its_account_a_token_is_404_at_me_and_401_elsewhere(busy_house) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    headers = await member(busy_house.runtime, email)
    async with busy_house.runtime.storage.write() as conn:
        await conn.execute(delete(user).where(user.c.email == email))
    gone = await busy_house.stranger.get(ME, headers=headers)
    assert (gone.status_code, gone.json()["detail"]) == (404, gone.json()["message"])
    missing = await busy_house.stranger.get("/api/records")
    for path in PATHS[1:]:
        answer = await busy_house.stranger.get(path, headers=headers)
        assert (answer.status_code, answer.content) == (401, missing.content)


async def test_a_new_key_ends_every_session_at_once(house) -> None:
    headers = await member(house.runtime, "ana@example.org")
    await house.runtime.secrets.put(SESSION_KEY, "another key of at least thirty-two bytes")
    await refusal(house, headers["Authorization"].split()[1])
    assert (await house.stranger.get(ME, headers=await session(house.runtime, "ana@example.org"))).status_code == 200


async def test_a_logout_and_a_session_outlive_a_restart(house) -> None:
    ended, live = await member(house.runtime, "ana@example.org"), await session(house.runtime, "ana@example.org")
    assert (await house.stranger.post("/api/auth/logout", headers=ended)).status_code == 200
    # Another process on the same library: it starts after the logout, and knows only what was kept.
    async with (
        open_runtime(house.runtime.settings, house.runtime.places, work=False) as second,
        open_surface(second, Access(), port=0) as bound,
    ):
        for headers, status in ((ended, 401), (live, 200)):
            answer = await house.stranger.get(f"{bound.url}{ME}", headers=headers)
            assert answer.status_code == status
        assert (await house.stranger.post(f"{bound.url}/api/auth/logout", headers=live)).status_code == 200
    assert (await house.stranger.get(ME, headers=live)).status_code == 401


async def test_where_the_key_cannot_be_had_the_answer_is_503(house) -> None:
    headers = await member(house.runtime, "ana@example.org")
    house.runtime.places.data_dir.joinpath("secrets.json").write_text(json.dumps({SESSION_KEY: None}))
    answer = await house.stranger.get(ME, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (503, "store")
    assert (await house.client.get(ME)).status_code == 200  # an API token needs no key


async def test_a_logout_that_cannot_be_kept_is_503_and_the_session_goes_on(
    open_house, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_SECONDS", 0.2)
    async with open_house() as house:
        headers = await member(house.runtime, "ana@example.org")
        other = sqlite3.connect(house.runtime.places.data_dir / "library.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = await house.stranger.post("/api/auth/logout", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (503, "store_busy")
        other.execute("ROLLBACK")
        other.close()
        assert (await house.stranger.get(ME, headers=headers)).status_code == 200


@pytest.mark.postgres
async def test_where_the_store_cannot_be_asked_nobody_is_let_in(
    open_house, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pytest.MonkeyPatch.delenv
    monkeypatch.setattr(
        pytest.MonkeyPatch,
        "delenv",
        lambda self, name, raising=True: name == "DATABASE_URL" or real(self, name, raising),
    )
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    async with open_house() as house:
        headers = await member(house.runtime, "ana@example.org")
        assert (await house.stranger.get(ME, headers=headers)).status_code == 200
        name = postgres_url.rsplit("/", 1)[1]
        with psycopg.connect(f"{postgres_url.rsplit('/', 1)[0]}/postgres", autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            for path in (ME, "/api/records"):
                for proof in (headers, bearer(house.token)):
                    answer = await house.stranger.get(path, headers=proof)
                    assert (answer.status_code, name in answer.text) == (503, False)
            credentials = {"email": "ana@example.org", "password": PASSWORD}
            login = await house.stranger.post("/api/auth/login", json=credentials)
            register = await house.stranger.post("/api/auth/register", json=credentials)
            page = await house.stranger.get("/api/oauth/callback/discogs", params={"oauth_token": "x"})
            assert [answer.status_code for answer in (login, register, page)] == [503, 500, 503]
            for answer in (login, register, page):
                assert name not in answer.text
                assert "DATABASE_URL" not in answer.text
                assert "whoever runs this" in answer.text


async def test_a_hash_of_a_token_is_not_a_token(busy_house) -> None:
    await refusal(busy_house, "lg_" + hashlib.sha256(busy_house.token.encode()).hexdigest())
