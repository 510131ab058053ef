"""Editing the copies of a record: kept as pending until the next sync sends them to Discogs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import InvalidInput, NotFound
from services.records.entry import plain
from storage import copies, records
from storage.values import Copy, Document, InstanceId, NewCopy, Record, RecordPk, UserId


@dataclass(frozen=True, slots=True)
class CopyEdit:
    """What to change on a copy; None and an empty mapping change nothing. ``fields`` is {field id: value}."""

    rating: int | None = None
    folder_id: int | None = None
    fields: Mapping[int, str] = field(default_factory=dict[int, str])


async def edit(
    conn: AsyncConnection, user_id: UserId, record: Record, instance_id: InstanceId, wanted: CopyEdit
) -> None:
    """Store ``wanted`` as pending on a copy of ``record``; what equals Discogs' own value is not pending.

    Raises :class:`NotFound` for a copy that is not this record's, :class:`InvalidInput` for a bad value.
    """
    found = await copies.get(conn, user_id, instance_id)
    if found is None or found.record_pk != record.pk:
        raise NotFound("This record has no such copy.", "Open the record again; a sync may have changed it.")
    await _check(conn, user_id, wanted)
    copy = found.copy
    if copy.instance_id < 0:  # from a file: Discogs knows nothing of it, so there is nothing to send
        await copies.upsert_many(conn, user_id, [_edited(copy, record.pk, wanted)], seen_pass=None)
    else:
        await copies.set_pending(conn, user_id, instance_id, _pending(copy, wanted))
    await records.refresh_from_copies(conn, [record.pk])


async def put_back(conn: AsyncConnection, user_id: UserId, pk: RecordPk, held: Sequence[Copy]) -> None:
    """Store the copies of a removed record again, with their local edits."""
    if not held:
        return
    await copies.upsert_many(conn, user_id, [_edited(copy, pk, CopyEdit()) for copy in held], seen_pass=None)
    for copy in held:
        if copy.pending:
            await copies.set_pending(conn, user_id, copy.instance_id, copy.pending)
        if copy.removed_at:
            await copies.mark_removed(conn, user_id, copy.instance_id)
    await records.refresh_from_copies(conn, [pk])


def _edited(copy: Copy, pk: RecordPk, wanted: CopyEdit) -> NewCopy:
    changed = {str(key): value for key, value in wanted.fields.items()}
    return NewCopy(
        instance_id=copy.instance_id,
        record_pk=pk,
        release_id=copy.release_id,
        folder_id=copy.folder_id if wanted.folder_id is None else wanted.folder_id,
        date_added=copy.date_added,
        rating=copy.rating if wanted.rating is None else wanted.rating,
        fields={key: value for key, value in (copy.fields | changed).items() if value},
    )


def _pending(copy: Copy, wanted: CopyEdit) -> Document | None:
    before: Document = copy.pending or {}
    rating = before.get("rating") if wanted.rating is None else wanted.rating
    folder = before.get("folder_id") if wanted.folder_id is None else wanted.folder_id
    fields = {**before.get("fields", {}), **{str(key): value for key, value in wanted.fields.items()}}
    fields = {key: value for key, value in fields.items() if value != copy.fields.get(key, "")}
    pending: Document = {}
    if rating is not None and rating != copy.rating:
        pending["rating"] = rating
    if folder is not None and folder != copy.folder_id:
        pending["folder_id"] = folder
    if fields:
        pending["fields"] = fields
    return pending or None


async def _check(conn: AsyncConnection, user_id: UserId, wanted: CopyEdit) -> None:
    if wanted.rating is not None and not 0 <= wanted.rating <= 5:
        raise InvalidInput("rating", "A rating is 0 (none) to 5.")
    if wanted.folder_id is not None:
        known = {folder.folder_id for folder in await copies.folders(conn, user_id)} - {0}
        if wanted.folder_id not in known:
            raise InvalidInput("folderId", "There is no such folder.", "Sync first if it is new on Discogs.")
    if not wanted.fields:
        return
    definitions = {each.field_id: each for each in await copies.fields(conn, user_id)}
    for field_id, value in wanted.fields.items():
        definition = definitions.get(field_id)
        if definition is None:
            raise InvalidInput("fields", f"There is no custom field {field_id}.", "Sync first if it is new on Discogs.")
        if value != plain(value, lines=True) or len(value) > 5000:
            raise InvalidInput(definition.name, f"{definition.name} holds characters Discogs cannot keep, or too many.")
        if definition.kind == "dropdown" and value and value not in definition.options:
            raise InvalidInput(
                definition.name,
                f"{definition.name} has no option “{value}”.",
                f"Choose {', '.join(definition.options)}.",
            )
