"""Cover pictures: fetched politely, kept on disk, the longest unused forgotten first."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from services.errors import UpstreamError

log = structlog.get_logger(__name__)

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM")
"""How the picture formats begin that a terminal can be made to show."""
_TRIM_EVERY = 32


class Covers:
    """The pictures of ``service`` in one installation, at most ``limit`` bytes of them (default 200 MB).

    ``fetch`` gets a picture from its address and is called once per picture, however many ask for it at a time.
    """

    def __init__(
        self, service: str, directory: Path, fetch: Callable[[str], Awaitable[bytes]], *, limit: int = 200 * 1024 * 1024
    ) -> None:
        self._service = service
        self._directory = directory
        self._fetch = fetch
        self._limit = limit
        self._line: dict[str, asyncio.Lock] = {}
        self._written = 0

    async def get(self, url: str | None) -> Path | None:
        """The file of the picture at ``url``; None if there is no picture (no address, or Discogs' ``spacer.gif``).

        Raises :class:`UpstreamError` if it cannot be had now.
        """
        if not url or not url.startswith(("https://", "http://")) or "spacer.gif" in url:
            return None
        file = self._file(url)
        if await asyncio.to_thread(_touch, file):
            return file
        lock = self._line.setdefault(url, asyncio.Lock())
        try:
            async with lock:
                if not await asyncio.to_thread(_touch, file):
                    await self._keep(file, await self._fetch(url))
        finally:
            if not lock.locked():
                self._line.pop(url, None)
        return file

    def kept(self, url: str | None) -> Path | None:
        """The file of a picture that is already here; never asks anybody."""
        file = self._file(url) if url else None
        return file if file and file.is_file() else None

    def _file(self, url: str) -> Path:
        return self._directory / hashlib.sha256(url.encode()).hexdigest()[:40]

    async def _keep(self, file: Path, content: bytes) -> None:
        if not content.startswith(_MAGIC):
            raise UpstreamError(
                self._service, f"What {self._service} sent as a cover is no picture.", "Try again later."
            )
        await asyncio.to_thread(_write_whole, file, content)
        self._written += 1
        if self._written % _TRIM_EVERY == 1:
            await asyncio.to_thread(_trim, self._directory, self._limit)


def _touch(file: Path) -> bool:
    """Mark ``file`` as used now; False if it is not there."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def _write_whole(file: Path, content: bytes) -> None:
    """Write so that nobody ever sees half a picture, whatever happens in between."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as part:
            part.write(content)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _trim(directory: Path, limit: int) -> None:
    """Forget what was not looked at for longest until the rest fits in 9/10 of ``limit``."""
    found: list[tuple[float, int, str]] = []
    for entry in os.scandir(directory):
        try:
            known = entry.stat()
        except FileNotFoundError:  # another process trims too
            continue
        found.append((known.st_mtime, known.st_size, entry.path))
    total = sum(size for _, size, _ in found)
    if total <= limit:
        return
    for _, size, path in sorted(found):
        Path(path).unlink(missing_ok=True)
        total -= size
        if total <= limit * 9 // 10:
            break
    log.info("covers_trimmed", kept_bytes=total)
