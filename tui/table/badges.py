"""Where an album is, as signs of one cell each, always in the same order and place; never colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

RECORD, WANT, PLEX, BEETS, SPOTIFY, COMING = "R", "W", "P", "b", "S", "↓"
MEANINGS: Mapping[str, str] = {
    RECORD: "record",
    WANT: "wanted",
    PLEX: "Plex",
    BEETS: "beets",
    SPOTIFY: "Spotify",
    COMING: "on its way",
}
TINTS: Mapping[str, str] = {
    WANT: "wanted",
    PLEX: "filed",
    BEETS: "filed",
    SPOTIFY: "streamed",
    COMING: "coming",
}
"""The look of each sign where its line has none of its own; a component class of the table."""


def badges(*places: tuple[str, int]) -> str:
    """The signs of those places where there is something, blanks for the others, so that a column can be read downwards."""
    return "".join(sign if count else " " for sign, count in places)


def legend(signs: Sequence[str]) -> str:
    """What the signs mean: ``P Plex · b beets``."""
    return " · ".join(f"{sign} {MEANINGS[sign]}" for sign in signs)
