"""What the tests of the catalogue share."""

from __future__ import annotations

import pytest

from storage.catalogue import packed, revision


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are cut into parts of eight, so that a few hundred releases make long ones."""
    for module in (packed, revision):
        monkeypatch.setattr(module, "PART", 8)
        monkeypatch.setattr(module, "LONGEST", 16)
