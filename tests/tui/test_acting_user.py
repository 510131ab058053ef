"""The app as somebody other than the owner: from the first paint on only what is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import accounts, people, records
from storage.engine import open_storage
from storage.values import RecordFacts, RecordQuery
from tests.tui.screens.conftest import fill, opened, screen_text, until
from tui.app import LockgrooveApp
from tui.screens.dashboard import newest

EMAIL = "ana@example.org"


@pytest.fixture(autouse=True)
def any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCKGROOVE_PORT", "0")
    monkeypatch.setenv("LOCKGROOVE_USER", EMAIL)


async def fill_for_two(data_dir: Path, *, is_disabled: bool = False) -> None:
    """The owner's four records, and one of Ana's."""
    await fill(data_dir)
    library, catalogue = f"sqlite:///{data_dir / 'library.db'}", f"sqlite:///{data_dir / 'catalogue.db'}"
    async with open_storage(library, catalogue) as storage, storage.write() as conn:
        ana = await accounts.register(conn, EMAIL, "x")
        assert ana is not None
        await records.add(conn, ana.id, RecordFacts("Anatolia", "Hers alone"), data_source="manual")
        if is_disabled:
            await people.disable(conn, ana.id, sessions_since=0)


async def test_the_app_shows_what_is_theirs(tmp_path: Path) -> None:
    await fill_for_two(tmp_path)
    async with opened(tmp_path) as (app, pilot):
        await until(pilot, lambda: "Hers alone" in screen_text(app), "her record")
        assert "Autumn Leaves" not in screen_text(app)
        assert app.shelf is not None
        assert [row.album_title for row in app.shelf.submit(newest).result()] == ["Hers alone"]
        assert (await app.bridge.call(lambda runtime: runtime.records.page(runtime.user.id, RecordQuery())))[1] == 1


async def test_nobody_sees_a_record_of_the_owner_s_in_place_of_theirs(tmp_path: Path) -> None:
    await fill_for_two(tmp_path, is_disabled=True)
    app = LockgrooveApp(tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.bridge.snapshot.failure, "the refusal")
        assert "LOCKGROOVE_USER" in str(app.bridge.snapshot.failure)
        assert "Autumn Leaves" not in screen_text(app)
    app.bridge.stop()
    if app.shelf is not None:
        app.shelf.close()
