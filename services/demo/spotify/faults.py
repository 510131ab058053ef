"""What can go wrong with Spotify (spotify-api.md 1.6 and 1.8), for everybody or for one account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SpotifyFault(StrEnum):
    """A misbehaviour. Those of tokens strike ``/api/token``, all others the Web API, unless a ``match`` says else."""

    TOKEN_INVALID = "token-invalid"
    """401 "Invalid access token"."""
    TOKEN_EXPIRED = "token-expired"
    """401 "The access token expired"."""
    BAD_SECOND = "bad-second"
    """401 "Access token missing" for a second (or the value, in seconds) from the first request it strikes."""
    PERMISSIONS = "permissions"
    """401 "Permissions missing"."""
    SCOPE = "scope"
    """403 "Insufficient client scope"."""
    FORBIDDEN = "forbidden"
    """403 "Forbidden"."""
    FORBIDDEN_SILENT = "forbidden-silent"
    """403 without a message."""
    OWNER_NOT_PREMIUM = "owner-not-premium"
    """403 in plain text: the owner of the app has no Premium."""
    NOT_ALLOWLISTED = "not-allowlisted"
    """403 in plain text: the person is not among the users of the app."""
    NOT_ALLOWLISTED_JSON = "not-allowlisted-json"
    """The same in the normal shape."""
    PREMIUM_REQUIRED = "premium-required"
    """403 with the reason PREMIUM_REQUIRED."""
    NOT_FOUND = "not-found"
    """404 "Resource not found"."""
    NOT_FOUND_EMPTY = "not-found-empty"
    """404 with an empty body."""
    INVALID_LIMIT = "invalid-limit"
    """400 "Invalid limit" for every limit above 10."""
    INVALID_LIMIT_EMPTY = "invalid-limit-empty"
    """The same with an empty body."""
    RATE_LIMIT = "rate-limit"
    """429 with ``Retry-After`` of the value in seconds (default 11)."""
    RATE_LIMIT_SILENT = "rate-limit-silent"
    """429 without ``Retry-After``."""
    QUOTA = "quota"
    """429 with the reason QUOTA_EXCEEDED and ``Retry-After`` of the value in seconds (default 48925)."""
    SERVER_ERROR = "server-error"
    """500 with a JSON message."""
    HTML_502 = "html-502"
    """502 with an HTML page."""
    HTML_503 = "html-503"
    """503 with an HTML page."""
    TIMEOUT_504 = "timeout-504"
    """504 with an empty body."""
    HTML_200 = "html-200"
    """200 with an HTML page."""
    EMPTY_BODY = "empty-body"
    """Answers reads with 200 and nothing."""
    BAD_JSON = "bad-json"
    """Answers reads with 200 and half a JSON document."""
    WRITE_NOT_JSON = "write-not-json"
    """Carries writes out and answers them with 200 and plain text."""
    WRITE_THEN_DROP = "write-then-drop"
    """Carries writes out, then closes the connection without an answer."""
    TRUNCATED = "truncated"
    """Announces a whole body, sends half of it and closes the connection."""
    OVERSIZED = "oversized"
    """Answers with 40 MB of JSON."""
    DROP_CONNECTION = "drop-connection"
    """Closes the connection without an answer; nothing is carried out."""
    HANG = "hang"
    """Answers late: by the value in seconds (default 30)."""
    REDIRECT_AWAY = "redirect-away"
    """Redirects to another host."""
    NEXT_ELSEWHERE = "next-elsewhere"
    """``next`` leads to another host."""
    PHANTOM_PAGES = "phantom-pages"
    """Albums of an artist never end: every page has a ``next``, the first page's albums come again, then none."""
    SHORT_FOLLOWING = "short-following"
    """Followed artists asked without ``after`` lack the first one; the total counts it."""
    LEGACY_ROWS = "legacy-rows"
    """Playlist rows have only ``track``, playlists only ``tracks``."""
    TOKEN_REVOKED = "token-revoked"
    """400 ``invalid_grant`` "Refresh token revoked" from the accounts service."""
    TOKEN_CLIENT = "token-client"
    """400 ``invalid_client`` from the accounts service."""
    TOKEN_ERROR = "token-error"
    """500 from the accounts service, in plain text."""
    TOKEN_RATE_LIMIT = "token-rate-limit"
    """429 from the accounts service, ``Retry-After`` of the value in seconds (default 7)."""
    TOKEN_HTML = "token-html"
    """503 with an HTML page from the accounts service."""
    TOKEN_HANG = "token-hang"
    """The accounts service answers late: by the value in seconds (default 30)."""
    TOKEN_THEN_DROP = "token-then-drop"
    """The accounts service gives a token (with rotation the old one is dead), and the answer gets lost."""


@dataclass(slots=True)
class SpotifyTrouble:
    """A fault that is on: ``times`` times (None: for ever), for requests whose ``METHOD /path`` contains ``match``."""

    fault: SpotifyFault
    account: str = ""
    times: int | None = None
    match: str = ""
    value: str = ""
    began: float | None = None


class SpotifyFaults:
    """The faults that are on. One for an account goes before one for everybody."""

    def __init__(self, names: tuple[str, ...] = (), clock: Callable[[], float] = lambda: 0.0) -> None:
        self._clock = clock
        self._on: dict[tuple[SpotifyFault, str], SpotifyTrouble] = {}
        for name in names:
            self.start(SpotifyFault(name))

    def start(
        self, fault: SpotifyFault, *, account: str = "", times: int | None = None, match: str = "", value: str = ""
    ) -> None:
        """Switch a fault on, for one account or (empty) for everybody, in place of what was set for it before."""
        place = match or ("/api/token" if fault.value.startswith("token-") and fault not in _OF_THE_API else "/v1/")
        self._on[fault, account] = SpotifyTrouble(fault, account, times, place, value)

    def stop(self, fault: SpotifyFault | None = None, account: str | None = None) -> None:
        """Switch a fault off, or all of them; for one account, or for all."""
        self._on = {
            (known, whose): trouble
            for (known, whose), trouble in self._on.items()
            if fault not in (None, known) or account not in (None, whose)
        }

    def strikes(self, fault: SpotifyFault, method: str, path: str, account: str) -> SpotifyTrouble | None:
        """The trouble if ``fault`` hits this request."""
        for whose in (account, "") if account else ("",):
            trouble = self._on.get((fault, whose))
            if trouble is None or trouble.match not in f"{method} {path}" or trouble.times == 0:
                continue
            if fault is SpotifyFault.BAD_SECOND and self._is_over(trouble):
                continue
            if trouble.times is not None:
                trouble.times -= 1
            return trouble
        return None

    def describe(self) -> list[dict[str, Any]]:
        """The faults that are on."""
        return [
            {"name": t.fault.value, "account": t.account, "times": t.times, "match": t.match, "value": t.value}
            for t in self._on.values()
        ]

    def __bool__(self) -> bool:
        return bool(self._on)

    def _is_over(self, trouble: SpotifyTrouble) -> bool:
        now = self._clock()
        if trouble.began is None:
            trouble.began = now
        return now - trouble.began > float(trouble.value or 1)


_OF_THE_API = (SpotifyFault.TOKEN_INVALID, SpotifyFault.TOKEN_EXPIRED)
