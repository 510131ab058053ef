"""Where files live: data, configuration, cache and the runtime directory with the socket.

Imported before the first paint, so it costs a few milliseconds: the standard library, platformdirs and nothing that
pulls in pydantic or SQLAlchemy.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from platformdirs import PlatformDirs

from services.errors import InvalidInput

SOCKET_PATH_LIMIT = 100
"""Longest path of a Unix socket that every system takes (macOS allows 104 bytes with the final zero, Linux 108)."""
_ON = frozenset({"1", "true", "t", "yes", "y", "on"})
_OFF = frozenset({"0", "false", "f", "no", "n", "off"})


class Places(NamedTuple):
    """The directories (mode 0700) and the configuration file of one installation."""

    data_dir: Path
    config_file: Path
    cache_dir: Path
    runtime_dir: Path

    @property
    def socket(self) -> Path:
        """The Unix socket of the REST surface."""
        return self.runtime_dir / "lockgroove.sock"

    @property
    def log_file(self) -> Path:
        """Where the log goes while the app owns the terminal."""
        return self.data_dir / "lockgroove.log"

    @property
    def backups(self) -> Path:
        """Copies of the library made before a migration alters data."""
        return self.data_dir / "backups"


class QuickSettings(NamedTuple):
    """The few settings that the first paint needs, read without pydantic."""

    database_url: str
    theme: str | None
    compact: bool
    animations: bool
    covers: str
    discogs_web_base: str
    user: str | None
    """E-mail address of the user that the app acts as, None for the owner."""
    keys: Mapping[str, str]
    """What the ``[keys]`` table says: action id to keys, separated by commas."""


def locate(data_dir: Path | None = None) -> Places:
    """The places of this installation, made where they are missing.

    ``data_dir`` (the ``--data-dir`` option) goes before ``LOCKGROOVE_DATA_DIR``, that before the platform's own
    directories. A directory that was named holds everything, so that throw-away installations are self-contained;
    ``LOCKGROOVE_CONFIG`` names the configuration file in every case.

    Raises :class:`InvalidInput` for a directory that cannot be made or is not ours.
    """
    platform = PlatformDirs("lockgroove", appauthor=False)
    named = data_dir or _path("LOCKGROOVE_DATA_DIR")
    if named is not None:
        data = named.expanduser().absolute()
        config, cache, runtime = data / "lockgroove.toml", data / "cache", data / "run"
    else:
        data, cache = platform.user_data_path, platform.user_cache_path
        config = platform.user_config_path / "lockgroove.toml"
        given = _path("XDG_RUNTIME_DIR")
        # Without a login session's directory (cron, containers) everybody meets in the data directory.
        runtime = given / "lockgroove" if given and given.is_dir() else data / "run"
    config = _path("LOCKGROOVE_CONFIG") or config
    _make_private(data)
    _make_private(cache)
    return Places(data, config.expanduser().absolute(), cache, _runtime(runtime, data))


def library_url(places: Places, given: Mapping[str, str]) -> str:
    """The library's address: ``database_url``, else the four ``postgres_*``, else SQLite in the data directory.

    ``given`` maps lower-case setting names to values. A PostgreSQL host may carry a port
    (discogsography-contract.md: ``POSTGRES_HOST`` is ``host:port``); host without the other three is refused.
    """
    if url := given.get("database_url"):
        if url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url
        raise InvalidInput(
            "DATABASE_URL",
            "DATABASE_URL is neither a sqlite:/// nor a postgresql:// address.",
            "Write sqlite:////path/to/library.db or postgresql://user:password@host/database.",
        )
    if host := given.get("postgres_host"):
        names = ("postgres_username", "postgres_password", "postgres_database")
        if missing := [name.upper() for name in names if not given.get(name)]:
            lack = f"POSTGRES_HOST needs {', '.join(missing)} as well."
            raise InvalidInput(missing[0], lack, "Set all four, or DATABASE_URL.")
        from urllib.parse import quote  # 2 ms that only this path needs

        user, password, database = (quote(given[name], safe="") for name in names)
        return f"postgresql://{user}:{password}@{host}/{database}"
    return f"sqlite:///{places.data_dir / 'library.db'}"


def catalogue_url(library: str) -> str:
    """The catalogue's address: beside a SQLite library, inside a PostgreSQL one."""
    if not library.startswith("sqlite:///"):
        return library
    return f"sqlite:///{Path(library.removeprefix('sqlite:///')).with_name('catalogue.db')}"


def quick_settings(places: Places) -> QuickSettings:
    """The settings that the first paint needs. Raises :class:`InvalidInput` for a configuration that cannot be read."""
    config = read_config(places.config_file)
    given = {name.lower(): str(value) for name, value in config.items() if not isinstance(value, dict)}
    names = ("database_url", "postgres_host", "postgres_username", "postgres_password", "postgres_database")
    for name in (*names, "theme", "compact", "animations", "covers", "discogs_web_base", "lockgroove_user"):
        if value := read_environment(name.upper()):
            given[name] = value
    return QuickSettings(
        database_url=library_url(places, given),
        theme=given.get("theme") or None,
        compact=_truth("COMPACT", given.get("compact", "false")),
        animations=_truth("ANIMATIONS", given.get("animations", "false")),
        covers=given.get("covers", "auto"),
        discogs_web_base=given.get("discogs_web_base", "https://www.discogs.com").rstrip("/"),
        user=given.get("lockgroove_user", "").strip().lower() or None,
        keys=_keys(config),
    )


def _keys(config: dict[str, Any]) -> dict[str, str]:
    table = config.get("keys")
    if not isinstance(table, dict):
        return {}
    return {name: str(keys) for name, keys in cast("dict[str, object]", table).items()}


def read_environment(name: str) -> str | None:
    """The variable ``name``, or the trimmed content of the file that ``{name}_FILE`` names (container secrets).

    Raises :class:`InvalidInput` if that file cannot be read: the program must not start on half a configuration.
    """
    if (value := os.environ.get(name)) is not None:
        return value
    if not (file := os.environ.get(f"{name}_FILE")):
        return None
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{name}_FILE",
            f"The file that {name}_FILE names cannot be read: {error}.",
            f"Make {file} readable, or set {name} itself.",
        ) from error


def read_config(file: Path) -> dict[str, Any]:
    """The keys of ``lockgroove.toml``; empty if there is none. Raises :class:`InvalidInput` if it is not TOML."""
    if not file.exists():
        return {}
    import tomllib  # 2 ms that only a written configuration costs

    try:
        with file.open("rb") as content:
            return tomllib.load(content)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(
            str(file), f"The configuration {file} cannot be read: {error}.", "Mend that line, or move the file away."
        ) from error


def _make_private(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            "LOCKGROOVE_DATA_DIR",
            f"The directory {directory} cannot be made: {error.strerror}.",
            "Name another with --data-dir, or make it writable.",
        ) from error


def _runtime(wanted: Path, data_dir: Path) -> Path:
    """``wanted`` if a socket's path fits in it and it is ours alone, else a short temporary directory."""
    fits = len(os.fsencode(wanted / "lockgroove.sock")) <= SOCKET_PATH_LIMIT
    if fits and _is_ours(wanted):
        return wanted
    import tempfile  # 10 ms that only this path needs

    installation = f"{zlib.crc32(os.fsencode(data_dir)):08x}"
    short = Path(tempfile.gettempdir()) / f"lockgroove-{os.getuid()}-{installation}"
    if not _is_ours(short):
        raise InvalidInput(
            "XDG_RUNTIME_DIR",
            f"The directory {short} belongs to somebody else, so no socket is put there.",
            "Set XDG_RUNTIME_DIR to a directory of your own.",
        )
    return short


def _is_ours(directory: Path) -> bool:
    """Whether ``directory`` (made if missing) is a directory of this user that nobody else may enter."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return False
        directory.chmod(0o700)
    except OSError:
        return False
    return True


def _path(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def _truth(name: str, value: str) -> bool:
    plain = value.strip().lower()
    if plain in _ON:
        return True
    if plain in _OFF:
        return False
    lack = f"{name} is “{value}”, which is neither true nor false."
    raise InvalidInput(name, lack, f"Write {name}=true or {name}=false.")
