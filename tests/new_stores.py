"""A store that is not there yet becomes a copy of one that was migrated once: hundreds of tests begin with one.

To migrate one from nothing takes 0.4 s of a core, most of it for the import of Alembic.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from storage import migrate
from storage.schema import Store

folder: Path | None = None
"""Where the migrated ones are, while tests run."""

_really: Callable[[Path, Store], None] = migrate._upgrade_file  # pyright: ignore[reportPrivateUsage]


def upgrade_in(made: Path) -> Callable[[Path, Store], None]:
    """What stands for :func:`storage.migrate._upgrade_file`, with the migrated stores in the folder ``made``."""

    def upgrade(file: Path, store: Store) -> None:
        if file.stat().st_size:
            _really(file, store)
            return
        whole = made / f"{store}.db"
        if not whole.exists():
            begun = made / f"{store}-{os.getpid()}.db"
            begun.touch(mode=0o600)
            _really(begun, store)
            begun.rename(whole)  # another process may be at it too
        file.write_bytes(whole.read_bytes())

    return upgrade
