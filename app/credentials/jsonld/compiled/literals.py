"""JSON strings and numbers as N-Quads terms, exactly as PyLD 3.3 writes them."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from app.credentials.jsonld.compiled.unsupported import Unsupported

XSD = "http://www.w3.org/2001/XMLSchema#"

# JSON-LD writes whole numbers of this size and above as doubles.
_LARGEST_INTEGER = 10**21

# An absolute IRI that no reader would resolve, repair or escape. PyLD lets more through, and so do not we.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f-\x9f<>\"{}|^`\\\ud800-\udfff\ufffe\uffff]+")

# Badges of one issuer share most of their addresses. Long ones are not kept: a stranger could fill the memory.
_REMEMBERED_CHARACTERS = 200

# RDFC-1.0 escapes these, PyLD writes them raw: no answer is better than two.
_DISPUTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def iri(text: str) -> str:
    """`<text>` of an absolute IRI; raises Unsupported for a relative one, a blank node label, doubtful characters."""
    return _remembered(text) if len(text) <= _REMEMBERED_CHARACTERS else _iri(text)


def _iri(text: str) -> str:
    if _IRI.fullmatch(text) is None:
        raise Unsupported("Not a plain absolute IRI")
    return f"<{text}>"


_remembered = lru_cache(maxsize=2_048)(_iri)


def string(text: str) -> str:
    """`"text"` with N-Quads escapes, without a datatype; raises Unsupported for control characters and the like."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if _DISPUTED.search(text) is not None:
        raise Unsupported("A text holds characters that writers of N-Quads treat differently")
    return f'"{text.translate(_ESCAPES)}"'


def number(value: bool | float, datatype: str | None) -> str:  # noqa: FBT001 - JSON's own kinds of value
    """A JSON boolean or number as a typed literal; `datatype` is `^^<…>`, or None for the one its kind implies.

    Whole numbers are written without a fraction whatever their type (3.0 is `3`), others as canonical xsd:double.
    Source: JSON-LD 1.1 API, "Object to RDF Conversion", steps 8-11.
    """
    if isinstance(value, bool):
        return f'"{"true" if value else "false"}"{datatype or f"^^<{XSD}boolean>"}'
    if not math.isfinite(value) or abs(value) >= _LARGEST_INTEGER:
        raise Unsupported("A number beyond what the fast path writes")
    if value == int(value):
        return f'"{int(value)}"{datatype or f"^^<{XSD}integer>"}'
    return f'"{_double(value)}"{datatype or f"^^<{XSD}double>"}'


def _double(value: float) -> str:
    mantissa, exponent = f"{value:.15E}".split("E")
    whole, fraction = mantissa.split(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"
