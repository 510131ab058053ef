"""What is asked of Soulseek for the missing tracks, and what of the answer is taken.

Several missing tracks of one album are one search; what the best folder lacks is looked for track by track. Pure: nothing is
asked and nothing kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.autosync.wanted import Wish
from services.downloads.choice import Choice, Rules, Wanted, offers, plan, rank
from services.matching import tracks
from services.matching.pairing import LEAST
from services.matching.qualifiers import classified
from services.matching.sources import soulseek
from services.matching.spelling import plain
from services.soulseek.models import RemoteFile, SearchResult
from services.soulseek.quality import folders_of
from storage.values.autosync import Failure
from storage.values.downloads import DownloadFile

_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")


@dataclass(frozen=True, slots=True)
class Question:
    """One search, for one track or for several of one album."""

    text: str
    wishes: tuple[Wish, ...]

    @property
    def is_album(self) -> bool:
        return len(self.wishes) > 1


@dataclass(frozen=True, slots=True)
class Found:
    """What a search comes to. ``files`` are by the key of the wish that each is for; ``failed`` says why there is none for one."""

    username: str
    files: dict[str, DownloadFile]
    failed: dict[str, Failure]


def questions(missing: Sequence[Wish]) -> list[Question]:
    """The searches for these, in their order: where an album lacks several tracks, all of them with the first."""
    of_album: dict[str, list[Wish]] = {}
    for each in missing:
        of_album.setdefault(_album(each), []).append(each)
    asked: list[Question] = []
    for each in missing:
        together = of_album[_album(each)]
        if each is together[0]:
            asked.append(question(together))
    return asked


def question(wishes: Sequence[Wish]) -> Question:
    """The search for these: artist and title of one, artist and album of several; on a compilation there is no one artist."""
    first = wishes[0]
    if len(wishes) == 1:
        return Question(_text(first.artist, searched(first.title)), tuple(wishes))
    artist, count = Counter(each.artist for each in wishes).most_common(1)[0]
    album = searched(first.album)
    return Question(_text(artist, album) if 2 * count > len(wishes) else _text(album), tuple(wishes))


def _album(wish: Wish) -> str:
    """What says that two are of one album; a key of its own where nothing is known of that."""
    if not wish.album.strip():
        return f"track {wish.key}"
    return wish.album_id or f"{wish.artist}::{wish.album}".lower()


def choose(asked: Question, found: SearchResult, rules: Rules) -> Found:
    """What to fetch of what was found. A large result takes a while: call it in a thread."""
    return _of_folders(asked, found, rules) if asked.is_album else _of_files(asked.wishes[0], found, rules)


def _of_files(wish: Wish, found: SearchResult, rules: Rules) -> Found:
    """The file for one track, with the same of others to go on with."""
    seconds = wish.duration_ms / 1000 if wish.duration_ms else None
    wanted = Wanted(wish.artist, searched(wish.title), searched(wish.album), seconds=seconds)
    same = tracks.prepare(wish.track)
    fitting = [offer for offer in offers(found, wanted) if _is(same, offer.files[0])]
    choices = rank(fitting, wanted, rules)
    username, files = plan(choices)
    if files:
        return Found(username, {wish.key: files[0]}, {})
    is_poor = any(_is_poor(choice, rules) for choice in choices)
    return Found("", {}, {wish.key: Failure.QUALITY if is_poor else Failure.NO_RESULTS})


def _of_folders(asked: Question, found: SearchResult, rules: Rules) -> Found:
    """The files for several tracks out of the folder that has most of them; the others are left for a search of their own."""
    first = asked.wishes[0]
    wanted = Wanted(first.artist, album=searched(first.album))
    prepared = [(wish, tracks.prepare(wish.track)) for wish in asked.wishes]
    best: tuple[int, Choice, dict[str, RemoteFile]] | None = None
    choices = [choice for choice in rank(offers(folders_of(found.responses), wanted), wanted, rules) if choice.accepted]
    for choice in choices:
        fitting: dict[str, RemoteFile] = {}
        for wish, same in prepared:
            file = next((each for each in choice.offer.files if each not in fitting.values() and _is(same, each)), None)
            if file is not None:
                fitting[wish.key] = file
        if fitting and (best is None or len(fitting) > best[0]):
            best = len(fitting), choice, fitting
        if len(fitting) == len(prepared):
            break
    if best is None:
        return Found("", {}, {})
    _, choice, fitting = best
    # the whole folder is planned, so that the same track is found in the others by its place too
    username, files = plan(choices, choice)
    by_name = {each.filename: each for each in files}
    return Found(username, {key: by_name[file.filename] for key, file in fitting.items()}, {})


def _is(wanted: tracks.Prepared, file: RemoteFile) -> bool:
    """Whether a file is the recording, by all that its path says: a live version or a remix is not."""
    length = file.length * 1000 if file.length else None
    return tracks.weigh(wanted, tracks.prepare(soulseek.track(file.filename, length))).confidence >= LEAST


def _is_poor(choice: Choice, rules: Rules) -> bool:
    """Whether an offer was left out for its bit rate."""
    rate = choice.offer.quality.bit_rate
    return not choice.accepted and rate is not None and rate < rules.min_bit_rate


def searched(title: str) -> str:
    """A title as people name their files: without "Remastered 2011", "Deluxe Edition" or guests; what makes another recording
    of it stays.
    """
    text = plain(title)
    for found in reversed(list(_BRACKET.finditer(text))):
        if _is_dress(found[1]) and found.start() > 0:
            text = f"{text[: found.start()]} {text[found.end() :]}"
    while (cut := text.rfind(" - ")) > 0 and _is_dress(text[cut + 3 :]):
        text = text[:cut]
    return " ".join(text.split()) or title


def _is_dress(said: str) -> bool:
    """Whether these words say which edition it is, and not that it is another recording."""
    facts = classified(said)
    return facts is not None and not facts.versions and not facts.part


def _text(*parts: str) -> str:
    """Words for Soulseek, where one that begins with a dash must not be there."""
    return " ".join(word.lstrip("-") for part in parts for word in part.split() if word.strip("-–—"))
