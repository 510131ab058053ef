"""Where an album lives, as lines for the pane beside a list: each place, how sure it is that it is this album, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textual.content import Content

from storage.values.shelf_albums import SURE, Decision, ShelfAlbum, ShelfPlace, ShelfSource
from tui.actions import key_of
from tui.table.badges import BEETS, COMING, PLEX, RECORD, SPOTIFY, WANT
from tui.text import clean
from tui.widgets.release_facts import LABEL_CELLS, heading, pair_lines
from tui.words import day, number

SOURCES: dict[ShelfSource, tuple[str, str]] = {
    ShelfSource.RECORDS: (RECORD, "Records"),
    ShelfSource.WANTS: (WANT, "Wanted"),
    ShelfSource.BEETS: (BEETS, "beets"),
    ShelfSource.PLEX: (PLEX, "Plex"),
    ShelfSource.SPOTIFY: (SPOTIFY, "Spotify"),
    ShelfSource.PLAYS: ("♪", "Plays"),
    ShelfSource.ARRIVALS: (COMING, "Arrived"),
    ShelfSource.DOWNLOADS: (COMING, "Coming"),
}
"""The sign and the name of each kind of place."""
DECIDED = {
    Decision.CONFIRM: "you confirmed it",
    Decision.JOIN: "you put it here",
    Decision.SPLIT: "you said it is an album of its own",
    Decision.REJECT: "you said it is not the other one",
}


def album_lines(album: ShelfAlbum) -> list[Content]:
    """An album with its places."""
    return [
        Content.styled(clean(album.title), "bold $accent"),
        Content(clean(album.artist)),
        Content(""),
        *pair_lines(
            ("Year", str(album.year or "")),
            ("Tracks", str(album.tracks or "")),
            ("Format", ", ".join(album.formats)),
            ("Plays", number(album.plays) if album.plays else ""),
            ("Files", "" if album.files else "none in Plex or beets"),
        ),
        *place_lines(album, key_of("shelf.match")),
    ]


def place_lines(album: ShelfAlbum, key: str) -> list[Content]:
    """The part of the pane that tells where an album lives; ``key`` leads to where a match is confirmed or rejected."""
    lines = [Content(""), heading("Where it lives")]
    for place in album.places:
        lines += _place(place, album)
    if len(album.places) > 1:
        lines.append(Content.styled(f"{key} confirms or rejects a match.", "$faint"))
    return lines


def _place(place: ShelfPlace, album: ShelfAlbum) -> Iterator[Content]:
    sign, name = SOURCES[place.source]
    yield Content.assemble((f"{sign} {name:<{LABEL_CELLS - 2}}", "$muted"), clean(held(place)))
    blank = " " * LABEL_CELLS
    if (named := titled(place)) != titled_album(album):
        yield Content(clean(f"{blank}as {named}"))
    said, style = belief(place)
    if said:
        yield Content.styled(clean(f"{blank}{said}"), style)
    if place.missing_since:
        yield Content.styled(f"{blank}! not read since {day(place.missing_since)}", "$warning")


def titled(place: ShelfPlace) -> str:
    """What a place calls the album."""
    return " – ".join(part for part in (place.artist, place.title) if part)


def titled_album(album: ShelfAlbum) -> str:
    return " – ".join(part for part in (album.artist, album.title) if part)


def belief(place: ShelfPlace) -> tuple[str, str]:
    """How sure it is that this place is the album, and why; with a style. Nothing of what stands for the album itself."""
    if place.decision is not None:
        return DECIDED[place.decision], "$success"
    if not place.reason:
        return "", ""
    is_sure = place.confidence >= SURE
    share = f"{int(place.confidence * 100)} %"
    return f"{'' if is_sure else '? '}{share} · {place.reason}", "$muted" if is_sure else "$warning"


def held(place: ShelfPlace) -> str:
    """What there is of an album in a place, in few words."""
    return " · ".join(part for part in (*_HELD[place.source](place), *_facts(place)) if part)


def _facts(place: ShelfPlace) -> Sequence[str]:
    return (str(place.year or ""), _counted(place.tracks or 0, "track"))


def _counted(count: int, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}" if count else ""


def _text(place: ShelfPlace, name: str) -> str:
    value = place.detail.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _count(place: ShelfPlace, name: str) -> int:
    value = place.detail.get(name)
    return value if isinstance(value, int) else 0


def _record(place: ShelfPlace) -> Sequence[str]:
    copies = f"{place.amount} copies" if place.amount > 1 else ""
    return (copies, ", ".join(place.formats[:3]), _text(place, "label"), _text(place, "catalogNumber"))


def _want(place: ShelfPlace) -> Sequence[str]:
    return (", ".join(place.formats[:3]), f"since {day(place.added_at)}" if place.added_at else "")


def _spotify(place: ShelfPlace) -> Sequence[str]:
    listed = _count(place, "playlistTracks")
    return (
        "chosen" if place.detail.get("isChosen") else "",
        f"{number(_count(place, 'savedTracks'))} saved" if _count(place, "savedTracks") else "",
        f"{number(listed)} in playlists" if listed else "",
    )


def _plays(place: ShelfPlace) -> Sequence[str]:
    last = _text(place, "lastPlayedAt")
    return (_counted(_count(place, "plays"), "play"), f"last {day(last)}" if last else "")


def _path(place: ShelfPlace) -> Sequence[str]:
    return (_text(place, "path"),)


def _arrival(place: ShelfPlace) -> Sequence[str]:
    return (_counted(_count(place, "files"), "file"), _text(place, "path").rpartition("/")[2])


def _download(place: ShelfPlace) -> Sequence[str]:
    user = _text(place, "username")
    return (_counted(_count(place, "files"), "file"), f"from {user}" if user else "")


_HELD: dict[ShelfSource, Callable[[ShelfPlace], Sequence[str]]] = {
    ShelfSource.RECORDS: _record,
    ShelfSource.WANTS: _want,
    ShelfSource.BEETS: _path,
    ShelfSource.PLEX: lambda _: (),
    ShelfSource.SPOTIFY: _spotify,
    ShelfSource.PLAYS: _plays,
    ShelfSource.ARRIVALS: _arrival,
    ShelfSource.DOWNLOADS: _download,
}
