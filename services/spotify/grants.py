"""What a sign-in leaves: the first refresh token, what was granted, when, and to which app."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self, cast

from services.accounts import Credential
from services.errors import Conflict
from services.log import hide
from storage.values import ConnectMethod

MONTHS = 6
"""A login ends so long after it was made, whatever is done (spotify-api.md 1.6)."""
WARNED = 5
"""Months after which a person is told."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What all later tokens descend from. Of a preset only the refresh token is known."""

    refresh_token: str = field(repr=False)
    scopes: str = ""
    authorized_at: str = ""
    client_id: str = ""

    @classmethod
    def of(cls, credential: Credential) -> Self:
        """What a kept or preset credential is. Raises :class:`Conflict` for what cannot be read."""
        if credential.method is not ConnectMethod.OAUTH:
            return cls(credential.secret.strip())
        try:
            kept = cast("dict[str, str]", json.loads(credential.secret))
            grant = cls(**{name: str(kept[name]) for name in cls.__dataclass_fields__})
        except (ValueError, TypeError, KeyError) as error:
            raise Conflict(
                "What is kept of the sign-in on Spotify cannot be read.",
                "Connect Spotify again: `c` in the app, or `lockgroove connect spotify`.",
            ) from error
        hide(grant.refresh_token)
        return grant

    @property
    def stored(self) -> str:
        """What is kept of it, sealed."""
        return json.dumps(asdict(self))

    @property
    def seed(self) -> str:
        """What its tokens are known by."""
        return hashlib.sha256(self.refresh_token.encode()).hexdigest()[:32]


def later(moment: str, months: int) -> datetime:
    """The same day so many months later, or the last of that month."""
    begun = datetime.fromisoformat(moment)
    year, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    for day in range(begun.day, begun.day - 4, -1):
        try:
            return begun.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
