"""The operator's hand on users: what is set here holds at once in a process that was running before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.accounts import Accounts, Connections, passwords
from services.accounts.people import People
from services.errors import Conflict, InvalidInput, NotFound, Refused
from services.events import Events
from services.places import locate
from services.secrets import Secrets
from services.settings import load_settings
from storage import accounts as rows
from storage import records
from storage.engine import Storage
from storage.values import RecordFacts, User

EMAIL, PASSWORD = "ana@example.org", "blanks are good"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ITERATIONS", 1000)


@pytest.fixture
def accounts(storage: Storage, secrets: Secrets, owner: User, tmp_path: Path) -> Accounts:
    """Accounts as a running process has them."""
    settings = load_settings(locate(tmp_path / "settings"))
    return Accounts(storage, secrets, Connections(storage, secrets, Events(), owner.id), settings)


@pytest.fixture
def people(storage: Storage, accounts: Accounts) -> People:
    return People(storage, accounts)


async def test_everybody_is_listed_with_what_they_have(
    storage: Storage, accounts: Accounts, people: People, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accounts.people._PAGE", 2)
    ana = await people.add(f" {EMAIL.upper()} ", PASSWORD)
    for n in range(3):
        await people.add(f"user{n}@example.org", PASSWORD)
    await accounts.connections.connect(ana.id, "discogs", "ana", "a-token")
    await accounts.connections.connect(ana.id, "spotify", "ana", "a-token")
    async with storage.write() as conn:
        for title in "AB":
            await records.add(conn, ana.id, RecordFacts("Artist", title), data_source="manual")
    listed = [person async for person in people.all()]
    assert [person.user.email for person in listed] == [None, EMAIL, *(f"user{n}@example.org" for n in range(3))]
    assert (listed[0].user.is_owner, listed[0].records, listed[0].services) == (True, 0, ())
    assert (listed[1].records, listed[1].services) == (2, ("discogs", "spotify"))


async def test_who_was_added_signs_in_and_is_not_added_twice(accounts: Accounts, people: People) -> None:
    await people.add(EMAIL, PASSWORD)
    await accounts.login(EMAIL, PASSWORD)
    with pytest.raises(Conflict, match="already"):
        await people.add(EMAIL, "another password")
    await accounts.login(EMAIL, PASSWORD)


@pytest.mark.parametrize(("email", "password"), [("no address", PASSWORD), (EMAIL, "short"), (EMAIL, "x" * 1025)])
async def test_the_rules_of_registering_hold(people: People, email: str, password: str) -> None:
    with pytest.raises(InvalidInput):
        await people.add(email, password)


async def test_disabling_ends_sessions_for_good_and_api_tokens_for_as_long(accounts: Accounts, people: People) -> None:
    ana = await people.add(EMAIL, PASSWORD)
    session = (await accounts.login(EMAIL, PASSWORD)).access_token
    _, token = await accounts.create_token(ana.id, "script")
    assert await accounts.verify(session)
    await people.disable(EMAIL)
    assert (await accounts.verify(session), await accounts.verify(token)) == (None, None)
    with pytest.raises(Refused):
        await accounts.login(EMAIL, PASSWORD)
    await people.enable(EMAIL)
    user = await accounts.verify(token)
    assert user is not None
    assert user.id == ana.id
    assert await accounts.verify(session) is None


async def test_the_owner_cannot_be_disabled(storage: Storage, people: People, owner: User) -> None:
    with pytest.raises(Conflict, match="owner"):
        await people.disable("owner")
    async with storage.read() as conn:
        assert await rows.owner(conn) == owner


async def test_a_new_password_ends_every_session_of_that_user_only(accounts: Accounts, people: People) -> None:
    await people.add(EMAIL, PASSWORD)
    await people.add("ben@example.org", PASSWORD)
    sessions = [(await accounts.login(EMAIL, PASSWORD)).access_token for _ in range(2)]
    other = (await accounts.login("ben@example.org", PASSWORD)).access_token
    await people.set_password(EMAIL, "a new password")
    assert [await accounts.verify(session) for session in sessions] == [None, None]
    assert await accounts.verify(other)
    with pytest.raises(Refused):
        await accounts.login(EMAIL, PASSWORD)
    assert await accounts.verify((await accounts.login(EMAIL, "a new password")).access_token)


async def test_the_owner_signs_in_after_getting_an_address(accounts: Accounts, people: People, owner: User) -> None:
    with pytest.raises(InvalidInput, match="no e-mail address"):
        await people.set_password("owner", PASSWORD)
    await people.set_password("owner", PASSWORD, "Me@example.org")
    user = await accounts.verify((await accounts.login("me@example.org", PASSWORD)).access_token)
    assert user is not None
    assert (user.id, user.is_owner) == (owner.id, True)
    await people.set_password("me@example.org", "another password")
    await people.add(EMAIL, PASSWORD)
    with pytest.raises(Conflict, match="already"):
        await people.set_password("owner", PASSWORD, EMAIL)
    with pytest.raises(InvalidInput, match="Only the owner"):
        await people.set_password(EMAIL, PASSWORD, "new@example.org")


async def test_whom_nobody_knows_is_named_with_where_to_look(people: People) -> None:
    for change in (people.disable, people.enable, people.check):
        with pytest.raises(NotFound, match="nobody@example") as missing:
            await change("nobody@example.org")
        assert "users list" in missing.value.hint


async def test_two_operators_who_add_the_same_address_make_one_user(people: People) -> None:
    results = await asyncio.gather(*(people.add(EMAIL, PASSWORD) for _ in range(4)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 3 + ["User"]
