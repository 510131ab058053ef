"""Pictures as Spotify lists them: widest first, sides perhaps unknown (spotify-api.md 3.9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from services.spotify.tolerance import Number, Said, without_nulls
from services.tolerance import Text


class Image(Said):
    """A picture; its sides in pixels may be unknown, its address is good for a while only (spotify-api.md 3.9)."""

    url: Text = ""
    width: Number = None
    height: Number = None


Images = Annotated[tuple[Image, ...], BeforeValidator(without_nulls)]


def cover(images: tuple[Image, ...], *, least: int = 160) -> str | None:
    """The address of the smallest picture at least ``least`` pixels wide, else of the widest; None if there is none."""
    known = [image for image in images if image.url]
    wide_enough = [image for image in known if (image.width or 0) >= least]
    if wide_enough:
        return min(wide_enough, key=lambda image: image.width or 0).url
    return known[0].url if known else None
