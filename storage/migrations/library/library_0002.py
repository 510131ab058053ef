"""Several people and what they send to Discogs: sessions, OAuth connections, wantlists, exports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0002"
down_revision = "library_0001"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("user", sa.Column("sessions_since", sa.BigInteger(), nullable=True))
    for name in ("method", "account_id", "connected_at"):
        op.add_column("connection", sa.Column(name, sa.Text(), nullable=True))
    op.create_table(
        "user_value",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_user_value_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_user_value"),
    )
    op.create_table(
        "app_config",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_app_config"),
    )
    op.create_table(
        "short_lived",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_short_lived"),
    )
    op.create_index("ix_short_lived_expires_at", "short_lived", ["expires_at"], unique=False)
    op.create_table(
        "want",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("artist_name", sa.Text(), nullable=False),
        sa.Column("album_title", sa.Text(), nullable=False),
        sa.Column("year_released", sa.Integer(), nullable=True),
        sa.Column("label_name", sa.Text(), nullable=True),
        sa.Column("catalog_number", sa.Text(), nullable=True),
        sa.Column("formats", sa.Text(), server_default="[]", nullable=False),
        sa.Column("genres", sa.Text(), server_default="[]", nullable=False),
        sa.Column("styles", sa.Text(), server_default="[]", nullable=False),
        sa.Column("thumbnail_url", sa.Text(), nullable=True),
        sa.Column("cover_image_url", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), server_default="0", nullable=False),
        sa.Column("date_added", Key, nullable=True),
        sa.Column("seen_pass", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("artist_key", Key, nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("label_key", Key, nullable=True),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_want_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_want"),
        sa.UniqueConstraint("user_id", "release_id", name="uq_want_user_id_release_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_want_by_added", "want", ["user_id", "date_added", "id"], unique=False)
    op.create_index("ix_want_by_artist", "want", ["user_id", "artist_key", "title_key", "id"], unique=False)
    op.create_table(
        "export_item",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("record_pk", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("folder_id", sa.BigInteger(), nullable=True),
        sa.Column("instance_id", sa.BigInteger(), nullable=True),
        sa.Column("listing_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_export_item_job_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["record_pk"], ["record.id"], name="fk_export_item_record_pk", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_export_item_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_export_item"),
        sa.UniqueConstraint("job_id", "position", name="uq_export_item_job_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_export_item_state", "export_item", ["job_id", "state", "position"], unique=False)
