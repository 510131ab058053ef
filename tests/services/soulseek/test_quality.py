"""How good a file is, from what peers say of it and what they do not."""

from __future__ import annotations

import pytest

from services.soulseek.models import PeerResponse, RemoteFile
from services.soulseek.quality import extension_of, folders_of, quality_of


def file(name: str, size: int = 10_000_000, **said) -> RemoteFile:
    return RemoteFile.of({"filename": name, "size": size, **said})


FILES = [
    (file("M\\A\\01.FLAC", bitDepth=24, sampleRate=96_000), "flac", "FLAC 24/96"),
    (file("M\\A\\01.flac", sampleRate=44_100), "flac", "FLAC 44.1 kHz"),
    (file("M\\A\\01.flac"), "flac", "FLAC"),
    (file("M/A/01.mp3", bitRate=320), "mp3", "MP3 320"),
    (file("M\\A\\01.mp3", 8_050_000, length=200), "mp3", "MP3 ~320"),
    (file("M\\A\\01.mp3", 6_000_000, length=200, isVariableBitRate=True), "mp3", "MP3 ~240 VBR"),
    (file("M\\A\\01.mp3", bitRate=0), "mp3", "MP3"),
    (file("M\\A\\01", extension="MP3", bitRate=192), "mp3", "MP3 192"),
    (file("M\\A\\Vol. 2 by somebody", extension=".ogg"), "ogg", "OGG"),
    (file("M\\A\\cover.jpg"), "jpg", ""),
    (file("M\\A\\.flac"), "", ""),
    (file("M\\A\\"), "", ""),
]


@pytest.mark.parametrize(("given", "extension", "label"), FILES)
def test_a_files_quality_is_what_can_be_known(given: RemoteFile, extension: str, label: str) -> None:
    assert (extension_of(given), quality_of(given).label) == (extension, label)


def test_what_was_found_is_grouped_into_albums_the_nearest_first() -> None:
    def answer(
        name: str, free: bool, queue: int, speed: int, *files: str, locked: tuple[str, ...] = ()
    ) -> PeerResponse:
        said = {"username": name, "hasFreeUploadSlot": free, "queueLength": queue, "uploadSpeed": speed}
        shown = [{"filename": each, "size": 7, "bitRate": 320, "length": 60} for each in files]
        hidden = [{"filename": each, "size": 7} for each in locked]
        return PeerResponse.of({**said, "files": shown, "lockedFiles": hidden})

    folders = folders_of(
        [
            answer("queue", False, 9, 900, "M\\A\\1.mp3"),
            answer("slow", True, 0, 10, "M\\B\\2.mp3", "M\\B\\1.mp3", "M\\B\\cover.jpg", "M\\C\\scan.png"),
            answer("fast", True, 0, 900, "M\\D\\1.mp3", "M\\D\\2.ogg", locked=("M\\E\\1.flac",)),
        ]
    )
    assert [(folder.username, folder.name) for folder in folders] == [
        ("fast", "D"),
        ("slow", "B"),
        ("queue", "A"),
        ("fast", "E"),
    ]
    assert [folder.format for folder in folders] == ["mixed", "mp3", "mp3", "flac"]
    album = folders[1]
    assert [each.name for each in album.files] == ["1.mp3", "2.mp3", "cover.jpg"]
    assert (len(album.audio), album.size, album.length, album.bit_rate) == (2, 21, 120, 320)
    assert folders[-1].is_locked
