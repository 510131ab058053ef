"""Inventing what is on the simulated Spotify: artists who partly are those of a record collection, and a listener."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta

from services.demo import words
from services.demo.world import World

from .catalogue import Album, Artist, Episode, LocalFile, SpotifyCatalogue, Track
from .listeners import Play
from .world import SpotifyWorld, seconds, spotify_id

LISTENER = "crate-listener"
"""The account that the program acts for."""
_NUMBERED = re.compile(r" \(\d+\)$")
_KINDS = (("album", 3), ("single", 4), ("compilation", 1))
_ISRC_COUNTRIES = ("DE", "GB", "SE", "US", "JP")


def invent_spotify(
    records: World, seed: int = 1, *, plays: int = 3000, artists: int = 60, now: datetime | None = None
) -> SpotifyWorld:
    """A Spotify whose artists and albums overlap with ``records``, and one listener with ``plays`` over five years.

    ``now`` is when the last play ended (default: a few minutes ago).
    """
    lots = random.Random(f"lockgroove spotify {seed}")
    catalogue = _catalogue(lots, records, artists)
    world = SpotifyWorld(catalogue, seed)
    _listen(lots, world, plays, now or datetime.now(UTC) - timedelta(minutes=4))
    _keep_playlists(lots, world)
    world.join("some-friend", "A Friend")
    return world


# --- the catalogue


def _catalogue(lots: random.Random, records: World, number: int) -> SpotifyCatalogue:
    catalogue = SpotifyCatalogue()
    titles = _owned_titles(records)
    owned = lots.sample(sorted(titles), min(len(titles), number * 2 // 3))
    for name in owned:
        _discography(lots, catalogue, name, titles[name][:3])
    while len(catalogue.artists) < number:
        _discography(lots, catalogue, _name(lots), [])
    various = Artist(spotify_id(lots), "Various Artists")
    mixed = [lots.choice(list(catalogue.tracks.values())) for _ in range(6)]
    album = Album(
        spotify_id(lots), f"{lots.choice(words.PLACES)} Calling", "compilation", (various,), "2011", len(mixed)
    )
    copies = [
        Track(
            spotify_id(lots),
            f"{known.name} - 2011 Remaster",
            album,
            known.artists,
            place,
            known.duration_ms,
            2,
            isrc=known.isrc,
        )
        for place, known in enumerate(mixed, 1)
    ]
    catalogue.file(album, copies)
    catalogue.relinked[spotify_id(lots)] = mixed[0].id
    for number in range(3):
        episode = Episode(spotify_id(lots), f"Episode {number + 1}", "Needle Talk", 1_800_000)
        catalogue.episodes[episode.id] = episode
    return catalogue


def _owned_titles(records: World) -> dict[str, list[str]]:
    """Artists in the collection, by name without the number Discogs gives namesakes, with titles of theirs."""
    titles: dict[str, dict[str, None]] = {}
    for release_id in dict.fromkeys(instance.release_id for instance in records.instances.values()):
        summary = records.catalogue.pressings[release_id].summary
        name = _NUMBERED.sub("", summary["artists"][0]["name"])
        if name != "Various":
            titles.setdefault(name, {})[summary["title"]] = None
    return {name: list(known) for name, known in titles.items()}


def _name(lots: random.Random) -> str:
    return lots.choice(words.ARTIST_SHAPES).format(
        adjective=lots.choice(words.ADJECTIVES), noun=lots.choice(words.NOUNS), first=lots.choice(words.FIRST_NAMES),
        last=lots.choice(words.LAST_NAMES), place=lots.choice(words.PLACES),
    )  # fmt: skip


def _discography(lots: random.Random, catalogue: SpotifyCatalogue, name: str, titles: list[str]) -> None:
    """An artist with a few releases, those called ``titles`` among them; one of them twice, under two ids."""
    styles = [style for some in words.STYLES.values() for style in some]
    artist = Artist(spotify_id(lots), name, tuple(s.lower() for s in lots.sample(styles, 2)), lots.random() < 0.9)
    catalogue.artists[artist.id] = artist
    for title in [*titles, *(_title(lots) for _ in range(lots.randrange(1, 9)))]:
        kind = "album" if title in titles else lots.choices([k for k, _ in _KINDS], [w for _, w in _KINDS])[0]
        album = _album(lots, artist, title, kind)
        catalogue.file(album, _tracks(lots, album, catalogue))
        if lots.random() < 0.1:
            twin = Album(
                spotify_id(lots), title, kind, (artist,), album.released, album.total_tracks, label=album.label
            )
            catalogue.file(twin, [])


def _title(lots: random.Random) -> str:
    return lots.choice(words.TITLE_SHAPES).format(
        adjective=lots.choice(words.ADJECTIVES), noun=lots.choice(words.NOUNS), other=lots.choice(words.NOUNS),
        place=lots.choice(words.PLACES), number=lots.randrange(2, 13),
    )  # fmt: skip


def _album(lots: random.Random, artist: Artist, title: str, kind: str) -> Album:
    year = lots.randrange(1960, 2027)
    day = f"{year}-{lots.randrange(1, 13):02d}-{lots.randrange(1, 29):02d}"
    released = lots.choices((day, day[:7], str(year), "0000"), (70, 10, 18, 2))[0]
    count = lots.randrange(1, 4) if kind == "single" else lots.randrange(5, 13)
    digits = "".join(str(lots.randrange(10)) for _ in range(12))
    return Album(
        spotify_id(lots),
        title,
        kind,
        (artist,),
        released,
        count,
        upc=digits,
        label=f"{lots.choice(words.NOUNS)} Records",
    )


def _tracks(lots: random.Random, album: Album, catalogue: SpotifyCatalogue) -> list[Track]:
    guests = list(catalogue.artists.values())
    tracks: list[Track] = []
    for number in range(1, album.total_tracks + 1):
        artists = album.artists if lots.random() < 0.9 else tuple(dict.fromkeys((*album.artists, lots.choice(guests))))
        tracks.append(
            Track(
                spotify_id(lots),
                f"{lots.choice(words.ADJECTIVES)} {lots.choice(words.NOUNS)}",
                album,
                artists,
                number,
                lots.randrange(95_000, 480_000),
                explicit=lots.random() < 0.05,
                isrc=f"{lots.choice(_ISRC_COUNTRIES)}XXX{album.released[2:4]}{lots.randrange(100_000):05d}",
                restriction="market" if lots.random() < 0.02 else "",
            )
        )
    return tracks


# --- the listener


def _listen(lots: random.Random, world: SpotifyWorld, number: int, until: datetime) -> None:
    """Five years of evenings: favourites come again and again, sessions of a few tracks, some from an album."""
    listener = world.join(LISTENER, "Crate Listener")
    tracks = list(world.catalogue.tracks.values())
    lots.shuffle(tracks)
    weights = [1 / (place + 3) for place in range(len(tracks))]
    heard = lots.choices(tracks, weights, k=number)
    at = int(until.timestamp() * 1000)
    apart = 5 * 365 * 86_400_000 / max(1, number)
    plays: list[Play] = []
    while len(plays) < number:
        for track in heard[len(plays) : len(plays) + lots.randrange(3, 15)]:
            context = lots.choice(("", f"spotify:album:{track.album.id}", f"spotify:user:{LISTENER}:collection"))
            plays.append(Play(at, track, context))
            at -= track.duration_ms + lots.randrange(900, 4000)
        at -= int(apart * lots.uniform(5, 10))
    listener.plays = plays[::-1]
    followed = {artist.id for play in plays[:400] for artist in play.track.artists}
    listener.followed = {known_as for known_as in sorted(followed) if lots.random() < 0.5}
    for age, track in enumerate(lots.sample(tracks, min(120, len(tracks)))):
        listener.saved[track.uri] = seconds(until - timedelta(days=9 * age, minutes=lots.randrange(900)))
    for age, album in enumerate(lots.sample(list(world.catalogue.albums.values()), 12)):
        listener.saved[f"spotify:album:{album.id}"] = seconds(until - timedelta(days=31 * age))


def _keep_playlists(lots: random.Random, world: SpotifyWorld) -> None:
    """Own, shared, followed and editorial ones; with a duplicate, a vanished row, a local file and an episode."""
    tracks = list(world.catalogue.tracks.values())
    some = lots.sample(tracks, 8)
    episode = next(iter(world.catalogue.episodes.values()))
    odd = world.add_playlist(
        LISTENER,
        "To buy on vinyl",
        [*some, some[0], None, LocalFile("Probe #3", "Garage Zwölf", "Demo Tape", 127), episode, tracks[0]],
        description="wants &amp; doubles",
    )
    odd.rows[9].added_by = ""
    odd.rows[12].added_at = odd.rows[12].added_by = None
    stored, copy = next(iter(world.catalogue.relinked.items()))
    odd.rows[2].item, odd.rows[2].stored_id = world.catalogue.tracks[copy], stored
    odd.changed()
    world.add_playlist(LISTENER, "Sunday mornings", lots.sample(tracks, min(130, len(tracks))), public=True)
    world.add_playlist(LISTENER, "Empty one", [])
    shared = world.add_playlist("some-friend", "Shared crate", lots.sample(tracks, 20), collaborators={LISTENER})
    theirs = world.add_playlist("some-friend", "Kiosk hits", lots.sample(tracks, 30), public=True)
    editorial = world.add_editorial("This week in Kiosk")
    world.listeners[LISTENER].playlists[2:2] = [shared.id, theirs.id, editorial.id]
