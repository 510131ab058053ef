"""Wishes by text: everything that reads or writes the ``wish`` table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import pack, storable, unpack
from storage.fold import fold, sort_key, squeeze
from storage.instants import instant
from storage.listed import CHUNK, tokens, typed
from storage.tables.shelf import shelf_holding
from storage.tables.wishes import wish
from storage.values.ids import UserId
from storage.values.shelf_albums import ShelfSource
from storage.values.wishes import Candidate, Fitting, NewWish, Wish, WishKind, WishQuery, WishState

_NAMES = (
    "kind", "artist", "title", "album", "year", "duration", "release_id", "said", "origin", "state", "candidates", "choice",
    "matched_at", "created_at",
)  # fmt: skip
_COLUMNS = [wish.c.id, *(wish.c[name] for name in _NAMES)]
_RANK = case({str(state): rank for rank, state in enumerate(WishState)}, value=wish.c.state, else_=len(WishState))
_FILED = (ShelfSource.PLEX, ShelfSource.BEETS)


class Filed(NamedTuple):
    """An album that is there as files."""

    pk: int
    source: str
    key: str
    artist: str
    title: str
    year: int | None
    tracks: int | None


def key_of(wanted: NewWish) -> str:
    """The same for the same line, however it is spelt: case, accents and punctuation do not count, nor does the year."""
    return "|".join(squeeze(text) or fold(text) for text in (wanted.artist, wanted.title, wanted.album))


async def add(conn: AsyncConnection, user_id: UserId, wanted: Sequence[NewWish], origin: str) -> int:
    """Keep these, to be looked at; what is there already stays as it is. How many are new."""
    now, added = instant(), 0
    for each in wanted:
        row = {
            "user_id": user_id,
            "wish_key": key_of(each),
            "kind": each.kind,
            "artist": storable(each.artist),
            "title": storable(each.title),
            "album": storable(each.album),
            "year": each.year,
            "duration": each.duration,
            "release_id": each.release_id,
            "said": storable(each.said),
            "origin": storable(origin),
            "state": WishState.WAITING,
            "created_at": now,
            "artist_key": sort_key(each.artist),
            "title_key": sort_key(each.title),
            "tokens": tokens(each.artist, each.title, each.album),
        }
        fresh = inserting(conn.dialect)(wish).values(**row)
        done = await conn.execute(fresh.on_conflict_do_nothing(index_elements=["user_id", "wish_key"]))
        added += done.rowcount
    return added


async def known(conn: AsyncConnection, user_id: UserId, wanted: Sequence[NewWish]) -> set[str]:
    """The keys of those among ``wanted`` that are there."""
    asked = list({key_of(each) for each in wanted})
    found: set[str] = set()
    for start in range(0, len(asked), CHUNK):
        rows = select(wish.c.wish_key).where(
            wish.c.user_id == user_id, wish.c.wish_key.in_(asked[start : start + CHUNK])
        )
        found.update((await conn.execute(rows)).scalars())
    return found


async def page(
    conn: AsyncConnection, user_id: UserId, query: WishQuery, *, limit: int = 50, offset: int = 0
) -> tuple[list[Wish], int]:
    """A page of what ``query`` asks for, in the order of the states, then by artist and title; and how many there are."""
    where = _where(user_id, query)
    ordered = select(*_COLUMNS).where(*where).order_by(_RANK, wish.c.artist_key, wish.c.title_key, wish.c.id)
    rows = (await conn.execute(ordered.limit(limit).offset(offset))).all()
    total = (await conn.execute(select(func.count()).select_from(wish).where(*where))).scalar_one()
    return [_wish(row) for row in rows], total


async def counts(conn: AsyncConnection, user_id: UserId) -> dict[WishState, int]:
    """How many wishes are in each state."""
    rows = select(wish.c.state, func.count()).where(wish.c.user_id == user_id).group_by(wish.c.state)
    told = {str(state): int(count) for state, count in (await conn.execute(rows)).all()}
    return {state: told.get(state, 0) for state in WishState}


async def get(conn: AsyncConnection, user_id: UserId, pk: int) -> Wish | None:
    """The user's wish with that key."""
    row = (await conn.execute(select(*_COLUMNS).where(wish.c.user_id == user_id, wish.c.id == pk))).one_or_none()
    return None if row is None else _wish(row)


async def remove(conn: AsyncConnection, user_id: UserId, pks: Collection[int]) -> int:
    """Forget these; how many there were."""
    asked, gone = list(pks), 0
    for start in range(0, len(asked), CHUNK):
        mine = (wish.c.user_id == user_id, wish.c.id.in_(asked[start : start + CHUNK]))
        gone += (await conn.execute(delete(wish).where(*mine))).rowcount
    return gone


async def to_match(
    conn: AsyncConnection, user_id: UserId, *, after: int, limit: int, before: str | None = None
) -> list[Wish]:
    """The next wishes after a key that were never looked at, or with ``before`` those not looked at since that instant."""
    unseen = wish.c.matched_at.is_(None)
    if before is not None:
        unseen = unseen | (wish.c.matched_at < before)
    rows = select(*_COLUMNS).where(wish.c.user_id == user_id, wish.c.id > after, unseen)
    return [_wish(row) for row in (await conn.execute(rows.order_by(wish.c.id).limit(limit))).all()]


async def matched(
    conn: AsyncConnection, user_id: UserId, pk: int, candidates: Sequence[Candidate], state: WishState
) -> None:
    """Keep what fits a wish."""
    values = {"candidates": pack([asdict(each) for each in candidates]), "state": state, "matched_at": instant()}
    await conn.execute(update(wish).where(wish.c.user_id == user_id, wish.c.id == pk).values(**values))


async def choose(conn: AsyncConnection, user_id: UserId, pk: int, choice: str | None, state: WishState) -> None:
    """Keep what a person picked (None: nothing any more)."""
    values = {"choice": choice, "state": state}
    await conn.execute(update(wish).where(wish.c.user_id == user_id, wish.c.id == pk).values(**values))


async def filed(conn: AsyncConnection, user_id: UserId, *, after: int, limit: int) -> Sequence[Filed]:
    """The next albums that are there as files, as the shelf last found them."""
    held = shelf_holding.c
    rows = select(held.id, held.source, held.key, held.artist, held.title, held.year, held.tracks).where(
        held.user_id == user_id, held.source.in_([str(each) for each in _FILED]), held.id > after
    )
    return [Filed(*row) for row in (await conn.execute(rows.order_by(held.id).limit(limit))).all()]


def _where(user_id: UserId, query: WishQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [wish.c.user_id == user_id, *typed(wish.c.tokens, query.text)]
    if query.states:
        found.append(wish.c.state.in_([str(state) for state in query.states]))
    return found


def _wish(row: Row[Any]) -> Wish:
    told: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    told |= {
        "kind": WishKind(row.kind),
        "state": WishState(row.state),
        "candidates": tuple(map(_candidate, unpack(row.candidates))),
    }
    return Wish(pk=row.id, **told)


def _candidate(stored: dict[str, Any]) -> Candidate:
    told: dict[str, Any] = {**stored, "source": Fitting(stored["source"])}
    return Candidate(**told)
