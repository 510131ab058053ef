"""Spotify: what a person plays, follows and keeps there (spotify-api.md)."""
