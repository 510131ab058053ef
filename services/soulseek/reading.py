"""Reading answers that may have megabytes: in a thread and piece by piece, so that the loop never waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

import ijson

from services.errors import UpstreamError
from services.nesting import Nesting, TooDeep
from services.soulseek.models import (
    Json,
    PeerResponse,
    SharedDirectory,
    Transfer,
    objects,
)
from services.soulseek.refusals import SERVICE

T = TypeVar("T")

LARGEST_LISTING = 80_000_000
"""Bytes of a list of transfers: every record of years, some 800 bytes each."""
LARGEST_RESULTS = 40_000_000
LARGEST_SHARE = 200_000_000
MOST_SHARED_FILES = 250_000
"""Files of one share that are read; some 100 bytes each are kept."""
_SMALL = 20_000
_PIECE = 128 * 1024
_SHARE = "list what a user shares"
_BITE = 8192
"""Bytes that are parsed without letting go of the interpreter: a millisecond."""


async def transfers(body: bytes, action: str) -> list[Transfer]:
    """All transfers in a listing, of all users or of one, flat (slskd-api.md 5.4). Raises :class:`UpstreamError` for what is
    none, nothing at all included: that does not mean that there are no transfers. ``action`` is what was asked, in words.
    """
    return await _read(body, _transfers, action)


async def responses(body: bytes) -> list[PeerResponse]:
    """What the users answered to a search. Raises :class:`UpstreamError` for what is no list."""
    asked = "tell what was found"
    return await _read(body, lambda whole: [PeerResponse.of(each) for each in _items(whole, "item")], asked)


def _transfers(body: bytes) -> list[Transfer]:
    if body.lstrip()[:1] == b"{":
        found = _items(body, "directories.item.files.item") or _items(body, "downloads.item")
    else:
        found = _items(body, "item.directories.item.files.item")
        if not found:
            found = [each for each in _items(body, "item") if "directories" not in each]
    return [Transfer.of(each) for each in found]


async def _read(body: bytes, read: Callable[[bytes], list[T]], action: str) -> list[T]:
    """Small bodies at once, larger ones in a thread."""

    def checked() -> list[T]:
        nesting = Nesting()
        for start in range(0, len(body), _BITE):
            nesting.look(body[start : start + _BITE])
        return read(body)

    if body.lstrip()[:1] not in (b"[", b"{"):
        raise _unreadable(action)
    try:
        return checked() if len(body) < _SMALL else await asyncio.to_thread(checked)
    except (ijson.JSONError, UnicodeDecodeError, TooDeep) as error:
        raise _unreadable(action) from error


def _items(body: bytes, prefix: str) -> list[Json]:
    found = cast("list[object]", list(ijson.items(body, prefix, use_float=True, buf_size=_BITE)))
    return list(objects(found))


class ShareReader:
    """Reads a share while it comes: give :meth:`take` its pieces, then :meth:`finish`."""

    def __init__(self) -> None:
        self.directories: list[SharedDirectory] = []
        self.is_cut = False
        self._files = 0
        self._waiting = bytearray()
        self._nesting = Nesting()
        self._found: dict[bool, list[Any]] = {False: ijson.sendable_list(), True: ijson.sendable_list()}
        self._parsers = [
            ijson.items_coro(self._found[False], "directories.item", use_float=True),
            ijson.items_coro(self._found[True], "lockedDirectories.item", use_float=True),
        ]

    async def take(self, piece: bytes) -> None:
        """The next piece. Raises :class:`EnoughRead` once there are more files than are kept."""
        self._waiting += piece
        if len(self._waiting) >= _PIECE:
            await self._feed()

    async def finish(self) -> None:
        """The rest. Raises :class:`UpstreamError` if it was no share, whole."""
        await self._feed()
        try:
            for parser in self._parsers:
                parser.close()
        except ijson.JSONError as error:
            raise _unreadable(_SHARE) from error
        self._gather()

    async def _feed(self) -> None:
        piece, self._waiting = bytes(self._waiting), bytearray()
        if piece:
            await asyncio.to_thread(self._parse, piece)
        if self.is_cut:
            raise EnoughRead

    def _parse(self, piece: bytes) -> None:
        try:
            for start in range(0, len(piece), _BITE):
                self._nesting.look(piece[start : start + _BITE])
                for parser in self._parsers:
                    parser.send(piece[start : start + _BITE])
        except (ijson.JSONError, UnicodeDecodeError, TooDeep) as error:
            raise _unreadable(_SHARE) from error
        self._gather()

    def _gather(self) -> None:
        for is_locked, found in self._found.items():
            for each in objects(list(found)):
                directory = SharedDirectory.of(each, is_locked=is_locked)
                self._files += directory.file_count
                if self._files > MOST_SHARED_FILES:
                    self.is_cut = True
                    break
                self.directories.append(directory)
            del found[:]


class EnoughRead(Exception):
    """The share has more files than are read."""


def _unreadable(action: str) -> UpstreamError:
    return UpstreamError(
        SERVICE,
        f"slskd sent a list that cannot be read when asked to {action}.",
        "Try again; if it stays, another version of slskd may help.",
        200,
        code="unreadable",
    )
