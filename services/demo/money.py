"""Prices as Discogs writes them."""

from __future__ import annotations

_CURRENCIES = {
    "USD": ("$", 1.0), "GBP": ("£", 0.79), "EUR": ("€", 0.92), "CAD": ("CA$", 1.37), "AUD": ("A$", 1.52),
    "JPY": ("¥", 151.0), "CHF": ("CHF", 0.88), "MXN": ("MX$", 17.1), "BRL": ("R$", 5.4), "NZD": ("NZ$", 1.66),
    "SEK": ("SEK", 10.5), "ZAR": ("ZAR", 18.3),
}  # fmt: skip
"""The currencies of Discogs (discogs-api.md 4): how each is written, and what a dollar costs in it."""
CURRENCIES = tuple(_CURRENCIES)
"""The place of one, from 1, is its number."""


def formatted(value: float, currency: str) -> str:
    """``€1,234.50``."""
    return f"{_CURRENCIES[currency][0]}{value:,.{0 if currency == 'JPY' else 2}f}"


def converted(value: float, currency: str, into: str) -> float:
    """The same worth in another currency, to the cent."""
    if currency == into:
        return value
    return round(value / _CURRENCIES[currency][1] * _CURRENCIES[into][1], 2)
