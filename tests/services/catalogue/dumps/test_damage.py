"""A dump that is not whole changes nothing, and says so."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.catalogue.dumps.files import find
from services.catalogue.dumps.progress import Progress
from services.catalogue.dumps.service import Cancelled, import_now
from services.errors import InvalidInput
from storage.catalogue.door import Catalogue
from tests.services.catalogue.dumps import dump_files
from tests.services.catalogue.dumps.conftest import Importer
from tests.services.catalogue.dumps.test_import import content
from tests.storage.catalogue import naive


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _flip_the_checksum(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[-6] ^= 1
    file.write_bytes(raw)


def _say_another_sum(file: Path) -> None:
    other = hashlib.sha256(b"something else").hexdigest()
    file.with_name("discogs_20260101_CHECKSUM.txt").write_text(f"{other} *{file.name}\n")


@pytest.mark.parametrize("damage", [_cut_short, _flip_the_checksum, _say_another_sum])
async def test_a_damaged_dump_changes_nothing_and_is_named(
    catalogue: Catalogue, dumps: Path, importing: Importer, damage: Callable[[Path], None]
) -> None:
    importing(dump_files.write(dumps, "artists", [dump_files.artist(1, "Before")]))
    before = await catalogue.read(content)
    file = dump_files.write(dumps, "releases", map(dump_files.release_of, naive.invented(200, seed=1)))
    damage(file)
    with pytest.raises(InvalidInput, match=r"releases\.xml\.gz is damaged") as refused:
        importing(file)
    assert "Download it again" in refused.value.hint
    assert await catalogue.read(content) == before
    left = {path.name for path in (catalogue.address.file or dumps).parent.iterdir()}
    assert len([name for name in left if name.endswith((".db", ".scratch"))]) == 1


async def test_a_dump_that_hashes_as_its_list_says_is_imported(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    file = dump_files.write(dumps, "artists", [dump_files.artist(1, "Sound")])
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_name("discogs_20260101_CHECKSUM.txt").write_text(f"{sha256.upper()}  {file.name}\n")
    importing(dumps)
    assert await catalogue.read(lambda db: db.rows("SELECT sha256 FROM source")) == [(sha256,)]


async def test_a_file_of_several_gzip_members_is_read_to_its_end(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    file = dumps / "discogs_20260101_artists.xml.gz"
    texts = [dump_files.artist(number, f"Artist {number}").encode() for number in (1, 2, 3)]
    file.write_bytes(b"".join(map(gzip.compress, [b"<artists>", *texts, b"</artists>"])))
    importing(file)
    assert await catalogue.read(lambda db: db.rows("SELECT count(*) FROM node")) == [(3,)]


async def test_an_import_that_is_called_off_changes_nothing(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    importing(dump_files.write(dumps, "artists", [dump_files.artist(1, "Before")]))
    before = await catalogue.read(content)
    file = dump_files.write(dumps, "releases", map(dump_files.release_of, naive.invented(200, seed=1)))
    called_off = threading.Event()

    def report(progress: Progress) -> None:
        if progress.records:
            called_off.set()

    with pytest.raises(Cancelled):
        import_now(catalogue, find([file]), report, called_off)
    assert await catalogue.read(content) == before


def test_progress_ends_with_all_bytes_of_all_files(catalogue: Catalogue, dumps: Path) -> None:
    dump_files.write(dumps, "artists", [dump_files.artist(1, "One")])
    dump_files.write(dumps, "releases", [dump_files.release(1)])
    told: list[Progress] = []
    import_now(catalogue, find([dumps]), told.append)
    assert told[-1].done == told[-1].total == sum(file.stat().st_size for file in dumps.iterdir())
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert told[-1].records == 2
