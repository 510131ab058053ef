"""What surrounds a node: the counts of its categories, and any page of any of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from storage.catalogue import explore, facts, growth, nodes, trends
from storage.catalogue.database import Database
from storage.catalogue.explore import CATEGORIES
from storage.catalogue.kinds import Kind, Relation, key_of
from storage.catalogue.tags import Tags
from storage.engine import Storage
from storage.values import ChildPage, Credit, LabelLine, NodeName, ReleaseEntry, ReleaseId
from tests.storage.catalogue import naive

NODES = [kind for kind in Kind if kind in CATEGORIES]


async def fill(storage: Storage, entries: Sequence[ReleaseEntry]) -> None:
    await storage.catalogue.write(lambda db: growth.apply(db, entries))


async def relate(storage: Storage, *kinships: tuple[int, Relation, int]) -> None:
    """``kinships`` of artists: an artist, what the other is to it, the other; with their inverses."""
    rows = [(key_of(Kind.ARTIST, one), int(relation), other) for one, relation, other in kinships]
    rows += [(key_of(Kind.ARTIST, other), int(relation.inverse), one) for one, relation, other in kinships]
    statement = "INSERT INTO kinship (key, relation, other) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    await storage.catalogue.write(lambda db: db.do_many(statement, rows))


def release(number: int, title: str = "Title", **facts: Any) -> ReleaseEntry:
    return ReleaseEntry(ReleaseId(number), title, facts.pop("artist", "Somebody"), **facts)


def everything(db: Database) -> dict[tuple[Kind, str], dict[str, ChildPage]]:
    """Of every node that can be explored every category, whole."""
    found: dict[tuple[Kind, str], dict[str, ChildPage]] = {}
    for kind in NODES:
        for (name,) in db.rows("SELECT name FROM node WHERE kind = ?", (int(kind),)):
            pages = {each: explore.expand(db, kind, name, each, limit=10_000, offset=0) for each in CATEGORIES[kind]}
            found[kind, name] = pages
    return found


@pytest.mark.usefixtures("short_parts")
async def test_category_counts_are_the_totals_of_expanding_for_every_node(storage: Storage) -> None:
    await fill(storage, naive.invented(150, seed=11))
    await relate(
        storage, (1, Relation.ALIAS, 2), (1, Relation.GROUP, 3), (1, Relation.MEMBER, 2), (4, Relation.ALIAS, 4)
    )

    def counted(db: Database) -> dict[tuple[Kind, str], dict[str, int]]:
        found: dict[tuple[Kind, str], dict[str, int]] = {}
        for kind, name in everything(db):
            explored = explore.explore(db, kind, name)
            assert explored is not None
            found[kind, name] = {each.category: each.count for each in explored.categories}
        return found

    counts = await storage.catalogue.read(counted)
    pages = await storage.catalogue.read(everything)
    totals = {node: {category: page.total for category, page in each.items()} for node, each in pages.items()}
    assert counts == totals
    assert all(page.total == len(page.children) for each in pages.values() for page in each.values())
    assert counts[Kind.ARTIST, "Artist b1"]["aliases"] == 2
    assert counts[Kind.ARTIST, "Artist e4"]["aliases"] == 0


@pytest.mark.usefixtures("short_parts")
async def test_every_category_of_every_node_holds_what_counting_the_releases_gives(storage: Storage) -> None:
    entries = naive.invented(150, seed=12)
    await fill(storage, entries)
    wanted = await storage.catalogue.read(lambda db: naive.expected(db, entries))
    pages = await storage.catalogue.read(everything)
    tags = await storage.catalogue.read(Tags)
    found = {node: await storage.catalogue.read(lambda db, node=node: nodes.by_name(db, *node)) for node in pages}
    for node, categories in pages.items():
        lists = wanted[found[node].key]  # pyright: ignore[reportOptionalMemberAccess]
        for category, kind in (("releases", None), ("artists", None), ("labels", None), *TAGGED):
            if category not in categories:
                continue
            children = categories[category].children
            if kind is None:
                counted = [(int(each.node.id), each.release_count or each.year or 0) for each in children]
                assert counted == lists[category], (node, category)
            else:
                named = [(tags[each], count) for each, count in lists["tags"]]
                of_kind = [(name, count) for (which, name), count in named if which is kind]
                counted = [(each.node.name, each.release_count) for each in children]
                assert counted == sorted(of_kind, key=lambda each: (-each[1], each[0])), (node, category)


TAGGED = (("genres", Kind.GENRE), ("styles", Kind.STYLE))


@pytest.mark.usefixtures("short_parts")
@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_walking_any_list_gives_each_item_once_and_total_items(storage: Storage, limit: int) -> None:
    await fill(storage, naive.invented(60, seed=13))

    def walk(db: Database) -> None:
        for (kind, name), categories in everything(db).items():
            for category, whole in categories.items():
                walked: list[NodeName] = []
                page = explore.expand(db, kind, name, category, limit=limit, offset=0)
                while page.children:
                    walked += [each.node for each in page.children]
                    assert page.has_more is (len(walked) < page.total)
                    page = explore.expand(db, kind, name, category, limit=limit, offset=len(walked))
                assert walked == [each.node for each in whole.children], (kind, name, category)
                assert len(set(walked)) == page.total

    await storage.catalogue.read(walk)


@pytest.mark.usefixtures("short_parts")
async def test_trends_count_every_dated_release_of_a_node(storage: Storage) -> None:
    entries = naive.invented(150, seed=14)
    await fill(storage, entries)

    def compared(db: Database) -> None:
        for (kind, name), categories in everything(db).items():
            node = nodes.by_name(db, kind, name)
            assert node is not None
            counted = trends.years_of(db, node.key)
            years = [each.year for each in categories["releases"].children if each.year]
            assert dict(counted) == {year: years.count(year) for year in set(years)}, name
            assert counted == sorted(counted)

    await storage.catalogue.read(compared)


async def test_categories_come_in_the_order_of_the_contract_also_those_with_nothing(storage: Storage) -> None:
    await fill(storage, [release(1, artists=(Credit(5, "Alone"),), genres=("Jazz",))])
    found = await storage.catalogue.read(
        lambda db: [explore.explore(db, Kind.ARTIST, "Alone"), explore.explore(db, Kind.GENRE, "Jazz")]
    )
    artist, genre = found
    assert artist is not None and genre is not None
    assert artist.center == NodeName("artist", "5", "Alone")
    assert [(each.category, each.name, each.count) for each in artist.categories] == [
        ("releases", "Releases", 1),
        ("labels", "Labels", 0),
        ("aliases", "Aliases & Members", 0),
    ]
    assert genre.center == NodeName("genre", "Jazz", "Jazz")
    assert [each.category for each in genre.categories] == ["releases", "artists", "labels", "styles"]


async def test_a_name_is_matched_exactly_and_of_two_the_lowest_number_is_taken(storage: Storage) -> None:
    twice = [release(number, artists=(Credit(artist, "Prince"),)) for number, artist in ((1, 90), (2, 30), (3, 30))]
    await fill(storage, twice)

    def ask(db: Database) -> list[Any]:
        return [explore.explore(db, Kind.ARTIST, name) for name in ("Prince", "prince", "Prince ", "")]

    prince, *others = await storage.catalogue.read(ask)
    assert prince.center.id == "30"
    assert others == [None, None, None]


async def test_expanding_takes_the_name_first_and_then_the_number(storage: Storage) -> None:
    named = release(1, artists=(Credit(1999, "Somebody Else"), Credit(7, "1999")))
    await fill(storage, [named, release(2, artists=(Credit(7, "1999"),))])

    def total(db: Database, name: str) -> int:
        return explore.expand(db, Kind.ARTIST, name, "releases", limit=50, offset=0).total

    for name, expected in (("1999", 2), ("7", 2), ("07", 0), ("٧", 0), ("-7", 0), ("9" * 18, 0), ("9" * 30, 0)):
        assert await storage.catalogue.read(lambda db, name=name: total(db, name)) == expected, name


async def test_a_release_is_listed_with_what_tells_it_from_others(storage: Storage) -> None:
    shown = release(
        7,
        "Amber",
        artist="Autechre",
        year=1994,
        format="2×Vinyl, LP",
        artists=(Credit(41, "Autechre"),),
        labels=(LabelLine(23528, "Warp Records", "WARPLP25"),),
    )
    await fill(storage, [shown, release(8, "Undated", artists=(Credit(41, "Autechre"),))])
    page = await storage.catalogue.read(
        lambda db: explore.expand(db, Kind.ARTIST, "Autechre", "releases", limit=50, offset=0)
    )
    amber, undated = page.children
    assert amber.node == NodeName("release", "7", "Amber")
    assert (amber.artist, amber.year, amber.label, amber.catno, amber.format) == (
        "Autechre",
        1994,
        "Warp Records",
        "WARPLP25",
        "2×Vinyl, LP",
    )
    assert (undated.year, undated.label, undated.release_count) == (None, None, None)


async def test_aliases_groups_and_members_are_one_list_by_number_as_text(storage: Storage) -> None:
    artists = tuple(Credit(number, f"Artist {number}") for number in (1, 2, 10, 9))
    await fill(storage, [release(1, artists=artists)])
    await relate(
        storage,
        (1, Relation.ALIAS, 9),
        (1, Relation.GROUP, 9),
        (1, Relation.MEMBER, 10),
        (1, Relation.GROUP, 2),
        (1, Relation.ALIAS, 1),
        (1, Relation.ALIAS, 777),
    )
    page = await storage.catalogue.read(
        lambda db: explore.expand(db, Kind.ARTIST, "Artist 1", "aliases", limit=2, offset=0)
    )
    assert [each.node.id for each in page.children] == ["10", "2"]
    assert (page.total, page.has_more) == (4, True)


async def test_facts_are_found_by_number_first_and_then_by_name(storage: Storage) -> None:
    both = release(
        1999,
        "Seven",
        year=1970,
        artists=(Credit(7, "Zed"), Credit(8, "Abe")),
        labels=(LabelLine(3, "Warp Records"),),
        genres=("Rock", "Jazz"),
        styles=("Dub",),
    )
    await fill(storage, [both, release(5, "1999"), release(3, "Seven"), release(6, "Other", artists=(Credit(9, "7"),))])
    await relate(storage, (7, Relation.GROUP, 8), (7, Relation.ALIAS, 9))

    def ask(db: Database) -> list[Any]:
        asked = [
            (Kind.ARTIST, "7"), (Kind.ARTIST, "Zed"), (Kind.RELEASE, "1999"), (Kind.RELEASE, "Seven"),
            (Kind.LABEL, "3"), (Kind.GENRE, "Jazz"), (Kind.STYLE, "Jazz"), (Kind.RELEASE, "9" * 19),
        ]  # fmt: skip
        return [facts.facts_of(db, kind, text) for kind, text in asked]

    by_id, by_name, numbered, titled, label, genre, *none = await storage.catalogue.read(ask)
    assert by_id == by_name
    assert (by_id.node.name, by_id.release_count, by_id.genres, by_id.styles, by_id.groups) == (
        "Zed",
        1,
        ("Jazz", "Rock"),
        ("Dub",),
        ("Abe",),
    )
    assert (numbered.node.name, numbered.year, numbered.artists, numbered.labels) == (
        "Seven",
        1970,
        ("Abe", "Zed"),
        ("Warp Records",),
    )
    assert titled.node.id == "3"
    assert (label.release_count, genre.artist_count) == (1, 2)
    assert none == [None, None]


async def test_a_release_without_a_year_has_that_of_its_master(storage: Storage) -> None:
    await fill(storage, [release(1, master_id=4, artists=(Credit(5, "A"),))])
    await storage.catalogue.write(lambda db: db.do("UPDATE master SET year = 1959 WHERE id = 4"))
    found = await storage.catalogue.read(lambda db: facts.facts_of(db, Kind.RELEASE, "1"))
    assert found is not None and found.year == 1959


HOSTILE = ("Funk / Soul", "a'b\"c", "50% off", "a+b", "倖田來未", "_", "?", "#&;", "\\", "x" * 200, "Ünïcode", " ")


async def test_names_of_any_kind_are_only_names(storage: Storage) -> None:
    entries = [
        release(
            number,
            name,
            year=1990,
            artists=(Credit(number, name),),
            labels=(LabelLine(number, name),),
            genres=(name,),
            styles=(name,),
        )
        for number, name in enumerate(HOSTILE, 1)
    ]
    await fill(storage, entries)

    def ask(db: Database) -> None:
        for kind in NODES:
            for name in HOSTILE:
                explored = explore.explore(db, kind, name)
                assert explored is not None and explored.center.name == name
                assert explored.categories[0].count == 1, (kind, name)
                page = explore.expand(db, kind, name, "releases", limit=50, offset=0)
                assert [each.node.name for each in page.children] == [name]
                assert facts.facts_of(db, kind, name) is not None

    await storage.catalogue.read(ask)
