"""Which file is the live catalogue, where it is on SQLite.

An import builds a new file beside the live one and then makes it the live one in one step. A file in use cannot be
renamed over: the write-ahead log goes by name. So every generation has a name of its own, and a small text file beside
them, replaced by renaming, says which is live. It changes only while the write lock of the live one is held, so that
whoever has that lock and finds the name unchanged may write.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def live(file: Path) -> Path:
    """The live generation of the catalogue addressed as ``file``, which is the first one's own name."""
    try:
        name = pointer(file).read_text().strip()
    except FileNotFoundError:
        return file
    return file.with_name(name)


def stamp(file: Path) -> tuple[int, int]:
    """Changes whenever another generation becomes live; a few microseconds."""
    try:
        found = pointer(file).stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)


def pointer(file: Path) -> Path:
    """The file that names the live generation."""
    return file.with_name(f"{file.name}.live")


def new(file: Path) -> Path:
    """The name of a generation to be built."""
    return file.with_name(f"{file.stem}-{secrets.token_hex(4)}{file.suffix}")


def make_live(file: Path, generation: Path) -> None:
    """Let ``generation`` be the live one. Hold the write lock of the present one meanwhile."""
    written = pointer(file).with_name(f"{pointer(file).name}.new")
    with written.open("w") as out:
        out.write(generation.name)
        out.flush()
        os.fsync(out.fileno())
    written.replace(pointer(file))
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def leftovers(file: Path) -> list[Path]:
    """Generations that are not live: replaced ones, and what an import that was ended left behind."""
    own = {live(file).name}
    found = [*file.parent.glob(f"{file.stem}-????????{file.suffix}"), *([file] if file.exists() else [])]
    return [each for each in found if each.name not in own]


def discard(generation: Path) -> None:
    """Remove a generation with its logs. Who still reads it keeps it until they close it."""
    for name in (generation.name, f"{generation.name}-wal", f"{generation.name}-shm", f"{generation.name}-journal"):
        generation.with_name(name).unlink(missing_ok=True)
