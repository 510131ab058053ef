"""Discogs: its API, what its formats mean, and keeping a collection in step with it."""
