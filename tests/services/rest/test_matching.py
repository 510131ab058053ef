"""``/matching`` over real HTTP (harmony-contract.md section 13)."""

from __future__ import annotations

import pytest

from services.matching.service import Matching

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEED = {"id": "77", "title": "Xtal", "album": "Selected Ambient Works 85-92"}
FULL = {
    "id": "s1",
    "name": "Gull Song",
    "artists": [{"name": "Kestrel Row"}],
    "album": {"name": "Low Tide"},
    "duration_ms": 221_000,
}
PLEX = {
    "ratingKey": "9",
    "title": "Gull Song",
    "grandparentTitle": "Kestrel Row",
    "parentTitle": "Low Tide",
    "duration": 221_000,
}


async def ask(house, path: str, given: dict, candidates: list) -> tuple:
    key = "spotify_album" if path.endswith("album") else "spotify_track"
    answer = await house.client.post(f"/matching/{path}", json={key: given, "candidates": candidates})
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"best_match", "confidence"}
    return answer.json()["best_match"], answer.json()["confidence"]


async def test_the_best_candidate_is_told_as_it_was_sent_and_kept(busy_house) -> None:
    best, confidence = await ask(busy_house, "spotify-to-plex", {"id": "x", "name": "Xtal"}, [{"title": "Other"}, SEED])
    assert best == SEED
    assert confidence >= 0.9
    assert await ask(busy_house, "spotify-to-plex", FULL, [PLEX, {**PLEX, "ratingKey": "10"}]) == (PLEX, 1.0)
    assert await ask(busy_house, "spotify-to-soulseek", {"name": "x"}, []) == (None, 0.0)
    matching, owner = Matching(busy_house.runtime.storage), busy_house.runtime.owner
    kept = await matching.results(owner.id, 3)
    assert [(each.source, each.spotify_track_id, each.target_id, each.confidence) for each in reversed(kept)] == [
        ("spotify-to-plex", "x", "77", confidence),
        ("spotify-to-plex", "s1", "9", 1.0),
        ("spotify-to-soulseek", "", None, 0.0),
    ]


async def test_who_agrees_in_more_never_loses_to_who_agrees_in_fewer(busy_house) -> None:
    for path, given, full, parts in (
        ("spotify-to-plex", FULL, {**PLEX, "duration": 224_000}, ("grandparentTitle", "parentTitle", "duration")),
        (
            "spotify-to-plex-album",
            {
                "name": "Low Tide",
                "artists": [{"name": "Kestrel Row"}],
                "total_tracks": 10,
                "release_date": "1979-01-01",
            },
            {"title": "Low Tide", "parentTitle": "Kestrel Row", "leafCount": 11, "year": 1979},
            ("parentTitle", "leafCount", "year"),
        ),
    ):
        before = 0.0
        for count in range(len(parts) + 1):
            told = {key: value for key, value in full.items() if key not in parts[count:]}
            best, confidence = await ask(busy_house, path, given, [told])
            assert (best, confidence >= before) == (told, True), (path, told)
            before = confidence


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"title": "Gull Song (2011 Remaster)"}, {"title": "Gull Song (Live)"}),
        ({"title": "Gull Song", "artist": "Kestrel Row"}, {"title": "Gull Song", "artist": "Anders Holm"}),
        ({"title": "Gull Song", "duration": 222_000}, {"title": "Gull Song", "duration": 400_000}),
    ],
)
async def test_a_track_of_plex_that_fits_better_wins(busy_house, better: dict, worse: dict) -> None:
    assert (await ask(busy_house, "spotify-to-plex", FULL, [worse, better]))[0] == better


async def test_files_are_found_by_name_folder_and_bit_rate(busy_house) -> None:
    file = r"music\Kestrel Row\1979 - Low Tide\03 - Gull Song.mp3"
    rates = [{}, {"bitrate": None}, {"bitrate": 128}, {"bitrate": 256}, {"bitrate": 320}]
    scores = [(await ask(busy_house, "spotify-to-soulseek", FULL, [{"filename": file, **rate}]))[1] for rate in rates]
    assert scores == sorted(scores)
    assert scores[-1] == 1.0
    other = {"filename": r"x\Someone - Gull Song (Live).flac", "username": "kestrel", "bitrate": 320}
    best, _ = await ask(busy_house, "spotify-to-soulseek", FULL, [other, {"filename": file, "bitrate": 128}])
    assert best is not None
    assert best["filename"] == file


async def test_titles_in_every_script_match_themselves_alone(busy_house) -> None:
    given = {"name": "踏切", "artists": ["青い電車"]}
    wrong, right = ({"title": title, "artist": "青い電車"} for title in ("踏台", "踏切"))
    assert await ask(busy_house, "spotify-to-plex", given, [wrong, right]) == (right, 1.0)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"spotify_track": {}}',
        b'{"spotify_track": [], "candidates": []}',
        b'{"spotify_track": {}, "candidates": [7]}',
        b'{"spotify_track": {}, "candidates": {}}',
        b'{"spotify_track": {}, "candidates": [{"title": "\\ud800"}]}',
        b'{"spotify_track": {"duration_ms": NaN}, "candidates": []}',
        b"[",
    ],
)
async def test_what_is_no_question_is_422(busy_house, body: bytes) -> None:
    for path in ("spotify-to-plex", "spotify-to-soulseek"):
        answer = await busy_house.client.post(
            f"/matching/{path}", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422, answer.text


async def test_odd_values_score_and_never_fail(busy_house) -> None:
    odd = {
        "name": 7,
        "artists": {"name": "x"},
        "album": 3,
        "duration_ms": -5,
        "total_tracks": "many",
        "release_date": None,
    }
    candidate = {
        "title": "x" * 5000,
        "filename": ["a"],
        "bitrate": "320",
        "duration": 10**40,
        "tracks": {"items": 3},
        "year": "x",
    }
    for path in ("spotify-to-plex", "spotify-to-soulseek", "spotify-to-plex-album"):
        for given in (odd, {"name": "x" * 5000}, {}):
            best, confidence = await ask(busy_house, path, given, [candidate, {}])
            assert 0 <= confidence <= 1
            assert (best is None) is (confidence == 0)
