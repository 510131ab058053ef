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

    spotify_client_id: str | None = setting(
        None, Group.SPOTIFY, "Client id of your Spotify app; each installation needs one of its own."
    )
    spotify_client_secret: SecretStr | None = setting(
        None, Group.SPOTIFY, "Client secret of your Spotify app; signing in works without one."
    )
    spotify_redirect_uri: str = setting(
        "http://127.0.0.1:8750/callback",
        Group.SPOTIFY,
        "Where Spotify sends the browser after a sign-in, exactly as your Spotify app lists it.",
    )
    spotify_refresh_token: SecretStr | None = setting(
        None, Group.SPOTIFY, "Refresh token that presets the owner's Spotify connection."
    )
    spotify_api_base: str = setting("https://api.spotify.com/v1", Group.SPOTIFY, "Address of the Spotify Web API.")
    spotify_accounts_base: str = setting(
        "https://accounts.spotify.com", Group.SPOTIFY, "Address at which Spotify signs people in."
    )

    plex_base_url: str | None = setting(
        None, Group.FILES, "Address of your Plex Media Server, such as http://127.0.0.1:32400."
    )
    plex_token: SecretStr | None = setting(None, Group.FILES, "Token with which Plex lets this program in.")
    plex_library: str | None = setting(
        None, Group.FILES, "Title of the Plex library that holds your music; every music library, if not set."
    )
    slskd_url: str | None = setting(
        None, Group.FILES, "Address of your slskd, such as http://127.0.0.1:5030, with its url_base if it has one."
    )
    slskd_api_key: SecretStr | None = setting(None, Group.FILES, "API key of slskd, of the role ReadWrite.")
    slskd_downloads: str | None = setting(
        None,
        Group.FILES,
        "Where slskd's downloads folder lies on this machine, if slskd runs in a container or elsewhere; as slskd says, if "
        "not set.",
    )
    beets_command: str = setting("beet", Group.FILES, "The beets program: its name or path.", min_length=1)
    beetsdir: str | None = setting(
        None, Group.FILES, "Folder with the configuration and library of beets; as beets itself finds it, if not set."
    )
    beets_import_roots: Annotated[tuple[str, ...], NoDecode] = setting(
        (),
        Group.FILES,
        "Folders below which alone beets may import, besides the downloads folder, separated by commas; anywhere, if none.",
    )
    beets_after_download: Literal["off", "ask", "automatic"] = setting(
        "ask",
        Group.FILES,
        "What happens to an album that has arrived in the downloads folder: nothing, you are asked, or beets imports it.",
    )
    sync_worker_concurrency: int = setting(
        2, Group.FILES, "Downloads that are handed to slskd side by side, each for another user.", ge=1, le=10
    )
    download_attempts: int = setting(
        3,
        Group.FILES,
        "How often a file is asked for, at other sources where there are any, before it stays failed.",
        ge=1,
        le=20,
    )
    download_patience_hours: int = setting(
        24, Group.FILES, "Hours a file may wait in somebody's queue before another source is tried.", ge=1, le=720
    )
    autosync_min_bitrate: int = setting(
        192,
        Group.FILES,
        "Least bit rate of a file that is chosen from Soulseek, in kbit/s; one without is taken.",
        ge=1,
    )
    autosync_preferred_formats: Annotated[tuple[str, ...], NoDecode] = setting(
        (), Group.FILES, "Formats that are chosen from Soulseek before all others, best first, such as flac,mp3."
    )
    scan_worker_interval_seconds: int = setting(
        600, Group.FILES, "Seconds between two looks at how much Plex holds; 0 never looks.", ge=0, le=86_400
    )
    scan_worker_incremental: bool = setting(
        False, Group.FILES, "Whether Plex is asked to scan its folders before each of these looks."
    )

    matching_worker_batch_size: int = setting(
        5, Group.FILES, "Tracks that are matched at a time, each with its candidates.", ge=1, le=1000
    )
    matching_confidence_threshold: float = setting(
        0.65, Group.FILES, "How sure a match must be to be kept, more than 0 and up to 1.", gt=0, le=1
    )

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
    lockgroove_metrics: bool = setting(
        True,
        Group.ACCESS,
        "Whether the health port also serves /metrics for Prometheus: counts and times, nothing of anybody.",
    )
    lockgroove_drain_delay: float = setting(
        0.0,
        Group.ACCESS,
        "Seconds for which REST is still served after the order to end, while /ready says 503 already: as long as a load "
        "balancer takes to notice.",
        ge=0,
        le=120,
    )
    lockgroove_drain_seconds: int = setting(
        5, Group.ACCESS, "Seconds that requests which are being answered may then take to end.", ge=1, le=600
    )
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

    cron_secret: SecretStr | None = setting(
        None,
        Group.ACCESS,
        "Secret with which a scheduler elsewhere may call /api/cron/sync-spotify: long and random; none: nobody may.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = setting(
        "INFO", Group.WORK, "The least important lines that the log keeps."
    )
    log_format: Literal["auto", "json", "console"] = setting(
        "auto", Group.WORK, "Lines of the log as JSON or for reading; auto is for reading on a terminal only."
    )
    sync_schedule: str = setting(
        "0 */6 * * *", Group.WORK, "When the collection is synced, as a cron expression in UTC; empty or off: never."
    )
    spotify_schedule: str = setting(
        "*/20 * * * *",
        Group.WORK,
        "When plays are fetched from Spotify, as a cron expression in UTC; empty or off: never. Spotify tells only the last "
        "50, which take 25 minutes at least: every 20 minutes nothing is lost, every 30 something can be.",
    )
    autosync_schedule: str = setting(
        "0 4 * * *",
        Group.WORK,
        "When what you have on Spotify and not as files is looked for on Soulseek, as a cron expression in UTC; empty or off: "
        "only when you ask for it. Only where Spotify, slskd and Plex or beets are set up.",
    )
    sync_full_days: int = setting(
        7, Group.WORK, "A sync reads the whole collection if the last time it did is more days ago than this.", ge=0
    )
    snapshot_ttl_days: int = setting(
        28, Group.WORK, "Days that a saved view of the graph can be opened with its link.", ge=1, le=36_500
    )
    snapshot_max_nodes: int = setting(100, Group.WORK, "Nodes that a saved view of the graph may have.", ge=1)

    recommend_artists: int = setting(
        1,
        Group.WORK,
        "Weight of the artists you have most of, in what is recommended; 0 leaves them out.",
        ge=0,
        le=1000,
    )
    recommend_labels: int = setting(
        0, Group.WORK, "Weight of the labels you have most of, in what is recommended.", ge=0, le=1000
    )
    recommend_styles: int = setting(
        0, Group.WORK, "Weight of the styles you have most of, in what is recommended.", ge=0, le=1000
    )
    recommend_one_per_master: bool = setting(
        False, Group.WORK, "Recommend one pressing of each master, and none of what you own or want in another."
    )

    theme: str | None = setting(None, Group.APPEARANCE, "Colour theme of the app.")
    compact: bool = setting(False, Group.APPEARANCE, "Show more rows with less space around them.")
    animations: bool = setting(False, Group.APPEARANCE, "Whether anything moves that need not.")
    covers: Literal["auto", "kitty", "sixel", "half", "off"] = setting(
        "auto", Group.APPEARANCE, "How cover art is drawn: by what the terminal can do, in half blocks, or not at all."
    )
    language: Literal["auto", "en", "de"] = setting(
        "auto", Group.APPEARANCE, "Language of the activity feed: that of the locale (LC_ALL, LANG), English or German."
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

    @field_validator("cors_origins", "lockgroove_allowed_hosts", "trusted_proxies", "beets_import_roots", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("autosync_preferred_formats", mode="before")
    @classmethod
    def _formats(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().lower().removeprefix(".") for part in value.split(",") if part.strip())

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

    @field_validator("language", mode="before")
    @classmethod
    def _language(cls, value: object) -> object:
        """LANGUAGE is gettext's name too, where it is a list such as ``de_AT:de:en``: its first entry that we speak."""
        if not isinstance(value, str):
            return value
        spoken = (each.strip().lower().partition("_")[0].partition(".")[0] for each in value.split(":"))
        return next((each for each in spoken if each in ("en", "de")), "auto")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        "discogs_api_base",
        "discogs_web_base",
        "spotify_api_base",
        "spotify_accounts_base",
        "spotify_redirect_uri",
        "lockgroove_public_url",
        "plex_base_url",
        "slskd_url",
    )
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

    @field_validator("sync_schedule", "spotify_schedule", "autosync_schedule")
    @classmethod
    def _cron(cls, value: str) -> str:
        plain = value.strip()
        if plain.lower() in ("", "off"):
            return ""
        check_expression(plain)
        return plain
