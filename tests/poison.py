"""Documents built to keep a verifier busy: a few kilobytes of parts whose every order must be tried (T12)."""

from __future__ import annotations

from typing import Any


def poison(size: int = 40) -> dict[str, Any]:
    """A badge with two results that nothing tells apart, each with `size` skills that nothing tells apart."""
    skill = {"type": ["Alignment"], "targetName": "Patience", "targetUrl": "https://evil.example/patience"}
    result = {"type": ["Result"], "value": "1", "alignment": [skill] * size}
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:0dd0c0de-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:evil.example", "type": ["Profile"], "name": "Evil"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Poison",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "id": "urn:example:somebody",
            "result": [result, result],
            "achievement": {
                "id": "urn:example:poison",
                "type": ["Achievement"],
                "name": "Poison",
                "description": "Keeps you busy",
                "criteria": {"narrative": "Be patient"},
            },
        },
        "proof": [
            {
                "type": "DataIntegrityProof",
                "cryptosuite": "eddsa-rdfc-2022",
                "proofPurpose": "assertionMethod",
                "verificationMethod": "did:web:evil.example#key-1",
                "created": "2026-01-01T00:00:00Z",
                "proofValue": "z" + "1" * 80,
            }
        ],
    }
