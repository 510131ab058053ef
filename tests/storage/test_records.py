"""Records and their copies, through the queries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import copies, records
from storage.engine import Storage
from storage.errors import AlreadyHeld
from storage.values import (
    Copy,
    Count,
    Folder,
    Format,
    InstanceId,
    NewCopy,
    NewRecord,
    Record,
    RecordFacts,
    RecordPk,
    RecordQuery,
    ReleaseId,
    User,
)

DEBUT = RecordFacts(
    "Björk", "Début", 1993, "One Little Indian", "TPLP 31", ReleaseId(7), 88, "https://example/7", "thumb", "cover",
    ("Electronic",), ("House", "Downtempo"), (Format("Vinyl", 2, "Blue", ("LP", "Album")), Format("CD")), "5016958",
    '12"', "Blue Vinyl", is_picture_disc=True,
)  # fmt: skip


def instance(number: int, pk: RecordPk, day: int = 1, **changes: object) -> NewCopy:
    made = NewCopy(InstanceId(number), pk, ReleaseId(7), 1, f"2024-01-{day:02}T00:00:00.000000+00:00")
    return replace(made, **changes)  # pyright: ignore[reportArgumentType]


@pytest.fixture
async def debut(storage: Storage, owner: User) -> Record:
    async with storage.write() as conn:
        return await records.add(conn, owner.id, DEBUT, data_source="discogs", notes="a gift")


async def summary(storage: Storage, pk: RecordPk) -> Record:
    async with storage.write() as conn:
        await records.refresh_from_copies(conn, [pk])
        held = await records.get_by_pk(conn, pk)
    assert held is not None
    return held


async def test_a_record_comes_back_as_it_was_stored(storage: Storage, owner: User, debut: Record) -> None:
    async with storage.read() as conn:
        assert await records.get(conn, owner.id, debut.record_id) == debut
        assert await records.by_discogs_ids(conn, owner.id, [ReleaseId(7), ReleaseId(8)]) == {7: debut}
    assert RecordFacts(**{name: getattr(debut, name) for name in RecordFacts.__slots__}) == DEBUT
    assert (debut.notes, debut.data_source, debut.is_synced, debut.date_added) == (
        "a gift", "discogs", False, debut.created_at,
    )  # fmt: skip


async def test_a_release_is_held_once(storage: Storage, owner: User, debut: Record) -> None:
    with pytest.raises(AlreadyHeld, match="Björk – Début is in the collection already"):
        async with storage.write() as conn:
            await records.add(conn, owner.id, DEBUT, data_source="manual")


async def test_many_records_get_their_keys_in_the_order_given(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        pks = await records.add_many(conn, owner.id, [NewRecord(RecordFacts(f"A{n}", "T")) for n in range(1201)])
        for place in (0, 499, 500, 1200):
            held = await records.get_by_pk(conn, pks[place])
            assert held is not None
            assert held.artist_name == f"A{place}"


async def test_a_change_is_found_by_its_new_words_and_not_by_the_old(
    storage: Storage, owner: User, debut: Record
) -> None:
    async with storage.write() as conn:
        changed = await records.change(
            conn, owner.id, debut.record_id, {"artist_name": "Gudmundsdóttir", "notes": None}
        )
        assert changed == replace(debut, artist_name="Gudmundsdóttir", notes=None, updated_at=changed.updated_at)  # pyright: ignore
        assert (await records.page(conn, owner.id, RecordQuery(text="gudmund"), limit=9, offset=0))[0] == [changed]
        assert (await records.page(conn, owner.id, RecordQuery(text="björk"), limit=9, offset=0)) == ([], 0)
        assert await records.change(conn, owner.id, "no such id", {"notes": "x"}) is None


async def test_new_facts_leave_what_is_the_owners(storage: Storage, owner: User, debut: Record) -> None:
    async with storage.write() as conn:
        await records.mark_synced(conn, debut.pk)
        await records.replace_facts(conn, debut.pk, RecordFacts("B", "D", discogs_id=ReleaseId(9)))
        held = await records.get_by_pk(conn, debut.pk)
    assert held is not None
    assert (held.artist_name, held.genres, held.discogs_id, held.record_size) == ("B", (), 9, None)
    assert (held.notes, held.is_synced, held.data_source, held.created_at) == (
        "a gift", True, "discogs", debut.created_at,
    )  # fmt: skip


async def test_removing_takes_the_copies_and_the_search_words_along(
    storage: Storage, owner: User, debut: Record
) -> None:
    async with storage.write() as conn:
        await copies.upsert_many(conn, owner.id, [instance(1, debut.pk)], seen_pass=None)
        assert await records.remove(conn, owner.id, debut.record_id)
        assert not await records.remove(conn, owner.id, debut.record_id)
        assert sum((await copies.folder_counts(conn, owner.id)).values()) == 0
        assert await records.page(conn, owner.id, RecordQuery(text="bj"), limit=9, offset=0) == ([], 0)


async def test_only_what_discogs_could_be_told_of_is_unsynced(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        rows = [NewRecord(RecordFacts(f"A{n}", "T", discogs_id=ReleaseId(n)), is_synced=n == 2) for n in range(1, 6)]
        pks = await records.add_many(conn, owner.id, [*rows, NewRecord(RecordFacts("no release", "T"))])
        await records.mark_removed(conn, pks[3])
        found = await records.unsynced(conn, owner.id, after=pks[0], limit=10)
        assert [record.pk for record in found] == [pks[2], pks[4]]
        await records.restore(conn, pks[3])
        assert len(await records.unsynced(conn, owner.id, after=RecordPk(0), limit=10)) == 4


async def test_a_page_of_copies_tells_what_is_new_changed_and_the_same(
    storage: Storage, owner: User, debut: Record
) -> None:
    page = [instance(n, debut.pk) for n in (1, 2, 3)]
    async with storage.write() as conn:
        assert (await copies.upsert_many(conn, owner.id, page, seen_pass="a")).added == (1, 2, 3)
        page[1] = replace(page[1], rating=5)
        changes = await copies.upsert_many(conn, owner.id, page, seen_pass="b")
        assert (changes.added, changes.changed, changes.unchanged, changes.records) == ((), (2,), 2, (debut.pk,))


async def test_what_a_full_pass_did_not_see_is_marked_and_comes_back_when_seen(
    storage: Storage, owner: User, debut: Record
) -> None:
    both = [instance(1, debut.pk), instance(2, debut.pk)]
    async with storage.write() as conn:
        await copies.upsert_many(conn, owner.id, both, seen_pass="a")
        await copies.upsert_many(conn, owner.id, both[:1], seen_pass="b")
        assert await copies.mark_unseen_removed(conn, owner.id, "b") == [debut.pk]
        assert await copies.mark_unseen_removed(conn, owner.id, "b") == []
        assert sum((await copies.folder_counts(conn, owner.id)).values()) == 1
        assert (await copies.upsert_many(conn, owner.id, both[1:], seen_pass=None)).changed == (2,)
        assert sum((await copies.folder_counts(conn, owner.id)).values()) == 2


async def test_a_record_sums_up_its_copies(storage: Storage, owner: User, debut: Record) -> None:
    async with storage.write() as conn:
        await copies.replace_folders(conn, owner.id, [Folder(1, "Uncategorized", 1), Folder(5, "Wall", 1)])
        page = [instance(1, debut.pk, 3, rating=4), instance(2, debut.pk, 9, folder_id=5, rating=2)]
        await copies.upsert_many(conn, owner.id, page, seen_pass="a")
    held = await summary(storage, debut.pk)
    assert (held.copies, held.folder_name, held.rating, held.date_added) == (2, "Wall", 4, page[1].date_added)
    async with storage.write() as conn:
        await copies.mark_removed(conn, owner.id, InstanceId(2))
    held = await summary(storage, debut.pk)
    assert (held.copies, held.folder_name, held.rating, held.removed_at) == (1, "Uncategorized", 4, None)
    async with storage.write() as conn:
        await copies.mark_removed(conn, owner.id, InstanceId(1))
    held = await summary(storage, debut.pk)
    assert held.copies == 0
    assert held.removed_at is not None
    async with storage.read() as conn:
        assert (await records.page(conn, owner.id, RecordQuery(removed=False), limit=9, offset=0))[1] == 0


async def test_local_edits_count_before_discogs_knows_them_and_survive_a_pull(
    storage: Storage, owner: User, debut: Record
) -> None:
    async with storage.write() as conn:
        await copies.replace_folders(conn, owner.id, [Folder(1, "Uncategorized", 1), Folder(5, "Wall", 1)])
        await copies.upsert_many(conn, owner.id, [instance(1, debut.pk)], seen_pass=None)
        edits = {"rating": 3, "folder_id": 5, "fields": {"1": "Mint (M)"}}
        assert await copies.set_pending(conn, owner.id, InstanceId(1), edits) == debut.pk
        assert await copies.set_pending(conn, owner.id, InstanceId(9), edits) is None
        await copies.upsert_many(conn, owner.id, [instance(1, debut.pk, rating=1)], seen_pass="a")
    held = await summary(storage, debut.pk)
    assert (held.rating, held.folder_name) == (3, "Wall")
    async with storage.write() as conn:
        (pending,) = await copies.with_pending(conn, owner.id, InstanceId(0), 10)
        assert (pending.record_pk, pending.copy.rating, pending.copy.pending) == (debut.pk, 1, edits)
        await copies.set_pending(conn, owner.id, InstanceId(1), None)
        assert await copies.with_pending(conn, owner.id, InstanceId(0), 10) == []
    assert (await summary(storage, debut.pk)).rating == 1


async def test_a_renamed_folder_names_the_records_to_refresh(storage: Storage, owner: User, debut: Record) -> None:
    async with storage.write() as conn:
        await copies.replace_folders(conn, owner.id, [Folder(1, "Old", 1), Folder(2, "Other", 0)])
        await copies.upsert_many(conn, owner.id, [instance(1, debut.pk)], seen_pass=None)
        assert await copies.replace_folders(conn, owner.id, [Folder(1, "New", 1), Folder(2, "Other", 0)]) == [debut.pk]
        assert await copies.folder_counts(conn, owner.id) == {1: 1}
    async with storage.read() as conn:
        assert [folder.name for folder in await copies.folders(conn, owner.id)] == ["New", "Other"]
        (copy,) = await copies.of_record(conn, debut.pk)
    assert copy == Copy(InstanceId(1), ReleaseId(7), 1, 0, {}, "2024-01-01T00:00:00.000000+00:00")


async def test_instance_ids_pass_31_bits(storage: Storage, owner: User, debut: Record) -> None:
    async with storage.write() as conn:
        await copies.upsert_many(conn, owner.id, [instance(2**40, debut.pk)], seen_pass=None)
        assert list(await copies.known(conn, owner.id, [InstanceId(2**40), InstanceId(1)])) == [2**40]


async def test_statistics_count_what_is_there(storage: Storage, owner: User, debut: Record) -> None:
    async with storage.write() as conn:
        rows = [
            RecordFacts("A", "1", 1984, "Label", genres=("Rock", "Pop"), styles=("Indie",), formats=(Format("Vinyl"),)),
            RecordFacts("B", "2", 1999, "LABEL", genres=("Rock",), formats=(Format("Vinyl"), Format("Vinyl"))),
            RecordFacts("C", "3", 1999, "Gone", genres=("Rock",)),
        ]
        pks = await records.add_many(conn, owner.id, [NewRecord(row, is_synced=True) for row in rows])
        await records.mark_removed(conn, pks[2])
        await copies.upsert_many(
            conn, owner.id, [instance(1, pks[0], rating=5), instance(2, pks[1], rating=2)], seen_pass=None
        )
        await records.refresh_from_copies(conn, pks)
    async with storage.read() as conn:
        figures = await records.statistics(conn, owner.id)
        assert await records.facet_counts(conn, owner.id, "rating", 5) == [Count("0", 1), Count("2", 1), Count("5", 1)]
    assert (figures.records, figures.copies, figures.unsynced, figures.removed) == (3, 2, 1, 1)
    assert (figures.rated, figures.average_rating) == (2, 3.5)
    assert figures.by_decade == (Count("1980", 1), Count("1990", 2))
    assert figures.by_format == (Count("Vinyl", 3), Count("CD", 1))
    assert figures.by_genre == (Count("Rock", 2), Count("Electronic", 1), Count("Pop", 1))
    assert figures.by_label[0].count == 2
