"""What may be imported, and what lies there: folders of music looked at before beets is let near them
(beets-cli.md 6.1: inside the configured folders, no way out by a symbolic link, not what beets has filed already).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.errors import InvalidInput, NotFound

AUDIO = frozenset(
    f".{kind}"
    for kind in (
        *("aac", "aif", "aiff", "alac", "ape", "dff", "dsf", "flac", "m4a", "m4b"),
        *("mp3", "mp4", "mpc", "oga", "ogg", "opus", "wav", "wma", "wv"),
    )
)
"""How names of music end that beets can read."""
UNFINISHED = (".incomplete", ".part", ".partial", ".tmp", ".temp", ".download", ".crdownload", ".!qb", ".!ut")
"""How names of files end that are still being written."""
UNFINISHED_FOLDERS = frozenset(("incomplete", "incomplete_downloads", ".incomplete", "temp", "tmp"))
_MOST_SHOWN = 200
_MOST = 50_000
"""Files and folders that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Music:
    """What lies below a path: its audio files, their bytes, and when the newest of all files last changed (Unix seconds).

    ``stamp`` is the same as long as no audio file comes, goes or changes. ``is_unfinished`` says that something is still
    being written; ``way_out`` is a symbolic link that leads elsewhere.
    """

    path: Path
    files: int
    size: int
    stamp: str
    newest: float
    is_unfinished: bool
    way_out: Path | None = None


def look(path: Path) -> Music:
    """Look at a folder or file, without following symbolic links. Raises :class:`InvalidInput` for one too large to be an
    album, and :class:`OSError`.
    """
    told: list[str] = []
    files = size = seen = 0
    newest, is_unfinished, way_out = 0.0, False, None
    for each in _below(path):
        seen += 1
        if seen > _MOST:
            raise InvalidInput("path", f"There are more than {_MOST} files in it.", "Import it in parts.")
        if each.is_symlink():
            way_out = way_out or (None if _is_inside(Path(each.path), path) else Path(each.path))
            continue
        if each.is_dir(follow_symlinks=False):
            is_unfinished = is_unfinished or each.name.lower() in UNFINISHED_FOLDERS
            continue
        status = each.stat(follow_symlinks=False)
        newest = max(newest, status.st_mtime, status.st_ctime)
        is_unfinished = is_unfinished or is_unfinished_name(each.name)
        if is_audio(each.name):
            files, size = files + 1, size + status.st_size
            told.append(f"{os.path.relpath(each.path, path)}\0{status.st_size}\0{status.st_mtime_ns}")
    digest = hashlib.blake2b("\n".join(sorted(told)).encode("utf-8", "surrogateescape"), digest_size=12)
    return Music(path, files, size, digest.hexdigest(), newest, is_unfinished, way_out)


def allowed(text: str, roots: Collection[Path], music: Path) -> Music:
    """What lies at ``text``, if beets may import it: an absolute path below one of ``roots``.

    Raises :class:`InvalidInput`, saying which rule it breaks, and :class:`NotFound` where nothing is there.
    """
    path = Path(os.path.normpath(text)) if text.startswith("/") and "\0" not in text else None
    if path is None:
        raise InvalidInput("path", "A path to import is absolute.", "Begin it with /.")
    if not roots:
        raise InvalidInput(
            "path", "No folder is set from which beets may import.", "Name folders in BEETS_IMPORT_ROOTS."
        )
    if not any(_holds(root, path) for root in roots):
        raise _outside(roots)
    try:
        real = path.resolve(strict=True)
    except FileNotFoundError:
        raise NotFound(f"no such file or directory: {text}") from None
    except (OSError, RuntimeError) as error:
        raise InvalidInput("path", f"The path cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if not any(_holds(root.resolve(), real) for root in roots):
        raise InvalidInput("path", "A symbolic link leads out of the folders from which beets may import.")
    kept = music.resolve()
    if _holds(kept, real) or _holds(real, kept):
        raise InvalidInput("path", "The library of beets itself is not imported.", "Name what is to go into it.")
    if real.is_file() and not is_audio(real.name):
        raise InvalidInput("path", "It is no music file.", "Archives are unpacked by you, not by beets.")
    try:
        found = look(real)
    except OSError as error:
        raise InvalidInput("path", f"The path cannot be read: {error.strerror or error}.") from None
    if found.way_out is not None:
        raise InvalidInput(
            "path", f"A symbolic link in it leads elsewhere: {found.way_out.name}.", "Delete the link, then import."
        )
    return found


def units(folder: Path) -> list[Path]:
    """What in a downloads folder is imported as one: every folder with music of its own, the parent of folders of discs, and
    music files that lie about. What is unfinished by its name is left out; so is what cannot be written down.
    """
    found: dict[Path, None] = {}
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each.lower() not in UNFINISHED_FOLDERS and each[0] != ".")
        here = Path(where)
        if not _is_storable(where):
            folders[:] = []
            continue
        music = [name for name in names if is_audio(name) and _is_storable(name)]
        if here == folder:
            found |= dict.fromkeys(here / name for name in music if not (here / name).is_symlink())
        elif music:
            found[_of_discs(here, folder)] = None
        if len(found) > _MOST:
            break
    return list(found)


async def folders(typed: str, roots: Collection[Path]) -> list[tuple[Path, int]]:
    """The folders that a half-typed path leads to, each with the audio files right in it; the ``roots`` themselves where
    nothing is typed. What is not below one of them is not looked at. Raises :class:`InvalidInput`.
    """
    if not roots:
        raise InvalidInput(
            "path",
            "No folder is set from which beets may import.",
            "Name folders in BEETS_IMPORT_ROOTS, on the settings page.",
        )
    return await asyncio.to_thread(_folders, typed, roots)


def _folders(typed: str, roots: Collection[Path]) -> list[tuple[Path, int]]:
    plain = Path(os.path.normpath(typed)) if typed.startswith("/") and "\0" not in typed else None
    if plain is None or not any(_holds(root, plain) for root in roots):
        return [(root, _music_in(root)) for root in roots if root.is_dir() and str(root).startswith(typed)]
    here, begins = (plain, "") if plain.is_dir() else (plain.parent, plain.name.lower())
    if not any(_holds(root, here) for root in roots):
        return []
    try:
        with os.scandir(here) as inside:
            names = sorted(
                each.name
                for each in inside
                if each.is_dir(follow_symlinks=False) and each.name[0] != "." and _is_storable(each.name)
            )
    except OSError:
        return []
    fitting = [name for name in names if name.lower().startswith(begins)]
    return [(here / name, _music_in(here / name)) for name in fitting[:_MOST_SHOWN]]


def _music_in(folder: Path) -> int:
    try:
        with os.scandir(folder) as inside:
            return sum(is_audio(each.name) for each in inside)
    except OSError:
        return 0


def is_audio(name: str) -> bool:
    """Whether a file is called like music, and is not half of one."""
    return os.path.splitext(name)[1].lower() in AUDIO and name[0] != "."  # noqa: PTH122


def is_unfinished_name(name: str) -> bool:
    """Whether a file is called like one that is still being written."""
    return name.lower().endswith(UNFINISHED)


def _of_discs(here: Path, root: Path) -> Path:
    """The album that a folder of one disc belongs to, else the folder itself."""
    word = here.name.lower().rstrip("0123456789").rstrip(" -_.#")
    is_disc = word in ("cd", "disc", "disk", "dvd", "lp", "side") and here.name[-1:].isdecimal()
    return here.parent if is_disc and here.parent != root else here


def _below(path: Path) -> Iterator[os.DirEntry[str]]:
    if path.is_file():
        with os.scandir(path.parent) as beside:
            yield from (each for each in beside if each.name == path.name)
        return
    waiting = [str(path)]
    while waiting:
        with os.scandir(waiting.pop()) as inside:
            for each in inside:
                yield each
                if each.is_dir(follow_symlinks=False):
                    waiting.append(each.path)


def _is_inside(link: Path, path: Path) -> bool:
    try:
        return _holds(path.resolve(), link.resolve(strict=True))
    except (OSError, RuntimeError):
        return False


def _holds(outer: Path, inner: Path) -> bool:
    return inner == outer or outer in inner.parents


def _is_storable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _outside(roots: Collection[Path]) -> InvalidInput:
    named = ", ".join(str(root) for root in roots)
    return InvalidInput(
        "path",
        f"beets may import only from {named}.",
        "BEETS_IMPORT_ROOTS names further folders; the downloads folder is one by itself.",
    )
