"""What can go wrong with beets, in words for a person (beets-cli.md section 9.4)."""

from __future__ import annotations

from enum import StrEnum

from services.errors import Conflict, LockgrooveError, NotConnected

SERVICE = "beets"


class Verdict(StrEnum):
    """How one run of the program ended."""

    OK = "ok"
    NOTHING_MATCHED = "nothing_matched"
    """A normal result: no track was like that."""
    BAD_QUERY = "bad_query"
    USAGE = "usage"
    """The command line was not understood: another beets than the one this was made for."""
    LOCKED = "locked"
    """Another program has the library."""
    READ_ONLY = "read_only"
    MISSING_PATH = "missing_path"
    PROMPT = "prompt"
    """It wanted to ask somebody, and nobody is there."""
    CONFIGURATION = "configuration"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    """It said more than is read."""
    CRASH = "crash"
    """A traceback, or killed by a signal."""
    FAILED = "failed"


class BeetsFailed(LockgrooveError):
    """beets did not do it. ``verdict`` says in what way; the message is the last line of what it said."""

    kind = "beets_failed"

    def __init__(self, verdict: Verdict, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.verdict = verdict


class QueryRefused(LockgrooveError):
    """A query that is not handed to beets."""

    kind = "bad_query"


class NotConfirmed(Conflict):
    """It would remove or lose something and nobody said yes to that. ``count`` is how many tracks."""

    def __init__(self, message: str, hint: str, count: int) -> None:
        super().__init__(message, hint)
        self.count = count


def not_installed(command: str) -> NotConnected:
    """The program is not there."""
    return NotConnected(
        SERVICE,
        f"beets is not installed here: there is no program {command!r}.",
        "Install it (`pipx install beets` or `uv tool install beets`), or say in BEETS_COMMAND where it is.",
        ("BEETS_COMMAND",),
    )
