"""The simulated Discogs: the API's paths, rules and moods over one :class:`~services.demo.world.World`."""

from .app import SimulatedDiscogs

__all__ = ["SimulatedDiscogs"]
