"""Quads as N-Quads terms, in the one spelling that RDFC-1.0 asks for."""

from __future__ import annotations

import re

# subject, predicate, object, graph name ("" = default graph): `<iri>`, `_:label` or a literal as `literal` spells it
Quad = tuple[str, str, str, str]

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

_ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord("\b"): "\\b",
    ord("\t"): "\\t",
    ord("\n"): "\\n",
    ord("\f"): "\\f",
    ord("\r"): "\\r",
    ord('"'): '\\"',
    ord("\\"): "\\\\",
}
_NEEDS_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\]')


def iri(value: str) -> str:
    """`<value>`."""
    return f"<{value}>"


def literal(value: str, *, datatype: str = XSD_STRING, language: str | None = None) -> str:
    """A literal in canonical N-Quads: short escapes where they exist, else four hex digits."""
    text = value.translate(_ESCAPES) if _NEEDS_ESCAPE.search(value) else value
    if language:
        return f'"{text}"@{language}'
    return f'"{text}"' if datatype == XSD_STRING else f'"{text}"^^<{datatype}>'


def line(quad: Quad) -> str:
    """The quad as one N-Quads line with its line feed."""
    subject, predicate, value, graph = quad
    return f"{subject} {predicate} {value} {graph} .\n" if graph else f"{subject} {predicate} {value} .\n"
