"""``lockgroove.toml``: one setting written at a time, comments kept, and told when it changes on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import watchfiles

from services.errors import Conflict, InvalidInput
from services.files import replace_file
from services.places import Places, read_config
from services.secrets import Secrets
from services.settings import (
    KEPT,
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

LOOK_AGAIN = 2_000
"""Milliseconds between two looks at the kept secrets."""


def change(places: Places, name: str, value: str | None) -> Settings:
    """Write one setting to ``lockgroove.toml`` (None takes it out), keeping comments, and return the settings then. The secrets
    of :data:`services.settings.KEPT` go to the keyring, or the file of secrets where there is none.

    Raises :class:`InvalidInput` for an unknown name, a secret or a value that cannot be used, and :class:`Conflict`
    where the environment decides; the file is then as it was.
    """
    import tomlkit  # what only reads settings has no use for it

    key = name.lower()
    field_of(key)
    if key in KEPT:
        _from_here(key)
        if value is not None:
            check({key: value}, {key: Source.KEPT}, places.config_file)
        Secrets(places.data_dir).set(key.upper(), value)
        return load_settings(places)
    if is_secret(key) or holds_password(value or ""):
        raise InvalidInput(
            name.upper(),
            f"{name.upper()} holds a secret, which does not belong in {places.config_file.name}.",
            f"Set it in the environment, or put it in a file and name that in {name.upper()}_FILE.",
        )
    _from_here(key)
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


def _from_here(key: str) -> None:
    if from_environment(key) is not None:
        raise Conflict(
            f"{key.upper()} is set in the environment, which goes before what is set here.", "Change or unset it there."
        )


async def watch_settings(places: Places) -> AsyncIterator[Settings | InvalidInput]:
    """The settings anew each time the file or the kept secrets change on disk, or what is wrong; never ends by itself."""
    folder = places.config_file.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets = Secrets(places.data_dir)
    names = [name.upper() for name in KEPT]
    seen, kept = secrets.stamp(), await asyncio.to_thread(secrets.every, names)

    def concerns(_: watchfiles.Change, path: str) -> bool:
        return Path(path).name == places.config_file.name

    # The secrets lie beside the library, whose every write would wake a watcher: their stamp is looked at now and then.
    changes = watchfiles.awatch(  # pyright: ignore[reportUnknownMemberType]
        folder, watch_filter=concerns, recursive=False, rust_timeout=LOOK_AGAIN, yield_on_timeout=True
    )
    async for changed in changes:
        former, seen = seen, secrets.stamp()
        if not changed:
            before = kept
            if former != seen:
                kept = await asyncio.to_thread(secrets.every, names)
            if kept == before:
                continue  # nothing, or a key of the program's own
        try:
            yield load_settings(places)
        except InvalidInput as error:
            yield error
