"""Followed artists, what they released, and which of it is wanted in step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class NewArtist:
    """A followed artist as Spotify tells of it; ``image_url`` is the smallest picture of at least 160 px."""

    artist_id: str
    name: str
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class FollowedArtist(NewArtist):
    """A kept one. ``followed_at`` is when it was first met here (Spotify does not say since when somebody is followed),
    ``removed_at`` when Spotify did not list it any more. Of the releases: when they were last read, how many there are
    once editions are folded, the date of the newest, and how many of them are chosen.
    """

    pk: int = 0
    followed_at: str = ""
    removed_at: str | None = None
    releases_at: str | None = None
    release_count: int | None = None
    newest_release: str | None = None
    chosen: int = 0


class ArtistSort(StrEnum):
    """What followed artists can be sorted by."""

    NAME = "name"
    RELEASES = "releases"
    NEWEST = "newest"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class ArtistQuery:
    """Which followed artists, in which order; every word of ``text`` must begin a word of the name."""

    text: str = ""
    sort_by: ArtistSort = ArtistSort.NAME
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A release of an artist. ``released`` is the date as Spotify writes it, ``precision`` how much of it is known;
    ``group_key`` is the same for editions that are shown as one (spotify-api.md 2.3).
    """

    release_id: str
    title: str
    kind: str = ""
    released: str = ""
    precision: str = ""
    total_tracks: int | None = None
    image_url: str | None = None
    artists: tuple[str, ...] = ()
    group_key: str = ""

    @property
    def year(self) -> int | None:
        """The first four digits of the date; None where they are no year (``0000`` occurs)."""
        text = self.released[:4]
        return int(text) if text.isascii() and text.isdigit() and text != "0000" else None


@dataclass(frozen=True, slots=True)
class ArtistRelease(NewRelease):
    """A kept one; ``gone_at`` is when Spotify was first found not to list it any more. Its preference stays."""

    artist_id: str = ""
    gone_at: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class ArtistPreference:
    """Whether a release is wanted in step (harmony-contract.md section 15)."""

    artist_id: str
    release_id: str
    selected: bool


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change of a stored setting (harmony-contract.md 14.3); None where there was no value, or is none now."""

    key: str
    old_value: str | None
    new_value: str | None
    changed_at: str
