"""Rows for the table's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from storage.values import RecordPk, ReleaseId, ShelfRow

HOSTILE = (
    "Selected Works [Deluxe] [/] [bold]",
    "坂本龍一 千のナイフ",
    "👨‍👩‍👧 ❤️‍🔥 🇩🇪 👍🏽",
    "שלום עולם \u202eevil",
    "\x1b[2J\x07bell\r\nnew line",
    "e\u0301\u0301\u0301\u0301\u0301 Zalgo",
    "Ünë" * 170,
    "",
)


@pytest.fixture
def shelf_row() -> Callable[..., ShelfRow]:
    """Builds a row with plain facts; any of them may be given."""

    def build(pk: int = 1, **facts: object) -> ShelfRow:
        plain: dict[str, object] = {
            "record_id": f"id-{pk}",
            "artist_name": f"Artist {pk:04}",
            "album_title": f"Title {pk:04}",
            "year_released": 1960 + pk % 60,
            "label_name": "Blue Note",
            "catalog_number": f"BLP {pk}",
            "record_size": '12"',
            "vinyl_color": None,
            "is_shaped": False,
            "is_picture_disc": False,
            "folder_name": "Jazz",
            "rating": 0,
            "copies": 1,
            "date_added": "2024-02-03T04:05:06.000000+00:00",
            "discogs_id": ReleaseId(pk),
            "is_synced": True,
            "removed_at": None,
        }
        return ShelfRow(pk=RecordPk(pk), **{**plain, **facts})  # type: ignore[arg-type]

    return build


@pytest.fixture(params=HOSTILE, ids=["brackets", "cjk", "emoji", "rtl", "control", "combining", "long", "empty"])
def hostile(request: pytest.FixtureRequest) -> str:
    """Text as strangers write it."""
    return request.param
