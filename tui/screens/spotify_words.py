"""The words of connecting Spotify: how an app is registered, where the access is allowed, how it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.content import Content

from storage.values import CapabilityState
from tui.screens.connect_words import link
from tui.text import clean
from tui.words import day, moment

if TYPE_CHECKING:
    from services.spotify.connect import SpotifyStatus

DASHBOARD = "https://developer.spotify.com/dashboard"
CAPABILITIES = {
    "audio_features": "measures of tracks",
    "recommendations": "recommendations",
    "library_write": "saving tracks",
    "playlist_write": "changing playlists",
    "playlist_items": "what is in playlists",
    "playlists": "playlists",
    "library": "saved tracks",
    "following": "followed artists",
    "history": "what was played",
    "top": "top tracks and artists",
    "profile": "anything at all",
}
"""What a capability is for a person; the others are about the size of pages."""
_WHY = {
    "owner_not_premium": "whoever registered the app has no Premium",
    "user_not_allowlisted": "you are not among the users of the app",
}


def set_up_guide(redirect: str) -> Content:
    """How to come by a client id; Spotify wants every installation to have one of its own."""
    return Content.assemble(
        "Spotify wants an app of your own, whose owner has Premium. Once:\n\n1  Open ",
        link(DASHBOARD),
        "\n   and choose “Create app”.\n2  Tick “Web API”, and as redirect URI give\n   ",
        (redirect, "bold"),
        "\n3  Under “User Management” add everybody who will listen\n   (name and e-mail address, five at most).\n"
        "4  Paste the app's client id here and press Enter. No secret is needed.\n",
    )


def sign_in_guide(address: str, tunnel: str, *, is_heard: bool) -> Content:
    """Where to allow the access, and how the browser finds the way back."""
    back = (
        "2  The browser comes back by itself. From another machine paste here the address at which it ends, whole (the "
        "page need not load)."
        if is_heard
        else "2  Paste here the whole address at which the browser ends (the page need not load)."
    )
    return Content.assemble(
        "1  Open this page, sign in to Spotify and allow the access:\n",
        link(address) if address else ("…", "$muted"),
        f"\n{back}",
        (f"\n   Or let it come back through: {tunnel}", "$muted") if tunnel else "",
    )


def welcome(username: str, until: str) -> Content:
    """What is said to somebody who has just connected."""
    return Content.assemble(
        ("✓ ", "$success"),
        "Connected as ",
        (clean(username) or "an account without a name", "bold"),
        f".\n\nWhat the sign-in gave is kept encrypted on this machine. Spotify ends it {until}; you are told a month "
        "before. A sync brings playlists, saved tracks and followed artists; plays arrive by themselves.",
    )


def standing(status: SpotifyStatus) -> str:
    """How the connection is, in a few words."""
    name = clean(status.username or "")
    match status.state:
        case "connected":
            said = f"connected as {name}" if name else "connected"
        case "reauth_required":
            return f"! c signs {name or 'you'} in again"
        case "unconfigured":
            return "no app yet: c says how"
        case _:
            return "not connected: c connects"
    return f"! paused until {paused(status)}" if status.paused_until else said


def paused(status: SpotifyStatus) -> str:
    """When Spotify is asked again; empty if it is not paused."""
    if status.paused_until is None:
        return ""
    at = moment(datetime.fromtimestamp(status.paused_until, UTC).isoformat())
    return at[-5:] if at[:10] == day(datetime.now(UTC).isoformat()) else at


def details(status: SpotifyStatus) -> str:
    """What a person may want to know besides: warnings, pauses, what Spotify does not allow and since when."""
    said: list[str] = []
    if status.warning:
        said.append(clean(status.warning))
    if status.paused_until:
        why = "its day's budget is spent" if status.pause and status.pause.reason == "quota_exhausted" else "it says so"
        said.append(f"Spotify is not asked until {paused(status)}, because {why}; jobs go on by themselves then.")
    said += [_closed(status), _not_granted(status)]
    if status.budget and status.budget.calls:
        said.append(f"{status.budget.in_all:,} questions in the last 24 hours.")
    return " ".join(part for part in said if part)


def _closed(status: SpotifyStatus) -> str:
    """What Spotify does not let this app do, why and as of when."""
    rows = [row for row in status.closed if row.name in CAPABILITIES]
    if not rows:
        return ""
    why = {
        row.name: next((why for code, why in _WHY.items() if code in row.evidence), row.evidence[:3]) for row in rows
    }
    named = ", ".join(f"{CAPABILITIES[row.name]} ({why[row.name]})" for row in rows)
    return f"Spotify keeps from this app: {named}, as of {day(max(row.checked_at for row in rows))}."


def _not_granted(status: SpotifyStatus) -> str:
    missing = [row.name for row in status.capabilities if row.state is CapabilityState.SCOPE_MISSING]
    named = ", ".join(CAPABILITIES[name] for name in missing if name in CAPABILITIES)
    return f"The sign-in does not cover {named}: c signs in again." if named else ""
