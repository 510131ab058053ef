"""``lockgroove connect``: give the program access to outside accounts; a secret is never an argument."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.discogs.connect import ConnectionStatus
    from services.runtime import Runtime

commands = typer.Typer(no_args_is_help=True, help="Connect outside accounts.", rich_markup_mode=None)

TOKEN_PAGE = "https://www.discogs.com/settings/developers"
_GUIDE = f"""To connect Discogs, the program needs a personal access token of yours:

  1. Open {TOKEN_PAGE} and sign in.
  2. Choose “Generate new token” and copy it.
  3. Paste it here. It is not shown, and it is kept encrypted.
"""


@commands.command()
def discogs(
    from_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Only show how the connection is.")] = False,
    disconnect: Annotated[bool, typer.Option("--disconnect", help="Forget the token.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Connect the Discogs account with a personal access token.

    The token is asked for without echo, or read from DISCOGS_TOKEN or (--token-stdin) from standard input. It cannot be
    given as an argument, because everybody on this machine can read those.
    """
    from tui.cli.program import with_runtime

    if sum((from_stdin, status, disconnect)) > 1:
        raise typer.BadParameter("Choose one of them.", param_hint="--token-stdin, --status, --disconnect")
    if status:
        found = with_runtime(data_dir, lambda runtime: runtime.discogs.status(runtime.user.id))
        _show(found, as_json=as_json)
        return
    if disconnect:
        _tell_disconnected(with_runtime(data_dir, _disconnect), as_json=as_json)
        return
    token = _token(from_stdin)

    async def connect(runtime: Runtime) -> ConnectionStatus:
        await runtime.discogs.connect(runtime.user.id, token)
        return await runtime.discogs.status(runtime.user.id)

    _show(with_runtime(data_dir, connect), as_json=as_json)


async def _disconnect(runtime: Runtime) -> ConnectionStatus:
    await runtime.discogs.disconnect(runtime.user.id)
    return await runtime.discogs.status(runtime.user.id)


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

    if as_json:
        document(
            {
                "service": "discogs",
                "connected": status.ready,
                "username": status.username,
                "state": status.state,
                "missing": list(status.missing),
                "warning": status.warning,
                "checkedAt": status.checked_at,
            }
        )
    elif status.ready:
        line(f"Discogs is connected as {status.username}." if status.username else "A Discogs token is set.")
    if status.warning:
        note(status.warning)
    if not status.ready:
        raise typer.Exit(Exit.NOT_CONNECTED)


def _tell_disconnected(status: ConnectionStatus, *, as_json: bool) -> None:
    from tui.cli.output import document, line, note

    if as_json:
        document({"service": "discogs", "connected": status.ready})
    else:
        line("The token is forgotten; the library stays as it is.")
    if status.ready:
        note("warning: DISCOGS_TOKEN is set in the environment and still connects Discogs.")
