"""What opens a Discogs account: a personal access token, or what a sign-in (OAuth 1.0a) left.

Both are sent in a header only, so that no address, error or log line can hold them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeAlias, cast

import httpx

from services.accounts.application import ApplicationKeys
from services.errors import Conflict
from services.log import hide
from storage.values import ConnectMethod


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A personal access token (discogs-api.md 1.3)."""

    token: str = field(repr=False)
    METHOD: ClassVar[ConnectMethod] = ConnectMethod.TOKEN
    REFUSED: ClassVar[str] = (
        "Make a new personal access token at https://www.discogs.com/settings/developers and connect again: "
        "`c` in the app, or `lockgroove connect discogs`."
    )

    @property
    def stored(self) -> str:
        """What is kept of it, sealed."""
        return self.token

    def authorise(self) -> httpx.Auth:
        """What adds it to each request."""
        return _Token(self.token)


@dataclass(frozen=True, slots=True)
class SignIn:
    """The access token of a sign-in, and the application under which it was made (discogs-api.md 1.4)."""

    application: ApplicationKeys
    token: str = field(repr=False)
    secret: str = field(repr=False)
    METHOD: ClassVar[ConnectMethod] = ConnectMethod.OAUTH
    REFUSED: ClassVar[str] = (
        "The sign-in may have been withdrawn on Discogs. Connect again: `c` in the app, or `lockgroove connect discogs`."
    )

    @classmethod
    def opened(cls, stored: str, application: ApplicationKeys) -> Self:
        """What :attr:`stored` kept. Raises :class:`Conflict` for anything else."""
        try:
            kept = json.loads(stored)
            token, secret = kept["token"], kept["secret"]
        except (ValueError, TypeError, KeyError):
            token = secret = None
        if not isinstance(token, str) or not isinstance(secret, str):
            raise Conflict(
                "What is kept of the sign-in on Discogs cannot be read.",
                "Connect Discogs again: `c` in the app, or `lockgroove connect discogs`.",
            )
        hide(token, secret)
        return cls(application, token, secret)

    @property
    def stored(self) -> str:
        """What is kept of it, sealed; the application's keys are not part of it."""
        return json.dumps({"token": self.token, "secret": self.secret})

    def authorise(self) -> httpx.Auth:
        """What signs each request."""
        return _Signature(self)


Access: TypeAlias = PersonalToken | SignIn


class _Token(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._header = f"Discogs token={token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = self._header
        yield request


class _Signature(httpx.Auth):
    """Signs method and address with its query, not the JSON body (discogs-api.md 1.4, HMAC-SHA1).

    It runs anew for every try and every redirect, so each has a nonce and a time of its own.
    """

    def __init__(self, access: SignIn) -> None:
        self._access = access

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        from oauthlib.oauth1 import Client  # 45 ms that a program without a sign-in never needs

        signer = Client(
            self._access.application.consumer_key,
            client_secret=self._access.application.consumer_secret,
            resource_owner_key=self._access.token,
            resource_owner_secret=self._access.secret,
            nonce=secrets.token_hex(16),  # at most 64 characters are accepted
        )
        signed: tuple[str, dict[str, str], object] = cast("Any", signer).sign(str(request.url), request.method)
        request.headers["Authorization"] = signed[1]["Authorization"]
        yield request
