"""Playlists and play queues (plex-api.md 8, 9)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import Document

from .answers import Refused, asked, container, done, page, things_in, world_of
from .world import Entry, Playlist, Queue


async def playlists(request: Request) -> Response:
    world, query = world_of(request), asked(request)
    if request.method == "GET":
        rows = [each for each in world.playlists.values() if query.get("playlistType", "audio") == "audio"]
        if query.get("smart") in ("0", "1"):
            rows = [each for each in rows if bool(each.rule) == (query["smart"] == "1")]
        return container(request, page(request, rows, Playlist.told))
    if query.get("type") != "audio" or not query.get("title"):
        raise Refused(400)
    made = world.add_playlist(query["title"], things_in(request, query["uri"]) if query.get("uri") else [])
    return container(request, {"size": 1, "Metadata": [made.told()]})


async def playlist(request: Request) -> Response:
    found = _playlist(request)
    if request.method == "DELETE":
        del world_of(request).playlists[found.key]
        return Response(b"", 204)
    if request.method == "PUT":
        query = asked(request)
        found.title = query.get("title", query.get("title.value", found.title))
        found.summary = query.get("summary", query.get("summary.value", found.summary))
        found.updated_at = world_of(request).now()
        return Response(b"", 204)
    return container(request, {"size": 1, "Metadata": [found.told()]})


async def items(request: Request) -> Response:
    found, world = _playlist(request), world_of(request)
    if request.method == "GET":
        about = {
            "leafCount": len(found.entries),
            "title": found.title,
            "smart": bool(found.rule),
            "playlistType": "audio",
        }
        return container(request, {**about, "ratingKey": str(found.key), **page(request, found.entries, _row)})
    if found.rule:
        raise Refused(400)
    if request.method == "DELETE":
        found.entries.clear()
        return done()
    added = world.entries(things_in(request, asked(request).get("uri", "")))
    found.entries += added
    found.updated_at = world.now()
    counts = {"leafCountAdded": len(added), "leafCountRequested": len(added)}
    return container(request, {"size": 1, **counts, "Metadata": [found.told()]})


async def item(request: Request) -> Response:
    found = _playlist(request)
    place = next((each for each in found.entries if str(each.id) == request.path_params["item"]), None)
    if found.rule:
        raise Refused(400)
    if place is None:
        raise Refused(404)
    found.entries.remove(place)
    if request.method == "PUT":
        after = asked(request).get("after")
        at = next((n for n, each in enumerate(found.entries, 1) if str(each.id) == after), 0)
        found.entries.insert(at, place)
    return container(request, {"size": 1, "Metadata": [found.told()]})


async def make_queue(request: Request) -> Response:
    world, query = world_of(request), asked(request)
    if query.get("type") != "audio" or not (query.get("uri") or query.get("playlistID")):
        raise Refused(400)
    if uri := query.get("uri"):
        tracks = things_in(request, uri)
    else:
        known = world.playlists.get(int(query["playlistID"])) if query["playlistID"].isdigit() else None
        if known is None:
            raise Refused(404)
        tracks = [each.track for each in known.entries]
    queue = Queue(world.number(), uri or "", world.entries(tracks), is_shuffled=query.get("shuffle") == "1")
    first = query.get("key", "").rpartition("/")[2]
    queue.chosen = next((n for n, each in enumerate(queue.entries) if str(each.track.key) == first), 0)
    world.queues[queue.id] = queue
    return container(request, _queue(queue))


async def queue(request: Request) -> Response:
    known = request.path_params["queue"]
    found = world_of(request).queues.get(int(known)) if known.isdigit() else None
    if found is None:
        raise Refused(404)
    return container(request, _queue(found))


def _queue(queue: Queue) -> Document:
    chosen = queue.entries[queue.chosen] if queue.entries else None
    return {
        "size": len(queue.entries),
        "playQueueID": queue.id,
        "playQueueVersion": queue.version,
        "playQueueTotalCount": len(queue.entries),
        "playQueueSelectedItemID": chosen.id if chosen else 0,
        "playQueueSelectedItemOffset": queue.chosen,
        "playQueueSelectedMetadataItemID": str(chosen.track.key) if chosen else "",
        "playQueueShuffled": queue.is_shuffled,
        "playQueueSourceURI": queue.uri,
        "Metadata": [each.track.told() | {"playQueueItemID": each.id} for each in queue.entries],
    }


def _row(entry: Entry) -> Document:
    return entry.track.told() | {"playlistItemID": entry.id}


def _playlist(request: Request) -> Playlist:
    known = request.path_params["playlist"]
    found = world_of(request).playlists.get(int(known)) if known.isdigit() else None
    if found is None:
        raise Refused(404)
    return found


ROUTES = [
    Route("/playlists", playlists, methods=["GET", "POST"]),
    Route("/playlists/{playlist}", playlist, methods=["GET", "PUT", "DELETE"]),
    Route("/playlists/{playlist}/items", items, methods=["GET", "PUT", "DELETE"]),
    Route("/playlists/{playlist}/items/{item}", item, methods=["DELETE"]),
    Route("/playlists/{playlist}/items/{item}/move", item, methods=["PUT"]),
    Route("/playQueues", make_queue, methods=["POST"]),
    Route("/playQueues/{queue}", queue, methods=["GET"]),
]
