"""Covers: small pictures drawn from their address, always the same for the same address."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import io

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@functools.lru_cache(maxsize=256)
def _cover(path: str) -> bytes:
    """A record seen from above on a sleeve; PNG if the address says so, else JPEG."""
    from PIL import Image, ImageDraw  # heavy, and only the pictures need it

    side = 150 if "150" in path else 600
    shade = hashlib.sha256(path.rsplit("/", 1)[-1].encode()).digest()
    sleeve, label = tuple(shade[:3]), tuple(shade[3:6])
    picture = Image.new("RGB", (side, side), sleeve)
    pen = ImageDraw.Draw(picture)
    for ring, colour in ((0.46, (18, 18, 20)), (0.38, (40, 40, 44)), (0.36, (18, 18, 20)), (0.16, label)):
        pen.ellipse([side * (0.5 - ring), side * (0.5 - ring), side * (0.5 + ring), side * (0.5 + ring)], fill=colour)
    pen.rectangle([0, side * (0.1 + shade[6] / 400), side, side * (0.14 + shade[6] / 400)], fill=label)
    held = io.BytesIO()
    picture.save(held, "PNG" if path.endswith(".png") else "JPEG")
    return held.getvalue()


async def image(request: Request) -> Response:
    path: str = request.path_params["path"]
    content = await asyncio.to_thread(_cover, path)
    return Response(content, media_type="image/png" if path.endswith(".png") else "image/jpeg")


ROUTES = [Route("/images/{path:path}", image, methods=["GET"])]
