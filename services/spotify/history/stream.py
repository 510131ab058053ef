"""The entries of one file, one after the other, without ever holding the file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import IO, Any

import ijson

from services.errors import InvalidInput
from services.nesting import Nesting, TooDeep

_BUFFER = 16_384
_TURN, _PAUSE = 200, 0.0002
"""Entries read in a row, about two milliseconds, and seconds in which other threads of the program get their turn; of
themselves they would get it every five milliseconds only."""
_MARK = b"\xef\xbb\xbf"
_MEND = (
    "Nothing of it was stored. Unpack or download it again, or ask Spotify for the data once more; the files that are "
    "sound can be imported without it."
)


class BrokenFile(InvalidInput):
    """A file that cannot be read to its end; nothing of it is stored."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__("file", message, _MEND)
        self.name = name


class Counted:
    """A stream that counts what was read of it, without a byte order mark; ``begins`` is its first sign."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._nesting = Nesting()
        first = stream.read(_BUFFER)
        self.count = len(first)
        self._first = first.removeprefix(_MARK)
        self.begins = self._first.lstrip()[:1]

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises :class:`TooDeep`."""
        if not size:
            return b""  # as is asked to see whether bytes come
        if self._first:
            data, self._first = self._first, b""
        else:
            data = self._stream.read(size if size > 0 else _BUFFER)
            self.count += len(data)
        self._nesting.look(data)
        return data


def entries(stream: IO[bytes] | Counted, name: str) -> Iterator[Any]:
    """What the array in ``stream`` holds. Raises :class:`BrokenFile` that says where the file ``name`` breaks off."""
    counted = stream if isinstance(stream, Counted) else Counted(stream)
    if counted.begins != b"[":
        what = "is empty" if not counted.begins else "does not begin with a list ([)"
        raise BrokenFile(name, f"{name} {what}, as a listening history does.")
    number = 0
    try:
        for entry in ijson.items(counted, "item", use_float=True, buf_size=_BUFFER):
            number += 1
            yield entry
            if number % _TURN == 0:
                time.sleep(_PAUSE)
    except (ijson.JSONError, UnicodeDecodeError, EOFError, TooDeep) as error:
        why = " ".join(str(error).split("\n")[0].split())[:80]
        raise BrokenFile(
            name, f"{name} breaks off after entry {number:,}, within the first {counted.count:,} bytes: {why}."
        ) from error
