"""Where a finished download lies, by slskd's rules and seen from here (slskd-api.md 8.1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.soulseek.folder import DownloadsFolder, part_of_path
from services.soulseek.models import DaemonOptions, WantedFile
from services.soulseek.versions import Features
from tests.upstreams.fixtures_slskd import RunningSlskd, album_files, remote


def folder(version: str = "0.26.0", *, daemon: str = "/app/downloads", local: str = "/mnt/dl", pattern: str = ""):
    options = DaemonOptions(daemon, "/app/incomplete", 3, pattern or "${SOURCE_DIRECTORY}")
    return DownloadsFolder.of(options, Features.of(version), local)


PLACES = [
    ("0.25.1", "@@abcde\\Music\\Artist\\Album\\01.flac", "", "", "Album/01.flac"),
    ("0.26.0", "@@abcde\\Music\\Artist\\Album\\01.flac", "", "", "Album/01.flac"),
    ("0.25.1", "@@abcde\\01.flac", "", "", "@@abcde/01.flac"),
    ("0.26.0", "@@abcde\\01.flac", "", "", "01.flac"),
    ("0.26.0", "C:\\Music\\Album\\01.flac", "", "", "Album/01.flac"),
    ("0.26.0", "Music/Album/01.flac", "", "", "Album/01.flac"),
    ("0.26.0", "Music\\Album\\01.flac", "", "wanted/7", "wanted/7/01.flac"),
    ("0.25.1", "Music\\..\\01.flac", "", "", "_/01.flac"),
    ("0.25.1", "Music\\Album\\..", "", "", "Album/_"),
    ("0.26.0", "Music\\What: Why?\\01.flac", "", "", "What: Why?/01.flac"),
    ("0.26.0", "@@abcde\\Music\\Album\\01.flac", "${SOURCE_USERNAME}/${source_path}", "", "al_ma/Music/Album/01.flac"),
    ("0.26.0", "Music\\Album\\01.flac", "{}", "", "01.flac"),
]


@pytest.mark.parametrize(("version", "filename", "pattern", "destination", "place"), PLACES)
def test_the_place_follows_slskds_rules(
    version: str, filename: str, pattern: str, destination: str, place: str
) -> None:
    found = folder(version, pattern=pattern).expected(filename, username="al/ma", destination=destination)
    expected = Path("/mnt/dl") / place
    if "USERNAME" in pattern:
        expected = Path("/mnt/dl/al/ma/Music/Album/01.flac")
    assert found == expected


def test_a_pattern_of_what_is_not_known_here_is_no_place() -> None:
    assert folder(pattern="${SEARCH_TEXT}/${SOURCE_DIRECTORY}").expected("Music\\Album\\01.flac") is None


def test_paths_of_slskd_are_put_for_this_machine_and_nothing_else_is() -> None:
    assert folder().here("/app/downloads/Album/01.flac") == Path("/mnt/dl/Album/01.flac")
    windows = folder(daemon="D:\\slskd\\downloads")
    assert windows.here("D:\\slskd\\downloads\\Album\\01.flac") == Path("/mnt/dl/Album/01.flac")
    assert windows.expected("Music\\What: Why?\\01.flac") == Path("/mnt/dl/What_ Why_/01.flac")
    for outside in ("/etc/passwd", "/app/downloads/../../etc/passwd", "/app/downloadsX/a", "", "Album/01.flac"):
        assert folder().here(outside) is None
    assert part_of_path("..") == part_of_path("") == "_"


def test_a_file_is_found_wherever_slskd_put_it(tmp_path: Path) -> None:
    here = folder(local=str(tmp_path))

    def lay(place: str, size: int) -> Path:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
        return path

    remote_name = "Music\\Album\\01.flac"
    assert here.find(remote_name, 5) is None
    elsewhere = lay("by hand/deep/01.flac", 5)
    assert here.find(remote_name, 5) == elsewhere
    renamed = lay("Album/01_638712345678901234.flac", 5)
    lay("Album/01_remix.flac", 5)
    lay("Album/01.flac", 4)
    assert here.find(remote_name, 5) == renamed, "the place alone is not trusted"
    exact = lay("Album/01.flac", 5)
    assert here.find(remote_name, 5) == exact
    told = lay("Album/told.flac", 5)
    assert here.find(remote_name, 5, told="/app/downloads/Album/told.flac") == told
    assert here.find(remote_name, 5, told="/etc/passwd") == exact


async def test_a_name_that_was_taken_is_found_by_its_event(slskd: RunningSlskd, soulseek) -> None:
    client, here = await soulseek.client(), await soulseek.folder()
    assert (here.daemon, here.local) == (str(slskd.downloads), slskd.downloads)
    track = album_files()[0]
    name = remote(track)
    for _ in range(2):
        await client.enqueue("alma", [WantedFile(name, track.size)])
        slskd.until(lambda: slskd.transfer(name).phase.is_over)
    first, second = [Path(event.local_filename) for event in await client.events() if event.local_filename]
    assert first != second and first.parent == second.parent
    assert here.find(name, track.size, told=str(second)) == second
    assert first.read_bytes()[:4] == b"fLaC" and first.stat().st_size == track.size
