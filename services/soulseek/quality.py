"""How good a found file is, and which files are an album: peers tell little and some of it not at all (slskd-api.md section 4).

An extension is taken from the name, a bit rate from size and length where the peer sent none; what cannot be known stays None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from services.soulseek.models import PeerResponse, RemoteFile, SharedDirectory, parted

LOSSLESS = frozenset({"flac", "wav", "aiff", "ape", "wv", "alac", "tta", "dsf", "dff"})
_FORMATS = {
    "flac": "flac",
    "mp3": "mp3",
    "m4a": "m4a",
    "mp4": "m4a",
    "aac": "aac",
    "ogg": "ogg",
    "oga": "ogg",
    "opus": "opus",
    "wav": "wav",
    "wave": "wav",
    "aif": "aiff",
    "aiff": "aiff",
    "ape": "ape",
    "wv": "wv",
    "wma": "wma",
    "alac": "alac",
    "tta": "tta",
    "mpc": "mpc",
    "dsf": "dsf",
    "dff": "dff",
}
_STEADY = (128, 160, 192, 224, 256, 320)
"""Rates of constant bit rate, in kbit/s: a computed one within 2 percent is rounded to them."""
_MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one file or of a folder. ``format`` is its short name, empty for what is no audio; bit rate in kbit/s, ``is_guessed``
    where it was computed; sample rate in Hz.
    """

    format: str
    bit_rate: int | None = None
    is_variable: bool = False
    sample_rate: int | None = None
    bit_depth: int | None = None
    is_guessed: bool = False

    @property
    def is_lossless(self) -> bool:
        return self.format in LOSSLESS

    @property
    def label(self) -> str:
        """As people write it: "FLAC 24/96", "MP3 320", "MP3 ~245 VBR"."""
        if not self.format:
            return ""
        name = self.format.upper()
        if self.is_lossless:
            if self.bit_depth and self.sample_rate:
                return f"{name} {self.bit_depth}/{self.sample_rate / 1000:g}"
            return f"{name} {self.sample_rate / 1000:g} kHz" if self.sample_rate else name
        if not self.bit_rate:
            return name
        about = "~" if self.is_guessed or self.is_variable else ""
        return f"{name} {about}{self.bit_rate}{' VBR' if self.is_variable else ''}"


@dataclass(frozen=True, slots=True)
class AlbumFolder:
    """What one user has in one remote folder. ``files`` are in the order of their names, other files than audio included;
    speed in bytes per second.
    """

    username: str
    directory: str
    files: tuple[RemoteFile, ...]
    quality: Quality
    has_free_slot: bool
    upload_speed: int
    queue_length: int
    is_locked: bool = False

    @property
    def name(self) -> str:
        """The last part of the folder's path."""
        return parted(self.directory)[1] or self.directory

    @property
    def format(self) -> str:
        """The format of its audio, "mixed" where there are several."""
        return self.quality.format

    @property
    def bit_rate(self) -> int | None:
        """The least of its files, in kbit/s."""
        return self.quality.bit_rate

    @property
    def audio(self) -> tuple[RemoteFile, ...]:
        return tuple(file for file in self.files if format_of(file))

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def length(self) -> int | None:
        """Seconds of its audio; None unless every file says its own."""
        lengths = [file.length for file in self.audio]
        return sum(each for each in lengths if each) if lengths and all(lengths) else None


def extension_of(file: RemoteFile) -> str:
    """In lower case without the dot; from the name first, as peers often leave it empty."""
    stem, dot, last = file.name.rpartition(".")
    found = last if stem and dot and len(last) <= 5 else file.extension
    return found.strip().lstrip(".").lower()


def format_of(file: RemoteFile) -> str:
    """The short name of an audio format, empty for anything else."""
    return _FORMATS.get(extension_of(file), "")


def quality_of(file: RemoteFile) -> Quality:
    """What is known of one file."""
    known_as = format_of(file)
    if not known_as:
        return Quality("")
    rate, is_guessed = file.bit_rate, False
    if not rate and file.length:
        rate, is_guessed = _rounded(round(file.size * 8 / 1000 / file.length)), True
    is_variable = bool(file.is_variable) and known_as not in LOSSLESS
    return Quality(known_as, rate or None, is_variable, file.sample_rate or None, file.bit_depth or None, is_guessed)


def folders_of(responses: Iterable[PeerResponse]) -> list[AlbumFolder]:
    """The folders with audio in what was found, the best to be had first: free slots, then short queues, then speed.

    A large result (25 000 files) takes a tenth of a second: call it in a thread.
    """
    folders = [folder for response in responses for folder in _of_response(response)]
    return sorted(folders, key=_order)


def folder_of(directory: SharedDirectory, username: str) -> AlbumFolder:
    """A folder of somebody's share; how busy they are is not known there."""
    files = tuple(sorted(directory.files, key=lambda file: file.filename))
    return AlbumFolder(username, directory.name, files, _of_all(files), False, 0, 0, directory.is_locked)


def _of_response(response: PeerResponse) -> list[AlbumFolder]:
    by_folder: dict[tuple[str, bool], list[RemoteFile]] = {}
    for file in (*response.files, *response.locked):
        by_folder.setdefault((file.directory, file.is_locked), []).append(file)
    folders: list[AlbumFolder] = []
    for (directory, is_locked), files in by_folder.items():
        quality = _of_all(files)
        if quality.format:
            folders.append(
                AlbumFolder(
                    response.username,
                    directory,
                    tuple(sorted(files, key=lambda file: file.filename)),
                    quality,
                    response.has_free_slot,
                    response.upload_speed,
                    response.queue_length,
                    is_locked,
                )
            )
    return folders


def _of_all(files: Iterable[RemoteFile]) -> Quality:
    """The quality of a folder: its one format or "mixed", and the least of each number."""
    each = [quality for quality in map(quality_of, files) if quality.format]
    if not each:
        return Quality("")
    formats = Counter(quality.format for quality in each)
    rates = [quality.bit_rate for quality in each if quality.bit_rate]
    samples = [quality.sample_rate for quality in each if quality.sample_rate]
    depths = [quality.bit_depth for quality in each if quality.bit_depth]
    return Quality(
        next(iter(formats)) if len(formats) == 1 else _MIXED,
        min(rates, default=None),
        any(quality.is_variable for quality in each),
        min(samples, default=None),
        min(depths, default=None),
        any(quality.is_guessed for quality in each),
    )


def _order(folder: AlbumFolder) -> tuple[bool, bool, int, int, str, str]:
    return (
        folder.is_locked,
        not folder.has_free_slot,
        folder.queue_length,
        -folder.upload_speed,
        folder.username.casefold(),
        folder.directory,
    )


def _rounded(rate: int) -> int:
    return next((steady for steady in _STEADY if abs(rate - steady) <= steady * 0.02), rate)
