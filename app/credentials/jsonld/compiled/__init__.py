"""Plain documents to canonical RDF through contexts that were compiled once: the fast path beside PyLD.

Whatever this room answers is what PyLD answers in safe mode, byte for byte; whatever it is not sure of, it does not
answer but raises `Unsupported`, and the caller asks PyLD. So it never has to name an error in a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.credentials.jsonld.compiled import canonical, walk
from app.credentials.jsonld.compiled.contexts import Compiled, compile_contexts
from app.credentials.jsonld.compiled.unsupported import Unsupported
from app.credentials.jsonld.quads import Quad

__all__ = ["Compiled", "Unsupported", "canonical_nquads", "compile_contexts", "to_quads"]


def to_quads(document: Mapping[str, Any], compiled: Compiled) -> list[Quad]:
    """The document's RDF dataset: every quad once, in no particular order; blank nodes carry throw-away labels.

    The document is parsed JSON whose `@context` is
    exactly the array (or the one string) that `compiled` was made from. Raises Unsupported for any other, and for
    everything that the fast path does not handle: undefined members and types, relative IRIs, keywords, null, more
    credentials inside the document than are allowed.
    Source: JSON-LD 1.1 API, "Deserialize JSON-LD to RDF".
    """
    return list(walk.quads(document, compiled))


def canonical_nquads(document: Mapping[str, Any], compiled: Compiled) -> bytes:
    """The document's RDFC-1.0 canonical N-Quads, as UTF-8 bytes: what a Data Integrity proof hashes.

    Raises Unsupported as `to_quads` does, and when two blank nodes cannot be told apart by their first-degree
    hashes: ordering those takes work without a bound, which belongs to the guarded slow path (T12).
    Source: RDF Dataset Canonicalization, section 4.4.
    """
    return canonical.canonicalise(walk.quads(document, compiled))
