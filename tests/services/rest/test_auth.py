"""Register, log in, log out, me: every row of the tables in discogsography-contract.md section 6."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import re
import threading
import uuid
from datetime import datetime, timedelta

import httpx
import jwt
import pytest
import pytest_asyncio
import structlog
from sqlalchemy import func, select, update

from services.accounts import passwords
from services.errors import StoreFull
from storage.tables import user
from tests.services.rest.visitors import PASSWORD, believe_proxies, crowd, member, session

pytestmark = pytest.mark.asyncio(loop_scope="module")
REGISTER, LOGIN, LOGOUT, ME = (f"/api/auth/{name}" for name in ("register", "login", "logout", "me"))
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(passwords, "ITERATIONS", 1000)


@pytest_asyncio.fixture(loop_scope="module")
async def door(busy_house):
    """A client each of whose requests comes from another address."""
    believe_proxies(busy_house.runtime)
    async with crowd(busy_house.bound.url) as client:
        yield client


def new_email() -> str:
    return f"person{next(_numbers)}@example.org"


async def people(house) -> int:
    async with house.runtime.storage.read() as conn:
        return (await conn.execute(select(func.count()).select_from(user))).scalar_one()


async def kept(house, email: str):
    async with house.runtime.storage.read() as conn:
        return (await conn.execute(select(user).where(user.c.email == email))).one_or_none()


# A1 register


async def test_registering_makes_an_active_account_and_answers_nothing_of_it(busy_house, door) -> None:
    email = new_email()
    answer = await door.post(REGISTER, json={"email": f"  {email.upper()} ", "password": PASSWORD, "is_owner": True})
    assert (answer.status_code, answer.text) == (201, '{"message":"Registration processed"}')
    assert "set-cookie" not in answer.headers
    held = await kept(busy_house, email)
    assert (held.is_active, held.is_owner, held.email) == (True, False, email)
    assert str(uuid.UUID(held.id)) == held.id
    assert datetime.fromisoformat(held.created_at).utcoffset() == timedelta(0)
    assert PASSWORD not in held.password_hash


@pytest.mark.parametrize("is_active", [True, False])
async def test_an_address_that_exists_gets_the_same_answer_and_stays_as_it_is(busy_house, door, is_active) -> None:
    email = new_email()
    new = await door.post(REGISTER, json={"email": email, "password": PASSWORD})
    async with busy_house.runtime.storage.write() as conn:
        await conn.execute(update(user).where(user.c.email == email).values(is_active=is_active))
    before, count = await kept(busy_house, email), await people(busy_house)
    again = await door.post(REGISTER, json={"email": email.title(), "password": "another password"})
    assert (again.status_code, again.content) == (new.status_code, new.content)
    volatile = {"x-request-id", "date"}
    assert _stable(again.headers, volatile) == _stable(new.headers, volatile)
    assert (await kept(busy_house, email), await people(busy_house)) == (before, count)


def _stable(headers: httpx.Headers, volatile: set[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name not in volatile]


async def test_two_who_register_one_address_at_once_make_one_account(busy_house, door) -> None:
    email, count = new_email(), await people(busy_house)
    tries = [door.post(REGISTER, json={"email": email, "password": f"{PASSWORD} {n}"}) for n in range(6)]
    answers = await asyncio.gather(*tries)
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, '{"message":"Registration processed"}')}
    assert await people(busy_house) == count + 1


GOOD = {"email": "ana@example.org", "password": PASSWORD}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": PASSWORD}, "email"),
        ({"email": "ana@example.org"}, "password"),
        ({**GOOD, "email": 1}, "email"),
        ({**GOOD, "email": None}, "email"),
        ({**GOOD, "email": ["ana@example.org"]}, "email"),
        ({**GOOD, "password": 12345678}, "password"),
        *(
            ({**GOOD, "email": bad}, "email")
            for bad in ("", " ", "ana", "@", "ana@example", "a@b@c.org", "a na@b.org", "ana@b .org", "ana@b\t.org",
                        "ana.org@b", "ana@", "a" * 250 + "@b.org", "ana@b.org\0", "ana\ud800@b.org", "ana\u2003x@b.org")
        ),
        *(
            ({**GOOD, "password": bad}, "password")
            for bad in ("", "1234567", "🎷" * 7, "x" * 1025, "x" * 8 + "\0", "x" * 8 + "\udfff")
        ),
    ],
)  # fmt: skip
async def test_what_is_malformed_is_422_and_never_repeated(busy_house, door, body, field: str) -> None:
    count = await people(busy_house)
    answer = await door.post(REGISTER, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert [entry["loc"] for entry in answer.json()["detail"]] == [["body", field]]
    assert all(set(entry) == {"type", "loc", "msg"} for entry in answer.json()["detail"])
    rejected = body.get(field)
    assert not (isinstance(rejected, str) and len(rejected) > 3) or rejected[:7] not in answer.text
    assert await people(busy_house) == count


@pytest.mark.parametrize(
    ("content", "headers"),
    [(json.dumps(GOOD), {}), (json.dumps(GOOD), {"Content-Type": "text/plain"}), ("[]", None), ("null", None),
     ("email=ana@example.org&password=correct+horse", {"Content-Type": "application/x-www-form-urlencoded"}),
     ("{", None), ("", None), (b"\xff\xfe", None), ("[" * 50_000, None)],
)  # fmt: skip
@pytest.mark.parametrize("path", [REGISTER, LOGIN])
async def test_a_body_that_is_no_json_object_is_422(door, path: str, content, headers: dict[str, str] | None) -> None:
    kind = {"Content-Type": "application/json"} if headers is None else headers
    answer = await door.post(path, content=content, headers=kind)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    "hidden", ["\x1b]0;x\x07", "\x7f", "\x9b31m", "\u202e", "\u200b", "\ufeff"], ids=lambda text: ascii(text)
)
async def test_an_address_with_characters_that_do_not_show_is_422(busy_house, door, hidden: str) -> None:
    """It would pass for another one in the operator's list, and steer the terminal that shows it."""
    answer = await door.post(REGISTER, json={"email": f"ana{hidden}@example.org", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert hidden not in answer.text


@pytest.mark.parametrize(
    "password", [" " * 8, "ä" * 8, "🎷" * 8, "x" * 1024, " spaces at both ends ", "\t\n\r tabs and lines"]
)
async def test_a_password_is_taken_as_it_is(door, password: str) -> None:
    email = new_email()
    assert (await door.post(REGISTER, json={"email": email, "password": password})).status_code == 201
    assert (await door.post(LOGIN, json={"email": email, "password": password})).status_code == 200
    assert (await door.post(LOGIN, json={"email": email, "password": password + " "})).status_code == 401


async def test_an_address_of_255_characters_is_taken_and_its_token_is_good(door) -> None:
    email = f"{'🎷' * (255 - len('@example.org'))}@example.org"
    assert (await door.post(REGISTER, json={"email": email, "password": PASSWORD})).status_code == 201
    token = (await door.post(LOGIN, json={"email": email, "password": PASSWORD})).json()["access_token"]
    assert (await door.get(ME, headers={"Authorization": f"Bearer {token}"})).json()["email"] == email


async def test_closed_registration_answers_alike_and_stores_nothing(house) -> None:
    accounts = house.runtime.accounts
    accounts.settings = accounts.settings.model_copy(update={"registration": "closed"})
    answer = await house.stranger.post(REGISTER, json=GOOD)
    assert (answer.status_code, answer.json()) == (201, {"message": "Registration processed"})
    assert (await house.stranger.post(REGISTER, json={**GOOD, "password": "short"})).status_code == 422
    assert await people(house) == 1


async def test_what_the_store_cannot_take_is_500(house, monkeypatch: pytest.MonkeyPatch) -> None:
    def full():
        raise StoreFull("The disk is full; the change was not made and nothing was lost.", "Free some space.")

    monkeypatch.setattr(house.runtime.storage, "write", full)
    answer = await house.stranger.post(REGISTER, json=GOOD)
    assert (answer.status_code, answer.json()["message"]) == (500, "The account could not be stored.")
    assert "try again" in answer.json()["hint"].lower()
    assert answer.json()["detail"] == answer.json()["message"]


async def test_the_log_has_neither_addresses_nor_passwords(house) -> None:
    with structlog.testing.capture_logs() as lines:
        await house.stranger.post(REGISTER, json=GOOD)
        await house.stranger.post(REGISTER, json=GOOD)
        await house.stranger.post(LOGIN, json=GOOD)
        await house.stranger.post(LOGIN, json={**GOOD, "password": "wrong password"})
    assert len([line for line in lines if line["event"] in ("registered", "registered_again")]) == 2
    written = str(lines)
    assert not any(secret in written for secret in ("ana@", PASSWORD, "wrong password", "eyJ"))


# A2 login


async def test_a_login_gives_a_token_with_the_documented_claims(busy_house, door) -> None:
    email = new_email()
    await member(busy_house.runtime, email)
    answer = await door.post(LOGIN, json={"email": f" {email.upper()} ", "password": PASSWORD})
    body = answer.json()
    assert (answer.status_code, set(body)) == (200, {"access_token", "token_type", "expires_in"})
    assert (body["token_type"], body["expires_in"]) == ("bearer", 86400)
    assert answer.headers["Cache-Control"] == "no-store"
    token = body["access_token"]
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert "=" not in token
    claims = jwt.decode(token, options={"verify_signature": False})
    held = await kept(busy_house, email)
    assert set(claims) == {"sub", "email", "iat", "exp", "jti"}
    assert (claims["sub"], claims["email"]) == (held.id, email)
    assert claims["exp"] - claims["iat"] == 86400
    assert type(claims["iat"]) is int
    assert re.fullmatch("[0-9a-f]{32}", claims["jti"])


async def test_every_login_is_a_session_of_its_own(busy_house, door) -> None:
    email = new_email()
    first = await member(busy_house.runtime, email)
    second = await session(busy_house.runtime, email)
    assert first != second
    for headers in (first, second):
        assert (await door.get(ME, headers=headers)).json()["email"] == email


async def test_the_lifetime_is_a_setting(house) -> None:
    await house.runtime.accounts.create("ana@example.org", PASSWORD)
    accounts = house.runtime.accounts
    accounts.settings = accounts.settings.model_copy(update={"jwt_expire_minutes": 7})
    body = (await house.stranger.post(LOGIN, json=GOOD)).json()
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert (body["expires_in"], claims["exp"] - claims["iat"]) == (420, 420)


async def test_unknown_wrong_and_disabled_are_refused_alike(busy_house, door) -> None:
    email, disabled = new_email(), new_email()
    await member(busy_house.runtime, email)
    await member(busy_house.runtime, disabled)
    async with busy_house.runtime.storage.write() as conn:
        await conn.execute(update(user).where(user.c.email == disabled).values(is_active=False))
    tries = [(email, "wrong"), (email, ""), (new_email(), PASSWORD), (disabled, PASSWORD), (disabled, "wrong"),
             ("", PASSWORD), ("no address", PASSWORD), ("x" * 10_000, PASSWORD), (email, "x" * 100_000)]  # fmt: skip
    answers = [await door.post(LOGIN, json={"email": who, "password": password}) for who, password in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize(
    "body",
    [{"email": "a@b.org"}, {"password": PASSWORD}, {"email": 1, "password": PASSWORD}, {"email": "a@b.org", "password": 1},
     {"email": "a@b.org", "password": None}, {"email": "a@b.org", "password": "x\ud800"}, {"email": "a\0@b.org", "password": "x"}],
)  # fmt: skip
async def test_a_login_without_two_texts_is_422(door, body) -> None:
    answer = await door.post(LOGIN, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


async def test_a_login_makes_a_password_in_the_documented_format_stronger(busy_house, door) -> None:
    email = new_email()
    await member(busy_house.runtime, email)
    salt = b"\1" * 32
    old = f"{salt.hex()}:{hashlib.pbkdf2_hmac('sha256', PASSWORD.encode(), salt, 100_000).hex()}"
    async with busy_house.runtime.storage.write() as conn:
        await conn.execute(update(user).where(user.c.email == email).values(password_hash=old))
    passwords.ITERATIONS = 200_000  # the fixture puts it back
    assert (await door.post(LOGIN, json={"email": email, "password": "wrong"})).status_code == 401
    assert (await kept(busy_house, email)).password_hash == old
    assert (await door.post(LOGIN, json={"email": email, "password": PASSWORD})).status_code == 200
    now = (await kept(busy_house, email)).password_hash
    assert now.startswith("pbkdf2_sha256$200000$")
    assert (await door.post(LOGIN, json={"email": email, "password": PASSWORD})).status_code == 200
    assert (await kept(busy_house, email)).password_hash == now


# A3 logout


async def test_a_logout_ends_the_presented_session_everywhere_and_no_other(busy_house, door) -> None:
    email = new_email()
    one = await member(busy_house.runtime, email)
    other = await session(busy_house.runtime, email)
    answer = await door.post(LOGOUT, headers=one)
    assert (answer.status_code, answer.json()) == (200, {"logged_out": True})
    for method, path in (("POST", LOGOUT), ("GET", ME), ("GET", "/api/records"), ("GET", "/status")):
        refused = await door.request(method, path, headers=one)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (await door.get(ME, headers=other)).status_code == 200


async def test_an_api_token_and_the_owners_socket_have_no_session_to_end(busy_house) -> None:
    for visitor in (busy_house.client, busy_house.owner):
        assert (await visitor.post(LOGOUT)).status_code == 409
        assert (await visitor.get(ME)).status_code == 200


# A4 me


async def test_me_is_the_account_of_the_token(busy_house, door) -> None:
    email = new_email()
    answer = await door.get(ME, headers=await member(busy_house.runtime, email))
    held = await kept(busy_house, email)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.json() == {"id": held.id, "email": email, "is_active": True, "created_at": held.created_at}
    assert held.created_at.endswith("+00:00")


async def test_over_the_socket_and_by_an_api_token_me_is_the_owner_without_an_address(busy_house) -> None:
    for visitor in (busy_house.owner, busy_house.client):
        body = (await visitor.get(ME)).json()
        assert (body["id"], body["email"], body["is_active"]) == (busy_house.runtime.owner.id, None, True)


async def test_nobody_becomes_the_owner_by_registering(house) -> None:
    headers = await member(house.runtime, "ana@example.org")
    added = await house.client.post("/api/records", json={"artistName": "a", "albumTitle": "b"})
    assert added.status_code == 201
    assert (await house.stranger.get("/api/records", headers=headers)).json()["count"] == 0
    own = await house.stranger.post("/api/records", json={"artistName": "c", "albumTitle": "d"}, headers=headers)
    assert own.status_code == 201
    assert (await house.client.get("/api/records")).json()["count"] == 1


async def test_a_flood_of_logins_is_told_to_come_back_whoever_is_asked_for(
    busy_house, door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await member(busy_house.runtime, "flooded@example.org")
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    with passwords._places:  # pyright: ignore[reportPrivateUsage]
        answers = [
            await door.post(path, json={"email": email, "password": PASSWORD})
            for path in (LOGIN, REGISTER)
            for email in ("flooded@example.org", "nobody.at.all@example.org")
        ]
        assert (await busy_house.client.get(ME)).status_code == 200
    assert {(answer.status_code, answer.headers["retry-after"], answer.text) for answer in answers} == {
        (503, "5", answers[0].text)
    }
    assert answers[0].json()["error"] == "crowded"
    again = await door.post(LOGIN, json={"email": "flooded@example.org", "password": PASSWORD})
    assert again.status_code == 200
