"""Inventing a small Soulseek network: peers who share what the invented world has made, in the ways people share."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from services.demo.spotify.world import SpotifyWorld
from services.demo.world import World

from .network import Folder, Network, Peer, SharedFile, Tags, Temper
from .records import Phase, Transfer

_NUMBERED = re.compile(r" \(\d+\)$")
_UNFIT = re.compile(r'[\\/:*?"<>|\x00\r\n]')
_ROOTS = ("@@kxqvt\\Music", "Music", "@@hbwlm\\shared\\FLAC", "D:\\Musik", "music\\complete", "Soulseek Shared\\Albums")


@dataclass(frozen=True, slots=True)
class Work:
    """An album to be shared: its tracks are titles and seconds."""

    artist: str
    title: str
    year: int
    tracks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Make:
    """How somebody encodes: bit rate None is lossless; ``told``: the numbers are sent with search results."""

    extension: str
    bit_rate: int | None = None
    depth: int | None = None
    rate: int = 44_100
    is_variable: bool = False
    told: bool = True


_MAKES = {
    "flac": Make("flac", depth=16),
    "flac-24": Make("flac", depth=24, rate=96_000),
    "mp3-320": Make("mp3", 320),
    "mp3-v0": Make("mp3", 245, is_variable=True),
    "mp3-192": Make("mp3", 192),
    "mp3-128": Make("mp3", 128, told=False),
    "m4a": Make("m4a", 256),
    "ogg": Make("ogg", 160, is_variable=True),
}
_PEERS: tuple[tuple[str, Temper, str, int, int], ...] = (
    ("cassette_palace", Temper.GENEROUS, "flac", 2_400_000, 0),
    ("night.bus", Temper.GENEROUS, "mp3-320", 1_100_000, 0),
    ("vinylripper84", Temper.QUEUEING, "flac-24", 3_000_000, 4),
    ("Frau Holle", Temper.GENEROUS, "mp3-v0", 700_000, 0),
    ("slow/lane 100%", Temper.SLOW, "flac", 900_000, 0),
    ("dusty crates", Temper.FLAKY, "mp3-320", 800_000, 0),
    ("keepsake", Temper.REJECTING, "flac", 2_000_000, 1),
    ("seven_seas", Temper.STUCK, "flac", 1_500_000, 812),
    ("gone-fishing", Temper.OFFLINE, "flac", 1_000_000, 0),
    ("behind_nat", Temper.UNREACHABLE, "mp3-320", 400_000, 0),
    ("monastery", Temper.SILENT, "ogg", 300_000, 0),
    ("pocket radio", Temper.GENEROUS, "mp3-128", 250_000, 0),
    ("東京テープ", Temper.QUEUEING, "m4a", 1_200_000, 2),
)
"""Name, temper, what they encode to, bytes per second, queue. Names that need care in a path are among them."""
_REFUSALS = ("Too many files", "Too many megabytes", "Banned")


def invent_network(
    records: World, spotify: SpotifyWorld | None = None, seed: int = 1, *, albums: int = 80, each: int = 14
) -> Network:
    """Peers who each share about ``each`` of ``albums`` albums of the world, owned or not; each album is with several of them.

    With ``spotify`` half the albums are those of its catalogue, with their tracks.
    """
    lots = random.Random(f"lockgroove soulseek {seed}")
    works = _works(lots, records, albums if spotify is None else albums // 2)
    if spotify is not None:
        works += _of_spotify(lots, spotify, albums - len(works))
    network = Network()
    for number, (name, temper, make, speed, queue) in enumerate(_PEERS):
        peer = Peer(
            name,
            temper,
            speed=speed,
            queue=queue,
            words=lots.choice(_REFUSALS),
            description=f"Sharing {_MAKES[make].extension.upper()} since {lots.randrange(2001, 2022)}. Be patient.",
            address=f"203.0.113.{number + 10}",
            port=2234 + number,
        )
        shared = works if number < 2 else lots.sample(works, min(len(works), each))
        root = lots.choice(_ROOTS)
        peer.folders = [_folder(lots, work, _MAKES[make], root, locked=number > 1) for work in shared]
        network.add(peer)
    return network


def leechers(network: Network, now: float) -> list[Transfer]:
    """What others fetch from here: one running, one waiting, two done."""
    found: list[Transfer] = []
    names = ("listener_in_leeds", "mixtape.machine")
    for number, phase in enumerate((Phase.RUNNING, Phase.REMOTE, Phase.SUCCEEDED, Phase.SUCCEEDED)):
        size = 31_000_000 + number * 777_777
        name = f"shared\\Own Recordings\\Kitchen Sessions\\{number + 1:02d} - Take {number + 1}.flac"
        upload = Transfer(
            names[number % 2], name, size, now - 900, "Upload", phase=phase, enqueued=now - 890, speed=20_000
        )
        if phase is not Phase.REMOTE:
            upload.started = now - 600
            upload.sent = size if phase.is_over else size / 3
        if phase.is_over:
            upload.ended = now - 60
        found.append(upload)
    return found


def file_of(
    name: str, make: str = "flac", *, seconds: int = 200, size: int | None = None, tags: Tags | None = None
) -> SharedFile:
    """A file of one of the makes: "flac", "flac-24", "mp3-320", "mp3-v0", "mp3-192", "mp3-128", "m4a", "ogg"."""
    return _file(name, _MAKES[make], seconds, tags or Tags(), size)


# --- what there is to share


def _works(lots: random.Random, records: World, number: int) -> list[Work]:
    """Owned albums first, then some that nobody owns."""
    owned = {instance.release_id for instance in records.instances.values()}
    ids = sorted(records.catalogue.pressings, key=lambda known: (known not in owned, known))
    works: dict[tuple[str, str], Work] = {}
    for release_id in lots.sample(ids, len(ids)):
        release = records.catalogue.release(release_id)
        if release is None or len(works) >= number:
            break
        artist = _NUMBERED.sub("", release["artists"][0]["name"])
        title = release["title"].strip() or "Untitled"
        tracks = tuple((each["title"], lots.randrange(95, 420)) for each in release["tracklist"])
        works.setdefault((artist, title), Work(artist, title, release["year"], tracks))
    return list(works.values())


def _of_spotify(lots: random.Random, spotify: SpotifyWorld, number: int) -> list[Work]:
    albums = [album for album in spotify.catalogue.albums.values() if spotify.catalogue.tracks_of[album.id]]
    works: list[Work] = []
    for album in lots.sample(albums, min(number, len(albums))):
        tracks = spotify.catalogue.tracks_of[album.id]
        year = int(album.released[:4]) if album.released[:4].isdigit() else 0
        pairs = tuple((track.name, track.duration_ms // 1000) for track in tracks)
        works.append(Work(album.artists[0].name, album.name, year, pairs))
    return works


# --- how it is shared


def _folder(lots: random.Random, work: Work, make: Make, root: str, *, locked: bool) -> Folder:
    artist, album = _part(work.artist), _part(work.title)
    year = f" ({work.year})" if work.year else ""
    kind = "FLAC" if make.bit_rate is None else f"{make.extension.upper()} {make.bit_rate}"
    path = lots.choice(
        (
            f"{root}\\{artist}\\{album}",
            f"{root}\\{artist}\\{work.year or '0000'} - {album}",
            f"{root}\\{artist} - {album}{year} [{kind}]",
        )
    )
    tracks = list(enumerate(work.tracks, 1))
    if len(tracks) > 3 and lots.random() < 0.1:
        tracks = tracks[:-2]  # somebody lost the end of it
    files = [_track(work, number, title, seconds, make, artist, lots) for number, (title, seconds) in tracks]
    if lots.random() < 0.6:
        files.append(SharedFile("cover.jpg", lots.randrange(40_000, 900_000)))
    if lots.random() < 0.3:
        files.append(SharedFile(f"{artist} - {album}.nfo"[-120:], lots.randrange(900, 6000)))
    return Folder(path, tuple(files), is_locked=locked and lots.random() < 0.08)


def _track(
    work: Work, number: int, title: str, seconds: int, make: Make, artist: str, lots: random.Random
) -> SharedFile:
    named = lots.choice((f"{number:02d} - {_part(title)}", f"{number:02d} {artist} - {_part(title)}"))
    tags = Tags(work.artist, work.title, title, number, work.year)
    return _file(f"{named[:150]}.{make.extension}", make, seconds, tags, None)


def _file(name: str, make: Make, seconds: int, tags: Tags, size: int | None) -> SharedFile:
    rate = make.bit_rate or make.rate * (make.depth or 16) * 2 // 1000 * 6 // 10
    told = make.told
    return SharedFile(
        name,
        seconds * rate * 125 + 4321 if size is None else size,
        bit_rate=rate if told and make.bit_rate else None,
        bit_depth=make.depth if told else None,
        sample_rate=make.rate if told and make.bit_rate is None else None,
        length=seconds,
        is_variable=make.is_variable if told and make.bit_rate else None,
        tags=tags,
    )


def _part(name: str) -> str:
    """A name as people make folders of it; what a terminal would stumble over stays, as it does out there."""
    return _UNFIT.sub("_", name).strip(" .")[:90] or "_"
