"""Open Badges 2.0: the same facts in older words, and nothing signed that breaks its rules."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from app.credentials import identity, ob2, ob2_rules, ob3, sign_ob2, strict_json
from app.credentials.keys import kid_of
from app.credentials.multibase import base64url, from_base64url
from app.credentials.proofs import ob2_jws
from app.errors import InvalidInput, LintFailed, SelfVerificationFailed

ADDRESS = "https://badges.example/ob2/assertions/q3Jm0s2d9fKf1C7x8y9zAw"
BADGE = "https://badges.example/ob2/achievements/bls/v1"
KEY = "https://badges.example/ob2/issuers/st-elsewhere/keys/k1"
URN = "urn:uuid:7d9d2c36-64cf-4b0b-8d0e-4d0c21d0a001"
LIST = "https://badges.example/ob2/issuers/st-elsewhere/revocations"


@pytest.fixture(scope="module")
def credential(make_award) -> dict[str, Any]:
    return ob3.credential_document(make_award())


@pytest.fixture(scope="module")
def assertion(credential) -> dict[str, Any]:
    return ob2.signed_assertion(credential, urn=URN, badge=BADGE, key=KEY)


# -- documents --------------------------------------------------------------------------------------------


def test_the_recipient_is_the_hash_and_salt_that_were_signed(credential, make_recipient):
    recipient = ob2.hosted_assertion(credential, address=ADDRESS, badge=BADGE)["recipient"]

    signed = credential["credentialSubject"]["identifier"][0]
    assert recipient == {
        "type": "email",
        "hashed": True,
        "identity": signed["identityHash"],
        "salt": signed["salt"],
    }
    assert recipient["identity"] == identity.hash_identity(make_recipient().email, recipient["salt"])


def test_it_was_issued_when_it_was_earned_and_expires_when_the_newer_form_ends(credential):
    document = ob2.hosted_assertion(credential, address=ADDRESS, badge=BADGE)

    assert (document["issuedOn"], document["expires"]) == (credential["awardedDate"], credential["validUntil"])


def test_hosted_and_signed_form_differ_in_their_id_and_in_how_they_are_verified(credential, assertion):
    hosted = ob2.hosted_assertion(credential, address=ADDRESS, badge=BADGE)

    assert hosted["id"] == ADDRESS
    assert hosted["verification"] == {"type": "HostedBadge"}
    assert assertion["id"] == URN
    assert assertion["verification"] == {"type": "SignedBadge", "creator": KEY}
    assert {**hosted, "id": "", "verification": ""} == {**assertion, "id": "", "verification": ""}


def test_a_badge_that_names_no_address_has_no_older_form(make_award, make_recipient):
    nameless = ob3.credential_document(make_award(recipient=make_recipient(email=None, salt=None, name="Maria")))

    with pytest.raises(InvalidInput, match="e-mail"):
        ob2.hosted_assertion(nameless, address=ADDRESS, badge=BADGE)


def test_no_address_of_a_person_stands_in_an_assertion(assertion):
    assert b"maria.garcia" not in strict_json.dumps(assertion)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("https://lms.example/t/4711", "https://lms.example/t/4711"),
        ("https://lms.example/Prüfung 1", "https://lms.example/Pr%C3%BCfung%201"),
        ("https://prüfung.example/?a=b%20c&d=|", "https://xn--prfung-4ya.example/?a=b%20c&d=%7C"),
        ("urn:uuid:0f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c11", "urn:uuid:0f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c11"),
        ("urn:isbn:9783161484100", None),
        ("urn:uuid:0191d6c0-5d62-7a0f-9a6e-1f0d6b8f3c11", None),
    ],
)
def test_evidence_is_told_with_an_address_that_2_0_can_hold(credential, stated, told):
    changed = {**credential, "evidence": [{**credential["evidence"][0], "id": stated}]}

    (evidence,) = ob2.hosted_assertion(changed, address=ADDRESS, badge=BADGE)["evidence"]

    assert evidence.get("id") == told
    assert evidence["narrative"] == "Observed on the simulation ward."


def test_a_badge_class_says_what_the_achievement_says(make_achievement):
    document = ob2.badge_class(make_achievement(), address=BADGE, issuer="https://badges.example/ob2/issuers/x")

    assert document["criteria"]["narrative"] == "Pass the theory test and the practical station."
    assert document["alignment"][0]["targetName"] == "Cardiopulmonary resuscitation"
    assert document["tags"] == ["resuscitation", "emergency"]
    assert document["image"] == "https://badges.example/achievements/bls/v1.png"


def test_each_object_names_its_newer_form(credential, make_achievement, make_issuer, assertion):
    profile = ob2.issuer_profile(
        make_issuer(), address="https://x.example/i", page="https://x.example/p", assertions="https://x.example/a/",
        revocations=LIST,
    )  # fmt: skip
    badge = ob2.badge_class(
        make_achievement(), address=BADGE, issuer="https://x.example/i", same_as="https://x.example/b"
    )

    assert assertion["related"][0]["id"] == credential["id"]
    assert profile["related"][0]["id"] == "https://x.example/p"
    assert [each["id"] for each in badge["related"]] == [make_achievement().id, "https://x.example/b"]


@pytest.mark.parametrize("lacking", [{"email": None}, {"url": None}])
def test_an_issuer_without_website_or_address_is_refused(make_issuer, lacking):
    with pytest.raises(InvalidInput, match="e-mail"):
        ob2.issuer_profile(
            make_issuer(**lacking), address="https://x.example/i", page="https://x.example/p",
            assertions="https://x.example/a/", revocations=LIST,
        )  # fmt: skip


def test_the_key_is_the_same_key_as_pem(signing_keys):
    document = ob2.cryptographic_key(signing_keys.token.public_jwk, address=KEY, owner="https://x.example/i")

    read = serialization.load_pem_public_key(document["publicKeyPem"].encode())
    assert read.public_numbers() == signing_keys.rsa.public_key().public_numbers()
    assert document["owner"] == "https://x.example/i"


# -- what does not count ----------------------------------------------------------------------------------


def test_a_revoked_assertion_holds_nothing_that_a_careless_reader_could_accept():
    document = ob2.revoked_assertion(ob2.Revoked(ADDRESS, "issued in error"))

    assert document["revoked"] is True
    assert document["revocationReason"] == "issued in error"
    assert not document.keys() & {"recipient", "badge", "verification", "issuedOn"}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_revocation_list_has_two_entries_or_more(number):
    revoked = [ob2.Revoked(f"{URN[:-1]}{each}", "Withdrawn.") for each in range(number)]

    entries = ob2.revocation_list(revoked, address=LIST, issuer="https://x.example/i")["revokedAssertions"]

    assert len(entries) == number + 2
    assert [each["id"] for each in entries[2:]] == [each.id for each in revoked]
    assert all(each["id"].startswith(f"{LIST}#") for each in entries[:2])


# -- rules ------------------------------------------------------------------------------------------------

BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("OB2-01", {"@context": "https://w3id.org/openbadges/v1"}),
    ("OB2-01", {"type": "BadgeClass"}),
    ("OB2-01", {"revoked": False}),
    ("OB2-02", {"id": "7d9d2c36"}),
    ("OB2-02", {"id": "urn:uuid:0191d6c0-5d62-7a0f-9a6e-1f0d6b8f3c11"}),
    ("OB2-03", {"recipient": {"type": "email", "hashed": False, "identity": "maria@x.example"}}),
    ("OB2-03", {"recipient": {"type": "email", "hashed": True, "identity": "sha256$00", "salt": "s"}}),
    ("OB2-03", {"recipient": None}),
    ("OB2-04", {"badge": {"id": BADGE}}),
    ("OB2-05", {"verification": {"type": "HostedBadge"}}),
    ("OB2-05", {"verification": {"type": "SignedBadge", "creator": "k1"}}),
    ("OB2-06", {"issuedOn": "2026-03-01"}),
    ("OB2-06", {"expires": "2020-03-01T09:00:00Z"}),
    ("OB2-06", {"issuedOn": "2026-02-30T09:00:00Z"}),
    ("OB2-07", {"narrative": ""}),
    ("OB2-07", {"evidence": [{"type": "Evidence", "name": None}]}),
]


def test_a_right_assertion_breaks_no_rule(assertion):
    assert ob2_rules.examine(assertion) == ()


@pytest.mark.parametrize(("rule", "change"), BROKEN, ids=[f"{r}-{n}" for n, (r, _) in enumerate(BROKEN)])
def test_an_assertion_that_breaks_a_rule_is_found_and_not_signed(assertion, rule, change):
    broken = {**assertion, **change}

    assert rule in {finding.rule for finding in ob2_rules.examine(broken)}
    with pytest.raises(LintFailed):
        sign_ob2.prepare(broken)


def test_every_rule_has_an_example_here():
    stumbling = ob2_rules.examine({"narrative": None})

    assert {rule for rule, _ in BROKEN} == {finding.rule for finding in stumbling}


# -- signature --------------------------------------------------------------------------------------------


def test_the_token_says_exactly_the_assertion_with_rs256(assertion, signing_keys):
    header, payload, _ = sign_ob2.sign(sign_ob2.prepare(assertion), key=signing_keys.token).decode().split(".")

    assert strict_json.loads(from_base64url(header)) == {"alg": "RS256"}
    assert strict_json.loads(from_base64url(payload)) == assertion


def test_the_token_holds_and_its_tampered_twins_do_not(assertion, signing_keys, make_signing_keys):
    token = sign_ob2.sign(sign_ob2.prepare(assertion), key=signing_keys.token).decode()
    header, payload, signature = token.split(".")
    forged = base64url(strict_json.dumps({**assertion, "issuedOn": "2027-03-01T09:00:00Z"}))
    unsigned = base64url(strict_json.dumps({"alg": "none"}))

    assert ob2_jws.verify(token, signing_keys.token.public_jwk)
    assert not ob2_jws.verify(f"{header}.{forged}.{signature}", signing_keys.token.public_jwk)
    assert not ob2_jws.verify(f"{unsigned}.{payload}.", signing_keys.token.public_jwk)
    assert not ob2_jws.verify(token, make_signing_keys().token.public_jwk)
    assert not ob2_jws.verify(token, signing_keys.embedded.public_jwk)
    assert not ob2_jws.verify("no.token", signing_keys.token.public_jwk)


def test_only_an_rsa_key_signs(assertion, signing_keys):
    with pytest.raises(InvalidInput, match="RSA"):
        sign_ob2.sign(sign_ob2.prepare(assertion), key=signing_keys.embedded)


def test_nothing_that_was_not_checked_can_be_signed(assertion, signing_keys):
    with pytest.raises(TypeError):
        sign_ob2.PreparedAssertion(strict_json.dumps(assertion), made_by=object())
    with pytest.raises(TypeError):
        sign_ob2.sign(strict_json.dumps(assertion), key=signing_keys.token)


def test_a_signature_that_does_not_hold_is_never_handed_out(assertion, signing_keys, make_signing_keys):
    other = make_signing_keys().token
    swapped = copy.copy(signing_keys.token)
    object.__setattr__(swapped, "sign", other.sign)

    assert kid_of(swapped.public_jwk) != other.kid
    with pytest.raises(SelfVerificationFailed):
        sign_ob2.sign(sign_ob2.prepare(assertion), key=swapped)
