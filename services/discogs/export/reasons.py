"""Why an item was skipped, failed or could not be taken back, in words for a person."""

from __future__ import annotations

from services.errors import LockgrooveError, UpstreamError, UpstreamNotFound
from storage.exports import Candidate
from storage.values import ExportTarget

IN_COLLECTION = "already in your collection"
ON_WANTLIST = "already on your wantlist"
NO_RELEASE = "it has no Discogs id"
VANISHED = "it vanished from your Discogs collection; restore it here first"
NO_RECORD = "there is no such record"
NOT_KNOWN = "it is not known whether it arrived; a retry looks before it sends"
STILL_WANTED = "added, but it is still on the wantlist"
NOT_THERE = "it was not there any more"
CHANGED = "it was changed since, so it was left as it is"
SOLD = "it is not for sale any more, so it was left as it is"
_UNKNOWN_RELEASE = "Discogs does not know this release"
_NO_FOLDER = "there is no such folder in your collection"
_NO_SELLER = (
    "Discogs does not let this account sell; complete the seller settings on discogs.com (Settings, Seller), then retry"
)


def to_skip(candidate: Candidate, target: ExportTarget) -> str | None:
    """Why ``candidate`` would not be sent to ``target``, from what is known here; None if it would."""
    if candidate.release_id is None:
        return NO_RELEASE
    if target is ExportTarget.WANTLIST and candidate.is_wanted:
        return ON_WANTLIST
    if target is ExportTarget.COLLECTION:
        if candidate.removed_at is not None:
            return VANISHED
        if candidate.is_synced:
            return IN_COLLECTION
    return None


def of_failure(error: LockgrooveError, target: ExportTarget) -> str:
    """Why Discogs did not do it."""
    said = error.message.lower()
    if isinstance(error, UpstreamNotFound):
        return _NO_FOLDER if "folder does not exist" in said else _UNKNOWN_RELEASE
    if isinstance(error, UpstreamError):
        if error.status == 422 and "release not found" in said:
            return _UNKNOWN_RELEASE
        if error.status == 403 and target is ExportTarget.MARKETPLACE:
            return _NO_SELLER
    return error.message
