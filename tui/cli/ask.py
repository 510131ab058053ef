"""Questions to the person: only on a terminal, never in a script."""

from __future__ import annotations

import sys

import typer

from tui.text import clean


def confirm(question: str) -> None:
    """Go on only after a yes; a no ends the command with status 1.

    Without a terminal there is nobody to ask: that is a usage error which names ``--yes``.
    """
    if not sys.stdin.isatty():
        raise typer.BadParameter("Nobody is there to answer; add --yes to go ahead.", param_hint="--yes")
    if not typer.confirm(clean(question), err=True):
        raise typer.Exit(1)


def secret(prompt: str) -> str:
    """A secret typed without echo; empty when there is no terminal."""
    if not sys.stdin.isatty():
        return ""
    answer: str = typer.prompt(prompt, hide_input=True, err=True, default="", show_default=False)
    return answer.strip()


def new_password() -> str:
    """A password typed twice without echo. Without a terminal that is a usage error which names ``--password-stdin``."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("Nobody is there to type it; pipe it to --password-stdin.", param_hint="password")
    password: str = typer.prompt("Password", hide_input=True, err=True, confirmation_prompt="Once more")
    return password
