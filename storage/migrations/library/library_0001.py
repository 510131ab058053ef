"""The library as first released: users, connections, the collection, jobs, activity, the search index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0001"
down_revision = None

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SEARCH_SQLITE = (
    """CREATE VIRTUAL TABLE record_fts USING fts5(tokens, content='record', content_rowid='id', columnsize=0,
    detail=none, prefix='1 2 3 4 5 6', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER record_indexed AFTER INSERT ON record BEGIN
    INSERT INTO record_fts (rowid, tokens) VALUES (new.id, new.tokens); END""",
    """CREATE TRIGGER record_unindexed AFTER DELETE ON record BEGIN
    INSERT INTO record_fts (record_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END""",
    """CREATE TRIGGER record_reindexed AFTER UPDATE OF tokens ON record WHEN old.tokens <> new.tokens BEGIN
    INSERT INTO record_fts (record_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens);
    INSERT INTO record_fts (rowid, tokens) VALUES (new.id, new.tokens); END""",
)
_SEARCH_POSTGRESQL = (
    "CREATE INDEX ix_record_tokens ON record USING gin (array_to_tsvector(string_to_array(btrim(tokens), ' ')))",
)


def upgrade() -> None:
    op.create_table(
        "user",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_owner", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("email", name="uq_user_email"),
    )
    op.create_table(
        "activity",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("timestamp", Key, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_activity_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_activity_recent", "activity", ["user_id", "id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("last_used_at", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_api_token_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("hash", name="uq_api_token_hash"),
    )
    op.create_table(
        "collection_field",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("field_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("options", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_collection_field_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "field_id", name="pk_collection_field"),
    )
    op.create_table(
        "connection",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_connection_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "service", name="pk_connection"),
    )
    op.create_table(
        "folder",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("folder_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_folder_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "folder_id", name="pk_folder"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), server_default="{}", nullable=False),
        sa.Column("progress", sa.Text(), server_default="{}", nullable=False),
        sa.Column("checkpoint", sa.Text(), server_default="{}", nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("problem_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("wake_at", sa.Text(), nullable=True),
        sa.Column("created_at", Key, nullable=False),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_job_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_recent", "job", ["user_id", "created_at"], unique=False)
    op.create_index(
        "uq_job_active",
        "job",
        ["kind", "user_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'running', 'waiting')"),
        postgresql_where=sa.text("state IN ('queued', 'running', 'waiting')"),
    )
    op.create_table(
        "record",
        sa.Column("id", Serial, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("artist_name", sa.Text(), nullable=False),
        sa.Column("album_title", sa.Text(), nullable=False),
        sa.Column("year_released", sa.Integer(), nullable=True),
        sa.Column("label_name", sa.Text(), nullable=True),
        sa.Column("catalog_number", sa.Text(), nullable=True),
        sa.Column("discogs_id", sa.BigInteger(), nullable=True),
        sa.Column("master_id", sa.BigInteger(), nullable=True),
        sa.Column("discogs_uri", sa.Text(), nullable=True),
        sa.Column("is_synced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("thumbnail_url", sa.Text(), nullable=True),
        sa.Column("cover_image_url", sa.Text(), nullable=True),
        sa.Column("genres", sa.Text(), server_default="[]", nullable=False),
        sa.Column("styles", sa.Text(), server_default="[]", nullable=False),
        sa.Column("formats", sa.Text(), server_default="[]", nullable=False),
        sa.Column("upc_code", sa.Text(), nullable=True),
        sa.Column("record_size", sa.Text(), nullable=True),
        sa.Column("vinyl_color", sa.Text(), nullable=True),
        sa.Column("is_shaped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_picture_disc", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("data_source", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("copies", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("folder_name", sa.Text(), nullable=True),
        sa.Column("rating", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("date_added", Key, nullable=False),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.Column("created_at", Key, nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("artist_key", Key, nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("label_key", Key, nullable=True),
        sa.Column("catalog_key", Key, nullable=True),
        sa.Column("size_key", Key, nullable=True),
        sa.Column("color_key", Key, nullable=True),
        sa.Column("folder_key", Key, nullable=True),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_record_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
        sa.UniqueConstraint("record_id", name="uq_record_record_id"),
        sa.UniqueConstraint("user_id", "discogs_id", name="uq_record_user_id_discogs_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_record_by_added", "record", ["user_id", "date_added", "id"], unique=False)
    op.create_index("ix_record_by_artist", "record", ["user_id", "artist_key", "title_key", "id"], unique=False)
    op.create_index("ix_record_by_catalog", "record", ["user_id", "catalog_key", "id"], unique=False)
    op.create_index("ix_record_by_color", "record", ["user_id", "color_key", "id"], unique=False)
    op.create_index("ix_record_by_created", "record", ["user_id", "created_at", "id"], unique=False)
    op.create_index("ix_record_by_folder", "record", ["user_id", "folder_key", "id"], unique=False)
    op.create_index("ix_record_by_label", "record", ["user_id", "label_key", "id"], unique=False)
    op.create_index("ix_record_by_rating", "record", ["user_id", "rating", "id"], unique=False)
    op.create_index("ix_record_by_size", "record", ["user_id", "size_key", "id"], unique=False)
    op.create_index("ix_record_by_title", "record", ["user_id", "title_key", "artist_key", "id"], unique=False)
    op.create_index("ix_record_by_year", "record", ["user_id", "year_released", "id"], unique=False)
    op.create_index(
        "ix_record_unsynced",
        "record",
        ["user_id", "id"],
        unique=False,
        sqlite_where=sa.text("is_synced = false AND discogs_id IS NOT NULL AND removed_at IS NULL"),
        postgresql_where=sa.text("is_synced = false AND discogs_id IS NOT NULL AND removed_at IS NULL"),
    )
    op.create_table(
        "schedule",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last_due_at", sa.Text(), nullable=True),
        sa.Column("last_job_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_schedule_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "kind", name="pk_schedule"),
    )
    op.create_table(
        "copy",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_pk", sa.BigInteger(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("folder_id", sa.BigInteger(), nullable=False),
        sa.Column("rating", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fields", sa.Text(), server_default="{}", nullable=False),
        sa.Column("date_added", Key, nullable=False),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("seen_pass", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_pk"], ["record.id"], name="fk_copy_record_pk", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_copy_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "instance_id", name="pk_copy"),
    )
    op.create_index("ix_copy_added", "copy", ["user_id", "date_added"], unique=False)
    op.create_index(
        "ix_copy_pending",
        "copy",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("pending IS NOT NULL"),
        sqlite_where=sa.text("pending IS NOT NULL"),
    )
    op.create_index("ix_copy_record", "copy", ["record_pk"], unique=False)
    op.create_table(
        "intent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_pk", sa.BigInteger(), nullable=True),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("folder_id", sa.BigInteger(), nullable=True),
        sa.Column("known_instances", sa.Text(), server_default="[]", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_pk"], ["record.id"], name="fk_intent_record_pk", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_intent_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_intent"),
    )
    op.create_index("ix_intent_open", "intent", ["user_id", "state"], unique=False)
    op.create_table(
        "job_problem",
        sa.Column("id", Serial, nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_problem_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_job_problem"),
        sa.UniqueConstraint("job_id", "item", "message", name="uq_job_problem_job_id_item_message"),
        sqlite_autoincrement=True,
    )
    # ### end Alembic commands ###
    for statement in _SEARCH_SQLITE if op.get_bind().dialect.name == "sqlite" else _SEARCH_POSTGRESQL:
        op.execute(sa.text(statement))
