"""The simulated Spotify: the accounts service and the Web API of a development-mode app, over one invented world."""

from .app import SimulatedSpotify

__all__ = ["SimulatedSpotify"]
