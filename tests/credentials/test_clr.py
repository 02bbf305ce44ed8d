"""Learner records as documents: the contexts in the standard's order, and every badge as it was signed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.credentials import clr, sign
from app.credentials.lint import lint
from app.errors import LintFailed


def badge_of(nameless: int = 0, endorsements: int = 0) -> dict[str, Any]:
    """As much of a badge as counts here."""
    return {"id": "x", "parts": [{}] * nameless, "endorsement": [{"id": "y"}] * endorsements}


def test_the_contexts_stand_in_the_order_of_the_standard(make_record):
    assert clr.record_document(make_record())["@context"][:3] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]


def test_the_badges_stand_in_it_member_for_member(make_record, signed_badge):
    document = clr.record_document(make_record())

    assert document["credentialSubject"]["verifiableCredential"] == [json.loads(signed_badge)]


def test_only_a_record_that_is_not_whole_calls_itself_partial(make_record):
    whole, partial = (clr.record_document(make_record(partial=is_partial)) for is_partial in (False, True))

    assert "partial" not in whole
    assert partial["partial"] is True
    assert lint(partial) == ()


@pytest.mark.parametrize("wrong", [{"badges": ()}, {"badges": ({"type": ["VerifiableCredential"]},)}, {"name": ""}])
def test_a_record_of_nothing_signed_is_not_prepared(make_record, wrong):
    with pytest.raises(LintFailed):
        sign.prepare_record(make_record(**wrong))


@pytest.mark.parametrize(
    ("badge", "count"),
    [(badge_of(), 20), (badge_of(endorsements=1), 10), (badge_of(nameless=50), 3), (badge_of(nameless=400), 1)],
    ids=["plain", "endorsed", "many parts", "a heap"],
)
def test_as_many_badges_fit_as_verifiers_look_at(badge, count):
    assert len(clr.fitting([badge] * 30)) == count
