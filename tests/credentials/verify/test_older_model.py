"""Badges of data model 1.1: embedded proofs, and tokens with the credential in a `vc` claim (OB3-47)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials.report import Outcome, Verdict

V1 = "https://www.w3.org/2018/credentials/v1"
INTEGRITY = "https://w3id.org/security/data-integrity/v2"
OB_3_0_1 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
ISSUED, ENDS = 1_772_355_900, 2_403_475_200  # the dates of the badge, in seconds


@pytest.fixture
def older() -> dict[str, Any]:
    """A badge as issuers wrote them before 2024, not signed yet."""
    return {
        "@context": [V1, OB_3_0_1, EXTENSIONS, INTEGRITY],
        "id": "https://badges.example/b/older",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:badges.example:issuers:st-elsewhere", "type": ["Profile"], "name": "St Elsewhere"},
        "issuanceDate": "2026-03-01T09:05:00Z",
        "expirationDate": "2046-03-01T00:00:00Z",
        "name": "Basic Life Support",
        "credentialSubject": {
            "id": "did:example:ana",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://badges.example/achievements/bls/v1",
                "type": ["Achievement"],
                "name": "Basic Life Support",
                "description": "Resuscitates an adult.",
                "criteria": {"narrative": "Pass the test."},
            },
        },
    }


def claims_of(credential: dict[str, Any], **changes: Any) -> dict[str, Any]:
    claims = {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": ISSUED,
        "exp": ENDS,
        "vc": credential,
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def test_an_older_badge_with_an_embedded_proof_is_good_and_says_that_it_is_older(world: Any, older: Any):
    report = world.verify(world.signed(older))

    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert [caution.code for caution in report.warnings] == ["data_model_1"]
    assert report.credential.valid_from == datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    assert report.sentence.startswith("This badge is good until 1 March 2046.")


def test_its_tampered_twin_is_broken(world: Any, older: Any):
    signed = world.signed(older) | {"name": "Advanced Life Support"}

    assert world.verify(signed).verdict is Verdict.BROKEN


def test_an_older_token_is_good(world: Any, older: Any):
    report = world.verify(world.token(claims_of(older)))

    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert report["format"].code == "token"


def test_its_tampered_twin_is_refused(world: Any, older: Any):
    header, _, signature = world.token(claims_of(older)).split(".")
    _, changed, _ = world.token(claims_of(older | {"name": "Advanced Life Support"})).split(".")

    assert world.verify(f"{header}.{changed}.{signature}").verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("claim", "value"),
    [("iss", "did:web:evil.example"), ("jti", "urn:x"), ("sub", "did:example:bo"), ("nbf", 1), ("exp", 4_000_000_000)],
)
def test_a_claim_that_says_something_else_than_the_badge_is_refused(world: Any, older: Any, claim: str, value: Any):
    report = world.verify(world.token(claims_of(older, **{claim: value})))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "claims_differ")


@pytest.mark.parametrize(("member", "claim"), [("id", "jti"), ("issuanceDate", "nbf"), ("expirationDate", "exp")])
def test_a_member_that_only_a_claim_states_is_taken_from_there(world: Any, older: Any, member: str, claim: str):
    """Data model 1.1, section 6.3.1: encoders may leave out what the claims say."""
    claims = claims_of(older)
    claims["vc"] = {name: value for name, value in older.items() if name != member}
    assert world.verify(world.token(claims)).verdict is Verdict.GOOD

    del claims[claim]
    report = world.verify(world.token(claims))
    assert report.is_good is (member == "expirationDate")  # without an end at all, it has none


def test_a_subject_that_only_the_claim_names_is_the_subject(world: Any, older: Any):
    claims = claims_of(older)
    claims["vc"] = older | {"credentialSubject": {k: v for k, v in older["credentialSubject"].items() if k != "id"}}

    assert world.verify(world.token(claims)).credential.subject_id == "did:example:ana"


def test_an_ended_older_badge_has_ended_in_both_forms(world: Any, older: Any):
    older["expirationDate"] = "2026-05-01T00:00:00Z"
    ended = 1_777_593_600

    assert world.verify(world.signed(older)).verdict is Verdict.EXPIRED
    assert world.verify(world.token(claims_of(older, exp=ended))).verdict is Verdict.EXPIRED


def test_an_older_badge_of_the_future_is_not_yet_valid(world: Any, older: Any):
    older["issuanceDate"] = "2030-01-01T00:00:00Z"

    assert world.verify(world.signed(older)).verdict is Verdict.NOT_YET_VALID


@pytest.mark.parametrize(
    ("twice", "verdict"),
    [
        ({"validUntil": "2026-05-01T00:00:00Z"}, Verdict.EXPIRED),
        ({"validUntil": "2050-05-01T00:00:00Z"}, Verdict.GOOD),
        ({"validFrom": "2030-01-01T00:00:00Z"}, Verdict.NOT_YET_VALID),
        ({"validFrom": "2020-01-01T00:00:00Z"}, Verdict.GOOD),
    ],
)
def test_of_dates_under_two_names_the_narrower_counts(world: Any, older: Any, twice: Any, verdict: Verdict):
    assert world.verify(world.signed(older | twice)).verdict is verdict


def test_a_badge_of_today_cannot_use_the_older_names_of_dates(world: Any, document: Any):
    """`expirationDate` means nothing in data model 2.0, so it would be an end that nobody reads."""
    document["expirationDate"] = "2026-05-01T00:00:00Z"

    assert world.verify(document).verdict is Verdict.BROKEN


def test_an_older_badge_of_a_stranger_is_of_an_unknown_issuer(world: Any, older: Any, stranger: Any):
    older["issuer"]["id"] = "did:web:evil.example"

    assert world.verify(world.signed(older, keys=stranger)).verdict is Verdict.UNKNOWN_ISSUER


def test_an_endorsement_inside_an_older_badge_is_judged_by_itself(world: Any, older: Any):
    endorsement = {
        "@context": [V1, OB_3_0_1, INTEGRITY],
        "id": "https://badges.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": older["issuer"],
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": older["id"], "type": ["EndorsementSubject"], "endorsementComment": "Good."},
    }
    older["endorsement"] = [world.signed(endorsement)]
    signed = world.signed(older)
    assert world.verify(signed).endorsements[0].report.verdict is Verdict.GOOD, world.verify(signed).to_dict()

    older["endorsement"][0]["credentialSubject"]["endorsementComment"] = "The best."
    report = world.verify(world.signed(older))
    assert (report.verdict, report.endorsements[0].report.verdict) == (Verdict.GOOD, Verdict.BROKEN)


@pytest.mark.parametrize("vc", [None, [], "text", 5, True])
def test_a_claim_that_is_no_credential_is_no_badge(world: Any, vc: Any):
    report = world.verify(world.token({"vc": vc, "iss": "x"}))

    assert report["schema"].outcome is Outcome.FAILED
    assert not report.is_good


def test_a_token_with_a_credential_in_both_places_is_never_read_twice(world: Any, older: Any, document: Any):
    """A payload with contexts of its own is the credential; a `vc` beside it is a word that nobody knows."""
    flat = {name: value for name, value in document.items() if name != "proof"}
    claims = flat | claims_of(document, vc=older)

    report = world.verify(world.token(claims))

    assert not report.is_good
    assert "older" not in json.dumps(report.to_dict())
