"""A PNG as an SVG, for badges whose picture was never a drawing: the same pixels under the other suffix."""

from __future__ import annotations

import base64

from app.credentials import svg


def around(picture: bytes, *, width: int, height: int) -> bytes:
    """An SVG that shows this PNG and nothing else; the same input gives the same bytes. Sizes in pixels."""
    size = f'width="{width}" height="{height}"'
    content = base64.b64encode(picture).decode()
    text = (
        f"<?xml version='1.0' encoding='utf-8'?>\n"
        f'<svg xmlns="{svg.NAMESPACE}" viewBox="0 0 {width} {height}" {size} role="img">'
        f'<image {size} href="data:image/png;base64,{content}"/></svg>'
    )
    return text.encode("ascii")
