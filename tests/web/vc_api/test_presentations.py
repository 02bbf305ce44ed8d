"""`POST /presentations/verify`: what a holder presents, signed or not, and every credential in it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.vc_api.conftest import EXAMPLES, V2, Door, Party, refusal

Document = dict[str, Any]
ANSWER = {"proofPurpose": "authentication", "domain": "shop.example", "challenge": "u-1"}


def presentation(*credentials: Any, **changes: Any) -> Document:
    made = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": list(credentials)} | changes
    return {name: value for name, value in made.items() if value is not None}


@pytest.fixture(scope="session")
def credential(door: Door, party: Party) -> Document:
    return party.sign(door.credential(EXAMPLES, issuer=party.did))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"verifiableCredential": None},
        {"verifiableCredential": []},
        {"id": "urn:uuid:86294362-4254-4f36-854f-3952fe42555d"},
        {"@context": [V2, EXAMPLES]},
        {"@context": [V2, {"P": "https://e.example/P"}], "type": ["VerifiablePresentation", "P"]},
    ],
    ids=["plain", "no credentials", "none in the list", "id", "examples", "inline"],
)
def test_a_presentation_holds_signed_and_unsigned(door: Door, party: Party, credential: Document, changes: Document):
    made = presentation(credential, **changes)

    assert door.present(made).status_code == 200
    assert door.present(party.sign(made, **ANSWER)).status_code == 200
    assert door.present(party.sign(made, **ANSWER), domain="shop.example", challenge="u-1").status_code == 200


def test_several_credentials_of_several_issuers_hold(door: Door, party: Party, make_party: Callable[[], Party]):
    other = make_party()
    both = [each.sign(door.credential(issuer=each.did)) for each in (party, other)]

    assert door.present(party.sign(presentation(*both), **ANSWER)).status_code == 200


def test_a_single_credential_may_stand_without_a_list(door: Door, party: Party, credential: Document):
    assert door.present(party.sign(presentation(verifiableCredential=credential), **ANSWER)).status_code == 200


@pytest.mark.parametrize("as_object", [False, True])
def test_a_holder_who_signs_is_the_holder(door: Door, party: Party, credential: Document, *, as_object: bool):
    holder = {"id": party.did} if as_object else party.did

    assert door.present(party.sign(presentation(credential, holder=holder), **ANSWER)).status_code == 200


def test_a_holder_who_does_not_sign_is_refused(door: Door, party: Party, credential: Document):
    signed = party.sign(presentation(credential, holder="did:example:alice"), **ANSWER)

    assert refusal(door.present(signed)) == (400, "proof.author")


def test_what_a_holder_says_of_itself_needs_no_proof_of_its_own(door: Door, party: Party):
    own = door.credential(issuer=party.did)

    assert door.present(party.sign(presentation(own, holder=party.did), **ANSWER)).status_code == 200


@pytest.mark.parametrize("case", ["no holder", "another issuer", "no proof"])
def test_an_unsigned_credential_of_anybody_else_is_refused(door: Door, party: Party, case: str):
    own = door.credential(issuer="did:example:acme" if case == "another issuer" else party.did)
    made = presentation(own, holder=None if case == "no holder" else party.did)

    assert refusal(door.present(made if case == "no proof" else party.sign(made, **ANSWER))) == (400, "proof.missing")


CHANGES: dict[str, Callable[[Document], Any]] = {
    "no context": lambda vp: vp.pop("@context"),
    "the base context not first": lambda vp: vp.update({"@context": [EXAMPLES, V2]}),
    "no base context": lambda vp: vp.update({"@context": [EXAMPLES]}),
    "a context that is not known": lambda vp: vp["@context"].append("https://example.com"),
    "a context that is no address": lambda vp: vp["@context"].append("https ://not-a-url/v1"),
    "a number among the contexts": lambda vp: vp["@context"].append(123192875),
    "no type": lambda vp: vp.pop("type"),
    "another type": lambda vp: vp.update(type=["VerifiableCredential"]),
    "an id that is no address": lambda vp: vp.update(id="presentation"),
    "a holder that is no address": lambda vp: vp.update(holder="alice"),
    "a holder without an id": lambda vp: vp.update(holder={"name": "Alice"}),
    "an empty holder": lambda vp: vp.update(holder=None),
    "a text as credential": lambda vp: vp.update(verifiableCredential=["https://example.org/credential"]),
    "a number as credential": lambda vp: vp.update(verifiableCredential=4),
    "another credential": lambda vp: vp["verifiableCredential"][0].update(id="urn:uuid:0"),
    "an undefined member": lambda vp: vp.update(undefinedTerm="x"),
    "an empty proof": lambda vp: vp.update(proof=None),
    "a proof that is none": lambda vp: vp["proof"].update(proofValue="z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"),
    "another challenge in the proof": lambda vp: vp["proof"].update(challenge="u-2"),
    "a proof of another kind": lambda vp: vp["proof"].update(cryptosuite="ecdsa-rdfc-2019"),
    "another kind of the same family": lambda vp: vp["proof"].update(cryptosuite="eddsa-jcs-2022"),
    "a purpose that is none": lambda vp: vp["proof"].update(proofPurpose="keyAgreement"),
    "too many credentials": lambda vp: vp.update(verifiableCredential=vp["verifiableCredential"] * 11),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_presentation_that_was_changed_is_refused(
    door: Door, party: Party, credential: Document, change: Callable[[Document], Any]
):
    changed = copy.deepcopy(party.sign(presentation(credential), **ANSWER))
    change(changed)

    assert refusal(door.present(changed))[0] == 400


@pytest.mark.parametrize("asked", [{"domain": "other.example"}, {"challenge": "u-2"}], ids=str)
def test_a_presentation_made_for_somebody_else_is_refused(
    door: Door, party: Party, credential: Document, asked: Document
):
    made = presentation(credential)

    assert refusal(door.present(party.sign(made, **ANSWER), **asked))[0] == 400
    assert refusal(door.present(made, **asked)) == (400, "proof.missing")


def test_a_presentation_signed_letter_by_letter_holds(door: Door, party: Party, credential: Document):
    from app.credentials.multibase import base58btc  # noqa: PLC0415 - this test alone signs so
    from app.credentials.proofs import eddsa_jcs  # noqa: PLC0415

    made = presentation(credential)
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": party.method,
        "proofPurpose": "authentication",
    }
    value = base58btc(party.private.sign(eddsa_jcs.hash_data(made, proof)))

    assert door.present({**made, "proof": {**proof, "proofValue": value}}).status_code == 200
    assert refusal(door.present({**made, "id": "urn:uuid:0", "proof": {**proof, "proofValue": value}}))[0] == 400
