"""The REST app: its routers, its layers and its OpenAPI document."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.middleware.cors import CORSMiddleware

from services.rest import (
    activity,
    auth,
    autocomplete,
    autosync,
    beets,
    cron,
    downloads,
    export,
    graph,
    graph_walks,
    matching,
    metadata,
    oauth,
    personal,
    playlists,
    plex,
    recommendations,
    records,
    search,
    settings,
    shelf,
    snapshots,
    soulseek,
    spotify,
    sync,
    system,
    wishes,
)
from services.rest.access import Access, HostCheck
from services.rest.answers import Answers, Observe
from services.rest.errors import Fault, faults, translate_errors
from services.rest.health import Health
from services.rest.limits import Limits
from services.runtime import Runtime
from services.settings import VERSION

_DESCRIPTION = """\
The records you own, kept in step with Discogs.

Over TCP send `Authorization: Bearer <token>` with the access token of a login or a token of `lockgroove token create`.
Over the Unix socket in the runtime directory nothing is needed: who may open it is the owner. Every error is
`{"error": type, "message": text, "detail": ...}`.
"""
_TAGS = [
    {"name": "auth", "description": "Accounts and sessions."},
    {"name": "records", "description": "The records you own: list, edit, search on Discogs, sync both ways."},
    {"name": "oauth", "description": "Signing in on Discogs."},
    {"name": "export", "description": "Sending what you choose to your Discogs account."},
    {"name": "sync", "description": "The sync of everything that is connected."},
    {"name": "metadata", "description": "Bringing up to date what is known of the music library."},
    {"name": "user", "description": "What you have and want, as lists and figures."},
    {"name": "graph", "description": "The graph of all releases: what surrounds anything, and what lies between."},
    {"name": "snapshot", "description": "Views of the graph, saved under a link."},
    {"name": "cron", "description": "What a scheduler elsewhere may start."},
    {"name": "activity", "description": "What happened, newest first."},
    {"name": "spotify", "description": "Spotify: artists, playlists, plays, what it lets this app do."},
    {"name": "shelf", "description": "One row per album, with every place where it is."},
    {"name": "search", "description": "One question to every source outside."},
    {"name": "wishes", "description": "What is wanted by its name, and artists whose new releases are told."},
    {"name": "downloads", "description": "What is fetched from Soulseek: the queue."},
    {"name": "soulseek", "description": "Soulseek through slskd: searches, users, transfers as slskd has them."},
    {"name": "plex", "description": "Plex: the music libraries, what plays, ratings, playlists."},
    {"name": "beets", "description": "beets: the library of files, imports, changes."},
    {"name": "matching", "description": "Which of several things a track or an album of Spotify is."},
    {"name": "settings", "description": "What is kept by name, and which releases of artists are wanted."},
    {"name": "system", "description": "How the program and its machine are."},
]


_OF_BODIES = {status: {"description": answer["description"]} for status, answer in faults(408, 413).items()}
"""What :class:`Answers` says wherever a body may be sent."""


def make_app(runtime: Runtime, *, access: Access, health: Health, observe: Observe | None = None) -> FastAPI:
    """The app that serves ``runtime`` under the rules of ``access``; ``observe`` is told of each request.

    ``app.state.closing`` is an event to set when serving ends: streams that would never end see it.
    """
    app = _compose()
    app.state.runtime = runtime
    app.state.access = access
    app.state.health = health
    app.state.limits = Limits(runtime.settings.redis_address, prefix=runtime.owner.id)
    app.state.closing = asyncio.Event()
    if access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=access.origins,
            allow_methods=("GET", "POST", "PUT", "DELETE", "OPTIONS"),
            allow_headers=("Authorization", "Content-Type"),
        )
    app.add_middleware(HostCheck, access=access)
    app.add_middleware(Answers, observe=observe)  # the last added is the outermost
    return app


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document; needs no runtime."""
    return _compose().openapi()


def _compose() -> FastAPI:
    app = FastAPI(
        title="Lockgroove",
        version=VERSION,
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in (
        system.public,
        system.personal,
        auth.public,
        auth.personal,
        oauth.public,
        oauth.personal,
        records.router,
        sync.router,
        autosync.router,
        metadata.router,
        export.router,
        personal.router,
        personal.optional,
        recommendations.router,
        graph.router,
        autocomplete.router,
        graph_walks.public,
        graph_walks.personal,
        snapshots.router,
        snapshots.public,
        activity.router,
        cron.router,
        settings.router,
        playlists.router,
        spotify.router,
        search.router,
        shelf.router,
        wishes.wishes,
        wishes.watched,
        downloads.router,
        soulseek.router,
        plex.router,
        beets.router,
        matching.router,
        beets.arrivals,
    ):
        app.include_router(router)
    translate_errors(app)
    app.openapi = lambda: _described(app)
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, corrected in what it assumes of itself: a 422 wherever there are parameters, that only routes
    answer, and that errors have the media type and a stream the schema of the answer. Routes name the statuses they
    really answer with, what refuses a body stands before them, errors are JSON (except on the one page that a browser
    is sent to), and a stream is told by its single events.
    """
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, tags=app.openapi_tags, routes=app.routes
        )
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        for operation in operations:
            answers = operation["responses"]
            if answers.get("422", {}).get("description") == "Validation Error":
                del answers["422"]
            if "requestBody" in operation:
                answers |= {str(status): answers.get(str(status), told) for status, told in _OF_BODIES.items()}
            for status, answer in answers.items():
                if "text/html" in answer.get("content", {}):
                    continue
                if int(status) >= 400 and "cron" not in operation.get("tags", ()):
                    answer["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}
                elif events := answer.get("content", {}).get("text/event-stream"):
                    events["itemSchema"] = _event_of(events.pop("schema")["$ref"])
        schemas = cast("dict[str, Any]", document["components"]["schemas"])
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        _, told = models_json_schema([(Fault, "serialization")], ref_template="#/components/schemas/{model}")
        schemas |= told["$defs"]
        app.openapi_schema = document
    return app.openapi_schema


def _event_of(shape: str) -> dict[str, Any]:
    """A server-sent event whose data is JSON of ``shape``, as OpenAPI 3.2 describes it."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": {"$ref": shape}}
    return {"type": "object", "properties": {"data": data}, "required": ["data"]}
