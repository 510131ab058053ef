"""The one HTTP stack under every client: rate limit, retry, error mapping, request log."""

from .exchange import Answer, Explain, Take, Timeouts, Upstream, is_loopback
from .limiter import Clock, Limiter, Limiters, Manners, Priority
from .streaming import ServerEvent

__all__ = [
    "Answer",
    "Clock",
    "Explain",
    "Limiter",
    "Limiters",
    "Manners",
    "Priority",
    "ServerEvent",
    "Take",
    "Timeouts",
    "Upstream",
    "is_loopback",
]
