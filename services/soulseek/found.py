"""What is found on the network: files, what a search brings, shares (slskd-api.md 4, 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from pydantic_core import from_json, to_json

from services.soulseek.tolerance import Json, flags, number, objects, parted, text


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that somebody shares. ``filename`` is the whole remote path, verbatim, almost always with backslashes; ``size``
    in bytes. Bit rate in kbit/s, ``length`` in seconds; None where the peer did not say. ``is_locked``: it cannot be had.
    """

    filename: str
    size: int
    extension: str = ""
    bit_rate: int | None = None
    bit_depth: int | None = None
    sample_rate: int | None = None
    length: int | None = None
    is_variable: bool | None = None
    is_locked: bool = False

    @classmethod
    def of(cls, said: Json, *, is_locked: bool = False) -> RemoteFile:
        """From a file object; in shares the name is bare (slskd-api.md 7)."""
        attributes = _attributes(said)
        variable = said.get("isVariableBitRate", attributes.get("VariableBitRate"))
        return cls(
            text(said.get("filename")),
            number(said.get("size")) or 0,
            text(said.get("extension")),
            number(said.get("bitRate", attributes.get("BitRate"))),
            number(said.get("bitDepth", attributes.get("BitDepth"))),
            number(said.get("sampleRate", attributes.get("SampleRate"))),
            number(said.get("length", attributes.get("Length"))),
            None if variable is None else bool(variable),
            is_locked,
        )

    @property
    def told(self) -> tuple[str | int | bool | None, ...]:
        """Its members in order, but for the last."""
        return (
            self.filename,
            self.size,
            self.extension,
            self.bit_rate,
            self.bit_depth,
            self.sample_rate,
            self.length,
            self.is_variable,
        )

    @property
    def directory(self) -> str:
        """The remote folder: compare it as it is."""
        return parted(self.filename)[0]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return parted(self.filename)[1]


@dataclass(frozen=True, slots=True)
class PeerResponse:
    """What one user has of what was searched. ``upload_speed`` in bytes per second; ``given`` is slskd's own object."""

    username: str
    has_free_slot: bool
    upload_speed: int
    queue_length: int
    files: tuple[RemoteFile, ...]
    locked: tuple[RemoteFile, ...] = ()
    given: Json = field(default_factory=dict[str, Any], repr=False, compare=False)

    @classmethod
    def of(cls, said: Json) -> PeerResponse:
        return cls(
            text(said.get("username")),
            said.get("hasFreeUploadSlot") is True,
            number(said.get("uploadSpeed")) or 0,
            number(said.get("queueLength")) or 0,
            tuple(RemoteFile.of(each) for each in objects(said.get("files"))),
            tuple(RemoteFile.of(each, is_locked=True) for each in objects(said.get("lockedFiles"))),
            said,
        )


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """How far a search is. ``state`` is slskd's word for it; "Queued" waits for one of the two that run."""

    state: str
    responses: int
    files: int
    is_complete: bool

    @classmethod
    def of(cls, said: Json) -> SearchProgress:
        return cls(
            text(said.get("state")),
            number(said.get("responseCount")) or 0,
            number(said.get("fileCount")) or 0,
            said.get("isComplete") is True or "Completed" in flags(text(said.get("state"))),
        )


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A search that has ended. ``is_cut``: it was stopped because it took too long, or a limit was reached; ``record`` is
    slskd's own object without the responses.
    """

    text: str
    state: str
    responses: tuple[PeerResponse, ...]
    is_cut: bool = False
    record: Json = field(default_factory=dict[str, Any], repr=False, compare=False)

    @property
    def file_count(self) -> int:
        """Files that can be had."""
        return sum(len(response.files) for response in self.responses)


@dataclass(frozen=True, slots=True)
class SharedDirectory:
    """A folder of somebody's share. ``packed`` holds its files as one piece of JSON: a share may have a hundred thousand,
    and as many objects would make the garbage collector stop everything for a second.
    """

    name: str
    file_count: int
    is_locked: bool = False
    packed: bytes = field(default=b"[]", repr=False)

    @classmethod
    def of(cls, said: Json, *, is_locked: bool = False) -> SharedDirectory:
        name = text(said.get("name"))
        files = [RemoteFile.of(each) for each in objects(said.get("files"))]
        return cls(name, len(files), is_locked, to_json([file.told for file in files]))

    @property
    def files(self) -> tuple[RemoteFile, ...]:
        """The files with their whole remote paths; built anew each time."""
        told = cast("list[list[Any]]", from_json(self.packed))
        return tuple(
            RemoteFile(f"{self.name}\\{name}", size, extension, bits, depth, rate, length, variable, self.is_locked)
            for name, size, extension, bits, depth, rate, length, variable in told
        )


@dataclass(frozen=True, slots=True)
class Share:
    """All that somebody shares. ``is_cut``: there was more than is read."""

    username: str
    directories: tuple[SharedDirectory, ...]
    is_cut: bool = False

    @property
    def file_count(self) -> int:
        return sum(directory.file_count for directory in self.directories)


def _attributes(said: Json) -> dict[str, object]:
    """The attributes of a file in a share, by name, where it has them as a list."""
    listed = said.get("attributes")
    return {text(each.get("type")): each.get("value") for each in objects(listed)} if listed else {}
