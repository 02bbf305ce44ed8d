"""One credential in process: facts to two signed and checked forms, beside the bare cryptography and a peer.

The floor does what no issuer can leave out: hash and sign the same bytes with both keys and write the same JSON. The
peer is openbadgeslib's signer for embedded proofs, handed the same document; it makes one form of the two and does not
check the signature that it made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from openbadgeslib.ob3 import OB3LdpSigner

from app import clock
from app.credentials import jsonld, model, sign
from app.issuing import achievements, issuers, signing_keys
from app.issuing.signing_keys import SigningPair
from bench.academy import Academy
from bench.rounds import Measured, side_by_side

ROUNDS, EACH = 15, 12
RSA_BITS = 2048  # as the key store makes them


def measure(academy: Academy) -> dict[str, Measured]:
    """Milliseconds a credential of Lanyard, of the floor, of the peer."""
    award, pair = _facts(academy)
    subjects = {"lanyard": lambda: issue(award, pair), "floor": _floor(award, pair), "peer": _peer(award, pair)}
    return side_by_side(subjects, rounds=ROUNDS, each=EACH)


def issue(award: model.Award, pair: SigningPair) -> sign.Signed:
    """What `awards.issue` does between reading facts and storing bytes: lint, sign both forms, check both."""
    return sign.sign(sign.prepare(award), embedded=pair.embedded, token=pair.token, created=award.valid_from)


def _facts(academy: Academy) -> tuple[model.Award, SigningPair]:
    office, now = academy.service.office, clock.now()
    with academy.service.database.read() as session:
        issuer = issuers.by_slug(session, academy.issuer_slug)
        achievement = achievements.by_slug(session, issuer, "phlb")
        version = achievements.current(session, achievement)
        recipient = model.Recipient(clock.new_urn(), email="ana.ortiz@hospital.example", salt=clock.new_salt())
        url = office.addresses.status_list(clock.new_id())
        award = model.Award(
            id=office.addresses.badge(clock.new_id()),
            issuer=issuers.facts(office, issuer),
            achievement=achievements.version_facts(office, achievement, version),
            recipient=recipient,
            awarded_at=now,
            valid_from=now,
            valid_until=now + timedelta(days=730),
            status=(model.StatusEntry(url, 4_711, model.StatusPurpose.REVOCATION),),
        )
        return award, signing_keys.active(session, office, issuer)


@dataclass(frozen=True, slots=True)
class _Bytes:
    """What one credential makes to be hashed, signed and written."""

    document: dict[str, Any]
    claims: dict[str, Any]
    canonical_document: bytes
    canonical_proof: bytes
    token_input: bytes


def _bytes_of(award: model.Award, pair: SigningPair) -> _Bytes:
    signed = issue(award, pair)
    document = json.loads(signed.json)
    proof = {name: value for name, value in document["proof"][0].items() if name != "proofValue"}
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    token_input = signed.jwt.rpartition(b".")[0]
    return _Bytes(
        document,
        claims=unsigned,
        canonical_document=jsonld.canonicalise(unsigned),
        canonical_proof=jsonld.canonicalise({"@context": document["@context"], **proof}),
        token_input=token_input,
    )


def _floor(award: model.Award, pair: SigningPair) -> Callable[[], object]:
    given = _bytes_of(award, pair)
    ed = ed25519.Ed25519PrivateKey.generate()
    rs = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    padded, digest = padding.PKCS1v15(), hashes.SHA256()

    def run() -> object:
        hashed = (hashlib.sha256(part).digest() for part in (given.canonical_proof, given.canonical_document))
        signatures = ed.sign(b"".join(hashed)), rs.sign(given.token_input, padded, digest)
        return signatures, json.dumps(given.document), json.dumps(given.claims)

    return run


class _SameDocument:
    """Our document as the peer takes one."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def to_vc(self) -> dict[str, Any]:
        """The document, to be signed."""
        return dict(self._document)


def _peer(award: model.Award, pair: SigningPair) -> Callable[[], object]:
    unsigned = _SameDocument(_bytes_of(award, pair).claims)
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = OB3LdpSigner(pem, verification_method=pair.embedded.verification_method)
    return lambda: signer.sign_to_json(unsigned)
