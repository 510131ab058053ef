"""What ``/soulseek`` takes and answers where it speaks with slskd (harmony-contract.md section 12)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rest.wire import Words

Free = dict[str, Any]


class SoulseekState(BaseModel):
    """How Soulseek is; slskd is asked for it."""

    status: Literal["connected", "disconnected"]
    artist_count: None = None
    album_count: None = None
    track_count: None = None
    last_scan: None = None
    version: str | None = Field(default=None, description="slskd's version.")
    server: str | None = Field(default=None, description="How slskd stands to the network, in its own words.")
    message: str | None = Field(default=None, description="What is wrong, and what to do.")
    code: str | None = Field(default=None, description="A short name of it.")


class Wanted(BaseModel):
    """A search."""

    query: Words = Field(description="Words of artist, title or file; one that begins with `-` must not occur.")


class Found(BaseModel):
    results: list[Free] = Field(description="One entry for each user, with `files`, as slskd tells them.")
    raw: Free | None = Field(description="slskd's record of the search; null where nothing was asked.")


class Listed(BaseModel):
    """Files to be fetched from a user."""

    username: Words = Field(description="Who shares them.")
    files: list[Free] = Field(
        description="Each with `filename` (or `name`), the whole remote path, and `size` (or `filesize`, `file_size`) in "
        "bytes; without a size it is looked up in the user's share."
    )


class Taken(BaseModel):
    """What slskd made of it."""

    enqueued: list[Free] = Field(description="The transfers, those that were under way already included.")
    failed: list[str] = Field(description="Remote paths that were not taken.")
    reasons: dict[str, str] = Field(description="Why, where slskd said so.")


class DownloadsNow(BaseModel):
    downloads: list[Free] = Field(description="Transfers as slskd tells them, of all users.")


class UploadsNow(BaseModel):
    uploads: list[Free] = Field(description="Transfers as slskd tells them, of all users.")


class Removed(BaseModel):
    removed: int = Field(description="How many were taken off slskd's list.")


class UploadCancelled(BaseModel):
    cancelled: str = Field(description="The id of the upload.")


class AsTold(BaseModel):
    """An object of slskd's."""

    model_config = ConfigDict(extra="allow")


class Address(AsTold):
    host: str
    port: int | None


class Presence(AsTold):
    online: bool


class AboutUser(AsTold):
    username: str
    slots: int | None = Field(description="How many they send to at once.")


class Browsing(AsTold):
    state: Literal["idle", "browsing", "complete"]


class FolderOfUser(BaseModel):
    path: str
    files: list[Free] = Field(description="What is in the folder and below it, with whole remote paths.")
    directories: list[Free] = Field(description="The folder and those below it: `name`, `fileCount`.")


class ShareOfUser(BaseModel):
    username: str
    directories: list[Free] = Field(description="`name`, `fileCount`, `isLocked` of every folder.")
    is_cut: bool = Field(description="The share has more files than are read.")
    files: list[Free] = Field(description="Every file with its whole remote path.")
