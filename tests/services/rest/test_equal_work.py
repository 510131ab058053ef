"""Nobody learns by the clock who has an account (discogsography-contract.md sections 3 and 18)."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update

from services.accounts import passwords
from storage.tables import user
from tests.services.rest.visitors import PASSWORD, believe_proxies, crowd, member

REGISTER, LOGIN = "/api/auth/register", "/api/auth/login"
REAL_WORK = hashlib.pbkdf2_hmac
ITERATIONS = passwords.ITERATIONS
TRIES = 200
FAIR = 0.005
"""Seconds between two medians (section 18): half of what the hash costs here, so a hash that is left out shows."""
DISABLED, OLD = "disabled@example.org", "old@example.org"


@pytest.fixture(autouse=True)
def _passwords_cost_what_they_do(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(passwords, "ITERATIONS", ITERATIONS)


async def settle(house) -> None:
    """An account, a disabled one and one whose password is kept in the documented format."""
    for email in ("ana@example.org", DISABLED, OLD):
        await member(house.runtime, email)
    salt = b"\1" * 32
    old = f"{salt.hex()}:{REAL_WORK('sha256', PASSWORD.encode(), salt, 100_000).hex()}"
    async with house.runtime.storage.write() as conn:
        await conn.execute(update(user).where(user.c.email == DISABLED).values(is_active=False))
        await conn.execute(update(user).where(user.c.email == OLD).values(password_hash=old))


LOGINS = {
    "unknown": ("nobody@example.org", PASSWORD),
    "wrong": ("ana@example.org", "wrong"),
    "disabled": (DISABLED, PASSWORD),
    "disabled and wrong": (DISABLED, "wrong"),
    "wrong in the documented format": (OLD, "wrong"),
}


async def test_every_refused_login_and_every_registration_hashes_the_same(
    open_house, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[int] = []

    def counted(name: str, password: bytes, salt: bytes, iterations: int, length: int | None = None) -> bytes:
        work.append(iterations)
        return REAL_WORK(name, password, salt, max(1, iterations // 1000), length)

    async with open_house() as house:
        await settle(house)
        believe_proxies(house.runtime)
        monkeypatch.setattr(hashlib, "pbkdf2_hmac", counted)
        async with crowd(house.bound.url) as client:
            for kind, (email, password) in LOGINS.items():
                work.clear()
                answer = await client.post(LOGIN, json={"email": email, "password": password})
                assert (answer.status_code, sum(work)) == (401, passwords.ITERATIONS), kind
            for email in ("new@example.org", "ana@example.org", DISABLED):
                work.clear()
                answer = await client.post(REGISTER, json={"email": email, "password": PASSWORD})
                assert (answer.status_code, sum(work)) == (201, passwords.ITERATIONS), email


@pytest.mark.by_hand
@pytest.mark.timeout(600)
async def test_the_times_of_refused_logins_and_of_registrations_tell_nothing(
    open_house, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hashes of about 10 ms. The kinds take turns, so that whatever else the machine does meets all alike."""
    iterations = await _iterations_of(0.010)
    monkeypatch.setattr(passwords, "ITERATIONS", iterations)
    monkeypatch.setattr(passwords, "_DOCUMENTED_ITERATIONS", iterations // 6)
    async with open_house() as house:
        await settle(house)
        believe_proxies(house.runtime)
        async with crowd(house.bound.url) as client:

            def login(email: str, password: str) -> Callable[[int], Awaitable[object]]:
                return lambda _: client.post(LOGIN, json={"email": email, "password": password})

            def register(pattern: str) -> Callable[[int], Awaitable[object]]:
                return lambda n: client.post(REGISTER, json={"email": pattern.format(n), "password": PASSWORD})

            await _assert_alike(lambda _: {kind: login(*who) for kind, who in LOGINS.items()})
            await _assert_alike(
                lambda series: {
                    "new": register(f"n{series}.{{}}@example.org"),
                    "taken": register("ana@example.org"),
                    "off": register(DISABLED),
                }
            )


async def _assert_alike(kinds: Callable[[int], dict[str, Callable[[int], Awaitable[object]]]]) -> None:
    """A difference that is in the program shows in every series, one of a busy machine does not."""
    seen: list[dict[str, float]] = []
    for series in range(3):
        medians = await _medians(kinds(series))
        assert min(medians.values()) > FAIR, medians
        if max(medians.values()) - min(medians.values()) < FAIR:
            return
        seen.append(medians)
    raise AssertionError(seen)


async def _iterations_of(seconds: float) -> int:
    took = []
    for _ in range(5):
        began = time.perf_counter()
        REAL_WORK("sha256", b"x", b"y", 20_000)
        took.append(time.perf_counter() - began)
    return int(20_000 * seconds / min(took))


async def _medians(kinds: dict[str, Callable[[int], Awaitable[object]]]) -> dict[str, float]:
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    for n in range(TRIES):
        for kind, ask in kinds.items():
            began = time.perf_counter()
            await ask(n)
            took[kind].append(time.perf_counter() - began)
    return {kind: statistics.median(times) for kind, times in took.items()}
