"""What is signed by itself inside a badge is shown by itself, good or not, as a page and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from fastapi.testclient import TestClient

from app.credentials.keys import SigningKey, kid_of
from app.credentials.model import Algorithm
from app.credentials.multibase import base64url
from app.credentials.proofs import eddsa_rdfc

HTML = {"Accept": "text/html"}
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
ACHIEVEMENT = "https://school.example/achievements/1"


class Signer:
    """Somebody whose identifier is his key, so that nobody has to be asked for it."""

    def __init__(self) -> None:
        private = ed25519.Ed25519PrivateKey.generate()
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(private.public_key().public_bytes_raw())}
        self.id = f"did:key:{kid_of(jwk)}"
        self.key = SigningKey(kid_of(jwk), Algorithm.ED25519, jwk, f"{self.id}#{kid_of(jwk)}", private.sign)

    def sign(self, document: dict[str, Any]) -> dict[str, Any]:
        document = {"issuer": {"id": self.id, "type": ["Profile"]}, "validFrom": "2020-01-01T00:00:00Z"} | document
        proof = eddsa_rdfc.sign(document, key=self.key, created=datetime(2020, 1, 1, tzinfo=UTC))
        return document | {"proof": [proof]}

    def endorsement(self, number: int, comment: str) -> dict[str, Any]:
        return self.sign(
            {
                "@context": CONTEXTS,
                "id": f"https://board.example/endorsements/{number}",
                "type": ["VerifiableCredential", "EndorsementCredential"],
                "name": f"Endorsement {number}",
                "credentialSubject": {
                    "id": ACHIEVEMENT,
                    "type": ["EndorsementSubject"],
                    "endorsementComment": comment,
                },
            }
        )

    def badge(self, *endorsements: dict[str, Any]) -> dict[str, Any]:
        achievement = {
            "id": ACHIEVEMENT,
            "type": ["Achievement"],
            "name": "Wound care",
            "description": "Dresses wounds.",
            "criteria": {"narrative": "Pass."},
            "endorsement": list(endorsements),
        }
        return self.sign(
            {
                "@context": CONTEXTS,
                "id": "https://school.example/b/1",
                "type": ["VerifiableCredential", "OpenBadgeCredential"],
                "credentialSubject": {"id": "urn:x:ana", "type": ["AchievementSubject"], "achievement": achievement},
            }
        )


@pytest.fixture
def endorsed() -> dict[str, Any]:
    """A good badge with a good endorsement, and one that was changed before the badge was signed."""
    board = Signer()
    changed = board.endorsement(2, "Fair.")
    changed["credentialSubject"]["endorsementComment"] = "The best of all."
    return Signer().badge(board.endorsement(1, "Good training."), changed)


def test_the_page_shows_each_endorsement_with_its_own_answer(client: TestClient, endorsed: dict[str, Any]):
    page = client.post("/verify", json=endorsed, headers=HTML).text

    assert "Good, no end date" in page
    assert "Endorsement: Good, no end date" in page
    assert "Endorsement: Altered or not signed" in page
    assert "Good training." in page


def test_the_page_shows_nothing_of_a_broken_endorsement_as_a_fact(client: TestClient, endorsed: dict[str, Any]):
    page = client.post("/verify", json=endorsed, headers=HTML).text

    facts, _, document = page.partition("<details")
    assert "The best of all." not in facts
    assert "The best of all." in document


def test_the_answer_for_programs_has_a_report_for_each(client: TestClient, endorsed: dict[str, Any]):
    report = client.post("/verify", json=endorsed).json()

    assert report["verdict"] == "good"
    assert [found["verdict"] for found in report["endorsements"]] == ["good", "broken"]


def test_a_learner_record_is_shown_with_each_achievement_in_it(client: TestClient, endorsed: dict[str, Any]):
    subject = {"id": "urn:x:ana", "type": ["ClrSubject"], "verifiableCredential": [endorsed]}
    record = Signer().sign(
        {
            "@context": [CONTEXTS[0], CLR, CONTEXTS[1]],
            "id": "https://school.example/records/1",
            "type": ["VerifiableCredential", "ClrCredential"],
            "name": "Transcript",
            "credentialSubject": subject,
        }
    )

    report = client.post("/verify", json=record).json()
    page = client.post("/verify", json=record, headers=HTML).text

    assert (report["verdict"], [found["verdict"] for found in report["nested"]]) == ("good", ["good"])
    assert "Achievement: Good, no end date" in page
    assert "Wound care" in page
    assert "Endorsement: Altered or not signed" in page
