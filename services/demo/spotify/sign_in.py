"""The accounts service: the page where a person says yes, and ``POST /api/token`` (spotify-api.md 1).

Nobody is logged in on the page: whoever looks chooses the account. One form POST with the query of the page,
``account`` and ``decision`` (``agree`` or ``cancel``) does the same.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .grants import SCOPES, Application, Grants
from .refusals import TokenRefused
from .world import SpotifyWorld

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{body}
<p><small>This is the simulated Spotify of the Lockgroove demo.</small></p></body></html>
"""
_FORM = """<p><strong>{application}</strong> would like to:</p>
<ul>{scopes}</ul>
<form method="post" action="/authorize">
{hidden}
<p><label>Account <select name="account">{accounts}</select></label></p>
<p><button name="decision" value="agree">Agree</button> <button name="decision" value="cancel">Cancel</button></p>
</form>"""
_ASKED = ("client_id", "response_type", "redirect_uri", "scope", "state", "code_challenge_method", "code_challenge")
_SHOWN = 50
_FORM_TYPE = "application/x-www-form-urlencoded"


async def ask(request: Request) -> Response:
    """The page that asks the person."""
    asked = dict(request.query_params)
    if refusal := _refusal(request, asked):
        return refusal
    names = list(_world(request).listeners)[:_SHOWN]
    hidden = (f'<input type="hidden" name="{name}" value="{escape(asked[name])}">' for name in _ASKED if name in asked)
    form = _FORM.format(
        application=escape(_grants(request).applications[asked["client_id"]].name),
        scopes="".join(f"<li>{escape(scope)}</li>" for scope in asked.get("scope", "").split()),
        hidden="\n".join(hidden),
        accounts="".join(f"<option>{escape(name)}</option>" for name in names),
    )
    return _page("Authorise an application", form)


async def decide(request: Request) -> Response:
    """What the person said: back to the application, with a code or with ``access_denied``."""
    said = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    if refusal := _refusal(request, said):
        return refusal
    if said.get("decision") == "cancel":
        return _back(said, {"error": "access_denied"})
    user = said.get("account", "")
    if user not in _world(request).listeners or said.get("decision") != "agree":
        return _page("Nothing was chosen", "<p>Choose an account, then Agree or Cancel.</p>", 400)
    request.scope["state"]["account"] = user
    scopes = tuple(said.get("scope", "").split())
    challenge = said.get("code_challenge", "")
    code = _grants(request).allow(said["client_id"], user, scopes, said["redirect_uri"], challenge)
    return _back(said, {"code": code})


def _refusal(request: Request, asked: Mapping[str, str]) -> Response | None:
    """What is wrong with the request: shown here if the way back is not to be trusted, else sent back."""
    application = _grants(request).applications.get(asked.get("client_id", ""))
    if application is None:
        return _page("Something went wrong", "<p>INVALID_CLIENT: Invalid client</p>", 400)
    redirect = asked.get("redirect_uri", "")
    there = urlsplit(redirect)
    if there.scheme == "http" and there.hostname not in ("127.0.0.1", "::1"):
        return _page("Something went wrong", "<p>INVALID_CLIENT: Insecure redirect URI</p>", 400)
    if not application.accepts(redirect):
        return _page("Something went wrong", "<p>INVALID_CLIENT: Invalid redirect URI</p>", 400)
    if asked.get("response_type") != "code":
        return _back(asked, {"error": "unsupported_response_type"})
    challenge = asked.get("code_challenge")
    if challenge is not None and (asked.get("code_challenge_method") != "S256" or len(challenge) != 43):
        return _back(asked, {"error": "invalid_request", "error_description": "code_challenge_method must be S256"})
    if any(scope not in SCOPES for scope in asked.get("scope", "").split()):
        return _back(asked, {"error": "invalid_scope"})
    return None


async def token(request: Request) -> Response:
    """An access token for a code, for a refresh token, or for the application itself."""
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM_TYPE:
        raise TokenRefused("invalid_request", "Content-Type must be application/x-www-form-urlencoded", 415)
    application, proven = _application(request, form)
    grants = _grants(request)
    match form.get("grant_type"):
        case "authorization_code":
            answer = grants.exchange(
                application,
                form.get("code", ""),
                form.get("redirect_uri", ""),
                form.get("code_verifier", ""),
                proven=proven,
            )
        case "refresh_token":
            if not form.get("refresh_token"):
                raise TokenRefused("invalid_request", "refresh_token must be supplied")
            answer = grants.renew(application, form["refresh_token"], proven=proven)
        case "client_credentials":
            if not proven:
                raise TokenRefused("invalid_client", "Invalid client secret")
            answer = grants.app_only(application)
        case _:
            text = "grant_type must be client_credentials, authorization_code or refresh_token"
            raise TokenRefused("unsupported_grant_type", text)
    return JSONResponse(answer, headers={"cache-control": "no-store"})


def _application(request: Request, form: Mapping[str, str]) -> tuple[Application, bool]:
    """Who asks, and whether it proved that with its secret: in the header, or not at all (PKCE)."""
    kind, _, credential = request.headers.get("authorization", "").partition(" ")
    known = _grants(request).applications
    if not kind:
        application = known.get(form.get("client_id", ""))
        if application is None:
            raise TokenRefused("invalid_client", "Invalid client")
        return application, False
    try:
        client_id, _, secret = base64.b64decode(credential, validate=True).decode().partition(":")
    except ValueError:
        client_id = secret = ""
    application = known.get(unquote_plus(client_id))
    if kind.lower() != "basic" or application is None:
        raise TokenRefused("invalid_client", "Invalid client")
    if not hmac.compare_digest(unquote_plus(secret).encode(), application.secret.encode()):
        raise TokenRefused("invalid_client", "Invalid client secret")
    return application, True


def _back(asked: Mapping[str, str], said: dict[str, str]) -> Response:
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    state = {"state": asked["state"]} if "state" in asked else {}
    return RedirectResponse(f"{asked['redirect_uri']}{joint}{urlencode(said | state)}", 302)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(title=title, body=body), status)


def _grants(request: Request) -> Grants:
    return request.app.state.grants


def _world(request: Request) -> SpotifyWorld:
    return request.app.state.world


ROUTES = [
    Route("/authorize", ask, methods=["GET"]),
    Route("/authorize", decide, methods=["POST"]),
    Route("/api/token", token, methods=["POST"]),
]
