"""Matches: everything that reads or writes the ``match_*`` tables. What a person decided is never written over by a machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import pack, storable, unpack
from storage.instants import instant
from storage.tables.matches import match_job, match_pair, match_result
from storage.values import Document, UserId
from storage.values.matches import (
    Decision,
    Match,
    MatchJob,
    MatchJobState,
    MatchKind,
    MatchResult,
    NewMatch,
    Thing,
)

T = TypeVar("T")
_AT_ONCE = 500
"""Rows that one statement takes."""
_PAIR = ("user_id", "kind", "source", "key", "other_source", "other_key")
_KEPT_JOBS = 500
"""Questions of a user that are kept after they were looked at, the newest."""


# -- what was answered ----------------------------------------------------------------------------------------------


async def note(
    conn: AsyncConnection,
    user_id: UserId,
    source: str,
    spotify_track_id: str,
    found: Sequence[tuple[str | None, float, str]],
) -> None:
    """Keep what was found for a track: target (None: nothing), confidence and reason of each, in their order."""
    now = instant()
    for target, confidence, reason in found:
        values = {
            "user_id": user_id,
            "source": source,
            "spotify_track_id": storable(spotify_track_id),
            "target_id": None if target is None else storable(target),
            "confidence": confidence,
            "reason": storable(reason),
            "created_at": now,
        }
        await conn.execute(insert(match_result).values(**values))


async def newest(conn: AsyncConnection, user_id: UserId, limit: int = 50) -> list[MatchResult]:
    """The last answers, newest first."""
    c = match_result.c
    columns = (c.id, c.source, c.spotify_track_id, c.target_id, c.confidence, c.reason, c.created_at)
    rows = select(*columns).where(c.user_id == user_id).order_by(c.id.desc()).limit(limit)
    return [MatchResult(*row) for row in (await conn.execute(rows)).all()]


# -- pairs, and what a person said of them --------------------------------------------------------------------------


async def keep(conn: AsyncConnection, user_id: UserId, kind: MatchKind, found: Iterable[NewMatch]) -> int:
    """Store what was found, in place of what was found before; how many were stored. Pairs that a person decided stay as they
    are.
    """
    now, stored = instant(), 0
    rows = {_ends(match.one, match.other): match for match in found if match.one != match.other}
    for some in _parts(list(rows.items()), _AT_ONCE):
        values = [
            {
                **_named(user_id, kind, ends),
                "confidence": match.confidence,
                "reason": storable(match.reason),
                "created_at": now,
                "changed_at": now,
            }
            for ends, match in some
        ]
        put = inserting(conn.dialect)(match_pair).values(values)
        fresh = {name: put.excluded[name] for name in ("confidence", "reason", "changed_at")}
        put = put.on_conflict_do_update(
            index_elements=list(_PAIR), set_=fresh, where=match_pair.c.decision == Decision.AUTO
        )
        stored += len((await conn.execute(put.returning(match_pair.c.key))).all())
    return stored


async def forget(conn: AsyncConnection, user_id: UserId, kind: MatchKind, things: Iterable[Thing]) -> int:
    """Forget what was found for these, because they changed or are gone; how many pairs. What a person decided stays."""
    gone = 0
    for some in _parts(list(things), _AT_ONCE // 4):
        mine = or_(
            *(
                or_(
                    and_(match_pair.c.source == each.source, match_pair.c.key == storable(each.key)),
                    and_(match_pair.c.other_source == each.source, match_pair.c.other_key == storable(each.key)),
                )
                for each in some
            )
        )
        auto = and_(*_of(user_id, kind), match_pair.c.decision == Decision.AUTO, mine)
        gone += (await conn.execute(delete(match_pair).where(auto))).rowcount
    return gone


async def decide(
    conn: AsyncConnection, user_id: UserId, kind: MatchKind, one: Thing, other: Thing, decision: Decision
) -> Match:
    """A person says that two are the same, or are not; ``AUTO`` takes that back. As the pair is then."""
    ends = _ends(one, other)
    said = {"decision": decision, "changed_at": instant(), "decided_at": instant() if decision.is_a_persons else None}
    fresh = {
        **_named(user_id, kind, ends),
        "confidence": float(decision is Decision.CONFIRMED),
        "reason": "",
        "created_at": instant(),
    }
    put = inserting(conn.dialect)(match_pair).values(**fresh, **said)
    put = put.on_conflict_do_update(index_elements=list(_PAIR), set_=said)
    return _pair((await conn.execute(put.returning(*match_pair.c))).one())


async def of_thing(conn: AsyncConnection, user_id: UserId, kind: MatchKind, thing: Thing) -> list[Match]:
    """Every pair that it is one of, the surest first; what a person rejected is among them."""
    c, key = match_pair.c, storable(thing.key)
    mine = or_(and_(c.source == thing.source, c.key == key), and_(c.other_source == thing.source, c.other_key == key))
    rows = (
        select(*c)
        .where(*_of(user_id, kind), mine)
        .order_by(c.confidence.desc(), c.source, c.key, c.other_source, c.other_key)
    )
    return [_pair(row) for row in (await conn.execute(rows)).all()]


async def between(
    conn: AsyncConnection, user_id: UserId, kind: MatchKind, source: str, other: str, *, least: float = 0.0
) -> list[Match]:
    """The pairs of two sources that are at least that sure, or that a person decided."""
    c = match_pair.c
    first, second = sorted((source, other))
    rows = select(*c).where(
        *_of(user_id, kind),
        c.source == first,
        c.other_source == second,
        or_(c.confidence >= least, c.decision != Decision.AUTO),
    )
    return [_pair(row) for row in (await conn.execute(rows.order_by(c.key, c.other_key))).all()]


async def decisions(conn: AsyncConnection, user_id: UserId, kind: MatchKind) -> dict[tuple[Thing, Thing], bool]:
    """Everything that a person decided: whether the two are the same."""
    c = match_pair.c
    rows = select(*c).where(*_of(user_id, kind), c.decision != Decision.AUTO)
    found = [_pair(row) for row in (await conn.execute(rows)).all()]
    return {(each.one, each.other): each.decision is Decision.CONFIRMED for each in found}


# -- what waits for the worker --------------------------------------------------------------------------------------


async def ask(conn: AsyncConnection, user_id: UserId, payload: Document) -> int:
    """Queue a track with its candidates; its number."""
    now = instant()
    put = insert(match_job).values(user_id=user_id, payload=pack(payload), created_at=now, changed_at=now)
    return (await conn.execute(put.returning(match_job.c.id))).scalar_one()


async def waiting(conn: AsyncConnection, user_id: UserId, limit: int) -> list[MatchJob]:
    """The next ones in the order in which they were asked."""
    c = match_job.c
    rows = select(c.id, c.payload, c.state, c.attempts, c.last_error).where(
        c.user_id == user_id, c.state == MatchJobState.QUEUED
    )
    found = (await conn.execute(rows.order_by(c.id).limit(limit))).all()
    return [
        MatchJob(row.id, unpack(row.payload), MatchJobState(row.state), row.attempts, row.last_error) for row in found
    ]


async def count_waiting(conn: AsyncConnection, user_id: UserId) -> int:
    """How many wait."""
    mine = and_(match_job.c.user_id == user_id, match_job.c.state == MatchJobState.QUEUED)
    return (await conn.execute(select(func.count()).select_from(match_job).where(mine))).scalar_one()


async def end(conn: AsyncConnection, user_id: UserId, id: int, error: str | None = None) -> bool:
    """One was looked at; ``error`` says why nothing came of it. False where it did not wait any more."""
    values = {
        "state": MatchJobState.COMPLETED if error is None else MatchJobState.FAILED,
        "attempts": match_job.c.attempts + 1,
        "last_error": error,
        "changed_at": instant(),
    }
    mine = and_(match_job.c.user_id == user_id, match_job.c.id == id, match_job.c.state == MatchJobState.QUEUED)
    return (await conn.execute(update(match_job).where(mine).values(**values))).rowcount > 0


async def forget_looked_at(conn: AsyncConnection, user_id: UserId, *, keep: int = _KEPT_JOBS) -> None:
    """Delete old ones that were looked at, but for the newest."""
    c = match_job.c
    over = and_(c.user_id == user_id, c.state != MatchJobState.QUEUED)
    oldest = select(c.id).where(over).order_by(c.id.desc()).limit(1).offset(keep - 1).scalar_subquery()
    await conn.execute(delete(match_job).where(over, c.id < oldest))


def _parts(things: list[T], size: int) -> list[list[T]]:
    return [things[start : start + size] for start in range(0, len(things), size)]


def _ends(one: Thing, other: Thing) -> tuple[Thing, Thing]:
    return (one, other) if one <= other else (other, one)


def _named(user_id: UserId, kind: MatchKind, ends: tuple[Thing, Thing]) -> dict[str, Any]:
    one, other = ends
    values = (user_id, kind, one.source, storable(one.key), other.source, storable(other.key))
    return dict(zip(_PAIR, values, strict=True))


def _of(user_id: UserId, kind: MatchKind) -> list[Any]:
    return [match_pair.c.user_id == user_id, match_pair.c.kind == kind]


def _pair(row: Row[Any]) -> Match:
    return Match(
        MatchKind(row.kind),
        Thing(row.source, row.key),
        Thing(row.other_source, row.other_key),
        row.confidence,
        row.reason,
        Decision(row.decision),
        row.created_at,
        row.changed_at,
        row.decided_at,
    )
