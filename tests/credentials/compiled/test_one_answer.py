"""Whichever path answers, `canonicalise` says what the general processor says: the same bytes, or the same refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.credentials import jsonld, multibase, ob3, strict_json
from app.credentials.jsonld import PINNED, compiled
from app.credentials.jsonld.canonical import canonical_nquads
from app.credentials.jsonld.expansion import expand_to_quads
from app.credentials.jsonld.structure import MAX_EMBEDDED, check_structure
from app.errors import InvalidInput, MalformedJson, TooLarge
from tests.beside import beside

from .test_compiled_generated import BADGE, IRIS, ODD, VC, nodes

FIXTURES = Path(__file__).resolve().parents[3] / "../shared/conformance"
CLR = (VC, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", *BADGE[1:])
GENERATED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def answer(document: dict[str, Any]) -> bytes | str:
    """What the application gets: the canonical form, or the code of the refusal."""
    try:
        return jsonld.canonicalise(document)
    except jsonld.UnsafeDocument as error:
        return error.code


def slow_answer(document: dict[str, Any]) -> bytes | str:
    """The same without the compiled path."""
    try:
        check_structure(document, PINNED)
        return canonical_nquads(expand_to_quads(document, PINNED))
    except jsonld.UnsafeDocument as error:
        return error.code


def is_fast(document: dict[str, Any]) -> bool:
    try:
        compiled.canonical_nquads(document, jsonld._compiled(tuple(document["@context"])))
    except compiled.Unsupported:
        return False
    return True


@st.composite
def embedded(draw: st.DrawFn) -> dict[str, Any]:
    """A credential inside another: with contexts of its own, with none, with the wrong ones."""
    inside = draw(nodes(1, odd=draw(st.booleans())))
    contexts = draw(st.sampled_from([None, None, list(BADGE), [VC], VC, [BADGE[1]], ["https://evil.example/c"], {}]))
    if contexts is not None:
        inside = {"@context": contexts, **inside}
    return {**inside, "id": draw(IRIS)}


@st.composite
def holders(draw: st.DrawFn) -> dict[str, Any]:
    """A badge or a learner record with credentials in some of the places where they may be."""
    urls = draw(st.sampled_from([BADGE, CLR]))
    several = st.lists(embedded(), max_size=3)
    subject: dict[str, Any] = {"id": draw(IRIS), "type": ["ClrSubject" if urls is CLR else "AchievementSubject"]}
    if urls is CLR:
        subject["verifiableCredential"] = draw(several)
    else:
        subject["achievement"] = {"id": draw(IRIS), "type": ["Achievement"], "endorsement": draw(several | embedded())}
    document = {
        "@context": list(urls),
        "id": draw(IRIS),
        "type": ["VerifiableCredential", "ClrCredential" if urls is CLR else "OpenBadgeCredential"],
        "issuer": {"id": draw(IRIS), "type": ["Profile"], "endorsement": draw(several)},
        "credentialSubject": subject,
    }
    if draw(st.booleans()):
        document["endorsement"] = draw(several | ODD)
    return document


@GENERATED
@given(holders())
def test_credentials_inside_others_have_one_meaning(document: dict[str, Any]):
    assert answer(document) == slow_answer(document)


@GENERATED
@given(nodes(3, odd=False) | nodes(2, odd=True))
def test_generated_documents_have_one_meaning(node: dict[str, Any]):
    document = {"@context": list(BADGE), **node}

    assert answer(document) == slow_answer(document)


@pytest.mark.parametrize("number", [1, MAX_EMBEDDED, MAX_EMBEDDED + 1])
def test_as_many_credentials_may_be_inside_as_the_slow_path_lets(number: int):
    inside = [{"id": f"urn:x:{each}", "type": ["VerifiableCredential"], "name": "n"} for each in range(number)]
    document = {"@context": list(BADGE), "id": "urn:x:b", "type": ["OpenBadgeCredential"], "endorsement": inside}

    assert answer(document) == slow_answer(document)
    assert (answer(document) == "too_complex") is (number > MAX_EMBEDDED)
    assert is_fast(document) is (number <= MAX_EMBEDDED)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_credentials_may_be_as_deep_in_one_another_as_the_slow_path_lets(depth: int):
    inside: dict[str, Any] = {"id": "urn:x:0", "type": ["VerifiableCredential"], "name": "n"}
    for each in range(1, depth + 1):
        inside = {"id": f"urn:x:{each}", "type": ["VerifiableCredential"], "endorsement": [inside]}
    document = {"@context": list(BADGE), **inside}

    assert answer(document) == slow_answer(document)
    assert is_fast(document) is (depth <= 2)


def test_a_badge_of_ours_takes_the_fast_path(make_award: Any):
    document = ob3.credential_document(make_award())

    assert is_fast(document)
    assert answer(document) == slow_answer(document)


def documents_of_the_fixtures() -> Iterator[dict[str, Any]]:
    """Every document that names contexts, without and with its proofs, and the options of each proof."""
    for path in sorted(FIXTURES.rglob("*")):
        try:
            document = json.loads(path.read_bytes()) if path.is_file() else None
        except (ValueError, RecursionError):
            continue
        if not isinstance(document, dict) or "@context" not in document:
            continue
        yield document
        yield {name: value for name, value in document.items() if name != "proof"}
        proofs = document.get("proof", [])
        for proof in proofs if isinstance(proofs, list) else [proofs]:
            yield {
                **{name: value for name, value in proof.items() if name != "proofValue"},
                "@context": document["@context"],
            }


def test_every_fixture_and_every_vector_has_one_meaning():
    beside("conformance")
    fast = 0
    for document in documents_of_the_fixtures():
        assert answer(document) == slow_answer(document)
        fast += isinstance(answer(document), bytes) and is_fast(document)

    assert fast > 60


# -- what else was made quicker says what its plain form said -------------------------------------------------


def spelt_out(text: str) -> int:
    """The deepest nesting in a JSON text, letter by letter."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            in_string = True
        else:
            depth += (character in "[{") - (character in "]}")
            deepest = max(deepest, depth)
    return deepest


JSON_VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(alphabet='[]{}"\\a,:é\n', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='[{"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=30,
)


@GENERATED
@given(JSON_VALUES, st.integers(1, 6), st.booleans())
def test_nesting_is_counted_as_it_is_letter_by_letter(value: Any, limit: int, ascii_only: Any):
    text = json.dumps(value, ensure_ascii=ascii_only)

    if spelt_out(text) > limit:
        with pytest.raises(MalformedJson, match="nested"):
            strict_json.loads(text, max_depth=limit)
    else:
        assert strict_json.loads(text, max_depth=limit) == value


@GENERATED
@given(JSON_VALUES | st.lists(st.integers(0, 9), max_size=14), st.integers(1, 12))
def test_parts_are_counted_one_by_one(value: Any, limit: int):
    def parts(item: Any) -> int:
        held = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        return 1 + sum(map(parts, held))

    if parts(value) > limit:
        with pytest.raises(MalformedJson, match="too many parts"):
            strict_json.loads(json.dumps(value), max_nodes=limit)
    else:
        assert strict_json.loads(json.dumps(value), max_nodes=limit) == value


@given(st.binary(max_size=70))
def test_every_spelling_is_read_back(data: bytes):
    assert multibase.from_base64url(multibase.base64url(data)) == data
    assert multibase.from_base58btc(multibase.base58btc(data)) == data


@given(st.text(alphabet="ABab01-_+/= \n", max_size=9))
def test_a_text_of_base64url_is_read_only_if_it_is_the_spelling_of_its_bytes(text: str):
    try:
        data = multibase.from_base64url(text)
    except (InvalidInput, TooLarge):
        return

    assert multibase.base64url(data) == text


@given(st.text(alphabet="z123zYab0OIl", max_size=12).map("z".__add__))
def test_no_two_texts_of_base58btc_have_the_same_bytes(text: str):
    try:
        data = multibase.from_base58btc(text)
    except InvalidInput:
        return

    assert multibase.base58btc(data) == text
