"""Searching the catalogue on this machine: names as they are typed, and releases by whatever somebody knows of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

from services.catalogue.refusals import UnknownKind
from services.discogs.query import SearchTerms, recognise
from services.errors import InvalidInput
from storage.catalogue import releases, search, spelling
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.catalogue.words import barcode, catalogue_number
from storage.engine import Storage
from storage.values import NodeName, ReleaseId, Suggestion
from storage.values.found import CatalogueHit, CatalogueHits, Understood

FOUND = ("artist", "label", "master", "release")
"""The kinds of things that :meth:`CatalogueSearch.find` looks for."""
SUGGESTED = ("artist", "genre", "label", "style")
"""The kinds of things that :meth:`CatalogueSearch.autocomplete` completes."""
MOST_OWNED = 500
"""Owned releases that are looked at one by one."""
_MASTER = re.compile(
    r"\[?m(\d{1,18})\]?|\S*discogs\.com/(?:[^\s?#]*/)?masters?/(\d{1,18})(?:[-?#/]\S*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody typed, read every way it can be: ``number`` is None where it has no digit."""

    text: str
    typed: tuple[str, ...]
    limit: int
    terms: SearchTerms | None = None
    master: int | None = None
    number: str | None = None
    barcode: str | None = None


class CatalogueSearch:
    """Search in what is kept here; never asks Discogs."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def autocomplete(self, q: str, kind: str = "artist", limit: int = 10) -> list[Suggestion]:
        """What somebody who typed ``q`` may mean (discogsography-contract.md G1), best first; empty if there is nothing in
        it to search for. Raises :class:`UnknownKind` for a kind that is not one of :data:`SUGGESTED`.
        """
        word = kind.lower()
        if word not in SUGGESTED:
            raise UnknownKind(SUGGESTED)
        return await self._storage.catalogue.read(lambda db: _suggestions(db, Kind[word.upper()], q, limit))

    async def find(
        self,
        text: str,
        *,
        limit: int = 50,
        kinds: Sequence[str] = ("release",),
        owned: Collection[ReleaseId] = (),
    ) -> CatalogueHits:
        """At most ``limit`` things of each of the ``kinds`` that ``text`` names: words in any order, each perhaps cut short,
        or a catalogue number, a barcode, the number or link of a release or master. Only where nothing matches, words
        near the typed ones are tried.

        ``owned`` releases come first. Up to 500 of them are all looked at, so that they are found however little they are
        linked; of more, those among the first ``limit``. Raises :class:`InvalidInput` for other kinds.
        """
        if unknown := [kind for kind in kinds if kind not in FOUND]:
            raise InvalidInput("kinds", f"{unknown[0]} is nothing to search for.", f"Use one of {', '.join(FOUND)}.")
        wanted = [Kind[kind.upper()] for kind in kinds]
        asked = _read(text, limit)
        return await self._storage.catalogue.read(lambda db: _find(db, asked, wanted, owned))

    async def is_empty(self) -> bool:
        """Whether the catalogue knows no release at all."""
        return not await self._storage.catalogue.read(releases.is_any)


def _suggestions(db: Database, kind: Kind, q: str, limit: int) -> list[Suggestion]:
    if kind in (Kind.GENRE, Kind.STYLE):
        return [Suggestion(NodeName(kind.word, name, name), 1.0) for name in search.tags(db, kind, q, limit)]
    found = search.names(db, kind, search.typed_words(q), limit)
    return [
        Suggestion(NodeName(kind.word, str(each.id), each.name), round(3 - each.place + 1 / (2 + position), 4))
        for position, each in enumerate(found)
    ]


def _read(text: str, limit: int) -> _Asked:
    typed = search.typed_words(text)
    if found := _MASTER.fullmatch(text.strip()):
        return _Asked(text, typed, limit, master=int(found[1] or found[2]))
    terms = recognise(text) if typed else None
    has_digit = any(char.isdigit() for char in text)
    return _Asked(
        text,
        typed,
        limit,
        terms,
        None,
        catalogue_number(text) if has_digit else None,
        barcode(text) if has_digit else None,
    )


def _find(db: Database, asked: _Asked, kinds: Sequence[Kind], owned: Collection[ReleaseId]) -> CatalogueHits:
    understood: Understood = "words"
    numbers: list[int] = []
    if Kind.RELEASE in kinds:
        numbers, understood = _numbered(db, asked)
    typed, corrected = asked.typed, None
    found = {kind: _by_words(db, kind, asked, typed) for kind in kinds}
    if not numbers and not any(found.values()):
        typed, found = _nearest(db, asked, kinds)
        corrected = " ".join(typed) if typed != asked.typed else None
    if Kind.RELEASE in kinds:
        either = list(dict.fromkeys((*numbers, *found[Kind.RELEASE])))
        found[Kind.RELEASE] = _owned_first(db, typed, either, owned)
    hits: list[CatalogueHit] = []
    for kind in kinds:
        hits += search.lines(db, kind, found[kind][: asked.limit])
    more = any(len(ids) > asked.limit for ids in found.values())
    return CatalogueHits(tuple(hits), understood, corrected, more)


def _numbered(db: Database, asked: _Asked) -> tuple[list[int], Understood]:
    """Releases by what is a number in what was typed; that comes before what its words match."""
    most, terms = asked.limit + 1, asked.terms
    if asked.master is not None:
        return search.versions(db, asked.master, most), "master"
    if terms is None:
        return [], "words"
    if terms.release_id is not None and search.exists(db, terms.release_id):
        return [terms.release_id], "release"
    if asked.barcode and (terms.upc or terms.release_id):
        found = _starting(db, asked.barcode, most)
        if found:
            return found, "barcode"
    if asked.number and (terms.catalog_number or terms.upc):
        found = _starting(db, asked.number, most)
        if found:
            return found, "catalogue number"
    return [], "words"


def _starting(db: Database, spelt: str, most: int) -> list[int]:
    exact = search.with_number(db, spelt, most)
    if len(exact) < most:
        exact += search.with_number_from(db, spelt, most - len(exact))
    return list(dict.fromkeys(exact))


def _by_words(db: Database, kind: Kind, asked: _Asked, typed: Sequence[str]) -> list[int]:
    """What the words match; releases whose catalogue number they are stand behind those that are called so."""
    most = asked.limit + 1
    if kind in (Kind.ARTIST, Kind.LABEL):
        return [each.id for each in search.names(db, kind, typed, most)]
    found = search.by_words(db, kind, typed, most)
    if kind is not Kind.RELEASE or not asked.number:
        return list(found)
    called_so = [release for release, place in found.items() if place == 0]
    numbered = search.with_number(db, asked.number, most)
    further = search.with_number_from(db, asked.number, most) if len(found) < most else []
    return list(dict.fromkeys((*called_so, *numbered, *found, *further)))


def _nearest(db: Database, asked: _Asked, kinds: Sequence[Kind]) -> tuple[tuple[str, ...], dict[Kind, list[int]]]:
    """What is found by other words than the typed ones, and which; the typed ones if nothing is."""
    most = asked.limit + 1
    if not asked.typed:
        return (), {kind: [] for kind in kinds}
    found = {kind: search.by_whole(db, kind, asked.typed, most) for kind in kinds}
    if any(found.values()):
        return asked.typed, found

    def is_known(word: str) -> bool:
        return any(search.by_words(db, kind, [word], 1) for kind in kinds)

    for words in chain(spelling.regrouped(asked.typed), spelling.corrections(db, asked.typed, is_known)):
        if any(search.by_words(db, kind, words, 1) for kind in kinds):
            return words, {kind: list(search.by_words(db, kind, words, most)) for kind in kinds}
    return asked.typed, {kind: [] for kind in kinds}


def _owned_first(db: Database, typed: Sequence[str], found: list[int], owned: Collection[ReleaseId]) -> list[int]:
    if not owned:
        return found
    held = set(owned)
    mine = [release for release in found if release in held]
    if typed and len(held) <= MOST_OWNED:
        mine += search.matching_of(db, typed, sorted(held.difference(mine)))
    return list(dict.fromkeys((*mine, *found)))
