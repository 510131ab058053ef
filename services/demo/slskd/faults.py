"""What can go wrong with slskd, to be switched on at start or while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from services.demo.board import Board


class SlskdFault(StrEnum):
    """A misbehaviour; it strikes requests whose ``METHOD /path`` (without ``/api/v0``) contains its ``match``."""

    UNAUTHORIZED = "unauthorized"
    """Knows no key any more: 401 with nothing in it."""
    FORBIDDEN = "forbidden"
    """403, as the agent of a relay answers."""
    BUSY = "busy"
    """429: another request of the kind is being handled."""
    SERVER_ERROR = "server-error"
    """500 with the value as a JSON string (default: an exception's message)."""
    PLAIN_ERROR = "plain-error"
    """The same as plain text."""
    HTML_502 = "html-502"
    """502 with the page of a proxy."""
    EMPTY_BODY = "empty-body"
    """Answers reads with 200 and nothing."""
    EMPTY_LIST = "empty-list"
    """Answers reads with a list that has nothing in it, as it does a moment before something is there."""
    BAD_JSON = "bad-json"
    """Answers reads with 200 and half a JSON document."""
    TRUNCATED = "truncated"
    """Announces a whole body, sends half of it and closes the connection."""
    DROP_CONNECTION = "drop-connection"
    """Closes the connection without an answer; nothing is carried out."""
    DO_THEN_DROP = "do-then-drop"
    """Carries the request out and closes the connection without an answer."""
    SLOW = "slow"
    """Answers late: by the value in real seconds (default 1)."""
    CANCEL_IGNORED = "cancel-ignored"
    """Takes a DELETE of a transfer with 204 and lets it go on."""
    NO_BATCHES = "no-batches"
    """A build that says 0.26 and does not know batches: the path is taken for a user of that name."""
    TAKES_NOT = "takes-not"
    """Of files asked for, those whose path contains the value are not taken: they are among the failed."""
    LOST_EVENTS = "lost-events"
    """The history of events is empty."""


class SlskdFaults(Board[SlskdFault]):
    """The faults of the simulated slskd."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__(SlskdFault, names)
