"""What is found by following the graph: who made records together, who is alike, what a label puts out, what is missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set
from typing import Any

import pytest

from storage.catalogue import collaborators, gaps, growth, nodes, profiles, similar
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind, Relation, key_of
from storage.catalogue.nodes import Node
from storage.engine import Storage
from storage.values import CollaboratorPage, Credit, GapPage, LabelLine, LabelProfile, ReleaseEntry, ReleaseId, Similar
from tests.storage.catalogue import naive


def artist(number: int) -> Credit:
    return Credit(number, f"Artist {number}")


def release(
    number: int, *by: int, credited: tuple[int, ...] = (), on: tuple[int, ...] = (), **facts: Any
) -> ReleaseEntry:
    return ReleaseEntry(
        ReleaseId(number),
        f"Title {number}",
        "Line",
        artists=tuple(map(artist, by)),
        credits=tuple(map(artist, credited)),
        labels=tuple(LabelLine(each, f"Label {each}") for each in on),
        **facts,
    )


async def fill(storage: Storage, *entries: ReleaseEntry) -> None:
    await storage.catalogue.write(lambda db: growth.apply(db, entries))


def node(db: Database, kind: Kind, number: int) -> Node:
    found = nodes.by_number(db, kind, str(number))
    assert found is not None
    return found


async def companions(storage: Storage, number: int, *, limit: int = 50, offset: int = 0) -> CollaboratorPage:
    def ask(db: Database) -> CollaboratorPage:
        return collaborators.collaborators(db, node(db, Kind.ARTIST, number), limit=limit, offset=offset)

    return await storage.catalogue.read(ask)


async def alike(storage: Storage, number: int, limit: int = 50) -> list[Similar]:
    return await storage.catalogue.read(lambda db: similar.similar(db, node(db, Kind.ARTIST, number), limit=limit))


async def profile(storage: Storage, number: int) -> LabelProfile:
    return await storage.catalogue.read(lambda db: profiles.profile(db, node(db, Kind.LABEL, number)))


async def missing(
    storage: Storage, kind: Kind, number: int, owned: Set[int], wanted: Set[int] = frozenset(), **how: Any
) -> GapPage:
    asked: dict[str, Any] = {"limit": 50, "offset": 0, **how}
    return await storage.catalogue.read(lambda db: gaps.gaps(db, node(db, kind, number), owned, wanted, **asked))


@pytest.mark.usefixtures("short_parts")
async def test_collaborators_are_everybody_on_the_same_releases(storage: Storage) -> None:
    entries = naive.invented(150, seed=31)
    await fill(storage, *entries)
    years: dict[int, list[int]] = defaultdict(list)
    for entry in entries:
        everybody = {each.id for each in (*entry.artists, *entry.credits)}
        if 1 in everybody and entry.artists:
            for each in everybody - {1}:
                years[each].append(entry.year or 0)
    page = await companions(storage, 1, limit=200)
    assert page.total == len(page.collaborators) == len(years)
    assert page.complete
    for found in page.collaborators:
        with_it = years[int(found.node.id)]
        assert found.releases == len(with_it)
        assert dict(found.by_year) == Counter(year for year in with_it if year)
        assert (found.first_year, found.last_year) == (min(filter(None, with_it), default=None), max(with_it) or None)
    order = [(-found.releases, int(found.node.id)) for found in page.collaborators]
    assert order == sorted(order)
    walked = [
        each
        for offset in range(0, page.total, 7)
        for each in (await companions(storage, 1, limit=7, offset=offset)).collaborators
    ]
    assert tuple(walked) == page.collaborators


async def test_a_compilation_was_not_made_together(storage: Storage) -> None:
    await fill(
        storage, release(1, 194, credited=(1, 2)), release(2, 194, 1, credited=(3,)), release(3, 9, credited=(1, 4))
    )
    assert [each.node.id for each in (await companions(storage, 1)).collaborators] == ["3", "4", "9"]
    assert [each.node.id for each in (await companions(storage, 194)).collaborators] == ["1", "2", "3"]


async def test_of_very_many_releases_a_part_is_looked_at_and_that_is_said(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collaborators, "MOST", 2)
    await fill(storage, *(release(number, 1, number, year=1990 + number) for number in range(10, 13)))
    page = await companions(storage, 1)
    assert ([each.node.id for each in page.collaborators], page.complete) == (["11", "12"], False)
    assert (await companions(storage, 10)).complete


async def test_who_shares_what_is_rare_is_more_alike(storage: Storage) -> None:
    crowd = [release(100 + each, 100 + each, on=(7,), styles=("House",)) for each in range(20)]
    await fill(
        storage,
        *crowd,
        release(1, 1, on=(7, 8), styles=("House", "Dub")),
        release(2, 2, on=(8,), styles=("Dub",)),
        release(3, 3, on=(7,), styles=("House",)),
        release(4, 4, on=(9,)),
    )
    found = await alike(storage, 1)
    numbers = [int(each.node.id) for each in found]
    assert numbers[0] == 2
    assert numbers[1:] == [3, *range(100, 120)]
    assert [(why.node.kind, why.node.name) for why in found[0].reasons] == [("label", "Label 8"), ("style", "Dub")]
    assert all(0 < each.score <= 1 for each in found)
    assert abs(sum(why.weight for why in found[0].reasons) - found[0].score) < 0.001
    assert found == await alike(storage, 1)
    assert (await alike(storage, 1, limit=3)) == found[:3]


async def test_who_works_with_the_same_people_is_alike_for_that(storage: Storage) -> None:
    await fill(storage, release(1, 1, credited=(50, 51)), release(2, 2, credited=(50,)), release(3, 3, credited=(52,)))
    found = await alike(storage, 1)
    assert [each.node.id for each in found] == ["2"]
    assert [(why.node.kind, why.node.id) for why in found[0].reasons] == [("artist", "50")]


async def test_nobody_in_particular_no_label_and_no_relative_makes_alike(storage: Storage) -> None:
    bare = LabelLine(818, "Not On Label (Artist 1 Self-released)")
    await fill(
        storage,
        release(1, 1, on=(7,)),
        release(2, 2, on=(7,)),
        release(3, 194, on=(7,)),
        ReleaseEntry(ReleaseId(4), "T", "L", artists=(artist(1),), labels=(bare,)),
        ReleaseEntry(ReleaseId(5), "T", "L", artists=(artist(5),), labels=(bare,)),
    )
    assert [each.node.id for each in await alike(storage, 1)] == ["2"]
    row = (key_of(Kind.ARTIST, 1), int(Relation.ALIAS), 2)
    await storage.catalogue.write(lambda db: db.do("INSERT INTO kinship (key, relation, other) VALUES (?, ?, ?)", row))
    assert await alike(storage, 1) == []


@pytest.mark.usefixtures("short_parts")
async def test_a_profile_counts_the_releases_of_a_label(storage: Storage) -> None:
    entries = naive.invented(150, seed=32)
    await fill(storage, *entries)
    rows = [(key_of(Kind.LABEL, 1), int(Relation.PARENT), 2), (key_of(Kind.LABEL, 1), int(Relation.SUBLABEL), 3)]
    await storage.catalogue.write(
        lambda db: db.do_many("INSERT INTO kinship (key, relation, other) VALUES (?, ?, ?)", rows)
    )
    on = [entry for entry in entries if any(label.id == 1 for label in entry.labels)]
    found = await profile(storage, 1)
    assert found.releases == len(on)
    assert dict(found.genres) == Counter(name for entry in on for name in entry.genres)
    assert dict(found.styles) == Counter(name for entry in on for name in entry.styles)
    assert dict(found.formats) == Counter(name for entry in on for name in entry.formats)
    assert dict(found.years) == Counter(entry.year for entry in on if entry.year)
    assert (found.first_year, found.last_year) == (1959, 2024)
    assert list(found.genres) == sorted(found.genres, key=lambda each: (-each[1], each[0]))
    assert found.parent is not None and found.parent.id == "2"
    assert [each.id for each in found.sublabels] == ["3"]


@pytest.mark.usefixtures("short_parts")
@pytest.mark.parametrize("formats", [(), ("vinyl",), ("LP", "Vinyl"), ("CD", "Vinyl"), ("Shellac",)])
async def test_gaps_are_the_releases_that_are_not_owned(storage: Storage, formats: tuple[str, ...]) -> None:
    entries = naive.invented(150, seed=33)
    await fill(storage, *entries)
    owned = {int(entry.id) for entry in entries if entry.id % 4 == 0}
    wanted = {int(entry.id) for entry in entries if entry.id % 5 == 0}
    words = {word.casefold() for word in formats}
    of_label = [
        entry
        for entry in sorted(entries, key=lambda each: (-(each.year or 0), each.id))
        if any(label.id == 1 for label in entry.labels) and words <= {word.casefold() for word in entry.formats}
    ]
    masters = {entry.master_id for entry in entries if entry.id in owned} - {None}
    page = await missing(storage, Kind.LABEL, 1, owned, wanted, formats=formats, limit=200)
    expected = [
        (str(entry.id), entry.id in wanted, entry.master_id in masters) for entry in of_label if entry.id not in owned
    ]
    assert [(gap.release.node.id, gap.wanted, gap.has_version) for gap in page.gaps] == expected
    assert (page.total, page.owned, page.complete) == (len(expected), len(of_label) - len(expected), True)
    pages = [
        await missing(storage, Kind.LABEL, 1, owned, wanted, formats=formats, limit=9, offset=at)
        for at in range(0, 200, 9)
    ]
    assert tuple(gap for each in pages for gap in each.gaps) == page.gaps


async def test_gaps_of_a_master_are_its_other_versions(storage: Storage) -> None:
    await fill(storage, *(release(number, 1, master_id=5) for number in (1, 2, 3)), release(4, 1))
    page = await missing(storage, Kind.MASTER, 5, {2})
    assert [(gap.release.node.id, gap.has_version) for gap in page.gaps] == [("1", True), ("3", True)]
    assert (page.node.kind, page.node.id, page.owned) == ("master", "5", 1)
