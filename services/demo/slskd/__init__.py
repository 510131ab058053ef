"""A simulated slskd of several versions, on a small Soulseek network of invented peers (slskd-api.md)."""

from .app import SimulatedSlskd

__all__ = ["SimulatedSlskd"]
