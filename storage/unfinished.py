"""Files that have their name only once they are whole, so that a process which is killed leaves no half one behind."""

from __future__ import annotations

import fcntl
import glob
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp


@contextmanager
def unfinished(target: Path) -> Generator[Path]:
    """A private file beside ``target``, gone at the end whatever happened; those of processes that were killed go too."""
    _sweep(target)
    descriptor, name = mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    made = Path(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # tells that somebody is still at it
        yield made
    finally:
        _remove(made)
        os.close(descriptor)


def _sweep(target: Path) -> None:
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(left)
            finally:
                os.close(descriptor)


def _remove(made: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal", ".lock", ""):  # the last is by which the others are found
        made.with_name(made.name + suffix).unlink(missing_ok=True)


def put_in_place(made: Path, target: Path) -> None:
    """Give the file its name, with all of it on the disk."""
    _flush(made)
    made.replace(target)
    _flush(target.parent)


def _flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
