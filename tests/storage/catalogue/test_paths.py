"""The shortest chain between two artists, against a search that looks at everything."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence

import pytest

from storage.catalogue import growth, nodes, paths
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.engine import Storage
from storage.values import Credit, Path, ReleaseEntry, ReleaseId
from tests.storage.catalogue import naive


def credit(number: int) -> Credit:
    return Credit(number, f"Artist {number}")


def release(number: int, *by: int, credited: tuple[int, ...] = (), year: int | None = None) -> ReleaseEntry:
    made, others = tuple(map(credit, by)), tuple(map(credit, credited))
    return ReleaseEntry(ReleaseId(number), f"Title {number}", "Line", year, artists=made, credits=others)


async def fill(storage: Storage, *entries: ReleaseEntry) -> None:
    await storage.catalogue.write(lambda db: growth.apply(db, entries))


def search(db: Database, start: int, goal: int, *, depth: int = 6, seconds: float = 60.0) -> Path:
    ends = [nodes.by_number(db, Kind.ARTIST, str(each)) for each in (start, goal)]
    assert ends[0] is not None and ends[1] is not None
    return paths.find(db, ends[0], ends[1], depth=depth, seconds=seconds)


async def find(storage: Storage, start: int, goal: int, *, depth: int = 6) -> Path:
    return await storage.catalogue.read(lambda db: search(db, start, goal, depth=depth))


def told(path: Path) -> list[tuple[str, str, str, str]]:
    """A chain as (how, release, how the next one is on it, the next one)."""
    return [(link.how, link.release.node.id, link.artist_how, link.artist.id) for link in path.links]


Roles = dict[int, dict[int, bool]]
"""Of each release everybody on it, and whether they are credited only."""


def roles_of(entries: Sequence[ReleaseEntry]) -> Roles:
    return {
        entry.id: {each.id: True for each in entry.credits} | {each.id: False for each in entry.artists}
        for entry in entries
    }


def nearest(roles: Roles, start: int) -> dict[int, tuple[int, int]]:
    """Of everybody the least number of releases to them from ``start``, and with so many the fewest mere credits."""
    on: dict[int, list[int]] = defaultdict(list)
    for number, everybody in roles.items():
        for artist in everybody:
            on[artist].append(number)
    best = {start: (0, 0)}
    queue = [(0, 0, start)]
    while queue:
        hops, cost, artist = heapq.heappop(queue)
        if (hops, cost) > best[artist]:
            continue
        for number in on[artist]:
            for other, credited in roles[number].items():
                way = (hops + 1, cost + roles[number][artist] + credited)
                if other not in best or way < best[other]:
                    best[other] = way
                    heapq.heappush(queue, (*way, other))
    return best


async def test_chains_are_as_short_and_as_good_as_they_can_be(storage: Storage) -> None:
    entries = naive.invented(150, seed=21, artists=260)
    await fill(storage, *entries)
    roles = roles_of(entries)
    everybody = sorted({artist for each in roles.values() for artist in each})
    pairs = [(one, other) for one in everybody[::9] for other in everybody[::7]]
    found = await storage.catalogue.read(lambda db: [search(db, one, other, depth=8) for one, other in pairs])
    lengths: set[int] = set()
    for (one, other), path in zip(pairs, found, strict=True):
        reached = nearest(roles, one).get(other)
        if reached is None or reached[0] > 8:
            assert not path.found and path.ended in ("unconnected", "depth")
            assert not path.links
            continue
        assert path.found, (one, other)
        cost, at = 0, one
        for link in path.links:
            on = roles[int(link.release.node.id)]
            assert (link.how, link.artist_how) == tuple(
                "credited" if on[each] else "by" for each in (at, int(link.artist.id))
            )
            cost += on[at] + on[int(link.artist.id)]
            at = int(link.artist.id)
        assert at == other
        assert (len(path.links), cost) == reached, (one, other)
        lengths.add(len(path.links))
    assert {0, 1, 2, 3, 4} <= lengths


async def test_a_chain_says_on_which_release_and_how(storage: Storage) -> None:
    await fill(storage, release(10, 1, credited=(2,), year=1959), release(11, 3, 2, year=1960), release(12, 2, 3))
    path = await find(storage, 1, 3)
    assert told(path) == [("by", "10", "credited", "2"), ("by", "11", "by", "3")]
    assert (path.start.name, path.goal.name, path.ended) == ("Artist 1", "Artist 3", "found")
    first = path.links[0]
    assert (first.release.node.name, first.release.year, first.artist.name) == ("Title 10", 1959, "Artist 2")


async def test_what_both_made_is_preferred_to_what_they_are_credited_on(storage: Storage) -> None:
    await fill(storage, release(10, 1, credited=(2,)), release(11, 9, credited=(1, 2)), release(12, 1, 2))
    assert told(await find(storage, 1, 2)) == [("by", "12", "by", "2")]


async def test_an_artist_is_no_step_from_itself(storage: Storage) -> None:
    await fill(storage, release(10, 1))
    path = await find(storage, 1, 1)
    assert (path.found, path.links) == (True, ())


@pytest.mark.parametrize("nobody", [194, 355, 118760])
async def test_nobody_in_particular_is_no_bridge_but_may_be_an_end(storage: Storage, nobody: int) -> None:
    await fill(storage, release(10, nobody, credited=(1,)), release(11, nobody, credited=(2,)))
    assert (await find(storage, 1, 2)).ended == "unconnected"
    assert told(await find(storage, 1, nobody)) == [("credited", "10", "by", str(nobody))]
    assert len((await find(storage, nobody, 2)).links) == 1


async def test_who_is_on_too_many_releases_is_no_bridge_but_may_be_an_end(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "HUB", 3)
    busy = [release(number, 5, credited=(1,) if number == 10 else ()) for number in range(10, 13)]
    await fill(storage, *busy, release(13, 2, credited=(5,)))
    assert (await find(storage, 1, 2)).ended == "unconnected"
    assert (await find(storage, 1, 5)).found
    monkeypatch.setattr(paths, "HUB", 4)
    assert len((await find(storage, 1, 2)).links) == 2


async def test_a_chain_that_is_too_long_is_not_found_within_the_depth(storage: Storage) -> None:
    await fill(storage, *(release(number, number, number + 1) for number in range(1, 8)))
    assert len((await find(storage, 1, 7)).links) == 6
    too_long = await find(storage, 1, 8)
    assert (too_long.found, too_long.ended, too_long.links) == (False, "depth", ())
    assert len((await find(storage, 1, 8, depth=7)).links) == 7
    assert (await find(storage, 1, 3, depth=1)).ended == "depth"


async def test_a_search_ends_with_its_time(storage: Storage) -> None:
    await fill(storage, release(1, 1, 2), release(2, 2, 3))
    path = await storage.catalogue.read(lambda db: search(db, 1, 3, seconds=-1.0))
    assert (path.found, path.ended, path.links) == (False, "time", ())


async def test_both_directions_tell_the_same_length(storage: Storage) -> None:
    entries = naive.invented(80, seed=22, artists=150)
    await fill(storage, *entries)
    numbers = sorted({each.id for entry in entries for each in entry.artists})[::5]

    def lengths(db: Database, *, back: bool) -> list[int]:
        pairs = [(other, one) if back else (one, other) for one in numbers for other in numbers]
        return [len(search(db, *pair).links) for pair in pairs]

    there = await storage.catalogue.read(lambda db: lengths(db, back=False))
    assert there == await storage.catalogue.read(lambda db: lengths(db, back=True))
