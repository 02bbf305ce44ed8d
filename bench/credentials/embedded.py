"""Embedded proofs: issuing and verifying one badge, beside the bare work and beside openbadgeslib."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openbadgeslib.ob3 import OB3LdpSigner, OB3LdpVerifier

from app.credentials import jsonld, sign
from app.credentials.model import Algorithm
from app.credentials.multibase import from_base58btc
from app.credentials.report import Verdict
from app.credentials.verify import verify
from bench.credentials.documents import AWARD, SIGNED_AT, Key, WarmKeys, embedded, key
from bench.rounds import Measured, side_by_side

ROUNDS, EACH = 9, 16


@dataclass(frozen=True, slots=True)
class Badge:
    """The badge of these measurements: its key, its bytes, and what of it is hashed and signed."""

    key: Key
    data: bytes
    document: dict[str, Any]
    canonical: tuple[bytes, bytes]  # of the proof's options, of the document

    @property
    def unsigned(self) -> dict[str, Any]:
        """The document as it was before it was signed."""
        return {name: value for name, value in self.document.items() if name != "proof"}


def badge() -> Badge:
    """A fresh badge under a fresh key."""
    mine, prepared = key(Algorithm.ED25519), sign.prepare(AWARD)
    data = embedded(prepared, mine.signer)
    document = json.loads(data)
    options = {name: value for name, value in document["proof"][0].items() if name != "proofValue"}
    canonical = jsonld.canonicalise({"@context": document["@context"], **options})
    return Badge(mine, data, document, (canonical, prepared.canonical))


def issue(made: Badge) -> bytes:
    """What is measured as issuing."""
    return embedded(sign.prepare(AWARD), made.key.signer)


def verifier_of(made: Badge) -> Callable[[], object]:
    """What is measured as verifying."""
    resolver = WarmKeys(made.key)

    def run() -> object:
        report = verify(made.data, now=SIGNED_AT, resolve=resolver)
        assert report.verdict is Verdict.GOOD, report.sentence
        return report

    return run


def issuing(made: Badge) -> dict[str, Measured]:
    """Milliseconds from the facts of an award to checked bytes with a proof inside."""
    return side_by_side(
        {
            "lanyard": lambda: issue(made),
            "floor": _floor_of_issuing(made, checked=False),
            "floor, checked": _floor_of_issuing(made, checked=True),
            "openbadgeslib": _peer_that_issues(made),
        },
        rounds=ROUNDS,
        each=EACH,
    )


def verifying(made: Badge) -> dict[str, Measured]:
    """Milliseconds from bytes to a verdict, the key at hand."""
    return side_by_side(
        {"lanyard": verifier_of(made), "floor": _floor_of_verifying(made), "openbadgeslib": _peer_that_verifies(made)},
        rounds=ROUNDS,
        each=EACH,
    )


def _native(quads: Sequence[ox.Quad]) -> bytes:
    """What RDFC-1.0 makes of quads that are at hand, in the order that is signed."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    written = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(written.splitlines(keepends=True)))


def _quads_of(canonical: bytes) -> list[ox.Quad]:
    quads = list(ox.parse(canonical, ox.RdfFormat.N_QUADS))
    assert _native(quads) == canonical
    return quads


def _hashed(parts: Sequence[Sequence[ox.Quad]]) -> bytes:
    return b"".join(hashlib.sha256(_native(quads)).digest() for quads in parts)


def _floor_of_issuing(made: Badge, *, checked: bool) -> Callable[[], object]:
    """Canonicalise options and document natively, hash, sign, write the JSON; and check the signature, if `checked`."""
    parts = [_quads_of(part) for part in made.canonical]
    private = made.key.private
    assert isinstance(private, Ed25519PrivateKey)
    public = private.public_key()

    def run() -> object:
        hashed = _hashed(parts)
        signature = private.sign(hashed)
        if checked:
            public.verify(signature, hashed)
        return signature, json.dumps(made.document).encode()

    return run


def _floor_of_verifying(made: Badge) -> Callable[[], object]:
    """Read the JSON, canonicalise natively what it says, hash, check the signature."""
    parts = [_quads_of(part) for part in made.canonical]
    private = made.key.private
    assert isinstance(private, Ed25519PrivateKey)
    public, signature = private.public_key(), from_base58btc(made.document["proof"][0]["proofValue"])

    def run() -> object:
        public.verify(signature, _hashed(parts))
        return json.loads(made.data)

    return run


class _SameDocument:
    """Our document as the peer takes one."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def to_vc(self) -> dict[str, Any]:
        """The document, to be signed."""
        return dict(self._document)


def _peer_that_issues(made: Badge) -> Callable[[], object]:
    pem = made.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = OB3LdpSigner(pem, verification_method=made.key.signer.verification_method)
    unsigned = _SameDocument(made.unsigned)
    return lambda: signer.sign_to_json(unsigned)


def _peer_that_verifies(made: Badge) -> Callable[[], object]:
    pem = made.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    verifier = OB3LdpVerifier(pubkey_pem=pem)
    text = made.data.decode()
    return lambda: verifier.verify(text)
