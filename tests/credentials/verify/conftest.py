"""A small world to verify in: what issuers publish, as a Resolver, and badges that were signed with their keys."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from app.credentials import bitstring, sign, strict_json
from app.credentials.model import Award, StatusEntry, StatusListFacts, StatusPurpose
from app.credentials.multibase import base64url
from app.credentials.proofs import eddsa_rdfc
from app.credentials.report import Report
from app.credentials.verify import DocumentFound, KeyFound, ListFound, Missing, Unreachable, verify

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SIGNED_AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


@dataclass(repr=False)
class World:
    """What can be asked, what was asked, and badges to ask about."""

    signing_keys: Any
    make_award: Callable[..., Award]
    make_status_list: Callable[..., StatusListFacts]
    keys: dict[str, KeyFound | Missing | Unreachable] = field(default_factory=dict)
    lists: dict[str, bytes] = field(default_factory=dict)
    newer: dict[str, str] = field(default_factory=dict)
    further: dict[str, tuple[StatusEntry, ...]] = field(default_factory=dict)
    documents: dict[str, DocumentFound | Missing] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        del issuer_id
        self.asked.append(verification_method)
        return self.keys.get(verification_method, Missing())

    def status_list(self, url: str) -> ListFound | Unreachable:
        self.asked.append(url)
        return ListFound(self.lists[url]) if url in self.lists else Unreachable()

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        self.asked.append(url)
        return self.documents.get(url, Unreachable())

    def superseded_by(self, credential_id: str) -> str | None:
        return self.newer.get(credential_id)

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        return self.further.get(credential_id, ())

    def verify(self, document: bytes | str | dict[str, Any], *, now: datetime = NOW, **options: Any) -> Report:
        data = json.dumps(document) if isinstance(document, dict) else document
        return verify(data, now=now, resolve=self, **options)

    def badge(self, **changes: Any) -> sign.Signed:
        """Both signed forms of an award of the issuer; changes are fields of Award."""
        prepared = sign.prepare(self.make_award(**changes))
        keys = self.signing_keys
        return sign.sign(prepared, embedded=keys.embedded, token=keys.token, created=SIGNED_AT)

    def signed(self, document: dict[str, Any], *, keys: Any = None, **options: Any) -> dict[str, Any]:
        """Any document at all with an embedded proof; options replace members of the proof after signing."""
        document = {name: value for name, value in document.items() if name != "proof"}
        proof = eddsa_rdfc.sign(document, key=(keys or self.signing_keys).embedded, created=SIGNED_AT)
        return {**document, "proof": [proof | options]}

    def token(self, claims: dict[str, Any], *, key: Any = None, **header: Any) -> str:
        """Any claims at all as a token; header members replace those of an honest one."""
        key = key or self.signing_keys.token
        head = {"alg": key.algorithm.value, "kid": key.verification_method, "typ": "JWT"} | header
        head = {name: value for name, value in head.items() if value is not None}
        signing_input = ".".join(base64url(strict_json.dumps(part)) for part in (head, claims))
        return f"{signing_input}.{base64url(key.sign(signing_input.encode()))}"

    def publish(self, purpose: StatusPurpose, *set_indexes: int, keys: Any = None, **changes: Any) -> dict[str, Any]:
        """Publish the issuer's list of this purpose, as JSON; returns its document."""
        url = f"https://badges.example/status/{purpose[0]}1"
        facts = self.make_status_list(**{"id": url, "purpose": purpose} | changes)
        document = sign.prepare_status_list(facts, bitstring.encode(set_indexes, facts.size_bits))
        signed = self.signed(json.loads(document.json), keys=keys)
        self.lists[url] = json.dumps(signed).encode()
        return signed


@pytest.fixture(scope="session")
def published(signing_keys: Any, make_award: Any, make_status_list: Any) -> World:
    """The world in which the issuer's two keys and two empty lists are published; made once."""
    world = World(signing_keys, make_award, make_status_list)
    for key in (signing_keys.embedded, signing_keys.token):
        controller = key.verification_method.partition("#")[0]
        world.keys[key.verification_method] = KeyFound(key.public_jwk, controller=controller)
    world.publish(StatusPurpose.REVOCATION)
    world.publish(StatusPurpose.SUSPENSION)
    return world


@pytest.fixture
def world(published: World) -> World:
    """A fresh copy of the published world, free to be changed."""
    return World(
        published.signing_keys,
        published.make_award,
        published.make_status_list,
        keys=dict(published.keys),
        lists=dict(published.lists),
    )


@pytest.fixture(scope="session")
def honest(published: World) -> sign.Signed:
    """One good badge in both forms; its revocation index is 94567, its suspension index 1203."""
    return published.badge()


@pytest.fixture
def document(honest: sign.Signed) -> dict[str, Any]:
    """The good badge as a document that a test may change."""
    return copy.deepcopy(json.loads(honest.json))


@pytest.fixture(scope="session")
def stranger(make_signing_keys: Any) -> Any:
    """The keys of another issuer, `did:web:evil.example`."""
    return make_signing_keys("did:web:evil.example")


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A small still PNG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format="PNG")
    return out.getvalue()
