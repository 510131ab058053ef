"""Saved views of the graph: who opens them, how long they last, how many there may be, on both engines."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalogue.snapshots import MOST_PER_USER, Snapshots, TooManyNodes, TooManySnapshots, token_of
from services.errors import InvalidInput, NotFound
from services.places import locate
from services.settings import load_settings
from storage import accounts
from storage.engine import Storage, open_storage
from storage.values import SnapshotNode, User

MILES, JAZZ = SnapshotNode("23755", "artist"), SnapshotNode("Jazz", "genre")
DAY = 86_400.0


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_770_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def storage(library_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Storage]:
    catalogue = f"sqlite:///{tmp_path / 'catalogue.db'}" if library_url.startswith("sqlite") else library_url
    async with open_storage(library_url, catalogue) as opened:
        yield opened


@pytest.fixture
async def owner(storage: Storage) -> User:
    async with storage.write() as conn:
        return await accounts.ensure_owner(conn)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def snapshots(storage: Storage, clock: Clock, tmp_path: Path) -> Snapshots:
    return Snapshots(storage, load_settings(locate(tmp_path / "home")), clock)


async def test_a_view_comes_back_as_it_was_saved(snapshots: Snapshots, owner: User) -> None:
    nodes = (JAZZ, MILES, SnapshotNode("AC/DC “100%” 東京", "style"), JAZZ)
    made = await snapshots.save(owner.id, nodes, SnapshotNode("1157", "release"))
    found = await snapshots.open(made.token)
    assert found == made
    assert (found.nodes, found.center) == (nodes, SnapshotNode("1157", "release"))
    assert found.path == f"/snapshot/{found.token}"


async def test_every_saving_has_a_token_of_its_own(snapshots: Snapshots, owner: User) -> None:
    made = [await snapshots.save(owner.id, [MILES], MILES) for _ in range(3)]
    assert len({each.token for each in made}) == 3
    assert all(len(each.token) == 16 for each in made)


async def test_a_view_lasts_28_days_and_looking_does_not_prolong_it(
    snapshots: Snapshots, owner: User, clock: Clock
) -> None:
    made = await snapshots.save(owner.id, [MILES], MILES)
    clock.now += 28 * DAY - 1
    assert await snapshots.open(made.token) == made
    clock.now += 1
    with pytest.raises(NotFound):
        await snapshots.open(made.token)


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 16, "A" * 17, "../../etc/passwd", "ä" * 16, "A" * 15 + "\n", "\x00" * 16]
)
async def test_an_unknown_or_malformed_token_opens_nothing(snapshots: Snapshots, owner: User, token: str) -> None:
    await snapshots.save(owner.id, [MILES], MILES)
    with pytest.raises(NotFound):
        await snapshots.open(token)


async def test_a_view_has_some_nodes_and_no_more_than_the_settings_say(snapshots: Snapshots, owner: User) -> None:
    snapshots.settings = snapshots.settings.model_copy(update={"snapshot_max_nodes": 3})
    assert len((await snapshots.save(owner.id, [MILES] * 3, JAZZ)).nodes) == 3
    with pytest.raises(TooManyNodes, match="Too many nodes: maximum is 3"):
        await snapshots.save(owner.id, [MILES] * 4, JAZZ)
    with pytest.raises(InvalidInput, match="nothing to save"):
        await snapshots.save(owner.id, [], JAZZ)


async def test_fifty_last_at_a_time_and_the_next_waits_until_one_expires(
    snapshots: Snapshots, storage: Storage, owner: User, clock: Clock
) -> None:
    first = await snapshots.save(owner.id, [MILES], MILES)
    clock.now += 2 * DAY
    saving = [snapshots.save(owner.id, [MILES], MILES) for _ in range(MOST_PER_USER + 2)]
    outcomes = await asyncio.gather(*saving, return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, BaseException)]
    assert len(refused) == 3
    for each in refused:
        assert isinstance(each, TooManySnapshots)
        assert each.seconds == 26 * DAY
        assert first.expires_at[:10] in each.hint
    async with storage.write() as conn:
        other = await accounts.register(conn, "else@example.org", "")
    assert other is not None
    await snapshots.save(other.id, [MILES], MILES)
    clock.now += 26 * DAY
    await snapshots.save(owner.id, [MILES], MILES)


async def test_what_has_expired_is_cleared_away_when_another_is_saved(tmp_path: Path, clock: Clock) -> None:
    library = tmp_path / "library.db"
    async with open_storage(f"sqlite:///{library}", f"sqlite:///{tmp_path / 'catalogue.db'}") as storage:
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
        snapshots = Snapshots(storage, load_settings(locate(tmp_path / "home")), clock)
        await snapshots.save(owner.id, [MILES], MILES)
        clock.now += 29 * DAY
        kept = await snapshots.save(owner.id, [JAZZ], JAZZ)
    with sqlite3.connect(library) as connection:
        rows = connection.execute("SELECT * FROM snapshot").fetchall()
    assert len(rows) == 1
    assert kept.token not in str(rows)


@pytest.mark.parametrize(
    "pasted",
    [
        "bhyTLGirlmDv3lC2",
        "  bhyTLGirlmDv3lC2\n",
        "/snapshot/bhyTLGirlmDv3lC2",
        "https://music.example.org/snapshot/bhyTLGirlmDv3lC2",
        "http://127.0.0.1:8004/api/snapshot/bhyTLGirlmDv3lC2/",
        "https://music.example.org/app/snapshot/bhyTLGirlmDv3lC2?from=mail#top",
    ],
)
def test_a_token_is_found_in_whatever_link_was_pasted(pasted: str) -> None:
    assert token_of(pasted) == "bhyTLGirlmDv3lC2"


@pytest.mark.parametrize(
    "pasted",
    [
        "", "bhyTLGirlmDv3lC", "bhyTLGirlmDv3lC23", "/bhyTLGirlmDv3lC2", "https://example.org/bhyTLGirlmDv3lC2",
        "/snapshot/", "/snapshot/bhyTLGirlmDv3lC2/more", "see /snapshot/bhyTLGirlmDv3lC2", "bhyTLGirlmDv3l=2",
    ],
)  # fmt: skip
def test_what_is_no_link_is_refused_saying_what_one_looks_like(pasted: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        token_of(pasted)
    assert "/snapshot/" in refused.value.hint
