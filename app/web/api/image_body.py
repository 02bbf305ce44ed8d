"""Bodies that are a picture: the bytes of a PNG or SVG, and nothing around them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from app.errors import UnsupportedMediaType
from app.web.api.strict_route import media_type
from app.web.deps import RawBody

IMAGE_REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            name: {"schema": {"type": "string", "contentMediaType": name}} for name in ("image/png", "image/svg+xml")
        },
    },
}


def image_body(request: Request, body: RawBody) -> bytes:
    """The bytes of the body. Raises UnsupportedMediaType when they are not said to be a PNG or SVG."""
    if media_type(request.headers.get("content-type", "")) not in IMAGE_REQUEST["requestBody"]["content"]:
        expected = "image/png or image/svg+xml"
        raise UnsupportedMediaType(f"Send the file itself, with Content-Type: {expected}", expected=expected)
    return body


ImageBody = Annotated[bytes, Depends(image_body)]
