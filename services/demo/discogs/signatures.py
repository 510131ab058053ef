"""OAuth 1.0a signatures, checked by oauthlib's server side. Loaded when somebody signs, not before."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import parse_qs, quote

from oauthlib.common import Request as Signed
from oauthlib.common import urlencode
from oauthlib.oauth1 import (
    SIGNATURE_HMAC_SHA1,
    SIGNATURE_PLAINTEXT,
    AccessTokenEndpoint,
    RequestTokenEndpoint,
    RequestValidator,
    ResourceEndpoint,
)
from starlette.datastructures import Headers
from starlette.types import Scope

from .grants import AccessToken, Grants, letters

_LEEWAY = 300
"""Seconds a timestamp may be off."""
_LONGEST_NONCE = 64
_NOBODY = "nobody"
"""Stands for an unknown application or token, so that a check takes as long as for a known one."""


class _Validator(RequestValidator):
    """The rules of discogs-api.md 1.4. Formats of keys are not looked at: what is unknown is refused as unknown."""

    def __init__(self, grants: Grants) -> None:
        super().__init__()
        self._grants = grants

    @property
    def enforce_ssl(self) -> bool:
        return False  # the simulated service listens on loopback only

    @property
    def allowed_signature_methods(self) -> tuple[str, ...]:
        return (SIGNATURE_HMAC_SHA1, SIGNATURE_PLAINTEXT)

    @property
    def timestamp_lifetime(self) -> int:
        return _LEEWAY

    @property
    def dummy_client(self) -> str:
        return _NOBODY

    @property
    def dummy_request_token(self) -> str:
        return _NOBODY

    @property
    def dummy_access_token(self) -> str:
        return _NOBODY

    def check_client_key(self, client_key: str) -> bool:
        return True

    def check_request_token(self, request_token: str) -> bool:
        return True

    def check_access_token(self, request_token: str) -> bool:
        return True

    def check_verifier(self, verifier: str) -> bool:
        return True

    def check_nonce(self, nonce: str) -> bool:
        return 0 < len(nonce) <= _LONGEST_NONCE

    def get_client_secret(self, client_key: str, request: Signed) -> str:
        known = self._grants.consumers.get(client_key)
        return known.secret if known else _NOBODY

    def get_request_token_secret(self, client_key: str, token: str, request: Signed) -> str:
        known = self._grants.pending(token)
        return known.secret if known else _NOBODY

    def get_access_token_secret(self, client_key: str, token: str, request: Signed) -> str:
        known = self._grants.access_tokens.get(token)
        return known.secret if known else _NOBODY

    def get_default_realms(self, client_key: str, request: Signed) -> list[str]:
        return []

    def get_realms(self, token: str, request: Signed) -> list[str]:
        return []

    def validate_client_key(self, client_key: str, request: Signed) -> bool:
        return client_key in self._grants.consumers

    def validate_request_token(self, client_key: str, token: str, request: Signed) -> bool:
        known = self._grants.pending(token)
        return known is not None and known.consumer_key == client_key

    def validate_access_token(self, client_key: str, token: str, request: Signed) -> bool:
        known = self._grants.access_tokens.get(token)
        return known is not None and known.consumer_key == client_key

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Signed) -> bool:
        known = self._grants.pending(token)
        return known is not None and known.verifier != "" and known.verifier == verifier

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: object,
        nonce: str,
        request: Signed,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        return self._grants.is_new(client_key, nonce)

    def validate_redirect_uri(self, client_key: str, redirect_uri: object, request: Signed) -> bool:
        return True

    def validate_requested_realms(self, client_key: str, realms: list[str], request: Signed) -> bool:
        return True

    def validate_realms(
        self, client_key: str, token: str, request: Signed, uri: str | None = None, realms: list[str] | None = None
    ) -> bool:
        return True

    def save_request_token(self, token: Any, request: Any) -> None:
        key, secret = token["oauth_token"], token["oauth_token_secret"]
        self._grants.begin(request.client_key, key, secret, request.redirect_uri)

    def save_access_token(self, token: Any, request: Any) -> None:
        self._grants.finish(request.resource_owner_key, token["oauth_token"], token["oauth_token_secret"])

    def invalidate_request_token(self, client_key: str, request_token: str, request: Signed) -> None:
        """Done by :meth:`Grants.finish`, in one step with the access token."""


class _RequestTokens(RequestTokenEndpoint):
    def _create_request(self, *arguments: Any) -> Any:
        """No callback means out of band, as with Discogs; oauthlib would refuse."""
        request = cast(Any, super())._create_request(*arguments)
        request.redirect_uri = request.redirect_uri or "oob"
        return request


class _AccessTokens(AccessTokenEndpoint):
    def create_access_token(self, request: Any, credentials: Any) -> str:
        """The two fields Discogs sends, without oauthlib's list of realms."""
        token = {"oauth_token": letters(40), "oauth_token_secret": letters(40)}
        self.request_validator.save_access_token(token, request)
        return urlencode(token.items())


class Signatures:
    """Checks what was signed against what :class:`Grants` knows."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants
        validator = _Validator(grants)
        # oauthlib's server side has no types.
        self._resources: Any = ResourceEndpoint(validator)
        self._request_tokens: Any = _RequestTokens(validator, token_generator=lambda: letters(40))
        self._access_tokens: Any = _AccessTokens(validator)

    def access(self, scope: Scope) -> AccessToken | None:
        """The access token of an API request, if it may be used and the request is signed with it."""
        try:
            valid, request = self._resources.validate_protected_resource_request(*_signed(scope))
        except ValueError:  # what oauthlib raises for a header or a query that cannot be read
            return None
        return self._grants.access_tokens.get(request.resource_owner_key) if valid else None

    def request_token(self, scope: Scope, body: str) -> tuple[int, str]:
        """Status and body of the answer to the first leg."""
        return _answer(
            self._request_tokens.create_request_token_response, scope, body, "Invalid consumer or signature."
        )

    def access_token(self, scope: Scope, body: str) -> tuple[int, str]:
        """Status and body of the answer to the third leg."""
        refusal = "Unable to retrieve access token. Your request token may have expired."
        return _answer(self._access_tokens.create_access_token_response, scope, body, refusal)


def _answer(respond: Any, scope: Scope, body: str, refusal: str) -> tuple[int, str]:
    """A refusal is plain text: oauthlib's description of a malformed request, else ``refusal``."""
    try:
        uri, method, _, headers = _signed(scope)
        _, answer, status = respond(uri, method, body, headers)
    except ValueError:
        return 400, "Malformed OAuth request."
    if status == 200:
        return 200, answer
    return status, parse_qs(answer or "").get("error_description", [refusal])[0]


def _signed(scope: Scope) -> tuple[str, str, None, dict[str, str]]:
    """Address, method, no body (JSON is not signed) and headers of a request, as oauthlib takes them."""
    headers = Headers(scope=scope)
    # The path as it was sent; in the query, what should have been encoded and was not.
    query = quote(scope["query_string"].decode("latin-1"), safe="%=&;:+~,*@!()/?'$")
    path = scope["raw_path"].decode("ascii")
    uri = f"http://{headers.get('host', '')}{path}{'?' if query else ''}{query}"
    return uri, scope["method"], None, {name.title(): value for name, value in headers.items()}
