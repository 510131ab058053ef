"""Dumps of invented records, written as Discogs writes them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from storage.values import Credit, ReleaseEntry


def write(
    folder: Path, kind: str, elements: Iterable[str | bytes], *, date: str = "20260101", root: bool = True
) -> Path:
    """A dump of one kind in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"discogs_{date}_{kind}.xml.gz"
    raw = b"\n".join(each if isinstance(each, bytes) else each.encode() for each in elements)
    file.write_bytes(gzip.compress(b"<%b>\n%b\n</%b>\n" % (kind.encode(), raw, kind.encode()) if root else raw))
    return file


def release(number: int | str, *, title: str = "Title", inside: str = "", artists: Iterable[Credit] = ()) -> str:
    """A release; ``inside`` is put behind its title."""
    return (
        f'<release id="{number}" status="Accepted"><images><image type="primary" uri="" uri150="" width="1" height="1"/></images>'
        f"<artists>{''.join(map(artist_of, artists))}</artists><title>{title}</title>{inside}"
        "<data_quality>Correct</data_quality></release>"
    )


def release_of(entry: ReleaseEntry) -> str:
    """The release that ``entry`` is; half of those who are credited are so on a track, half on the release."""
    half = len(entry.credits) // 2
    labels = (
        f"<label name={quoteattr(each.name)} catno={quoteattr(each.catno)} id={quoteattr(str(each.id))}/>"
        for each in entry.labels
    )
    formats = (
        f'<format name={quoteattr(entry.formats[0])} qty="1" text=""><descriptions>'
        f"{_each('description', entry.formats[1:])}</descriptions></format>"
        if entry.formats
        else ""
    )
    return release(
        entry.id,
        title=escape(entry.title),
        artists=entry.artists,
        inside=f"<labels>{''.join(labels)}</labels><extraartists>{''.join(map(artist_of, entry.credits[:half]))}</extraartists>"
        f"<formats>{formats}</formats><genres>{_each('genre', entry.genres)}</genres>"
        f"<styles>{_each('style', entry.styles)}</styles><country>{escape(entry.country or '')}</country>"
        f"<released>{entry.year or ''}</released>"
        + (f'<master_id is_main_release="false">{entry.master_id}</master_id>' if entry.master_id else "")
        + "<tracklist><track><position>A1</position><title>Track</title><duration/>"
        f"<extraartists>{''.join(map(artist_of, entry.credits[half:]))}</extraartists></track></tracklist>",
    )


def artist_of(credit: Credit) -> str:
    """An artist as a release names one."""
    return f"<artist><id>{credit.id}</id><name>{escape(credit.name)}</name><anv/><join/><role/><tracks/></artist>"


def artist(
    number: int, name: str, *, aliases: Mapping[int, str] | None = None, groups: Mapping[int, str] | None = None
) -> str:
    """An artist of the artists dump."""
    return (
        f"<artist><id>{number}</id><name>{escape(name)}</name><profile/>"
        f"<aliases>{_names(aliases)}</aliases><groups>{_names(groups)}</groups></artist>"
    )


def label(number: int, name: str, *, sublabels: Mapping[int, str] | None = None) -> str:
    """A label of the labels dump."""
    inside = "".join(f'<label id="{each}">{escape(called)}</label>' for each, called in (sublabels or {}).items())
    return f"<label><id>{number}</id><name>{escape(name)}</name><sublabels>{inside}</sublabels></label>"


def master(number: int, title: str, *, year: int = 0, main: int = 0, by: Iterable[Credit] = ()) -> str:
    """A master of the masters dump."""
    return (
        f'<master id="{number}"><main_release>{main}</main_release><artists>{"".join(map(artist_of, by))}</artists>'
        f"<year>{year}</year><title>{escape(title)}</title></master>"
    )


def _each(name: str, values: Iterable[str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for value in values)


def _names(named: Mapping[int, str] | None) -> str:
    return "".join(f'<name id="{number}">{escape(name)}</name>' for number, name in (named or {}).items())
