"""How plays come in: what one source tells twice is stored once, and what several tell of one listen is one row, in
whatever order they come (:mod:`storage.listens`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import bindparam

from storage.dialect import inserting
from storage.listens import Listen, Told, brought_together
from storage.play_tracks import CHUNK, Kept
from storage.tables.plays import FOREIGN, play, played_track
from storage.values import UserId
from storage.values.plays import Heard, PlaySource, PlaysStored

DAY = 86_400_000
_ROWS = 100
"""Plays in one statement: to put it together holds the loop for a millisecond."""
_TOLD = ("api", "export", "account")


async def add(
    conn: AsyncConnection, user_id: UserId, heard: Sequence[Heard], tracks: Mapping[str, Kept]
) -> PlaysStored:
    """Store listens. ``tracks`` says how each of their tracks is kept; one that is missing there is left out.

    Listens of an export that nobody else can have told of go straight in; the others are brought together with what is
    there.
    """
    known = [each for each in heard if each.track_key in tracks]
    if not known:
        return PlaysStored()
    if any(each.source is not PlaySource.EXPORT for each in known):
        return await _bring_together(conn, user_id, known, tracks)
    shared = await _told_by_others(conn, user_id, known)
    alone = [each for each in known if tracks[each.track_key].listen_key not in shared]
    others = [each for each in known if tracks[each.track_key].listen_key in shared]
    stored = await _insert(conn, user_id, alone, tracks)
    return stored + await _bring_together(conn, user_id, others, tracks) if others else stored


async def _insert(
    conn: AsyncConnection, user_id: UserId, heard: Sequence[Heard], tracks: Mapping[str, Kept]
) -> PlaysStored:
    new = 0
    for start in range(0, len(heard), _ROWS):
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        for each in heard[start : start + _ROWS]:
            pk = tracks[each.track_key].pk
            row = _row(user_id, Listen(export=_told(each, pk)), counted=each.counted)
            held = rows.setdefault((each.at, pk), row)
            held["counted"] = held["counted"] or row["counted"]
            held["ms_played"] = max(held["ms_played"] or 0, row["ms_played"] or 0)
        stored = inserting(conn.dialect)(play).on_conflict_do_nothing().returning(play.c.id)
        new += len((await conn.execute(stored, list(rows.values()))).all())
    return PlaysStored(new=new, known=len(heard) - new)


async def _told_by_others(conn: AsyncConnection, user_id: UserId, heard: Sequence[Heard]) -> set[str]:
    """The recordings that something else than an extended export told of, about the time of ``heard``."""
    first, last = min(each.at for each in heard), max(each.at for each in heard)
    asked = (
        select(played_track.c.listen_key)
        .distinct()
        .join(play, play.c.track_pk == played_track.c.id)
        .where(
            play.c.user_id == user_id,
            play.c.played_at.between(first - DAY, last + DAY),
            FOREIGN,
        )
    )
    return set((await conn.execute(asked)).scalars())


async def _bring_together(
    conn: AsyncConnection, user_id: UserId, heard: Sequence[Heard], tracks: Mapping[str, Kept]
) -> PlaysStored:
    by_recording: dict[tuple[str, bool], list[Heard]] = defaultdict(list)
    for each in heard:
        by_recording[tracks[each.track_key].listen_key, each.counted].append(each)
    held = await _held(conn, user_id, {key for key, _ in by_recording}, heard)
    stored = PlaysStored()
    gone: list[int] = []
    changed: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for (key, counted), told in by_recording.items():
        rows = held.get((key, counted), [])
        before = {kind: _by_instant(kind, rows) for kind in _TOLD}
        after = {kind: dict(before[kind]) for kind in _TOLD}
        for each in told:
            ours = after[each.source]
            said = _told(each, tracks[each.track_key].pk)
            known = ours.get(each.at)
            if known is None or (said.ms or 0) > (known.ms or 0):
                ours[each.at] = said
        listens = brought_together(*(list(after[kind].values()) for kind in _TOLD))
        stored += _count(before, after, len(rows), len(listens), len(told))
        one_gone, one_changed, one_fresh = _differences(user_id, rows, listens, counted=counted)
        gone += one_gone
        changed += one_changed
        fresh += one_fresh
    for start in range(0, len(gone), CHUNK):
        await conn.execute(delete(play).where(play.c.id.in_(gone[start : start + CHUNK])))
    if changed:
        names = [name for name in changed[0] if name != "pk"]
        values: dict[str, Any] = {name: bindparam(f"_{name}") for name in names}
        rows = [{"pk": row["pk"], **{f"_{name}": row[name] for name in names}} for row in changed]
        await conn.execute(update(play).where(play.c.id == bindparam("pk")).values(values), rows)
    for start in range(0, len(fresh), CHUNK):
        stored_rows = inserting(conn.dialect)(play).on_conflict_do_nothing()
        await conn.execute(stored_rows, fresh[start : start + CHUNK])
    return stored


def _count(
    before: Mapping[str, Mapping[int, Told]],
    after: Mapping[str, Mapping[int, Told]],
    rows: int,
    listens: int,
    told: int,
) -> PlaysStored:
    fresh = sum(len(after[kind]) - len(before[kind]) for kind in _TOLD)
    new = max(0, listens - rows)
    return PlaysStored(new=new, merged=max(0, fresh - new), known=told - fresh)


def _differences(
    user_id: UserId, rows: Sequence[Row[Any]], listens: Sequence[Listen], *, counted: bool
) -> tuple[list[int], list[dict[str, Any]], list[dict[str, Any]]]:
    """Which rows go, which change, which are new. A row keeps its key as long as the listen keeps its instant."""
    wanted: dict[tuple[int, int], Listen] = {}
    for each in listens:  # one that the API told of comes first
        wanted.setdefault((each.best.at, each.best.track_pk), each)
    gone: list[int] = []
    changed: list[dict[str, Any]] = []
    for row in rows:
        listen = wanted.pop((row.played_at, row.track_pk), None)
        if listen is None:
            gone.append(row.id)
            continue
        values = _row(user_id, listen, counted=counted)
        if any(getattr(row, name) != value for name, value in values.items()):
            changed.append(values | {"pk": row.id})
    return gone, changed, [_row(user_id, each, counted=counted) for each in wanted.values()]


async def _held(
    conn: AsyncConnection, user_id: UserId, listen_keys: Collection[str], heard: Sequence[Heard]
) -> dict[tuple[str, bool], list[Row[Any]]]:
    """What is there of these recordings, about the time of ``heard``."""
    first, last = min(each.at for each in heard), max(each.at for each in heard)
    found: dict[tuple[str, bool], list[Row[Any]]] = defaultdict(list)
    wanted = list(listen_keys)
    for start in range(0, len(wanted), CHUNK):
        asked = (
            select(play, played_track.c.listen_key)
            .join(played_track, played_track.c.id == play.c.track_pk)
            .where(
                play.c.user_id == user_id,
                play.c.played_at.between(first - DAY, last + DAY),
                played_track.c.listen_key.in_(wanted[start : start + CHUNK]),
            )
        )
        for row in (await conn.execute(asked)).all():
            found[row.listen_key, row.counted].append(row)
    return found


def _by_instant(kind: str, rows: Iterable[Row[Any]]) -> dict[int, Told]:
    """What one source told of the listens in ``rows``."""
    if kind == "api":
        told = [Told(row.played_at, row.track_pk, context=row.context) for row in rows if row.source == PlaySource.API]
    elif kind == "export":
        told = [
            Told(row.export_at, row.track_pk, row.ms_played, row.skipped, None)
            for row in rows
            if row.export_at is not None
        ]
    else:
        told = [Told(row.account_at, row.track_pk, row.account_ms) for row in rows if row.account_at is not None]
    return {each.at: each for each in told}


def _told(heard: Heard, track_pk: int) -> Told:
    return Told(heard.at, track_pk, heard.ms_played, heard.skipped, heard.context)


def _row(user_id: UserId, listen: Listen, *, counted: bool) -> dict[str, Any]:
    api, export, account = listen.api, listen.export, listen.account
    heard = export or account
    return {
        "user_id": user_id,
        "played_at": listen.best.at,
        "track_pk": listen.best.track_pk,
        "source": listen.source,
        "counted": counted,
        "ms_played": heard.ms if heard else None,
        "export_at": export.at if export else None,
        "account_at": account.at if account else None,
        "account_ms": account.ms if account else None,
        "skipped": export.skipped if export else None,
        "context": api.context if api else None,
    }
