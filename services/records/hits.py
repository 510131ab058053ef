"""Searching Discogs for a record to add: a few hits, each with what only its full release says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import structlog

from services.discogs.connect import Discogs
from services.discogs.facts import facts_of_hit
from services.discogs.models import SearchFound
from services.discogs.query import SearchTerms
from services.discogs.vinyl import Vinyl, read_formats
from services.errors import InvalidInput, UpstreamError
from storage import records
from storage.engine import Storage
from storage.values import RecordFacts, ReleaseId, UserId

log = structlog.get_logger(__name__)

MOST = 10
_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A release on Discogs. ``vinyl`` is what its full release says of the discs, None if that could not be had (the
    wire then leaves out ``recordSize``, ``vinylColor``, ``isShapedVinyl``); ``owned_as`` is the owned record's id.
    """

    facts: RecordFacts
    country: str | None = None
    vinyl: Vinyl | None = None
    owned_as: str | None = None


async def find(discogs: Discogs, storage: Storage, user_id: UserId, terms: SearchTerms) -> list[SearchHit]:
    """At most ten hits (records-contract.md 1, search). Raises :class:`InvalidInput` unless exactly one way of
    searching is given, and the ``Upstream*`` errors if the search itself fails.
    """
    _check(terms)
    found = (await discogs.search(user_id, terms)).results[:MOST]
    ids = [ReleaseId(hit.id) for hit in found]
    async with storage.read() as conn:
        owned = await records.by_discogs_ids(conn, user_id, ids)
    turn = asyncio.Semaphore(_AT_ONCE)

    async def detailed(hit: SearchFound) -> SearchHit:
        async with turn:
            vinyl = await _vinyl(discogs, user_id, hit.id)
        record = owned.get(ReleaseId(hit.id))
        facts = facts_of_hit(hit, discogs.web_base)
        if vinyl is not None:
            facts = replace(
                facts,
                record_size=vinyl.size,
                vinyl_color=vinyl.color,
                is_shaped=vinyl.is_shaped,
                is_picture_disc=vinyl.is_picture_disc,
            )
        return SearchHit(facts, hit.country or None, vinyl, record.record_id if record else None)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(detailed(hit)) for hit in found]
    return [task.result() for task in tasks]


async def _vinyl(discogs: Discogs, user_id: UserId, release_id: int) -> Vinyl | None:
    try:
        release = await discogs.release(user_id, release_id)
    except UpstreamError as error:
        log.warning("hit_without_detail", release=release_id, kind=error.kind, error=error.message)
        return None
    return read_formats(release.format_values)


def _check(terms: SearchTerms) -> None:
    pair = terms.artist is not None or terms.title is not None
    ways = (terms.catalog_number, terms.upc, terms.text, terms.release_id)
    if sum(way is not None for way in ways) + pair != 1:
        raise InvalidInput(
            "catalogNumber",
            "Give exactly one of catalogNumber, artist with title, and upc.",
            "Search by one of them at a time.",
        )
    for name, value in (("catalogNumber", terms.catalog_number), ("upc", terms.upc)):
        if value is not None and not value.strip():
            raise InvalidInput(name, f"{name} is empty.")
    if pair and not ((terms.artist or "").strip() and (terms.title or "").strip()):
        missing = "title" if (terms.artist or "").strip() else "artist"
        raise InvalidInput(missing, "A search by artist needs the title too, and the other way round.")
