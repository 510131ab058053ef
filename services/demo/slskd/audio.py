"""Files as they arrive: of exactly the right size, the audio ones with a header and tags that programs can read.

What follows the header is a hole in the file: an album of half a gigabyte takes no room on the disk.
"""

from __future__ import annotations

import struct
from pathlib import Path

from .network import SharedFile

_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Bit rates of MPEG 1 layer III in the order of their number in a frame's header."""


def write(path: Path, file: SharedFile, size: int | None = None) -> None:
    """Write ``file``, whole or its first ``size`` bytes."""
    size = file.size if size is None else size
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.write(_head(file)[:size])
        out.truncate(size)


def _head(file: SharedFile) -> bytes:
    match file.extension:
        case "flac":
            return _flac(file)
        case "mp3":
            return _mp3(file)
        case "jpg" | "jpeg":
            return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
        case "nfo" | "txt" | "log" | "m3u" | "cue":
            return b"Invented for the demo.\r\n"
        case _:
            return b""


def _flac(file: SharedFile) -> bytes:
    """Stream information and tags; the rest of the file reads as a gap between frames."""
    rate, depth, channels = file.sample_rate or 44_100, file.bit_depth or 16, 2
    samples = rate * (file.length or 180)
    packed = rate << 44 | (channels - 1) << 41 | (depth - 1) << 36 | samples
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + struct.pack(">Q", packed) + bytes(16)
    comments = [f"{name}={value}".encode() for name, value in _tags(file)]
    vendor = b"lockgroove demo"
    tags = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(comments))
    tags += b"".join(struct.pack("<I", len(each)) + each for each in comments)
    return b"fLaC" + _block(0, info) + _block(0x84, tags) + b"\xff\xf8\xc9\x18"


def _block(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _mp3(file: SharedFile) -> bytes:
    """An ID3v2.3 tag and a few frames of silence."""
    names = {"TITLE": b"TIT2", "ARTIST": b"TPE1", "ALBUM": b"TALB", "TRACKNUMBER": b"TRCK", "DATE": b"TYER"}
    body = b""
    for name, value in _tags(file):
        text = b"\x01" + value.encode("utf-16")
        body += names[name] + struct.pack(">IH", len(text), 0) + text
    size = len(body)
    spread = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    rate = min(_RATES[1:], key=lambda each: abs(each - (file.bit_rate or 192)))
    header = struct.pack(">I", 0xFFFB0000 | _RATES.index(rate) << 12 | 0x64)
    frame = header + bytes(144_000 * rate // 44_100 - 4)
    return b"ID3\x03\x00\x00" + spread + body + frame * 8


def _tags(file: SharedFile) -> list[tuple[str, str]]:
    tags = file.tags
    found = (
        ("TITLE", tags.title),
        ("ARTIST", tags.artist),
        ("ALBUM", tags.album),
        ("TRACKNUMBER", str(tags.track) if tags.track else ""),
        ("DATE", str(tags.year) if tags.year else ""),
    )
    return [(name, value) for name, value in found if value]
