"""``/api/autocomplete``: names as they are typed (discogsography-contract.md section 10, G1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.rest.errors import faults
from services.rest.limits import limited
from services.rest.parts import RuntimePart
from services.rest.wire import Words

router = APIRouter(prefix="/api", tags=["graph"])


class Completion(BaseModel):
    """A node that may be meant."""

    id: str = Field(description="Its Discogs number, digits as a string; the name of a genre or style.")
    name: str
    score: float = Field(gt=0, description="The larger the better, among the results of one answer.")


class Completions(BaseModel):
    """What may be meant."""

    results: list[Completion] = Field(description="The best first.")


@router.get("/autocomplete", summary="Names that go on as typed", responses=faults(400, 422, 429, 503))
@limited("30/minute")
async def autocomplete(
    runtime: RuntimePart,
    q: Annotated[Words, Query(min_length=2, description="What is typed so far; all of it is text.")],
    type: Annotated[Words, Query(description="`artist`, `genre`, `label` or `style`, in any letter case.")] = "artist",
    limit: Annotated[int, Query(ge=1, le=50, description="At most so many.")] = 10,
) -> Completions:
    """Artists and labels of whose name every word of `q` begins a word, in any order, without regard to case and accents:
    first those that are called so, an article apart, then those whose name begins so, then the rest, each by how much
    is linked to them. Genres and styles that start with `q`, by name.
    """
    found = await runtime.search.autocomplete(q, type, limit)
    return Completions(results=[Completion(id=each.node.id, name=each.node.name, score=each.score) for each in found])
