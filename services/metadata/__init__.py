"""Bringing the library's knowledge up to date: what Plex holds, what is matched (harmony-contract.md section 4)."""
