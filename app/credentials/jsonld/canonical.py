"""RDF Dataset Canonicalization (RDFC-1.0), with a limit on the work.

The algorithm is ours because neither PyLD nor pyoxigraph bounds its work: a few kilobytes of graph can keep either
busy for minutes (T12). It is tested on the whole W3C suite and against both. Step numbers are those of the standard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import permutations
from typing import Literal

from app.credentials.jsonld.lanes import begin_slow_work
from app.credentials.jsonld.quads import Quad, line
from app.credentials.jsonld.unsafe import UnsafeDocument

MAX_QUADS = 5_000
MAX_BLANK_NODES = 200
MAX_N_DEGREE_CALLS = 1_000  # the hardest honest graph of the W3C suite needs 468
MAX_PERMUTATIONS = 20_000

Digest = Literal["sha256", "sha384"]

_POSITIONS = {"s": 0, "o": 2, "g": 3}


def canonical_nquads(quads: Iterable[Quad], *, digest: Digest = "sha256") -> bytes:
    """The canonical N-Quads of a dataset, UTF-8. Raises UnsafeDocument `too_complex` above a limit.

    `digest` orders the blank nodes; signatures of P-384 keys ask for SHA-384.
    """
    dataset = set(quads)
    if len(dataset) > MAX_QUADS:
        raise _too_complex()
    labels = _Canonicaliser(dataset, digest).labels()
    return "".join(sorted(line(_relabelled(quad, labels)) for quad in dataset)).encode()


def canonical_labels(quads: Iterable[Quad]) -> dict[str, str]:
    """Blank node -> its canonical label (`_:c14n0`), by SHA-256. Raises UnsafeDocument `too_complex` above a limit."""
    dataset = set(quads)
    if len(dataset) > MAX_QUADS:
        raise _too_complex()
    return _Canonicaliser(dataset, "sha256").labels()


def _relabelled(quad: Quad, labels: dict[str, str]) -> Quad:
    subject, predicate, value, graph = quad
    return labels.get(subject, subject), predicate, labels.get(value, value), labels.get(graph, graph)


def _too_complex() -> UnsafeDocument:
    return UnsafeDocument("too_complex", "", "The document is built so that checking it would take too long")


class _Issuer:
    """Gives labels in the order of asking (4.5)."""

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued = dict(issued or {})

    def issue(self, node: str) -> str:
        return self.issued.setdefault(node, f"{self.prefix}{len(self.issued)}")

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, self.issued)


class _Canonicaliser:
    def __init__(self, dataset: set[Quad], digest: Digest) -> None:
        self.digest = digest
        self.quads_of: dict[str, list[Quad]] = {}
        for quad in dataset:
            for node in {quad[0], quad[2], quad[3]}:
                if node.startswith("_:"):
                    self.quads_of.setdefault(node, []).append(quad)
        if len(self.quads_of) > MAX_BLANK_NODES:
            raise _too_complex()
        self.canonical = _Issuer("_:c14n")
        self.first_degree = {node: self._first_degree(node) for node in self.quads_of}
        self.calls = 0
        self.permutations = 0

    def labels(self) -> dict[str, str]:
        """The canonical label of every blank node (4.4.3)."""
        by_hash: dict[str, list[str]] = {}
        for node, digest in self.first_degree.items():
            by_hash.setdefault(digest, []).append(node)
        ordered = sorted(by_hash.items())
        for _, nodes in ordered:  # step 4
            if len(nodes) == 1:
                self.canonical.issue(nodes[0])
        for _, nodes in ordered:  # step 5
            if len(nodes) > 1:
                self._issue_alike(nodes)
        return self.canonical.issued

    def _hash(self, text: str) -> str:
        return hashlib.new(self.digest, text.encode()).hexdigest()

    def _issue_alike(self, nodes: list[str]) -> None:
        begin_slow_work()
        results = []
        for node in nodes:
            if node not in self.canonical.issued:
                issuer = _Issuer("_:b")
                issuer.issue(node)
                results.append(self._n_degree(node, issuer))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for node in issuer.issued:
                self.canonical.issue(node)

    def _first_degree(self, node: str) -> str:
        """4.6: what can be said of a node without following other blank nodes."""

        def masked(term: str) -> str:
            return term if not term.startswith("_:") else "_:a" if term == node else "_:z"

        quads = self.quads_of[node]
        return self._hash("".join(sorted(line((masked(q[0]), q[1], masked(q[2]), masked(q[3]))) for q in quads)))

    def _related(self, node: str, issuer: _Issuer) -> dict[str, list[str]]:
        """4.7 and 4.8, step 3: the neighbours of a node, grouped by how they are attached to it."""
        groups: dict[str, list[str]] = {}
        for quad in self.quads_of[node]:
            for position, place in _POSITIONS.items():
                other = quad[place]
                if not other.startswith("_:") or other == node:
                    continue
                name = self.canonical.issued.get(other) or issuer.issued.get(other) or self.first_degree[other]
                predicate = "" if position == "g" else quad[1]
                groups.setdefault(self._hash(position + predicate + name), []).append(other)
        return groups

    def _n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """4.8: the hash of a node by everything it is connected to."""
        self.calls += 1
        if self.calls > MAX_N_DEGREE_CALLS:
            raise _too_complex()
        text = ""
        for digest, others in sorted(self._related(node, issuer).items()):
            path, issuer = self._best_path(others, issuer)
            text += digest + path
        return self._hash(text), issuer

    def _best_path(self, others: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        """4.8, step 5.4: the smallest path over all orders of nodes that look alike."""
        best: tuple[str, _Issuer] | None = None
        for order in permutations(others):
            self.permutations += 1
            if self.permutations > MAX_PERMUTATIONS:
                raise _too_complex()
            found = self._path(order, issuer.copy(), best[0] if best else None)
            if found and (best is None or found[0] < best[0]):
                best = found
        if best is None:  # pragma: no cover - a group of neighbours is never empty
            raise _too_complex()
        return best

    def _path(self, order: tuple[str, ...], issuer: _Issuer, best: str | None) -> tuple[str, _Issuer] | None:
        """One order's path and the labels it gave, or None as soon as it is worse than the best."""

        def worse() -> bool:
            return best is not None and len(path) >= len(best) and path > best

        path = ""
        unvisited = []
        for node in order:
            if node in self.canonical.issued:
                path += self.canonical.issued[node]
            else:
                if node not in issuer.issued:
                    unvisited.append(node)
                path += issuer.issue(node)
            if worse():
                return None
        for node in unvisited:
            digest, visited = self._n_degree(node, issuer)
            path += f"{issuer.issue(node)}<{digest}>"
            issuer = visited
            if worse():
                return None
        return path, issuer
