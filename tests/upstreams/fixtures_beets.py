"""A beets of one's own: the real program with a folder, a library and albums of generated silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

import pytest

BEET = Path(sys.executable).parent / "beet"
"""The program in the environment that runs the tests; the development dependencies bring it."""


@dataclass(frozen=True)
class RealBeets:
    """``folder`` is its BEETSDIR, ``music`` its library of files, ``incoming`` a folder from which it may import."""

    folder: Path
    music: Path
    incoming: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead to it."""
        return {
            "BEETS_COMMAND": str(BEET),
            "BEETSDIR": str(self.folder),
            "BEETS_IMPORT_ROOTS": str(self.incoming),
        }

    def run(self, *arguments: str) -> str:
        """What ``beet`` prints for these arguments, run by hand."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "BEETSDIR": str(self.folder),
            "NO_COLOR": "1",
        }
        done = subprocess.run([str(BEET), *arguments], env=environment, capture_output=True, stdin=subprocess.DEVNULL)
        return done.stdout.decode()

    def titles(self) -> list[str]:
        return sorted(self.run("ls", "-f", "$title").splitlines())

    def configure(self, more: str = "") -> None:
        """Write its configuration anew, with ``more`` at the end."""
        (self.folder / "config.yaml").write_text(f"directory: {self.music}\nplugins: []\n{more}")


def write_album(folder: Path, album: str, titles: list[str], *, artist: str = "Example Band", rate: int = 8000) -> Path:
    """A folder with one short file of silence per title, tagged; the folder."""
    for place, title in enumerate(titles, 1):
        write_track(folder / f"{place:02} {title.replace('/', '_')}.wav", title, album, artist, place, rate)
    return folder


def write_track(
    file: Path, title: str, album: str, artist: str = "Example Band", place: int = 1, rate: int = 8000
) -> None:
    """A second of silence with tags."""
    from mediafile import MediaFile

    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * (rate // 10))
    tags = MediaFile(str(file))
    tags.title, tags.artist, tags.albumartist, tags.album, tags.track, tags.year = (
        title,
        artist,
        artist,
        album,
        place,
        1999,
    )
    tags.save()


STOCK = ("Ebb", "Flow", "Tide")
"""What is in a library with something in it: an album “One” by “Example Band”."""


def _made(folder: Path) -> RealBeets:
    made = RealBeets(folder / "beetsdir", folder / "music", folder / "incoming")
    for each in (made.folder, made.music, made.incoming):
        each.mkdir(parents=True)
    made.configure()
    return made


@pytest.fixture(scope="session")
def _libraries(tmp_path_factory: pytest.TempPathFactory) -> RealBeets:  # pyright: ignore[reportUnusedFunction]
    """A library with something in it, and beside it (``new.db``) how it was before: both have had their first run."""
    if not BEET.exists():
        pytest.skip("beets is not installed beside this Python: `uv sync` brings it")
    made = _made(tmp_path_factory.mktemp("beets"))
    made.run("version")
    shutil.copyfile(made.folder / "library.db", made.folder / "new.db")
    made.run("import", "-q", "-A", str(write_album(made.incoming / "One", "One", list(STOCK))))
    return made


@pytest.fixture
def real_beets(tmp_path: Path, _libraries: RealBeets) -> RealBeets:
    """An empty library; skips where beets is not installed."""
    made = _made(tmp_path)
    shutil.copyfile(_libraries.folder / "new.db", made.folder / "library.db")
    return made


@pytest.fixture
def stocked(real_beets: RealBeets, _libraries: RealBeets) -> RealBeets:
    """The same with :data:`STOCK` in it; paths are kept relative to the music folder, so a copy is as good."""
    shutil.copyfile(_libraries.folder / "library.db", real_beets.folder / "library.db")
    shutil.copytree(_libraries.music, real_beets.music, dirs_exist_ok=True)
    return real_beets
