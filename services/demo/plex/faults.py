"""What can go wrong with a Plex Media Server (plex-api.md 15), to be switched on at start or while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from services.demo.board import Board


class PlexFault(StrEnum):
    """A misbehaviour."""

    TOKEN_REVOKED = "token-revoked"
    """401 with a page for a browser."""
    FORBIDDEN = "forbidden"
    """403 with a page for a browser."""
    SERVER_ERROR = "server-error"
    """500 with a page for a browser."""
    STARTING = "starting"
    """503: the server starts or migrates."""
    HTML_200 = "html-200"
    """200 with a web page: something else answers at the address."""
    EMPTY_BODY = "empty-body"
    """200 with nothing."""
    BAD_JSON = "bad-json"
    """200 with half a JSON document."""
    TRUNCATED = "truncated"
    """Announces a whole body, sends half of it and closes the connection."""
    OVERSIZED = "oversized"
    """40 MB."""
    DROP_CONNECTION = "drop-connection"
    """Closes the connection without an answer; nothing is carried out."""
    HANG = "hang"
    """Answers late: by the value in seconds (default 30)."""
    REDIRECT_AWAY = "redirect-away"
    """Redirects to another host."""
    XML_ALWAYS = "xml-always"
    """Answers XML whatever is asked for."""
    NO_PAGING = "no-paging"
    """Sends the whole list whatever page is asked for."""
    STREAM_BREAKS = "stream-breaks"
    """The stream of notifications breaks when the next one is due."""


class PlexFaults(Board[PlexFault]):
    """The faults of the simulated Plex."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__(PlexFault, names)
