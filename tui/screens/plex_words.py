"""What the page of Plex says: what an empty list means, what is known of an artist, an album or a track."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.screens.plex_reading import PLAYING, PlexState
from tui.table.kept import length
from tui.table.plex import PlexLine, stars, when
from tui.text import clean
from tui.widgets.release_facts import heading, pair_lines, paragraph
from tui.words import number

if TYPE_CHECKING:
    from services.plex.models import Item, Media

SET_UP = (
    "Plex is not set up yet. Set PLEX_BASE_URL (the address of your server, such as http://192.168.1.10:32400) and "
    "PLEX_TOKEN in the environment, or on the Settings page: c goes there.\n"
    "What your server holds, plays and has played is shown here then."
)
_EMPTY = {
    PLAYING: "Nothing plays just now. What begins to play anywhere shows here at once.",
    "artists": "This library has no artists yet. u lets Plex scan its folders.",
    "albums": "This library has no albums yet. u lets Plex scan its folders.",
    "tracks": "This library has no tracks yet. u lets Plex scan its folders.",
    "playlists": "There are no playlists of music yet.",
    "history": "Nothing was played to its end yet.",
    "libraries": "The server has no library of music. Make one in Plex, then r looks again.",
}


def emptiness(state: PlexState | None, list: str, *, narrowed: bool) -> str:
    """What an empty list says, and which key leads on."""
    if state is None:
        return ""
    if not state.is_configured:
        return SET_UP
    if state.problem:
        return f"{state.problem}\nr tries again."
    if narrowed:
        return "Nothing of that name. Escape shows everything again."
    return _EMPTY.get(list, "There is nothing in it.")


def trouble(error: Exception) -> str:
    """What a list says that could not be read."""
    message, hint = getattr(error, "message", str(error)), getattr(error, "hint", "")
    return f"{message} {hint}\nr tries again."


def row_lines(line: PlexLine) -> list[Content]:
    """What the row itself tells, while the rest is on its way."""
    return [
        Content.styled(clean(line.title), "bold $accent"),
        Content(clean(line.artist if line.kind != "artist" else "")),
        *([Content(clean(line.album))] if line.album and line.kind == "track" else []),
    ]


def item_lines(item: Item, tracks: Sequence[Item]) -> Iterator[Content]:
    """Everything known of an artist, an album or a track."""
    yield Content.styled(clean(item.title), "bold $accent")
    if item.type != "artist":
        yield Content(clean(item.artist))
    yield Content("")
    heard = length(item.duration or sum(each.duration or 0 for each in tracks) or None)
    yield from pair_lines(
        ("Album", item.album if item.type == "track" else ""),
        ("Year", str(item.year or "")),
        ("Released", item.released[:10]),
        ("Label", item.label),
        ("Length", heard),
        ("Tracks", number(item.tracks) if item.tracks else ""),
        ("Rating", stars(item.rating)),
        ("Plays", number(item.plays) if item.plays else ""),
        ("Played", when(item.played_at)),
        ("Added", when(item.added_at)[:10]),
        ("Genres", ", ".join(item.genres)),
        ("Styles", ", ".join(item.styles)),
        ("Library", item.section_title),
    )
    if tracks:
        yield from _of_an_album(tracks)
    if item.media is not None:
        yield Content("")
        yield heading("File")
        yield from pair_lines(*sound(item.media), ("Path", item.media.file))
    if item.summary:
        yield Content("")
        yield from paragraph(item.summary)


def _of_an_album(tracks: Sequence[Item]) -> Iterator[Content]:
    yield Content("")
    yield heading("Tracks")
    discs = {track.disc for track in tracks}
    for track in tracks:
        place = f"{track.disc}-{track.index}" if len(discs) > 1 else str(track.index or "")
        yield Content.assemble(
            (f"{place:>4} ", "$muted"), clean(track.title), (f"  {length(track.duration)}", "$muted")
        )
    media = [track.media for track in tracks if track.media is not None]
    if media:
        yield Content("")
        yield heading("Files")
        sounds = sorted({" ".join(value for _, value in sound(each) if value) for each in media})
        yield from pair_lines(("Sound", "; ".join(sounds[:4])), ("Folder", folder(media[0].file)))


def sound(media: Media) -> list[tuple[str, str]]:
    """Codec, bit rate and what else is known of how it sounds, each with its name."""
    khz = f"{media.sampling_rate / 1000:g} kHz" if media.sampling_rate else ""
    bits = f"{media.bit_depth} bit" if media.bit_depth else ""
    return [
        ("Codec", media.codec),
        ("Bit rate", f"{number(media.bitrate)} kbit/s" if media.bitrate else ""),
        ("Samples", " ".join(part for part in (khz, bits) if part)),
    ]


def folder(file: str) -> str:
    """The folder of a file, as the server has it; that may be a Windows machine."""
    return file[: max(file.rfind("/"), file.rfind("\\"))] if file else ""
