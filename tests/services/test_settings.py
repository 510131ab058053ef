"""Settings: where each value comes from, what is refused and how it is said, what is written to the file."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from services.config_file import change, watch_settings
from services.errors import Conflict, InvalidInput
from services.places import Places, locate, quick_settings
from services.settings import NAMES, Settings, Source, changed_names, load_settings

TOKEN = "QdRtyLkjhgfdsaPoiuytWxyz"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return locate(tmp_path)


def test_the_environment_goes_before_the_file_and_that_before_the_default(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.config_file.write_text("lockgroove_port = 9000\nlockgroove_health_port = 9001\n")
    monkeypatch.setenv("LOCKGROOVE_PORT", "9100")
    settings = load_settings(places)
    found = {name: (settings.origin(name).value, settings.origin(name).source) for name in NAMES}
    assert found["lockgroove_port"] == ("9100", Source.ENVIRONMENT)
    assert found["lockgroove_health_port"] == ("9001", Source.FILE)
    assert found["lockgroove_host"] == ("127.0.0.1", Source.DEFAULT)


def test_every_setting_is_described_for_a_person(places: Places) -> None:
    origins = load_settings(places).origins()
    assert len(origins) == len(NAMES)
    assert all(origin.description.endswith(".") and origin.group for origin in origins)


def test_the_program_names_itself_to_discogs_with_version_and_address(places: Places) -> None:
    agent = load_settings(places).discogs_user_agent
    assert agent.startswith("Lockgroove/")
    assert "+https://" in agent


@pytest.mark.parametrize("way", ["variable", "file", "empty variable beside a key of the file"])
def test_a_secret_is_masked_wherever_it_came_from(places: Places, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    if way == "variable":
        monkeypatch.setenv("DISCOGS_TOKEN", TOKEN)
    elif way == "file":
        (places.data_dir / "token").write_text(f"{TOKEN}\n")
        monkeypatch.setenv("DISCOGS_TOKEN_FILE", str(places.data_dir / "token"))
    else:
        places.config_file.write_text(f'discogs_token = "{TOKEN}"\n')
        monkeypatch.setenv("DISCOGS_TOKEN", "")
    settings = load_settings(places)
    assert settings.discogs_token is not None
    assert settings.discogs_token.get_secret_value() == TOKEN
    assert settings.origin("DISCOGS_TOKEN").value == "…Wxyz"
    assert TOKEN not in repr(settings) + str(settings.origins())
    assert settings.secret_values() == (TOKEN,)


def test_the_password_inside_an_address_is_a_secret_too(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter22@db/lg")
    settings = load_settings(places)
    assert settings.library_url == settings.catalogue_url == "postgresql://me:hunter22@db/lg"
    assert settings.origin("database_url").value == "postgresql://me:…@db/lg"
    assert "hunter22" not in repr(settings)
    assert settings.secret_values() == ("hunter22",)


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("LOCKGROOVE_PORT", "eighty", "integer"),
        ("LOCKGROOVE_PORT", "70000", "65535"),
        ("SNAPSHOT_TTL_DAYS", "0", "1"),
        ("SNAPSHOT_MAX_NODES", "many", "integer"),
        ("SYNC_SCHEDULE", "every day", "fields"),
        ("SYNC_SCHEDULE", "0 0 30 2 *", "never comes due"),
        ("JWT_SECRET_KEY", "hunter2hunter2", "32 bytes"),
        ("OAUTH_ENCRYPTION_KEY", "hunter2hunter2", "Fernet"),
        ("OAUTH_ENCRYPTION_KEY", f"{'A' * 43}=,hunter2hunter2", "Fernet"),
        ("COVERS", "sepia", "auto"),
        ("LOG_LEVEL", "loud", "DEBUG"),
        ("CORS_ORIGINS", "music.example.org", "https://music.example.org"),
        ("CORS_ORIGINS", "https://music.example.org/app", "without a path"),
        ("DISCOGS_API_BASE", "discogs.com", "https://"),
        ("DISCOGS_TOKEN_FILE", "/nowhere/token", "readable"),
        ("DATABASE_URL", "mysql://me:hunter2hunter2@db/lg", "sqlite:///"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable_and_the_mend_but_no_secret(
    places: Places, monkeypatch: pytest.MonkeyPatch, name: str, value: str, mend: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as refused:
        load_settings(places)
    error = refused.value
    assert error.field == name
    assert mend in f"{error.message} {error.hint}"
    assert not error.message.endswith("..")
    assert "hunter2" not in f"{error.message} {error.hint}"


def test_former_encryption_keys_stand_behind_the_one_in_use(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = f"{'A' * 43}=, {'B' * 42}A="
    monkeypatch.setenv("OAUTH_ENCRYPTION_KEY", keys)
    given = load_settings(places).oauth_encryption_key
    assert given is not None
    assert given.get_secret_value() == keys


@pytest.mark.parametrize("off", ["", "off", "OFF"])
def test_an_empty_schedule_is_off(places: Places, monkeypatch: pytest.MonkeyPatch, off: str) -> None:
    monkeypatch.setenv("SYNC_SCHEDULE", off)
    assert load_settings(places).sync_schedule == ""


def test_origins_of_a_browser_are_a_list_with_commas(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", " https://a.example , ,https://B.example/")
    assert load_settings(places).cors_origins == ("https://a.example", "https://b.example")


def test_names_under_which_rest_is_reached_are_a_list_of_host_names(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCKGROOVE_ALLOWED_HOSTS", "Music.Example.org, nas")
    assert load_settings(places).lockgroove_allowed_hosts == ("music.example.org", "nas")
    monkeypatch.setenv("LOCKGROOVE_ALLOWED_HOSTS", "https://music.example.org")
    with pytest.raises(InvalidInput, match="LOCKGROOVE_ALLOWED_HOSTS cannot be used: each must be a host name"):
        load_settings(places)


@pytest.mark.parametrize(
    ("text", "unknown"), [('[keys]\nsync = "f5"\n', ()), ('keys = "f5"\n', ("keys",)), ("[key]\nx = 1\n", ("key",))]
)
def test_the_table_of_keys_is_no_unknown_setting(places: Places, text: str, unknown: tuple[str, ...]) -> None:
    places.config_file.write_text(text)
    assert load_settings(places).unknown == unknown
    assert quick_settings(places).keys == ({"sync": "f5"} if not unknown else {})


def test_a_newer_version_s_keys_are_noticed_but_do_not_stop_the_start(places: Places) -> None:
    places.config_file.write_text('hologram = "on"\n')
    assert load_settings(places).unknown == ("hologram",)


def test_a_change_keeps_comments_and_the_file_private(places: Places) -> None:
    places.config_file.write_text('# my shop\nTHEME = "old"  # loud\ncompact = true\n')
    places.config_file.chmod(0o644)
    settings = change(places, "lockgroove_port", "9000")
    assert (settings.lockgroove_port, settings.theme, settings.compact) == (9000, "old", True)
    change(places, "COMPACT", None)
    text = places.config_file.read_text()
    assert "# my shop" in text
    assert "# loud" in text
    assert "compact" not in text
    assert "lockgroove_port = 9000" in text
    assert stat.S_IMODE(places.config_file.stat().st_mode) == 0o600


def test_a_file_of_comments_keeps_them(places: Places) -> None:
    places.config_file.write_text("# nothing yet\n")
    change(places, "theme", "nord")
    assert places.config_file.read_text().startswith("# nothing yet\n")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("discogs_token", TOKEN, "DISCOGS_TOKEN_FILE"),
        ("database_url", "postgresql://me:hunter22@db/lg", "environment"),
        ("lockgroove_port", "eighty", "LOCKGROOVE_PORT"),
        ("animatons", "false", "ANIMATIONS"),
    ],
)
def test_a_refused_change_leaves_the_file_as_it_was(places: Places, name: str, value: str, said: str) -> None:
    places.config_file.write_text("compact = true\n")
    with pytest.raises(InvalidInput) as refused:
        change(places, name, value)
    assert said in f"{refused.value.message} {refused.value.hint}"
    assert places.config_file.read_text() == "compact = true\n"


def test_a_change_that_the_environment_would_hide_is_refused(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THEME", "nord")
    with pytest.raises(Conflict, match="environment"):
        change(places, "theme", "gruvbox")


async def test_a_changed_file_is_read_again_and_a_broken_one_explained(places: Places) -> None:
    before = load_settings(places)
    watching = watch_settings(places)
    told = asyncio.create_task(anext(watching))
    async with asyncio.timeout(30):
        number = 0
        while not told.done():  # the watch may begin after the first of these
            number += 1
            change(places, "lockgroove_port", str(9000 + number))
            await asyncio.wait([told], timeout=0.5)
        after = told.result()
        assert isinstance(after, Settings)
        assert changed_names(before, after) == ("LOCKGROOVE_PORT",)
        places.config_file.write_text("theme = \n")
        async for seen in watching:
            if isinstance(seen, InvalidInput):
                break
