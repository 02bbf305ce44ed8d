"""RDFC-1.0 for datasets whose blank nodes differ already by their first-degree hashes.

Finding out whether they do is nearly all of the work, so the labels are given here as well; the native canonicaliser
serves as the oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from app.credentials.jsonld.compiled.unsupported import Unsupported
from app.credentials.jsonld.quads import Quad, line


def canonicalise(quads: Iterable[Quad]) -> bytes:
    """Canonical N-Quads of a set of quads; raises Unsupported when two blank nodes have the same first-degree hash.

    Source: RDF Dataset Canonicalization, section 4.4.3 steps 1-4 and 6, and section 4.6.3.
    """
    settled: list[str] = []
    open_quads: list[Quad] = []
    mentions: dict[str, list[str]] = {}
    for quad in quads:
        subject, predicate, obj, graph = quad
        if subject[0] != "_" and obj[0] != "_" and not graph:
            settled.append(f"{subject} {predicate} {obj} .\n")
            continue
        open_quads.append(quad)
        if obj[0] != "_" and not graph:
            mentions.setdefault(subject, []).append(f"_:a {predicate} {obj} .\n")
        else:
            for blank in {term for term in (subject, obj, graph) if term[:1] == "_"}:
                mentions.setdefault(blank, []).append(_seen_from(blank, quad))
    label = _labels(mentions)
    for subject, predicate, obj, graph in open_quads:
        renamed = (label.get(subject, subject), predicate, label.get(obj, obj), label.get(graph, graph))
        settled.append(line(renamed))
    settled.sort()
    return "".join(settled).encode()


def _seen_from(blank: str, quad: Quad) -> str:
    subject, predicate, obj, graph = quad
    return line((_masked(subject, blank), predicate, _masked(obj, blank), _masked(graph, blank)))


def _masked(term: str, blank: str) -> str:
    if term == blank:
        return "_:a"
    return "_:z" if term[:1] == "_" else term


def _labels(mentions: dict[str, list[str]]) -> dict[str, str]:
    """Canonical labels, given in the order of the hashes."""
    by_hash: dict[bytes, str] = {}
    for blank, lines in mentions.items():
        lines.sort()
        by_hash[sha256("".join(lines).encode()).digest()] = blank
    if len(by_hash) != len(mentions):
        raise Unsupported("Two blank nodes look alike; telling them apart is work without a bound")
    return {by_hash[digest]: f"_:c14n{number}" for number, digest in enumerate(sorted(by_hash))}
