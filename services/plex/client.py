"""The HTTP API of a Plex Media Server as a row of methods that read like its documentation (plex-api.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self, TypeVar

from services.plex.calls import LIBRARY, Calls, Params, number_of
from services.plex.editing import changed_tags
from services.plex.models import Item, Kind, Page, Played, Playlist, Section, Session, page_of
from services.plex.reading import Document, Told, text
from services.plex.refusals import FORBIDDEN, NO_SUCH_THING, PlexError, no_plex
from services.upstream import Priority

T = TypeVar("T")
PAGE = 128
"""Rows of a page: more would hold the loop for longer than a key may wait (plex-api.md 2)."""
MOST_IDS = 100
"""Items that one change of a playlist names: they stand in the address (plex-api.md 8)."""
NOTHING_THERE = Told({"MediaContainer": {"size": 0}}, b'{"MediaContainer":{"size":0}}')


class PlexClient:
    """Plex for the owner's token. Every method is one request unless it says otherwise, and raises :class:`PlexError` and the
    other ``Upstream*`` errors of :mod:`services.errors`; :class:`InvalidInput` for what is no id.

    Calls are background work unless made through :attr:`interactive`. ``calls`` asks for what has no method.
    """

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    @property
    def interactive(self) -> Self:
        """The same client, whose calls go before background work."""
        return type(self)(self.calls.at(Priority.INTERACTIVE))

    # -- the server -------------------------------------------------------------------------------------------------

    async def identity(self) -> Document:
        """``machineIdentifier`` and ``version``; asked without need of a token."""
        found = (await self.calls.get("/identity", "say who it is")).container
        if not found.get("machineIdentifier"):
            raise no_plex("say who it is")
        return found

    async def sections(self) -> list[Section]:
        """Every library, of whatever kind."""
        told = await self.calls.container("/library/sections", "list the libraries")
        return [Section.of(each) for each in told.listed("Directory")]

    async def devices(self) -> Told:
        """Devices that the server knows."""
        return await self.calls.get("/devices", "list the devices")

    async def dvrs(self) -> Told:
        """Recorders; none where the server has no tuner, or is not let (plex-api.md 11)."""
        return await self._where_it_is("/livetv/dvrs", "list the recorders")

    async def live_tv(self, params: Params | None = None) -> Told:
        """What is watched live; none where the server has no tuner, or is not let."""
        return await self._where_it_is("/livetv/sessions", "say what is watched live", params)

    async def _where_it_is(self, path: str, action: str, params: Params | None = None) -> Told:
        try:
            return await self.calls.get(path, action, params)
        except PlexError as error:
            if error.code not in (FORBIDDEN, NO_SUCH_THING):
                raise
            return NOTHING_THERE

    # -- what there is ----------------------------------------------------------------------------------------------

    async def items(
        self,
        section: str,
        kind: Kind,
        start: int = 0,
        size: int = PAGE,
        *,
        sort: str = "titleSort",
        filters: Mapping[str, str | int] | None = None,
    ) -> Page[Item]:
        """A page of the artists, albums or tracks of a library. ``filters`` are Plex's own, the operator at the end of the name
        (``{"artist.id": 7, "viewCount>": 3}``).
        """
        path = f"/library/sections/{number_of(section, 'section')}/all"
        params = {"type": int(kind), "sort": sort, **(filters or {})}
        told = await self.calls.container(path, "list what is in a library", params, start=start, size=size)
        return _cut(page_of(told, Item.of, start), start, size)

    async def count(self, section: str, kind: Kind) -> int:
        """How many artists, albums or tracks a library has, without reading them."""
        path = f"/library/sections/{number_of(section, 'section')}/all"
        told = await self.calls.container(path, "count what is in a library", {"type": int(kind)}, start=0, size=0)
        return page_of(told, Item.of, 0).total

    async def metadata(self, key: str) -> Item:
        """One item, whole."""
        told = await self.calls.get(f"/library/metadata/{number_of(key)}", "read an item", {"includeGuids": 1})
        found = told.listed("Metadata", "Directory")
        if not found:
            raise no_plex("read an item")
        return Item.of(found[0])

    async def children(self, key: str, start: int = 0, size: int = PAGE) -> Page[Item]:
        """The albums of an artist, the tracks of an album. For all albums of an artist :meth:`items` is the sure way
        (plex-api.md 4.1).
        """
        path = f"/library/metadata/{number_of(key)}/children"
        told = await self.calls.container(path, "list what belongs to an item", start=start, size=size)
        return _cut(page_of(told, Item.of, start), start, size)

    async def search(self, wanted: str, section: str | None = None, limit: int = 20) -> list[Item]:
        """Artists, albums and tracks for what somebody types; spelling is tolerated."""
        params = {"query": wanted, "limit": limit} | ({"sectionId": number_of(section, "section")} if section else {})
        told = await self.calls.container("/hubs/search", "search", params)
        hubs = [hub for hub in told.listed("Hub") if text(hub.get("type")) in ("artist", "album", "track")]
        return [Item.of(each) for hub in hubs for each in Told({"MediaContainer": hub}).listed("Metadata", "Directory")]

    # -- what plays and what was played -----------------------------------------------------------------------------

    async def sessions(self) -> list[Session]:
        """What plays now, for everybody; not only music."""
        told = await self.calls.container("/status/sessions", "say what plays")
        return [Session.of(each) for each in told.listed("Metadata")]

    async def history(self, start: int = 0, size: int = PAGE, *, section: str | None = None) -> Page[Played]:
        """A page of what was played, newest first."""
        params = {"sort": "viewedAt:desc"} | ({"librarySectionID": number_of(section, "section")} if section else {})
        told = await self.calls.container(
            "/status/sessions/history/all", "say what was played", params, start=start, size=size
        )
        return _cut(page_of(told, Played.of, start), start, size)

    async def timeline(self, params: Params) -> Told:
        """Report how far something is that a client plays; the names are Plex's (plex-api.md 7). Asked with GET, as every
        client does.
        """
        given = dict(params)
        key = text(given.get("ratingKey") or given.get("key"))
        if key:
            plain = number_of(key, "ratingKey")
            given |= {"ratingKey": plain, "key": f"/library/metadata/{plain}"}
        return await self.calls.send("GET", "/:/timeline", "note how far it is", {"identifier": LIBRARY, **given})

    async def scrobble(self, key: str, more: Params | None = None) -> Told:
        """Mark as played, once more; an artist or album with all its tracks. Never repeated by itself: it counts."""
        return await self._mark("scrobble", "mark as played", key, more)

    async def unscrobble(self, key: str, more: Params | None = None) -> Told:
        """Mark as not played."""
        return await self._mark("unscrobble", "mark as not played", key, more)

    async def _mark(self, what: str, action: str, key: str, more: Params | None) -> Told:
        params = {"identifier": LIBRARY, **(more or {}), "key": number_of(key, "key")}
        return await self.calls.send("GET", f"/:/{what}", action, params)

    async def rate(self, key: str, rating: float, more: Params | None = None) -> Told:
        """Rate an item 0 to 10 (ten are five stars); -1 takes the rating away."""
        params = {"identifier": LIBRARY, **(more or {}), "key": number_of(key, "key"), "rating": f"{rating:g}"}
        return await self.calls.send("GET", "/:/rate", "rate", params, repeatable=True)

    # -- playlists and queues ---------------------------------------------------------------------------------------

    async def playlists(self, start: int = 0, size: int = PAGE, *, type: str = "audio") -> Page[Playlist]:
        """A page of the playlists of music."""
        told = await self.calls.container(
            "/playlists", "list the playlists", {"playlistType": type}, start=start, size=size
        )
        return _cut(page_of(told, Playlist.of, start), start, size)

    async def playlist_items(self, key: str, start: int = 0, size: int = PAGE) -> Page[Item]:
        """A page of what is in a playlist, in its order."""
        path = f"/playlists/{number_of(key)}/items"
        told = await self.calls.container(path, "read a playlist", start=start, size=size)
        return _cut(page_of(told, Item.of, start), start, size)

    async def content(self, keys: Sequence[str]) -> str:
        """The address under which items are put into lists and queues. One request: it names the server."""
        ids = ",".join(number_of(key, "keys") for key in keys)
        machine = text((await self.identity())["machineIdentifier"])
        return f"server://{machine}/{LIBRARY}/library/metadata/{ids}"

    async def create_playlist(self, title: str, keys: Sequence[str]) -> Playlist:
        """Make a playlist of these items, at least one; of several hundred, with a request for each hundred. An artist or
        album brings all its tracks. Never repeated by itself.
        """
        first, rest = keys[:MOST_IDS], keys[MOST_IDS:]
        params = {"type": "audio", "title": title, "smart": 0, "uri": await self.content(first)}
        told = await self.calls.send("POST", "/playlists", "make a playlist", params)
        made = told.listed("Metadata")
        if not made:
            raise no_plex("make a playlist")
        playlist = Playlist.of(made[0])
        if rest:
            await self.add_to_playlist(playlist.key, rest)
        return playlist

    async def add_to_playlist(self, key: str, keys: Sequence[str]) -> None:
        """Add items at the end, a hundred with each request. Not repeated by itself: they would stand there twice."""
        path = f"/playlists/{number_of(key)}/items"
        for start in range(0, len(keys), MOST_IDS):
            uri = await self.content(keys[start : start + MOST_IDS])
            await self.calls.send("PUT", path, "add to a playlist", {"uri": uri})

    async def remove_from_playlist(self, key: str, place: str) -> None:
        """Remove one place of a playlist, by its ``playlistItemID``."""
        path = f"/playlists/{number_of(key)}/items/{number_of(place, 'place')}"
        await self.calls.send("DELETE", path, "remove from a playlist")

    async def rename_playlist(self, key: str, title: str, summary: str | None = None) -> Told:
        """Give a playlist another title, and another description where one is given."""
        params = {"title": title} | ({} if summary is None else {"summary": summary})
        return await self.edit_playlist(key, params)

    async def edit_playlist(self, key: str, params: Params) -> Told:
        """Change what is said of a playlist, by Plex's names."""
        path = f"/playlists/{number_of(key)}"
        return await self.calls.send("PUT", path, "change a playlist", params, repeatable=True)

    async def delete_playlist(self, key: str) -> Told:
        """Delete a playlist; what was in it stays in the library."""
        return await self.calls.send("DELETE", f"/playlists/{number_of(key)}", "delete a playlist")

    async def create_queue(self, params: Params) -> Told:
        """Make a play queue, by Plex's names (plex-api.md 9)."""
        return await self.calls.send("POST", "/playQueues", "make a play queue", {"type": "audio", **params})

    # -- changes to what there is -----------------------------------------------------------------------------------

    async def edit_tags(self, key: str, wanted: Mapping[str, Sequence[str]], *, add: bool = False) -> Told:
        """Make these all the tags of each kind that is named (``{"genre": ["House"]}``), and lock them, or ``add`` them to those
        that are there; kinds that are not named stay as they are. Answers the item as it is then. Three requests: what is
        there is read before and after (plex-api.md 10). Raises :class:`InvalidInput` for kinds that such an item does not
        have.
        """
        number = number_of(key)
        told = await self.calls.get(f"/library/metadata/{number}", "read an item")
        found = told.listed("Metadata", "Directory")
        if not found:
            raise no_plex("read an item")
        section = number_of(text(found[0].get("librarySectionID") or told.container.get("librarySectionID")), "section")
        params = changed_tags(found[0], wanted, add=add)
        if params:
            path = f"/library/sections/{section}/all"
            await self.calls.send("PUT", path, "change tags", params, repeatable=True)
        return await self.calls.get(f"/library/metadata/{number}", "read an item")

    async def scan(self, section: str, path: str | None = None) -> None:
        """Let the server scan a library, or only the folder ``path`` of it; returns at once, the scan goes on there."""
        params = {"force": 0} if path is None else {"path": path}
        address = f"/library/sections/{number_of(section, 'section')}/refresh"
        await self.calls.send("GET", address, "scan a library", params, repeatable=True)


def _cut(page: Page[T], start: int, size: int) -> Page[T]:
    """The page as it was asked for, where the server sent the list from its beginning all the same."""
    if page.offset >= start and len(page.rows) <= size:
        return page
    skipped = max(0, start - page.offset)
    return Page(page.rows[skipped : skipped + size], max(start, page.offset), page.total)
