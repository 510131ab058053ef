"""How the shelf is kept: what sources have, who is worth comparing, which album a holding belongs to, what albums sum up.

Everything that changes holdings or where they are sums their albums up in the same transaction, so that the shelf agrees with
itself whenever somebody looks, or a process dies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Row, Select, Text, case, cast, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import bindparam

from storage.dialect import inserting
from storage.documents import pack, storable
from storage.fold import facet, sort_key
from storage.instants import instant
from storage.listed import CHUNK, tokens
from storage.tables.shelf import STALE, shelf_album, shelf_holding, shelf_sign, shelf_source
from storage.values import UserId
from storage.values.shelf_albums import Decision, NewHolding, ShelfSource

CROWD = 120
"""A sign that more than so many have says nothing, unless it is an identifier."""
MOST_MEMBERS = 40
"""Holdings of one album with which another one is compared, the most trusted first."""
_ROWS = 50
"""Rows of many columns that are handed over at a time: a millisecond."""
_a, _h, _s = shelf_album.c, shelf_holding.c, shelf_sign.c


@dataclass(frozen=True, slots=True)
class Held:
    """A holding as it is matched: its facts (JSON) and where it is."""

    pk: int
    source: str
    key: str
    rank: int
    facts: str
    album_pk: int | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a holding is put: an album that is there, or (negative numbers) one that is made."""

    pk: int
    album: int
    confidence: float
    reason: str = ""
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What storing did: how many holdings are new, and how many say something else than before."""

    added: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """A holding as it is stored."""

    row: dict[str, Any]
    signs: Collection[int]

    @property
    def marker(self) -> str:
        return self.row["marker"]


# -- what sources have ----------------------------------------------------------------------------------------------


async def markers(
    conn: AsyncConnection, user_id: UserId, source: ShelfSource, known_by: Sequence[str]
) -> dict[str, str]:
    """The markers of these holdings (at most :data:`CHUNK`), by their keys; those that are not there are left out."""
    rows = select(_h.key, _h.marker).where(_h.user_id == user_id, _h.source == source, _h.key.in_(known_by))
    return {row.key: row.marker for row in (await conn.execute(rows)).all()}


async def keep(conn: AsyncConnection, user_id: UserId, source: ShelfSource, found: Sequence[Ready]) -> Kept:
    """Store what one source has (at most :data:`CHUNK`). Only what has other facts than before is to be matched again."""
    by_key = {each.row["key"]: each for each in found}
    where = (_h.user_id == user_id, _h.source == source, _h.key.in_(by_key))
    rows = await conn.execute(select(_h.id, _h.key, _h.facts, _h.album_pk).where(*where))
    known = {row.key: row for row in rows}
    fresh = [each.row | {"user_id": user_id, "reason": ""} for key, each in by_key.items() if key not in known]
    others = {key for key, row in known.items() if row.facts != by_key[key].row["facts"]}
    for start in range(0, len(fresh), _ROWS):
        await conn.execute(insert(shelf_holding), fresh[start : start + _ROWS])
    for some, is_stale in ((others, {"is_stale": True}), (known.keys() - others, {})):
        told = [by_key[key].row | {"pk": known[key].id} | is_stale for key in some]
        for start in range(0, len(told), _ROWS):
            await conn.execute(update(shelf_holding).where(_h.id == bindparam("pk")), told[start : start + _ROWS])
    await conn.execute(delete(shelf_sign).where(_s.holding_pk.in_([known[key].id for key in others])))
    await _sign(conn, where, {key: each.signs for key, each in by_key.items() if key not in known or key in others})
    await settle(conn, [row.album_pk for row in known.values() if row.album_pk is not None])
    return Kept(len(fresh), len(known))


async def _sign(conn: AsyncConnection, where: Sequence[Any], found: Mapping[str, Collection[int]]) -> None:
    if not found:
        return
    rows = (await conn.execute(select(_h.key, _h.id).where(*where))).all()
    signs = [{"sign": sign, "holding_pk": pk} for key, pk in rows for sign in found.get(key, ())]
    for start in range(0, len(signs), CHUNK):
        await conn.execute(insert(shelf_sign), signs[start : start + CHUNK])


async def every_key(conn: AsyncConnection, user_id: UserId, source: ShelfSource) -> list[str]:
    """The keys of all that the shelf has of ``source``."""
    found: list[str] = []
    async with conn.stream_scalars(select(_h.key).where(_h.user_id == user_id, _h.source == source)) as streamed:
        async for part in streamed.partitions(2000):
            found.extend(part)
    return found


async def gone(conn: AsyncConnection, user_id: UserId, source: ShelfSource, known_by: Sequence[str]) -> int:
    """Forget what ``source`` does not have any more (at most :data:`CHUNK` keys); how many that were."""
    where = (_h.user_id == user_id, _h.source == source, _h.key.in_(known_by))
    rows = (await conn.execute(select(_h.id, _h.album_pk).where(*where))).all()
    await conn.execute(delete(shelf_sign).where(_s.holding_pk.in_([row.id for row in rows])))
    await conn.execute(delete(shelf_holding).where(*where))
    await settle(conn, [row.album_pk for row in rows if row.album_pk is not None])
    return len(rows)


def ready(found: Sequence[NewHolding]) -> list[Ready]:
    """Holdings as rows; computes for a while, so it belongs in a thread."""
    return [Ready(_row(each), each.signs) for each in found]


def _row(each: NewHolding) -> dict[str, Any]:
    artist, title = storable(each.artist), storable(each.title)
    formats = [storable(name) for name in each.formats]
    marks = "".join(f"{facet('f', name)} " for name in formats)
    return {
        "source": each.source,
        "key": storable(each.key),
        "ref": each.ref,
        "marker": storable(each.marker),
        "artist": artist,
        "title": title,
        "year": each.year,
        "tracks": each.tracks,
        "formats": pack(formats),
        "is_vinyl": each.is_vinyl,
        "added_at": each.added_at,
        "amount": each.amount,
        "detail": pack(each.detail),
        "facts": pack(each.facts),
        "rank": each.source.rank,
        "artist_key": sort_key(artist),
        "title_key": sort_key(title),
        "tokens": tokens(artist, title) + marks,
    }


# -- who is worth comparing -----------------------------------------------------------------------------------------


async def count_stale(conn: AsyncConnection, user_id: UserId) -> int:
    """How many holdings are to be matched."""
    return (await conn.execute(select(func.count()).where(_h.user_id == user_id, STALE))).scalar_one()


async def stale(conn: AsyncConnection, user_id: UserId, limit: int) -> list[Held]:
    """Holdings to be matched, those of one artist together."""
    rows = select(*_HELD).where(_h.user_id == user_id, STALE).order_by(_h.artist_key, _h.id).limit(limit)
    return await _held(conn, rows)


async def held(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[Held]:
    """These holdings."""
    found: list[Held] = []
    for start in range(0, len(pks), CHUNK):
        rows = select(*_HELD).where(_h.user_id == user_id, _h.id.in_(pks[start : start + CHUNK]))
        found += await _held(conn, rows)
    return found


async def named(conn: AsyncConnection, user_id: UserId, names: Collection[tuple[str, str]]) -> list[Held]:
    """Holdings by source and key; those that are not there are left out."""
    wanted, found = sorted({key for _, key in names}), list[Held]()
    for start in range(0, len(wanted), CHUNK):
        rows = select(*_HELD).where(_h.user_id == user_id, _h.key.in_(wanted[start : start + CHUNK]))
        found += [each for each in await _held(conn, rows) if (each.source, each.key) in names]
    return found


async def members(conn: AsyncConnection, user_id: UserId, album_pks: Collection[int]) -> dict[int, list[Held]]:
    """The holdings of these albums, the most trusted first, at most :data:`MOST_MEMBERS` of each."""
    wanted, found = list(album_pks), dict[int, list[Held]]()
    for start in range(0, len(wanted), CHUNK):
        chunk = _h.album_pk.in_(wanted[start : start + CHUNK])
        place = func.row_number().over(partition_by=_h.album_pk, order_by=(_h.rank, _h.id)).label("place")
        inner = select(*_HELD, place).where(_h.user_id == user_id, chunk).subquery()
        columns = [inner.c[column.name] for column in _HELD]
        rows = select(*columns).where(inner.c.place <= MOST_MEMBERS).order_by(inner.c.rank, inner.c.id)
        for each in await _held(conn, rows):
            found.setdefault(each.album_pk or 0, []).append(each)
    return found


async def sharing(conn: AsyncConnection, pks: Sequence[int], most: int) -> dict[int, dict[int, int]]:
    """For each of these holdings (at most :data:`CHUNK`) the ``most`` that share signs with it, and how many; identifiers count a
    hundred.
    """
    own = select(_s.sign, _s.holding_pk).where(_s.holding_pk.in_(pks)).cte("own")
    few = (
        select(_s.sign)
        .where(_s.sign.in_(select(own.c.sign)))
        .group_by(_s.sign)
        .having((func.count() <= CROWD) | (_s.sign >= 0))
        .cte("few")
    )
    worth = func.sum(case((_s.sign >= 0, 100), else_=1)).label("worth")
    pairs = (
        select(own.c.holding_pk.label("pk"), _s.holding_pk.label("other"), worth)
        .select_from(own.join(few, few.c.sign == own.c.sign).join(shelf_sign, _s.sign == own.c.sign))
        .where(_s.holding_pk != own.c.holding_pk)
        .group_by(own.c.holding_pk, _s.holding_pk)
        .subquery()
    )
    by_worth = (pairs.c.worth.desc(), pairs.c.other)
    place = func.row_number().over(partition_by=pairs.c.pk, order_by=by_worth).label("place")
    ranked = select(pairs, place).subquery()
    rows = select(ranked.c.pk, ranked.c.other, ranked.c.worth).where(ranked.c.place <= most)
    shared: dict[int, dict[int, int]] = {pk: {} for pk in pks}
    for pk, other, number in (await conn.execute(rows)).all():
        shared[pk][other] = int(number)
    return shared


_HELD = (_h.id, _h.source, _h.key, _h.rank, _h.facts, _h.album_pk, _h.decision)


async def _held(conn: AsyncConnection, rows: Select[*tuple[Any, ...]]) -> list[Held]:
    return [Held(*row) for row in (await conn.execute(rows)).all()]


# -- albums ---------------------------------------------------------------------------------------------------------


async def where_they_are(conn: AsyncConnection, pks: Sequence[int]) -> dict[int, int | None]:
    """The albums of these holdings as they are now; a holding that is gone is left out."""
    found: dict[int, int | None] = {}
    for start in range(0, len(pks), CHUNK):
        rows = select(_h.id, _h.album_pk).where(_h.id.in_(pks[start : start + CHUNK]))
        found.update((pk, album) for pk, album in (await conn.execute(rows)).all())
    return found


async def place(
    conn: AsyncConnection, user_id: UserId, placed: Sequence[Placed], merged: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Put holdings into albums, those of ``merged`` albums (keys) into others first; which albums were made, by their numbers."""
    touched: set[int] = set()
    for old, new in (merged or {}).items():
        await conn.execute(update(shelf_holding).where(_h.album_pk == old).values(album_pk=new))
        touched |= {old, new}
    made = await _new_albums(conn, user_id, sorted({each.album for each in placed if each.album < 0}))
    before = await where_they_are(conn, [each.pk for each in placed])
    touched |= {album for album in before.values() if album is not None}
    rows: list[dict[str, Any]] = [
        {
            "pk": each.pk,
            "album": made.get(each.album, each.album),
            "sure": each.confidence,
            "why": storable(each.reason),
            "said": each.decision,
        }
        for each in placed
    ]
    if rows:
        await conn.execute(
            update(shelf_holding)
            .where(_h.id == bindparam("pk"))
            .values(
                album_pk=bindparam("album"),
                confidence=bindparam("sure"),
                reason=bindparam("why"),
                decision=bindparam("said"),
                is_stale=False,
            ),
            rows,
        )
    await settle(conn, touched | {row["album"] for row in rows})
    return made


async def match_again(conn: AsyncConnection, pks: Sequence[int]) -> None:
    """These holdings are to be matched although they say what they said."""
    await conn.execute(update(shelf_holding).where(_h.id.in_(pks)).values(is_stale=True))


async def _new_albums(conn: AsyncConnection, user_id: UserId, numbers: Sequence[int]) -> dict[int, int]:
    """As many new albums, by these numbers."""
    if not numbers:
        return {}
    empty = {"user_id": user_id, "artist": "", "title": "", "artist_key": "", "title_key": "", "tokens": ""}
    made = await conn.execute(insert(shelf_album).returning(_a.id), [empty] * len(numbers))
    return dict(zip(numbers, made.scalars().all(), strict=True))


async def settle(conn: AsyncConnection, album_pks: Collection[int]) -> None:
    """Sum these albums up anew from their holdings; those without any are deleted."""
    pks = sorted(set(album_pks))
    for start in range(0, len(pks), CHUNK):
        chunk = pks[start : start + CHUNK]
        sums = _sums(chunk).subquery()
        values = {column.name: column for column in sums.c if column.name != "pk"}
        await conn.execute(update(shelf_album).where(_a.id == sums.c.pk).values(**values))
        empty = ~select(_h.id).where(_h.album_pk == _a.id).exists()
        await conn.execute(delete(shelf_album).where(_a.id.in_(chunk), empty))


def _sums(chunk: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """What each of these albums is: names of its most trusted holding, the first year that is known, how much is where."""
    place = func.row_number().over(partition_by=_h.album_pk, order_by=(_h.rank, _h.id)).label("place")
    each = select(shelf_holding, place).where(_h.album_pk.in_(chunk)).subquery().c

    def first(name: str) -> Any:
        return func.max(case((each.place == 1, each[name]))).label(name)

    def known(name: str) -> Any:
        ranked = case((each[name].is_not(None), each.rank * 1_000_000 + each[name]))
        return (func.min(ranked) % 1_000_000).label(name)

    def number(name: str, *sources: ShelfSource) -> Any:
        return func.sum(case((each.source.in_(sources), 1), else_=0)).label(name)

    told = func.min(case((each.formats != "[]", cast(each.rank, Text) + each.formats)))
    return select(
        each.album_pk.label("pk"),
        first("artist"),
        first("title"),
        first("artist_key"),
        first("title_key"),
        known("year"),
        known("tracks"),
        func.coalesce(func.substr(told, 2), "[]").label("formats"),
        number("records", ShelfSource.RECORDS),
        func.sum(case((each.is_vinyl.is_(True) & (each.source == ShelfSource.RECORDS), 1), else_=0)).label("vinyls"),
        number("wants", ShelfSource.WANTS),
        number("plex", ShelfSource.PLEX),
        number("beets", ShelfSource.BEETS),
        number("spotify", ShelfSource.SPOTIFY),
        number("coming", ShelfSource.DOWNLOADS, ShelfSource.ARRIVALS),
        cast(func.sum(case((each.source == ShelfSource.PLAYS, each.amount), else_=0)), Integer).label("plays"),
        func.max(each.added_at).label("added_at"),
        func.min(case((each.decision.is_(None), each.confidence), else_=1.0)).label("confidence"),
        func.aggregate_strings(each.tokens, "").label("tokens"),
    ).group_by(each.album_pk)


# -- sources --------------------------------------------------------------------------------------------------------


async def stamp(conn: AsyncConnection, user_id: UserId, source: ShelfSource) -> str:
    """What the source said of itself when it was last read whole; empty where it never was, or fails since."""
    row = await _source(conn, user_id, source)
    return "" if row is None or row.failing_since else row.stamp


async def was_read(conn: AsyncConnection, user_id: UserId, source: ShelfSource, stamp: str = "") -> None:
    """The source was read whole."""
    await _put(
        conn, user_id, source, {"read_at": instant(), "failing_since": None, "error": None, "stamp": storable(stamp)}
    )


async def was_not_read(conn: AsyncConnection, user_id: UserId, source: ShelfSource, error: str) -> None:
    """The source cannot be asked; since when, if not since before."""
    row = await _source(conn, user_id, source)
    since = (row.failing_since if row else None) or instant()
    await _put(conn, user_id, source, {"failing_since": since, "error": storable(error)})


async def _source(conn: AsyncConnection, user_id: UserId, source: ShelfSource) -> Row[Any] | None:
    asked = select(shelf_source).where(shelf_source.c.user_id == user_id, shelf_source.c.source == source)
    return (await conn.execute(asked)).one_or_none()


async def _put(conn: AsyncConnection, user_id: UserId, source: ShelfSource, values: dict[str, Any]) -> None:
    stored = inserting(conn.dialect)(shelf_source).values(user_id=user_id, source=source, **{"stamp": "", **values})
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "source"], set_=values))
