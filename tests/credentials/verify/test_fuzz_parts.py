"""Whatever is changed in a badge with parts, an answer comes out, and no part that was changed is ever called good."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings

from app.credentials import jsonld
from app.credentials.report import Report, Verdict

from .test_fuzz import QUICK, SEEDS, meaning, mutated

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
INTEGRITY = "https://w3id.org/security/data-integrity/v2"


@pytest.fixture(scope="session")
def endorsed(published: Any, honest: Any) -> dict[str, Any]:
    """A badge that endorses itself, as a document and as a token."""
    document = {name: value for name, value in json.loads(honest.json).items() if name != "proof"}
    endorsement = {
        "@context": [V2, f"{OB}context-3.0.3.json"],
        "id": "https://badges.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": document["issuer"],
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Endorsement",
        "credentialSubject": {"id": document["id"], "type": ["EndorsementSubject"], "endorsementComment": "Good."},
    }
    claims = endorsement | {"iss": document["issuer"]["id"], "jti": endorsement["id"], "sub": document["id"]}
    document["endorsement"] = [published.signed(endorsement)]
    document["endorsementJwt"] = [published.token(claims | {"nbf": 1_767_225_600})]
    return dict(published.signed(document))


@pytest.fixture(scope="session")
def record(published: Any, endorsed: dict[str, Any]) -> dict[str, Any]:
    """A learner record with that badge in it."""
    document = {
        "@context": [V2, CLR, f"{OB}context-3.0.3.json", f"{OB}extensions.json"],
        "id": "https://badges.example/records/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": endorsed["issuer"]["id"], "type": ["Profile"], "name": "St Elsewhere"},
        "validFrom": "2026-03-01T09:05:00Z",
        "name": "Transcript",
        "credentialSubject": {"id": "urn:x:ana", "type": ["ClrSubject"], "verifiableCredential": [endorsed]},
    }
    return dict(published.signed(document))


@pytest.fixture(scope="session")
def older(published: Any, honest: Any) -> dict[str, Any]:
    """A badge of data model 1.1."""
    of_today = json.loads(honest.json)
    names = ("id", "type", "name", "evidence")
    document = {name: of_today[name] for name in names} | {
        "@context": [V1, f"{OB}context-3.0.2.json", f"{OB}extensions.json", INTEGRITY],
        "issuer": {"id": of_today["issuer"]["id"], "type": ["Profile"], "name": "St Elsewhere"},
        "issuanceDate": "2026-03-01T09:05:00Z",
        "expirationDate": "2046-03-01T00:00:00Z",
        "credentialSubject": {
            "id": "urn:x:ana",
            "type": ["AchievementSubject"],
            "achievement": {
                name: of_today["credentialSubject"]["achievement"][name]
                for name in ("id", "type", "name", "description", "criteria", "tag")
            },
        },
    }
    return dict(published.signed(document))


def judged(world: Any, document: dict[str, Any]) -> Report:
    return world.verify(json.dumps(document))  # type: ignore[no-any-return]


def parts_of(report: Report) -> list[Report]:
    inside = [part.report for part in (*report.nested, *report.endorsements)]
    return [found for part in inside for found in (part, *parts_of(part))]


def test_the_badges_to_begin_with_are_good_with_all_their_parts(world: Any, endorsed: Any, record: Any, older: Any):
    assert [len(parts_of(judged(world, document))) for document in (endorsed, record, older)] == [2, 3, 0]
    for document in (endorsed, record, older):
        report = judged(world, document)
        assert {found.verdict for found in (report, *parts_of(report))} == {Verdict.GOOD}, report.to_dict()


@pytest.mark.parametrize("kind", ["endorsed", "record", "older"])
@settings(QUICK, max_examples=40)
@given(seed=SEEDS)
def test_a_changed_document_is_good_only_if_it_means_the_same(
    world: Any, request: pytest.FixtureRequest, kind: str, seed: int
):
    original = request.getfixturevalue(kind)
    changed = mutated(original, seed)

    report = judged(world, changed)

    if report.is_good:
        assert meaning(changed) == meaning(original)
        assert report.credential.to_dict().items() <= judged(world, original).credential.to_dict().items()


@settings(QUICK, max_examples=40)
@given(seed=SEEDS)
def test_a_changed_part_is_good_only_if_it_means_the_same_whatever_signs_it_in(world: Any, endorsed: Any, seed: int):
    """The badge's issuer may sign anything into the badge: it cannot make somebody else's word out of it."""
    document = copy.deepcopy(endorsed)
    original = document["endorsement"][0]
    document["endorsement"] = [mutated(original, seed)]
    try:
        signed = world.signed(document)
    except (jsonld.UnsafeDocument, ValueError):
        return

    report = judged(world, signed)

    assert report.verdict in {Verdict.GOOD, Verdict.UNREADABLE, Verdict.BROKEN, Verdict.CANNOT_TELL}
    for part in report.endorsements:
        if part.report.is_good and part.place.startswith("/endorsement/"):
            assert meaning(part.report.document) == meaning(original)
