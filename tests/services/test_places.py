"""Where files live: options before environment before the platform, private, self-contained, short enough for sockets."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from services.errors import InvalidInput
from services.places import SOCKET_PATH_LIMIT, catalogue_url, library_url, locate, quick_settings


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_option_goes_before_the_environment_and_that_before_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locate().data_dir == tmp_path / "data" / "lockgroove"
    monkeypatch.setenv("LOCKGROOVE_DATA_DIR", str(tmp_path / "environment"))
    assert locate().data_dir == tmp_path / "environment"
    assert locate(tmp_path / "option").data_dir == tmp_path / "option"


def test_a_named_directory_holds_everything_for_its_owner_only(tmp_path: Path) -> None:
    places = locate(tmp_path / "mine")
    everything = (places.config_file, places.cache_dir, places.runtime_dir, places.socket, places.log_file)
    assert all(path.is_relative_to(tmp_path / "mine") for path in everything)
    assert {_mode(path) for path in (places.data_dir, places.cache_dir, places.runtime_dir)} == {0o700}


def test_the_configuration_can_be_named_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCKGROOVE_CONFIG", str(tmp_path / "other.toml"))
    assert locate(tmp_path / "mine").config_file == tmp_path / "other.toml"


def test_the_session_s_runtime_directory_is_used_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path(os.path.realpath("/tmp")) / f"lg-test-{os.getpid()}"
    short.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    try:
        assert locate().runtime_dir == short / "lockgroove"
    finally:
        (short / "lockgroove").rmdir()
        short.rmdir()


def test_a_directory_too_deep_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    places = locate(deep)
    assert len(os.fsencode(places.socket)) <= SOCKET_PATH_LIMIT
    assert _mode(places.runtime_dir) == 0o700
    assert locate(deep).runtime_dir == places.runtime_dir
    assert locate(tmp_path / ("f" * 120)).runtime_dir != places.runtime_dir


def test_a_directory_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be made"):
        locate(tmp_path / "file" / "below")


def test_the_library_is_in_the_data_directory_unless_an_address_is_given(tmp_path: Path) -> None:
    places = locate(tmp_path)
    postgres = {
        "postgres_host": "db:5433",
        "postgres_username": "me",
        "postgres_password": "p@ss/word",
        "postgres_database": "lg",
    }
    assert library_url(places, {}) == f"sqlite:///{tmp_path}/library.db"
    assert library_url(places, postgres) == "postgresql://me:p%40ss%2Fword@db:5433/lg"
    assert library_url(places, {**postgres, "database_url": "sqlite:////x/y.db"}) == "sqlite:////x/y.db"
    assert catalogue_url("sqlite:////x/y.db") == "sqlite:////x/catalogue.db"
    with pytest.raises(InvalidInput, match="needs POSTGRES_PASSWORD, POSTGRES_DATABASE as well"):
        library_url(places, {"postgres_host": "db", "postgres_username": "me"})
    with pytest.raises(InvalidInput, match="DATABASE_URL"):
        library_url(places, {"database_url": "mysql://x"})


def test_quick_settings_read_environment_before_file_before_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("THEME", "COMPACT", "ANIMATIONS"):
        monkeypatch.delenv(name, raising=False)
    places = locate(tmp_path)
    quick = quick_settings(places)
    assert (quick.theme, quick.compact, quick.animations, quick.user) == (None, False, False, None)
    places.config_file.write_text('theme = "nord"\ncompact = true\nanimations = true\n')
    monkeypatch.setenv("COMPACT", "no")
    monkeypatch.setenv("LOCKGROOVE_USER", " Ana@Example.org ")
    quick = quick_settings(places)
    assert (quick.theme, quick.compact, quick.animations) == ("nord", False, True)
    assert quick.database_url == f"sqlite:///{tmp_path}/library.db"
    assert quick.user == "ana@example.org"
    monkeypatch.setenv("COMPACT", "perhaps")
    with pytest.raises(InvalidInput, match="COMPACT"):
        quick_settings(places)


def test_a_broken_configuration_names_its_file_and_line(tmp_path: Path) -> None:
    places = locate(tmp_path)
    places.config_file.write_text("theme = \n")
    with pytest.raises(InvalidInput, match=r"lockgroove\.toml.*line 1"):
        quick_settings(places)


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    heavy = "{'pydantic', 'sqlalchemy', 'structlog', 'keyring', 'cryptography', 'tomlkit'}"
    code = f"import services.places, sys; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[2]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
