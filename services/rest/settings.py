"""``/settings``: what is kept by name, and which releases of artists are wanted (harmony-contract.md sections 14, 15)."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.errors import InvalidInput
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import answer_with, faults
from services.rest.parts import RuntimePart
from services.rest.wire import Words
from services.runtime import Runtime
from storage.values import ArtistPreference, User

router = APIRouter(prefix="/settings", tags=["settings"], route_class=PersonalRoute)


class StoredSettings(BaseModel):
    """Everything that is stored, as text or null."""

    settings: dict[str, str | None] = Field(description="By key; secrets are masked.")
    updated_at: datetime = Field(description="When one of them was last set.")


class NewSetting(BaseModel):
    """One setting."""

    key: Words
    value: Words | None = Field(description="Null takes it away.")


class Change(BaseModel):
    """One change that was made here."""

    key: str
    old_value: str | None
    new_value: str | None
    changed_at: datetime


class History(BaseModel):
    history: list[Change]


class Preference(BaseModel):
    """Whether a release is wanted in step."""

    artist_id: Words
    release_id: Words
    selected: bool


class Preferences(BaseModel):
    preferences: list[Preference]


class NewPreferences(BaseModel):
    preferences: list[Preference] = Field(default_factory=list[Preference], description="None at all forgets all.")


@router.get("", summary="What is set", responses=faults(401, 503))
async def settings(caller: Caller, runtime: RuntimePart) -> StoredSettings:
    """Every stored key of yours, and the credential keys of the program, null where they are not set (or not yours)."""
    return await _stored(runtime, caller)


@router.post(
    "", summary="Set one setting", response_model=StoredSettings, responses=faults(400, 401, 403, 409, 422, 503)
)
async def put_setting(caller: Caller, runtime: RuntimePart, given: NewSetting) -> StoredSettings | JSONResponse:
    """Any key is kept for you. `SPOTIFY_*`, `PLEX_*` and `SLSKD_*` are the program's own: only its owner sets them, and they
    take effect at once; 409 where the environment sets them already.
    """
    try:
        await runtime.stored_settings.put(caller, given.key, given.value)
    except InvalidInput as error:
        if given.key.strip():
            raise
        return _empty(error)
    return await _stored(runtime, caller)


@router.get("/history", summary="What was set when", responses=faults(401, 503))
async def history(caller: Caller, runtime: RuntimePart) -> History:
    """The 50 newest changes, newest first; secrets are masked."""
    told = await runtime.stored_settings.history(caller.id)
    return History(
        history=[
            Change(
                key=each.key,
                old_value=each.old_value,
                new_value=each.new_value,
                changed_at=datetime.fromisoformat(each.changed_at),
            )
            for each in told
        ]
    )


@router.get("/artist-preferences", summary="Which releases are wanted", responses=faults(401, 503))
async def preferences(caller: Caller, runtime: RuntimePart) -> Preferences:
    """All choices, by artist id, then release id; those that say no are among them."""
    return _told(await runtime.preferences.every(caller.id))


@router.post(
    "/artist-preferences",
    summary="Choose releases",
    response_model=Preferences,
    responses=faults(400, 401, 422, 503),
)
async def put_preferences(caller: Caller, runtime: RuntimePart, given: NewPreferences) -> Preferences | JSONResponse:
    """Adds to what is chosen, the first of several for one release counts; an empty list forgets everything. Answers all
    choices there are then. 400 for a blank id; then nothing is stored.
    """
    wanted = [ArtistPreference(each.artist_id, each.release_id, each.selected) for each in given.preferences]
    try:
        return _told(await runtime.preferences.save(caller.id, wanted))
    except InvalidInput as error:
        return _empty(error)


def _empty(error: InvalidInput) -> JSONResponse:
    """Input that says nothing is 400 under this prefix (harmony-contract.md 1.2)."""
    return answer_with(400, error.kind, error.message, hint=error.hint)


def _told(kept: list[ArtistPreference]) -> Preferences:
    return Preferences(
        preferences=[
            Preference(artist_id=each.artist_id, release_id=each.release_id, selected=each.selected) for each in kept
        ]
    )


async def _stored(runtime: Runtime, caller: User) -> StoredSettings:
    stored = await runtime.stored_settings.read(caller)
    return StoredSettings(settings=stored.values, updated_at=datetime.fromisoformat(stored.updated_at))
