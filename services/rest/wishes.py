"""``/api/wishes``: what is wanted by its name. ``/api/watched``: artists whose new releases are told. Both are ours."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from services.rest.access import Caller, PersonalRoute
from services.rest.errors import faults
from services.rest.parts import RuntimePart
from services.rest.wire import LARGEST_ID, FilledWords, ReleaseNumber, Words
from services.wishes.lines import Fault as BadLine
from services.wishes.wishes import Previewed
from storage.values.wishes import Candidate, Wish, WishKind, WishQuery, WishState
from storage.values.wishes import ReleaseState as State
from storage.values.wishes import WatchedArtist as Artist
from storage.values.wishes import WatchedRelease as Release

wishes = APIRouter(prefix="/api/wishes", tags=["wishes"], route_class=PersonalRoute)
watched = APIRouter(prefix="/api/watched", tags=["wishes"], route_class=PersonalRoute)
_FAULTS_TOLD = 200
WishId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The id of the wish.")]
ArtistId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The id under which the artist is watched.")]
NewReleaseId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The id of the release in the list of new ones.")]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")]


class CandidateShape(BaseModel):
    """Something that a wish may mean."""

    name: str = Field(description="By which it is chosen.")
    source: str = Field(description="`records`, `files`, `wants`, `catalogue` or `discogs`.")
    artist: str
    title: str
    year: int | None
    about: str = Field(description="Format, country, label or the like.")
    release_id: str | None = Field(description="The Discogs release, digits as a string.")
    is_track: bool
    confidence: float = Field(description="0 to 1; of those from 0.9 on at most one in a hundred is wrong.")
    reason: str

    @classmethod
    def of(cls, each: Candidate) -> Self:
        return cls(
            name=each.name,
            source=each.source,
            artist=each.artist,
            title=each.title,
            year=each.year,
            about=each.about,
            release_id=None if each.release_id is None else str(each.release_id),
            is_track=each.is_track,
            confidence=each.confidence,
            reason=each.reason,
        )


class Line(BaseModel):
    """A line as it was understood."""

    artist: str
    title: str
    album: str = Field(description="That of a track; empty where none was named.")
    year: int | None
    kind: WishKind
    state: WishState = Field(
        description="`unsure`: a person picks; `found`: it is known which release is meant; `missing`: nothing here fits; "
        "`waiting`: not looked at yet; `wanted`: on the Discogs wantlist; `here`: owned, or there as files."
    )
    candidates: list[CandidateShape] = Field(description="The surest first.")


class WishShape(Line):
    """What is wanted by its name."""

    id: int
    said: str = Field(description="As it stood in what was read.")
    origin: str = Field(description="The name of the list it came with.")
    choice: str | None = Field(description="The `name` of the candidate that a person picked.")
    created_at: str
    matched_at: str | None

    @classmethod
    def of(cls, each: Wish) -> Self:
        return cls(
            id=each.pk,
            artist=each.artist,
            title=each.title,
            album=each.album,
            year=each.year,
            kind=each.kind,
            state=each.state,
            candidates=[CandidateShape.of(one) for one in each.candidates],
            said=each.said,
            origin=each.origin,
            choice=each.choice,
            created_at=each.created_at,
            matched_at=each.matched_at,
        )


class WishPage(BaseModel):
    wishes: list[WishShape]
    total: int = Field(description="How many there are, on all pages.")
    offset: int
    limit: int
    has_more: bool


class FaultyLine(BaseModel):
    line: int = Field(description="Its number, from 1.")
    reason: str

    @classmethod
    def of(cls, each: BadLine) -> Self:
        return cls(line=each.line, reason=each.reason)


class PreviewedLine(Line):
    line: int = Field(description="Its number, from 1.")
    is_known: bool = Field(description="It is there already.")

    @classmethod
    def of(cls, each: Previewed) -> Self:
        wish = each.wish
        return cls(
            line=wish.line,
            artist=wish.artist,
            title=wish.title,
            album=wish.album,
            year=wish.year,
            kind=wish.kind,
            state=each.state,
            candidates=[CandidateShape.of(one) for one in each.candidates or ()],
            is_known=each.is_known,
        )


class NewLines(BaseModel):
    """A list of what is wanted, as it was pasted or exported."""

    text: FilledWords = Field(
        description="Lines of `Artist - Title`, a table with a header, or a playlist (M3U, PLS, XSPF); at most 20,000 lines."
    )
    name: Words = Field(default="", max_length=200, description="The name of its file, kept as where they come from.")
    preview: bool = Field(default=False, strict=True, description="Only say what would become of it; nothing is kept.")


class Taken(BaseModel):
    """What became of a list, or would."""

    taken_for: str = Field(description="`lines`, `table`, `M3U`, `PLS` or `XSPF`.")
    added: int = Field(description="Wishes that are new.")
    known: int = Field(description="Wishes that were there.")
    twice: int = Field(description="Lines that say what another one says.")
    faulty: int = Field(description="Lines that say nothing.")
    faults: list[FaultyLine] = Field(description="The first 200 of those.")
    job_id: str | None = Field(description="The job that looks what they may mean; null where nothing is new.")
    lines: list[PreviewedLine] | None = Field(
        default=None,
        description="Of a preview: what each line becomes; of more than 100 new ones the rest is `waiting`.",
    )


class Choice(BaseModel):
    """What a wish means."""

    choice: Words | None = Field(description="The `name` of one of its candidates; null takes an earlier choice back.")


class Wanted(BaseModel):
    release_id: str = Field(description="The release that is on the Discogs wantlist now.")
    title: str


class Looking(BaseModel):
    job_id: str = Field(description="The job; one that ran already is joined.")


@wishes.get("", summary="What you want by its name", responses=faults(401, 422, 503))
async def list_wishes(
    caller: Caller,
    runtime: RuntimePart,
    text: Annotated[Words, Query(description="Words that begin words of artist, title or album.")] = "",
    state: Annotated[list[WishState] | None, Query(description="Only those in one of these states.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> WishPage:
    """What needs a person first, then what is not here, by artist and title."""
    query = WishQuery(text, tuple(state or ()))
    found, total = await runtime.wishes.page(caller.id, query, limit=limit, offset=offset)
    shapes = [WishShape.of(each) for each in found]
    return WishPage(wishes=shapes, total=total, offset=offset, limit=limit, has_more=offset + len(found) < total)


@wishes.post("", summary="Add a list of what you want", responses=faults(401, 422, 503))
async def add_wishes(caller: Caller, runtime: RuntimePart, given: NewLines) -> Taken:
    """Keeps what is new; the same list again adds nothing. A job then looks what each may mean. Nothing is sent anywhere."""
    reading = await runtime.wishes.read(given.text, given.name)
    told = [FaultyLine.of(each) for each in reading.faults[:_FAULTS_TOLD]]
    common = {"taken_for": reading.kind, "twice": reading.twice, "faulty": len(reading.faults), "faults": told}
    if given.preview:
        preview = await runtime.wishes.preview(caller, reading)
        lines = [PreviewedLine.of(each) for each in preview.lines]
        new = preview.new
        return Taken.model_validate({**common, "added": new, "known": len(lines) - new, "job_id": None, "lines": lines})
    kept = await runtime.wishes.add(caller, reading, given.name)
    job_id = kept.job.id if kept.job else None
    return Taken.model_validate({**common, "added": kept.added, "known": kept.known, "job_id": job_id})


@wishes.post("/match", status_code=202, summary="Look anew what your wishes mean", responses=faults(401, 503))
async def match_wishes(caller: Caller, runtime: RuntimePart) -> Looking:
    """For after the collection, the files or the catalogue changed. What you picked stays."""
    return Looking(job_id=(await runtime.wishes.look_again(caller)).id)


@wishes.get("/{wish_id}", summary="One wish", responses=faults(401, 404, 422, 503))
async def get_wish(caller: Caller, runtime: RuntimePart, wish_id: WishId) -> WishShape:
    """With everything that it may mean."""
    return WishShape.of(await runtime.wishes.get(caller.id, wish_id))


@wishes.put("/{wish_id}", summary="Say what a wish means", responses=faults(401, 404, 422, 503))
async def choose(caller: Caller, runtime: RuntimePart, wish_id: WishId, given: Choice) -> WishShape:
    """It stays, whatever is found later."""
    return WishShape.of(await runtime.wishes.choose(caller.id, wish_id, given.choice))


@wishes.delete("/{wish_id}", summary="Remove a wish", responses=faults(401, 404, 422, 503))
async def remove_wish(caller: Caller, runtime: RuntimePart, wish_id: WishId) -> WishShape:
    """Answers with what was removed. The wantlist on Discogs stays as it is."""
    wish = await runtime.wishes.get(caller.id, wish_id)
    await runtime.wishes.remove(caller.id, [wish_id])
    return WishShape.of(wish)


@wishes.post(
    "/{wish_id}/discogs", summary="Ask Discogs for a wish", responses=faults(401, 404, 422, 429, 502, 503, 504)
)
async def ask_discogs(caller: Caller, runtime: RuntimePart, wish_id: WishId) -> WishShape:
    """What Discogs finds stands beside the other candidates."""
    return WishShape.of(await runtime.wishes.ask_discogs(caller.id, wish_id))


@wishes.post(
    "/{wish_id}/want", summary="Put a wish on the wantlist", responses=faults(401, 404, 409, 422, 429, 502, 503, 504)
)
async def want_wish(caller: Caller, runtime: RuntimePart, wish_id: WishId) -> Wanted:
    """On Discogs: the candidate that was picked, else the one that is sure; 409 where there is neither, or you own it."""
    wanted = await runtime.wishes.want(caller.id, wish_id)
    return Wanted(release_id=str(wanted.release_id), title=f"{wanted.artist_name} – {wanted.album_title}")


# -- watched artists ------------------------------------------------------------------------------------------------


class WatchedShape(BaseModel):
    """An artist whose new releases are told."""

    id: int
    name: str
    discogs_id: str | None = Field(description="The artist on Discogs, digits as a string.")
    spotify_id: str | None
    added_at: str
    discogs_at: str | None = Field(description="When Discogs was last asked.")
    spotify_at: str | None = Field(description="When Spotify was last asked.")
    trouble: str | None = Field(description="Why one of them could not be asked.")
    new: int = Field(description="New releases that wait in the list.")

    @classmethod
    def of(cls, each: Artist) -> Self:
        return cls(
            id=each.pk,
            name=each.name,
            discogs_id=None if each.discogs_id is None else str(each.discogs_id),
            spotify_id=each.spotify_id,
            added_at=each.added_at,
            discogs_at=each.discogs_at,
            spotify_at=each.spotify_at,
            trouble=each.trouble,
            new=each.new,
        )


class WatchedList(BaseModel):
    artists: list[WatchedShape]


class Watch(BaseModel):
    """Whom to watch: a name that the catalogue or Spotify knows, or a name with the artist's number."""

    name: Annotated[FilledWords, Field(max_length=500)]
    discogs_id: ReleaseNumber | None = Field(default=None, description="The artist on Discogs.")
    spotify_id: Annotated[Words, Field(pattern="^[A-Za-z0-9]{1,60}$")] | None = Field(default=None)


class WatchedAnswer(BaseModel):
    artist: WatchedShape
    is_new: bool


class NewRelease(BaseModel):
    """A release that came out after its artist was watched; told once."""

    id: int
    artist: str
    title: str
    released: str = Field(description="A year or a date; empty where nobody knows.")
    kind: str
    about: str
    source: str = Field(description="`discogs` or `spotify`.")
    release_id: str | None = Field(description="The Discogs release, digits as a string.")
    spotify_id: str | None
    state: State
    told_at: str | None

    @classmethod
    def of(cls, each: Release) -> Self:
        return cls(
            id=each.pk,
            artist=each.artist,
            title=each.title,
            released=each.released,
            kind=each.kind,
            about=each.about,
            source=each.source,
            release_id=None if each.release_id is None else str(each.release_id),
            spotify_id=each.spotify_id,
            state=each.state,
            told_at=each.told_at,
        )


class NewReleases(BaseModel):
    releases: list[NewRelease]
    total: int
    offset: int
    limit: int


@watched.get("", summary="The artists you watch", responses=faults(401, 503))
async def list_watched(caller: Caller, runtime: RuntimePart) -> WatchedList:
    """By name."""
    return WatchedList(artists=[WatchedShape.of(each) for each in await runtime.watched.artists(caller.id)])


@watched.post("", summary="Watch an artist", responses=faults(401, 404, 422, 503))
async def watch(caller: Caller, runtime: RuntimePart, given: Watch) -> WatchedAnswer:
    """From now on new releases are told; what is out already is read once. An artist who is watched already stays so."""
    artist, is_new = await runtime.watched.add(
        caller.id, given.name, discogs_id=given.discogs_id, spotify_id=given.spotify_id
    )
    return WatchedAnswer(artist=WatchedShape.of(artist), is_new=is_new)


@watched.get("/releases", summary="New releases of watched artists", responses=faults(401, 422, 503))
async def new_releases(
    caller: Caller,
    runtime: RuntimePart,
    settled: Annotated[bool, Query(description="Those you wanted or ignored instead.")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> NewReleases:
    """Those told last first."""
    found, total = await runtime.watched.releases(caller.id, settled=settled, limit=limit, offset=offset)
    return NewReleases(releases=[NewRelease.of(each) for each in found], total=total, offset=offset, limit=limit)


@watched.post(
    "/releases/{release_id}/want",
    summary="Want a new release",
    responses=faults(401, 404, 409, 422, 429, 502, 503, 504),
)
async def want_release(caller: Caller, runtime: RuntimePart, release_id: NewReleaseId) -> Wanted:
    """Puts it on the Discogs wantlist and off this list; 409 while Discogs does not list it."""
    wanted = await runtime.watched.want(caller.id, release_id)
    return Wanted(release_id=str(wanted.release_id), title=f"{wanted.artist_name} – {wanted.album_title}")


@watched.delete("/releases/{release_id}", summary="Ignore a new release", responses=faults(401, 404, 422, 503))
async def ignore_release(caller: Caller, runtime: RuntimePart, release_id: NewReleaseId) -> NewRelease:
    """Takes it off the list; it is never told again."""
    return NewRelease.of(await runtime.watched.ignore(caller.id, release_id))


@watched.delete("/{artist_id}", summary="Watch an artist no more", responses=faults(401, 404, 422, 503))
async def unwatch(caller: Caller, runtime: RuntimePart, artist_id: ArtistId) -> WatchedList:
    """Their releases go off the list. Answers with who is still watched."""
    await runtime.watched.remove(caller.id, artist_id)
    return await list_watched(caller, runtime)
