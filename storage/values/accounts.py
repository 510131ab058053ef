"""Users, their tokens and their connections to outside accounts."""

from __future__ import annotations

from dataclasses import dataclass

from storage.values.ids import UserId
from storage.values.states import ConnectionState, ConnectMethod


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    email: str | None
    is_owner: bool
    is_active: bool
    created_at: str
    sessions_since: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the operator sees them: the outside services they connected, and how many records they hold."""

    user: User
    services: tuple[str, ...]
    records: int


@dataclass(frozen=True, slots=True)
class ApiToken:
    id: str
    user_id: UserId
    name: str
    hint: str
    created_at: str
    last_used_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class Connection:
    """A user's connection to an outside account. ``credential`` is still encrypted; ``method`` is None for a
    connection of before there were several.
    """

    user_id: UserId
    service: str
    username: str | None
    credential: str | None
    state: ConnectionState
    message: str | None
    checked_at: str | None
    method: ConnectMethod | None = None
    account_id: str | None = None
    connected_at: str | None = None
