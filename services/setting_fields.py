"""Every setting there is: its name, default and meaning, and what its value may be."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from services.cron import check_expression
from services.proxies import networks
from services.setting_values import Group, setting


def _version() -> str:
    try:
        return version("lockgroove")
    except PackageNotFoundError:  # a bare checkout that was never installed
        return "0"


VERSION = _version()
"""The program's version, as installed."""
USER_AGENT = f"Lockgroove/{VERSION} +https://github.com/lockgroove/lockgroove"


_HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@]+|\*")
Port = Annotated[int, Field(ge=0, le=65535)]


class SettingFields(BaseSettings):
    """The settings as they are declared; :class:`services.settings.Settings` is what to use."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, validate_default=True)

    discogs_token: SecretStr | None = setting(
        None, Group.DISCOGS, "Personal access token that presets the owner's Discogs connection."
    )
    discogs_username: str | None = setting(
        None, Group.DISCOGS, "Discogs user name that goes with the token; asked from Discogs if not set."
    )
    discogs_user_agent: str = setting(
        USER_AGENT,
        Group.DISCOGS,
        "How the program names itself to Discogs: product/version and an address.",
        min_length=3,
    )
    discogs_consumer_key: SecretStr | None = setting(None, Group.DISCOGS, "Consumer key of your Discogs application.")
    discogs_consumer_secret: SecretStr | None = setting(
        None, Group.DISCOGS, "Consumer secret of your Discogs application."
    )
    discogs_api_base: str = setting("https://api.discogs.com", Group.DISCOGS, "Address of the Discogs API.")
    discogs_web_base: str = setting("https://www.discogs.com", Group.DISCOGS, "Address of the Discogs web site.")

    database_url: str | None = setting(
        None,
        Group.STORAGE,
        "Address of the library: sqlite:///file or postgresql://user:password@host/database.",
        repr=False,
    )
    postgres_host: str | None = setting(None, Group.STORAGE, "PostgreSQL host, with :port if it is not 5432.")
    postgres_username: str | None = setting(None, Group.STORAGE, "PostgreSQL user.")
    postgres_password: SecretStr | None = setting(None, Group.STORAGE, "PostgreSQL password.")
    postgres_database: str | None = setting(None, Group.STORAGE, "PostgreSQL database.")
    redis_url: str | None = setting(
        None, Group.STORAGE, "Redis that several server processes share; one process needs none.", repr=False
    )
    redis_host: str | None = setting(None, Group.STORAGE, "Redis host, if REDIS_URL is not set.")

    lockgroove_host: str = setting("127.0.0.1", Group.ACCESS, "Address on which REST is served.")
    lockgroove_port: Port = setting(8004, Group.ACCESS, "Port on which REST is served.")
    lockgroove_health_port: Port = setting(8005, Group.ACCESS, "Port on which health is served.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = setting(
        (), Group.ACCESS, "Web origins that may call REST from a browser, separated by commas; none by default."
    )
    lockgroove_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = setting(
        (),
        Group.ACCESS,
        "Further host names under which REST is reached, such as behind a proxy, separated by commas.",
    )
    lockgroove_public_url: str | None = setting(
        None,
        Group.ACCESS,
        "Address under which browsers reach REST, such as https://music.example.org behind a proxy; where Discogs "
        "sends a browser back to after a sign-in. As asked for, if not set.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = setting(
        (),
        Group.ACCESS,
        "Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas; none by default.",
    )
    registration: Literal["open", "closed"] = setting(
        "open",
        Group.ACCESS,
        "Whether strangers may register over REST; closed, only `lockgroove users` makes accounts.",
    )
    lockgroove_user: str | None = setting(
        None, Group.ACCESS, "E-mail address of the user that the app and the command line act as; the owner if not set."
    )
    jwt_secret_key: SecretStr | None = setting(
        None, Group.ACCESS, "Key that signs access tokens, at least 32 characters; made and kept on first use."
    )
    jwt_expire_minutes: int = setting(1440, Group.ACCESS, "Minutes that an access token is good for.", ge=1)
    oauth_encryption_key: SecretStr | None = setting(
        None,
        Group.ACCESS,
        "Fernet key that encrypts kept credentials, then former ones behind commas; made and kept on first use.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = setting(
        "INFO", Group.WORK, "The least important lines that the log keeps."
    )
    sync_schedule: str = setting(
        "0 */6 * * *", Group.WORK, "When the collection is synced, as a cron expression in UTC; empty or off: never."
    )
    sync_full_days: int = setting(
        7, Group.WORK, "A sync reads the whole collection if the last time it did is more days ago than this.", ge=0
    )

    theme: str | None = setting(None, Group.APPEARANCE, "Colour theme of the app.")
    compact: bool = setting(False, Group.APPEARANCE, "Show more rows with less space around them.")
    animations: bool = setting(False, Group.APPEARANCE, "Whether anything moves that need not.")
    covers: Literal["auto", "kitty", "sixel", "half", "off"] = setting(
        "auto", Group.APPEARANCE, "How cover art is drawn: by what the terminal can do, in half blocks, or not at all."
    )

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

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        origins = tuple(origin.lower().removesuffix("/") for origin in value)  # as browsers send them
        if not all(_ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError("each must be an origin, such as https://music.example.org, without a path")
        return origins  # that * is refused is said where origins are used

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
