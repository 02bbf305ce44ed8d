"""One badge with everything that badges usually have, its issuer's keys, and a resolver whose keys are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from app.credentials import model, sign
from app.credentials.keys import SigningKey, verification_method_of
from app.credentials.model import Algorithm
from app.credentials.verify import DocumentFound, KeyFound, ListFound, Missing, Resolver, Unreachable
from app.keystores import private_keys

ISSUER = "did:web:badges.example.org:issuers:northfield"
ACHIEVEMENT = "https://badges.example.org/achievements/phlb/v1"
SIGNED_AT = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
# Without a status: the peers refuse to say anything of a badge whose list they cannot fetch.
AWARD = model.Award(
    id="https://badges.example.org/b/q3Jm0s2d9fKf1C7x8y9zAw",
    issuer=model.Issuer(
        id=ISSUER,
        name="Northfield Health Academy",
        url="https://northfield.example",
        email="badges@northfield.example",
        description="Short courses for people who work in hospitals.",
        image_url="https://badges.example.org/issuers/northfield/logo.png",
    ),
    achievement=model.Achievement(
        id=ACHIEVEMENT,
        name="Phlebotomy Fundamentals",
        description="Draws venous blood safely and labels each specimen at the bedside.",
        achievement_type="MicroCredential",
        human_code="PHLB",
        criteria_narrative="Pass the knowledge test with **80 %** or more.\n\n- Ten observed draws\n- One return visit",
        criteria_url=f"{ACHIEVEMENT}#criteria",
        image_url=f"{ACHIEVEMENT}.png",
        image_caption="A drop of blood",
        creator_id=ISSUER,
        creator_name="Northfield Health Academy",
        alignments=tuple(
            model.Alignment(
                target_name=name,
                target_url=f"https://skills.example/{name.lower()}",
                target_type="ext:Skill",
                target_framework="Hospital skills",
                target_description=f"{name}, as a nurse does it without being watched.",
            )
            for name in ("Venepuncture", "Labelling")
        ),
        result_descriptions=(
            model.ResultDescription(
                id=f"{ACHIEVEMENT}#score", name="Knowledge test", result_type="Percent", value_min="0", value_max="100"
            ),
        ),
        tags=("blood", "nursing", "specimen"),
        language="en",
        version="1",
        credits_available=Decimal("1.5"),
        field_of_study="Nursing",
    ),
    recipient=model.Recipient(
        subject_id="urn:uuid:0f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c11",
        email="ana.ortiz@hospital.example",
        salt="5f0c6f8c7f7c4cf3a1b2c3d4e5f60718",
    ),
    awarded_at=SIGNED_AT,
    valid_from=SIGNED_AT,
    valid_until=datetime(2036, 3, 2, tzinfo=UTC),
    evidence=(model.Evidence(id="https://badges.example.org/evidence/9f1c", name="Ten draws", genre="Observation"),),
    results=(model.Result(result_description=f"{ACHIEVEMENT}#score", value="92"),),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key with both of its halves: as Lanyard signs with it, and as its library knows it."""

    private: private_keys.PrivateKey
    signer: SigningKey


def key(algorithm: Algorithm) -> Key:
    """A fresh key of the issuer."""
    private = private_keys.generate(algorithm)
    jwk = private_keys.public_jwk(private)
    return Key(
        private,
        SigningKey(
            kid=jwk["kid"],
            algorithm=algorithm,
            public_jwk=jwk,
            verification_method=verification_method_of(ISSUER, jwk["kid"]),
            sign=lambda data: private_keys.raw_signature(private, data),
        ),
    )


def embedded(prepared: sign.Prepared, signer: SigningKey) -> bytes:
    """The badge with its proof inside."""
    return sign.sign_embedded(prepared, key=signer, created=SIGNED_AT)


class WarmKeys(Resolver):
    """Every key at hand, and nothing else in the world."""

    def __init__(self, *keys: Key) -> None:
        self._keys = {each.signer.verification_method: each.signer.public_jwk for each in keys}

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """The key of this name."""
        jwk = self._keys.get(verification_method)
        return Missing() if jwk is None else KeyFound(public_jwk=jwk, controller=issuer_id)

    def status_list(self, url: str) -> ListFound | Unreachable:  # noqa: ARG002 - whatever it is
        """None."""
        return Unreachable()

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:  # noqa: ARG002 - whatever it is
        """None."""
        return Unreachable()

    def superseded_by(self, credential_id: str) -> str | None:  # noqa: ARG002 - whatever it is
        """None."""
        return None

    def further_entries(self, credential_id: str) -> tuple[model.StatusEntry, ...]:  # noqa: ARG002 - whatever it is
        """None."""
        return ()
