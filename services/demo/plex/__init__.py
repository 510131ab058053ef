"""The simulated Plex Media Server: a music library of the demo world, and films that are no music."""

from .app import SimulatedPlex
from .invention import invent_plex
from .world import PlexWorld

__all__ = ["PlexWorld", "SimulatedPlex", "invent_plex"]
