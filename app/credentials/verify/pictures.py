"""Whether a badge came in another picture than the one its issuer signed, where that can be known without asking.

Anybody can put a signed badge into any picture. It can be compared only when the signed document carries the picture
itself, as a `data:` address.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from app.credentials import png
from app.errors import TooLarge, UnreadableImage

_PNG = "data:image/png;base64,"


def differ(picture: bytes, said: dict[str, Any]) -> bool:
    """Whether the signed achievement brings its picture and it is not this one. Texts inside pictures do not count."""
    achievement = said["credentialSubject"].get("achievement")
    image = achievement.get("image") if isinstance(achievement, dict) else None
    address = image.get("id") if isinstance(image, dict) else image
    if not isinstance(address, str) or not address.startswith(_PNG) or not picture.startswith(png.SIGNATURE):
        return False
    try:
        signed = base64.b64decode(address.removeprefix(_PNG), validate=True)
        return _drawn(signed) != _drawn(picture)
    except (binascii.Error, UnreadableImage, TooLarge):
        return False


def _drawn(image: bytes) -> list[tuple[bytes, bytes]]:
    """All that a PNG shows: its chunks without texts and time."""
    beside = (b"iTXt", b"tEXt", b"zTXt", b"tIME")
    return [(chunk.type, chunk.data) for chunk in png.read(image).chunks if chunk.type not in beside]
