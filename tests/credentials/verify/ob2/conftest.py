"""A small web with a badge of Open Badges 2.0 on it, hosted and signed, of which a test may change every word."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.credentials import strict_json
from app.credentials.identity import hash_identity
from app.credentials.model import StatusEntry
from app.credentials.multibase import base64url
from app.credentials.report import Report
from app.credentials.verify import DocumentFound, Missing, Unreachable, verify

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
OB2 = "https://w3id.org/openbadges/v2"
HOST = "https://badges.example"
ASSERTION, CLASS, ISSUER = f"{HOST}/assertions/1", f"{HOST}/classes/bls", f"{HOST}/issuer"
KEY, LIST = f"{HOST}/keys/1", f"{HOST}/revoked"


@dataclass(repr=False)
class Web:
    """What stands at which address, what was asked for, and judging with it. An absent address is out of reach."""

    ASSERTION: ClassVar[str] = ASSERTION
    CLASS: ClassVar[str] = CLASS
    ISSUER: ClassVar[str] = ISSUER
    KEY: ClassVar[str] = KEY
    LIST: ClassVar[str] = LIST

    keys: Any
    pages: dict[str, Any] = field(default_factory=dict)
    newer: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        self.asked.append(url)
        page = self.pages.get(url, Unreachable())
        return DocumentFound(json.dumps(page).encode(), "application/ld+json") if isinstance(page, dict) else page

    def superseded_by(self, credential_id: str) -> str | None:
        return self.newer.get(credential_id)

    def key(self, verification_method: str, *, issuer_id: str) -> Missing:
        raise AssertionError((verification_method, issuer_id))

    def status_list(self, url: str) -> Unreachable:
        raise AssertionError(url)

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        raise AssertionError(credential_id)

    def verify(self, badge: Any, *, now: datetime = NOW, **options: Any) -> Report:
        return verify(json.dumps(badge) if isinstance(badge, dict) else badge, now=now, resolve=self, **options)

    def judge_hosted(self, **options: Any) -> Report:
        """The report of the hosted badge, handed in just as it is published."""
        page = self.pages[ASSERTION]
        return self.verify(copy.deepcopy(page), **options)

    def change(self, address: str, **changes: Any) -> None:
        """Change members of what is published at an address; None takes a member away."""
        page = {**self.pages[address], **changes}
        self.pages[address] = {name: value for name, value in page.items() if value is not None}

    def signed(self, *, sign: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """The signed form of the badge, as a compact token."""
        assertion = {
            **self.pages[ASSERTION],
            "id": "urn:uuid:2b3dbd5c-8f5c-4b8f-9f4f-0d1f4a5f3b11",
            "verification": {"type": "SignedBadge", "creator": KEY},
            **changes,
        }
        return self.token(assertion, sign=sign, header=header)

    def token(self, claims: dict[str, Any], *, sign: Any = None, header: dict[str, Any] | None = None) -> str:
        """Any claims as a compact token, signed with the issuer's key or by `sign`."""
        sign = sign or self.keys.token.sign
        parts = ".".join(base64url(strict_json.dumps(part)) for part in (header or {"alg": "RS256"}, claims))
        return f"{parts}.{base64url(sign(parts.encode()))}"


def pem_of(private_key: Any) -> str:
    return private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def web(signing_keys: Any) -> Web:
    """The badge of ana@example.org, its class, its issuer with a key and a list of two withdrawn badges."""
    web = Web(signing_keys)
    web.pages = {
        ASSERTION: {
            "@context": OB2,
            "id": ASSERTION,
            "type": "Assertion",
            "recipient": {
                "type": "email",
                "hashed": True,
                "salt": "Kosher",
                "identity": hash_identity("ana@example.org", "Kosher"),
            },
            "badge": CLASS,
            "verification": {"type": "HostedBadge"},
            "issuedOn": "2026-03-01T09:00:00Z",
            "expires": "2028-03-01T09:00:00Z",
        },
        CLASS: {
            "@context": OB2,
            "id": CLASS,
            "type": "BadgeClass",
            "name": "Basic Life Support",
            "description": "Can resuscitate an adult.",
            "image": f"{HOST}/bls.png",
            "criteria": {"id": f"{HOST}/classes/bls/criteria", "narrative": "Pass the station."},
            "issuer": ISSUER,
        },
        ISSUER: {
            "@context": OB2,
            "id": ISSUER,
            "type": "Issuer",
            "name": "Example Hospital",
            "url": HOST,
            "email": "badges@badges.example",
            "publicKey": KEY,
            "revocationList": LIST,
        },
        KEY: {
            "@context": OB2,
            "id": KEY,
            "type": "CryptographicKey",
            "owner": ISSUER,
            "publicKeyPem": pem_of(signing_keys.rsa),
        },
        LIST: {
            "@context": OB2,
            "id": LIST,
            "type": "RevocationList",
            "issuer": ISSUER,
            "revokedAssertions": ["urn:uuid:0", {"id": "urn:uuid:1", "revocationReason": "Issued in error"}],
        },
    }
    return web
