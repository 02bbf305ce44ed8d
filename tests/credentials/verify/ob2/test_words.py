"""The words of a badge mean what they mean in the standard, or it is not read; no context is ever fetched (T9, T10)."""

from __future__ import annotations

from typing import Any

import pytest

from app.credentials.report import Outcome, Verdict
from app.credentials.verify.ob2.vocabulary import CONTEXTS_2, DEFINITIONS, definition_of

OB2 = "https://w3id.org/openbadges/v2"
EXAMPLE = "https://w3id.org/openbadges/extensions/exampleExtension/context.json"
WHOLE = {
    term: iri if not kind else {"@id": iri, "@type": kind}
    for term, (iri, kind) in DEFINITIONS.items()
}  # fmt: skip
PARTS = ["ASSERTION", "CLASS", "ISSUER"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "context",
    [
        *sorted(CONTEXTS_2),
        [OB2],
        [OB2, EXAMPLE],
        [OB2, {"ceu": "https://example.org/ceu", "grade": {"@id": "ceu:grade", "@container": "@list"}}],
        [OB2, {"@language": "de"}],
        [OB2, {"issuedOn": {"@id": "obi:issueDate", "@type": "xsd:dateTime"}, "name": "http://schema.org/name"}],
        [OB2, {"ob": "https://w3id.org/openbadges#", "badge": {"@id": "ob:badge", "@type": "@id"}}],
        WHOLE,
        [WHOLE, EXAMPLE],
    ],
    ids=lambda context: "whole" if context == WHOLE else str(context)[:80],
)
def test_a_context_that_leaves_the_standards_words_alone_is_fine(web: Any, part: str, context: Any):
    web.change(getattr(web, part), **{"@context": context})

    assert web.judge_hosted().verdict is Verdict.GOOD
    assert not any("w3id.org" in url for url in web.asked)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("context", "code"),
    [
        ("https://w3id.org/openbadges/invalid", "context_missing"),
        ([EXAMPLE, OB2], "context_missing"),
        ([], "context_missing"),
        (7, "context_missing"),
        ([OB2, 7], "context_malformed"),
        ([OB2, {"expires": "https://example.org/nothing"}], "context_redefined"),
        ([OB2, {"expires": None}], "context_redefined"),
        ([OB2, {"issuer": {"@id": "obi:issuer", "@type": "@id", "@context": {}}}], "context_redefined"),
        ([OB2, {"obi": "https://example.org/"}], "context_redefined"),
        ([OB2, {"Assertion": "obi:BadgeClass"}], "context_redefined"),
        ([OB2, {"@base": "https://example.org/"}], "context_redefined"),
        ([OB2, {"@import": "https://example.org/"}], "context_redefined"),
        ([OB2, {"ends": "sec:expiration"}], "other_spelling"),
        ([OB2, {"ends": {"@id": "https://w3id.org/security#expiration", "@type": "xsd:dateTime"}}], "other_spelling"),
        ([OB2, {"s": "https://w3id.org/security#", "ends": "s:expiration"}], "other_spelling"),
        ([OB2, {"a": "b:", "b": "https://w3id.org/security#", "ends": "a:expiration"}], "other_spelling"),
        ([OB2, {"ends": "expires"}], "other_spelling"),
        ([OB2, {"name2": "@id"}], "other_spelling"),
        ([OB2, {"x": {"@reverse": "https://example.org/x"}}], "other_spelling"),
        ([OB2, {"x": {"@id": "https://example.org/x", "@context": {"expires": None}}}], "other_spelling"),
        ({**WHOLE, "expires": "https://example.org/nothing"}, "context_redefined"),
        ({name: value for name, value in WHOLE.items() if name != "revoked"}, "context_missing"),
    ],
    ids=str,
)
def test_a_context_that_changes_them_breaks_the_badge(web: Any, part: str, context: Any, code: str):
    copied = {**web.pages[web.ASSERTION]}
    web.change(getattr(web, part), **{"@context": context})

    report = web.verify(copied)

    assert (report.verdict, report["context"].code) == (Verdict.BROKEN, code)
    assert report.credential is None


@pytest.mark.parametrize(
    ("context", "code"),
    [
        ([OB2, "https://example.org/mine"], "context_unknown"),
        ([OB2, {f"x{number}": "https://example.org/" for number in range(501)}], "too_complex"),
        ([OB2, {"x": "x" * 1_001}], "too_complex"),
    ],
    ids=["unknown", "many", "long"],
)
def test_a_context_that_is_not_known_leaves_it_unknown(web: Any, context: Any, code: str):
    """It could give any of the standard's words another meaning, and is not fetched to see."""
    web.change(web.ASSERTION, **{"@context": context})

    report = web.judge_hosted()

    assert (report["context"].outcome, report["context"].code) == (Outcome.UNKNOWN, code)
    assert report.verdict is Verdict.CANNOT_TELL


def test_a_part_without_any_context_is_not_read(web: Any):
    web.change(web.ISSUER, **{"@context": None})

    assert web.judge_hosted()["context"].code == "context_missing"


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ({"sec:expiration": "2020-01-01"}, "other_spelling"),
        ({"https://w3id.org/openbadges#revoked": True}, "other_spelling"),
        ({"@type": "Assertion"}, "keyword_forbidden"),
        ({"@id": "https://evil.example"}, "keyword_forbidden"),
        ({"@graph": []}, "keyword_forbidden"),
        ({"@reverse": {}}, "keyword_forbidden"),
        ({"evidence": {"obi:revoked": True}}, "other_spelling"),
        ({"evidence": [{"@context": {"expires": None}}]}, "context_missing"),
        ({"evidence": [{"@context": [OB2, {"expires": None}]}]}, "context_redefined"),
        ({"@context": [OB2, {"s": "https://w3id.org/security#"}], "s:expiration": "2020-01-01"}, "other_spelling"),
    ],
    ids=str,
)
def test_a_member_in_another_spelling_breaks_the_badge(web: Any, member: dict[str, Any], code: str):
    """To others it may be the date on which the badge ends."""
    web.change(web.ASSERTION, **member)

    report = web.judge_hosted()

    assert (report.verdict, report["context"].code) == (Verdict.BROKEN, code)


@pytest.mark.parametrize(
    "member",
    [
        {"extensions:x": {"type": ["Extension", "extensions:X"], "@context": "https://example.org/any", "@id": "x"}},
        {"http://schema.org/text": "x"},
        {"evidence": {"@context": OB2, "narrative": "x"}},
        {"evidence": {"https://example.org/x": {"@type": "x"}}},
    ],
    ids=str,
)
def test_an_added_member_of_another_meaning_is_nobodys_business(web: Any, member: dict[str, Any]):
    web.change(web.ASSERTION, **member)

    assert web.judge_hosted().verdict is Verdict.GOOD


def test_the_vocabulary_reads_itself():
    assert all(definition_of(written) == DEFINITIONS[term] for term, written in WHOLE.items())
    assert definition_of("verification") == DEFINITIONS["verify"]
    assert definition_of({"@id": "obi:x", "@container": "@list"}) is None
