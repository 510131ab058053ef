"""Who there is, what lets them in and where else they have an account."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Table, Text, text

from storage.tables.base import Key, Serial, library, owned

user = Table(
    "user",
    library,
    Column("id", Text, primary_key=True),
    Column("email", Text, unique=True),
    Column("password_hash", Text),
    Column("is_owner", Boolean, nullable=False, server_default=text("false")),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Text, nullable=False),
    Column("sessions_since", BigInteger),
)
"""``sessions_since``: access tokens issued before it (Unix seconds) are refused; set when the password changes."""

api_token = Table(
    "api_token",
    library,
    Column("id", Text, primary_key=True),
    owned(),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("last_used_at", Text),
    Column("revoked_at", Text),
)
"""Named API tokens; only their SHA-256 is kept, ``hint`` is the first characters for recognition."""

connection = Table(
    "connection",
    library,
    owned(in_key=True),
    Column("service", Text, primary_key=True),
    Column("username", Text),
    Column("credential", Text),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("checked_at", Text),
    Column("updated_at", Text, nullable=False),
    Column("method", Text),
    Column("account_id", Text),
    Column("connected_at", Text),
)
"""A user's connection to an outside account; ``credential`` is encrypted (Fernet), never plain. ``method`` is how it was
made (:class:`storage.values.ConnectMethod`), ``account_id`` the service's own id of the account."""

user_value = Table(
    "user_value",
    library,
    owned(in_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)
"""Small facts and choices of one user, as JSON."""

app_config = Table(
    "app_config",
    library,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)
"""What an operator sets once for everybody; secrets in it are encrypted (discogsography-contract.md 8, 16)."""

short_lived = Table(
    "short_lived",
    library,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("expires_at", Float, nullable=False),
    Index("ix_short_lived_expires_at", "expires_at"),
)
"""What every process must know for a while: revoked access tokens, OAuth requests under way, cooldowns.
``expires_at`` is Unix seconds and is checked when reading."""

setting_change = Table(
    "setting_change",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("key", Text, nullable=False),
    Column("old_value", Text),
    Column("new_value", Text),
    Column("changed_at", Key, nullable=False),
    Index("ix_setting_change_newest", "user_id", "changed_at", "id"),
    sqlite_autoincrement=True,
)
"""What was set over REST, secrets masked (harmony-contract.md 14.3)."""
