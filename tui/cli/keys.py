"""``lockgroove keys``: new keys in the place of old ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from services.accounts.rotation import KeyStatus, Rotation
    from services.runtime import Runtime
    from services.secrets import Origin

commands = typer.Typer(
    no_args_is_help=True, help="The keys that encrypt credentials and sign sessions.", rich_markup_mode=None
)


@commands.command()
def status(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show where the keys come from and what lies under them, never the keys. Status 1 if something cannot be opened."""
    from tui.cli.exits import Exit
    from tui.cli.output import document, fields, note
    from tui.cli.program import as_operator

    async def look(runtime: Runtime) -> KeyStatus:
        return await _rotation(runtime).status()

    found = as_operator(data_dir, look)
    if as_json:
        document(_wire(found))
    else:
        former = f", {found.former} of them with a former key" if found.former else ""
        fields(
            [
                ("Encryption key", _origin(found.encryption)),
                ("Session key", _origin(found.sessions)),
                ("Encrypted values", f"{found.sealed}{former}"),
            ]
        )
        for name in found.unreadable:
            note(f"No key opens what is kept for {name}.")
    if found.unreadable:
        raise typer.Exit(Exit.FAILED)


@commands.command()
def rotate(
    jwt: Annotated[bool, typer.Option("--jwt", help="Only the key that signs access tokens.")] = False,
    encryption: Annotated[bool, typer.Option("--encryption", help="Only the key that encrypts credentials.")] = False,
    yes: Yes = False,
    data_dir: DataDir = None,
) -> None:
    """Make new keys and use them at once, also in running processes; both of them unless one is named.

    A new session key ends all sessions: people sign in again, API tokens go on. With a new encryption key everything kept
    is encrypted anew. Ended half-way, everything stays readable, and running it again completes it.
    """
    from tui.cli.ask import confirm
    from tui.cli.output import line, note
    from tui.cli.program import as_operator

    both = jwt == encryption
    sessions, credentials = jwt or both, encryption or both
    if not yes:
        ending = ["All sessions end."] * sessions + ["Every kept credential is encrypted with a new key."] * credentials
        confirm(f"{' '.join(ending)} Go ahead?")

    async def turn(runtime: Runtime) -> None:
        rotation = _rotation(runtime)
        await rotation.check(encryption=credentials, sessions=sessions)
        if credentials:
            count = await rotation.rotate_encryption()
            line(f"The encryption key is new; {count} {'value' if count == 1 else 'values'} encrypted with it.")
            if (await rotation.status()).encryption == "environment":
                note("Now leave the former key out of OAUTH_ENCRYPTION_KEY.")
        if sessions:
            await rotation.rotate_sessions()
            line("The session key is new; all sessions have ended.")

    as_operator(data_dir, turn)


def _rotation(runtime: Runtime) -> Rotation:
    from services.accounts.rotation import Rotation

    return Rotation(runtime.storage, runtime.secrets)


def _origin(origin: Origin | None) -> str:
    match origin:
        case None:
            return "not made yet"
        case "environment":
            return "set in the environment"
        case "keyring":
            return "kept in the system keyring"
        case _:
            return "kept in secrets.json"


def _wire(status: KeyStatus) -> dict[str, object]:
    return {
        "encryptionKey": status.encryption,
        "sessionKey": status.sessions,
        "encrypted": status.sealed,
        "withFormerKey": status.former,
        "unreadable": list(status.unreadable),
    }
