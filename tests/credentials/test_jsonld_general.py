"""JSON-LD with contexts in the document: nothing fetched, nothing lost, and an end to the work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.credentials import jsonld
from app.credentials.dids import key_of
from app.credentials.jsonld import UnsafeDocument
from app.credentials.jsonld.general import EXAMPLES_V2, GENERAL, UNDEFINED_TERMS_V2
from app.credentials.proofs import ed25519_2020, eddsa_rdfc

V2 = "https://www.w3.org/ns/credentials/v2"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def document(*contexts: Any, **members: Any) -> dict[str, Any]:
    return {"@context": [V2, *contexts], "id": "did:example:a", "type": ["VerifiableCredential"]} | members


def quads(*contexts: Any, **members: Any) -> list[str]:
    """The canonical lines, without the one that says that it is a credential."""
    canonical = jsonld.canonicalise(document(*contexts, **members), contexts=GENERAL).decode()
    return [line for line in canonical.splitlines() if "VerifiableCredential" not in line]


@pytest.mark.parametrize(
    ("contexts", "members", "expected"),
    [
        ([EXAMPLES_V2], {"a": "x"}, '<https://www.w3.org/ns/credentials/examples#a> "x"'),
        ([UNDEFINED_TERMS_V2], {"a": "x"}, '<https://www.w3.org/ns/credentials/undefined-term#a> "x"'),
        ([{"a": "https://e.example/a"}], {"a": "x"}, '<https://e.example/a> "x"'),
        ([{"@context": {"a": "https://e.example/a"}}], {"a": "x"}, '<https://e.example/a> "x"'),
        ([{"@vocab": "https://e.example/"}], {"a": True}, "true"),
        ([{"@vocab": None}, {"a": "https://e.example/a"}], {"a": "x"}, '<https://e.example/a> "x"'),
        ([EXAMPLES_V2, {"T": "https://e.example/T"}], {"type": ["T"]}, f"<{TYPE}> <https://e.example/T>"),
        ([], {"name": {"@value": "x", "@language": "en"}}, '<https://schema.org/name> "x"@en'),
        (
            [],
            {"name": {"@value": "x", "@language": "ar", "@direction": "rtl"}},
            '"x"^^<https://www.w3.org/ns/i18n#ar_rtl>',
        ),
    ],
)
def test_words_mean_what_their_context_says(contexts: list[Any], members: dict[str, Any], expected: str):
    (line,) = quads(*contexts, **members)

    assert expected in line


def test_a_vocabulary_can_be_taken_back():
    with pytest.raises(UnsafeDocument) as refused:
        quads(EXAMPLES_V2, {"@vocab": None}, a="x")

    assert (refused.value.code, refused.value.pointer) == ("term.undefined", "/a")


@pytest.mark.parametrize(
    ("contexts", "members", "code"),
    [
        (["https://e.example/c"], {}, "context.unknown"),
        ([{"t": {"@id": "https://e.example/t", "@context": "https://e.example/c"}}], {}, "context.unknown"),
        ([{"@import": "https://e.example/c"}], {}, "context.invalid"),
        ([{"@base": "https://e.example/"}], {}, "context.invalid"),
        ([{"t": {"@id": "https://e.example/t", "@context": {"@base": "https://e.example/"}}}], {}, "context.invalid"),
        ([None], {}, "context.invalid"),
        ([4], {}, "context.invalid"),
        ([{}] * 9, {}, "context.order"),
        ([{"VerifiableCredential": "https://e.example/VC"}], {}, "jsonld.invalid"),
        (
            [{"Z": {"@id": "https://e.example/Z", "@context": {"issuer": "https://e.example/issuer"}}}],
            {"type": ["VerifiableCredential", "Z"]},
            "jsonld.invalid",
        ),
        ([{"a": "https://e.example/a"}, {"a": {"@id": ["x"]}}], {"a": "x"}, "jsonld.invalid"),
        ([{"a": "_:a"}], {"a": "x"}, "context.invalid"),
        (
            [{"a": {"@id": "https://e.example/a", "@container": ["@index", "@set"]}}],
            {"a": {"b": "x"}},
            "context.invalid",
        ),
        ([{"@vocab": "here/"}], {"a": "x"}, "term.undefined"),
        ([{"a": None}], {"a": "x"}, "term.undefined"),
        ([EXAMPLES_V2], {"id": "here"}, "iri.relative"),
        ([EXAMPLES_V2], {"id": "_:here"}, "blank_node"),
        ([EXAMPLES_V2], {"a": {"b": None}}, "value.null"),
        ([EXAMPLES_V2], {"@graph": []}, "keyword.forbidden"),
        ([EXAMPLES_V2], {"@reverse": {"a": "did:example:b"}}, "keyword.forbidden"),
        ([EXAMPLES_V2], {"@included": []}, "keyword.forbidden"),
        ([EXAMPLES_V2], {"a": [{"b": {}}] * 2_000}, "too_complex"),
        ([{f"t{number}": "https://e.example/t" for number in range(400)}], {}, "too_complex"),
        (
            [
                {
                    "T": {
                        "@id": "https://e.example/T",
                        "@context": {f"t{number}": "https://e.example/t" for number in range(250)},
                    }
                }
            ],
            {"evidence": [{"type": "T", "id": f"did:example:{number}"} for number in range(300)]},
            "too_complex",
        ),
    ],
)
def test_what_would_be_fetched_lost_or_endless_is_refused(contexts: list[Any], members: dict[str, Any], code: str):
    with pytest.raises(UnsafeDocument) as refused:
        quads(*contexts, **members)

    assert refused.value.code == code


@pytest.mark.parametrize("named", [V2, [], [EXAMPLES_V2, V2], None, 4, {"@vocab": "https://e.example/"}], ids=str)
def test_the_first_context_is_the_credentials_context(named: Any):
    with pytest.raises(UnsafeDocument):
        jsonld.canonicalise({**document(), "@context": named}, contexts=GENERAL)


def test_badges_still_bring_no_contexts_of_their_own():
    with pytest.raises(UnsafeDocument) as refused:
        jsonld.canonicalise(document({"a": "https://e.example/a"}))

    assert refused.value.code == "context.inline"


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022/signedDataInt.json", "Ed25519Signature2020/signedEdSig.json"])
def test_the_w3c_s_vectors_hold_with_our_words_for_its_examples(shared: Path, name: str):
    vector = json.loads((shared / "conformance" / "eddsa" / name).read_bytes())
    suite = eddsa_rdfc if name.startswith("eddsa") else ed25519_2020
    jwk = key_of(vector["proof"]["verificationMethod"])[1]

    assert suite.verify(vector, vector["proof"], jwk, contexts=GENERAL)
    tampered = {**vector, "name": "Another"}
    assert not suite.verify(tampered, vector["proof"], jwk, contexts=GENERAL)
