"""What the paths of Soulseek tell: nothing but names of folders and files, each peer's in their own way."""

from __future__ import annotations

import re

from services.matching.music import Album, Source, Track
from services.matching.qualifiers import classified

_DISC = re.compile(r"(?:cd|disc|disk|dvd|lp|vinyl|side)[ ._-]*(\d{1,2}|[a-d])\b.*", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"[\[({]?((?:19|20)\d\d)[\])}]?\s*(?:[-–_.]+\s*|\s+)(?=\S)")
_YEAR = re.compile(r"\b(19[2-9]\d|20[0-4]\d)\b")
_TAGS = re.compile(r"\s*[\[({]([^\[\](){}]*)[\])}]\s*")
_DASHES = re.compile(r"\s+[-–—]{1,2}\s+")
_NUMBERED = re.compile(
    r"(?:(?P<disc>\d{1,2})[-.](?P<inner>\d{1,3})[\s._)-]+|(?P<padded>\d{2,3})[\s._)-]+|(?P<single>\d)\s*[._)-]+\s*|"
    r"(?P<side>[A-H]\d{1,2})[\s._)-]+)(?=\S)"
)
_NO_ARTISTS = re.compile(
    r"@@.*|[a-z#]|\d+|[a-z]:|(?:my )?(?:music|musik|musique|musica|музыка|音楽|mp3s?|flacs?|lossless|lossy|albums?|eps?|singles|"
    r"discography|complete|completed|downloads?|incoming|incomplete|shared?|share|soulseek|slsk|library|collection|media|data|"
    r"artists?|various|va|compilations?|vinyl|cds?|files|audio|new|old|misc|unsorted|sorted|live|boots|bootlegs?|dj|x|d|m|kar|hdd\d*|"
    r"home|mnt|volume\d*|users?|public|genres?|rock|jazz|electronic|classical|pop|metal|web|320|v0)",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{2,5}$")


def parts_of(path: str) -> list[str]:
    """The folders and the file of a path, whichever slashes it has."""
    return [part for part in re.split(r"[\\/]+", path[:2000]) if part.strip() and part not in (".", "..")]


def album(folder: str, tracks: int | None = None, duration: int | None = None, *, username: str = "") -> Album:
    """A folder as an album; ``tracks`` are its audio files, ``duration`` in milliseconds."""
    parts = parts_of(folder)
    artists, title, year = _of_folder(parts)
    if len(parts) > 1 and (disc := _DISC.fullmatch(parts[-1].strip())):
        title = f"{title} (Disc {disc[1]})"
    key = f"{username}/{folder}" if username else folder
    return Album(title, artists, year, tracks, duration, source=Source.SOULSEEK, key=key)


def track(path: str, duration: int | None = None, *, username: str = "") -> Track:
    """A file as a track; ``duration`` in milliseconds."""
    parts = parts_of(path)
    stem = _EXTENSION.sub("", parts[-1]) if parts else ""
    folder_artists, on, year = _of_folder(parts[:-1]) if len(parts) > 1 else ((), "", None)
    said, disc, number = _unnumbered(stem)
    artist, title, album_said, inner = _named(said, is_numbered=number is not None)
    return Track(
        title=title,
        artists=(artist,) if artist else folder_artists,
        album=album_said or on,
        album_artists=folder_artists,
        duration=duration,
        year=year,
        number=number or inner,
        disc=disc,
        source=Source.SOULSEEK,
        key=f"{username}/{path}" if username else path,
    )


def _spaced(name: str) -> str:
    """A name with blanks where it has underscores, and dashes that divide."""
    if " " not in name and "_" in name:
        return re.sub(r"-", " - ", name).replace("_", " ")
    if " " not in name and name.count(".") > 2:
        return name.replace(".", " ")
    return name.replace("_", " ")


def _of_folder(parts: list[str]) -> tuple[tuple[str, ...], str, int | None]:
    """Artists, title and year of the album that a folder is."""
    while len(parts) > 1 and _DISC.fullmatch(parts[-1].strip()):
        parts = parts[:-1]
    if not parts:
        return (), "", None
    name = _spaced(parts[-1]).strip()
    year = None
    if found := _YEAR_FIRST.match(name):
        year, name = int(found[1]), name[found.end() :]
    name, tagged = _without_tags(name)
    year = year or tagged
    pieces = [piece.strip() for piece in _DASHES.split(name) if piece.strip()]
    years = [piece for piece in pieces if _YEAR.fullmatch(piece)]
    if years and len(pieces) > len(years):
        year = year or int(years[0])
        pieces = [piece for piece in pieces if piece not in years]
    pieces = _joined(pieces)
    if len(pieces) >= 2:
        return (pieces[0],), " - ".join(pieces[1:]), year
    above = next(
        (_spaced(part).strip() for part in reversed(parts[:-1]) if not _NO_ARTISTS.fullmatch(part.strip())), ""
    )
    above = _DASHES.split(_without_tags(above)[0])[0].strip() if above else ""
    title = pieces[0] if pieces else name
    return ((above,) if above else ()), title, year


def _without_tags(name: str) -> tuple[str, int | None]:
    """A name without brackets that speak of the files or the pressing, and the year in one of them."""
    year = None
    for found in reversed(list(_TAGS.finditer(name))):
        inner = found[1].strip()
        years = _YEAR.findall(inner)
        said = classified(inner)
        is_label = bool(years) and "," in inner
        is_noise = said is not None and not said.versions and not said.part and not said.form and not said.featured
        if is_label or is_noise:
            if years and (is_label or inner == years[0]):
                year = int(years[0])
            kept = f" ({inner})" if said and said.editions - {"medium"} else ""
            name = f"{name[: found.start()]}{kept} {name[found.end() :]}"
    return " ".join(name.split()).strip(" -"), year


def _joined(pieces: list[str]) -> list[str]:
    """What only says which version it is belongs to the piece before it."""
    kept: list[str] = []
    for piece in pieces:
        if len(kept) > 0 and classified(piece) is not None and not piece.isdigit():
            kept[-1] = f"{kept[-1]} ({piece})"
        else:
            kept.append(piece)
    return kept


def _unnumbered(stem: str) -> tuple[str, int | None, int | None]:
    """A file's name without the number it begins with; disc and number."""
    found = _NUMBERED.match(stem)
    if found is None:
        return _spaced(stem), None, None
    rest = stem[found.end() :]
    if found["disc"]:
        return _spaced(rest), int(found["disc"]), int(found["inner"])
    number = found["padded"] or found["single"]
    return _spaced(rest), None, int(number) if number else 0


def _named(said: str, *, is_numbered: bool) -> tuple[str, str, str, int | None]:
    """Artist, title, album and number in the name of a file."""
    pieces = [piece.strip() for piece in _DASHES.split(said) if piece.strip()]
    number = next((int(piece) for piece in pieces[:-1] if piece.isdigit() and len(piece) <= 3), None)
    pieces = _joined([piece for place, piece in enumerate(pieces) if not (piece.isdigit() and place < len(pieces) - 1)])
    if not pieces:
        return "", said.strip(), "", number
    if len(pieces) == 1:
        return "", pieces[0], "", number
    if len(pieces) == 2:
        return pieces[0], pieces[1], "", number
    if is_numbered:
        return pieces[0], " - ".join(pieces[1:]), "", number
    return pieces[0], " - ".join(pieces[2:]), pieces[1], number
