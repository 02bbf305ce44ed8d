"""Files attached to a PDF, and room in it for one that can only be made when the rest is finished. Pure."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pypdf

ROOM = 32_768
"""Bytes for a signed statement: each is some kilobytes, and says nothing of how much the file holds."""
_MARK = b"%room for a signed statement%"


def with_room(pdf: bytes, *, name: str, others: Mapping[str, bytes]) -> tuple[bytes, int]:
    """The PDF with attached files, and where in it the `ROOM` bytes of one more, called `name`, begin."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for each, content in others.items():
        writer.add_attachment(each, content)
    writer.add_attachment(name, _MARK.ljust(ROOM))
    buffer = io.BytesIO()
    writer.write(buffer)
    made = buffer.getvalue()
    return made, made.index(_MARK)
