"""An independent program, openbadgeslib, accepts what is signed here and refuses what was changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier

from app.credentials import bitstring, sign
from app.credentials.model import StatusEntry, StatusPurpose

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)  # it compares dates with the real clock
LIST_URL = "https://badges.example/status/r1"
DID_URL = "https://badges.example/issuers/st-elsewhere/did.json"


@pytest.fixture(scope="module")
def signed(make_award, signing_keys):
    entry = StatusEntry(LIST_URL, 94567, StatusPurpose.REVOCATION)
    award = make_award(awarded_at=NOW - timedelta(days=1), valid_from=NOW, status=(entry,))
    prepared = sign.prepare(award)
    return sign.sign(prepared, embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)


@pytest.fixture
def download(signing_keys, make_status_list):
    """The issuer's server: its DID document, and its status list with these indexes set."""

    def build(revoked: frozenset[int] = frozenset()) -> Any:
        facts = make_status_list(valid_from=NOW)
        prepared = sign.prepare_status_list(facts, bitstring.encode(revoked, facts.size_bits))
        signed = sign.sign(prepared, embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)
        served = {DID_URL: json.dumps(signing_keys.did_document).encode(), LIST_URL: signed.jwt}
        return lambda url: served[url]

    return build


ISSUER = "did:web:badges.example:issuers:st-elsewhere"


def test_it_accepts_the_embedded_proof_with_the_issuers_did_document(signed, download):
    verifier = OB3LdpVerifier.for_issuer_did(ISSUER)

    credential = verifier.verify(signed.json, download=download())

    assert credential.issuer.id == ISSUER


@pytest.mark.parametrize(
    "change",
    [
        (b"Calm under pressure", b"Cold under pressure"),
        (b'"proofValue":"z', b'"proofValue":"z2'),
        (b'"94567"', b'"94568"'),
        (b'"validUntil":"2046', b'"validUntil":"2047'),
    ],
    ids=["text", "signature", "status index", "end"],
)
def test_it_refuses_a_changed_embedded_document(signed, download, change):
    assert change[0] in signed.json

    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(ISSUER).verify(signed.json.replace(*change), download=download())


def test_it_finds_the_tokens_key_in_the_did_document(signed, download):
    verifier = OB3Verifier.for_issuer_did(ISSUER, download=download())

    assert verifier.verify(signed.jwt.decode()).issuer.id == ISSUER


def test_it_refuses_a_changed_token(signed, download):
    head, payload, signature = signed.jwt.decode().split(".")
    middle = len(payload) // 2
    other = payload[:middle] + ("A" if payload[middle] != "A" else "B") + payload[middle + 1 :]

    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(ISSUER, download=download()).verify(f"{head}.{other}.{signature}")


def test_it_refuses_the_token_of_another_issuers_key(make_signing_keys, make_award, download):
    stranger = make_signing_keys()
    award = make_award(awarded_at=NOW, valid_from=NOW)
    forged = sign.sign(sign.prepare(award), embedded=stranger.embedded, token=stranger.token, created=NOW)

    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(ISSUER, download=download()).verify(forged.jwt.decode())
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(ISSUER).verify(forged.json, download=download())


def test_it_reads_the_signed_status_list_and_its_proof(signed, download):
    verifier = OB3Verifier.for_issuer_did(ISSUER, download=download())

    verifier.verify(signed.jwt.decode(), check_status=True, download=download())
    OB3LdpVerifier.for_issuer_did(ISSUER).verify(signed.json, check_status=True, download=download())


def test_it_sees_a_revocation(signed, download):
    revoked = download(frozenset({94567}))

    with pytest.raises(OB3VerificationError, match="revocation"):
        OB3LdpVerifier.for_issuer_did(ISSUER).verify(signed.json, check_status=True, download=revoked)
    verifier = OB3Verifier.for_issuer_did(ISSUER, download=revoked)
    with pytest.raises(OB3VerificationError, match="revocation"):
        verifier.verify(signed.jwt.decode(), check_status=True, download=revoked)
