"""Soulseek through slskd: searches, users, transfers, over its HTTP API (slskd-api.md)."""
