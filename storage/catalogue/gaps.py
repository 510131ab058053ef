"""What somebody does not have of an artist, a label or a master."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set

from storage.catalogue import pressings
from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Kind, key_of
from storage.catalogue.lists import List, whole
from storage.catalogue.nodes import Node
from storage.catalogue.packed import Entries, length, unpack_ids
from storage.values import Gap, GapPage

MOST = 20_000
"""Releases of a node that are looked at, the newest."""


def gaps(
    db: Database,
    node: Node,
    owned: Collection[int],
    wanted: Collection[int],
    *,
    formats: Sequence[str] = (),
    limit: int,
    offset: int,
) -> GapPage:
    """A page of the releases of ``node`` that are not ``owned``, newest first, unknown years last, then by number.

    With ``formats`` only those that have every one of these words (``Vinyl``, ``LP``), in any letter case.
    """
    row = db.row("SELECT releases FROM node WHERE key = ?", (node.key,))
    assert row is not None
    entries = whole(db, node.key, List.RELEASES, row[0], most=MOST)
    matching = set(entries.ids) if not formats else _of_formats(db, entries.ids, formats)
    dated = zip(entries.ids, entries.marks, strict=True)
    missing = [each for each in dated if each[0] in matching and each[0] not in owned]
    some = missing[offset : offset + limit]
    shown = pressings.shown(db, Entries([release for release, _ in some], [year for _, year in some]))
    versions = _with_version(db, [release for release, _ in some], owned)
    return GapPage(
        node.wire,
        tuple(
            Gap(child, release in wanted, release in versions) for child, (release, _) in zip(shown, some, strict=True)
        ),
        len(missing),
        len(matching) - len(missing),
        offset,
        limit,
        length(row[0]) <= MOST,
    )


def _of_formats(db: Database, ids: Sequence[int], words: Sequence[str]) -> set[int]:
    """Those of these releases that have a format for every word."""
    known = db.rows("SELECT key, name FROM node WHERE kind = ?", (int(Kind.FORMAT),))
    meant = [{key >> 3 for key, name in known if name.casefold() == word.casefold()} for word in words]
    if not all(meant):
        return set()
    return {
        release
        for release, tags in pressings.rows_of(db, "tags", sorted(ids))
        if all(not each.isdisjoint(unpack_ids(tags)) for each in meant)
    }


def _with_version(db: Database, ids: Sequence[int], owned: Collection[int]) -> Set[int]:
    """Those of these releases whose master has another version that is owned."""
    masters = {release: master for release, master in pressings.rows_of(db, "master", ids) if master}
    keys = sorted({key_of(Kind.MASTER, master) for master in masters.values()})
    if not keys:
        return frozenset()
    db.ahead("node", keys)
    rows = db.rows(f"SELECT key, releases FROM node WHERE key IN ({marks(keys)})", keys)
    versions = {key: whole(db, key, List.RELEASES, stored).ids for key, stored in rows}
    held = {key for key, listed in versions.items() if any(each in owned for each in listed)}
    return {release for release, master in masters.items() if key_of(Kind.MASTER, master) in held}
