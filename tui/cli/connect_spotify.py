"""``lockgroove connect spotify``: how an app is registered, then a sign-in whose browser comes back or is pasted from."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    import asyncio

    from services.runtime import Runtime
    from services.spotify.connect import SpotifyStatus
    from tui.spotify_sign_in import OpenSignIn

DASHBOARD = "https://developer.spotify.com/dashboard"
ACCOUNT = "https://www.spotify.com/account/apps/"
_GUIDE = f"""Spotify wants every installation to have an app of its own; its owner needs Premium. Once:

  1. Open {DASHBOARD} and choose “Create app”.
  2. Tick “Web API”; as redirect URI give {{redirect}}
  3. Under “User Management” add the name and e-mail address of everybody who will listen, five at most.
  4. Copy the client id (no secret is needed), then:

       lockgroove config set SPOTIFY_CLIENT_ID …
       lockgroove connect spotify
"""


def spotify(
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Sign in, but open no browser here.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Only show how the connection is.")] = False,
    disconnect: Annotated[bool, typer.Option("--disconnect", help="Forget the access.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Connect the Spotify account by signing in with a browser, on this machine or another one.

    Needs the client id of an app of your own (SPOTIFY_CLIENT_ID); without one it says how to get it. Where the browser is on
    another machine, the address at which it ends can be pasted, or reached through a tunnel that is printed.
    """
    from tui.cli.output import document, line, note
    from tui.cli.program import with_runtime

    if sum((no_browser, status, disconnect)) > 1:
        raise typer.BadParameter("Choose one of them.", param_hint="--no-browser, --status, --disconnect")
    if disconnect:
        after = with_runtime(data_dir, _disconnect)
        if as_json:
            document({"service": "spotify", "connected": after.ready})
        else:
            line("The sign-in is forgotten; plays and playlists that are here stay.")
        note(f"To withdraw the access on Spotify as well, open {ACCOUNT}")
        if after.ready:
            note("warning: SPOTIFY_REFRESH_TOKEN is set and still connects Spotify.")
        return
    if status:
        found = with_runtime(data_dir, lambda runtime: runtime.spotify.status(runtime.user.id))
    else:
        found = with_runtime(data_dir, lambda runtime: _connect(runtime, browser=not no_browser))
    _show(found, as_json=as_json)


async def _disconnect(runtime: Runtime) -> SpotifyStatus:
    await runtime.spotify.disconnect(runtime.user.id)
    return await runtime.spotify.status(runtime.user.id)


async def _connect(runtime: Runtime, *, browser: bool) -> SpotifyStatus:
    from tui.cli.output import note
    from tui.spotify_sign_in import open_sign_in

    if not runtime.settings.spotify_client_id:
        note(_GUIDE.format(redirect=runtime.settings.spotify_redirect_uri))
        return await runtime.spotify.status(runtime.user.id)
    sign_in = await open_sign_in(runtime)
    try:
        await _tell(sign_in, browser=browser)
        await _finish(runtime, sign_in)
    finally:
        await sign_in.close(runtime)
    return await runtime.spotify.status(runtime.user.id)


async def _tell(sign_in: OpenSignIn, *, browser: bool) -> None:
    import asyncio
    import webbrowser

    from services.spotify.oauth import LISTENING
    from tui.browser import is_at_hand, is_over_ssh
    from tui.cli.output import note
    from tui.cli.sign_in import tunnel

    note(f"Open this address in a browser, sign in to Spotify and allow the access:\n\n  {sign_in.begun.url}\n")
    if browser and is_at_hand() and await asyncio.to_thread(webbrowser.open, sign_in.begun.url):
        note("A browser was opened with it.")
    if sign_in.port is not None and is_over_ssh():
        note(
            "This is an SSH session. For the browser on your own machine to come back here, run there:\n\n"
            f"  {tunnel(sign_in.port)}\n\n"
            "Or, without it, paste here the address at which the browser ends (the page need not load)."
        )
    elif sign_in.port is None or sys.stdin.isatty():
        note("If the browser is on another machine, paste here the whole address at which it ends.")
    note(f"Waiting, {LISTENING // 60} minutes at most; Ctrl+C gives up.")


async def _finish(runtime: Runtime, sign_in: OpenSignIn) -> None:
    """Connect by the code that the browser brings or the person pastes, whichever comes first."""
    import asyncio

    from services.spotify.oauth import LISTENING, SignInFailed
    from tui.cli.sign_in import typed_lines

    async with typed_lines() as lines:
        pasted = asyncio.ensure_future(_pasted(lines, sign_in.begun.state, is_only=sign_in.port is None))
        heard = asyncio.ensure_future(sign_in.heard(runtime))
        try:
            done, _ = await asyncio.wait((pasted, heard), timeout=LISTENING, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pasted.cancel()  # which does nothing to what is done
            heard.cancel()
    if heard in done:
        heard.result()
    elif pasted in done:
        await sign_in.finish(runtime, pasted.result())
    else:
        raise SignInFailed("Nobody allowed the access in time.", "Run the command again to start another sign-in.")


async def _pasted(lines: asyncio.Queue[str | None], state: str, *, is_only: bool) -> str:
    """The code in what is pasted, which a terminal may have broken into lines. Where nothing can be pasted (any more) the
    browser has to bring it."""
    import asyncio

    from services.errors import InvalidInput
    from services.spotify.oauth import code_in

    pasted = ""
    while (line := await lines.get()) is not None:
        pasted += line.strip()
        if pasted and (code := code_in(pasted, state)) is not None:
            return code
    if is_only or pasted:
        raise InvalidInput("address", "No address was given.", "Paste the whole address at which the browser ends.")
    return await asyncio.get_running_loop().create_future()


def _show(status: SpotifyStatus, *, as_json: bool) -> None:
    """Print how the connection is; not being connected ends the command with 4."""
    from tui.cli.exits import Exit
    from tui.cli.output import document, line, note
    from tui.words import day, moment

    if as_json:
        document(
            {
                "service": "spotify",
                "connected": status.ready,
                "state": status.state,
                "username": status.username,
                "connectedAt": status.connected_at,
                "expiresAt": status.expires_at,
                "missing": list(status.missing),
                "warning": status.warning,
                "pausedUntil": status.paused_until,
                "capabilities": {each.name: str(each.state) for each in status.capabilities},
            }
        )
    elif status.ready:
        whose = f"Spotify is connected as {status.username}" if status.username else "Spotify is connected"
        line(f"{whose}, until {day(status.expires_at)}." if status.expires_at else f"{whose}.")
    if status.warning:
        note(status.warning)
    if status.paused_until:
        until = moment(datetime.fromtimestamp(status.paused_until, UTC).isoformat())
        note(f"Spotify is not asked until {until}; jobs go on by themselves then.")
    if status.closed and not as_json:
        note(f"Spotify keeps from this app: {', '.join(row.name.replace('_', ' ') for row in status.closed)}.")
    if not status.ready:
        raise typer.Exit(Exit.NOT_CONNECTED)
