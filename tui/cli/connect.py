"""``lockgroove connect``: give the program access to outside accounts; a secret is never an argument."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.connect_spotify import spotify
from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from pathlib import Path

    from services.discogs.connect import ConnectionStatus
    from services.runtime import Runtime

commands = typer.Typer(no_args_is_help=True, help="Connect outside accounts.", rich_markup_mode=None)
commands.command()(spotify)

TOKEN_PAGE = "https://www.discogs.com/settings/developers"
_GUIDE = f"""To connect Discogs, the program needs a personal access token of yours:

  1. Open {TOKEN_PAGE} and sign in.
  2. Choose “Generate new token” and copy it.
  3. Paste it here. It is not shown, and it is kept encrypted.
"""


@commands.command()
def discogs(
    by_token: Annotated[bool, typer.Option("--token", help="Ask for a personal access token.")] = False,
    from_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")] = False,
    oob: Annotated[bool, typer.Option("--oob", help="Sign in by a code that Discogs shows and you paste.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Sign in, but open no browser here.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Only show how the connection is.")] = False,
    disconnect: Annotated[bool, typer.Option("--disconnect", help="Forget the access.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Connect the Discogs account: by signing in with a browser, or with a personal access token.

    Signing in needs the keys of a Discogs application (lockgroove discogs-setup); without them, with --token, or where
    DISCOGS_TOKEN is set, it is the token. That is asked for without echo, or read from DISCOGS_TOKEN or (--token-stdin)
    from standard input. It cannot be given as an argument, because everybody on this machine can read those.
    """
    from tui.cli.program import with_runtime

    if sum((by_token, from_stdin, oob or no_browser, status, disconnect)) > 1:
        raise typer.BadParameter(
            "Choose one of them.", param_hint="--token, --token-stdin, --oob or --no-browser, --status, --disconnect"
        )
    if status:
        found = with_runtime(data_dir, lambda runtime: runtime.discogs.status(runtime.user.id))
    elif disconnect:
        _tell_disconnected(*with_runtime(data_dir, _disconnect), as_json=as_json)
        return
    elif oob or no_browser or (not _has_token(by_token, from_stdin) and with_runtime(data_dir, _can_sign_in)):
        found = _sign_in(data_dir, paste_only=oob, browser=not no_browser)
    else:
        found = _connect_by(_token(from_stdin), data_dir)
    _show(found, as_json=as_json)


def _has_token(by_token: bool, from_stdin: bool) -> bool:
    """Whether it is clear that the person means a personal access token."""
    return by_token or from_stdin or bool(os.environ.get("DISCOGS_TOKEN", "").strip())


async def _can_sign_in(runtime: Runtime) -> bool:
    return None not in await runtime.application.known()


def _sign_in(data_dir: Path | None, *, paste_only: bool, browser: bool) -> ConnectionStatus:
    from tui.cli.program import with_runtime
    from tui.cli.sign_in import sign_in

    async def connect(runtime: Runtime) -> ConnectionStatus:
        await sign_in(runtime, paste_only=paste_only, browser=browser)
        return await runtime.discogs.status(runtime.user.id)

    return with_runtime(data_dir, connect)


def _connect_by(token: str, data_dir: Path | None) -> ConnectionStatus:
    from tui.cli.program import with_runtime

    async def connect(runtime: Runtime) -> ConnectionStatus:
        await runtime.discogs.connect(runtime.user.id, token)
        return await runtime.discogs.status(runtime.user.id)

    return with_runtime(data_dir, connect)


async def _disconnect(runtime: Runtime) -> tuple[bool, ConnectionStatus, str]:
    """Whether it was a sign-in, how the connection is now, and where access is withdrawn on Discogs."""
    before = await runtime.accounts.connections.get(runtime.user.id, "discogs")
    await runtime.discogs.disconnect(runtime.user.id)
    was_sign_in = before is not None and before.method == "oauth"
    return was_sign_in, await runtime.discogs.status(runtime.user.id), runtime.discogs.withdrawal_page


def _token(from_stdin: bool) -> str:
    """The token from standard input, the environment or a prompt, in that order."""
    from tui.cli.ask import secret
    from tui.cli.output import note

    if from_stdin:
        token = sys.stdin.readline().strip()
    else:
        token = os.environ.get("DISCOGS_TOKEN", "").strip()
        if token:
            note("Using the token in DISCOGS_TOKEN.")
        else:
            note(_GUIDE)
            token = secret("Token")
    if not token:
        raise typer.BadParameter(
            "No token was given. Type it when asked, pipe it to --token-stdin, or set DISCOGS_TOKEN.",
            param_hint="token",
        )
    return token


def _show(status: ConnectionStatus, *, as_json: bool) -> None:
    """Print how the connection is; not being connected ends the command with 4."""
    from tui.cli.exits import Exit
    from tui.cli.output import document, line, note
    from tui.words import way

    if as_json:
        document(
            {
                "service": "discogs",
                "connected": status.ready,
                "username": status.username,
                "method": status.method,
                "connectedAt": status.connected_at,
                "state": status.state,
                "missing": list(status.missing),
                "warning": status.warning,
                "checkedAt": status.checked_at,
            }
        )
    elif status.ready:
        how = way(status.method, status.connected_at)
        whose = f"Discogs is connected as {status.username}" if status.username else "A Discogs token is set"
        line(f"{whose} ({how})." if how else f"{whose}.")
    if status.warning:
        note(status.warning)
    if not status.ready:
        raise typer.Exit(Exit.NOT_CONNECTED)


def _tell_disconnected(was_sign_in: bool, after: ConnectionStatus, page: str, *, as_json: bool) -> None:
    from tui.cli.output import document, line, note

    if as_json:
        document({"service": "discogs", "connected": after.ready})
    else:
        line(f"The {'sign-in' if was_sign_in else 'token'} is forgotten; the library stays as it is.")
    if was_sign_in:
        note(f"To withdraw the access on Discogs as well, open {page}")
    if after.ready:
        note("warning: DISCOGS_TOKEN is set and still connects Discogs.")
