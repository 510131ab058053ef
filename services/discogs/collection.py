"""Keeping what a Discogs collection lists: a page of copies becomes records and copies in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.facts import copy_of, facts_of
from services.discogs.models import CollectionItem
from storage import copies, file_copies, records
from storage.values import NewRecord, Record, ReleaseId, UserId

FROM_DISCOGS = "discogs"
FROM_CSV = "csv"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page of copies changed: releases that were not held, copies of releases that were, new copies."""

    pulled: int = 0
    skipped: int = 0
    new_copies: int = 0
    changed_copies: int = 0


async def keep(
    conn: AsyncConnection,
    user_id: UserId,
    items: Sequence[CollectionItem],
    web_base: str,
    *,
    seen_pass: str | None = None,
) -> Kept:
    """Store ``items``: releases not held become records, copies are brought up to date, a removed record comes back.

    What a held record says about its release stays as it is, because a person may have corrected it; only a record
    that came from a CSV file, which knows little, takes Discogs' facts when its first copy arrives.
    ``seen_pass`` marks the copies as seen by that full pass.
    """
    distinct = {item.instance_id: item for item in items}
    first = {ReleaseId(item.id): item for item in reversed(distinct.values())}
    held = await records.by_discogs_ids(conn, user_id, list(first))
    new = [release_id for release_id in reversed(first) if release_id not in held]
    pks = {release_id: record.pk for release_id, record in held.items()}
    if new:
        rows = [
            NewRecord(
                facts_of(first[release_id].basic_information, web_base),
                data_source=FROM_DISCOGS,
                is_synced=True,
                created_at=first[release_id].date_added or None,
            )
            for release_id in new
        ]
        pks |= dict(zip(new, await records.add_many(conn, user_id, rows), strict=True))
    await _attach(conn, held.values(), first, web_base)
    changes = await copies.upsert_many(
        conn, user_id, [copy_of(item, pks[ReleaseId(item.id)]) for item in distinct.values()], seen_pass=seen_pass
    )
    await records.refresh_from_copies(conn, changes.records)
    return Kept(
        pulled=len(new),
        skipped=len(distinct) - len(new),
        new_copies=len(changes.added),
        changed_copies=len(changes.changed),
    )


async def _attach(
    conn: AsyncConnection, held: Iterable[Record], first: Mapping[ReleaseId, CollectionItem], web_base: str
) -> None:
    """Held records that were not known to be in the collection are known to be now."""
    for record in held:
        if record.is_synced or record.discogs_id is None:
            continue
        if record.data_source == FROM_CSV:
            await file_copies.remove(conn, record.user_id, [record.pk])
            await records.replace_facts(conn, record.pk, facts_of(first[record.discogs_id].basic_information, web_base))
        await records.mark_synced(conn, record.pk)
