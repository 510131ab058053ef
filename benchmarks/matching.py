"""``python -m benchmarks.matching [--albums N]``: an invented library of 20,000 albums against another, and what changed later.

The two share seven in ten; each has what the other lacks, and much that is easily taken for something else: live albums, remixes,
singles of an album's name, volumes, second self-titled albums, the hits of everybody. One side is told as Discogs tells it, the
other as files and Spotify are, with their spelling, editions, years and gaps. Prints precision and recall at 0.9, how often each
tenth of confidence was right, times and memory. Ends with 1 if a limit is missed.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from benchmarks.bars import Bars
from services.demo.words import ADJECTIVES, FIRST_NAMES, NOUNS, PLACES
from services.matching.codes import barcode
from services.matching.music import Album, Codes, Form
from services.matching.pairing import collection_of_albums, rematched

SURE = 0.9
LEAST_PRECISION, LEAST_RECALL = 0.99, 0.9
SECONDS = 60.0
MEGABYTES = 600
CHANGED = 100
_SYLLABLES = (
    "ba", "ke", "lo", "mi", "sa", "tur", "ven", "dra", "fel", "gor", "hin", "jas", "kol", "lum", "nar", "os", "pel", "qui", "ras",
    "sten", "tov", "ul", "vex", "wil", "yor", "zan", "cor", "dim", "eth",
)  # fmt: skip
_SCRIPTS = ("абвгдежзиклмнопрстуфхцчшщэюя", "海山川夜雨風光花月星空雪道町電車", "가나다라마바사아자차카타파하")


@dataclass(frozen=True)
class Work:
    """What really is: everything with the same ``id`` is the same album."""

    id: int
    artist: str
    title: str
    year: int
    tracks: int
    form: Form
    code: str


class Inventor:
    """Works, and how they are told of; always the same."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self._next = 0
        self._taken: set[str] = set()

    def works(self, count: int) -> list[Work]:
        found: list[Work] = []
        while len(found) < count:
            found += self._of_artist()
        return found[:count]

    def _word(self) -> str:
        return "".join(self.dice.choice(_SYLLABLES) for _ in range(self.dice.randint(2, 3))).capitalize()

    def _once(self, name: str, again: Callable[[], str]) -> str:
        """``name``, or another one if somebody has that already."""
        while name.casefold() in self._taken:
            name = again()
        self._taken.add(name.casefold())
        return name

    def _artist(self) -> str:
        return self._once(self._some_artist(), self._some_artist)

    def _title(self, artist: str) -> str:
        """One that ``artist`` has not given yet."""
        return self._once(
            f"{artist}\n{self._some_title(artist)}", lambda: f"{artist}\n{self._some_title(artist)}"
        ).split("\n")[1]

    def _some_artist(self) -> str:
        dice = self.dice
        if dice.random() < 0.04:
            letters = dice.choice(_SCRIPTS)
            return "".join(dice.choice(letters) for _ in range(dice.randint(3, 6))).capitalize()
        shapes = (
            f"The {dice.choice(ADJECTIVES)} {self._word()}s",
            f"{dice.choice(FIRST_NAMES)} {self._word()}",
            f"{dice.choice(ADJECTIVES)} {dice.choice(NOUNS)}",
            self._word(),
            f"{self._word()} & {self._word()}",
            f"{dice.choice(FIRST_NAMES)} {self._word()} Trio",
            f"{self._word()} {dice.choice(NOUNS)}",
        )
        return dice.choice(shapes)

    def _some_title(self, artist: str) -> str:
        dice = self.dice
        if not artist[:1].isascii() and not unicodedata.name(artist[0], "").startswith("LATIN"):
            return "".join(dice.choice(sorted(set("".join(_SCRIPTS[:2])))) for _ in range(dice.randint(2, 6)))
        shapes = (
            f"{dice.choice(ADJECTIVES)} {dice.choice(NOUNS)}",
            dice.choice(NOUNS),
            f"{self._word()}",
            f"The {dice.choice(ADJECTIVES)} {dice.choice(NOUNS)} of {dice.choice(PLACES)}",
            f"{dice.choice(NOUNS)} and {dice.choice(NOUNS)}",
            f"Songs for {self._word()}",
            f"{self._word()} / {self._word()}",
        )
        return dice.choice(shapes)

    def _work(self, artist: str, title: str, year: int, tracks: int, form: Form = Form.ALBUM) -> Work:
        self._next += 1
        digits = f"{self.dice.randrange(10**11, 10**12)}"
        weighed = sum(int(d) * (1 if i % 2 else 3) for i, d in enumerate(reversed(digits)))
        return Work(self._next, artist, title, year, tracks, form, f"{digits}{-weighed % 10}")

    def _of_artist(self) -> Iterator[Work]:
        dice, artist = self.dice, self._artist()
        year = dice.randint(1956, 2018)
        for _ in range(min(15, int(dice.paretovariate(0.9)))):
            year += dice.randint(1, 3)
            title, tracks = self._title(artist), dice.randint(7, 14)
            yield self._work(artist, title, year, tracks)
            chance = dice.random()
            if chance < 0.06:
                yield self._work(artist, f"{title} (Live)", year + 2, tracks + dice.randint(-1, 3))
            elif chance < 0.09:
                yield self._work(artist, f"{title} Remixes", year + 1, dice.randint(5, 10))
            elif chance < 0.15:
                yield self._work(artist, title, year, dice.randint(1, 3), Form.SINGLE)
            elif chance < 0.18:
                yield self._work(artist, f"{title} EP", year - 1, dice.randint(4, 5), Form.EP)
            elif chance < 0.21:
                yield self._work(artist, f"{title} Vol. 2", year + 2, tracks)
            elif chance < 0.24:
                yield self._work(self._artist(), title, dice.randint(1960, 2020), dice.randint(7, 14))
        if dice.random() < 0.1:
            yield self._work(artist, artist, year + 1, dice.randint(8, 12))
            if dice.random() < 0.2:
                yield self._work(artist, artist, year + dice.randint(6, 15), dice.randint(8, 12))
        if dice.random() < 0.15:
            yield self._work(artist, "Greatest Hits", year + 5, dice.randint(12, 20), Form.COMPILATION)
        if dice.random() < 0.05:
            place = dice.choice(PLACES)
            yield self._work(artist, f"Live in {place}", year + 3, dice.randint(9, 16))
        if dice.random() < 0.05:
            title = self._title(artist)
            yield self._work("Various", f"{title} {dice.randint(1, 40)}", year, dice.randint(12, 24), Form.COMPILATION)

    def as_discogs(self, work: Work) -> Album:
        """Of some pressing, later than the first one in four."""
        dice, artist = self.dice, work.artist
        if dice.random() < 0.12:
            artist = f"{artist} ({dice.randint(2, 20)})"
        year = work.year if dice.random() < 0.72 else min(2024, work.year + dice.randint(1, 35))
        return Album(
            title=work.title,
            artists=(artist,),
            year=year if dice.random() < 0.93 else None,
            tracks=work.tracks if dice.random() < 0.3 else None,
            forms=frozenset((work.form,)) if dice.random() < 0.95 else frozenset(),
            codes=Codes(barcodes=frozenset((barcode(work.code),)) if dice.random() < 0.4 else frozenset()),
            source="discogs",
        )

    def as_files(self, work: Work) -> Album:
        """As somebody tagged it, or as Spotify sells it."""
        dice, title, artist, year, tracks = self.dice, work.title, work.artist, work.year, work.tracks
        if dice.random() < 0.12:
            title += dice.choice(
                (" (Remastered)", " (2011 Remaster)", " [Remastered 2009]", " - Remastered", " (Mono)")
            )
        elif dice.random() < 0.1:
            title += dice.choice(
                (" (Deluxe Edition)", " (Expanded Edition)", " (Bonus Track Version)", " [Special Edition]")
            )
            tracks += dice.randint(1, 8)
        if "(Live)" in title and dice.random() < 0.5:
            title = title.replace("(Live)", "- Live")
        if "Vol. 2" in title and dice.random() < 0.6:
            title = title.replace("Vol. 2", dice.choice(("Volume 2", "Vol. II", ", Volume Two")))
        if dice.random() < 0.15:
            artist, title = artist.replace("&", "and"), title.replace(" and ", " & ")
        if dice.random() < 0.08:
            artist, title = artist.removeprefix("The "), title.removeprefix("The ")
        if dice.random() < 0.1:
            artist, title = _unaccented(artist), _unaccented(title)
        if dice.random() < 0.05:
            title = title.upper() if dice.random() < 0.5 else title.lower()
        if dice.random() < 0.015:
            title = self._slip(title)
        if dice.random() < 0.015:
            artist = self._slip(artist)
        if dice.random() < 0.03:
            artist += f" feat. {self._word()}"
        if work.artist == "Various":
            artist = dice.choice(("Various Artists", "VA", "Various"))
        if dice.random() < 0.1:
            year += dice.choice((-1, 1))
        if dice.random() < 0.06:
            tracks += dice.choice((-1, 1, 2))
        return Album(
            title=title,
            artists=(artist,),
            year=year if dice.random() < 0.9 else None,
            tracks=max(1, tracks) if dice.random() < 0.98 else None,
            forms=frozenset((work.form,)) if dice.random() < 0.6 else frozenset(),
            codes=Codes(barcodes=frozenset((barcode(work.code),)) if dice.random() < 0.4 else frozenset()),
            source="files",
        )

    def _slip(self, name: str) -> str:
        """A letter wrong in the middle of a word that is long enough."""
        places = [i for i in range(2, len(name) - 1) if name[i - 2 : i + 2].isalpha()]
        if len(name) < 6 or not places:
            return name
        place = self.dice.choice(places)
        way = self.dice.random()
        if way < 0.4:
            return name[:place] + name[place + 1 :]
        if way < 0.7:
            return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        return name[:place] + self.dice.choice("aeiorstn") + name[place:]


def _unaccented(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def run(count: int) -> int:
    """Bring the two together; the exit status."""
    inventor = Inventor(7)
    works = inventor.works(count * 13 // 10)
    inventor.dice.shuffle(works)
    ours, theirs = works[:count], works[count * 3 // 10 :]
    shelf = {f"d{work.id}": inventor.as_discogs(work) for work in ours}
    files = {f"f{work.id}": inventor.as_files(work) for work in theirs}
    shared = {work.id for work in ours} & {work.id for work in theirs}

    began = time.process_time()
    left, right = collection_of_albums(), collection_of_albums()
    left.put(shelf.items())
    right.put(files.items())
    prepared = time.process_time()
    matches = list(left.matched_with(right, least=0.02))
    ended = time.process_time()

    dice = random.Random(8)
    some = dice.sample(sorted(files), CHANGED)
    later = {key: replace(files[key], tracks=(files[key].tracks or 9) + 1) for key in some}
    again = time.process_time()
    changed = right.put((files | later).items())
    rematched(left, right, (), changed)
    later_took = time.process_time() - again

    best: dict[str, tuple[str, float]] = {}
    tenths: dict[int, list[bool]] = defaultdict(list)
    for match in matches:
        tenths[min(9, int(match.confidence * 10))].append(match.left[1:] == match.right[1:])
        if match.left not in best:
            best[match.left] = (match.right, match.confidence)
    sure = [(key, found) for key, (found, confidence) in best.items() if confidence >= SURE]
    right_ones = sum(key[1:] == found[1:] for key, found in sure)
    pairs = [(match.left, match.right) for match in matches if match.confidence >= SURE]
    precision = sum(one[1:] == other[1:] for one, other in pairs) / max(1, len(pairs))
    recall = right_ones / len(shared)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = ended - began
    print(f"{len(shelf):,} albums against {len(files):,}, {len(shared):,} in both")
    bars = Bars("matching")
    albums = f"{len(shelf):,} albums against {len(files):,}"
    note = f"{prepared - began:.1f} s to prepare them, {later_took * 1000:.0f} ms for {CHANGED} that changed"
    bars.show(f"{albums}, processor time", seconds, SECONDS, "s", note=note)
    bars.show("... most memory", memory, MEGABYTES, "MB")
    bars.show(f"... precision at {SURE}", precision, LEAST_PRECISION, at_least=True)
    bars.show(f"... recall at {SURE}", recall, LEAST_RECALL, at_least=True)
    print("confidence  pairs   right  (share that should be)")
    for tenth in sorted(tenths):
        hits = tenths[tenth]
        print(
            f"  {tenth / 10:.1f}-{tenth / 10 + 0.1:.1f}  {len(hits):6,}  {sum(hits) / len(hits):6.3f}  ({tenth / 10 + 0.05:.2f})"
        )
    return bars.end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--albums", type=int, default=20_000)
    sys.exit(run(parser.parse_args().albums))
