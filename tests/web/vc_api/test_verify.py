"""`POST /credentials/verify`: 200 for what can be relied on, 400 for everything else, each change by itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.credentials.multibase import base58btc, base64url, from_base58btc
from tests.web.vc_api.conftest import EXAMPLES, V1, V2, Door, Party, refusal

Document = dict[str, Any]
ALUMNI = {"type": ["VerifiableCredential", "AlumniCredential"], "id": "urn:uuid:86294362-4254-4f36-854f-3952fe42555d"}


@pytest.fixture(scope="session")
def signed(door: Door, party: Party) -> Document:
    """A stranger's credential, known by nothing but its did:key."""
    return party.sign(door.credential(EXAMPLES, issuer=party.did, **ALUMNI))


def test_what_was_issued_here_verifies(door: Door):
    answer = door.verify(door.issued(door.credential()))

    assert (answer.status_code, answer.json()["verified"], answer.json()["errors"]) == (200, True, [])


def test_a_stranger_s_credential_verifies_by_its_did_key(door: Door, signed: Document):
    assert door.verify(signed).status_code == 200


def test_a_credential_of_the_first_data_model_verifies(door: Door, party: Party):
    members = {"@context": [V1, "https://w3id.org/security/data-integrity/v2"], "issuanceDate": "2026-11-01T09:00:00Z"}

    assert door.verify(party.sign(door.credential(issuer=party.did, **members))).status_code == 200


def test_a_proof_need_not_say_when_it_was_made(door: Door, party: Party):
    assert door.verify(party.sign(door.credential(issuer=party.did), created=None)).status_code == 200


def test_a_status_of_a_kind_that_is_not_known_is_no_obstacle(door: Door, party: Party):
    status = {"id": "did:example:status", "type": "https://example.org/#Unknown"}

    answer = door.verify(party.sign(door.credential(issuer=party.did, credentialStatus=status)))

    assert answer.status_code == 200
    assert answer.json()["warnings"]


def test_a_status_list_that_cannot_be_reached_is_said(door: Door, party: Party):
    status = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://elsewhere.example/list",
    }

    answer = door.verify(party.sign(door.credential(issuer=party.did, credentialStatus=status)))

    assert answer.status_code == 200
    assert "could not reach" in answer.json()["warnings"][0]


CHANGES: dict[str, Callable[[Document], Any]] = {
    "no context": lambda vc: vc.pop("@context"),
    "a text as context": lambda vc: vc.update({"@context": V2}),
    "a number among the contexts": lambda vc: vc["@context"].append(4),
    "another meaning of a word": lambda vc: vc["@context"].append({"AlumniCredential": "https://example.org/x"}),
    "no type": lambda vc: vc.pop("type"),
    "a text as type": lambda vc: vc.update(type="VerifiableCredential"),
    "a further type": lambda vc: vc["type"].append("Another"),
    "types that are no texts": lambda vc: vc.update(type=[4]),
    "no issuer": lambda vc: vc.pop("issuer"),
    "an empty issuer": lambda vc: vc.update(issuer=None),
    "a list as issuer": lambda vc: vc.update(issuer=[]),
    "another issuer": lambda vc: vc.update(issuer="did:example:other"),
    "no subject": lambda vc: vc.pop("credentialSubject"),
    "a text as subject": lambda vc: vc.update(credentialSubject="x"),
    "another subject": lambda vc: vc["credentialSubject"].update(id="did:example:other"),
    "a further claim": lambda vc: vc["credentialSubject"].update(alumniOf="Another University"),
    "another id": lambda vc: vc.update(id="urn:uuid:0"),
    "no proof": lambda vc: vc.pop("proof"),
    "an empty proof": lambda vc: vc.update(proof=None),
    "a text as proof": lambda vc: vc.update(proof="x"),
    "no proofs in the list": lambda vc: vc.update(proof=[]),
    "a second proof that does not hold": lambda vc: vc.update(proof=[vc["proof"], {**vc["proof"], "proofValue": "z1"}]),
    "too many proofs": lambda vc: vc.update(proof=[vc["proof"]] * 5),
    "another cryptosuite": lambda vc: vc["proof"].update(cryptosuite="eddsa-jcs-2022"),
    "a cryptosuite that is not known": lambda vc: vc["proof"].update(cryptosuite="UnknownCryptosuite"),
    "a type of proof that is not known": lambda vc: vc["proof"].update(type="UnknownProofType"),
    "another purpose": lambda vc: vc["proof"].update(proofPurpose="authentication"),
    "a purpose that is none": lambda vc: vc["proof"].update(proofPurpose="invalidPurpose"),
    "another moment of signing": lambda vc: vc["proof"].update(created="2026-11-02T09:00:00Z"),
    "no moment of signing": lambda vc: vc["proof"].pop("created"),
    "a moment that is none": lambda vc: vc["proof"].update(created="invalidDate"),
    "an end that is none": lambda vc: vc["proof"].update(expires="invalidDate"),
    "a key that is none": lambda vc: vc["proof"].update(verificationMethod="did:key:invalidVm"),
    "a key of another method": lambda vc: vc["proof"].update(verificationMethod="did:example:a#key-1"),
    "a key that is no address": lambda vc: vc["proof"].update(verificationMethod="key-1"),
    "an id of the proof that is no address": lambda vc: vc["proof"].update(id="proof"),
    "a proof value without its letter": lambda vc: vc["proof"].update(proofValue=vc["proof"]["proofValue"][1:]),
    "a proof value in another base": lambda vc: vc["proof"].update(
        proofValue="u" + base64url(from_base58btc(vc["proof"]["proofValue"]))
    ),
    "a longer proof value": lambda vc: vc["proof"].update(
        proofValue=base58btc(from_base58btc(vc["proof"]["proofValue"]) + bytes(32))
    ),
    "a member of the proof without meaning": lambda vc: vc["proof"].update(undefinedTerm="x"),
    "a predecessor that is not there": lambda vc: vc["proof"].update(previousProof="urn:uuid:missing"),
    "a predecessor that is a number": lambda vc: vc["proof"].update(previousProof=4),
} | {
    f"no {member} in the proof": lambda vc, member=member: vc["proof"].pop(member)
    for member in ("type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue")
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_credential_that_was_changed_is_refused(door: Door, signed: Document, change: Callable[[Document], Any]):
    changed = copy.deepcopy(signed)
    change(changed)

    answer = door.verify(changed)

    assert refusal(answer)[0] == 400
    assert answer.json()["verified"] is False
    assert answer.json()["errors"]


@pytest.mark.parametrize("value", [None, "x", 4, [], {}, {"type": ["NonconformingDocument"]}], ids=str)
def test_what_is_no_credential_is_refused(door: Door, value: Any):
    assert refusal(door.verify(value))[0] == 400
    assert refusal(door.present(value))[0] == 400


def test_a_key_that_is_not_the_issuer_s_is_refused(door: Door, make_party: Callable[[], Party]):
    named, signing = make_party(), make_party()

    assert refusal(door.verify(signing.sign(door.credential(issuer=named.did)))) == (400, "proof.author")


def test_a_key_of_somebody_who_has_only_an_address_is_refused(door: Door, party: Party):
    signed = party.sign(door.credential(issuer="https://vc.example/issuers/5678"))

    assert refusal(door.verify(signed)) == (400, "proof.author")


def test_members_that_json_ld_would_drop_are_refused_also_when_they_were_there_at_signing(door: Door, signed: Document):
    assert refusal(door.verify({**signed, "@context": [V2], "type": ["VerifiableCredential"], "x": 1}))[0] == 400


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"validFrom": "2999-01-01T00:00:00Z"}, "not_yet_valid"),
        ({"validUntil": "2020-01-01T00:00:00Z"}, "expired"),
        ({"validFrom": "2026-01-02T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"}, "date.order"),
    ],
    ids=["not yet", "no longer", "never"],
)
def test_a_credential_outside_of_its_time_is_refused(door: Door, party: Party, members: Document, code: str):
    assert refusal(door.verify(party.sign(door.credential(issuer=party.did, **members)))) == (400, code)


@pytest.mark.parametrize(
    ("made", "asked", "status"),
    [
        ({"domain": "a.example", "challenge": "u1"}, {"domain": "a.example", "challenge": "u1"}, 200),
        ({"domain": "a.example", "challenge": "u1"}, {}, 200),
        ({"domain": "a.example", "challenge": "u1"}, {"domain": None, "challenge": None}, 200),
        ({"domain": ["a.example", "b.example"]}, {"domain": "b.example"}, 200),
        ({"domain": "a.example"}, {"domain": "b.example"}, 400),
        ({"domain": "a.example", "challenge": "u1"}, {"domain": "a.example", "challenge": "u2"}, 400),
        ({}, {"domain": "a.example"}, 400),
        ({}, {"challenge": "u1"}, 400),
        ({}, {"expectedProofPurpose": "assertionMethod"}, 200),
        ({}, {"expectedProofPurpose": "authentication"}, 400),
        ({}, {"challenge": 5}, 400),
        ({"expires": "2999-01-01T00:00:00Z"}, {}, 200),
        ({"expires": "2020-01-01T00:00:00Z"}, {}, 400),
        ({"expires": "2999-01-01T00:00:00"}, {}, 400),
        ({"created": "2026-11-01T09:00:00"}, {}, 400),
    ],
    ids=str,
)
def test_a_proof_counts_for_what_it_was_made_for(
    door: Door, party: Party, made: Document, asked: Document, status: int
):
    signed = party.sign(door.credential(issuer=party.did), **made)

    assert door.verify(signed, **asked).status_code == status


@pytest.mark.parametrize("purpose", ["authentication", "keyAgreement", "capabilityInvocation"])
def test_a_proof_that_was_made_for_another_purpose_is_refused_though_it_holds(door: Door, party: Party, purpose: str):
    signed = party.sign(door.credential(issuer=party.did), proofPurpose=purpose)

    assert refusal(door.verify(signed)) == (400, "proof.purpose")
    assert refusal(door.verify(signed, expectedProofPurpose=purpose)) == (400, "proof.purpose")


def chained(door: Door, party: Party, previous: Any) -> Document:
    """A credential with a proof upon a proof, which is named by `previous`."""
    bare = door.credential(issuer=party.did)
    first = party.sign(bare, id="urn:uuid:first")["proof"]
    second = party.sign(bare, previous=(first,), previousProof=previous)["proof"]
    return {**bare, "proof": [first, second]}


@pytest.mark.parametrize("previous", ["urn:uuid:first", ["urn:uuid:first"]], ids=["one", "a list"])
def test_a_proof_upon_a_proof_holds(door: Door, party: Party, previous: Any):
    assert door.verify(chained(door, party, previous)).status_code == 200


@pytest.mark.parametrize("previous", ["urn:uuid:missing", ["urn:uuid:missing"]], ids=["one", "a list"])
def test_a_proof_upon_one_that_is_not_there_is_refused(door: Door, party: Party, previous: Any):
    assert refusal(door.verify(chained(door, party, previous))) == (400, "proof.chain_broken")


def test_a_proof_upon_one_that_does_not_hold_is_refused(door: Door, party: Party):
    broken = chained(door, party, "urn:uuid:first")
    broken["proof"][0]["proofValue"] = broken["proof"][1]["proofValue"]

    assert refusal(door.verify(broken))[0] == 400


def test_a_set_of_proofs_holds_when_each_does_and_one_is_the_issuer_s(door: Door, make_party: Callable[[], Party]):
    issuer, notary = make_party(), make_party()
    bare = door.credential(issuer=issuer.did)
    both = [issuer.sign(bare)["proof"], notary.sign(bare)["proof"]]

    assert door.verify({**bare, "proof": both}).status_code == 200
    assert refusal(door.verify({**bare, "proof": both[1:]})) == (400, "proof.author")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("eddsa-rdfc-2022/signedDataInt.json", "proof.author"),
        ("eddsa-jcs-2022/signedJCS.json", "proof.author"),
        ("Ed25519Signature2020/signedEdSig.json", "proof.author"),
        ("proof-set-chain/signedProofSet1.json", "proof.author"),
    ],
)
def test_of_the_w3c_s_vectors_the_signatures_hold_and_the_author_is_another(
    door: Door, shared: Path, name: str, code: str
):
    vector = json.loads((shared / "conformance" / "eddsa" / name).read_bytes())
    tampered = {**vector, "name": "Another"}

    assert refusal(door.verify(vector)) == (400, code)
    assert refusal(door.verify(tampered))[1] != code
