"""Connecting Spotify: from registering an app to the sign-in, whose browser comes back by itself or is pasted from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from storage.values import Connection
from tui.bridge import Bridge
from tui.browser import is_at_hand, is_over_ssh
from tui.preferences import keep
from tui.screens.connect import COPIED
from tui.screens.dialog import Dialog
from tui.screens.spotify_words import DASHBOARD, set_up_guide, sign_in_guide, standing, welcome
from tui.widgets.field import Field
from tui.words import day

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.spotify.connect import SpotifyStatus
    from tui.app import LockgrooveApp
    from tui.spotify_sign_in import OpenSignIn

_KEYS = "Enter {does} · ctrl+y copy the address · ctrl+o open it · Esc close"


class ConnectSpotify(Dialog[bool]):
    """True when the person, once connected, wants to sync at once."""

    TITLE = "Connect Spotify"
    HINT = _KEYS.format(does="go on")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+y", "copy_address", "Copy the address", show=False),
        Binding("ctrl+o", "open_address", "Open the address", show=False),
        Binding("enter,s", "sync_now", "Sync now", show=False),
    ]

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._open: OpenSignIn | None = None
        self._needs_app = False
        self._is_asking = False
        self._is_connected = False

    def body(self) -> Iterator[Widget]:
        yield Static(Content(""), id="standing")
        yield Static(Content("Looking how Spotify is connected…"), id="guide")
        yield Field("client", "Client id", check=check_client_id)
        yield Field("address", "Address at which the browser ended", joined=True)

    def on_mount(self) -> None:
        for part in ("#standing", "#field-client", "#field-address"):
            self.query_one(part).display = False
        self.run_worker(self._look, group="look", exit_on_error=False)

    # -- how it stands --------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        async def ask(runtime: Runtime) -> tuple[SpotifyStatus, str]:
            return await runtime.spotify.status(runtime.user.id), runtime.settings.spotify_redirect_uri

        try:
            status, redirect = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self._needs_app = status.state == "unconfigured"
        said = self.query_one("#standing", Static)
        said.display = status.state in ("connected", "reauth_required")
        again = "Signing in again replaces that." if status.ready else ""
        stands = standing(status)
        said.update(Content.styled(f"{stands[0].upper()}{stands[1:]}. {again}", "$muted"))
        if self._needs_app:
            self.query_one("#guide", Static).update(set_up_guide(redirect))
            self._show_field("client")
            self.call_after_refresh(self._leave_room)
        else:
            await self._begin()

    def _show_field(self, name: str) -> None:
        for each in self.query(Field):
            each.display = each.field_name == name
        self.query_one(f"#field-{name}", Field).take_focus()

    # -- the sign-in ----------------------------------------------------------------------------------------------

    async def _begin(self, after: str = "") -> None:
        """Get an address and an ear; ``after`` is what went wrong with the one before."""
        from tui.spotify_sign_in import open_sign_in

        await self._end()
        try:
            self._open = await self._bridge.call(open_sign_in)
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        tunnel = ""
        if self._open.port is not None and is_over_ssh():
            from tui.cli.sign_in import tunnel as command

            tunnel = command(self._open.port)
        guide = sign_in_guide(self._open.begun.url, tunnel, is_heard=self._open.port is not None)
        self.query_one("#guide", Static).update(guide)
        self.query_one(".dialog-hint", Static).update(Content(_KEYS.format(does="connect")))
        self._show_field("address")
        self.call_after_refresh(self.query_one("#field-address").scroll_visible, animate=False)
        self.say(f"{after} Above is a new address." if after else "", trouble=bool(after))
        self.run_worker(partial(self._hear, self._open), group="hear", exclusive=True, exit_on_error=False)

    async def _hear(self, sign_in: OpenSignIn) -> None:
        """Wait for the browser; whichever way is first wins."""
        try:
            connection = await self._bridge.call(sign_in.heard)
        except TimeoutError:
            self.say("No browser came for five minutes. Paste the address, or close this and begin again.")
        except LockgrooveError as error:
            if self._open is sign_in and not self._is_asking and not self._is_connected:
                await self._begin(after=error.message)
        else:
            await self._welcome(connection)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._is_asking:
            return
        if self._needs_app:
            self._take_client_id(self.query_one("#field-client", Field))
        elif self._open is not None:
            self._take_address(self._open, self.query_one("#field-address", Field))

    def _take_client_id(self, field: Field) -> None:
        wrong = check_client_id(field.value) if field.value else "Paste the client id first."
        if wrong:
            field.say(wrong)
        else:
            self._is_asking = True
            self.run_worker(partial(self._keep, field.value), group="keep", exit_on_error=False)

    async def _keep(self, client_id: str) -> None:
        try:
            settings = await keep(self.app, "SPOTIFY_CLIENT_ID", client_id)
            await self._bridge.call(lambda runtime: runtime.use(settings))
        except LockgrooveError as error:
            self.query_one("#field-client", Field).say(error.message)
            self.say(error.hint)
        else:
            await self._look()
        finally:
            self._is_asking = False

    def _take_address(self, sign_in: OpenSignIn, field: Field) -> None:
        from services.errors import InvalidInput
        from services.spotify.oauth import code_in

        try:
            code = code_in(field.value, sign_in.begun.state)
        except InvalidInput as error:
            field.say(error.message if field.value else "Paste the address first.")
            self.say(error.hint if field.value else "")
            return
        if code is None:
            field.say("The end of the address is missing; copy the whole of it.")
            return
        self._is_asking = True
        self.say("Asking Spotify…")
        self.run_worker(partial(self._finish, sign_in, code), group="connect", exit_on_error=False)

    async def _finish(self, sign_in: OpenSignIn, code: str) -> None:
        try:
            connection = await self._bridge.call(lambda runtime: sign_in.finish(runtime, code))
        except LockgrooveError as error:
            self.query_one("#field-address", Field).clear()
            if not self._is_connected:
                await self._begin(after=f"{error.message} {error.hint}")
        else:
            await self._welcome(connection)
        finally:
            self._is_asking = False

    async def _welcome(self, connection: Connection) -> None:
        self._is_connected = True
        await self._end()
        status = await self._bridge.call(lambda runtime: runtime.spotify.status(runtime.user.id))
        for part in (*self.query(Field), self.query_one("#standing")):
            part.display = False
        self.set_focus(None)
        until = f"on {day(status.expires_at)}" if status.expires_at else "after six months"
        self.query_one("#guide", Static).update(welcome(connection.username or "", until))
        self.say("")
        self.query_one(".dialog-hint", Static).update(Content("Enter or s sync now · Esc or q later"))

    async def _end(self) -> None:
        """End the sign-in that is open."""
        ended, self._open = self._open, None
        if ended is not None:
            await self._bridge.call(ended.close)

    # -- the address ----------------------------------------------------------------------------------------------

    @property
    def _address(self) -> str:
        return self._open.begun.url if self._open else DASHBOARD if self._needs_app else ""

    def action_copy_address(self) -> None:
        """Send the address to the clipboard of the person's own terminal (OSC 52)."""
        if self._address:
            self.app.copy_to_clipboard(self._address)
            self.say(COPIED)

    def action_open_address(self) -> None:
        """Open the address in a browser, where that would be the person's own."""
        if self._address and is_at_hand():
            self.app.open_url(self._address)
            self.say("Opened in a browser.")
        elif self._address:
            self.app.copy_to_clipboard(self._address)
            self.say(f"There is no browser of yours on this machine. {COPIED}")

    # -- leaving --------------------------------------------------------------------------------------------------

    def action_sync_now(self) -> None:
        if self._is_connected:
            self.dismiss(True)

    def action_close(self) -> None:
        if self._open is not None:
            self.app.run_worker(partial(_close, self._bridge, self._open), exit_on_error=False)
        self.dismiss(False)


async def _close(bridge: Bridge, sign_in: OpenSignIn) -> None:
    await bridge.call(sign_in.close)


def check_client_id(value: str) -> str | None:
    """What is wrong with a client id before it is kept, or None."""
    if value.isascii() and value.isalnum():
        return None
    return "A client id is one word of letters and digits; copy it alone."


def open_connect_spotify(app: LockgrooveApp) -> None:
    """Let the person connect Spotify; once connected and wished, sync."""

    def connected(sync_now: bool | None) -> None:
        if sync_now:
            from tui.screens import sync

            sync.begin(app)

    app.push_screen(ConnectSpotify(app.bridge), connected)
