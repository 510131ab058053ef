"""Plex: what the server holds and plays, over its HTTP API (plex-api.md)."""
