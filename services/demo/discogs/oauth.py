"""OAuth 1.0a in three legs: ``/oauth/request_token``, the page where a person says yes, ``/oauth/access_token``.

The page belongs to the web site, which here is the same server. Nobody is logged in there: whoever looks chooses the
account. One form POST with ``oauth_token``, ``account`` and ``decision`` (``allow`` or ``deny``) does the same.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.demo.accounts import Accounts

from .grants import Grants, RequestToken

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{body}
<p><small>This is the simulated Discogs of the Lockgroove demo.</small></p></body></html>
"""
_FORM = """<p><strong>{consumer}</strong> would like to act for you on Discogs.</p>
<form method="post" action="/oauth/authorize">
<input type="hidden" name="oauth_token" value="{token}">
<p><label>Account <select name="account">{accounts}</select></label></p>
<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p>
</form>"""
_CODE = "<p>Paste this code into {consumer}:</p>\n<p><code>{verifier}</code></p>"
_OUT_OF_BAND = "oob"
_FORM_TYPE = "application/x-www-form-urlencoded"


async def request_token(request: Request) -> Response:
    """The first leg: a request token, form-encoded."""
    body = (await request.body()).decode("latin-1")
    return _tokens(*_grants(request).signatures.request_token(request.scope, body))


async def access_token(request: Request) -> Response:
    """The third leg: an access token for a request token that was allowed, with the code that proves it."""
    body = (await request.body()).decode("latin-1")
    return _tokens(*_grants(request).signatures.access_token(request.scope, body))


async def ask(request: Request) -> Response:
    """The second leg: the page that asks the person."""
    token = _grants(request).pending(request.query_params.get("oauth_token", ""))
    if token is None or token.verifier:
        return _stale()
    names = (escape(world.username) for world in _accounts(request))
    form = _FORM.format(
        consumer=_consumer(request, token),
        token=escape(token.key),
        accounts="".join(f"<option>{name}</option>" for name in names),
    )
    return _page("Authorise an application", form)


async def decide(request: Request) -> Response:
    """What the person said: a code to paste, or back to the application with it."""
    sent = (await request.body()).decode("utf-8", "replace")
    form = {name: values[0] for name, values in parse_qs(sent).items()}
    token = _grants(request).pending(form.get("oauth_token", ""))
    if token is None or token.verifier:
        return _stale()
    if form.get("decision") == "deny":
        _grants(request).deny(token)
        return _back(token, {"denied": token.key}) or _page("Access denied", "<p>You can close this window.</p>")
    account = _accounts(request).named(form.get("account", ""))
    if account is None or form.get("decision") != "allow":
        return _page("Nothing was chosen", "<p>Choose an account, then Allow or Deny.</p>", 400)
    verifier = _grants(request).allow(token, account.username)
    code = _CODE.format(consumer=_consumer(request, token), verifier=verifier)
    return _back(token, {"oauth_token": token.key, "oauth_verifier": verifier}) or _page("Access allowed", code)


def _back(token: RequestToken, said: dict[str, str]) -> Response | None:
    """The way back to the application; None if it has no address."""
    if token.callback == _OUT_OF_BAND:
        return None
    joint = "&" if "?" in token.callback else "?"
    return RedirectResponse(f"{token.callback}{joint}{urlencode(said)}", 302)


def _stale() -> Response:
    text = "<p>This request is unknown, used or older than 15 minutes. Go back to the application and start again.</p>"
    return _page("This request is no longer valid", text, 400)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(title=title, body=body), status)


def _tokens(status: int, text: str) -> Response:
    """Tokens are form-encoded, refusals plain text (discogs-api.md 1.4)."""
    return Response(text, status, media_type=_FORM_TYPE if status == 200 else "text/plain")


def _consumer(request: Request, token: RequestToken) -> str:
    return escape(_grants(request).consumers[token.consumer_key].name)


def _grants(request: Request) -> Grants:
    return request.app.state.grants


def _accounts(request: Request) -> Accounts:
    return request.app.state.accounts


ROUTES = [
    Route("/oauth/request_token", request_token, methods=["GET", "POST"]),
    Route("/oauth/access_token", access_token, methods=["POST"]),
    Route("/oauth/authorize", ask, methods=["GET"]),
    Route("/oauth/authorize", decide, methods=["POST"]),
]
