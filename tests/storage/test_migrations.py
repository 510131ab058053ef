"""The migrations make exactly the tables that the queries are written against."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from storage import tables
from storage.dialect import reading_engine
from storage.engine import Storage
from storage.migrate import MIGRATIONS
from storage.schema import REVISIONS, Store

_SEARCH = (
    "record_fts",
    "ix_record_tokens",
    "ix_ranking_",
    *(f"{kind}_words" for kind in ("artist", "label", "master", "release")),
)


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """What separates the migrated schema from the tables; the search index is the engines' own affair."""

    def ours(_object: object, name: str | None, *_: object) -> bool:
        return not (name or "").startswith(_SEARCH)

    options = {"include_object": ours, "compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


async def test_the_migrated_library_is_what_the_tables_say(storage: Storage) -> None:
    async with storage.read() as conn:
        assert await conn.run_sync(differences, tables.library) == []


async def test_the_migrated_catalogue_is_what_the_tables_say(storage: Storage) -> None:
    engine = reading_engine(storage.catalogue.address, "catalogue")
    async with engine.begin() as conn:
        assert await conn.run_sync(differences, tables.catalogue) == []
    await engine.dispose()


@pytest.mark.parametrize("store", ["library", "catalogue"])
def test_the_known_revisions_are_those_of_the_scripts(store: Store) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / store))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)
    assert REVISIONS[store] == tuple(script.revision for script in scripts.walk_revisions())[::-1]
