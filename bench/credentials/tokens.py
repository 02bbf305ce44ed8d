"""Tokens (VC-JWT), with RS256 and ES256: beside the signature and the JSON that no issuer can leave out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3 import OB3Verifier

from app.credentials import sign
from app.credentials.model import Algorithm
from app.credentials.proofs import vc_jwt
from app.credentials.raw_signatures import holds
from app.credentials.report import Verdict
from app.credentials.verify import verify
from app.keystores import private_keys
from bench.credentials.documents import AWARD, SIGNED_AT, Key, WarmKeys, key
from bench.rounds import Measured, side_by_side

ROUNDS, EACH = 11, 20


def issuing(algorithm: Algorithm) -> dict[str, Measured]:
    """Milliseconds from a prepared document to a token; and, `whole`, from the facts of an award to a checked one."""
    mine, prepared = key(algorithm), sign.prepare(AWARD)
    document = json.loads(prepared.json)
    return side_by_side(
        {
            "lanyard": lambda: vc_jwt.sign(document, key=mine.signer),
            "lanyard, whole": lambda: sign.sign_token(sign.prepare(AWARD), key=mine.signer),
            "floor": _floor(mine, document, checked=False),
            "floor, checked": _floor(mine, document, checked=True),
        },
        rounds=ROUNDS,
        each=EACH,
    )


def verifying(algorithm: Algorithm) -> dict[str, Measured]:
    """Milliseconds from a token to a verdict, the key at hand."""
    mine = key(algorithm)
    token = sign.sign_token(sign.prepare(AWARD), key=mine.signer)
    resolver, text = WarmKeys(mine), token.decode()
    pem = mine.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    peer = OB3Verifier(pubkey_pem=pem)

    def ours() -> object:
        report = verify(token, now=SIGNED_AT, resolve=resolver)
        assert report.verdict is Verdict.GOOD, report.sentence
        return report

    return side_by_side(
        {
            "lanyard": ours,
            "lanyard, signature": lambda: vc_jwt.verify(text, mine.signer.public_jwk),
            "openbadgeslib": lambda: peer.verify(text),
        },
        rounds=ROUNDS,
        each=EACH,
    )


def _floor(mine: Key, document: dict[str, Any], *, checked: bool) -> Callable[[], object]:
    """Write header and claims as JSON, sign them; and check the signature, if `checked`."""
    header = {"alg": str(mine.signer.algorithm), "kid": mine.signer.verification_method, "typ": "JWT"}
    claims = {**document, **vc_jwt.claims_of(document)}
    public = mine.private.public_key()

    def run() -> object:
        written = (json.dumps(part, separators=(",", ":")).encode() for part in (header, claims))
        signed = b".".join(base64.urlsafe_b64encode(part) for part in written)
        signature = private_keys.raw_signature(mine.private, signed)
        assert not checked or holds(public, header["alg"], signed, signature)
        return signed, base64.urlsafe_b64encode(signature)

    return run
