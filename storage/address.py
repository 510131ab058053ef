"""Where a store is: ``sqlite:///file`` or ``postgresql://...``, read without SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from storage.errors import StoreError


@dataclass(frozen=True, slots=True)
class Address:
    """A store's address. ``file`` is set for SQLite, ``server`` (a libpq URL) for PostgreSQL."""

    file: Path | None = None
    server: str | None = None

    @property
    def dialect(self) -> str:
        return "sqlite" if self.file is not None else "postgresql"


def parse_address(url: str) -> Address:
    """The address that ``url`` names. Raises :class:`StoreError` for any other kind of database.

    >>> parse_address("sqlite:///library.db").file
    PosixPath('library.db')
    """
    scheme, _, rest = url.partition("://")
    engine = scheme.partition("+")[0]
    if engine == "sqlite" and rest.startswith("/") and rest != "/":
        return Address(file=Path(rest[1:].partition("?")[0]))
    if engine in ("postgresql", "postgres") and rest:
        return Address(server=f"postgresql://{rest}")
    shown = f"{scheme}://..." if rest else "The address"
    raise StoreError(
        f"{shown} is not a database address that can be used.",
        "Set DATABASE_URL to sqlite:///file or postgresql://user@host/database.",
    )
