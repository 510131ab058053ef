"""The one translation of the error family into statuses (design: where the documents meet)."""

from __future__ import annotations

import pytest

from services.errors import (
    Conflict,
    InvalidInput,
    LeaseLost,
    LockgrooveError,
    NotConnected,
    NotFound,
    Refused,
    StoreBusy,
    StoreFull,
    UpstreamError,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from services.rest.errors import status_of
from storage.errors import AlreadyHeld


@pytest.mark.parametrize(
    ("error", "elsewhere", "records"),
    [
        (InvalidInput("field", "x"), 422, 400),
        (NotFound("x"), 404, 404),
        (Conflict("x"), 409, 409),
        (AlreadyHeld("x"), 409, 409),
        (Refused("x"), 401, 401),
        (NotConnected("Discogs", "x"), 503, 503),
        (UpstreamError("Discogs", "x"), 502, 500),
        (UpstreamNotFound("Discogs", "x"), 404, 404),
        (UpstreamRefused("Discogs", "x"), 502, 500),
        (UpstreamRateLimited("Discogs", "x", 0), 502, 500),
        (UpstreamTimeout("Discogs", "x"), 504, 500),
        (StoreBusy("x"), 503, 503),
        (StoreFull("x"), 503, 503),
        (LeaseLost("x"), 500, 500),
        (LockgrooveError("x"), 500, 500),
    ],
)
def test_every_known_error_has_its_status(error: LockgrooveError, elsewhere: int, records: int) -> None:
    assert status_of(error, "/api/activity") == elsewhere
    assert status_of(error, "/api/recordsx") == elsewhere
    assert status_of(error, "/api/records") == records
    assert status_of(error, "/api/records/sync") == records
