"""The keys of the Discogs application: kept sealed for all users, overridden by the settings, used without a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.accounts.application import CONSUMER_KEY, CONSUMER_SECRET, NOT_CONFIGURED, Application
from services.errors import Conflict, InvalidInput, NotConnected
from services.places import locate
from services.secrets import ENCRYPTION_KEY, Secrets
from services.settings import Settings, load_settings
from storage import app_config
from storage.engine import Storage


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(locate(tmp_path / "settings"))


async def test_kept_keys_are_used_at_once_and_unreadable_in_the_library(
    storage: Storage, secrets: Secrets, settings: Settings
) -> None:
    running = Application(storage, Secrets(secrets.file.parent), settings)
    with pytest.raises(NotConnected) as missing:
        await running.keys()
    assert missing.value.message == NOT_CONFIGURED
    assert missing.value.missing == ("DISCOGS_CONSUMER_KEY", "DISCOGS_CONSUMER_SECRET")
    for round in ("first", "second"):
        assert await Application(storage, secrets, settings).keep(f"{round}-key", f"{round}-secret")
        keys = await running.keys()
        assert (keys.consumer_key, keys.consumer_secret) == (f"{round}-key", f"{round}-secret")
        assert "secret" not in repr(keys).replace("consumer_secret", "")
    async with storage.read() as conn:
        kept = await app_config.everything(conn)
    assert set(kept) == {CONSUMER_KEY, CONSUMER_SECRET}
    assert "second" not in str(kept)


async def test_the_settings_go_first_but_only_as_a_pair(
    storage: Storage, secrets: Secrets, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = Application(storage, secrets, settings)
    await application.keep("kept-key", "kept-secret")
    monkeypatch.setenv("DISCOGS_CONSUMER_KEY", "given-key")
    application.settings = load_settings(locate(tmp_path / "settings"))
    assert (await application.keys()).consumer_key == "kept-key"
    monkeypatch.setenv("DISCOGS_CONSUMER_SECRET", "given-secret")
    application.settings = load_settings(locate(tmp_path / "settings"))
    keys = await application.keys()
    assert (keys.consumer_key, keys.consumer_secret) == ("given-key", "given-secret")
    assert not await application.keep("other-key", "other-secret")


async def test_one_key_alone_is_none(storage: Storage, secrets: Secrets, settings: Settings) -> None:
    application = Application(storage, secrets, settings)
    await application.keep("the-key", "the-secret")
    async with storage.write() as conn:
        await app_config.remove(conn, CONSUMER_SECRET)
    with pytest.raises(NotConnected) as missing:
        await application.keys()
    assert missing.value.missing == ("DISCOGS_CONSUMER_SECRET",)


async def test_keys_that_cannot_be_decrypted_are_no_keys(
    storage: Storage, secrets: Secrets, settings: Settings, tmp_path: Path
) -> None:
    await Application(storage, secrets, settings).keep("the-key", "the-secret")
    other = Secrets(tmp_path, {ENCRYPTION_KEY: Fernet.generate_key().decode()})
    with pytest.raises(Conflict, match="cannot be decrypted") as refused:
        await Application(storage, other, settings).keys()
    assert refused.value.message != NOT_CONFIGURED


async def test_a_key_put_in_the_secret_s_place_opens_nothing(
    storage: Storage, secrets: Secrets, settings: Settings
) -> None:
    application = Application(storage, secrets, settings)
    await application.keep("the-key", "the-secret")
    async with storage.write() as conn:
        await app_config.put(conn, CONSUMER_SECRET, await app_config.get(conn, CONSUMER_KEY) or "")
    with pytest.raises(Conflict):
        await application.keys()


@pytest.mark.parametrize("bad", ["", "two words", "naïve", "line\nbreak"])
async def test_what_cannot_be_a_key_is_refused(
    storage: Storage, secrets: Secrets, settings: Settings, bad: str
) -> None:
    application = Application(storage, secrets, settings)
    for pair in ((bad, "good"), ("good", bad)):
        with pytest.raises(InvalidInput):
            await application.keep(*pair)
    assert await application.known() == (None, None)
