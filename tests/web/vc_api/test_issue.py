"""`POST /credentials/issue`: every sentence of the contract that conformance suites hold it to."""

from __future__ import annotations

from typing import Any

import pytest

from app.credentials.dids import key_of
from app.credentials.jsonld.general import GENERAL
from app.credentials.proofs import eddsa_rdfc
from tests.web.vc_api.conftest import EXAMPLES, SUBJECT, V1, V2, Door, refusal

TERM = {"ExampleCredential": "https://example.org/#ExampleCredential"}
DIGEST = "uEiAjCHMnK5-ayOIZLWo_TBoKYVvSAprlkYEjRlm19Cj0uw"
SRI = "sha256-IwhzJyuvmsjiGS1qP0waCmFb0gKa5ZGBI0ZZtfQo9Ls="


def resource(**changes: Any) -> dict[str, Any]:
    return {"id": "https://example.org/r.json", "digestMultibase": DIGEST} | changes


def text(**more: Any) -> dict[str, Any]:
    return {"@value": "Example", "@language": "en"} | more


GOOD = {
    "plain": {},
    "an id": {"id": "urn:uuid:86294362-4254-4f36-854f-3952fe42555d"},
    "type by its address": {"type": ["VerifiableCredential", "https://example.org/#Other"]},
    "type last": {"type": ["https://example.org/#Other", "VerifiableCredential"]},
    "several subjects": {"credentialSubject": [{"id": SUBJECT}, {"id": "did:example:other"}]},
    "a date with parts of a second": {"validFrom": "2023-02-27T05:15:42.123Z"},
    "a date with a zone west of Greenwich": {"validFrom": "2023-02-27T05:15:42-05:00"},
    "begins in the far future": {"validFrom": "2999-01-01T00:00:00Z"},
    "ended in the past": {"validUntil": "2020-01-01T00:00:00Z"},
    "begins and ends at once": {"validFrom": "2026-01-01T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"},
    "a name": {"name": "Example"},
    "a name in a language": {"name": text()},
    "a name with a direction": {"name": text(**{"@direction": "ltr"})},
    "a name in several languages": {"name": [text(), text(**{"@value": "Beispiel", "@language": "de"})]},
    "a description in a language": {"description": text()},
    "a schema": {"credentialSchema": {"id": "did:example:schema", "type": "https://example.org/#Schema"}},
    "two schemas": {"credentialSchema": [{"id": f"did:example:{n}", "type": "https://example.org/#S"} for n in "ab"]},
    "a refresh service": {"refreshService": {"id": "did:example:r", "type": "https://example.org/#Refresh"}},
    "terms of use": {"termsOfUse": {"type": "https://example.org/#Policy"}},
    "two pieces of evidence": {"evidence": [{"type": "https://example.org/#E"}, {"type": "https://example.org/#E"}]},
    "a status of a kind of its own": {"credentialStatus": {"id": "did:example:s", "type": "https://example.org/#L"}},
    "a related resource": {"relatedResource": [resource()]},
    "a related resource by its integrity": {
        "relatedResource": {"id": "https://example.org/r.json", "digestSRI": SRI, "mediaType": "application/json"}
    },
    "a digest as the W3C's own examples write it": {
        "relatedResource": {"id": "https://example.org/r.json", "digestSRI": SRI.replace("-", "-M")}
    },
}


@pytest.mark.parametrize("members", GOOD.values(), ids=GOOD.keys())
def test_any_conforming_credential_is_signed(door: Door, members: dict[str, Any]):
    issued = door.issued(door.credential(**members))

    proof = issued.pop("proof")
    assert eddsa_rdfc.verify(issued, proof, key_of(door.did)[1], contexts=GENERAL)
    assert {name: issued[name] for name in members if name != "credentialStatus"} == {
        name: value for name, value in members.items() if name != "credentialStatus"
    }


@pytest.mark.parametrize(
    ("contexts", "members"),
    [
        ([EXAMPLES], {"type": ["VerifiableCredential", "AlumniCredential"], "anything": "goes"}),
        ([TERM], {"type": ["VerifiableCredential", "ExampleCredential"]}),
        ([{"@context": TERM}], {"type": ["VerifiableCredential", "ExampleCredential"]}),
        ([EXAMPLES, TERM], {"type": ["VerifiableCredential", "ExampleCredential", "Another"]}),
        ([{"@vocab": None}], {}),
    ],
    ids=["examples", "inline", "inline in a context", "both", "no vocabulary"],
)
def test_examples_and_contexts_in_the_document_are_taken_without_a_network(
    door: Door, contexts: list[Any], members: dict[str, Any]
):
    issued = door.issued(door.credential(*contexts, **members))

    assert issued["@context"] == [V2, *contexts]
    assert door.verify(issued).status_code == 200


def test_a_credential_of_the_first_data_model_is_signed_too(door: Door):
    members = {"issuanceDate": "2026-11-01T09:00:00Z", "expirationDate": "2030-11-01T09:00:00Z"}

    issued = door.issued(door.credential(**{"@context": [V1]}, **members))

    assert issued["@context"] == [V1, "https://w3id.org/security/data-integrity/v2"]
    assert door.verify(issued).status_code == 200


def test_the_answer_is_201_with_the_credential_and_its_proof_as_an_object(door: Door):
    answer = door.issue(door.credential())

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    proof = answer.json()["verifiableCredential"]["proof"]
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", "eddsa-rdfc-2022")
    assert (proof["proofPurpose"], proof["proofValue"][0]) == ("assertionMethod", "z")
    assert proof["verificationMethod"] == f"{door.did}#{door.did.removeprefix('did:key:')}"


@pytest.mark.parametrize("named", ["did:example:issuer", "https://university.example/issuers/14"])
def test_nobody_else_is_ever_signed_for(door: Door, named: str):
    assert door.issued(door.credential(issuer=named))["issuer"] == door.did
    assert door.issued(door.credential(issuer={"id": named, "name": "Example"}))["issuer"] == {
        "id": door.did,
        "name": "Example",
    }


def test_created_expires_domain_and_challenge_can_be_asked_for(door: Door):
    wanted = {
        "created": "2026-11-01T10:00:00+01:00",
        "expires": "2999-01-01T00:00:00Z",
        "domain": "shop.example",
        "challenge": "u-1",
    }

    issued = door.issued(door.credential(), **wanted, mandatoryPointers=["/issuer"])

    assert wanted.items() <= issued["proof"].items()
    assert door.verify(issued, domain="shop.example", challenge="u-1").status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {"created": "yesterday"},
        {"created": "2026-11-01T10:00:00"},
        {"created": 5},
        {"expires": "2026-11-01"},
        {"domain": 5},
        {"domain": []},
        {"challenge": "u-1"},
        {"domain": "shop.example", "challenge": 5},
    ],
    ids=str,
)
def test_options_that_cannot_be_in_a_proof_are_refused(door: Door, options: dict[str, Any]):
    assert refusal(door.issue(door.credential(), **options))[0] == 400


BAD = {
    "no context": {"@context": None},
    "a context that is no list": {"@context": V2},
    "a context that is a number": {"@context": 4},
    "no contexts in the list": {"@context": []},
    "the base context not first": {"@context": [EXAMPLES, V2]},
    "no base context": {"@context": [EXAMPLES]},
    "a context that is not an address": {"@context": [V2, "https ://not-a-url/contexts/v1"]},
    "a context that is not known": {"@context": [V2, "https://example.com/context/v1"]},
    "a number among the contexts": {"@context": [V2, 4]},
    "a list among the contexts": {"@context": [V2, []]},
    "no type": {"type": None},
    "a number as type": {"type": 4},
    "no types in the list": {"type": []},
    "types that are no texts": {"type": [2, None, {"foo": True}, False]},
    "another type only": {"type": ["https://example.org/#Other"]},
    "a type that nothing defines": {"type": ["VerifiableCredential", "Undefined"]},
    "no issuer": {"issuer": None},
    "a number as issuer": {"issuer": 4},
    "a list as issuer": {"issuer": []},
    "an issuer that is no address": {"issuer": "university"},
    "an issuer with an id that is no address": {"issuer": {"id": "university"}},
    "an issuer without an id": {"issuer": {"name": "University"}},
    "an issuer whose id is empty": {"issuer": {"id": None}},
    "no subject": {"credentialSubject": None},
    "a text as subject": {"credentialSubject": SUBJECT},
    "a number as subject": {"credentialSubject": 4},
    "no subjects in the list": {"credentialSubject": []},
    "subjects that are no objects": {"credentialSubject": [True, 4]},
    "an empty subject": {"credentialSubject": {}},
    "an empty subject among others": {"credentialSubject": [{"id": SUBJECT}, {}]},
    "two ids of a subject": {"credentialSubject": {"id": [SUBJECT, "did:example:b"]}},
    "an id that is no address": {"id": "credential"},
    "two ids": {"id": ["did:example:a", "did:example:b"]},
    "a number as id": {"id": 4},
    "a beginning that is no date": {"validFrom": "soon"},
    "a beginning without a zone": {"validFrom": "2026-01-01T00:00:00"},
    "an end that is a number": {"validUntil": 2026},
    "a day that does not exist": {"validUntil": "2026-02-30T00:00:00Z"},
    "an end before the beginning": {"validFrom": "2026-01-02T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"},
    "an undefined member": {"undefinedTerm": "x"},
    "an undefined member of the subject": {"credentialSubject": {"id": SUBJECT, "undefinedTerm": "x"}},
    "a name with a further member": {"name": text(url="did:example:x")},
    "a name that is a number": {"name": 4},
    "an issuer's name with a further member": {"issuer": {"id": "did:example:i", "name": text(url="did:example:x")}},
    "an issuer's description that is a list of numbers": {"issuer": {"id": "did:example:i", "description": [4]}},
    "a status without a type": {"credentialStatus": {"id": "did:example:status"}},
    "a status whose type nothing defines": {"credentialStatus": {"type": "Undefined"}},
    "a status with two ids": {"credentialStatus": {"id": ["did:a:b", "did:a:c"], "type": "https://example.org/#L"}},
    "a status whose id is no address": {"credentialStatus": {"id": "x", "type": "https://example.org/#L"}},
    "a schema without a type": {"credentialSchema": {"id": "did:example:schema"}},
    "a schema without an id": {"credentialSchema": {"type": "https://example.org/#Schema"}},
    "a schema whose id is a number": {"credentialSchema": {"id": 4, "type": "https://example.org/#Schema"}},
    "a refresh service without a type": {"refreshService": {"id": "did:example:r"}},
    "terms of use without a type": {"termsOfUse": {"id": "did:example:t"}},
    "evidence without a type": {"evidence": [{"id": "did:example:e"}]},
    "evidence that is a text": {"evidence": "seen"},
    "related resources that are texts": {"relatedResource": ["https://example.org/r.json"]},
    "a related resource without an id": {"relatedResource": [{"digestMultibase": DIGEST}]},
    "a related resource named twice": {"relatedResource": [resource(), resource()]},
    "a related resource without a digest": {"relatedResource": [{"id": "https://example.org/r.json"}]},
    "a digest of another length": {"relatedResource": [resource(digestSRI="sha256-" + "ca3d" * 16)]},
    "a digest that is no multihash": {"relatedResource": [resource(digestMultibase="uZTQ0MjM1NiAgcmVwb3J0c8")]},
    "a digest that is a number": {"relatedResource": [resource(digestSRI=4)]},
    "an empty member": {"credentialSubject": {"id": SUBJECT, "name": [None]}},
    "signed already": {"proof": {"type": "DataIntegrityProof"}},
    "a place that is no text": {"credentialStatus": {"type": "BitstringStatusListEntry", "statusListIndex": True}},
}
INLINE = {
    "a base term redefined": ({"VerifiableCredential": "https://example.org/#Bad"}, {}),
    "a protected term redefined": (
        {"@protected": True, "A": "https://example.org/#A"},
        {"@context": [V2, {"@protected": True, "A": "https://e.example/A"}, {"A": "https://e.example/B"}]},
    ),
    "a type that is mapped to no address": (
        {"Bad": "https ://not-a-url#Bad"},
        {"type": ["VerifiableCredential", "Bad"]},
    ),
    "another base for addresses": ({"@base": "https://example.org/"}, {}),
    "a context that draws in another": ({"@import": "https://example.org/c"}, {}),
    "a member that is not signed": ({"x": {"@id": "https://e.example/x", "@container": "@index"}}, {"x": {"a": "b"}}),
    "a member of a name without address": ({"x": "_:x"}, {"x": "a"}),
    "a vocabulary that is no address": ({"@vocab": "here/"}, {"x": "a"}),
    "a context deep inside that is not known": (
        {"x": {"@id": "https://e.example/x", "@context": "https://example.org/c"}},
        {"x": {"id": SUBJECT}},
    ),
    "nonsense": ({"x": 5, "@version": "one"}, {}),
    "too large": ({f"t{number}": f"https://e.example/{number}" for number in range(400)}, {}),
}


@pytest.mark.parametrize("members", BAD.values(), ids=BAD.keys())
def test_what_is_no_conforming_credential_is_refused_with_a_sentence(door: Door, members: dict[str, Any]):
    answer = door.issue(door.credential(**members))

    assert refusal(answer)[0] == 400
    assert answer.json()["detail"]
    assert answer.json()["pointer"].startswith("/") or answer.json()["pointer"] == ""


def test_null_is_no_value_of_a_member(door: Door):
    for member in ("@context", "type", "issuer", "credentialSubject", "id", "validFrom", "credentialStatus"):
        assert refusal(door.issue({**door.credential(), member: None}))[0] == 400, member


@pytest.mark.parametrize(("context", "members"), INLINE.values(), ids=INLINE.keys())
def test_a_context_in_the_document_that_hides_or_bends_something_is_refused(
    door: Door, context: dict[str, Any], members: dict[str, Any]
):
    assert refusal(door.issue(door.credential(context, **members)))[0] == 400


@pytest.mark.parametrize(
    "body",
    [{}, {"verifiableCredential": {}}, {"credential": None}, {"credential": "x"}, {"credential": {}}, [], "x", 4],
    ids=str,
)
def test_a_body_without_a_credential_is_refused(door: Door, body: Any):
    assert refusal(door.post("/credentials/issue", body))[0] == 400


def test_options_that_are_no_object_are_refused(door: Door):
    body = {"credential": door.credential(), "options": "none"}

    assert refusal(door.post("/credentials/issue", body)) == (400, "options")


@pytest.mark.parametrize("path", ["/credentials/issue", "/credentials/verify", "/presentations/verify"])
@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"null", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
    ],
    ids=["nothing", "null", "no JSON", "no text", "no JSON by its type"],
)
def test_what_is_not_json_is_a_problem_and_no_fault_of_ours(
    door: Door, path: str, content: bytes, content_type: str, status: int
):
    answer = door.client.post(path, content=content, headers={"Content-Type": content_type})

    assert refusal(answer)[0] == status
