"""Inventing what is on the simulated Plex: the music of the demo world as files, and a few films that are no music."""

from __future__ import annotations

import random
import re

from services.demo.catalogue import Document
from services.demo.spotify.catalogue import Album
from services.demo.spotify.world import SpotifyWorld

from .things import Section, Thing
from .world import PlexWorld

MUSIC, FILMS = "Music", "Films"
FOLDER = "/srv/music"
_FORMATS = (
    {"codec": "flac", "container": "flac", "bitrate": 912},
    {"codec": "mp3", "container": "mp3", "bitrate": 320},
    {"codec": "mp3", "container": "mp3", "bitrate": 192},
    {"codec": "aac", "container": "mp4", "bitrate": 256},
)
_MOODS = ("Atmospheric", "Driving", "Nocturnal", "Tender", "Restless")
_DAY = 86_400
_PLAYERS = (
    {"title": "Kitchen", "machineIdentifier": "kitchen-speaker", "product": "Plexamp", "platform": "Linux"},
    {"title": "Telephone", "machineIdentifier": "telephone", "product": "Plexamp", "platform": "Android"},
)


def invent_plex(spotify: SpotifyWorld, seed: int = 1, *, artists: int | None = None) -> PlexWorld:
    """A server with most of the artists and albums of ``spotify`` as files, so that the two can be compared.

    ``artists`` is how many of them it has (default: four of five). One album more lies in the folder and was not
    scanned yet.
    """
    lots = random.Random(f"lockgroove plex {seed}")
    world = PlexWorld()
    films = world.add_section(FILMS, "movie", ("/srv/films",))
    for title in ("The Long Groove", "Static", "Monsoon Wedding of Foxes"):
        year = lots.randrange(1960, 2024)
        world.file(Thing(world.number(), "movie", title, films, said={"year": year, "duration": 5_400_000}))
    music = world.add_section(MUSIC, "artist", (FOLDER, "/srv/archive"))
    known = [each for each in spotify.catalogue.artists.values() if spotify.catalogue.albums_of[each.id]]
    chosen = lots.sample(known, artists or max(1, len(known) * 4 // 5))
    names: dict[str, Thing] = {}
    for each in chosen:
        for album in spotify.catalogue.albums_of[each.id]:
            if spotify.catalogue.tracks_of[album.id]:
                _album(lots, world, music, names, spotify, album)
    _leave_unscanned(lots, world, music, names)
    _live_with(lots, world, music)
    return world


def _album(
    lots: random.Random,
    world: PlexWorld,
    music: Section,
    names: dict[str, Thing],
    spotify: SpotifyWorld,
    album: Album,
) -> None:
    name = album.artists[0].name
    artist = names.get(name)
    if artist is None:
        genres = [genre.title() for genre in album.artists[0].genres] or ["Electronic"]
        artist = names[name] = Thing(world.number(), "artist", name, music, tags={"genre": genres})
        artist.added_at = world.now() - lots.randrange(30, 2000) * _DAY
        artist.said = {"summary": f"{name} is an invention of this demonstration.", "_folder": _plain(name)}
        world.file(artist)
    year = int(album.released[:4]) or None
    thing = Thing(world.number(), "album", album.name, music, artist)
    thing.said = {"studio": album.label} if album.label else {}
    thing.said |= {"year": year, "originallyAvailableAt": f"{album.released:.10}"} if year else {}
    thing.tags = {"genre": list(artist.tags["genre"][:1]), "mood": lots.sample(_MOODS, 2)}
    thing.added_at = artist.added_at + lots.randrange(0, 20) * _DAY
    world.file(thing)
    sound: Document = lots.choices(_FORMATS, (5, 3, 1, 1))[0]
    folder = f"{FOLDER}/{_plain(name)}/{f'{year} - ' if year else ''}{_plain(album.name)}"
    for heard in spotify.catalogue.tracks_of[album.id]:
        track = Thing(world.number(), "track", heard.name, music, thing, media=sound, added_at=thing.added_at)
        track.said = {"index": heard.number, "parentIndex": heard.disc, "duration": heard.duration_ms}
        if heard.artists[0].name != name:
            track.said["originalTitle"] = ", ".join(each.name for each in heard.artists)
        track.file = f"{folder}/{heard.number:02d} {_plain(heard.name)}.{sound['container']}"
        world.file(track)


def _leave_unscanned(lots: random.Random, world: PlexWorld, music: Section, names: dict[str, Thing]) -> None:
    """An album that has just arrived in the folder."""
    artist = names[lots.choice(sorted(names))]
    folder = f"{FOLDER}/{artist.said['_folder']}/2026 - Just Arrived"
    arrive(world, music, artist, "Just Arrived", folder, tracks=3)


def arrive(world: PlexWorld, music: Section, artist: Thing, title: str, folder: str, *, tracks: int) -> None:
    """An album lies in ``folder`` and waits for a scan."""

    def make() -> Thing:
        album = world.file(Thing(world.number(), "album", title, music, artist, said={"year": 2026}))
        for number in range(1, tracks + 1):
            track = Thing(world.number(), "track", f"Arrival {number}", music, album, media=_FORMATS[0])
            track.said = {"index": number, "parentIndex": 1, "duration": 200_000 + number * 1000}
            track.file = f"{folder}/{number:02d} Arrival {number}.flac"
            world.file(track)
        return album

    world.arrived.append((music, folder, make))


def _live_with(lots: random.Random, world: PlexWorld, music: Section) -> None:
    """Some months of listening: plays, ratings, a history, playlists, two players that play."""
    tracks = world.of_type(music, "track")
    favourites = lots.sample(tracks, min(40, len(tracks)))
    at = world.now() - 120 * _DAY
    for track in lots.choices(favourites, k=min(260, 4 * len(tracks))):
        at += lots.randrange(3_000, 60_000)
        if at < world.now():
            world.played(track, at)
    for track in favourites[:15]:
        track.rating = float(lots.randrange(4, 11))
    for album in lots.sample(world.of_type(music, "album"), 3):
        album.rating = 8.0
    world.add_playlist("Late evenings", lots.sample(tracks, min(12, len(tracks))), summary="For when it is dark")
    world.add_playlist("Twice is fine", [*favourites[:5], favourites[0]])
    rule = (
        f"server://{world.machine}/com.plexapp.plugins.library/library/sections/{music.key}/all?type=10&userRating>>=7"
    )
    world.add_playlist("Rated well", [each for each in tracks if (each.rating or 0) > 7], rule=rule)
    for player, track in zip(_PLAYERS, lots.sample(tracks, 2), strict=True):
        world.play(track, player=player, offset=track.said["duration"] // 3)
    world.playing[max(world.playing)].state = "paused"


def _plain(name: str) -> str:
    """A name as a folder has it."""
    return re.sub(r'[/\\:*?"<>|]', "_", name).strip(". ")
