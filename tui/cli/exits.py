"""Exit statuses, and how an error becomes text: never a stack trace, always what to do next."""

from __future__ import annotations

import logging
import os
from enum import IntEnum
from typing import cast

from storage.errors import LockgrooveError

log = logging.getLogger(__name__)


class Exit(IntEnum):
    """The documented statuses (docs/cli.md)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    """Done, but some items failed; they were named."""
    NOT_CONNECTED = 4
    INTERRUPTED = 130
    """Ended by Ctrl-C, as shells expect it."""


def explain(error: Exception) -> Exit:
    """Print what went wrong on standard error and return the status for it.

    What the program did not expect is told in one line as well; ``LOG_LEVEL=DEBUG`` adds the stack trace.
    """
    error = _decisive(error)
    if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
        from services.log import open_log

        open_log("DEBUG")
        log.debug("the command failed", exc_info=error)
    if isinstance(error, LockgrooveError):
        _print(error.message, error.hint)
        return _status(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        _print(f"{place}{error.strerror}.", "")
        return Exit.FAILED
    _print(
        f"Something unexpected happened ({type(error).__name__}: {error}).",
        "Run the command again with LOG_LEVEL=DEBUG to see where; please report it with that text.",
    )
    return Exit.FAILED


def _decisive(error: Exception) -> Exception:
    """Of several that tasks of one group raised, the first that can be explained."""
    if not isinstance(error, ExceptionGroup):
        return error
    found = [_decisive(inner) for inner in cast("ExceptionGroup[Exception]", error).exceptions]
    return next((inner for inner in found if isinstance(inner, LockgrooveError)), found[0])


def is_unconnected(error: LockgrooveError) -> bool:
    """Whether no account is connected, or its service does not accept the credential."""
    return error.kind == "not_connected" or (error.kind == "upstream_refused" and getattr(error, "status", 0) == 401)


def _status(error: LockgrooveError) -> Exit:
    if is_unconnected(error):
        return Exit.NOT_CONNECTED
    if error.kind == "invalid_input":
        return Exit.USAGE
    return Exit.FAILED


def _print(message: str, hint: str) -> None:
    from tui.cli.output import note

    note(f"error: {message}")
    if hint:
        note(hint)
