"""The root of the program's one error family, and what can be wrong with the store."""

from __future__ import annotations


class LockgrooveError(Exception):
    """Anything the program can explain. ``message`` is a sentence for the person, ``hint`` says what to do about it.

    The REST layer and the terminal each translate this family in one place; neither text ever holds a secret.
    """

    kind = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class StoreError(LockgrooveError):
    """The store cannot be used as it is."""

    kind = "store"


class StoreTooNew(StoreError):
    """The store was written by a newer version; it is left as it is."""

    kind = "store_too_new"


class StoreCorrupt(StoreError):
    """The store is damaged; it is never overwritten."""

    kind = "store_corrupt"


class StoreBusy(StoreError):
    """Another process held the store longer than we wait."""

    kind = "store_busy"


class StoreFull(StoreError):
    """No room on the disk; the change was rolled back."""

    kind = "store_full"


class LeaseLost(LockgrooveError):
    """Another process has taken the job over; this one must stop writing."""

    kind = "lease_lost"


class AlreadyHeld(LockgrooveError):
    """The user has a record of this release already."""

    kind = "conflict"
