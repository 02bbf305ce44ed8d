"""Proofs that were put upon other proofs (`previousProof`), and so hold only as long as those do.

Source: VC Data Integrity 1.0, section 2.1.2 ("Proof Chains") and 4.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.credentials.verify.finding import PROOF, Stop, failed


def previous_of(proof: dict[str, Any], proofs: Sequence[Any]) -> list[dict[str, Any]]:
    """The proofs that a proof names as the ones before it, in the order of the document; [] when it names none.

    Raises Stop with the `proof` check when one of them is not there, or is there twice.
    """
    if "previousProof" not in proof:
        return []
    named = proof["previousProof"]
    ids = named if isinstance(named, list) else [named]
    if not ids or not all(isinstance(each, str) and each for each in ids) or len(set(ids)) != len(ids):
        raise broken("Its signature does not say upon which other it was put.")
    found = [other for other in proofs if isinstance(other, dict) and other is not proof and other.get("id") in ids]
    if sorted(other["id"] for other in found) != sorted(ids):
        raise broken("Its signature was put upon another one that is not there.")
    return found


def broken(sentence: str) -> Stop:
    """A chain that cannot hold."""
    return Stop(failed(PROOF, "chain_broken", sentence))
