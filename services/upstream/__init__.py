"""The one HTTP stack under every client: rate limit, retry, error mapping, request log."""

from .exchange import Answer, Timeouts, Upstream, is_loopback
from .limiter import Clock, Limiter, Limiters, Manners, Priority

__all__ = ["Answer", "Clock", "Limiter", "Limiters", "Manners", "Priority", "Timeouts", "Upstream", "is_loopback"]
