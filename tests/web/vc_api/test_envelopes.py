"""Credentials in envelopes (tokens in `data:` addresses), which the door verifies and does not issue."""

from __future__ import annotations

from typing import Any

import pytest

from app.credentials import strict_json
from app.credentials.multibase import base64url
from tests.web.vc_api.conftest import EXAMPLES, V2, Door, Party, refusal

Document = dict[str, Any]


def token(party: Party, document: Document, **header: Any) -> str:
    """The document as a token of the W3C's type, by this party; `header` replaces members of the header."""
    parts = ({"alg": "EdDSA", "kid": party.method, "typ": "vc+jwt"} | header, document)
    signing_input = ".".join(base64url(strict_json.dumps(part)) for part in parts)
    return f"{signing_input}.{base64url(party.private.sign(signing_input.encode()))}"


def envelope(text: str, **changes: Any) -> Document:
    made = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{text}"} | changes
    return {name: value for name, value in made.items() if value is not None}


@pytest.fixture(scope="session")
def good(door: Door, party: Party) -> Document:
    return envelope(token(party, door.credential(EXAMPLES, issuer=party.did)))


def test_an_enveloped_credential_verifies_alone_and_in_a_presentation(door: Door, party: Party, good: Document):
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [good]}

    assert door.verify(good).status_code == 200
    assert door.present(presentation).status_code == 200
    assert door.present(party.sign(presentation, proofPurpose="authentication")).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"@context": []},
        {"@context": None},
        {"@context": EXAMPLES},
        {"type": None},
        {"type": "VerifiableCredential"},
        {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]},
        {"id": "data:application/vc+jwt,x.y.z"},
        {"id": "data:application/vc+cose,AAAA"},
        {"id": "https://e.example/credential"},
        {"id": 4},
    ],
    ids=str,
)
def test_another_envelope_is_refused(door: Door, good: Document, changes: Document):
    changed = {name: value for name, value in {**good, **changes}.items() if value is not None}

    assert refusal(door.verify(changed))[0] == 400


def test_what_is_in_it_must_be_signed_by_its_issuer_and_conform(door: Door, party: Party, good: Document):
    credential = door.credential(EXAMPLES, issuer=party.did)
    bad = [
        good["id"][:-8].removeprefix("data:application/vc+jwt,") + "AAAAAAAA",
        token(party, {**credential, "issuer": "did:example:other"}),
        token(party, {**credential, "credentialSubject": []}),
        token(party, {**credential, "validUntil": "2020-01-01T00:00:00Z"}),
        token(party, {**credential, "iss": "did:example:other"}),
        token(party, {"vc": credential}),
        token(party, credential, alg="none"),
        token(party, credential, crit=["exp"]),
        token(party, {name: value for name, value in credential.items() if name != "issuer"}),
    ]

    assert {refusal(door.verify(envelope(text)))[0] for text in bad} == {400}


def test_an_envelope_answers_no_challenge(door: Door, good: Document):
    assert refusal(door.verify(good, challenge="u-1")) == (400, "proof.missing")
