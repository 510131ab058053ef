"""The files of a month's dump: what they are called, which of them are meant, what they should hash to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from services.errors import InvalidInput

_NAME = re.compile(r"(?:discogs_)?(\d{8})?_?(artists|labels|masters|releases)\.xml(?:\.gz)?$", re.IGNORECASE)
_CHECKSUM = re.compile(r"^([0-9a-fA-F]{64})\s+\*?(\S.*?)\s*$", re.MULTILINE)


class DumpKind(StrEnum):
    """What a dump lists, in the order in which dumps are read: names come before what refers to them."""

    ARTISTS = "artists"
    LABELS = "labels"
    MASTERS = "masters"
    RELEASES = "releases"


@dataclass(frozen=True, slots=True)
class Dump:
    """One file. ``date`` is ISO 8601 where the name says it; ``sha256`` what its month's list of checksums says."""

    kind: DumpKind
    file: Path
    date: str | None = None
    sha256: str | None = None

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.stat().st_size


def find(paths: Sequence[Path], only: Collection[DumpKind] = (), checksums: Path | None = None) -> list[Dump]:
    """The dumps among ``paths``, files or directories of them, one of each kind, the latest; in the order of reading.

    A list of checksums (``discogs_YYYYMMDD_CHECKSUM.txt``) is used where it lies beside a dump or is among ``paths``.
    ``checksums`` is such a list, whatever it is called, that must have all of them.
    Raises :class:`InvalidInput` for what is not there or not called like a dump, and if nothing is left.
    """
    latest: dict[DumpKind, Dump] = {}
    given = [path for path in paths if _lists_checksums(path)]
    for file in _files(paths):
        dump = _dump(file)
        if only and dump.kind not in only:
            continue
        if dump.kind not in latest or (latest[dump.kind].date or "") <= (dump.date or ""):
            latest[dump.kind] = dump
    if not latest:
        wanted = ", ".join(only or DumpKind)
        raise InvalidInput(
            "files",
            f"There is no dump of {wanted} among {', '.join(map(str, paths)) or 'the files given'}.",
            "Name files like discogs_20260801_releases.xml.gz, or a folder with such files.",
        )
    dumps = [latest[kind] for kind in DumpKind if kind in latest]
    if checksums is None:
        return [_checked(dump, given) for dump in dumps]
    return [_checked_by(checksums, dump) for dump in dumps]


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.iterdir() if _NAME.search(each.name) and each.is_file())
        elif not path.is_file():
            raise InvalidInput("files", f"{path} is not there.", "Check the name; a folder of dumps will do as well.")
        elif not _lists_checksums(path):
            found.append(path)
    return found


def _lists_checksums(path: Path) -> bool:
    return "checksum" in path.name.lower() and path.suffix.lower() == ".txt"


def _dump(file: Path) -> Dump:
    match = _NAME.search(file.name)
    if match is None:
        raise InvalidInput(
            "files",
            f"{file.name} is not called like a dump, so it is not known what it lists.",
            "Name it as Discogs does: discogs_YYYYMMDD_artists.xml.gz, _labels, _masters or _releases.",
        )
    day = match[1]
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else None
    return Dump(DumpKind(match[2].lower()), file, date)


def _checked(dump: Dump, given: Sequence[Path]) -> Dump:
    """``dump`` with the checksum that a list has for it, if one has."""
    beside = [each for each in dump.file.parent.iterdir() if _lists_checksums(each)]
    sums = (_sum_in(listing, dump) for listing in (*given, *beside))
    return replace(dump, sha256=next(filter(None, sums), None))


def _checked_by(listing: Path, dump: Dump) -> Dump:
    """``dump`` with the checksum that this very list has for it."""
    sha256 = _sum_in(listing, dump)
    if sha256 is None:
        raise InvalidInput(
            "checksums",
            f"{listing} has no checksum of {dump.file.name}.",
            "Give the list of the same month, as Discogs offers it beside its dumps.",
        )
    return replace(dump, sha256=sha256)


def _sum_in(listing: Path, dump: Dump) -> str | None:
    try:
        text = listing.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidInput(
            "checksums", f"The checksums in {listing} cannot be read: {error.strerror}.", "Make it readable."
        ) from error
    for sha256, name in _CHECKSUM.findall(text):
        if Path(name).name == dump.file.name:
            return sha256.lower()
    return None
