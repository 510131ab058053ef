"""Dumps of an invented Discogs, as large as asked for, written as Discogs writes its own."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

WORDS = ("Amber", "Bell & Co.", "Çelik", "Dub", "Echo", "Funk/Soul", "N.W.X.", "Ōkami", "倖田", "The", "Ünder", "Zero")
GENRES = ("Electronic", "Funk / Soul", "Jazz", "Rock")
STYLES = ("Ambient", "Blues", "Dub", "House", "Jazz")
FORMATS = (("Vinyl", ("LP", "Album")), ("CD", ("Album", "Reissue")), ("Vinyl", ('12"', "33 ⅓ RPM")), ("File", ("MP3",)))


def write(folder: Path, releases: int, *, seed: int = 1, date: str = "20260801") -> list[Path]:
    """All four dumps; the same for the same arguments. Most releases are by one artist, so lists are cut."""
    chance = random.Random(seed)
    artists, labels, masters = range(1, releases // 3 + 9), range(1, releases // 9 + 5), range(1, releases // 6 + 5)
    name = {number: f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number}" for number in artists}
    return [
        _written(folder, date, "artists", (_artist(chance, name, number) for number in artists if number % 5)),
        _written(folder, date, "labels", (_label(chance, number) for number in labels)),
        _written(folder, date, "masters", (_master(chance, name, number) for number in masters if number % 4)),
        _written(folder, date, "releases", _releases(chance, name, releases, labels, masters)),
    ]


def _written(folder: Path, date: str, kind: str, elements: Iterator[str]) -> Path:
    file = folder / f"discogs_{date}_{kind}.xml.gz"
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.GzipFile(file, "wb", compresslevel=1, mtime=0) as out:
        out.write(f"<{kind}>\n".encode())
        out.writelines(f"{element}\n".encode() for element in elements)
        out.write(f"</{kind}>\n".encode())
    return file


def _artist(chance: random.Random, name: dict[int, str], number: int) -> str:
    other = chance.choice(list(name))
    return (
        f"<artist><id>{number}</id><name>{escape(name[number])}</name><data_quality>Correct</data_quality>"
        f'<aliases><name id="{other}">{escape(name[other])}</name></aliases></artist>'
    )


def _label(chance: random.Random, number: int) -> str:
    parent = f'<parentLabel id="{number - 1}">Label {number - 1}</parentLabel>' if number > 1 else ""
    return f"<label><id>{number}</id><name>Label {number}</name>{parent}</label>"


def _master(chance: random.Random, name: dict[int, str], number: int) -> str:
    by = chance.choice(list(name))
    return (
        f'<master id="{number}"><main_release>{number * 3}</main_release>'
        f"<artists><artist><id>{by}</id><name>{escape(name[by])}</name></artist></artists>"
        f"<genres><genre>Rock</genre></genres><year>{chance.choice((0, 1971, 1999))}</year>"
        f"<title>Master {number}</title><data_quality>Correct</data_quality></master>"
    )


def _releases(chance: random.Random, name: dict[int, str], count: int, labels: range, masters: range) -> Iterator[str]:
    known = list(name)
    for place in range(1, count + 1):
        number = place * 2 if place % 50 else place * 2 - 60  # now and then one comes again, or out of its order
        by = [1] if chance.random() < 0.8 else chance.sample(known, chance.choice((1, 1, 2)))
        title = f"{chance.choice(WORDS)} {chance.choice(WORDS)}{place}\x01"
        yield _release(chance, name, max(number, 1), by, title, chance.choice(labels), chance.choice(masters))


def _release(
    chance: random.Random, name: dict[int, str], number: int, by: list[int], title: str, label: int, master: int
) -> str:
    form, described = chance.choice(FORMATS)
    credited = chance.choice(list(name))
    artists = "".join(f"<artist><id>{each}</id><name>{escape(name[each])}</name></artist>" for each in by)
    tags = "".join(f"<genre>{escape(each)}</genre>" for each in chance.sample(GENRES, chance.choice((1, 2))))
    styles = "".join(f"<style>{each}</style>" for each in chance.sample(STYLES, chance.choice((0, 1, 2))))
    of_master = f'<master_id is_main_release="false">{master}</master_id>' if chance.random() < 0.5 else ""
    return (
        f'<release id="{number}" status="Accepted"><artists>{artists}</artists><title>{escape(title)}</title>'
        f'<labels><label name="Label {label}" catno="AB {number}-{chance.randint(1, 9)}" id="{label}"/></labels>'
        f"<extraartists><artist><id>{credited}</id><name>{escape(name[credited])}</name><role>Bass</role></artist>"
        f'</extraartists><formats><format name="{form}" qty="1" text=""><descriptions>'
        f"{''.join(f'<description>{escape(each)}</description>' for each in described)}</descriptions></format></formats>"
        f"<genres>{tags}</genres><styles>{styles}</styles><country>UK</country>"
        f"<released>{chance.choice(('', '1979', '1999-05-00', '2024-01-31'))}</released>{of_master}"
        f"<tracklist><track><position>A1</position><title>One</title><duration>3:15</duration></track></tracklist>"
        f'<identifiers><identifier type="Barcode" value={quoteattr(f"0 {number:011}")}/></identifiers></release>'
    )
