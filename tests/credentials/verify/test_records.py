"""Comprehensive Learner Records: the record has a verdict, and each achievement in it has its own."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from app.credentials.model import StatusPurpose
from app.credentials.report import Verdict
from app.credentials.verify import KeyFound

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
HOLDER = "did:example:ana"
INSIDE = "/credentialSubject/verifiableCredential/"


def badge(honest: Any, number: int = 1, **changes: Any) -> dict[str, Any]:
    """An unsigned achievement of the holder."""
    document = json.loads(honest.json) | {"id": f"https://badges.example/b/{number}"} | changes
    del document["proof"]
    document["credentialSubject"]["id"] = HOLDER
    return document


@pytest.fixture
def record(world: Any, honest: Any) -> dict[str, Any]:
    """A record with one signed achievement of its own issuer, not signed yet."""
    return {
        "@context": CONTEXTS,
        "id": "https://badges.example/records/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": "did:web:badges.example:issuers:st-elsewhere", "type": ["Profile"], "name": "St Elsewhere"},
        "validFrom": "2026-03-01T09:05:00Z",
        "name": "Transcript",
        "credentialSubject": {
            "id": HOLDER,
            "type": ["ClrSubject"],
            "verifiableCredential": [world.signed(badge(honest))],
        },
    }


def test_a_record_is_good_and_so_is_the_achievement_in_it(world: Any, record: Any):
    report = world.verify(world.signed(record))

    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert (report.credential.standard, report.credential.title) == ("Comprehensive Learner Record 2.0", "Transcript")
    assert report.sentence.startswith("This learner record is good and has no end date.")
    assert [(found.place, found.report.verdict) for found in report.nested] == [(f"{INSIDE}0", Verdict.GOOD)]
    assert report.nested[0].report.credential.achievement_name == "Basic Life Support"


def test_its_tampered_twin_is_broken_and_nothing_in_it_is_shown(world: Any, record: Any):
    signed = world.signed(record)
    signed["credentialSubject"]["verifiableCredential"][0]["name"] = "Advanced Life Support"

    report = world.verify(signed)

    assert (report.verdict, report.nested, report.credential) == (Verdict.BROKEN, (), None)


def test_a_record_vouches_for_no_achievement_that_somebody_else_did_not_sign(world: Any, record: Any, honest: Any):
    """A broken part leaves the record's own signature as good as it was, and is never shown as good itself."""
    forged = world.signed(badge(honest, 2)) | {"name": "Advanced Life Support"}
    unsigned = badge(honest, 3)
    record["credentialSubject"]["verifiableCredential"] += [forged, unsigned]

    report = world.verify(world.signed(record))

    verdicts = [found.report.verdict for found in report.nested]
    assert (report.verdict, verdicts) == (Verdict.GOOD, [Verdict.GOOD, Verdict.BROKEN, Verdict.BROKEN])
    assert report.nested[2].report["proof"].code == "missing"


def test_an_achievement_as_a_token_is_judged_too(world: Any, record: Any, honest: Any):
    document = badge(honest, 2)
    claims = document | {"iss": document["issuer"]["id"], "jti": document["id"], "sub": HOLDER}
    token = world.token(claims | {"nbf": 1_772_355_900, "exp": 2_403_475_200})
    record["credentialSubject"]["verifiableCredential"] = [token]

    report = world.verify(world.signed(record))

    assert report.nested[0].report.verdict is Verdict.GOOD, report.to_dict()


def test_a_withdrawn_achievement_in_a_good_record_is_withdrawn(world: Any, record: Any):
    world.publish(StatusPurpose.REVOCATION, 94_567)

    report = world.verify(world.signed(record))

    assert (report.verdict, report.nested[0].report.verdict) == (Verdict.GOOD, Verdict.REVOKED)


def test_an_achievement_of_another_issuer_is_told_by_that_issuers_key(
    world: Any, record: Any, honest: Any, stranger: Any
):
    other = badge(honest, 2, credentialStatus=[])
    del other["credentialStatus"]
    other["issuer"] = {"id": "did:web:evil.example", "type": ["Profile"], "name": "Another school"}
    record["credentialSubject"]["verifiableCredential"] = [world.signed(other, keys=stranger)]
    signed = world.signed(record)
    assert world.verify(signed).nested[0].report.verdict is Verdict.UNKNOWN_ISSUER

    key = stranger.embedded
    world.keys[key.verification_method] = KeyFound(key.public_jwk, controller="did:web:evil.example")
    assert world.verify(signed).nested[0].report.verdict is Verdict.GOOD


def test_a_record_of_another_holder_than_the_achievement_is_warned_of(world: Any, record: Any):
    record["credentialSubject"]["id"] = "did:example:bo"

    report = world.verify(world.signed(record))

    assert "other_holder" in [caution.code for caution in report.warnings]


def test_an_endorsement_in_an_achievement_in_a_record_is_found(world: Any, record: Any, honest: Any):
    document = badge(honest)
    endorsement = {
        "@context": [CONTEXTS[0], CONTEXTS[2]],
        "id": "https://badges.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": document["issuer"],
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": document["id"], "type": ["EndorsementSubject"], "endorsementComment": "Good."},
    }
    document["endorsement"] = [world.signed(endorsement)]
    record["credentialSubject"]["verifiableCredential"] = [world.signed(document)]

    report = world.verify(world.signed(record))

    (achievement,) = report.nested
    assert achievement.report.endorsements[0].report.verdict is Verdict.GOOD, report.to_dict()


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("verifiableCredential", [], "record"),
        ("verifiableCredential", None, "null"),
        ("verifiableCredential", [5], "record"),
        ("verifiableCredential", "text", "record"),
        ("type", ["AchievementSubject"], "subject"),
        ("association", [{"type": "Other", "sourceId": "urn:a", "targetId": "urn:b"}], "part_type"),
    ],
)
def test_a_record_that_is_not_complete_is_named_as_such(world: Any, record: Any, member: str, value: Any, code: str):
    record["credentialSubject"][member] = value

    report = world.verify(record)

    assert report["schema"].code == code
    assert report["schema"].sentence.startswith("This is not a complete learner record: ")
    assert not report.is_good


def test_an_endorsement_in_place_of_an_achievement_is_out_of_place(world: Any, record: Any):
    endorsement = copy.deepcopy(record) | {"type": ["VerifiableCredential", "EndorsementCredential"]}
    endorsement["id"] = "urn:x:1"
    endorsement["credentialSubject"] = {"id": "urn:x:2", "type": ["EndorsementSubject"]}
    record["credentialSubject"]["verifiableCredential"] = [world.signed(endorsement)]

    assert world.verify(world.signed(record)).nested[0].report["schema"].code == "out_of_place"


def test_the_holder_of_a_record_can_be_asked_about(world: Any, record: Any):
    signed = world.signed(record)

    assert world.verify(signed, recipient=HOLDER).verdict is Verdict.GOOD
    record["credentialSubject"]["identifier"] = [
        {"type": "IdentityObject", "identityHash": "bo@example.org", "identityType": "emailAddress", "hashed": False}
    ]
    assert world.verify(world.signed(record), recipient="ana@example.org").verdict is Verdict.WRONG_PERSON
