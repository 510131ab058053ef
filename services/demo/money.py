"""Prices as Discogs writes them."""

from __future__ import annotations

_SYMBOLS = {
    "USD": "$", "GBP": "£", "EUR": "€", "CAD": "CA$", "AUD": "A$", "JPY": "¥",
    "CHF": "CHF", "MXN": "MX$", "BRL": "R$", "NZD": "NZ$", "SEK": "SEK", "ZAR": "ZAR",
}  # fmt: skip
CURRENCIES = tuple(_SYMBOLS)
"""The currencies of Discogs (discogs-api.md 4); the place of one, from 1, is its number."""
CENT_LESS = ("JPY",)


def formatted(value: float, currency: str) -> str:
    """``€1,234.50``."""
    return f"{_SYMBOLS[currency]}{value:,.{0 if currency in CENT_LESS else 2}f}"
