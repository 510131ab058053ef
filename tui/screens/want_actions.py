"""What is done to one want or to many: each on Discogs, one outcome each, the failures named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from storage.errors import LockgrooveError
from storage.values import Want
from tui.bridge import Bridge
from tui.text import clean
from tui.words import number

NAMED = 5
"""How many wants a question names one by one."""


def name(want: Want) -> str:
    """A want in a line of prose."""
    return f"{clean(want.artist_name)} – {clean(want.album_title)}"


def named(wants: Sequence[Want]) -> list[str]:
    """The first few wants by name and the number of the others."""
    lines = [name(want) for want in wants[:NAMED]]
    if len(wants) > NAMED:
        lines.append(f"and {number(len(wants) - NAMED)} more")
    return lines


async def remove(bridge: Bridge, wants: Sequence[Want], say: Callable[[str], None]) -> tuple[list[Want], list[str]]:
    """Take wants off the wantlist; returns them, for putting back, and what failed, in words."""
    gone, failed = list[Want](), list[str]()
    for position, want in enumerate(wants):
        say(f"removing {number(position + 1)} of {number(len(wants))}…")
        try:
            await bridge.call(lambda runtime, w=want: runtime.wants.remove(runtime.user.id, w.release_id))
            gone.append(want)
        except LockgrooveError as error:
            failed.append(f"{name(want)}: {error.message}")
    return gone, failed


async def restore(
    bridge: Bridge, wants: Sequence[Want], say: Callable[[str], None]
) -> tuple[int, list[Want], list[str]]:
    """Put wants back as they were; returns how many came, those that did not, and why, in words."""
    left, failed = list[Want](), list[str]()
    for position, want in enumerate(wants):
        say(f"putting back {number(position + 1)} of {number(len(wants))}…")
        try:
            await bridge.call(lambda runtime, w=want: runtime.wants.restore(runtime.user.id, w.release_id))
        except LockgrooveError as error:
            left.append(want)
            failed.append(f"{name(want)}: {error.message}")
    return len(wants) - len(left), left, failed
