"""Whether a browser that is opened here appears before the person's eyes, and where Spotify's pages are."""

from __future__ import annotations

import os
import sys

SPOTIFY = "https://open.spotify.com"
"""The web site of Spotify."""


def is_over_ssh() -> bool:
    """Whether the person sits at another machine."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))


def is_at_hand() -> bool:
    """Whether there is a screen, and it is the person's."""
    return not is_over_ssh() and (
        sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    )
