"""Bodies that are a picture: the bytes of a PNG, and nothing around them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from app.errors import UnsupportedMediaType
from app.web.api.strict_route import media_type
from app.web.deps import RawBody

PNG_REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"image/png": {"schema": {"type": "string", "contentMediaType": "image/png"}}},
    },
}


def png_body(request: Request, body: RawBody) -> bytes:
    """The bytes of the body. Raises UnsupportedMediaType when they are not said to be a PNG."""
    if media_type(request.headers.get("content-type", "")) != "image/png":
        raise UnsupportedMediaType("Send the file itself, with Content-Type: image/png", expected="image/png")
    return body


PngBody = Annotated[bytes, Depends(png_body)]
