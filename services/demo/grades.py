"""How records and sleeves are graded: Discogs takes these strings exactly (discogs-api.md 4.6)."""

from __future__ import annotations

GRADES = (
    "Mint (M)",
    "Near Mint (NM or M-)",
    "Very Good Plus (VG+)",
    "Very Good (VG)",
    "Good Plus (G+)",
    "Good (G)",
    "Fair (F)",
    "Poor (P)",
)
SLEEVE_GRADES = (*GRADES, "Generic", "Not Graded", "No Cover")
"""What the sleeve of a listing may be graded."""
