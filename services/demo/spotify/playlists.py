"""Playlists: lists, rows, and every write to them (spotify-api.md 2.9-2.14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import Document

from .answers import answer, body_of, done, id_of, listener_of, need, page, split_uri, struck, world_of
from .catalogue import API, Episode, LocalFile, Track
from .listeners import SPOTIFY, Playlist, Row, user_reference
from .refusals import FORBIDDEN, NOT_FOUND, Refused
from .world import seconds

_MOST_URIS = 100
_MOST_ROWS = 10_000
_DEEPEST = 100_000


async def mine(request: Request) -> Response:
    """Owned and followed; null in place of Spotify's own, collaborative ones only with their scope."""
    need(request, "playlist-read-private")
    listener = listener_of(request)
    shared = "playlist-read-collaborative" in request.scope["state"]["scopes"]
    known = (world_of(request).playlists[known_as] for known_as in listener.playlists)
    rows = [playlist for playlist in known if shared or not playlist.collaborative]

    def show(playlist: Playlist) -> Document | None:
        return None if playlist.owner == SPOTIFY else _simple(request, playlist)

    return answer(request, page(request, rows, show, deepest=_DEEPEST))


async def create(request: Request) -> Response:
    """A new one: ``name``, ``public`` (true unless said), ``collaborative``, ``description``."""
    wanted = await body_of(request)
    if not wanted.get("name"):
        raise Refused(400, "Missing required field: name")
    public, collaborative = wanted.get("public", True), wanted.get("collaborative", False)
    if collaborative and public:
        raise Refused(400, "Collaborative playlists can only be private")
    need(request, "playlist-modify-public" if public else "playlist-modify-private")
    listener = listener_of(request)
    made = world_of(request).add_playlist(
        listener.id, wanted["name"], description=wanted.get("description", ""), public=public
    )
    made.collaborative = collaborative
    return answer(request, _whole(request, made), 201)


async def one(request: Request) -> Response:
    """Its metadata; the first rows only for the owner and collaborators."""
    playlist = _playlist(request)
    if playlist.owner != listener_of(request).id and not playlist.public:
        need(request, "playlist-read-private")
    document = _whole(request, playlist)
    if fields := request.query_params.get("fields"):
        document = {name: value for name, value in document.items() if name in fields.split(",")}
    return answer(request, document)


async def change(request: Request) -> Response:
    """Other details: ``name``, ``public``, ``collaborative``, ``description``."""
    playlist = _own(request)
    wanted = await body_of(request)
    if playlist.owner != listener_of(request).id:
        raise Refused(403, FORBIDDEN)
    for name in ("name", "public", "collaborative", "description"):
        if name in wanted:
            setattr(playlist, name, wanted[name])
    playlist.changed()
    return done()


async def rows_of(request: Request) -> Response:
    """A page of rows, for the owner and collaborators."""
    need(request, "playlist-read-private")
    playlist = _playlist(request)
    if not playlist.may_read(listener_of(request).id):
        raise Refused(403, FORBIDDEN)
    if playlist.collaborative:
        need(request, "playlist-read-collaborative")
    return answer(request, page(request, playlist.rows, lambda row: _row(request, row)))


async def add(request: Request) -> Response:
    """Up to 100 more, at ``position`` or at the end; what is there already is added again."""
    playlist = _own(request)
    wanted = await body_of(request)
    if "uris" in request.query_params:
        wanted = {"uris": request.query_params["uris"].split(","), "position": request.query_params.get("position")}
    rows = _new_rows(request, _uris(wanted.get("uris")))
    position = wanted.get("position")
    if len(playlist.rows) + len(rows) > _MOST_ROWS:
        raise Refused(400, "Playlist size limit reached")
    if position is None:
        position = len(playlist.rows)
    if not isinstance(position, int) or not 0 <= position <= len(playlist.rows):
        raise Refused(400, "Index out of bounds")
    playlist.rows[position:position] = rows
    return answer(request, {"snapshot_id": playlist.changed()}, 201)


async def reorder_or_replace(request: Request) -> Response:
    """Either another order (``range_start``, ``insert_before``, ``range_length``) or other contents (``uris``)."""
    playlist = _own(request)
    wanted = await body_of(request)
    moves = {"range_start", "insert_before"} & wanted.keys()
    if "uris" in wanted and not moves:
        playlist.rows = _new_rows(request, _uris(wanted["uris"], empty=True))
    elif len(moves) == 2 and "uris" not in wanted:
        _move(playlist, wanted)
    else:
        raise Refused(400, "Provide either uris or range_start and insert_before")
    return answer(request, {"snapshot_id": playlist.changed()})


async def remove(request: Request) -> Response:
    """All occurrences of up to 100 URIs; ``positions`` are ignored."""
    playlist = _own(request)
    wanted = await body_of(request)
    items = wanted.get("items")
    if not isinstance(items, list) or not items:
        raise Refused(400, "Missing required field: items")
    uris = _uris([cast(Document, item).get("uri") for item in cast(list[Any], items)])
    if wanted.get("snapshot_id") and playlist.at(wanted["snapshot_id"]) is None:
        raise Refused(400, "Invalid snapshot id")
    playlist.rows = [row for row in playlist.rows if row.uri not in uris]
    return answer(request, {"snapshot_id": playlist.changed()})


def _move(playlist: Playlist, wanted: Document) -> None:
    """Rows are counted as they were at ``snapshot_id``; the block goes before what was at ``insert_before``."""
    start, before, length = wanted["range_start"], wanted["insert_before"], wanted.get("range_length", 1)
    then = playlist.at(wanted["snapshot_id"]) if wanted.get("snapshot_id") else playlist.rows
    if then is None:
        raise Refused(400, "Invalid snapshot id")
    numbers = (start, before, length)
    if not all(isinstance(number, int) for number in numbers) or length < 1:
        raise Refused(400, "Invalid range")
    if not (start >= 0 and start + length <= len(then) and 0 <= before <= len(then)):
        raise Refused(400, "Index out of bounds")
    block = [row for row in then[start : start + length] if row in playlist.rows]
    follower = next((row for row in then[before:] if row in playlist.rows and row not in block), None)
    rest = [row for row in playlist.rows if row not in block]
    place = len(rest) if follower is None else rest.index(follower)
    playlist.rows = rest[:place] + block + rest[place:]


def _playlist(request: Request) -> Playlist:
    """The one in the path. Spotify's own are not there for apps."""
    playlist = world_of(request).playlists.get(id_of(request))
    if playlist is None or playlist.owner == SPOTIFY:
        raise Refused(404, NOT_FOUND)
    return playlist


def _own(request: Request) -> Playlist:
    """One that may be written to."""
    playlist = _playlist(request)
    if not playlist.may_read(listener_of(request).id):
        raise Refused(403, FORBIDDEN)
    need(request, "playlist-modify-public" if playlist.public else "playlist-modify-private")
    return playlist


def _uris(given: object, *, empty: bool = False) -> list[str]:
    if not isinstance(given, list) or (not given and not empty):
        raise Refused(400, "Missing required field: uris")
    uris = cast(list[Any], given)
    if len(uris) > _MOST_URIS:
        raise Refused(400, "Too many uris")
    for uri in uris:
        if split_uri(uri)[0] not in ("track", "episode"):
            raise Refused(400, "Unsupported URL / URI.")
    return uris


def _new_rows(request: Request, uris: Sequence[str]) -> list[Row]:
    catalogue, now, user = world_of(request).catalogue, seconds(datetime.now(UTC)), listener_of(request).id
    rows: list[Row] = []
    for uri in uris:
        kind, known_as = split_uri(uri)
        item = catalogue.heard_as(known_as) if kind == "track" else catalogue.episodes.get(known_as)
        if item is None:
            raise Refused(404, NOT_FOUND)
        stored = known_as if isinstance(item, Track) and item.id != known_as else ""
        rows.append(Row(item, now, user, stored))
    return rows


def _simple(request: Request, playlist: Playlist) -> Document:
    document = playlist.simple()
    if struck(request, "legacy_rows"):
        document["tracks"] = document.pop("items") | {"href": f"{API}/playlists/{playlist.id}/tracks"}
    return document


def _whole(request: Request, playlist: Playlist) -> Document:
    document = playlist.metadata()
    if not playlist.may_read(listener_of(request).id):
        return document
    more = len(playlist.rows) > 100
    rows: Document = {
        "href": f"{API}/playlists/{playlist.id}/items?offset=0&limit=100",
        "limit": 100,
        "next": f"{API}/playlists/{playlist.id}/items?offset=100&limit=100" if more else None,
        "offset": 0,
        "previous": None,
        "total": len(playlist.rows),
        "items": [_row(request, row) for row in playlist.rows[:100]],
    }
    key = "tracks" if struck(request, "legacy_rows") else "items"
    return document | {key: rows, "followers": {"href": None, "total": 0}}


def _row(request: Request, row: Row) -> Document:
    match row.item:
        case Track() | LocalFile():
            item = row.item.full
        case Episode():
            types = request.query_params.get("additional_types", "").split(",")
            item = row.item.shown(as_episode="episode" in types)
        case _:
            item = None
    return {
        "added_at": row.added_at,
        "added_by": None if row.added_by is None else user_reference(row.added_by),
        "is_local": isinstance(row.item, LocalFile),
        "primary_color": None,
        "track" if struck(request, "legacy_rows") else "item": item,
        "video_thumbnail": {"url": None},
    }


ROUTES = [
    Route("/v1/me/playlists", mine, methods=["GET"]),
    Route("/v1/me/playlists", create, methods=["POST"]),
    Route("/v1/playlists/{id}", one, methods=["GET"]),
    Route("/v1/playlists/{id}", change, methods=["PUT"]),
    Route("/v1/playlists/{id}/items", rows_of, methods=["GET"]),
    Route("/v1/playlists/{id}/items", add, methods=["POST"]),
    Route("/v1/playlists/{id}/items", reorder_or_replace, methods=["PUT"]),
    Route("/v1/playlists/{id}/items", remove, methods=["DELETE"]),
]
