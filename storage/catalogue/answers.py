"""Releases met through the API, kept whole."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection
from typing import Any

from storage.catalogue.database import Database, marks
from storage.instants import instant
from storage.values import CatalogueRelease, Document, ReleaseId

_CHUNK = 500


def put(db: Database, release_id: ReleaseId, detail: Document, *, fetched_at: str | None = None) -> None:
    """Keep a release's answer in place of an older one."""
    packed = zlib.compress(json.dumps(detail, separators=(",", ":")).encode(), 6)
    db.do(
        "INSERT INTO answer (release_id, detail, fetched_at) VALUES (?, ?, ?)"
        " ON CONFLICT (release_id) DO UPDATE SET detail = excluded.detail, fetched_at = excluded.fetched_at",
        (release_id, packed, fetched_at or instant()),
    )


def get(db: Database, release_id: ReleaseId) -> CatalogueRelease | None:
    """The kept answer for a release."""
    return get_many(db, [release_id]).get(release_id)


def get_many(db: Database, release_ids: Collection[ReleaseId]) -> dict[ReleaseId, CatalogueRelease]:
    """The kept answers for those of these releases that were met before."""
    wanted = list(release_ids)
    found: dict[ReleaseId, CatalogueRelease] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        statement = f"SELECT release_id, detail, fetched_at FROM answer WHERE release_id IN ({marks(chunk)})"
        found.update((held.release_id, held) for held in map(_release, db.rows(statement, chunk)))
    return found


def _release(row: tuple[Any, ...]) -> CatalogueRelease:
    return CatalogueRelease(row[0], json.loads(zlib.decompress(row[1])), row[2])
