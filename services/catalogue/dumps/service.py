"""The door to the dumps: which there are, and their import as something to wait for."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.catalogue.dumps import files
from services.catalogue.dumps.building import building
from services.catalogue.dumps.files import Dump, DumpKind
from services.catalogue.dumps.importing import Import
from services.catalogue.dumps.progress import Imported, Meter, Report
from services.errors import StoreCorrupt, StoreError, StoreFull
from storage.catalogue.door import Catalogue
from storage.dialect import explained

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Cancelled(Exception):
    """The import was called off; nothing has changed."""


class Dumps:
    """Imports dumps into the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def find(self, paths: Sequence[Path], only: Collection[DumpKind] = (), checksums: Path | None = None) -> list[Dump]:
        """See :func:`services.catalogue.dumps.files.find`. Raises :class:`InvalidInput`."""
        return files.find(paths, only, checksums)

    async def import_dumps(self, dumps: Sequence[Dump], report: Report = lambda progress: None) -> Imported:
        """Import ``dumps``; what they do not list is carried over. Cancelling it ends it within a second or two, unless it
        is complete by then, which is told by returning all the same.

        ``report`` is called in another thread. Raises what :func:`import_now` raises.
        """
        called_off = threading.Event()
        running = asyncio.get_running_loop().run_in_executor(
            None, import_now, self._catalogue, dumps, report, called_off
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            called_off.set()
            await asyncio.wait([running])
            if running.exception() is None:
                return running.result()
            raise


def import_now(
    catalogue: Catalogue, dumps: Sequence[Dump], report: Report, called_off: threading.Event | None = None
) -> Imported:
    """The same for callers without an event loop. Raises :class:`Cancelled` once ``called_off`` is set, and what
    :meth:`Import.run` raises, with the driver's errors explained.
    """

    def asked() -> None:
        if called_off is not None and called_off.is_set():
            raise Cancelled

    with _explaining():
        return Import(building(catalogue.address), dumps, Meter(dumps, report), asked).run()


@contextmanager
def _explaining() -> Generator[None]:
    """Say what a driver's error means for an import: whatever it is, nothing has changed."""
    try:
        yield
    except Exception as error:
        reason = explained(error)
        if getattr(error, "errno", None) in _FULL or isinstance(reason, StoreFull):
            raise StoreFull(
                "The disk is full; the catalogue is unchanged.", "Free some space, then import again."
            ) from error
        if isinstance(reason, StoreCorrupt):
            raise StoreCorrupt(
                f"The catalogue that is there is damaged ({error}), so nothing can be taken over from it.",
                "Move its files away (`lockgroove catalogue status` says where they are), then import again.",
            ) from error
        if reason is not None:
            raise reason from error
        if isinstance(error, OSError) and error.filename is not None:
            raise StoreError(
                f"{error.filename} cannot be used ({error.strerror}); the catalogue is unchanged.",
                "Check that its folder exists and can be written.",
            ) from error
        raise
