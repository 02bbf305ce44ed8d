"""The one error of JSON-LD processing."""

from __future__ import annotations

from app.errors import InvalidInput


class UnsafeDocument(InvalidInput):
    """A document that cannot be signed or checked without losing or bending a part of it.

    `code` is for programs, `pointer` is a JSON Pointer to the part ("" = the whole document).
    """

    slug, title = "unsafe-document", "The document cannot be signed or checked without losing a part of it"

    def __init__(self, code: str, pointer: str, detail: str) -> None:
        super().__init__(detail, code=code, pointer=pointer)
        self.code = code
        self.pointer = pointer
