"""``lockgroove users``: who may use this library, beside its owner."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from services.accounts.people import People
    from services.runtime import Runtime
    from storage.values import Person, User

commands = typer.Typer(no_args_is_help=True, help="The people who use this library.", rich_markup_mode=None)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@commands.command("list")
def list_users(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List everybody: whether they may sign in, what they have connected and how many records they hold."""
    from tui.cli.output import document, table
    from tui.cli.program import as_operator

    async def look(runtime: Runtime) -> list[Person]:
        return [person async for person in _people(runtime).all()]

    people = as_operator(data_dir, look)
    if as_json:
        document([_wire(person) for person in people])
    else:
        table(("E-MAIL", "OWNER", "ACTIVE", "CONNECTED", "RECORDS", "SINCE"), [_row(person) for person in people])


@commands.command()
def add(email: Email, from_stdin: FromStdin = False, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Add a user, who signs in with this address and the password that is asked for."""
    from tui.cli.output import document, line
    from tui.cli.program import as_operator

    password = _password(from_stdin)
    user = as_operator(data_dir, lambda runtime: _people(runtime).add(email, password))
    if as_json:
        document(_wire_user(user))
    else:
        line(f"Added {user.email}.")


@commands.command()
def disable(email: Email, yes: Yes = False, data_dir: DataDir = None) -> None:
    """Let a user in no more: sessions and API tokens are refused at once. What they hold stays."""
    from tui.cli.ask import confirm
    from tui.cli.output import line
    from tui.cli.program import as_operator

    if not yes:
        confirm(f"Disable {email}?")
    user = as_operator(data_dir, lambda runtime: _people(runtime).disable(email))
    line(f"Disabled {user.email}.")


@commands.command()
def enable(email: Email, data_dir: DataDir = None) -> None:
    """Let a disabled user in again; API tokens work again, sessions begin anew."""
    from tui.cli.output import line
    from tui.cli.program import as_operator

    user = as_operator(data_dir, lambda runtime: _people(runtime).enable(email))
    line(f"Enabled {user.email or 'the owner'}.")


@commands.command()
def passwd(
    who: Annotated[str, typer.Argument(metavar="EMAIL|owner", help="The user's e-mail address, or owner.")],
    email: Annotated[
        str | None, typer.Option("--email", metavar="EMAIL", help="The address with which the owner signs in.")
    ] = None,
    from_stdin: FromStdin = False,
    data_dir: DataDir = None,
) -> None:
    """Give a user a new password, which ends all their sessions; API tokens go on.

    The owner needs neither on this machine. With --email and a password the owner can sign in over REST as well.
    """
    from tui.cli.output import line
    from tui.cli.program import as_operator

    if not from_stdin:
        as_operator(data_dir, lambda runtime: _people(runtime).check(who, email))  # before anything is typed
    password = _password(from_stdin)
    user = as_operator(data_dir, lambda runtime: _people(runtime).set_password(who, password, email))
    line(f"{user.email} has a new password; all sessions have ended.")


def _password(from_stdin: bool) -> str:
    from tui.cli.ask import new_password

    return sys.stdin.readline().rstrip("\r\n") if from_stdin else new_password()


def _people(runtime: Runtime) -> People:
    from services.accounts.people import People

    return People(runtime.storage, runtime.accounts)


def _row(person: Person) -> tuple[str, ...]:
    from tui.words import moment, number

    user = person.user
    owner, active = ("yes" if fact else "no" for fact in (user.is_owner, user.is_active))
    services = ", ".join(person.services)
    return (user.email or "–", owner, active, services, number(person.records), moment(user.created_at))


def _wire(person: Person) -> dict[str, object]:
    return {**_wire_user(person.user), "connected": list(person.services), "records": person.records}


def _wire_user(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "isOwner": user.is_owner,
        "isActive": user.is_active,
        "createdAt": user.created_at,
    }
