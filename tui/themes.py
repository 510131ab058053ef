"""Our themes: calm, with every colour a role. The terminal's own palette (``ansi-dark``, ``ansi-light``) is offered too."""

from __future__ import annotations

import os

from textual.theme import Theme

NIGHT = Theme(
    name="lockgroove",
    primary="#7aa2c7",
    secondary="#9d8ec4",
    accent="#d9a45b",
    foreground="#d4d6da",
    background="#15171b",
    surface="#1a1d22",
    panel="#23272e",
    success="#86b37f",
    warning="#d8b35f",
    error="#d97b76",
    dark=True,
    variables={
        "block-cursor-background": "#30455a",
        "block-cursor-foreground": "#f2f4f7",
        "block-cursor-text-style": "none",
        "border": "#5c87ad",
        "border-blurred": "#3a4049",
        "input-selection-background": "#7aa2c7 35%",
        "footer-key-foreground": "#d9a45b",
    },
)
DAY = Theme(
    name="lockgroove-light",
    primary="#2b5f88",
    secondary="#62529a",
    accent="#834a0a",
    foreground="#23262b",
    background="#f7f6f2",
    surface="#efede7",
    panel="#e3e0d7",
    success="#2e6a2a",
    warning="#735108",
    error="#a8322c",
    dark=False,
    variables={
        "block-cursor-background": "#c9dbe9",
        "block-cursor-foreground": "#15181c",
        "block-cursor-text-style": "none",
        "border": "#2f6690",
        "border-blurred": "#b9b4a6",
        "footer-key-foreground": "#834a0a",
    },
)
CONTRAST = Theme(
    name="lockgroove-contrast",
    primary="#8fd0ff",
    secondary="#ffd7ff",
    accent="#ffe14d",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#7dff7d",
    warning="#ffd000",
    error="#ff8c8c",
    dark=True,
    variables={
        "block-cursor-background": "#ffffff",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "border": "#ffffff",
        "border-blurred": "#9a9a9a",
        "footer-key-foreground": "#ffe14d",
    },
)
OURS = (NIGHT, DAY, CONTRAST)


def effective(chosen: str) -> str:
    """The theme to start with: ``NO_COLOR`` asks for the terminal's own palette, which then sends no colour at all."""
    return "ansi-dark" if is_colourless() else chosen


def is_colourless() -> bool:
    """Whether the person asked for a screen without colours (``NO_COLOR``)."""
    return bool(os.environ.get("NO_COLOR"))
