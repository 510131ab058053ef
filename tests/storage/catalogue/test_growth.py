"""Releases that come through the API find their place in every list."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from storage.catalogue import growth, packed, revision
from storage.catalogue.kinds import Kind, key_of
from storage.catalogue.lists import List, page
from storage.catalogue.packed import Entries, unpack
from storage.engine import Storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from tests.storage.catalogue import naive


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are cut into parts of eight."""
    for module in (packed, revision):
        monkeypatch.setattr(module, "PART", 8)
        monkeypatch.setattr(module, "LONGEST", 16)


async def test_every_list_holds_what_counting_the_releases_gives(storage: Storage) -> None:
    entries = naive.invented(120, seed=1)
    for start in range(0, len(entries), 50):
        batch = entries[start : start + 50]
        await storage.catalogue.write(lambda db, batch=batch: growth.apply(db, batch))
    wanted = await storage.catalogue.read(lambda db: naive.expected(db, entries))
    assert await storage.catalogue.read(naive.stored) == wanted


@pytest.mark.usefixtures("short_parts")
async def test_long_lists_are_cut_and_stay_in_order(storage: Storage) -> None:
    entries = naive.invented(300, seed=2)
    random.Random(3).shuffle(entries)
    for start in range(0, len(entries), 30):
        batch = entries[start : start + 30]
        await storage.catalogue.write(lambda db, batch=batch: growth.apply(db, batch))
    wanted = await storage.catalogue.read(lambda db: naive.expected(db, entries))
    assert await storage.catalogue.read(naive.stored) == wanted
    assert await storage.catalogue.read(lambda db: db.rows("SELECT 1 FROM part WHERE list = 1"))


@pytest.mark.usefixtures("short_parts")
async def test_a_release_that_changes_leaves_where_it_was(storage: Storage) -> None:
    entries = naive.invented(200, seed=4)
    await storage.catalogue.write(lambda db: growth.apply(db, entries))
    other = {entry.id: entry for entry in naive.invented(200, seed=5)}
    changed = [other[entry.id] if entry.id % 2 else entry for entry in entries]
    assert await storage.catalogue.write(lambda db: growth.apply(db, changed)) == 100
    wanted = await storage.catalogue.read(lambda db: naive.expected(db, changed))
    assert await storage.catalogue.read(naive.stored) == wanted


@pytest.mark.usefixtures("short_parts")
async def test_years_are_counted_where_a_list_is_cut(storage: Storage) -> None:
    entries = naive.invented(200, seed=6)
    await storage.catalogue.write(lambda db: growth.apply(db, entries[:150]))
    await storage.catalogue.write(lambda db: growth.apply(db, entries[150:]))
    key = key_of(Kind.ARTIST, 1)
    row = await storage.catalogue.read(lambda db: db.row("SELECT years FROM node WHERE key = ?", (key,)))
    years = unpack(row[0]) if row else None
    assert isinstance(years, Entries)
    of_one = [entry.year for entry in entries if entry.year and any(each.id == 1 for each in entry.artists)]
    assert dict(zip(years.ids, years.marks, strict=True)) == {year: of_one.count(year) for year in set(of_one)}
    assert list(years.ids) == sorted(years.ids)


@pytest.mark.usefixtures("short_parts")
@pytest.mark.parametrize("limit", [1, 7, 50])
async def test_walking_a_list_by_pages_gives_each_entry_once(storage: Storage, limit: int) -> None:
    entries = naive.invented(150, seed=7)
    await storage.catalogue.write(lambda db: growth.apply(db, entries))
    key = key_of(Kind.ARTIST, 1)

    def walk(db: growth.Database) -> list[int]:
        row = db.row("SELECT releases FROM node WHERE key = ?", (key,))
        assert row is not None
        pages = [page(db, key, List.RELEASES, row[0], offset, limit) for offset in range(0, 200, limit)]
        return [each for entries in pages for each in entries.ids]

    wanted = (await storage.catalogue.read(lambda db: naive.expected(db, entries)))[key]["releases"]
    assert await storage.catalogue.read(walk) == [release for release, _ in wanted]


async def test_the_same_again_is_no_news(storage: Storage) -> None:
    entries = naive.invented(20, seed=8)
    assert await storage.catalogue.write(lambda db: growth.apply(db, entries)) == 20
    assert await storage.catalogue.write(lambda db: growth.apply(db, entries)) == 0


async def test_what_says_only_part_of_a_release_leaves_the_rest(storage: Storage) -> None:
    whole = ReleaseEntry(
        ReleaseId(5),
        "Amber",
        "Autechre",
        1994,
        country="UK",
        artists=(Credit(41, "Autechre"),),
        credits=(Credit(9, "An Engineer"),),
        labels=(LabelLine(23528, "Warp Records", "WARPLP25"),),
    )
    await storage.catalogue.write(lambda db: growth.apply(db, [whole]))
    brief = replace(whole, title="Amber (Reissue)", country=None, credits=(), whole=False)
    await storage.catalogue.write(lambda db: growth.apply(db, [brief]))
    row = await storage.catalogue.read(lambda db: db.row("SELECT title, country FROM release WHERE id = 5"))
    assert row is not None and tuple(row) == ("Amber (Reissue)", "UK")
    lists = await storage.catalogue.read(naive.stored)
    assert lists[key_of(Kind.ARTIST, 9)]["credits"] == [(5, 0)]
