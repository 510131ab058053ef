"""Which route a request was for, wherever that is kept: a path may hold what opens a door, such as a snapshot's link."""

from __future__ import annotations

from typing import Any

from starlette.types import Scope


def template(scope: Scope) -> str:
    """The route as the OpenAPI document writes it, such as ``/api/records/{recordId}``; ``unmatched`` where there is none."""
    route: Any = scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched"
