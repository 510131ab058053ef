"""The graph, which is the same for everybody (discogsography-contract.md section 10)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from services.rest.errors import faults
from services.rest.graph_shapes import Child, Named, YearCount
from services.rest.parts import RuntimePart
from services.rest.wire import LARGEST_ID, Words

router = APIRouter(prefix="/api", tags=["graph"])
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")]
Name = Annotated[Words, Query(description="Exactly as Discogs spells it, letter case and number included.")]
Type = Annotated[Words, Query(description="`artist`, `label`, `genre` or `style`, in any letter case.")]


class Category(BaseModel):
    """One kind of neighbours."""

    id: str
    name: str = Field(description="For people.")
    category: str = Field(description="For `/api/expand`.")
    count: int = Field(description="How many there are, each counted once.")


class Explored(BaseModel):
    """A node and what surrounds it."""

    center: Named
    categories: list[Category] = Field(description="All that such a node can have, also those with none.")


class Children(BaseModel):
    """A page of one category."""

    children: list[Child]
    total: int = Field(description="How many there are, on all pages.")
    offset: int
    limit: int
    has_more: bool


class Facts(BaseModel):
    """What is known of a node; which keys there are depends on what it is. Lists hold names, sorted."""

    id: str
    name: str
    year: int | None = Field(default=None, description="Of a release; null if not known.")
    release_count: int = Field(default=0, description="Of an artist or a label.")
    artist_count: int = Field(default=0, description="Of a genre or a style.")
    artists: list[str] = Field(default=[], description="Of a release.")
    labels: list[str] = Field(default=[], description="Of a release.")
    genres: list[str] = Field(default=[], description="Of an artist or a release.")
    styles: list[str] = Field(default=[], description="Of an artist or a release.")
    groups: list[str] = Field(default=[], description="Of an artist: the groups it is a member of.")


class Trend(BaseModel):
    """Releases by year."""

    name: str = Field(description="As it was asked for.")
    type: str
    data: list[YearCount] = Field(description="Years with releases, oldest first.")


_FACTS = {
    "artist": ("release_count", "genres", "styles", "groups"),
    "release": ("year", "artists", "labels", "genres", "styles"),
    "label": ("release_count",),
    "genre": ("artist_count",),
    "style": ("artist_count",),
}
"""What is said of each kind of node, beyond id and name."""


@router.get("/explore", summary="What surrounds a node", responses=faults(400, 404, 422, 503))
async def explore(runtime: RuntimePart, name: Name, type: Type = "artist") -> Explored:
    """The node of that name and its categories with their counts. Of several of one name it is that with the lowest id."""
    found = await runtime.graph.explore(type, name)
    categories = [
        Category(id=f"cat-{each.category}", name=each.name, category=each.category, count=each.count)
        for each in found.categories
    ]
    return Explored(center=Named.of(found.center), categories=categories)


@router.get(
    "/expand",
    summary="The neighbours of a node",
    response_model=Children,
    response_model_exclude_unset=True,
    responses=faults(400, 422, 503),
)
async def expand(
    runtime: RuntimePart,
    node_id: Annotated[Words, Query(description="The name of the node, or else its Discogs id.")],
    type: Annotated[Words, Query(description="`artist`, `label`, `genre` or `style`, in any letter case.")],
    category: Annotated[Words, Query(description="One of the categories that exploring names, in any letter case.")],
    limit: Limit = 50,
    offset: Offset = 0,
) -> Children:
    """A page of one category. Releases come newest first, those without a year last; artists of a genre or style by name;
    aliases by id; all others by the number of releases that connect them. A node that is not known has none.
    """
    page = await runtime.graph.expand(type, node_id, category, limit=limit, offset=offset)
    children = [Child.of(each) for each in page.children]
    return Children(children=children, total=page.total, offset=page.offset, limit=page.limit, has_more=page.has_more)


@router.get(
    "/node/{node_id:path}",
    summary="What is known of a node",
    response_model=Facts,
    response_model_exclude_unset=True,
    responses=faults(400, 404, 422, 503),
)
async def node(
    runtime: RuntimePart,
    node_id: Annotated[Words, Path(description="Its Discogs id, or else its name or title; it may contain slashes.")],
    type: Annotated[
        Words, Query(description="`artist`, `release`, `label`, `genre` or `style`, in any letter case.")
    ] = "artist",
) -> Facts:
    """Its facts; which they are depends on the type."""
    found = await runtime.graph.node(type, node_id)
    facts = {name: getattr(found, name) for name in _FACTS[found.node.kind]}
    return Facts(id=found.node.id, name=found.node.name, **facts)


@router.get("/trends", summary="The releases of a node by year", responses=faults(400, 422, 503))
async def trends(runtime: RuntimePart, name: Name, type: Type = "artist") -> Trend:
    """How many releases of each year it has; none for a name that is not known."""
    years = await runtime.graph.trends(type, name)
    return Trend(name=name, type=type.lower(), data=[YearCount(year=year, count=count) for year, count in years])
