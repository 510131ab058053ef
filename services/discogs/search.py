"""Searching Discogs for releases: each way of asking, and what to ask next when it finds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from services.discogs.client import DiscogsClient, SearchQuery
from services.discogs.models import Pagination, Release, SearchFound, SearchPage
from services.discogs.names import barcode, barcode_twin
from services.discogs.query import SearchTerms
from services.errors import InvalidInput, UpstreamNotFound


async def search(client: DiscogsClient, terms: SearchTerms, page: int = 1, per_page: int = 50) -> SearchPage:
    """One page of releases. What finds nothing is asked another way: barcodes in their other spellings
    (discogs-api.md 4.1, 6.2), recognised terms as plain words.
    """
    if terms.release_id is not None:
        return await _one(client, terms.release_id)
    found = SearchPage(pagination=Pagination())
    for query in _ways(terms, page, per_page):
        found = await client.search(query)
        if found.results:
            break
    return found


def _ways(terms: SearchTerms, page: int, per_page: int) -> Iterator[SearchQuery]:
    if terms.upc is not None:
        yield from _barcode_ways(terms.upc, page, per_page)
    elif terms.catalog_number is not None:
        yield SearchQuery(catno=terms.catalog_number, page=page, per_page=per_page)
        if terms.guessed:
            yield SearchQuery(q=terms.catalog_number, page=page, per_page=per_page)
    elif terms.artist is not None or terms.title is not None:
        artist, title = terms.artist or "", terms.title or ""
        yield SearchQuery(artist=artist, release_title=title, page=page, per_page=per_page)
        if terms.guessed:
            yield SearchQuery(q=f"{artist} {title}", page=page, per_page=per_page)
    elif terms.text:
        yield SearchQuery(q=terms.text, page=page, per_page=per_page)
    else:
        raise InvalidInput(
            "q", "There is nothing to search for.", "Give a catalogue number, artist and title, or a barcode."
        )


def _barcode_ways(typed: str, page: int, per_page: int) -> Iterator[SearchQuery]:
    digits = barcode(typed)
    if digits is None:
        raise InvalidInput("upc", "A barcode has 8 to 14 digits.", "Type the digits under the bars.")
    yield SearchQuery(barcode=digits, page=page, per_page=per_page)
    yield SearchQuery(q=digits, page=page, per_page=per_page)
    if typed.strip() != digits:
        yield SearchQuery(barcode=typed.strip(), page=page, per_page=per_page)
    if twin := barcode_twin(digits):
        yield SearchQuery(barcode=twin, page=page, per_page=per_page)


async def _one(client: DiscogsClient, release_id: int) -> SearchPage:
    """The release of that number as the only hit."""
    try:
        release = await client.release(release_id)
    except UpstreamNotFound:
        return SearchPage(pagination=Pagination())
    return SearchPage(pagination=Pagination(items=1), results=(as_hit(release),))


def as_hit(release: Release) -> SearchFound:
    """A full release in the shape of a search hit."""
    return SearchFound(
        id=release.id,
        title=f"{release.artist_name} - {release.title}",
        year=release.year,
        country=release.country,
        format=tuple(entry.name for entry in release.formats),
        label=tuple(label.name for label in release.labels),
        genre=release.genres,
        style=release.styles,
        catno=release.catalog_number or "",
        barcode=release.barcodes,
        master_id=release.master_id,
        thumb=release.thumb,
        cover_image=release.cover_url,
        formats=release.formats,
    )
