"""Connecting Discogs with a personal access token, from where to get one to the first sync."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input, Static

from services.errors import UpstreamRefused, UpstreamTimeout
from storage.errors import LockgrooveError
from storage.values import Connection
from tui.bridge import Bridge
from tui.screens.dialog import Dialog
from tui.text import clean
from tui.widgets.field import Field

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.app import LockgrooveApp

TOKEN_PAGE = "https://www.discogs.com/settings/developers"


class ConnectDialog(Dialog[bool]):
    """True when the person, once connected, wants to sync at once."""

    TITLE = "Connect Discogs"
    HINT = "Enter connect · ctrl+y send the address to your clipboard · Esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+y", "copy_address", "Copy the address", show=False),
        Binding("enter,s", "sync_now", "Sync now", show=False),
    ]

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._is_asking = False
        self._connected_as: str | None = None

    def body(self) -> Iterator[Widget]:
        yield Static(guide(), id="guide")
        yield Field("token", "Token (not shown while you type)", password=True, check=check_token)

    def on_mount(self) -> None:
        self.query_one(Field).take_focus()

    def action_copy_address(self) -> None:
        """Send the address of the token page to the clipboard of the person's own terminal (OSC 52)."""
        self.app.copy_to_clipboard(TOKEN_PAGE)
        self.say("Sent to your terminal's clipboard. If nothing arrives there, the terminal does not allow it.")

    def action_sync_now(self) -> None:
        if self._connected_as is not None:
            self.dismiss(True)

    def action_close(self) -> None:
        self.dismiss(False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        field = self.query_one(Field)
        wrong = check_token(field.value) if field.value else "Paste the token first."
        if wrong:
            field.say(wrong)
        elif not self._is_asking:
            self._is_asking = True
            self.say("Asking Discogs whose token this is…")
            self.run_worker(partial(self._connect, field.value), group="connect", exclusive=True, exit_on_error=False)

    async def _connect(self, token: str) -> None:
        async def ask(runtime: Runtime) -> Connection:
            return await runtime.discogs.connect(runtime.user.id, token)

        try:
            connection = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(refusal(error), trouble=True)
            self.query_one(Field).take_focus()
        else:
            self._welcome(connection.username or "")
        finally:
            self._is_asking = False

    def _welcome(self, username: str) -> None:
        self._connected_as = username
        self.query_one(Field).display = False
        self.set_focus(None)
        self.query_one("#guide", Static).update(
            Content.assemble(
                ("✓ ", "$success"),
                ("Connected as ", ""),
                (clean(username), "bold"),
                ".\n\nThe token is kept encrypted on this machine. A sync brings the collection here and sends to\n"
                "Discogs what only this library knows. Nothing is ever deleted on either side.",
            )
        )
        self.say("")
        self.query_one(".dialog-hint", Static).update(Content("Enter or s sync now · Esc or q later"))


def guide() -> Content:
    """How to come by a token; the address is a link where the terminal knows links."""
    address = Content(TOKEN_PAGE).stylize(Style(link=TOKEN_PAGE, underline=True))
    return Content.assemble(
        "1  Sign in to Discogs and open\n   ",
        address,
        "\n2  Choose “Generate new token” and copy it.\n3  Paste it here and press Enter.\n",
    )


def check_token(value: str) -> str | None:
    """What is wrong with a token before anybody is asked, or None."""
    if any(char.isspace() for char in value):
        return "A token has no blanks inside; copy it alone."
    return (
        None if value.isascii() and value.isprintable() else "A token has only plain letters and digits; copy it again."
    )


def refusal(error: LockgrooveError) -> str:
    """What to say and what to do when the token could not be checked."""
    if isinstance(error, UpstreamRefused):
        return "Discogs does not accept this token. Copy it once more, whole, or generate a new one and paste that."
    if isinstance(error, UpstreamTimeout):
        return f"{error.message} Nothing was kept. Press Enter to try again."
    return f"{error.message} {error.hint or 'Press Enter to try again.'}"


def open_connect(app: LockgrooveApp) -> None:
    """Ask for a token; once connected and wished, sync."""

    def connected(sync_now: bool | None) -> None:
        if sync_now:
            from tui.screens import sync

            sync.begin(app)

    app.push_screen(ConnectDialog(app.bridge), connected)
