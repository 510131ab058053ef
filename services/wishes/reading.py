"""What somebody pasted or exported, whatever it is, as wishes: which kind of text it is, and what cannot be one."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from services.errors import InvalidInput
from services.wishes.lines import Fault, Found, header_of, read_bare_table, read_lines, read_table
from services.wishes.playlist_files import read_m3u, read_pls, read_xspf
from storage.values.wishes import NewWish
from storage.wishes import key_of

MOST_BYTES = 4_000_000
"""Bytes that are read; a list of 20,000 lines has a third of that."""
MOST_LINES = 20_000
"""Lines in one go: wishes are looked at one by one."""
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x0b\x1b")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: ``wishes`` each once, in its order; ``faults`` are lines that say nothing; ``twice`` counts those said
    before. ``kind`` is what it was taken for, in a word.
    """

    wishes: tuple[NewWish, ...]
    faults: tuple[Fault, ...]
    twice: int
    kind: str


def decoded(raw: bytes) -> str:
    """The text in a file: UTF-8, UTF-16 with its mark, else as Windows writes it.

    Raises :class:`InvalidInput` for a file that is too large or no text.
    """
    if len(raw) > MOST_BYTES:
        raise InvalidInput(
            "text", f"The file is larger than {MOST_BYTES // 1_000_000} MB.", "Wishes are a list of names; split it."
        )
    encoding = next((name for bom, name in _BOMS if raw.startswith(bom)), None)
    if encoding != "utf-16" and not _CONTROLS.isdisjoint(raw):
        raise InvalidInput("text", "That is no text: it holds bytes that no list of names has.", "Give a text file.")
    for each in (encoding or "utf-8", "cp1252"):
        try:
            return raw.decode(each)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def read(text: str, name: str = "") -> Reading:
    """Everything in ``text``; ``name`` is that of its file, which tells a table without a header. Computes: call it in a thread.

    Raises :class:`InvalidInput` for nothing, for too much, and for what is no text.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise InvalidInput("text", "That is no text.", "Give a text file.")
    if not text.strip():
        raise InvalidInput("text", "There is nothing in it.", "One artist and title a line.")
    lines = text.count("\n") + text.count("\r") - text.count("\r\n") + 1
    if lines > MOST_LINES + 1:
        raise InvalidInput("text", f"It has {lines:,} lines.", f"Give {MOST_LINES:,} at a time.")
    kind, found = _found(text, name.casefold())
    wishes: dict[str, NewWish] = {}
    faults: list[Fault] = []
    twice = 0
    for each in found:
        if isinstance(each, Fault):
            faults.append(each)
        elif (key := key_of(each)) in wishes:
            twice += 1
        else:
            wishes[key] = each
    return Reading(tuple(wishes.values()), tuple(faults), twice, kind)


def _found(text: str, name: str) -> tuple[str, Iterator[Found]]:
    begins = text.lstrip()[:2000]
    if name.endswith(".xspf") or (begins.startswith("<") and "<playlist" in begins):
        return "XSPF", read_xspf(text.strip())
    if begins[:10].casefold() == "[playlist]":
        return "PLS", read_pls(text)
    if begins.startswith(("#EXTM3U", "#EXTINF:")) or name.endswith((".m3u", ".m3u8")):
        return "M3U", read_m3u(text)
    if table := header_of(text):
        return "table", read_table(text, *table)
    if name.endswith(".csv"):
        return "table", read_bare_table(text)
    return "lines", read_lines(text)
