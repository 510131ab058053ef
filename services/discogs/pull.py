"""Reading a Discogs collection: all of it page by page, or only what is new where the counts show that this is enough.

The cost in requests: folders, fields and one per hundred copies for everything; folders and one page when nothing is
new. What is new is at the front of the pages sorted by date added; what was moved or taken away shows in the counts of
the folders. A changed rating or field of an old copy shows in neither: reading everything now and then finds it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

import structlog

from services.discogs.bookmark import ALL_READ, Bookmark, Memory
from services.discogs.collection import keep
from services.discogs.models import CollectionFolder
from services.discogs.reading import PER_PAGE, Reading, apart, pages_of
from storage import copies, file_copies, folder_copies, records
from storage.instants import instant
from storage.values import PendingCopy

log = structlog.get_logger(__name__)

MOST_PASSES = 3
"""How often everything is read when the collection changes meanwhile; after that nothing is marked as gone."""
MOST_LOOKS = 20
"""How many vanished copies are looked for one by one; for more it is cheaper to read everything."""


class _NotComplete(Exception):
    """A full pass did not see exactly what Discogs says there is, so nothing may be concluded from what it missed."""


async def pull(reading: Reading, *, full: bool) -> Bookmark:
    """Bring the library up to the collection; where the sync stands then. An interrupted full pass goes on."""
    folders = await reading.client.folders(reading.username)
    await _keep_folders(reading, folders)
    if not full and reading.mark.pass_id is None and await _read_new(reading, folders):
        return reading.mark
    await _read_all(reading)
    return reading.mark


async def _keep_folders(reading: Reading, folders: Sequence[CollectionFolder]) -> None:
    everything = next((folder.count for folder in folders if folder.id == 0), 0)
    if reading.mark.pass_id is None:
        reading.mark = replace(reading.mark, items=everything)
    async with reading.work.saving(reading.mark.document()) as conn:
        renamed = await copies.replace_folders(conn, reading.user_id, [folder.value for folder in folders])
        await records.refresh_from_copies(conn, renamed)
        await reading.report()


async def _read_all(reading: Reading) -> None:
    """Read every page, again if the collection changes meanwhile, until what was seen is what there is."""
    if reading.mark.pass_id is None:
        fields = await reading.client.fields(reading.username)
        reading.mark = reading.mark.new_pass(instant())
        async with reading.work.saving(reading.mark.document()) as conn:
            await copies.replace_fields(conn, reading.user_id, [field.value for field in fields])
    while True:
        await _read_pages(reading)
        if await _finish_pass(reading):
            return
        if not reading.mark.moved or reading.mark.passes >= MOST_PASSES:
            await _leave_pass(reading)
            return
        log.info("collection_changed_while_reading", passes=reading.mark.passes)
        reading.mark = reading.mark.new_pass(instant())


async def _read_pages(reading: Reading) -> None:
    if reading.mark.page == ALL_READ:
        return
    async for page in reading.pages(reading.mark.page):
        standing = page.pagination
        is_last = standing.page >= standing.pages
        await reading.keep(
            page,
            seen_pass=reading.mark.pass_id,
            page=ALL_READ if is_last else standing.page + 1,
            items=standing.items,
            moved=reading.mark.moved or (standing.page > 1 and standing.items < reading.mark.items),
        )
        await reading.report(done=(standing.page - 1) * PER_PAGE + len(page.releases))
        if is_last:
            return
    reading.mark = replace(reading.mark, moved=True)  # the last page is not there any more


async def _finish_pass(reading: Reading) -> bool:
    """Mark what the pass did not see as gone, if it saw exactly as many copies as Discogs says there are.

    Copies that are added meanwhile come at the end and are seen; one that is taken away makes the pages shift, so that
    another is missed.
    """
    mark = reading.mark
    assert mark.pass_id is not None
    checkpoint = mark.document()
    try:
        async with reading.work.saving(checkpoint) as conn:
            await file_copies.spare(conn, reading.user_id, mark.pass_id)
            unseen = await copies.mark_unseen_removed(conn, reading.user_id, mark.pass_id)
            seen = sum((await reading.listed(conn)).values())
            if seen != mark.items or mark.moved:
                raise _NotComplete
            gone = await reading.settle_gone(conn, unseen)
            ended = replace(mark, pass_id=None, page=1, gone=mark.gone + gone, memory=Memory(mark.since))
            checkpoint.update(ended.document())
    except _NotComplete:
        return False
    reading.mark = ended
    return True


async def _leave_pass(reading: Reading) -> None:
    """End a pass that cannot be complete: the collection will not hold still, or Discogs lists fewer than it counts.

    Then nothing is marked as gone. In the second case the difference is remembered, so that it is no reason to read
    everything again next time.
    """
    mark = replace(reading.mark, pass_id=None, page=1)
    checkpoint = mark.document()
    async with reading.work.saving(checkpoint) as conn:
        if not mark.moved:
            listed = await reading.listed(conn)
            counted = {folder.folder_id: folder.count for folder in await copies.folders(conn, reading.user_id)}
            hidden = {folder: counted.get(folder, 0) - listed.get(folder, 0) for folder in apart(listed, counted, {})}
            mark = replace(mark, memory=Memory(mark.since, hidden))
            log.info("collection_lists_fewer_than_it_counts", counted=mark.items, hidden=hidden)
        checkpoint.update(mark.document())
    reading.mark = mark


async def _read_new(reading: Reading, folders: Sequence[CollectionFolder]) -> bool:
    """Read back from the newest copy to one that is known; whether the library then agrees with the folders' counts."""
    async for page in reading.pages(newest_first=True):
        kept = await reading.keep(page, items=page.pagination.items)
        if kept.new_copies < len(page.releases) or not page.releases:
            break
    counted = {folder.id: folder.count for folder in folders}
    differing = await _differing(reading, counted)
    if not differing:
        return True
    cost = sum(pages_of(counted.get(folder, 0)) for folder in differing)
    if cost >= pages_of(counted.get(0, 0)):
        return False
    return await _read_folders(reading, differing, counted)


async def _differing(reading: Reading, counted: dict[int, int]) -> set[int]:
    async with reading.work.storage.read() as conn:
        return apart(await reading.listed(conn), counted, reading.mark.memory.hidden)


async def _read_folders(reading: Reading, differing: set[int], counted: dict[int, int]) -> bool:
    """Read the folders whose counts differ; copies they do not show any more are looked for one release at a time.

    Returns whether the library agrees with the counts then.
    """
    pass_id = uuid.uuid4().hex
    for folder_id in sorted(differing):
        if counted.get(folder_id, 0):
            async for page in reading.pages(folder_id=folder_id):
                await reading.keep(page, seen_pass=pass_id)
    async with reading.work.storage.read() as conn:
        lost = await folder_copies.unseen(conn, reading.user_id, differing, pass_id, MOST_LOOKS + 1)
    if len(lost) > MOST_LOOKS:
        return False
    for release_id in dict.fromkeys(found.copy.release_id for found in lost):
        await _look_for(reading, [found for found in lost if found.copy.release_id == release_id])
    return not await _differing(reading, counted)


async def _look_for(reading: Reading, lost: Sequence[PendingCopy]) -> None:
    """Ask where the copies of one release are; those that are nowhere are gone."""
    there = await reading.client.instances(reading.username, lost[0].copy.release_id)
    known = {item.instance_id for item in there}
    checkpoint = reading.mark.document()
    async with reading.work.saving(checkpoint) as conn:
        if there:
            await keep(conn, reading.user_id, there, reading.web_base)
        missing = [found for found in lost if found.copy.instance_id not in known]
        for found in missing:
            await copies.mark_removed(conn, reading.user_id, found.copy.instance_id)
        gone = await reading.settle_gone(conn, {found.record_pk for found in missing})
        reading.mark = replace(reading.mark, gone=reading.mark.gone + gone)
        checkpoint.update(reading.mark.document())
