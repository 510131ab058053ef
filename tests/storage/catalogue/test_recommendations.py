"""What is recommended, held against the rule of the contract carried out the long way, on both engines."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import pytest

from storage.catalogue import growth, packed, recommendations, revision
from storage.engine import Storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from storage.values.recommendations import Mix, Reason, Recommended
from tests.storage.catalogue import naive

CONTRACT = Mix()
VARIOUS = Credit(194, "Various")
Scored = list[tuple[ReleaseId, int]]


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are cut into parts of eight."""
    for module in (packed, revision):
        monkeypatch.setattr(module, "PART", 8)
        monkeypatch.setattr(module, "LONGEST", 16)


async def file(storage: Storage, entries: Sequence[ReleaseEntry]) -> None:
    await storage.catalogue.write(lambda db: growth.apply(db, entries))


async def ask(
    storage: Storage,
    copies: Mapping[ReleaseId, int],
    wanted: Collection[ReleaseId] = (),
    mix: Mix = CONTRACT,
    limit: int = 20,
) -> Recommended:
    return await storage.catalogue.read(lambda db: recommendations.recommend(db, copies, wanted, mix, limit))


def scored(found: Recommended) -> Scored:
    return [(each.release_id, each.score) for each in found.releases]


def leading(owned: Mapping[ReleaseEntry, int], of: Callable[[ReleaseEntry], Iterable[object]]) -> dict[object, int]:
    """The ten that most copies have, ties by id."""
    counts = Counter[object]()
    for entry, copies in owned.items():
        for each in set(of(entry)):
            counts[each] += copies
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:10])


def expected(
    entries: Sequence[ReleaseEntry],
    copies: Mapping[ReleaseId, int],
    wanted: Collection[ReleaseId],
    mix: Mix,
    numbers: Mapping[str, int],
) -> Scored:
    """Every release scored, without a list or an index; ``numbers`` are those of the styles, by which ties go."""
    owned = {entry: copies[entry.id] for entry in entries if entry.id in copies}

    def artists(entry: ReleaseEntry) -> set[int]:
        return {each.id for each in entry.artists} - {194, 355, 118760}

    def labels(entry: ReleaseEntry) -> set[int]:
        return {each.id for each in entry.labels if not each.name.startswith("Not On Label")}

    def styles(entry: ReleaseEntry) -> set[int]:
        return {numbers[each] for each in entry.styles}

    most = max(leading(owned, artists).values(), default=0)
    points = Counter[ReleaseId]()
    for of, weight in ((artists, mix.artists), (labels, mix.labels), (styles, mix.styles)):
        counts = leading(owned, of)
        top = max(counts.values(), default=0)
        for entry in entries:
            for each in of(entry):
                if each in counts:
                    scale = most if of is not artists and most else top
                    points[entry.id] += weight * -(-counts[each] * scale // top)
    masters = {entry.master_id for entry in entries if entry.id in copies or entry.id in wanted}
    found: Scored = []
    by_id = {entry.id: entry for entry in entries}
    for release, score in sorted(points.items(), key=lambda each: (-each[1], each[0])):
        master = by_id[release].master_id
        if not score or release in copies or release in wanted:
            continue
        if mix.one_per_master and master:
            if master in masters:
                continue
            masters.add(master)
        found.append((release, score))
    return found


@pytest.mark.usefixtures("short_parts")
@pytest.mark.parametrize(
    "mix",
    [
        CONTRACT,
        Mix(one_per_master=True),
        Mix(artists=2, labels=1),
        Mix(artists=0, labels=1),
        Mix(artists=0, labels=0, styles=1),
        Mix(artists=3, labels=2, styles=1, one_per_master=True),
        Mix(artists=0),
    ],
    ids=str,
)
async def test_it_is_what_scoring_every_release_gives_and_never_what_is_held(storage: Storage, mix: Mix) -> None:
    entries = naive.invented(220, seed=11)
    await file(storage, entries)
    numbers: dict[str, int] = dict(
        await storage.catalogue.read(lambda db: db.rows("SELECT name, key / 8 FROM node WHERE kind = 4"))
    )
    chance = random.Random(12)
    for held in (1, 3, 20, 60, 150, 220):
        some = chance.sample(entries, held)
        copies = {each.id: chance.choice((1, 1, 1, 2, 5)) for each in some[: held - held // 4]}
        wanted = {each.id for each in some[held - held // 4 :]}
        rule = expected(entries, copies, wanted, mix, numbers)
        for limit in (1, 7, 100):
            found = await ask(storage, copies, wanted, mix, limit)
            assert scored(found) == rule[:limit]
            assert found == await ask(storage, dict(reversed(copies.items())), wanted, mix, limit)
            assert not {each.release_id for each in found.releases} & {*copies, *wanted}


def by(*artists: Credit) -> Callable[..., ReleaseEntry]:
    """Releases by these artists, all alike."""

    def made(number: int, title: str = "A Title", **facts: object) -> ReleaseEntry:
        return ReleaseEntry(ReleaseId(number), title, artists[0].name, artists=artists, **facts)  # pyright: ignore

    return made


async def test_each_says_what_it_is_and_why_it_is_there(storage: Storage) -> None:
    first, second = Credit(7, "First (2)"), Credit(8, "Second")
    label = (LabelLine(5, "A Label", "AL 1"), LabelLine(6, "Another"))
    await file(
        storage,
        [
            by(first)(1),
            by(second)(2),
            by(second)(3),
            by(first, second)(9, "Together", year=1971, labels=label, genres=("Rock", "Jazz"), styles=("Dub",)),
        ],
    )
    found = await ask(storage, {ReleaseId(1): 1, ReleaseId(2): 2, ReleaseId(3): 1})
    assert (found.owned, found.known) == (3, 3)
    (one,) = found.releases
    assert (one.title, one.year, one.artist, one.label) == ("Together", 1971, "First (2)", "A Label")
    assert (one.genres, one.score) == (("Jazz", "Rock"), 4)
    assert one.reasons == (Reason("artist", "8", "Second", 3), Reason("artist", "7", "First (2)", 1))


async def test_a_year_that_a_release_does_not_have_is_its_masters(storage: Storage) -> None:
    artist = Credit(7, "Somebody")
    await file(storage, [by(artist)(1), by(artist)(2, master_id=40), by(artist)(3, master_id=41)])
    await storage.catalogue.write(lambda db: db.do("UPDATE master SET year = 1959 WHERE id = 40"))
    found = await ask(storage, {ReleaseId(1): 1})
    assert [each.year for each in found.releases] == [1959, None]


async def test_names_for_nobody_in_particular_recommend_nothing(storage: Storage) -> None:
    nobody = (VARIOUS, Credit(355, "Unknown Artist"), Credit(118760, "No Artist"))
    unlabelled = (LabelLine(1818, "Not On Label"), LabelLine(77, "Not On Label (Somebody Self-released)"))
    await file(storage, [by(*nobody)(1, labels=unlabelled), by(*nobody)(2, labels=unlabelled)])
    found = await ask(storage, {ReleaseId(1): 3}, mix=Mix(labels=1))
    assert found == Recommended((), 1, 1)


async def test_a_release_that_the_catalogue_does_not_know_speaks_for_nobody(storage: Storage) -> None:
    await file(storage, [by(Credit(7, "Somebody"))(2)])
    assert await ask(storage, {ReleaseId(1): 1}) == Recommended((), 1, 0)
    assert await ask(storage, {}) == Recommended((), 0, 0)


async def test_one_pressing_of_a_master_and_none_of_what_is_owned_or_wanted_in_another(storage: Storage) -> None:
    made = by(Credit(7, "Somebody"))
    masters = {1: 40, 2: 40, 3: 41, 4: 41, 5: None, 6: None, 7: 42, 8: 42}
    await file(storage, [made(number, master_id=master) for number, master in masters.items()])
    owned, wanted = {ReleaseId(1): 1}, {ReleaseId(8)}
    assert [each for each, _ in scored(await ask(storage, owned, wanted))] == [2, 3, 4, 5, 6, 7]
    once = await ask(storage, owned, wanted, Mix(one_per_master=True))
    assert [each for each, _ in scored(once)] == [3, 5, 6]


async def test_of_a_very_long_list_the_newest_are_candidates(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(recommendations.NEWEST, recommendations.Kind.STYLE, 3)
    made = by(Credit(7, "Somebody"))
    await file(storage, [made(number, year=1950 + number, styles=("Dub",)) for number in range(1, 9)])
    found = await ask(storage, {ReleaseId(1): 1}, mix=Mix(artists=0, styles=1))
    assert [each for each, _ in scored(found)] == [6, 7, 8]
    assert all(each.reasons == (Reason("style", "Dub", "Dub", 1),) for each in found.releases)
