"""Which kinds of embedded proofs can be checked here, by `type` and `cryptosuite`: a new kind is a line and a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from app.credentials.data_integrity import TYPE
from app.credentials.jsonld import PINNED, ContextSet
from app.credentials.proofs import Verdict, ecdsa_rdfc, ecdsa_sd, ed25519_2020, eddsa_jcs, eddsa_rdfc


class Verify(Protocol):
    """Whether a proof was made over a document with a key; never raises. `previous` are the proofs it was put upon."""

    def __call__(
        self,
        document: dict[str, Any],
        proof: dict[str, Any],
        public_jwk: dict[str, Any],
        *,
        canonical: bytes | None = None,
        previous: Sequence[dict[str, Any]] = (),
        contexts: ContextSet = PINNED,
    ) -> Verdict:
        """The verdict of one proof."""


_KINDS: dict[tuple[str, str | None], Verify] = {
    (TYPE, eddsa_rdfc.CRYPTOSUITE): eddsa_rdfc.verify,
    (TYPE, eddsa_rdfc.DRAFT): eddsa_rdfc.verify,
    (TYPE, eddsa_jcs.CRYPTOSUITE): eddsa_jcs.verify,
    (TYPE, ecdsa_rdfc.CRYPTOSUITE): ecdsa_rdfc.verify,
    (TYPE, ecdsa_sd.CRYPTOSUITE): ecdsa_sd.verify,
    (ed25519_2020.TYPE, None): ed25519_2020.verify,
}


def of(proof: dict[str, Any]) -> Verify | None:
    """How to check a proof; None when it is of a kind that is not known here."""
    kind, cryptosuite = proof.get("type"), proof.get("cryptosuite")
    if not isinstance(kind, str) or not isinstance(cryptosuite, str | None):
        return None
    return _KINDS.get((kind, cryptosuite))
