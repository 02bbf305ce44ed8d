"""What a signature covers is what a reader sees: pinned words, nothing dropped, bounded work (T9 to T12)."""

from __future__ import annotations

import copy
import threading
import time
from itertools import combinations
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld as pyld

from app.credentials import jsonld, ob3
from app.credentials.jsonld import contexts
from app.credentials.jsonld.canonical import MAX_BLANK_NODES, MAX_QUADS, canonical_nquads
from app.credentials.jsonld.quads import literal
from app.errors import UnsafeConfiguration


@pytest.fixture(scope="module")
def badge(make_award):
    return ob3.credential_document(make_award())


def changed(document: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**copy.deepcopy(document), **members}


def refusal(document: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(jsonld.UnsafeDocument) as caught:
        jsonld.canonicalise(document)
    return caught.value.code, caught.value.pointer


def test_an_undefined_member_is_refused_with_its_place(badge):
    spoilt = copy.deepcopy(badge)
    spoilt["credentialSubject"]["achievement"]["grade/level"] = "A+"

    assert refusal(spoilt) == ("term.undefined", "/credentialSubject/achievement/grade~1level")


def test_an_undefined_type_is_refused(badge):
    spoilt = changed(badge, type=["VerifiableCredential", "Diploma9"])

    assert refusal(spoilt) == ("type.undefined", "/type/1")


@pytest.mark.parametrize("address", ["b/1", "/b/1", "//x.example/1", "?q", "#me", "has a blank", "https://x.example/<"])
def test_an_address_that_is_not_absolute_is_refused(badge, address):
    assert refusal(changed(badge, id=address))[0] in ("iri.relative", "jsonld.invalid")


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (["https://evil.example/c"], "context.unknown"),
        ([*ob3.CONTEXTS, "https://evil.example/c"], "context.unknown"),
        ([*ob3.CONTEXTS, {"name": "https://schema.org/alternateName"}], "context.inline"),
        ([*ob3.CONTEXTS, {"@vocab": "https://x.example/"}], "context.inline"),
        (list(reversed(ob3.CONTEXTS)), "context.order"),
        ([*ob3.CONTEXTS, ob3.CONTEXTS[1]], "context.order"),
        ("https://www.w3.org/ns/credentials/v2", "context.missing"),
        ([], "context.missing"),
        (None, "context.missing"),
        ({}, "context.missing"),
    ],
)
def test_only_known_contexts_in_their_order_are_read(badge, named, code):
    assert refusal(changed(badge, **{"@context": named}))[0] == code


def test_two_documents_whose_contexts_swap_two_words_are_both_refused(badge):
    # Their canonical forms would be equal, and one signature would fit both.
    swap = {"over18": "https://x.example/no", "no": "https://x.example/over18"}
    straight = {"over18": "https://x.example/over18", "no": "https://x.example/no"}

    for inline in (swap, straight):
        assert refusal(changed(badge, **{"@context": [*ob3.CONTEXTS, inline]}))[0] == "context.inline"


@pytest.mark.parametrize(
    "keyword", ["@context", "@vocab", "@base", "@graph", "@reverse", "@included", "@nest", "@index"]
)
def test_keywords_below_the_root_are_refused(badge, keyword):
    spoilt = copy.deepcopy(badge)
    spoilt["credentialSubject"][keyword] = {}

    assert refusal(spoilt) == ("keyword.forbidden", f"/credentialSubject/{keyword}")


def test_a_context_file_that_is_not_the_pinned_one_stops_everything(monkeypatch):
    name, _ = contexts._PINS[contexts.VC_V2]
    monkeypatch.setitem(contexts._PINS, contexts.VC_V2, (name, "0" * 64))
    contexts.pinned_context.cache_clear()

    with pytest.raises(UnsafeConfiguration):
        contexts.PINNED.load(contexts.VC_V2)
    contexts.pinned_context.cache_clear()


def test_every_pinned_context_is_installed_and_unchanged():
    assert all("@context" in contexts.PINNED.load(url) for url in contexts._PINS)


def test_a_reviewed_context_can_be_added_without_touching_the_pinned_ones(badge):
    url = "https://nursing.example/terms/v1"
    extended = jsonld.ContextSet({url: {"@context": {"ward": "https://nursing.example/terms#ward"}}})
    document = changed(badge, ward="ICU", **{"@context": [*ob3.CONTEXTS, url]})

    assert b"https://nursing.example/terms#ward" in jsonld.canonicalise(document, contexts=extended)
    assert refusal(document)[0] == "context.unknown"


def test_the_canonical_form_does_not_depend_on_the_order_of_members(badge):
    def reordered(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: reordered(value[name]) for name in sorted(value, reverse=True)}
        return [reordered(item) for item in value] if isinstance(value, list) else value

    assert jsonld.canonicalise(reordered(badge)) == jsonld.canonicalise(badge)


def test_the_document_is_left_as_it_was(badge):
    before = copy.deepcopy(badge)

    jsonld.canonicalise(badge)

    assert badge == before


def test_the_canonical_form_is_the_one_that_pyld_computes_on_its_own(badge):
    def load(url: str, _options: Any) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": url, "document": contexts.PINNED.load(url)}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}

    assert jsonld.canonicalise(badge).decode() == pyld.normalize(badge, options)


def test_the_datatypes_of_the_context_are_kept_to_the_letter(badge):
    canonical = jsonld.canonicalise(badge).decode()

    # Wrong looking and right: the contexts say so, and every verifier computes the same.
    assert '"2026-03-01T09:00:00Z"^^<xsd:dateTime>' in canonical
    assert '"1.5E0"^^<https://www.w3.org/2001/XMLSchema#float>' in canonical


def test_threads_do_not_disturb_one_another(badge):
    expected = jsonld.canonicalise(badge)
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(jsonld.canonicalise(badge))) for _ in range(6)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [expected] * 6


def test_literals_escape_what_canonical_nquads_escape():
    assert literal('a"b\\c\nd\re\tf\bg\fh\x01\x7f') == '"a\\"b\\\\c\\nd\\re\\tf\\bg\\fh\\u0001\\u007F"'


# -- canonicalisation on its own --------------------------------------------------------------------------

NODES = [f"_:n{number}" for number in range(5)]
TERMS = st.sampled_from([*NODES, "<https://x.example/a>", "<https://x.example/b>"])
QUADS = st.lists(
    st.tuples(TERMS, st.sampled_from(["<https://x.example/p>", "<https://x.example/q>"]), TERMS, st.just("")),
    min_size=1,
    max_size=8,
)


def in_pyoxigraph(quads: list[tuple[str, str, str, str]]) -> bytes:
    text = "".join(f"{s} {p} {o} .\n" for s, p, o, _ in quads)
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(QUADS)
def test_small_graphs_come_out_as_a_native_implementation_has_them(quads):
    assert canonical_nquads(quads) == in_pyoxigraph(quads)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(QUADS, st.permutations(NODES))
def test_labels_and_order_of_the_input_do_not_matter(quads, names):
    renamed = dict(zip(NODES, names, strict=True))
    other = [(renamed.get(s, s), p, renamed.get(o, o), g) for s, p, o, g in reversed(quads)]

    assert canonical_nquads(other) == canonical_nquads(quads)


def clique(size: int) -> list[tuple[str, str, str, str]]:
    """Every node tied to every other: nothing tells them apart, and each order must be tried."""
    pairs = combinations([f"_:c{number}" for number in range(size)], 2)
    return [(a, "<https://x.example/p>", b, "") for pair in pairs for a, b in (pair, pair[::-1])]


def circle(size: int) -> list[tuple[str, str, str, str]]:
    return [(f"_:r{n}", "<https://x.example/p>", f"_:r{(n + 1) % size}", "") for n in range(size)]


POISON = [*(clique(size) for size in range(7, 17)), *(circle(size) for size in range(60, 160, 10))]


@pytest.mark.parametrize("quads", POISON, ids=lambda quads: f"{len(quads)} quads")
def test_a_graph_made_to_be_slow_is_given_up_after_two_seconds_of_work(quads):
    started = time.thread_time()

    with pytest.raises(jsonld.UnsafeDocument) as caught:
        canonical_nquads(quads)

    assert caught.value.code == "too_complex"
    assert time.thread_time() - started < 2  # of its own work: what else the machine does is not counted


@pytest.mark.parametrize(
    "quads",
    [
        [("<https://x.example/a>", "<https://x.example/p>", f"_:n{n}", "") for n in range(MAX_BLANK_NODES + 1)],
        [("<https://x.example/a>", "<https://x.example/p>", f'"{n}"', "") for n in range(MAX_QUADS + 1)],
    ],
    ids=["blank nodes", "quads"],
)
def test_a_graph_above_a_limit_is_refused(quads):
    with pytest.raises(jsonld.UnsafeDocument, match="too long"):
        canonical_nquads(quads)
