"""How this installation may use Spotify: what it learned of its access, and how long it must keep still."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0005"
down_revision = "library_0004"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "spotify_access",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text()),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("authorized_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("renewed_at", sa.Float(), nullable=False),
        sa.Column("is_dead", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_spotify_access_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_spotify_access"),
    )
    op.create_table(
        "spotify_call",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "kind", "hour", name="pk_spotify_call"),
    )
    op.create_table(
        "spotify_capability",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("checked_at", Key, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_spotify_capability_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "client_id", "account", "name", name="pk_spotify_capability"),
    )
    op.create_table(
        "spotify_pause",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("blocked_until", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_spotify_pause"),
    )
