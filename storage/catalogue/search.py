"""Finding things by words, by number and by barcode.

What is found by words comes in three classes: names that are exactly what was typed, names that begin so, and the rest;
within each the most linked first. Every class is one query that stops at its limit, because the index is in the order
of ranks: what an answer costs does not depend on how much would match.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from storage.catalogue import nodes
from storage.catalogue.ahead import pair
from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Kind, key_of, parted
from storage.catalogue.lists import List, page
from storage.catalogue.words import exactly, release_tokens
from storage.fold import words
from storage.values.found import CatalogueHit

_MOST_WORDS = 32
"""Typed words that are looked at."""
_INDEXED = 6
"""The longest beginning for which the index has a list of its own."""
_MOST_SPELLINGS = 40
_MOST_SORTED = 400
"""Rows that PostgreSQL fetches before it sorts them by rank."""
_WORDS_FROM = (
    f"WITH lengths (n) AS (VALUES {','.join(f'({n})' for n in range(_INDEXED + 1, 41))})"
    " SELECT word FROM lengths CROSS JOIN spelling ON initial = ? AND length = n AND n >= ? AND word >= ? AND word < ?"
    " LIMIT ?"
)
_LAST = "\U0010ffff"
_LINE = "id, title, artist, year, country, label, catno, format, master"


@dataclass(frozen=True, slots=True)
class Named:
    """A name that was found. ``place`` is its class: 0 exactly so, 1 begins so, 2 the rest."""

    id: int
    name: str
    place: int


def typed_words(text: str) -> tuple[str, ...]:
    """The words of what somebody typed; empty if there is nothing to search for."""
    return tuple(words(text)[:_MOST_WORDS])


def names(db: Database, kind: Kind, typed: Sequence[str], limit: int) -> list[Named]:
    """Artists, labels or masters of whose name every typed word begins a word (discogsography-contract.md G1)."""
    found = _ranked(db, kind, typed, limit)
    nameless = nodes.names(db, kind, [number for number, each in found.items() if each.name is None])
    answer = [
        Named(number, each.name or nameless[number], each.place)
        for number, each in found.items()
        if each.name is not None or number in nameless
    ]
    answer.sort(key=lambda each: (each.place, each.place == 0 and words(each.name) != list(typed)))
    return answer[:limit]


def tags(db: Database, kind: Kind, text: str, limit: int) -> list[str]:
    """Genres or styles that start with ``text``, case ignored, by name."""
    start = text.strip().casefold()
    if not start:
        return []
    found = [name for (name,) in db.rows("SELECT name FROM node WHERE kind = ?", (int(kind),))]
    return sorted(name for name in found if name.casefold().startswith(start))[:limit]


def by_words(db: Database, kind: Kind, typed: Sequence[str], limit: int) -> dict[int, int]:
    """The ids of what matches all of the words, each with its class, in order."""
    found = _ranked(db, kind, typed, limit)
    return {number: each.place for number, each in islice(found.items(), limit)}


def by_whole(db: Database, kind: Kind, typed: Sequence[str], limit: int) -> list[int]:
    """What begins with the typed words however it is parted into words: *10 cc* is *10cc*."""
    found = _at(db, kind, _matching(db, kind, [(exactly(typed), True)], limit))
    return list(dict.fromkeys(number for number, _ in found.values()))


def with_number(db: Database, spelt: str, limit: int) -> list[int]:
    """Releases that have this catalogue number or barcode, as :mod:`storage.catalogue.words` spells it."""
    statement = "SELECT release_id FROM number WHERE spelt = ? ORDER BY release_id LIMIT ?"
    return [release for (release,) in db.rows(statement, (spelt, limit))] if spelt else []


def with_number_from(db: Database, spelt: str, limit: int) -> list[int]:
    """Releases whose catalogue number or barcode goes on after ``spelt``, which has two characters at least."""
    if len(spelt.lstrip("=")) < 2:
        return []
    statement = "SELECT release_id FROM number WHERE spelt > ? AND spelt < ? ORDER BY spelt, release_id LIMIT ?"
    return [release for (release,) in db.rows(statement, (spelt, spelt + _LAST, limit))]


def exists(db: Database, release: int) -> bool:
    """Whether a release of that number is known."""
    return db.row("SELECT 1 FROM release WHERE id = ?", (release,)) is not None


def versions(db: Database, master: int, limit: int) -> list[int]:
    """The releases of a master, newest first."""
    key = key_of(Kind.MASTER, master)
    row = db.row("SELECT releases FROM node WHERE key = ?", (key,))
    return [] if row is None else list(page(db, key, List.RELEASES, row[0], 0, limit).ids)


def lines(db: Database, kind: Kind, ids: Sequence[int]) -> list[CatalogueHit]:
    """What lists show of these, in their order; what is not there is left out."""
    if not ids:
        return []
    if kind is Kind.RELEASE:
        db.ahead("release", ids)
        rows = db.rows(f"SELECT {_LINE} FROM release WHERE id IN ({marks(ids)})", ids)
        found = {row[0]: CatalogueHit("release", *row) for row in rows}
    else:
        keys = [key_of(kind, number) for number in ids]
        db.ahead("node", keys)
        rows = db.rows(f"SELECT key, name FROM node WHERE key IN ({marks(keys)})", keys)
        by = _by(db, ids) if kind is Kind.MASTER else {}
        found = {
            number: CatalogueHit(kind.word, number, name, *by.get(number, ("", None)))
            for number, name in ((parted(key)[1], name) for key, name in rows)
        }
    return [found[number] for number in ids if number in found]


def matching_of(db: Database, typed: Sequence[str], releases: Sequence[int]) -> list[int]:
    """Those of a few hundred releases that all of the words match, in their order."""
    if not releases:
        return []
    db.ahead("release", releases)
    rows = db.rows(f"SELECT {_LINE} FROM release WHERE id IN ({marks(releases)})", releases)
    matching = {row[0] for row in rows if _matches(typed, release_tokens(row[2], row[1], row[5], row[3]))}
    return [release for release in releases if release in matching]


def _matches(typed: Sequence[str], tokens: str) -> bool:
    stored = tokens.split()
    return all(any(token.startswith(word) for token in stored) for word in typed)


def _by(db: Database, masters: Sequence[int]) -> dict[int, tuple[str, int | None]]:
    """Artist and year of masters."""
    db.ahead("master", masters)
    rows = db.rows(f"SELECT id, artist, year FROM master WHERE id IN ({marks(masters)})", masters)
    return {number: (artist, year) for number, artist, year in rows}


_Term = tuple[str, bool]
"""A token, and whether it may go on."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Something that was found: its class, and its name if that is kept beside its rank."""

    place: int
    name: str | None


def _ranked(db: Database, kind: Kind, typed: Sequence[str], limit: int) -> dict[int, _Ranked]:
    """What is found, by id, in order; more than ``limit``, perhaps.

    A whole name has all of its words, so it is not asked for them again; but an artist *Thewho* has not the words of
    *the who*, and whoever completes names wants no others.
    """
    if not typed:
        return {}
    wanted: list[_Term] = [(word, True) for word in sorted(dict.fromkeys(typed), key=len, reverse=True)]
    demanded = wanted if kind in (Kind.ARTIST, Kind.LABEL) else []
    whole = exactly(typed)
    places: dict[int, int] = {}
    for place, terms in enumerate(([(whole, False), *demanded], [(whole, True), *demanded], wanted)):
        if len(places) < limit:
            for rank in _matching(db, kind, terms, limit + len(places)):
                places.setdefault(rank, place)
    ranks = list(places)[:limit]
    at = _at(db, kind, ranks)
    found: dict[int, _Ranked] = {}
    for rank, (number, name) in at.items():
        found.setdefault(number, _Ranked(places[rank], name))
    if len(found) < len(at) == limit:  # something was renamed and came twice, so others have yet to come
        return _ranked(db, kind, typed, 2 * limit)
    return found


def _matching(db: Database, kind: Kind, terms: Sequence[_Term], limit: int) -> list[int]:
    """The ranks of the ``limit`` most linked things that have all of the tokens."""
    if db.dialect == "sqlite":
        table = f"{kind.word}_words"
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid LIMIT ?"
        asked = " AND ".join(_fts5(db, token, may_go_on=may_go_on) for token, may_go_on in terms)
    else:
        # Asked for an order, the planner walks all ranks and computes the words of each. Unordered it uses the index, and
        # rows come as they lie, which is by rank. The kind is part of the text, so that it sees the partial index.
        statement = (
            f"SELECT rank FROM (SELECT rank FROM ranking WHERE kind = {int(kind)}"
            " AND array_to_tsvector(string_to_array(tokens, ' ')) @@ CAST(? AS tsquery)"
            f" LIMIT {_MOST_SORTED}) AS found ORDER BY rank LIMIT ?"
        )
        asked = " & ".join(f"'{token}'{':*' * may_go_on}" for token, may_go_on in terms)
    return [rank for (rank,) in db.rows(statement, (asked, limit))]


def _at(db: Database, kind: Kind, ranks: Sequence[int]) -> dict[int, tuple[int, str | None]]:
    """What has these ranks, in their order: ids, and names where they are kept beside the ranks."""
    if not ranks:
        return {}
    db.ahead("ranking", (pair(kind, rank) for rank in ranks))
    statement = f"SELECT rank, id, name FROM ranking WHERE kind = {int(kind)} AND rank IN ({marks(ranks)})"
    found = {rank: (number, name) for rank, number, name in db.rows(statement, ranks)}
    return {rank: found[rank] for rank in ranks if rank in found}


def _fts5(db: Database, token: str, *, may_go_on: bool) -> str:
    """A token in the language of FTS5.

    Of a beginning longer than its prefix indexes FTS5 reads everything that it begins before it answers. So it is asked
    for the few words that there are: those it can read one after the other, and stop.
    """
    if not may_go_on or len(token) <= _INDEXED or not token[0].isalpha() or token[0] == "ð":
        return f'"{token}"{"*" * may_go_on}'
    rows = db.rows(_WORDS_FROM, (token[0], len(token), token, token + _LAST, _MOST_SPELLINGS + 1))
    if not rows or len(rows) > _MOST_SPELLINGS:
        return f'"{token}"*'
    return "(" + " OR ".join(f'"{word}"' for (word,) in rows) + ")"
