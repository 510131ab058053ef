"""What the page of artists says, and how a release is written in its list: pure drawing of values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from tui.table.columns import Column
from tui.text import clean
from tui.words import ago, number

if TYPE_CHECKING:
    from services.spotify.artists import Discography, Edition
    from storage.values import FollowedArtist

CHOSEN, NOT_CHOSEN, UNSAVED = "●", "○", "*"
"""Signs before a release: wanted in step, not wanted, not saved yet. Never colour alone."""


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One release as it is shown; ``selected`` is what was chosen last, ``is_unsaved`` whether that is not kept yet."""

    pk: int
    edition: Edition
    selected: bool
    is_unsaved: bool = False


def sign(line: ReleaseLine) -> str:
    """Whether the release is wanted in step, and whether that is saved."""
    return (CHOSEN if line.selected else NOT_CHOSEN) + (UNSAVED if line.is_unsaved else " ")


def title(line: ReleaseLine) -> str:
    """The title; a takedown leaves none."""
    return line.edition.release.title or "without a title"


def kind(line: ReleaseLine) -> str:
    """What kind of release it is, or that it is gone."""
    return "not available" if line.edition.is_gone else line.edition.release.kind


def tone(line: ReleaseLine) -> str | None:
    """The look of a whole line; signs and words say the same."""
    return "faint" if line.edition.is_gone else "warning" if line.is_unsaved else None


RELEASE_COLUMNS: tuple[Column[ReleaseLine], ...] = (
    Column("sign", "", sign, 2),
    Column("year", "Year", lambda line: str(line.edition.release.year or ""), 5),
    Column("title", "Title", title, 20, grow=5, limit=70),
    Column("kind", "Type", kind, 11, limit=14),
    Column("tracks", "Tracks", lambda line: str(line.edition.release.total_tracks or ""), 6, align="right"),
    Column("ids", "Editions", lambda line: number(len(line.edition.ids)), 8, priority=2, align="right"),
    Column("date", "Released", lambda line: line.edition.release.released, 10, priority=1),
)


def heading(artist: FollowedArtist | None, found: Discography | None, *, reading: bool) -> Content:
    """The line above the releases: whose they are, how many, how old the list is."""
    if artist is None:
        return Content("")
    parts: list[str] = []
    if found is not None and found.read_at is not None:
        count = len(found.editions)
        parts.append(f"{number(count)} {'release' if count == 1 else 'releases'}")
        parts.append(f"read {ago(found.read_at)}")
    said = Content.assemble((f" {clean(artist.name)}", "bold $primary"), (" · ".join(["", *parts]), "$muted"))
    return Content.assemble(said, ("  asking Spotify…", "$muted")) if reading else said


def emptiness(artist: FollowedArtist | None, found: Discography | None, trouble: str, *, reading: bool) -> str:
    """What an empty list of releases says, and which key leads on."""
    if artist is None:
        return ""
    if reading:
        return "Asking Spotify what they released…"
    if trouble:
        return f"{clean(trouble)}\nr asks again."
    if found is None or found.read_at is None:
        return "Their releases were not asked for yet.\nEnter asks Spotify."
    return "Spotify knows no album, single or compilation of theirs."


def unsaved(count: int) -> str:
    """How many choices wait to be saved; empty for none."""
    return f"{number(count)} not saved, S saves" if count else ""
