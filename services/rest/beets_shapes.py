"""What ``/beets`` and ``/api/arrivals`` take and answer (harmony-contract.md section 16)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from services.beets.library import DEFAULT_FORMAT
from services.rest.wire import Words
from storage.values.arrivals import Arrival, ArrivalOrigin, ArrivalState


class ImportOrder(BaseModel):
    """What is to be imported, and how."""

    path: Words = Field(
        description="A folder or file on the server, absolute, below one of the folders that may be imported."
    )
    quiet: bool = Field(default=True, description="Never ask; false fails where beets would have to.")
    autotag: bool = Field(
        default=True, description="Look the album up on the net and change its tags; false imports it as it is."
    )


class UpdateOrder(BaseModel):
    """Whose tags are read anew."""

    path: Words | None = Field(default=None, description="Only files below this; absent: all.")
    force: bool = Field(default=False, description="Go on though most files are not there, and forget them.")


class RemoveOrder(BaseModel):
    """What is removed from the library."""

    query: Words = Field(description="Terms with a field and what it has to be, such as `album_id:12`.")
    force: bool = Field(default=False, description="Do not ask. Without it nothing is removed.")


class OptionalQuery(BaseModel):
    """What something is done to."""

    query: Words | None = Field(default=None, description="A beets query; absent or empty: everything.")


class QueryOrder(BaseModel):
    """What is looked for, and how each track is put."""

    query: Words = Field(description='A beets query; `"artist:Daft Punk"` is one term, `artist:Daft Punk` two.')
    format: Words = Field(default=DEFAULT_FORMAT, description="A beets format, at most 500 characters.")


class Done(BaseModel):
    success: Literal[True] = True
    message: str = Field(description="What beets said, or what was done.")


class Imported(Done):
    """What an import really brought in."""

    imported: int = Field(description="Tracks that are new in the library.")
    skipped: int = Field(description="Audio files that are not among them: there already, or unreadable.")
    paths: list[str] = Field(description="The folders of the library they went to.")
    arrival_id: int = Field(description="Under which `GET /api/arrivals` shows it.")


class Updated(Done):
    removed: int = Field(description="Tracks that were forgotten because their file is gone.")


class Removed(BaseModel):
    success: Literal[True] = True
    removed: int = Field(description="Tracks; their files stay.")


class Moved(BaseModel):
    success: Literal[True] = True
    moved: int = Field(description="Files.")


class Written(BaseModel):
    success: Literal[True] = True
    written: int = Field(description="Files whose tags were changed.")


class Albums(BaseModel):
    albums: list[str] = Field(description="A line each, as the library's own format for albums puts it.")


class Tracks(BaseModel):
    tracks: list[str] = Field(description="Titles.")


class Figures(BaseModel):
    stats: dict[str, str] = Field(description="As beets calls and says them.")


class FieldNames(BaseModel):
    fields: list[str] = Field(description="What tracks and albums can be asked for, under headings.")


class Results(BaseModel):
    results: list[str] = Field(description="A line per track.")


class ArrivalEntry(BaseModel):
    """Something that arrived to be filed."""

    id: int
    path: str
    name: str
    origin: ArrivalOrigin = Field(
        description="`folder`: it turned up in the downloads folder; `request`: somebody named it."
    )
    state: ArrivalState
    files: int = Field(description="Audio files in it.")
    size: int = Field(description="Their bytes.")
    imported: int
    skipped: int
    filed: list[str] = Field(description="The folders of the library it went to.")
    message: str | None = Field(description="Why it failed, or what a person should know.")
    arrived_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, arrival: Arrival) -> ArrivalEntry:
        told: dict[str, Any] = {
            name: getattr(arrival, name)
            for name in ("id", "path", "name", "origin", "state", "files", "size", "imported", "skipped")
        }
        return cls(
            **told,
            filed=list(arrival.filed),
            message=arrival.error,
            arrived_at=datetime.fromisoformat(arrival.arrived_at),
            changed_at=datetime.fromisoformat(arrival.changed_at),
        )


class ArrivalList(BaseModel):
    arrivals: list[ArrivalEntry]
    counts: dict[ArrivalState, int] = Field(description="How many there are in each state.")
    folder: str | None = Field(description="The downloads folder that is watched; null where nobody says which it is.")
    after_download: Literal["off", "ask", "automatic"] = Field(description="The setting BEETS_AFTER_DOWNLOAD.")


class ArrivalOrder(BaseModel):
    """How it is imported."""

    autotag: bool = Field(default=False, description="Look it up on the net and change its tags.")
