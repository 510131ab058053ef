"""What the page of playlists says: pure drawing of values, so that every state can be tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from storage.values.playlists import ItemKind, ItemsState, Playlist, PlaylistItem
from tui.table.kept import item_title
from tui.text import clean
from tui.words import number

NAMED = 5
"""How many items a question names one by one."""


def why_not(held: Playlist) -> str:
    """Why nothing can be changed in a playlist, empty where it can."""
    from services.spotify.playlists import why_not_editable

    return why_not_editable(held)


def heading(held: Playlist | None) -> Content:
    """The line above the items: whose they are, how many, and what cannot be done with them."""
    if held is None:
        return Content("")
    count = f"{number(held.track_count)} {'track' if held.track_count == 1 else 'tracks'}"
    kind = "collaborative" if held.collaborative else "private" if held.public is False else ""
    facts = " · ".join(filter(None, (count, "" if held.is_own else f"by {held.owner_name}", kind)))
    return Content.assemble((f" {clean(held.name)} ", "bold $primary"), (f"· {clean(facts)}", "$muted"))


def note(held: Playlist | None) -> str:
    """What stands in the way of changing the playlist, or of showing it as it is; empty if nothing does."""
    if held is None:
        return ""
    if why := why_not(held):
        return why
    if held.items_state is ItemsState.HELD and not held.is_current:
        return "It was changed on Spotify since; r reads it anew."
    return held.description


def items_emptiness(held: Playlist | None, *, narrowed: bool = False) -> str:
    """What an empty list of items says."""
    if held is None:
        return ""
    if narrowed:
        return "Nothing in it matches."
    if held.items_state is ItemsState.NOT_ACCESSIBLE:
        return "Spotify shows what is in it only to its owner and to who contributes to it."
    if held.items_state is ItemsState.UNREAD:
        return "What is in it was not read yet.\nr reads it now."
    return "Nothing is in it yet.\na adds tracks." if held.is_editable else "Nothing is in it."


def name(item: PlaylistItem) -> str:
    """An item in a line of prose."""
    artists = ", ".join(item.playable.artists)
    return clean(f"{artists} – {item_title(item)}" if artists else item_title(item))


def removal(held: Playlist, items: Sequence[PlaylistItem], counts: Mapping[str, int]) -> tuple[str, list[str]]:
    """The question before items are removed: Spotify takes all occurrences of each, so how many that are is said."""
    by_uri = {item.playable.uri or "": item for item in items}
    total = sum(counts.get(uri, 1) for uri in by_uri)
    lines = [
        name(item) + (f"   ({number(counts[uri])} times)" if counts.get(uri, 1) > 1 else "")
        for uri, item in list(by_uri.items())[:NAMED]
    ]
    if len(by_uri) > NAMED:
        lines.append(f"and {number(len(by_uri) - NAMED)} more")
    if total > len(items):
        lines += [
            "",
            f"Spotify removes every occurrence: all {number(total)} go, not only the {number(len(items))} chosen.",
        ]
    title = f"Remove {number(total)} {'item' if total == 1 else 'items'} from “{clean(held.name)}”?"
    return title, [*lines, "", "They are removed on Spotify at once."]


def unremovable(item: PlaylistItem) -> str:
    """Why an item cannot be removed, empty where it can."""
    if item.kind is ItemKind.VANISHED or not item.playable.uri:
        return "What vanished from Spotify has no address any more; only Spotify's own apps can remove it."
    if item.is_local:
        return "Spotify lets local files be removed only in its own apps."
    return ""
