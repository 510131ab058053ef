"""What the page of listings shows, and how it says so: pure drawing of values, so that every state can be tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from services.errors import NotConnected
from storage.errors import LockgrooveError
from tui.text import clean
from tui.words import number

if TYPE_CHECKING:
    from services.discogs.market_models import Listing

STATUSES = ("All", "Draft", "For Sale", "Sold", "Expired")
"""What one key goes through; Discogs' own names."""
SORTS = {"listed": "day", "price": "price", "artist": "artist", "item": "title", "status": "status"}
"""The orders Discogs knows for an inventory (discogs-api.md 4.6), as a person calls them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was asked, and how much of the answer is here: ``page`` of ``pages``, ``items`` in all. ``page`` is 0 before
    the first answer; ``trouble`` is why the last page did not come."""

    status: str = STATUSES[0]
    sort: str = "listed"
    descending: bool = True
    page: int = 0
    pages: int = 0
    items: int = 0
    read_at: datetime | None = None
    trouble: LockgrooveError | None = None

    @property
    def has_more(self) -> bool:
        """Whether Discogs has further pages."""
        return 0 < self.page < self.pages


def heading(shown: Shown, count: int, *, reading: bool) -> Content:
    """The line above the list: what is shown, how much of it, how old it is, what went wrong."""
    if shown.trouble is not None and count and not reading:
        since = f"as of {shown.read_at:%H:%M}; " if shown.read_at is not None else ""
        return Content.assemble(
            (" ! ", "bold $warning"), (f"{since}r tries again. {clean(shown.trouble.message)}", "$warning")
        )
    parts = ["every status" if shown.status == STATUSES[0] else f"only “{shown.status}”"]
    parts.append(_order(shown))
    if shown.read_at is not None:
        more = f", {number(count)} shown, n for more" if shown.has_more else ""
        parts.append(f"{number(shown.items)} listing{'' if shown.items == 1 else 's'}{more}")
        parts.append(f"read at {shown.read_at:%H:%M}")
    said = Content.assemble((" On Discogs ", "bold $primary"), (f"· {' · '.join(parts)}", "$muted"))
    return Content.assemble(said, ("  asking…", "$muted")) if reading else said


def _order(shown: Shown) -> str:
    if shown.sort == "listed":
        return "newest first" if shown.descending else "oldest first"
    return f"by {SORTS[shown.sort]}{', falling' if shown.descending else ''}"


def emptiness(shown: Shown, *, ready: bool, connected: bool, reading: bool) -> str:
    """What an empty list says, and which key leads on."""
    if not ready:
        return ""
    if not connected or isinstance(shown.trouble, NotConnected):
        return "What you offer on Discogs is shown here once Discogs is connected.\nc connects it."
    if reading or (shown.trouble is None and not shown.page):
        return "Asking Discogs what you offer…"
    if shown.trouble is not None:
        return f"{clean(shown.trouble.message)} {clean(shown.trouble.hint)}\nr asks again."
    if shown.status != STATUSES[0]:
        return f"Nothing with the status “{shown.status}”. Escape shows every status."
    return "You offer nothing on Discogs.\nSelling needs the seller settings of your account there; then drafts made here appear."


def unchangeable(listing: Listing) -> str:
    """Why a listing cannot be changed, empty where it can."""
    if listing.status == "Sold":
        return "A sold listing cannot be changed; offer the record anew instead."
    if listing.status not in STATUSES:
        return f"Discogs calls this listing “{clean(listing.status)}”; it can only be changed on its web site."
    return ""
