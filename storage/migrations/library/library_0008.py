"""Downloads: what was asked for, from whom, how far it is, and the attempts that led there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0008"
down_revision = "library_0007"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACTIVE = sa.text("state IN ('queued', 'running')")
UNTOLD = sa.text("state = 'completed' AND announced_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "download",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handover", sa.Text(), nullable=False),
        sa.Column("raw_state", sa.Text()),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger()),
        sa.Column("folder", sa.Text()),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("retry_of", sa.BigInteger()),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("transfer_id", sa.Text()),
        sa.Column("known_transfer", sa.Text()),
        sa.Column("progress", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("bytes_transferred", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("speed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("place", sa.Integer()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("hint", sa.Text()),
        sa.Column("local_path", sa.Text()),
        sa.Column("located", sa.Text()),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.Column("alternatives", sa.Text(), server_default="[]", nullable=False),
        sa.Column("next_attempt_at", Key),
        sa.Column("doubted_at", sa.Text()),
        sa.Column("sent_at", sa.Text()),
        sa.Column("handed_at", sa.Text()),
        sa.Column("started_at", sa.Text()),
        sa.Column("finished_at", sa.Text()),
        sa.Column("announced_at", sa.Text()),
        sa.Column("created_at", Key, nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_download_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_download"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_download_newest", "download", ["user_id", "created_at", "id"], unique=False)
    op.create_index("ix_download_folder", "download", ["user_id", "folder"], unique=False)
    op.create_index("ix_download_retry_of", "download", ["retry_of"], unique=False)
    op.create_index("ix_download_transfer", "download", ["username", "transfer_id"], unique=False)
    op.create_index(
        "ix_download_active", "download", ["priority", "id"], unique=False, sqlite_where=ACTIVE, postgresql_where=ACTIVE
    )
    op.create_index(
        "ix_download_untold", "download", ["id"], unique=False, sqlite_where=UNTOLD, postgresql_where=UNTOLD
    )
    op.create_table(
        "download_keeper",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", sa.Float()),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("polled_at", sa.Text()),
        sa.Column("away_since", sa.Text()),
        sa.Column("away_reason", sa.Text()),
        sa.Column("event_seen", sa.Text()),
        sa.PrimaryKeyConstraint("name", name="pk_download_keeper"),
    )
