"""Playlist files as players write them: M3U, PLS, XSPF. Nothing that they point at is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

from services.errors import InvalidInput
from services.matching.sources import soulseek
from services.matching.sources.reading import whole, year
from services.wishes.lines import LONGEST, Fault, Found, read_line
from storage.values.wishes import NewWish, WishKind

_SECONDS = re.compile(r"-?\d+(?:\.\d+)?")
_XSPF = "{http://xspf.org/ns/0/}"


def read_m3u(text: str) -> Iterator[Found]:
    """``#EXTINF`` lines tell length, artist and title; an entry without one is read from its path."""
    told: tuple[int, str, int | None] | None = None
    artist = album = ""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if said.startswith("#EXTINF:"):
            head, _, name = said.removeprefix("#EXTINF:").partition(",")
            told = (number, name.strip(), _seconds(head))
        elif said.startswith("#EXTART:"):
            artist = said.removeprefix("#EXTART:").strip()
        elif said.startswith("#EXTALB:"):
            album = said.removeprefix("#EXTALB:").strip()
        elif said and not said.startswith("#"):
            yield _entry(told, artist, album, said, number)
            told, artist = None, ""
    if told is not None:
        yield _entry(told, artist, album, "", told[0])


def read_pls(text: str) -> Iterator[Found]:
    """``Title1=``, ``Length1=`` and ``File1=`` belong together."""
    entries: dict[int, dict[str, str]] = {}
    lines: dict[int, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.fullmatch(r"\s*(file|title|length)(\d{1,7})\s*=\s*(.*)", line, re.IGNORECASE):
            place = int(found[2])
            entries.setdefault(place, {})[found[1].lower()] = found[3].strip()
            lines.setdefault(place, number)
    for place in sorted(entries):
        each, number = entries[place], lines[place]
        told = (number, each["title"], _seconds(each.get("length", ""))) if each.get("title") else None
        yield _entry(told, "", "", each.get("file", ""), number)


def read_xspf(text: str) -> Iterator[Found]:
    """``<track>`` with creator, title, album and duration in milliseconds; lines are counted in tracks.

    Raises :class:`InvalidInput` for what is no XML, and for definitions in it, which no playlist needs.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InvalidInput("text", "The playlist defines a document type of its own.", "Save it anew from the player.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise InvalidInput("text", f"The playlist is damaged: {error}.", "Save it anew from the player.") from error
    for number, track in enumerate((each for each in root.iter() if _name(each) == "track"), 1):
        told = {_name(each): " ".join((each.text or "").split()) for each in track}
        artist, title = told.get("creator", ""), told.get("title", "")
        if max(len(artist), len(title)) > LONGEST:
            yield Fault(number, "It is too long to be artist and title.")
        elif artist and title:
            yield NewWish(
                artist,
                title,
                told.get("album", ""),
                year(told.get("date")),
                WishKind.TRACK,
                whole(told.get("duration")),
                line=number,
                said=f"{artist} - {title}",
            )
        else:
            yield _entry((number, title, None) if title else None, "", "", told.get("location", ""), number)


def _entry(told: tuple[int, str, int | None] | None, artist: str, album: str, path: str, number: int) -> Found:
    """One entry, by what is said of it, else by what its path says."""
    line, name, duration = told or (number, "", None)
    if artist and name:
        title = name.removeprefix(f"{artist} - ")
        return NewWish(
            artist, title, album, None, WishKind.TRACK, duration, line=line, said=f"{artist} - {title}"[:LONGEST]
        )
    found = read_line(name, line, kind=WishKind.TRACK, duration=duration) if name else None
    if isinstance(found, NewWish):
        return found
    if path.startswith("file://"):
        path = unquote(path.removeprefix("file://"))
    if not path or len(path) > LONGEST or "://" in path:
        return found or Fault(number, "It names neither artist nor title.")
    read = soulseek.track(path)
    if not read.title or not read.artists:
        return found or Fault(number, "Its path tells no artist.")
    return NewWish(
        read.artists[0], name or read.title, read.album, None, WishKind.TRACK, duration, line=line, said=path[-LONGEST:]
    )


def _seconds(said: str) -> int | None:
    """A length in seconds, as milliseconds; -1 says that it is not known."""
    found = _SECONDS.match(said.strip())
    seconds = float(found[0]) if found else 0
    return round(seconds * 1000) if 0 < seconds < 1e6 else None


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
