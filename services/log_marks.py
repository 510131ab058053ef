"""The emoji before a line of the log that is for reading: what kind of line it is (discogsography-contract.md section 15)."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

_OF_LEVELS = {"critical": "🔥", "error": "❌", "warning": "⚠️"}
_OF_EVENTS = {
    "upstream": "🌐",
    "request": "📥",
    "job asked for": "📋",
    "job runs": "🔄",
    "job ended": "✅",
    "job given back": "⏸️",
    "job waits for a limit": "⏳",
    "scheduled job starts": "⏰",
    "serving": "🚀",
    "draining": "🛑",
    "settings changed": "🔧",
}
_OF_PLACES = (
    ("services.accounts", "🔑"),
    ("services.catalogue", "📚"),
    ("services.beets", "🎵"),
    ("services.downloads", "⬇️"),
    ("services.soulseek", "⬇️"),
    ("services.discogs", "💿"),
    ("services.spotify", "🎧"),
    ("services.plex", "🎬"),
    ("services.jobs", "🔄"),
    ("services.rest", "📥"),
    ("services.config", "🔧"),
    ("services.secrets", "🔑"),
    ("storage", "💾"),
    ("uvicorn", "🔌"),
)
_OTHER = "📝"


def mark(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor for structlog: put the emoji before the event. What went wrong shows first, then what happened, then where."""
    event["event"] = f"{_kind(event)} {event.get('event', '')}"
    return event


def _kind(event: MutableMapping[str, Any]) -> str:
    level, what, where = (str(event.get(name, "")) for name in ("level", "event", "logger"))
    if level in _OF_LEVELS:
        return _OF_LEVELS[level]
    if what in _OF_EVENTS:
        return _OF_EVENTS[what]
    return next((emoji for place, emoji in _OF_PLACES if where.startswith(place)), _OTHER)
