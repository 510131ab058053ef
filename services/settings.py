"""The settings: environment before ``lockgroove.toml`` before defaults, each able to say where it came from.

Every setting is an environment variable (upper case) and a key of the file (the same name in lower case). Secrets may
also come from a file that ``NAME_FILE`` names. A value that cannot be used stops the start and names the mend.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_origin

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from services.cron import check_expression
from services.errors import InvalidInput
from services.places import Places, catalogue_url, library_url, read_config, read_environment
from services.proxies import networks


def _version() -> str:
    try:
        return version("lockgroove")
    except PackageNotFoundError:  # a bare checkout that was never installed
        return "0"


VERSION = _version()
"""The program's version, as installed."""
USER_AGENT = f"Lockgroove/{VERSION} +https://github.com/lockgroove/lockgroove"


class Group(StrEnum):
    """The headings under which settings are shown."""

    DISCOGS = "Discogs"
    STORAGE = "Storage"
    ACCESS = "Access"
    WORK = "Work"
    APPEARANCE = "Appearance"


class Source(StrEnum):
    """Where a value came from."""

    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting as shown to a person; ``value`` of a secret is its last four characters."""

    name: str
    value: str
    source: Source
    description: str
    group: Group
    secret: bool
    choices: tuple[str, ...]


def _setting(default: Any, group: Group, description: str, **limits: Any) -> Any:
    return Field(default=default, description=description, json_schema_extra={"group": group.value}, **limits)


_PASSWORD = re.compile(r"(://[^/@:]*:)(?P<password>[^@]+)(@)")
"""The password inside an address."""
_HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.?")
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """All settings of this process, checked. Load them with :func:`load_settings`."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, validate_default=True)

    discogs_token: SecretStr | None = _setting(
        None, Group.DISCOGS, "Personal access token that presets the owner's Discogs connection."
    )
    discogs_username: str | None = _setting(
        None, Group.DISCOGS, "Discogs user name that goes with the token; asked from Discogs if not set."
    )
    discogs_user_agent: str = _setting(
        USER_AGENT,
        Group.DISCOGS,
        "How the program names itself to Discogs: product/version and an address.",
        min_length=3,
    )
    discogs_consumer_key: SecretStr | None = _setting(None, Group.DISCOGS, "Consumer key of your Discogs application.")
    discogs_consumer_secret: SecretStr | None = _setting(
        None, Group.DISCOGS, "Consumer secret of your Discogs application."
    )
    discogs_api_base: str = _setting("https://api.discogs.com", Group.DISCOGS, "Address of the Discogs API.")
    discogs_web_base: str = _setting("https://www.discogs.com", Group.DISCOGS, "Address of the Discogs web site.")

    database_url: str | None = _setting(
        None,
        Group.STORAGE,
        "Address of the library: sqlite:///file or postgresql://user:password@host/database.",
        repr=False,
    )
    postgres_host: str | None = _setting(None, Group.STORAGE, "PostgreSQL host, with :port if it is not 5432.")
    postgres_username: str | None = _setting(None, Group.STORAGE, "PostgreSQL user.")
    postgres_password: SecretStr | None = _setting(None, Group.STORAGE, "PostgreSQL password.")
    postgres_database: str | None = _setting(None, Group.STORAGE, "PostgreSQL database.")
    redis_url: str | None = _setting(
        None, Group.STORAGE, "Redis that several server processes share; one process needs none.", repr=False
    )
    redis_host: str | None = _setting(None, Group.STORAGE, "Redis host, if REDIS_URL is not set.")

    lockgroove_host: str = _setting("127.0.0.1", Group.ACCESS, "Address on which REST is served.")
    lockgroove_port: Port = _setting(8004, Group.ACCESS, "Port on which REST is served.")
    lockgroove_health_port: Port = _setting(8005, Group.ACCESS, "Port on which health is served.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = _setting(
        (), Group.ACCESS, "Web origins that may call REST from a browser, separated by commas; none by default."
    )
    lockgroove_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = _setting(
        (),
        Group.ACCESS,
        "Further host names under which REST is reached, such as behind a proxy, separated by commas.",
    )
    lockgroove_public_url: str | None = _setting(
        None,
        Group.ACCESS,
        "Address under which browsers reach REST, such as https://music.example.org behind a proxy; where Discogs "
        "sends a browser back to after a sign-in. As asked for, if not set.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = _setting(
        (),
        Group.ACCESS,
        "Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas; none by default.",
    )
    registration: Literal["open", "closed"] = _setting(
        "open",
        Group.ACCESS,
        "Whether strangers may register over REST; closed, only `lockgroove users` makes accounts.",
    )
    lockgroove_user: str | None = _setting(
        None, Group.ACCESS, "E-mail address of the user that the app and the command line act as; the owner if not set."
    )
    jwt_secret_key: SecretStr | None = _setting(
        None, Group.ACCESS, "Key that signs access tokens, at least 32 characters; made and kept on first use."
    )
    jwt_expire_minutes: int = _setting(1440, Group.ACCESS, "Minutes that an access token is good for.", ge=1)
    oauth_encryption_key: SecretStr | None = _setting(
        None,
        Group.ACCESS,
        "Fernet key that encrypts kept credentials, then former ones behind commas; made and kept on first use.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _setting(
        "INFO", Group.WORK, "The least important lines that the log keeps."
    )
    sync_schedule: str = _setting(
        "0 */6 * * *", Group.WORK, "When the collection is synced, as a cron expression in UTC; empty or off: never."
    )
    sync_full_days: int = _setting(
        7, Group.WORK, "A sync reads the whole collection if the last time it did is more days ago than this.", ge=0
    )

    theme: str | None = _setting(None, Group.APPEARANCE, "Colour theme of the app.")
    compact: bool = _setting(False, Group.APPEARANCE, "Show more rows with less space around them.")
    animations: bool = _setting(False, Group.APPEARANCE, "Whether anything moves that need not.")
    covers: Literal["auto", "kitty", "sixel", "half", "off"] = _setting(
        "auto", Group.APPEARANCE, "How cover art is drawn: by what the terminal can do, in half blocks, or not at all."
    )

    _places: Places = PrivateAttr()
    _sources: dict[str, Source] = PrivateAttr(default_factory=dict[str, Source])
    unknown: tuple[str, ...] = Field(default=(), exclude=True)
    """Keys of the file that mean nothing to this version; shown as warnings, they may be a newer version's."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """:func:`load_settings` lays the sources over each other itself, because it must know which one won."""
        return (init_settings,)

    @field_validator("cors_origins", "lockgroove_allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("lockgroove_allowed_hosts")
    @classmethod
    def _host_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not _HOST_NAME.fullmatch(name):
                raise ValueError("each must be a host name alone, such as music.example.org, without scheme and port")
        return tuple(name.lower().rstrip(".") for name in value)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            networks(value)
        except ValueError as error:
            raise ValueError("each must be an address or a network, such as 10.0.0.2 or 10.0.0.0/8") from error
        return value

    @field_validator("lockgroove_user")
    @classmethod
    def _email(cls, value: str | None) -> str | None:
        return value.strip().lower() if value else None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("discogs_api_base", "discogs_web_base", "lockgroove_public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("it must begin with https:// (or http://)")
        return value.rstrip("/")

    @field_validator("jwt_secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < 32:
            raise ValueError("it must be at least 32 bytes long")
        return value

    @field_validator("oauth_encryption_key")
    @classmethod
    def _fernet_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            from cryptography.fernet import Fernet

            for key in value.get_secret_value().split(","):
                Fernet(key.strip())  # a ValueError tells what a key looks like
        return value

    @field_validator("sync_schedule")
    @classmethod
    def _cron(cls, value: str) -> str:
        plain = value.strip()
        if plain.lower() in ("", "off"):
            return ""
        check_expression(plain)
        return plain

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
            text = _PASSWORD.sub(r"\1…\3", plain(value))
        return Origin(
            name=name.upper(),
            value=text,
            source=self._sources.get(name.lower(), Source.DEFAULT),
            description=field.description or "",
            group=_group(field),
            secret=is_secret(name),
            choices=_choices(field),
        )

    def origins(self) -> list[Origin]:
        """Every setting with its value (secrets masked) and where it came from, in order of groups."""
        return [self.origin(name) for name in NAMES]

    def secret_values(self) -> tuple[str, ...]:
        """The secrets in use, so that the log can scrub them."""
        secrets = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        for address in (self.database_url, self.redis_url):
            if found := _PASSWORD.search(address or ""):
                secrets.append(found["password"])
        return tuple(secrets)


NAMES = tuple(name for name in Settings.model_fields if name != "unknown")
"""The settings' names, lower case, in the order in which they are shown."""


def load_settings(places: Places) -> Settings:
    """The settings as environment and file have them now.

    Raises :class:`InvalidInput` naming the first variable that cannot be used and what it should look like.
    """
    environment = {name: value for name in NAMES if (value := from_environment(name)) is not None}
    file = {name.lower(): value for name, value in read_config(places.config_file).items()}
    known = {name: value for name, value in file.items() if name in NAMES}
    of_others = {"keys"} if isinstance(file.get("keys"), dict) else set[str]()  # services.places reads that table
    unknown = tuple(sorted(set(file) - set(known) - of_others))
    sources = dict.fromkeys(known, Source.FILE) | dict.fromkeys(environment, Source.ENVIRONMENT)
    settings = check({**known, **environment, "unknown": unknown}, sources, places.config_file)
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


def holds_password(value: str) -> bool:
    """Whether ``value`` is an address with a password in it."""
    return _PASSWORD.search(value) is not None


def mask(secret: str) -> str:
    """The last four characters of a secret long enough to spare them."""
    return f"…{secret[-4:]}" if len(secret) >= 12 else "…" if secret else ""


def from_environment(name: str) -> str | None:
    """The variable; an empty one counts as not set, as compose files write it, except where empty says “off”."""
    upper = name.upper()
    value = read_environment(upper) if is_secret(name) or name == "postgres_username" else os.environ.get(upper)
    return value if value or name == "sync_schedule" else None


def check(values: Mapping[str, Any], sources: Mapping[str, Source], file: Path) -> Settings:
    """The settings with these values, or :class:`InvalidInput` about the first that cannot be used."""
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        place = f"the environment variable {name.upper()}" if sources.get(name) is Source.ENVIRONMENT else str(file)
        why = first["msg"].removeprefix("Value error, ")
        why = why[:1].lower() + why[1:]
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


def _group(field: FieldInfo) -> Group:
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return Group(cast("str", extra["group"]))


def _choices(field: FieldInfo) -> tuple[str, ...]:
    if field.annotation is bool:
        return ("true", "false")
    if get_origin(field.annotation) is Literal:
        return tuple(str(choice) for choice in get_args(field.annotation))
    return ()


def plain(value: object) -> str:
    """A value as a person would write it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return "" if value is None else str(value)
