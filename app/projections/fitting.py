"""Pictures made small enough to be set on a sheet of paper or a card. Pure."""

from __future__ import annotations

import io

from PIL import Image

SIDE_PIXELS = 800


def fit(picture: bytes) -> tuple[bytes, int, int]:
    """The PNG with its sides of at most 800 pixels, and its width and height; a small one as it is."""
    with Image.open(io.BytesIO(picture)) as opened:
        width, height = opened.size
        if max(width, height) <= SIDE_PIXELS:
            return picture, width, height
        smaller = opened.convert("RGBA")
    smaller.thumbnail((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    smaller.save(written, "PNG")
    return written.getvalue(), *smaller.size
