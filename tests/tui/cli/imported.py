"""What every command in a forked process has already: its imports, and what it trusts."""

# ruff: noqa: F401
from __future__ import annotations

import importlib
import pkgutil

import aiosqlite
import alembic.command
import anyio._backends._asyncio
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite.aiosqlite

import services.rest.app
import services.rest.serve
import services.runtime
import storage.engine
import tui.cli
import tui.main
from services.upstream import exchange

for module in pkgutil.iter_modules(tui.cli.__path__):
    importlib.import_module(f"tui.cli.{module.name}")
exchange._tls()  # pyright: ignore[reportPrivateUsage]
