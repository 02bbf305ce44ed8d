"""JSON-LD, safely: pinned contexts, nothing dropped, document -> quads -> canonical N-Quads. Never the network.

Both signing and checking go through `canonicalise`. What it returns is exactly what a signature covers, so a member
that JSON-LD would drop is an error here and not a silent gap in the signature.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.credentials.jsonld import compiled, general
from app.credentials.jsonld.canonical import Digest, canonical_labels, canonical_nquads
from app.credentials.jsonld.contexts import PINNED, ContextSet
from app.credentials.jsonld.expansion import expand_to_quads
from app.credentials.jsonld.quads import Quad
from app.credentials.jsonld.structure import check_contexts, check_structure
from app.credentials.jsonld.unsafe import UnsafeDocument

__all__ = ["PINNED", "ContextSet", "Digest", "Quad", "UnsafeDocument", "canonical_labels", "canonicalise", "to_nquads"]


def to_nquads(document: dict[str, Any], *, contexts: ContextSet = PINNED) -> list[Quad]:
    """The RDF quads of a document, in no particular order; blank nodes carry throw-away labels.

    Raises UnsafeDocument when a part of the document would not be in them, or its contexts are not pinned.
    """
    if isinstance(contexts, general.GeneralContexts):
        return general.to_quads(document, contexts)
    if contexts is PINNED:
        check_contexts(document, contexts)
        try:
            return compiled.to_quads(document, _compiled(tuple(document["@context"])))
        except compiled.Unsupported:
            pass  # the slow path knows more, and names what is wrong
    check_structure(document, contexts)
    return expand_to_quads(document, contexts)


def canonicalise(document: dict[str, Any], *, contexts: ContextSet = PINNED, digest: Digest = "sha256") -> bytes:
    """The canonical N-Quads (RDFC-1.0) of a document, UTF-8, a line per quad. `digest` orders its blank nodes.

    Raises UnsafeDocument: for what `to_nquads` refuses, and `too_complex` for a graph made to be slow.
    """
    if contexts is PINNED and digest == "sha256":
        check_contexts(document, contexts)
        try:
            return compiled.canonical_nquads(document, _compiled(tuple(document["@context"])))
        except compiled.Unsupported:
            pass  # look-alike blank nodes too: the bounded canonicaliser below settles those
    return canonical_nquads(to_nquads(document, contexts=contexts), digest=digest)


@lru_cache(maxsize=64)  # sequences of pinned contexts that strangers may name: few are used, none is trusted to be
def _compiled(urls: tuple[str, ...]) -> compiled.Compiled:
    return compiled.compile_contexts(urls, {url: PINNED.load(url) for url in urls})
