"""How the simulated Spotify says no (spotify-api.md 1.6, 1.8)."""

from __future__ import annotations

import json

from starlette.responses import Response


class Refused(Exception):
    """The Web API does not do that; answered in its normal error shape, without ``message`` if that is empty."""

    def __init__(self, status: int, message: str = "", reason: str = "", retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.retry_after = retry_after

    def response(self) -> Response:
        error: dict[str, object] = {"status": self.status}
        if self.message:
            error["message"] = self.message
        if self.reason:
            error["reason"] = self.reason
        headers = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        return Response(json.dumps({"error": error}), self.status, headers, media_type="application/json")


class TokenRefused(Exception):
    """The accounts service gives no token."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> Response:
        body = json.dumps({"error": self.error, "error_description": self.description})
        return Response(body, self.status, media_type="application/json")


NOT_FOUND = "Resource not found"
FORBIDDEN = "Forbidden"
SCOPE = "Insufficient client scope"
