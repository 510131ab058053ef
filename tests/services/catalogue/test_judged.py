"""How well the search answers what collectors type: recall among the first ten, and the mean reciprocal rank (1 is best).

``pytest -s`` prints the figures, class by class. The thresholds are what is reached, less a little; they are per class,
because a good average hides a class that fails.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.catalogue.search import CatalogueSearch
from services.discogs.filing import entry_of
from services.discogs.models import Release
from storage.catalogue import growth
from storage.engine import Storage, open_storage
from storage.values import ReleaseEntry
from storage.values.found import CatalogueHit
from tests.services.catalogue.judged import ARTISTS, LABELS, RELEASE_CASES, entries
from tests.upstreams.dump_world import dump_releases

FIRST = 10
_FLOORS = {"punctuation": (0.95, 0.95), "prefixes of both": (1.0, 0.9), "misspelt": (0.95, 0.9)}
"""Recall and mean reciprocal rank of the classes that have not earned the usual ones."""
_USUAL = (1.0, 0.95)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a class of queries was answered; ``misses`` are those whose answer was not among the first ten."""

    name: str
    asked: int
    recall: float
    rank: float
    misses: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name:<28}{self.asked:>5}   recall@{FIRST} {self.recall:.3f}   MRR {self.rank:.3f}"


@pytest.fixture
async def storage(library_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    catalogue = f"sqlite:///{tmp_path / 'catalogue.db'}" if library_url.startswith("sqlite") else library_url
    async with open_storage(library_url, catalogue) as opened:
        yield opened


async def filed(storage: Storage, releases: Sequence[ReleaseEntry]) -> CatalogueSearch:
    await storage.catalogue.write(lambda db: growth.apply(db, releases))
    return CatalogueSearch(storage)


Right = Callable[[CatalogueHit], bool]


async def judge(search: CatalogueSearch, name: str, kind: str, cases: Iterable[tuple[str, Right]]) -> Verdict:
    """Ask all of ``cases``: what is typed, and whether a hit is what was meant."""
    ranks: list[float] = []
    misses: list[str] = []
    for typed, is_right in cases:
        found = await search.find(typed, limit=FIRST, kinds=(kind,))
        place = next((place for place, hit in enumerate(found.hits, start=1) if is_right(hit)), 0)
        ranks.append(1 / place if place else 0)
        if not place:
            misses.append(typed)
    recall = sum(rank > 0 for rank in ranks) / len(ranks)
    verdict = Verdict(f"{kind}: {name}", len(ranks), recall, sum(ranks) / len(ranks), tuple(misses))
    print(verdict)
    return verdict


def called(name: str) -> Right:
    """Whether a hit is the artist or label of that name, or the release that is so written."""
    return lambda hit: name == (f"{hit.artist} – {hit.title}" if hit.kind == "release" else hit.title)


def test_the_set_is_large_enough_to_judge_by() -> None:
    asked = [typed for kind in (ARTISTS, LABELS, RELEASE_CASES) for cases in kind.values() for typed, _ in cases]
    assert len(asked) >= 150


async def test_collectors_find_what_they_mean(storage: Storage) -> None:
    search = await filed(storage, entries())
    print()
    failed: list[Verdict] = []
    for kind, classes in (("artist", ARTISTS), ("label", LABELS), ("release", RELEASE_CASES)):
        for name, cases in classes.items():
            verdict = await judge(search, name, kind, [(typed, called(meant)) for typed, meant in cases])
            recall, rank = _FLOORS.get(name, _USUAL)
            if verdict.recall < recall or verdict.rank < rank:
                failed.append(verdict)
    assert not failed


# -- the real sample ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("library_url", ["sqlite"], indirect=True)
async def test_real_releases_are_found_by_what_stands_on_them(storage: Storage, fixtures: Path) -> None:
    dump = next((fixtures / "discogs/dumps").glob("*releases*"))
    releases = [entry_of(Release.model_validate(each)) for each in dump_releases(dump)]
    search = await filed(storage, releases)
    chosen = random.Random(3).sample([each for each in releases if each.artist and each.title], 200)
    print()
    floors = {
        "artist and title": (1.0, 0.95),
        "any order": (0.99, 0.95),
        "words cut short": (0.99, 0.95),
        "catalogue number": (0.99, 0.95),
        "barcode": (1.0, 0.99),
        "one slip": (0.99, 0.95),
    }
    failed: list[Verdict] = []
    for name, (recall, rank) in floors.items():
        verdict = await judge(search, name, "release", _asked(name, chosen))
        print(*(f"    missed: {miss}" for miss in verdict.misses), sep="\n", end="\n" * bool(verdict.misses))
        if verdict.recall < recall or verdict.rank < rank:
            failed.append(verdict)
    assert not failed


def _asked(name: str, releases: Sequence[ReleaseEntry]) -> list[tuple[str, Right]]:
    """What somebody types who has one of these in hand; other pressings under the same name are right as well."""
    chance = random.Random(name)
    asked: list[tuple[str, Right]] = []
    for entry in releases:
        typed = _typed(name, entry, chance)
        if typed:
            asked.append((typed, _is_pressing(entry) if name not in ("catalogue number", "barcode") else _is(entry)))
    return asked


def _typed(name: str, entry: ReleaseEntry, chance: random.Random) -> str | None:
    words = f"{entry.artist} {entry.title}".lower().split()
    if name == "any order":
        return " ".join(chance.sample(words, len(words)))
    if name == "words cut short":
        return " ".join(word[:4] for word in words)
    if name == "catalogue number":
        number = entry.labels[0].catno if entry.labels else ""
        return re.sub(r"[\s-]", "", number).lower() if len(number) > 3 and number.lower() != "none" else None
    if name == "barcode":
        digits = next((re.sub(r"\D", "", each) for each in entry.barcodes), "")
        return f"0{digits}" if len(digits) in (12, 13) else None
    if name == "one slip":
        return _with_slip(words, chance)
    return " ".join(words)


def _with_slip(words: list[str], chance: random.Random) -> str | None:
    """Two neighbouring letters of the longest word changed about."""
    longest = max(words, key=len)
    if len(longest) < 5 or not longest.isalpha():
        return None
    at = chance.randrange(1, len(longest) - 1)
    slipped = longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :]
    return " ".join(slipped if word == longest else word for word in words)


def _is(entry: ReleaseEntry) -> Right:
    return lambda hit: hit.id == entry.id


def _is_pressing(entry: ReleaseEntry) -> Right:
    return lambda hit: (hit.artist, hit.title) == (entry.artist, entry.title)
