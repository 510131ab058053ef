"""What Discogs tells of releases is filed in the catalogue, so that searching and exploring know them ever after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import structlog

from services.discogs.facts import UNTITLED
from services.discogs.models import BasicInformation, Credit, FormatEntry, Release, Track
from services.errors import StoreError
from storage import values
from storage.catalogue import answers, growth, releases
from storage.catalogue.database import Database
from storage.engine import Storage
from storage.values import LabelLine, ReleaseEntry, ReleaseId

log = structlog.stdlib.get_logger(__name__)

_LONGEST = 600
"""Characters of a name or title that are filed: what goes into an index on a server has a limit of 2,700 bytes."""


async def file_met(storage: Storage, said: Sequence[BasicInformation]) -> None:
    """File releases that a collection or wantlist lists. The catalogue can be made anew, so that it cannot be written
    is for the log: what was asked for goes on.
    """
    entries = [entry_of(each) for each in said if each.id > 0]
    if not entries:
        return
    try:
        await storage.catalogue.write(lambda db: growth.apply(db, entries))
    except StoreError as error:
        log.warning("releases_not_filed", count=len(entries), error=error.message)


async def keep_answer(storage: Storage, release: Release) -> None:
    """Keep the full answer for a release and file what it says. Raises the store's errors."""
    detail, entry = release.model_dump(mode="json", by_alias=True), entry_of(release)

    def keep(db: Database) -> None:
        answers.put(db, ReleaseId(release.id), detail)
        growth.apply(db, [entry])

    await storage.catalogue.write(keep)


async def has_filed(storage: Storage) -> bool:
    """Whether the catalogue knows any release; one that cannot be asked counts as filled."""
    try:
        return await storage.catalogue.read(releases.is_any)
    except StoreError as error:
        log.warning("catalogue_not_asked", error=error.message)
        return True


def entry_of(said: BasicInformation | Release) -> ReleaseEntry:
    """A release as the catalogue files it, from basic information or a full answer."""
    whole = said if isinstance(said, Release) else None
    return ReleaseEntry(
        id=ReleaseId(said.id),
        title=said.title.strip()[:_LONGEST] or UNTITLED,
        artist=said.artist_name.strip(),
        year=said.year or None,
        country=(whole.country or None) if whole else None,
        format=format_line((entry.name, str(entry.qty), entry.descriptions) for entry in said.formats) or None,
        master_id=said.master_id or None,
        artists=_named(said.artists),
        credits=_named(_credited(whole)) if whole else (),
        labels=tuple(
            LabelLine(label.id, label.name[:_LONGEST], label.catno) for label in said.labels if label.id and label.name
        ),
        genres=said.genres,
        styles=said.styles,
        formats=_format_words(said.formats),
        barcodes=whole.barcodes if whole else (),
        whole=whole is not None,
    )


def format_line(formats: Iterable[tuple[str, str, Sequence[str]]]) -> str:
    """Formats in one line, from name, quantity and descriptions of each: ``2×Vinyl, LP, Album + CD``."""
    parts = (
        ", ".join((f"{quantity}×{name}" if quantity not in ("", "0", "1") else name, *descriptions))
        for name, quantity, descriptions in formats
    )
    return " + ".join(part for part in parts if part)


def _format_words(formats: Sequence[FormatEntry]) -> tuple[str, ...]:
    words = (word.strip() for entry in formats for word in (entry.name, *entry.descriptions))
    return tuple(dict.fromkeys(word for word in words if word))


def _named(credits: Iterable[Credit]) -> tuple[values.Credit, ...]:
    named = (credit for credit in credits if credit.id > 0 and credit.name)
    return tuple({credit.id: values.Credit(credit.id, credit.name[:_LONGEST]) for credit in named}.values())


def _credited(release: Release) -> Iterator[Credit]:
    """Everybody on a release beyond those it is by: extra artists, and those of its tracks."""
    yield from release.extraartists
    yield from _on_tracks(release.tracklist)


def _on_tracks(tracks: Sequence[Track]) -> Iterator[Credit]:
    for track in tracks:
        yield from track.artists
        yield from track.extraartists
        yield from _on_tracks(track.sub_tracks)
