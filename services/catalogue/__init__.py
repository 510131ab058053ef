"""The catalogue of all releases: filling it, and what can be found and kept of it."""
