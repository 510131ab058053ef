"""``discogs-setup``: the keys of the Discogs application, set once by the operator (discogsography-contract.md 8).

Also a script of its own, as the contract names it; both are the same command.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import DataDir

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from typing import TypeVar

    from services.runtime import Runtime

    T = TypeVar("T")

_PAIR = "--consumer-key, --consumer-secret"


def main() -> int:
    """The script ``discogs-setup``; returns its exit status."""
    from tui.cli.commands import run

    return run(["discogs-setup", *sys.argv[1:]])


def discogs_setup(
    consumer_key: Annotated[
        str | None, typer.Option("--consumer-key", metavar="KEY", help="Consumer key of your Discogs application.")
    ] = None,
    consumer_secret: Annotated[
        str | None,
        typer.Option("--consumer-secret", metavar="SECRET", help="Its consumer secret; - reads standard input."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show both, masked.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Keep the keys of your Discogs application, with which every user of this installation can sign in on Discogs.

    Discogs gives them at https://www.discogs.com/settings/developers. Other users of this machine can read command
    lines: let the secret come from standard input (--consumer-secret -) or from DISCOGS_CONSUMER_SECRET. New keys are
    used without a restart.
    """
    if show:
        if consumer_key is not None or consumer_secret is not None:
            raise typer.BadParameter("It only shows what is set; leave the keys out.", param_hint="--show")
        _show(data_dir)
        return
    if not consumer_key:
        raise typer.BadParameter("Give both, or --show to see what is set.", param_hint=_PAIR)
    _keep(consumer_key, _secret(consumer_secret), data_dir)


def _secret(given: str | None) -> str:
    """The secret from the option, standard input or the environment."""
    from tui.cli.ask import secret
    from tui.cli.output import note

    if given == "-":
        value = secret("Consumer secret") if sys.stdin.isatty() else sys.stdin.readline().strip()
    elif given is not None:
        note("Other users of this machine can read command lines; --consumer-secret - reads standard input instead.")
        value = given
    else:
        value = os.environ.get("DISCOGS_CONSUMER_SECRET", "").strip()
    if not value:
        raise typer.BadParameter("Give both, or --show to see what is set.", param_hint=_PAIR)
    return value


def _keep(key: str, secret: str, data_dir: Path | None) -> None:
    from tui.cli.output import line, note

    is_used = _reaching(data_dir, lambda runtime: runtime.application.keep(key, secret))
    line("The keys of the Discogs application are kept.")
    if not is_used:
        note("DISCOGS_CONSUMER_KEY and DISCOGS_CONSUMER_SECRET in the settings go before them.")


def _show(data_dir: Path | None) -> None:
    from tui.cli.output import line

    key, secret = _reaching(data_dir, lambda runtime: runtime.application.known())
    line(f"discogs_consumer_key:    {masked(key)}")
    line(f"discogs_consumer_secret: {masked(secret)}")


def masked(value: str | None) -> str:
    """As the contract masks: the first two and the last two characters, nothing of a short one."""
    if not value:
        return "(not set)"
    return "****" if len(value) <= 4 else f"{value[:2]}{'*' * (len(value) - 4)}{value[-2:]}"


def _reaching(data_dir: Path | None, ask: Callable[[Runtime], Awaitable[T]]) -> T:
    """``ask`` of the open library; settings that name none, or not wholly, end with status 1 as the contract says."""
    from services.errors import InvalidInput
    from tui.cli.exits import Exit, explain
    from tui.cli.program import as_operator

    try:
        return as_operator(data_dir, ask)
    except InvalidInput as error:
        if error.field.startswith("discogs_consumer_"):
            raise
        explain(error)
        raise typer.Exit(Exit.FAILED) from error
