"""The items of exports: what is to be sent to Discogs, what became of each, what it made there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import pack, storable, unpack_optional
from storage.instants import instant
from storage.tables import export_item, job, record, want
from storage.values import ExportItem, ExportState, RecordPk, ReleaseId, UserId

_CHUNK = 500
_NAMES = [field.name for field in fields(ExportItem)]
_COLUMNS = [export_item.c[name] for name in _NAMES]
OPEN = (ExportState.PENDING, ExportState.SENDING)
"""The states of an item that is not through."""


def _item(row: Row[Any]) -> ExportItem:
    found = dict(zip(_NAMES, row, strict=True))
    found["state"] = ExportState(found["state"])
    return ExportItem(**found)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known here of a release that somebody chose: enough to say whether it needs to be sent.

    ``release_id`` is None for a record that Discogs does not know; ``removed_at`` is set for one that vanished there.
    """

    title: str
    release_id: ReleaseId | None
    record_id: str | None = None
    record_pk: RecordPk | None = None
    is_synced: bool = False
    removed_at: str | None = None
    is_wanted: bool = False


_CANDIDATE = (
    record.c.artist_name,
    record.c.album_title,
    record.c.discogs_id,
    record.c.record_id,
    record.c.id,
    record.c.is_synced,
    record.c.removed_at,
    want.c.id.is_not(None).label("is_wanted"),
)


def _candidate(row: Row[*tuple[Any, ...]]) -> Candidate:
    return Candidate(
        title=f"{row.artist_name} – {row.album_title}",
        release_id=row.discogs_id,
        record_id=row.record_id,
        record_pk=row.id,
        is_synced=bool(row.is_synced),
        removed_at=row.removed_at,
        is_wanted=bool(row.is_wanted),
    )


async def chosen_records(conn: AsyncConnection, user_id: UserId, record_ids: Collection[str]) -> dict[str, Candidate]:
    """Those of these records (UUIDs) that the user has."""
    found: dict[str, Candidate] = {}
    ids = list(record_ids)
    for start in range(0, len(ids), _CHUNK):
        rows = await _candidates(conn, user_id, record.c.record_id.in_(ids[start : start + _CHUNK]))
        found.update((row.record_id, _candidate(row)) for row in rows)
    return found


async def chosen_releases(conn: AsyncConnection, user_id: UserId, release_ids: Collection[int]) -> dict[int, Candidate]:
    """What is known here of these releases: as a record, else as a want; unknown ones are left out."""
    found: dict[int, Candidate] = {}
    ids = list(release_ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        rows = await _candidates(conn, user_id, record.c.discogs_id.in_(chunk))
        found.update((row.discogs_id, _candidate(row)) for row in rows)
        wanted = select(want.c.release_id, want.c.artist_name, want.c.album_title, want.c.removed_at).where(
            want.c.user_id == user_id, want.c.release_id.in_(chunk)
        )
        for release_id, artist, title, removed_at in (await conn.execute(wanted)).all():
            only_wanted = Candidate(f"{artist} – {title}", release_id, is_wanted=removed_at is None)
            found.setdefault(release_id, only_wanted)
    return found


async def _candidates(
    conn: AsyncConnection, user_id: UserId, which: ColumnElement[bool]
) -> Sequence[Row[*tuple[Any, ...]]]:
    joined = record.outerjoin(
        want,
        (want.c.user_id == record.c.user_id) & (want.c.release_id == record.c.discogs_id) & want.c.removed_at.is_(None),
    )
    found = select(*_CANDIDATE).select_from(joined).where(record.c.user_id == user_id, which)
    return (await conn.execute(found)).all()


async def add(conn: AsyncConnection, user_id: UserId, job_id: str, items: Sequence[ExportItem]) -> None:
    """Store the items of a job that is being started."""
    now = instant()
    for start in range(0, len(items), _CHUNK):
        rows = [
            {
                **{name: getattr(item, name) for name in _NAMES},
                "title": storable(item.title),
                "user_id": user_id,
                "job_id": job_id,
                "updated_at": now,
            }
            for item in items[start : start + _CHUNK]
        ]
        await conn.execute(insert(export_item), rows)


async def page(
    conn: AsyncConnection,
    job_id: str,
    *,
    after: int = 0,
    offset: int = 0,
    limit: int | None = None,
    states: Collection[ExportState] | None = None,
) -> list[ExportItem]:
    """The items behind position ``after`` and the ``offset`` next ones, in order; only of ``states`` where given."""
    found = select(*_COLUMNS).where(export_item.c.job_id == job_id, export_item.c.position > after)
    if states is not None:
        found = found.where(export_item.c.state.in_(list(states)))
    rows = (await conn.execute(found.order_by(export_item.c.position).limit(limit).offset(offset))).all()
    return [_item(row) for row in rows]


async def counts(conn: AsyncConnection, job_ids: Collection[str]) -> dict[str, dict[ExportState, int]]:
    """How many items of each job are in each state; states that none is in are left out."""
    found = (
        select(export_item.c.job_id, export_item.c.state, func.count())
        .where(export_item.c.job_id.in_(list(job_ids)))
        .group_by(export_item.c.job_id, export_item.c.state)
    )
    told: dict[str, dict[ExportState, int]] = {job_id: {} for job_id in job_ids}
    for job_id, state, number in (await conn.execute(found)).all():
        told[job_id][ExportState(state)] = number
    return told


async def undoable(conn: AsyncConnection, job_ids: Collection[str]) -> dict[str, int]:
    """How many items of each job were sent and have not been taken back."""
    found = (
        select(export_item.c.job_id, func.count())
        .where(
            export_item.c.job_id.in_(list(job_ids)),
            export_item.c.state == ExportState.SENT,
            export_item.c.undone_at.is_(None),
        )
        .group_by(export_item.c.job_id)
    )
    told = dict.fromkeys(job_ids, 0)
    for job_id, number in (await conn.execute(found)).all():
        told[job_id] = number
    return told


async def change(conn: AsyncConnection, job_id: str, position: int, **changes: Any) -> None:
    """Set fields of an item, named as in :class:`ExportItem`."""
    if message := changes.get("message"):
        changes["message"] = storable(message)
    its = (export_item.c.job_id == job_id, export_item.c.position == position)
    await conn.execute(update(export_item).where(*its).values(**changes, updated_at=instant()))


async def changed_at(conn: AsyncConnection, job_id: str, position: int) -> str:
    """When the item was last changed."""
    its = (export_item.c.job_id == job_id, export_item.c.position == position)
    return (await conn.execute(select(export_item.c.updated_at).where(*its))).scalar_one()


async def mark_undone(conn: AsyncConnection, job_id: str, position: int) -> None:
    """What the item made on Discogs has been taken back."""
    its = (export_item.c.job_id == job_id, export_item.c.position == position)
    await conn.execute(update(export_item).where(*its).values(undone_at=instant()))


async def hand_on(conn: AsyncConnection, from_job: str, to_job: str, *, message: str) -> None:
    """Copy what ``from_job`` did not get through into ``to_job``, as it stands: what may be on its way stays so.

    In ``from_job`` the open items end as failed with ``message``, so that an item is open in one job only.
    """
    source = export_item.c
    rest = (ExportState.FAILED, *OPEN)
    kept = {
        name: source[name] for name in ("user_id", "position", "release_id", "record_pk", "title", "external_id")
    } | {name: source[name] for name in ("folder_id", "instance_id", "listing_id")}
    resent = case((source.state == ExportState.FAILED, ExportState.PENDING), else_=source.state)
    columns = {**kept, "job_id": literal(to_job), "state": resent, "updated_at": source.updated_at}
    chosen = select(*columns.values()).where(source.job_id == from_job, source.state.in_(rest))
    await conn.execute(insert(export_item).from_select(list(columns), chosen))
    left = update(export_item).where(source.job_id == from_job, source.state.in_(OPEN))
    await conn.execute(left.values(state=ExportState.FAILED, message=storable(message), updated_at=instant()))


async def copy_sent(conn: AsyncConnection, from_job: str, to_job: str) -> None:
    """Make what ``from_job`` sent, and what was not taken back yet, the items of ``to_job``, which will undo them."""
    source = export_item.c
    names = ("user_id", "position", "release_id", "record_pk", "title", "external_id", "folder_id")
    columns = {name: source[name] for name in (*names, "instance_id", "listing_id")} | {
        "job_id": literal(to_job),
        "state": literal(ExportState.PENDING),
        "updated_at": literal(instant()),
    }
    sent = (source.job_id == from_job, source.state == ExportState.SENT, source.undone_at.is_(None))
    await conn.execute(insert(export_item).from_select(list(columns), select(*columns.values()).where(*sent)))


async def link(conn: AsyncConnection, job_id: str, links: Mapping[str, str]) -> None:
    """Note in an ended job what goes on in its place (``{"retried_as": id}``), beside its result."""
    held = (await conn.execute(select(job.c.result).where(job.c.id == job_id))).scalar_one_or_none()
    result = {**(unpack_optional(held) or {}), **links}
    await conn.execute(update(job).where(job.c.id == job_id).values(result=pack(result)))
