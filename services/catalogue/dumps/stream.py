"""A dump as a stream of elements: unpacked, hashed and counted on the way, cut where elements end."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, cast

from isal import igzip, isal_zlib

from services.catalogue.dumps.files import Dump, DumpKind
from services.errors import InvalidInput

_IsalError = cast("type[Exception]", isal_zlib.error)
_CHUNK = 1 << 21
_LONGEST = 1 << 26
"""Bytes without the end of an element before it is given up: no record of Discogs comes near."""


_NEXT_LABEL = (b"<label><id>", b"<label><images>", b"<label><name>")
"""How a label begins that is no sublabel."""


class Damaged(InvalidInput):
    """A dump that cannot be read to its end."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            "files", f"{file.name} is damaged: {reason}.", "Download it again; the catalogue is unchanged."
        )


class Source(io.RawIOBase):
    """The file under the stream: says how much of it has been read and what that hashes to."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.done = 0
        self.sha256 = hashlib.sha256()
        self._raw = file.open("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(cast("bytearray", buffer))
        count = self._raw.readinto(view) or 0
        self.done += count
        self.sha256.update(view[:count])
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class Stream:
    """A dump that is being read. Use once."""

    def __init__(self, dump: Dump) -> None:
        """Raises :class:`InvalidInput` if the file cannot be opened."""
        self.dump = dump
        try:
            self._source = Source(dump.file)
        except OSError as error:
            raise InvalidInput(
                "files", f"{dump.file} cannot be opened: {error.strerror}.", "Make it readable."
            ) from error

    @property
    def done(self) -> int:
        """Bytes of the file that have been read."""
        return self._source.done

    @property
    def sha256(self) -> str:
        """What the bytes read so far hash to."""
        return self._source.sha256.hexdigest()

    def texts(self) -> Iterator[bytes]:
        """All elements, some hundred in one piece, which ends with an end tag; at last what has begun and never ends.

        Raises :class:`Damaged` at the end of the file if it was not whole.
        """
        end, starts = _tags(self.dump.kind)
        rest = b""
        for chunk in self._chunks():
            stop = chunk.rfind(end)
            if stop < 0:
                chunk, rest = rest + chunk, b""
                stop = chunk.rfind(end)
            if stop >= 0:
                stop += len(end)
                yield b"".join((rest, memoryview(chunk)[:stop]))
                rest = chunk[stop:]
            else:
                rest = chunk if len(chunk) <= _LONGEST else chunk[-len(end) :]
        if any(start in rest for start in starts):
            yield rest

    def elements(self) -> Iterator[list[bytes]]:
        """All elements, a few hundred at a time, each without its end tag and with whatever stands before it.

        Raises :class:`Damaged` at the end of the file if it was not whole.
        """
        end, starts = _tags(self.dump.kind)
        usual = starts[self.dump.kind in (DumpKind.MASTERS, DumpKind.RELEASES)]
        rest = b""
        for chunk in self._chunks():
            text = rest + chunk
            pieces = text.split(end)
            if self.dump.kind is DumpKind.LABELS:
                pieces = _unnested(pieces)
            elif text.count(usual) - pieces[-1].count(usual) != len(pieces) - 1:
                pieces = [*(part for piece in pieces[:-1] for part in begun(piece, self.dump.kind)), pieces[-1]]
            rest = pieces.pop()
            if len(rest) > _LONGEST:
                rest = rest[-len(end) :]
            yield pieces
        if any(start in rest for start in starts):
            yield [rest]

    def _chunks(self) -> Iterator[bytes]:
        file = self.dump.file
        with self._source:
            try:
                opened = _unpacked(self._source)
                while chunk := opened.read(_CHUNK):
                    yield chunk
                while self._source.read(_CHUNK):
                    pass
            except EOFError as error:
                raise Damaged(file, "it ends in the middle") from error
            except (igzip.BadGzipFile, _IsalError) as error:
                raise Damaged(file, str(error).rstrip(".")) from error
            except OSError as error:
                raise Damaged(file, error.strerror or str(error)) from error
        if self.dump.sha256 not in (None, self.sha256):
            raise Damaged(file, "its checksum is not the one that the list of checksums has")


def _unpacked(source: Source) -> IO[bytes]:
    buffered = io.BufferedReader(source, _CHUNK >> 2)
    if buffered.peek(2)[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", igzip.IGzipFile(fileobj=buffered, mode="rb"))
    return buffered


def _tags(kind: DumpKind) -> tuple[bytes, tuple[bytes, bytes]]:
    """How an element ends, and how it may begin."""
    name = kind.removesuffix("s").encode()
    return b"</%b>" % name, (b"<%b>" % name, b"<%b " % name)


def begun(piece: bytes, kind: DumpKind) -> list[bytes]:
    """What stands before one end, cut wherever something begins: all but the last were never ended."""
    _, starts = _tags(kind)
    found = sorted(match.start() for match in re.finditer(b"|".join(starts), piece))
    return [piece[start:stop] for start, stop in pairwise([*found, len(piece)])] if found else [piece]


def _unnested(pieces: list[bytes]) -> list[bytes]:
    """Labels put together again that were cut at the end of one of their sublabels."""
    whole: list[bytes] = []
    begun = b""
    for piece in pieces[:-1]:
        if begun and piece.lstrip().startswith(_NEXT_LABEL):
            whole.append(begun)  # its sublabels never ended
            begun = b""
        begun += piece
        if begun.count(b"<sublabels>") > begun.count(b"</sublabels>"):
            begun += b"</label>"
        else:
            whole.append(begun)
            begun = b""
    return [*whole, begun + pieces[-1]]
