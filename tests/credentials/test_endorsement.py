"""Endorsements as documents: whose word it is, of what, in both signed forms, and in a badge as it was signed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials import sign
from app.credentials.endorsement import endorsement_document
from app.credentials.proofs import vc_jwt
from app.errors import LintFailed

SIGNED_AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


@pytest.fixture
def signed(make_endorsement: Any, signing_keys: Any) -> sign.Signed:
    prepared = sign.prepare_endorsement(make_endorsement())
    return sign.sign(prepared, embedded=signing_keys.embedded, token=signing_keys.token, created=SIGNED_AT)


def test_an_endorsement_says_who_says_what_of_which_thing(make_endorsement):
    document = endorsement_document(make_endorsement())

    assert document["type"] == ["VerifiableCredential", "EndorsementCredential"]
    assert document["issuer"]["type"] == ["Profile"]
    assert document["credentialSubject"] == {
        "id": "https://badges.example/achievements/bls/v1",
        "type": ["EndorsementSubject"],
        "endorsementComment": "Meets the **2026** guideline.",
    }
    assert document["credentialStatus"]["statusPurpose"] == "revocation"


def test_what_is_not_stated_leaves_no_member(make_endorsement):
    document = endorsement_document(replace(make_endorsement(), valid_until=None, status=None))

    assert not {"validUntil", "credentialStatus"} & set(document)


def test_both_forms_say_the_same(signed):
    document = json.loads(signed.json)
    (proof,) = document.pop("proof")
    claims = vc_jwt.read(signed.jwt.decode())[1]

    assert claims == document | vc_jwt.claims_of(document)
    assert claims["sub"] == document["credentialSubject"]["id"]
    assert proof["cryptosuite"] == "eddsa-rdfc-2022"


@pytest.mark.parametrize(("member", "wrong"), [("about", "BLS"), ("comment", " "), ("name", "")])
def test_an_endorsement_of_nothing_is_not_prepared(make_endorsement, member, wrong):
    with pytest.raises(LintFailed):
        sign.prepare_endorsement(make_endorsement(**{member: wrong}))


def test_a_badge_carries_an_endorsement_as_it_was_signed(make_award, signed, signing_keys):
    award = make_award(endorsements=(json.loads(signed.json),))

    badge = json.loads(sign.sign_embedded(sign.prepare(award), key=signing_keys.embedded, created=SIGNED_AT))

    assert badge["endorsement"] == [json.loads(signed.json)]


def test_a_badge_with_an_endorsement_that_nobody_signed_is_not_prepared(make_award, make_endorsement):
    award = make_award(endorsements=(endorsement_document(make_endorsement()),))

    with pytest.raises(LintFailed) as caught:
        sign.prepare(award)

    assert [finding["rule"] for finding in caught.value.facts["findings"]] == ["OB3-45"]
