"""Who asks: the four ways to authenticate (discogs-api.md 1.3)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Scope

from services.demo.accounts import Accounts
from services.demo.declined import UNAUTHENTICATED
from services.demo.world import World

from .grants import Grants

_UNKNOWN = "Invalid consumer token. Please register an app before making requests."


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: ``kind`` is ``token``, ``oauth``, ``key`` or empty for nobody; ``refusal`` says why one is not believed."""

    kind: str = ""
    account: World | None = None
    application: str = "Personal access token"
    refusal: str = ""


def identify(scope: Scope, header: str, accounts: Accounts, grants: Grants) -> Asker:
    """The asker behind the ``Authorization`` header of a request."""
    scheme, _, rest = header.partition(" ")
    if not header:
        return Asker()
    if scheme == "OAuth":
        return _signed(scope, accounts, grants)
    pairs = (part.strip().partition("=") for part in rest.split(","))
    fields = {name: value for name, _, value in pairs} if scheme == "Discogs" else {}
    if account := accounts.with_token(fields.get("token", "")):
        return Asker("token", account)
    consumer = grants.consumers.get(fields.get("key", ""))
    if consumer and fields.get("secret") == consumer.secret:
        return Asker("key")
    return Asker(refusal=_UNKNOWN)


def _signed(scope: Scope, accounts: Accounts, grants: Grants) -> Asker:
    """The user an application signs for. The token calls have no user yet, and check their signatures themselves."""
    if scope["path"] in ("/oauth/request_token", "/oauth/access_token"):
        return Asker("oauth")
    token = grants.signatures.access(scope)
    account = accounts.named(token.username) if token else None
    if token is None or account is None:
        return Asker(refusal=UNAUTHENTICATED)
    return Asker("oauth", account, grants.consumers[token.consumer_key].name)
