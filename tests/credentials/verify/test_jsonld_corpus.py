"""The corpus of hostile documents: each gets its verdict and code, and both ways to read JSON-LD agree on it."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

import pytest

from app.credentials.jsonld import PINNED, UnsafeDocument, canonicalise, compiled
from app.credentials.jsonld.canonical import canonical_nquads
from app.credentials.jsonld.expansion import expand_to_quads
from app.credentials.jsonld.structure import check_structure
from app.credentials.report import Outcome, Verdict

from . import jsonld_corpus as corpus
from .jsonld_corpus import Case


def changed(document: dict[str, Any], case: Case) -> dict[str, Any]:
    """The document of a case, made from the good badge."""
    made = copy.deepcopy(document)
    for pointer, value in case.changes.items():
        *path, last = pointer[1:].split("/", pointer.count("/") - 1 if "://" not in pointer else 0)
        holder: Any = made
        for name in path:
            holder = holder[int(name) if isinstance(holder, list) else name]
        if value is corpus.GONE:
            del holder[last]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(value)) if last == "-" else holder.__setitem__(int(last), copy.deepcopy(value))
        else:
            holder[last] = copy.deepcopy(value)
    return made


@cache
def compiled_for(urls: tuple[str, ...]) -> compiled.Compiled:
    return compiled.compile_contexts(urls, {url: PINNED.load(url) for url in urls})


CASES = pytest.mark.parametrize("case", corpus.CASES, ids=lambda case: case.name)


@CASES
def test_a_hostile_document_gets_its_verdict_and_its_reason(world: Any, document: Any, case: Case):
    report = world.verify(changed(document, case))

    assert report.verdict is case.verdict, report.to_dict()
    assert report[case.check].code == case.code or not case.code, report.to_dict()
    assert (report.credential is None) is (case.verdict is not Verdict.GOOD)


@CASES
def test_a_token_of_the_same_letters_is_good_only_when_every_word_in_it_is_known(world: Any, document: Any, case: Case):
    """Its issuer signed these very letters, so they break nothing; but words that nobody knows are not believed."""
    claims = {name: value for name, value in changed(document, case).items() if name != "proof"}

    report = world.verify(world.token(claims, typ="vc+jwt"))

    assert report.verdict is Verdict.GOOD or report.credential is None or report.verdict is Verdict.CANNOT_TELL
    if report["context"].outcome is not Outcome.PASSED:
        assert (report.is_good, report.credential) == (False, None)


@CASES
def test_both_ways_to_read_it_agree(document: Any, case: Case):
    unsigned = {name: value for name, value in changed(document, case).items() if name != "proof"}
    try:
        check_structure(unsigned, PINNED)
    except UnsafeDocument:
        return  # neither way is tried
    try:
        slow: Any = canonical_nquads(expand_to_quads(unsigned, PINNED))
    except UnsafeDocument as error:
        slow = error.code
    urls = tuple(unsigned["@context"])
    try:
        fast: Any = compiled.canonical_nquads(unsigned, compiled_for(urls))
    except compiled.Unsupported:
        fast = None

    assert fast in (None, slow)
    try:
        assert canonicalise(unsigned) == slow
    except UnsafeDocument as error:
        assert error.code == slow  # noqa: PT017 - either outcome is right, when both agree


def test_the_corpus_is_as_large_as_it_should_be_and_names_each_case_once():
    names = [case.name for case in corpus.CASES]

    assert len(names) == len(set(names)) >= 150


@pytest.mark.parametrize(("old", "new", "code"), [case[1:] for case in corpus.TEXTS], ids=[t[0] for t in corpus.TEXTS])
def test_letters_that_readers_disagree_on_are_refused(world: Any, honest: Any, old: str, new: str, code: str):
    text = honest.json.decode()
    assert old in text

    report = world.verify(text.replace(old, new))

    assert (report.verdict, report["format"].code) == (Verdict.UNREADABLE, code)


@pytest.mark.parametrize(
    ("old", "new"), [case[1:] for case in corpus.SAME_LETTERS], ids=[t[0] for t in corpus.SAME_LETTERS]
)
def test_other_letters_of_the_same_document_are_the_same_badge(world: Any, honest: Any, old: str, new: str):
    text = honest.json.decode()
    assert old in text

    assert world.verify(text.replace(old, new)).verdict is Verdict.GOOD


def test_the_corpus_is_json_but_for_what_is_taken_away():
    for case in corpus.CASES:
        for value in case.changes.values():
            assert value is corpus.GONE or json.dumps(value)
