"""Passwords as they are stored and checked (discogsography-contract.md section 3)."""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounts import passwords
from services.accounts.passwords import Verdict, check_password, check_rules, hash_password
from services.errors import Crowded, InvalidInput

RIGHT = "correct horse battery staple"
REAL_WORK = hashlib.pbkdf2_hmac
ITERATIONS = passwords.ITERATIONS


@pytest.fixture(autouse=True)
def _passwords_cost_what_they_do(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(passwords, "ITERATIONS", ITERATIONS)


def documented(password: str) -> str:
    """As the contract documents it: 100,000 iterations, no prefix."""
    salt = bytes(range(32))
    return f"{salt.hex()}:{REAL_WORK('sha256', password.encode(), salt, 100_000).hex()}"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The iterations of every hash that is computed; each costs a thousandth of what it says."""
    counted: list[int] = []

    def cheap(name: str, password: bytes, salt: bytes, iterations: int, length: int | None = None) -> bytes:
        counted.append(iterations)
        return REAL_WORK(name, password, salt, max(1, iterations // 1000), length)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", cheap)
    return counted


async def test_a_password_is_stored_with_its_parameters_and_a_salt_of_its_own() -> None:
    stored = await hash_password(RIGHT)
    found = re.fullmatch(r"pbkdf2_sha256\$(\d+)\$([0-9a-f]{64})\$([0-9a-f]{64})", stored)
    assert found
    assert int(found[1]) >= 600_000
    assert REAL_WORK("sha256", RIGHT.encode(), bytes.fromhex(found[2]), int(found[1])).hex() == found[3]
    assert await hash_password(RIGHT) != stored
    assert await check_password(RIGHT, stored) == Verdict(True, is_weak=False)
    assert await check_password(RIGHT + " ", stored) == Verdict(False, is_weak=False)


async def test_the_documented_format_is_read_and_known_as_weaker() -> None:
    assert await check_password(RIGHT, documented(RIGHT)) == Verdict(True, is_weak=True)
    assert await check_password(RIGHT, documented(RIGHT).upper()) == Verdict(True, is_weak=True)
    assert not (await check_password("wrong", documented(RIGHT))).is_right


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize(
    "stored",
    ["", ":", "x", "ab:cd", documented(RIGHT)[:-1], documented(RIGHT) + "0", documented(RIGHT).replace(":", "$"),
     "zz" + documented(RIGHT)[2:], documented(RIGHT).replace(":", ": "), f"{'0' * 64}:{'é' * 64}", "pbkdf2_sha256$",
     f"pbkdf2_sha256$0${'0' * 64}${'0' * 64}", f"pbkdf2_sha256$-1${'0' * 64}${'0' * 64}",
     f"pbkdf2_sha256$999999999${'0' * 64}${'0' * 64}", f"pbkdf2_sha1$1000${'0' * 64}${'0' * 64}",
     f"pbkdf2_sha256$1000${'0' * 62}${'0' * 64}", f"pbkdf2_sha256$1000${'0' * 64}${'0' * 64}\n", "$2b$12$abc"],
)  # fmt: skip
async def test_what_cannot_be_read_is_nobodys_password(stored: str) -> None:
    assert not (await check_password(RIGHT, stored)).is_right


async def test_every_refusal_costs_the_same_however_and_whether_a_password_is_stored(work: list[int]) -> None:
    stored = await hash_password(RIGHT)
    assert work == [passwords.ITERATIONS]
    for kept in (stored, documented(RIGHT), None, "not readable"):
        work.clear()
        assert not (await check_password("wrong", kept)).is_right
        assert sum(work) == passwords.ITERATIONS, kept


@pytest.mark.usefixtures("work")
@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_a_password_of_any_characters_is_right_and_no_other_is(password: str, other: str) -> None:
    async def both() -> tuple[bool, bool]:
        stored = await hash_password(password)
        return (await check_password(password, stored)).is_right, (await check_password(other, stored)).is_right

    assert asyncio.run(both()) == (True, password == other)


@pytest.mark.parametrize("password", ["x" * 8, " " * 8, "ä" * 8, "🎷" * 8, "x" * 1024, "\t\n  a b c"])
def test_any_characters_may_be_chosen(password: str) -> None:
    check_rules(password)


@pytest.mark.parametrize("password", ["", "x" * 7, "🎷" * 7, "x" * 1025, "x" * 8 + "\0", "x" * 8 + "\ud800"])
def test_what_is_too_short_too_long_or_cannot_be_sent_may_not(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_rules(password)
    assert refused.value.field == "password"
    assert "xxxx" not in refused.value.message + refused.value.hint


async def test_the_loop_goes_on_while_passwords_are_hashed() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    heart = asyncio.create_task(beat())
    began = time.monotonic()
    await asyncio.gather(*(hash_password(RIGHT) for _ in range(4)))
    heart.cancel()
    assert beats >= 5, f"{beats} beats in {time.monotonic() - began:.2f} s"


async def test_a_crowd_is_sent_away_instead_of_waiting_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def held(name: str, password: bytes, salt: bytes, iterations: int, length: int | None = None) -> bytes:
        assert go_on.wait(30)
        return REAL_WORK(name, password, salt, 1, length)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", held)
    first = [asyncio.create_task(check_password("wrong", None)) for _ in range(passwords.MOST_AT_ONCE)]
    await asyncio.sleep(0)
    for late in (check_password(RIGHT, documented(RIGHT)), check_password(RIGHT, None), hash_password(RIGHT)):
        with pytest.raises(Crowded):
            await late
    first.pop().cancel()  # who gives up makes room
    await asyncio.sleep(0)
    again = asyncio.create_task(check_password("wrong", None))
    go_on.set()
    assert [verdict.is_right for verdict in await asyncio.gather(again, *first)] == [False] * passwords.MOST_AT_ONCE
