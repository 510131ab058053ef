"""What services advise, put for who speaks HTTP: they name commands and keys of the app, here it is routes.

A command that has no route (an operator's, such as `lockgroove discogs-setup`) is named as it is.
"""

from __future__ import annotations

import re
from typing import Any

_SIGN_IN = "begin with `GET /api/oauth/authorize/discogs`"
_CONNECT = "`c` in the app, or `lockgroove connect discogs`"
_ROUTES = tuple(
    (re.compile(said), route)
    for said, route in (
        (
            r"Run `lockgroove connect discogs`, or set DISCOGS_TOKEN\.",
            f"Sign in on Discogs: {_SIGN_IN}. The owner may set DISCOGS_TOKEN instead.",
        ),
        (
            rf"Make a new personal access token at \S+ and connect again: {re.escape(_CONNECT)}\.",
            f"Sign in on Discogs again: {_SIGN_IN}.",
        ),
        (re.escape(_CONNECT), _SIGN_IN),
        (r"`c` in the app, or `lockgroove connect spotify`", "`lockgroove connect spotify` where the server runs"),
        (r"`lockgroove export discogs --list`", "`GET /api/export/discogs`"),
        (r"`lockgroove export discogs --retry ([0-9a-f-]{36})`", r'`POST /api/export/discogs` with {"retry_of": "\1"}'),
    )
)


def over_rest(text: str) -> str:
    """``text`` of a service, also one that a job kept, with routes in place of commands."""
    for said, route in _ROUTES:
        text = said.sub(route, text)
    return text


def details_over_rest(details: dict[str, Any]) -> dict[str, Any]:
    """The same for the texts of an entry of the feed."""
    return {name: over_rest(value) if isinstance(value, str) else value for name, value in details.items()}
