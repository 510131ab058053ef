"""Secrets: keyring first, else a private file; never lost by a keyring that falls silent, never shown."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from cryptography.fernet import Fernet
from keyring.backend import KeyringBackend

from services.errors import Conflict, InvalidInput
from services.log import HIDDEN, MOST_PASSING, hide, hide_for_now, scrub
from services.secrets import ENCRYPTION_KEY, Origin, Secrets


class Ring(KeyringBackend):
    """A keyring as the keyring library knows them; ``locked`` makes every question wait."""

    priority = 9  # pyright: ignore

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.unlocked = threading.Event()
        self.unlocked.set()

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.unlocked.wait()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.unlocked.wait()
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    ring.unlocked.set()
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


async def test_without_a_keyring_secrets_lie_in_a_file_for_their_owner_only(no_ring: None, tmp_path: Path) -> None:
    await Secrets(tmp_path).put("A", "value")
    assert await Secrets(tmp_path).get("A") == "value"
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    await Secrets(tmp_path).remove("A")
    assert await Secrets(tmp_path).get("A") is None


async def test_with_a_keyring_nothing_secret_is_in_the_file(ring: Ring, tmp_path: Path) -> None:
    await Secrets(tmp_path).put("A", "value")
    assert await Secrets(tmp_path).get("A") == "value"
    assert list(ring.kept.values()) == ["value"]
    assert "value" not in (tmp_path / "secrets.json").read_text()
    assert await Secrets(tmp_path / "other").get("A") is None
    await Secrets(tmp_path).remove("A")
    assert ring.kept == {}


async def test_a_locked_keyring_neither_hangs_the_program_nor_yields_a_second_key(ring: Ring, tmp_path: Path) -> None:
    await Secrets(tmp_path).fernet()
    ring.unlocked.clear()
    secrets = Secrets(tmp_path, keyring_wait=0.05)
    async with asyncio.timeout(30):
        with pytest.raises(Conflict, match="keyring"):
            await secrets.fernet()
        await secrets.put("B", "new")
    assert await secrets.get("B") == "new"


async def test_the_environment_goes_first(no_ring: None, tmp_path: Path) -> None:
    await Secrets(tmp_path).put("A", "kept")
    assert await Secrets(tmp_path, {"A": "given"}).get("A") == "given"


async def test_the_encryption_key_is_made_once_however_many_ask(no_ring: None, tmp_path: Path) -> None:
    ciphers = await asyncio.gather(*(Secrets(tmp_path).fernet() for _ in range(8)))
    sealed = ciphers[0].encrypt(b"x")
    assert [cipher.decrypt(sealed) for cipher in ciphers] == [b"x"] * 8


async def test_what_was_asked_once_costs_no_reading_until_it_changes(
    ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets(tmp_path)
    await secrets.put("A", "value")
    assert await secrets.obtain("A", str) == "value"
    ring.unlocked.clear()  # whoever asks the keyring now waits
    monkeypatch.setattr(Path, "read_text", None)
    async with asyncio.timeout(1):
        assert [await secrets.get("A"), await secrets.obtain("A", str)] == ["value", "value"]


@pytest.mark.parametrize("keeper", ["ring", "no_ring"])
async def test_a_change_by_another_process_is_known_at_once(
    request: pytest.FixtureRequest, tmp_path: Path, keeper: str
) -> None:
    request.getfixturevalue(keeper)
    running, other = Secrets(tmp_path), Secrets(tmp_path)
    seen: list[str | None] = []
    for value in ("one!", "two!", "six!"):
        await other.put("A", value)
        seen.append(await running.get("A"))
    await other.remove("A")
    assert [*seen, await running.get("A")] == ["one!", "two!", "six!", None]


async def test_a_secret_in_the_file_stays_readable_for_who_has_no_keyring(ring: Ring, tmp_path: Path) -> None:
    ring.unlocked.clear()
    headless = Secrets(tmp_path, keyring_wait=0.05)
    await headless.put("A", "made over SSH")
    ring.unlocked.set()
    await Secrets(tmp_path).put("A", "changed on the desktop")
    assert await headless.get("A") == "changed on the desktop"


async def test_threads_never_see_anything_but_a_kept_value(no_ring: None, tmp_path: Path) -> None:
    secrets, other = Secrets(tmp_path), Secrets(tmp_path)
    values = [f"value-{n}" for n in range(60)]
    await other.put("A", values[0])
    stop, seen, failures = threading.Event(), set[str | None](), list[Exception]()

    def read() -> None:
        try:
            while not stop.is_set():
                seen.add(asyncio.run(secrets.get("A")))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for value in values[1:]:
        await other.put("A", value)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert seen <= set(values)
    assert await secrets.get("A") == values[-1]


async def test_the_first_of_several_keys_encrypts_and_all_decrypt(tmp_path: Path) -> None:
    new, old = (Fernet.generate_key().decode() for _ in range(2))
    cipher = await Secrets(tmp_path, {ENCRYPTION_KEY: f"{new},{old}"}).fernet()
    assert cipher.decrypt(Fernet(old).encrypt(b"x")) == b"x"
    assert Fernet(new).decrypt(cipher.encrypt(b"y")) == b"y"


async def test_a_secret_tells_where_it_comes_from(ring: Ring, tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {"A": "given"})
    await secrets.put("B", "value")
    assert [await secrets.origin(name) for name in "ABC"] == [Origin.ENVIRONMENT, Origin.KEYRING, None]


async def test_a_malformed_key_is_refused_without_showing_it(no_ring: None, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        await Secrets(tmp_path, {ENCRYPTION_KEY: "hunter2hunter2"}).fernet()
    assert "hunter2" not in f"{refused.value.message} {refused.value.hint} {refused.value.__cause__}"


async def test_a_damaged_file_is_not_written_over(no_ring: None, tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{ torn")
    with pytest.raises(InvalidInput):
        await Secrets(tmp_path).put("A", "value")
    assert (tmp_path / "secrets.json").read_text() == "{ torn"


def test_a_representation_shows_no_secret(tmp_path: Path) -> None:
    assert "hunter" not in repr(Secrets(tmp_path, {"A": "hunter2hunter2"}))


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Discogs token=SECRETSECRET",
        '{"Authorization": "Bearer SECRETSECRET"}',
        "GET /x?oauth_token=SECRETSECRET&page=1",
        "postgresql://me:SECRETSECRET@db/lg",
        "password='SECRETSECRET'",
        "the value SECRETSECRET by itself",
    ],
)
def test_no_secret_gets_into_the_log(line: str) -> None:
    hide("SECRETSECRET")
    assert "SECRETSECRET" not in scrub(line)
    assert HIDDEN in scrub(line)


def test_what_looks_like_our_tokens_is_hidden_unseen() -> None:
    token, sealed = "lg_" + "a1" * 21, Fernet(Fernet.generate_key()).encrypt(b"x" * 30).decode()
    assert scrub(f"got {token} and {sealed}") == f"got {HIDDEN} and {HIDDEN}"


def test_secrets_that_pass_are_hidden_and_of_many_the_eldest_is_forgotten() -> None:
    hide("stays-hidden")
    for number in range(MOST_PASSING + 1):
        hide_for_now(f"passing-secret-{number:05}")
    assert scrub(f"got passing-secret-{MOST_PASSING:05}") == f"got {HIDDEN}"
    assert scrub("got stays-hidden") == f"got {HIDDEN}"
    assert scrub("got passing-secret-00000") == "got passing-secret-00000"
