"""Every fault that can be switched on from the command line, by name."""

from __future__ import annotations

from .faults import Fault
from .plex.faults import PlexFault
from .slskd.faults import SlskdFault
from .spotify.faults import SpotifyFault

OTHERS = {"spotify-": SpotifyFault, "slskd-": SlskdFault, "plex-": PlexFault}
"""How the faults of all but the simulated Discogs begin."""
FAULTS = [*map(str, Fault), *(f"{prefix}{fault}" for prefix, faults in OTHERS.items() for fault in faults)]
