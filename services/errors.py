"""The error family of the services; see :class:`storage.errors.LockgrooveError` for what an error carries."""

from __future__ import annotations

from storage.errors import LeaseLost, LockgrooveError, StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreTooNew

__all__ = [
    "Conflict",
    "Crowded",
    "InvalidInput",
    "LeaseLost",
    "LockgrooveError",
    "NotConnected",
    "NotFound",
    "Refused",
    "StoreBusy",
    "StoreCorrupt",
    "StoreError",
    "StoreFull",
    "StoreTooNew",
    "UpstreamError",
    "UpstreamNotFound",
    "UpstreamRateLimited",
    "UpstreamRefused",
    "UpstreamTimeout",
]


class InvalidInput(LockgrooveError):
    """Input that cannot be used. ``field`` names the culprit as the caller knows it."""

    kind = "invalid_input"

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.field = field


class NotFound(LockgrooveError):
    """The thing asked for does not exist (or is not the caller's)."""

    kind = "not_found"


class Conflict(LockgrooveError):
    """The thing is in a state that does not allow this."""

    kind = "conflict"


class Refused(LockgrooveError):
    """The caller is not who they must be."""

    kind = "unauthorized"


class OwnersOnly(LockgrooveError):
    """Only the owner of this installation may do that."""

    kind = "forbidden"


class Crowded(LockgrooveError):
    """Too many ask for the same at once; nothing was begun. The same request may succeed in a few seconds."""

    kind = "crowded"


class NotConnected(LockgrooveError):
    """An outside account is needed and none is connected. ``missing`` lists the settings that would supply it; ``code``
    is ``reauth_required`` where one was connected and only signing in again helps.
    """

    kind = "not_connected"

    def __init__(
        self, service: str, message: str, hint: str = "", missing: tuple[str, ...] = (), *, code: str | None = None
    ) -> None:
        super().__init__(message, hint)
        self.service = service
        self.missing = missing
        self.code = code
        if code:
            self.kind = code


class UpstreamError(LockgrooveError):
    """An outside service failed or answered nonsense. ``status`` is its HTTP status, None if there was no answer.

    ``code`` is the short, stable name of what it refused, where the service is known to tell (spotify-api.md 1.8).
    """

    kind = "upstream"

    def __init__(
        self, service: str, message: str, hint: str = "", status: int | None = None, *, code: str | None = None
    ) -> None:
        super().__init__(message, hint)
        self.service = service
        self.status = status
        self.code = code
        if code:
            self.kind = code


class UpstreamTimeout(UpstreamError):
    """No (complete) answer in time. The request may or may not have been carried out."""

    kind = "upstream_timeout"


class UpstreamNotFound(UpstreamError):
    """The service has no such thing (404)."""

    kind = "upstream_not_found"


class UpstreamRefused(UpstreamError):
    """The service does not accept our credential, or forbids this (401, 403)."""

    kind = "upstream_refused"


class UpstreamRateLimited(UpstreamError):
    """The service told us to wait longer than we wait in line. ``retry_at`` is Unix seconds."""

    kind = "upstream_rate_limited"

    def __init__(self, service: str, message: str, retry_at: float, hint: str = "", *, code: str | None = None) -> None:
        super().__init__(service, message, hint, status=429, code=code)
        self.retry_at = retry_at
