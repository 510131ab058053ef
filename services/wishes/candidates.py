"""What a wish may mean: records, files, wants, releases of the catalogue, each with how sure it is (:mod:`services.matching`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

import structlog

from services.autosync.held import in_beets
from services.beets.library import Beets
from services.catalogue.search import CatalogueSearch
from services.discogs.models import SearchFound
from services.discogs.names import plain_artists
from services.discogs.wants import Wants
from services.errors import LockgrooveError
from services.matching import albums
from services.matching.music import Album, Codes, Source, Track, Verdict
from services.matching.pairing import Collection, collection_of_albums, collection_of_tracks
from services.matching.sources.discogs import album_of_record, album_of_want
from services.records.service import Records
from storage import wishes as rows
from storage.engine import Storage
from storage.values import RecordQuery, User, WantQuery
from storage.values.found import CatalogueHit
from storage.values.wishes import Candidate, Fitting, NewWish, Wish, WishKind, WishState

log = structlog.get_logger(__name__)

SURE = 0.9
"""From here on at most one in a hundred is wrong."""
LEAST = 0.4
"""What is less sure is not even offered."""
MOST = 8
"""Candidates that are kept of a wish."""
_PART = 250
"""Records, wants or files that are read at a time: a few milliseconds of the loop."""
_ASKED = 24
"""Releases of the catalogue that are weighed for a wish: it may have a dozen pressings of each album."""
_TITLE_TRACK = 0.85
"""How sure an album can be at most where a track of that title is wanted, and nothing says that it is on it."""


class Ground:
    """Everything of a user that wishes are compared with, read once and used for many."""

    def __init__(self) -> None:
        self.albums: Collection[Album, albums.Prepared] = collection_of_albums()
        self.tracks = collection_of_tracks()
        self.known: dict[str, Candidate] = {}

    def take(self, found: Iterable[tuple[Candidate, Album]]) -> None:
        """Know these albums. Computes: call it in a thread."""
        some = [(candidate.name, candidate, album) for candidate, album in found]
        self.known.update((name, candidate) for name, candidate, _ in some)
        self.albums.put((name, album) for name, _, album in some)

    def take_tracks(self, found: Iterable[Track]) -> None:
        """Know these tracks, which are there as files. Computes: call it in a thread."""
        for track in found:
            artist = ", ".join(track.artists)
            key = f"track:{track.source}:{track.key}"
            candidate = Candidate(Fitting.FILES, key, artist, track.title, track.year, track.album, is_track=True)
            self.known[candidate.name] = candidate
            self.tracks.put([(candidate.name, track)])


class Candidates:
    """Finds what wishes may mean. Asks nobody outside of this machine."""

    def __init__(
        self, storage: Storage, records: Records, wants: Wants, catalogue: CatalogueSearch, beets: Beets
    ) -> None:
        self._storage = storage
        self._records = records
        self._wants = wants
        self._catalogue = catalogue
        self._beets = beets

    async def ground(self, user: User, *, tracks: bool = True) -> Ground:
        """Everything that the user has and wants; without single ``tracks`` where none are looked for. 20,000 albums take some
        seconds, in a thread.
        """
        ground = Ground()
        query = RecordQuery(removed=False)
        keys = await self._records.order(user.id, query)
        for start in range(0, len(keys), _PART):
            held = await self._records.some(user.id, keys[start : start + _PART])
            await asyncio.to_thread(
                ground.take,
                [
                    (
                        Candidate(
                            Fitting.RECORDS,
                            each.record_id,
                            each.artist_name,
                            each.album_title,
                            each.year_released,
                            ", ".join(filter(None, (each.record_size, each.label_name))),
                            each.discogs_id,
                        ),
                        album_of_record(each),
                    )
                    for each in held
                ],
            )
        wanted, _ = await self._wants.page(user.id, WantQuery())
        for start in range(0, len(wanted), _PART):
            some = [
                (
                    Candidate(
                        Fitting.WANTS,
                        str(each.release_id),
                        each.artist_name,
                        each.album_title,
                        each.year_released,
                        each.label_name or "",
                        each.release_id,
                    ),
                    album_of_want(each),
                )
                for each in wanted[start : start + _PART]
            ]
            await asyncio.to_thread(ground.take, some)
        await self._take_filed(user, ground)
        if tracks and user.is_owner:
            await self._take_tracks(ground)
        return ground

    async def _take_filed(self, user: User, ground: Ground) -> None:
        """Albums of Plex and beets, as the shelf last found them."""
        after = 0
        while True:
            async with self._storage.read() as conn:
                some = await rows.filed(conn, user.id, after=after, limit=_PART)
            if not some:
                return
            after = some[-1].pk
            found = [
                (
                    Candidate(
                        Fitting.FILES, f"{each.source}:{each.key}", each.artist, each.title, each.year, each.source
                    ),
                    Album(
                        each.title, (each.artist,) if each.artist else (), each.year, each.tracks, source=each.source
                    ),
                )
                for each in some
            ]
            await asyncio.to_thread(ground.take, found)

    async def _take_tracks(self, ground: Ground) -> None:
        """The tracks of beets; none where there is no beets, or it does not answer."""
        try:
            async for some in in_beets(self._beets):
                await asyncio.to_thread(ground.take_tracks, some)
        except LockgrooveError as error:
            log.debug("no_tracks_of_beets", error=error.message)

    async def of(self, ground: Ground, wish: Wish | NewWish) -> tuple[Candidate, ...]:
        """What ``wish`` may mean, the surest first."""
        hits = await self._hits(wish)
        return await asyncio.to_thread(_weigh, ground, wish, hits)

    async def _hits(self, wish: Wish | NewWish) -> Sequence[CatalogueHit]:
        if wish.release_id is not None:
            found = await self._catalogue.find(f"r{wish.release_id}", limit=1)
            if found.hits:
                return found.hits
        title = wish.album or wish.title
        text = f"{plain_artists(wish.artist)} {title}"[:200]
        found = await self._catalogue.find(text, limit=_ASKED)
        return () if found.understood != "words" else found.hits


def weigh_discogs(wish: Wish, found: Sequence[SearchFound]) -> tuple[Candidate, ...]:
    """What Discogs found for a wish, weighed like everything else. Computes."""
    offered: list[tuple[Candidate, Verdict]] = []
    for each in found:
        if each.type != "release":
            continue
        artist, joined, title = each.title.partition(" - ")
        artist, title = (plain_artists(artist), title) if joined else ("", each.title)
        about = ", ".join(filter(None, (*each.format[:2], each.country, each.label[0] if each.label else "")))
        candidate = Candidate(Fitting.DISCOGS, str(each.id), artist, title.strip(), each.year, about, each.id)
        codes = Codes(discogs_release=each.id, discogs_master=each.master_id)
        album = Album(candidate.title, (artist,) if artist else (), each.year, codes=codes, source=Source.DISCOGS)
        offered.append((candidate, _compared(wish, album)))
    return _best(offered)


def state_of(candidates: Sequence[Candidate], choice: str | None = None) -> WishState:
    """How a wish stands: by what was picked, else by what is sure."""
    picked = next((each for each in candidates if each.name == choice), None)
    sure = [picked] if picked else [each for each in candidates if each.confidence >= SURE]
    if not sure:
        return WishState.UNSURE if candidates else WishState.MISSING
    sources = {each.source for each in sure}
    if sources & {Fitting.RECORDS, Fitting.FILES}:
        return WishState.HERE
    return WishState.WANTED if Fitting.WANTS in sources else WishState.FOUND


def _weigh(ground: Ground, wish: Wish | NewWish, hits: Sequence[CatalogueHit]) -> tuple[Candidate, ...]:
    offered: list[tuple[Candidate, Verdict]] = []
    album = _album_of(wish)
    for name, verdict in ground.albums.best(album, least=LEAST, most=MOST):
        offered.append((ground.known[name], _as_album(wish, verdict)))
    if wish.kind is not WishKind.ALBUM and len(ground.tracks):
        for name, verdict in ground.tracks.best(_track_of(wish), least=LEAST, most=MOST):
            offered.append((ground.known[name], verdict))
    best: dict[int, tuple[Candidate, Verdict]] = {}
    for hit in hits:
        about = ", ".join(filter(None, (hit.format, hit.country, hit.label)))
        candidate = Candidate(Fitting.CATALOGUE, str(hit.id), hit.artist, hit.title, hit.year, about, hit.id)
        codes = Codes(discogs_release=hit.id, discogs_master=hit.master or 0)
        known = Album(hit.title, (hit.artist,) if hit.artist else (), hit.year, codes=codes, source=Source.DISCOGS)
        verdict = _compared(wish, known)
        key = -(hit.master or 0) or hit.id
        if key not in best or verdict.confidence > best[key][1].confidence:
            best[key] = candidate, verdict
    return _best([*offered, *best.values()])


def _best(offered: Sequence[tuple[Candidate, Verdict]]) -> tuple[Candidate, ...]:
    told = [
        replace(candidate, confidence=round(verdict.confidence, 4), reason=verdict.reason)
        for candidate, verdict in offered
        if verdict.confidence >= LEAST
    ]
    return merged(told)


def merged(offered: Iterable[Candidate], kept: str | None = None) -> tuple[Candidate, ...]:
    """The surest first, a release once: as a record before it is a want, and that before it is one of Discogs. The one whose name
    is ``kept`` stays whatever comes.
    """
    rank = list(Fitting).index
    releases: set[int] = set()
    told: list[Candidate] = []
    for each in sorted(offered, key=lambda each: (each.name != kept, rank(each.source), -each.confidence)):
        if each.release_id is not None and each.release_id in releases:
            continue
        releases |= {each.release_id} if each.release_id is not None else set()
        told.append(each)
    told.sort(key=lambda each: (-each.confidence, rank(each.source), each.key))
    named = [each for each in told if each.name == kept]
    return tuple(named + [each for each in told if each.name != kept][: MOST - len(named)])


def _compared(wish: Wish | NewWish, album: Album) -> Verdict:
    return _as_album(wish, albums.compare(_album_of(wish), album))


def _as_album(wish: Wish | NewWish, verdict: Verdict) -> Verdict:
    """A track without its album may be on the album of its name, or be the single: a person says."""
    if wish.kind is WishKind.TRACK and not wish.album and verdict.confidence > _TITLE_TRACK:
        return Verdict(_TITLE_TRACK, (*verdict.reasons, "a track is wanted, this is an album or a single"))
    return verdict


def _album_of(wish: Wish | NewWish) -> Album:
    return Album(
        title=wish.album or wish.title,
        artists=(wish.artist,),
        year=wish.year,
        codes=Codes(discogs_release=wish.release_id or 0),
        source=Source.TEXT,
    )


def _track_of(wish: Wish | NewWish) -> Track:
    return Track(
        wish.title, (wish.artist,), album=wish.album, duration=wish.duration, year=wish.year, source=Source.TEXT
    )
