"""Canonical N-Quads as single statements whose blank nodes carry other labels, in the order that is signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import Quad

# A canonical line without its end: IRIs have no blanks in them, and a literal never ends like a graph name does.
_LINE = re.compile(
    r'(?P<s>\S+) (?P<p>\S+) (?P<o>".*"(?:@\S+|\^\^<[^ ]*>)?|[<_][^ ]*)(?: (?P<g>[<_][^ ]*))? \.', re.DOTALL
)


def quads_of(canonical: bytes) -> list[Quad]:
    """The quads of canonical N-Quads."""
    found = []
    for line in canonical.decode().removesuffix("\n").split("\n"):
        match = _LINE.fullmatch(line)
        if match is None:  # pragma: no cover - the lines come from our own canonicaliser
            raise ProofProblem("proof.malformed", "A statement cannot be read back.")
        found.append((match["s"], match["p"], match["o"], match["g"] or ""))
    return found


def relabelled(quads: Iterable[Quad], labels: Mapping[str, str]) -> list[str]:
    """Sorted N-Quads lines, every blank node under its label. Raises KeyError for a blank node that has none."""

    def term(text: str) -> str:
        return labels[text] if text.startswith("_:") else text

    lines = set()
    for subject, predicate, value, graph in quads:
        name = f" {term(graph)}" if graph else ""
        lines.add(f"{term(subject)} {predicate} {term(value)}{name} .\n")
    return sorted(lines)
