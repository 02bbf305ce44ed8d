"""How often the compiled JSON-LD path leaves a document to PyLD: on our own, and on the fixtures of the standards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.credentials import jsonld
from app.credentials.jsonld import compiled
from app.credentials.jsonld.structure import check_structure

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "conformance"


def count(documents: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How the documents were canonicalised: `fast`, or why not. `refused`: a look at its structure was enough."""
    found: Counter[str] = Counter()
    for document in documents:
        for part in (_unsigned(document), *_options(document)):
            found[_how(part)] += 1
    return dict(found.most_common())


def fixtures() -> Iterator[dict[str, Any]]:
    """Every JSON document of the fixtures that names contexts."""
    for path in sorted(FIXTURES.rglob("*")) if FIXTURES.is_dir() else ():
        try:
            document = json.loads(path.read_bytes()) if path.is_file() else None
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict) and "@context" in document:
            yield document


def _how(document: dict[str, Any]) -> str:
    try:
        check_structure(document, jsonld.PINNED)
        compiled.canonical_nquads(document, jsonld._compiled(tuple(document["@context"])))  # noqa: SLF001 - as it does
    except jsonld.UnsafeDocument:
        return "refused"
    except compiled.Unsupported as error:
        return str(error)
    return "fast"


def _unsigned(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


def _options(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    proofs = document.get("proof", [])
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        if isinstance(proof, dict):
            named = {name: value for name, value in proof.items() if name != "proofValue"}
            yield {**named, "@context": document["@context"]}
