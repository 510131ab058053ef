"""Releases as the catalogue files them, one by one."""

from __future__ import annotations

from storage.catalogue.database import Database


def is_any(db: Database) -> bool:
    """Whether a release is filed at all."""
    return db.row("SELECT 1 FROM release LIMIT 1") is not None
