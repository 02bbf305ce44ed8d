"""Our own table of the data model departs from a badge exactly where the official JSON Schema does (OB3-23)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from app.credentials import sign
from app.credentials.verify.data_model import departures

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
V2, OB3 = "https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
MOMENT, TOKEN = "2026-03-01T09:00:00Z", "eyJh.eyJi.c2ln"
DATES = ("awardedDate", "validFrom", "validUntil", "created", "activityStartDate", "activityEndDate", "dateOfBirth")
VALUES = (None, 5, 1.5, True, "", "text", "ext:mine", [], ["text"], [5], {}, {"type": "Image", "id": "urn:x"}, [{}])

IMAGE = {"id": "https://a.example/i.png", "type": "Image", "caption": "round"}
ENTRY = {"type": "IdentifierEntry", "identifier": "7", "identifierType": "systemId"}
ADDRESS = {
    "type": ["Address"], "addressCountry": "Austria", "addressCountryCode": "AT", "addressRegion": "Tyrol",
    "addressLocality": "Hall", "streetAddress": "1 Main", "postOfficeBoxNumber": "5", "postalCode": "6060",
    "geo": {"type": "GeoCoordinates", "latitude": 47.28, "longitude": 11.5},
}  # fmt: skip
PROFILE = {
    "id": "did:web:a.example", "type": ["Profile"], "name": "A", "url": "https://a.example", "phone": "1",
    "description": "d", "endorsementJwt": [TOKEN], "image": IMAGE, "email": "a@a.example", "address": ADDRESS,
    "otherIdentifier": [ENTRY], "official": "o", "familyName": "f", "givenName": "g", "additionalName": "a",
    "patronymicName": "p", "honorificPrefix": "Dr", "honorificSuffix": "PhD", "familyNamePrefix": "de",
    "dateOfBirth": "2000-01-01", "parentOrg": {"id": "did:web:p.example", "type": ["Profile"]},
}  # fmt: skip
ALIGNMENT = {
    "type": ["Alignment"], "targetCode": "c", "targetDescription": "d", "targetName": "n", "targetFramework": "f",
    "targetType": "CTDL", "targetUrl": "https://a.example/s",
}  # fmt: skip
PROOF = {
    "type": "DataIntegrityProof", "created": MOMENT, "cryptosuite": "eddsa-rdfc-2022", "challenge": "c", "domain": "d",
    "nonce": "n", "proofPurpose": "assertionMethod", "proofValue": "z1", "verificationMethod": "did:web:a.example#k",
}  # fmt: skip
ENDORSEMENT = {
    "@context": [V2, OB3], "type": ["VerifiableCredential", "EndorsementCredential"], "id": "urn:e", "name": "n",
    "description": "d", "awardedDate": MOMENT, "issuer": "did:web:e.example", "validFrom": MOMENT, "validUntil": MOMENT,
    "credentialSubject": {"id": "urn:s", "type": ["EndorsementSubject"], "endorsementComment": "c"}, "proof": [PROOF],
    "credentialSchema": [{"id": "urn:s", "type": "T"}], "credentialStatus": {"id": "urn:s", "type": "T"},
    "refreshService": {"id": "urn:s", "type": "T"}, "termsOfUse": [{"id": "urn:s", "type": "T"}],
}  # fmt: skip
ACHIEVEMENT = {
    "id": "urn:a", "type": ["Achievement"], "alignment": [ALIGNMENT], "achievementType": "Badge", "creator": PROFILE,
    "creditsAvailable": 2.5, "criteria": {"id": "urn:c", "narrative": "n"}, "description": "d",
    "endorsement": [ENDORSEMENT], "endorsementJwt": [TOKEN], "fieldOfStudy": "f", "humanCode": "BLS", "image": IMAGE,
    "inLanguage": "en-US", "name": "n", "otherIdentifier": [ENTRY], "specialization": "s", "tag": ["t"], "version": "1",
    "related": [{"id": "urn:r", "type": ["Related"], "inLanguage": "de", "version": "1"}],
    "resultDescription": [
        {
            "id": "urn:d", "type": ["ResultDescription"], "alignment": [ALIGNMENT], "allowedValue": ["A"], "name": "n",
            "requiredLevel": "l", "requiredValue": "v", "resultType": "Percent", "valueMax": "1", "valueMin": "0",
            "rubricCriterionLevel": [
                {
                    "id": "urn:l", "type": ["RubricCriterionLevel"], "alignment": [ALIGNMENT], "description": "d",
                    "level": "l", "name": "n", "points": "3",
                }
            ],
        }
    ],
}  # fmt: skip
BADGE = {
    "@context": [V2, OB3, "https://a.example/more.json"], "id": "urn:b", "name": "n", "description": "d",
    "type": ["VerifiableCredential", "OpenBadgeCredential"], "image": IMAGE, "awardedDate": MOMENT,
    "credentialSubject": {
        "id": "urn:s", "type": ["AchievementSubject"], "activityEndDate": MOMENT, "activityStartDate": MOMENT,
        "creditsEarned": 1, "achievement": ACHIEVEMENT, "image": IMAGE, "licenseNumber": "1", "narrative": "n",
        "role": "r", "source": PROFILE, "term": "t",
        "identifier": [
            {"type": "IdentityObject", "hashed": True, "identityHash": "h", "identityType": "emailAddress", "salt": "s"}
        ],
        "result": [
            {
                "type": ["Result"], "achievedLevel": "l", "alignment": [ALIGNMENT], "resultDescription": "urn:d",
                "status": "Completed", "value": "5",
            }
        ],
    },
    "endorsement": [ENDORSEMENT], "endorsementJwt": [TOKEN],
    "evidence": [
        {"id": "urn:e", "type": ["Evidence"], "narrative": "n", "name": "n", "description": "d", "genre": "g",
         "audience": "a"}
    ],
    "issuer": PROFILE, "validFrom": MOMENT, "validUntil": MOMENT, "proof": [PROOF],
    "credentialSchema": [{"id": "urn:s", "type": "1EdTechJsonSchemaValidator2019"}],
    "credentialStatus": {"id": "urn:s", "type": "T"}, "refreshService": {"id": "urn:s", "type": "T"},
    "termsOfUse": [{"id": "urn:s", "type": "T"}],
}  # fmt: skip

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a document but its root."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in inside:
        yield (*path, name)
        yield from places(member, (*path, name))


PLACES = list(places(BADGE))


@pytest.fixture(scope="module")
def fits(conformance: Any) -> Any:
    schema = json.loads((conformance / "ob30" / "ob_v3p0_achievementcredential_schema.json").read_text())
    return Draft201909Validator(schema).is_valid


def changed(path: Path, change: Any) -> dict[str, Any]:
    """The badge with one place changed by a function of its holder and its name."""
    badge: dict[str, Any] = copy.deepcopy(BADGE)
    holder: Any = badge
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return badge


def is_milder(path: Path, value: Any) -> bool:
    """Whether the standard takes this and the schema does not: several status entries, one proof alone."""
    one = isinstance(value, dict) and "type" in value
    return (path[-1] == "credentialStatus" and value == []) or (path[-1] == "proof" and one)


def put(value: Any) -> Any:
    return lambda holder, name: holder.__setitem__(name, value)


def test_a_badge_with_every_member_of_every_class_is_as_the_schema_wants_it(fits: Any):
    assert fits(BADGE)
    assert departures(BADGE) == ()
    assert len(PLACES) > 300


def test_what_is_left_out_is_missed_by_both(fits: Any):
    for path in PLACES:
        badge = changed(path, lambda holder, name: holder.pop(name))

        assert (departures(badge) == ()) is fits(badge), path


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_is_of_another_kind_is_found_by_both(fits: Any, value: Any):
    for path in PLACES:
        badge = changed(path, put(value))
        if path[-1] in DATES and isinstance(value, str):
            assert departures(badge) != ()  # the schema's formats are no more than a remark to most programs
            continue
        if is_milder(path, value):
            continue

        assert (departures(badge) == ()) is fits(badge), path


def test_a_member_that_nobody_knows_is_found_by_both(fits: Any):
    for path in [(), *(path for path in PLACES)]:
        badge = changed((*path, "mine"), lambda holder, name: isinstance(holder, dict) and holder.update({name: 1}))

        assert (departures(badge) == ()) is fits(badge), path


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES)), min_size=2, max_size=4))
def test_several_changes_at_once_are_found_by_both(fits: Any, changes: list[tuple[Path, Any]]):
    badge = copy.deepcopy(BADGE)
    for path, value in changes:
        holder: Any = badge
        try:
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    if any(path[-1] in DATES or is_milder(path, value) for path, value in changes):
        return

    assert (departures(badge) == ()) is fits(badge)


def test_what_is_signed_here_departs_nowhere(make_award: Any, signing_keys: Any):
    prepared = sign.prepare(make_award(status=make_award().status[:1]))
    signed = sign.sign(prepared, embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)

    assert departures(json.loads(signed.json)) == ()


def test_the_standard_is_milder_than_its_schema_in_two_places(fits: Any):
    for name, value in (("proof", PROOF), ("credentialStatus", [{"id": "urn:1", "type": "T"}] * 2)):
        badge = changed((name,), put(value))

        assert (fits(badge), departures(badge)) == (False, ())


def test_the_place_is_named():
    badge = changed(("credentialSubject", "achievement", "image"), put("https://a.example/i.png"))

    assert departures(badge) == ("credentialSubject.achievement.image",)


def test_a_heap_of_faults_is_cut_short():
    assert len(departures(dict.fromkeys(BADGE, 5))) == 5
