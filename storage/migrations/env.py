"""Alembic's environment: the connection comes from :mod:`storage.migrate`, inside its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from storage import tables

connection: Connection = context.config.attributes["connection"]
metadata = getattr(tables, context.config.attributes["store"])

context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
