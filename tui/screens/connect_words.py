"""The words of connecting Discogs: where to get what, what is wrong with what was pasted, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from services.errors import UpstreamRefused, UpstreamTimeout
from storage.errors import LockgrooveError
from storage.values import ConnectionState, ConnectMethod
from tui.text import clean
from tui.words import way

if TYPE_CHECKING:
    from services.discogs.connect import ConnectionStatus

TOKEN_PAGE = "https://www.discogs.com/settings/developers"
NO_KEYS = (
    "To sign in with a browser instead, whoever runs this sets an application's keys:\n`lockgroove discogs-setup`."
)
KEPT = "is kept encrypted on this machine"


def token_guide(*, keys_are_missing: bool) -> Content:
    """How to come by a token; the address is a link where the terminal knows links."""
    return Content.assemble(
        "1  Sign in to Discogs and open\n   ",
        link(TOKEN_PAGE),
        "\n2  Choose “Generate new token” and copy it.\n3  Paste it here and press Enter.\n",
        (f"\n{NO_KEYS}\n", "$muted") if keys_are_missing else "",
    )


def sign_in_guide(address: str) -> Content:
    """Where to allow the access; the whole address, however many lines it takes."""
    return Content.assemble(
        "1  Open this page, sign in to Discogs and allow the access:\n\n",
        link(address) if address else ("…", "$muted"),
        "\n\n2  Discogs shows a code. Paste it here and press Enter.\n",
    )


def link(address: str) -> Content:
    """An address that can be clicked."""
    return Content(address).stylize(Style(link=address, underline=True))


def standing(status: ConnectionStatus) -> Content:
    """How the connection is now, where there is one."""
    name = clean(status.username or "an account")
    if status.state is ConnectionState.REFUSED:
        return Content.styled(f"! Discogs does not accept the access of {name} any more. Connect it again:\n", "$error")
    if not status.ready:
        return Content("")
    how = way(status.method, status.connected_at)
    text = f"Connected as {name}{f' ({how})' if how else ''}. Connecting again replaces that.\n"
    return Content.styled(text, "$muted")


def welcome(username: str, method: ConnectMethod | None) -> Content:
    """What is said to somebody who has just connected."""
    kept = "What the sign-in gave" if method is ConnectMethod.OAUTH else "The token"
    return Content.assemble(
        ("✓ ", "$success"),
        ("Connected as ", ""),
        (clean(username), "bold"),
        f".\n\n{kept} {KEPT}. A sync brings the collection here and sends to Discogs "
        "what only this library knows. Nothing is ever deleted on either side.",
    )


def check_token(value: str) -> str | None:
    """What is wrong with a token before anybody is asked, or None."""
    if any(char.isspace() for char in value):
        return "A token has no blanks inside; copy it alone."
    return (
        None if value.isascii() and value.isprintable() else "A token has only plain letters and digits; copy it again."
    )


def check_code(value: str) -> str | None:
    """What is wrong with a code before anybody is asked, or None."""
    if any(char.isspace() for char in value) or "/" in value:
        return "A code is one word of letters and digits; copy it alone."
    return None if value.isascii() and value.isprintable() else "A code has only plain letters and digits."


def refusal(error: LockgrooveError) -> str:
    """What to say and what to do when the token could not be checked."""
    if isinstance(error, UpstreamRefused):
        return "Discogs does not accept this token. Copy it once more, whole, or generate a new one and paste that."
    if isinstance(error, UpstreamTimeout):
        return f"{error.message} Nothing was kept. Press Enter to try again."
    return f"{error.message} {error.hint or 'Press Enter to try again.'}"
