"""Signing in on Discogs from the command line: the browser comes back by itself, or the code is pasted."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
import webbrowser
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from services.discogs.oauth import Authorisation, SignInFailed
from services.errors import InvalidInput
from services.runtime import Runtime
from tui.browser import is_at_hand, is_over_ssh
from tui.cli.loopback import Loopback, listening
from tui.cli.output import note

_AGAIN = "Run the command again to start another sign-in."


async def sign_in(runtime: Runtime, *, paste_only: bool, browser: bool) -> None:
    """Connect the account of whoever grants access. ``paste_only`` opens no ear for the browser; ``browser`` allows to
    open one here. Raises :class:`SignInFailed`, and what :class:`services.discogs.oauth.OAuth` does.
    """
    user_id = runtime.user.id
    async with AsyncExitStack() as held:
        ear = None if paste_only else await held.enter_async_context(listening())
        begun = await runtime.oauth.begin(user_id, ear.address if ear else None)
        try:
            if ear:
                ear.state = begun.state
            await _tell(begun, ear, browser=browser)
            await runtime.oauth.finish(user_id, begun.state, await _code(begun, ear))
        finally:
            await runtime.oauth.abandon(user_id, begun.state)


async def _tell(begun: Authorisation, ear: Loopback | None, *, browser: bool) -> None:
    note(f"Open this address in a browser, sign in to Discogs and allow the access:\n\n  {begun.url}\n")
    if browser and is_at_hand() and await asyncio.to_thread(webbrowser.open, begun.url):
        note("A browser was opened with it.")
    if ear is None:
        note("Discogs then shows a code. Paste it here and press Enter:")
        return
    if is_over_ssh():
        note(
            "This is an SSH session. For the browser on your own machine to come back here, run there:\n\n"
            f"  {tunnel(ear.port)}\n\n"
            "Or, without it, paste here the address at which the browser ends (the page need not load)."
        )
    elif sys.stdin.isatty():
        note("If the browser is on another machine, paste here the address at which it ends.")
    note(f"Waiting for the browser, {begun.expires_in // 60} minutes at most; Ctrl+C gives up.")


def tunnel(port: int) -> str:
    """The command that leads a port of the person's machine here."""
    server = os.environ.get("SSH_CONNECTION", "").split()
    host, ssh_port = (server[2], server[3]) if len(server) == 4 else ("this-host", "22")
    special = "" if ssh_port == "22" else f"-p {ssh_port} "
    return f"ssh -N -L {port}:127.0.0.1:{port} {special}{getpass.getuser()}@{host}"


async def _code(begun: Authorisation, ear: Loopback | None) -> str:
    """The code that the browser brings or the person pastes, whichever comes first."""
    async with typed_lines() as lines:
        waits = [asyncio.ensure_future(_pasted(lines, begun.state, is_only=ear is None))]
        if ear:
            waits.append(asyncio.ensure_future(ear.verifier()))
        try:
            done, _ = await asyncio.wait(waits, timeout=begun.expires_in, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
    if not done:
        raise SignInFailed("Nobody granted access in time.", _AGAIN)
    code = done.pop().result()
    if not code:
        raise SignInFailed("Access was not granted on Discogs, so nothing was connected.", _AGAIN)
    return code


async def _pasted(lines: asyncio.Queue[str | None], state: str, *, is_only: bool) -> str:
    """The code in what is pasted. Where nothing can be pasted (any more) the browser has to bring it."""
    while (line := await lines.get()) is not None:
        if line.strip():
            return code_in(line.strip(), state)
    if is_only:
        raise InvalidInput("code", "No code was given.", "Paste the code that Discogs shows, or leave --oob out.")
    return await asyncio.get_running_loop().create_future()


def code_in(pasted: str, state: str) -> str:
    """The code in ``pasted``: a code alone, or the address at which the browser ended; empty if access was denied."""
    if "://" not in pasted:
        return pasted
    given = {name: values[0] for name, values in parse_qs(urlsplit(pasted).query).items()}
    if given.get("oauth_token", given.get("denied")) != state:
        raise InvalidInput("code", "That address is not of this sign-in.", _AGAIN)
    return given.get("oauth_verifier", "")


@asynccontextmanager
async def typed_lines() -> AsyncGenerator[asyncio.Queue[str | None]]:
    """The lines of standard input as they come, None at its end. No thread waits there: it would hold up the exit."""
    loop, number = asyncio.get_running_loop(), sys.stdin.fileno()
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    rest = b""

    def readable() -> None:
        nonlocal rest
        piece = os.read(number, 4096)
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole if piece else [rest]:
            lines.put_nowait(line.decode("utf-8", "replace"))
        if not piece:
            loop.remove_reader(number)
            lines.put_nowait(None)

    try:
        loop.add_reader(number, readable)
    except PermissionError:  # a file: it never has to be waited for
        for line in sys.stdin:
            lines.put_nowait(line)
        lines.put_nowait(None)
    try:
        yield lines
    finally:
        loop.remove_reader(number)
