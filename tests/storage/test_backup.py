"""Backup of a live library in one file, and restore that never destroys what it cannot replace."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from storage import accounts, records, snapshots
from storage.backup import backup, restore, verify
from storage.engine import open_storage
from storage.errors import StoreBusy, StoreCorrupt, StoreError, StoreTooNew
from storage.instants import instant
from storage.values import NewRecord, RecordFacts, RecordQuery, SavedView, SnapshotNode


async def grow(library_url: str, catalogue_url: str, *names: str) -> None:
    async with open_storage(library_url, catalogue_url) as storage, storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
        await records.add_many(conn, owner.id, [NewRecord(RecordFacts(name, "T")) for name in names])


async def artists(library_url: str, catalogue_url: str, text: str = "") -> list[str]:
    async with open_storage(library_url, catalogue_url) as storage, storage.read() as conn:
        owner = await accounts.owner(conn)
        assert owner is not None
        found, _ = await records.page(conn, owner.id, RecordQuery(text=text), limit=None, offset=0)
    return [record.artist_name for record in found]


async def test_a_library_comes_back_as_it_was_and_the_replaced_one_is_kept(
    library_url: str, catalogue_url: str, tmp_path: Path
) -> None:
    await grow(library_url, catalogue_url, "Abba", "Björk")
    made = backup(library_url, tmp_path / "backup.db")
    assert (made.records, made.counts["user"]) == (2, 1)
    await grow(library_url, catalogue_url, "Can")
    restored = restore(tmp_path / "backup.db", library_url)
    assert await artists(library_url, catalogue_url) == ["Abba", "Björk"]
    assert await artists(library_url, catalogue_url, "bjork") == ["Björk"]
    await grow(library_url, catalogue_url, "Devo")
    assert await artists(library_url, catalogue_url, "dev") == ["Devo"]
    assert restored.replaced is not None
    assert restored.replaced.name.endswith(".before-restore")
    assert verify(restored.replaced).records == 3


async def test_a_backup_is_taken_while_the_library_is_in_use(
    library_url: str, catalogue_url: str, tmp_path: Path
) -> None:
    await grow(library_url, catalogue_url, "Abba")
    async with open_storage(library_url, catalogue_url) as storage, storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
        await records.add(conn, owner.id, RecordFacts("not committed", "T"), data_source="manual")
        assert backup(library_url, tmp_path / "backup.db").records == 1


async def test_a_backup_of_one_engine_restores_on_the_other(
    library_url: str, catalogue_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    await grow(library_url, catalogue_url, "Abba", "Björk")
    backup(library_url, tmp_path / "backup.db")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    if library_url.startswith("sqlite"):
        other = request.getfixturevalue("postgres_url")
    restore(tmp_path / "backup.db", other)
    assert await artists(other, catalogue_url, "b") == ["Björk"]
    await grow(other, catalogue_url, "Can")
    assert await artists(other, catalogue_url) == ["Abba", "Björk", "Can"]


async def test_saved_views_are_in_a_backup(library_url: str, catalogue_url: str, tmp_path: Path) -> None:
    view = SavedView((SnapshotNode("1", "artist"),), SnapshotNode("Jazz", "genre"), instant(), "9999")
    async with open_storage(library_url, catalogue_url) as storage, storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
        await snapshots.put(conn, owner.id, "key", view)
    assert backup(library_url, tmp_path / "backup.db").counts["snapshot"] == 1
    restore(tmp_path / "backup.db", library_url)
    async with open_storage(library_url, catalogue_url) as storage, storage.read() as conn:
        assert await snapshots.get(conn, "key", now=instant()) == view


async def test_a_library_that_is_open_is_not_replaced(tmp_path: Path, catalogue_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    await grow(url, catalogue_url, "Abba")
    backup(url, tmp_path / "backup.db")
    async with open_storage(url, catalogue_url) as storage:
        async with storage.read() as conn:
            assert await accounts.owner(conn) is not None
        with pytest.raises(StoreBusy, match="not replaced"):
            restore(tmp_path / "backup.db", url)
    await grow(url, catalogue_url, "Björk")
    assert await artists(url, catalogue_url) == ["Abba", "Björk"]


async def test_a_damaged_library_is_replaced_and_kept_with_its_log(tmp_path: Path, catalogue_url: str) -> None:
    library = tmp_path / "library.db"
    await grow(f"sqlite:///{library}", catalogue_url, "Abba")
    backup(f"sqlite:///{library}", tmp_path / "backup.db")
    library.write_bytes(b"damaged" * 2000)
    (tmp_path / "library.db-wal").write_bytes(b"stale")
    restored = restore(tmp_path / "backup.db", f"sqlite:///{library}")
    assert await artists(f"sqlite:///{library}", catalogue_url) == ["Abba"]
    assert restored.replaced is not None
    assert restored.replaced.read_bytes() == b"damaged" * 2000


@pytest.mark.parametrize("damage", ["garbage", "cut", "flipped", "emptied", "other"])
async def test_what_is_no_sound_backup_is_refused_and_the_library_left_alone(
    tmp_path: Path, catalogue_url: str, damage: str
) -> None:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    await grow(url, catalogue_url, *(f"Artist {n}" for n in range(200)))
    file = tmp_path / "backup.db"
    backup(url, file)
    whole = file.read_bytes()
    if damage == "emptied":
        with sqlite3.connect(file) as connection:
            connection.execute("DELETE FROM record")
    elif damage == "other":
        file.unlink()
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE other (id)")
    else:
        broken = {
            "garbage": b"x" * 9000,
            "cut": whole[: len(whole) // 2],
            "flipped": whole[:9000] + bytes(4096) + whole[13096:],
        }
        file.write_bytes(broken[damage])
    with pytest.raises(StoreCorrupt):
        restore(file, url)
    assert len(await artists(url, catalogue_url)) == 200


async def test_a_newer_versions_backup_is_refused(tmp_path: Path, catalogue_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    await grow(url, catalogue_url, "Abba")
    backup(url, tmp_path / "backup.db")
    with sqlite3.connect(tmp_path / "backup.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'library_9999'")
    with pytest.raises(StoreTooNew):
        restore(tmp_path / "backup.db", url)


async def test_a_backup_replaces_an_older_backup_and_nothing_else(tmp_path: Path, catalogue_url: str) -> None:
    library = tmp_path / "library.db"
    url = f"sqlite:///{library}"
    await grow(url, catalogue_url, "Abba")
    backup(url, tmp_path / "backup.db")
    await grow(url, catalogue_url, "Björk")
    assert backup(url, tmp_path / "backup.db").records == 2
    (tmp_path / "letter.txt").write_text("dear")
    for name, reason in (("letter.txt", "is not a backup"), ("library.db", "is the library itself")):
        with pytest.raises(StoreError, match=reason):
            backup(url, tmp_path / name)
    assert (tmp_path / "letter.txt").read_text() == "dear"
    assert await artists(url, catalogue_url) == ["Abba", "Björk"]


async def test_a_backup_is_one_private_file(tmp_path: Path, catalogue_url: str) -> None:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    await grow(url, catalogue_url, "Abba")
    folder = tmp_path / "backups"
    backup(url, folder / "backup.db")
    assert [(file.name, stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()] == [("backup.db", 0o600)]


def test_there_is_nothing_to_back_up_without_a_library(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no library"):
        backup(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "backup.db")
    assert list(tmp_path.glob("*backup*")) == []
