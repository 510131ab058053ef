"""What is known of a release, as lines for the pane beside a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from storage.values import Format
from tui.text import clean

if TYPE_CHECKING:
    from services.discogs.models import Release, Track

LABEL_CELLS = 10
"""Cells of a fact's name."""


def pair_lines(*pairs: tuple[str, str]) -> list[Content]:
    """Names and values; what has no value has no line."""
    return [Content.assemble((f"{name:<{LABEL_CELLS}}", "$muted"), clean(value)) for name, value in pairs if value]


def heading(text: str) -> Content:
    """The title of a part of the pane."""
    return Content.styled(text, "bold $primary")


def paragraph(text: str) -> list[Content]:
    """Foreign prose line by line."""
    return [Content(clean(line)) for line in text.replace("\r\n", "\n").split("\n")]


def form(formats: Iterable[Format]) -> str:
    """The formats in a few words: ``2 × Vinyl, LP, Album + CD``."""
    said: list[str] = []
    for entry in formats:
        count = f"{entry.qty} × " if entry.qty > 1 else ""
        said.append(count + ", ".join(part for part in (entry.name, *entry.descriptions, entry.text or "") if part))
    return " + ".join(said)


def release_lines(release: Release) -> Iterator[Content]:
    """Tracks, identifiers, companies, notes and figures, those that there are."""
    if release.tracklist:
        yield Content("")
        yield heading("Tracks")
        for track in release.tracklist:
            yield from _track(track, 0)
    if release.identifiers:
        yield Content("")
        yield heading("Identifiers")
        for found in release.identifiers:
            about = f" ({found.description})" if found.description else ""
            yield Content(clean(f"{found.type}: {found.value}{about}"))
    if release.companies:
        yield Content("")
        yield heading("Companies")
        for company in release.companies:
            yield Content(clean(f"{company.entity_type_name}: {company.display_name}"))
    if release.notes:
        yield Content("")
        yield heading("Release notes")
        yield from paragraph(release.notes)
    if release.community.have or release.community.want:
        yield Content("")
        have, want = release.community.have, release.community.want
        yield Content.styled(f"{have:,} have it, {want:,} want it; {release.num_for_sale:,} for sale", "$muted")


def _track(track: Track, depth: int) -> Iterator[Content]:
    from services.discogs.models import credited

    indent = "  " * depth
    if track.kind == "heading":
        yield Content.styled(indent + clean(track.title), "$secondary")
    else:
        who = f"{credited(track.artists)} – " if track.artists else ""
        length = f"  {track.duration}" if track.duration else ""
        position = f"{clean(track.position):<5}" if track.position else ""
        line = Content.assemble((f"{indent}{position}", "$muted"), clean(who + track.title), (length, "$muted"))
        yield line
    for part in track.sub_tracks:
        yield from _track(part, depth + 1)
