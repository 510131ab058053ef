"""What Spotify answers, as models at the edge: every field may be missing, unknown ones are ignored (spotify-api.md 3.11).

Null rows stay where they are, so that no position shifts. ``given`` is the object as it was sent, for whoever passes it
on. The old and the new names of a key (``tracks`` and ``items``, ``track`` and ``item``) are both read.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from services.spotify.images import Images
from services.spotify.tolerance import Maybe, Moment, Number, Said, an_object, objects, without_nulls
from services.tolerance import Text, Texts


class ExternalIds(Said):
    """Codes as text; missing and wrong ones occur (spotify-api.md 3.5)."""

    isrc: Text = ""
    upc: Text = ""
    ean: Text = ""


Codes = Annotated[ExternalIds, BeforeValidator(lambda value: an_object(value) or {})]


class Artist(Said):
    """An artist, whole or as credited. ``id`` may be empty (local files)."""

    id: Text = ""
    name: Text = ""
    uri: Text = ""
    href: Text = ""
    images: Images = ()
    genres: Texts = ()


Artists = Annotated[tuple[Artist, ...], BeforeValidator(without_nulls)]


class Album(Said):
    """An album, whole or simplified. ``release_date`` is text of whatever precision, ``0000`` occurs."""

    id: Text = ""
    name: Text = ""
    uri: Text = ""
    href: Text = ""
    album_type: Text = ""
    artists: Artists = ()
    images: Images = ()
    release_date: Text = ""
    release_date_precision: Text = ""
    total_tracks: Number = None
    label: Text = ""
    external_ids: Codes = ExternalIds()

    @property
    def year(self) -> int | None:
        """The year of release, None where Spotify knows none."""
        digits = self.release_date[:4]
        return int(digits) if digits.isascii() and digits.isdigit() and int(digits) > 0 else None


class Track(Said):
    """A track or an episode (``type``), whole or simplified. A local file has no id (spotify-api.md 3.7)."""

    id: Text = ""
    name: Text = ""
    uri: Text = ""
    href: Text = ""
    type: Text = "track"
    artists: Artists = ()
    album: Annotated[Album | None, BeforeValidator(an_object)] = None
    show: Annotated[Album | None, BeforeValidator(an_object)] = None
    duration_ms: Number = None
    disc_number: Number = None
    track_number: Number = None
    explicit: Maybe = None
    is_local: Maybe = None
    is_playable: Maybe = None
    external_ids: Codes = ExternalIds()
    popularity: Number = None

    @property
    def isrc(self) -> str:
        """The recording's code, upper case without hyphens; empty if unknown."""
        return self.external_ids.isrc.replace("-", "").strip().upper()


class Profile(Said):
    """Who is connected. ``account_id`` is stable, ``id`` may change (spotify-api.md 2.1)."""

    id: Text = ""
    account_id: Text = ""
    display_name: Text = ""
    uri: Text = ""
    href: Text = ""
    images: Images = ()

    @property
    def key(self) -> str:
        """What tells this account from others for good, as far as Spotify says."""
        return self.account_id or self.id


class Context(Said):
    """From where something was played: ``type`` is album, artist, playlist, collection or show."""

    type: Text = ""
    uri: Text = ""
    href: Text = ""


class PlayedItem(Said):
    """One play. ``played_at`` in Unix milliseconds, None where it cannot be read."""

    track: Annotated[Track | None, BeforeValidator(an_object)] = None
    played_at: Moment = None
    context: Annotated[Context | None, BeforeValidator(an_object)] = None


class Cursors(Said):
    """Where the next page begins; of recently played in milliseconds, as text."""

    after: Text = ""
    before: Text = ""


class RecentPage(Said):
    """The newest plays, newest first; there is nothing behind the 50th (spotify-api.md 2.18)."""

    items: Annotated[tuple[PlayedItem, ...], BeforeValidator(without_nulls)] = ()
    next: Text = ""
    cursors: Annotated[Cursors | None, BeforeValidator(an_object)] = None


class Page(Said):
    """Where a page of an offset list stands. ``total`` is what Spotify says, which may be an estimate."""

    href: Text = ""
    next: Text = ""
    limit: Number = None
    offset: Number = None
    total: Number = None


class ArtistPage(Page):
    """A page of followed artists; :attr:`after` leads to the next one (spotify-api.md 2.2)."""

    items: Annotated[tuple[Artist | None, ...], BeforeValidator(objects)] = ()
    cursors: Annotated[Cursors | None, BeforeValidator(an_object)] = None

    @property
    def after(self) -> str | None:
        """What to ask the next page with; None at the end."""
        return (self.cursors.after or None) if self.cursors and self.next else None


class AlbumPage(Page):
    items: Annotated[tuple[Album | None, ...], BeforeValidator(objects)] = ()


class TrackPage(Page):
    items: Annotated[tuple[Track | None, ...], BeforeValidator(objects)] = ()


class ArtistList(Page):
    """A page of artists by offset (search, top)."""

    items: Annotated[tuple[Artist | None, ...], BeforeValidator(objects)] = ()


class Owner(Said):
    id: Text = ""
    display_name: Text = ""


class PlaylistRow(Said):
    """One place of a playlist; ``track`` is None for what vanished. Rows have no id (spotify-api.md 2.11)."""

    OLD_NAMES: ClassVar[Mapping[str, str]] = {"item": "track"}
    item: Annotated[Track | None, BeforeValidator(an_object)] = None
    added_at: Moment = None
    added_by: Annotated[Owner | None, BeforeValidator(an_object)] = None
    is_local: Maybe = None

    @property
    def track(self) -> Track | None:
        """What is at this place: a track or an episode."""
        return self.item


class ItemPage(Page):
    """Places of a playlist; a row that is null stays one without a track."""

    items: Annotated[tuple[PlaylistRow, ...], BeforeValidator(lambda value: [row or {} for row in objects(value)])] = ()


class SavedRow(Said):
    """One saved track."""

    OLD_NAMES: ClassVar[Mapping[str, str]] = {"track": "item"}
    added_at: Moment = None
    track: Annotated[Track | None, BeforeValidator(an_object)] = None


class SavedPage(Page):
    items: Annotated[tuple[SavedRow, ...], BeforeValidator(lambda value: [row or {} for row in objects(value)])] = ()


class Playlist(Said):
    """A playlist. ``items`` counts its places, and holds the first page where one playlist was asked for and the
    listener owns it or contributes to it (spotify-api.md 2.9, 2.10); None if Spotify keeps it back.
    """

    OLD_NAMES: ClassVar[Mapping[str, str]] = {"items": "tracks"}
    id: Text = ""
    name: Text = ""
    description: Text = ""
    owner: Annotated[Owner, BeforeValidator(lambda value: an_object(value) or {})] = Owner()
    public: Maybe = None
    collaborative: Maybe = None
    snapshot_id: Text = ""
    images: Images = ()
    uri: Text = ""
    items: Annotated[ItemPage | None, BeforeValidator(an_object)] = None

    @property
    def plain_description(self) -> str:
        """The description; Spotify sends it HTML-escaped."""
        return html.unescape(self.description)

    @property
    def total(self) -> int | None:
        """How many places it has, None if Spotify does not say."""
        return self.items.total if self.items else None


class PlaylistPage(Page):
    items: Annotated[tuple[Playlist | None, ...], BeforeValidator(objects)] = ()


class SearchResult(Said):
    """Hits by kind; each page may hold nulls."""

    tracks: Annotated[TrackPage | None, BeforeValidator(an_object)] = None
    artists: Annotated[ArtistList | None, BeforeValidator(an_object)] = None
    albums: Annotated[AlbumPage | None, BeforeValidator(an_object)] = None
    playlists: Annotated[PlaylistPage | None, BeforeValidator(an_object)] = None


class AudioFeatures(Said):
    """Measures of one track (spotify-api.md 2.7); read :attr:`given` for all of them."""

    id: Text = ""


class FeaturesList(Said):
    """One entry per id that was asked for, null where Spotify knows none."""

    audio_features: Annotated[tuple[AudioFeatures | None, ...], BeforeValidator(objects)] = ()


class Recommended(Said):
    tracks: Annotated[tuple[Track, ...], BeforeValidator(without_nulls)] = ()
    seeds: Annotated[tuple[Said, ...], BeforeValidator(without_nulls)] = ()


class Snapshot(Said):
    """What a playlist is called after a change."""

    snapshot_id: Text = ""
