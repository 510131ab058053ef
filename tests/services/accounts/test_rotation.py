"""Keys are rotated while everything runs, and a kill at any instant loses nothing."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.accounts.application import CONSUMER_KEY
from services.accounts.connections import Connections
from services.accounts.rotation import Rotation
from services.accounts.seal import INSTALLATION, Seal
from services.errors import Conflict, InvalidInput
from services.events import Events
from services.secrets import ENCRYPTION_KEY, SESSION_KEY, Secrets, lock, split_keys
from storage import accounts, app_config, short_lived
from storage.engine import Storage
from storage.short_lived import Kind
from storage.values import User

from .rotation_process import INSTANTS

PROGRAM = [sys.executable, "-m", "tests.services.accounts.rotation_process"]
ROOT = Path(__file__).resolve().parents[3]


async def connected(storage: Storage, secrets: Secrets, owner: User) -> Connections:
    """Two connected accounts of two people, and the application's key."""
    async with storage.write() as conn:
        other = await accounts.register(conn, "ana@example.org", "x")
    assert other is not None
    connections = Connections(storage, secrets, Events(), owner.id)
    await connections.connect(owner.id, "discogs", "me", "secret-of-mine")
    await connections.connect(other.id, "discogs", "ana", "secret-of-ana")
    async with storage.write() as conn:
        await app_config.put(conn, CONSUMER_KEY, await Seal(secrets).close("the-key", INSTALLATION, CONSUMER_KEY))
    return connections


async def opened(storage: Storage, secrets: Secrets, owner: User) -> set[str]:
    """Everything sealed that :func:`connected` kept."""
    connections = Connections(storage, secrets, Events(), owner.id)
    async with storage.read() as conn:
        ana = await accounts.by_email(conn, "ana@example.org")
        key = await app_config.get(conn, CONSUMER_KEY)
    assert ana is not None
    assert key is not None
    found = {(await connections.credential(user_id, "discogs")).secret for user_id in (owner.id, ana.id)}
    return found | {await Seal(secrets).open(key, INSTALLATION, CONSUMER_KEY)}


EVERYTHING = {"secret-of-mine", "secret-of-ana", "the-key"}


async def test_everything_is_encrypted_anew_for_everybody(storage: Storage, secrets: Secrets, owner: User) -> None:
    await connected(storage, secrets, owner)
    before = await secrets.get(ENCRYPTION_KEY)
    running = Secrets(secrets.file.parent)
    assert await opened(storage, running, owner) == EVERYTHING
    assert await Rotation(storage, secrets).rotate_encryption() == 3
    kept = await secrets.get(ENCRYPTION_KEY) or ""
    new, former = split_keys(kept)
    assert former == before
    only_new = Secrets(secrets.file.parent, {ENCRYPTION_KEY: new})
    for each in (secrets, running, only_new):
        assert await opened(storage, each, owner) == EVERYTHING
    status = await Rotation(storage, secrets).status()
    assert (status.sealed, status.former, status.unreadable) == (3, 0, ())


async def test_the_key_before_the_former_one_is_forgotten(storage: Storage, secrets: Secrets, owner: User) -> None:
    await connected(storage, secrets, owner)
    first = await secrets.get(ENCRYPTION_KEY)
    for _ in range(2):
        await Rotation(storage, secrets).rotate_encryption()
    kept = split_keys(await secrets.get(ENCRYPTION_KEY) or "")
    assert len(kept) == 2
    assert first not in kept
    assert await opened(storage, secrets, owner) == EVERYTHING


async def test_a_value_encrypted_with_the_former_key_is_counted_and_read(
    storage: Storage, secrets: Secrets, owner: User
) -> None:
    connections = await connected(storage, secrets, owner)
    former = await secrets.get(ENCRYPTION_KEY) or ""
    await Rotation(storage, secrets).rotate_encryption()
    late = Connections(storage, Secrets(secrets.file.parent, {ENCRYPTION_KEY: former}), Events(), owner.id)
    await late.connect(owner.id, "discogs", "me", "written-late")
    assert (await connections.credential(owner.id, "discogs")).secret == "written-late"
    assert (await Rotation(storage, secrets).status()).former == 1


async def test_what_no_key_opens_stops_the_rotation_before_anything_changed(
    storage: Storage, secrets: Secrets, owner: User, tmp_path: Path
) -> None:
    await connected(storage, secrets, owner)
    foreign = Secrets(tmp_path / "elsewhere")
    async with storage.read() as conn:
        ana = await accounts.by_email(conn, "ana@example.org")
    assert ana is not None
    await Connections(storage, foreign, Events(), owner.id).connect(ana.id, "discogs", "ana", "not-ours")
    before = secrets.file.read_bytes()
    async with storage.read() as conn:
        mine = await accounts.connected(conn, owner.id, "discogs")
    with pytest.raises(Conflict, match="Discogs connection of ana@example") as refused:
        await Rotation(storage, secrets).rotate_encryption()
    assert "disconnect" in refused.value.hint
    assert secrets.file.read_bytes() == before
    async with storage.read() as conn:
        assert await accounts.connected(conn, owner.id, "discogs") == mine
    assert (await Rotation(storage, secrets).status()).unreadable == ("the Discogs connection of ana@example.org",)


async def test_a_sign_in_under_way_is_taken_along_and_a_stale_one_in_nobody_s_way(
    storage: Storage, secrets: Secrets, owner: User, tmp_path: Path
) -> None:
    fresh = await Seal(secrets).close("request", INSTALLATION, "oauth")
    stale = await Seal(Secrets(tmp_path / "elsewhere")).close("request", INSTALLATION, "oauth")
    async with storage.write() as conn:
        await short_lived.put(conn, Kind.OAUTH, "fresh", fresh, seconds=600)
        await short_lived.put(conn, Kind.OAUTH, "stale", stale, seconds=600)
    assert await Rotation(storage, secrets).rotate_encryption() == 1
    new = split_keys(await secrets.get(ENCRYPTION_KEY) or "")[0]
    async with storage.read() as conn:
        kept = await short_lived.get(conn, Kind.OAUTH, "fresh")
        assert await short_lived.get(conn, Kind.OAUTH, "stale") == stale
    only_new = Seal(Secrets(tmp_path, {ENCRYPTION_KEY: new}))
    assert await only_new.open(kept or "", INSTALLATION, "oauth") == "request"


@pytest.mark.parametrize("name", [ENCRYPTION_KEY, SESSION_KEY])
async def test_a_key_of_the_environment_is_changed_there(
    storage: Storage, tmp_path: Path, no_ring: None, name: str
) -> None:
    secrets = Secrets(tmp_path, {name: Fernet.generate_key().decode()})
    rotation = Rotation(storage, secrets)
    with pytest.raises(InvalidInput, match="environment"):
        await rotation.check(encryption=True, sessions=True)
    with pytest.raises(InvalidInput, match="environment"):
        await (rotation.rotate_encryption() if name == ENCRYPTION_KEY else rotation.rotate_sessions())
    assert not secrets.file.exists()


async def test_with_two_keys_in_the_environment_everything_goes_under_the_first(
    storage: Storage, tmp_path: Path, owner: User, no_ring: None
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    await connected(storage, Secrets(tmp_path, {ENCRYPTION_KEY: old}), owner)
    both = Secrets(tmp_path, {ENCRYPTION_KEY: f"{new}, {old}"})
    assert await opened(storage, both, owner) == EVERYTHING
    assert (await Rotation(storage, both).status()).former == 3
    assert await Rotation(storage, both).rotate_encryption() == 3
    assert await opened(storage, Secrets(tmp_path, {ENCRYPTION_KEY: new}), owner) == EVERYTHING
    assert not both.file.exists()


async def test_two_rotations_at_once_do_not_cross(storage: Storage, secrets: Secrets, owner: User) -> None:
    await connected(storage, secrets, owner)
    with lock(secrets.file.with_name("keys.lock")), pytest.raises(Conflict, match="rotating"):
        await Rotation(storage, secrets).rotate_encryption()
    assert await opened(storage, secrets, owner) == EVERYTHING


async def test_a_new_session_key_is_known_at_once_everywhere(storage: Storage, secrets: Secrets) -> None:
    running = Secrets(secrets.file.parent)
    before = await running.obtain(SESSION_KEY, lambda: "s" * 32)
    await Rotation(storage, secrets).rotate_sessions()
    after = await running.get(SESSION_KEY)
    assert after not in (None, before)
    assert len(after or "") >= 32


@pytest.mark.parametrize("instant", INSTANTS)
@pytest.mark.parametrize(
    ("library_url", "keeper"),
    [
        ("sqlite", "no_ring"),
        ("sqlite", "ring"),
        pytest.param("postgresql", "no_ring", marks=pytest.mark.postgres),
    ],
    indirect=["library_url"],
)
async def test_a_kill_at_any_instant_leaves_everything_readable_and_is_completed_by_another_run(
    request: pytest.FixtureRequest,
    storage: Storage,
    library_url: str,
    tmp_path: Path,
    owner: User,
    instant: str,
    keeper: str,
) -> None:
    request.getfixturevalue(keeper)
    running = Secrets(tmp_path)
    connections = await connected(storage, running, owner)
    if keeper == "ring":
        assert json.loads(running.file.read_text()) == {ENCRYPTION_KEY: None}
    killed = await run(["rotate", str(tmp_path), library_url, instant])
    assert killed == -signal.SIGKILL

    started_later = Secrets(tmp_path)
    for secrets in (running, started_later):
        assert await opened(storage, secrets, owner) == EVERYTHING
    other = Connections(storage, started_later, Events(), owner.id)
    await other.connect(owner.id, "elsewhere", None, "written-meanwhile")
    assert (await connections.credential(owner.id, "elsewhere")).secret == "written-meanwhile"

    assert await Rotation(storage, Secrets(tmp_path)).rotate_encryption() == 4
    kept = split_keys(await Secrets(tmp_path).get(ENCRYPTION_KEY) or "")
    assert len(kept) == 2
    for secrets in (running, started_later, Secrets(tmp_path, {ENCRYPTION_KEY: kept[0]})):
        assert await opened(storage, secrets, owner) == EVERYTHING
    assert (await connections.credential(owner.id, "elsewhere")).secret == "written-meanwhile"


async def test_a_process_that_reads_and_writes_all_the_time_notices_nothing(
    storage: Storage, library_url: str, tmp_path: Path, owner: User, no_ring: None
) -> None:
    command = [*PROGRAM, "write", str(tmp_path), library_url]
    writing = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writing.stdin is not None
    assert writing.stdout is not None
    try:
        rotation = Rotation(storage, Secrets(tmp_path))
        for _ in range(5):
            for _ in range(3):
                line = await asyncio.wait_for(writing.stdout.readline(), 30)
                assert line, (await writing.communicate())[1].decode()
            await rotation.rotate_encryption()
        assert await asyncio.wait_for(writing.stdout.readline(), 30)
        _, said = await asyncio.wait_for(writing.communicate(b""), 30)
    finally:
        if writing.returncode is None:
            writing.kill()
    assert writing.returncode == 0, said.decode()
    assert (await rotation.status()).unreadable == ()


async def run(arguments: list[str]) -> int:
    process = await asyncio.create_subprocess_exec(*PROGRAM, *arguments, cwd=ROOT)
    return await asyncio.wait_for(process.wait(), 60)
