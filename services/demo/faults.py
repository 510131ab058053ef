"""What can go wrong with a service, to be switched on at start or while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from .board import Board


class Fault(StrEnum):
    """A misbehaviour. Started by ``--fault``, it strikes as often as a bad day would: every so many requests."""

    RATE_LIMIT = "rate-limit"
    """Answers 429 although the limit is not reached; without ``Retry-After`` unless a value is given."""
    SLOW = "slow"
    """Answers late: by the value in seconds (default 1)."""
    SERVER_ERROR = "server-error"
    """Answers 500 with a JSON message."""
    HTML_502 = "html-502"
    """Answers 502 with an HTML page, as a gateway does."""
    MAINTENANCE = "maintenance"
    """Answers 503 with an HTML page."""
    EMPTY_BODY = "empty-body"
    """Answers reads with 200 and nothing."""
    BAD_JSON = "bad-json"
    """Answers reads with 200 and half a JSON document."""
    TRUNCATED = "truncated"
    """Announces a whole body, sends half of it and closes the connection."""
    OVERSIZED = "oversized"
    """Answers with 40 MB of JSON."""
    DROP_CONNECTION = "drop-connection"
    """Closes the connection without an answer; nothing is carried out."""
    ADD_THEN_DROP = "add-then-drop"
    """Carries an add to the collection out, then closes the connection without an answer."""
    WANT_THEN_DROP = "want-then-drop"
    """Puts a release on the wantlist, then closes the connection without an answer."""
    LIST_THEN_DROP = "list-then-drop"
    """Makes a listing in the marketplace, then closes the connection without an answer."""
    NO_SELLER_SETTINGS = "no-seller-settings"
    """The seller settings are missing: 403 for new listings, 404 for price suggestions."""
    SIGN_IN_FAILS = "sign-in-fails"
    """Answers 500 when a sign-in begins."""
    SIGN_IN_EMPTY = "sign-in-empty"
    """Answers 200 without a token when a sign-in begins."""
    SIGN_IN_HANGS = "sign-in-hangs"
    """Answers the beginning of a sign-in late: by the value in seconds (default 30)."""
    REVOKED_TOKEN = "revoked-token"
    """Knows no credential any more: 401 for everything that needs one."""
    REVOKED_OAUTH = "revoked-oauth"
    """Knows no sign-in any more: 401 for everything that an application signs; personal tokens still work."""
    PRIVATE = "private"
    """Answers 403 for everything of a user."""
    SHORT_PAGE = "short-page"
    """Leaves two items out of every middle page, as if they were hidden."""
    STALE_SEARCH = "stale-search"
    """Answers 404 for every release that is not in the collection: the search index is out of date."""
    REDIRECT_AWAY = "redirect-away"
    """Redirects to another host."""


_EVERY: Mapping[Fault, int] = {
    Fault.RATE_LIMIT: 8,
    Fault.SERVER_ERROR: 5,
    Fault.HTML_502: 5,
    Fault.EMPTY_BODY: 5,
    Fault.BAD_JSON: 5,
    Fault.TRUNCATED: 5,
    Fault.DROP_CONNECTION: 5,
    Fault.ADD_THEN_DROP: 2,
    Fault.WANT_THEN_DROP: 2,
    Fault.LIST_THEN_DROP: 2,
}
"""Every how many requests a fault that was started without a count strikes; all others always strike."""


class Faults(Board[Fault]):
    """The faults of the simulated Discogs."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__(Fault, names, _EVERY)
