"""``lockgroove.toml``: one setting written at a time, comments kept, and told when it changes on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import tomlkit
import watchfiles

from services.errors import Conflict, InvalidInput
from services.files import replace_file
from services.places import Places, read_config
from services.settings import (
    Settings,
    Source,
    check,
    field_of,
    from_environment,
    holds_password,
    is_secret,
    load_settings,
    plain,
)


def change(places: Places, name: str, value: str | None) -> Settings:
    """Write one setting to ``lockgroove.toml`` (None takes it out), keeping comments, and return the settings then.

    Raises :class:`InvalidInput` for an unknown name, a secret or a value that cannot be used, and :class:`Conflict`
    where the environment decides; the file is then as it was.
    """
    key = name.lower()
    field_of(key)
    if is_secret(key) or holds_password(value or ""):
        raise InvalidInput(
            name.upper(),
            f"{name.upper()} holds a secret, which does not belong in {places.config_file.name}.",
            f"Set it in the environment, or put it in a file and name that in {name.upper()}_FILE.",
        )
    if from_environment(key) is not None:
        raise Conflict(
            f"{name.upper()} is set in the environment, which goes before the file.", "Change or unset it there."
        )
    read_config(places.config_file)  # refuses a broken file, which must not be written over
    text = places.config_file.read_text(encoding="utf-8") if places.config_file.exists() else ""
    document = tomlkit.parse(text)
    for spelling in [spelling for spelling in document if spelling.lower() == key]:
        if value is None or spelling != key:
            del document[spelling]
    if value is not None:
        checked = getattr(check({key: value}, {key: Source.FILE}, places.config_file), key)
        document[key] = checked if isinstance(checked, bool | int) else plain(checked)
    replace_file(places.config_file, tomlkit.dumps(document))
    return load_settings(places)


async def watch_settings(places: Places) -> AsyncIterator[Settings | InvalidInput]:
    """The settings anew each time the file changes on disk, or what is wrong with it; never ends by itself."""
    folder = places.config_file.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def concerns(_: watchfiles.Change, path: str) -> bool:
        return Path(path).name == places.config_file.name

    changes = watchfiles.awatch(folder, watch_filter=concerns, recursive=False)  # pyright: ignore[reportUnknownMemberType]
    async for _ in changes:
        try:
            yield load_settings(places)
        except InvalidInput as error:
            yield error
