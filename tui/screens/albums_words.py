"""What the shelf's page says: its views, what narrows them, what is missing and which key leads on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from storage.values.shelf_albums import (
    ShelfCounts,
    ShelfList,
    ShelfQuery,
    ShelfSort,
    ShelfSource,
    SourceState,
)
from tui.actions import key_of
from tui.table.albums import SIGNS
from tui.table.badges import legend
from tui.widgets.place_facts import SOURCES
from tui.widgets.viewbar import View
from tui.words import moment

ALL, NO_FILES, NOT_OWNED, WANTED, COMING, UNSURE = "all", "no-files", "not-owned", "wanted", "coming", "unsure"
ASKED: dict[str, ShelfQuery] = {
    ALL: ShelfQuery(),
    NO_FILES: ShelfQuery(list=ShelfList.MISSING_FILES),
    NOT_OWNED: ShelfQuery(list=ShelfList.NOT_OWNED, sort_by=ShelfSort.PLAYS, descending=True),
    WANTED: ShelfQuery(wanted=True),
    COMING: ShelfQuery(coming=True, sort_by=ShelfSort.ADDED, descending=True),
    UNSURE: ShelfQuery(unsure=True),
}
"""What each view asks for; the first order of each suits what one comes for."""
ABOUT = {
    ALL: legend(SIGNS),
    NO_FILES: "On vinyl, and neither in Plex nor in beets",
    NOT_OWNED: "Played at least three times or there as files, and not among your records",
    WANTED: "On your wantlist",
    COMING: "Being fetched from Soulseek, or arrived and not filed yet",
    UNSURE: "Look whether these places belong together: a match is less sure than 90 %",
}
SERVICES = {ShelfSource.PLEX: "Plex", ShelfSource.BEETS: "beets", ShelfSource.SPOTIFY: "Spotify"}
TRI: tuple[tuple[str, str, str, str], ...] = (
    ("owned", "Records", "owned", "not owned"),
    ("vinyl", "On vinyl", "on vinyl", "not on vinyl"),
    ("wanted", "Wanted", "wanted", "not wanted"),
    ("files", "Files", "with files", "without files"),
    ("plex", "Plex", "in Plex", "not in Plex"),
    ("beets", "beets", "in beets", "not in beets"),
    ("spotify", "Kept on Spotify", "kept on Spotify", "not kept on Spotify"),
    ("played", "Played", "played", "never played"),
    ("coming", "On its way", "on its way", "not on its way"),
    ("unsure", "Unsure match", "with an unsure match", "without an unsure match"),
)
"""(field of ShelfQuery, title, what it says where it is asked for, and where it must not be)."""
FORMATS = ("", "Vinyl", "LP", "CD", "Cassette", "Box Set")
_COUNTER = re.compile(r"\s*\(\d+\)$")
_VARIOUS = frozenset({"various", "various artists", "unknown artist"})


@dataclass(frozen=True, slots=True)
class ShelfStanding:
    """How the shelf stands: how many albums are where, what its sources say, and which services are set up at all."""

    counts: ShelfCounts
    sources: tuple[SourceState, ...] = ()
    connected: frozenset[ShelfSource] = frozenset()

    @property
    def was_read(self) -> bool:
        """Whether the shelf was ever brought together."""
        return bool(self.counts.albums) or any(each.read_at for each in self.sources)

    @property
    def has_files(self) -> bool:
        """Whether it is known what there is as files: Plex or beets was read."""
        return any(
            each.source in (ShelfSource.PLEX, ShelfSource.BEETS) and each.read_at is not None for each in self.sources
        )


def views(counts: ShelfCounts | None) -> tuple[View, ...]:
    """The views with how many albums each has."""
    c = counts
    return (
        View(ALL, "All", c and c.albums),
        View(NO_FILES, "No files", c and c.missing_files),
        View(NOT_OWNED, "Not owned", c and c.not_owned),
        View(WANTED, "Wanted", c and c.wanted),
        View(COMING, "On its way", c and c.coming),
        View(UNSURE, "Unsure", c and c.unsure),
    )


def narrowing(query: ShelfQuery, view: str) -> str:
    """What narrows a view beyond what it is, in words."""
    plain = ASKED[view]
    parts = [
        there if getattr(query, field) else elsewhere
        for field, _, there, elsewhere in TRI
        if getattr(query, field) is not None and getattr(query, field) is not getattr(plain, field)
    ]
    return " · ".join([*parts, query.format] if query.format else parts)


def cleared(query: ShelfQuery, view: str) -> ShelfQuery:
    """``query`` without anything but its view, in its order."""
    return replace(ASKED[view], sort_by=query.sort_by, descending=query.descending)


def notice(standing: ShelfStanding | None, view: str) -> str:
    """What one should know before believing the list: a source that cannot be asked, or none that tells of files."""
    if standing is None or not standing.was_read:
        return ""
    failing = [each for each in standing.sources if each.failing_since]
    if failing:
        first = failing[0]
        others = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        name = SERVICES.get(first.source, SOURCES[first.source][1])
        return f"! {name} was not read since {moment(first.failing_since)}{others}: {first.error or 'no reason given'}"
    if view == NO_FILES and not standing.has_files:
        files = (ShelfSource.PLEX, ShelfSource.BEETS)
        is_set_up = any(each in standing.connected for each in files)
        how = f"{key_of('shelf.refresh')} reads what there is." if is_set_up else _how(standing, files)
        return f"! Neither Plex nor beets was read, so nothing has files. {how}"
    return ""


def emptiness(standing: ShelfStanding | None, view: str, *, ready: bool, running: bool, narrowed: bool) -> str:
    """What an empty list says, and which key leads on."""
    refresh = key_of("shelf.refresh")
    if not ready or standing is None:
        return ""
    if not standing.was_read:
        if running:
            return "The shelf is being brought together from all that is connected.\nJ shows how far it is."
        said = "The shelf was not brought together yet: a row for each album, with every place where it is."
        also = _how(standing, tuple(SERVICES))
        return f"{said}\n{refresh} does so now.{also and chr(10) + also}"
    if narrowed:
        return "No album matches. Escape clears the filter."
    match view:
        case "no-files":
            if not standing.counts.vinyl:
                return "You have no records on vinyl yet.\ns fetches your collection from Discogs."
            return "You have files of everything you own on vinyl."
        case "not-owned":
            return (
                "You own everything that you play and have files of.\n"
                f"Plays come from Spotify ({key_of('app.plays')}, then c connects it), files from Plex and beets."
            )
        case "wanted":
            return (
                f"Nothing is wanted.\n{key_of('app.search')} searches Discogs; there, w puts a release on the wantlist."
            )
        case "coming":
            return f"Nothing is on its way.\n{key_of('shelf.missing')} shows what has no files; there, S looks for it on Soulseek."
        case "unsure":
            return "No match needs to be looked at."
        case _:
            return f"There are no albums yet: no records, wants, plays or files.\n{refresh} looks again."


def _how(standing: ShelfStanding, sources: Sequence[ShelfSource]) -> str:
    """How those of the services are set up that are not; empty where all are."""
    missing = [each for each in sources if each not in standing.connected]
    files = " and ".join(SERVICES[each] for each in missing if each is not ShelfSource.SPOTIFY)
    said = [f"{key_of('app.settings')} sets {files} up"] if files else []
    if ShelfSource.SPOTIFY in missing:
        said.append(f"{key_of('app.plays')}, then c connects Spotify")
    return f"{'; '.join(said)}." if said else ""


def sought(artist: str, title: str) -> str:
    """What to look for as a record: artist and album; of a compilation the album alone, and no number of namesakes."""
    name = _COUNTER.sub("", artist).rstrip("*")
    return title if name.casefold() in _VARIOUS else f"{name} {title}".strip()
