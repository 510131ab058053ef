"""The shelf: albums with the places where they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0011"
down_revision = "library_0010"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STALE = sa.text("is_stale = true")


def upgrade() -> None:
    op.create_table(
        "shelf_album",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("tracks", sa.Integer(), nullable=True),
        sa.Column("formats", sa.Text(), server_default="[]", nullable=False),
        sa.Column("records", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("vinyls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("wants", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("plex", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("beets", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("spotify", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("coming", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("plays", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("added_at", Key, nullable=True),
        sa.Column("confidence", sa.Float(), server_default=sa.text("1"), nullable=False),
        sa.Column("artist_key", Key, nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_shelf_album_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_album"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shelf_album_by_added", "shelf_album", ["user_id", "added_at", "id"], unique=False)
    op.create_index(
        "ix_shelf_album_by_artist", "shelf_album", ["user_id", "artist_key", "title_key", "id"], unique=False
    )
    op.create_table(
        "shelf_holding",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("source", Key, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("ref", sa.BigInteger(), nullable=True),
        sa.Column("marker", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("tracks", sa.Integer(), nullable=True),
        sa.Column("formats", sa.Text(), server_default="[]", nullable=False),
        sa.Column("is_vinyl", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("added_at", Key, nullable=True),
        sa.Column("amount", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("artist_key", Key, nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("album_pk", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Float(), server_default=sa.text("1"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("is_stale", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_pk"], ["shelf_album.id"], name="fk_shelf_holding_album_pk", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_shelf_holding_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_holding"),
        sa.UniqueConstraint("user_id", "source", "key", name="uq_shelf_holding_user_id_source_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shelf_holding_album_pk", "shelf_holding", ["album_pk"], unique=False)
    op.create_index("ix_shelf_holding_ref", "shelf_holding", ["source", "ref"], unique=False)
    op.create_index(
        "ix_shelf_holding_stale",
        "shelf_holding",
        ["user_id", "artist_key", "id"],
        unique=False,
        sqlite_where=STALE,
        postgresql_where=STALE,
    )
    op.create_table(
        "shelf_sign",
        sa.Column("sign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holding_pk", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holding_pk"], ["shelf_holding.id"], name="fk_shelf_sign_holding_pk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sign", "holding_pk", name="pk_shelf_sign"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shelf_sign_holding_pk", "shelf_sign", ["holding_pk"], unique=False)
    op.create_table(
        "shelf_decision",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("source", Key, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("other_source", Key, nullable=False),
        sa.Column("other_key", Key, nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_shelf_decision_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_decision"),
        sa.UniqueConstraint(
            "user_id",
            "source",
            "key",
            "other_source",
            "other_key",
            name="uq_shelf_decision_user_id_source_key_other_source_other_key",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shelf_decision_other", "shelf_decision", ["user_id", "other_source", "other_key"], unique=False)
    op.create_table(
        "shelf_source",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("source", Key, nullable=False),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.Column("failing_since", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_shelf_source_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "source", name="pk_shelf_source"),
    )
