"""One question to several sources at once: what one of them cannot say never hides what another found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.catalogue.search import CatalogueSearch
from services.discogs.connect import Discogs
from services.discogs.facts import facts_of_hit
from services.errors import InvalidInput, LockgrooveError, OwnersOnly
from services.events import ActivityAdded, Events
from services.plex.connect import Plex
from services.plex.models import Item, Kind
from services.records.hits import SearchHit
from services.records.service import Records
from services.soulseek.connect import Soulseek
from services.spotify.connect import Spotify
from services.spotify.searching import hits
from storage import activity
from storage import records as held_records
from storage.engine import Storage
from storage.values import Record, RecordQuery, ReleaseId, User, UserId
from storage.values.found import CatalogueHit

SOURCES = ("spotify", "plex", "soulseek")
"""Whom the question goes to unless others are named (harmony-contract.md section 6)."""
FURTHER = ("discogs", "catalogue", "records")
"""Who is asked only by name, an addition to the contract."""
HITS = 20
_LOCAL = 50
"""Records, and releases of the catalogue, that are told."""
_OF_PLEX = 100
_PATIENCE = 6.0
"""Seconds of silence after which a search of the network ends: whoever waits for the answer waits for all sources."""
_LONGEST = 45.0
"""Seconds that a source may take in all."""


@dataclass(frozen=True, slots=True)
class Found:
    """What each source found, as it tells it, and what those that failed said instead."""

    results: Mapping[str, Any]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """Records of the user that a question finds, and how many there are."""

    records: list[Record]
    count: int


@dataclass(frozen=True, slots=True)
class OnDiscogs:
    """The first page of what Discogs finds, without what only full releases say; ``count`` is how many there are."""

    hits: list[SearchHit]
    count: int


@dataclass(frozen=True, slots=True)
class InCatalogue:
    """What the catalogue finds, and which of it is owned; ``corrected`` is what was searched for instead of what was typed."""

    hits: tuple[CatalogueHit, ...]
    owned: frozenset[int]
    more: bool
    corrected: str | None


class Everywhere:
    """Searches of all sources."""

    def __init__(
        self,
        storage: Storage,
        spotify: Spotify,
        plex: Plex,
        soulseek: Soulseek,
        discogs: Discogs,
        records: Records,
        catalogue: CatalogueSearch,
        events: Events,
    ) -> None:
        self._storage = storage
        self._events = events
        self._spotify = spotify
        self._plex = plex
        self._soulseek = soulseek
        self._discogs = discogs
        self._records = records
        self._catalogue = catalogue
        self._ask: Mapping[str, Callable[[User, str], Awaitable[Any]]] = {
            "spotify": self._of_spotify,
            "plex": self._of_plex,
            "soulseek": self._of_soulseek,
            "discogs": self._of_discogs,
            "catalogue": self._of_catalogue,
            "records": self._of_records,
        }

    async def search(self, user: User, query: str, sources: Sequence[str] = ()) -> Found:
        """Ask ``sources`` side by side (names in any case; unknown ones are passed over; none given: :data:`SOURCES`), and note
        it in the feed. Raises :class:`InvalidInput` for an empty query.
        """
        wanted = query.strip()
        if not wanted:
            raise InvalidInput("query", "Query is required")
        named = {each.strip().lower() for each in sources}
        asked = [source for source in (*SOURCES, *FURTHER) if (source in named if named else source in SOURCES)]
        answers = await asyncio.gather(*(_answer(self._ask[source](user, wanted)) for source in asked))
        said = dict(zip(asked, answers, strict=True))
        found = Found(
            {source: answer for source, answer in said.items() if not isinstance(answer, LockgrooveError)},
            {source: error.message for source, error in said.items() if isinstance(error, LockgrooveError)},
        )
        await self._note(user.id, wanted, asked, found.errors)
        return found

    async def one(self, user: User, source: str, query: str) -> Any:
        """Ask one source for whoever shows it, without a word in the feed; Plex tells its items. Raises what it raises, and
        :class:`LockgrooveError` after its time.
        """
        ask = self._items_of_plex if source == "plex" else self._ask[source]
        found = await _answer(ask(user, query.strip()))
        if isinstance(found, LockgrooveError):
            raise found
        return found

    async def _of_spotify(self, user: User, query: str) -> dict[str, Any]:
        client = (await self._spotify.client(user.id)).interactive
        return {
            "tracks": await hits(client, query, "track", HITS),
            "artists": await hits(client, query, "artist", HITS),
            "albums": await hits(client, query, "album", HITS),
        }

    async def _of_plex(self, user: User, query: str) -> list[dict[str, str]]:
        """Tracks of which title, album or artist contain what is asked for."""
        items = await self._items_of_plex(user, query)
        return [
            {"id": item.key, "title": item.title or item.key, "parentTitle": item.parent_title, "source": "plex"}
            for item in items
        ]

    async def _items_of_plex(self, user: User, query: str) -> list[Item]:
        _owners(user)
        client = (await self._plex.client()).interactive
        found: dict[str, Item] = {}
        for section in await self._plex.music():
            for field in ("title", "album.title", "artist.title"):
                page = await client.items(section.key, Kind.TRACK, size=_OF_PLEX, filters={field: query})
                for item in page.rows:
                    names = f"{item.title} {item.parent_title} {item.grandparent_title}"
                    if item.key and (query.casefold() in names.casefold()):
                        found.setdefault(item.key, item)
        return list(found.values())

    async def _of_soulseek(self, user: User, query: str) -> dict[str, Any]:
        _owners(user)
        client = await self._soulseek.client()
        result = await client.search(query, timeout=_PATIENCE)
        return {**result.record, "results": [dict(each.given) for each in result.responses]}

    async def _of_discogs(self, user: User, query: str) -> OnDiscogs:
        page = await self._discogs.search(user.id, query)
        ids = [ReleaseId(each.id) for each in page.results]
        async with self._storage.read() as conn:
            owned = await held_records.by_discogs_ids(conn, user.id, ids)
        hits = [
            SearchHit(
                facts_of_hit(each, self._discogs.web_base),
                each.country or None,
                None,
                owned[ReleaseId(each.id)].record_id if ReleaseId(each.id) in owned else None,
            )
            for each in page.results
            if each.type == "release"
        ]
        return OnDiscogs(hits, page.pagination.items)

    async def _of_catalogue(self, user: User, query: str) -> InCatalogue:
        """What is owned stands first."""
        mine = await self._of_records(user, query)
        releases = [each.discogs_id for each in mine.records if each.discogs_id and not each.removed_at]
        found = await self._catalogue.find(query, limit=_LOCAL, owned=releases)
        owned = await self._records.owned(user.id, [each.id for each in found.hits]) if found.hits else set[int]()
        return InCatalogue(found.hits, frozenset(owned), found.more, found.corrected)

    async def _of_records(self, user: User, query: str) -> OwnRecords:
        return OwnRecords(*await self._records.page(user.id, RecordQuery(text=query), limit=_LOCAL))

    async def _note(self, user_id: UserId, query: str, asked: Sequence[str], errors: Mapping[str, str]) -> None:
        details: dict[str, object] = {"query": query, "sources": sorted(asked)}
        status = "partial" if errors else "completed"
        async with self._storage.write() as conn:
            told = details | ({"errors": dict(errors)} if errors else {})
            entry = await activity.add(conn, user_id, "search", status, told)
        self._events.publish(ActivityAdded(user_id, entry))


async def _answer(asking: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout(_LONGEST):
            return await asking
    except LockgrooveError as error:
        return error
    except TimeoutError:
        return LockgrooveError("It did not answer in time.", "Ask again in a moment.")


def _owners(user: User) -> None:
    if not user.is_owner:
        raise OwnersOnly("It belongs to the owner of this installation.", "Its owner can search there.")
