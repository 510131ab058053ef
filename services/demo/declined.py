"""How the simulated Discogs says no."""

from __future__ import annotations


class Declined(Exception):
    """The service does not do that. ``place`` is set for the two-part body of a validation error."""

    def __init__(self, status: int, message: str, *, place: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.place = place


FORBIDDEN = "You don't have permission to access this resource."
UNAUTHENTICATED = "You must authenticate to access this resource."
