"""What the rest of the program asks of beets: its albums and tracks, changes, and what is removed."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from array import array
from collections.abc import Collection, Sequence
from pathlib import Path

from services.beets import queries
from services.beets.configuration import Configuration
from services.beets.file import all_ids
from services.beets.models import (
    BeetsConfiguration,
    BeetsEntry,
    BeetsStatus,
    BeetsVersion,
    Changed,
    Found,
    Shelf,
    entry,
)
from services.beets.outcome import Outcome
from services.beets.program import Limits, Program
from services.beets.refusals import BeetsFailed, NotConfirmed, QueryRefused, Verdict
from services.errors import LockgrooveError
from services.settings import Settings

DEFAULT_FORMAT = "$artist - $album - $title"
SHOWN = ("id", "artist", "albumartist", "album", "title", "year", "length", "format", "bitrate", "path")
"""The fields of a track that are asked for; an album has the first ones."""
_OF_ALBUM = ("id", "albumartist", "album", "year", "path")
_CHUNK = 200
"""Ids in one command line."""
_FRESH = 4.0
"""Seconds for which an answer is good, so that two screens asking the same cost one process."""
_MOST_KEPT = 64
_LARGE = 2_000_000
"""Characters of an answer that is not kept."""
_FIRST = 8
"""Tracks that are named before something is done to many."""
_MOVING = re.compile(r"^(?:Moving|Copying) (\d+) (?:item|album)s?", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Beets:
    """The installation's beets library. ``state`` is a folder of ours; ``limits`` are only changed by tests."""

    def __init__(self, settings: Settings, state: Path, limits: Limits | None = None) -> None:
        self._settings = settings
        self._state = state
        self._limits = limits or Limits()
        self._kept: dict[tuple[str, ...], tuple[float, asyncio.Task[Outcome]]] = {}
        self._adopt(settings)

    def _adopt(self, settings: Settings) -> None:
        self.program = Program(settings.beets_command, settings.beetsdir, self._state, self._limits)
        self.configuration = Configuration(self.program)
        self._kept.clear()

    @property
    def settings(self) -> Settings:
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        if (before.beets_command, before.beetsdir) != (settings.beets_command, settings.beetsdir):
            self._adopt(settings)

    async def status(self) -> BeetsStatus:
        """Whether beets is there and answers; never raises."""
        try:
            return BeetsStatus(await self.version())
        except LockgrooveError as error:
            return BeetsStatus(None, f"{error.message} {error.hint}".strip())

    async def version(self) -> BeetsVersion:
        """Which beets it is. The first command after an upgrade migrates the library, so it runs alone and has time.

        Raises :class:`NotConnected` where there is none, :class:`BeetsFailed` where it does not work. So does everything
        that follows.
        """
        return await self.configuration.version()

    async def where(self) -> BeetsConfiguration:
        """What its configuration says that matters here."""
        return await self.configuration.read()

    # -- questions ------------------------------------------------------------------------------------------------

    async def query(self, text: str, format: str = DEFAULT_FORMAT) -> list[str]:
        """One line per track that the query finds, as ``format`` puts it. Raises :class:`QueryRefused`."""
        asked = queries.required(text)
        found = await self._ask("ls", f"--format={queries.checked_format(format)}", "--", *asked, terms=asked)
        return _lines(found)

    async def albums(self) -> list[str]:
        """One line per album, as the library's own format for albums puts it."""
        return _lines(await self._ask("ls", "-a", "--"))

    async def titles(self) -> list[str]:
        """The titles of all tracks that have one."""
        told = await self._exported(["title"], [], Shelf.TRACKS)
        return [title for each in told if (title := _clean(str(each.get("title") or "")).strip())]

    async def stats(self, text: str = "") -> dict[str, str]:
        """The library (or what a query finds of it) in figures: what each is called, and what beets says of it."""
        asked = queries.terms(text)
        lines = _lines(await self._ask("stats", "--", *asked, terms=asked))
        return {name.strip(): value.strip() for name, colon, value in (each.partition(":") for each in lines) if colon}

    async def fields(self) -> list[str]:
        """What tracks and albums can be asked for, under headings."""
        return [each.strip() for each in _lines(await self._ask("fields"))]

    async def field_names(self) -> frozenset[str]:
        """The fields of tracks, also those that somebody made up."""
        names: set[str] = set()
        is_wanted = False
        for line in _lines(await self._ask("fields")):
            if line.startswith((" ", "\t")):
                names |= {line.strip()} if is_wanted else set()
            else:
                is_wanted = line.startswith("Item")
        return frozenset(names)

    async def ids(self, text: str, shelf: Shelf = Shelf.TRACKS) -> array[int]:
        """The ids of what a query finds (blank: of everything), in the order of the library or of the query."""
        asked = queries.terms(text)
        return await self._ids(asked, shelf)

    async def entries(self, ids: Sequence[int], shelf: Shelf = Shelf.TRACKS) -> list[BeetsEntry]:
        """These tracks or albums in the order given; at most :data:`_CHUNK` in one go. What is gone is left out."""
        found: dict[int, BeetsEntry] = {}
        for start in range(0, len(ids), _CHUNK):
            asked = queries.by_ids(ids[start : start + _CHUNK])
            fields = list(SHOWN if shelf is Shelf.TRACKS else _OF_ALBUM)
            for told in await self._exported(fields, asked, shelf):
                each = entry(told, shelf)
                found[each.id] = each
        return [found[id] for id in ids if id in found]

    async def exported_albums(self, first: int, last: int, fields: Sequence[str]) -> list[dict[str, object]]:
        """These fields of the albums with ids from ``first`` to ``last``, as the export plug-in tells them."""
        return await self._exported(fields, [f"id:{first}..{last}"], Shelf.ALBUMS)

    async def marked(self, name: str, value: str) -> list[dict[str, object]]:
        """The tracks whose field ``name`` is ``value``: their id, album and path."""
        return await self._exported(["id", "album_id", "albumartist", "artist", "album", "path"], [f"{name}:={value}"])

    async def find(self, text: str, *, first: int = _FIRST) -> Found:
        """What a query that shall remove something is about. Raises :class:`QueryRefused` for one that is too loose."""
        asked = queries.careful(queries.required(text), await self.field_names())
        ids = await self._ids(asked, Shelf.TRACKS, fresh=True)
        return Found(len(ids), tuple(ids), tuple(await self.entries(ids[:first])))

    # -- changes --------------------------------------------------------------------------------------------------

    async def remove(self, text: str, *, force: bool) -> int:
        """Take what a query finds out of the library; its files stay. How many tracks that were.

        Raises :class:`QueryRefused`, and :class:`NotConfirmed` where ``force`` does not say yes to it.
        """
        found = await self.find(text, first=0)
        if not found.count:
            return 0
        if not force:
            raise NotConfirmed(
                f"beets asks before it removes {_tracks(found.count)}, and nobody is there to answer.",
                "Send force: true to remove them from the library; their files stay.",
                found.count,
            )
        await self.refuse_everything(found)
        return await self.remove_ids(found.ids)

    async def refuse_everything(self, found: Found) -> None:
        """Raises :class:`QueryRefused` where a query found all there is, and that is more than one track."""
        if found.count > 1 and len(await self._ids([], Shelf.TRACKS)) == found.count:
            raise QueryRefused(
                "Invalid query: it fits the whole library.", "Remove it in parts, or with beets in a terminal."
            )

    async def remove_ids(self, ids: Collection[int]) -> int:
        """Take these tracks, which are in the library, out of it; their files stay. How many are gone then."""
        wanted, gone = list(ids), 0
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            asked = queries.by_ids(part)
            await self.change("remove", "-f", "--", *asked)
            gone += len(part) - len(await self._ids(asked, Shelf.TRACKS, fresh=True))
        return gone

    async def update(self, path: str = "", *, preview: bool = False, force: bool = False) -> Changed:
        """Read the tags of files anew (blank: of all); tracks whose file is gone are forgotten, nothing is moved.

        Unless ``force`` says so, it is not done where an empty mount would empty the library: raises
        :class:`NotConfirmed`.
        """
        asked = await self._below(path)
        would = _updated(await self._preview("update", "-M", "-p", "--", *asked))
        if preview or not (would.lines or would.count):
            return would
        if would.lost and not force:
            await self._refuse_empty_disk(asked, would.lost)
        return _updated(await self.change("update", "-M", "--", *asked))

    async def move(self, text: str = "", *, preview: bool = False) -> Changed:
        """Move files to where their tags say (blank: all of them), or tell what would be moved."""
        asked = queries.without_regex(queries.terms(text))
        if preview:
            told = await self._preview("move", "-p", "--", *asked)
        else:
            told = await self.change("move", "--", *asked)
        number = _MOVING.search(told.stderr)
        return Changed(int(number[1]) if number else 0, tuple(_lines(told)))

    async def write(self, text: str = "", *, preview: bool = False) -> Changed:
        """Write what the library says into the files (blank: into all), or tell what would be written."""
        asked = queries.without_regex(queries.terms(text))
        if preview:
            told = await self._preview("write", "-p", "--", *asked)
        else:
            told = await self.change("write", "--", *asked)
        return _items(told)

    async def change(self, *arguments: str) -> Outcome:
        """Run a command that changes something; what was kept of answers is forgotten."""
        name = f"change-{uuid.uuid4()}"
        overlay = await self.configuration.overlay()
        changing = asyncio.ensure_future(self.program.write("-c", str(overlay), *arguments, name=name))
        try:
            return (await asyncio.shield(changing)).checked()
        finally:
            self.forget_answers()
            if changing.done():
                await self.program.forget(name)
            else:
                changing.add_done_callback(_look_away)

    def forget_answers(self) -> None:
        """The library is another one now: ask anew."""
        self._kept.clear()

    # -- how it is asked ------------------------------------------------------------------------------------------

    async def _ask(self, *arguments: str, terms: Sequence[str] = (), fresh: bool = False) -> Outcome:
        await self.configuration.version()
        seconds = self._limits.regex if any(queries.is_regex(term) for term in terms) else None
        now = time.monotonic()
        held = self._kept.get(arguments)
        if held is None or fresh or now - held[0] > _FRESH or held[1].cancelled():
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            asking = asyncio.create_task(self.program.read(*arguments, seconds=seconds))
            asking.add_done_callback(_look_away)
            held = self._kept[arguments] = (now, asking)
        found = await asyncio.shield(held[1])
        if found.verdict is not Verdict.OK or len(found.stdout) > _LARGE:
            self._kept.pop(arguments, None)
        return found.checked()

    async def _preview(self, *arguments: str) -> Outcome:
        await self.configuration.version()
        return (await self.program.read(*arguments, seconds=self._limits.write)).checked()

    async def _ids(self, asked: Sequence[str], shelf: Shelf, *, fresh: bool = False) -> array[int]:
        if not asked and not (known := await self.where()).has_own_order:
            ids = await asyncio.to_thread(all_ids, known.library, shelf)
            if ids is not None:
                return ids
        about = ("-a",) if shelf is Shelf.ALBUMS else ()
        found = await self._ask("ls", *about, "--format=$id", "--", *asked, terms=asked, fresh=fresh)
        return await asyncio.to_thread(lambda: array("q", (int(line) for line in _lines(found) if line.isdecimal())))

    async def _exported(
        self, fields: Sequence[str], asked: Sequence[str], shelf: Shelf = Shelf.TRACKS
    ) -> list[dict[str, object]]:
        """What the export plug-in tells: one JSON object a line, whatever is in a title. The plug-ins of the person's own
        configuration stay loaded, so that their fields are known."""
        plugins = dict.fromkeys([*(await self.configuration.version()).plugins, "export"])
        about = ("-a",) if shelf is Shelf.ALBUMS else ()
        how = ("export", "-l", *about, "-f", "jsonlines", "-i", ",".join(fields))
        found = await self._ask("-p", ",".join(plugins), *how, "--", *asked, terms=asked)
        return await asyncio.to_thread(_objects, found)

    async def _below(self, path: str) -> list[str]:
        """The term for what lies below ``path``, none for everything: the library's own folder matches nothing
        (beets-cli.md section 4)."""
        if "\0" in path:
            raise QueryRefused(queries.UNREADABLE)
        plain = path.strip().rstrip("/")
        if not plain or Path(plain) == (await self.where()).music:
            return []
        return [f"path:{plain}"]

    async def _refuse_empty_disk(self, asked: Sequence[str], lost: int) -> None:
        music = (await self.where()).music
        is_there = await asyncio.to_thread(_holds_files, music)
        all_of_them = len(await self._ids(asked, Shelf.TRACKS))
        if is_there and (lost < all_of_them / 2 or lost <= 10 < all_of_them or all_of_them == 1):
            return
        raise NotConfirmed(
            f"The files of {_tracks(lost)} (of {all_of_them}) are not there, and an update would forget them.",
            f"Look whether the disk of {music} is mounted. If they are really gone, send force: true.",
            lost,
        )


def _look_away(task: asyncio.Task[Outcome] | asyncio.Future[Outcome]) -> None:
    """Whoever asked has gone; what is left to say went to the log."""
    if not task.cancelled():
        task.exception()


def _lines(found: Outcome) -> list[str]:
    return [_clean(line) for line in found.lines]


def _clean(line: str) -> str:
    """Text of a tag without what would steer a terminal."""
    return _CONTROL.sub("", line)


def _objects(found: Outcome) -> list[dict[str, object]]:
    try:
        return [json.loads(line) for line in found.stdout.split("\n") if line.startswith("{")]
    except ValueError:
        raise BeetsFailed(Verdict.FAILED, "The export plug-in of beets answered nonsense.") from None


def _items(told: Outcome) -> Changed:
    """One line per item that is not indented, and what changes of it below."""
    lines = _lines(told)
    return Changed(sum(not line.startswith(" ") for line in lines), tuple(lines))


def _updated(told: Outcome) -> Changed:
    found = _items(told)
    return Changed(found.count, found.lines, sum(line.strip() == "deleted" for line in found.lines))


def _holds_files(folder: Path) -> bool:
    try:
        return any(True for _ in folder.iterdir())
    except OSError:
        return False


def _tracks(count: int) -> str:
    return "1 track" if count == 1 else f"{count} tracks"
