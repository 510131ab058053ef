"""What ``/api/shelf`` takes and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, Field

from services.rest.wire import LARGEST_ID, Words
from storage.values import (
    Decision,
    Job,
    ShelfAlbum,
    ShelfCounts,
    ShelfList,
    ShelfPlace,
    ShelfQuery,
    ShelfSort,
    ShelfSource,
    SourceState,
)

_LINKS: dict[ShelfSource, str] = {
    ShelfSource.RECORDS: "/api/records/{key}",
    ShelfSource.PLEX: "/plex/library/metadata/{key}",
    ShelfSource.DOWNLOADS: "/api/download/{key}",
    ShelfSource.WANTS: "/api/user/wantlist",
    ShelfSource.ARRIVALS: "/api/arrivals",
    ShelfSource.BEETS: "/beets/albums",
}
"""Where REST has the source's own row, or the list that it is in."""
_FALLING = (ShelfSort.ADDED, ShelfSort.PLAYS)
_YES_NO = "yes or no; left out: either."


class ShelfFilters(BaseModel):
    """What is asked of the shelf; all of it must hold."""

    list: ShelfList | None = Field(default=None, description="One of the two lists that people ask for.")
    q: Words = Field(
        default="",
        description="Words that must begin words of artist or title, accents aside, or be the year: `1979`, `1970-1979`, `1970s`.",
    )
    owned: bool | None = Field(default=None, description=f"As a record: {_YES_NO}")
    vinyl: bool | None = Field(default=None, description=f"As a record on vinyl: {_YES_NO}")
    wanted: bool | None = Field(default=None, description=f"On the wantlist: {_YES_NO}")
    files: bool | None = Field(default=None, description=f"As files, in Plex or beets: {_YES_NO}")
    plex: bool | None = Field(default=None, description=f"In Plex: {_YES_NO}")
    beets: bool | None = Field(default=None, description=f"In beets: {_YES_NO}")
    spotify: bool | None = Field(
        default=None, description=f"Saved, in a playlist, or chosen of an artist on Spotify: {_YES_NO}"
    )
    coming: bool | None = Field(default=None, description=f"On its way, as a download or an arrival: {_YES_NO}")
    played: bool | None = Field(default=None, description=f"Ever played: {_YES_NO}")
    unsure: bool | None = Field(default=None, description=f"With a place of which it is not sure: {_YES_NO}")
    year_from: int | None = Field(default=None, ge=0, le=9999, description="Of this year or later.")
    year_to: int | None = Field(default=None, ge=0, le=9999, description="Of this year or earlier.")
    format: Words = Field(default="", description="A format as Discogs names it: `Vinyl`, `CD`, `LP`.")
    sort: ShelfSort = Field(default=ShelfSort.ARTIST, description="What to sort by.")
    order: Literal["asc", "desc"] | None = Field(
        default=None, description="Default: `desc` for `added` and `plays`, else `asc`."
    )
    limit: int = Field(default=50, ge=1, le=200, description="At most so many.")
    offset: int = Field(default=0, ge=0, le=LARGEST_ID, description="Skip so many.")

    def query(self) -> ShelfQuery:
        """The same for the services."""
        asked = self.model_dump(exclude={"q", "sort", "order", "limit", "offset"})
        is_falling = self.sort in _FALLING if self.order is None else self.order == "desc"
        return ShelfQuery(text=self.q, sort_by=self.sort, descending=is_falling, **asked)


class PlaceShape(BaseModel):
    """A place where an album is."""

    source: ShelfSource
    key: str = Field(description="By which the source knows it.")
    artist: str
    title: str
    year: int | None
    tracks: int | None
    formats: list[str] = Field(description="As Discogs names them.")
    added_at: datetime | None
    amount: int = Field(description="Copies, tracks, plays or files.")
    confidence: float = Field(description="How sure it is that it is this album, 0 to 1; 1 too for what stands alone.")
    reason: str
    decision: Decision | None = Field(description="What you said of it.")
    missing_since: datetime | None = Field(description="Since when the source cannot be asked; null where it can.")
    link: str | None = Field(description="The source's own row here, or the list it is in.")
    detail: dict[str, Any] = Field(description="What else the source says.")

    @classmethod
    def of(cls, each: ShelfPlace) -> Self:
        link = _LINKS.get(each.source)
        return cls(
            source=each.source,
            key=each.key,
            artist=each.artist,
            title=each.title,
            year=each.year,
            tracks=each.tracks,
            formats=list(each.formats),
            added_at=_instant(each.added_at),
            amount=each.amount,
            confidence=each.confidence,
            reason=each.reason,
            decision=each.decision,
            missing_since=_instant(each.missing_since),
            link=None if link is None else link.format(key=quote(each.key, safe="")),
            detail=dict(each.detail),
        )


class AlbumShape(BaseModel):
    """An album with all its places."""

    id: int
    artist: str
    title: str
    year: int | None
    tracks: int | None
    formats: list[str]
    records: int = Field(description="How many records of it are owned.")
    vinyls: int = Field(description="How many of them are on vinyl.")
    wants: int
    plex: int
    beets: int
    files: int = Field(description="Of Plex and beets.")
    spotify: int
    coming: int = Field(description="Downloads and arrivals.")
    plays: int
    added_at: datetime | None = Field(description="When it last came to a place.")
    confidence: float = Field(description="That of its least sure place.")
    places: list[PlaceShape]

    @classmethod
    def of(cls, each: ShelfAlbum) -> Self:
        return cls(
            id=each.pk,
            artist=each.artist,
            title=each.title,
            year=each.year,
            tracks=each.tracks,
            formats=list(each.formats),
            records=each.records,
            vinyls=each.vinyls,
            wants=each.wants,
            plex=each.plex,
            beets=each.beets,
            files=each.files,
            spotify=each.spotify,
            coming=each.coming,
            plays=each.plays,
            added_at=_instant(each.added_at),
            confidence=each.confidence,
            places=[PlaceShape.of(place) for place in each.places],
        )


class AlbumPage(BaseModel):
    albums: list[AlbumShape]
    total: int = Field(description="How many there are in all.")
    limit: int
    offset: int


class CountsShape(BaseModel):
    """How many albums are in each kind of place, and in each list."""

    albums: int
    owned: int
    vinyl: int
    wanted: int
    files: int
    plex: int
    beets: int
    spotify: int
    coming: int
    played: int
    unsure: int
    missing_files: int
    not_owned: int


class SourceShape(BaseModel):
    """How a source stands."""

    source: ShelfSource
    holdings: int = Field(description="Albums that are known of it.")
    read_at: datetime | None = Field(description="When it was last read whole.")
    failing_since: datetime | None = Field(description="Since when it cannot be read; what was known is kept.")
    error: str | None

    @classmethod
    def of(cls, each: SourceState) -> Self:
        return cls(
            source=each.source,
            holdings=each.holdings,
            read_at=_instant(each.read_at),
            failing_since=_instant(each.failing_since),
            error=each.error,
        )


class RefreshShape(BaseModel):
    """A refresh of the shelf."""

    job_id: str
    state: str
    phase: str | None = Field(description="Which source is read, or `matching`.")
    done: int
    total: int | None
    error: str | None
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            job_id=job.id,
            state=job.state.value,
            phase=job.progress.phase or None,
            done=job.progress.done,
            total=job.progress.total,
            error=job.error,
            started_at=_instant(job.started_at),
            finished_at=_instant(job.finished_at),
        )


class Summary(BaseModel):
    counts: CountsShape
    sources: list[SourceShape]
    refresh: RefreshShape | None = Field(description="The last one, or the one that runs; null before the first.")

    @classmethod
    def of(cls, counts: ShelfCounts, sources: list[SourceState], job: Job | None) -> Self:
        return cls(
            counts=CountsShape.model_validate(counts, from_attributes=True),
            sources=[SourceShape.of(each) for each in sources],
            refresh=None if job is None else RefreshShape.of(job),
        )


class RefreshStarted(BaseModel):
    status: Literal["started", "already_running"]
    refresh: RefreshShape


class Decided(BaseModel):
    """What you say of a place."""

    decision: Decision = Field(
        description="`confirm`: it is this album. `reject`: it is not, and goes where it fits else. `split`: it becomes an album "
        "of its own. `join`: it is the album `to`."
    )
    to: Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)] | None = Field(
        default=None, description="The album that it joins."
    )


def _instant(told: str | None) -> datetime | None:
    """An instant as it is stored; a source may have told nonsense."""
    try:
        return None if told is None else datetime.fromisoformat(told)
    except ValueError:
        return None
