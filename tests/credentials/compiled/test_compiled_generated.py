"""Generated documents: whatever is written, the compiled path says what PyLD says, or leaves it to PyLD."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.credentials.jsonld.compiled import Unsupported, to_quads
from app.credentials.jsonld.contexts import PINNED

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BADGE = (VC, OB, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")
KNOWN = {url: PINNED.load(url) for url in (VC, OB)}

TYPES = {
    name: definition["@context"]
    for url in (VC, OB)
    for name, definition in KNOWN[url]["@context"].items()
    if isinstance(definition, dict) and isinstance(definition.get("@context"), dict) and name[0].isupper()
}
COMMON = {
    name: definition
    for url in (VC, OB)
    for name, definition in KNOWN[url]["@context"].items()
    if name[0].islower() and name not in {"id", "type", "cnf"}
}
TEXTS = st.text(max_size=8) | st.sampled_from(["", "a", 'say "x"', "back\\slash", "new\nline", "ü", "3", "true"])
NUMBERS = st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e20, 1e20) | st.sampled_from([3, 3.0, 0, 0.5])
IRIS = st.sampled_from(["urn:x:1", "https://a.example/b?c#d", "did:web:x", "mailto:a@b", "urn:x:ü"])
# Members that no context shortens, and one that has a short name as well.
IN_FULL = ["https://a.example/word#of", "http://schema.org/areaServed", "https://schema.org/name"]
ODD = st.sampled_from(
    [None, "relative", "_:b0", "id", "@id", "@type", "name", [], {}, [[]], {"@value": 1}, "urn:x:a b"]
)


@st.composite
def nodes(draw: st.DrawFn, depth: int, *, odd: bool) -> dict[str, Any]:
    types = draw(st.lists(st.sampled_from(sorted(TYPES)), max_size=2, unique=True))
    known = dict(COMMON)
    for name in types:
        known |= {member: meaning for member, meaning in TYPES[name].items() if member[0] not in "@it_"}
    node: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(IN_FULL), max_size=1)):
        node[name] = draw(TEXTS | NUMBERS | nodes(depth - 1, odd=odd) if depth else TEXTS | NUMBERS)
    for name in draw(st.lists(st.sampled_from(sorted(known)), max_size=4 if depth else 2, unique=True)):
        node[name] = draw(values(known[name], depth, odd=odd))
    if odd:
        for name in draw(
            st.lists(st.sampled_from(["grade", "@id", "@graph", "a:b", "score", "id", "type"]), max_size=1)
        ):
            node[name] = draw(ODD)
    if draw(st.booleans()):
        node["id"] = draw(IRIS | ODD if odd else IRIS)
    if types:
        node["type"] = draw(st.sampled_from([types, types[0]])) if len(types) == 1 else types
    return node


@st.composite
def values(draw: st.DrawFn, meaning: Any, depth: int, *, odd: bool) -> Any:
    rules = meaning if isinstance(meaning, dict) else {}
    if depth == 0:
        plain = IRIS if rules.get("@type") in ("@id", "@vocab") else TEXTS | NUMBERS
    elif rules.get("@type") == "@id":
        plain = IRIS | nodes(depth - 1, odd=odd)
    elif rules.get("@type") == "@vocab":
        plain = st.sampled_from(["assertionMethod", "authentication"]) | IRIS
    else:
        plain = TEXTS | NUMBERS | nodes(depth - 1, odd=odd)
    if rules.get("@container") == "@graph":
        plain = nodes(max(depth - 1, 0), odd=odd)
    if odd:
        plain = plain | ODD
    return draw(plain | st.lists(plain, max_size=3))


def documents(*, odd: bool) -> st.SearchStrategy[dict[str, Any]]:
    return nodes(3, odd=odd).map(lambda node: {"@context": list(BADGE), **node})


GENERATED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@GENERATED
@given(documents(odd=False))
def test_generated_documents_have_the_quads_that_pyld_finds(said: Any, document: dict[str, Any]):
    expected = said.quads_by_pyld(document)
    try:
        found = said.native(to_quads(document, said.compiled[BADGE]))
    except Unsupported:
        found = None

    assert found is None or found == expected


@GENERATED
@given(documents(odd=True))
def test_generated_documents_with_wrong_members_are_never_answered_differently(said: Any, document: dict[str, Any]):
    found = said.fast(document)

    assert found is None or found == said.by_pyld(document)


@GENERATED
@given(st.lists(NUMBERS | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_every_number_is_spelt_as_pyld_spells_it(said: Any, numbers: list[Any]):
    subject = {"type": "AchievementSubject", "term": numbers, "creditsEarned": numbers}
    document = {"@context": list(BADGE), "credentialSubject": subject, "type": "VerifiableCredential"}
    found = said.fast(document)

    assert found is None or found == said.by_pyld(document)
