"""``/api/oauth``: signing in on Discogs (discogsography-contract.md section 7)."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.errors import InvalidInput, LockgrooveError
from services.rest.access import Caller, PersonalRoute, UncachedRoute
from services.rest.errors import faults, note, status_of, told
from services.rest.parts import RuntimePart
from services.rest.wire import Words
from services.runtime import Runtime
from storage.values import ConnectionState

CALLBACK = "/api/oauth/callback/discogs"
public = APIRouter(tags=["oauth"], route_class=UncachedRoute)
personal = APIRouter(prefix="/api/oauth", tags=["oauth"], route_class=PersonalRoute)

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p><p>You can close this window.</p></body></html>
"""
_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'"}
_PAGES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}
    for status, description in (
        (400, "Access was not granted, or the sign-in is unknown, has expired or was finished before."),
        (502, "Discogs failed or could not be reached."),
        (503, "The store is busy, or the keys of the Discogs application are not set."),
    )
}


class Authorisation(BaseModel):
    """A sign-in that waits for the person."""

    authorize_url: str = Field(description="The page on Discogs where access is granted.")
    state: str = Field(description="What to send back with the code; good once.")
    expires_in: int = Field(description="Seconds in which the sign-in can be finished.")


class Verification(BaseModel):
    """What Discogs showed after access was granted."""

    state: Words
    oauth_verifier: Words = Field(description="The code; blanks around it are dropped.")


class Verified(BaseModel):
    """The account that is connected now."""

    connected: Literal[True] = True
    discogs_username: str
    discogs_user_id: str


class Unconnected(BaseModel):
    """No account, or one that Discogs refuses by now."""

    connected: Literal[False] = False


class Connected(BaseModel):
    """The connected account; what the settings connect may not be known before it was first used."""

    connected: Literal[True] = True
    discogs_username: str | None
    discogs_user_id: str | None
    connected_at: str | None = Field(description="When it was last connected, ISO 8601 with offset.")


class Revoked(BaseModel):
    revoked: Literal[True] = True


Mode = Annotated[
    Literal["oob", "callback"],
    Query(description="How it ends: with a code to paste (`oob`), or with the browser sent back here (`callback`)."),
]


@personal.get("/authorize/discogs", summary="Begin to sign in on Discogs", responses=faults(401, 422, 502, 503))
async def authorize(request: Request, caller: Caller, runtime: RuntimePart, mode: Mode = "oob") -> Authorisation:
    """Each call begins a sign-in of its own. Show the person `authorize_url`; `oob` ends with a code for
    `POST /api/oauth/verify/discogs`, `callback` by itself.
    """
    back = None if mode == "oob" else f"{_own_address(request, runtime)}{CALLBACK}"
    begun = await runtime.oauth.begin(caller.id, back)
    return Authorisation(authorize_url=begun.url, state=begun.state, expires_in=begun.expires_in)


@personal.post("/verify/discogs", summary="Finish to sign in", responses=faults(400, 401, 403, 422, 502, 503))
async def verify(given: Verification, caller: Caller, runtime: RuntimePart) -> Verified:
    """Connects the account in place of the one before. The state is used up, also by a wrong code: begin again then."""
    connection = await runtime.oauth.finish(caller.id, given.state, given.oauth_verifier)
    return Verified(discogs_username=connection.username or "", discogs_user_id=connection.account_id or "")


@personal.get("/status/discogs", summary="Whether Discogs is connected", responses=faults(401, 503))
async def status(caller: Caller, runtime: RuntimePart) -> Connected | Unconnected:
    """As far as is known here; Discogs is not asked. An account that refused the last call counts as not connected."""
    connection = await runtime.accounts.connections.get(caller.id, "discogs")
    if connection is None or connection.state is ConnectionState.REFUSED:
        return Unconnected()
    return Connected(
        discogs_username=connection.username,
        discogs_user_id=connection.account_id,
        connected_at=connection.connected_at,
    )


@personal.delete("/revoke/discogs", summary="Disconnect Discogs", responses=faults(401, 409, 503))
async def revoke(caller: Caller, runtime: RuntimePart) -> Revoked:
    """Forgets the access here, also if there was none; Discogs is not told (withdraw it there under Settings,
    Applications), and what was synced stays. 409 if `DISCOGS_TOKEN` connects the account: it can only be unset.
    """
    await runtime.discogs.disconnect(caller.id)
    return Revoked()


@public.get(CALLBACK, summary="Where Discogs sends the browser back to", response_class=HTMLResponse, responses=_PAGES)
async def callback(
    request: Request,
    runtime: RuntimePart,
    oauth_token: Annotated[str, Query(description="The state of the sign-in.")] = "",
    oauth_verifier: Annotated[str, Query(description="The code; without it access was not granted.")] = "",
    denied: Annotated[str, Query(description="The state, where access was denied.")] = "",
) -> HTMLResponse:
    """Finishes a sign-in that was begun with `mode=callback`, once and within ten minutes. The state is the proof."""
    try:
        user, connection = await runtime.oauth.finish_callback(oauth_token or denied, "" if denied else oauth_verifier)
    except LockgrooveError as error:
        status = status_of(error, request.url.path)
        note(error, request, status)
        return _page("Discogs is not connected", " ".join(told(error)), status)
    text = (
        f"{user.email or 'The owner of this Lockgroove'} can now act as {connection.username} on Discogs. If that is not "
        "you, or you did not begin this yourself, withdraw the access on Discogs under Settings, Applications."
    )
    return _page("Discogs is connected", text, 200)


def _page(title: str, text: str, status: int) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=escape(title), text=escape(text)), status, headers=_PAGE_HEADERS)


def _own_address(request: Request, runtime: Runtime) -> str:
    """Under which a browser reaches us: as configured, else as this request did (its Host was checked)."""
    if runtime.settings.lockgroove_public_url:
        return runtime.settings.lockgroove_public_url
    server = request.scope.get("server")
    if server is None or server[1] is None:
        raise InvalidInput(
            "mode",
            "A browser cannot be sent back to the owner's socket.",
            "Ask over TCP, set LOCKGROOVE_PUBLIC_URL, or paste the code (mode=oob).",
        )
    return f"{request.url.scheme}://{request.headers['host']}"
