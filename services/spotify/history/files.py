"""Which files of an export are listening history: single files, a folder, the zip archive as Spotify sends it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from services.errors import InvalidInput
from services.spotify.history.entries import is_history
from services.spotify.history.stream import BrokenFile, entries

_NAMED = re.compile(r"(streaming_?history|endsong|endvideo).*\.json", re.IGNORECASE)
_HINT = (
    "Name the zip archive that Spotify sent, the folder it was unpacked to, or single files of it, such as "
    "Streaming_History_Audio_2019_1.json or StreamingHistory_music_0.json."
)


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file of listening history: one on disk, or the ``member`` of a zip archive. ``size`` is that of its text."""

    path: Path
    size: int
    member: str | None = None

    @property
    def name(self) -> str:
        """How to call it."""
        return PurePosixPath(self.member).name if self.member else self.path.name

    @contextmanager
    def opened(self) -> Generator[IO[bytes]]:
        """Its bytes, as a stream. Raises :class:`BrokenFile`."""
        try:
            if self.member is None:
                with self.path.open("rb") as stream:
                    yield stream
                return
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as stream:
                yield stream
        except zipfile.BadZipFile as error:
            raise BrokenFile(self.name, f"{self.name} in {self.path.name} is damaged ({error}).") from error
        except (OSError, RuntimeError, NotImplementedError, EOFError) as error:  # RuntimeError: it has a password
            why = getattr(error, "strerror", None) or error
            raise BrokenFile(self.name, f"{self.name} cannot be read ({why}).") from error


def find(paths: Sequence[Path]) -> list[HistoryFile]:
    """The files of listening history in ``paths``, each once, in the order of their names. Blocking.

    They are known by their names, or else by the keys of their first entry. Raises :class:`InvalidInput` where there is
    none, or a path is not there.
    """
    found: dict[tuple[Path, str | None], HistoryFile] = {}
    for path in paths:
        for each in _below(path):
            found[each.path.resolve(), each.member] = each
    if not found:
        named = ", ".join(str(path) for path in paths)
        raise InvalidInput("file", f"There is no Spotify listening history in {named}.", _HINT)
    return sorted(found.values(), key=lambda each: _natural(each.name))


def _below(path: Path) -> Iterator[HistoryFile]:
    try:
        if path.is_dir():
            yield from _in_folder(path)
        elif zipfile.is_zipfile(path):
            yield from _in_archive(path)
        else:
            file = HistoryFile(path, path.stat().st_size)
            if not _NAMED.fullmatch(path.name) and not _looks_like_history(file):
                raise InvalidInput("file", f"{path} is no Spotify listening history.", _HINT)
            yield file
    except (OSError, zipfile.BadZipFile) as error:
        why = getattr(error, "strerror", None) or error
        raise InvalidInput(
            "file", f"{path} cannot be read ({why}).", "Check its name and that you may read it."
        ) from error


def _in_folder(folder: Path) -> Iterator[HistoryFile]:
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() == ".zip" and file.is_file() and zipfile.is_zipfile(file):
            yield from _in_archive(file)
        elif file.suffix.lower() == ".json" and file.is_file():
            yield from _history(HistoryFile(file, file.stat().st_size))


def _in_archive(path: Path) -> Iterator[HistoryFile]:
    with zipfile.ZipFile(path) as archive:
        members = [each for each in archive.infolist() if each.filename.lower().endswith(".json") and not each.is_dir()]
    yield from _all_history(HistoryFile(path, each.file_size, each.filename) for each in members)


def _all_history(files: Iterable[HistoryFile]) -> Iterator[HistoryFile]:
    for file in files:
        if not file.member or not file.member.startswith("__MACOSX/"):
            yield from _history(file)


def _history(file: HistoryFile) -> Iterator[HistoryFile]:
    if _NAMED.fullmatch(file.name) or _looks_like_history(file):
        yield file


def _looks_like_history(file: HistoryFile) -> bool:
    """Whether its first entry is one of a listening history."""
    try:
        with file.opened() as stream:
            return is_history(next(entries(stream, file.name), None))
    except BrokenFile:
        return False


def _natural(name: str) -> list[tuple[int, str]]:
    """``_10`` after ``_9``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
