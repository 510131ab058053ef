"""Connecting Discogs, by signing in there or with a personal access token, from where to get it to the first sync."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from storage.values import Connection, ConnectMethod, UserId
from tui.bridge import Bridge
from tui.browser import is_at_hand
from tui.screens.connect_words import (
    TOKEN_PAGE,
    check_code,
    check_token,
    refusal,
    sign_in_guide,
    standing,
    token_guide,
    welcome,
)
from tui.screens.dialog import Dialog
from tui.widgets.field import Field

if TYPE_CHECKING:
    from services.discogs.connect import ConnectionStatus
    from services.discogs.oauth import Authorisation
    from services.runtime import Runtime
    from tui.app import LockgrooveApp

SIGN_IN, TOKEN = ConnectMethod.OAUTH, ConnectMethod.TOKEN
COPIED = "Sent to your terminal's clipboard. If nothing arrives there, the terminal does not allow it."
_KEYS = "Enter connect · ctrl+y copy the address · ctrl+o open it · {other}Esc close"


class Ways(Static):
    """The two ways side by side; a click chooses the other."""

    class Other(Message):
        """The other way is wanted."""

    def show(self, chosen: ConnectMethod) -> None:
        """Mark the way that is shown below."""
        titles = ((SIGN_IN, "Sign in on Discogs"), (TOKEN, "Personal access token"))
        parts = [
            Content.styled(f"▌{title}▐", "bold $block-cursor-foreground on $block-cursor-background")
            if way is chosen
            else Content.styled(f" {title} ", "$muted")
            for way, title in titles
        ]
        self.update(Content("  ").join(parts) + "\n")

    def on_click(self, _: Click) -> None:
        self.post_message(self.Other())


class ConnectDialog(Dialog[bool]):
    """True when the person, once connected, wants to sync at once.

    The token's way stands from the first moment; the sign-in takes its place once it is known to be possible.
    """

    TITLE = "Connect Discogs"
    HINT = _KEYS.format(other="")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+y", "copy_address", "Copy the address", show=False),
        Binding("ctrl+o", "open_address", "Open the address", show=False),
        Binding("tab,shift+tab,up,down", "other_way", "The other way", show=False),
        Binding("enter,s", "sync_now", "Sync now", show=False),
    ]

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._way = TOKEN
        self._can_sign_in: bool | None = None
        self._begun: tuple[UserId, Authorisation] | None = None
        self._is_asking = False
        self._connected_as: str | None = None

    def body(self) -> Iterator[Widget]:
        yield Static(Content(""), id="standing")
        yield Ways(Content(""), id="ways")
        yield Static(token_guide(keys_are_missing=False), id="guide")
        yield Field("token", "Token (not shown while you type)", password=True, check=check_token)
        yield Field("code", "Code that Discogs shows", check=check_code)

    def on_mount(self) -> None:
        self.query_one("#standing").display = self.query_one("#ways").display = False
        self._show()
        self.run_worker(self._look, group="look", exit_on_error=False)

    # -- the two ways ---------------------------------------------------------------------------------------------

    @property
    def _field(self) -> Field:
        """The line of the way that is shown."""
        return self.query_one("#field-code" if self._way is SIGN_IN else "#field-token", Field)

    async def _look(self) -> None:
        """Find out how the connection is and whether signing in is possible."""

        async def ask(runtime: Runtime) -> tuple[ConnectionStatus, bool]:
            return await runtime.discogs.status(runtime.user.id), None not in await runtime.application.known()

        try:
            status, self._can_sign_in = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        said = standing(status)
        self.query_one("#standing", Static).update(said)
        self.query_one("#standing").display = bool(said.plain)
        self.query_one("#ways").display = self._can_sign_in
        if self._can_sign_in and not self._field.value and not self._is_asking:
            self._way = SIGN_IN
        self._show()

    @on(Ways.Other)
    def action_other_way(self) -> None:
        if self._can_sign_in and not self._is_asking and self._connected_as is None:
            self._way = TOKEN if self._way is SIGN_IN else SIGN_IN
            self.say("")
            self._show()

    def _show(self) -> None:
        self.query_one("#field-token").display = self._way is TOKEN
        self.query_one("#field-code").display = self._way is SIGN_IN
        self.query_one(Ways).show(self._way)
        if self._way is SIGN_IN:
            guide = sign_in_guide(self._begun[1].url if self._begun else "")
        else:
            guide = token_guide(keys_are_missing=self._can_sign_in is False)
        self.query_one("#guide", Static).update(guide)
        other = "Tab the other way · " if self._can_sign_in else ""
        self.query_one(".dialog-hint", Static).update(Content(_KEYS.format(other=other)))
        self._field.take_focus()
        self.call_after_refresh(self._leave_room)
        if self._way is SIGN_IN and self._begun is None:
            self._start("Asking Discogs for an address…", self._begin)

    # -- the address ----------------------------------------------------------------------------------------------

    @property
    def _address(self) -> str:
        return TOKEN_PAGE if self._way is TOKEN else self._begun[1].url if self._begun else ""

    def action_copy_address(self) -> None:
        """Send the address to the clipboard of the person's own terminal (OSC 52)."""
        if self._address:
            self.app.copy_to_clipboard(self._address)
            self.say(COPIED)

    def action_open_address(self) -> None:
        """Open the address in a browser, where that would be the person's own."""
        if not self._address:
            return
        if is_at_hand():
            self.app.open_url(self._address)
            self.say("Opened in a browser.")
        else:
            self.app.copy_to_clipboard(self._address)
            self.say(f"There is no browser of yours on this machine. {COPIED}")

    # -- connecting -----------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        field = self._field
        if self._way is SIGN_IN and self._begun is None:
            self._start("Asking Discogs for an address…", self._begin)
            return
        noun, check = ("code", check_code) if self._way is SIGN_IN else ("token", check_token)
        wrong = check(field.value) if field.value else f"Paste the {noun} first."
        if wrong:
            field.say(wrong)
        elif self._way is SIGN_IN:
            self._start("Asking Discogs whether the code is right…", partial(self._finish, field.value))
        else:
            self._start("Asking Discogs whose token this is…", partial(self._connect, field.value))

    def _start(self, saying: str, work: object) -> None:
        """One question to Discogs at a time."""
        if not self._is_asking:
            self._is_asking = True
            self.say(saying)
            self.run_worker(work, group="connect", exit_on_error=False)  # pyright: ignore[reportArgumentType]

    async def _begin(self, after: str = "") -> None:
        """Get an address; ``after`` is what went wrong with the one before."""

        async def ask(runtime: Runtime) -> tuple[UserId, Authorisation]:
            return runtime.user.id, await runtime.oauth.begin(runtime.user.id)

        try:
            self._begun = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint} Press Enter to try again.", trouble=True)
        else:
            self.say(f"{after} Above is a new address." if after else "", trouble=bool(after))
            self._show()
        finally:
            self._is_asking = False

    async def _finish(self, code: str) -> None:
        assert self._begun is not None
        user_id, begun = self._begun

        async def ask(runtime: Runtime) -> Connection:
            return await runtime.oauth.finish(user_id, begun.state, code)

        try:
            connection = await self._bridge.call(ask)
        except LockgrooveError as error:
            self._begun = None  # an address is good for one code
            self._field.clear()
            await self._begin(after=error.message)
        else:
            self._begun = None
            self._welcome(connection)
        finally:
            self._is_asking = False

    async def _connect(self, token: str) -> None:
        async def ask(runtime: Runtime) -> Connection:
            return await runtime.discogs.connect(runtime.user.id, token)

        try:
            connection = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(refusal(error), trouble=True)
            self._field.take_focus()
        else:
            self._welcome(connection)
        finally:
            self._is_asking = False

    def _welcome(self, connection: Connection) -> None:
        self._connected_as = connection.username or ""
        for part in (*self.query(Field), self.query_one("#ways"), self.query_one("#standing")):
            part.display = False
        self.set_focus(None)
        self.query_one("#guide", Static).update(welcome(self._connected_as, connection.method))
        self.say("")
        self.query_one(".dialog-hint", Static).update(Content("Enter or s sync now · Esc or q later"))

    # -- leaving --------------------------------------------------------------------------------------------------

    def action_sync_now(self) -> None:
        if self._connected_as is not None:
            self.dismiss(True)

    def action_close(self) -> None:
        if self._begun is not None:
            self.app.run_worker(partial(_abandon, self._bridge, *self._begun), exit_on_error=False)
        self.dismiss(False)


async def _abandon(bridge: Bridge, user_id: UserId, begun: Authorisation) -> None:
    async def ask(runtime: Runtime) -> None:
        await runtime.oauth.abandon(user_id, begun.state)

    await bridge.call(ask)


def open_connect(app: LockgrooveApp) -> None:
    """Let the person connect Discogs; once connected and wished, sync."""

    def connected(sync_now: bool | None) -> None:
        if sync_now:
            from tui.screens import sync

            sync.begin(app)

    app.push_screen(ConnectDialog(app.bridge), connected)
