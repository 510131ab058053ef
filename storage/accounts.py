"""Users, their API tokens and their connections to outside accounts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import storable
from storage.instants import instant
from storage.tables import api_token, connection, user
from storage.values import ApiToken, Connection, ConnectionState, ConnectMethod, User, UserId

_USER = (user.c.id, user.c.email, user.c.is_owner, user.c.is_active, user.c.created_at, user.c.sessions_since)
_TOKEN = (
    api_token.c.id,
    api_token.c.user_id,
    api_token.c.name,
    api_token.c.hint,
    api_token.c.created_at,
    api_token.c.last_used_at,
    api_token.c.revoked_at,
)
_CONNECTION = (
    connection.c.user_id,
    connection.c.service,
    connection.c.username,
    connection.c.credential,
    connection.c.state,
    connection.c.message,
    connection.c.checked_at,
    connection.c.method,
    connection.c.account_id,
    connection.c.connected_at,
)


async def owner(conn: AsyncConnection) -> User | None:
    """The owner of this machine's library, the first account made as such."""
    found = select(*_USER).where(user.c.is_owner).order_by(user.c.created_at, user.c.id).limit(1)
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else User(*row)


async def ensure_owner(conn: AsyncConnection) -> User:
    """The owner, created silently if there is none. In a write transaction, so that two processes make one."""
    held = await owner(conn)
    if held is None:
        held = User(UserId(str(uuid.uuid4())), None, is_owner=True, is_active=True, created_at=instant())
        await conn.execute(insert(user).values(id=held.id, is_owner=True, is_active=True, created_at=held.created_at))
    return held


async def get(conn: AsyncConnection, user_id: UserId) -> User | None:
    """The user with that id."""
    row = (await conn.execute(select(*_USER).where(user.c.id == user_id))).one_or_none()
    return None if row is None else User(*row)


async def by_email(conn: AsyncConnection, email: str) -> User | None:
    """The user with that e-mail address (trimmed, lower case)."""
    row = (await conn.execute(select(*_USER).where(user.c.email == email))).one_or_none()
    return None if row is None else User(*row)


async def register(conn: AsyncConnection, email: str, password_hash: str) -> User | None:
    """A new active user with that e-mail address (trimmed, lower case), None if somebody has it already.

    Only the unique constraint decides. Either way a row that nobody sees is written and removed, so that a taken address
    costs a commit too and the time tells nothing (discogsography-contract.md section 3).
    """
    made = User(UserId(str(uuid.uuid4())), email, is_owner=False, is_active=True, created_at=instant())
    values = {"password_hash": password_hash, "is_owner": False, "is_active": True, "created_at": made.created_at}
    row = inserting(conn.dialect)(user).values(id=made.id, email=email, **values)
    is_new = (await conn.execute(row.on_conflict_do_nothing(index_elements=["email"]).returning(user.c.id))).first()
    shadow = str(uuid.uuid4())
    await conn.execute(insert(user).values(id=shadow, **values))
    await conn.execute(delete(user).where(user.c.id == shadow))
    return made if is_new else None


async def password(conn: AsyncConnection, email: str) -> tuple[User, str | None] | None:
    """The user with that e-mail address, active or not, and the stored password (None: nobody can log in by one)."""
    row = (await conn.execute(select(user.c.password_hash, *_USER).where(user.c.email == email))).one_or_none()
    return None if row is None else (User(*row[1:]), row[0])


async def strengthen(conn: AsyncConnection, user_id: UserId, weaker: str, stronger: str) -> None:
    """Store the same password in a stronger way, unless it was changed meanwhile."""
    unchanged = (user.c.id == user_id, user.c.password_hash == weaker)
    await conn.execute(update(user).where(*unchanged).values(password_hash=stronger))


async def add_token(conn: AsyncConnection, user_id: UserId, name: str, *, hash: str, hint: str) -> ApiToken:
    """Store a named API token by its SHA-256; ``hint`` is its first characters."""
    held = ApiToken(str(uuid.uuid4()), user_id, storable(name), hint, instant(), None, None)
    await conn.execute(
        insert(api_token).values(
            id=held.id, user_id=user_id, name=held.name, hash=hash, hint=hint, created_at=held.created_at
        )
    )
    return held


async def tokens(conn: AsyncConnection, user_id: UserId) -> list[ApiToken]:
    """The user's API tokens, oldest first, revoked ones included."""
    found = select(*_TOKEN).where(api_token.c.user_id == user_id).order_by(api_token.c.created_at, api_token.c.id)
    return [ApiToken(*row) for row in (await conn.execute(found)).all()]


async def token_by_hash(conn: AsyncConnection, hash: str) -> tuple[ApiToken, User] | None:
    """The token with that SHA-256 and whose it is, if it is not revoked and its user is active."""
    found = (
        select(*_TOKEN, *_USER)
        .join(user, user.c.id == api_token.c.user_id)
        .where(api_token.c.hash == hash, api_token.c.revoked_at.is_(None), user.c.is_active)
    )
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else (ApiToken(*row[: len(_TOKEN)]), User(*row[len(_TOKEN) :]))


async def touch_tokens(conn: AsyncConnection, used: Mapping[str, str]) -> None:
    """Note when tokens were last used: an instant by id."""
    noted = update(api_token).where(api_token.c.id == bindparam("token"))
    values = [{"token": token_id, "at": at} for token_id, at in sorted(used.items())]
    await conn.execute(noted.values(last_used_at=bindparam("at")), values)


async def revoke_token(conn: AsyncConnection, user_id: UserId, token_id: str) -> bool:
    """Revoke a token by its id; False if the user has no such token, or it was revoked before."""
    mine = (api_token.c.user_id == user_id, api_token.c.id == token_id, api_token.c.revoked_at.is_(None))
    return (await conn.execute(update(api_token).where(*mine).values(revoked_at=instant()))).rowcount > 0


async def connected(conn: AsyncConnection, user_id: UserId, service: str) -> Connection | None:
    """The user's connection to ``service``."""
    found = select(*_CONNECTION).where(connection.c.user_id == user_id, connection.c.service == service)
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else _connection(*row)


async def connections(conn: AsyncConnection, user_id: UserId) -> list[Connection]:
    """All connections of the user, by service."""
    found = select(*_CONNECTION).where(connection.c.user_id == user_id).order_by(connection.c.service)
    return [_connection(*row) for row in (await conn.execute(found)).all()]


def _connection(
    user_id: UserId,
    service: str,
    username: str | None,
    credential: str | None,
    state: str,
    message: str | None,
    checked_at: str | None,
    method: str | None,
    account_id: str | None,
    connected_at: str | None,
) -> Connection:
    return Connection(
        user_id,
        service,
        username,
        credential,
        ConnectionState(state),
        message,
        checked_at,
        None if method is None else ConnectMethod(method),
        account_id,
        connected_at,
    )


async def connect(conn: AsyncConnection, held: Connection) -> None:
    """Store a connection in place of the one before. ``credential`` must be encrypted already."""
    values = {
        "username": held.username,
        "credential": held.credential,
        "state": held.state,
        "message": None if held.message is None else storable(held.message),
        "checked_at": held.checked_at,
        "method": held.method,
        "account_id": held.account_id,
        "connected_at": held.connected_at,
        "updated_at": instant(),
    }
    stored = inserting(conn.dialect)(connection).values(user_id=held.user_id, service=held.service, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id", "service"], set_=values))


async def checked(
    conn: AsyncConnection, user_id: UserId, service: str, state: ConnectionState, message: str | None = None
) -> None:
    """Note what a check (or a failed call) found out about a connection."""
    values = {
        "state": state,
        "message": None if message is None else storable(message),
        "checked_at": instant(),
        "updated_at": instant(),
    }
    mine = (connection.c.user_id == user_id, connection.c.service == service)
    await conn.execute(update(connection).where(*mine).values(**values))


async def disconnect(conn: AsyncConnection, user_id: UserId, service: str) -> bool:
    """Forget a connection and its credential; False if there was none."""
    mine = (connection.c.user_id == user_id, connection.c.service == service)
    return (await conn.execute(delete(connection).where(*mine))).rowcount > 0
