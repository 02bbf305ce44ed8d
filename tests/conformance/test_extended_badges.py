"""Programs that others wrote judge badges that use the extensions, and endorsements that pin what they mean.

None of these programs holds the contexts of the extensions, and none needs them (decision 0023).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials import sign
from app.credentials.model import Algorithm, Issuer, Pin
from tests.credentials.extended import BOARD, assessed

from .foreign_verifiers import JUDGES, Judge, Opinion

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
JUDGES_OF_JSON = [judge for judge in JUDGES if "json" in judge.forms]
JUDGES_OF_SIGNATURES = [judge for judge in JUDGES_OF_JSON if "signature" in judge.looks_at]
PIN = Pin("https://badges.example/achievements/bls/v1.json", "sha256-" + "A" * 43 + "=", "application/ld+json")


@pytest.fixture(scope="module")
def badge(make_key: Any, make_award: Any, make_achievement: Any, make_endorsement: Any) -> bytes:
    """A badge by an accredited issuer, who is a key, with an assessment and with an endorsement of pinned content."""
    made = make_key("EdDSA")
    did = f"did:key:{made.kid}"
    key = replace(made, algorithm=Algorithm.ED25519, verification_method=f"{did}#{made.kid}")
    school = Issuer(did, "St Elsewhere Hospital", accreditations=(BOARD,))
    said = sign.prepare_endorsement(make_endorsement(issuer=Issuer(did, "Board"), status=None, pin=PIN))
    signed = json.loads(sign.sign_embedded(said, key=key, created=NOW))
    award = make_award(issuer=school, achievement=assessed(make_achievement), status=(), endorsements=(signed,))
    return sign.sign_embedded(sign.prepare(award), key=key, created=NOW)


@pytest.mark.parametrize("judge", JUDGES_OF_JSON, ids=str)
def test_a_badge_that_uses_the_extensions_is_accepted(
    ask: Callable[..., dict[str, Opinion]], badge: bytes, judge: Judge
):
    opinion = ask(judge, {"extended.json": badge})["extended.json"]

    assert opinion.accepted, opinion.sentence


@pytest.mark.parametrize("judge", JUDGES_OF_SIGNATURES, ids=str)
@pytest.mark.parametrize(
    "change",
    [(b"Commonwealth Board", b"Commonwealth Bored"), (b'"Exam"', b'"Artifact"'), (b"sha256-AAAA", b"sha256-AAAB")],
    ids=["the accreditor", "the assessment", "the pinned digest"],
)
def test_a_badge_of_which_an_extension_was_changed_is_refused(
    ask: Callable[..., dict[str, Opinion]], badge: bytes, judge: Judge, change: tuple[bytes, bytes]
):
    assert change[0] in badge

    assert not ask(judge, {"forged.json": badge.replace(*change)})["forged.json"].accepted
