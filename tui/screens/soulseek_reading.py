"""What is asked of Soulseek and how the answer becomes lines; whatever takes long happens in a thread."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.fold import words
from storage.values.downloads import DownloadFile
from tui.table.soulseek import Found, FoundRow, ShareRow, last_part

if TYPE_CHECKING:
    from services.downloads.choice import Rules
    from services.downloads.queue import Downloads
    from services.runtime import Runtime
    from services.soulseek.models import RemoteFile, SearchProgress, SearchResult, Share
    from services.soulseek.quality import AlbumFolder

ALTERNATIVES = 5
"""Other sources of a file that are kept, for when the first fails."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Files of one folder of a user, to be fetched together."""

    username: str
    directory: str
    files: tuple[DownloadFile, ...]


async def search(
    runtime: Runtime, text: str, on_progress: Callable[[SearchProgress], None], is_enough: Callable[[], bool]
) -> SearchResult:
    """Search Soulseek; on the services' loop. Raises ``NotConnected`` and the ``Upstream*`` errors."""
    client = await runtime.soulseek.client()
    return await client.search(text, on_progress=on_progress, is_enough=is_enough)


async def rank(runtime: Runtime, result: SearchResult, rules: Rules, tracks: int | None = None) -> list[Found]:
    """The album folders of a result, the best first; on the services' loop, the work in a thread."""
    return await asyncio.to_thread(ranked, runtime.downloads, result, rules, tracks)


def ranked(downloads: Downloads, result: SearchResult, rules: Rules, tracks: int | None = None) -> list[Found]:
    """The album folders of ``result`` as the rules put them; ``tracks`` is how many the album has, where that is known."""
    from services.downloads.choice import Wanted
    from services.soulseek.quality import folders_of

    folders = {(each.username, each.directory, each.is_locked): each for each in folders_of(result.responses)}
    wanted = " ".join(word for word in result.text.split() if not word.startswith("-"))
    # Words that no folder has are those of a title; then none is blamed for not having them.
    named = [each for each in folders.values() if _holds_all(each.directory, wanted)]
    album = Wanted(album=wanted, track_count=tracks or track_count(named)) if named else Wanted(track_count=tracks)
    choices = downloads.choose(folders.values(), album, rules)
    found: list[Found] = []
    for choice in choices:
        offer = choice.offer
        folder = folders.get((offer.username, offer.directory, offer.locked))
        if folder is not None:
            found.append(Found(len(found) + 1, folder, choice))
    return found


def track_count(folders: Sequence[AlbumFolder]) -> int | None:
    """How many tracks an album has, by the titles that half of its ``folders`` have; None where they are of several albums,
    or too few to tell."""
    titles = [titles_of(folder) for folder in folders]
    shared = sum(count * 2 >= len(folders) for count in Counter(each for one in titles for each in one).values())
    is_one = len(folders) > 1 and shared * 2 > sorted(map(len, titles))[len(folders) // 2]
    return shared if is_one else None


def _holds_all(path: str, text: str) -> bool:
    there = set(words(path.replace("_", " ")))
    return all(word in there for word in words(text))


def in_order(found: Sequence[Found], sort: str, *, only_accepted: bool) -> list[Found]:
    """``found`` in one of :data:`tui.screens.soulseek_words.SORTS`, the best of equals first."""
    keys: dict[str, Callable[[Found], tuple[object, ...]]] = {
        "best": lambda each: (each.place,),
        "speed": lambda each: (-each.folder.upload_speed, each.place),
        "queue": lambda each: (not each.folder.has_free_slot, each.folder.queue_length, each.place),
        "size": lambda each: (-each.folder.size, each.place),
        "user": lambda each: (each.folder.username.casefold(), each.place),
    }
    kept = [each for each in found if each.accepted or not only_accepted]
    return sorted(kept, key=keys[sort])  # pyright: ignore[reportArgumentType, reportCallIssue]


def found_rows(found: Iterable[Found], opened: Collection[str]) -> list[FoundRow]:
    """The lines of these folders, with the files of those that are unfolded."""
    rows: list[FoundRow] = []
    for each in found:
        is_open = each.key in opened
        rows.append(FoundRow(each, is_open=is_open))
        if is_open:
            rows += [FoundRow(each, file) for file in each.folder.files]
    return rows


def wishes(rows: Iterable[FoundRow], found: Sequence[Found]) -> list[Wish]:
    """What to fetch for these lines: a folder stands for all its files, a file for itself. In the other folders of ``found``
    the same tracks are looked for, to go on with when a source fails."""
    chosen: dict[str, tuple[Found, dict[str, RemoteFile]]] = {}
    for row in rows:
        files = row.found.folder.files if row.file is None else (row.file,)
        _, held = chosen.setdefault(row.found.key, (row.found, {}))
        held.update({file.filename: file for file in files if not file.is_locked})
    return [_wish(each, list(files.values()), found) for each, files in chosen.values() if files]


def _wish(mine: Found, files: Sequence[RemoteFile], found: Sequence[Found]) -> Wish:
    from services.downloads.choice import plan

    titles = titles_of(mine.folder)
    # Only the same album: a track of another one may bear the same number.
    same = [each.choice for each in found if len(titles_of(each.folder) & titles) * 2 > len(titles)]
    _, planned = plan(same, mine.choice)
    known = {file.filename: replace(file, alternatives=file.alternatives[:ALTERNATIVES]) for file in planned}
    wanted = tuple(known.get(file.filename) or DownloadFile(file.filename, file.size) for file in files)
    return Wish(mine.folder.username, mine.folder.directory, wanted)


def titles_of(folder: AlbumFolder) -> frozenset[str]:
    """The titles of a folder's tracks, as their names tell them."""
    stems = (file.name.rpartition(".")[0].rpartition(" - ")[2] for file in folder.audio)
    return frozenset(" ".join(word for word in words(stem) if not word.isdigit()) for stem in stems)


async def fetch(runtime: Runtime, wishes: Sequence[Wish]) -> int:
    """Queue what is wished for; how many files. On the services' loop."""
    count = 0
    for wish in wishes:
        added = await runtime.downloads.add(
            runtime.user.id, wish.username, wish.files, folder=wish.directory, told=True
        )
        count += len(added)
    return count


# -- shares ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shelved:
    """A share made ready to be looked through: its folders with files in the order of their paths, and of each what is
    looked for in, its path and the names of its files without regard to case."""

    rows: list[ShareRow]
    haystacks: list[str]


def shelve(share: Share) -> Shelved:
    """Takes long for a large share: in a thread."""
    held = sorted((each for each in share.directories if each.files), key=lambda each: each.name.casefold())
    haystacks = ["\n".join((each.name, *(last_part(file.filename) for file in each.files))).casefold() for each in held]
    return Shelved([ShareRow(each) for each in held], haystacks)


def narrowed(shelved: Shelved, text: str) -> tuple[list[ShareRow], list[str | int]]:
    """The folders that have every word of ``text``, and their keys. In a thread, too."""
    sought = text.casefold().split()
    pairs = zip(shelved.rows, shelved.haystacks, strict=True)
    rows = [row for row, haystack in pairs if all(word in haystack for word in sought)]
    return rows, [row.key for row in rows]


def share_wishes(rows: Iterable[ShareRow], username: str) -> list[Wish]:
    """What to fetch for these lines of a share."""
    chosen: dict[str, dict[str, RemoteFile]] = {}
    for row in rows:
        if row.directory.is_locked:
            continue
        files = row.directory.files if row.file is None else (row.file,)
        held = chosen.setdefault(row.directory.name, {})
        held.update({file.filename: file for file in files if not file.is_locked})
    return [
        Wish(username, directory, tuple(DownloadFile(file.filename, file.size) for file in files.values()))
        for directory, files in chosen.items()
        if files
    ]
