"""Lists of artist and title, as people write and programs export them."""

from __future__ import annotations

import pytest

from services.errors import InvalidInput
from services.wishes import reading
from services.wishes.reading import decoded, read
from storage.values.wishes import WishKind

ALBUM, TRACK, EITHER = WishKind.ALBUM, WishKind.TRACK, WishKind.EITHER


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Marta Veil - Zebra", ("Marta Veil", "Zebra", "", None, EITHER)),
        ("  12. Marta Veil – Zebra (1984) ", ("Marta Veil", "Zebra", "", 1984, EITHER)),
        ("• Marta Veil — Zebra, 1984", ("Marta Veil", "Zebra", "", 1984, EITHER)),
        ("Marta Veil\tZebra\tStripes\t1984", ("Marta Veil", "Zebra", "Stripes", 1984, TRACK)),
        ("Marta Veil - Zebra - Stripes", ("Marta Veil", "Zebra", "Stripes", None, TRACK)),
        ("Marta Veil - Zebra - Remastered 2009", ("Marta Veil", "Zebra (Remastered 2009)", "", None, EITHER)),
        ("Jay-Z - 99 Problems", ("Jay-Z", "99 Problems", "", None, EITHER)),
        ("Prince - 1999", ("Prince", "1999", "", None, EITHER)),
        ("中島みゆき - 時代", ("中島みゆき", "時代", "", None, EITHER)),
    ],
)
def test_a_line_is_artist_title_album_and_year(line: str, expected: tuple[object, ...]) -> None:
    (wish,) = read(line).wishes
    assert (wish.artist, wish.title, wish.album, wish.year, wish.kind) == expected


TABLES = {
    "exported playlist": (
        'Track Name,Artist Name(s),Album Name,Track Duration (ms),Album Release Date\nZebra,"Veil, X",Stripes,1000,1984-03\n',
        ("Veil, X", "Zebra", "Stripes", 1984, TRACK, 1000, None),
    ),
    "semicolons and German": ("\ufeffTitel;Interpret;Jahr\nZebra;Veil;1984\n", ("Veil", "Zebra", "", 1984, EITHER, None, None)),
    "Discogs' own export": (
        "Catalog#,Artist,Title,Label,Format,Rating,Released,release_id\nQP,Veil (2),Zebra,Q,LP,,1984,123\n",
        ("Veil (2)", "Zebra", "", 1984, ALBUM, None, 123),
    ),
    "albums only": ("artist,album\nVeil,Stripes\n", ("Veil", "Stripes", "", None, ALBUM, None, None)),
    "M3U": ("#EXTM3U\n#EXTINF:125,Veil - Zebra\n/m/x.mp3\n", ("Veil", "Zebra", "", None, TRACK, 125_000, None)),
    "M3U without words": (
        "#EXTM3U\nMusic/Veil/1984 - Stripes/03 - Zebra.flac\n", ("Veil", "Zebra", "Stripes", None, TRACK, None, None)
    ),
    "PLS": ("[playlist]\nFile1=a.mp3\nTitle1=Veil - Zebra\nLength1=-1\n", ("Veil", "Zebra", "", None, TRACK, None, None)),
    "XSPF": (
        '<?xml version="1.0"?>\n<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><creator>Veil</creator>'
        "<title>Zebra</title><album>Stripes</album><duration>1000</duration></track></trackList></playlist>",
        ("Veil", "Zebra", "Stripes", None, TRACK, 1000, None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_and_playlist_files_are_known_by_what_is_in_them(name: str) -> None:
    text, expected = TABLES[name]
    found = read(text)
    (wish,) = found.wishes
    told = (wish.artist, wish.title, wish.album, wish.year, wish.kind, wish.duration, wish.release_id)
    assert (told, found.faults) == (expected, ())


def test_lines_that_say_nothing_are_named_by_their_number_and_what_is_said_twice_counts_once() -> None:
    found = read("# mine\n\nVeil - Zebra\nhello\nVEIL -  zebra!\n" + "x" * 2000 + " - y\n")
    assert [wish.line for wish in found.wishes] == [3] and found.twice == 1
    assert [(fault.line, fault.reason[:20]) for fault in found.faults] == [
        (4, "There is no dash bet"), (6, "It has 2,004 charact"),
    ]  # fmt: skip
    table = read("artist,title\nVeil,Zebra\n,Lost\nVeil,\n", "x.csv")
    assert [fault.line for fault in table.faults] == [3, 4]
    assert [wish.line for wish in read("Veil,Zebra\nA,B\n", "bare.CSV").wishes] == [1, 2]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no text"),
        (b"a - b\n" * (reading.MOST_LINES + 2), "lines"),
        (b"x" * (reading.MOST_BYTES + 1), "larger than"),
        (b" \n\t\n", "nothing"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><playlist>&b;</playlist>', "document type"),
        (b"<playlist><trackList>", "damaged"),
    ],
)
def test_what_is_no_list_of_names_is_refused_in_a_word(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(decoded(raw))


def test_files_are_read_in_the_encodings_that_are_in_use() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (wish,) = read(decoded("Café Élan - Zèbre".encode(encoding))).wishes
        assert (wish.artist, wish.title) == ("Café Élan", "Zèbre")
