"""From a pasted list to what is wanted: matched with what is here, decided by a person, put on the wantlist when asked."""

from __future__ import annotations

import pytest

from services.errors import Conflict, InvalidInput, NotFound
from services.runtime import Runtime
from storage.values.wishes import Fitting, Wish, WishQuery, WishState
from tests.services.wishes.conftest import Ground

LIST = """orchestra of lanterns – GLASS HARBOUR (1978)
marta veil - Zebra Crossing
Cabaret Elan - Night Trams
Cabaret Élan - Night Trms
Nobody Known - Nothing At All
nonsense
"""


async def every(runtime: Runtime) -> dict[str, Wish]:
    found, _ = await runtime.wishes.page(runtime.user.id, WishQuery(), limit=200)
    return {wish.said: wish for wish in found}


async def take(ground: Ground, text: str = LIST) -> dict[str, Wish]:
    wishes = ground.runtime.wishes
    kept = await wishes.add(ground.runtime.user, await wishes.read(text), "list.txt")
    if kept.job is not None:
        await ground.settled("wishes")
    return await every(ground.runtime)


async def test_a_list_becomes_matched_wants_and_the_same_list_again_adds_nothing(ground: Ground) -> None:
    runtime, wishes = ground.runtime, ground.runtime.wishes
    preview = await wishes.preview(runtime.user, await wishes.read(LIST))
    assert preview.new == 5 and [fault.line for fault in preview.reading.faults] == [6]
    assert await every(runtime) == {}, "a preview keeps nothing"
    found = await take(ground)
    states = [found[line].state for line in LIST.splitlines()[:5]]
    assert states == [WishState.HERE, WishState.HERE, WishState.FOUND, WishState.UNSURE, WishState.MISSING]
    assert [each.state for each in preview.lines] == states
    owned = found["orchestra of lanterns – GLASS HARBOUR (1978)"].candidates[0]
    assert (owned.source, owned.release_id) == (Fitting.RECORDS, 101) and owned.confidence >= 0.9 and owned.reason
    studio = found["Cabaret Elan - Night Trams"].candidates
    assert studio[0].release_id == 104 and all(each.confidence < 0.9 for each in studio[1:]), "live is another album"
    again = await wishes.add(runtime.user, await wishes.read(LIST.upper()), "again")
    assert (again.added, again.known, again.job) == (0, 5, None)
    assert not [r for r in ground.discogs.requests if r["method"] != "GET" or "search" in r["path"]], "nobody was asked"
    assert await wishes.remove(runtime.user.id, [found["Cabaret Élan - Night Trms"].pk, 4711]) == 1
    page, total = await wishes.page(runtime.user.id, WishQuery("trams"), limit=1)
    assert (total, len(page)) == (1, 1) and (await wishes.counts(runtime.user.id))[WishState.HERE] == 2


async def test_what_a_person_picked_stays_and_goes_on_the_wantlist_when_asked(ground: Ground) -> None:
    runtime, wishes = ground.runtime, ground.runtime.wishes
    user = runtime.user.id
    there = next(p for p in ground.discogs.world.catalogue.pressings.values() if p.id > 200)
    artist, _, title = there.artists_sort, "", there.summary["title"]
    found = await take(
        ground, f"Cabaret Élan - Night Trms\nOrchestra Of Lanterns - Glass Harbour\n{artist} - {title}\n"
    )
    unsure = found["Cabaret Élan - Night Trms"]
    with pytest.raises(Conflict, match="not known which"):
        await wishes.want(user, unsure.pk)
    with pytest.raises(Conflict, match="own it already"):
        await wishes.want(user, found["Orchestra Of Lanterns - Glass Harbour"].pk)
    with pytest.raises(InvalidInput):
        await wishes.choose(user, unsure.pk, "catalogue:1")
    picked = await wishes.choose(user, unsure.pk, unsure.candidates[0].name)
    assert picked.state is WishState.FOUND
    await wishes.look_again(runtime.user)
    await ground.settled("wishes")
    assert (await wishes.get(user, unsure.pk)).choice == picked.choice, "whatever is found later"
    wanted = found[f"{artist} - {title}"]
    asked = await wishes.ask_discogs(user, wanted.pk)
    offered = next(each for each in asked.candidates if each.release_id == there.id)
    await wishes.choose(user, wanted.pk, offered.name)
    assert not ground.discogs.asked("PUT"), "asking sends nothing"
    await wishes.want(user, wanted.pk)
    assert there.id in set(ground.discogs.world.wants)
    kept = await wishes.get(user, wanted.pk)
    assert kept.state is WishState.WANTED and kept.best is not None and kept.best.source is Fitting.WANTS
    with pytest.raises(NotFound):
        await wishes.get(user, 4711)
