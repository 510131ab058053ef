"""``lockgroove token``: named tokens that let programs use the REST surface as the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from storage.values import ApiToken

commands = typer.Typer(no_args_is_help=True, help="Make and revoke tokens for the REST surface.", rich_markup_mode=None)


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="What the token is for, such as the name of a script.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    from tui.cli.output import document, line, note
    from tui.cli.program import with_runtime

    token, secret = with_runtime(data_dir, lambda runtime: runtime.accounts.create_token(runtime.user.id, name))
    if as_json:
        document({**_wire(token), "token": secret})
        return
    line(secret)
    note("Keep it now, it is not shown again. Send it as “Authorization: Bearer TOKEN”.")


@commands.command("list")
def list_tokens(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the tokens: their names and when they were used, never the tokens."""
    from tui.cli.output import document, note, table
    from tui.cli.program import with_runtime

    tokens = with_runtime(data_dir, lambda runtime: runtime.accounts.tokens(runtime.user.id))
    if as_json:
        document([_wire(token) for token in tokens])
    elif tokens:
        table(("NAME", "BEGINS", "MADE", "LAST USED", "REVOKED", "ID"), [_row(token) for token in tokens])
    else:
        note("No tokens yet. Make one with lockgroove token create NAME.")


@commands.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="The token's name or id.")],
    yes: Yes = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Revoke a token; whoever uses it is refused from now on."""
    from tui.cli.ask import confirm
    from tui.cli.output import clean, document, line
    from tui.cli.program import with_runtime

    if not yes:
        confirm(f"Revoke the token {token}?")
    revoked = with_runtime(data_dir, lambda runtime: runtime.accounts.revoke_token(runtime.user.id, token))
    if as_json:
        document(_wire(revoked))
    else:
        line(f"Revoked {clean(revoked.name)}.")


def _row(token: ApiToken) -> tuple[str, ...]:
    from tui.words import moment

    used = moment(token.last_used_at) or "never"
    return (token.name, f"{token.hint}…", moment(token.created_at), used, moment(token.revoked_at), token.id)


def _wire(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "hint": token.hint,
        "createdAt": token.created_at,
        "lastUsedAt": token.last_used_at,
        "revokedAt": token.revoked_at,
    }
