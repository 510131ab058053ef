"""The settings: environment before ``lockgroove.toml`` before defaults, each able to say where it came from.

Every setting is an environment variable (upper case) and a key of the file (the same name in lower case). Secrets may
also come from a file that ``NAME_FILE`` names. A value that cannot be used stops the start and names the mend.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from services.errors import InvalidInput
from services.places import Places, catalogue_url, library_url, read_config, read_environment
from services.secrets import Secrets
from services.setting_fields import VERSION, SettingFields
from services.setting_values import PASSWORD, Origin, Source, choices_of, group_of, holds_password, mask, plain

__all__ = [
    "NAMES",
    "VERSION",
    "Origin",
    "Settings",
    "Source",
    "changed_names",
    "check",
    "field_of",
    "from_environment",
    "holds_password",
    "is_secret",
    "load_settings",
    "plain",
]


class Settings(SettingFields):
    """All settings of this process, checked. Load them with :func:`load_settings`."""

    _places: Places = PrivateAttr()
    _sources: dict[str, Source] = PrivateAttr(default_factory=dict[str, Source])
    unknown: tuple[str, ...] = Field(default=(), exclude=True)
    """Keys of the file that mean nothing to this version; shown as warnings, they may be a newer version's."""

    @property
    def library_url(self) -> str:
        """The library's address, for :func:`storage.engine.open_storage`."""
        return library_url(self._places, {name: plain(value) for name, value in self})

    @property
    def catalogue_url(self) -> str:
        """The catalogue's address, for :func:`storage.engine.open_storage`."""
        return catalogue_url(self.library_url)

    @property
    def redis_address(self) -> str | None:
        """Where the Redis is that several processes share, None if there is none."""
        if self.redis_url or not self.redis_host:
            return self.redis_url
        return self.redis_host if "://" in self.redis_host else f"redis://{self.redis_host}/0"

    def origin(self, name: str) -> Origin:
        """The setting ``name`` (either case). Raises :class:`InvalidInput` if there is none of that name."""
        field = field_of(name)
        value, text = getattr(self, name.lower()), ""
        if isinstance(value, SecretStr):
            text = mask(value.get_secret_value())
        elif value is not None:
            text = PASSWORD.sub(r"\1…\3", plain(value))
        return Origin(
            name=name.upper(),
            value=text,
            source=self._sources.get(name.lower(), Source.DEFAULT),
            description=field.description or "",
            group=group_of(field),
            secret=is_secret(name),
            choices=choices_of(field),
        )

    def origins(self) -> list[Origin]:
        """Every setting with its value (secrets masked) and where it came from, in order of groups."""
        return [self.origin(name) for name in NAMES]

    def secret_values(self) -> tuple[str, ...]:
        """The secrets in use, so that the log can scrub them."""
        secrets = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        for address in (self.database_url, self.redis_url):
            if found := PASSWORD.search(address or ""):
                secrets.append(found["password"])
        return tuple(secrets)


KEPT = ("spotify_client_secret", "plex_token", "slskd_api_key")
"""The secrets that a person may set from inside the program: they go to the keyring or the file of secrets."""
NAMES = tuple(name for name in Settings.model_fields if name != "unknown")
"""The settings' names, lower case, in the order in which they are shown."""


def load_settings(places: Places) -> Settings:
    """The settings as environment, file and kept secrets have them now.

    Raises :class:`InvalidInput` naming the first variable that cannot be used and what it should look like.
    """
    environment = {name: value for name in NAMES if (value := from_environment(name)) is not None}
    file = {name.lower(): value for name, value in read_config(places.config_file).items()}
    known = {name: value for name, value in file.items() if name in NAMES}
    of_others = {"keys"} if isinstance(file.get("keys"), dict) else set[str]()  # services.places reads that table
    unknown = tuple(sorted(set(file) - set(known) - of_others))
    kept = {
        name.lower(): value for name, value in Secrets(places.data_dir).every(each.upper() for each in KEPT).items()
    }
    sources = dict.fromkeys(kept, Source.KEPT) | dict.fromkeys(known, Source.FILE)
    sources |= dict.fromkeys(environment, Source.ENVIRONMENT)
    settings = check({**kept, **known, **environment, "unknown": unknown}, sources, places.config_file)
    settings._places = places  # pyright: ignore[reportPrivateUsage]
    settings._sources = sources  # pyright: ignore[reportPrivateUsage]
    library_url(places, {name: plain(value) for name, value in settings})  # an unusable address stops the start too
    return settings


def changed_names(before: Settings, after: Settings) -> tuple[str, ...]:
    """The names (upper case) of the settings that differ."""
    return tuple(name.upper() for name in NAMES if getattr(before, name) != getattr(after, name))


def is_secret(name: str) -> bool:
    """Whether the setting ``name`` is shown masked and never written to the file."""
    return SecretStr in get_args(field_of(name).annotation)


def from_environment(name: str) -> str | None:
    """The variable; an empty one counts as not set, as compose files write it, except where empty says “off”."""
    upper = name.upper()
    value = read_environment(upper) if is_secret(name) or name == "postgres_username" else os.environ.get(upper)
    return value if value or name in ("sync_schedule", "spotify_schedule", "autosync_schedule") else None


def check(values: Mapping[str, Any], sources: Mapping[str, Source], file: Path) -> Settings:
    """The settings with these values, or :class:`InvalidInput` about the first that cannot be used."""
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        place = f"the environment variable {name.upper()}" if sources.get(name) is Source.ENVIRONMENT else str(file)
        why = first["msg"].removeprefix("Value error, ")
        why = why[:1].lower() + why[1:].rstrip(".")
        meaning = Settings.model_fields[name].description or ""
        raise InvalidInput(
            name.upper(), f"{name.upper()} cannot be used: {why}.", f"Mend it in {place}. It means: {meaning}"
        ) from None  # the chain would show the rejected value, which may be a secret


def field_of(name: str) -> FieldInfo:
    """The definition of the setting ``name`` (either case). Raises :class:`InvalidInput` naming the nearest one."""
    if name.lower() in NAMES:
        return Settings.model_fields[name.lower()]
    near = difflib.get_close_matches(name.lower(), NAMES, 1)
    hint = f"Did you mean {near[0].upper()}?" if near else "`lockgroove config` lists all settings."
    raise InvalidInput(name.upper(), f"There is no setting {name.upper()}.", hint)
