"""What may be imported, and what in a downloads folder belongs together; paths are hostile."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.beets.grounds import allowed, folders, look, units
from services.errors import InvalidInput, NotFound


def music(file: Path, content: bytes = b"x") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def test_only_what_lies_below_the_roots_and_nothing_behind_a_link_is_allowed(tmp_path: Path) -> None:
    root, library, elsewhere = tmp_path / "in", tmp_path / "music", tmp_path / "elsewhere"
    album = music(root / "Album" / "1.flac").parent
    music(elsewhere / "secret.mp3")
    library.mkdir()
    (root / "way").symlink_to(elsewhere)
    linked = music(root / "Linked" / "1.mp3").parent
    (linked / "more").symlink_to(elsewhere)
    (music(root / "Inside" / "1.mp3").parent / "2.mp3").symlink_to(root / "Inside" / "1.mp3")
    music(root / "x.zip")

    def why(path: object, roots: list[Path] | None = None) -> str:
        with pytest.raises((InvalidInput, NotFound)) as raised:
            allowed(str(path), [root, library] if roots is None else roots, library)
        return raised.value.message

    assert allowed(str(album), [root], library).files == 1
    assert allowed(f"{root}/Linked/../Album/./", [root], library).path == album
    assert allowed(str(root / "Inside"), [root], library).files == 1
    assert why("Album") == why("") == why(f"{album}\0") == "A path to import is absolute."
    assert why(album, []).startswith("No folder is set")
    assert why(elsewhere).startswith("beets may import only from")
    assert why(f"{root}/../elsewhere").startswith("beets may import only from")
    assert why(root / "way").startswith("A symbolic link leads out")
    assert why(root / "way" / "secret.mp3").startswith("A symbolic link leads out")
    assert why(linked).startswith("A symbolic link in it leads elsewhere: more")
    assert why(library).startswith("The library of beets itself")
    assert why(root / "x.zip") == "It is no music file."
    assert why(root / "none").startswith("no such file or directory")
    assert why(tmp_path, [tmp_path]).startswith("The library of beets itself")  # it is in there


def test_a_stamp_changes_with_the_music_and_unfinished_files_are_seen(tmp_path: Path) -> None:
    album = music(tmp_path / "A" / "1.flac").parent
    before = look(album)
    music(album / "cover.jpg", b"a picture")
    assert (before.files, before.is_unfinished) == (1, False) and look(album).stamp == before.stamp
    music(album / "2.flac.incomplete")
    assert look(album).is_unfinished and look(album).files == 1
    music(album / "2.flac", b"more")
    assert look(album).stamp != before.stamp and look(album).size == 5


def test_discs_belong_to_their_album_and_incomplete_folders_to_nobody(tmp_path: Path) -> None:
    for name in (
        "One/1.mp3",
        "Two/CD1/1.mp3",
        "Two/CD 2/1.mp3",
        "CD1/1.mp3",
        "incomplete/x/1.mp3",
        ".hid/1.mp3",
        "loose.ogg",
    ):
        music(tmp_path / name)
    (tmp_path / "Empty").mkdir()
    music(tmp_path / "Texts" / "read.txt")
    found = {str(unit.relative_to(tmp_path)) for unit in units(tmp_path)}
    assert found == {"One", "Two", "CD1", "loose.ogg"}


async def test_a_half_typed_path_leads_only_where_imports_come_from(tmp_path: Path) -> None:
    root = tmp_path / "in"
    music(root / "Low" / "1.mp3"), music(root / "Lower" / "x" / "1.mp3"), music(tmp_path / "other" / "1.mp3")
    assert await folders("", [root]) == [(root, 0)]
    assert await folders(str(root), [root]) == [(root / "Low", 1), (root / "Lower", 0)]
    assert await folders(f"{root}/lowe", [root]) == [(root / "Lower", 0)]
    for outside in (str(tmp_path), f"{root}/../other", "/etc", "etc"):
        assert not [path for path, _ in await folders(outside, [root]) if root not in (path, *path.parents)]
    with pytest.raises(InvalidInput, match="No folder is set"):
        await folders("", [])
