"""``/matching``: which of several candidates a track or an album of Spotify is (harmony-contract.md section 13)."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from services.errors import StoreError
from services.matching.service import Answer, Matching, Question
from services.rest.access import Caller, PersonalRoute
from services.rest.downloads import StoreFailed
from services.rest.errors import faults
from services.rest.parts import RuntimePart
from services.runtime import Runtime
from storage.values import User

router = APIRouter(
    prefix="/matching", tags=["matching"], route_class=PersonalRoute, responses=faults(401, 422, 500, 503)
)


def _sayable(document: dict[str, Any]) -> dict[str, Any]:
    """What is given back must be fit to be sent."""
    try:
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError("not_json", "Input should be JSON that can be sent back") from error
    return document


Given = Annotated[dict[str, Any], AfterValidator(_sayable)]


class TrackQuestion(BaseModel):
    """A track and what it may be."""

    spotify_track: Given = Field(description="As Spotify tells it: `id`, `name`, `artists`, `album`, `duration_ms`.")
    candidates: list[Given] = Field(
        description="Tracks of Plex (`title`, `grandparentTitle`, `parentTitle`, `duration`) or files (`filename`, `bitrate`)."
    )


class AlbumQuestion(BaseModel):
    """An album and what it may be."""

    spotify_album: Given = Field(description="As Spotify tells it: `name`, `artists`, `total_tracks`, `release_date`.")
    candidates: list[Given] = Field(description="Albums of Plex: `title`, `parentTitle`, `leafCount`, `year`.")


class BestMatch(BaseModel):
    """The candidate that fits best."""

    best_match: dict[str, Any] | None = Field(description="As it was sent; null where none fits at all.")
    confidence: float = Field(ge=0, le=1, description="How well it fits, four decimals.")


@router.post("/spotify-to-plex", summary="Find a track of Spotify among tracks of Plex")
async def spotify_to_plex(caller: Caller, runtime: RuntimePart, given: TrackQuestion) -> BestMatch:
    """What was found is kept, one row for each call."""
    return await _track(runtime, caller, Question.PLEX, given)


@router.post("/spotify-to-soulseek", summary="Find a track of Spotify among files of Soulseek")
async def spotify_to_soulseek(caller: Caller, runtime: RuntimePart, given: TrackQuestion) -> BestMatch:
    """The names of folder and file count, and a good bit rate. What was found is kept, one row for each call."""
    return await _track(runtime, caller, Question.SOULSEEK, given)


@router.post("/spotify-to-plex-album", summary="Find an album of Spotify among albums of Plex")
async def spotify_to_plex_album(caller: Caller, runtime: RuntimePart, given: AlbumQuestion) -> BestMatch:
    """Nothing is kept."""
    return _told(await Matching(runtime.storage).album(given.spotify_album, given.candidates))


async def _track(runtime: Runtime, caller: User, question: Question, given: TrackQuestion) -> BestMatch:
    try:
        answer = await Matching(runtime.storage).track(caller.id, question, given.spotify_track, given.candidates)
    except StoreError as error:
        raise StoreFailed(
            "Failed to store match result",
            "Try again in a minute; if it stays, whoever runs this finds the cause in the log.",
        ) from error
    return _told(answer)


def _told(answer: Answer) -> BestMatch:
    return BestMatch(best_match=answer.best, confidence=answer.confidence)
