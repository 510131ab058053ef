"""One dump makes the same catalogue on either engine, which answers the same questions with the same words."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from services.catalogue.dumps.service import Dumps
from services.catalogue.graph import Graph
from services.catalogue.search import CatalogueSearch
from storage.catalogue import explore
from storage.catalogue.kinds import Kind, parted
from storage.engine import Storage, open_storage
from tests.services.catalogue.dumps.contents import assert_alike, contents
from tests.services.catalogue.dumps.invented import write

pytestmark = [pytest.mark.postgres]
Both = tuple[Storage, Storage]


@pytest.fixture
async def both(tmp_path: Path, postgres_url: str) -> AsyncIterator[Both]:
    """An empty catalogue on either engine."""
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(
                open_storage(f"sqlite:///{tmp_path / 'library.db'}", f"sqlite:///{tmp_path / 'catalogue.db'}")
            ),
            await stack.enter_async_context(open_storage(postgres_url, "sqlite:///unused.db")),
        )


async def import_into(both: Both, folder: Path) -> None:
    """The dumps in ``folder``, on both."""
    reasons: list[Any] = []
    for storage in both:
        dumps = Dumps(storage.catalogue)
        done = await dumps.import_dumps(dumps.find([folder]))
        reasons.append((done.counts, done.skipped, done.reasons))
    assert reasons[0] == reasons[1]


async def answers(storage: Storage) -> list[Any]:
    """What is said about a few dozen nodes of every kind, drawn by lot, and found by their words."""
    graph, search, lots = Graph(storage), CatalogueSearch(storage), random.Random(3)
    nodes = await storage.catalogue.read(lambda db: db.rows("SELECT key, name FROM node ORDER BY key"))
    said: list[Any] = []
    for kind in explore.CATEGORIES:
        of_kind = [row for row in nodes if parted(row[0])[0] is kind]
        for _, name in lots.sample(of_kind, min(8, len(of_kind))):
            word = kind.word
            said.append((word, name, await graph.explore(word, name), await graph.trends(word, name)))
            said.append(await graph.node(word, name))
            for category in explore.CATEGORIES[kind]:
                said.append(await graph.expand(word, name, category, limit=20, offset=0))
                said.append(await graph.expand(word, name, category, limit=7, offset=11))
            said.append(await search.autocomplete(name[: lots.randint(2, 5)], word))
            said.append(await search.find(name, limit=20, kinds=("artist", "label", "master", "release")))
    artists = [row for row in nodes if parted(row[0])[0] is Kind.ARTIST]
    for _ in range(6):
        (_, one), (_, other) = lots.sample(artists, 2)
        said.append(await graph.path(one, other, seconds=20))
    releases = await storage.catalogue.read(lambda db: db.rows("SELECT artist, title, catno FROM release ORDER BY id"))
    for artist, title, catno in lots.sample(releases, 12):
        slip = title[:3] + title[4:]
        for text in (f"{title} {artist}", slip, catno or title):
            said.append(await search.find(text, limit=20))
    return said


async def assert_same(both: Both) -> None:
    here, there = [await storage.catalogue.read(contents) for storage in both]
    assert_alike(here, there)
    for one, other in zip(*[await answers(storage) for storage in both], strict=True):
        assert one == other


async def test_an_invented_dump_is_the_same_catalogue_on_both_engines(both: Both, tmp_path: Path) -> None:
    write(tmp_path / "dumps", 2750)
    await import_into(both, tmp_path / "dumps")
    assert await both[1].catalogue.read(lambda db: db.row("SELECT count(*) FROM part")) != (0,), "no list was cut"
    await assert_same(both)


async def test_the_real_sample_is_the_same_catalogue_on_both_engines(both: Both, fixtures: Path) -> None:
    await import_into(both, fixtures / "discogs" / "dumps")
    await assert_same(both)


async def test_what_is_carried_over_is_the_same_on_both_engines(both: Both, tmp_path: Path) -> None:
    write(tmp_path / "first", 300)
    (tmp_path / "later").mkdir()
    for file in write(tmp_path / "second", 400, seed=2, date="20260901"):
        if "artists" in file.name or "masters" in file.name:
            file.rename(tmp_path / "later" / file.name)
    await import_into(both, tmp_path / "first")
    await import_into(both, tmp_path / "later")
    assert await both[1].catalogue.read(lambda db: db.row("SELECT count(*) FROM release")) != (0,)
    await assert_same(both)
