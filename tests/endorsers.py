"""An organisation that signs with a key of its own, outside of this service: everybody can check what it signs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from app.credentials import bitstring, sign
from app.credentials.endorsement import endorsement_document
from app.credentials.keys import SigningKey
from app.credentials.keys.multikey import multibase_of
from app.credentials.model import Algorithm, Endorsement, Issuer, Pin, StatusListFacts, StatusPurpose
from app.credentials.proofs import eddsa_rdfc

SIGNED_AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
COMMENT = "Meets the **2026** guideline."


@dataclass(frozen=True)
class Endorser:
    """Who it is: a key that names itself. The proof of JSON and the signature of tokens are of one key each."""

    name: str
    embedded: SigningKey
    token: SigningKey

    @property
    def did(self) -> str:
        """As its documents name it."""
        return self.embedded.verification_method.partition("#")[0]

    def json(self, about: str, *, pin: Pin | None = None, comment: str = COMMENT, **facts: Any) -> bytes:
        """A signed endorsement with the proof inside."""
        prepared = sign.prepare_endorsement(self._facts(self.embedded, about, pin, comment, facts))
        return sign.sign_embedded(prepared, key=self.embedded, created=SIGNED_AT)

    def json_with(self, about: str, more: dict[str, Any], *, pin: Pin | None = None) -> bytes:
        """A signed endorsement with members that this service never writes."""
        document = endorsement_document(self._facts(self.embedded, about, pin, COMMENT, {})) | more
        proof = eddsa_rdfc.sign(document, key=self.embedded, created=SIGNED_AT)
        return json.dumps(document | {"proof": proof}).encode()

    def jwt(self, about: str, *, pin: Pin | None = None, comment: str = COMMENT, **facts: Any) -> bytes:
        """The same as a compact token."""
        return sign.sign_token(
            sign.prepare_endorsement(self._facts(self.token, about, pin, comment, facts)), key=self.token
        )

    def revocation_list(self, url: str, *, revoked: set[int]) -> bytes:
        """The signed list at an address, with these bits set."""
        facts = StatusListFacts(url, self.did, StatusPurpose.REVOCATION, 131_072, valid_from=SIGNED_AT)
        prepared = sign.prepare_status_list(facts, bitstring.encode(revoked, 131_072))
        return sign.sign_embedded(prepared, key=self.embedded, created=SIGNED_AT)

    def _facts(self, key: SigningKey, about: str, pin: Pin | None, comment: str, facts: dict[str, Any]) -> Endorsement:
        issuer = Issuer(key.verification_method.partition("#")[0], self.name)
        said = {
            "id": f"urn:uuid:{_uuid_of(about + comment)}",
            "valid_from": SIGNED_AT,
            "name": f"Endorsement by {self.name}",
            **facts,
        }
        return Endorsement(issuer=issuer, about=about, comment=comment, pin=pin, **said)


def endorser(name: str = "Board of Nursing") -> Endorser:
    """A new one, with fresh keys."""
    ed, elliptic = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())

    def raw(data: bytes) -> bytes:
        numbers = decode_dss_signature(elliptic.sign(data, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)

    embedded = _key(Algorithm.ED25519, OKPAlgorithm.to_jwk(ed.public_key()), ed.sign)
    return Endorser(name, embedded, _key(Algorithm.ES256, ECAlgorithm.to_jwk(elliptic.public_key()), raw))


def _key(algorithm: Algorithm, jwk_text: str, signs: Any) -> SigningKey:
    jwk = {name: value for name, value in json.loads(jwk_text).items() if name != "key_ops"}
    kid = multibase_of(jwk)
    return SigningKey(kid, algorithm, jwk, f"did:key:{kid}#{kid}", signs)


def _uuid_of(text: str) -> str:
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
