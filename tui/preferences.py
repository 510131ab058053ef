"""What a person chooses on a screen, applied at once and kept in ``lockgroove.toml``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.settings import Settings
    from tui.app import LockgrooveApp


async def keep(app: LockgrooveApp, name: str, value: str | None) -> Settings:
    """Write one setting to the file (None takes it out) off the loop, and return the settings as they are then.

    Raises :class:`InvalidInput` for a value that cannot be used, :class:`Conflict` where the environment decides.
    """

    def write() -> Settings:
        from services.config_file import change

        return change(app.places, name, value)

    return await asyncio.to_thread(write)


def apply(app: LockgrooveApp, name: str, value: str) -> None:
    """Show at once what a setting of appearance says; other settings take effect in the services."""
    match name.upper():
        case "THEME":
            app.theme = value if value in app.available_themes else "lockgroove"
        case "COMPACT":
            app.set_class(value == "true", "-compact")
        case "ANIMATIONS":
            app.animation_level = "full" if value == "true" else "none"
        case _:
            return
