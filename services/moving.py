"""Moving an installation from files to a PostgreSQL server, and what has to come along with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from services.errors import InvalidInput
from services.places import Places
from services.places import catalogue_url as catalogue_beside
from services.secrets import ENCRYPTION_KEY, SESSION_KEY, Origin, Secrets
from services.settings import Settings
from storage import moving
from storage.moving_proof import MovedTable

_PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")


@dataclass(frozen=True, slots=True)
class Move:
    """From which file to which server. ``server`` may hold a password; ``shown`` does not."""

    library: Path
    server: str

    @property
    def shown(self) -> str:
        return _PASSWORD.sub("…", self.server.partition("?")[0])


@dataclass(frozen=True, slots=True)
class Key:
    """A key that the moved credentials and sessions need, and where it is kept (None: none was made yet)."""

    name: str
    origin: Origin | None


def planned(settings: Settings, places: Places, *, source: Path | None = None, target: str | None = None) -> Move:
    """What a move means here: from ``source`` (else the library in use, else that of the data directory) to ``target`` (else
    the PostgreSQL address of the settings).

    Raises :class:`InvalidInput` where no target is set, and for a password in ``target``: arguments can be read by others.
    """
    in_use = settings.library_url
    is_file = in_use.startswith("sqlite:///")
    server = target or (None if is_file else in_use)
    if server is None:
        raise InvalidInput(
            "DATABASE_URL",
            "It is not said which database to move to.",
            "Set DATABASE_URL=postgresql://user:password@host/database for this command.",
        )
    if not server.startswith(("postgresql://", "postgres://")):
        raise InvalidInput("--to", "That is no postgresql:// address.", "Write postgresql://user@host/database.")
    if target and _has_password(target):
        raise InvalidInput(
            "--to",
            "A password in an argument can be read by everybody on this machine.",
            "Set DATABASE_URL instead, or leave the password to PGPASSWORD or ~/.pgpass.",
        )
    library = source or (Path(in_use.removeprefix("sqlite:///")) if is_file else places.data_dir / "library.db")
    return Move(library, server)


def carry_out(move: Move, tell: Callable[[str, int], None]) -> list[MovedTable]:
    """Do it. Blocking. Raises what :func:`storage.moving.move` raises."""
    library = f"sqlite:///{move.library}"
    return moving.move(library, catalogue_beside(library), move.server, tell)


async def keys(secrets: Secrets) -> list[Key]:
    """The keys without which what was moved cannot be used, and where they are; they do not lie in the library."""
    return [Key(name, await secrets.origin(name)) for name in (ENCRYPTION_KEY, SESSION_KEY)]


def _has_password(url: str) -> bool:
    parts = urlsplit(url)
    return parts.password is not None or "password" in parse_qs(parts.query)
