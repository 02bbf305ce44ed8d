"""Whatever a reader is shown is signed: what a canonical form leaves out can be added to no badge that is good."""

from __future__ import annotations

import copy
import json
import sys
from typing import Any

import pytest

from app.credentials import jsonld
from app.credentials.jsonld.unsafe import UnsafeDocument
from app.credentials.report import Verdict
from app.credentials.verify import KeyFound
from app.credentials.verify.embedding import own_ids_of

WHITE_SPACE = [character for character in map(chr, range(sys.maxunicode + 1)) if character.isspace()]
EVIL = "did:web:evil.example"
SOMEBODY = {
    "type": "IdentityObject", "hashed": False, "identityType": "emailAddress", "identityHash": "mallory@evil.example",
}  # fmt: skip


def without_proof(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


def set_at(document: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split("/")
    for name in way:
        document = document[name]
    document[last] = value


@pytest.mark.parametrize("character", WHITE_SPACE, ids=lambda character: f"U+{ord(character):04X}")
@pytest.mark.parametrize("path", ["evidence", "credentialSubject/source", "credentialSubject/achievement/criteria/id"])
def test_an_address_with_white_space_of_any_script_is_refused(document: dict[str, Any], path: str, character: str):
    address = f"https://a.example/{character}x"
    added = {
        "evidence": [{"id": address, "type": ["Evidence"], "name": "X"}],
        "credentialSubject/source": {"id": address, "type": ["Profile"], "name": "X"},
    }
    set_at(document, path, added.get(path, address))

    with pytest.raises(UnsafeDocument):
        jsonld.canonicalise(without_proof(document))


@pytest.mark.parametrize("character", ["\u00a0", "\u2003", "\u3000", "\x85"])
def test_a_holder_cannot_be_added_to_a_signed_badge(world: Any, document: dict[str, Any], character: str):
    assert world.verify(document, recipient="mallory@evil.example").verdict is Verdict.WRONG_PERSON

    document["credentialSubject"]["identifier"].append({**SOMEBODY, "id": f"https://a.example/{character}"})

    assert world.verify(document, recipient="mallory@evil.example").verdict is Verdict.BROKEN


@pytest.mark.parametrize("name", ["@abc", "@json", "@id", "@type", "@"])
@pytest.mark.parametrize("path", ["type", "credentialSubject/type", "credentialSubject/achievement/criteria/id"])
def test_a_name_that_looks_like_a_word_of_json_ld_is_no_name(
    world: Any, document: dict[str, Any], path: str, name: str
):
    before = document
    for member in path.split("/"):
        before = before.get(member, [])
    set_at(document, path, [*before, name] if isinstance(before, list) and path.endswith("type") else name)

    assert not world.verify(document).is_good


@pytest.mark.parametrize("member", ["endorsement", "verifiableCredential"])
def test_what_stands_in_a_proof_is_no_part_of_the_badge(
    world: Any, document: dict[str, Any], stranger: Any, member: str
):
    world.keys[stranger.embedded.verification_method] = KeyFound(stranger.embedded.public_jwk, controller=EVIL)
    praise = world.signed(endorsement(about=document["id"]), keys=stranger)
    document["proof"].append({"id": document["id"], member: [praise]})

    report = world.verify(document)

    assert (report.endorsements, report.nested) == ((), ())


@pytest.mark.parametrize("wrap", [lambda value: [[value]], lambda value: [value, [value]]], ids=["twice", "beside"])
@pytest.mark.parametrize("member", ["credentialStatus", "evidence"])
def test_a_list_inside_a_list_hides_nothing(world: Any, document: dict[str, Any], member: str, wrap: Any):
    value = document.get(member) or [{"id": "https://a.example/1", "type": ["Evidence"], "name": "X"}]
    signed = world.signed({**document, member: value})

    changed = {**copy.deepcopy(signed), member: wrap(value)}

    assert world.verify(changed).verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    "identifier",
    [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityType": "name",
            "identityHash": {"id": "https://a.example/"},
        },
        {"type": "IdentityObject", "salt": "a"},
        {"type": "IdentityObject"},
    ],
)
@pytest.mark.parametrize("recipient", [None, "mallory@evil.example"])
def test_an_endorsement_of_odd_people_gets_an_answer(
    world: Any, stranger: Any, identifier: dict[str, Any], recipient: str | None
):
    world.keys[stranger.embedded.verification_method] = KeyFound(stranger.embedded.public_jwk, controller=EVIL)
    subject = {"id": "https://x.example", "type": ["EndorsementSubject", "AchievementSubject"]}
    odd = endorsement(about="https://x.example") | {"credentialSubject": {**subject, "identifier": [identifier]}}

    assert not world.verify(json.dumps(world.signed(odd, keys=stranger)), recipient=recipient).is_good


def test_an_endorsement_of_what_a_badge_only_names_is_told_apart(world: Any, document: dict[str, Any], stranger: Any):
    world.keys[stranger.embedded.verification_method] = KeyFound(stranger.embedded.public_jwk, controller=EVIL)
    famous = "https://famous.example/achievements/1"
    praise = world.signed(endorsement(about=famous), keys=stranger)
    document["credentialSubject"]["achievement"]["id"] = famous
    document["endorsement"] = [praise]

    (found,) = world.verify(world.signed(document)).endorsements

    assert found.report["recipient"].code == "endorses_named"
    assert [caution.code for caution in found.report.warnings] == ["endorses_named"]


@pytest.mark.parametrize(
    ("achievement", "issuer", "is_own"),
    [
        ("https://badges.example/a/1", "did:web:badges.example:issuers:x", True),
        ("https://badges.example:8443/a/1", "did:web:badges.example%3A8443:issuers:x", True),
        ("https://badges.example/a/1", "https://badges.example/issuers/x", True),
        ("https://famous.example/a/1", "did:web:badges.example:issuers:x", False),
        ("did:key:z6MkFamous", "did:key:z6MkEvil", False),
        ("urn:uuid:1", "urn:uuid:2", False),
    ],
)
def test_an_issuer_vouches_for_achievements_at_its_own_host_alone(achievement: str, issuer: str, is_own: Any):
    document = {"id": "urn:x", "issuer": {"id": issuer}, "credentialSubject": {"achievement": {"id": achievement}}}

    assert (achievement in own_ids_of(document)) is is_own


def endorsement(about: str) -> dict[str, Any]:
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "https://evil.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": EVIL, "type": ["Profile"], "name": "Board of Nursing"},
        "validFrom": "2026-01-01T00:00:00Z",
        "name": "Endorsement",
        "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": "Good training."},
    }
