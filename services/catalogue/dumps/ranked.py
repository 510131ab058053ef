"""What was ranked, as either process reads it to make the search index of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from storage.catalogue.kinds import Kind
from storage.catalogue.wording import Ranked
from storage.catalogue.words import name_tokens, release_tokens

WORDS = "words.db"
"""Where the reading process indexes words, if the catalogue is in a file."""
_TOGETHER = 1 << 17
"""Characters, of a line or two for each that is found."""


def found_in(files: Iterable[tuple[Kind, Path]]) -> Iterator[tuple[Kind, Ranked]]:
    """What several files say, each of a kind."""
    return ((kind, found) for kind, file in files for found in found_by(kind, file))


def found_by(kind: Kind, file: Path) -> Iterator[Ranked]:
    """What a file of :func:`services.catalogue.dumps.ranks.rank` says, some thousand at a time; artists and labels have names.

    Only to the first of both processes that asks: who has time takes on the next kind.
    """
    try:
        file.with_suffix(".taken").touch(exist_ok=False)
    except FileExistsError:
        return
    first = 1
    named = kind in (Kind.ARTIST, Kind.LABEL)
    with file.open(encoding="utf-8", newline="\n") as lines:
        while text := lines.read(_TOGETHER) + lines.readline():
            values = text.replace("\t", "\n").split("\n")
            if kind is Kind.MASTER:
                spelt, titles, artists = values[:-1:3], values[1::3], values[2::3]
                texts, tokens = titles, [*map(release_tokens, artists, titles)]
            else:
                spelt, texts = values[:-1:2], values[1::2]
                tokens = [*map(name_tokens, texts)] if named else texts
            ids = [*map(int, spelt)]
            found = Ranked(first, ids, tokens, texts if named else [None] * len(ids))
            if not all(tokens):
                rows = [row for row in zip(*found[1:], strict=True) if row[1]]
                found = Ranked(first, *zip(*rows, strict=True)) if rows else Ranked(first, (), (), ())
            first += len(found.ids)
            yield found
