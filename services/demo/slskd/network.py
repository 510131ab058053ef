"""A small Soulseek network: peers, and what they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

LOSSLESS = ("flac", "wav")


class Temper(StrEnum):
    """How a peer behaves when asked for a file."""

    GENEROUS = "generous"
    """Sends at once."""
    QUEUEING = "queueing"
    """Has a queue that moves by one place every few seconds."""
    STUCK = "stuck"
    """Has a queue that never moves."""
    SLOW = "slow"
    """Sends at once, and slowly."""
    FLAKY = "flaky"
    """Breaks off at 40 percent the first time."""
    REJECTING = "rejecting"
    """Refuses, with its words."""
    SILENT = "silent"
    """Never acknowledges: the request times out after three minutes."""
    UNREACHABLE = "unreachable"
    """Is online, but no connection can be made."""
    OFFLINE = "offline"
    """Is not there."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What is written into an audio file."""

    artist: str = ""
    album: str = ""
    title: str = ""
    track: int = 0
    year: int = 0


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of a share: ``name`` is bare, bit rate in kbit/s, ``length`` in seconds. What is None the peer does not send."""

    name: str
    size: int
    bit_rate: int | None = None
    bit_depth: int | None = None
    sample_rate: int | None = None
    length: int | None = None
    is_variable: bool | None = None
    tags: Tags = Tags()

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a share, ``path`` as the network names it; what is locked is shown and not given."""

    path: str
    files: tuple[SharedFile, ...]
    is_locked: bool = False


@dataclass(eq=False)
class Peer:
    """Somebody on the network. ``speed`` in bytes per second, ``pace`` the seconds a place of the queue takes."""

    name: str
    temper: Temper = Temper.GENEROUS
    folders: list[Folder] = field(default_factory=list[Folder])
    speed: int = 1_500_000
    queue: int = 0
    pace: float = 6.0
    slots: int = 2
    words: str = "Too many files"
    description: str = ""
    address: str = "203.0.113.7"
    port: int = 2234
    broke: set[str] = field(default_factory=set[str])
    """Files whose sending broke off once already."""

    @property
    def is_online(self) -> bool:
        return self.temper is not Temper.OFFLINE

    @property
    def has_free_slot(self) -> bool:
        return self.queue == 0 and self.temper not in (Temper.QUEUEING, Temper.STUCK)

    def file(self, filename: str) -> SharedFile | None:
        """The file at a remote path that is given to whoever asks; None if there is none, or it is locked."""
        folder, _, name = filename.rpartition("\\")
        shared = next((each for each in self.folders if each.path == folder and not each.is_locked), None)
        return next((each for each in shared.files if each.name == name), None) if shared else None

    def found(self, words: Iterable[str], unwanted: Iterable[str]) -> Iterator[tuple[Folder, SharedFile]]:
        """Files whose path has all words and none of the unwanted ones; both in lower case."""
        words, unwanted = list(words), list(unwanted)
        for folder in self.folders:
            path = folder.path.lower()
            for file in folder.files:
                whole = f"{path}\\{file.name.lower()}"
                if all(word in whole for word in words) and not any(word in whole for word in unwanted):
                    yield folder, file


class Network:
    """Everybody, by name."""

    def __init__(self, peers: Iterable[Peer] = ()) -> None:
        self.peers: dict[str, Peer] = {peer.name: peer for peer in peers}

    def add(self, peer: Peer) -> Peer:
        self.peers[peer.name] = peer
        return peer
