"""Which source of a wanted track or album is the best, by rules, each with its reasons in words.

Pure: nothing is asked and nothing kept. The order is that of harmony-contract.md section 18 (formats first, an unknown bit rate is
accepted, then the higher one), with what a person looks at besides: whether an album is whole and how soon it would come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.settings import Settings
from services.soulseek.models import RemoteFile, SearchResult, parted
from services.soulseek.quality import LOSSLESS, AlbumFolder, Quality, folders_of, quality_of
from storage.fold import words
from storage.values.downloads import DownloadFile, Source

_OFF_BY = 7.0
"""Seconds by which the length of a track may differ before it is another recording."""
_LOSSLESS_RATE = 1000
"""kbit/s that a lossless file counts for where its rate is not known."""
_NUMBER = re.compile(r"^\s*(?:cd\s*\d+\s*[-_. ]+)?(?:\d-)?(\d{1,3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Rules:
    """What is preferred and what is not taken.

    ``formats`` are lower-case, the best first; others come after them, or not at all with ``only_formats``.
    ``min_bit_rate`` is kbit/s, ``min_sample_rate`` Hz, ``min_bit_depth`` bits, ``min_speed`` bytes per second: what is not
    known is accepted. ``max_queue`` is the longest queue that is taken without a free slot, ``complete_only`` leaves out
    folders with fewer tracks than the album has.
    """

    formats: tuple[str, ...] = ()
    only_formats: bool = False
    min_bit_rate: int = 192
    min_sample_rate: int | None = None
    min_bit_depth: int | None = None
    min_speed: int | None = None
    free_slot_only: bool = False
    max_queue: int | None = None
    complete_only: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        """The rules of the settings."""
        return cls(formats=settings.autosync_preferred_formats, min_bit_rate=settings.autosync_min_bitrate)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: a track (``title``) or a whole album (``title`` empty). ``track_count`` and ``seconds`` where known."""

    artist: str = ""
    title: str = ""
    album: str = ""
    track_count: int | None = None
    seconds: float | None = None

    @property
    def is_album(self) -> bool:
        return not self.title

    @property
    def text(self) -> str:
        """What to search for."""
        return " ".join(part for part in (self.artist, self.title or self.album) if part)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one user offers of the wanted thing: the audio of a folder, or one file. ``speed`` is bytes per second."""

    username: str
    directory: str
    files: tuple[RemoteFile, ...]
    quality: Quality
    free_slot: bool = False
    speed: int = 0
    queue_length: int = 0
    locked: bool = False

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer with its judgement. ``reasons`` say in words what speaks for and against it; one that is not ``accepted`` comes
    last, and its first reason says why.
    """

    offer: Offer
    accepted: bool
    reasons: tuple[str, ...] = ()


def offers(found: SearchResult | Iterable[AlbumFolder], wanted: Wanted) -> list[Offer]:
    """What of a search result is the wanted thing: a folder for an album, each fitting file for a track."""
    folders = folders_of(found.responses) if isinstance(found, SearchResult) else list(found)
    if wanted.is_album:
        return [_of_folder(folder, folder.audio, folder.quality) for folder in folders if folder.audio]
    return [
        _of_folder(folder, (file,), quality_of(file))
        for folder in folders
        for file in folder.audio
        if _names(file.filename, wanted.title, wanted.artist)
    ]


def rank(found: Iterable[Offer], wanted: Wanted, rules: Rules) -> list[Choice]:
    """The offers, the best first, those that the rules leave out last."""
    judged = [_judge(offer, wanted, rules) for offer in found]
    return sorted(judged, key=lambda choice: _order(choice, wanted, rules))


def plan(choices: Sequence[Choice], best: Choice | None = None) -> tuple[str, list[DownloadFile]]:
    """The files of the ``best`` choice (default: the first accepted), each with the same thing of the other accepted ones, the
    best first, to go on with where it fails. The user name comes with them; empty where nothing is accepted.
    """
    accepted = [choice for choice in choices if choice.accepted]
    best = best or (accepted[0] if accepted else None)
    if best is None:
        return "", []
    others = [
        choice.offer for choice in accepted if choice is not best and choice.offer.username != best.offer.username
    ]
    files: list[DownloadFile] = []
    for file in best.offer.files:
        same = [(other, _same(file, best.offer, other)) for other in others]
        sources = tuple(Source(other.username, each.filename, each.size) for other, each in same if each is not None)
        files.append(DownloadFile(file.filename, file.size, {"filename": file.filename, "size": file.size}, sources))
    return best.offer.username, files


def _of_folder(folder: AlbumFolder, files: tuple[RemoteFile, ...], quality: Quality) -> Offer:
    return Offer(
        folder.username,
        folder.directory,
        files,
        quality,
        folder.has_free_slot,
        folder.upload_speed,
        folder.queue_length,
        folder.is_locked or any(file.is_locked for file in files),
    )


def _names(path: str, *said: str) -> bool:
    """Whether every word of these stands in the path; accents and case do not matter."""
    there = set(words(path.replace("_", " ")))
    return all(word in there for text in said for word in words(text))


def _judge(offer: Offer, wanted: Wanted, rules: Rules) -> Choice:
    against = [reason for reason in _against(offer, wanted, rules) if reason]
    return Choice(offer, not against, tuple(against + [reason for reason in _for(offer, wanted, rules) if reason]))


def _against(offer: Offer, wanted: Wanted, rules: Rules) -> list[str]:
    """Why the rules leave an offer out."""
    quality = offer.quality
    rate, depth, sample = quality.bit_rate, quality.bit_depth, quality.sample_rate
    has_slot = offer.free_slot
    missing = _missing(offer, wanted)
    length = offer.files[0].length if not wanted.is_album and offer.files else None
    is_other = wanted.seconds is not None and length is not None and abs(length - wanted.seconds) > _OFF_BY
    return [
        "locked: the user does not give it to everybody" if offer.locked else "",
        f"{quality.format.upper()} is not among your formats"
        if rules.only_formats and rules.formats and quality.format not in rules.formats
        else "",
        f"{rate} kbit/s is less than {rules.min_bit_rate}"
        if rate and rate < rules.min_bit_rate and quality.format not in LOSSLESS
        else "",
        f"{sample / 1000:g} kHz is less than {rules.min_sample_rate / 1000:g}"
        if sample and rules.min_sample_rate and sample < rules.min_sample_rate
        else "",
        f"{depth} bit is less than {rules.min_bit_depth}"
        if depth and rules.min_bit_depth and depth < rules.min_bit_depth
        else "",
        f"{_speed(offer.speed)} is too slow" if rules.min_speed and 0 < offer.speed < rules.min_speed else "",
        "no free slot" if rules.free_slot_only and not has_slot else "",
        f"{offer.queue_length} wait there already"
        if rules.max_queue is not None and not has_slot and offer.queue_length > rules.max_queue
        else "",
        f"{missing} of {wanted.track_count} tracks are missing" if rules.complete_only and missing else "",
        f"another recording: {_clock(length or 0)} long, not {_clock(wanted.seconds or 0)}" if is_other else "",
    ]


def _for(offer: Offer, wanted: Wanted, rules: Rules) -> list[str]:
    """What an offer is, in words."""
    place = rules.formats.index(offer.quality.format) if offer.quality.format in rules.formats else None
    label = offer.quality.label or offer.quality.format.upper()
    preferred = "" if place is None else ", the format you like best" if place == 0 else ", a format you like"
    count, missing = len(offer.files), _missing(offer, wanted)
    tracks = f"{count} track{'' if count == 1 else 's'}"
    if wanted.track_count:
        tracks = f"all {wanted.track_count} tracks" if not missing else f"{count} of {wanted.track_count} tracks"
    waiting = "nobody waits" if not offer.queue_length else f"{offer.queue_length} wait there already"
    return [
        f"{label}{preferred}",
        "" if offer.quality.bit_rate or offer.quality.format in LOSSLESS else "bit rate not told",
        tracks if wanted.is_album else "",
        "" if not wanted.album or _names(offer.directory, wanted.album) else "its folder does not name the album",
        "a free slot" if offer.free_slot else f"no free slot, {waiting}",
        _speed(offer.speed) if offer.speed else "",
    ]


def _order(choice: Choice, wanted: Wanted, rules: Rules) -> tuple[object, ...]:
    offer, quality = choice.offer, choice.offer.quality
    place = rules.formats.index(quality.format) if quality.format in rules.formats else len(rules.formats)
    is_lossless = quality.format in LOSSLESS
    rate = quality.bit_rate or (_LOSSLESS_RATE if is_lossless else 0)
    return (
        not choice.accepted,
        bool(wanted.album) and not _names(offer.directory, wanted.album),
        _missing(offer, wanted) if wanted.is_album else 0,
        place,
        not offer.free_slot,
        -min(rate, _LOSSLESS_RATE) if is_lossless else -rate,
        -(quality.bit_depth or 0),
        -(quality.sample_rate or 0),
        offer.queue_length,
        -offer.speed,
        -offer.size,
        offer.username.casefold(),
    )


def _missing(offer: Offer, wanted: Wanted) -> int:
    return max(0, wanted.track_count - len(offer.files)) if wanted.is_album and wanted.track_count else 0


def _same(file: RemoteFile, mine: Offer, other: Offer) -> RemoteFile | None:
    """The same track in another offer: by its title, else by its number where both have as many."""
    if len(mine.files) == len(other.files) == 1:
        return other.files[0]
    title = _title(file)
    by_title = [each for each in other.files if _title(each) == title]
    if title and len(by_title) == 1:
        return by_title[0]
    number = _number(file)
    by_number = [each for each in other.files if number is not None and _number(each) == number]
    return by_number[0] if len(by_number) == 1 and len(mine.files) == len(other.files) else None


def _title(file: RemoteFile) -> tuple[str, ...]:
    """The words of the track's title in its file name: without number, and behind the last " - "."""
    stem = parted(file.filename)[1].rpartition(".")[0]
    return tuple(words(_NUMBER.sub("", stem).rpartition(" - ")[2]))


def _number(file: RemoteFile) -> int | None:
    found = _NUMBER.match(parted(file.filename)[1])
    return int(found[1]) if found else None


def _speed(bytes_per_second: int) -> str:
    return (
        f"{bytes_per_second / 1_000_000:.1f} MB/s"
        if bytes_per_second >= 100_000
        else f"{bytes_per_second / 1000:.0f} kB/s"
    )


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
