"""The compiled JSON-LD path answers as PyLD does in safe mode, byte for byte, or it does not answer."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.credentials.jsonld.compiled import Unsupported, canonical_nquads, compile_contexts, contexts, to_quads
from tests.beside import beside

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
BADGE = (VC, OB, EXTENSIONS)
FOLDER = Path(__file__).parent / "documents"
FIXTURES = Path(__file__).resolve().parents[3] / "../shared/conformance"


def badge(**members: Any) -> dict[str, Any]:
    return {"@context": list(BADGE), "id": "https://badges.example/b/1", "type": ["VerifiableCredential"], **members}


def subject(**members: Any) -> dict[str, Any]:
    return badge(credentialSubject={"type": ["AchievementSubject"], **members})


def proof_configs(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    proofs = document.get("proof", [])
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        yield {"@context": document["@context"], **options}


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return document


# -- whole documents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["complete_badge", "status_list"])
def test_a_document_with_every_kind_of_member_is_the_same_as_from_pyld(said: Any, name: str):
    document = read(name)
    unsigned = {member: value for member, value in document.items() if member != "proof"}

    assert said.fast(document) == said.by_pyld(document) is not None
    assert said.fast(unsigned) == said.by_pyld(unsigned) is not None


@pytest.mark.parametrize("name", ["complete_badge", "status_list"])
def test_the_options_of_a_proof_are_a_document_too(said: Any, name: str):
    for config in proof_configs(read(name)):
        assert said.fast(config) == said.by_pyld(config) is not None


def test_one_changed_letter_changes_the_canonical_form(said: Any):
    document = read("complete_badge")
    tampered = copy.deepcopy(document)
    tampered["credentialSubject"]["result"][0]["value"] = "A"

    assert said.fast(tampered) == said.by_pyld(tampered) != said.fast(document)


def test_the_native_canonicaliser_gives_the_same_labels(said: Any):
    document = read("complete_badge")

    assert said.native(to_quads(document, said.compiled_for(document))) == said.fast(document)


def test_the_order_of_members_and_a_document_before_make_no_difference(said: Any):
    document = read("complete_badge")
    backwards = json.loads(json.dumps(document), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    fresh = compile_contexts(BADGE, said.contexts)

    assert canonical_nquads(backwards, fresh) == canonical_nquads(document, fresh) == said.fast(document)


def test_the_document_is_left_as_it_was(said: Any):
    document = read("complete_badge")
    before = copy.deepcopy(document)

    said.fast(document)

    assert document == before


def test_published_fixtures_with_known_contexts_are_the_same_as_from_pyld(said: Any):
    beside("conformance")
    compared = 0
    for document in fixture_documents(said.compiled):
        unsigned = {member: value for member, value in document.items() if member != "proof"}
        for part in (document, unsigned, *proof_configs(document)):
            fast, slow = said.fast(part), said.by_pyld(part)
            assert fast is None or fast == slow
            compared += fast is not None

    assert compared > 40


def fixture_documents(compiled: Any) -> Iterator[dict[str, Any]]:
    for path in sorted(FIXTURES.glob("[oce]*/**/*")):
        try:
            document = json.loads(path.read_bytes()) if path.is_file() else None
        except ValueError:
            continue
        urls = document.get("@context") if isinstance(document, dict) else None
        if isinstance(urls, list) and urls in [list(known) for known in compiled]:
            yield document


# -- members and values -----------------------------------------------------------------------------------

SUPPORTED: dict[str, dict[str, Any]] = {
    "a float that is whole": subject(creditsEarned=3.0),
    "an integer with a datatype": subject(creditsEarned=3),
    "a fraction with a datatype": subject(creditsEarned=0.1),
    "a number as text keeps its spelling": subject(creditsEarned="3.50"),
    "numbers without a datatype": subject(term=[1, -7, 2.5, 1e20, 1.5e-9, 123456789.125, 0.1 + 0.2]),
    "booleans": subject(term=[True, False], identifier=[{"type": "IdentityObject", "hashed": False}]),
    "minus zero": subject(term=-0.0),
    "an empty set": subject(identifier=[]),
    "an empty list": subject(result=[{"type": "ResultDescription", "allowedValue": []}]),
    "a list of one, without an array": subject(result=[{"type": "ResultDescription", "allowedValue": "x"}]),
    "a list of nodes": subject(result=[{"type": "ResultDescription", "allowedValue": [{"name": "x"}, "y", 1]}]),
    "an empty node": subject(achievement={}),
    "the same value twice": subject(role=["a", "a", "b"]),
    "one node in two places": subject(
        achievement={"id": "urn:x:1", "type": "Achievement", "creator": {"id": "urn:x:2", "name": "n", "url": "urn:u"}},
        source={"id": "urn:x:2", "name": "n", "url": "urn:u"},
    ),
    "a text of every allowed character": subject(role='\t\n\r"\\ \x80\x85\xa0é\u2028\ufeff😀'),
    "no types at all": {"@context": list(BADGE), "id": "urn:x:1", "name": "n"},
    "a type that is an IRI": badge(termsOfUse={"type": "urn:x:Terms"}),
    "a term that is no class as a type": badge(termsOfUse={"type": "name"}),
    "types in any order": badge(credentialSubject={"type": ["Profile", "Image", "AchievementSubject"], "email": "e"}),
    "a type-scoped term does not reach the next node": badge(credentialSubject={"name": "n", "type": "Profile"}),
    "a reference keeps the scope": badge(issuer={"id": "did:web:x"}),
    "IRIs without a slash": badge(issuer="did:key:z6Mk", credentialSchema=["urn:a:b", "x-y+z.1:q?r#s"]),
    "a graph of two proofs": badge(proof=[{"type": "DataIntegrityProof", "nonce": n} for n in "ab"]),
    "a graph that is a reference": badge(proof={"id": "urn:x:p"}),
    "a purpose that is a whole IRI": badge(proof={"type": "DataIntegrityProof", "proofPurpose": "urn:x:purpose"}),
    "a context that is one text": {"@context": VC, "id": "urn:x:1", "type": "VerifiableCredential", "name": "n"},
}

REFUSED: dict[str, dict[str, Any]] = {
    "an undefined member": badge(grade="A+"),
    "an undefined member deep inside": subject(achievement={"type": "Achievement", "grade": 1}),
    "a member of another type": badge(achievementType="Badge"),
    "an undefined type": subject(achievement={"type": "Achievment"}),
    "a relative id": subject(id="../me"),
    "a relative reference": badge(issuer="st-elsewhere"),
    "an undefined purpose": badge(proof={"type": "DataIntegrityProof", "proofPurpose": "assertion"}),
    "a type with a typing error beside a right one": badge(credentialSubject={"type": ["Profile", "Profil"]}),
}

LEFT_TO_PYLD: dict[str, dict[str, Any]] = {
    "null": badge(name=None),
    "a keyword": badge(**{"@id": "urn:x:2"}),
    "a value object": badge(name={"@value": "n", "@language": "en"}),
    "a nested context": badge(endorsement=[{"@context": [VC], "id": "urn:x:2"}]),
    "a blank node label": subject(id="_:b0"),
    "a member that is an IRI": badge(**{"urn:x:member": 1}),
    "an array in an array": subject(role=[["a"]]),
    "a control character": badge(name="a\x08b"),
    "half of a surrogate pair": badge(name="\ud800"),
    "an IRI with a space": badge(issuer="urn:x:a b"),
    "an IRI with a line feed at its end": badge(issuer="urn:x:a\n"),
    "an IRI with a no-break space": badge(issuer="urn:x:a\xa0b"),
    "a very large number": subject(term=1e21),
    "infinity": subject(term=float("inf")),
    "a number where an IRI is expected": badge(issuer=7),
    "a number and its text": subject(creditsEarned=[3, "3"]),
    "an empty list said twice": subject(result=[{"id": "urn:r", "type": "ResultDescription", "allowedValue": []}] * 2),
    "a JSON literal": badge(credentialSubject={"type": "JsonSchema", "jsonSchema": {"a": 1}}),
    "a presentation": {"@context": [VC], "type": "VerifiablePresentation", "verifiableCredential": {"id": "urn:x:1"}},
    "a type twice": badge(credentialSubject={"type": ["Profile", "Profile"]}),
    "no type in the array": badge(credentialSubject={"type": []}),
    "nothing said": {"@context": [VC], "id": "urn:x:1"},
    "a type that is a keyword's other name": subject(achievement={"type": "id"}),
}


@pytest.mark.parametrize("name", SUPPORTED)
def test_the_fast_path_says_what_pyld_says(said: Any, name: str):
    document = SUPPORTED[name]

    assert said.fast(document) == said.by_pyld(document) is not None


@pytest.mark.parametrize("name", REFUSED)
def test_what_safe_mode_refuses_the_fast_path_refuses(said: Any, name: str):
    assert said.by_pyld(REFUSED[name]) is None
    assert said.fast(REFUSED[name]) is None


@pytest.mark.parametrize("name", LEFT_TO_PYLD)
def test_what_is_not_plain_is_left_to_pyld(said: Any, name: str):
    assert said.fast(LEFT_TO_PYLD[name]) is None


def test_blank_nodes_that_look_alike_are_not_ordered_here_but_their_quads_are_right(said: Any):
    document = subject(identifier=[{"type": "IdentityObject", "salt": "s"}, {"type": "IdentityObject", "salt": "s"}])

    assert said.fast(document) is None
    assert said.native(to_quads(document, said.compiled_for(document))) == said.quads_by_pyld(document)


def test_a_document_nested_beyond_any_use_is_refused_without_a_crash(said: Any):
    document: dict[str, Any] = {"name": "n"}
    for _ in range(5_000):
        document = {"achievement": document, "type": "AchievementSubject"}

    assert said.fast(badge(credentialSubject=document)) is None


# -- contexts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("urls", [(), (VC, "https://evil.example/context"), (VC, "https://vocab.example/")])
def test_contexts_that_are_not_pinned_or_have_a_default_vocabulary_are_refused(said: Any, urls: tuple[str, ...]):
    known = said.contexts | {"https://vocab.example/": {"@context": {"@vocab": "https://vocab.example/#"}}}

    with pytest.raises(Unsupported):
        compile_contexts(urls, known)


@pytest.mark.parametrize("written", [[VC], [OB, VC], [VC, OB, EXTENSIONS, CLR], [VC, OB, {"n": "urn:n"}], VC, None])
def test_a_document_with_other_contexts_than_the_compiled_ones_is_refused(said: Any, written: Any):
    with pytest.raises(Unsupported):
        to_quads(badge() | {"@context": written}, said.compiled[BADGE])


def test_strangers_cannot_fill_the_memory_with_combinations_of_types(said: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contexts, "MAX_SCOPES", 8)
    compiled = compile_contexts(BADGE, said.contexts)
    document = read("complete_badge")

    forms = {canonical_nquads(document, compiled) for _ in range(2)}

    assert forms == {said.by_pyld(document)}
    assert compiled.scopes_held <= 8


def test_threads_may_share_compiled_contexts_and_even_forget_them_together(said: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contexts, "MAX_SCOPES", 12)
    compiled = compile_contexts(BADGE, said.contexts)
    document = read("complete_badge")

    with ThreadPoolExecutor(8) as pool:
        forms = set(pool.map(lambda _: canonical_nquads(document, compiled), range(40)))

    assert forms == {said.fast(document)}


# -- members whose names are addresses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["Call us", 3, True, ["a", "b"], {"id": "https://board.example", "type": ["Profile"], "name": "Board"}],
    ids=str,
)
def test_a_member_named_in_full_means_itself(said: Any, value: Any):
    document = badge(issuer={"id": "did:web:x.example", "type": ["Profile"], "https://a.example/word#of": value})

    assert said.fast(document) == said.by_pyld(document) is not None


def test_members_named_in_full_are_not_remembered(said: Any):
    held = said.compiled_for(badge()).root.terms.copy()

    said.fast(badge(**{f"https://a.example/word#{number}": "x" for number in range(50)}))

    assert said.compiled_for(badge()).root.terms.keys() - held.keys() <= {"issuer", "credentialSubject", "name"}
