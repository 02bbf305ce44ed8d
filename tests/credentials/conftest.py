"""Builders for facts of a badge and for keys: sensible defaults, and any field can be changed by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from app.credentials import sign
from app.credentials.keys import PublishedKey, SigningKey, did_document, kid_of, multibase_of, verification_method_of
from app.credentials.model import (
    Achievement,
    Algorithm,
    Alignment,
    Award,
    Endorsement,
    Evidence,
    Issuer,
    Recipient,
    Record,
    Result,
    ResultDescription,
    StatusEntry,
    StatusListFacts,
    StatusPurpose,
)

ISSUER_ID = "did:web:badges.example:issuers:st-elsewhere"
AWARDED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SIGNED_AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


@dataclass(frozen=True)
class SigningKeys:
    """One issuer's two keys, and what the issuer publishes of them."""

    embedded: SigningKey  # Ed25519
    token: SigningKey  # RS256
    did_document: dict[str, Any]
    ed25519: ed25519.Ed25519PrivateKey
    rsa: rsa.RSAPrivateKey


@pytest.fixture(scope="session")
def make_issuer() -> Callable[..., Issuer]:
    def build(**changes: Any) -> Issuer:
        return replace(
            Issuer(
                id=ISSUER_ID,
                name="St Elsewhere Hospital",
                url="https://st-elsewhere.example",
                email="badges@st-elsewhere.example",
                description="A teaching hospital.",
                image_url="https://badges.example/issuers/st-elsewhere/logo.png",
                parent_name="Elsewhere Health",
                parent_url="https://elsewhere-health.example",
            ),
            **changes,
        )

    return build


@pytest.fixture(scope="session")
def make_achievement() -> Callable[..., Achievement]:
    def build(**changes: Any) -> Achievement:
        return replace(
            Achievement(
                id="https://badges.example/achievements/bls/v1",
                name="Basic Life Support",
                description="Resuscitates an adult to the 2025 guideline.",
                achievement_type="MicroCredential",
                human_code="BLS",
                criteria_narrative="Pass the theory test and the practical station.",
                criteria_url="https://badges.example/achievements/bls/v1#criteria",
                image_url="https://badges.example/achievements/bls/v1.png",
                image_caption="A heart with a pulse line",
                creator_id=ISSUER_ID,
                creator_name="St Elsewhere Hospital",
                alignments=(
                    Alignment(
                        target_name="Cardiopulmonary resuscitation",
                        target_url="https://skills.example/cpr",
                        target_type="CFItem",
                        target_code="CPR-1",
                        target_framework="Clinical Skills",
                        target_description="Performs chest compressions.",
                    ),
                ),
                result_descriptions=(
                    ResultDescription(
                        id="https://badges.example/achievements/bls/v1#score",
                        name="Theory test",
                        result_type="Percent",
                        value_min="0",
                        value_max="100",
                    ),
                ),
                tags=("resuscitation", "emergency"),
                language="en",
                version="1",
                credits_available=Decimal("1.5"),
                field_of_study="Nursing",
            ),
            **changes,
        )

    return build


@pytest.fixture(scope="session")
def make_recipient() -> Callable[..., Recipient]:
    def build(**changes: Any) -> Recipient:
        return replace(
            Recipient(
                subject_id="urn:uuid:0f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c11",
                email="maria.garcia@st-elsewhere.example",
                salt="5f0c6f8c7f7c4cf3a1b2c3d4e5f60718",
            ),
            **changes,
        )

    return build


@pytest.fixture(scope="session")
def make_award(make_issuer: Any, make_achievement: Any, make_recipient: Any) -> Callable[..., Award]:
    """An award with every optional part, so that tests meet the richest document; changes are fields of Award."""

    def build(**changes: Any) -> Award:
        return replace(
            Award(
                id="https://badges.example/b/q3Jm0s2d9fKf1C7x8y9zAw",
                issuer=make_issuer(),
                achievement=make_achievement(),
                recipient=make_recipient(),
                awarded_at=AWARDED_AT,
                valid_from=SIGNED_AT,
                valid_until=datetime(2046, 3, 1, tzinfo=UTC),
                status=(
                    StatusEntry("https://badges.example/status/r1", 94567, StatusPurpose.REVOCATION),
                    StatusEntry("https://badges.example/status/s1", 1203, StatusPurpose.SUSPENSION),
                ),
                evidence=(
                    Evidence(
                        id="https://badges.example/b/q3Jm0s2d9fKf1C7x8y9zAw#evidence-1",
                        name="Practical station",
                        narrative="Observed on the simulation ward.",
                        genre="observation",
                    ),
                ),
                results=(Result("https://badges.example/achievements/bls/v1#score", value="92"),),
                narrative="Calm under pressure.",
                activity_started_at=datetime(2026, 2, 1, 8, 0, tzinfo=UTC),
                activity_ended_at=datetime(2026, 2, 28, 16, 0, tzinfo=UTC),
            ),
            **changes,
        )

    return build


@pytest.fixture(scope="session")
def make_status_list() -> Callable[..., StatusListFacts]:
    def build(**changes: Any) -> StatusListFacts:
        return replace(
            StatusListFacts(
                id="https://badges.example/status/r1",
                issuer_id=ISSUER_ID,
                purpose=StatusPurpose.REVOCATION,
                size_bits=131_072,
                valid_from=SIGNED_AT,
            ),
            **changes,
        )

    return build


@pytest.fixture(scope="session")
def make_endorsement(make_issuer: Any) -> Callable[..., Endorsement]:
    def build(**changes: Any) -> Endorsement:
        return replace(
            Endorsement(
                id="https://badges.example/endorsements/q3Jm0s2d9fKf1C7x8y9zAw",
                issuer=make_issuer(),
                name="Endorsement by St Elsewhere Hospital",
                about="https://badges.example/achievements/bls/v1",
                comment="Meets the **2026** guideline.",
                valid_from=SIGNED_AT,
                valid_until=datetime(2046, 3, 1, tzinfo=UTC),
                status=StatusEntry("https://badges.example/status/r1", 94567, StatusPurpose.REVOCATION),
            ),
            **changes,
        )

    return build


@pytest.fixture(scope="session")
def signed_badge(make_award: Any, signing_keys: SigningKeys) -> bytes:
    """A badge with its embedded proof."""
    return sign.sign_embedded(sign.prepare(make_award()), key=signing_keys.embedded, created=SIGNED_AT)


@pytest.fixture(scope="session")
def make_record(make_issuer: Any, make_recipient: Any, signed_badge: bytes) -> Callable[..., Record]:
    def build(**changes: Any) -> Record:
        return replace(
            Record(
                id="urn:uuid:7f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c99",
                issuer=make_issuer(),
                name="Learner record of St Elsewhere Hospital",
                recipient=make_recipient(subject_id="urn:uuid:8f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c98"),
                badges=(json.loads(signed_badge),),
                valid_from=SIGNED_AT,
            ),
            **changes,
        )

    return build


@pytest.fixture(scope="session")
def make_signing_keys() -> Callable[..., SigningKeys]:
    """Fresh keys for an issuer id; the RSA key takes a moment, so share where you can."""

    def build(issuer_id: str = ISSUER_ID) -> SigningKeys:
        ed = ed25519.Ed25519PrivateKey.generate()
        rs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        ed_jwk = {**json.loads(OKPAlgorithm.to_jwk(ed.public_key())), "alg": "EdDSA"}
        rs_jwk = {**json.loads(RSAAlgorithm.to_jwk(rs.public_key())), "alg": "RS256"}
        for jwk in (ed_jwk, rs_jwk):
            jwk.pop("key_ops", None)
            jwk["kid"] = kid_of(jwk)
        embedded = SigningKey(
            kid=ed_jwk["kid"],
            algorithm=Algorithm.ED25519,
            public_jwk=ed_jwk,
            verification_method=verification_method_of(issuer_id, ed_jwk["kid"]),
            sign=ed.sign,
        )
        token = SigningKey(
            kid=rs_jwk["kid"],
            algorithm=Algorithm.RS256,
            public_jwk=rs_jwk,
            verification_method=verification_method_of(issuer_id, rs_jwk["kid"]),
            sign=lambda data: rs.sign(data, padding.PKCS1v15(), hashes.SHA256()),
        )
        published = [PublishedKey(key.kid, key.algorithm, key.public_jwk, None) for key in (embedded, token)]
        return SigningKeys(embedded, token, did_document(issuer_id=issuer_id, keys=published), ed, rs)

    return build


@pytest.fixture(scope="session")
def make_key() -> Callable[..., SigningKey]:
    """One fresh key: `EdDSA`, `ES256`, `ES384`, or an RSA algorithm. A Multikey's kid is its text."""

    def build(algorithm: str, *, issuer_id: str = ISSUER_ID, bits: int = 2048) -> SigningKey:
        jwk, signs = _key_parts(algorithm, bits)
        kid = kid_of(jwk) if jwk["kty"] == "RSA" else multibase_of(jwk)
        return SigningKey(kid, algorithm, jwk, verification_method_of(issuer_id, kid), signs)

    return build


def _key_parts(algorithm: str, bits: int) -> tuple[dict[str, Any], Callable[[bytes], bytes]]:
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}.get(algorithm[2:])
    if algorithm == "EdDSA":
        ed = ed25519.Ed25519PrivateKey.generate()
        return _bare(OKPAlgorithm.to_jwk(ed.public_key())), ed.sign
    if algorithm.startswith("ES"):
        elliptic = ec.generate_private_key(ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1())
        size = elliptic.key_size // 8

        def raw(data: bytes) -> bytes:
            numbers = decode_dss_signature(elliptic.sign(data, ec.ECDSA(digest)))
            return b"".join(number.to_bytes(size, "big") for number in numbers)

        return _bare(ECAlgorithm.to_jwk(elliptic.public_key())), raw
    rs = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    how = padding.PKCS1v15() if algorithm[0] == "R" else padding.PSS(padding.MGF1(digest), digest.digest_size)
    return _bare(RSAAlgorithm.to_jwk(rs.public_key())), lambda data: rs.sign(data, how, digest)


def _bare(text: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(text).items() if name != "key_ops"}


@pytest.fixture(scope="session")
def signing_keys(make_signing_keys: Callable[..., SigningKeys]) -> SigningKeys:
    """The keys of the issuer that the other builders name."""
    return make_signing_keys()
