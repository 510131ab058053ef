"""The page of downloads by keys, against a simulated slskd: what is followed, what is done, what is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.demo.slskd.network import Temper
from services.runtime import Runtime
from storage import downloads
from storage.values import UserId
from storage.values.downloads import Download, DownloadFile, DownloadQuery, DownloadState, Handover
from tests.tui.screens.conftest import HOSTILE, App, fill, opened, until
from tests.tui.screens.soulseeking import connect, shows
from tests.upstreams.fixtures_slskd import ALBUM, RunningSlskd, album_files, remote, simulated_slskd
from tui.screens.downloads_start import track_id
from tui.screens.downloads_words import detail_lines
from tui.table.downloads import DownloadRow, amount, progress, sign, standing, tone

FILES = [remote(file) for file in album_files()]
PLAIN = Download(
    **dict.fromkeys(Download.__dataclass_fields__),  # pyright: ignore[reportArgumentType]
)
ROW = replace(
    PLAIN,
    id=1,
    user_id=UserId(1),
    state=DownloadState.QUEUED,
    handover=Handover.HANDED,
    username="alma",
    filename=FILES[0],
    size=45_600_000,
    priority=0,
    attempt=1,
    automatic=False,
    progress=0.0,
    bytes_transferred=0,
    speed=0,
    alternatives=(),
    details={},
    created_at="2026-11-29T10:00:00+00:00",
    updated_at="2026-11-29T10:00:00+00:00",
)


@pytest.mark.parametrize(
    ("changes", "sign_and_tone", "words", "bar"),
    [
        ({"handover": Handover.WAITING}, ("·", None), "waits for its turn", ""),
        ({"place": 12}, ("·", None), "place 12 in the queue", ""),
        ({"raw_state": "Queued, Locally"}, ("·", None), "waits in slskd", ""),
        (
            {"handover": Handover.WAITING, "error": "The user is offline.", "next_attempt_at": "2026-11-29T10:00:00Z"},
            *(("!", "warning"), "again at", ""),
        ),
        (
            {"state": DownloadState.RUNNING, "progress": 50.0, "bytes_transferred": 22_800_000, "speed": 228_000},
            *(("↓", "live"), "228 KB/s, 1 min 40 s left", "━━━━━─────  50 %"),
        ),
        ({"state": DownloadState.RUNNING}, ("↓", "live"), "connecting", "──────────   0 %"),
        (
            {"state": DownloadState.RUNNING, "progress": 99.99, "bytes_transferred": 45_599_999},
            *(("↓", "live"), "no bytes come in", "━━━━━━━━━━  99 %"),
        ),
        ({"state": DownloadState.COMPLETED, "progress": 100.0}, ("✓", "good"), "done", "━━━━━━━━━━ 100 %"),
        ({"state": DownloadState.FAILED, "error": "The disk is full."}, ("✗", "bad"), "The disk is full.", ""),
        (
            {"state": DownloadState.FAILED, "error": "The disk is full.", "retried_as": 9},
            *(("✗", "faint"), "tried again: The disk is full.", ""),
        ),
        ({"state": DownloadState.CANCELLED}, ("–", "faint"), "cancelled", ""),
    ],
)
def test_a_line_says_how_a_download_stands(
    changes: dict[str, object], sign_and_tone: tuple[str, str | None], words: str, bar: str
) -> None:
    row = DownloadRow(1, replace(ROW, **changes))  # pyright: ignore[reportArgumentType]
    assert (sign(row), tone(row)) == sign_and_tone
    assert words in standing(row.download)
    assert progress(row.download) == bar


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 B"), (812, "812 B"), (45_600_000, "45.6 MB"), (999_950, "1.0 MB"), (3.2e12, "3.2 TB")]
)
def test_bytes_are_told_in_three_digits(size: float, said: str) -> None:
    assert amount(size) == said


@pytest.mark.parametrize(
    ("typed", "track"),
    [
        ("4uLU6hMCjMI75M1A2tKUQC", "4uLU6hMCjMI75M1A2tKUQC"),
        ("spotify:track:4uLU6hMCjMI75M1A2tKUQC", "4uLU6hMCjMI75M1A2tKUQC"),
        ("https://open.spotify.com/intl-de/track/4uLU6hMCjMI75M1A2tKUQC?si=1", "4uLU6hMCjMI75M1A2tKUQC"),
        ("spotify:album:4uLU6hMCjMI75M1A2tKUQC", None),
        ("Music\\a.flac", None),
    ],
)
def test_a_track_is_known_by_id_or_address(typed: str, track: str | None) -> None:
    assert track_id(typed) == track


def test_foreign_names_of_a_download_come_out_clean() -> None:
    for text in HOSTILE:
        lines = detail_lines(replace(ROW, filename=f"{text}\\{text}", username=text, error=text, hint=text), 40)
        assert all("\x1b" not in line.plain and "\u202e" not in line.plain for line in lines)


async def queue(app: App, slskd: RunningSlskd, name: str, files: list[str]) -> None:
    async def add(runtime: Runtime) -> None:
        wanted = [DownloadFile(file, size_of(file)) for file in files]
        await runtime.downloads.add(runtime.user.id, name, wanted, folder=ALBUM)

    await app.bridge.call(add)


def size_of(path: str) -> int:
    return next(file.size for file in album_files() if path.endswith(file.name))


async def test_a_download_is_started_followed_cancelled_and_asked_for_again(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data_dir)
    async with simulated_slskd(tmp_path / "slskd", speed=20) as slskd:
        connect(slskd, monkeypatch)
        alma = slskd.peer(speed=20_000)
        async with opened(data_dir, (120, 40)) as (app, pilot):
            await pilot.press("equals_sign")
            await shows(pilot, app, "Nothing is being fetched.", "F3 searches Soulseek")
            await pilot.press("a", *FILES[0], "down", *"alma", "f2")
            await shows(pilot, app, "Active 1", "01 - Golden Static.flac", "KB/s", " left", "downloading", "slskd says")
            await pilot.press("x")
            await shows(pilot, app, "Active 0", "Cancelled 1")
            alma.speed = 5_000_000
            await pilot.press("left", "left")
            await shows(pilot, app, "▸Cancelled 1")
            await until(pilot, lambda: app.screen.query_one("#downloads-list").cursor_row, "the cancelled one")  # pyright: ignore
            await pilot.press("r")
            await shows(pilot, app, "Active 1")
            await pilot.press("escape")
            await shows(pilot, app, "▸Active 1")
            await shows(pilot, app, "Done 1", "Active 0")


async def test_what_stays_failed_is_explained_requeued_and_taken_off_the_list(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOWNLOAD_ATTEMPTS", "1")
    await fill(data_dir)
    async with simulated_slskd(tmp_path / "slskd", speed=20) as slskd:
        connect(slskd, monkeypatch)
        slskd.peer("bert", Temper.REJECTING, words="File not shared.")
        async with opened(data_dir, (120, 40)) as (app, pilot):
            await queue(app, slskd, "bert", FILES[:2])
            await pilot.press("1")
            await shows(pilot, app, "2 failed · = shows them")
            await pilot.press("equals_sign")
            await shows(pilot, app, "Failed 2", "2 stay failed")
            await pilot.press("right")
            await shows(pilot, app, "shares this file no", "Search again", "Completed, Rejected")
            await pilot.press("slash", *"hollow", "enter")
            await shows(pilot, app, "1 of 1")
            await pilot.press("escape")
            await shows(pilot, app, "1 of 2")
            await pilot.press("A")
            await shows(pilot, app, "2 put back into the queue")
            await until(pilot, lambda: slskd.asked("POST", "/transfers") > 1, "slskd was told again")
            await shows(pilot, app, "Failed 2", "All 4")
            await pilot.press("D")
            await shows(pilot, app, "2 that stay failed are taken off")
            await pilot.press("D")
            await shows(pilot, app, "Nothing stays failed.")


async def test_what_stands_in_the_way_is_said_above_the_list_and_in_the_empty_one(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("equals_sign")
        await shows(pilot, app, "Soulseek is not set up", "SLSKD_API_KEY", "c opens the settings")
    async with simulated_slskd(tmp_path / "slskd") as slskd:
        connect(slskd, monkeypatch)
        slskd.daemon.log_out()
        async with opened(data_dir) as (app, pilot):
            await pilot.press("equals_sign")
            await shows(pilot, app, "not logged in to Soulseek", "Nothing is being fetched.")


async def test_a_long_queue_is_read_by_windows_and_marked_as_a_whole(data_dir: Path) -> None:
    await fill(data_dir)

    async def many(runtime: Runtime) -> None:
        files = [DownloadFile(f"Music\\Folder {n // 10}\\{n:04} {HOSTILE[n % 6 + 1]}.flac", n) for n in range(600)]
        async with runtime.storage.write() as connection:
            await downloads.add(connection, runtime.user.id, HOSTILE[0], files)

    async with opened(data_dir) as (app, pilot):
        await app.bridge.call(many)
        await pilot.press("equals_sign")
        await shows(pilot, app, "1 of 600", "0000 倖田來未")
        await pilot.press("G")
        await shows(pilot, app, "600 of 600", "0599 ")
        await pilot.press("asterisk")
        await shows(pilot, app, "600 marked")
        await pilot.press("greater_than_sign")

        async def lowest(runtime: Runtime) -> set[int]:
            return {row.priority for row in await runtime.downloads.page(runtime.user.id, DownloadQuery(), limit=1000)}

        seen: list[set[int]] = []

        async def sunk() -> bool:
            seen.append(await app.bridge.call(lowest))
            return seen[-1] == {-1}

        for _ in range(200):
            if await sunk():
                break
            await pilot.pause(0.02)
        assert seen[-1] == {-1}
        await pilot.press("o")
        await shows(pilot, app, "newest first")
