"""``/api/explore/...``: what is found by following the graph further than one step."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.catalogue.graph import DEEPEST
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import faults
from services.rest.graph import Limit, Offset
from services.rest.graph_shapes import Named, Pressing, TagCount, YearCount, by_name, by_year
from services.rest.parts import RuntimePart
from services.rest.wire import Words
from storage.values import PathLink

public = APIRouter(prefix="/api/explore", tags=["graph"])
personal = APIRouter(prefix="/api/explore", tags=["graph"], route_class=PersonalRoute)
How = Literal["by", "credited"]
Artist = Annotated[Words, Query(description="The name of the artist, exactly, or else its Discogs id.")]
MOST_FORMATS = 10
"""Words that one filter may have."""


class Link(BaseModel):
    """A step of a chain."""

    release: Pressing
    how: How = Field(description="How the artist before is on it: it is by them, or they are credited.")
    artist: Named = Field(description="Where the step leads.")
    artist_how: How = Field(description="How that artist is on it.")

    @classmethod
    def of(cls, link: PathLink) -> Link:
        release, artist = Pressing.of(link.release), Named.of(link.artist)
        return cls(release=release, how=link.how, artist=artist, artist_how=link.artist_how)


class Chain(BaseModel):
    """The shortest chain between two artists, if one was found."""

    found: bool
    ended: Literal["found", "depth", "time", "unconnected"] = Field(
        description="Why the search ended: at its goal, at the depth or the time allowed, or with nothing left to follow."
    )
    start: Named
    goal: Named
    links: list[Link] = Field(description="From start to goal; the last leads to the goal.")


class Companion(BaseModel):
    """An artist on the same releases."""

    id: str
    name: str
    release_count: int = Field(description="Releases that both are on.")
    first_year: int | None
    last_year: int | None
    years: list[YearCount] = Field(description="Those releases by year, oldest first, without undated ones.")


class Companions(BaseModel):
    """A page of collaborators."""

    artist: Named
    collaborators: list[Companion]
    total: int = Field(description="How many there are, on all pages.")
    offset: int
    limit: int
    has_more: bool
    complete: bool = Field(description="False if the artist has so many releases that only a part was looked at.")


class SharedTrait(BaseModel):
    """A label, a style or a credited artist that both share."""

    id: str
    name: str
    type: str = Field(description="`label`, `style`, or `artist` for somebody who is credited with both.")
    weight: float = Field(description="Its part of the score; what is rare weighs more.")


class Alike(BaseModel):
    """An artist like the one asked for."""

    id: str
    name: str
    score: float = Field(description="0 to 1.")
    reasons: list[SharedTrait] = Field(description="The heaviest first, at most six.")


class Likeness(BaseModel):
    """Artists like an artist."""

    name: str = Field(description="As it was asked for.")
    similar: list[Alike] = Field(description="The most alike first.")


class LabelProfile(BaseModel):
    """What a label puts out. Names come with the most frequent first, years with the oldest."""

    label: Named
    release_count: int
    first_year: int | None
    last_year: int | None
    genres: list[TagCount]
    styles: list[TagCount]
    formats: list[TagCount]
    years: list[YearCount]
    parent: Named | None = Field(description="The label it belongs to.")
    sublabels: list[Named]


class Missing(Pressing):
    """A release that you do not have."""

    in_wantlist: bool
    has_version: bool = Field(description="You have another version of its master.")


class Gaps(BaseModel):
    """A page of what you do not have."""

    node: Named
    releases: list[Missing] = Field(description="The newest first, those without a year last.")
    total: int = Field(description="How many are missing, on all pages.")
    owned: int = Field(description="How many of those asked for you have.")
    offset: int
    limit: int
    has_more: bool
    complete: bool = Field(description="False if there are so many releases that only the newest were looked at.")


@public.get("/path", summary="The shortest chain between two artists", responses=faults(404, 422, 503))
async def path(
    runtime: RuntimePart,
    start: Annotated[Words, Query(alias="from", description="The name of an artist, exactly, or else its id.")],
    goal: Annotated[Words, Query(alias="to", description="The name of an artist, exactly, or else its id.")],
    depth: Annotated[int, Query(ge=1, le=DEEPEST, description="Releases that the chain may have.")] = 6,
) -> Chain:
    """From artist to release to artist, over what they made or are credited on; what they made is preferred.

    Various, Unknown Artist, No Artist and artists on thousands of releases are never stepped through. The search is given
    up after a second. That nothing was found is an answer: `found` is false and `ended` says why.
    """
    found = await runtime.graph.path(start, goal, depth=depth)
    return Chain(
        found=found.found,
        ended=found.ended,
        start=Named.of(found.start),
        goal=Named.of(found.goal),
        links=[Link.of(each) for each in found.links],
    )


@public.get("/collaborators", summary="With whom an artist made records", responses=faults(404, 422, 503))
async def collaborators(runtime: RuntimePart, name: Artist, limit: Limit = 50, offset: Offset = 0) -> Companions:
    """Everybody who is on the same releases, as maker or credited, most releases first, then by id; and when that was.
    Compilations by Various do not count.
    """
    page = await runtime.graph.collaborators(name, limit=limit, offset=offset)
    found = [
        Companion(
            id=each.node.id,
            name=each.node.name,
            release_count=each.releases,
            first_year=each.first_year,
            last_year=each.last_year,
            years=by_year(each.by_year),
        )
        for each in page.collaborators
    ]
    return Companions(
        artist=Named.of(page.artist),
        collaborators=found,
        total=page.total,
        offset=page.offset,
        limit=page.limit,
        has_more=page.has_more,
        complete=page.complete,
    )


@public.get("/similar", summary="Artists like an artist, and why", responses=faults(404, 422, 503))
async def similar(
    runtime: RuntimePart,
    name: Artist,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
) -> Likeness:
    """By the labels, styles and credited people that they share, each the heavier the rarer it is. Its own aliases, groups
    and members are left out.
    """
    found = await runtime.graph.similar(name, limit=limit)
    alike = [
        Alike(
            id=each.node.id,
            name=each.node.name,
            score=each.score,
            reasons=[
                SharedTrait(id=why.node.id, name=why.node.name, type=why.node.kind, weight=why.weight)
                for why in each.reasons
            ],
        )
        for each in found
    ]
    return Likeness(name=name, similar=alike)


@public.get("/label", summary="What a label puts out", responses=faults(404, 422, 503))
async def label(
    runtime: RuntimePart,
    name: Annotated[Words, Query(description="The name of the label, exactly, or else its Discogs id.")],
) -> LabelProfile:
    """Its genres, styles, formats and years with the number of releases of each, its parent and its sublabels."""
    found = await runtime.graph.label_profile(name)
    return LabelProfile(
        label=Named.of(found.node),
        release_count=found.releases,
        first_year=found.first_year,
        last_year=found.last_year,
        genres=by_name(found.genres),
        styles=by_name(found.styles),
        formats=by_name(found.formats),
        years=by_year(found.years),
        parent=Named.of(found.parent) if found.parent else None,
        sublabels=[Named.of(each) for each in found.sublabels],
    )


@personal.get("/gaps", summary="What you do not have of something", responses=faults(400, 401, 404, 422, 503))
async def gaps(
    caller: Caller,
    runtime: RuntimePart,
    name: Annotated[Words, Query(description="Its name, exactly, or else its id; of a master the id goes first.")],
    type: Annotated[Words, Query(description="`artist`, `label` or `master`, in any letter case.")] = "artist",
    format: Annotated[
        list[Words] | None,
        Query(
            max_length=MOST_FORMATS, description="Only releases with this format, e.g. `Vinyl`; may repeat: all then."
        ),
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Gaps:
    """Its releases that you do not own, with those marked that you want or have another version of."""
    page = await runtime.graph.gaps(caller.id, type, name, formats=format or (), limit=limit, offset=offset)
    missing = [
        Missing(**Pressing.of(each.release).model_dump(), in_wantlist=each.wanted, has_version=each.has_version)
        for each in page.gaps
    ]
    return Gaps(
        node=Named.of(page.node),
        releases=missing,
        total=page.total,
        owned=page.owned,
        offset=page.offset,
        limit=page.limit,
        has_more=page.has_more,
        complete=page.complete,
    )
