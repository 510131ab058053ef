"""Artists whose new releases are told: by Discogs and Spotify, each asked at most once a day for each artist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from services.catalogue.search import CatalogueSearch
from services.discogs.artist_calls import MAIN, ListedRelease
from services.discogs.connect import Discogs
from services.discogs.wants import Wants
from services.errors import Conflict, InvalidInput, LockgrooveError, NotFound, UpstreamRateLimited
from services.events import ActivityAdded, Events, WantsChanged
from services.jobs import JobResult, Jobs, Work
from services.spotify.artists import Artists
from services.spotify.connect import Spotify
from storage import activity, watched
from storage.engine import Storage
from storage.fold import fold, squeeze
from storage.values import ArtistQuery, ArtistRelease, Job, UserId, Want
from storage.values.wishes import ReleaseState, SeenRelease, WatchedArtist, WatchedRelease

log = structlog.get_logger(__name__)

WATCH = "watch"
"""The name of the kind of job that looks for new releases."""
WHEN = "41 4,10,16,22 * * *"
"""When it runs by itself: often enough to make up for an hour without a network; no artist is asked for twice a day."""
ONCE = timedelta(hours=22)
"""How long a service is not asked again for an artist."""
RECENT = 1
"""Years back that count as new: what is older was only entered late."""
_DISCOGS, _SPOTIFY = "discogs", "spotify"
_NAMED = 12
"""Titles that an entry of the feed names."""


class Watched:
    """Everybody's own list of artists, and what came out since. Asks nobody; :class:`WatchJob` does."""

    def __init__(
        self, storage: Storage, catalogue: CatalogueSearch, artists: Artists, wants: Wants, jobs: Jobs, events: Events
    ) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._artists = artists
        self._wants = wants
        self._jobs = jobs
        self._events = events

    async def add(
        self, user_id: UserId, name: str = "", *, discogs_id: int | None = None, spotify_id: str | None = None
    ) -> tuple[WatchedArtist, bool]:
        """Watch an artist, and whether that is new. A name alone is looked up in the catalogue and among the followed artists.

        What is out already is read by a job and not told. Raises :class:`NotFound` for a name that neither knows.
        """
        name = " ".join(name.split())
        if discogs_id is None and not spotify_id:
            name, discogs_id, spotify_id = await self._known(user_id, name)
        elif not name:
            raise InvalidInput("name", "The artist has no name.", "Give the name beside the number.")
        if discogs_id is not None and not 0 < discogs_id < 2**63:
            raise InvalidInput("discogs_id", "That is not the number of an artist on Discogs.")
        async with self._storage.write() as conn:
            kept, is_new = await watched.watch(
                conn, user_id, name[:500], discogs_id=discogs_id, spotify_id=spotify_id or None
            )
        self._events.publish(WantsChanged(user_id))
        await self._jobs.start(WATCH, user_id)
        return kept, is_new

    async def artists(self, user_id: UserId) -> list[WatchedArtist]:
        """All that are watched, by name."""
        async with self._storage.read() as conn:
            return await watched.artists(conn, user_id)

    async def remove(self, user_id: UserId, pk: int) -> None:
        """Watch an artist no more. Raises :class:`NotFound`."""
        async with self._storage.write() as conn:
            is_gone = await watched.forget(conn, user_id, pk)
        if not is_gone:
            raise NotFound(f"No watched artist has the number {pk}.", "Look at the list of watched artists.")
        self._events.publish(WantsChanged(user_id))

    async def releases(
        self, user_id: UserId, *, settled: bool = False, limit: int = 100, offset: int = 0
    ) -> tuple[list[WatchedRelease], int]:
        """What came out, the newest told first, and how many; ``settled`` ones are those somebody wanted or ignored."""
        states = (ReleaseState.WANTED, ReleaseState.IGNORED) if settled else (ReleaseState.NEW,)
        async with self._storage.read() as conn:
            return await watched.releases(conn, user_id, states, limit=limit, offset=offset)

    async def ignore(self, user_id: UserId, pk: int) -> WatchedRelease:
        """Take a release off the list of new ones, for good. Raises :class:`NotFound`."""
        await self._settle(user_id, pk, ReleaseState.IGNORED)
        return await self._release(user_id, pk)

    async def want(self, user_id: UserId, pk: int) -> Want:
        """Put a new release on the Discogs wantlist and off the list.

        Raises :class:`Conflict` for one that Discogs does not list (yet); else what :meth:`Wants.add` does.
        """
        found = await self._release(user_id, pk)
        if found.release_id is None:
            raise Conflict("Discogs does not list it yet.", "Look for it in Search, or wait until Discogs has it.")
        wanted = await self._wants.add(user_id, found.release_id)
        await self._settle(user_id, pk, ReleaseState.WANTED)
        return wanted

    async def look(self, user_id: UserId) -> Job:
        """Ask now for everybody who was not asked for today; a job that runs already is what is returned."""
        job, _ = await self._jobs.start(WATCH, user_id)
        return job

    async def is_due(self, user_id: UserId) -> bool:
        """Whether there is anybody to ask for."""
        return any(_due(each, _DISCOGS) or _due(each, _SPOTIFY) for each in await self.artists(user_id))

    async def _known(self, user_id: UserId, name: str) -> tuple[str, int | None, str | None]:
        """The artist of that name: as the catalogue and as Spotify's followed ones have it."""
        if not name:
            raise InvalidInput("name", "There is no name.", "Give the name of an artist.")
        offered = await self._catalogue.autocomplete(name, "artist", 8)
        same = [each.node for each in offered if fold(each.node.name) == fold(name)]
        pks = await self._artists.order(user_id, ArtistQuery(text=name))
        followed = [each for each in await self._artists.some(user_id, pks[:50]) if fold(each.name) == fold(name)]
        if not same and not followed:
            names = ", ".join(each.node.name for each in offered[:4])
            hint = f"Did you mean {names}?" if names else "Give the number of the artist on Discogs beside the name."
            raise NotFound(f"Neither the catalogue nor the artists you follow on Spotify know {name}.", hint)
        spotify_id = followed[0].artist_id if followed else None
        return (same[0].name, int(same[0].id), spotify_id) if same else (followed[0].name, None, spotify_id)

    async def _release(self, user_id: UserId, pk: int) -> WatchedRelease:
        async with self._storage.read() as conn:
            found = await watched.some(conn, user_id, [pk])
        if not found:
            raise NotFound(f"There is no new release {pk}.", "Look at the list of new releases.")
        return found[0]

    async def _settle(self, user_id: UserId, pk: int, state: ReleaseState) -> None:
        await self._release(user_id, pk)
        async with self._storage.write() as conn:
            await watched.settle(conn, user_id, pk, state)
        self._events.publish(WantsChanged(user_id))


class WatchJob:
    """The kind of job that asks for new releases of the artists who are watched, one artist and service at a time.

    What is new is kept and told in one transaction, so that it is told once, whenever the program ends. A service that is not
    connected or fails costs the other nothing.
    """

    name = WATCH

    def __init__(self, discogs: Discogs, spotify: Spotify, artists: Artists, events: Events) -> None:
        self._discogs = discogs
        self._spotify = spotify
        self._artists = artists
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Everybody who was not asked for today."""
        user_id = work.job.user_id
        tried: set[tuple[int, str]] = set()
        failed: set[int] = set()
        done = found = 0
        while waiting := await self._waiting(work, tried):
            artist, source = waiting[0]
            await work.report(phase="watched", done=done, total=done + len(waiting), note=artist.name)
            tried.add((artist.pk, source))
            done += 1
            try:
                listed = await self._listed(user_id, artist, source)
            except UpstreamRateLimited:
                raise  # parks the job; who was asked for is not asked again
            except LockgrooveError as error:
                log.warning("artist_not_watched", artist=artist.pk, source=source, error=error.message)
                failed.add(artist.pk)
                async with work.saving() as conn:
                    await watched.trouble(conn, artist.pk, f"{error.message} {error.hint}".strip())
                await work.problem(artist.name, error.message)
                continue
            found += await self._keep(work, artist, source, listed, is_well=artist.pk not in failed)
            await work.report(done=done, counts={"asked": done, "new": found})
        await work.report(note="")
        return JobResult({"asked": done, "new": found}, quiet=True)

    async def _waiting(self, work: Work, tried: set[tuple[int, str]]) -> list[tuple[WatchedArtist, str]]:
        """Who is still to be asked for, and by whom; somebody may be watched while the job runs."""
        user_id = work.job.user_id
        async with work.storage.read() as conn:
            artists = await watched.artists(conn, user_id)
        services = [_DISCOGS] + ([_SPOTIFY] if (await self._spotify.status(user_id)).ready else [])
        pairs = [(artist, source) for artist in artists for source in services if _due(artist, source)]
        return [(artist, source) for artist, source in pairs if (artist.pk, source) not in tried]

    async def _listed(self, user_id: UserId, artist: WatchedArtist, source: str) -> Sequence[SeenRelease]:
        if source == _DISCOGS:
            assert artist.discogs_id is not None
            listed = await self._discogs.newest_of(user_id, artist.discogs_id)
            return [_of_discogs(each) for each in listed if each.role in ("", MAIN) and each.title]
        assert artist.spotify_id is not None
        told = await self._artists.discography(user_id, artist.spotify_id)
        return [_of_spotify(each.release) for each in told.editions if not each.is_gone]

    async def _keep(
        self, work: Work, artist: WatchedArtist, source: str, listed: Sequence[SeenRelease], *, is_well: bool
    ) -> int:
        user_id = work.job.user_id
        since = datetime.now(UTC).year - RECENT
        entry = None
        async with work.saving() as conn:
            new = await watched.note(conn, user_id, artist, source, listed, since)
            if is_well:
                await watched.trouble(conn, artist.pk, None)
            if new:
                titles = [f"{each.title} ({each.released[:4]})" if each.released else each.title for each in new]
                details: dict[str, object] = {
                    "artist": artist.name,
                    "releases": len(new),
                    "titles": titles[:_NAMED],
                    "service": source,
                }
                entry = await activity.add(conn, user_id, "sync", "new_releases", details)
        if entry is not None:
            self._events.publish(ActivityAdded(user_id, entry))
            self._events.publish(WantsChanged(user_id))
        return len(new)


def _due(artist: WatchedArtist, source: str) -> bool:
    """Whether a service that knows the artist was not asked today."""
    if getattr(artist, f"{source}_id") is None:
        return False
    asked_at: str | None = getattr(artist, f"{source}_at")
    return asked_at is None or datetime.now(UTC) - datetime.fromisoformat(asked_at) > ONCE


def _of_discogs(listed: ListedRelease) -> SeenRelease:
    return SeenRelease(
        _DISCOGS,
        f"{listed.type}:{listed.id}",
        listed.title,
        _title_key(listed.title),
        str(listed.year or ""),
        listed.type,
        ", ".join(filter(None, (listed.format, listed.label))),
        listed.release_id,
    )


def _of_spotify(release: ArtistRelease) -> SeenRelease:
    released = "" if release.released.startswith("0") else release.released
    return SeenRelease(
        _SPOTIFY,
        release.group_key,
        release.title,
        _title_key(release.title),
        released,
        release.kind,
        f"{release.total_tracks} tracks" if release.total_tracks else "",
        spotify_id=release.release_id,
    )


def _title_key(title: str) -> str:
    return squeeze(title) or fold(title)
