"""What the simulated Discogs remembers of OAuth 1.0a: applications, request tokens, access tokens, nonces."""

from __future__ import annotations

import functools
import secrets
import string
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .signatures import Signatures

CONSUMER_KEY = "DemoConsumerKeyAbcde"
CONSUMER_SECRET = "DemoConsumerSecretNotASecretAbcd"
"""The application of the demo: well known, and worth nothing."""
REQUEST_TOKEN_LIFETIME = 15 * 60.0
"""Seconds (discogs-api.md 1.4)."""
_MOST_NONCES = 100_000


@dataclass(frozen=True, slots=True)
class Consumer:
    """An application that people can sign in to."""

    key: str
    secret: str
    name: str


@dataclass(slots=True)
class RequestToken:
    """The first leg. ``verifier`` and ``username`` are empty until somebody allows it."""

    key: str
    secret: str
    consumer_key: str
    callback: str
    expires_at: float
    verifier: str = ""
    username: str = ""


@dataclass(slots=True)
class AccessToken:
    """What an application acts with for a user; it does not expire, but can be revoked."""

    key: str
    secret: str
    consumer_key: str
    username: str


class Grants:
    """Who may act for whom. ``clock`` counts seconds for the life of request tokens."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.consumers: dict[str, Consumer] = {}
        self.request_tokens: dict[str, RequestToken] = {}
        self.access_tokens: dict[str, AccessToken] = {}
        self._nonces: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.register("Lockgroove demo", key=CONSUMER_KEY, secret=CONSUMER_SECRET)

    def register(self, name: str, *, key: str = "", secret: str = "") -> Consumer:
        """A further application, with keys of its own if none are given."""
        consumer = Consumer(key or letters(20), secret or letters(32), name)
        self.consumers[consumer.key] = consumer
        return consumer

    @functools.cached_property
    def signatures(self) -> Signatures:
        """What checks signatures against these grants; loads oauthlib, so only once somebody signs."""
        from .signatures import Signatures

        return Signatures(self)

    # --- the three legs

    def begin(self, consumer_key: str, key: str, secret: str, callback: str) -> None:
        """A request token was handed out."""
        self._forget_expired()
        expires_at = self._clock() + REQUEST_TOKEN_LIFETIME
        self.request_tokens[key] = RequestToken(key, secret, consumer_key, callback, expires_at)

    def pending(self, key: str) -> RequestToken | None:
        """A request token that still lives."""
        self._forget_expired()
        return self.request_tokens.get(key)

    def allow(self, token: RequestToken, username: str) -> str:
        """The user said yes: the code that proves it."""
        token.username, token.verifier = username, letters(10)
        return token.verifier

    def finish(self, request_key: str, key: str, secret: str) -> None:
        """The request token is used up; an access token takes its place."""
        used = self.request_tokens.pop(request_key)
        self.access_tokens[key] = AccessToken(key, secret, used.consumer_key, used.username)

    # --- the end of it

    def deny(self, token: RequestToken) -> None:
        """The user said no."""
        del self.request_tokens[token.key]

    def expire(self) -> None:
        """End every request token, as if its time were over."""
        self.request_tokens.clear()

    def revoke(self, username: str = "") -> int:
        """Take access back from every application, for one user or (empty) for all; how many tokens that ended."""
        ended = [key for key, token in self.access_tokens.items() if username in ("", token.username)]
        for key in ended:
            del self.access_tokens[key]
        return len(ended)

    # --- nonces

    def is_new(self, consumer_key: str, nonce: str) -> bool:
        """Whether a nonce comes for the first time; the newest hundred thousand are remembered."""
        if (consumer_key, nonce) in self._nonces:
            return False
        self._nonces[consumer_key, nonce] = None
        if len(self._nonces) > _MOST_NONCES:
            self._nonces.popitem(last=False)
        return True

    def _forget_expired(self) -> None:
        now = self._clock()
        for token in [token for token in self.request_tokens.values() if token.expires_at <= now]:
            del self.request_tokens[token.key]


def letters(count: int) -> str:
    """A token as Discogs makes them: letters only."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(count))
