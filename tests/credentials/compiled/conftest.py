"""PyLD in safe mode and the native canonicaliser: what the compiled path is compared with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld

from app.credentials.jsonld.compiled import Compiled, Unsupported, canonical_nquads, compile_contexts
from app.credentials.jsonld.contexts import PINNED
from app.credentials.jsonld.quads import Quad, line

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
NO_BASE = "http://example.org/"  # what PyLD resolves relative IRIs against when there is no base
REFUSALS = (ValueError, TypeError, AttributeError, KeyError, jsonld.JsonLdError)


class Comparison:
    """One document, said by the compiled path and by PyLD."""

    def __init__(self) -> None:
        self.contexts: Mapping[str, Any] = {url: PINNED.load(url) for url in (VC, OB, EXTENSIONS, CLR)}
        arrays = ((VC,), (VC, OB), (VC, OB, EXTENSIONS), (VC, CLR, OB, EXTENSIONS))
        self.compiled = {urls: compile_contexts(urls, self.contexts) for urls in arrays}

    def compiled_for(self, document: dict[str, Any]) -> Compiled:
        urls = document["@context"]
        return self.compiled[tuple(urls) if isinstance(urls, list) else (urls,)]

    def fast(self, document: dict[str, Any]) -> bytes | None:
        """The compiled path's canonical form, or None where it leaves the document to PyLD."""
        try:
            return canonical_nquads(document, self.compiled_for(document))
        except Unsupported:
            return None

    def by_pyld(self, document: dict[str, Any]) -> bytes | None:
        """PyLD's canonical form, or None where safe mode refuses."""
        try:
            self._expand_safely(document)
            return str(jsonld.normalize(document, self._options() | {"algorithm": "URDNA2015"})).encode()
        except REFUSALS:
            return None

    def quads_by_pyld(self, document: dict[str, Any]) -> bytes | None:
        """PyLD's quads under the native canonicaliser's labels, or None where safe mode refuses."""
        try:
            self._expand_safely(document)
            return self.native(jsonld.to_rdf(document, self._options()))
        except REFUSALS:
            return None

    @staticmethod
    def native(quads: str | Iterable[Quad]) -> bytes:
        """The native canonicaliser's form, which also knows how to tell look-alike blank nodes apart."""
        text = quads if isinstance(quads, str) else "".join(map(line, quads))
        dataset = ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_QUADS))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        serialised = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
        return b"".join(sorted(serialised.splitlines(keepends=True)))

    def _expand_safely(self, document: dict[str, Any]) -> None:
        def refuse(member: str) -> None:
            raise ValueError(member)

        expanded = jsonld.expand(document, {"documentLoader": self._load}, on_property_dropped=refuse)
        if NO_BASE in json.dumps(expanded):
            raise ValueError("a relative IRI")

    def _options(self) -> dict[str, Any]:
        return {"format": "application/n-quads", "documentLoader": self._load}

    def _load(self, url: str, _options: Any = None) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": url, "document": self.contexts[url], "tag": "static"}


@pytest.fixture(scope="session")
def said() -> Comparison:
    return Comparison()
