"""``/api/user/recommendations``: what the caller may want to look for next (discogsography-contract.md section 12, U3)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.catalogue.recommendations import MOST, USUAL
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import faults
from services.rest.parts import RuntimePart
from storage.values.recommendations import Recommendation

router = APIRouter(prefix="/api/user", tags=["user"], route_class=PersonalRoute)


class Because(BaseModel):
    """Why a release is recommended."""

    kind: Literal["artist", "label", "style"]
    id: str = Field(description="Its Discogs number, digits as a string; the name of a style.")
    name: str
    count: int = Field(description="The copies that you have by the artist, on the label, in the style.")


class Recommended(BaseModel):
    """A release that you neither own nor want."""

    id: str = Field(description="The Discogs release, digits as a string.")
    title: str
    year: int | None = Field(description="Its own, else its master's.")
    artist: str
    label: str | None = Field(description="The first label.")
    genres: tuple[str, ...]
    score: int = Field(description="The larger the better; as the settings weigh what leads your collection.")
    reasons: list[Because] = Field(description="The weightiest first.")


class RecommendedList(BaseModel):
    """The best, highest score first, then by id."""

    recommendations: list[Recommended]
    total: int = Field(description="How many these are.")


@router.get("/recommendations", summary="Releases to look for next", responses=faults(401, 422, 503))
async def recommendations(
    caller: Caller,
    runtime: RuntimePart,
    limit: Annotated[int, Query(ge=1, le=MOST, description="At most so many.")] = USUAL,
) -> RecommendedList:
    """Releases by the ten artists that you have most copies of, scored by those copies, from what the catalogue knows.

    `RECOMMEND_LABELS` and `RECOMMEND_STYLES` let labels and styles count too, `RECOMMEND_ONE_PER_MASTER` leaves out
    further pressings.
    """
    found = await runtime.recommendations.best(caller.id, limit=limit)
    listed = [_recommended(each) for each in found.releases]
    return RecommendedList(recommendations=listed, total=len(listed))


def _recommended(found: Recommendation) -> Recommended:
    return Recommended(
        id=str(found.release_id),
        title=found.title,
        year=found.year,
        artist=found.artist,
        label=found.label,
        genres=found.genres,
        score=found.score,
        reasons=[
            Because.model_validate({"kind": each.kind, "id": each.id, "name": each.name, "count": each.count})
            for each in found.reasons
        ],
    )
