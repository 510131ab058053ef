"""What surrounds a node: its categories with their counts, and any page of any of them (discogsography-contract.md 9, 10).

A count is the length of a packed list, a page two or three reads by key, however large the node is.
"""

from __future__ import annotations

from collections.abc import Sequence

from storage.catalogue import kin, nodes, pressings
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.catalogue.lists import List, page
from storage.catalogue.nodes import Node, wire_name
from storage.catalogue.packed import Entries, length, unpack
from storage.catalogue.tags import Tags
from storage.values import Category, Child, ChildPage, Explored

CATEGORIES: dict[Kind, dict[str, str]] = {
    Kind.ARTIST: {"releases": "Releases", "labels": "Labels", "aliases": "Aliases & Members"},
    Kind.GENRE: {"releases": "Releases", "artists": "Artists", "labels": "Labels", "styles": "Styles"},
    Kind.LABEL: {"releases": "Releases", "artists": "Artists", "genres": "Genres"},
    Kind.STYLE: {"releases": "Releases", "artists": "Artists", "labels": "Labels", "genres": "Genres"},
}
"""The kinds that can be explored, and of each the categories with what they are called, in the order of the contract."""
_LISTS = {"releases": List.RELEASES, "artists": List.ARTISTS, "labels": List.LABELS}
_TAGS = {"genres": Kind.GENRE, "styles": Kind.STYLE}


def explore(db: Database, kind: Kind, name: str) -> Explored | None:
    """The node of exactly that name with all its categories; None if there is none."""
    node = nodes.by_name(db, kind, name)
    if node is None:
        return None
    row = db.row("SELECT releases, artists, labels, tags FROM node WHERE key = ?", (node.key,))
    assert row is not None
    categories = CATEGORIES[kind]
    counts = {category: length(row[which]) for category, which in _LISTS.items() if category in categories}
    if "aliases" in categories:
        counts["aliases"] = len(kin.family(db, node.key))
    wanted = [category for category in _TAGS if category in categories]
    if wanted:
        tags = Tags(db)
        counts.update((category, len(_weighted(tags, row[3], _TAGS[category]))) for category in wanted)
    return Explored(node.wire, tuple(Category(each, called, counts[each]) for each, called in categories.items()))


def expand(db: Database, kind: Kind, name: str, category: str, *, limit: int, offset: int) -> ChildPage:
    """A page of one of the :data:`CATEGORIES` of a node, found by name or else by number; empty if there is none."""
    node = nodes.called(db, kind, name)
    if node is None:
        return ChildPage((), 0, offset, limit)
    if category == "aliases":
        family = kin.family(db, node.key)
        some = nodes.wired(db, Kind.ARTIST, family[offset : offset + limit])
        return ChildPage(tuple(map(Child, some)), len(family), offset, limit)
    if category in _TAGS:
        return _tag_page(db, node, _TAGS[category], limit, offset)
    return _list_page(db, node, _LISTS[category], limit, offset)


def tags_of(db: Database, key: int) -> tuple[bytes | None, Tags]:
    """The genres, styles and formats of a node as they are packed, and what they mean."""
    row = db.row("SELECT tags FROM node WHERE key = ?", (key,))
    return None if row is None else row[0], Tags(db)


def weighted(db: Database, key: int, *kinds: Kind) -> list[list[tuple[str, int]]]:
    """Of each of ``kinds`` of tags the names with the number of releases that connect them with a node."""
    stored, tags = tags_of(db, key)
    return [_weighted(tags, stored, kind) for kind in kinds]


def _weighted(tags: Tags, stored: bytes | None, kind: Kind) -> list[tuple[str, int]]:
    """Tags of one kind with their numbers of releases, most first, then by name."""
    entries = unpack(stored)
    assert isinstance(entries, Entries)
    named = ((tags[number], count) for number, count in zip(entries.ids, entries.marks, strict=True))
    of_kind = [(name, count) for (each, name), count in named if each is kind]
    return sorted(of_kind, key=lambda each: (-each[1], each[0]))


def _tag_page(db: Database, node: Node, kind: Kind, limit: int, offset: int) -> ChildPage:
    (found,) = weighted(db, node.key, kind)
    some = found[offset : offset + limit]
    children = tuple(Child(wire_name(kind, 0, name), release_count=count) for name, count in some)
    return ChildPage(children, len(found), offset, limit)


def _list_page(db: Database, node: Node, which: List, limit: int, offset: int) -> ChildPage:
    row = db.row(f"SELECT {which.column} FROM node WHERE key = ?", (node.key,))
    stored = None if row is None else row[0]
    entries = page(db, node.key, which, stored, offset, limit)
    if which is List.RELEASES:
        children: Sequence[Child] = pressings.shown(db, entries)
    else:
        kind = Kind.ARTIST if which is List.ARTISTS else Kind.LABEL
        counted = zip(nodes.wired(db, kind, entries.ids), entries.marks, strict=True)
        children = [Child(each, release_count=count) for each, count in counted]
    return ChildPage(tuple(children), length(stored), offset, limit)
