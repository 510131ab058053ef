"""What belongs to the person who asks: profile, plays, favourites, saved things, followed artists (spotify-api.md 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import Document

from .answers import answer, done, limit_of, listener_of, need, page, split_uri, struck, world_of
from .catalogue import API, WEB, Artist
from .listeners import Play
from .refusals import Refused
from .world import instant, seconds

_MOST_URIS = 40
_SAVED = ("track", "album", "episode", "show", "audiobook")
_SPANS = {"short_term": 28, "medium_term": 182, "long_term": 365}


async def me(request: Request) -> Response:
    return answer(request, listener_of(request).profile())


async def recently_played(request: Request) -> Response:
    """Of the last 50 plays: the newest, or those ``before`` or ``after`` a time (exclusive, ms), newest first."""
    need(request, "user-read-recently-played")
    limit = limit_of(request)
    before, after = request.query_params.get("before"), request.query_params.get("after")
    if before is not None and after is not None:
        raise Refused(400, "You may specify after or before, but not both")
    if not all(bound is None or bound.isdigit() for bound in (before, after)):
        raise Refused(400, "Invalid cursor")
    plays = [
        play
        for play in listener_of(request).recent()
        if (before is None or play.played_at < int(before)) and (after is None or play.played_at > int(after))
    ][:limit]
    following = f"{API}/me/player/recently-played?before={plays[-1].played_at}&limit={limit}" if plays else None
    here = f"{API}/me/player/recently-played"
    return answer(
        request,
        {
            "items": [_played(request, play) for play in plays],
            "next": following if len(plays) == limit else None,
            "cursors": {"after": str(plays[0].played_at), "before": str(plays[-1].played_at)} if plays else None,
            "limit": limit,
            "href": f"{here}?{request.url.query}" if request.url.query else here,
        },
    )


async def currently_playing(request: Request) -> Response:
    """Nothing, ever."""
    need(request, "user-read-currently-playing")
    return Response(status_code=204)


async def top(request: Request) -> Response:
    """The artists or tracks of about a month, half a year, or a year, by plays."""
    need(request, "user-top-read")
    days = _SPANS.get(request.query_params.get("time_range", "medium_term"))
    if days is None:
        raise Refused(400, "Invalid time range")
    now = datetime.now(UTC).timestamp()
    counted = listener_of(request).most_played(int((now - days * 86_400) * 1000))
    if request.url.path.endswith("/tracks"):
        return answer(request, page(request, [track for track, _ in counted.most_common()], lambda track: track.full))
    artists: Counter[Artist] = Counter()
    for track, number in counted.items():
        for artist in track.artists:
            artists[artist] += number
    return answer(request, page(request, [artist for artist, _ in artists.most_common()], lambda artist: artist.full))


async def saved_tracks(request: Request) -> Response:
    """Newest first."""
    need(request, "user-library-read")
    catalogue = world_of(request).catalogue
    rows = [(uri, at) for uri, at in _newest_first(request, "track") if catalogue.heard_as(split_uri(uri)[1])]

    def show(row: tuple[str, str]) -> Document:
        track = catalogue.heard_as(split_uri(row[0])[1])
        assert track is not None
        return {"added_at": row[1], "track": track.full}

    return answer(request, page(request, rows, show))


async def saved_albums(request: Request) -> Response:
    """Newest first, with their barcodes."""
    need(request, "user-library-read")
    catalogue = world_of(request).catalogue

    def show(row: tuple[str, str]) -> Document:
        return {"added_at": row[1], "album": catalogue.full_album(catalogue.albums[split_uri(row[0])[1]])}

    return answer(request, page(request, list(_newest_first(request, "album")), show))


async def following(request: Request) -> Response:
    """Followed artists by id; ``after`` is the last id seen."""
    need(request, "user-follow-read")
    if request.query_params.get("type") != "artist":
        raise Refused(400, "Invalid type")
    limit, after = limit_of(request), request.query_params.get("after", "")
    everybody = sorted(listener_of(request).followed)
    left = [known_as for known_as in everybody if known_as > after]
    if not after and struck(request, "short_following"):
        left = left[1:]
    shown, more = left[:limit], len(left) > limit
    here = f"{API}/me/following?type=artist&limit={limit}"
    artists = world_of(request).catalogue.artists
    return answer(
        request,
        {
            "artists": {
                "href": here + (f"&after={after}" if after else ""),
                "limit": limit,
                "next": f"{here}&after={shown[-1]}" if more else None,
                "cursors": {"after": shown[-1] if more else None},
                "total": len(everybody),
                "items": [artists[known_as].full for known_as in shown],
            }
        },
    )


async def library(request: Request) -> Response:
    """Save or remove: up to 40 URIs, in the query and nowhere else (spotify-api.md 2.16)."""
    uris = _uris(request)
    if any(kind == "artist" or kind == "user" for kind, _ in map(split_uri, uris)):
        need(request, "user-follow-modify")
    if any(kind == "playlist" for kind, _ in map(split_uri, uris)):
        need(request, "playlist-modify-public")
    if any(kind in _SAVED for kind, _ in map(split_uri, uris)):
        need(request, "user-library-modify")
    now = seconds(datetime.now(UTC))
    for uri in uris:
        (_keep if request.method == "PUT" else _drop)(request, uri, now)
    return done()


async def library_contains(request: Request) -> Response:
    """Whether each is there, in the order of the question."""
    uris = _uris(request)
    follows = any(split_uri(uri)[0] == "artist" for uri in uris)
    need(request, "user-library-read", *(["user-follow-read"] if follows else []))
    listener = listener_of(request)
    here = {
        *listener.saved,
        *(f"spotify:artist:{known_as}" for known_as in listener.followed),
        *(f"spotify:playlist:{known_as}" for known_as in listener.playlists),
    }
    return answer(request, [uri in here for uri in uris])


def _keep(request: Request, uri: str, now: str) -> None:
    kind, known_as = split_uri(uri)
    world, listener = world_of(request), listener_of(request)
    if kind == "artist" and known_as in world.catalogue.artists:
        listener.followed.add(known_as)
    elif kind == "playlist" and known_as in world.playlists and known_as not in listener.playlists:
        listener.playlists.insert(0, known_as)
    elif kind in _SAVED:
        listener.saved.setdefault(uri, now)


def _drop(request: Request, uri: str, now: str) -> None:
    kind, known_as = split_uri(uri)
    listener = listener_of(request)
    if kind == "artist":
        listener.followed.discard(known_as)
    elif kind == "playlist" and known_as in listener.playlists:
        listener.playlists.remove(known_as)
    else:
        listener.saved.pop(uri, None)


def _uris(request: Request) -> list[str]:
    given = request.query_params.get("uris", "")
    if not given:
        raise Refused(400, "Missing required field: uris")
    uris = given.split(",")
    if len(uris) > _MOST_URIS:
        raise Refused(400, "Too many uris")
    for uri in uris:
        if split_uri(uri)[0] not in (*_SAVED, "artist", "user", "playlist"):
            raise Refused(400, "Invalid uri")
    return uris


def _newest_first(request: Request, kind: str) -> Iterable[tuple[str, str]]:
    rows = [row for row in listener_of(request).saved.items() if row[0].startswith(f"spotify:{kind}:")]
    rows.reverse()  # of one second, the last first
    return sorted(rows, key=lambda row: row[1], reverse=True)


def _played(request: Request, play: Play) -> Document:
    return {"track": play.track.full, "played_at": instant(play.played_at), "context": _context(request, play.context)}


def _context(request: Request, uri: str) -> Any:
    if not uri:
        return None
    if uri.endswith(":collection"):
        kind, href, web = "collection", f"{API}/me/tracks", f"{WEB}/collection"
    else:
        kind, known_as = split_uri(uri)
        href, web = f"{API}/{kind}s/{known_as}", f"{WEB}/{kind}/{known_as}"
    return {"type": kind, "href": href, "external_urls": {"spotify": web}, "uri": uri}


ROUTES = [
    Route("/v1/me", me, methods=["GET"]),
    Route("/v1/me/player/recently-played", recently_played, methods=["GET"]),
    Route("/v1/me/player/currently-playing", currently_playing, methods=["GET"]),
    Route("/v1/me/top/artists", top, methods=["GET"]),
    Route("/v1/me/top/tracks", top, methods=["GET"]),
    Route("/v1/me/tracks", saved_tracks, methods=["GET"]),
    Route("/v1/me/albums", saved_albums, methods=["GET"]),
    Route("/v1/me/following", following, methods=["GET"]),
    Route("/v1/me/library", library, methods=["PUT", "DELETE"]),
    Route("/v1/me/library/contains", library_contains, methods=["GET"]),
]
