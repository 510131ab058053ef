"""``/api/snapshot``: views of the graph saved under a link (discogsography-contract.md section 13)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.catalogue.snapshots import TooManyNodes, TooManySnapshots
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import TooMany, answer_with, faults
from services.rest.parts import RuntimePart
from services.rest.wire import Words
from storage.values import SnapshotNode

router = APIRouter(prefix="/api/snapshot", tags=["snapshot"], route_class=PersonalRoute)
public = APIRouter(prefix="/api/snapshot", tags=["snapshot"])
_BOUNDS: dict[int | str, dict[str, Any]] = {
    413: {"description": "The body is larger than 64 KiB."},
    429: {"description": "50 of yours still last; `Retry-After` says when the first of them expires."},
}


class Node(BaseModel):
    """A node of the graph; anything else that is said of it is dropped."""

    id: Annotated[Words, Field(max_length=128, description="Its Discogs number, or the name of a genre or style.")]
    type: Annotated[Words, Field(max_length=32, description="What it is, such as `artist` or `genre`.")]


class View(BaseModel):
    """What is to be saved."""

    nodes: list[Node] = Field(min_length=1, description="In the order in which they come back.")
    center: Node = Field(description="The node they surround; it need not be one of them.")


class Saved(BaseModel):
    """Where the view is from now on."""

    token: str = Field(description="Opens it; unguessable, and shown only here.")
    url: str = Field(description="The path of a link for people, relative to the front end; no path of the API.")
    expires_at: str = Field(description="ISO 8601 with offset.")


class Opened(BaseModel):
    """A view as it was saved."""

    nodes: list[Node]
    center: Node
    created_at: str = Field(description="ISO 8601 with offset.")


@router.post(
    "",
    status_code=201,
    summary="Save a view of the graph",
    response_model=Saved,
    responses={**faults(401, 422, 503), **_BOUNDS},
)
async def save(caller: Caller, runtime: RuntimePart, view: View) -> Saved | JSONResponse:
    """Whoever has the token may open it, until it expires. The graph is not looked at: ids are kept as they are given.

    A view may have `SNAPSHOT_MAX_NODES` nodes (100), a user 50 snapshots at a time.
    """
    try:
        made = await runtime.snapshots.save(caller.id, [_node(each) for each in view.nodes], _node(view.center))
    except TooManyNodes as error:
        detail = [{"type": "too_long", "loc": ["body", error.field], "msg": error.message}]
        return answer_with(422, error.message, error.message, detail=detail)
    except TooManySnapshots as error:
        raise TooMany(error.kind, error.message, error.hint, retry_after=error.seconds) from error
    return Saved(token=made.token, url=made.path, expires_at=made.expires_at)


@public.get("/{token}", summary="Open a saved view of the graph", responses=faults(404, 503))
async def show(token: Annotated[str, Path(description="As saving answered it.")], runtime: RuntimePart) -> Opened:
    """Needs no proof: the token is enough. Looking does not make it last longer."""
    found = await runtime.snapshots.open(token)
    nodes = [Node(id=each.id, type=each.type) for each in found.nodes]
    center = Node(id=found.center.id, type=found.center.type)
    return Opened(nodes=nodes, center=center, created_at=found.created_at)


def _node(sent: Node) -> SnapshotNode:
    return SnapshotNode(sent.id, sent.type)
